package webhook

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"

	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
)

// Delivery is one line of the log.
type Delivery struct {
	Subscription string `json:"subscription"`
	Event        string `json:"event"`
	Type         string `json:"type"`
	Subject      string `json:"subject"`
	// State is waiting, delivered or dead.
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	At       time.Time `json:"at"`
	// Next is when it is tried again; Done when it was taken or given up.
	Next    time.Time `json:"next,omitzero"`
	Done    time.Time `json:"done,omitzero"`
	Status  int       `json:"status,omitempty"`
	Problem string    `json:"problem,omitempty"`
}

// Filter of the log. What is empty filters nothing.
type Filter struct {
	Subscription, State string
	Limit               int
}

// Log returns deliveries, the newest first.
func (h *Hooks) Log(ctx context.Context, f Filter) ([]Delivery, error) {
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	rows, err := h.db.QueryContext(ctx, `SELECT d.subscription, e.id, e.type, e.subject, d.state, d.attempts, e.at,
		d.due_at, d.done_at, d.status, d.problem
		FROM webhook_delivery d JOIN webhook_event e ON e.seq = d.seq
		WHERE ($1 = '' OR d.subscription = $1) AND ($2 = '' OR d.state = $2) ORDER BY d.seq DESC, d.subscription LIMIT $3`,
		f.Subscription, f.State, f.Limit)
	if err != nil {
		return nil, wrap("read the log", err)
	}
	defer func() { _ = rows.Close() }()
	out := []Delivery{}
	for rows.Next() {
		var d Delivery
		var at, next, done int64
		if err := rows.Scan(&d.Subscription, &d.Event, &d.Type, &d.Subject, &d.State, &d.Attempts, &at, &next, &done, &d.Status, &d.Problem); err != nil {
			return nil, err
		}
		d.At, d.Done = queue.Time(at), queue.Time(done)
		if d.State == "waiting" {
			d.Next = queue.Time(next)
		}
		out = append(out, d)
	}
	return out, wrap("read the log", rows.Err())
}

// Which says what to replay: one event, the dead deliveries, or all that came since a time; exactly one is set.
type Which struct {
	Event string
	Dead  bool
	Since time.Time
}

// Replay makes events wait for a subscriber again, those it has taken already included, in the ledger's order, and returns how
// many. They keep their ids. The time to give up counts anew. Events that the subscription does not ask for are left out.
func (h *Hooks) Replay(ctx context.Context, id string, which Which) (int, error) {
	n := 0
	err := h.db.InTx(ctx, func(tx *sql.Tx) error {
		n = 0
		s, err := one(ctx, tx, id)
		if err != nil {
			return err
		}
		if !s.DisabledAt.IsZero() {
			return ErrDisabled
		}
		found, err := which.find(ctx, tx, s)
		if err != nil {
			return err
		}
		for _, f := range found {
			if err := h.queue.Put(ctx, tx, id, f.seq, f.lane); err != nil {
				return err
			}
		}
		n = len(found)
		return nil
	})
	h.queue.Rouse()
	return n, wrap("replay", err)
}

func one(ctx context.Context, tx *sql.Tx, id string) (*Subscription, error) {
	all, err := subscriptions(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, ErrNoSubscription
}

type place struct {
	seq  int64
	lane string
}

func (w Which) find(ctx context.Context, tx *sql.Tx, s *Subscription) ([]place, error) {
	const columns = "SELECT e.seq, e.lane, e.type FROM webhook_event e "
	statement, value := columns+"WHERE $1 <> '' AND e.id = $2 ORDER BY e.seq", any(w.Event)
	switch {
	case w.Dead:
		statement = columns + "JOIN webhook_delivery d ON d.seq = e.seq WHERE d.subscription = $1 AND d.state = $2 ORDER BY e.seq"
		value = "dead"
	case !w.Since.IsZero():
		statement, value = columns+"WHERE $1 <> '' AND e.at >= $2 ORDER BY e.seq", queue.Millis(w.Since)
	}
	rows, err := tx.QueryContext(ctx, statement, s.ID, value)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []place
	for rows.Next() {
		var p place
		var kind string
		if err := rows.Scan(&p.seq, &p.lane, &kind); err != nil {
			return nil, err
		}
		if event.Matches(s.Types, kind) {
			out = append(out, p)
		}
	}
	return out, rows.Err()
}

// Test sends an event that tells of nothing to a subscriber now, beside the queue, and returns what came of it. A disabled
// subscription can be tried, too.
func (h *Hooks) Test(ctx context.Context, id string) (Outcome, error) {
	var s *Subscription
	err := h.db.InSnapshot(ctx, func(tx *sql.Tx) (err error) {
		s, err = one(ctx, tx, id)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	secrets, err := h.secrets(ctx, id)
	if err != nil {
		return Outcome{}, wrap("read the secrets", err)
	}
	e := event.CloudEvent{
		SpecVersion: event.SpecVersion, ID: "test." + rand.Text(), Source: event.Source(h.cfg.Channel), Type: event.TestType, Subject: id,
		ContentType: "application/json", Data: event.Change{Record: "webhook", ID: id, Step: "Test"},
	}
	body, err := e.Encode()
	if err != nil {
		return Outcome{}, fmt.Errorf("couldn't write the event: %w", err)
	}
	return h.post.send(ctx, s.URL, s.Private, secrets, e.ID, body), nil
}
