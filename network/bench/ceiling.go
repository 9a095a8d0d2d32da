package main

import (
	"context"
	"encoding/json"
	"slices"

	"carec.example/cats/network/bench/measure"
)

// The no-op on keys with a policy of their own, and with what every step of the procedure does whatever its rules are: it
// reads its record, writes it again and tells an event. What these cost beyond the plain no-op is the price of the keys'
// policies and of the bytes, which Fabric takes; only what a step costs beyond them is the steps' own.
const (
	opNoopRecord  operation = "no-op, key policy, record of 1.0 KB read and rewritten, event"
	opNoopRecords operation = "no-op, two keys with a policy, records of 0.6 KB read and rewritten, event"
)

// Lengths in bytes: about that of a movement's course alone, and half of a course and a balance record together.
const (
	courseLength = 1000
	halfLength   = 600
)

// ceilingRounds are several, because a virtual machine's speed changes over minutes.
const ceilingRounds = 3

// ceilings are the operations of this part, the plain no-op first.
func ceilings() []operation {
	return []operation{opNoop, opNoopKeyed, opNoopTwo, opNoopRecord, opNoopRecords}
}

// ceiling measures them under the load of the most clients, each between two measurements of the plain no-op.
func (b *bench) ceiling(ctx context.Context, results *Results) error {
	l, count := load{clients: slices.Max(b.settings.clients)}, b.settings.count
	b.log("  ceilings, %s, %d rounds", l, ceilingRounds)
	first, second := b.keys("g", count), b.keys("g", count)
	if err := b.guard(ctx, append(slices.Clone(first), second...)); err != nil {
		return err
	}
	more := map[operation][]float64{}
	figures, err := b.apart(func() error {
		for round := 1; round <= ceilingRounds; round++ {
			if err := b.ceilingRound(ctx, l, round, first, second, more); err != nil {
				return err
			}
		}
		return nil
	})
	results.Ceilings = rowsOf(figures, ceilings())
	for i := range results.Ceilings {
		results.Ceilings[i].OfNoop = measure.Median(more[results.Ceilings[i].Operation])
	}
	return err
}

func (b *bench) ceilingRound(ctx context.Context, l load, round int, first, second []string, more map[operation][]float64) error {
	before, err := b.noop(ctx, l, round, len(first))
	if err != nil {
		return err
	}
	for _, o := range ceilings()[1:] {
		var f *figure
		after, err := b.compared(ctx, before, l, round, len(first), func() (err error) {
			f, err = b.measured(ctx, o, l, round, len(first), func(ctx context.Context, number int, _ *tally) error {
				return b.touch(ctx, o, first[number], second[number])
			})
			return err
		})
		if err != nil {
			return err
		}
		more[o] = append(more[o], f.perOperation()/((before.perOperation()+after.perOperation())/2))
		before = after
	}
	return nil
}

// touch does one transaction on one or both keys.
func (b *bench) touch(ctx context.Context, o operation, first, second string) error {
	keys := []string{first, second}[:o.governed()]
	if o == opNoopKeyed || o == opNoopTwo {
		return b.actors.plain.submit(ctx, noopChaincode, "put", keys...)
	}
	length := courseLength
	if o == opNoopRecords {
		length = halfLength
	}
	with, err := json.Marshal(ingredient{Value: length, Event: eventLength, Own: true, More: keys[1:], Together: true})
	if err != nil {
		return err
	}
	return b.actors.plain.submit(ctx, noopChaincode, "work", first, string(with))
}

// apart has figures taken that do not belong to the table of operations, and returns them.
func (b *bench) apart(do func() error) ([]*figure, error) {
	kept := b.figures
	b.figures = nil
	err := do()
	mine := b.figures
	b.figures = kept
	return mine, err
}

// Share tells how much of what a step costs beyond the no-op is Fabric's own: policies and bytes.
type Share struct {
	Operation operation `json:"operation"`
	// Step and Ceiling are processor time in relation to the plain no-op's, of the step and of the no-op that touches as many
	// governed records.
	Step    float64 `json:"step"`
	Ceiling float64 `json:"ceiling"`
	// Share is the part of the step's difference to the no-op that the ceiling has too: 1 is all of it.
	Share float64 `json:"share"`
}

// shares holds the steps of the waves against the ceilings. A step that costs hardly more than the no-op has no share.
func shares(rows, ceilings []Row) []Share {
	const least = 1.02
	var all []Share
	for _, r := range rows {
		keys := r.Operation.governed()
		if keys == 0 || r.CPUToNoop == 0 || !slices.Contains(stepOperations(), r.Operation) {
			continue
		}
		for _, c := range ceilings {
			if c.Operation != []operation{opNoopRecord, opNoopRecords}[keys-1] || c.Load != r.Load || c.OfNoop == 0 {
				continue
			}
			s := Share{Operation: r.Operation, Step: 1 / r.CPUToNoop, Ceiling: c.OfNoop}
			if s.Step > least {
				s.Share = (s.Ceiling - 1) / (s.Step - 1)
			}
			all = append(all, s)
		}
	}
	return all
}

// stepOperations are the steps of the procedure.
func stepOperations() []operation {
	return []operation{opLodge, opAccept, opRelease, opPropose, opReceive, opArrive, opResults, opDischarge}
}
