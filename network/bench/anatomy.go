package main

import (
	"context"
	"encoding/json"
	"fmt"

	"carec.example/cats/network/bench/measure"
)

// ingredient is one thing a function does beyond the no-op's write. The JSON is the no-op chaincode's own.
type ingredient struct {
	name     operation
	Value    int      `json:"value"`
	Result   int      `json:"result"`
	Event    int      `json:"event"`
	Reads    []string `json:"reads"`
	Own      bool     `json:"own"`
	More     []string `json:"more"`
	Policy   bool     `json:"policy"`
	Together bool     `json:"together"`
}

// Lengths in bytes as a hand-off has them.
const (
	noopLength   = 200
	recordLength = 2100
	eventLength  = 300
	// smallRecordLength is what a movement's record would have without repeating what never changes.
	smallRecordLength = 1200
)

func ingredients(read []string) []ingredient {
	return []ingredient{
		{name: "no-op", Value: noopLength},
		{name: "+ a record of 2.1 KB", Value: recordLength},
		{name: "+ a result of 2.1 KB", Value: noopLength, Result: recordLength},
		{name: "+ an event of 300 bytes", Value: noopLength, Event: eventLength},
		{name: "+ reading the own key", Value: noopLength, Own: true},
		{name: "+ reading one other key", Value: noopLength, Reads: read[:1]},
		{name: "+ reading three other keys", Value: noopLength, Reads: read[:3]},
		{name: "+ setting the key's policy", Value: noopLength, Policy: true},
		{name: "+ reading three other keys in one message", Value: noopLength, Reads: read[:3], Together: true},
		{
			name: "a step: record, result, event, own key, two other keys, policy", Value: recordLength, Result: recordLength, Own: true,
			Reads: read[:2], Policy: true, Event: eventLength,
		},
		{name: "a step without a result", Value: recordLength, Own: true, Reads: read[:2], Policy: true, Event: eventLength},
		{
			name: "the same, all reads and all writes in one message each", Value: recordLength, Own: true, Reads: read[:2],
			Policy: true, Event: eventLength, Together: true,
		},
		{
			name: "the same, a record of 1.2 KB, policy as it is", Value: smallRecordLength, Own: true, Reads: read[:2],
			Event: eventLength, Together: true,
		},
	}
}

// anatomyRounds are short and many, so that the machine's moods spread over all ingredients.
const anatomyRounds = 3

// anatomy measures each ingredient on keys that have a policy of their own, as a movement's record has. What it costs is
// the difference to the no-op measured right before and right after it.
func (b *bench) anatomy(ctx context.Context, results *Results) error {
	clients := b.settings.clients[0]
	count := 4 * clients
	keys, read := b.keys("w", count), b.keys("r", 3)
	if err := b.prepareAnatomy(ctx, keys, read); err != nil {
		return err
	}
	all := ingredients(read)
	names := make([]operation, len(all))
	for i := range all {
		names[i] = all[i].name
	}
	var figures []*figure
	do := func(i ingredient, round int) (*figure, error) {
		f, err := b.work(ctx, i, load{clients: clients}, round, keys)
		if err == nil {
			figures = append(figures, f)
		}
		return f, err
	}
	more := map[operation][]float64{}
	for round := range anatomyRounds {
		before, err := do(all[0], round)
		if err != nil {
			return err
		}
		for _, i := range all[1:] {
			f, err := do(i, round)
			if err != nil {
				return err
			}
			after, err := do(all[0], round)
			if err != nil {
				return err
			}
			more[i.name] = append(more[i.name], f.perOperation()/((before.perOperation()+after.perOperation())/2))
			before = after
		}
	}
	results.Anatomy = rowsOf(figures, names)
	for i := range results.Anatomy {
		results.Anatomy[i].OfNoop = measure.Median(more[results.Anatomy[i].Operation])
	}
	return nil
}

func (b *bench) prepareAnatomy(ctx context.Context, keys, read []string) error {
	for _, key := range read {
		if err := b.actors.plain.submit(ctx, noopChaincode, "put", key); err != nil {
			return err
		}
	}
	return b.guard(ctx, keys)
}

// guard writes keys and gives each a policy as a movement's record has: the custodian's peer, and that of any one other.
func (b *bench) guard(ctx context.Context, keys []string) error {
	guarded := measure.Closed(ctx, 50, len(keys), func(ctx context.Context, number int) error {
		return b.actors.plain.submit(ctx, noopChaincode, "guard", keys[number], "CNMSP", "CARECMSP", "CGMMSP", "KGMSP", "KZMSP")
	})
	if guarded.Failed > 0 {
		return fmt.Errorf("guarding keys: %w", guarded.Errors[0])
	}
	return nil
}

func (b *bench) work(ctx context.Context, i ingredient, l load, round int, keys []string) (*figure, error) {
	text, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	return b.stage(ctx, i.name, l, round+1, len(keys), func(ctx context.Context, number int, _ *tally) error {
		return b.actors.plain.submit(ctx, noopChaincode, "work", keys[number], string(text), "CNMSP", "CARECMSP", "CGMMSP", "KGMSP", "KZMSP")
	})
}
