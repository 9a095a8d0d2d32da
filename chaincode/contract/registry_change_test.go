package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
)

func suspend(msp string) transit.Change {
	return transit.Change{Suspend: &transit.SuspendChange{MSP: msp, Reason: "false certificates"}}
}

func TestASuspensionIsTheOthersToDecide(t *testing.T) {
	w := founded(t)
	require.Equal(t, transit.NotAuthorised, code(w.change("p0", suspend("KGMSP"), "admin-KGMSP")))
	require.NoError(t, w.change("p1", suspend("KGMSP"), "admin-CNMSP"))
	require.Empty(t, w.organisation("KGMSP").Suspended, "one of two is no majority")
	require.Equal(t, transit.NotAuthorised, code(w.change("p2", suspend("KGMSP"), "admin-CNMSP", "admin-KGMSP")), "nor is its own voice")
	require.NoError(t, w.change("p3", suspend("KGMSP"), "admin-CNMSP", "admin-KZMSP"))
	require.Equal(t, "p3", w.organisation("KGMSP").Suspended.Proposal)
	require.Equal(t, transit.MalformedRequest, code(w.change("p4", suspend("KGMSP"), "admin-CNMSP")))
	require.Equal(t, transit.NotAuthorised, code(w.change("p5", suspend("CNMSP"), "admin-KGMSP")), "the suspended do not vote")

	require.NoError(t, w.change("p6", suspend("CNMSP"), "admin-KZMSP"))
	require.Nil(t, w.organisation("CNMSP").Suspended, "the last two cannot shut each other out")

	require.NoError(t, w.change("p7", transit.Change{Reinstate: "KGMSP"}, "admin-CNMSP", "admin-KZMSP"))
	require.Nil(t, w.organisation("KGMSP").Suspended)
	require.Equal(t, transit.MalformedRequest, code(w.change("p8", transit.Change{Reinstate: "KGMSP"}, "admin-CNMSP")))
}

func (w *world) organisation(msp string) *transit.Organisation {
	w.t.Helper()
	out, err := w.people["analyst"].Evaluate(string(transit.FnGetRegistry), "{}")
	require.NoError(w.t, err)
	for _, o := range fromJSON[transit.Consortium](w.t, out).Organisations {
		if o.MSP == msp {
			return &o
		}
	}
	return nil
}

func TestNothingNewIsBoundToASuspendedCountry(t *testing.T) {
	w := insured(t, 1)
	before, err := w.deposit("trader", document("LRN-0"), 1)
	require.NoError(t, err)
	accepted := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	atBorder := w.released("LRN-2")
	within := w.must("khorgos", transit.StepAcceptHandOff, w.must("khorgos-cn", transit.StepProposeHandOff, w.released("LRN-3")))
	require.NoError(t, w.change("p1", suspend("KZMSP"), "admin-CNMSP", "admin-KGMSP"))

	_, err = w.deposit("trader", document("LRN-4"), 1)
	require.Equal(t, transit.Suspended, code(err), "no new route leads through it")
	_, err = w.lodge(w.people["trader"], before)
	require.Equal(t, transit.Suspended, code(err), "not even one that was examined before")
	_, err = w.do("urumqi", transit.StepRelease, accepted, limit)
	require.Equal(t, transit.Suspended, code(err))
	_, err = w.do("khorgos-cn", transit.StepProposeHandOff, atBorder)
	require.Equal(t, transit.Suspended, code(err))
	_, err = w.do("khorgos", transit.StepProposeHandOff, within)
	require.Equal(t, transit.Suspended, code(err), "its people take no step")
	_, err = w.put("admin-KZMSP", "KZ", tariff(line("850110", 1)))
	require.Equal(t, transit.Suspended, code(err))
	w.must("urumqi", transit.StepCancel, accepted, reason)

	require.NoError(t, w.change("p2", transit.Change{Reinstate: "KZMSP"}, "admin-CNMSP", "admin-KGMSP"))
	w.must("khorgos", transit.StepProposeHandOff, within)
	w.must("khorgos-cn", transit.StepProposeHandOff, atBorder)
	w.checkLedger()
}

func TestWhatIsUnderWayGoesOnWithoutTheSuspended(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	for _, s := range [][2]string{
		{"khorgos-cn", "ProposeHandOff"}, {"khorgos", "AcceptHandOff"}, {"korday", "ProposeHandOff"}, {"akjol", "AcceptHandOff"},
	} {
		m = w.must(s[0], transit.Step(s[1]), m)
	}
	require.NoError(t, w.change("p1", suspend("CNMSP"), "admin-KZMSP", "admin-KGMSP"))
	_, err := w.people["analyst"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.ID}))
	require.NoError(t, err)
	_, err = w.people["urumqi"].Evaluate(string(transit.FnGetMovement), toJSON(transit.MovementQuery{Movement: m.ID}))
	require.NoError(t, err, "the suspended may read")
	content, err := w.content("courier", "CNMSP", m.ID)
	require.NoError(t, err)
	transient := map[string][]byte{}
	for _, s := range content.Sections {
		transient[s.Name] = s.Value
	}
	_, err = w.people["courier"].With(fakeledger.Endorsers("KGMSP"), fakeledger.Transient(transient)).
		Submit(string(transit.FnDeliver), toJSON(transit.DeliverRequest{Movement: m.MRN, To: "KGMSP"}))
	require.NoError(t, err, "its courier still serves those who wait")
	m = w.must("bishkek", transit.StepArrive, m)
	m = w.must("bishkek", transit.StepRecordResults, m, a1)
	_, err = w.do("urumqi", transit.StepDischarge, m)
	require.Equal(t, transit.Suspended, code(err))
	w.must("bishkek", transit.StepDischarge, m)
	w.checkLedger()
}

