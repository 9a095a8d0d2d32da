package queue

import (
	"context"
	"database/sql"
	"time"
)

// Backlog counts what waits and what has failed, over all receivers. It names none of them.
type Backlog struct {
	// Waiting deliveries, and for how long the oldest of them has waited.
	Waiting int
	Oldest  time.Duration
	// Refused deliveries were refused for good, Dead ones given up; both are kept to be made again by hand.
	Refused, Dead int
	// InForce, Failing and Disabled are the subscriptions whose receivers take what they are sent, that do not at present, and that are
	// disabled.
	InForce, Failing, Disabled int
}

// Backlog reads how the deliveries stand. X_subscription must have failing_since, which is 0 when the last attempt did not fail.
func (q *Queue) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	err := q.db.InSnapshot(ctx, func(tx *sql.Tx) error {
		b = Backlog{}
		var since int64
		if err := q.inState(ctx, tx, Waiting, &b.Waiting, &since); err != nil {
			return err
		}
		if b.Waiting > 0 {
			b.Oldest = max(0, time.Duration(now()-since)*time.Millisecond)
		}
		if err := q.inState(ctx, tx, Refused, &b.Refused, &since); err != nil {
			return err
		}
		if err := q.inState(ctx, tx, Dead, &b.Dead, &since); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, q.in(`SELECT COALESCE(SUM(CASE WHEN disabled_at = 0 AND failing_since = 0 THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN disabled_at = 0 AND failing_since > 0 THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN disabled_at > 0 THEN 1 ELSE 0 END), 0) FROM X_subscription`)).Scan(&b.InForce, &b.Failing, &b.Disabled)
	})
	return b, wrap("count the deliveries", err)
}

// inState counts the deliveries in a state, by way of the subscriptions, by which they are indexed.
func (q *Queue) inState(ctx context.Context, tx *sql.Tx, state string, n *int, since *int64) error {
	return tx.QueryRowContext(ctx, q.in(`SELECT COUNT(*), COALESCE(MIN(d.since), 0) FROM X_subscription s
		JOIN X_delivery d ON d.subscription = s.id AND d.state = $1`), state).Scan(n, since)
}
