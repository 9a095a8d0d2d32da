package contract_test

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

const buyer = "KZ190840012345"

// buyerTerms is a guarantee of the buyer's own, of 50 000.00 EUR.
func buyerTerms() transit.Terms {
	t := terms(1)
	grn, err := transit.NewGRN(2026, "KZ", "000001000002")
	if err != nil {
		panic(err)
	}
	t.GRN, t.Holder = grn.String(), buyer
	t.ReferenceAmount.Minor = 5_000_000
	return t
}

// market is an insured world with a buyer in Kazakhstan who has a guarantee.
func market(t *testing.T) *world {
	t.Helper()
	w := insured(t, 1)
	w.people["buyer"] = w.ledger.Client("KZMSP", "buyer", fakeledger.Attributes(map[string]string{"role": "trader", "operator": buyer}))
	w.guarantee(buyerTerms())
	return w
}

func offer(r *transit.StepRequest) { r.NewHolder = buyer }

// takeOver accepts the document as it stands, with the buyer's guarantee over an amount.
func takeOver(m *transit.Movement, minor int64) func(*transit.StepRequest) {
	return func(r *transit.StepRequest) {
		r.ExpectedSeq = m.Seq
		r.Guarantees = []transit.GuaranteeClaim{{GRN: buyerTerms().GRN, Type: "1", Amount: transit.Money{Minor: minor, Currency: "EUR"}}}
	}
}

// free is what a guarantee has left, and what it carries for the movement.
func (w *world) free(grn, id string) (available, open int64) {
	b := fromJSON[transit.Balance](w.t, w.ledger.State(ledger.BalanceKey(grn, 0)))
	return b.Available, b.Open[id]
}

func TestTheDocumentPassesToANewHolderUnderWay(t *testing.T) {
	w := market(t)
	m := w.released("LRN-1")
	amount := m.Guarantees[0].Amount.Minor
	require.NoError(t, w.grant("trader", transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: "2026-12-24"}))
	m = w.must("trader", transit.StepProposeTransfer, m, offer)
	require.Equal(t, buyer, m.Transfer.To)
	require.NoError(t, w.grant("trader", transit.GrantRequest{
		Movement: m.ID, MSP: "KZMSP", Operator: buyer, Parts: transit.SectionNames(), Until: "2026-12-24",
	}), "the seller shows what it sells")
	m = w.must("buyer", transit.StepAcceptTransfer, m, takeOver(m, amount))

	require.Equal(t, buyer, m.Holder)
	require.Equal(t, transit.Declarant{MSP: "KZMSP", Operator: buyer}, m.Declarant)
	require.Nil(t, m.Transfer)
	require.Empty(t, m.Grants, "the former owner's grants end")
	require.Equal(t, transit.UsageLocked, m.Guarantees[0].State)
	available, open := w.free(terms(1).GRN, m.ID)
	require.Equal(t, terms(1).ReferenceAmount.Minor, available)
	require.Zero(t, open, "the former guarantee is free")
	available, open = w.free(buyerTerms().GRN, m.ID)
	require.Equal(t, buyerTerms().ReferenceAmount.Minor-amount, available)
	require.Equal(t, amount, open)
	e, err := ledger.ParsePolicy(w.ledger.PolicyBytes(ledger.DeclaredKey(m.ID)))
	require.NoError(t, err)
	require.Equal(t, m.Endorsement(), e)

	require.Equal(t, transit.NotAuthorised, code(w.grant("trader", transit.GrantRequest{
		Movement: m.ID, MSP: "CGMMSP", Parts: []string{goods}, Until: "2026-12-24",
	})), "the seller owns nothing any more")
	_, err = w.content("trader", "CNMSP", m.ID)
	require.Equal(t, transit.NotAuthorised, code(err))
	require.NoError(t, w.grant("buyer", transit.GrantRequest{Movement: m.ID, MSP: "CARECMSP", Parts: []string{goods}, Until: "2026-12-24"}))
	require.NoError(t, w.deliver(m, "KZMSP", w.sections(m, transit.SectionNames()...), ""))
	_, err = w.content("buyer", "KZMSP", m.ID)
	require.NoError(t, err)
	for _, s := range [][2]string{
		{"khorgos-cn", "ProposeHandOff"}, {"khorgos", "AcceptHandOff"}, {"korday", "ProposeHandOff"}, {"akjol", "AcceptHandOff"},
		{"bishkek", "Arrive"}, {"bishkek", "RecordResults"}, {"bishkek", "Discharge"},
	} {
		m = w.must(s[0], transit.Step(s[1]), m, fields(transit.Step(s[1])))
	}
	available, open = w.free(buyerTerms().GRN, m.ID)
	require.Equal(t, buyerTerms().ReferenceAmount.Minor, available)
	require.Zero(t, open)
}

