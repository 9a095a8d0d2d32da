package webhook

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// claimed is one delivery that this process has taken on.
type claimed struct {
	subscription, url, claim, id, body string
	private                            bool
	seq, since                         int64
	attempts                           int
}

// spare is how much longer than a request a claim holds: the time to write down what came of it.
const spare = 30 * time.Second

// grace is how long requests under way may take still when the process is to end.
const grace = 5 * time.Second

// deliver sends what is due until the context ends. Requests under way then have a while to end, since one that is broken off
// may have been taken, and comes again.
func (h *Hooks) deliver(ctx context.Context) error {
	requests, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	unplanned := context.AfterFunc(ctx, func() { time.AfterFunc(grace, abort) })
	defer unplanned()
	var sending sync.WaitGroup
	defer sending.Wait()
	tidied := time.Time{}
	for {
		found, err := h.round(ctx, requests, &sending)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			h.log.Error("webhooks: the database failed, going on", "error", err.Error())
		}
		if time.Since(tidied) > time.Hour {
			if err := h.tidy(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("webhooks: tidying failed", "error", err.Error())
			}
			tidied = time.Now()
		}
		if found > 0 {
			continue
		}
		poll := time.NewTimer(h.cfg.Poll)
		select {
		case <-ctx.Done():
			poll.Stop()
			return nil
		case <-h.wake:
			poll.Stop()
		case <-poll.C:
		}
	}
}

// round claims what is due, for every subscriber as much as it has places free, and sends it beside what is under way.
func (h *Hooks) round(ctx, requests context.Context, sending *sync.WaitGroup) (int, error) {
	all, err := h.inForce(ctx)
	if err != nil {
		return 0, err
	}
	found := 0
	for _, id := range all {
		free := h.cfg.PerSubscriber - h.underWay(id, 0)
		if free <= 0 {
			continue
		}
		taken, err := h.claim(ctx, id, free)
		if err != nil {
			return found, err
		}
		for _, c := range taken {
			h.underWay(id, 1)
			sending.Go(func() {
				defer h.rouse()
				defer h.underWay(id, -1)
				h.attempt(requests, c)
			})
		}
		found += len(taken)
	}
	return found, nil
}

// underWay counts the requests to a subscriber and returns how many there are.
func (h *Hooks) underWay(id string, more int) int {
	h.busyMu.Lock()
	defer h.busyMu.Unlock()
	h.busy[id] += more
	n := h.busy[id]
	if n == 0 {
		delete(h.busy, id)
	}
	return n
}

