package remote

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// guarantees are the calls on guarantees.
type guarantees struct{ c *Client }

type record = *transit.Guarantee

func (g guarantees) Register(ctx context.Context, terms transit.Terms, accessCodes []string, opts ...option) (record, receipt, error) {
	return change[record](ctx, g.c, &call{
		operation: "registerGuarantee", body: gateway.Registration{Terms: terms, AccessCodes: accessCodes}, asked: cats.AskedBy(opts...),
		remembered: true, byContent: true,
	})
}

func (g guarantees) alter(ctx context.Context, operation, grn string, body any, opts []option) (record, receipt, error) {
	return change[record](ctx, g.c, &call{
		operation: operation, path: []string{grn}, body: body, asked: cats.AskedBy(opts...), remembered: true,
	})
}

func (g guarantees) ReplaceAccessCodes(ctx context.Context, grn string, accessCodes []string, opts ...option) (record, receipt, error) {
	return g.alter(ctx, "replaceAccessCodes", grn, gateway.AccessCodes{AccessCodes: accessCodes}, opts)
}

func (g guarantees) Update(ctx context.Context, grn string, changes transit.GuaranteeUpdate, opts ...option) (record, receipt, error) {
	return g.alter(ctx, "updateGuarantee", grn, changes, opts)
}

func (g guarantees) Cancel(ctx context.Context, grn string, e cats.End, opts ...option) (record, receipt, error) {
	return g.end(ctx, "cancelGuarantee", grn, e, opts)
}

func (g guarantees) Revoke(ctx context.Context, grn string, e cats.End, opts ...option) (record, receipt, error) {
	return g.end(ctx, "revokeVoucher", grn, e, opts)
}

// end ends a guarantee, but not the liability for it.
func (g guarantees) end(ctx context.Context, operation, grn string, e cats.End, opts []option) (record, receipt, error) {
	if e.Liberation != "" {
		return nil, receipt{}, refused(&call{operation: operation}, transit.MalformedRequest, "only an invalidation ends the liability")
	}
	return g.alter(ctx, operation, grn, gateway.Ending{Invalidity: e.Invalidity, Reason: e.Reason}, opts)
}

func (g guarantees) Invalidate(ctx context.Context, grn string, e cats.End, opts ...option) (record, receipt, error) {
	body := gateway.EndingOfLiability{Invalidity: e.Invalidity, Liberation: e.Liberation, Reason: e.Reason}
	return g.alter(ctx, "invalidateGuarantee", grn, body, opts)
}

func (g guarantees) Sell(ctx context.Context, grn, holder string, accessCodes []string, opts ...option) (record, receipt, error) {
	return g.alter(ctx, "sellVoucher", grn, gateway.Sale{Holder: holder, AccessCodes: accessCodes}, opts)
}

func (g guarantees) Get(ctx context.Context, grn string) (*transit.GuaranteeView, error) {
	return query[*transit.GuaranteeView](ctx, g.c, &call{operation: "getGuarantee", path: []string{grn}})
}

func (g guarantees) ListPage(ctx context.Context, q transit.ListQuery) (*transit.GuaranteePage, error) {
	items, next, err := listed[record](ctx, g.c, "listGuarantees", q)
	if err != nil {
		return nil, err
	}
	return &transit.GuaranteePage{Guarantees: items, Bookmark: next}, nil
}

// Query asks about a guarantee. The bookmark of inquiry and answer is the gateway's cursor.
func (g guarantees) Query(ctx context.Context, q transit.GuaranteeInquiry, accessCode string) (*transit.GuaranteeAnswer, error) {
	found, err := query[gateway.InquiryAnswer](ctx, g.c, &call{operation: "queryGuarantee", path: []string{q.GRN}, body: gateway.Inquiry{
		Query: q.Query, AccessCode: accessCode, Owner: q.Owner, From: q.From, To: q.To, Cursor: q.Bookmark,
	}})
	if err != nil {
		return nil, err
	}
	if found.Answer != nil {
		found.Answer.Bookmark = found.Next
	}
	return found.Answer, nil
}

func (g guarantees) Check(ctx context.Context, movement string) (*transit.GuaranteeCheck, error) {
	return query[*transit.GuaranteeCheck](ctx, g.c, &call{operation: "checkGuarantees", path: []string{movement}})
}