func TestTheDocumentPassesBeforeReleaseAndTheNewGuaranteeIsLocked(t *testing.T) {
	w := market(t)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	amount := m.Guarantees[0].Amount.Minor
	m = w.must("trader", transit.StepProposeTransfer, m, offer)
	m = w.must("buyer", transit.StepAcceptTransfer, m, takeOver(m, amount))
	require.Equal(t, transit.UsageDeclared, m.Guarantees[0].State)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	_, open := w.free(buyerTerms().GRN, m.ID)
	require.Equal(t, amount, open)
	_, open = w.free(terms(1).GRN, m.ID)
	require.Zero(t, open)
	_, err := w.do("trader", transit.StepProposeTransfer, m, offer)
	require.Equal(t, transit.NotAuthorised, code(err))
}

func TestATransferNeedsBothSignaturesAndTheGuarantee(t *testing.T) {
	w := market(t)
	m := w.released("LRN-1")
	amount := m.Guarantees[0].Amount.Minor
	try := func(who string, s transit.Step, set ...func(*transit.StepRequest)) transit.Code {
		_, err := w.do(who, s, m, set...)
		return code(err)
	}
	require.Equal(t, transit.NotAuthorised, try("buyer", transit.StepAcceptTransfer, takeOver(m, amount)), "nobody takes what is not offered")
	for _, who := range []string{"rival", "urumqi", "buyer", "clerk", "khorgos"} {
		require.Equal(t, transit.NotAuthorised, try(who, transit.StepProposeTransfer, offer), who)
	}
	require.Equal(t, transit.MalformedRequest, try("trader", transit.StepProposeTransfer, func(r *transit.StepRequest) { r.NewHolder = "?" }))
	require.Equal(t, transit.MalformedRequest, try("trader", transit.StepProposeTransfer, func(r *transit.StepRequest) { r.NewHolder = holder }))
	m = w.must("trader", transit.StepProposeTransfer, m, offer)
	require.Equal(t, transit.OutOfSequence, try("trader", transit.StepProposeTransfer, offer), "one offer at a time")
	for _, who := range []string{"trader", "rival", "urumqi", "khorgos"} {
		require.Equal(t, transit.NotAuthorised, try(who, transit.StepAcceptTransfer, takeOver(m, amount)), who)
	}
	refused := func(want transit.Code, change func(*transit.StepRequest)) {
		t.Helper()
		require.Equal(t, want, try("buyer", transit.StepAcceptTransfer, takeOver(m, amount), change))
	}
	refused(transit.GuaranteeRefused, func(r *transit.StepRequest) { r.Guarantees[0].Amount.Minor-- })
	refused(transit.GuaranteeRefused, func(r *transit.StepRequest) { r.Guarantees[0].Amount.Currency = "USD" })
	refused(transit.GuaranteeRefused, func(r *transit.StepRequest) { r.Guarantees[0].Amount.Minor = buyerTerms().ReferenceAmount.Minor + 1 })
	refused(transit.MalformedRequest, func(r *transit.StepRequest) { r.Guarantees[0].GRN = terms(1).GRN })
	refused(transit.MalformedRequest, func(r *transit.StepRequest) { r.Guarantees = append(r.Guarantees, r.Guarantees[0]) })
	refused(transit.MalformedRequest, func(r *transit.StepRequest) { r.Guarantees = nil })
	refused(transit.MalformedRequest, func(r *transit.StepRequest) { r.ExpectedSeq = 0 })
	refused(transit.Stale, func(r *transit.StepRequest) { r.ExpectedSeq-- })
	foreign := terms(1)
	grn, err := transit.NewGRN(2026, "KZ", "000001000003")
	require.NoError(t, err)
	foreign.GRN, foreign.Holder = grn.String(), "KZ7"
	w.guarantee(foreign)
	refused(transit.GuaranteeRefused, func(r *transit.StepRequest) { r.Guarantees[0].GRN = foreign.GRN })
	bound := buyerTerms()
	grn, err = transit.NewGRN(2026, "KZ", "000001000004")
	require.NoError(t, err)
	bound.GRN, bound.ExcludedGoods = grn.String(), []string{"240220"}
	w.guarantee(bound)
	_, err = w.do("buyer", transit.StepAcceptTransfer, m, takeOver(m, amount), func(r *transit.StepRequest) { r.Guarantees[0].GRN = bound.GRN })
	require.Equal(t, "G12", fault(t, err).Violations[0].Code, "nobody who endorses could hold the goods against it")
	refused(transit.MalformedRequest, func(r *transit.StepRequest) { r.Guarantees[0].Type = "B" })
	refused(transit.MalformedRequest, func(r *transit.StepRequest) { r.Guarantees[0] = transit.GuaranteeClaim{Type: "A"} })
	refused(transit.GuaranteeRefused, func(r *transit.StepRequest) { r.Guarantees[0].Type = "2" })
	available, open := w.free(terms(1).GRN, m.ID)
	require.Equal(t, terms(1).ReferenceAmount.Minor-amount, available)
	require.Equal(t, amount, open, "a refused transfer leaves the guarantee as it was")

	proposed := w.must("khorgos-cn", transit.StepProposeHandOff, m)
	require.Equal(t, transit.OutOfSequence, func() transit.Code {
		_, err := w.do("buyer", transit.StepAcceptTransfer, proposed, takeOver(proposed, amount))
		return code(err)
	}(), "not while custody passes")
	m = w.must("khorgos-cn", transit.StepWithdrawHandOff, proposed)
	m = w.must("buyer", transit.StepRefuseTransfer, m, reason)
	require.Nil(t, m.Transfer)
	m = w.must("trader", transit.StepProposeTransfer, m, offer)
	m = w.must("trader", transit.StepWithdrawTransfer, m)
	require.Equal(t, transit.NotAuthorised, try("buyer", transit.StepAcceptTransfer, takeOver(m, amount)))
	require.Equal(t, transit.OutOfSequence, try("trader", transit.StepWithdrawTransfer))
}

