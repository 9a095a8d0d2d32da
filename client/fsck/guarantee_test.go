package fsck

import (
	"encoding/json"
	"slices"
	"testing"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"github.com/stretchr/testify/require"
)

const waiverGRN, voucherGRN = "23GB0000010000854", "23XI0000010000199V509498"

// changed is a ledger whose guarantee was lowered, drawn on, raised, and ended, beside a voucher that was sold.
func changed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.guarantee()
	update := func(who string, minor int64) {
		submit[transit.Guarantee](w, who, transit.FnUpdateGuarantee, transit.GuaranteeUpdateRequest{
			Header: w.header(), GRN: grn, GuaranteeUpdate: transit.GuaranteeUpdate{ReferenceAmount: &transit.Money{Minor: minor, Currency: "USD"}},
		})
	}
	release := func(lrn string) *transit.Movement {
		m := w.step("urumqi", transit.FnAccept, transit.StepRequest{Movement: w.lodge(lrn).ID})
		return w.step("urumqi", transit.FnRelease, transit.StepRequest{Movement: m.MRN, TimeLimit: "2026-12-20"})
	}
	update("almaty", 35_000_00)
	release("LRN-1")
	update("clerk", 90_000_00)
	release("LRN-2")
	submit[transit.Guarantee](w, "clerk", transit.FnReplaceAccessCodes, transit.AccessCodesRequest{Header: w.header(), GRN: grn},
		fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["TS18"]`), transit.TransientSalt: seed()}))
	submit[transit.Guarantee](w, "trader", transit.FnCancelGuarantee, transit.GuaranteeEndRequest{
		Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01", Reason: "sold",
	})
	submit[transit.Guarantee](w, "almaty", transit.FnInvalidateGuarantee, transit.GuaranteeEndRequest{
		Header: w.header(), GRN: grn, InvalidityDate: "2026-11-30", LiabilityLiberationDate: "2027-01-31",
	})
	w.voucher()
	w.read()
	return w
}

func (w *world) voucher() {
	w.t.Helper()
	codes := fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["TS17"]`), transit.TransientSalt: seed()})
	g := submit[transit.Guarantee](w, "clerk", transit.FnUndertake, transit.UndertakeRequest{Terms: transit.Terms{
		GRN: voucherGRN, Type: "4", Guarantor: "CGMMSP", Percentage: 100, Balances: 1, Monitoring: "1",
		ReferenceAmount: transit.Money{Minor: 10_000_00, Currency: "EUR"}, ValidFrom: "2026-01-01", ValidUntil: "2027-12-31",
	}}, fakeledger.Endorsers("CGMMSP"), codes)
	submit[transit.Guarantee](w, "clerk", transit.FnRegister, transit.RegisterRequest{MessageID: w.header().MessageID, Guarantee: *g})
	submit[transit.Guarantee](w, "clerk", transit.FnSellVoucher, transit.VoucherSaleRequest{
		Header: w.header(), GRN: voucherGRN, Holder: "CN916501007TSL1",
	}, codes)
}

func TestHonestChangesOfGuaranteesHaveNoFindings(t *testing.T) {
	report := check(t, changed(t))
	require.Empty(t, report.Findings)
	require.Equal(t, 2, report.Guarantees)
}

