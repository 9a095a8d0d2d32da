package cats

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const someGRN = "26KZCGM0000000015"

// bank stands in for the ledger's balance records. It fails the test when two
// transactions are in flight on one record, which would collide.
type bank struct {
	t       require.TestingT
	mu      sync.Mutex
	records []transit.Balance
	flying  []bool
	looks   int
}

func newBank(t require.TestingT, amounts ...int64) *bank {
	b := &bank{t: t, flying: make([]bool, len(amounts))}
	for i, a := range amounts {
		b.records = append(b.records, transit.Balance{GRN: someGRN, Index: i, Available: a, Open: map[string]int64{}})
	}
	return b
}

func (b *bank) get(context.Context, string) (*transit.GuaranteeView, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	v := &transit.GuaranteeView{}
	for _, r := range b.records {
		r.Open = map[string]int64{}
		v.Balances = append(v.Balances, r)
	}
	return v, nil
}

// draw is the ledger's side of a release: it draws on the preferred records first and then on the others.
func (b *bank) draw(order []int, movement string, minor int64) ([]transit.UsagePart, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range order {
		require.False(b.t, b.flying[i], "two transactions in flight on record %d", i)
		b.flying[i] = true
	}
	var records []*transit.Balance
	for _, i := range order {
		records = append(records, &b.records[i])
	}
	for i := range b.records {
		if !slices.Contains(order, i) {
			records = append(records, &b.records[i])
		}
	}
	parts, _, ok := transit.Lock(records, movement, minor)
	return parts, ok
}

func (b *bank) land(order []int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range order {
		b.flying[i] = false
	}
}

func (b *bank) total() (sum int64) {
	for _, r := range b.records {
		sum += r.Available
	}
	return sum
}

func drawn(parts []transit.UsagePart) []transit.UsagePart {
	out := make([]transit.UsagePart, len(parts))
	for i, p := range parts {
		out[i] = transit.UsagePart{Balance: p.Balance, Minor: -p.Minor}
	}
	return out
}

func queued(a *account) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting)
}

func lockAt(t *testing.T, b *bank, a *account, p place, minor int64) *lease {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	l, err := a.lock(ctx, b.get, p, minor)
	require.NoError(t, err)
	return l
}

func TestQueuesChooseRecords(t *testing.T) {
	china, kazakhstan := place{at: 0, of: 3}, place{at: 1, of: 3}

	t.Run("Each country begins at its own records", func(t *testing.T) {
		b, a := newBank(t, 100, 100, 100, 100, 100, 100), NewQueues().account(someGRN)
		first, second := lockAt(t, b, a, china, 50), lockAt(t, b, a, china, 50)
		require.ElementsMatch(t, []int{0, 3}, slices.Concat(first.indices, second.indices))
		require.Contains(t, []int{1, 4}, lockAt(t, b, a, kazakhstan, 50).indices[0])
	})

	t.Run("A country alone uses the others' records while its own are busy", func(t *testing.T) {
		b, a := newBank(t, 100, 100, 100), NewQueues().account(someGRN)
		seen := map[int]bool{}
		for range 3 {
			seen[lockAt(t, b, a, china, 100).indices[0]] = true
		}
		require.Len(t, seen, 3)
	})

	t.Run("It leaves a record to whoever won there, and waits for its own", func(t *testing.T) {
		b, a := newBank(t, 100, 100), NewQueues().account(someGRN)
		own := place{at: 0, of: 2}
		first, foreign := lockAt(t, b, a, own, 10), lockAt(t, b, a, own, 10)
		require.Equal(t, []int{1}, foreign.indices)
		foreign.end(nil, true)
		done := make(chan *lease)
		go func() {
			l, err := a.lock(context.Background(), b.get, own, 10)
			assert.NoError(t, err)
			done <- l
		}()
		time.Sleep(20 * time.Millisecond)
		require.Equal(t, 1, queued(a))
		first.end(drawn([]transit.UsagePart{{Balance: 0, Minor: 10}}), false)
		require.Equal(t, []int{0}, (<-done).indices)
	})

	t.Run("It takes a contested record when the others are short", func(t *testing.T) {
		b, a := newBank(t, 10, 100), NewQueues().account(someGRN)
		own := place{at: 0, of: 2}
		l := lockAt(t, b, a, own, 50)
		l.end(nil, true)
		require.Equal(t, []int{1}, lockAt(t, b, a, own, 50).indices)
	})

	t.Run("It puts records together when no single one covers the amount", func(t *testing.T) {
		b, a := newBank(t, 40, 40, 40), NewQueues().account(someGRN)
		require.Len(t, lockAt(t, b, a, china, 100).indices, 3)
	})

	t.Run("It looks at the ledger again before leaving a shortage to it", func(t *testing.T) {
		b, a := newBank(t, 10), NewQueues().account(someGRN)
		first := lockAt(t, b, a, china, 10)
		first.end(drawn([]transit.UsagePart{{Balance: 0, Minor: 10}}), false)
		looks := b.looks
		l := lockAt(t, b, a, china, 10) // the bank still holds it: freed by somebody else meanwhile
		require.Equal(t, []int{0}, l.indices)
		require.Equal(t, looks+1, b.looks)
		l.end(nil, false)
		require.Empty(t, lockAt(t, b, a, china, 11).indices)
	})

	t.Run("A caller who gives up leaves the queue", func(t *testing.T) {
		b, a := newBank(t, 10), NewQueues().account(someGRN)
		held := lockAt(t, b, a, china, 5)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		_, err := a.lock(ctx, b.get, china, 5)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, queued(a))
		held.end(nil, false)
		require.Equal(t, []int{0}, lockAt(t, b, a, china, 5).indices)
	})

	t.Run("Crediting waits for exactly the records that carry the amount", func(t *testing.T) {
		b, a := newBank(t, 10, 10), NewQueues().account(someGRN)
		first := lockAt(t, b, a, china, 5)
		done := make(chan *lease)
		go func() {
			l, err := a.hold(context.Background(), []int{0, 1})
			assert.NoError(t, err)
			done <- l
		}()
		select {
		case <-done:
			require.Fail(t, "a busy record was given away")
		case <-time.After(20 * time.Millisecond):
		}
		first.end(nil, false)
		require.Equal(t, []int{0, 1}, (<-done).indices)
	})

	t.Run("A failing look at the ledger reaches the caller and does not block the next", func(t *testing.T) {
		a := NewQueues().account(someGRN)
		broken := func(context.Context, string) (*transit.GuaranteeView, error) { return nil, errors.New("down") }
		_, err := a.lock(context.Background(), broken, china, 5)
		require.EqualError(t, err, "down")
		b := newBank(t, 10)
		require.Equal(t, []int{0}, lockAt(t, b, a, china, 5).indices)
	})
}

