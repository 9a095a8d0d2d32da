package cats

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// Update changes amount, validity or restrictions of a guarantee (IE225). What covers more is for the guarantor's clerk (or the
// office that granted a waiver); what covers less, for the office of guarantee too. The reference amount may go below what is in
// use: then nothing new is covered until discharges have made up for it.
func (g *Guarantees) Update(
	ctx context.Context, grn string, changes transit.GuaranteeUpdate, opts ...CallOption,
) (*transit.Guarantee, Receipt, error) {
	return g.alter(ctx, transit.FnUpdateGuarantee, grn, opts, nil, func(h transit.Header) any {
		return transit.GuaranteeUpdateRequest{Header: h, GRN: grn, GuaranteeUpdate: changes}
	})
}

// End names the days on which a guarantee ends (YYYY-MM-DD), and why.
type End struct {
	// Invalidity is the first day on which nothing new is covered; what is under way stays covered.
	Invalidity string
	// Liberation is the first day on which nothing is claimed any more; Invalidate alone takes it, and needs it.
	Liberation string
	// Reason is public.
	Reason string
}

// Cancel ends a guarantee by its holder or who stands for it (IE231).
func (g *Guarantees) Cancel(ctx context.Context, grn string, e End, opts ...CallOption) (*transit.Guarantee, Receipt, error) {
	return g.end(ctx, transit.FnCancelGuarantee, grn, e, opts)
}

// Revoke ends a voucher by its guarantor or the office of guarantee (IE229).
func (g *Guarantees) Revoke(ctx context.Context, grn string, e End, opts ...CallOption) (*transit.Guarantee, Receipt, error) {
	return g.end(ctx, transit.FnRevokeVoucher, grn, e, opts)
}

// Invalidate ends a guarantee and the liability for it by the office of guarantee (IE228). Usages that are open when the
// liability ends stay visible until their movements end, and claims on them are refused.
func (g *Guarantees) Invalidate(ctx context.Context, grn string, e End, opts ...CallOption) (*transit.Guarantee, Receipt, error) {
	return g.end(ctx, transit.FnInvalidateGuarantee, grn, e, opts)
}

func (g *Guarantees) end(
	ctx context.Context, fn transit.Function, grn string, e End, opts []CallOption,
) (*transit.Guarantee, Receipt, error) {
	return g.alter(ctx, fn, grn, opts, nil, func(h transit.Header) any {
		return transit.GuaranteeEndRequest{
			Header: h, GRN: grn, InvalidityDate: e.Invalidity, LiabilityLiberationDate: e.Liberation, Reason: e.Reason,
		}
	})
}

// Sell gives an unsold voucher its holder, with access codes of the holder's own (IE224).
func (g *Guarantees) Sell(
	ctx context.Context, grn, holder string, accessCodes []string, opts ...CallOption,
) (*transit.Guarantee, Receipt, error) {
	return g.alter(ctx, transit.FnSellVoucher, grn, opts, accessCodes, func(h transit.Header) any {
		return transit.VoucherSaleRequest{Header: h, GRN: grn, Holder: holder}
	})
}

// alter submits one change of a guarantee. With access codes, they go in the transient map.
func (g *Guarantees) alter(
	ctx context.Context, fn transit.Function, grn string, opts []CallOption, accessCodes []string, request func(transit.Header) any,
) (*transit.Guarantee, Receipt, error) {
	cfg := callOptions(opts)
	if cfg.messageID == "" {
		cfg.messageID = newMessageID()
	}
	k := &call{
		fn: fn, prepare: fixed(request(transit.Header{MessageID: cfg.messageID, ExpectedSeq: cfg.expectedSeq})),
		messageID: cfg.messageID, repeat: cfg.repeat, recorded: g.recorded(grn, cfg.messageID),
	}
	if accessCodes != nil {
		codes, salt, err := g.codes(grn+cfg.messageID, accessCodes)
		if err != nil {
			return nil, Receipt{}, err
		}
		k.transient = map[string][]byte{transit.TransientAccessCodes: codes, transit.TransientSalt: salt}
	}
	record, receipt, err := change[transit.Guarantee](ctx, g.c, k)
	if err == nil {
		g.c.queues.account(grn).distrust() // What is free may have changed.
	}
	return record, receipt, err
}

// Query asks about a guarantee (IE034). The holder gives one of its access codes and leaves out the owner; a guarantor or an
// office names the owner and gives no code. Usages come a page at a time; [Guarantees.Usages] goes through them all.
func (g *Guarantees) Query(ctx context.Context, q transit.GuaranteeInquiry, accessCode string) (*transit.GuaranteeAnswer, error) {
	if accessCode == "" {
		return query[transit.GuaranteeAnswer](ctx, g.c, transit.FnQueryGuarantee, q)
	}
	codes, err := json.Marshal([]string{accessCode})
	if err != nil {
		return nil, fmt.Errorf("couldn't encode the access code: %w", err)
	}
	// The code stays with the own organisation's peer.
	return query[transit.GuaranteeAnswer](ctx, g.c, transit.FnQueryGuarantee, q,
		client.WithTransient(map[string][]byte{transit.TransientAccessCodes: codes}), at(g.c.MSP()))
}

// Usages goes through the open usages that an inquiry asks for. It ends after the first error.
func (g *Guarantees) Usages(ctx context.Context, q transit.GuaranteeInquiry, accessCode string) iter.Seq2[transit.UsageOfGRN, error] {
	return pages(func(bookmark string) ([]transit.UsageOfGRN, string, error) {
		q.Bookmark = bookmark
		answer, err := g.Query(ctx, q, accessCode)
		if err != nil {
			return nil, "", err
		}
		return answer.Usages, answer.Bookmark, nil
	})
}

// Check tells what stands against releasing a movement on its guarantees (IE200), without any effect.
func (g *Guarantees) Check(ctx context.Context, movement string) (*transit.GuaranteeCheck, error) {
	return query[transit.GuaranteeCheck](ctx, g.c, transit.FnCheckGuarantees, transit.MovementQuery{Movement: movement})
}
