package journey

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/gateway"
)

// Over is the way on which the people of a journey reach the ledger.
type Over string

const (
	// SDK: each acts at the peers, through the SDK. It is the default.
	SDK Over = "sdk"
)

// party is what a person of a story acts through, whichever way that goes.
type party interface {
	// Name of the identity, MSP of its organisation.
	Name() string
	MSP() string
	Movements() gateway.Movements
	Guarantees() gateway.Guarantees
	Registry() gateway.Registry
	// Messages are those of the person's own system; in national documents they go through the mappings.
	Messages() gateway.Messages
	// Await waits until the own peer has a transaction, and returns the number of its block.
	Await(ctx context.Context, transactionID string) (uint64, error)
	Close() error
}

// as opens, once, the party of an identity.
func (t *travel) as(ctx context.Context, identity string) (party, error) {
	if p, ok := t.parties[identity]; ok {
		return p, nil
	}
	p, err := t.open(ctx, identity)
	if err != nil {
		return nil, err
	}
	t.parties[identity] = p
	return p, nil
}

func (t *travel) open(ctx context.Context, identity string) (party, error) {
	c, err := cats.Open(ctx, t.Profile, identity, cats.WithQueues(t.queues))
	if err != nil {
		return nil, err
	}
	return &atPeers{Client: c, messages: exchange.New(c, exchange.WithMappings(t.mappings))}, nil
}

// atPeers is a person who acts through the SDK.
type atPeers struct {
	*cats.Client
	messages *exchange.Exchange
}

func (p *atPeers) Movements() gateway.Movements   { return p.Client.Movements() }
func (p *atPeers) Guarantees() gateway.Guarantees { return p.Client.Guarantees() }
func (p *atPeers) Registry() gateway.Registry     { return p.Client.Registry() }
func (p *atPeers) Messages() gateway.Messages     { return p.messages }

// movementID is the identification of a movement that a trader declares, before anybody has seen it.
func (t *travel) movementID(trader party, std *transit.STD) (string, error) {
	id, err := t.Profile.Identity(trader.Name())
	if err != nil {
		return "", err
	}
	country := transit.OfficeCountry(std.DepartureOffice.ReferenceNumber)
	m, err := transit.NewMovementID(country, trader.MSP(), id.Operator, std.TransitOperation.LRN)
	return m.String(), err
}
