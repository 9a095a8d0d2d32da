package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/bench/measure"
)

// movement is one movement of the load and what its record must show in the end.
type movement struct {
	std *transit.STD
	grn string
	// id is empty as long as lodging has not succeeded.
	id    string
	state transit.State
	// unsure: a step has failed, so the record may show the state or the one after it.
	unsure bool
	minor  int64
}

// bench is one run.
type bench struct {
	*rig
	settings settings
	std      *transit.STD
	serial   int
	// guarantees by GRN, and the movements of the run; what is verified in the end.
	guarantees map[string]*guarantee
	own        []*guarantee
	movements  []*movement
	figures    []*figure
	noopKeys   []string
	assets     []string
	seen       memory
	// opened are the identities that single parts act under, by name.
	opened map[string]*actor
	// seeded is set on the network of the part growth.
	seeded *grown
	// growth of each store of each peer while movements were worked on, in bytes.
	growth   map[string]map[string]int64
	finished int
}

// guarantee is a registered guarantee.
type guarantee struct {
	grn       string
	reference int64
}

// load is how a stage is driven: by a number of clients in a closed loop, or at a rate in an open loop.
type load struct {
	clients int
	rate    float64
}

func (l load) String() string {
	if l.rate > 0 {
		return fmt.Sprintf("%g/s", l.rate)
	}
	return fmt.Sprintf("%d clients", l.clients)
}

func (l load) drive(ctx context.Context, count int, seed uint64, do measure.Operation) *measure.Load {
	if l.rate > 0 {
		return measure.Open(ctx, measure.Arrivals(l.rate, count, seed), do)
	}
	return measure.Closed(ctx, l.clients, count, do)
}

// stage does one kind of operation count times and takes its figure.
func (b *bench) stage(ctx context.Context, o operation, l load, round, count int, do func(context.Context, int, *tally) error) (*figure, error) {
	if err := b.settle(ctx); err != nil {
		return nil, err
	}
	f := &figure{operation: o, load: l.String(), round: round, tally: &tally{}}
	blocks := blockBytes(b.ledger(b.members()[0]))
	carried := b.carriedBytes()
	before, err := b.meter.read(ctx)
	if err != nil {
		return nil, err
	}
	if o == b.settings.profile {
		name := strings.NewReplacer(" ", "-", ":", "", ",", "", "/", "-").Replace(fmt.Sprintf("%s-%s-%d-%d", o, l, len(b.figures), round))
		p := &profiler{folder: filepath.Join(b.settings.out, name)}
		p.start(ctx, profilePorts(b.profiles), b.settings.profileFor, b.log)
		defer p.wait()
	}
	f.measured = l.drive(ctx, count, uint64(round)+uint64(len(b.figures)), func(ctx context.Context, number int) error {
		return do(ctx, number, f.tally)
	})
	after, err := b.meter.read(ctx)
	if err != nil {
		return nil, err
	}
	f.usage = after.since(before)
	if err := b.settle(ctx); err != nil {
		return nil, err
	}
	f.blocks = blockBytes(b.ledger(b.members()[0])) - blocks
	f.carried = b.carriedBytes() - carried
	b.seen.look(ctx, b.net)
	b.log("    %-22s %-12s %6.1f/s  p50 %5.0f ms  mine %3.0f%% others %3.0f%%  %d failed", o, f.load, f.measured.Rate(),
		milliseconds(f.measured.Latency.Quantile(0.5)), 100*f.usage.Mine, 100*f.usage.Others, f.measured.Failed)
	for _, err := range f.measured.Errors {
		b.log("      %s", err)
	}
	return f, ctx.Err()
}

func (b *bench) carriedBytes() int64 {
	if b.carried == nil {
		return 0
	}
	return b.carried()
}

// measured takes a figure that counts.
func (b *bench) measured(ctx context.Context, o operation, l load, round, count int, do func(context.Context, int, *tally) error) (*figure, error) {
	f, err := b.stage(ctx, o, l, round, count, do)
	if err == nil {
		b.figures = append(b.figures, f)
	}
	return f, err
}

// noop measures the no-op, the ceiling of what is measured beside it.
func (b *bench) noop(ctx context.Context, l load, round, count int) (*figure, error) {
	keys := b.keys("n", count)
	return b.measured(ctx, opNoop, l, round, count, func(ctx context.Context, number int, _ *tally) error {
		return b.actors.plain.submit(ctx, noopChaincode, "put", keys[number])
	})
}

