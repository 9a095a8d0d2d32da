package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Case is the same steps under one condition of several: an itinerary of some length, a record of some age, a ledger of some
// size. Every figure is held against that of the first case.
type Case struct {
	Name string `json:"name"`
	// RecordBytes is the length of what a step rewrites, the course of one of the movements, at the end of the case.
	RecordBytes int       `json:"recordBytes,omitempty"`
	Rows        []CaseRow `json:"rows,omitempty"`
	// Skipped tells why the case was not measured.
	Skipped string `json:"skipped,omitempty"`
}

// CaseRow is one operation of a case.
type CaseRow struct {
	Row
	// RateToFirst is the rate in relation to that of the first case, both in relation to the no-op measured beside them where
	// there is one, since the machine's speed changes over minutes. CPUToFirst and BytesToFirst are processor time and bytes.
	RateToFirst  float64 `json:"rateToFirst,omitempty"`
	CPUToFirst   float64 `json:"cpuToFirst,omitempty"`
	BytesToFirst float64 `json:"bytesToFirst,omitempty"`
}

// compare fills in the relations to the first case that has the operation.
func compare(cases []*Case) {
	first := map[operation]Row{}
	var noop map[operation]Row
	for _, c := range cases {
		mine := map[operation]Row{}
		for i := range c.Rows {
			r := &c.Rows[i]
			mine[r.Operation] = r.Row
			if _, known := first[r.Operation]; !known {
				first[r.Operation] = r.Row
			}
		}
		if noop == nil {
			noop = mine
		}
		for i := range c.Rows {
			c.Rows[i].against(first[c.Rows[i].Operation], mine[opNoop].Total, noop[opNoop].Total)
		}
	}
}

// against holds a row against the first case's; the processor times of the no-op in both cases tell how the machine's speed has changed.
func (r *CaseRow) against(first Row, noop, firstNoop float64) {
	if first.PerSecond > 0 {
		r.RateToFirst = r.PerSecond / first.PerSecond
		if r.ToNoop > 0 && first.ToNoop > 0 {
			r.RateToFirst = r.ToNoop / first.ToNoop
		}
	}
	if first.Total > 0 {
		r.CPUToFirst = r.Total / first.Total
		if noop > 0 && firstNoop > 0 && r.Operation != opNoop {
			r.CPUToFirst *= firstNoop / noop
		}
	}
	if first.BlockBytes > 0 {
		r.BytesToFirst = r.BlockBytes / first.BlockBytes
	}
}

// failures tells of a case that was not measured, or whose operations failed.
func (c *Case) failures() error {
	var failed []error
	if c.Skipped != "" {
		failed = append(failed, fmt.Errorf("%s was not measured: %s", c.Name, c.Skipped))
	}
	for _, r := range c.Rows {
		if r.Failed > 0 {
			failed = append(failed, fmt.Errorf("%s, %s: %d of %d failed: %s", c.Name, r.Operation, r.Failed, r.Failed+r.Done, r.Errors[0]))
		}
	}
	return errors.Join(failed...)
}

// caseOf makes a case of its figures.
func caseOf(name string, figures []*figure, those []operation) *Case {
	c := &Case{Name: name}
	for _, r := range rowsOf(figures, those) {
		c.Rows = append(c.Rows, CaseRow{Row: r})
	}
	return c
}

// allLegs measures itineraries of several lengths, and then records of several ages.
func (b *bench) allLegs(ctx context.Context, results *Results) error {
	for _, territories := range b.settings.territories {
		c, err := b.itinerary(ctx, territories)
		if err != nil {
			return fmt.Errorf("%d territories: %w", territories, err)
		}
		results.Legs = append(results.Legs, c)
		compare(results.Legs)
	}
	for _, a := range ages() {
		c, err := b.aged(ctx, a)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		results.Ages = append(results.Ages, c)
		compare(results.Ages)
	}
	return nil
}

// lifeOperations are the operations of a case, with the no-op beside them.
func lifeOperations() []operation { return append([]operation{opNoop}, stepOperations()...) }

