package webhook

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/outbound"
	"carec.example/cats/client/links/queue"
)

const (
	// MaxSubscriptions bounds those of an organisation.
	MaxSubscriptions = 100
	// MaxSecrets bounds those of a subscription that count at a time.
	MaxSecrets = 4
	maxTypes   = 50
)

// ErrNoSubscription means that there is none of that identification.
var ErrNoSubscription = errors.New("there is no such subscription")

// Subscription is one subscriber.
type Subscription struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	// Types asked for (see [event.Matches]); none for all.
	Types []string `json:"types"`
	// Private: the operator allows an address in its own network.
	Private   bool      `json:"allowPrivate"`
	CreatedAt time.Time `json:"createdAt"`
	// FailingSince is when the first attempt failed since which none has succeeded; zero when the last one did.
	FailingSince time.Time `json:"failingSince,omitzero"`
	// DisabledAt is when it was disabled, and DisabledWhy the mark; zero while it is in force.
	DisabledAt  time.Time `json:"disabledAt,omitzero"`
	DisabledWhy string    `json:"disabledWhy,omitempty"`
	// Secrets that count, and until when, without the secrets.
	Secrets []Secret `json:"secrets"`
	// Waiting and Dead are how many deliveries are.
	Waiting int `json:"waiting"`
	Dead    int `json:"dead"`
}

// Secret tells of one secret, not what it is.
type Secret struct {
	CreatedAt time.Time `json:"createdAt"`
	// Until when it signs; zero without end.
	Until time.Time `json:"until,omitzero"`
}

