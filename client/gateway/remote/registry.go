package remote

import (
	"context"
	"errors"
	"net/url"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
)

// registry are the calls on the registry.
type registry struct{ c *Client }

// Found founds the registry; the document goes byte for byte.
func (r registry) Found(ctx context.Context, document []byte) (*transit.Consortium, receipt, error) {
	return change[*transit.Consortium](ctx, r.c, &call{operation: "foundRegistry", body: raw(document)})
}

func (r registry) Get(ctx context.Context) (*transit.Consortium, error) {
	return query[*transit.Consortium](ctx, r.c, &call{operation: "getRegistry"})
}

func (r registry) OfficePage(ctx context.Context, q transit.ListQuery) (*transit.OfficePage, error) {
	items, next, err := listed[transit.Office](ctx, r.c, "listOffices", q)
	if err != nil {
		return nil, err
	}
	return &transit.OfficePage{Offices: items, Bookmark: next}, nil
}

func (r registry) Join(ctx context.Context, o transit.Organisation) (*transit.Organisation, receipt, error) {
	return change[*transit.Organisation](ctx, r.c, &call{operation: "joinRegistry", body: o})
}

// Propose opens a change. An empty id lets the gateway choose one.
func (r registry) Propose(ctx context.Context, id string, c transit.Change) (*transit.Proposal, receipt, error) {
	return change[*transit.Proposal](ctx, r.c, &call{operation: "proposeChange", body: gateway.ProposedChange{ID: id, Change: c}})
}

func (r registry) Approve(ctx context.Context, id, digest string) (*transit.Proposal, receipt, error) {
	return change[*transit.Proposal](ctx, r.c, &call{operation: "approveChange", path: []string{id}, body: gateway.Approval{Digest: digest}})
}

func (r registry) Proposal(ctx context.Context, id string) (*transit.Proposal, error) {
	return query[*transit.Proposal](ctx, r.c, &call{operation: "getProposal", path: []string{id}})
}

// Put writes entries of a country's own books. When a batch fails, those before it are written, and nothing tells of them.
func (r registry) Put(ctx context.Context, country string, entries transit.Entries) ([]transit.WrittenPage, []receipt, error) {
	k := &call{operation: "putEntries", body: gateway.CountryBooks{Country: country, Entries: entries}}
	written, last, err := change[gateway.Written](ctx, r.c, k)
	if err != nil {
		return nil, nil, err
	}
	var receipts []receipt
	for _, one := range written.Receipts {
		receipts = append(receipts, receiptOf(one, last.Latency, last.Attempts))
	}
	return written.Pages, receipts, nil
}

func (r registry) Page(ctx context.Context, country string, b transit.Book, page string) (*transit.Page, error) {
	k := &call{operation: "getBookPage", path: []string{string(b), page}}
	if country != "" {
		k.query = url.Values{"country": {country}}
	}
	return query[*transit.Page](ctx, r.c, k)
}

// Operator finds an operator in its country's register; nil when it is not there on the day.
func (r registry) Operator(ctx context.Context, number string, day transit.Date) (*transit.Operator, error) {
	k := &call{operation: "getOperator", path: []string{number}, query: url.Values{"day": {string(day)}}}
	found, err := query[gateway.Registered](ctx, r.c, k)
	return found.Operator, err
}

// VerifyDocument has the gateway verify a signature. Errors: [*signature.Error], without the code of its reason, when it does not hold.
func (r registry) VerifyDocument(
	ctx context.Context, std *transit.STD, jws []byte, operator string, at time.Time,
) (*signature.Proof, error) {
	proof, err := query[*gateway.Proof](ctx, r.c, &call{operation: "verifySignature", body: gateway.Verification{
		STD: *std, JWS: string(jws), Operator: operator, At: at,
	}})
	var p *gateway.Problem
	if errors.As(err, &p) && p.Code == gateway.CodeSignature {
		return nil, &signature.Error{Text: p.Detail}
	}
	return proofOf(proof), err
}
