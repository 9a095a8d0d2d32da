package contract_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

func TestMovementTravelsFromDeclarationToDischarge(t *testing.T) {
	w := insured(t, 4)
	m := w.lodged(document("LRN-1"))
	require.Equal(t, transit.Submitted, m.State)
	require.Empty(t, m.MRN)

	m = w.must("urumqi", transit.StepAccept, m)
	require.Regexp(t, "^26"+m.ID+"J[0-9]$", m.MRN)
	m = w.must("urumqi", transit.StepDecideControl, m, func(r *transit.StepRequest) { r.ControlTypes = []string{"10"} })
	m = w.must("urumqi", transit.StepRecordControl, m, a1)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, transit.UsageLocked, m.Guarantees[0].State)
	require.Equal(t, int64(10_000_000-1_200_000), w.view().Available.Minor)
	require.Equal(t, int64(1_200_000), w.view().Locked.Minor)
	w.checkLedger()

	m = w.must("khorgos-cn", transit.StepProposeHandOff, m)
	m = w.must("khorgos", transit.StepAcceptHandOff, m)
	require.Equal(t, "KZMSP", m.Custodian)
	m = w.must("korday", transit.StepProposeHandOff, m)
	m = w.must("akjol", transit.StepAcceptHandOff, m)
	m = w.must("bishkek", transit.StepArrive, m)
	m = w.must("bishkek", transit.StepRecordResults, m, a1)
	w.checkLedger()
	m = w.must("bishkek", transit.StepDischarge, m)
	require.Equal(t, transit.Discharged, m.State)
	require.Equal(t, transit.UsageFreed, m.Guarantees[0].State)
	require.Equal(t, int64(10_000_000), w.view().Available.Minor)
	w.checkLedger()
}

func TestContentTravelsOnlyAlongTheRoute(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	get := func(who, at string) (*transit.Content, error) {
		return w.content(who, at, m.MRN)
	}
	require.Empty(t, w.ledger.Exposures(marker), "the content is on nobody's public ledger")
	for _, org := range []string{"KZMSP", "KGMSP", "CGMMSP", "CARECMSP"} {
		require.False(t, w.ledger.Knows(org, marker), org)
	}
	_, err := get("khorgos", "KZMSP")
	require.Equal(t, transit.NotFound, code(err), "not delivered yet")

	content, err := get("courier", "CNMSP")
	require.NoError(t, err)
	deliver := func(to string, c *transit.Content) error {
		sections := map[string][]byte{}
		for _, s := range c.Sections {
			sections[s.Name] = s.Value
		}
		_, err := w.people["courier"].With(fakeledger.Transient(sections), fakeledger.Endorsers(to), fakeledger.AtPeer(to)).
			Submit(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.MRN, To: to}))
		return err
	}
	require.NoError(t, deliver("KZMSP", content))
	require.True(t, w.ledger.Knows("KZMSP", marker))
	require.False(t, w.ledger.Knows("KGMSP", marker))
	require.Equal(t, transit.NotAuthorised, code(deliver("CARECMSP", content)), "the regulator is not on the itinerary")
	require.Equal(t, map[string]bool{"CNMSP": true, "KZMSP": true, "KGMSP": false}, w.deliveries(m))

	forged := *content
	forged.Sections = append([]transit.SealedSection{}, content.Sections...)
	forged.Sections[0].Value = []byte(`{"content":{}}`)
	require.Equal(t, transit.ContentMismatch, code(deliver("KGMSP", &forged)))

	content, err = get("khorgos", "KZMSP")
	require.NoError(t, err)
	var sections []transit.Section
	for i, s := range content.Sections {
		section, err := transit.UnsealSection(s.Value, m.Sections[i])
		require.NoError(t, err)
		sections = append(sections, section)
	}
	std, err := transit.JoinSections(sections)
	require.NoError(t, err)
	require.Equal(t, marker, std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods)

	for _, who := range []string{"analyst", "clerk", "rival"} {
		_, err := get(who, "CNMSP")
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	_, err = get("khorgos", "CNMSP")
	require.Error(t, err, "at another country's peer there is nothing of one's own")
	require.Empty(t, w.ledger.Exposures(marker))
}

func (w *world) deliveries(m *transit.Movement) map[string]bool {
	out, err := w.people["analyst"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.MRN}))
	require.NoError(w.t, err)
	held := map[string]bool{}
	for _, d := range fromJSON[transit.MovementView](w.t, out).Deliveries {
		held[d.MSP] = d.Delivered
	}
	return held
}

