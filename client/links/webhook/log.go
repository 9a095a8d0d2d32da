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

// Delivery is one line of the log. None is refused for good: a subscriber may come to take it.
type Delivery struct {
	Subscription string `json:"subscription"`
	Event        string `json:"event"`
	Type         string `json:"type"`
	Subject      string `json:"subject"`
	queue.Standing
}

// Filter of the log. What is empty filters nothing.
type Filter = queue.Filter

// Log returns a page of the deliveries, the newest first.
func (h *Hooks) Log(ctx context.Context, f Filter) (*queue.Page[Delivery], error) {
	return queue.List(ctx, h.queue, f, "e.id, e.type, e.subject", func(d *Delivery) (*string, *queue.Standing, []any) {
		return &d.Subscription, &d.Standing, []any{&d.Event, &d.Type, &d.Subject}
	})
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
		query, value := which.query()
		n, err = h.queue.PutAll(ctx, tx, id, func(kind string) bool { return event.Matches(s.Types, kind) }, query, id, value)
		return err
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

// query of the events that are chosen; its first parameter is the subscription, the second the value.
func (w Which) query() (text string, value any) {
	const columns = "SELECT e.seq, e.lane, e.type FROM webhook_event e "
	switch {
	case w.Dead:
		return columns + "JOIN webhook_delivery d ON d.seq = e.seq WHERE d.subscription = $1 AND d.state = $2 ORDER BY e.seq", queue.Dead
	case !w.Since.IsZero():
		return columns + "WHERE $1 <> '' AND e.at >= $2 ORDER BY e.seq", queue.Millis(w.Since)
	}
	return columns + "WHERE $1 <> '' AND e.id = $2 ORDER BY e.seq", w.Event
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
