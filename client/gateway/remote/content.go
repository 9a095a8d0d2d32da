package remote

import (
	"context"
	"errors"
	"mime"
	"net/url"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// Content reads the content of a movement as the gateway has verified it. The document comes without its sealed sections, and the
// proof of its signature without certificates.
func (m movements) Content(ctx context.Context, movement string) (*cats.Document, error) {
	c, err := query[gateway.Content](ctx, m.c, &call{operation: "getContent", path: []string{movement}})
	if err != nil {
		return nil, err
	}
	d := &cats.Document{Movement: c.Movement, STD: c.STD}
	if s := c.Signature; s != nil {
		d.Signature = &cats.DocumentSignature{JWS: []byte(s.JWS), Proof: proofOf(s.Proof)}
		if s.Problem != "" {
			d.Signature.Problem = errors.New(s.Problem)
		}
	}
	return d, nil
}

func proofOf(p *gateway.Proof) *signature.Proof {
	if p == nil {
		return nil
	}
	return &signature.Proof{Operator: p.Operator, Algorithm: p.Algorithm, At: p.At}
}

// Shared reads what a grant shows, without the sealed sections.
func (m movements) Shared(ctx context.Context, movement string) (*cats.Document, error) {
	s, err := query[gateway.Shown](ctx, m.c, &call{operation: "getShared", path: []string{movement}})
	if err != nil {
		return nil, err
	}
	return &cats.Document{Movement: s.Movement, STD: s.STD}, nil
}

func (m movements) Deliver(ctx context.Context, movement, toMSP string) (*transit.Delivery, receipt, error) {
	return change[*transit.Delivery](ctx, m.c, &call{operation: "deliver", path: []string{movement}, body: gateway.Receiver{To: toMSP}})
}

// Annex reads a paper without its sealed bytes.
func (m movements) Annex(ctx context.Context, movement, digest string) (*cats.Paper, error) {
	return query[*cats.Paper](ctx, m.c, &call{operation: "getAnnex", path: []string{movement, digest}})
}

func (m movements) DeliverAnnex(ctx context.Context, movement, digest, toMSP string) (*transit.AnnexRef, receipt, error) {
	k := &call{operation: "deliverAnnex", path: []string{movement, digest}, body: gateway.Receiver{To: toMSP}}
	return change[*transit.AnnexRef](ctx, m.c, k)
}

// Attach attaches a file. One that is attached already is found so, by its content.
func (m movements) Attach(ctx context.Context, movement string, f transit.File) (*transit.Attachment, receipt, error) {
	k := &call{
		operation: "attach", path: []string{movement}, query: url.Values{"name": {f.Name}}, body: file{f.MediaType, f.Data}, remembered: true,
	}
	if fault := f.Check(); fault != nil {
		return nil, receipt{}, &cats.Error{Op: k.operation, Class: cats.Refused, Fault: fault}
	}
	return change[*transit.Attachment](ctx, m.c, k)
}

func (m movements) Attachment(ctx context.Context, movement, name string) (*transit.File, error) {
	a, err := m.c.do(ctx, &call{operation: "getAttachment", path: []string{movement, name}})
	if err != nil {
		return nil, err
	}
	return &transit.File{Name: a.fileName(), MediaType: a.header.Get("Content-Type"), Data: a.body}, nil
}

// fileName is the name of the file that an answer is; empty where it tells none.
func (a *answer) fileName() string {
	_, parameters, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return parameters["filename"]
}

func (m movements) Grant(ctx context.Context, r transit.GrantRequest) (*transit.Grant, receipt, error) {
	return change[*transit.Grant](ctx, m.c, &call{
		operation: "grant", path: []string{r.Movement, r.MSP}, body: gateway.GrantTerms{Operator: r.Operator, Parts: r.Parts, Until: r.Until},
	})
}

func (m movements) Revoke(ctx context.Context, r transit.RevokeRequest) (*transit.Grant, receipt, error) {
	k := &call{operation: "revokeGrant", path: []string{r.Movement, r.MSP}}
	if r.Operator != "" {
		k.query = url.Values{"operator": {r.Operator}}
	}
	return change[*transit.Grant](ctx, m.c, k)
}

func (m movements) PurgeablePage(ctx context.Context, q transit.ListQuery) (*transit.PurgeablePage, error) {
	items, next, err := listed[transit.Purgeable](ctx, m.c, "listPurgeable", q)
	if err != nil {
		return nil, err
	}
	return &transit.PurgeablePage{Due: items, Bookmark: next}, nil
}

func (m movements) Purge(ctx context.Context, movement, holding string) (*transit.Purged, receipt, error) {
	return change[*transit.Purged](ctx, m.c, &call{operation: "purge", path: []string{movement, holding}})
}
