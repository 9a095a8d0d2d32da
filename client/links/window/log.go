package window

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"carec.example/cats/client/links/queue"
)

// Deposit is one line of the list.
type Deposit struct {
	// Number is the same in the request and in the document.
	Number   string `json:"number"`
	Window   string `json:"window"`
	Document Kind   `json:"document"`
	Type     string `json:"type"`
	Subject  string `json:"subject"`
	// State is waiting, deposited, refused or dead.
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	At       time.Time `json:"at"`
	// Next is when it is tried again; Done when it was deposited, refused or given up.
	Next    time.Time `json:"next,omitzero"`
	Done    time.Time `json:"done,omitzero"`
	Status  int       `json:"status,omitempty"`
	Problem string    `json:"problem,omitempty"`
	// Reference is the window's receipt, Answer what it said to a deposit that it did not take.
	Reference string `json:"reference,omitempty"`
	Answer    string `json:"answer,omitempty"`
}

// Deposited is the state of what the window has.
const Deposited = "deposited"

// Filter of the list. What is empty filters nothing.
type Filter struct {
	Window, State string
	Limit         int
}

// Deposits returns deposits, the newest first.
func (w *Windows) Deposits(ctx context.Context, f Filter) ([]Deposit, error) {
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 100
	}
	if f.State == Deposited {
		f.State = queue.Delivered
	}
	rows, err := w.db.QueryContext(ctx, `SELECT e.number, d.subscription, e.document, e.type, e.subject, d.state, d.attempts, e.at,
		d.due_at, d.done_at, d.status, d.problem, d.reference, d.answer
		FROM window_delivery d JOIN window_event e ON e.seq = d.seq
		WHERE ($1 = '' OR d.subscription = $1) AND ($2 = '' OR d.state = $2) ORDER BY d.seq DESC, d.subscription LIMIT $3`,
		f.Window, f.State, f.Limit)
	if err != nil {
		return nil, wrap("list the deposits", err)
	}
	defer func() { _ = rows.Close() }()
	out := []Deposit{}
	for rows.Next() {
		var d Deposit
		var at, next, done int64
		if err := rows.Scan(&d.Number, &d.Window, &d.Document, &d.Type, &d.Subject, &d.State, &d.Attempts, &at, &next, &done, &d.Status,
			&d.Problem, &d.Reference, &d.Answer); err != nil {
			return nil, wrap("list the deposits", err)
		}
		d.At, d.Done = queue.Time(at), queue.Time(done)
		switch d.State {
		case queue.Waiting:
			d.Next = queue.Time(next)
		case queue.Delivered:
			d.State = Deposited
		}
		out = append(out, d)
	}
	return out, wrap("list the deposits", rows.Err())
}

// ErrNoDeposit means that the window has none of that number which was refused or given up.
var ErrNoDeposit = errors.New("the window has refused no deposit of that number, and none was given up")

// Retry makes what a window has refused, or what was given up, wait again, in the ledger's order: one deposit by its number, or all.
// The documents are the same under the same numbers; the time to give up counts anew. It returns how many wait.
func (w *Windows) Retry(ctx context.Context, id, number string) (int, error) {
	n := 0
	err := w.db.InTx(ctx, func(tx *sql.Tx) error {
		n = 0
		var known int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM window_subscription WHERE id = $1", id).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return ErrNoWindow
		}
		again, err := again(ctx, tx, id, number)
		if err != nil {
			return err
		}
		for _, p := range again {
			if err := w.queue.Put(ctx, tx, id, p.seq, p.lane); err != nil {
				return err
			}
		}
		if n = len(again); n == 0 && number != "" {
			return ErrNoDeposit
		}
		return nil
	})
	w.queue.Rouse()
	return n, wrap("retry", err)
}

type place struct {
	seq  int64
	lane string
}

func again(ctx context.Context, tx *sql.Tx, id, number string) ([]place, error) {
	rows, err := tx.QueryContext(ctx, `SELECT d.seq, d.lane FROM window_delivery d JOIN window_event e ON e.seq = d.seq
		WHERE d.subscription = $1 AND d.state IN ('refused', 'dead') AND ($2 = '' OR e.number = $2) ORDER BY d.seq`, id, number)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []place
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.seq, &p.lane); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}