// Whatever is locked and credited in parallel: no record has two transactions in
// flight, everyone is served, all that fits is covered, and nothing is lost.
func TestQueuesUnderRandomLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.IntRange(1, 12).Draw(t, "records")
		jobs := rapid.IntRange(1, 40).Draw(t, "jobs")
		countries := rapid.IntRange(1, 4).Draw(t, "countries")
		amounts := make([]int64, records)
		for i := range amounts {
			amounts[i] = rapid.Int64Range(0, 500).Draw(t, "amount")
		}
		b, queues := newBank(t, amounts...), NewQueues()
		before := b.total()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		failures := make([]error, jobs)
		for i := range jobs {
			minor, p := rapid.Int64Range(1, 300).Draw(t, "minor"), place{at: i % countries, of: countries}
			wg.Go(func() { failures[i] = lockAndFree(ctx, b, queues.account(someGRN), p, fmt.Sprint("M", i), minor) })
		}
		wg.Wait()
		for _, err := range failures {
			require.NoError(t, err)
		}
		require.Equal(t, before, b.total())
		require.Zero(t, queued(queues.account(someGRN)))
	})
}

// lockAndFree releases one movement, and discharges it again.
func lockAndFree(ctx context.Context, b *bank, a *account, p place, movement string, minor int64) error {
	l, err := a.lock(ctx, b.get, p, minor)
	if err != nil {
		return err
	}
	parts, ok := b.draw(l.indices, movement, minor)
	time.Sleep(rand.N(300 * time.Microsecond))
	b.land(l.indices)
	if !ok {
		l.end(nil, false)
		return nil
	}
	l.end(drawn(parts), rand.IntN(10) == 0)
	var indices []int
	for _, part := range parts {
		indices = append(indices, part.Balance)
	}
	h, err := a.hold(ctx, indices)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var held []*transit.Balance
	for _, i := range indices {
		held = append(held, &b.records[i])
	}
	err = transit.Free(held, movement, parts)
	h.end(parts, false)
	return err
}

func TestReleaseThroughTheQueue(t *testing.T) {
	declared := []transit.Usage{{GRN: someGRN, Type: "1", Amount: transit.Money{Minor: 50, Currency: "USD"}, State: transit.UsageDeclared}}
	var mu sync.Mutex
	var orders [][]int
	p := &mockPeer{
		onEvaluate: func(i *invocation) ([]byte, error) {
			switch i.fn {
			case transit.FnGetRegistry:
				return asJSON(t, transit.Consortium{Organisations: []transit.Organisation{
					{MSP: "CNMSP", Kind: transit.Customs}, {MSP: "KZMSP", Kind: transit.Customs},
				}}), nil
			case transit.FnGetMovement:
				return asJSON(t, transit.MovementView{Movement: &transit.Movement{Course: transit.Course{ID: someID, Guarantees: declared}}}), nil
			}
			return asJSON(t, transit.GuaranteeView{Balances: []transit.Balance{
				{Index: 0, Available: 100}, {Index: 1, Available: 100}, {Index: 2, Available: 100},
			}}), nil
		},
		onEndorse: func(i *invocation) ([]byte, error) {
			var r transit.StepRequest
			i.decode(t, &r)
			mu.Lock()
			defer mu.Unlock()
			orders = append(orders, r.Balances[0].Order)
			locked := declared[0]
			locked.State, locked.Parts = transit.UsageLocked, []transit.UsagePart{{Balance: r.Balances[0].Order[0], Minor: 50}}
			return asJSON(t, transit.Course{ID: someID, State: transit.Released, Guarantees: []transit.Usage{locked}}), nil
		},
	}
	c := connectTo(t, p)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			_, _, err := c.Movements().Release(context.Background(), someID, "2027-01-31")
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	counts := map[int]int{}
	for _, o := range orders {
		require.Len(t, o, 1)
		counts[o[0]]++
	}
	require.Equal(t, map[int]int{0: 2, 1: 2, 2: 2}, counts, "every record covers two of them")
}
