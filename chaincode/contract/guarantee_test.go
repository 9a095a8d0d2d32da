package contract_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/contract"
	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// almaty is an office of guarantee; its officer, one of another such office and one of a border office act in these tests.
const (
	almaty = "KZ100200"
	astana = "KZ100300"
)

func guaranteed(t testing.TB) *world {
	t.Helper()
	w := founded(t)
	for i, ref := range []string{almaty, astana} {
		office := transit.Office{Reference: ref, Name: ref, MSP: "KZMSP", Roles: []string{"guarantee"}}
		require.NoError(t, w.change(fmt.Sprintf("o%d", i), transit.Change{Office: &office}, "admin-CNMSP", "admin-KZMSP"))
	}
	for name, office := range map[string]string{"almaty": almaty, "astana": astana} {
		w.people[name] = w.ledger.Client("KZMSP", name, fakeledger.Attributes(map[string]string{"role": "officer", "office": office}))
	}
	return w
}

// settling is a world in which movements can be settled without a procedure.
func settling(t testing.TB) *world {
	t.Helper()
	w := guaranteed(t)
	for _, org := range w.ledger.Orgs() {
		cc, err := contract.NewWithSettlement(contract.Config{Version: "test", Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		require.NoError(t, w.ledger.Install(org, cc))
	}
	return w
}

func accessCodes(code string) map[string][]byte {
	return map[string][]byte{transit.TransientAccessCodes: []byte(`["` + code + `"]`), transit.TransientSalt: seed()}
}

// undertake keeps the terms at somebody's own organisation.
func (w *world) undertake(who string, t transit.Terms) (*transit.Guarantee, error) {
	w.t.Helper()
	org := w.people[who].MSP()
	receipt, err := w.people[who].With(fakeledger.Transient(accessCodes("A1B2")), fakeledger.Endorsers(org), fakeledger.AtPeer(org)).
		Submit(string(transit.FnUndertake), toJSON(transit.UndertakeRequest{Terms: t}))
	if err != nil {
		return nil, err
	}
	return fromJSON[transit.Guarantee](w.t, receipt.Payload()), nil
}

func (w *world) register(who string, g *transit.Guarantee) (*transit.Guarantee, error) {
	w.t.Helper()
	return w.ask1(who, transit.FnRegister, transit.RegisterRequest{MessageID: w.id(), Guarantee: *g})
}

// ask1 submits a change of a guarantee.
func (w *world) ask1(who string, fn transit.Function, req any, opts ...fakeledger.CallOption) (*transit.Guarantee, error) {
	w.t.Helper()
	receipt, err := w.people[who].With(opts...).Submit(string(fn), toJSON(req))
	if err != nil {
		return nil, err
	}
	require.Equal(w.t, peer.TxValidationCode_VALID, receipt.Code)
	return fromJSON[transit.Guarantee](w.t, receipt.Payload()), nil
}

// granted registers a guarantee whoever keeps it.
func (w *world) granted(who string, t transit.Terms) *transit.Guarantee {
	w.t.Helper()
	g, err := w.undertake(who, t)
	require.NoError(w.t, err)
	g, err = w.register(who, g)
	require.NoError(w.t, err)
	return g
}

func waiver() transit.Terms {
	t := terms(2)
	t.Type, t.Percentage, t.Guarantor, t.Office = "0", 0, "", almaty
	return t
}

func voucher() transit.Terms {
	t := terms(1)
	t.GRN, t.Type, t.Holder = t.GRN+"A000001", "4", ""
	return t
}

// covered declares with another guarantee than the usual one.
func covered(lrn string, guarantees ...transit.DeclaredGuarantee) *transit.STD {
	std := document(lrn)
	std.Guarantees = guarantees
	for i := range std.Guarantees {
		std.Guarantees[i].SequenceNumber = i + 1
	}
	return std
}

func reference(guaranteeType, grn, amount string) transit.DeclaredGuarantee {
	r := transit.DeclaredReference{SequenceNumber: 1, GRN: grn, AmountToBeCovered: transit.Decimal(amount), Currency: "EUR"}
	if grn != "" {
		r.AccessCode = "A1B2"
	}
	return transit.DeclaredGuarantee{GuaranteeType: guaranteeType, GuaranteeReferences: []transit.DeclaredReference{r}}
}

func (w *world) accepted(std *transit.STD) *transit.Movement {
	w.t.Helper()
	return w.must("urumqi", transit.StepAccept, w.lodged(std))
}

func (w *world) travelled(m *transit.Movement) *transit.Movement {
	w.t.Helper()
	m = w.must("urumqi", transit.StepRelease, m, limit)
	m = w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, m))
	m = w.must("akjol", transit.StepAcceptHandOff, w.must("korday", transit.StepProposeHandOff, m))
	m = w.must("bishkek", transit.StepRecordResults, w.must("bishkek", transit.StepArrive, m), a1)
	return w.must("bishkek", transit.StepDischarge, m)
}

