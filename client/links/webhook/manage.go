package webhook

import (
	"context"
	"database/sql"
	"errors"
	"time"
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

// Backlog counts what waits and what has failed, over all subscriptions. It names none of them.
type Backlog struct {
	// Waiting deliveries, and for how long the oldest event of them has waited.
	Waiting int
	Oldest  time.Duration
	// Dead deliveries were given up, and are kept to be replayed.
	Dead int
	// InForce, Failing and Disabled are the subscriptions that take what they are sent, that do not at present, and that are disabled.
	InForce, Failing, Disabled int
}

// Backlog reads how the deliveries stand.
func (h *Hooks) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := h.db.InSnapshot(ctx, func(tx *sql.Tx) error {
		b = Backlog{}
		var since int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(d.since), 0) FROM webhook_subscription s
			JOIN webhook_delivery d ON d.subscription = s.id AND d.state = 'waiting'`).Scan(&b.Waiting, &since); err != nil {
			return err
		}
		if b.Waiting > 0 {
			b.Oldest = max(0, time.Duration(now()-since)*time.Millisecond)
		}
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM webhook_subscription s
			JOIN webhook_delivery d ON d.subscription = s.id AND d.state = 'dead'`).Scan(&b.Dead); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN disabled_at = 0 AND failing_since = 0 THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN disabled_at = 0 AND failing_since > 0 THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN disabled_at > 0 THEN 1 ELSE 0 END), 0) FROM webhook_subscription`).Scan(&b.InForce, &b.Failing, &b.Disabled)
	})
	return b, wrap("count the deliveries", err)
}

// Close lets go of connections to subscribers that [Hooks.Test] has left open. [Hooks.Run] does that by itself.
func (h *Hooks) Close() { h.post.close() }
