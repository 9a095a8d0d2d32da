package window

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	ledgerevent "carec.example/cats/client/links/event"
	"carec.example/cats/client/links/outbound"
	"carec.example/cats/client/links/queue"
)

const (
	// MaxWindows bounds those of an organisation.
	MaxWindows = 20
	maxTypes   = 50
)

// ErrNoWindow means that there is none of that identification.
var ErrNoWindow = errors.New("there is no such window")

// Terms are what an operator says of a window.
type Terms struct {
	URL string `json:"url"`
	// Documents that it gets; none for all kinds.
	Documents []Kind `json:"documents"`
	// Types of events of which it gets any; none for all.
	Types []string `json:"types"`
	// Private: the operator allows an address in its own network.
	Private bool `json:"allowPrivate"`
	// TokenFile holds a bearer token, Certificate and Key a client certificate, CA the roots of the window's certificate: files by
	// absolute path, empty for none.
	TokenFile   string `json:"tokenFile,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`
	CA          string `json:"ca,omitempty"`
}

// Window is one single window.
type Window struct {
	ID string `json:"id"`
	Terms
	CreatedAt time.Time `json:"createdAt"`
	// FailingSince is when the first attempt failed since which none has been answered with a receipt or a refusal.
	FailingSince time.Time `json:"failingSince,omitzero"`
	// Waiting, Deposited, Refused and Dead are how many deposits are.
	Waiting   int `json:"waiting"`
	Deposited int `json:"deposited"`
	Refused   int `json:"refused"`
	Dead      int `json:"dead"`
}

// Host is the host of the address, which may be shown anywhere.
func (w *Window) Host() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Check says what is wrong with the terms.
func (t *Terms) Check() error {
	if err := outbound.CheckURL(t.URL, t.Private); err != nil {
		return err
	}
	if err := inTheClear(t.URL); err != nil {
		return err
	}
	for _, k := range t.Documents {
		if !slices.Contains(Kinds(), k) {
			return fmt.Errorf("no document is of the kind %q", k)
		}
	}
	if len(t.Documents) > len(Kinds()) || len(t.Types) > maxTypes {
		return fmt.Errorf("at most %d kinds of documents and %d types of events", len(Kinds()), maxTypes)
	}
	for _, wish := range t.Types {
		if !ledgerevent.Known(wish) {
			return fmt.Errorf("no event has the type %q", wish)
		}
	}
	return t.checkFiles()
}

func (t *Terms) checkFiles() error {
	if (t.Certificate == "") != (t.Key == "") {
		return errors.New("a certificate and its key go together")
	}
	if t.Certificate == "" && t.TokenFile == "" {
		return errors.New("the window must know who deposits: name a client certificate or a file with a token")
	}
	for _, path := range []string{t.TokenFile, t.Certificate, t.Key, t.CA} {
		if path != "" && !filepath.IsAbs(path) {
			return fmt.Errorf("the path %s must be absolute", path)
		}
	}
	_, err := t.credentials(nil)
	return err
}

// inTheClear keeps documents off any network without TLS.
func inTheClear(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "https" {
		return err
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost") {
		return nil
	}
	return errors.New("the address must begin with https://; http:// is for this machine alone")
}

// Add makes a window for what happens from now on.
func (w *Windows) Add(ctx context.Context, t Terms) (*Window, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	t.Documents, t.Types = append([]Kind{}, t.Documents...), append([]string{}, t.Types...)
	documents, err := json.Marshal(t.Documents)
	if err != nil {
		return nil, err
	}
	types, err := json.Marshal(t.Types)
	if err != nil {
		return nil, err
	}
	added := &Window{ID: "SW" + rand.Text()[:10], Terms: t, CreatedAt: queue.Time(time.Now().UnixMilli())}
	private := 0
	if t.Private {
		private = 1
	}
	err = w.db.InTx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM window_subscription").Scan(&n); err != nil {
			return err
		}
		if n >= MaxWindows {
			return fmt.Errorf("there are %d windows already", n)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO window_subscription
			(id, url, documents, types, private, token_file, certificate, key, ca, created_at, failing_since, disabled_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0)`, added.ID, t.URL, string(documents), string(types), private,
			t.TokenFile, t.Certificate, t.Key, t.CA, queue.Millis(added.CreatedAt))
		return err
	})
	return added, wrap("add the window", err)
}

// Remove ends a window with everything that waits for it.
func (w *Windows) Remove(ctx context.Context, id string) error {
	return wrap("remove the window", w.db.InTx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, "DELETE FROM window_subscription WHERE id = $1", id)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			return ErrNoWindow
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE window_event SET body = '' WHERE body <> '' AND NOT EXISTS
				(SELECT 1 FROM window_delivery d WHERE d.seq = window_event.seq AND d.state <> 'delivered')`)
		}
		return err
	}))
}

// List returns all windows, the oldest first.
func (w *Windows) List(ctx context.Context) ([]Window, error) {
	var out []Window
	err := w.db.InSnapshot(ctx, func(tx *sql.Tx) error {
		var err error
		out, err = windows(ctx, tx)
		for i := range out {
			if err == nil {
				err = out[i].count(ctx, tx)
			}
		}
		return err
	})
	return out, wrap("list the windows", err)
}

func windows(ctx context.Context, tx *sql.Tx) ([]Window, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, url, documents, types, private, token_file, certificate, key, ca, created_at, failing_since
		FROM window_subscription ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []Window{}
	for rows.Next() {
		w, err := scanWindow(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, *w)
	}
	return out, rows.Err()
}

func scanWindow(row interface{ Scan(into ...any) error }) (*Window, error) {
	var w Window
	var documents, types string
	var private, created, failing int64
	if err := row.Scan(&w.ID, &w.URL, &documents, &types, &private, &w.TokenFile, &w.Certificate, &w.Key, &w.CA, &created, &failing); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(documents), &w.Documents); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(types), &w.Types); err != nil {
		return nil, err
	}
	w.Private, w.CreatedAt, w.FailingSince = private != 0, queue.Time(created), queue.Time(failing)
	return &w, nil
}

func (w *Window) count(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT state, COUNT(*) FROM window_delivery WHERE subscription = $1 GROUP BY state", w.ID)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return err
		}
		switch state {
		case queue.Waiting:
			w.Waiting = n
		case queue.Delivered:
			w.Deposited = n
		case queue.Refused:
			w.Refused = n
		default:
			w.Dead = n
		}
	}
	return rows.Err()
}

// wants reports whether the window gets a document of an event.
func (w *Window) wants(kind Kind, eventType string) bool {
	return (len(w.Documents) == 0 || slices.Contains(w.Documents, kind)) && ledgerevent.Matches(w.Types, eventType)
}
