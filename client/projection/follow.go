package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

// Source is what the model is made from: a peer's blocks, and the content that the organisation holds there.
type Source interface {
	// MSP of the organisation whose model it is.
	MSP() string
	Height(ctx context.Context) (uint64, error)
	// Blocks goes through the blocks from one number to another, and waits for those that are not there yet.
	Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error]
	// Content reads the content of a movement that the organisation holds.
	Content(ctx context.Context, movement string) (*cats.Document, error)
}

// clientSource is a [Source] over the SDK.
type clientSource struct{ *cats.Client }

func (s clientSource) Content(ctx context.Context, movement string) (*cats.Document, error) {
	return s.Movements().Content(ctx, movement)
}

// FromClient is the source that a client is. Its identity must be one that may read the organisation's content,
// if the search is to know it: an officer, an analyst or the courier.
func FromClient(client *cats.Client) Source { return clientSource{client} }

// ErrOtherLedger means that the model was made from another ledger than the one that is followed now. Nothing is changed
// then: [Projection.Rebuild] makes the model of this one.
var ErrOtherLedger = errors.New("the read model is that of another ledger")

// errOvertaken means that another follower has moved the checkpoint.
var errOvertaken = errors.New("another follower is ahead")

// Projection keeps the read model up to the ledger.
type Projection struct {
	db     *database.DB
	source Source
	log    *slog.Logger
	text   textIndex
	// standBy is how long a follower that was overtaken lets the other one work.
	standBy time.Duration
	// before is called before each statement of writing; tests fail there.
	before func() error
}

// New makes the follower of a client's organisation.
func New(db *database.DB, client *cats.Client, log *slog.Logger) *Projection {
	return NewFrom(db, FromClient(client), log)
}

// NewFrom makes a follower of any source.
func NewFrom(db *database.DB, source Source, log *slog.Logger) *Projection {
	return &Projection{db: db, source: source, log: log, text: textIndexOf(db.Dialect), standBy: time.Second}
}

// longestPause between attempts to go on after a failure.
const longestPause = time.Minute

// Run follows the ledger until the context ends, and then returns nil. It outlasts peers and databases that are away for
// a while. It returns [ErrOtherLedger], [database.ErrNewer], and nothing else.
func (p *Projection) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer stop()
	for pause := time.Second; ctx.Err() == nil; {
		err := p.begin(ctx)
		if err == nil {
			break
		}
		if errors.Is(err, ErrOtherLedger) || errors.Is(err, database.ErrNewer) {
			return err
		}
		pause = p.rest(ctx, pause, err)
	}
	reading.Go(func() { p.readContents(ctx) })
	pause := time.Second
	for ctx.Err() == nil {
		progress, err := p.follow(ctx, math.MaxUint64)
		if progress {
			pause = time.Second
		}
		pause = p.rest(ctx, pause, err)
	}
	return nil
}

// rest waits after a failure, for longer each time, and tells how long to wait after the next.
func (p *Projection) rest(ctx context.Context, pause time.Duration, err error) time.Duration {
	switch {
	case ctx.Err() != nil:
		return pause
	case errors.Is(err, errOvertaken):
		_ = sleep(ctx, p.standBy+rand.N(p.standBy))
		return pause
	}
	p.log.Warn("read model interrupted", "error", err.Error(), "again in", pause.String())
	_ = sleep(ctx, pause/2+rand.N(pause/2))
	return min(2*pause, longestPause)
}

// CatchUp brings the model to the height that the ledger has now, content included as far as it can be read, and returns.
func (p *Projection) CatchUp(ctx context.Context) error {
	if err := p.begin(ctx); err != nil {
		return err
	}
	height, err := p.source.Height(ctx)
	if err != nil {
		return err
	}
	for {
		next, err := p.checkpoint(ctx)
		if err != nil {
			return err
		}
		if next >= height {
			_, err := p.readDue(ctx)
			return err
		}
		if _, err := p.follow(ctx, height-1); err != nil && !errors.Is(err, errOvertaken) {
			return err
		}
	}
}

// Rebuild empties the model and makes it anew from block 0 up to the height that the ledger has now. The tables are emptied in
// one transaction with the checkpoint, so that a crash leaves the old model or the beginning of the new one, which whoever
// follows next completes. A follower that runs meanwhile is overtaken and goes on from the new checkpoint.
func (p *Projection) Rebuild(ctx context.Context) error {
	if _, err := Open(ctx, p.db); err != nil {
		return err
	}
	if err := p.db.InRelaxedTx(ctx, func(tx *sql.Tx) error { return p.empty(ctx, tx) }); err != nil {
		return fmt.Errorf("couldn't empty the model: %w", err)
	}
	return p.CatchUp(ctx)
}

// tables lists the tables of the model beside the checkpoint's, each with the columns that order its rows.
func tables() [][2]string {
	return [][2]string{
		{"ledger_movement", "id"}, {"ledger_leg", "movement, leg"}, {"ledger_crossing", "movement, leg"},
		{"ledger_usage", "movement, item"}, {"ledger_claim", "movement, item"}, {"ledger_incident", "movement, item"},
		{"ledger_task", "movement, kind, who"}, {"ledger_guarantee", "grn"}, {"ledger_balance", "grn, item"},
		{"ledger_organisation", "msp"}, {"ledger_office", "reference"}, {"ledger_operator", "number, valid_from"},
		{"ledger_event", "id, block, tx, item"},
		{"ledger_state", "state"}, {"ledger_crossed", "period, from_country, to_country, bucket"},
		{"ledger_discharge", "period, departure, destination"}, {"ledger_claimed", "period, guarantor, state, currency"},
		{"ledger_exposure", "side, guarantor, holder, currency"},
	}
}

