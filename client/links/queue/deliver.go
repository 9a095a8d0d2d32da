package queue

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// spare is how much longer than an attempt a claim holds: the time to write down what came of it.
const spare = 30 * time.Second

// grace is how long attempts under way may take still when the process is to end.
const grace = 5 * time.Second

// deliver sends what is due until the context ends. Attempts under way then have a while to end, since one that is broken off
// may have been taken, and comes again.
func (q *Queue) deliver(ctx context.Context) error {
	attempts, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	unplanned := context.AfterFunc(ctx, func() { time.AfterFunc(grace, abort) })
	defer unplanned()
	var sending sync.WaitGroup
	defer sending.Wait()
	tidied := time.Time{}
	for {
		found, err := q.round(ctx, attempts, &sending)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			q.log.Error("the database failed, going on", "error", err.Error())
		}
		if time.Since(tidied) > time.Hour {
			if err := q.work.Tidy(ctx); err != nil && ctx.Err() == nil {
				q.log.Error("tidying failed", "error", err.Error())
			}
			tidied = time.Now()
		}
		if found > 0 {
			continue
		}
		poll := time.NewTimer(q.cfg.Poll)
		select {
		case <-ctx.Done():
			poll.Stop()
			return nil
		case <-q.wake:
			poll.Stop()
		case <-poll.C:
		}
	}
}

// round claims what is due, for every receiver as much as it has places free, and sends it beside what is under way.
func (q *Queue) round(ctx, attempts context.Context, sending *sync.WaitGroup) (int, error) {
	all, err := q.inForce(ctx)
	if err != nil {
		return 0, err
	}
	found := 0
	for _, id := range all {
		free := q.cfg.PerReceiver - q.underWay(id, 0)
		if free <= 0 {
			continue
		}
		taken, err := q.claim(ctx, id, free)
		if err != nil {
			return found, err
		}
		for i := range taken {
			q.underWay(id, 1)
			sending.Go(func() {
				defer q.Rouse()
				defer q.underWay(id, -1)
				q.attempt(attempts, &taken[i])
			})
		}
		found += len(taken)
	}
	return found, nil
}

// underWay counts the attempts for a receiver and returns how many there are.
func (q *Queue) underWay(id string, more int) int {
	q.busyMu.Lock()
	defer q.busyMu.Unlock()
	q.busy[id] += more
	n := q.busy[id]
	if n == 0 {
		delete(q.busy, id)
	}
	return n
}

