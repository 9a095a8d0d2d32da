package cats

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"google.golang.org/protobuf/proto"
)

// Event is the event of one committed transaction.
type Event struct {
	BlockNumber   uint64
	TransactionID string
	Payload       transit.EventPayload
}

// Position is a place in the stream of events: the block in which the next event is
// expected, and the last transaction of that block already seen, if any. The zero
// value is the beginning of the ledger.
type Position struct {
	Block         uint64 `json:"block"`
	TransactionID string `json:"transactionId,omitempty"`
}

// After is the position behind an event.
func (e *Event) After() Position {
	return Position{Block: e.BlockNumber, TransactionID: e.TransactionID}
}

// Events follows the events of committed transactions from a block on, in the order
// of the ledger, each once. A broken stream is opened again where it broke. The
// sequence ends with an error when the context ends or the peer refuses the identity.
func (c *Client) Events(ctx context.Context, fromBlock uint64) iter.Seq2[*Event, error] {
	return c.EventsAfter(ctx, Position{Block: fromBlock})
}

// EventsAfter is [Client.Events] from a position that was kept.
func (c *Client) EventsAfter(ctx context.Context, at Position) iter.Seq2[*Event, error] {
	const op = "events"
	return func(yield func(*Event, error) bool) {
		err := c.endless(ctx, op, func(ctx context.Context, p *gatewayPeer) (bool, error) {
			return c.followEvents(ctx, p, &at, yield)
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// followEvents reads one stream of events and moves the position with each.
func (c *Client) followEvents(ctx context.Context, p *gatewayPeer, at *Position, yield func(*Event, error) bool) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	request, err := c.eventsRequest(p, *at)
	if err != nil {
		return false, &streamDefect{cause: err}
	}
	stream, err := p.events.ChaincodeEvents(ctx, request)
	if err != nil {
		return false, err
	}
	for progress := false; ; progress = true {
		response, err := stream.Recv()
		if err != nil {
			return progress, err
		}
		for _, raw := range response.GetEvents() {
			if raw.GetEventName() != transit.EventName {
				continue
			}
			event := &Event{BlockNumber: response.GetBlockNumber(), TransactionID: raw.GetTxId()}
			if err := json.Unmarshal(raw.GetPayload(), &event.Payload); err != nil {
				return progress, &streamDefect{cause: fmt.Errorf("couldn't read the event of transaction %s: %w", raw.GetTxId(), err)}
			}
			*at = event.After()
			if !yield(event, nil) {
				return progress, nil
			}
		}
	}
}

func (c *Client) eventsRequest(p *gatewayPeer, at Position) (*gateway.SignedChaincodeEventsRequest, error) {
	option := client.WithStartBlock(at.Block)
	if at.TransactionID != "" {
		var checkpoint client.InMemoryCheckpointer
		checkpoint.CheckpointTransaction(at.Block, at.TransactionID)
		option = client.WithCheckpoint(&checkpoint)
	}
	request, err := p.network.NewChaincodeEventsRequest(c.profile.Chaincode, option)
	if err != nil {
		return nil, fmt.Errorf("couldn't make the request for events: %w", err)
	}
	raw, err := request.Bytes()
	if err != nil {
		return nil, err
	}
	var signed gateway.SignedChaincodeEventsRequest
	if err := proto.Unmarshal(raw, &signed); err != nil {
		return nil, fmt.Errorf("couldn't read the request for events: %w", err)
	}
	signed.Signature, err = c.sign(signed.GetRequest())
	return &signed, err
}