// Host is the host of the address, which may be shown anywhere: the rest of an address can hold a secret.
func (s *Subscription) Host() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Add makes a subscription to what happens from now on, and returns it with the secret for its signatures, which is shown this
// once. The secret is 32 random bytes as Standard Webhooks writes them.
func (h *Hooks) Add(ctx context.Context, address string, types []string, private bool) (*Subscription, string, error) {
	if err := outbound.CheckURL(address, private); err != nil {
		return nil, "", err
	}
	if len(types) > maxTypes {
		return nil, "", fmt.Errorf("at most %d types", maxTypes)
	}
	for _, w := range types {
		if !event.Known(w) {
			return nil, "", fmt.Errorf("no event has the type %q", w)
		}
	}
	if types == nil {
		types = []string{}
	}
	list, err := json.Marshal(types)
	if err != nil {
		return nil, "", err
	}
	s := &Subscription{ID: "WH" + rand.Text()[:10], URL: address, Types: types, Private: private, CreatedAt: queue.Time(now())}
	secret := newSecret()
	s.Secrets = []Secret{{CreatedAt: s.CreatedAt}}
	err = h.db.InTx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM webhook_subscription").Scan(&n); err != nil {
			return err
		}
		if n >= MaxSubscriptions {
			return fmt.Errorf("%w: %d subscriptions", ErrTooMany, n)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO webhook_subscription
			(id, url, types, private, created_at, failing_since, disabled_at, disabled_why) VALUES ($1, $2, $3, $4, $5, 0, 0, '')`,
			s.ID, s.URL, string(list), truth(private), queue.Millis(s.CreatedAt)); err != nil {
			return err
		}
		return addSecret(ctx, tx, s.ID, secret, queue.Millis(s.CreatedAt))
	})
	return s, secret, wrap("add the subscription", err)
}

func newSecret() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key[:])
}

func addSecret(ctx context.Context, tx *sql.Tx, id, secret string, at int64) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO webhook_secret (subscription, secret, created_at, until) VALUES ($1, $2, $3, 0)", id, secret, at)
	return err
}

// Rotate makes a new secret and returns it. Those before it go on signing for overlap, so that the subscriber can change over.
func (h *Hooks) Rotate(ctx context.Context, id string, overlap time.Duration) (string, error) {
	secret := newSecret()
	err := h.db.InTx(ctx, func(tx *sql.Tx) error {
		at := now()
		if err := exists(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM webhook_secret WHERE subscription = $1 AND until > 0 AND until <= $2", id, at); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM webhook_secret WHERE subscription = $1", id).Scan(&n); err != nil {
			return err
		}
		if n >= MaxSecrets && overlap > 0 {
			return fmt.Errorf("%w: %d secrets count still; wait for them to end, or rotate without an overlap", ErrTooMany, n)
		}
		end := at + overlap.Milliseconds()
		if _, err := tx.ExecContext(ctx, `UPDATE webhook_secret SET until = $1 WHERE subscription = $2 AND (until = 0 OR until > $1)`,
			end, id); err != nil {
			return err
		}
		return addSecret(ctx, tx, id, secret, at)
	})
	return secret, wrap("rotate the secret", err)
}

// Remove ends a subscription with everything that waits for it.
func (h *Hooks) Remove(ctx context.Context, id string) error {
	return wrap("remove the subscription", h.change(ctx, "DELETE FROM webhook_subscription WHERE id = $1", id))
}

// Enable lets a disabled subscription count again, for what happens from now on; what came meanwhile can be replayed.
func (h *Hooks) Enable(ctx context.Context, id string) error {
	return wrap("enable the subscription", h.change(ctx,
		"UPDATE webhook_subscription SET failing_since = 0, disabled_at = 0, disabled_why = '' WHERE id = $1", id))
}

func (h *Hooks) change(ctx context.Context, statement, id string) error {
	return h.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := exists(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, statement, id)
		return err
	})
}

func exists(ctx context.Context, tx *sql.Tx, id string) error {
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM webhook_subscription WHERE id = $1", id).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return ErrNoSubscription
	}
	return nil
}

// List returns all subscriptions, the oldest first.
func (h *Hooks) List(ctx context.Context) ([]Subscription, error) {
	out := []Subscription{}
	err := h.db.InSnapshot(ctx, func(tx *sql.Tx) error {
		var err error
		out, err = subscriptions(ctx, tx)
		for i := range out {
			if err == nil {
				err = out[i].complete(ctx, tx)
			}
		}
		return err
	})
	return out, wrap("list the subscriptions", err)
}

func subscriptions(ctx context.Context, tx *sql.Tx) ([]Subscription, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, url, types, private, created_at, failing_since, disabled_at, disabled_why
		FROM webhook_subscription ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []Subscription{}
	for rows.Next() {
		var s Subscription
		var types string
		var private, created, failing, disabled int64
		if err := rows.Scan(&s.ID, &s.URL, &types, &private, &created, &failing, &disabled, &s.DisabledWhy); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(types), &s.Types); err != nil {
			return nil, err
		}
		s.Private, s.CreatedAt, s.FailingSince, s.DisabledAt = private != 0, queue.Time(created), queue.Time(failing), queue.Time(disabled)
		out = append(out, s)
	}
	return out, rows.Err()
}

// complete adds what stands in the other tables.
func (s *Subscription) complete(ctx context.Context, tx *sql.Tx) error {
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE state WHEN 'waiting' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE state WHEN 'dead' THEN 1 ELSE 0 END), 0) FROM webhook_delivery WHERE subscription = $1`, s.ID).Scan(&s.Waiting, &s.Dead)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT created_at, until FROM webhook_secret
		WHERE subscription = $1 AND (until = 0 OR until > $2) ORDER BY created_at DESC`, s.ID, now())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	s.Secrets = []Secret{}
	for rows.Next() {
		var created, until int64
		if err := rows.Scan(&created, &until); err != nil {
			return err
		}
		s.Secrets = append(s.Secrets, Secret{CreatedAt: queue.Time(created), Until: queue.Time(until)})
	}
	return rows.Err()
}

// secrets that count now, the newest first.
func (h *Hooks) secrets(ctx context.Context, id string) ([]string, error) {
	rows, err := h.db.QueryContext(ctx, `SELECT secret FROM webhook_secret
		WHERE subscription = $1 AND (until = 0 OR until > $2) ORDER BY created_at DESC, secret`, id, now())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