// inForce are the subscriptions that have something due.
func (q *Queue) inForce(ctx context.Context) ([]string, error) {
	rows, err := q.db.QueryContext(ctx, q.in(`SELECT s.id FROM X_subscription s WHERE s.disabled_at = 0 AND EXISTS
		(SELECT 1 FROM X_delivery d WHERE d.subscription = s.id AND d.state = 'waiting' AND d.due_at <= $1)`), now())
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

// claim takes on deliveries to a receiver: due, of nobody, and the first of their lane.
func (q *Queue) claim(ctx context.Context, id string, most int) ([]Delivery, error) {
	var out []Delivery
	err := q.db.InTx(ctx, func(tx *sql.Tx) error {
		var err error
		if out, err = q.due(ctx, tx, id, most); err != nil {
			return err
		}
		until := now() + (q.cfg.Timeout + spare).Milliseconds()
		for i := range out {
			out[i].claim = fmt.Sprintf("%s.%d", q.client, rand.Uint64())
			if _, err := tx.ExecContext(ctx, q.in("UPDATE X_delivery SET claim = $1, claimed_until = $2 WHERE subscription = $3 AND seq = $4"),
				out[i].claim, until, id, out[i].Seq); err != nil {
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

func (q *Queue) due(ctx context.Context, tx *sql.Tx, id string, most int) ([]Delivery, error) {
	rows, err := tx.QueryContext(ctx, q.in(`SELECT d.seq, d.since, d.attempts
		FROM X_delivery d JOIN X_subscription s ON s.id = d.subscription
		WHERE d.subscription = $1 AND s.disabled_at = 0 AND d.state = 'waiting' AND d.due_at <= $2 AND d.claimed_until <= $2
		AND NOT EXISTS (SELECT 1 FROM X_delivery b WHERE b.subscription = $1 AND b.state = 'waiting' AND b.lane = d.lane AND b.seq < d.seq)
		ORDER BY d.due_at, d.seq LIMIT $3`), id, now(), most)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []Delivery
	for rows.Next() {
		d := Delivery{Subscription: id}
		if err := rows.Scan(&d.Seq, &d.since, &d.Attempts); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// attempt sends one delivery and writes down what came of it. When the process dies between the two, the claim runs out and
// the same is sent again under the same name.
func (q *Queue) attempt(ctx context.Context, d *Delivery) {
	o := q.work.Send(ctx, d)
	if o.Result == Broken {
		return
	}
	if ctx.Err() != nil && o.Result == Failed {
		// Broken off by the end of this process, which is no failure of the receiver. Who runs next need not wait for the claim.
		unclaim, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_, _ = q.db.ExecContext(unclaim, q.in(`UPDATE X_delivery SET claim = '', claimed_until = 0
			WHERE subscription = $1 AND seq = $2 AND claim = $3`), d.Subscription, d.Seq, d.claim)
		return
	}
	// What the receiver has taken is written down even when this process is about to end.
	marking, cancel := context.WithTimeout(context.WithoutCancel(ctx), spare/2)
	defer cancel()
	if err := q.mark(marking, d, o); err != nil {
		q.log.Error("a delivery could not be marked", "subscription", d.Subscription, "delivery", d.Name, "error", err.Error())
	}
}

// mark writes down what came of an attempt, if the claim is still this one's.
func (q *Queue) mark(ctx context.Context, d *Delivery, o Outcome) error {
	at := time.Now()
	state, dueAt, doneAt := q.next(d, o, at)
	var log func()
	err := q.db.InTx(ctx, func(tx *sql.Tx) error {
		log = nil
		n, err := q.markRow(ctx, tx, d, o, state, dueAt, doneAt)
		if err != nil || n == 0 {
			return err
		}
		log, err = q.work.Mark(ctx, tx, d, o, at)
		return err
	})
	if err != nil {
		return err
	}
	switch state {
	case Dead:
		q.log.Warn("a delivery was given up", "subscription", d.Subscription, "delivery", d.Name, "problem", o.Problem)
	case Refused:
		q.log.Warn("a delivery was refused", "subscription", d.Subscription, "delivery", d.Name, "problem", o.Problem)
	}
	if log != nil {
		log()
	}
	return nil
}

// next is the state of a delivery after an attempt, and when it is due or done.
func (q *Queue) next(d *Delivery, o Outcome, at time.Time) (state string, dueAt, doneAt int64) {
	moment := at.UnixMilli()
	switch o.Result {
	case Taken, Void:
		return Delivered, moment, moment
	case Rejected:
		return Refused, moment, moment
	}
	if dueAt = moment + q.pause(d.Attempts, o).Milliseconds(); dueAt > d.since+q.cfg.GiveUp.Milliseconds() {
		return Dead, moment, moment
	}
	return Waiting, dueAt, 0
}

func (q *Queue) markRow(ctx context.Context, tx *sql.Tx, d *Delivery, o Outcome, state string, dueAt, doneAt int64) (int64, error) {
	const mine = " WHERE subscription = $1 AND seq = $2 AND claim = $3"
	statement, values := "DELETE FROM X_delivery"+mine, []any{d.Subscription, d.Seq, d.claim}
	if o.Result != Void {
		statement = `UPDATE X_delivery SET state = $4, attempts = attempts + 1, due_at = $5, done_at = $6,
			claim = '', claimed_until = 0, status = $7, problem = $8` + mine
		values = append(values, state, dueAt, doneAt, o.Status, o.Problem)
	}
	done, err := tx.ExecContext(ctx, q.in(statement), values...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// pause before the next attempt: doubled with each, half of it at random so that what failed together does not come together, and
// no shorter than the receiver asks for.
func (q *Queue) pause(attempts int, o Outcome) time.Duration {
	p := q.cfg.FirstPause
	for range attempts {
		if p = 2 * p; p >= q.cfg.LongestPause {
			p = q.cfg.LongestPause
			break
		}
	}
	return min(max(p/2+rand.N(p/2+1), o.Pause), q.cfg.LongestPause)
}

// tidied is how many rows are taken away in one transaction.
const tidied = 1000

// TidyEvents takes away the rows of X_event (seq, at, ...) from before a time, with their deliveries; those that wait still are
// given up by then.
func (q *Queue) TidyEvents(ctx context.Context, before time.Time) error {
	for {
		done, err := q.db.ExecContext(ctx, q.in(`DELETE FROM X_event WHERE seq IN
			(SELECT seq FROM X_event e WHERE e.at < $1 AND NOT EXISTS
				(SELECT 1 FROM X_delivery d WHERE d.seq = e.seq AND d.state = 'waiting') ORDER BY e.at LIMIT $2)`), before.UnixMilli(), tidied)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n < tidied {
			return err
		}
	}
}
