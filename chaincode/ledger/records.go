package ledger

import (
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"

	"carec.example/cats/chaincode/transit"
)

// Movement reads a movement's two records; nil when there is none.
func (t *Tx) Movement(id string) (*transit.Movement, error) {
	m := new(transit.Movement)
	found, err := t.read(MovementKey(id), &m.Course)
	if err != nil || !found {
		return nil, err
	}
	found, err = t.read(DeclaredKey(id), &m.Declared)
	if err == nil && !found {
		err = fmt.Errorf("movement %s has no declaration", id)
	}
	return m, err
}

// PutMovement writes a movement after the one before, nil for a new one: what was declared only with a new content or owner. The
// keys' endorsement policy is what the record says; it is written only when that has changed, for it stays with the key and
// would cost in every block. Both keys follow the custodian; an open hand-off concerns the steps alone.
func (t *Tx) PutMovement(m, before *transit.Movement) error {
	e := m.Endorsement()
	asks := &e
	if before != nil && before.Endorsement().Equal(e) {
		asks = nil
	}
	switch {
	case before == nil || before.Version != m.Version || before.Declarant != m.Declarant:
		if err := t.put(DeclaredKey(m.ID), &m.Declared, asks); err != nil {
			return err
		}
	case before.Custodian != m.Custodian:
		if err := t.repoint(DeclaredKey(m.ID), e); err != nil {
			return err
		}
	}
	return t.put(MovementKey(m.ID), &m.Course, asks)
}

// Guarantee reads a guarantee's record; nil when there is none.
func (t *Tx) Guarantee(grn string) (*transit.Guarantee, error) {
	return record[transit.Guarantee](t, GuaranteeKey(grn))
}

// Balance reads a balance record; nil when there is none.
func (t *Tx) Balance(grn string, index int) (*transit.Balance, error) {
	return record[transit.Balance](t, BalanceKey(grn, index))
}

// PutGuarantee writes a guarantee's record. A non-nil endorsement sets its policy.
func (t *Tx) PutGuarantee(g *transit.Guarantee, e *transit.Endorsement) error {
	return t.put(GuaranteeKey(g.Terms.GRN), g, e)
}

// PutBalance writes a balance record. A non-nil endorsement sets its policy.
func (t *Tx) PutBalance(b *transit.Balance, e *transit.Endorsement) error {
	return t.put(BalanceKey(b.GRN, b.Index), b, e)
}

// Consortium reads the registry's list of organisations; nil before the founding.
func (t *Tx) Consortium() (*transit.Consortium, error) {
	return record[transit.Consortium](t, ConsortiumKey())
}

// PutConsortium writes the list of organisations.
func (t *Tx) PutConsortium(c *transit.Consortium) error { return t.put(ConsortiumKey(), c, nil) }

// Office reads a customs office; nil when there is none.
func (t *Tx) Office(reference string) (*transit.Office, error) {
	return record[transit.Office](t, OfficeKey(reference))
}

// PutOffice writes a customs office.
func (t *Tx) PutOffice(o *transit.Office) error { return t.put(OfficeKey(o.Reference), o, nil) }

// Proposal reads a proposed change; nil when there is none.
func (t *Tx) Proposal(id string) (*transit.Proposal, error) {
	return record[transit.Proposal](t, ProposalKey(id))
}

// PutProposal writes a proposed change.
func (t *Tx) PutProposal(p *transit.Proposal) error { return t.put(ProposalKey(p.ID), p, nil) }

func record[T any](t *Tx, key string) (*T, error) {
	v := new(T)
	found, err := t.read(key, v)
	if err != nil || !found {
		return nil, err
	}
	return v, nil
}

// Page sizes of listings: a page is bounded, since a long scan that outlasts the
// execution timeout brings a 3.1.1 peer down.
const (
	DefaultPage = 50
	MaxPage     = 100
)

// Movements lists one page of movements.
func (t *Tx) Movements(q transit.ListQuery) ([]*transit.Movement, string, error) {
	courses, bookmark, err := list[transit.Course](t, typeMovement, q)
	if err != nil {
		return nil, "", err
	}
	keys := make([]string, len(courses))
	for i, c := range courses {
		keys[i] = DeclaredKey(c.ID)
	}
	if err := t.Prefetch(keys...); err != nil {
		return nil, "", err
	}
	out := make([]*transit.Movement, len(courses))
	for i, c := range courses {
		out[i] = &transit.Movement{Course: *c}
		if _, err := t.read(keys[i], &out[i].Declared); err != nil {
			return nil, "", err
		}
	}
	return out, bookmark, nil
}

// Guarantees lists one page of guarantees.
func (t *Tx) Guarantees(q transit.ListQuery) ([]*transit.Guarantee, string, error) {
	return list[transit.Guarantee](t, typeGuarantee, q)
}

// Offices lists one page of customs offices.
func (t *Tx) Offices(q transit.ListQuery) ([]*transit.Office, string, error) {
	return list[transit.Office](t, typeOffice, q)
}

func list[T any](t *Tx, objectType string, q transit.ListQuery) (out []*T, bookmark string, err error) {
	size := q.Size
	if size == 0 {
		size = DefaultPage
	}
	if prefix := compose(objectType); q.Bookmark != "" && !strings.HasPrefix(q.Bookmark, prefix) {
		return nil, "", transit.Faultf(transit.MalformedRequest, "the bookmark is not one of this listing").At("/bookmark")
	}
	it, meta, err := t.stub.GetStateByPartialCompositeKeyWithPagination(objectType, nil, int32(size), q.Bookmark)
	if err != nil {
		return nil, "", fmt.Errorf("couldn't list: %w", err)
	}
	defer closeIterator(it, &err)
	out = []*T{}
	for it.HasNext() {
		var kv *queryresult.KV
		if kv, err = it.Next(); err != nil {
			return nil, "", fmt.Errorf("couldn't list: %w", err)
		}
		v := new(T)
		if err = decode(kv.GetValue(), v); err != nil {
			return nil, "", err
		}
		out = append(out, v)
	}
	return out, meta.GetBookmark(), nil
}

func closeIterator(it shim.StateQueryIteratorInterface, err *error) {
	if e := it.Close(); e != nil && *err == nil {
		*err = fmt.Errorf("couldn't close the listing: %w", e)
	}
}
