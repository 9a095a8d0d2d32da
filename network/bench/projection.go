package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/projection"
)

// Projected tells how fast the read model takes in what the network commits. All rates are valid and invalid transactions a second.
type Projected struct {
	Blocks       int `json:"blocks"`
	Transactions int `json:"transactions"`
	// Committed is the highest rate at which the network has committed in this run.
	Committed float64 `json:"committedPerSecond"`
	// Read is the rate at which a peer hands out blocks and the SDK decodes them, Stored that at which they become rows on SQLite.
	Read   float64 `json:"readPerSecond"`
	Stored float64 `json:"storedPerSecond"`
	// Followed is the rate of both together, as a model is rebuilt, in relation to Committed in Times.
	Followed float64 `json:"followedPerSecond"`
	Times    float64 `json:"times"`
}

// blockSource hands out blocks without content.
type blockSource struct {
	msp    string
	height uint64
	blocks func(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error]
}

func (s *blockSource) MSP() string                            { return s.msp }
func (s *blockSource) Height(context.Context) (uint64, error) { return s.height, nil }

func (s *blockSource) Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return s.blocks(ctx, from, to)
}

func (s *blockSource) Content(context.Context, string) (*cats.Document, error) {
	return nil, errors.New("this part measures blocks")
}

// projecting lodges at the highest rate, and then makes the read model of all that is on the ledger.
func (b *bench) projecting(ctx context.Context, results *Results) error {
	b.log("  the read model")
	closed, err := b.lodgeAll(ctx, load{clients: slices.Max(b.settings.clients)}, b.declareOwn(b.std, b.settings.count))
	if err != nil {
		return err
	}
	p := &Projected{Committed: closed.measured.Rate() * float64(opLodge.transactions())}
	for _, r := range results.Rows {
		p.Committed = max(p.Committed, r.PerSecond*float64(r.Transactions))
	}
	peer := b.actors.departure
	height, err := peer.Height(ctx)
	if err != nil {
		return err
	}
	var blocks []*cats.Block
	began := time.Now()
	for block, err := range peer.Blocks(ctx, 0, height-1) {
		if err != nil {
			return err
		}
		blocks = append(blocks, block)
		p.Transactions += len(block.Transactions)
	}
	rate := func(took time.Duration) float64 { return float64(p.Transactions) / took.Seconds() }
	p.Blocks, p.Read = len(blocks), rate(time.Since(began))
	kept := &blockSource{msp: peer.MSP(), height: height, blocks: func(_ context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
		return func(yield func(*cats.Block, error) bool) {
			for _, block := range blocks[from:min(to+1, height)] {
				if !yield(block, nil) {
					return
				}
			}
		}
	}}
	for _, run := range []struct {
		source *blockSource
		into   *float64
	}{{kept, &p.Stored}, {&blockSource{msp: peer.MSP(), height: height, blocks: peer.Blocks}, &p.Followed}} {
		took, err := project(ctx, b.settings.out, run.source)
		if err != nil {
			return err
		}
		*run.into = rate(took)
	}
	p.Times = p.Followed / p.Committed
	results.Projected = p
	return nil
}

// project makes a read model from nothing and tells how long it took.
func project(ctx context.Context, folder string, source projection.Source) (took time.Duration, err error) {
	path := filepath.Join(folder, "projection.db")
	defer removeModel(path)
	db, err := database.Open(ctx, "sqlite:"+path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	began := time.Now()
	err = projection.NewFrom(db, source, slog.New(slog.DiscardHandler)).CatchUp(ctx)
	return time.Since(began), err
}

func removeModel(path string) {
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + end)
	}
}

func (p printer) projected(r *Projected) {
	if r == nil {
		return
	}
	p.line("\n### The read model against the network: transactions a second\n")
	p.line("| blocks | transactions | committed at most | read from a peer | stored as rows | both (rebuilding) | times the commit rate |")
	p.line("|--:|--:|--:|--:|--:|--:|--:|")
	p.line("| %d | %d | %.0f | %.0f | %.0f | %.0f | %.1f |", r.Blocks, r.Transactions, r.Committed, r.Read, r.Stored, r.Followed, r.Times)
}

func (p printer) modelQueries(all []*Queried) {
	for _, q := range all {
		p.line("\n### Queries of the read model with %d movements (SQLite, %.0f MB, seeded at %.0f movements a second)\n",
			q.Movements, float64(q.Bytes)/1e6, q.SeededPerSecond)
		p.line("| query | asked | p50 ms | p95 ms | worst ms | rows, mean |")
		p.line("|---|--:|--:|--:|--:|--:|")
		for _, row := range q.Rows {
			p.line("| %s | %d | %.2f | %.2f | %.2f | %.1f |", row.Query, row.Asked, row.P50, row.P95, row.Worst, row.Rows)
		}
	}
}
