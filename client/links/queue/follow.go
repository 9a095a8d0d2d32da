package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/cats"
)

const (
	// reading is for how long a process may read the ledger for all before it must say so again. It only spares the others the
	// work: what they would write is refused by the comparison of places, whatever the clocks say.
	reading = 15 * time.Second
	// again is the pause after a failure that does not end the work, and before asking again for the turn.
	again = 2 * time.Second
)

// errMoved says that another process has read on.
var errMoved = errors.New("another process follows the ledger")

// follow reads the ledger while this process is the one that does, and waits while it is not. It ends with the context, which is
// no failure, or when the ledger refuses.
func (q *Queue) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := q.followOnce(ctx); err != nil && ctx.Err() == nil {
			var e *cats.Error
			if errors.As(err, &e) && e.Class == cats.Refused {
				return fmt.Errorf("couldn't follow the ledger: %w", err)
			}
			q.log.Error("following the ledger failed, going on", "error", err.Error())
		}
		sleep(ctx, again)
	}
	return nil
}

// followOnce reads the ledger if it is this process's turn, until it is no longer.
func (q *Queue) followOnce(ctx context.Context) error {
	at, mine, err := q.turn(ctx)
	if err != nil || !mine {
		return err
	}
	if err := q.read(ctx, at); !errors.Is(err, errMoved) {
		return err
	}
	return nil // another process has read on
}

// turn takes or renews the reading, and tells up to where it has come. The first process of all begins at the end of the ledger.
func (q *Queue) turn(ctx context.Context) (at cats.Position, mine bool, err error) {
	if err := q.begin(ctx); err != nil {
		return at, false, err
	}
	err = q.db.InTx(ctx, func(tx *sql.Tx) error {
		moment := now()
		done, err := tx.ExecContext(ctx, q.in(`UPDATE X_checkpoint SET reader = $1, reads_until = $2
			WHERE one = 1 AND (reader = $1 OR reads_until <= $3)`), q.client, moment+reading.Milliseconds(), moment)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		mine = n == 1
		return tx.QueryRowContext(ctx, q.in("SELECT block, transaction_id FROM X_checkpoint WHERE one = 1")).Scan(&at.Block, &at.TransactionID)
	})
	return at, mine, wrap("take the turn to follow the ledger", err)
}

// begin makes the checkpoint when there is none.
func (q *Queue) begin(ctx context.Context) error {
	var n int
	if err := q.db.QueryRowContext(ctx, q.in("SELECT COUNT(*) FROM X_checkpoint")).Scan(&n); err != nil || n > 0 {
		return wrap("read the checkpoint", err)
	}
	height, err := q.cfg.Ledger.Height(ctx)
	if err != nil {
		return err
	}
	_, err = q.db.ExecContext(ctx, q.in(`INSERT INTO X_checkpoint (one, block, transaction_id, events, reader, reads_until)
		VALUES (1, $1, '', 0, '', 0) ON CONFLICT (one) DO NOTHING`), height)
	return wrap("make the checkpoint", err)
}

// read enqueues what happens, and renews the turn beside it; losing the turn ends the reading.
func (q *Queue) read(ctx context.Context, at cats.Position) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	renewed := make(chan struct{})
	defer func() { <-renewed }()
	defer stop()
	go func() {
		defer close(renewed)
		defer stop()
		for sleep(ctx, reading/3) {
			if _, mine, err := q.turn(ctx); err != nil || !mine {
				return
			}
		}
	}()
	for e, err := range q.cfg.Ledger.EventsAfter(ctx, at) {
		if err != nil {
			return err
		}
		if err := q.enqueue(ctx, at, e); err != nil {
			return err
		}
		at = e.After()
		q.Rouse()
	}
	return nil
}

// enqueue writes what a transaction gives to deliver and the place behind it, all or nothing. It is errMoved when the place is not
// where this process has read up to: then another one has written it, or will.
func (q *Queue) enqueue(ctx context.Context, from cats.Position, e *cats.Event) error {
	count, write := q.work.Take(e)
	return q.db.InTx(ctx, func(tx *sql.Tx) error {
		var last int64
		err := tx.QueryRowContext(ctx, q.in(`UPDATE X_checkpoint SET block = $1, transaction_id = $2, events = events + $3
			WHERE one = 1 AND block = $4 AND transaction_id = $5 RETURNING events`),
			e.BlockNumber, e.TransactionID, count, from.Block, from.TransactionID).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return errMoved
		}
		if err != nil || count == 0 {
			return err
		}
		return write(ctx, tx, last-int64(count)+1)
	})
}