// reasons are the codes of a refusal's violations.
func reasons(t *testing.T, err error) []string {
	t.Helper()
	var out []string
	for _, v := range fault(t, err).Violations {
		out = append(out, v.Code)
	}
	return out
}

func (w *world) viewOf(grn string) *transit.GuaranteeView {
	w.t.Helper()
	out, err := w.people["analyst"].Evaluate(string(transit.FnGetGuarantee), toJSON(transit.GuaranteeQuery{GRN: grn}))
	require.NoError(w.t, err)
	return fromJSON[transit.GuaranteeView](w.t, out)
}

// ---- Types

func TestAWaiverIsKeptByTheCustomsAuthorityOfItsOffice(t *testing.T) {
	w := guaranteed(t)
	g := w.granted("almaty", waiver())
	require.Equal(t, "KZMSP", g.Keeper)
	for _, key := range []string{ledger.GuaranteeKey(g.Terms.GRN), ledger.BalanceKey(g.Terms.GRN, 0), ledger.BalanceKey(g.Terms.GRN, 1)} {
		e, err := ledger.ParsePolicy(w.ledger.PolicyBytes(key))
		require.NoError(t, err)
		require.Equal(t, transit.Endorsement{All: []string{"KZMSP"}, Any: []string{"CNMSP", "KGMSP"}}, e)
	}
	std := covered("LRN-1", reference("0", g.Terms.GRN, "60000.00"))
	m := w.accepted(std)
	require.Empty(t, m.Guarantors)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, int64(4_000_000), w.viewOf(g.Terms.GRN).Available.Minor, "the reference amount binds, though nothing is guaranteed")
	over := w.accepted(covered("LRN-2", reference("0", g.Terms.GRN, "50000.00")))
	_, err := w.do("urumqi", transit.StepRelease, over, limit)
	require.Equal(t, []string{"G09"}, reasons(t, err))
	w.must("urumqi", transit.StepCancel, over, reason)
	require.Equal(t, transit.UsageLocked, m.Guarantees[0].State)
	w.checkLedger()
}