func (b *bench) keys(prefix string, count int) []string {
	keys := make([]string, count)
	for i := range keys {
		b.serial++
		keys[i] = fmt.Sprintf("%s%08d", prefix, b.serial)
	}
	b.noopKeys = append(b.noopKeys, keys...)
	return keys
}

// noopKeyed measures the no-op on keys that have a policy of their own, as a movement's record has: with one such key in a
// transaction, and with two, since release and discharge rewrite a balance record too.
func (b *bench) noopKeyed(ctx context.Context, l load, round, count int) error {
	first, second := b.keys("k", count), b.keys("k", count)
	if err := b.guard(ctx, append(slices.Clone(first), second...)); err != nil {
		return err
	}
	_, err := b.measured(ctx, opNoopKeyed, l, round, count, func(ctx context.Context, number int, _ *tally) error {
		return b.actors.plain.submit(ctx, noopChaincode, "put", first[number])
	})
	if err != nil {
		return err
	}
	_, err = b.measured(ctx, opNoopTwo, l, round, count, func(ctx context.Context, number int, _ *tally) error {
		return b.actors.plain.submit(ctx, noopChaincode, "put", first[number], second[number])
	})
	return err
}

// descriptionLength makes a plain asset as large as a movement's record.
const descriptionLength = 1400

// assetsWave measures the plain contract.
func (b *bench) assetsWave(ctx context.Context, l load, round, count int) error {
	ids := make([]string, count)
	for i := range ids {
		b.serial++
		ids[i] = fmt.Sprintf("a%08d", b.serial)
	}
	b.assets = append(b.assets, ids...)
	description := strings.Repeat("consignment of goods in transit ", descriptionLength/32)
	_, err := b.measured(ctx, opCreate, l, round, count, func(ctx context.Context, number int, _ *tally) error {
		return b.actors.plain.submit(ctx, assetChaincode, "CreateAsset", ids[number], "CN", "1850000", description)
	})
	if err != nil {
		return err
	}
	_, err = b.measured(ctx, opTransfer, l, round, count, func(ctx context.Context, number int, _ *tally) error {
		return b.actors.plain.submit(ctx, assetChaincode, "TransferAsset", ids[number], "KZ")
	})
	return err
}

// step is one step of a movement's life in a wave.
type step struct {
	operation operation
	to        transit.State
	do        func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error)
}

// block is steps that are measured between two measurements of the no-op.
type block []step

// life is a movement's life from China over Kazakhstan to Kyrgyzstan.
func (b *bench) life() []block {
	a := b.actors
	take := func(c *cats.Client, do func(*cats.Movements, context.Context, string, ...cats.CallOption) (*transit.Course, cats.Receipt, error),
	) func(context.Context, *movement) (*transit.Course, cats.Receipt, error) {
		return func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
			return do(c.Movements(), ctx, m.id)
		}
	}
	deliver := func(to string) func(context.Context, *movement) (*transit.Course, cats.Receipt, error) {
		return func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
			_, receipt, err := a.courier.Movements().Deliver(ctx, m.id, to)
			return nil, receipt, err
		}
	}
	return []block{
		{
			b.lodging(),
			b.accepting(),
			b.releasing(),
		},
		{
			{opPropose, transit.Released, take(a.departure, (*cats.Movements).ProposeHandOff)},
			{opReceive, transit.Released, take(a.khorgos, (*cats.Movements).AcceptHandOff)},
			{opDeliver, transit.Released, deliver("KZMSP")},
			{opDeliver, transit.Released, deliver("KGMSP")},
		},
		{
			{opPropose, transit.Released, take(a.khorgos, (*cats.Movements).ProposeHandOff)},
			{opReceive, transit.Released, take(a.akzhol, (*cats.Movements).AcceptHandOff)},
		},
		{
			{opArrive, transit.Arrived, take(a.destination, (*cats.Movements).Arrive)},
			{opResults, transit.Arrived, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
				return a.destination.Movements().RecordResults(ctx, m.id, "A1")
			}},
			{opDischarge, transit.Discharged, take(a.destination, (*cats.Movements).Discharge)},
		},
	}
}

func (b *bench) lodging() step {
	return step{opLodge, transit.Submitted, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		lodged, receipt, err := b.actors.trader.Movements().Lodge(ctx, m.std)
		if err != nil {
			return nil, receipt, err
		}
		return &lodged.Course, receipt, nil
	}}
}

func (b *bench) accepting() step {
	return step{opAccept, transit.Accepted, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		return b.actors.departure.Movements().Accept(ctx, m.id)
	}}
}