// privateTables lists those that hold the organisation's own content.
func privateTables() []string {
	return []string{"ledger_content", "ledger_identifier", "ledger_text", "ledger_content_state"}
}

func (p *Projection) empty(ctx context.Context, tx *sql.Tx) error {
	names := append([]string{"ledger_projection"}, privateTables()...)
	for _, t := range tables() {
		names = append(names, t[0])
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+name); err != nil { //nolint:gosec // a table of its own
			return err
		}
	}
	return nil
}

// begin makes the tables, and the checkpoint when there is none. A model of another ledger is refused; one that another version
// of the mapping has made is made anew.
func (p *Projection) begin(ctx context.Context) error {
	if _, err := Open(ctx, p.db); err != nil {
		return err
	}
	ledger, err := p.identify(ctx)
	if err != nil {
		return err
	}
	return p.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		var known string
		var version int
		err := tx.QueryRowContext(ctx, "SELECT ledger, model FROM ledger_projection").Scan(&known, &version)
		switch {
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		case err == nil && known != ledger:
			return ErrOtherLedger
		case err == nil && version == mapping:
			return nil
		case err == nil:
			p.log.Info("the read model is made anew: this program maps blocks to rows otherwise", "had", version, "has", mapping)
			if err := p.empty(ctx, tx); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO ledger_projection (one, ledger, model, next_block) VALUES (1, $1, $2, 0)", ledger, mapping)
		return err
	})
}

// identify names the ledger: by the identification of the first transaction of block 0, which has a number drawn at random in it.
func (p *Projection) identify(ctx context.Context) (string, error) {
	for block, err := range p.source.Blocks(ctx, 0, 0) {
		if err != nil {
			return "", err
		}
		if len(block.Transactions) > 0 {
			return block.Transactions[0].ID, nil
		}
	}
	return "", nil
}

func (p *Projection) checkpoint(ctx context.Context) (next uint64, err error) {
	err = p.db.QueryRowContext(ctx, "SELECT next_block FROM ledger_projection").Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errOvertaken // it is being rebuilt
	}
	return next, err
}

// Bounds of what one transaction takes in while the model is behind. One block at a time is taken once it is not.
const (
	maxBatchBlocks       = 500
	maxBatchTransactions = 2000
)

// follow applies blocks from the checkpoint up to a number and reports whether it has applied any.
func (p *Projection) follow(ctx context.Context, to uint64) (progress bool, err error) {
	next, err := p.checkpoint(ctx)
	if err != nil {
		return false, err
	}
	b := &batch{to: to}
	if err := b.look(ctx, p.source); err != nil {
		return false, err
	}
	for block, err := range p.source.Blocks(ctx, next, to) {
		if err != nil {
			return progress, err
		}
		if !b.add(block) {
			continue
		}
		if err := p.store(ctx, b.blocks); err != nil {
			return progress, err
		}
		progress, b.blocks, b.transactions = true, nil, 0
		// A burst may have put the ledger far ahead again.
		if block.Number+1 >= b.height && time.Since(b.looked) > lookEvery {
			if err := b.look(ctx, p.source); err != nil {
				return progress, err
			}
		}
	}
	return progress, ctx.Err()
}

// batch is blocks that are stored together.
type batch struct {
	to           uint64
	height       uint64
	looked       time.Time
	blocks       []*cats.Block
	transactions int
}

func (b *batch) look(ctx context.Context, source Source) (err error) {
	b.height, err = source.Height(ctx)
	b.looked = time.Now()
	return err
}

// add takes a block in and reports whether the batch is to be stored now.
func (b *batch) add(block *cats.Block) bool {
	b.blocks, b.transactions = append(b.blocks, block), b.transactions+len(block.Transactions)
	behind := block.Number+1 < b.height && block.Number < b.to
	return !behind || len(b.blocks) >= maxBatchBlocks || b.transactions >= maxBatchTransactions
}

// lookEvery is how often a follower at the end of the ledger asks how far it has come.
const lookEvery = 2 * time.Second

func (p *Projection) writer(tx *sql.Tx) *writer {
	return &writer{
		tx: tx, prepared: map[string]*sql.Stmt{}, before: p.before, own: p.source.MSP(), text: p.text,
		sums: sums{}, sureties: map[string]surety{}, upserts: map[upsertKey]string{},
	}
}

// store writes the rows of blocks that follow one another, and moves the checkpoint behind them.
func (p *Projection) store(ctx context.Context, blocks []*cats.Block) error {
	first, last := blocks[0].Number, blocks[len(blocks)-1].Number
	return p.db.InRelaxedTx(ctx, func(tx *sql.Tx) error {
		w := p.writer(tx)
		defer w.close()
		// The checkpoint comes first: whoever finds another one here has written nothing yet, and until the end of this
		// transaction no other can move it.
		moved, err := w.exec(ctx, "UPDATE ledger_projection SET next_block = $1 WHERE next_block = $2", int64(last+1), int64(first))
		if err != nil {
			return err
		}
		if moved != 1 {
			return errOvertaken
		}
		for _, b := range blocks {
			if err := w.block(ctx, b); err != nil {
				return err
			}
		}
		at := latest(blocks)
		if err := w.addUp(ctx); err != nil || at.IsZero() {
			return err
		}
		// After the commit that follows, these blocks are never read again; if it fails, they all are.
		return w.run(ctx, "UPDATE ledger_projection SET block_at = $1", at.UTC().Format(time.RFC3339))
	})
}

// latest is the time of the latest transaction in blocks, zero when they have none.
func latest(blocks []*cats.Block) (at time.Time) {
	for _, b := range blocks {
		for _, t := range b.Transactions {
			if t.At.After(at) {
				at = t.At
			}
		}
	}
	return at
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