func TestASuspendedGuarantorCoversNothingNew(t *testing.T) {
	w := insured(t, 1)
	accepted := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	before, err := w.deposit("trader", document("LRN-2"), 1)
	require.NoError(t, err)
	running := w.released("LRN-3")
	require.NoError(t, w.change("p1", suspend("CGMMSP"), "admin-CNMSP", "admin-KGMSP"))
	_, err = w.deposit("trader", document("LRN-4"), 1)
	require.Equal(t, "G02", fault(t, err).Violations[0].Code)
	_, err = w.lodge(w.people["trader"], before)
	require.Equal(t, "G02", fault(t, err).Violations[0].Code)
	_, err = w.do("urumqi", transit.StepRelease, accepted, limit)
	require.Equal(t, "G02", fault(t, err).Violations[0].Code)
	codes := map[string][]byte{transit.TransientAccessCodes: []byte(`["C3D4"]`), transit.TransientSalt: seed()}
	_, err = w.people["clerk"].With(fakeledger.Transient(codes)).
		Submit(string(transit.FnReplaceAccessCodes), toJSON(transit.AccessCodesRequest{Header: w.header(), GRN: terms(1).GRN}))
	require.Equal(t, transit.Suspended, code(err))
	for _, s := range [][2]string{{"khorgos-cn", "ProposeHandOff"}, {"khorgos", "AcceptHandOff"}} {
		running = w.must(s[0], transit.Step(s[1]), running)
	}
	w.checkLedger()
}

func TestAGuarantorUndertakesWithinItsLimits(t *testing.T) {
	w := founded(t)
	limits := &transit.GuarantorLimits{MSP: "CGMMSP", Types: []string{"1"}, Limit: &transit.Money{Minor: 50_000_000_00, Currency: "KZT"}}
	require.NoError(t, w.change("p1", transit.Change{Guarantor: limits}, "admin-CNMSP", "admin-KZMSP"))
	ask := func(tms transit.Terms) transit.Code {
		codes := map[string][]byte{transit.TransientAccessCodes: []byte(`["C3D4"]`), transit.TransientSalt: seed()}
		_, err := w.people["clerk"].With(fakeledger.Transient(codes), fakeledger.AtPeer("CGMMSP")).
			Evaluate(string(transit.FnUndertake), toJSON(transit.UndertakeRequest{Terms: tms}))
		return code(err)
	}
	require.Equal(t, transit.NotFound, ask(terms(1)), "the limit is in tenge, and nobody knows the rate")
	rates := []transit.Rate{{Validity: from("2026-01-01"), Base: "EUR", Quote: "KZT", Numerator: 500, Denominator: 1}}
	require.NoError(t, w.change("p2", transit.Change{Rates: rates}, "admin-CNMSP", "admin-KZMSP"))
	w.guarantee(terms(1)) // 100 000 EUR are 50 000 000 KZT
	more := terms(1)
	more.ReferenceAmount.Minor++
	require.Equal(t, transit.NotAuthorised, ask(more))
	single := terms(1)
	single.Type = "2"
	require.Equal(t, transit.NotAuthorised, ask(single))
}

func TestMattersOfAllThatAreRefused(t *testing.T) {
	w := founded(t)
	for name, change := range map[string]string{
		"a suspension of nobody":       `{"suspend":{"msp":"XXMSP","reason":"x"}}`,
		"one without a reason":         `{"suspend":{"msp":"KGMSP","reason":""}}`,
		"the end of none":              `{"reinstate":"KGMSP"}`,
		"limits of an authority":       `{"guarantor":{"msp":"KGMSP"}}`,
		"a type of guarantee twice":    `{"guarantor":{"msp":"CGMMSP","types":["1","1"]}}`,
		"a limit below nothing":        `{"guarantor":{"msp":"CGMMSP","limit":{"minor":-1,"currency":"EUR"}}}`,
		"rates of nothing":             `{"rates":[{"from":"2026-01-01","base":"EUR","quote":"KZT","numerator":0,"denominator":1}]}`,
		"keeping content for ever":     `{"retentionDays":40000}`,
		"keeping it for less than one": `{"retentionDays":-1}`,
		"an organisation in disgrace": `{"organisation":{"msp":"UZMSP","name":"x","kind":"customs","country":"UZ",` +
			`"suspended":{"since":"2026-01-01","reason":"x","proposal":"p"}}}`,
	} {
		_, err := w.people["admin-KZMSP"].Submit(string(transit.FnPropose), `{"id":"p1","change":`+change+`}`)
		require.Equal(t, transit.MalformedRequest, code(err), name)
	}
	require.NoError(t, w.change("p1", transit.Change{RetentionDays: 1000}, "admin-CNMSP", "admin-KZMSP"))
}
