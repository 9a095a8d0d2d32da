package delay

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo answers every byte with itself.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func through(t *testing.T, line *Line, near Near) net.Conn {
	t.Helper()
	p, err := Listen("127.0.0.1:0", echo(t), line, near)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close() })
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.Address())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return c
}

func ask(t *testing.T, c net.Conn) time.Duration {
	t.Helper()
	began := time.Now()
	_, err := c.Write([]byte("?"))
	require.NoError(t, err)
	_, err = io.ReadFull(c, make([]byte, 1))
	require.NoError(t, err)
	return time.Since(began)
}

func TestAnAnswerTakesTheWayThereAndBack(t *testing.T) {
	line := &Line{}
	line.Set(30 * time.Millisecond)
	c := through(t, line, nil)
	ask(t, c)
	took := ask(t, c)
	require.GreaterOrEqual(t, took, 60*time.Millisecond)
	line.Set(0)
	ask(t, c)
	require.Less(t, ask(t, c), took, "the delay can be changed while connections stand")
}

func TestNeighboursAreNotDelayed(t *testing.T) {
	line := &Line{}
	line.Set(time.Second)
	defer func() { require.Zero(t, line.Carried(), "nor counted") }()
	c := through(t, line, func(caller net.Addr) bool { return Calls(os.Getpid(), caller) })
	require.Less(t, ask(t, c), time.Second)
	require.False(t, Calls(1<<30, c.LocalAddr()), "no such process")
}

func TestEverythingArrivesInOrderAndWithoutWaitingForEachOther(t *testing.T) {
	line := &Line{}
	line.Set(50 * time.Millisecond)
	c := through(t, line, nil)
	sent := make([]byte, 4<<20)
	_, err := rand.Read(sent)
	require.NoError(t, err)
	began := time.Now()
	go func() {
		_, _ = c.Write(sent)
		_ = c.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	require.True(t, bytes.Equal(sent, got))
	require.EqualValues(t, 2*len(sent), line.Carried())
	require.Less(t, time.Since(began), 10*time.Second, "a hundred chunks do not take a hundred times the delay each way")
}

func TestATargetThatIsDownEndsTheCall(t *testing.T) {
	p, err := Listen("127.0.0.1:0", "127.0.0.1:1", &Line{}, nil)
	require.NoError(t, err)
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.Address())
	require.NoError(t, err)
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err)
	require.NoError(t, p.Close())
}

func TestFindInode(t *testing.T) {
	table := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0B01007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4711 1\n" +
		"   1: 0100007F:C351 0B01007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1\n" +
		"   2: 0100007F:C350 0B01007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4712 1\n"
	at := func(ip string, port int) *net.TCPAddr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }
	require.Equal(t, "4712", findInode(table, at("127.0.0.1", 50000)))
	require.Equal(t, "4711", findInode(table, at("127.0.1.11", 8080)))
	require.Empty(t, findInode(table, at("127.0.0.1", 50001)), "a socket that is closing belongs to nobody")
	require.Empty(t, findInode(table, at("::1", 50000)))
}
