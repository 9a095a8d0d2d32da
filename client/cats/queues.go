package cats

import (
	"context"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Queues keep the changes that one process makes to the balance records of
// guarantees from colliding.
//
// A guarantee's reference amount is split over balance records. Two transactions
// that draw on the same record and are in flight together collide: the second is
// invalid when it is committed. So each record has at most one transaction of this
// process in flight, and the next one starts when the former is committed, when its
// proposal sees the former's effect. Different records go in parallel.
//
// Between processes there is no queue. Instead every departure country begins at
// its own records, those whose index modulo the number of customs authorities is
// the country's place among them, and goes on to the others' when its own are busy:
// a country that is alone has the whole guarantee. Whoever loses a collision leaves
// that record to the winner for a while, so that those who meet on a guarantee soon
// part. Credit that is short elsewhere is taken from contested records all the same.
//
// The queues only steer. What they believe about balances comes from the ledger's
// answers and may be out of date; the ledger alone decides, and never overdraws.
type Queues struct {
	mu       sync.Mutex
	accounts map[string]*account
}

// NewQueues makes empty queues. One per process serves all its clients.
func NewQueues() *Queues { return &Queues{accounts: map[string]*account{}} }

func (q *Queues) account(grn string) *account {
	q.mu.Lock()
	defer q.mu.Unlock()
	a, known := q.accounts[grn]
	if !known {
		a = &account{grn: grn}
		q.accounts[grn] = a
	}
	return a
}

const (
	// contestedFor is how long a record is left to whoever won a collision there.
	contestedFor = 15 * time.Second
	// believedFor is how long balances are believed without a look at the ledger.
	believedFor = 30 * time.Second
	// fullAt is the number of open usages from which a balance record takes no more.
	fullAt = 64
	// overtaken bounds how often a waiter that needs several records is passed over.
	overtaken = 32
)

// account is what this process believes about one guarantee's balance records.
type account struct {
	grn string

	mu      sync.Mutex
	records []balance
	waiting []*waiter
	readAt  time.Time
	// reading is closed when the look at the ledger now under way is over.
	reading chan struct{}
}

// balance is one balance record. It is busy while a transaction of this process that draws on it is in flight.
type balance struct {
	busy           bool
	available      int64
	open           int
	contestedUntil time.Time
}

// place is a country's place among the customs authorities: its records are those
// whose index leaves the remainder at when divided by of.
type place struct{ at, of int }

func (p place) owns(index int) bool { return p.of < 2 || index%p.of == p.at }

// waiter is one transaction that wants records, either enough for an amount or exactly those named.
type waiter struct {
	place   place
	minor   int64
	exactly []int
	skipped int
	// granted receives the records, or nil when the whole guarantee is believed to be short.
	granted chan []int
}

// lease is the right to be the only transaction in flight on some records.
type lease struct {
	account *account
	indices []int
}

// view reads the balances from the ledger.
type view func(ctx context.Context, grn string) (*transit.GuaranteeView, error)

// lock waits for records that are free and hold the amount. An empty lease means
// that the guarantee looks short of it, or that its balances could not be read:
// then the ledger chooses, and refuses if it must.
func (a *account) lock(ctx context.Context, read view, p place, minor int64) (*lease, error) {
	for {
		looked, err := a.refresh(ctx, read)
		if err != nil {
			return nil, err
		}
		w := &waiter{place: p, minor: minor, granted: make(chan []int, 1)}
		indices, err := a.wait(ctx, w)
		if err != nil {
			return nil, err
		}
		if len(indices) > 0 || looked {
			return &lease{account: a, indices: indices}, nil
		}
		// The balances looked short by what was believed; look again before letting the ledger refuse.
		a.distrust()
	}
}

// hold waits for exactly the records named.
func (a *account) hold(ctx context.Context, indices []int) (*lease, error) {
	granted, err := a.wait(ctx, &waiter{exactly: indices, granted: make(chan []int, 1)})
	if err != nil {
		return nil, err
	}
	return &lease{account: a, indices: granted}, nil
}

func (a *account) wait(ctx context.Context, w *waiter) ([]int, error) {
	a.mu.Lock()
	a.waiting = append(a.waiting, w)
	a.dispatch()
	a.mu.Unlock()
	select {
	case indices := <-w.granted:
		return indices, nil
	case <-ctx.Done():
		a.abandon(w)
		return nil, ctx.Err()
	}
}

// abandon takes a waiter out of the queue, and gives back what it was granted meanwhile.
func (a *account) abandon(w *waiter) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, other := range a.waiting {
		if other == w {
			a.waiting = append(a.waiting[:i], a.waiting[i+1:]...)
			break
		}
	}
	select {
	case indices := <-w.granted:
		a.free(indices)
	default:
	}
	a.dispatch()
}

