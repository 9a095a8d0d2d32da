package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/links/event"
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
func (h *Hooks) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := h.followOnce(ctx); err != nil && ctx.Err() == nil {
			var e *cats.Error
			if errors.As(err, &e) && e.Class == cats.Refused {
				return fmt.Errorf("couldn't follow the ledger: %w", err)
			}
			h.log.Error("webhooks: following the ledger failed, going on", "error", err.Error())
		}
		sleep(ctx, again)
	}
	return nil
}

// followOnce reads the ledger if it is this process's turn, until it is no longer.
func (h *Hooks) followOnce(ctx context.Context) error {
	at, mine, err := h.turn(ctx)
	if err != nil || !mine {
		return err
	}
	if err := h.read(ctx, at); !errors.Is(err, errMoved) {
		return err
	}
	return nil // another process has read on
}

// turn takes or renews the reading, and tells up to where it has come. The first process of all begins at the end of the ledger.
func (h *Hooks) turn(ctx context.Context) (at cats.Position, mine bool, err error) {
	if err := h.begin(ctx); err != nil {
		return at, false, err
	}
	err = h.db.InTx(ctx, func(tx *sql.Tx) error {
		moment := now()
		done, err := tx.ExecContext(ctx, `UPDATE webhook_checkpoint SET reader = $1, reads_until = $2
			WHERE one = 1 AND (reader = $1 OR reads_until <= $3)`, h.client, moment+reading.Milliseconds(), moment)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		mine = n == 1
		return tx.QueryRowContext(ctx, "SELECT block, transaction_id FROM webhook_checkpoint WHERE one = 1").Scan(&at.Block, &at.TransactionID)
	})
	return at, mine, wrap("take the turn to follow the ledger", err)
}

// begin makes the checkpoint when there is none.
func (h *Hooks) begin(ctx context.Context) error {
	var n int
	if err := h.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM webhook_checkpoint").Scan(&n); err != nil || n > 0 {
		return wrap("read the checkpoint", err)
	}
	height, err := h.cfg.Ledger.Height(ctx)
	if err != nil {
		return err
	}
	_, err = h.db.ExecContext(ctx, `INSERT INTO webhook_checkpoint (one, block, transaction_id, events, reader, reads_until)
		VALUES (1, $1, '', 0, '', 0) ON CONFLICT (one) DO NOTHING`, height)
	return wrap("make the checkpoint", err)
}

// read enqueues what happens, and renews the turn beside it; losing the turn ends the reading.
func (h *Hooks) read(ctx context.Context, at cats.Position) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	renewed := make(chan struct{})
	defer func() { <-renewed }()
	defer stop()
	go func() {
		defer close(renewed)
		defer stop()
		for sleep(ctx, reading/3) {
			if _, mine, err := h.turn(ctx); err != nil || !mine {
				return
			}
		}
	}()
	for e, err := range h.cfg.Ledger.EventsAfter(ctx, at) {
		if err != nil {
			return err
		}
		if err := h.enqueue(ctx, at, e); err != nil {
			return err
		}
		at = e.After()
		h.rouse()
	}
	return nil
}

// enqueue writes the events of a transaction, a delivery for every subscriber that wants one, and the place behind it, all or
// nothing. It is errMoved when the place is not where this process has read up to: then another one has written them, or will.
func (h *Hooks) enqueue(ctx context.Context, from cats.Position, e *cats.Event) error {
	events := event.Of(h.cfg.Channel, e)
	return h.db.InTx(ctx, func(tx *sql.Tx) error {
		var last int64
		err := tx.QueryRowContext(ctx, `UPDATE webhook_checkpoint SET block = $1, transaction_id = $2, events = events + $3
			WHERE one = 1 AND block = $4 AND transaction_id = $5 RETURNING events`,
			e.BlockNumber, e.TransactionID, len(events), from.Block, from.TransactionID).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return errMoved
		}
		if err != nil {
			return err
		}
		subscribers, err := subscriptions(ctx, tx)
		if err != nil {
			return err
		}
		for i := range events {
			seq := last - int64(len(events)) + int64(i) + 1
			if err := put(ctx, tx, seq, &events[i], subscribers); err != nil {
				return err
			}
		}
		return nil
	})
}

// put writes one event and its deliveries.
func put(ctx context.Context, tx *sql.Tx, seq int64, e *event.CloudEvent, subscribers []Subscription) error {
	body, err := e.Encode()
	if err != nil {
		return err
	}
	at := now()
	if _, err := tx.ExecContext(ctx, "INSERT INTO webhook_event (seq, id, type, subject, lane, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		seq, e.ID, e.Type, e.Subject, e.Lane(), string(body), at); err != nil {
		return err
	}
	for i := range subscribers {
		if s := &subscribers[i]; s.DisabledAt.IsZero() && event.Matches(s.Types, e.Type) {
			if err := putDelivery(ctx, tx, s.ID, seq, e.Lane(), at); err != nil {
				return err
			}
		}
	}
	return nil
}

// putDelivery makes a delivery wait, one that was done or given up included.
func putDelivery(ctx context.Context, tx *sql.Tx, subscription string, seq int64, lane string, at int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO webhook_delivery
		(subscription, seq, lane, state, attempts, since, due_at, claim, claimed_until, done_at, status, problem)
		VALUES ($1, $2, $3, 'waiting', 0, $4, $4, '', 0, 0, 0, '')
		ON CONFLICT (subscription, seq) DO UPDATE SET state = 'waiting', attempts = 0, since = $4, due_at = $4, claim = '',
			claimed_until = 0, done_at = 0, status = 0, problem = ''`, subscription, seq, lane, at)
	return err
}
