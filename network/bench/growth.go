package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/bench/measure"
)

// This part answers whether any step or query gets slower with the number of movements on the ledger. Its network stays in a
// folder (-home), with a note of how far the seeding has come and what has been measured, so that a run that was interrupted
// goes on where it stopped, and further sizes can be added later. Nobody deletes the folder but its owner.

// Queries, which no transaction follows.
const (
	opGet       operation = "query: a movement"
	opFirstPage operation = "query: first page of 100"
	opPage      operation = "query: a page of 100 further on"
)

// grownOperations are measured at each size.
func grownOperations() []operation {
	return []operation{
		opNoop, opLodge, opAccept, opRelease, opPropose, opReceive, opArrive, opResults, opDischarge, opGet, opFirstPage, opPage,
	}
}

// grown is the note in the folder of the network.
type grown struct {
	// Runs counts the runs on this network. Each numbers its declarations and guarantees from a place of its own.
	Runs int `json:"runs"`
	// GRN is the guarantee that all seeded movements name.
	GRN string `json:"grn,omitempty"`
	// Seeded is the number of movements lodged. Those that a crash left beyond it are lodged again, to the same effect.
	Seeded int `json:"seeded"`
	// Cases are the sizes that have been measured.
	Cases map[int]*Case `json:"cases"`

	path string
}

// serialsOfARun keeps the numbers of runs apart.
const serialsOfARun = 10_000_000

func readGrown(home string) (*grown, error) {
	g := &grown{Cases: map[int]*Case{}, path: filepath.Join(home, "growth.json")}
	raw, err := os.ReadFile(g.path)
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, g); err != nil {
		return nil, fmt.Errorf("%s: %w", g.path, err)
	}
	return g, nil
}

