package queue

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// Standing is how a delivery stands.
type Standing struct {
	// State is waiting, delivered, refused or dead. Owners may have a word of their own for what was delivered.
	State    string `json:"state"`
	Attempts int    `json:"attempts"`
	// At is when the organisation learnt of what is delivered.
	At time.Time `json:"at"`
	// Next is when it is tried again; Done when it was taken, refused or given up.
	Next time.Time `json:"next,omitzero"`
	Done time.Time `json:"done,omitzero"`
	// Status of the last answer; left out when there was none. Problem in a few words; empty when it was taken.
	Status  int    `json:"status,omitempty"`
	Problem string `json:"problem,omitempty"`
}

// Bounds of [Filter.Limit].
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Filter of a list of deliveries. What is empty filters nothing.
type Filter struct {
	Subscription, State string
	// Limit is the number of rows, 100 by default, 1000 at most.
	Limit int
	// After is [Page.Next] of the page before; empty for the first.
	After string
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T `json:"items"`
	// Next asks for the page behind; empty when there is none.
	Next string `json:"next,omitempty"`
}

// ErrCursor means that the text is no [Page.Next] of a list of deliveries.
var ErrCursor = errors.New("the cursor is not one of this list")

// place is where a delivery stands in a list: the newest first, and what several receivers get by their ids.
type place struct {
	seq          int64
	subscription string
}

// cursor of what follows a place. The ids of subscriptions are letters and digits.
func (p place) cursor() string { return strconv.FormatInt(p.seq, 10) + "." + p.subscription }

func (f *Filter) place() (place, error) {
	if f.After == "" {
		return place{seq: math.MaxInt64}, nil
	}
	seq, subscription, found := strings.Cut(f.After, ".")
	n, err := strconv.ParseInt(seq, 10, 64)
	foreign := func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }
	if err != nil || n < 0 || !found || subscription == "" || strings.ContainsFunc(subscription, foreign) {
		return place{}, ErrCursor
	}
	return place{seq: n, subscription: subscription}, nil
}

// List reads a page of deliveries, the newest first. A delivery keeps its place whatever becomes of it, and new ones come before the
// first: so nothing that stands in the list all the time is left out or comes twice. Columns are the further ones that the owner has
// of X_event (e) and X_delivery (d), and into tells where in a T the row goes. [ErrCursor] when the filter has none of this list.
func List[T any](
	ctx context.Context, q *Queue, f Filter, columns string, into func(*T) (subscription *string, s *Standing, further []any),
) (*Page[T], error) {
	if f.Limit <= 0 {
		f.Limit = DefaultLimit
	}
	f.Limit = min(f.Limit, MaxLimit)
	after, err := f.place()
	if err != nil {
		return nil, err
	}
	rows, err := q.db.QueryContext(ctx, q.in(`SELECT d.seq, d.subscription, d.state, d.attempts, e.at, d.due_at, d.done_at, d.status, d.problem, `+
		columns+` FROM X_delivery d JOIN X_event e ON e.seq = d.seq
		WHERE ($1 = '' OR d.subscription = $1) AND ($2 = '' OR d.state = $2) AND d.seq <= $3 AND (d.seq < $3 OR d.subscription > $4)
		ORDER BY d.seq DESC, d.subscription LIMIT $5`), f.Subscription, f.State, after.seq, after.subscription, f.Limit+1)
	if err != nil {
		return nil, wrap("list the deliveries", err)
	}
	defer func() { _ = rows.Close() }()
	p, last := &Page[T]{Items: []T{}}, place{}
	for rows.Next() {
		if len(p.Items) == f.Limit {
			p.Next = last.cursor()
			break
		}
		var one T
		if last, err = scan(rows, &one, into); err != nil {
			return nil, wrap("list the deliveries", err)
		}
		p.Items = append(p.Items, one)
	}
	return p, wrap("list the deliveries", rows.Err())
}

func scan[T any](rows *sql.Rows, one *T, into func(*T) (*string, *Standing, []any)) (place, error) {
	subscription, s, further := into(one)
	var p place
	var at, due, done int64
	err := rows.Scan(append([]any{&p.seq, &p.subscription, &s.State, &s.Attempts, &at, &due, &done, &s.Status, &s.Problem}, further...)...)
	*subscription, s.At, s.Done = p.subscription, Time(at), Time(done)
	if s.State == Waiting {
		s.Next = Time(due)
	}
	return p, err
}

// PutAll makes what a query finds wait again, and returns how many deliveries those are. The query gives the seq, the lane and the
// type of events, in the ledger's order; those of types that are not wanted are left out. Nil wants all.
func (q *Queue) PutAll(
	ctx context.Context, tx *sql.Tx, subscription string, wanted func(kind string) bool, query string, values ...any,
) (int, error) {
	type event struct {
		seq  int64
		lane string
	}
	rows, err := tx.QueryContext(ctx, query, values...)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	var found []event
	for rows.Next() {
		var e event
		var kind string
		if err := rows.Scan(&e.seq, &e.lane, &kind); err != nil {
			return 0, err
		}
		if wanted == nil || wanted(kind) {
			found = append(found, e)
		}
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, e := range found {
		if err := q.Put(ctx, tx, subscription, e.seq, e.lane); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}
