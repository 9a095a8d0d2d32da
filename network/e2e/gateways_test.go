package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// served is a process of "cats serve" that belongs to the test.
type served struct {
	t                      *testing.T
	arguments              []string
	address, operations    string
	cmd                    *exec.Cmd
	ended                  chan struct{}
	program, state, stdout string
}

// serve starts a process of Kazakhstan's application on a database.
func (w *world) serve(t *testing.T, database string) *served {
	t.Helper()
	program, err := filepath.Abs("../../.cats/bin/cats")
	require.NoError(t, err)
	folder := t.TempDir()
	s := &served{
		t: t, program: program, state: folder, stdout: filepath.Join(folder, "log"), address: freeAddress(t), operations: freeAddress(t),
	}
	s.arguments = []string{
		"serve", "--profile", w.net.ProfilePath(), "--organisation", "KZ", "--state", folder, "--database", database,
		"--listen", s.address, "--operations", s.operations,
	}
	s.start()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			text, err := os.ReadFile(s.stdout)
			t.Logf("log of the gateway at %s: %s %v", s.address, text[max(0, len(text)-4000):], err)
		}
	})
	return s
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// start starts the process, also once more, and waits until it is ready.
func (s *served) start() {
	s.t.Helper()
	out, err := os.OpenFile(s.stdout, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(s.t, err)
	defer out.Close()
	s.cmd = exec.Command(s.program, s.arguments...) //nolint:noctx // it is ended by signals
	s.cmd.Stdout, s.cmd.Stderr = out, out
	require.NoError(s.t, s.cmd.Start())
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait()
	}()
	require.Eventually(s.t, s.ready, time.Minute, 50*time.Millisecond, "the gateway is not ready")
}

func (s *served) ready() bool {
	status, _ := s.monitored("/readyz")
	return status == http.StatusOK
}

func (s *served) monitored(path string) (int, string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.operations+path, nil)
	if err != nil {
		return 0, ""
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, ""
	}
	return res.StatusCode, string(body)
}

// leads reports whether the process is the courier.
func (s *served) leads() bool {
	_, text := s.monitored("/metrics")
	return strings.Contains(text, `cats_leads{part="courier"} 1`)
}

func (s *served) signal(signal syscall.Signal) { _ = s.cmd.Process.Signal(signal) }

// kill ends the process without warning.
func (s *served) kill() {
	s.signal(syscall.SIGKILL)
	<-s.ended
}

// at is a caller of the process.
func (s *served) at(c *caller) *caller {
	return &caller{t: c.t, client: c.client, base: "https://" + s.address}
}

// balanced sends the requests of one caller to the gateways in turn, as a load balancer would.
type balanced struct {
	gateways []*caller
	next     int
}

func (w *world) balance(t *testing.T, identity string, gateways ...*served) *balanced {
	t.Helper()
	b := &balanced{}
	for _, g := range gateways {
		b.gateways = append(b.gateways, g.at(w.at(t, identity)))
	}
	return b
}

func (b *balanced) turn() *caller {
	b.next++
	return b.gateways[b.next%len(b.gateways)]
}

// outcome is what a change has come to that was repeated under its key until it was done.
type outcome struct {
	said
	tries int
	took  time.Duration
}

// done asks for a change under a key, at one gateway after the other, until one says that it is done. What a client may repeat is what
// the interface says: no answer, 409 for a key that is busy or a race that is lost, 429, 503, 504.
func (b *balanced) done(ctx context.Context, path string, body any, key string) (outcome, error) {
	begun := time.Now()
	for tries := 1; ; tries++ {
		trying, cancel := context.WithTimeout(ctx, 20*time.Second)
		s, err := b.turn().try(trying, http.MethodPost, path, body, "Idempotency-Key", key)
		cancel()
		switch {
		case err == nil && s.status/100 == 2:
			return outcome{s, tries, time.Since(begun)}, nil
		case ctx.Err() != nil:
			return outcome{}, errors.Join(ctx.Err(), err)
		case err == nil && !repeatable(s):
			return outcome{}, fmt.Errorf("%s: %d %s", path, s.status, s.body)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func repeatable(s said) bool {
	switch s.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusConflict:
		return strings.Contains(string(s.body), `"IDEMPOTENCY_KEY_BUSY"`) || strings.Contains(string(s.body), `"CONFLICT"`)
	}
	return false
}