func TestNobodyElseGrantsAWaiver(t *testing.T) {
	w := guaranteed(t)
	for _, who := range []string{"astana", "khorgos", "urumqi", "clerk", "trader", "admin-KZMSP"} {
		_, err := w.undertake(who, waiver())
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	border := waiver()
	border.Office = "KZ550100"
	_, err := w.undertake("khorgos", border)
	require.Equal(t, transit.NotAuthorised, code(err), "an office without the role")
	// Almaty's own peer has undertaken; a guarantor's clerk and a colleague want to register it, for themselves or as it is.
	g, err := w.undertake("almaty", waiver())
	require.NoError(t, err)
	for _, who := range []string{"clerk", "astana", "urumqi"} {
		_, err = w.register(who, g)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	stolen := *g
	stolen.Keeper = "CNMSP"
	_, err = w.register("almaty", &stolen)
	require.Equal(t, transit.ContentMismatch, code(err))
	raised := *g
	raised.Terms.ReferenceAmount.Minor++
	_, err = w.register("almaty", &raised)
	require.Equal(t, transit.ContentMismatch, code(err), "the authority's own peer has seen another amount")
}

func TestAVoucherIsIssuedSoldAndUsedOnce(t *testing.T) {
	w := guaranteed(t)
	g := w.granted("clerk", voucher())
	std := func(lrn string) *transit.STD { return covered(lrn, reference("4", g.Terms.GRN, "50000.00")) }
	_, err := w.deposit("trader", std("LRN-0"), 1)
	require.Equal(t, []string{"G04"}, reasons(t, err), "nobody holds it yet")
	sale := transit.VoucherSaleRequest{Header: w.header(), GRN: g.Terms.GRN, Holder: holder}
	for _, who := range []string{"trader", "almaty", "urumqi"} {
		_, err = w.ask1(who, transit.FnSellVoucher, sale, fakeledger.Transient(accessCodes("C3D4")))
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	sold, err := w.ask1("clerk", transit.FnSellVoucher, sale, fakeledger.Transient(accessCodes("C3D4")))
	require.NoError(t, err)
	require.NotEmpty(t, sold.SoldAt)
	_, err = w.ask1("clerk", transit.FnSellVoucher, transit.VoucherSaleRequest{Header: w.header(), GRN: g.Terms.GRN, Holder: "CN000"},
		fakeledger.Transient(accessCodes("C3D4")))
	require.Equal(t, transit.OutOfSequence, code(err), "a title has one holder")
	_, err = w.deposit("trader", std("LRN-0"), 1)
	require.Equal(t, []string{"G03"}, reasons(t, err), "the codes of the issue ended with the sale")
	opened := func(lrn string) *transit.STD {
		s := std(lrn)
		s.Guarantees[0].GuaranteeReferences[0].AccessCode = "c3d4"
		return s
	}
	a, b := w.accepted(opened("LRN-1")), w.accepted(opened("LRN-2"))
	a = w.must("urumqi", transit.StepRelease, a, limit)
	_, err = w.do("urumqi", transit.StepRelease, b, limit)
	require.Equal(t, []string{"G05"}, reasons(t, err))
	_, err = w.deposit("trader", opened("LRN-3"), 1)
	require.Equal(t, []string{"G05"}, reasons(t, err), "told at declaration already")
	// Revoked while in use: the movement under way stays covered, and ends as any other.
	_, err = w.ask1("clerk", transit.FnCancelGuarantee, end(w, g, "2026-11-24"))
	require.Equal(t, transit.OutOfSequence, code(err), "a voucher is revoked, not cancelled")
	_, err = w.ask1("almaty", transit.FnRevokeVoucher, end(w, g, "2026-11-24"))
	require.NoError(t, err)
	require.Equal(t, int64(5_000_000), w.viewOf(g.Terms.GRN).Locked.Minor)
	a = w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, a))
	require.Equal(t, transit.UsageLocked, a.Guarantees[0].State)
	w.checkLedger()
}

func end(w *world, g *transit.Guarantee, from string) transit.GuaranteeEndRequest {
	return transit.GuaranteeEndRequest{Header: w.header(), GRN: g.Terms.GRN, InvalidityDate: from, Reason: "because"}
}

// TestGuaranteesWithoutAnAccountCoverAMovementAlone: what the rules allow needs no guarantor, and nothing of it but type and
// amount is public.
func TestGuaranteesWithoutAnAccountCoverAMovementAlone(t *testing.T) {
	const secret = "ZEBRA-DEPOSIT-4711"
	body := transit.DeclaredGuarantee{GuaranteeType: "8", OtherGuaranteeReference: secret}
	cash := reference("3", "", "12000.00")
	cash.OtherGuaranteeReference = secret
	for name, c := range map[string]struct {
		guarantee transit.DeclaredGuarantee
		minor     int64
	}{
		"a cash deposit": {cash, 1_200_000},
		"a small amount": {reference("5", "", "9.00"), 900},
		"a public body":  {body, 0},
		"an agreement":   {transit.DeclaredGuarantee{GuaranteeType: "A"}, 0},
		"the Rhine":      {transit.DeclaredGuarantee{GuaranteeType: "R"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := founded(t)
			m := w.lodged(covered("LRN-1", c.guarantee))
			want := transit.Usage{Type: c.guarantee.GuaranteeType, State: transit.UsageDeclared}
			if c.minor > 0 {
				want.Amount = transit.Money{Minor: c.minor, Currency: "EUR"}
			}
			require.Equal(t, []transit.Usage{want}, m.Guarantees)
			require.Empty(t, m.Guarantors)
			require.Equal(t, transit.Endorsement{All: []string{"CNMSP"}, Any: []string{"CARECMSP", "KGMSP", "KZMSP"}}, m.Endorsement())
			m = w.travelled(w.must("urumqi", transit.StepAccept, m))
			require.Equal(t, transit.UsageFreed, m.Guarantees[0].State)
			require.Empty(t, w.ledger.Exposures(secret), "another reference stays in the content")
			w.checkLedger()
		})
	}
}

func TestATIRDeclarationIsCoveredByTypeBInsideOneTerritory(t *testing.T) {
	w := founded(t)
	std := covered("LRN-1", transit.DeclaredGuarantee{GuaranteeType: "B"})
	std.TransitOperation.DeclarationType, std.TransitOperation.TIRCarnetNumber = "TIR", "XA25000001"
	std.Holder.TIRHolderIdentification = "CHN/001/1"
	std.DestinationOffice.ReferenceNumber, std.TransitOffices = "CN651100", nil
	std.Consignment.CountryOfDestination = "CN"
	m := w.lodged(std)
	require.Equal(t, []transit.Usage{{Type: "B", State: transit.UsageDeclared}}, m.Guarantees)
	require.Equal(t, []string{"CARECMSP"}, m.Endorsement().Any, "the regulator looks over the one country's shoulder")
	m = w.must("urumqi", transit.StepRelease, w.must("urumqi", transit.StepAccept, m), limit)
	m = w.must("khorgos-cn", transit.StepRecordResults, w.must("khorgos-cn", transit.StepArrive, m), a1)
	w.must("khorgos-cn", transit.StepDischarge, m)
}

func TestAMovementMixesGuarantees(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	g := w.granted("clerk", sold(voucher()))
	m := w.accepted(covered("LRN-1", reference("1", terms(1).GRN, "60000.00"), reference("3", "", "5.00"), reference("4", g.Terms.GRN, "1.00")))
	require.Equal(t, []string{"CGMMSP"}, m.Guarantors)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, []transit.UsageState{transit.UsageLocked, transit.UsageDeclared, transit.UsageLocked}, usageStates(m))
	// All or none: the second movement's comprehensive guarantee is short, so its voucher stays unused.
	other := sold(voucher())
	other.GRN = other.GRN[:17] + "A000002"
	w.granted("clerk", other)
	n := w.accepted(covered("LRN-2", reference("4", other.GRN, "1.00"), reference("1", terms(1).GRN, "60000.00")))
	_, err := w.do("urumqi", transit.StepRelease, n, limit)
	require.Equal(t, []string{"G09"}, reasons(t, err))
	require.Zero(t, w.viewOf(other.GRN).Balances[0].Uses)
	m = w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, m))
	w.checkLedger()
	n = w.must("urumqi", transit.StepRefuseRelease, n, reason)
	require.Equal(t, []transit.UsageState{transit.UsageCancelled, transit.UsageCancelled}, usageStates(n))
	require.Equal(t, transit.Released, m.State)
}

