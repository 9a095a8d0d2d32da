// Package delay puts distance between processes of one machine: TCP proxies that hand on every byte a set time later.
//
// What is sent at once arrives at once, only later: bytes wait in a queue, they are not sent one at a time, so the
// bandwidth stays that of the machine. Encrypted connections pass through untouched. A proxy finds out which process
// calls, so that neighbours can be kept near: an organisation's own peer reaches its own orderer without delay.
package delay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Near tells whether the caller, known by the address it calls from, is beside the target and not delayed.
type Near func(caller net.Addr) bool

// Proxy stands before one target.
type Proxy struct {
	listener net.Listener
	target   string
	line     *Line
	near     Near

	mu      sync.Mutex
	open    map[net.Conn]bool
	closed  bool
	running sync.WaitGroup
}

// Line is what proxies share: the delay, none in the zero value, and the count of what has gone over it.
type Line struct{ oneWay, carried atomic.Int64 }

// Set sets the time a byte takes one way. It holds for what is sent from now on.
func (l *Line) Set(oneWay time.Duration) { l.oneWay.Store(int64(oneWay)) }

// Carried is the number of bytes that have gone either way, those of neighbours not counted.
func (l *Line) Carried() int64 { return l.carried.Load() }

// Listen starts a proxy at an address. Near may be nil: then everybody is far.
func Listen(address, target string, line *Line, near Near) (*Proxy, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("delay: %w", err)
	}
	p := &Proxy{listener: listener, target: target, line: line, near: near, open: map[net.Conn]bool{}}
	p.running.Go(p.accept)
	return p, nil
}

// Address is where the proxy listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Close ends the proxy and all its connections.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	err := p.listener.Close()
	for c := range p.open {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		caller, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(caller) })
	}
}

// hold keeps a connection to be closed with the proxy.
func (p *Proxy) hold(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close()
		return false
	}
	p.open[c] = true
	return true
}

func (p *Proxy) drop(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
	_ = c.Close()
}

func (p *Proxy) serve(caller net.Conn) {
	if !p.hold(caller) {
		return
	}
	defer p.drop(caller)
	line := p.line
	if p.near != nil && p.near(caller.RemoteAddr()) {
		line = &Line{}
	}
	// The kernel has accepted already; over a real line that takes there and back.
	time.Sleep(2 * time.Duration(line.oneWay.Load()))
	target, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.target)
	if err != nil || !p.hold(target) {
		return
	}
	defer p.drop(target)
	var both sync.WaitGroup
	both.Go(func() { relay(target, caller, line) })
	both.Go(func() { relay(caller, target, line) })
	both.Wait()
}

// queued bounds what is under way on one connection, in reads of up to a chunk.
const (
	queued = 512
	chunk  = 32 << 10
)

type parcel struct {
	content []byte
	due     time.Time
}

// relay hands on from one connection to the other until either ends.
func relay(to, from net.Conn, line *Line) {
	under := make(chan parcel, queued)
	var writing sync.WaitGroup
	writing.Go(func() {
		for p := range under {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.content); err != nil {
				_ = from.Close()
			}
		}
		closeWrite(to)
	})
	buffer := make([]byte, chunk)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			line.carried.Add(int64(n))
			under <- parcel{append([]byte(nil), buffer[:n]...), time.Now().Add(time.Duration(line.oneWay.Load()))}
		}
		if err != nil {
			break
		}
	}
	close(under)
	writing.Wait()
}

// closeWrite tells the other side that nothing more comes.
func closeWrite(c net.Conn) {
	if half, ok := c.(*net.TCPConn); ok {
		if err := half.CloseWrite(); err == nil || errors.Is(err, io.EOF) {
			return
		}
	}
	_ = c.Close()
}