// inForce are the subscriptions that have something due.
func (h *Hooks) inForce(ctx context.Context) ([]string, error) {
	rows, err := h.db.QueryContext(ctx, `SELECT s.id FROM webhook_subscription s WHERE s.disabled_at = 0 AND EXISTS
		(SELECT 1 FROM webhook_delivery d WHERE d.subscription = s.id AND d.state = 'waiting' AND d.due_at <= $1)`, now())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// claim takes on deliveries to a subscriber: due, of nobody, and the first of their lane.
func (h *Hooks) claim(ctx context.Context, id string, most int) ([]claimed, error) {
	var out []claimed
	err := h.db.InTx(ctx, func(tx *sql.Tx) error {
		var err error
		if out, err = due(ctx, tx, id, most); err != nil {
			return err
		}
		until := now() + (h.cfg.Timeout + spare).Milliseconds()
		for i := range out {
			out[i].claim = fmt.Sprintf("%s.%d", h.client, rand.Uint64())
			if _, err := tx.ExecContext(ctx, "UPDATE webhook_delivery SET claim = $1, claimed_until = $2 WHERE subscription = $3 AND seq = $4",
				out[i].claim, until, id, out[i].seq); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func due(ctx context.Context, tx *sql.Tx, id string, most int) ([]claimed, error) {
	rows, err := tx.QueryContext(ctx, `SELECT s.url, s.private, d.seq, d.since, d.attempts, e.id, e.body
		FROM webhook_delivery d JOIN webhook_event e ON e.seq = d.seq JOIN webhook_subscription s ON s.id = d.subscription
		WHERE d.subscription = $1 AND s.disabled_at = 0 AND d.state = 'waiting' AND d.due_at <= $2 AND d.claimed_until <= $2
		AND NOT EXISTS (SELECT 1 FROM webhook_delivery b WHERE b.subscription = $1 AND b.state = 'waiting' AND b.lane = d.lane AND b.seq < d.seq)
		ORDER BY d.due_at, d.seq LIMIT $3`, id, now(), most)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []claimed
	for rows.Next() {
		c := claimed{subscription: id}
		var private int
		if err := rows.Scan(&c.url, &private, &c.seq, &c.since, &c.attempts, &c.id, &c.body); err != nil {
			return nil, err
		}
		c.private = private != 0
		out = append(out, c)
	}
	return out, rows.Err()
}

// attempt sends one delivery and writes down what came of it. When the process dies between the two, the claim runs out and
// the event is sent again under the same id.
func (h *Hooks) attempt(ctx context.Context, c claimed) {
	secrets, err := h.secrets(ctx, c.subscription)
	if err != nil || len(secrets) == 0 {
		return // the database failed, or the subscription has gone; the claim runs out
	}
	o := h.post.send(ctx, c.url, c.private, secrets, c.id, []byte(c.body))
	if ctx.Err() != nil && !o.Taken() {
		// Broken off by the end of this process, which is no failure of the subscriber. Who runs next need not wait for the claim.
		unclaim, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_, _ = h.db.ExecContext(unclaim, `UPDATE webhook_delivery SET claim = '', claimed_until = 0
			WHERE subscription = $1 AND seq = $2 AND claim = $3`, c.subscription, c.seq, c.claim)
		return
	}
	// What the subscriber has taken is written down even when this process is about to end.
	marking, cancel := context.WithTimeout(context.WithoutCancel(ctx), spare/2)
	defer cancel()
	if err := h.mark(marking, c, o); err != nil {
		h.log.Error("webhooks: a delivery could not be marked", "subscription", c.subscription, "event", c.id, "error", err.Error())
	}
}

// mark writes down what came of an attempt, if the claim is still this one's.
func (h *Hooks) mark(ctx context.Context, c claimed, o Outcome) error {
	moment := now()
	state, dueAt, doneAt := "delivered", moment, moment
	if !o.Taken() {
		state, dueAt, doneAt = "waiting", moment+h.pause(c.attempts, o).Milliseconds(), 0
		if dueAt > c.since+h.cfg.GiveUp.Milliseconds() {
			state, dueAt, doneAt = "dead", moment, moment
		}
	}
	var disabled string
	err := h.db.InTx(ctx, func(tx *sql.Tx) error {
		disabled = ""
		done, err := tx.ExecContext(ctx, `UPDATE webhook_delivery SET state = $1, attempts = attempts + 1, due_at = $2, done_at = $3,
			claim = '', claimed_until = 0, status = $4, problem = $5 WHERE subscription = $6 AND seq = $7 AND claim = $8`,
			state, dueAt, doneAt, o.Status, o.Problem, c.subscription, c.seq, c.claim)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		disabled, err = h.health(ctx, tx, c.subscription, o, moment)
		return err
	})
	if err != nil {
		return err
	}
	if state == "dead" {
		h.log.Warn("webhooks: a delivery was given up", "subscription", c.subscription, "event", c.id, "problem", o.Problem)
	}
	if disabled != "" {
		h.log.Warn("webhooks: a subscription was disabled", "subscription", c.subscription, "why", disabled)
	}
	return nil
}

// health keeps since when a subscriber takes nothing, and disables it when that is too long or it has gone. It returns why.
func (h *Hooks) health(ctx context.Context, tx *sql.Tx, id string, o Outcome, moment int64) (string, error) {
	if o.Taken() {
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
		why = fmt.Sprintf("it has taken nothing since %s; the last time it %s", timeOf(since).Format(time.RFC3339), said(o))
	default:
		return "", nil
	}
	return why, disable(ctx, tx, id, why, moment)
}

func said(o Outcome) string {
	if o.Status != 0 {
		return o.Problem
	}
	return "gave no answer: " + o.Problem
}

// pause before the next attempt: doubled with each, half of it at random so that what failed together does not come together, and
// no shorter than the subscriber asks for.
func (h *Hooks) pause(attempts int, o Outcome) time.Duration {
	p := h.cfg.FirstPause
	for range attempts {
		if p = 2 * p; p >= h.cfg.LongestPause {
			p = h.cfg.LongestPause
			break
		}
	}
	return min(max(p/2+rand.N(p/2+1), o.Pause), h.cfg.LongestPause)
}

// tidied is how many events are taken away in one transaction.
const tidied = 1000

// tidy takes away events that are older than they are kept, with their deliveries; one that waits still is given up by then.
func (h *Hooks) tidy(ctx context.Context) error {
	before := now() - h.cfg.Keep.Milliseconds()
	for {
		done, err := h.db.ExecContext(ctx, `DELETE FROM webhook_event WHERE seq IN
			(SELECT seq FROM webhook_event WHERE at < $1 AND NOT EXISTS
				(SELECT 1 FROM webhook_delivery d WHERE d.seq = webhook_event.seq AND d.state = 'waiting') ORDER BY at LIMIT $2)`, before, tidied)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n < tidied {
			return err
		}
	}
}