func sold(t transit.Terms) transit.Terms {
	t.Holder = holder
	return t
}

func usageStates(m *transit.Movement) []transit.UsageState {
	var out []transit.UsageState
	for _, u := range m.Guarantees {
		out = append(out, u.State)
	}
	return out
}

// ---- Terms

func TestMonitoringTellsWhatIsRecorded(t *testing.T) {
	for monitoring, want := range map[string]struct{ open, available int64 }{
		"1": {0, 0}, "2": {6_000_000, 0}, "3": {6_000_000, 4_000_000}, "": {6_000_000, 4_000_000},
	} {
		t.Run("code "+monitoring, func(t *testing.T) {
			w := guaranteed(t)
			terms := terms(4)
			terms.Monitoring = monitoring
			g := w.granted("clerk", terms)
			a := w.must("urumqi", transit.StepRelease, w.accepted(covered("LRN-1", reference("1", terms.GRN, "60000.00"))), limit)
			v := w.viewOf(terms.GRN)
			require.Equal(t, []int64{want.open, want.available}, []int64{v.Locked.Minor, v.Available.Minor})
			b, err := w.do("urumqi", transit.StepRelease, w.accepted(covered("LRN-2", reference("1", terms.GRN, "60000.00"))), limit)
			if g.Terms.HasAccount() {
				require.Equal(t, []string{"G09"}, reasons(t, err))
			} else {
				require.NoError(t, err, "without an account the amount is not controlled")
				require.Equal(t, transit.UsageLocked, b.Guarantees[0].State)
			}
			w.checkLedger()
			require.Equal(t, transit.UsageLocked, a.Guarantees[0].State)
		})
	}
}

// TestGoodsAreComparedWhereTheContentLies: the refusal names the code to the declarant, and no other peer has seen it.
func TestGoodsAreComparedWhereTheContentLies(t *testing.T) {
	w := guaranteed(t)
	limited := terms(1)
	limited.ExcludedGoods, limited.NoSuspendedGoods = []string{"8517"}, true
	w.guarantee(limited)
	std := document("LRN-1")
	std.Consignment.HouseConsignments[0].PreviousDocuments = []transit.PreviousDocument{{SequenceNumber: 1, Type: "C651", ReferenceNumber: "e-AD 1"}}
	_, err := w.deposit("trader", std, 1)
	require.Equal(t, []string{"G12", "G06"}, reasons(t, err))
	std = document("LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.CommodityCode.HarmonizedSystemSubHeadingCode = "852872"
	w.lodged(std)
	require.Empty(t, w.ledger.Exposures("852872"))
	single := terms(1)
	single.GRN, single.Type, single.Goods = voucher().GRN[:17], "2", []string{"852872"}
	grn, err := transit.NewGRN(2026, "KZ", "000001000002")
	require.NoError(t, err)
	single.GRN = grn.String()
	w.guarantee(single)
	_, err = w.deposit("trader", covered("LRN-2", reference("2", single.GRN, "1.00")), 1)
	require.Equal(t, []string{"G12"}, reasons(t, err))
}

// ---- Changes

func lowered(w *world, minor int64) transit.GuaranteeUpdateRequest {
	return transit.GuaranteeUpdateRequest{Header: w.header(), GRN: terms(1).GRN, GuaranteeUpdate: transit.GuaranteeUpdate{
		ReferenceAmount: &transit.Money{Minor: minor, Currency: "EUR"},
	}}
}

func TestAReferenceAmountLoweredBelowUseRecoversWithDischarges(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(4))
	a := w.must("urumqi", transit.StepRelease, w.accepted(covered("LRN-1", reference("1", terms(1).GRN, "60000.00"))), limit)
	b := w.accepted(covered("LRN-2", reference("1", terms(1).GRN, "100.00")))
	_, err := w.ask1("almaty", transit.FnUpdateGuarantee, lowered(w, 5_000_000))
	require.NoError(t, err, "the office of guarantee lowers")
	require.Equal(t, int64(-1_000_000), w.viewOf(terms(1).GRN).Available.Minor)
	w.checkLedger()
	_, err = w.do("urumqi", transit.StepRelease, b, limit)
	require.Equal(t, []string{"G09"}, reasons(t, err))
	require.Contains(t, fault(t, err).Violations[0].Text, "-10 000.00 EUR")
	m := w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, a))
	m = w.must("akjol", transit.StepAcceptHandOff, w.must("korday", transit.StepProposeHandOff, m))
	m = w.must("bishkek", transit.StepRecordResults, w.must("bishkek", transit.StepArrive, m), a1)
	w.must("bishkek", transit.StepDischarge, m)
	require.Equal(t, int64(5_000_000), w.viewOf(terms(1).GRN).Available.Minor)
	w.must("urumqi", transit.StepRelease, b, limit)
	v := w.viewOf(terms(1).GRN)
	require.Equal(t, int64(4_990_000), v.Available.Minor)
	require.Zero(t, v.Guarantee.Pending, "what was owed is collected")
	w.checkLedger()
	// Raised again, and used at once though the records are short of it.
	_, err = w.ask1("clerk", transit.FnUpdateGuarantee, lowered(w, 20_000_000))
	require.NoError(t, err)
	w.must("urumqi", transit.StepRelease, w.accepted(covered("LRN-3", reference("1", terms(1).GRN, "190000.00"))), limit)
	require.Equal(t, int64(990_000), w.viewOf(terms(1).GRN).Available.Minor)
	w.checkLedger()
}

