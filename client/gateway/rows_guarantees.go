package gateway

import (
	"context"
	"net/http"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Registration are the terms of a guarantee and its access codes.
type Registration struct {
	Terms transit.Terms `json:"terms"`
	// Access codes (an4). They stand on the ledger as salted hashes only.
	AccessCodes []string `json:"accessCodes,omitempty"`
}

// AccessCodes replace those of a guarantee.
type AccessCodes struct {
	// Access codes (an4). They stand on the ledger as salted hashes only.
	AccessCodes []string `json:"accessCodes" minItems:"1"`
}

// Ending names the day on which a guarantee ends.
type Ending struct {
	// First day on which nothing new is covered; what is under way stays covered.
	Invalidity string `json:"invalidityDate" format:"date" example:"2026-12-31"`
	// Why. It stands on the public record.
	Reason string `json:"reason,omitempty" maxLength:"512" example:"replaced by another guarantee"`
}

// EndingOfLiability names also the day on which the liability ends.
type EndingOfLiability struct {
	// First day on which nothing new is covered.
	Invalidity string `json:"invalidityDate" format:"date" example:"2026-12-31"`
	// First day on which nothing is claimed any more.
	Liberation string `json:"liabilityLiberationDate" format:"date" example:"2027-12-31"`
	// Why. It stands on the public record.
	Reason string `json:"reason,omitempty" maxLength:"512" example:"the guarantor is wound up"`
}

// Sale tells who has bought a voucher.
type Sale struct {
	// Identification number of the holder of the procedure.
	Holder string `json:"holder" example:"KZ123456789012"`
	// Access codes of the holder's own (an4).
	AccessCodes []string `json:"accessCodes,omitempty"`
}

// Inquiry asks about a guarantee (IE034).
type Inquiry struct {
	// 1 usage, 2 exposure, 3 usage and exposure, 4 details (CL054).
	Query string `json:"query" enum:"1,2,3,4" example:"3"`
	// One of the access codes, by which the holder asks.
	AccessCode string `json:"accessCode,omitempty"`
	// The holder's identification number, by which guarantors and offices ask.
	Owner string `json:"owner,omitempty" example:"CN916501007TSL1"`
	// First day of locking.
	From string `json:"periodFrom,omitempty" format:"date"`
	// Last day of locking.
	To string `json:"periodTo,omitempty" format:"date"`
	// The cursor of the answer before, for more usages.
	Cursor string `json:"cursor,omitempty"`
}

// InquiryAnswer answers an inquiry (IE037).
type InquiryAnswer struct {
	Answer *transit.GuaranteeAnswer `json:"answer"`
	// Next is the cursor for more usages; absent after the last.
	Next string `json:"next,omitempty"`
}

type guaranteeRecord = *transit.Guarantee

func guaranteeRows() []operation {
	keepers := []transit.Role{transit.RoleGuarantor, transit.RoleOfficer}
	anyone := append([]transit.Role{transit.RoleTrader}, keepers...)
	row := func(id, name, summary string, fn transit.Function, roles []transit.Role) operation {
		return operation{
			id: id, method: http.MethodPost, path: "/v1/guarantees/{grn}/" + name, summary: summary,
			functions: []transit.Function{fn}, roles: roles, guarded: true,
		}
	}
	ending := func(end func(Guarantees, context.Context, string, cats.End, ...option) (guaranteeRecord, receipt, error),
	) func(context.Context, *Ledger, *request, Ending) (guaranteeRecord, receipt, error) {
		return func(ctx context.Context, l *Ledger, r *request, b Ending) (guaranteeRecord, receipt, error) {
			return end(l.Guarantees, ctx, r.path("grn"), cats.End{Invalidity: b.Invalidity, Reason: b.Reason}, r.options()...)
		}
	}
	return tagged(tagGuarantees,
		listing("listGuarantees", "/v1/guarantees", "List the guarantees", transit.FnListGuarantees,
			func(ctx context.Context, l *Ledger, q transit.ListQuery) ([]*transit.Guarantee, string, error) {
				page, err := l.Guarantees.ListPage(ctx, q)
				if err != nil {
					return nil, "", err
				}
				return page.Guarantees, page.Bookmark, nil
			}),
		change(operation{
			id: "registerGuarantee", method: http.MethodPost, path: "/v1/guarantees", summary: "Register a guarantee",
			description: "The guarantor's own peer takes the terms, the customs authority's those of a waiver. " +
				"The same terms and codes registered again by the same caller give what stands.",
			functions: []transit.Function{transit.FnUndertake, transit.FnRegister}, roles: keepers, status: http.StatusCreated,
		}, func(ctx context.Context, l *Ledger, r *request, b Registration) (guaranteeRecord, receipt, error) {
			return l.Guarantees.Register(ctx, b.Terms, b.AccessCodes, r.options()...)
		}),
		read(operation{
			id: "getGuarantee", method: http.MethodGet, path: "/v1/guarantees/{grn}", summary: "Read a guarantee with its balances",
			functions: []transit.Function{transit.FnGetGuarantee},
		}, func(ctx context.Context, l *Ledger, r *request) (*transit.GuaranteeView, error) {
			return l.Guarantees.Get(ctx, r.path("grn"))
		}),
		ask(row("queryGuarantee", "query", "Ask about usage and exposure (IE034)", transit.FnQueryGuarantee, nil), inquire),
		change(row("replaceAccessCodes", "access-codes", "Replace all access codes", transit.FnReplaceAccessCodes, anyone),
			func(ctx context.Context, l *Ledger, r *request, b AccessCodes) (guaranteeRecord, receipt, error) {
				return l.Guarantees.ReplaceAccessCodes(ctx, r.path("grn"), b.AccessCodes, r.options()...)
			}),
		change(row("updateGuarantee", "update", "Change amount, validity or restrictions (IE225)", transit.FnUpdateGuarantee, keepers),
			func(ctx context.Context, l *Ledger, r *request, b transit.GuaranteeUpdate) (guaranteeRecord, receipt, error) {
				return l.Guarantees.Update(ctx, r.path("grn"), b, r.options()...)
			}),
		change(row("cancelGuarantee", "cancel", "End a guarantee by its holder or who stands for it (IE231)", transit.FnCancelGuarantee, anyone),
			ending(Guarantees.Cancel)),
		change(row("revokeVoucher", "revoke", "End a voucher (IE229)", transit.FnRevokeVoucher, keepers), ending(Guarantees.Revoke)),
		change(row("invalidateGuarantee", "invalidate", "End guarantee and liability by the office of guarantee (IE228)",
			transit.FnInvalidateGuarantee, []transit.Role{transit.RoleOfficer}),
			func(ctx context.Context, l *Ledger, r *request, b EndingOfLiability) (guaranteeRecord, receipt, error) {
				e := cats.End{Invalidity: b.Invalidity, Liberation: b.Liberation, Reason: b.Reason}
				return l.Guarantees.Invalidate(ctx, r.path("grn"), e, r.options()...)
			}),
		change(row("sellVoucher", "sell", "Give an unsold voucher its holder (IE224)", transit.FnSellVoucher, keepers),
			func(ctx context.Context, l *Ledger, r *request, b Sale) (guaranteeRecord, receipt, error) {
				return l.Guarantees.Sell(ctx, r.path("grn"), b.Holder, b.AccessCodes, r.options()...)
			}),
	)
}

func inquire(ctx context.Context, l *Ledger, r *request, b Inquiry) (*InquiryAnswer, error) {
	name := "usages of " + r.path("grn")
	bookmark, err := openCursor(name, b.Cursor)
	if err != nil {
		return nil, err
	}
	answer, err := l.Guarantees.Query(ctx, transit.GuaranteeInquiry{
		GRN: r.path("grn"), Query: b.Query, Owner: b.Owner, From: b.From, To: b.To, Bookmark: bookmark,
	}, b.AccessCode)
	if err != nil {
		return nil, err
	}
	next := sealCursor(name, answer.Bookmark)
	answer.Bookmark = ""
	return &InquiryAnswer{Answer: answer, Next: next}, nil
}