// Both touch the former guarantee: the second to commit is taken again.
func TestATransferAndAReleaseOfTheSameGuaranteeDoNotOverdraw(t *testing.T) {
	w := market(t)
	m := w.released("LRN-1")
	amount := m.Guarantees[0].Amount.Minor
	m = w.must("trader", transit.StepProposeTransfer, m, offer)
	transfer, err := w.people["buyer"].Endorse(string(transit.StepAcceptTransfer.Function()), w.ask(m, takeOver(m, amount)))
	require.NoError(t, err)
	other := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-2")))
	release, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(other, limit))
	require.NoError(t, err)
	b, err := w.ledger.Order(release, transfer)
	require.NoError(t, err)
	require.Equal(t, []peer.TxValidationCode{peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT}, b.Codes())
	m = w.must("buyer", transit.StepAcceptTransfer, m, takeOver(m, amount))
	_, open := w.free(terms(1).GRN, m.ID)
	require.Zero(t, open)
	_, open = w.free(terms(1).GRN, other.ID)
	require.Equal(t, amount, open)
}

func TestATransferIsForTradersOfTheItinerary(t *testing.T) {
	w := market(t)
	m := w.released("LRN-1")
	m = w.must("trader", transit.StepProposeTransfer, m, func(r *transit.StepRequest) { r.NewHolder = "UZ1" })
	forged := w.ledger.Client("KZMSP", "forged", fakeledger.Attributes(map[string]string{"role": "trader", "operator": "UZ1"}))
	_, err := forged.Submit(string(transit.StepAcceptTransfer.Function()), w.ask(m, takeOver(m, m.Guarantees[0].Amount.Minor)))
	require.Equal(t, transit.NotAuthorised, code(err), "a country speaks for its own operators only")
}

// TestATransferSaysAnewWhatIsCovered: the required amount stays, and what the new guarantees cover of it is exchanged at the day's rates.
func TestATransferSaysAnewWhatIsCovered(t *testing.T) {
	w := market(t)
	_, err := w.put("admin-KZMSP", "KZ", tariff(line("851712", 0)))
	require.NoError(t, err)
	m := w.must("trader", transit.StepProposeTransfer, w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1"))), offer)
	required := m.Required.Amount
	require.Equal(t, transit.Money{Minor: 12_000_00, Currency: "EUR"}, m.Required.Cover)
	m = w.must("buyer", transit.StepAcceptTransfer, m, takeOver(m, 12_500_00))
	require.Equal(t, transit.Money{Minor: 12_500_00, Currency: "EUR"}, m.Required.Cover)
	require.Equal(t, required, m.Required.Amount)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.True(t, m.Required.Covered())
	w.checkLedger()

	// Taken with a reason, it may be passed on as it is.
	w = market(t)
	_, err = w.put("admin-KZMSP", "KZ", tariff(line("851712", 20_000)))
	require.NoError(t, err)
	m = w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")), overriding)
	m = w.must("trader", transit.StepProposeTransfer, m, offer)
	m = w.must("buyer", transit.StepAcceptTransfer, m, takeOver(m, 12_100_00))
	require.Equal(t, transit.Money{Minor: 12_100_00, Currency: "EUR"}, m.Required.Cover)
	w.must("urumqi", transit.StepRelease, m, limit)
	w.checkLedger()
}
