package window

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"carec.example/cats/client/cats"
	ledgerevent "carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
)

// worker is what the windows do with the queue.
type worker struct{ *Windows }

// due is a document that a step may give.
type due struct {
	event
	id, subject string
}

// Take enqueues the documents that a transaction gives, for every window that wants them. What has been purged is forgotten here, too.
func (w worker) Take(e *cats.Event) (int, func(ctx context.Context, tx *sql.Tx, first int64) error) {
	var all []due
	purged := map[string]bool{}
	msp := w.cfg.Ledger.MSP()
	events := ledgerevent.Of(w.cfg.Channel, e)
	for i, step := range e.Payload.Steps {
		if step.Record == "purge" && step.By == msp {
			purged[step.ID] = true
		}
		for _, kind := range Documents(step, msp) {
			all = append(all, due{
				event: event{
					number: Number(w.cfg.Channel, events[i].ID, kind, msp), kind: string(kind), block: e.BlockNumber,
					transaction: e.TransactionID, eventsType: events[i].Type, step: step,
				},
				id: events[i].ID, subject: events[i].Subject,
			})
		}
	}
	// A transaction that only purges has no documents, and still something to write.
	count := len(all)
	if count == 0 && len(purged) > 0 {
		count = 1
	}
	return count, func(ctx context.Context, tx *sql.Tx, first int64) error {
		for movement := range purged {
			if _, err := tx.ExecContext(ctx, "UPDATE window_event SET body = '' WHERE lane = $1 AND document = $2",
				movement, string(Declaration)); err != nil {
				return err
			}
		}
		return w.put(ctx, tx, all, first)
	}
}

func (w worker) put(ctx context.Context, tx *sql.Tx, all []due, first int64) error {
	to, err := windows(ctx, tx)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].seq = first + int64(i)
		if err := w.putOne(ctx, tx, &all[i], to); err != nil {
			return err
		}
	}
	return nil
}

func (w worker) putOne(ctx context.Context, tx *sql.Tx, d *due, to []Window) error {
	step, err := json.Marshal(d.step)
	if err != nil {
		return err
	}
	there := false
	for i := range to {
		if !to[i].wants(Kind(d.kind), d.eventsType) {
			continue
		}
		if !there {
			if _, err := tx.ExecContext(ctx, `INSERT INTO window_event
				(seq, number, document, type, subject, lane, block, transaction_id, step, body, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10)`, d.seq, d.number, d.kind, d.eventsType, d.subject, d.step.ID,
				d.block, d.transaction, string(step), time.Now().UnixMilli()); err != nil {
				return err
			}
			there = true
		}
		if err := w.queue.Put(ctx, tx, to[i].ID, d.seq, d.step.ID); err != nil {
			return err
		}
	}
	return nil
}

// Send makes the document if nobody has yet, and deposits it.
func (w worker) Send(ctx context.Context, d *queue.Delivery) queue.Outcome {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	to, err := scanWindow(w.db.QueryRowContext(ctx, `SELECT id, url, documents, types, private, token_file, certificate, key, ca, created_at,
		failing_since FROM window_subscription WHERE id = $1`, d.Subscription))
	if err != nil {
		return queue.Outcome{Result: queue.Broken} // the database failed, or the window has gone
	}
	e := &event{seq: d.Seq}
	var step string
	if err := w.db.QueryRowContext(ctx, "SELECT number, document, type, block, transaction_id, step, body FROM window_event WHERE seq = $1",
		d.Seq).Scan(&e.number, &e.kind, &e.eventsType, &e.block, &e.transaction, &step, &e.body); err != nil {
		return queue.Outcome{Result: queue.Broken}
	}
	d.Name = e.number
	if err := json.Unmarshal([]byte(step), &e.step); err != nil {
		return queue.Outcome{Result: queue.Rejected, Problem: "the step cannot be read"}
	}
	if e.body == "" {
		if err := w.make(ctx, e); err != nil {
			return notMade(err)
		}
	}
	return w.post(ctx, to, e)
}

// make makes the document and keeps it before it is sent for the first time: what is sent again must be the same bytes. Of two
// processes that make it at once, the first one's counts.
func (w worker) make(ctx context.Context, e *event) error {
	text, err := w.document(ctx, e)
	if err != nil {
		return err
	}
	if _, err := w.db.ExecContext(ctx, "UPDATE window_event SET body = $1 WHERE seq = $2 AND body = ''", text, e.seq); err != nil {
		return err
	}
	return w.db.QueryRowContext(ctx, "SELECT body FROM window_event WHERE seq = $1", e.seq).Scan(&e.body)
}

// notMade is the outcome when there is no document to deposit.
func notMade(err error) queue.Outcome {
	switch {
	case errors.Is(err, errNone):
		return queue.Outcome{Result: queue.Void}
	case errors.Is(err, errNotHeld):
		return queue.Outcome{Problem: errNotHeld.Error()}
	case errors.Is(err, errUnwritable):
		return queue.Outcome{Result: queue.Rejected, Problem: errUnwritable.Error(), Kept: said{text: bounded(err.Error(), maxSaid)}}
	}
	return queue.Outcome{Problem: "the ledger or the database did not answer"}
}

// Mark keeps the receipt, or what the window said instead, and forgets a document that nobody waits for any more.
func (w worker) Mark(ctx context.Context, tx *sql.Tx, d *queue.Delivery, o queue.Outcome, at time.Time) (func(), error) {
	answer, _ := o.Kept.(said)
	if _, err := tx.ExecContext(ctx, "UPDATE window_delivery SET reference = $1, answer = $2 WHERE subscription = $3 AND seq = $4",
		answer.reference, answer.text, d.Subscription, d.Seq); err != nil {
		return nil, err
	}
	if o.Result == queue.Failed {
		_, err := tx.ExecContext(ctx, "UPDATE window_subscription SET failing_since = $1 WHERE id = $2 AND failing_since = 0",
			at.UnixMilli(), d.Subscription)
		return nil, err
	}
	if o.Status != 0 {
		if _, err := tx.ExecContext(ctx, "UPDATE window_subscription SET failing_since = 0 WHERE id = $1 AND failing_since > 0",
			d.Subscription); err != nil {
			return nil, err
		}
	}
	if o.Result == queue.Void {
		_, err := tx.ExecContext(ctx, `DELETE FROM window_event WHERE seq = $1
			AND NOT EXISTS (SELECT 1 FROM window_delivery d WHERE d.seq = $1)`, d.Seq)
		return nil, err
	}
	_, err := tx.ExecContext(ctx, `UPDATE window_event SET body = '' WHERE seq = $1
		AND NOT EXISTS (SELECT 1 FROM window_delivery d WHERE d.seq = $1 AND d.state <> 'delivered')`, d.Seq)
	return nil, err
}

// Tidy takes away deposits that are older than they are kept.
func (w worker) Tidy(ctx context.Context) error {
	return w.queue.TidyEvents(ctx, time.Now().Add(-w.cfg.Keep))
}