func TestWhoMayChangeAGuarantee(t *testing.T) {
	everybody := []string{"clerk", "almaty", "astana", "khorgos", "urumqi", "trader", "rival", "analyst", "courier", "admin-CGMMSP"}
	later := "2028-12-31"
	for name, c := range map[string]struct {
		terms transit.Terms
		fn    transit.Function
		req   func(w *world, grn string) any
		may   []string
	}{
		"a raise": {terms(1), transit.FnUpdateGuarantee, func(w *world, _ string) any { return lowered(w, 10_000_001) }, []string{"clerk"}},
		"a reduction": {
			terms(1), transit.FnUpdateGuarantee, func(w *world, _ string) any { return lowered(w, 1) }, []string{"clerk", "almaty", "astana"},
		},
		"a longer validity": {terms(1), transit.FnUpdateGuarantee, func(w *world, grn string) any {
			return transit.GuaranteeUpdateRequest{Header: w.header(), GRN: grn, GuaranteeUpdate: transit.GuaranteeUpdate{ValidUntil: later}}
		}, []string{"clerk"}},
		"a cancellation": {terms(1), transit.FnCancelGuarantee, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01"}
		}, []string{"clerk", "trader"}},
		"an end of liability by cancellation": {terms(1), transit.FnCancelGuarantee, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01", LiabilityLiberationDate: "2026-12-01"}
		}, nil},
		"an invalidation": {terms(1), transit.FnInvalidateGuarantee, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01", LiabilityLiberationDate: "2026-12-31"}
		}, []string{"almaty", "astana"}},
		"an invalidation of a guarantee whose office is named": {atOffice(terms(1)), transit.FnInvalidateGuarantee, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01", LiabilityLiberationDate: "2026-12-31"}
		}, []string{"almaty"}},
		"a revocation": {voucher(), transit.FnRevokeVoucher, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01"}
		}, []string{"clerk", "almaty", "astana"}},
		"a revocation of what is no voucher": {terms(1), transit.FnRevokeVoucher, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01"}
		}, nil},
		"a raise of a waiver": {waiver(), transit.FnUpdateGuarantee, func(w *world, _ string) any { return lowered(w, 10_000_001) }, []string{"almaty"}},
		"a cancellation of a waiver": {waiver(), transit.FnCancelGuarantee, func(w *world, grn string) any {
			return transit.GuaranteeEndRequest{Header: w.header(), GRN: grn, InvalidityDate: "2026-12-01"}
		}, []string{"almaty", "trader"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, who := range everybody {
				w := guaranteed(t)
				keeper := "clerk"
				if c.terms.Type == "0" {
					keeper = "almaty"
				}
				w.granted(keeper, c.terms)
				g, err := w.ask1(who, c.fn, c.req(w, c.terms.GRN))
				if contains(c.may, who) {
					require.NoError(t, err, who)
					require.Equal(t, 2, g.Seq)
					w.checkLedger()
					continue
				}
				require.Contains(t, []transit.Code{transit.NotAuthorised, transit.MalformedRequest, transit.OutOfSequence}, code(err), who)
			}
		})
	}
}

