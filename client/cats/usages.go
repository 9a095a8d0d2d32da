package cats

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"carec.example/cats/chaincode/transit"
)

// Release releases the goods for transit and locks the guarantees in the same
// transaction (IE029). The time limit is a day (YYYY-MM-DD). The call waits in the
// queues of the guarantees; see [Queues].
func (m *Movements) Release(ctx context.Context, movement, timeLimit string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.locking(ctx, transit.FnRelease, transit.StepRequest{Movement: movement, TimeLimit: timeLimit}, opts)
}

// locking takes a step that locks the movement's guarantees: it waits for balance records that will be drawn on.
func (m *Movements) locking(
	ctx context.Context, fn transit.Function, request transit.StepRequest, opts []CallOption,
) (*transit.Course, Receipt, error) {
	k := m.stepCall(fn, &request, opts)
	k.prepare = func(ctx context.Context) (any, func([]byte, *verdict), error) {
		leases, err := m.lockings(ctx, request.Movement)
		if err != nil {
			return nil, nil, err
		}
		attempt := request
		attempt.Balances = choices(leases)
		return attempt, func(result []byte, v *verdict) { finish(leases, result, v, -1) }, nil
	}
	return m.take(ctx, k)
}

// freeing takes a step that frees what the movement has locked: it waits for the
// balance records that will be credited.
func (m *Movements) freeing(
	ctx context.Context, fn transit.Function, request transit.StepRequest, opts []CallOption,
) (*transit.Course, Receipt, error) {
	k := m.stepCall(fn, &request, opts)
	k.prepare = func(ctx context.Context) (any, func([]byte, *verdict), error) {
		leases, err := m.creditings(ctx, request.Movement)
		if err != nil {
			return nil, nil, err
		}
		return request, func(result []byte, v *verdict) { finish(leases, result, v, +1) }, nil
	}
	return m.take(ctx, k)
}

// lockings waits for records of every guarantee that the release will draw on. The
// guarantees are queued for in the order of their GRNs, so that two movements with
// the same ones cannot wait for each other.
func (m *Movements) lockings(ctx context.Context, movement string) ([]*lease, error) {
	usages, err := m.usages(ctx, movement, transit.UsageDeclared)
	if err != nil {
		return nil, err
	}
	p := m.c.place(ctx)
	return collect(usages, func(u transit.Usage) (*lease, error) {
		l, err := m.c.queues.account(u.GRN).lock(ctx, m.c.Guarantees().Get, p, u.Amount.Minor)
		var failed *Error
		if errors.As(err, &failed) && failed.Class == Refused {
			// Whoever may not see the balances leaves the choice to the ledger.
			return nil, nil
		}
		return l, err
	})
}

// creditings waits for the records that carry the movement's locked amounts.
func (m *Movements) creditings(ctx context.Context, movement string) ([]*lease, error) {
	usages, err := m.usages(ctx, movement, transit.UsageLocked)
	if err != nil {
		return nil, err
	}
	return collect(usages, func(u transit.Usage) (*lease, error) {
		indices := make([]int, len(u.Parts))
		for i, part := range u.Parts {
			indices[i] = part.Balance
		}
		return m.c.queues.account(u.GRN).hold(ctx, indices)
	})
}

// collect acquires one lease after the other and gives all back when one fails.
func collect(usages []transit.Usage, acquire func(transit.Usage) (*lease, error)) ([]*lease, error) {
	var leases []*lease
	for _, u := range usages {
		l, err := acquire(u)
		if err != nil {
			for _, held := range leases {
				held.end(nil, false)
			}
			return nil, err
		}
		if l != nil {
			leases = append(leases, l)
		}
	}
	return leases, nil
}

// choices puts the records of the leases first in the order in which the ledger draws.
func choices(leases []*lease) []transit.BalanceChoice {
	var out []transit.BalanceChoice
	for _, l := range leases {
		if len(l.indices) > 0 {
			out = append(out, transit.BalanceChoice{GRN: l.account.grn, Order: l.indices})
		}
	}
	return out
}

// finish ends the leases with what the transaction did to the balances: sign is -1
// when it drew on them and +1 when it credited them.
func finish(leases []*lease, result []byte, v *verdict, sign int64) {
	moved, claimed := map[string][]transit.UsagePart{}, map[string]bool{}
	var record transit.Movement
	if v == nil && json.Unmarshal(result, &record) == nil {
		for _, u := range record.Guarantees {
			claimed[u.GRN] = u.Claimed.Minor > 0
			for _, part := range u.Parts {
				moved[u.GRN] = append(moved[u.GRN], transit.UsagePart{Balance: part.Balance, Minor: sign * part.Minor})
			}
		}
	}
	for _, l := range leases {
		// After anything but success the balances are no longer believed, nor when a claim has kept some of the credit.
		l.end(moved[l.account.grn], v != nil && v.reason == lostRace)
		if v != nil || claimed[l.account.grn] {
			l.account.distrust()
		}
	}
}

// usages returns the movement's usages in a state, sorted by GRN. The record as last
// seen is good enough when it shows some: they change their state once.
func (m *Movements) usages(ctx context.Context, movement string, state transit.UsageState) ([]transit.Usage, error) {
	out := usagesIn(m.c.movements.seen(movement), state)
	if len(out) > 0 {
		return out, nil
	}
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	return usagesIn(view.Movement.Guarantees, state), nil
}

func usagesIn(usages []transit.Usage, state transit.UsageState) []transit.Usage {
	var out []transit.Usage
	for _, u := range usages {
		// Guarantees that are not kept by reference lock nothing; goods that have arrived are still covered.
		open := u.State.Open() && len(u.Parts) > 0
		if u.GRN != "" && (u.State == state && state == transit.UsageDeclared || open && state == transit.UsageLocked) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b transit.Usage) int { return cmp.Compare(a.GRN, b.GRN) })
	return out
}

// place tells which balance records are the own country's to begin with.
func (c *Client) place(ctx context.Context) place {
	consortium, err := c.consortium(ctx, false)
	if err != nil {
		return place{}
	}
	var authorities []string
	for _, o := range consortium.Organisations {
		if o.Kind == transit.Customs {
			authorities = append(authorities, o.MSP)
		}
	}
	slices.Sort(authorities)
	return place{at: max(slices.Index(authorities, c.MSP()), 0), of: len(authorities)}
}

// movementCache remembers the guarantees of the movements last seen, so that a step
// right after another one need not read the record again. Parts never change
// between locking and freeing; whatever else is out of date, the ledger decides.
type movementCache struct {
	mu     sync.Mutex
	usages map[string][]transit.Usage
	order  []string
}

// rememberedMovements bounds the cache.
const rememberedMovements = 8192

func newMovementCache() *movementCache { return &movementCache{usages: map[string][]transit.Usage{}} }

func (s *movementCache) keep(m *transit.Course) {
	if m == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Compact([]string{m.ID, m.Reference()}) {
		if _, known := s.usages[name]; !known {
			s.order = append(s.order, name)
		}
		s.usages[name] = m.Guarantees
	}
	for len(s.order) > rememberedMovements {
		delete(s.usages, s.order[0])
		s.order = s.order[1:]
	}
}

// seen returns the usages of a movement as last seen, if any.
func (s *movementCache) seen(name string) []transit.Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usages[name]
}