func TestLodgingRefuses(t *testing.T) {
	w := insured(t, 1)
	t.Run("a declaration that breaks rules, with all of them", func(t *testing.T) {
		std := document("LRN-X")
		std.Consignment.GrossMass = "1.0"
		std.TransitOffices = nil
		_, err := w.deposit("trader", std, 1)
		f := fault(t, err)
		require.Equal(t, transit.InvalidDocument, f.Code)
		require.GreaterOrEqual(t, len(f.Violations), 2)
	})
	t.Run("a wrong access code, without repeating it", func(t *testing.T) {
		std := document("LRN-X")
		std.Guarantees[0].GuaranteeReferences[0].AccessCode = "WRNG"
		_, err := w.deposit("trader", std, 1)
		f := fault(t, err)
		require.Equal(t, transit.GuaranteeRefused, f.Code)
		require.Equal(t, "G03", f.Violations[0].Code)
		require.NotContains(t, f.Wire(), "WRNG")
	})
	t.Run("an unknown guarantee", func(t *testing.T) {
		std := document("LRN-X")
		grn, err := transit.NewGRN(2026, "KZ", "999999999999")
		require.NoError(t, err)
		std.Guarantees[0].GuaranteeReferences[0].GRN = grn.String()
		_, err = w.deposit("trader", std, 1)
		require.Equal(t, "G01", fault(t, err).Violations[0].Code)
	})
	t.Run("somebody who is not in the declaration", func(t *testing.T) {
		_, err := w.deposit("rival", document("LRN-X"), 1)
		require.Equal(t, transit.NotAuthorised, code(err))
	})
	t.Run("an officer", func(t *testing.T) {
		_, err := w.deposit("urumqi", document("LRN-X"), 1)
		require.Equal(t, transit.NotAuthorised, code(err))
	})
	t.Run("a face that was not deposited", func(t *testing.T) {
		face, err := w.deposit("trader", document("LRN-Y"), 1)
		require.NoError(t, err)
		face.Guarantees[0].Amount.Minor = 1
		_, err = w.people["trader"].Submit(string(transit.FnLodge), toJSON(transit.LodgeRequest{Header: w.header(), Face: *face}))
		require.Equal(t, transit.ContentMismatch, code(err))
	})
	t.Run("the same LRN a second time", func(t *testing.T) {
		w.lodged(document("LRN-1"))
		_, err := w.deposit("trader", document("LRN-1"), 1)
		f := fault(t, err)
		require.Equal(t, transit.AlreadyExists, f.Code)
		require.Equal(t, "26", f.Violations[0].Code)
	})
}