func atOffice(t transit.Terms) transit.Terms {
	t.Office = almaty
	return t
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

func TestTermsNameARegisteredOfficeOfGuarantee(t *testing.T) {
	w := guaranteed(t)
	for _, office := range []string{border, "KZ999999"} {
		named := terms(1)
		named.Office = office
		_, err := w.undertake("clerk", named)
		require.Equal(t, transit.InvalidDocument, code(err), office)
	}
	w.granted("clerk", atOffice(terms(1)))
}

func TestACancelledGuaranteeCoversNothingNewFromItsDayOn(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	a := w.must("urumqi", transit.StepRelease, w.accepted(document("LRN-1")), limit)
	b := w.accepted(document("LRN-2"))
	_, err := w.ask1("trader", transit.FnCancelGuarantee, transit.GuaranteeEndRequest{
		Header: w.header(), GRN: terms(1).GRN, InvalidityDate: "2026-11-25", Reason: "sold the company",
	})
	require.NoError(t, err)
	c := w.must("urumqi", transit.StepRelease, w.accepted(document("LRN-3")), limit)
	w.ledger.Advance(24 * time.Hour)
	_, err = w.do("urumqi", transit.StepRelease, b, limit)
	require.Equal(t, []string{"G02"}, reasons(t, err))
	_, err = w.deposit("trader", document("LRN-4"), 1)
	require.Equal(t, []string{"G02"}, reasons(t, err))
	codes := transit.AccessCodesRequest{Header: w.header(), GRN: terms(1).GRN}
	_, err = w.ask1("clerk", transit.FnReplaceAccessCodes, codes, fakeledger.Transient(accessCodes("C3D4")))
	require.Equal(t, transit.OutOfSequence, code(err), "nor new access codes")
	for _, m := range []*transit.Movement{a, c} {
		m = w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, m))
		require.Equal(t, transit.UsageLocked, m.Guarantees[0].State, "what is under way stays covered")
	}
	w.checkLedger()
}

// ---- Claims

// indebted is a movement whose goods never arrived, under recovery and with its guarantor notified.
func (w *world) indebted(m *transit.Movement) *transit.Movement {
	w.t.Helper()
	w.ledger.Advance(30 * 24 * time.Hour)
	m = w.must("urumqi", transit.StepStartEnquiry, m)
	w.ledger.Advance(60 * 24 * time.Hour)
	m = w.must("cn-collector", transit.StepStartRecovery, m, reason)
	return w.must("cn-collector", transit.StepNotifyGuarantor, m)
}

func claiming(minor int64) func(*transit.StepRequest) {
	return func(r *transit.StepRequest) {
		r.Claims = []transit.ClaimRequest{{GRN: terms(1).GRN, Amount: transit.Money{Minor: minor, Currency: "EUR"}}}
	}
}

func onGuarantee(r *transit.StepRequest) { r.GRN = terms(1).GRN }

func TestAPaidClaimNeverComesBack(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	m := w.must("urumqi", transit.StepRelease, w.accepted(covered("LRN-1", reference("1", terms(1).GRN, "60000.00"), reference("3", "", "7.00"))), limit)
	m = w.indebted(m)
	_, err := w.do("cn-collector", transit.StepClaim, m, claiming(6_000_001))
	require.Equal(t, transit.GuaranteeRefused, code(err), "more than is covered")
	m = w.must("cn-collector", transit.StepClaim, m, claiming(2_500_000))
	m = w.must("cn-collector", transit.StepPayClaim, m, onGuarantee)
	require.Equal(t, int64(6_000_000), w.viewOf(terms(1).GRN).Locked.Minor, "until the movement is written off")
	m = w.must("cn-collector", transit.StepWriteOff, m, reason)
	require.Equal(t, []transit.UsageState{transit.UsageClaimed, transit.UsageFreed}, usageStates(m))
	v := w.viewOf(terms(1).GRN)
	require.Equal(t, []int64{7_500_000, 0, 2_500_000}, []int64{v.Available.Minor, v.Locked.Minor, v.Claimed.Minor})
	w.checkLedger()
	events := w.ledger.Events()
	steps := fromJSON[transit.EventPayload](t, events[len(events)-1].GetPayload()).Steps
	require.Equal(t, "claimed", steps[0].Step)
	require.Equal(t, int64(3_500_000), steps[0].Change.Minor, "the rest is credited")
}

func TestAWithdrawnClaimCostsNothing(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	m := w.indebted(w.must("urumqi", transit.StepRelease, w.accepted(document("LRN-1")), limit))
	m = w.must("cn-collector", transit.StepClaim, m, claiming(100))
	m = w.must("clerk", transit.StepContestClaim, m, onGuarantee, reason)
	m = w.must("cn-collector", transit.StepWithdrawClaim, m, onGuarantee, reason)
	m = w.must("cn-collector", transit.StepWriteOff, m, reason)
	require.Equal(t, []transit.UsageState{transit.UsageFreed}, usageStates(m))
	require.Equal(t, terms(1).ReferenceAmount, w.viewOf(terms(1).GRN).Available)
	w.checkLedger()
}

