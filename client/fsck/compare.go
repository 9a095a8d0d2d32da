package fsck

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// askedAtOnce bounds the questions to the peer in flight.
const askedAtOnce = 8

// answer is what became of one question.
type answer struct {
	equal bool
	err   error
}

// rounds bounds how often a record that moves on while it is compared is looked at again.
const rounds = 5

// compare asks the peer for every record and compares the answers with the derived
// state. A record that differs may have moved on since the last block was read: the
// new blocks are replayed, and it is compared again.
func (r *replay) compare(ctx context.Context, source Source) error {
	movements, err := r.listed(ctx, source)
	if err != nil {
		return err
	}
	guarantees := slices.Sorted(maps.Keys(r.guarantees))
	r.report.Compared = len(r.movements) + len(guarantees)
	for round := 1; ; round++ {
		if movements, err = differing(ctx, movements, func(ctx context.Context, id string) (bool, error) {
			held, err := source.Movement(ctx, id)
			return same(held, r.movements[id]), err
		}, r); err != nil {
			return err
		}
		if guarantees, err = differing(ctx, guarantees, func(ctx context.Context, grn string) (bool, error) {
			held, err := source.Guarantee(ctx, grn)
			return err == nil && r.sameGuarantee(held, grn), err
		}, r); err != nil {
			return err
		}
		if len(movements)+len(guarantees) == 0 || round == rounds {
			break
		}
		if err := r.catchUp(ctx, source); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(movements, guarantees) {
		r.find(name, "peer", "the peer answers with another record than the blocks make")
	}
	return nil
}

// listed compares the movements that the peer lists, many at a time, and returns
// those that have to be asked for one by one: what differs and what is not listed.
func (r *replay) listed(ctx context.Context, source Source) ([]string, error) {
	equal := map[string]bool{}
	var left []string
	for m, err := range source.Movements(ctx) {
		if err != nil {
			return nil, err
		}
		if r.movements[m.ID] == nil {
			// It is new since the last block was read, or follows from no block at all.
			left = append(left, m.ID)
			continue
		}
		equal[m.ID] = same(m, r.movements[m.ID])
	}
	for id := range r.movements {
		if !equal[id] {
			left = append(left, id)
		}
	}
	slices.Sort(left)
	return left, r.catchUp(ctx, source)
}

// differing returns the names whose records are not the same. Those that the caller may not see are counted and dropped.
func differing(ctx context.Context, names []string, isSame func(context.Context, string) (bool, error), r *replay) ([]string, error) {
	answers := make([]answer, len(names))
	var asking sync.WaitGroup
	places := make(chan struct{}, askedAtOnce)
	for i, name := range names {
		places <- struct{}{}
		asking.Go(func() {
			defer func() { <-places }()
			answers[i].equal, answers[i].err = isSame(ctx, name)
		})
	}
	asking.Wait()
	var left []string
	for i, name := range names {
		equal, err := answers[i].equal, answers[i].err
		var failed *cats.Error
		switch {
		case errors.Is(err, &transit.Fault{Code: transit.NotAuthorised}):
			r.report.Hidden++
			r.report.Compared--
		case errors.As(err, &failed) && failed.Class == cats.Refused:
			left = append(left, name)
		case err != nil:
			return nil, err
		case !equal:
			left = append(left, name)
		}
	}
	return left, nil
}

func (r *replay) sameGuarantee(held *transit.GuaranteeView, grn string) bool {
	if !same(held.Guarantee, r.guarantees[grn]) || len(held.Balances) != len(r.balances[grn]) {
		return false
	}
	for i := range held.Balances {
		if !same(&held.Balances[i], r.balances[grn][held.Balances[i].Index]) {
			return false
		}
	}
	return true
}

// same compares two records by their JSON.
func same[T any](a, b *T) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && string(x) == string(y)
}
