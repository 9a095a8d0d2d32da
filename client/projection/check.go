package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"carec.example/cats/client/database"
)

// Difference is a row that the blocks make otherwise.
type Difference struct {
	Table string `json:"table"`
	// Model is the row in the model, Blocks the one that the blocks make; empty when there is none.
	Model  string `json:"model,omitempty"`
	Blocks string `json:"blocks,omitempty"`
}

// Checked is the outcome of a check.
type Checked struct {
	// Next is the block before which model and blocks were compared.
	Next        uint64       `json:"next"`
	Rows        int          `json:"rows"`
	Differences []Difference `json:"differences"`
}

// Clean reports whether the model is what the blocks make.
func (c *Checked) Clean() bool { return len(c.Differences) == 0 }

// maxDifferences bounds what a check tells; one is enough to rebuild the model.
const maxDifferences = 100

// Check compares the model with the ledger: it makes a second model beside it in a temporary file, from block 0 to the block
// at which the first one stands, and compares the two row by row. The organisation's own content is no part of it. The
// model may go on meanwhile: it is read as of one moment.
func Check(ctx context.Context, db *database.DB, source Source) (checked *Checked, err error) {
	if _, err := Open(ctx, db); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "cats-projection-")
	if err != nil {
		return nil, fmt.Errorf("couldn't make room for a second model: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	second, err := database.Open(ctx, "sqlite:"+filepath.Join(folder, "second.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, second.Close()) }()
	p := NewFrom(second, source, slog.New(slog.DiscardHandler))
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	checked = &Checked{Differences: []Difference{}}
	err = db.InSnapshot(ctx, func(model *sql.Tx) error { return checked.compare(ctx, model, p) })
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errors.New("there is no model yet")
	}
	if err != nil {
		return nil, err
	}
	return checked, nil
}

// compare makes the second model as far as the first one goes, and compares all tables.
func (c *Checked) compare(ctx context.Context, model *sql.Tx, second *Projection) error {
	if err := sameLedger(ctx, model, second.db); err != nil {
		return err
	}
	if err := model.QueryRowContext(ctx, "SELECT next_block FROM ledger_projection").Scan(&c.Next); err != nil {
		return err
	}
	if c.Next > 0 {
		if _, err := second.follow(ctx, c.Next-1); err != nil {
			return err
		}
	}
	for _, t := range tables() {
		if err := c.table(ctx, model, second.db, t[0], t[1]); err != nil {
			return fmt.Errorf("couldn't compare %s: %w", t[0], err)
		}
	}
	return nil
}

func sameLedger(ctx context.Context, model *sql.Tx, second *database.DB) error {
	var a, b string
	if err := model.QueryRowContext(ctx, "SELECT ledger FROM ledger_projection").Scan(&a); err != nil {
		return err
	}
	if err := second.QueryRowContext(ctx, "SELECT ledger FROM ledger_projection").Scan(&b); err != nil {
		return err
	}
	if a != b {
		return ErrOtherLedger
	}
	return nil
}

// table compares the rows of one table, which come in the order of their key from both.
func (c *Checked) table(ctx context.Context, model, blocks asker, name, order string) error {
	a, err := rowsOf(ctx, model, name, order)
	if err != nil {
		return err
	}
	defer a.close()
	b, err := rowsOf(ctx, blocks, name, order)
	if err != nil {
		return err
	}
	defer b.close()
	for a.next() || b.next() {
		// One of the two may have come to its next row only.
		_, _ = a.next(), b.next()
		c.Rows++
		c.row(name, a, b)
	}
	return errors.Join(a.err, b.err)
}

// row deals with the lesser of two rows, or with both when they have one key.
func (c *Checked) row(table string, a, b *reader) {
	switch {
	case a.row == b.row:
		a.taken, b.taken = true, true
	case !b.there || a.there && a.key < b.key:
		c.differ(table, a.row, "")
		a.taken = true
	case !a.there || b.key < a.key:
		c.differ(table, "", b.row)
		b.taken = true
	default:
		c.differ(table, a.row, b.row)
		a.taken, b.taken = true, true
	}
}

func (c *Checked) differ(table, model, blocks string) {
	if len(c.Differences) < maxDifferences {
		c.Differences = append(c.Differences, Difference{Table: table, Model: model, Blocks: blocks})
	}
}
