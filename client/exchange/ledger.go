package exchange

import (
	"context"
	"iter"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Ledger is what an exchange needs of the ledger, as one identity.
type Ledger interface {
	Party() Party
	Movements() Movements
	// Height is the number of blocks; Blocks reads them from one number to another, both included.
	Height(ctx context.Context) (uint64, error)
	Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error]
}

// Party is who exchanges messages: a trader of an organisation.
type Party struct {
	MSP string
	// Operator is the identification number.
	Operator string
}

// Movements are the calls that messages lead to; they are those of [cats.Movements], each under the message identification given
// last. A call whose identification the record remembers is a success without a transaction.
type Movements interface {
	Get(ctx context.Context, movement string) (*transit.MovementView, error)
	Content(ctx context.Context, movement string) (*cats.Document, error)
	Annex(ctx context.Context, movement, digest string) (*cats.Paper, error)
	Lodge(ctx context.Context, std *transit.STD, id string) (*transit.Movement, cats.Receipt, error)
	Amend(ctx context.Context, movement string, std *transit.STD, id string) (cats.Receipt, error)
	Present(ctx context.Context, movement, id string) (cats.Receipt, error)
	Cancel(ctx context.Context, movement, reason, id string) (cats.Receipt, error)
	RequestCancel(ctx context.Context, movement, reason, id string) (cats.Receipt, error)
	RequestRelease(ctx context.Context, movement, id string) (cats.Receipt, error)
	AnswerEnquiry(ctx context.Context, movement string, note *transit.Note, id string) (cats.Receipt, error)
	NotifyArrival(ctx context.Context, movement string, simplified bool, id string) (cats.Receipt, error)
	RemarkUnloading(ctx context.Context, movement string, remarks transit.UnloadingRemarks, id string) (cats.Receipt, error)
}

// clientLedger is the ledger as a client sees it.
type clientLedger struct{ *cats.Client }

func (c clientLedger) Party() Party { return Party{MSP: c.MSP(), Operator: c.Identity().Operator} }

func (c clientLedger) Movements() Movements { return clientMovements{c.Client.Movements()} }

type clientMovements struct{ m *cats.Movements }

func (c clientMovements) Get(ctx context.Context, movement string) (*transit.MovementView, error) {
	return c.m.Get(ctx, movement)
}

func (c clientMovements) Content(ctx context.Context, movement string) (*cats.Document, error) {
	return c.m.Content(ctx, movement)
}

func (c clientMovements) Annex(ctx context.Context, movement, digest string) (*cats.Paper, error) {
	return c.m.Annex(ctx, movement, digest)
}

func (c clientMovements) Lodge(ctx context.Context, std *transit.STD, id string) (*transit.Movement, cats.Receipt, error) {
	return c.m.Lodge(ctx, std, cats.MessageID(id))
}

func (c clientMovements) Amend(ctx context.Context, movement string, std *transit.STD, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.Amend(ctx, movement, std, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) Present(ctx context.Context, movement, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.Present(ctx, movement, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) Cancel(ctx context.Context, movement, reason, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.Cancel(ctx, movement, reason, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) RequestCancel(ctx context.Context, movement, reason, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.RequestCancel(ctx, movement, reason, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) RequestRelease(ctx context.Context, movement, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.RequestRelease(ctx, movement, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) AnswerEnquiry(ctx context.Context, movement string, note *transit.Note, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.AnswerEnquiry(ctx, movement, note, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) NotifyArrival(ctx context.Context, movement string, simplified bool, id string) (cats.Receipt, error) {
	_, receipt, err := c.m.NotifyArrival(ctx, movement, simplified, cats.MessageID(id))
	return receipt, err
}

func (c clientMovements) RemarkUnloading(
	ctx context.Context, movement string, remarks transit.UnloadingRemarks, id string,
) (cats.Receipt, error) {
	_, receipt, err := c.m.RemarkUnloading(ctx, movement, remarks, cats.MessageID(id))
	return receipt, err
}
