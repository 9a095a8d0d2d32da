package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/bench/measure"
	"carec.example/cats/network/nodes"
)

// Courier is what the courier did with releases: from the event of the release to the event of the delivery, as one peer
// that has part in neither tells them.
type Courier struct {
	// Load is how the movements were released.
	Load string `json:"load"`
	// To is the receiving organisation.
	To string `json:"to"`
	// Done are deliveries, Missing those that did not come in time.
	Done    int     `json:"done"`
	Missing int     `json:"missing"`
	P50     float64 `json:"p50ms"`
	P95     float64 `json:"p95ms"`
	P99     float64 `json:"p99ms"`
	// PerSecond is the number of deliveries a second to this organisation, from the first release to its last delivery.
	PerSecond float64 `json:"perSecond"`
}

// opDeliverTo is the delivery to one organisation.
func opDeliverTo(msp string) operation { return operation(string(opDeliver) + " to " + msp) }

// receivers are the further countries of the example's itinerary, in the order of the journey.
func receivers() []string { return []string{"KZMSP", "KGMSP"} }

// deliveries measures what it takes to bring content along three countries: each delivery by itself, asked for by the load
// generator, and the courier's own path from the release on.
func (b *bench) deliveries(ctx context.Context, results *Results) error {
	for _, l := range []load{{clients: slices.Max(b.settings.clients)}, {rate: lightRate}} {
		figures, err := b.deliverAll(ctx, l)
		if err != nil {
			return err
		}
		results.Deliveries = append(results.Deliveries, rowsOf(figures, []operation{opDeliverTo("KZMSP"), opDeliverTo("KGMSP")})...)
	}
	for _, l := range []load{{rate: lightRate}, {clients: slices.Max(b.settings.clients)}} {
		found, err := b.courierRun(ctx, l)
		if err != nil {
			return err
		}
		results.Couriers = append(results.Couriers, found...)
	}
	return nil
}

func (b *bench) countOf(l load) int {
	if l.rate > 0 {
		return b.lightCount()
	}
	return b.settings.count
}

func (b *bench) deliverAll(ctx context.Context, l load) ([]*figure, error) {
	movements := b.declare(b.countOf(l))
	if err := b.prepareReleased(ctx, movements); err != nil {
		return nil, err
	}
	return b.apart(func() error {
		for _, to := range receivers() {
			deliver := step{opDeliverTo(to), transit.Released, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
				_, receipt, err := b.actors.courier.Movements().Deliver(ctx, m.id, to)
				return nil, receipt, err
			}}
			_, err := b.measured(ctx, deliver.operation, l, 1, len(movements), func(ctx context.Context, number int, t *tally) error {
				return deliver.take(ctx, movements[number], t)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// courierPatience is how long deliveries are waited for after the last release.
const courierPatience = time.Minute

// courierRun has a courier work while movements are released, and watches.
func (b *bench) courierRun(ctx context.Context, l load) ([]Courier, error) {
	movements := b.declare(b.countOf(l))
	if err := b.prepareAccepted(ctx, movements); err != nil {
		return nil, err
	}
	b.log("  courier, %d releases, %s", len(movements), l)
	from, err := b.height(ctx)
	if err != nil {
		return nil, err
	}
	working, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	w := newWatch(movements)
	failed := make(chan error, 2)
	running.Go(func() { failed <- w.follow(working, b.actors.analyst, from) })
	running.Go(func() {
		store := &keptCheckpoint{at: cats.Checkpoint{Position: cats.Position{Block: from}}}
		failed <- cats.NewCourier(b.actors.courier, store).Run(working)
	})
	releasing := b.releasing()
	released := l.drive(ctx, len(movements), 1, func(ctx context.Context, number int) error {
		return releasing.take(ctx, movements[number], &tally{})
	})
	if released.Failed > 0 {
		return nil, fmt.Errorf("releasing for the courier: %w", errors.Join(released.Errors...))
	}
	select {
	case <-w.complete:
	case err := <-failed:
		if err != nil {
			return nil, fmt.Errorf("courier: %w", err)
		}
	case <-time.After(courierPatience):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	found := w.figures(l)
	for _, c := range found {
		b.log("    to %-6s %4d delivered, %d missing, p50 %5.0f ms, p95 %5.0f ms, %.1f/s", c.To, c.Done, c.Missing, c.P50, c.P95, c.PerSecond)
	}
	return found, nil
}

// height is the number of blocks of the regulator's peer, where events are watched.
func (b *bench) height(ctx context.Context) (uint64, error) {
	statuses, err := b.net.FreshStatus(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range statuses {
		if s.Kind == nodes.Peer && s.Organisation == "CAREC" {
			return s.Height, nil
		}
	}
	return 0, errors.New("the regulator has no peer")
}

// keptCheckpoint is a courier's checkpoint in memory: this courier does not outlive its run.
type keptCheckpoint struct{ at cats.Checkpoint }

func (k *keptCheckpoint) Load() (cats.Checkpoint, error) { return k.at, nil }

func (k *keptCheckpoint) Save(at cats.Checkpoint) error {
	k.at = at
	return nil
}

// watch notes when a release and its deliveries are told.
type watch struct {
	mu        sync.Mutex
	wanted    map[string]bool
	released  map[string]time.Time
	delivered map[string]map[string]time.Time
	missing   int
	complete  chan struct{}
}

func newWatch(movements []*movement) *watch {
	w := &watch{
		wanted: map[string]bool{}, released: map[string]time.Time{}, delivered: map[string]map[string]time.Time{},
		missing: len(movements) * len(receivers()), complete: make(chan struct{}),
	}
	for _, m := range movements {
		w.wanted[m.id] = true
	}
	for _, to := range receivers() {
		w.delivered[to] = map[string]time.Time{}
	}
	return w
}

// follow reads events until the context ends.
func (w *watch) follow(ctx context.Context, client *cats.Client, from uint64) error {
	for event, err := range client.Events(ctx, from) {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		w.note(event.Payload.Steps, time.Now())
	}
	return nil
}

func (w *watch) note(steps []transit.EventStep, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range steps {
		switch {
		case !w.wanted[s.ID]:
		case s.Record == "movement" && s.To == transit.Released && s.From != transit.Released:
			w.released[s.ID] = at
		case s.Record == "delivery" && w.delivered[s.Custodian] != nil:
			if _, twice := w.delivered[s.Custodian][s.ID]; twice {
				continue
			}
			w.delivered[s.Custodian][s.ID] = at
			if w.missing--; w.missing == 0 {
				close(w.complete)
			}
		}
	}
}

func (w *watch) figures(l load) []Courier {
	w.mu.Lock()
	defer w.mu.Unlock()
	var first time.Time
	for _, at := range w.released {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	var all []Courier
	for _, to := range receivers() {
		c := Courier{Load: l.String(), To: to}
		var latency measure.Sample
		var last time.Time
		for id, at := range w.delivered[to] {
			latency.Add(at.Sub(w.released[id]))
			if at.After(last) {
				last = at
			}
		}
		c.Done = latency.Len()
		c.Missing = len(w.wanted) - c.Done
		c.P50, c.P95, c.P99 = quantiles(&latency)
		if took := last.Sub(first); took > 0 {
			c.PerSecond = float64(c.Done) / took.Seconds()
		}
		all = append(all, c)
	}
	return all
}
