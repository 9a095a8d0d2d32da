package window

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats/ubl"
	"carec.example/cats/client/links/queue"
)

// Ledger is what is followed, and where the documents come from.
type Ledger interface {
	queue.Ledger
	// MSP and Country of the organisation; the country is empty when it is no customs authority.
	MSP() string
	Country() string
	Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error]
	Movement(ctx context.Context, id string) (*transit.MovementView, error)
	Content(ctx context.Context, id string) (*cats.Document, error)
}

// FromClient is the ledger as a client sees it, whose organisation's people may read the content.
func FromClient(client *cats.Client) Ledger { return clientLedger{client} }

type clientLedger struct{ *cats.Client }

func (l clientLedger) Movement(ctx context.Context, id string) (*transit.MovementView, error) {
	return l.Movements().Get(ctx, id)
}

func (l clientLedger) Content(ctx context.Context, id string) (*cats.Document, error) {
	return l.Movements().Content(ctx, id)
}

// event is a step for which a document is due.
type event struct {
	seq                     int64
	number, kind, body      string
	block                   uint64
	transaction, eventsType string
	step                    transit.EventStep
}

var (
	// errNone: the step does not concern the organisation after all, or a later document tells the same.
	errNone = errors.New("nothing is to be deposited")
	// errNotHeld: the content is not there yet, or not any more.
	errNotHeld = errors.New("the content is not held by this organisation")
	// errUnwritable: no document can be made of what the ledger has.
	errUnwritable = errors.New("the document cannot be made")
)

// document makes the document of an event. Its errors are errNone, errNotHeld, errUnwritable, and those of the ledger.
func (w *Windows) document(ctx context.Context, e *event) (string, error) {
	tx, err := w.transaction(ctx, e)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	number := ubl.Numbered(e.number)
	switch Kind(e.kind) {
	case Guarantee:
		err = w.certificate(&out, tx, e, number)
	case Declaration:
		err = w.declaration(ctx, &out, tx, e, number)
	default:
		err = w.status(ctx, &out, tx, e, number)
	}
	return out.String(), err
}

// transaction reads the transaction of an event.
func (w *Windows) transaction(ctx context.Context, e *event) (*cats.Transaction, error) {
	for block, err := range w.cfg.Ledger.Blocks(ctx, e.block, e.block) {
		if err != nil {
			return nil, fmt.Errorf("couldn't read the ledger: %w", err)
		}
		for _, tx := range block.Transactions {
			if tx.ID == e.transaction {
				return tx, nil
			}
		}
	}
	return nil, fmt.Errorf("block %d has no transaction %s", e.block, e.transaction)
}

// written decodes what a transaction wrote under a key.
func written(tx *cats.Transaction, key string, into any) (bool, error) {
	for _, write := range tx.Writes {
		if write.Key != key || write.Delete {
			continue
		}
		if err := json.Unmarshal(write.Value, into); err != nil {
			return false, fmt.Errorf("couldn't read what transaction %s wrote: %w", tx.ID, err)
		}
		return true, nil
	}
	return false, nil
}

// status is the record as the step left it. What was declared is that of the transaction, or else as it stands.
func (w *Windows) status(ctx context.Context, out *bytes.Buffer, tx *cats.Transaction, e *event, number ubl.Option) error {
	m := &transit.Movement{}
	found, err := written(tx, ledger.MovementKey(e.step.ID), &m.Course)
	if err != nil {
		return err
	}
	if !found || !onRoute(&m.Course, w.cfg.Ledger.MSP()) {
		return errNone
	}
	if found, err = written(tx, ledger.DeclaredKey(e.step.ID), &m.Declared); err != nil {
		return err
	}
	if !found {
		view, err := w.cfg.Ledger.Movement(ctx, e.step.ID)
		if err != nil {
			return fmt.Errorf("couldn't read the movement: %w", err)
		}
		m.Declared = view.Movement.Declared
	}
	return unwritable(ubl.WriteStatus(out, m, number))
}

func onRoute(c *transit.Course, msp string) bool {
	return slices.ContainsFunc(c.Legs, func(l transit.Leg) bool { return l.MSP == msp })
}

// declaration is the content as the organisation holds it. A lodging or an amendment elsewhere is none of its business until the
// content is delivered; one that was amended since is told by the amendment's own deposit.
func (w *Windows) declaration(ctx context.Context, out *bytes.Buffer, tx *cats.Transaction, e *event, number ubl.Option) error {
	var declared transit.Declared
	found, err := written(tx, ledger.DeclaredKey(e.step.ID), &declared)
	if err != nil {
		return err
	}
	if found && transit.OfficeCountry(declared.Departure) != w.cfg.Ledger.Country() {
		return errNone
	}
	held, err := w.cfg.Ledger.Content(ctx, e.step.ID)
	switch {
	case errors.Is(err, &transit.Fault{Code: transit.NotFound}):
		return errNotHeld
	case err != nil:
		return fmt.Errorf("couldn't read the content: %w", err)
	case found && held.Movement.Version > declared.Version:
		return errNone
	}
	return unwritable(ubl.WriteDeclaration(out, held.STD.WithoutAccessCodes(), number))
}

// certificate are the terms as the transaction wrote them.
func (w *Windows) certificate(out *bytes.Buffer, tx *cats.Transaction, e *event, number ubl.Option) error {
	var g transit.Guarantee
	found, err := written(tx, ledger.GuaranteeKey(e.step.ID), &g)
	if err != nil {
		return err
	}
	l := w.cfg.Ledger
	inOurCountry := g.Terms.Office != "" && transit.OfficeCountry(g.Terms.Office) == l.Country()
	if !found || g.Keeper != l.MSP() && !inOurCountry {
		return errNone
	}
	return unwritable(ubl.WriteGuarantee(out, &g.Terms, number))
}

func unwritable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errUnwritable, err)
}
