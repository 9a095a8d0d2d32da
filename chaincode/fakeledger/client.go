package fakeledger

import (
	"encoding/binary"
	"slices"
	"time"
)

// Client proposes transactions in the name of one identity, through the gateway at its own organisation's peer unless told
// otherwise.
type Client struct {
	ledger   *Ledger
	identity *Identity
	options  []CallOption
}

// Client enrols an identity of role client and gives a client for it. It panics where [Ledger.Enrol] fails, which needs an
// attribute that JSON cannot hold.
func (l *Ledger) Client(org, name string, options ...CertificateOption) *Client {
	id, err := l.Enrol(org, name, options...)
	if err != nil {
		panic(err)
	}
	return l.ClientFor(id)
}

// ClientFor gives a client for an identity of any role.
func (l *Ledger) ClientFor(id *Identity) *Client { return &Client{ledger: l, identity: id} }

// Identity is the client's identity.
func (c *Client) Identity() *Identity { return c.identity }

// MSP is the client's organisation.
func (c *Client) MSP() string { return c.identity.mspID }

// With gives a client whose calls carry further options.
func (c *Client) With(options ...CallOption) *Client {
	next := *c
	next.options = append(slices.Clone(c.options), options...)
	return &next
}

// Submit endorses a transaction, orders it alone in a block and tells what became of it.
//
// Errors: [EndorseError] and the errors in it, [ErrNoPlan], [ErrKeyPolicyUnsatisfiable], [ErrDistribution], [ErrHalted], and
// [CommitError], with which the receipt comes as well.
func (c *Client) Submit(function string, args ...string) (*Receipt, error) {
	tx, err := c.Endorse(function, args...)
	if err != nil {
		return nil, err
	}
	block, err := c.ledger.Order(tx)
	if err != nil {
		return nil, err
	}
	receipt := block.Receipts[0]
	return receipt, receipt.Err()
}

// Endorse collects the endorsements of a transaction without ordering it; hold it and give it to [Ledger.Order] at any time.
func (c *Client) Endorse(function string, args ...string) (*Transaction, error) {
	call := c.call(function, args)
	p, err := c.ledger.propose(c.identity, call)
	if err != nil {
		return nil, err
	}
	return newGateway(c.ledger, p, call).endorse()
}

// Evaluate runs a function at one peer, its own organisation's or the one named by [AtPeer], and gives the payload of the
// response. Nothing is ordered.
func (c *Client) Evaluate(function string, args ...string) ([]byte, error) {
	call := c.call(function, args)
	p, err := c.ledger.propose(c.identity, call)
	if err != nil {
		return nil, err
	}
	n, err := c.ledger.node(call.gatewayOr(c.MSP()))
	if err != nil {
		return nil, err
	}
	r, err := n.evaluate(p, c.ledger.Now())
	if err != nil {
		return nil, err
	}
	return clone(r.result.GetPayload()), nil
}

func (c *Client) call(function string, args []string) call {
	result := call{args: [][]byte{[]byte(function)}, timestamp: c.ledger.Now()}
	for _, a := range args {
		result.args = append(result.args, []byte(a))
	}
	for _, option := range c.options {
		option(&result)
	}
	return result
}

// propose signs a proposal with a nonce that no other proposal of the creator has.
func (l *Ledger) propose(creator *Identity, c call) (*proposal, error) {
	l.mu.Lock()
	count := l.nonces[string(creator.serialized)]
	l.nonces[string(creator.serialized)] = count + 1
	l.mu.Unlock()
	nonce := hash(binary.BigEndian.AppendUint64([]byte("nonce"), count))[:24]
	return newProposal(l.channel, l.chaincode, nonce, creator, c)
}

// call is one proposal to be made.
type call struct {
	args      [][]byte
	transient map[string][]byte
	endorsers []string
	gateway   string
	timestamp time.Time
}

func (c call) gatewayOr(org string) string {
	if c.gateway != "" {
		return c.gateway
	}
	return org
}