func TestAmendmentReplacesTheContentBeforeRelease(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	std := document("LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "Telephones"
	_, err := w.deposit("trader", std, 3)
	require.Equal(t, transit.Stale, code(err))
	face, err := w.deposit("trader", std, 2)
	require.NoError(t, err)
	receipt, err := w.people["trader"].Submit(string(transit.FnAmend), toJSON(transit.LodgeRequest{Header: w.header(), Face: *face}))
	require.NoError(t, err)
	n := w.written(receipt)
	require.Equal(t, 2, n.Version)
	require.NotEqual(t, m.Sections, n.Sections)
	m = w.must("urumqi", transit.StepAccept, n)
	w.must("urumqi", transit.StepRelease, m, limit)
	_, err = w.deposit("trader", std, 3)
	require.Equal(t, transit.OutOfSequence, code(err), "not after release")
	w.checkLedger()
}

func TestEndsFreeWhatWasLocked(t *testing.T) {
	w := insured(t, 2)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	m = w.must("trader", transit.StepRequestCancel, m, reason)
	require.Equal(t, transit.Accepted, m.State)
	require.NotEmpty(t, m.CancelAsked)
	m = w.must("urumqi", transit.StepCancel, m, reason)
	require.Equal(t, transit.Cancelled, m.State)
	_, err := w.do("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, transit.OutOfSequence, code(err))
	m = w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-2")))
	m = w.must("urumqi", transit.StepRefuseRelease, m, reason)
	require.Equal(t, transit.NotReleased, m.State)
	require.Equal(t, int64(10_000_000), w.view().Available.Minor)
	w.checkLedger()
}

func TestReleaseBeyondTheGuaranteeIsRefused(t *testing.T) {
	w := insured(t, 3)
	for i := range 8 {
		w.released(fmt.Sprintf("LRN-%d", i))
	}
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-9")))
	_, err := w.do("urumqi", transit.StepRelease, m, limit)
	f := fault(t, err)
	require.Equal(t, transit.GuaranteeRefused, f.Code)
	require.Equal(t, "G09", f.Violations[0].Code)
	require.Contains(t, f.Violations[0].Text, "4 000.00 EUR", "what is free in all balances together")
	w.checkLedger()
}

func TestWrongCountryCannotAccept(t *testing.T) {
	w := insured(t, 1)
	m := w.must("khorgos-cn", transit.StepProposeHandOff, w.released("LRN-1"))
	for _, who := range []string{"akjol", "bishkek", "korday", "khorgos-cn", "urumqi", "clerk", "analyst", "trader", "admin-KZMSP"} {
		_, err := w.do(who, transit.StepAcceptHandOff, m)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	w.must("khorgos", transit.StepAcceptHandOff, m)
}

// TestCustodyIsHeldByEndorsement forges endorsements that the gateway would never collect.
func TestCustodyIsHeldByEndorsement(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	submit := func(who string, s transit.Step, m *transit.Movement, orgs ...string) peer.TxValidationCode {
		w.ledger.Advance(time.Second)
		tx, err := w.people[who].With(fakeledger.Endorsers(orgs...)).Endorse(string(s.Function()), w.ask(m))
		require.NoError(t, err)
		b, err := w.ledger.Order(tx)
		require.NoError(t, err)
		return b.Codes()[0]
	}
	const refused, valid = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, peer.TxValidationCode_VALID
	require.Equal(t, refused, submit("khorgos-cn", transit.StepProposeHandOff, m, "CNMSP"), "the custodian alone")
	require.Equal(t, refused, submit("khorgos-cn", transit.StepProposeHandOff, m, "KZMSP", "KGMSP", "CGMMSP", "CARECMSP"), "all others")
	require.Equal(t, valid, submit("khorgos-cn", transit.StepProposeHandOff, m, "CNMSP", "CARECMSP"))
	require.Equal(t, refused, submit("khorgos", transit.StepAcceptHandOff, m, "CNMSP", "KGMSP", "CGMMSP", "CARECMSP"), "without the receiver's peer")
	require.Equal(t, refused, submit("khorgos", transit.StepAcceptHandOff, m, "KZMSP", "KGMSP"), "without the custodian's peer")
	require.Equal(t, valid, submit("khorgos", transit.StepAcceptHandOff, m, "CNMSP", "KZMSP"))
	require.Equal(t, refused, submit("korday", transit.StepProposeHandOff, m, "CNMSP", "KGMSP", "CGMMSP"), "the former custodian")
	require.Equal(t, valid, submit("korday", transit.StepProposeHandOff, m, "KZMSP", "CGMMSP"))

	tx, err := w.people["akjol"].With(fakeledger.Endorsers("KZMSP", "KGMSP")).Endorse(string(transit.FnAcceptHandOff), w.ask(m))
	require.NoError(t, err)
	forged := tx.WithoutEndorsementsOf("KZMSP").EndorsedBy(w.people["khorgos"].Identity())
	b, err := w.ledger.Order(forged)
	require.NoError(t, err)
	require.Equal(t, refused, b.Codes()[0], "a client's certificate does not endorse")
}

func TestGuaranteeNeedsItsGuarantorsPeer(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	tx, err := w.people["urumqi"].With(fakeledger.Endorsers("CNMSP", "KZMSP", "KGMSP", "CARECMSP")).
		Endorse(string(transit.FnRelease), w.ask(m, limit))
	require.NoError(t, err)
	b, err := w.ledger.Order(tx)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, b.Codes()[0])

	t.Run("nor is one registered that it did not undertake", func(t *testing.T) {
		other := terms(1)
		grn, err := transit.NewGRN(2026, "KZ", "000001000002")
		require.NoError(t, err)
		other.GRN = grn.String()
		_, err = w.people["clerk"].Submit(string(transit.FnRegister), toJSON(transit.RegisterRequest{
			MessageID: w.id(), Guarantee: transit.Guarantee{V: 1, Terms: other, Seq: 1, AccessCodes: []transit.AccessCode{{Salt: "00", Hash: "00"}}},
		}))
		require.Equal(t, transit.ContentMismatch, code(err))
	})
}

func TestOnlyTheFirstOfTwoRacingStepsCommits(t *testing.T) {
	w := insured(t, 1)
	m := w.must("khorgos-cn", transit.StepProposeHandOff, w.released("LRN-1"))
	accept, err := w.people["khorgos"].Endorse(string(transit.FnAcceptHandOff), w.ask(m))
	require.NoError(t, err)
	withdraw, err := w.people["urumqi"].Endorse(string(transit.FnWithdrawHandOff), w.ask(m))
	require.NoError(t, err)
	b, err := w.ledger.Order(withdraw, accept)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_VALID, b.Codes()[0])
	require.NotEqual(t, peer.TxValidationCode_VALID, b.Codes()[1])
	w.checkLedger()
}

func TestStaleEndorsementNeverCommits(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	held, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(m, limit))
	require.NoError(t, err)
	w.must("urumqi", transit.StepCancel, m, reason)
	b, err := w.ledger.Order(held)
	require.NoError(t, err)
	require.Equal(t, peer.TxValidationCode_MVCC_READ_CONFLICT, b.Codes()[0])
	require.Equal(t, int64(0), w.view().Locked.Minor)
	w.checkLedger()
}