func TestAfterLiberationOpenUsagesStayVisibleAndClaimsAreRefused(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(1))
	a := w.must("urumqi", transit.StepRelease, w.accepted(document("LRN-1")), limit)
	b := w.must("urumqi", transit.StepRelease, w.accepted(document("LRN-2")), limit)
	a = w.indebted(a)
	b = w.must("urumqi", transit.StepStartEnquiry, b)
	w.ledger.Advance(60 * 24 * time.Hour)
	b = w.must("cn-collector", transit.StepNotifyGuarantor, w.must("cn-collector", transit.StepStartRecovery, b, reason))
	today := transit.Day(w.ledger.Now())
	_, err := w.ask1("almaty", transit.FnInvalidateGuarantee, transit.GuaranteeEndRequest{
		Header: w.header(), GRN: terms(1).GRN, InvalidityDate: today, LiabilityLiberationDate: transit.Day(w.ledger.Now().Add(24 * time.Hour)),
	})
	require.NoError(t, err)
	a = w.must("cn-collector", transit.StepClaim, a, claiming(100)) // between invalidity and liberation the guarantor is liable
	w.ledger.Advance(24 * time.Hour)
	_, err = w.do("cn-collector", transit.StepClaim, b, claiming(100))
	require.Equal(t, transit.GuaranteeRefused, code(err))
	require.Equal(t, []string{"G02"}, reasons(t, err))
	require.Equal(t, int64(2_400_000), w.viewOf(terms(1).GRN).Locked.Minor, "what is open stays visible")
	a = w.must("cn-collector", transit.StepPayClaim, a, onGuarantee)
	w.must("cn-collector", transit.StepWriteOff, a, reason)
	w.must("cn-collector", transit.StepWriteOff, b, reason)
	v := w.viewOf(terms(1).GRN)
	require.Equal(t, []int64{0, 100}, []int64{v.Locked.Minor, v.Claimed.Minor}, "a claim made in time is paid later, the other movement ends without")
	w.checkLedger()
}

// ---- Queries

func (w *world) inquire(who string, q transit.GuaranteeInquiry, code string) (*transit.GuaranteeAnswer, error) {
	w.t.Helper()
	c := w.people[who]
	if code != "" {
		c = c.With(fakeledger.Transient(map[string][]byte{transit.TransientAccessCodes: []byte(`["` + code + `"]`)}))
	}
	out, err := c.Evaluate(string(transit.FnQueryGuarantee), toJSON(q))
	if err != nil {
		return nil, err
	}
	return fromJSON[transit.GuaranteeAnswer](w.t, out), nil
}

func TestInquiriesAreHeldToTheirRules(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	one, grn := w.granted("clerk", sold(voucher())).Terms.GRN, terms(1).GRN
	const first = "2026-01-01"
	for name, c := range map[string]struct {
		who  string
		q    transit.GuaranteeInquiry
		code string
		want string
	}{
		"no such guarantee":               {"clerk", transit.GuaranteeInquiry{GRN: "23GB0000010000854", Query: "1", Owner: holder}, "", "G01"},
		"another's guarantee":             {"rival", transit.GuaranteeInquiry{GRN: grn, Query: "1"}, "A1B2", "G04"},
		"another owner":                   {"clerk", transit.GuaranteeInquiry{GRN: grn, Query: "1", Owner: "CN000"}, "", "G04"},
		"a wrong access code":             {"trader", transit.GuaranteeInquiry{GRN: grn, Query: "1"}, "ZZZZ", "G03"},
		"the holder names the owner":      {"trader", transit.GuaranteeInquiry{GRN: grn, Query: "1", Owner: holder}, "A1B2", "C0818"},
		"an office does not":              {"almaty", transit.GuaranteeInquiry{GRN: grn, Query: "1"}, "", "C0818"},
		"exposure of a voucher":           {"clerk", transit.GuaranteeInquiry{GRN: one, Query: "3", Owner: holder}, "", "R0261"},
		"a period of a voucher":           {"clerk", transit.GuaranteeInquiry{GRN: one, Query: "1", Owner: holder, From: first}, "", "R0263"},
		"a period of the exposure":        {"clerk", transit.GuaranteeInquiry{GRN: grn, Query: "2", Owner: holder, To: "2026-01-01"}, "", "R0263"},
		"a period that ends as it begins": {"clerk", transit.GuaranteeInquiry{GRN: grn, Query: "1", Owner: holder, From: first, To: first}, "", "R0705"},
		"a day that is none":              {"clerk", transit.GuaranteeInquiry{GRN: grn, Query: "1", Owner: holder, From: "then"}, "", "G0002"},
		"a query that is none":            {"clerk", transit.GuaranteeInquiry{GRN: grn, Query: "5", Owner: holder}, "", "CL054"},
	} {
		_, err := w.inquire(c.who, c.q, c.code)
		f := fault(t, err)
		require.Len(t, f.Violations, 1, name)
		require.True(t, f.Violations[0].Code == c.want || f.Violations[0].Rule == c.want, "%s: %v", name, f)
	}
	_, err := w.inquire("trader", transit.GuaranteeInquiry{GRN: grn, Query: "1"}, "")
	require.Equal(t, transit.MalformedRequest, code(err), "a holder needs an access code")
	_, err = w.inquire("clerk", transit.GuaranteeInquiry{GRN: grn, Query: "1", Owner: holder, Bookmark: "01"}, "")
	require.Equal(t, transit.MalformedRequest, code(err))
}

