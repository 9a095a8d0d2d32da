package projection

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is where the migrations of the read model are listed.
const versionTable = "ledger_version"

// mapping is the version of the mapping from blocks to rows. Whoever changes which rows a block makes adds one: a
// model of another version is made anew from block 0.
const mapping = 2

// Model answers questions from the read model of an organisation. It is safe for concurrent use.
type Model struct{ db *database.DB }

// Open opens the read model in a database and brings its tables up to date. It fills nothing; [Projection.Run] does.
func Open(ctx context.Context, db *database.DB) (*Model, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, files, versionTable); err != nil {
		return nil, err
	}
	return &Model{db: db}, nil
}

// Status tells how far the model has come.
type Status struct {
	// Next is the number of the first block that is not in the model; 0 when there is none yet.
	Next uint64 `json:"next"`
	// At is the time of the last transaction in it, as its client declared (RFC 3339); empty before the first.
	At        string         `json:"at,omitempty"`
	Movements map[string]int `json:"movements"`
	// Contents counts the movements whose content the search knows (held), waits for (wanted), or knew before it was purged.
	Contents map[string]int `json:"contents"`
}

// Status tells how far the model has come and what is in it.
func (m *Model) Status(ctx context.Context) (*Status, error) {
	s := new(Status)
	err := m.db.InSnapshot(ctx, func(tx *sql.Tx) error {
		*s = Status{}
		err := tx.QueryRowContext(ctx, "SELECT next_block, block_at FROM ledger_projection").Scan(&s.Next, &s.At)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if s.Movements, err = counts(ctx, tx, "SELECT state, movements FROM ledger_state"); err != nil {
			return err
		}
		s.Contents, err = counts(ctx, tx, "SELECT state, SUM(contents) FROM ledger_content_state GROUP BY state HAVING SUM(contents) > 0")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't read the model's status: %w", err)
	}
	return s, nil
}

// Progress tells how far the model has come, without counting what is in it.
type Progress struct {
	// Next is the number of the first block that is not in the model: so many blocks are in it.
	Next uint64
	// At is the time of the last transaction in it, as its client declared (RFC 3339); empty before the first.
	At string
}

// Progress reads the checkpoint. What is asked of the model afterwards is at least as new.
func (m *Model) Progress(ctx context.Context) (Progress, error) {
	var p Progress
	err := m.db.QueryRowContext(ctx, "SELECT next_block, block_at FROM ledger_projection").Scan(&p.Next, &p.At)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("couldn't read how far the model has come: %w", err)
	}
	return p, nil
}

// asker is what a query needs: a database or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func counts(ctx context.Context, q asker, query string, args ...any) (map[string]int, error) {
	out := map[string]int{}
	err := each(ctx, q, query, args, func(scan func(...any) error) error {
		var name string
		var n int
		if err := scan(&name, &n); err != nil {
			return err
		}
		out[name] = n
		return nil
	})
	return out, err
}

// each runs a query and hands over its rows one by one.
func each(ctx context.Context, q asker, query string, args []any, row func(scan func(...any) error) error) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
