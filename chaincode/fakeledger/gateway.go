package fakeledger

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

// gateway collects the endorsements of one proposal. It asks each peer at most once and one after the other, in a fixed order;
// a real gateway asks in parallel and picks among sufficient sets at random.
type gateway struct {
	ledger   *Ledger
	proposal *proposal
	call     call
	now      time.Time
	answers  map[string]*response
	failures map[string]error
	details  []error
	base     *response // what all others must equal
}

func newGateway(l *Ledger, p *proposal, c call) *gateway {
	return &gateway{
		ledger: l, proposal: p, call: c, now: l.Now(),
		answers: map[string]*response{}, failures: map[string]error{},
	}
}

func (g *gateway) endorse() (*Transaction, error) {
	if len(g.call.endorsers) > 0 {
		return g.endorseAt([][]string{g.call.endorsers})
	}
	first, err := g.firstEndorser()
	if err != nil {
		return nil, err
	}
	layouts, err := g.plan(first)
	if err != nil {
		return nil, fmt.Errorf("transaction %s: %w", g.proposal.txID, err)
	}
	return g.endorseAt(layouts)
}

// firstEndorser simulates at the gateway's own peer, to learn which policies govern the written keys.
func (g *gateway) firstEndorser() (*response, error) {
	org := g.call.gatewayOr(g.proposal.creator.mspID)
	r := g.ask(org)
	if r == nil {
		return nil, g.failed()
	}
	return r, nil
}

// ask gives the answer of a peer, nil when it failed; failures are noted once.
func (g *gateway) ask(org string) *response {
	if r, ok := g.answers[org]; ok {
		return r
	}
	if g.failures[org] != nil {
		return nil
	}
	n, err := g.ledger.node(org)
	var r *response
	if err == nil {
		r, err = n.process(g.proposal, g.now)
	}
	if err == nil && g.base != nil && !bytes.Equal(g.base.payload, r.payload) {
		err = &PeerError{MSP: org, Err: ErrMismatch}
	}
	if err != nil {
		g.failures[org] = err
		g.details = append(g.details, err)
		return nil
	}
	if g.base == nil {
		g.base = r
	}
	g.answers[org] = r
	return r
}

func (g *gateway) failed() error { return &EndorseError{TxID: g.proposal.txID, Details: g.details} }

// endorseAt tries sets of organisations until one of them endorses completely.
func (g *gateway) endorseAt(layouts [][]string) (*Transaction, error) {
	for _, orgs := range layouts {
		if g.complete(orgs) {
			return g.assemble(orgs)
		}
	}
	return nil, g.failed()
}

func (g *gateway) complete(orgs []string) bool {
	for _, org := range orgs {
		if g.ask(org) == nil {
			return false
		}
	}
	return true
}

func (g *gateway) assemble(orgs []string) (*Transaction, error) {
	tx, err := newTransaction(g.proposal, g.base)
	if err != nil {
		return nil, err
	}
	for _, org := range orgs {
		tx.endorsements = append(tx.endorsements, g.answers[org].endorsement)
		tx.endorsers = append(tx.endorsers, org)
	}
	return tx, nil
}

// plan lists the smallest sets of running organisations whose peers satisfy every policy involved, best first.
func (g *gateway) plan(first *response) ([][]string, error) {
	policies, err := g.policies(first.interest)
	if err != nil {
		return nil, err
	}
	running := g.running()
	private := first.interest.collectionNames()
	trusted := running
	for _, collection := range private {
		if len(g.call.transient) > 0 || first.interest.privateReads[collection] {
			trusted = g.members(trusted, collection)
		}
	}
	if layouts := g.layouts(first.mspID, trusted, policies); len(layouts) > 0 {
		return layouts, nil
	}
	if len(trusted) < len(running) && len(g.layouts(first.mspID, g.readers(running, first.interest), policies)) > 0 {
		return nil, fmt.Errorf("%w: %v", ErrDistribution, private)
	}
	return nil, ErrNoPlan
}

// policies gathers what must be satisfied: the written keys' own policies, the collections' and the chaincode's.
func (g *gateway) policies(i *interest) ([]*common.SignaturePolicyEnvelope, error) {
	out, err := i.decodedKeyPolicies()
	if err != nil {
		return nil, err
	}
	for _, p := range out {
		if _, err := compile(p); err != nil {
			return nil, ErrKeyPolicyUnsatisfiable
		}
	}
	for _, name := range i.collectionNames() {
		c, err := g.ledger.collections.defined(name)
		if err != nil {
			return nil, err
		}
		if c.Policy != nil {
			out = append(out, c.Policy)
			continue
		}
		out = append(out, g.ledger.policy)
	}
	if i.needsChaincodePolicy() {
		out = append(out, g.ledger.policy)
	}
	return out, nil
}

func (g *gateway) running() []string {
	var out []string
	for _, n := range g.ledger.nodes {
		if !n.isDown() {
			out = append(out, n.mspID())
		}
	}
	return out
}

func (g *gateway) members(orgs []string, collection string) []string {
	return slices.DeleteFunc(slices.Clone(orgs), func(org string) bool { return !g.ledger.collections.holds(collection, org) })
}

// readers are the organisations left when transient data is not protected: those that can read what the transaction read.
func (g *gateway) readers(orgs []string, i *interest) []string {
	for collection := range i.privateReads {
		orgs = g.members(orgs, collection)
	}
	return orgs
}

// layouts lists all sets of the orgs that satisfy the policies and have no smaller such set inside; small sets come first, and
// among equals those with the preferred organisation.
func (g *gateway) layouts(preferred string, orgs []string, policies []*common.SignaturePolicyEnvelope) [][]string {
	ordered := slices.Clone(orgs)
	slices.SortStableFunc(ordered, func(a, b string) int { return rank(a, preferred) - rank(b, preferred) })
	var found [][]string
	for size := 1; size <= len(ordered); size++ {
		combinations(ordered, size, func(set []string) {
			if !containsAny(set, found) && g.satisfy(set, policies) {
				found = append(found, slices.Clone(set))
			}
		})
	}
	return found
}

func rank(org, preferred string) int {
	if org == preferred {
		return 0
	}
	return 1
}

func (g *gateway) satisfy(orgs []string, policies []*common.SignaturePolicyEnvelope) bool {
	ids := make([]*verified, len(orgs))
	for i, org := range orgs {
		id := g.ledger.byOrg[org].identity
		ids[i] = &verified{mspID: org, cert: id.cert, serialized: id.serialized}
	}
	for _, p := range policies {
		if !satisfied(p, ids) {
			return false
		}
	}
	return true
}

func containsAny(set []string, smaller [][]string) bool {
	return slices.ContainsFunc(smaller, func(s []string) bool {
		return !slices.ContainsFunc(s, func(org string) bool { return !slices.Contains(set, org) })
	})
}

// combinations visits all sets of a size, in the order of the list.
func combinations(list []string, size int, visit func([]string)) {
	set := make([]string, 0, size)
	var walk func(from int)
	walk = func(from int) {
		if len(set) == size {
			visit(set)
			return
		}
		for i := from; i < len(list); i++ {
			set = append(set, list[i])
			walk(i + 1)
			set = set[:len(set)-1]
		}
	}
	walk(0)
}