// write replaces the note; a crash leaves the old or the new one.
func (g *grown) write() error {
	raw, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(g.path+".next", append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(g.path+".next", g.path)
}

// growth brings the network of the folder up and measures at each size.
func growth(ctx context.Context, root string, s settings, results *Results, log func(string, ...any)) (err error) {
	if !s.has("growth") || ctx.Err() != nil {
		return nil
	}
	if s.home == "" {
		s.home = filepath.Join(s.out, "growth")
	}
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		return err
	}
	note, err := readGrown(s.home)
	if err != nil {
		return err
	}
	note.Runs++
	if err := note.write(); err != nil {
		return err
	}
	log("the network of the part growth stays in %s: %d movements seeded so far", s.home, note.Seeded)
	r, err := bringUp(ctx, site{root: root, folder: s.home}, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	s.serial = note.Runs * serialsOfARun
	b, err := newBench(ctx, r, root, s)
	if err != nil {
		return err
	}
	return b.grownSizes(ctx, note, results)
}

func (b *bench) grownSizes(ctx context.Context, note *grown, results *Results) error {
	for _, size := range b.settings.seed {
		if note.Cases[size] == nil {
			if err := b.grownTo(ctx, note, size); err != nil {
				return errors.Join(err, note.publish(results))
			}
		}
		if err := errors.Join(note.publish(results), results.write(b.settings.out)); err != nil {
			return err
		}
	}
	b.seeded = note
	return results.readBack(ctx, b)
}

// publish puts what has been measured so far, in this run and in earlier ones, into the results.
func (g *grown) publish(results *Results) error {
	results.Growth = nil
	for _, size := range sortedNumbers(g.Cases) {
		results.Growth = append(results.Growth, g.Cases[size])
	}
	compare(results.Growth)
	return g.write()
}

func sortedNumbers(cases map[int]*Case) []int {
	var sizes []int
	for size := range cases {
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	return sizes
}

// grownTo seeds up to a size and measures there.
func (b *bench) grownTo(ctx context.Context, note *grown, size int) error {
	if note.Seeded > size {
		b.log("  %d movements are on this ledger: it is too late for %d", note.Seeded, size)
		return nil
	}
	if err := b.seedTo(ctx, note, size); err != nil {
		return err
	}
	b.log("  measuring beside %d movements", size)
	figures, err := b.apart(func() error { return b.grownSteps(ctx) })
	if err != nil {
		return err
	}
	queries, err := b.queries(ctx, size)
	if err != nil {
		return err
	}
	note.Cases[size] = caseOf(fmt.Sprintf("%d movements", size), append(figures, queries...), grownOperations())
	return nil
}

// chunk is the number of movements that are seeded between two notes.
const chunk = 500

// seedTo lodges declarations, as fast as the network takes them, until so many have been.
func (b *bench) seedTo(ctx context.Context, note *grown, size int) error {
	if note.GRN == "" {
		g, err := b.newGuarantee(ctx, 1, nil)
		if err != nil {
			return fmt.Errorf("the guarantee of the seeds: %w", err)
		}
		note.GRN = g.grn
		if err := note.write(); err != nil {
			return err
		}
	}
	began, first := time.Now(), note.Seeded
	for note.Seeded < size {
		count := min(chunk, size-note.Seeded)
		l := measure.Closed(ctx, slices.Max(b.settings.clients), count, func(ctx context.Context, number int) error {
			_, _, err := b.actors.trader.Movements().Lodge(ctx, numbered(b.std, seedLRN(note.Seeded+number), note.GRN))
			return err
		})
		if l.Failed > 0 {
			return fmt.Errorf("seeding from %d on (run it again to go on): %w", note.Seeded, errors.Join(l.Errors...))
		}
		note.Seeded += count
		if err := note.write(); err != nil {
			return err
		}
		rate := float64(note.Seeded-first) / time.Since(began).Seconds()
		b.log("    seeded %d of %d, %.0f a second, %.0f s to go", note.Seeded, size, rate, float64(size-note.Seeded)/rate)
	}
	return b.settle(ctx)
}

func seedLRN(number int) string { return fmt.Sprintf("SEED-%010d", number) }

// grownSteps takes the movements of one wave through their life.
func (b *bench) grownSteps(ctx context.Context) error {
	l := load{clients: b.settings.clients[0]}
	for round := range b.settings.rounds {
		b.log("    round %d, %s, %d movements", round+1, l, b.settings.count)
		steps, err := b.journey(ctx, 3)
		if err != nil {
			return err
		}
		if err := b.besideNoop(ctx, l, steps, b.declareOwn(along(b.std, 3), b.settings.count)); err != nil {
			return err
		}
	}
	return nil
}

// queryClients ask at the same time.
const queryClients = 8

// queries reads seeded movements at random, and pages of the list.
func (b *bench) queries(ctx context.Context, size int) ([]*figure, error) {
	operator := b.profile.Identities["cn-trader-tianshan"].Operator
	all := make([]string, size)
	for i := range all {
		id, err := transit.NewMovementID("CN", "CNMSP", operator, seedLRN(i))
		if err != nil {
			return nil, err
		}
		all[i] = id.String()
	}
	slices.Sort(all)
	order := rand.New(rand.NewPCG(1, uint64(size))) // Any will do, the same in every run.
	ids, further := make([]string, b.settings.count), make([]string, b.settings.count)
	for i := range ids {
		ids[i] = all[order.IntN(size)]
		// A page from there on is a full one.
		further[i] = all[order.IntN(max(1, size-ledger.MaxPage))]
	}
	pages := max(1, b.settings.count/4)
	l := load{clients: queryClients}
	return b.apart(func() error {
		for _, q := range []struct {
			operation operation
			count     int
			do        func(ctx context.Context, number int) error
		}{
			{opGet, len(ids), func(ctx context.Context, number int) error {
				_, err := b.actors.analyst.Movements().Get(ctx, ids[number])
				return err
			}},
			{opFirstPage, pages, func(ctx context.Context, _ int) error { return b.page(ctx, "") }},
			{opPage, pages, func(ctx context.Context, number int) error { return b.page(ctx, ledger.MovementKey(further[number])) }},
		} {
			_, err := b.measured(ctx, q.operation, l, 1, q.count, func(ctx context.Context, number int, _ *tally) error {
				return q.do(ctx, number)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// page asks for a page of the list of movements from a bookmark on, which is the key of a record.
func (b *bench) page(ctx context.Context, bookmark string) error {
	argument, err := json.Marshal(transit.ListQuery{Size: ledger.MaxPage, Bookmark: bookmark})
	if err != nil {
		return err
	}
	answer, err := b.actors.plain.evaluate(ctx, b.profile.Chaincode, string(transit.FnListMovements), string(argument))
	if err != nil {
		return detailed(err)
	}
	var page transit.MovementPage
	if err := json.Unmarshal(answer, &page); err != nil {
		return err
	}
	if len(page.Movements) == 0 {
		return errors.New("an empty page of the list, from " + strconv.Quote(bookmark))
	}
	return nil
}

// verifySeeds reads back one in many of the seeded movements.
func (b *bench) verifySeeds(ctx context.Context, v *Verdict, note *grown) error {
	const oneIn = 100
	operator := b.profile.Identities["cn-trader-tianshan"].Operator
	return each(ctx, (note.Seeded+oneIn-1)/oneIn, func(ctx context.Context, i int) error {
		id, err := transit.NewMovementID("CN", "CNMSP", operator, seedLRN(i*oneIn))
		if err != nil {
			return err
		}
		view, err := b.actors.analyst.Movements().Get(ctx, id.String())
		if err == nil {
			v.seed(view.Movement)
			return nil
		}
		// What the ledger refuses is not there; anything else leaves the question open.
		if failed := (*cats.Error)(nil); !errors.As(err, &failed) || failed.Fault == nil {
			return fmt.Errorf("verifying seeded movement %s: %w", id, err)
		}
		v.wrong("seeded movement %s: %v", id, err)
		return nil
	})
}

// seed holds a seeded movement against what was done to it, which is nothing.
func (v *Verdict) seed(record *transit.Movement) {
	if record.State != transit.Submitted {
		v.wrong("seeded movement %s is %s", record.ID, record.State)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.Seeds++
}
