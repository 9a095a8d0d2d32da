package journey

import (
	"context"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/gateway/remote"
)

// Over is the way on which the people of a journey reach the ledger.
type Over string

const (
	// SDK lets each act at the peers, with the SDK and an own key. It is the default.
	SDK Over = "sdk"
	// REST lets each act at the gateway of the own organisation with an own TLS certificate, and at nothing else.
	REST Over = "rest"
)

// Set chooses a way by its name, for flags. Nothing is the default.
func (o *Over) Set(name string) error {
	switch way := Over(name); way {
	case "":
		*o = SDK
	case SDK, REST:
		*o = way
	default:
		return fmt.Errorf("%q is neither %s nor %s", name, SDK, REST)
	}
	return nil
}

func (o *Over) String() string { return string(*o) }

// party is what a person of a story acts through, whichever way that goes.
type party interface {
	// Name of the identity, MSP of its organisation.
	Name() string
	MSP() string
	Movements() gateway.Movements
	Guarantees() gateway.Guarantees
	Registry() gateway.Registry
	// Messages are those of the person's own system. National documents go through mappings: over REST those of the gateway.
	Messages() gateway.Messages
	// Await waits until the peer that the person's organisation asks has a transaction, and returns the number of its block.
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
	if t.Over == REST {
		c, err := remote.Open(t.Profile, identity)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
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

// verified tells where somebody reads content, and who has held it against the public record.
func (t *travel) verified(what string) string {
	if t.Over == REST {
		return "at the own gateway, which has verified the " + what
	}
	return "at the own peer, " + what + " verified"
}

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
