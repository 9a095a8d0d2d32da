package window

import (
	"context"
	"database/sql"
	"errors"

	"carec.example/cats/client/links/queue"
)

// Deposit is one line of the list. Its state is waiting, deposited, refused or dead.
type Deposit struct {
	// Number is the same in the request and in the document.
	Number   string `json:"number"`
	Window   string `json:"window"`
	Document Kind   `json:"document"`
	Type     string `json:"type"`
	Subject  string `json:"subject"`
	queue.Standing
	// Reference is the window's receipt, Answer what it said to a deposit that it did not take.
	Reference string `json:"reference,omitempty"`
	Answer    string `json:"answer,omitempty"`
}

// Deposited is the state of what the window has.
const Deposited = "deposited"

// Filter of the list. What is empty filters nothing; its subscription is a window.
type Filter = queue.Filter

// Deposits returns a page of the deposits, the newest first.
func (w *Windows) Deposits(ctx context.Context, f Filter) (*queue.Page[Deposit], error) {
	if f.State == Deposited {
		f.State = queue.Delivered
	}
	const columns = "e.number, e.document, e.type, e.subject, d.reference, d.answer"
	p, err := queue.List(ctx, w.queue, f, columns, func(d *Deposit) (*string, *queue.Standing, []any) {
		return &d.Window, &d.Standing, []any{&d.Number, &d.Document, &d.Type, &d.Subject, &d.Reference, &d.Answer}
	})
	if err != nil {
		return nil, err
	}
	for i := range p.Items {
		if s := &p.Items[i].Standing; s.State == queue.Delivered {
			s.State = Deposited
		}
	}
	return p, nil
}

// Backlog counts what waits and what has failed. No window is ever disabled.
type Backlog = queue.Backlog

// Backlog reads how the deposits stand, over all windows.
func (w *Windows) Backlog(ctx context.Context) (Backlog, error) { return w.queue.Backlog(ctx) }

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
		var err error
		n, err = w.queue.PutAll(ctx, tx, id, nil, `SELECT d.seq, d.lane, e.type FROM window_delivery d JOIN window_event e ON e.seq = d.seq
			WHERE d.subscription = $1 AND d.state IN ('refused', 'dead') AND ($2 = '' OR e.number = $2) ORDER BY d.seq`, id, number)
		if err == nil && n == 0 && number != "" {
			return ErrNoDeposit
		}
		return err
	})
	w.queue.Rouse()
	return n, wrap("retry", err)
}