func (b *bench) releasing() step {
	limit := time.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
	return step{opRelease, transit.Released, func(ctx context.Context, m *movement) (*transit.Course, cats.Receipt, error) {
		return b.actors.departure.Movements().Release(ctx, m.id, limit)
	}}
}

// take takes one step of one movement and remembers what it came to.
func (s step) take(ctx context.Context, m *movement, t *tally) error {
	if m.id == "" && s.operation != opLodge || m.unsure {
		return fmt.Errorf("%s: an earlier step of the movement has failed", s.operation)
	}
	record, receipt, err := s.do(ctx, m)
	if err != nil {
		m.unsure = true
		return err
	}
	if record != nil {
		m.id = record.ID
	}
	m.state = s.to
	t.add(len(receipt.Endorsers), receipt.Attempts)
	return nil
}

// steps takes a step of many movements and takes the figure.
func (b *bench) steps(ctx context.Context, s step, l load, round int, movements []*movement) (*figure, error) {
	before := b.sizes()
	f, err := b.measured(ctx, s.operation, l, round, len(movements), func(ctx context.Context, number int, t *tally) error {
		return s.take(ctx, movements[number], t)
	})
	b.grow(before)
	return f, err
}

func (b *bench) sizes() map[string]map[string]int64 {
	sizes := map[string]map[string]int64{}
	for _, o := range b.members() {
		sizes[o] = folders(b.ledger(o))
	}
	return sizes
}

func (b *bench) grow(before map[string]map[string]int64) {
	for organisation, now := range b.sizes() {
		for store, size := range now {
			b.growth[organisation][store] += size - before[organisation][store]
		}
	}
}

// compared runs stages between two measurements of the no-op and holds them against it. The machine's speed changes
// over minutes, so each block of a wave is compared with the no-op right before and after it and with no other.
func (b *bench) compared(ctx context.Context, before *figure, l load, round, count int, stages func() error) (after *figure, err error) {
	first := len(b.figures)
	if err := stages(); err != nil {
		return nil, err
	}
	last := len(b.figures)
	if after, err = b.noop(ctx, l, round, count); err != nil {
		return nil, err
	}
	for _, f := range b.figures[first:last] {
		f.ceiling = (before.measured.Rate() + after.measured.Rate()) / 2
	}
	return after, nil
}

// wave takes count movements through their whole life in a closed loop, with the no-op and the plain asset in between.
func (b *bench) wave(ctx context.Context, l load, round, count int) error {
	b.log("  round %d, %s, %d movements", round, l, count)
	movements := b.declare(count)
	noop, err := b.noop(ctx, l, round, count)
	if err != nil {
		return err
	}
	noop, err = b.compared(ctx, noop, l, round, count, func() error {
		return errors.Join(b.noopKeyed(ctx, l, round, count), b.assetsWave(ctx, l, round, count))
	})
	if err != nil {
		return err
	}
	for _, steps := range b.life() {
		noop, err = b.compared(ctx, noop, l, round, count, func() error {
			for _, s := range steps {
				if _, err := b.steps(ctx, s, l, round, movements); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	b.finished += count
	return nil
}

// openWave measures in an open loop. The steps that are not asked for are taken as fast as possible in between.
func (b *bench) openWave(ctx context.Context, l load, count int) error {
	b.log("  %s, %d movements", l, count)
	movements := b.declare(count)
	if _, err := b.noop(ctx, l, 1, count); err != nil {
		return err
	}
	if err := b.assetsWave(ctx, l, 1, count); err != nil {
		return err
	}
	done := map[operation]bool{opAccept: true, opDeliver: true, opArrive: true, opResults: true}
	for _, steps := range b.life() {
		for _, s := range steps {
			if err := b.openStep(ctx, s, l, movements, !done[s.operation]); err != nil {
				return err
			}
			done[s.operation] = true
		}
	}
	b.finished += count
	_, err := b.noop(ctx, l, 2, count)
	return err
}

func (b *bench) openStep(ctx context.Context, s step, l load, movements []*movement, measured bool) error {
	if measured {
		_, err := b.steps(ctx, s, l, 1, movements)
		return err
	}
	before := b.sizes()
	quick, err := b.stage(ctx, s.operation, load{clients: 50}, 1, len(movements), func(ctx context.Context, number int, t *tally) error {
		return s.take(ctx, movements[number], t)
	})
	if err != nil {
		return err
	}
	b.grow(before)
	return errors.Join(quick.measured.Errors...)
}