func TestAnInquiryAnswersWithUsagesExposureAndReasons(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	a := w.must("urumqi", transit.StepRelease, w.accepted(covered("LRN-1", reference("1", terms(1).GRN, "60000.00"))), limit)
	w.ledger.Advance(24 * time.Hour)
	b := w.must("urumqi", transit.StepRelease, w.accepted(document("LRN-2")), limit)
	for _, who := range []string{"trader", "clerk", "almaty", "urumqi", "analyst"} {
		q, code := transit.GuaranteeInquiry{GRN: terms(1).GRN, Query: "3", Owner: holder}, ""
		if who == "trader" {
			q.Owner, code = "", "a1b2"
		}
		answer, err := w.inquire(who, q, code)
		require.NoError(t, err, who)
		require.Equal(t, transit.Valid, answer.Condition)
		require.Empty(t, answer.Reasons)
		require.Equal(t, 2, answer.Exposure.Counter, "a usage that lies in two records counts once")
		require.Equal(t, int64(7_200_000), answer.Exposure.Exposure.Minor)
		require.Equal(t, int64(2_800_000), answer.Exposure.Balance.Minor)
		require.Len(t, answer.Usages, 2)
		var seen []string
		for _, u := range answer.Usages {
			seen = append(seen, u.MRN+" "+u.LockedOn)
		}
		require.ElementsMatch(t, []string{a.MRN + " 2026-11-24", b.MRN + " 2026-11-25"}, seen)
	}
	answer, err := w.inquire("clerk", transit.GuaranteeInquiry{GRN: terms(1).GRN, Query: "1", Owner: holder, From: "2026-11-25"}, "")
	require.NoError(t, err)
	require.Nil(t, answer.Exposure)
	require.Len(t, answer.Usages, 1)
	w.ledger.Advance(3 * 365 * 24 * time.Hour)
	answer, err = w.inquire("clerk", transit.GuaranteeInquiry{GRN: terms(1).GRN, Query: "4", Owner: holder}, "")
	require.NoError(t, err)
	require.Equal(t, transit.Expired, answer.Condition)
	require.Equal(t, "G02", answer.Reasons[0].Code)
	require.Empty(t, answer.Usages)
}

func TestUsagesComeInPages(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(3))
	want := map[string]bool{}
	for i := range 60 {
		m := w.accepted(covered(fmt.Sprintf("LRN-%d", i), reference("1", terms(1).GRN, "1.00")))
		m = w.must("urumqi", transit.StepRelease, m, limit, func(r *transit.StepRequest) {
			r.Balances = []transit.BalanceChoice{{GRN: terms(1).GRN, Order: []int{i / 51}}}
		})
		want[m.ID] = true
	}
	q := transit.GuaranteeInquiry{GRN: terms(1).GRN, Query: "1", Owner: holder}
	got, pages := map[string]bool{}, 0
	for {
		answer, err := w.inquire("clerk", q, "")
		require.NoError(t, err)
		pages++
		for _, u := range answer.Usages {
			require.False(t, got[u.Movement], "no usage comes twice")
			got[u.Movement] = true
		}
		if q.Bookmark = answer.Bookmark; q.Bookmark == "" {
			break
		}
	}
	require.Equal(t, want, got)
	require.Equal(t, 2, pages)
}

func TestACheckTellsWhatAReleaseWouldSayAndDoesNothing(t *testing.T) {
	w := guaranteed(t)
	w.guarantee(terms(2))
	a := w.accepted(covered("LRN-1", reference("1", terms(1).GRN, "60000.00")))
	b := w.accepted(covered("LRN-2", reference("1", terms(1).GRN, "60000.00")))
	check := func(who string, m *transit.Movement) (*transit.GuaranteeCheck, error) {
		tx, err := w.people[who].Endorse(string(transit.FnCheckGuarantees), toJSON(transit.MovementQuery{Movement: m.ID}))
		if err != nil {
			return nil, err
		}
		require.Empty(t, tx.WrittenKeys())
		return fromJSON[transit.GuaranteeCheck](t, tx.Payload()), nil
	}
	answer, err := check("urumqi", a)
	require.NoError(t, err)
	require.True(t, answer.Covered)
	w.must("urumqi", transit.StepRelease, a, limit)
	answer, err = check("urumqi", b)
	require.NoError(t, err)
	require.False(t, answer.Covered)
	require.Equal(t, "G09", answer.Reasons[0].Code)
	_, err = check("urumqi", a)
	require.Equal(t, transit.OutOfSequence, code(err))
	_, err = check("rival", b)
	require.Equal(t, transit.NotAuthorised, code(err))
}

func TestAVoucherReferenceIsLong(t *testing.T) {
	w := guaranteed(t)
	require.Len(t, w.granted("clerk", voucher()).Terms.GRN, 24)
	out, err := w.people["clerk"].Evaluate(string(transit.FnListGuarantees), "{}")
	require.NoError(t, err)
	require.Contains(t, string(out), "A000001")
}