// TestParallelReleasesOnOneGuarantee endorses many releases before any commits:
// those that drew on the same balance lose the race, none overdraws.
func TestParallelReleasesOnOneGuarantee(t *testing.T) {
	w := insured(t, 16)
	var txs []*fakeledger.Transaction
	for i := range 16 {
		std := document(fmt.Sprintf("LRN-%d", i))
		std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "6000.00"
		m := w.must("urumqi", transit.StepAccept, w.lodged(std))
		tx, err := w.people["urumqi"].Endorse(string(transit.FnRelease), w.ask(m, limit, func(r *transit.StepRequest) {
			r.Balances = []transit.BalanceChoice{{GRN: terms(1).GRN, Order: []int{i}}}
		}))
		require.NoError(t, err)
		txs = append(txs, tx)
	}
	b, err := w.ledger.Order(txs...)
	require.NoError(t, err)
	for _, c := range b.Codes() {
		require.Equal(t, peer.TxValidationCode_VALID, c, "each draws on its own balance")
	}
	require.Equal(t, int64(16*600_000), w.view().Locked.Minor)
	w.checkLedger()

	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-LAST")))
	_, err = w.do("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, transit.GuaranteeRefused, code(err))
}

func TestCertificatesCountOnlyInTheirOwnCountry(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	as := func(msp, name string, attributes map[string]string) *fakeledger.Client {
		return w.ledger.Client(msp, name, fakeledger.Attributes(attributes))
	}
	for name, c := range map[string]*fakeledger.Client{
		"another country's office":  as("KZMSP", "x1", map[string]string{"role": "officer", "office": departure}),
		"an unregistered office":    as("CNMSP", "x2", map[string]string{"role": "officer", "office": "CN999999"}),
		"no office":                 as("CNMSP", "x3", map[string]string{"role": "officer"}),
		"no attributes":             w.ledger.Client("CNMSP", "x4"),
		"an officer of a guarantor": as("CGMMSP", "x5", map[string]string{"role": "officer", "office": departure}),
		"a role nobody has":         as("CNMSP", "x6", map[string]string{"role": "minister", "office": departure}),
		"a peer's certificate": w.ledger.Client("CNMSP", "x7", fakeledger.AsRole(fakeledger.RolePeer),
			fakeledger.Attributes(map[string]string{"role": "officer", "office": departure})),
		"another country's operator": as("CNMSP", "x8", map[string]string{"role": "trader", "operator": "KZ1"}),
		"an administrator":           w.people["admin-CNMSP"],
	} {
		_, err := c.Submit(string(transit.FnAccept), w.ask(m))
		require.Equal(t, transit.NotAuthorised, code(err), name)
	}
}

func TestRecordStaysSmall(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	require.Less(t, len(w.ledger.State(ledger.MovementKey(m.ID))), 1<<10)
	require.Less(t, len(w.ledger.State(ledger.DeclaredKey(m.ID))), 2<<10)
}

func TestQueriesShowTradersOnlyTheirOwn(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("LRN-1"))
	list := func(who string) int {
		out, err := w.people[who].Evaluate(string(transit.FnListMovements), `{"size":10}`)
		require.NoError(t, err)
		return len(fromJSON[transit.MovementPage](t, out).Movements)
	}
	require.Equal(t, 1, list("trader"))
	require.Equal(t, 1, list("analyst"))
	require.Equal(t, 0, list("rival"))
	_, err := w.people["rival"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.ID}))
	require.Equal(t, transit.NotAuthorised, code(err))
	_, err = w.people["analyst"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: "26" + m.ID + "J0"}))
	require.Contains(t, []transit.Code{transit.NotFound, transit.MalformedRequest}, code(err))
	_, err = w.people["analyst"].Evaluate(string(transit.FnListMovements), `{"size":101}`)
	require.Equal(t, transit.MalformedRequest, code(err))
}

func TestEventTellsPublicFactsOnly(t *testing.T) {
	w := insured(t, 1)
	w.released("LRN-1")
	events := w.ledger.Events()
	last := fromJSON[transit.EventPayload](t, events[len(events)-1].GetPayload())
	require.Equal(t, transit.EventName, events[len(events)-1].GetEventName())
	require.Len(t, last.Steps, 2, "the movement's step and the guarantee's change in one event")
	for _, e := range events {
		require.NotContains(t, strings.ToUpper(string(e.GetPayload())), marker)
	}
}
