package cats

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"sync"

	"carec.example/cats/chaincode/transit"
)

// Registry are the calls on the registry of organisations and offices, which the
// majority of the customs authorities governs.
type Registry struct{ c *Client }

// Found creates the registry from the founding document ([transit.FoundingRequest]),
// byte for byte as each organisation's administrator has agreed to it by its digest.
// Only an administrator of one of its organisations may.
func (r *Registry) Found(ctx context.Context, document []byte) (*transit.Consortium, Receipt, error) {
	return change[transit.Consortium](ctx, r.c, &call{fn: transit.FnFound, prepare: fixed(document)})
}

// Get lists the organisations.
func (r *Registry) Get(ctx context.Context) (*transit.Consortium, error) {
	return query[transit.Consortium](ctx, r.c, transit.FnGetRegistry, transit.Empty{})
}

// Offices goes through the customs offices in the order of their references.
func (r *Registry) Offices(ctx context.Context) iter.Seq2[*transit.Office, error] {
	return pages(func(bookmark string) ([]*transit.Office, string, error) {
		request := transit.OfficeQuery{ListQuery: transit.ListQuery{Size: pageSize, Bookmark: bookmark}}
		page, err := query[transit.OfficePage](ctx, r.c, transit.FnListOffices, request)
		if err != nil {
			return nil, "", err
		}
		offices := make([]*transit.Office, len(page.Offices))
		for i := range page.Offices {
			offices[i] = &page.Offices[i]
		}
		return offices, page.Bookmark, nil
	})
}

// Join keeps at the candidate's own peer the entry under which it agrees to become a
// member. Its administrator does this before others propose it.
func (r *Registry) Join(ctx context.Context, o transit.Organisation) (*transit.Organisation, Receipt, error) {
	return change[transit.Organisation](ctx, r.c, &call{
		fn: transit.FnJoin, prepare: fixed(transit.JoinRequest{Organisation: o}), endorsers: []string{o.MSP},
	})
}

// Propose opens a change. An empty id lets the client choose one.
func (r *Registry) Propose(ctx context.Context, id string, c transit.Change) (*transit.Proposal, Receipt, error) {
	if id == "" {
		id = newMessageID()
	}
	return change[transit.Proposal](ctx, r.c, &call{fn: transit.FnPropose, prepare: fixed(transit.ProposeRequest{ID: id, Change: c})})
}

// Approve approves the change whose digest the approver has seen; see [ChangeDigest].
func (r *Registry) Approve(ctx context.Context, id, digest string) (*transit.Proposal, Receipt, error) {
	return change[transit.Proposal](ctx, r.c, &call{fn: transit.FnApprove, prepare: fixed(transit.ApproveRequest{ID: id, Digest: digest})})
}

// Proposal returns a proposed change and who has approved it.
func (r *Registry) Proposal(ctx context.Context, id string) (*transit.Proposal, error) {
	return query[transit.Proposal](ctx, r.c, transit.FnGetProposal, transit.ProposalQuery{ID: id})
}

// ChangeDigest is the SHA-256 of the change in canonical form, in hexadecimal: what
// an approver compares with the change before approving.
func ChangeDigest(c transit.Change) (string, error) {
	raw, err := transit.Canonical(c)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// consortiumCache keeps the organisations, which change once in years.
type consortiumCache struct {
	mu    sync.Mutex
	known *transit.Consortium
}

// consortium returns the organisations, read once or again when refresh is set.
func (c *Client) consortium(ctx context.Context, refresh bool) (*transit.Consortium, error) {
	c.consort.mu.Lock()
	defer c.consort.mu.Unlock()
	if c.consort.known != nil && !refresh {
		return c.consort.known, nil
	}
	known, err := c.Registry().Get(ctx)
	if err != nil {
		return nil, err
	}
	c.consort.known = known
	return known, nil
}

// refuseStranger turns the failure to reach peers into a refusal when they are to be those of an organisation that there is
// not: nobody would ever answer, however often they are asked. As long as the registry cannot be read, the failure stays.
func (c *Client) refuseStranger(ctx context.Context, k *call, v *verdict) {
	for _, msp := range k.endorsers {
		if msp == c.org.MSP {
			continue
		}
		member, err := c.member(ctx, msp)
		if err == nil && !member {
			v.class, v.reason = Refused, final
			v.fault = transit.Faultf(transit.NotFound, "no organisation of this ledger has the MSP %q", msp)
			return
		}
	}
}

// member tells whether an MSP is that of an organisation of the ledger.
func (c *Client) member(ctx context.Context, msp string) (bool, error) {
	for _, refresh := range []bool{false, true} {
		known, err := c.consortium(ctx, refresh)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(known.Organisations, func(o transit.Organisation) bool { return o.MSP == msp }) {
			return true, nil
		}
	}
	return false, nil
}

// customsOf returns the MSP of the customs authority in whose country the office lies.
func (c *Client) customsOf(ctx context.Context, office string) (string, error) {
	country := transit.OfficeCountry(office)
	for _, refresh := range []bool{false, true} {
		consortium, err := c.consortium(ctx, refresh)
		if err != nil {
			return "", err
		}
		for _, o := range consortium.Organisations {
			if o.Kind == transit.Customs && country != "" && o.Country == country {
				return o.MSP, nil
			}
		}
	}
	return "", &Error{Op: "lodge", Class: Refused, Fault: transit.Faultf(transit.InvalidDocument,
		"no customs authority of this ledger is in charge of the office of departure %q", office).
		With(transit.Violation{
			Code: "12", Pointer: "/customsOfficeOfDeparture/referenceNumber", Value: office,
			Text: "must be an office of a country that takes part",
		})}
}