// dispatch serves the waiters in their order as far as records are free; a.mu is held.
// One that needs what is busy is passed over by later ones, but not for ever.
func (a *account) dispatch() {
	now := time.Now()
	left := a.waiting[:0]
	blocked := false
	for _, w := range a.waiting {
		indices, served := []int(nil), false
		if !blocked {
			indices, served = a.choose(w, now)
		}
		if !served {
			w.skipped++
			blocked = blocked || w.skipped > overtaken*(len(a.waiting)+1)
			left = append(left, w)
			continue
		}
		for _, i := range indices {
			a.at(i).busy = true
		}
		w.granted <- indices
	}
	a.waiting = left
}

// end gives the records back. Parts are what a committed transaction drew on
// records (negative) or credited to them. A lost collision marks the records as contested.
func (l *lease) end(parts []transit.UsagePart, collided bool) {
	a := l.account
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, part := range parts {
		b := a.at(part.Balance)
		b.available += part.Minor
		switch { // Where no amounts are recorded, the next look at the ledger tells.
		case part.Minor < 0:
			b.open++
		case part.Minor > 0:
			b.open--
		}
	}
	if collided {
		for _, i := range l.indices {
			a.at(i).contestedUntil = time.Now().Add(contestedFor)
		}
		a.readAt = time.Time{}
	}
	a.free(l.indices)
	a.dispatch()
}

// at returns a record, which need not have been read from the ledger before; a.mu is held.
func (a *account) at(index int) *balance {
	for len(a.records) <= index {
		a.records = append(a.records, balance{})
	}
	return &a.records[index]
}

func (a *account) free(indices []int) {
	for _, i := range indices {
		a.at(i).busy = false
	}
}

// distrust makes the next one look at the ledger.
func (a *account) distrust() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.readAt = time.Time{}
}

// refresh looks at the ledger unless what is believed is fresh, and reports whether
// it did. One look serves all who want it at the time.
func (a *account) refresh(ctx context.Context, read view) (looked bool, err error) {
	for {
		a.mu.Lock()
		if time.Since(a.readAt) < believedFor {
			a.mu.Unlock()
			return looked, nil
		}
		if under := a.reading; under != nil {
			a.mu.Unlock()
			select {
			case <-under:
				looked = true
				continue
			case <-ctx.Done():
				return false, ctx.Err()
			}
		}
		a.reading = make(chan struct{})
		a.mu.Unlock()
		v, err := read(ctx, a.grn)
		a.take(v)
		return true, err
	}
}

// take believes what the ledger said, except of records with a transaction in
// flight, whose effect may or may not be in the answer.
func (a *account) take(v *transit.GuaranteeView) {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.reading)
	a.reading = nil
	if v == nil {
		return
	}
	a.readAt = time.Now()
	for _, b := range v.Balances {
		r := a.at(b.Index)
		if r.busy {
			continue
		}
		r.available, r.open = b.Available, len(b.Open)
		if b.Monitoring != "" {
			r.available = transit.MaxMinor // Without an account any amount is covered.
		}
	}
	a.dispatch()
}
