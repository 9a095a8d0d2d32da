package cats

import (
	"context"
	"fmt"
	"iter"
	"sort"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Height is the number of blocks at the peer; the last one has the number before it.
func (c *Client) Height(ctx context.Context) (uint64, error) {
	raw, err := c.system(ctx, "GetChainInfo", c.profile.Channel)
	if err != nil {
		return 0, err
	}
	var info common.BlockchainInfo
	if err := proto.Unmarshal(raw, &info); err != nil {
		return 0, fmt.Errorf("couldn't read the chain's height: %w", err)
	}
	return info.GetHeight(), nil
}

// system evaluates a function of the peer's own query chaincode.
func (c *Client) system(ctx context.Context, function string, args ...string) ([]byte, error) {
	return c.ask(ctx, "qscc", function, args...)
}

// ask evaluates a function of one of the peer's own chaincodes.
func (c *Client) ask(ctx context.Context, chaincode, function string, args ...string) ([]byte, error) {
	ctx, cancel := c.overall(ctx)
	defer cancel()
	b := newBudget(c.cfg.retries)
	for attempt := 1; ; attempt++ {
		p := c.peers.pick()
		raw, err := c.askOnce(ctx, p, chaincode, function, args)
		if err == nil {
			return raw, nil
		}
		v := judge(ctx, err, c.org.MSP)
		failure := &Error{Op: function, Class: v.class, Details: v.details, Attempts: attempt, cause: err}
		if v.reason != unreachable {
			return nil, failure
		}
		if v.peerFailed {
			p.fail()
		}
		if wait, _ := b.next(v); sleep(ctx, wait) != nil {
			return nil, failure
		}
	}
}

func (c *Client) askOnce(ctx context.Context, p *gatewayPeer, chaincode, function string, args []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.Evaluate)
	defer cancel()
	return p.network.GetContract(chaincode).EvaluateWithContext(ctx, function, client.WithArguments(args...), at(c.org.MSP))
}

// Blocks reads the blocks from one number to another, both included. A broken
// stream is opened again where it broke. The sequence ends after the first error.
func (c *Client) Blocks(ctx context.Context, from, to uint64) iter.Seq2[*Block, error] {
	return func(yield func(*Block, error) bool) {
		next := from
		err := c.endless(ctx, "blocks", func(ctx context.Context, p *gatewayPeer) (bool, error) {
			return c.followBlocks(ctx, p, &next, to, yield)
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

func (c *Client) followBlocks(ctx context.Context, p *gatewayPeer, next *uint64, to uint64, yield func(*Block, error) bool) (bool, error) {
	if *next > to {
		return false, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.openBlocks(ctx, p, *next)
	if err != nil {
		return false, err
	}
	for progress := false; ; progress = true {
		response, err := stream.Recv()
		if err != nil {
			return progress, err
		}
		raw := response.GetBlock()
		if raw == nil {
			return progress, &streamRefusal{status: response.GetStatus()}
		}
		block, err := ReadBlock(raw, c.profile.Chaincode)
		if err != nil {
			return progress, &streamDefect{cause: err}
		}
		if !yield(block, nil) || block.Number >= to {
			return true, nil
		}
		*next = block.Number + 1
	}
}

func (c *Client) openBlocks(ctx context.Context, p *gatewayPeer, from uint64) (peer.Deliver_DeliverClient, error) {
	request, err := p.network.NewBlockEventsRequest(client.WithStartBlock(from))
	if err != nil {
		return nil, &streamDefect{cause: fmt.Errorf("couldn't make the request for blocks: %w", err)}
	}
	raw, err := request.Bytes()
	if err != nil {
		return nil, &streamDefect{cause: err}
	}
	var envelope common.Envelope
	if err := proto.Unmarshal(raw, &envelope); err != nil {
		return nil, &streamDefect{cause: fmt.Errorf("couldn't read the request for blocks: %w", err)}
	}
	if envelope.Signature, err = c.sign(envelope.GetPayload()); err != nil {
		return nil, &streamDefect{cause: err}
	}
	stream, err := p.deliver.Deliver(ctx)
	if err != nil {
		return nil, err
	}
	return stream, stream.Send(&envelope)
}

// clockMargin is how far the time that a client declares may lie from the true one, and some more.
const clockMargin = 30 * time.Minute

// blockBefore finds a block before which nothing of a given time can stand, by
// bisection: clients declare the times, and peers accept them within a window only.
func (c *Client) blockBefore(ctx context.Context, at time.Time, height uint64) (uint64, error) {
	var failed error
	n := sort.Search(int(height), func(i int) bool {
		if failed != nil {
			return true
		}
		raw, err := c.system(ctx, "GetBlockByNumber", c.profile.Channel, fmt.Sprint(i))
		if err != nil {
			failed = err
			return true
		}
		var block common.Block
		if failed = proto.Unmarshal(raw, &block); failed != nil {
			return true
		}
		read, err := ReadBlock(&block, c.profile.Chaincode)
		if err != nil || len(read.Transactions) == 0 {
			failed = err
			return true
		}
		return read.Transactions[0].At.After(at.Add(-clockMargin))
	})
	if failed != nil {
		return 0, failed
	}
	return uint64(max(n-1, 0)), nil
}
