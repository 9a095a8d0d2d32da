package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// pool keeps the clients of the identities that callers act as. A client is opened when its identity is first used, and
// the one that was used least recently makes room when there are too many; one in use is never closed.
type pool struct {
	open Opener
	most int

	mu     sync.Mutex
	used   uint64
	closed bool
	lent   map[string]*lent
}

// lent is one client and who uses it. Its fields are guarded by the pool's lock but for ledger and err, which are set
// before ready is closed and not changed after.
type lent struct {
	ready  chan struct{}
	ledger *Ledger
	err    error
	users  int
	last   uint64
}

func newPool(open Opener, most int) *pool {
	return &pool{open: open, most: most, lent: map[string]*lent{}}
}

var errPoolClosed = errors.New("the gateway is closing")

// errPoolFull says that every client is in use.
var errPoolFull = errors.New("all clients are in use")

// get lends the client of an identity until give is called.
func (p *pool) get(ctx context.Context, identity string) (l *Ledger, give func(), err error) {
	e, first, err := p.enter(identity)
	if err != nil {
		return nil, nil, err
	}
	give = func() { p.leave(e) }
	if first {
		// The client outlives this request, and so it must not end with it.
		e.ledger, e.err = p.open(context.WithoutCancel(ctx), identity)
		if e.err != nil {
			p.forget(identity, e)
		}
		close(e.ready)
	}
	select {
	case <-e.ready:
	case <-ctx.Done():
		give()
		return nil, nil, ctx.Err()
	}
	if e.err != nil {
		give()
		return nil, nil, fmt.Errorf("couldn't open the ledger as %s: %w", identity, e.err)
	}
	return e.ledger, give, nil
}

// enter takes a place beside the client of an identity, or makes one for whoever is to open it.
func (p *pool) enter(identity string) (e *lent, first bool, err error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, false, errPoolClosed
	}
	p.used++
	var idle *Ledger
	e, known := p.lent[identity]
	if !known {
		if idle, err = p.makeRoom(); err != nil {
			p.mu.Unlock()
			return nil, false, err
		}
		e = &lent{ready: make(chan struct{})}
		p.lent[identity] = e
	}
	e.users++
	e.last = p.used
	p.mu.Unlock()
	if idle != nil {
		_ = idle.Close() // Nobody uses it; what a closing connection says is of no use to anybody.
	}
	return e, !known, nil
}

// makeRoom takes the client that was used least recently out when there is no place left. The caller closes it, outside
// the lock.
func (p *pool) makeRoom() (*Ledger, error) {
	if len(p.lent) < p.most {
		return nil, nil
	}
	var oldest string
	for name, e := range p.lent {
		if e.users == 0 && (oldest == "" || e.last < p.lent[oldest].last) {
			oldest = name
		}
	}
	if oldest == "" {
		return nil, errPoolFull
	}
	idle := p.lent[oldest].ledger
	delete(p.lent, oldest)
	return idle, nil
}

func (p *pool) leave(e *lent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.users--
}

// forget lets the next one try again to open what could not be opened.
func (p *pool) forget(identity string, e *lent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lent[identity] == e {
		delete(p.lent, identity)
	}
}

// close closes all clients. It comes after the last request.
func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var err error
	for name, e := range p.lent {
		if e.ledger != nil {
			err = errors.Join(err, e.ledger.Close())
		}
		delete(p.lent, name)
	}
	return err
}