func TestEveryForgeryOfAGuaranteeIsFound(t *testing.T) {
	honest := changed(t)
	type g = *transit.Guarantee
	guarantee := func(fn transit.Function, edit func(*transit.Guarantee)) func(*world) {
		return func(w *world) { change(w, last(w, fn), "guarantee", edit) }
	}
	balance := func(edit func(*transit.Balance)) func(*world) {
		return func(w *world) { change(w, last(w, transit.FnRelease), "balance", edit) }
	}
	for name, c := range map[string]struct {
		forge func(*world)
		rule  string
	}{
		"an update gives more than it was asked": {
			guarantee(transit.FnUpdateGuarantee, func(x g) { x.Terms.ReferenceAmount.Minor++ }), "terms",
		},
		"an update leaves nothing pending": {
			guarantee(transit.FnUpdateGuarantee, func(x g) { x.Pending = 0 }), "pending",
		},
		"a release gives itself credit": {
			guarantee(transit.FnRelease, func(x g) { x.Pending = 90_000_00 }), "pending",
		},
		"a release counts as a step": {
			guarantee(transit.FnRelease, func(x g) { x.Seq++ }), "contiguous",
		},
		"a step is left out": {
			guarantee(transit.FnReplaceAccessCodes, func(x g) { x.Seq++ }), "contiguous",
		},
		"new access codes come with new terms": {
			guarantee(transit.FnReplaceAccessCodes, func(x g) { x.Terms.Representatives = []string{"CN1"} }), "terms",
		},
		"a cancellation comes too early": {
			guarantee(transit.FnCancelGuarantee, func(x g) { x.Invalidity.From = "2026-11-25" }), "validity",
		},
		"a liability ends too early": {
			guarantee(transit.FnInvalidateGuarantee, func(x g) { x.Invalidity.LiberatedFrom = "2026-12-01" }), "validity",
		},
		"an invalidation is lifted": {
			guarantee(transit.FnInvalidateGuarantee, func(x g) { x.Invalidity = nil }), "validity",
		},
		"a voucher goes to another": {
			guarantee(transit.FnSellVoucher, func(x g) { x.Terms.Holder = "CN1" }), "terms",
		},
		"a guarantee is kept by a bystander": {
			guarantee(transit.FnRegister, func(x g) { x.Keeper = "KZMSP" }), "keeper",
		},
		"the raise was not the guarantor's":        {func(w *world) { last(w, transit.FnUpdateGuarantee).Creator.MSP = "KZMSP" }, "right"},
		"the liability was ended by the guarantor": {func(w *world) { last(w, transit.FnInvalidateGuarantee).Creator.MSP = "CGMMSP" }, "right"},
		"the guarantor did not endorse": {
			func(w *world) { last(w, transit.FnUpdateGuarantee).Endorsers = []string{"KZMSP", "CNMSP"} }, "endorsed",
		},
		"a claim comes from nowhere": {balance(func(b *transit.Balance) {
			b.Claimed, b.Available = 1, b.Available-1
		}), "claimed"},
		"an account becomes a list":  {balance(func(b *transit.Balance) { b.Monitoring = "2" }), "claimed"},
		"a usage of nothing is open": {balance(func(b *transit.Balance) { b.Open["CN0000000000AB"] = 0 }), "usage"},
		"a reduction is ignored by a release": {func(w *world) {
			// The first reduction takes all, and the releases after it do not care.
			var tx *cats.Transaction
			for _, b := range w.blocks {
				for _, t := range b.Transactions {
					if t.Function == transit.FnUpdateGuarantee && tx == nil {
						tx = t
					}
					if t.Function == transit.FnRelease {
						t.Writes = slices.DeleteFunc(t.Writes, func(w cats.Write) bool { return w.Key == ledger.GuaranteeKey(grn) })
					}
				}
			}
			argument, err := json.Marshal(transit.GuaranteeUpdateRequest{GRN: grn, GuaranteeUpdate: transit.GuaranteeUpdate{
				ReferenceAmount: &transit.Money{Minor: 1, Currency: "USD"},
			}})
			require.NoError(w.t, err)
			tx.Argument = argument
			change(w, tx, "guarantee", func(g *transit.Guarantee) {
				g.Terms.ReferenceAmount.Minor, g.Pending = 1, 1-40_000_00
			})
		}, "overdrawn"},
		"a usage has a guarantee of another kind": {func(w *world) {
			change(w, last(w, transit.FnRelease), "movement", func(m *transit.Course) { m.Guarantees[0].Type = "3" })
		}, "guarantee"},
		"a claim exceeds the usage": {func(w *world) {
			change(w, last(w, transit.FnRelease), "movement", func(m *transit.Course) {
				m.Guarantees[0].State, m.Guarantees[0].Claimed = transit.UsageClaimed, transit.Money{Minor: 1 << 40, Currency: "USD"}
			})
		}, "guarantee"},
		"a guarantee appears by another function": {func(w *world) {
			tx := last(w, transit.FnAccept)
			g := *submitted[transit.Guarantee](w, transit.FnRegister, "guarantee")
			g.Terms.GRN = waiverGRN
			raw, err := json.Marshal(g)
			require.NoError(w.t, err)
			tx.Writes = append(tx.Writes, cats.Write{Key: ledger.GuaranteeKey(waiverGRN), Value: raw})
		}, "procedure"},
	} {
		t.Run("When "+name, func(t *testing.T) {
			finds(t, honest, c.forge, c.rule, "")
		})
	}
}