// itinerary takes movements through all their territories.
func (b *bench) itinerary(ctx context.Context, territories int) (*Case, error) {
	name := fmt.Sprintf("%d territories", territories)
	l, count := b.legLoad()
	b.log("  %s, %s, %d movements", name, l, count)
	movements := b.declareOwn(along(b.std, territories), count)
	steps, err := b.journey(ctx, territories)
	if err != nil {
		return nil, err
	}
	figures, err := b.apart(func() error { return b.besideNoop(ctx, l, steps, movements) })
	if err != nil {
		return nil, err
	}
	c := caseOf(name, figures, lifeOperations())
	c.RecordBytes, err = b.recordBytes(ctx, movements)
	return c, err
}

// legLoad is the load of this part: a quarter of the movements of a wave, since each has many more steps.
func (b *bench) legLoad() (load, int) {
	clients := b.settings.clients[0]
	return load{clients: clients}, max(clients, b.settings.count/4)
}

// besideEvery is the number of stages after which the no-op is measured again.
const besideEvery = 4

// besideNoop takes steps of movements with the no-op before, after and between them.
func (b *bench) besideNoop(ctx context.Context, l load, steps []step, movements []*movement) error {
	noop, err := b.noop(ctx, l, 1, len(movements))
	if err != nil {
		return err
	}
	for some := range slices.Chunk(steps, besideEvery) {
		noop, err = b.compared(ctx, noop, l, 1, len(movements), func() error {
			for _, s := range some {
				if err := b.takeAll(ctx, s, l, movements); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) takeAll(ctx context.Context, s step, l load, movements []*movement) error {
	_, err := b.measured(ctx, s.operation, l, 1, len(movements), func(ctx context.Context, number int, t *tally) error {
		return s.take(ctx, movements[number], t)
	})
	return err
}

// journey is the life of a movement on the first territories of the route.
func (b *bench) journey(ctx context.Context, territories int) ([]step, error) {
	steps := []step{b.lodging(), b.accepting(), b.releasing()}
	entries := route()[:territories]
	for i := 1; i < territories; i++ {
		propose, receive, err := b.handOff(ctx, entries[i-1], entries[i])
		if err != nil {
			return nil, err
		}
		steps = append(steps, propose, receive)
	}
	end, err := b.officerAt(ctx, endOf(entries[territories-1]))
	if err != nil {
		return nil, err
	}
	return append(steps, arrivals(end)...), nil
}

// handOff is the proposal of an officer of the custodian and the acceptance at the office of entry.
func (b *bench) handOff(ctx context.Context, from, to string) (propose, receive step, err error) {
	proposer, err := b.officerAt(ctx, from)
	if err != nil {
		return propose, receive, err
	}
	receiver, err := b.officerAt(ctx, to)
	if err != nil {
		return propose, receive, err
	}
	propose = step{opPropose, transit.Released, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		return proposer.Movements().ProposeHandOff(ctx, m.id)
	}}
	receive = step{opReceive, transit.Released, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		return receiver.Movements().AcceptHandOff(ctx, m.id)
	}}
	return propose, receive, nil
}

// arrivals are the steps at destination.
func arrivals(end *actor) []step {
	return []step{
		{opArrive, transit.Arrived, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
			return end.Movements().Arrive(ctx, m.id)
		}},
		{opResults, transit.Arrived, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
			return end.Movements().RecordResults(ctx, m.id, "A1")
		}},
		{opDischarge, transit.Discharged, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
			return end.Movements().Discharge(ctx, m.id)
		}},
	}
}

// recordBytes is the length of the course of one of the movements.
func (b *bench) recordBytes(ctx context.Context, movements []*movement) (int, error) {
	for _, m := range movements {
		if m.id == "" {
			continue
		}
		view, err := b.actors.analyst.Movements().Get(ctx, m.id)
		if err != nil {
			return 0, err
		}
		course, err := json.Marshal(view.Movement.Course)
		return len(course), err
	}
	return 0, nil
}
