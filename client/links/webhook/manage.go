package webhook

import (
	"context"
	"database/sql"
	"errors"

	"carec.example/cats/client/links/queue"
)

// ErrTooMany means that an organisation has [MaxSubscriptions], or a subscription [MaxSecrets].
var ErrTooMany = errors.New("there are too many already")

// ErrDisabled means that a disabled subscription takes nothing.
var ErrDisabled = errors.New("the subscription is disabled; let it count again first")

// paused is the mark of a subscription that was disabled by hand.
const paused = "it was paused"

// Get returns one subscription. [ErrNoSubscription] when there is none.
func (h *Hooks) Get(ctx context.Context, id string) (*Subscription, error) {
	var s *Subscription
	err := h.db.InSnapshot(ctx, func(tx *sql.Tx) error {
		var err error
		if s, err = one(ctx, tx, id); err != nil {
			return err
		}
		return s.complete(ctx, tx)
	})
	if err != nil {
		return nil, wrap("read the subscription", err)
	}
	return s, nil
}

// Pause disables a subscription until [Hooks.Enable]. What waits is given up, as when it was disabled for failing; it and what
// comes meanwhile can be replayed then. A subscription that is disabled already keeps its mark.
func (h *Hooks) Pause(ctx context.Context, id string) error {
	moment := now()
	err := h.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := exists(ctx, tx, id); err != nil {
			return err
		}
		return disable(ctx, tx, id, paused, moment)
	})
	return wrap("pause the subscription", err)
}

// disable marks a subscription and gives up what waits for it.
func disable(ctx context.Context, tx *sql.Tx, id, why string, moment int64) error {
	if _, err := tx.ExecContext(ctx, "UPDATE webhook_subscription SET disabled_at = $1, disabled_why = $2 WHERE id = $3 AND disabled_at = 0",
		moment, why, id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE webhook_delivery SET state = 'dead', done_at = $1, claim = '', claimed_until = 0,
		problem = CASE problem WHEN '' THEN 'the subscription was disabled' ELSE problem END
		WHERE subscription = $2 AND state = 'waiting'`, moment, id)
	return err
}

// Backlog counts what waits and what has failed.
type Backlog = queue.Backlog

// Backlog reads how the deliveries stand, over all subscriptions.
func (h *Hooks) Backlog(ctx context.Context) (Backlog, error) { return h.queue.Backlog(ctx) }

// Close lets go of connections to subscribers that [Hooks.Test] has left open. [Hooks.Run] does that by itself.
func (h *Hooks) Close() { h.post.close() }
