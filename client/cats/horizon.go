package cats

import (
	"context"
	"errors"
	"sync"

	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// Horizon is how far the clients of one process know the ledger to be. A peer to which a client turns when another one has failed may
// lag behind that. Before the client asks it anything it waits until the peer has committed the last transaction that the process
// knows of; otherwise it might show a record as it was before the own step, or refuse the next step as out of sequence.
//
// Clients with the peers of one organisation, in the same order, may share a horizon.
type Horizon struct {
	mu sync.Mutex
	// block of the last transaction known to be committed.
	block         uint64
	transactionID string
	// reached is up to which block a peer is known to have committed, by its place in the profile.
	reached map[int]uint64
}

// NewHorizon makes an empty one. One per process and organisation serves all its clients.
func NewHorizon() *Horizon { return &Horizon{reached: map[int]uint64{}} }

// saw notes that a peer has committed a transaction in a block.
func (h *Horizon) saw(peer int, transactionID string, block uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reached[peer] = max(h.reached[peer], block)
	if block > h.block {
		h.block, h.transactionID = block, transactionID
	}
}

// lacks returns the transaction that a peer may not have committed yet; empty when there is none.
func (h *Horizon) lacks(peer int) (transactionID string, block uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reached[peer] >= h.block {
		return "", 0
	}
	return h.transactionID, h.block
}

// errBehind means that a peer has not caught up in time.
var errBehind = errors.New("the peer lags behind what was seen of the ledger")

// ready picks the peer to ask, and waits until it has caught up with the horizon. One that does not in time is passed over like one
// that does not answer.
func (c *Client) ready(ctx context.Context) (*gatewayPeer, error) {
	p := c.peers.pick()
	transactionID, block := c.horizon.lacks(p.place)
	if transactionID == "" {
		return p, nil
	}
	if _, err := c.status(ctx, p, transactionID, c.cfg.timeouts.Evaluate); err != nil {
		if ctx.Err() == nil {
			p.fail()
		}
		return p, &behind{cause: err}
	}
	c.horizon.saw(p.place, transactionID, block)
	return p, nil
}

// behind is a peer that could not be asked because it lags, or does not answer.
type behind struct{ cause error }

func (e *behind) Error() string { return errBehind.Error() + ": " + e.cause.Error() }

func (e *behind) Unwrap() []error { return []error{errBehind, e.cause} }

// noted takes a status into the horizon: the peer has the transaction in its ledger, valid or not.
func (c *Client) noted(p *gatewayPeer, transactionID string, s *client.Status) *client.Status {
	c.horizon.saw(p.place, transactionID, s.BlockNumber)
	return s
}
