package webhook

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
)

// worker is what the webhooks do with the queue: an event for every step, a request signed for every delivery, and the health of
// the subscribers.
type worker struct{ *Hooks }

// Take enqueues the events of a transaction, with a delivery for every subscriber that wants one.
func (h worker) Take(e *cats.Event) (int, func(ctx context.Context, tx *sql.Tx, first int64) error) {
	events := event.Of(h.cfg.Channel, e)
	return len(events), func(ctx context.Context, tx *sql.Tx, first int64) error {
		subscribers, err := subscriptions(ctx, tx)
		if err != nil {
			return err
		}
		for i := range events {
			if err := h.put(ctx, tx, first+int64(i), &events[i], subscribers); err != nil {
				return err
			}
		}
		return nil
	}
}

// put writes one event and its deliveries.
func (h worker) put(ctx context.Context, tx *sql.Tx, seq int64, e *event.CloudEvent, subscribers []Subscription) error {
	body, err := e.Encode()
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO webhook_event (seq, id, type, subject, lane, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		seq, e.ID, e.Type, e.Subject, e.Lane(), string(body), now()); err != nil {
		return err
	}
	for i := range subscribers {
		if s := &subscribers[i]; s.DisabledAt.IsZero() && event.Matches(s.Types, e.Type) {
			if err := h.queue.Put(ctx, tx, s.ID, seq, e.Lane()); err != nil {
				return err
			}
		}
	}
	return nil
}

// Send posts an event.
func (h worker) Send(ctx context.Context, d *queue.Delivery) queue.Outcome {
	var address, body string
	var private int
	err := h.db.QueryRowContext(ctx, `SELECT s.url, s.private, e.id, e.body FROM webhook_subscription s, webhook_event e
		WHERE s.id = $1 AND e.seq = $2`, d.Subscription, d.Seq).Scan(&address, &private, &d.Name, &body)
	if err != nil {
		return queue.Outcome{Result: queue.Broken} // the database failed, or the subscription has gone
	}
	secrets, err := h.secrets(ctx, d.Subscription)
	if err != nil || len(secrets) == 0 {
		return queue.Outcome{Result: queue.Broken}
	}
	o := h.post.send(ctx, address, private != 0, secrets, d.Name, []byte(body))
	out := queue.Outcome{Result: queue.Failed, Status: o.Status, Problem: o.Problem, Pause: o.Pause}
	if o.Taken() {
		out.Result = queue.Taken
	}
	return out
}

// Mark keeps since when a subscriber takes nothing, and disables it when that is too long or it has gone.
func (h worker) Mark(ctx context.Context, tx *sql.Tx, d *queue.Delivery, o queue.Outcome, at time.Time) (func(), error) {
	why, err := h.health(ctx, tx, d.Subscription, o, at.UnixMilli())
	if err != nil || why == "" {
		return nil, err
	}
	return func() { h.log.Warn("a subscription was disabled", "subscription", d.Subscription, "why", why) }, nil
}

func (h worker) health(ctx context.Context, tx *sql.Tx, id string, o queue.Outcome, moment int64) (string, error) {
	if o.Result == queue.Taken {
		_, err := tx.ExecContext(ctx, "UPDATE webhook_subscription SET failing_since = 0 WHERE id = $1 AND failing_since > 0", id)
		return "", err
	}
	var since int64
	err := tx.QueryRowContext(ctx, `UPDATE webhook_subscription SET failing_since = CASE failing_since WHEN 0 THEN $1 ELSE failing_since END
		WHERE id = $2 RETURNING failing_since`, moment, id).Scan(&since)
	if err != nil {
		return "", err
	}
	var why string
	switch {
	case o.Status == http.StatusGone:
		why = "it answered 410 Gone"
	case moment-since >= h.cfg.DisableAfter.Milliseconds():
		why = fmt.Sprintf("it has taken nothing since %s; the last time it %s", queue.Time(since).Format(time.RFC3339), said(o))
	default:
		return "", nil
	}
	return why, disable(ctx, tx, id, why, moment)
}

func said(o queue.Outcome) string {
	if o.Status != 0 {
		return o.Problem
	}
	return "gave no answer: " + o.Problem
}

// Tidy takes away events that are older than they are kept.
func (h worker) Tidy(ctx context.Context) error {
	return h.queue.TidyEvents(ctx, time.Now().Add(-h.cfg.Keep))
}
