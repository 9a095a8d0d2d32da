package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/bench/measure"
)

// Verdict is what the ledger showed when it was asked, in the end, for everything that the load has written.
type Verdict struct {
	// Movements, NoopKeys, Assets and Guarantees are how many were looked at.
	Movements  int `json:"movements"`
	NoopKeys   int `json:"noopKeys"`
	Assets     int `json:"assets"`
	Guarantees int `json:"guarantees"`
	// Seeds is how many of the seeded movements were looked at, one in a hundred (part growth).
	Seeds int `json:"seeds,omitempty"`
	// Unsure are movements of which a step had failed: either outcome is right.
	Unsure int `json:"unsure"`
	// Locked is the sum of all open usages in cents, as the balance records and as the movements show it.
	Locked int64 `json:"lockedMinor"`
	// Wrong are the first few records that do not show what they should, WrongCount is how many there are.
	Wrong      []string `json:"wrong,omitempty"`
	WrongCount int      `json:"wrongCount"`

	mu sync.Mutex
}

const keptWrong = 10

func (v *Verdict) wrong(format string, arguments ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.WrongCount++
	if len(v.Wrong) < keptWrong {
		v.Wrong = append(v.Wrong, fmt.Sprintf(format, arguments...))
	}
}

// verify reads back everything. Movements and guarantees are read by the regulator at its own peer, which has taken
// part in none of the steps as a gateway.
func (b *bench) verify(ctx context.Context) (*Verdict, error) {
	v := &Verdict{}
	open := map[string]map[string]int64{}
	for grn := range b.guarantees {
		open[grn] = map[string]int64{}
	}
	if err := b.verifyMovements(ctx, v, open); err != nil {
		return nil, err
	}
	for grn, g := range b.guarantees {
		if err := b.verifyGuarantee(ctx, v, g, open[grn]); err != nil {
			return nil, err
		}
	}
	if b.seeded != nil {
		if err := b.verifySeeds(ctx, v, b.seeded); err != nil {
			return nil, err
		}
	}
	if err := b.verifyComparisons(ctx, v); err != nil {
		return nil, err
	}
	return v, nil
}

// readers is the number of records read at a time.
const readers = 32

func each(ctx context.Context, count int, do func(ctx context.Context, i int) error) error {
	l := measure.Closed(ctx, readers, count, do)
	return errors.Join(l.Errors...)
}

func (b *bench) verifyMovements(ctx context.Context, v *Verdict, open map[string]map[string]int64) error {
	return each(ctx, len(b.movements), func(ctx context.Context, i int) error {
		m := b.movements[i]
		if m.id == "" {
			return nil
		}
		view, err := b.actors.analyst.Movements().Get(ctx, m.id)
		if err != nil {
			return fmt.Errorf("verifying movement %s: %w", m.id, err)
		}
		v.movement(m, view.Movement, open)
		return nil
	})
}

func (v *Verdict) movement(m *movement, record *transit.Movement, open map[string]map[string]int64) {
	if !m.unsure && record.State != m.state {
		v.wrong("movement %s is %s and should be %s", m.id, record.State, m.state)
	}
	v.mu.Lock()
	v.Movements++
	if m.unsure {
		v.Unsure++
	}
	v.mu.Unlock()
	for _, u := range record.Guarantees {
		if u.GRN != m.grn || u.Amount.Minor != m.minor {
			v.wrong("movement %s uses %s of %s", m.id, u.Amount, u.GRN)
		}
		if holding := record.State == transit.Released || record.State == transit.Arrived; holding != (u.State == transit.UsageLocked) {
			v.wrong("movement %s is %s and its guarantee %s", m.id, record.State, u.State)
		}
		if u.State != transit.UsageLocked {
			continue
		}
		var sum int64
		for _, p := range u.Parts {
			sum += p.Minor
		}
		if sum != u.Amount.Minor {
			v.wrong("movement %s has locked %d of %s", m.id, sum, u.Amount)
		}
		v.mu.Lock()
		open[u.GRN][record.ID] = sum
		v.Locked += sum
		v.mu.Unlock()
	}
}

// verifyGuarantee holds the balance records against the reference amount and against the movements.
func (b *bench) verifyGuarantee(ctx context.Context, v *Verdict, g *guarantee, open map[string]int64) error {
	view, err := b.actors.analyst.Guarantees().Get(ctx, g.grn)
	if err != nil {
		return fmt.Errorf("verifying guarantee %s: %w", g.grn, err)
	}
	v.Guarantees++
	sums := view.Guarantee.Sums(view.Balances)
	if sums.Available+sums.Open != g.reference {
		v.wrong("guarantee %s: %d available and %d locked do not make %d", g.grn, sums.Available, sums.Open, g.reference)
	}
	held := map[string]int64{}
	for _, balance := range view.Balances {
		if balance.Available < 0 {
			v.wrong("guarantee %s: balance record %d is overdrawn by %d", g.grn, balance.Index, -balance.Available)
		}
		for id, minor := range balance.Open {
			held[id] += minor
		}
	}
	for id, minor := range held {
		if open[id] != minor {
			v.wrong("guarantee %s holds %d for %s, whose record says %d", g.grn, minor, id, open[id])
		}
	}
	for id, minor := range open {
		if held[id] != minor {
			v.wrong("guarantee %s holds %d for %s, whose record says %d", g.grn, held[id], id, minor)
		}
	}
	return nil
}

func (b *bench) verifyComparisons(ctx context.Context, v *Verdict) error {
	v.NoopKeys, v.Assets = len(b.noopKeys), len(b.assets)
	err := each(ctx, len(b.noopKeys), func(ctx context.Context, i int) error {
		content, err := b.actors.plain.evaluate(ctx, noopChaincode, "get", b.noopKeys[i])
		if err == nil && len(content) == 0 {
			v.wrong("no-op key %s is not there", b.noopKeys[i])
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("verifying the no-op: %w", err)
	}
	return each(ctx, len(b.assets), func(ctx context.Context, i int) error {
		content, err := b.actors.plain.evaluate(ctx, assetChaincode, "ReadAsset", b.assets[i])
		if err != nil {
			v.wrong("asset %s: %v", b.assets[i], err)
			return nil
		}
		var asset struct{ Owner string }
		if err := json.Unmarshal(content, &asset); err != nil || asset.Owner != "KZ" {
			v.wrong("asset %s belongs to %q", b.assets[i], asset.Owner)
		}
		return nil
	})
}
