package leader

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/cats"
)

// ErrMemory means that the database did not take or give a checkpoint. It passes: [Elections.Lead] stands for election again.
var ErrMemory = errors.New("the database did not answer")

const (
	// saving bounds one access, saveEvery how often a checkpoint is written: what was done since is looked at again and found done.
	saving    = 10 * time.Second
	saveEvery = 200 * time.Millisecond
)

// checkpoints keep a courier's checkpoint in the database, for the leader of a term alone.
type checkpoints struct {
	term Term
	// former is where the checkpoint was kept before there was one in the database; nil when nowhere.
	former cats.Store
	last   time.Time
}

// Checkpoints keep the courier's checkpoint for the term. Where the database has none it is taken over from the former store, unless
// that is nil. Save refuses with [ErrLost] when there is a later term.
func (t Term) Checkpoints(former cats.Store) cats.Store { return &checkpoints{term: t, former: former} }

// Load implements [cats.Store].
func (c *checkpoints) Load() (cats.Checkpoint, error) {
	ctx, cancel := context.WithTimeout(context.Background(), saving)
	defer cancel()
	var kept cats.Checkpoint
	var body string
	err := c.term.db.QueryRowContext(ctx, "SELECT body FROM leader_memory WHERE part = $1", c.term.part).Scan(&body)
	switch {
	case errors.Is(err, sql.ErrNoRows) && c.former != nil:
		return c.former.Load()
	case errors.Is(err, sql.ErrNoRows):
		return kept, nil
	case err != nil:
		return kept, fmt.Errorf("couldn't read the checkpoint: %w: %w", ErrMemory, err)
	}
	if err := json.Unmarshal([]byte(body), &kept); err != nil {
		return kept, fmt.Errorf("couldn't read the checkpoint of %s: %w", c.term.part, err)
	}
	return kept, nil
}

// Save implements [cats.Store]. The courier has one Save under way at a time.
func (c *checkpoints) Save(checkpoint cats.Checkpoint) error {
	if wait := saveEvery - time.Since(c.last); wait > 0 {
		time.Sleep(wait)
	}
	c.last = time.Now()
	body, err := json.Marshal(checkpoint)
	if err != nil {
		return fmt.Errorf("couldn't encode the checkpoint: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), saving)
	defer cancel()
	err = c.term.db.InTx(ctx, func(tx *sql.Tx) error { return c.term.write(ctx, tx, string(body)) })
	switch {
	case err == nil, errors.Is(err, ErrLost):
		return err
	default:
		return fmt.Errorf("couldn't write the checkpoint: %w: %w", ErrMemory, err)
	}
}

// write replaces what the part remembers, if no later term has begun: the transaction is serialisable, so that nothing comes between.
func (t Term) write(ctx context.Context, tx *sql.Tx, body string) error {
	var term int64
	if err := tx.QueryRowContext(ctx, "SELECT term FROM leader WHERE part = $1", t.part).Scan(&term); err != nil {
		return err
	}
	if term != t.number {
		return ErrLost
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO leader_memory (part, term, body) VALUES ($1, $2, $3)
		ON CONFLICT (part) DO UPDATE SET term = excluded.term, body = excluded.body`, t.part, t.number, body)
	return err
}
