package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Attempts at a transaction that others turn back, and the longest pause before the second; each further
// pause may be twice as long, up to the longest of all.
const (
	attempts     = 12
	firstPause   = 5 * time.Millisecond
	longestPause = 500 * time.Millisecond
)

// InTx runs do in a transaction that takes effect when do returns nil. When others turn the transaction
// back before it took effect, it runs again, do included, several times; the error is then that of the
// last attempt, and [Contended] tells it. When do fails or panics, nothing has happened.
func (db *DB) InTx(ctx context.Context, do func(*sql.Tx) error) error {
	return db.again(ctx, db.DB, do)
}

// InRelaxedTx is [DB.InTx] for what can be done without: when the machine fails (not when only this process does), the last
// transactions before that may be lost, in full and from the last one on. In return it does not wait for the disk.
func (db *DB) InRelaxedTx(ctx context.Context, do func(*sql.Tx) error) error {
	if db.Dialect == SQLite {
		return db.again(ctx, db.relaxed, do)
	}
	return db.again(ctx, db.DB, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "SET LOCAL synchronous_commit TO OFF"); err != nil {
			return err
		}
		return do(tx)
	})
}

// again runs a transaction until others no longer turn it back.
func (db *DB) again(ctx context.Context, pool *sql.DB, do func(*sql.Tx) error) error {
	options := &sql.TxOptions{Isolation: sql.LevelSerializable}
	if db.Dialect == SQLite {
		options = nil // serialisable anyway, and the driver takes no level
		select {
		case db.turn <- struct{}{}:
			defer func() { <-db.turn }()
		case <-ctx.Done():
			return fmt.Errorf("couldn't begin a transaction: %w", ctx.Err())
		}
	}
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := once(ctx, pool, options, do)
		if err == nil || !Contended(err) || attempt == attempts {
			return err
		}
		if wait(ctx, rand.N(pause)) != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

// InSnapshot runs read in a transaction that sees one state of the database from begin to end, waits for
// no writer, and changes nothing.
func (db *DB) InSnapshot(ctx context.Context, read func(*sql.Tx) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if db.Dialect == PostgreSQL {
		options.Isolation = sql.LevelRepeatableRead
	}
	return once(ctx, db.DB, options, read)
}

func once(ctx context.Context, pool *sql.DB, options *sql.TxOptions, do func(*sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("couldn't begin a transaction: %w", err)
	}
	// After the commit this does nothing; before it, also when do panics, it undoes everything.
	defer func() { _ = tx.Rollback() }()
	if err := do(tx); err != nil {
		return err
	}
	// From here on what do wrote counts, or, if this fails, it never will; only a connection that
	// breaks in between leaves it open, and then the error is none that would run do again.
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("couldn't commit: %w", err)
	}
	return nil
}

// Contended reports whether a transaction was turned back because of others, and had no effect.
func Contended(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" // serialisation failure, deadlock
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		primary := lite.Code() & 0xff
		return primary == 5 || primary == 6 // SQLITE_BUSY, SQLITE_LOCKED
	}
	return false
}

// Duplicate reports whether a statement failed because a row with the same key exists.
func Duplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == 1555 || lite.Code() == 2067 // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE
	}
	return false
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
