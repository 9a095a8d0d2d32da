package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// annex keeps a paper at its author's own peer.
func (w *world) annex(who string, m *transit.Movement, kind transit.AnnexKind, content any) (*transit.AnnexRef, error) {
	w.t.Helper()
	c := w.people[who]
	receipt, err := c.With(fakeledger.Endorsers(c.MSP()), fakeledger.AtPeer(c.MSP()), fakeledger.Transient(map[string][]byte{
		transit.TransientAnnex: []byte(toJSON(content)), transit.TransientSalt: seed(),
	})).Submit(string(transit.FnAnnex), toJSON(transit.AnnexRequest{Movement: m.Reference(), Kind: kind}))
	if err != nil {
		return nil, err
	}
	return fromJSON[transit.AnnexRef](w.t, receipt.Payload()), nil
}

// with names an annex in a step.
func with(ref *transit.AnnexRef) func(*transit.StepRequest) {
	return func(r *transit.StepRequest) { r.Annex = ref }
}

func (w *world) note(who string, m *transit.Movement, text string) *transit.AnnexRef {
	w.t.Helper()
	ref, err := w.annex(who, m, transit.AnnexNote, transit.Note{Text: text})
	require.NoError(w.t, err)
	return ref
}

func wait(w *world, days int) { w.ledger.Advance(time.Duration(days) * 24 * time.Hour) }

func TestGoodsOfAPreLodgedDeclarationArePresentedInTimeOrItExpires(t *testing.T) {
	w := insured(t, 1)
	early := func(lrn string) *transit.Movement {
		std := document(lrn)
		std.TransitOperation.AdditionalDeclarationType = "D"
		return w.lodged(std)
	}
	m := early("LRN-1")
	require.Equal(t, transit.PreLodged, m.State)
	require.Empty(t, m.MRN, "before acceptance the LRN is the reference")
	_, err := w.do("urumqi", transit.StepAccept, m)
	require.Equal(t, transit.OutOfSequence, code(err), "nothing is accepted before it is presented")
	_, err = w.do("urumqi", transit.StepExpirePreLodgement, m)
	require.Equal(t, transit.OutOfSequence, code(err))

	amended := document("LRN-1")
	amended.TransitOperation.AdditionalDeclarationType = "D"
	amended.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "radios, red"
	face, err := w.deposit("trader", amended, 2)
	require.NoError(t, err)
	_, err = w.amend(face)
	require.NoError(t, err)

	m = w.must("trader", transit.StepPresent, m)
	require.Equal(t, transit.Submitted, m.State)
	m = w.must("urumqi", transit.StepAccept, m)
	require.NotEmpty(t, m.MRN)

	late := early("LRN-2")
	wait(w, transit.PreLodgementDays+1)
	_, err = w.do("trader", transit.StepPresent, late)
	require.Equal(t, transit.OutOfSequence, code(err))
	late = w.must("urumqi", transit.StepExpirePreLodgement, late)
	require.Equal(t, transit.Rejected, late.State)
	w.checkLedger()
}

// TestAPreLodgedDeclarationIsCompleteBeforeItIsPresented: the container indicator (C0822) may be left open until then.
func TestAPreLodgedDeclarationIsCompleteBeforeItIsPresented(t *testing.T) {
	w := insured(t, 1)
	content := func(indicator transit.Flag) *transit.STD {
		std := document("LRN-1")
		std.TransitOperation.AdditionalDeclarationType, std.Consignment.ContainerIndicator = "D", indicator
		return std
	}
	amended := func(indicator transit.Flag, version int) error {
		face, err := w.deposit("trader", content(indicator), version)
		if err == nil {
			_, err = w.amend(face)
		}
		return err
	}
	m := w.lodged(content(""))
	require.False(t, m.Presentable)
	_, err := w.do("trader", transit.StepPresent, m)
	require.Equal(t, transit.InvalidDocument, code(err))
	require.NoError(t, amended("0", 2))
	require.True(t, w.stored(m.ID).Presentable)
	m = w.must("trader", transit.StepPresent, m)

	err = amended("", 3)
	require.Equal(t, transit.InvalidDocument, code(err))
	require.Equal(t, "C0822", fault(t, err).Violations[0].Rule, "the declarant is told what is missing")
	require.NoError(t, amended("0", 3))
	require.Equal(t, transit.Accepted, w.must("urumqi", transit.StepAccept, m).State)

	face, err := w.deposit("trader", document("LRN-2"), 1)
	require.NoError(t, err)
	require.False(t, face.Presentable, "what is presented when it is lodged does not say so")
	w.checkLedger()
}

// TestEstimatedArrivalsOfADeclarationAreAheadAtItsRelease is R0004, for which the day of the first one is public.
func TestEstimatedArrivalsOfADeclarationAreAheadAtItsRelease(t *testing.T) {
	w := insured(t, 1)
	std := document("LRN-1")
	day := func(after int) transit.DateTime { return transit.DateTimeOf(w.ledger.Now().AddDate(0, 0, after)) }
	std.TransitOffices[0].ArrivalDateAndTimeEstimated, std.TransitOffices[1].ArrivalDateAndTimeEstimated = day(2), day(4)
	m := w.must("urumqi", transit.StepAccept, w.lodged(std))
	require.Equal(t, transit.DateOf(w.ledger.Now().AddDate(0, 0, 2)), m.FirstArrival)
	require.NotContains(t, toJSON(m), string(std.TransitOffices[0].ArrivalDateAndTimeEstimated), "the hour is not public")
	wait(w, 3)
	_, err := w.do("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, transit.InvalidDocument, code(err))
	require.Equal(t, "R0004", fault(t, err).Violations[0].Rule)
	std.TransitOffices[0].ArrivalDateAndTimeEstimated = day(0)
	face, err := w.deposit("trader", std, 2)
	require.NoError(t, err)
	m, err = w.amend(face)
	require.NoError(t, err)
	w.must("urumqi", transit.StepRelease, m, limit)
	w.checkLedger()
}

func TestWhileTheGuaranteeIsUnderAmendmentOnlyItChanges(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	m = w.must("urumqi", transit.StepRefuseGuarantee, m, reason, limit)
	require.Equal(t, transit.GuaranteeUnderAmendment, m.State)
	_, err := w.do("urumqi", transit.StepRelease, m, limit)
	require.Equal(t, transit.OutOfSequence, code(err))
	_, err = w.do("urumqi", transit.StepRefuseRelease, m, reason)
	require.Equal(t, transit.OutOfSequence, code(err), "the declarant has time until the limit")

	more := document("LRN-1")
	more.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "other goods"
	_, err = w.deposit("trader", more, 2)
	require.Equal(t, "R0520", fault(t, err).Violations[0].Rule)

	cheaper := document("LRN-1")
	cheaper.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "11000.00"
	face, err := w.deposit("trader", cheaper, 2)
	require.NoError(t, err)
	m, err = w.amend(face)
	require.NoError(t, err)
	require.Equal(t, transit.Accepted, m.State)
	m = w.must("urumqi", transit.StepRelease, m, limit)
	require.EqualValues(t, 1_100_000, m.Guarantees[0].Amount.Minor)

	other := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-2")))
	other = w.must("urumqi", transit.StepRefuseGuarantee, other, reason, limit)
	wait(w, 30)
	other = w.must("urumqi", transit.StepRefuseRelease, other, reason)
	require.Equal(t, transit.NotReleased, other.State)
	w.checkLedger()
}

func TestAnAmendmentUnderControlIsAskedForFirst(t *testing.T) {
	w := insured(t, 1)
	m := w.must("urumqi", transit.StepAccept, w.lodged(document("LRN-1")))
	m = w.must("urumqi", transit.StepDecideControl, m, fields(transit.StepDecideControl))
	changed := document("LRN-1")
	changed.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "radios, red"
	_, err := w.deposit("trader", changed, 2)
	require.Equal(t, transit.OutOfSequence, code(err))
	m = w.must("trader", transit.StepRequestRelease, m)
	m = w.must("urumqi", transit.StepRefuseReleaseRequest, m, reason)
	w.must("urumqi", transit.StepRequestAmendment, m, reason)
	face, err := w.deposit("trader", changed, 2)
	require.NoError(t, err)
	m, err = w.amend(face)
	require.NoError(t, err)
	require.Equal(t, transit.Accepted, m.State)
	require.Nil(t, m.Control, "what was seen is not what is declared now")
}

// short is a movement from China to Kazakhstan alone, under way in Kazakhstan.
func (w *world) short(lrn string) *transit.Movement {
	w.t.Helper()
	std := document(lrn)
	std.TransitOffices = std.TransitOffices[:1]
	std.DestinationOffice.ReferenceNumber = "KZ750200"
	std.Consignment.CountryOfDestination = "KZ"
	m := w.must("urumqi", transit.StepAccept, w.lodged(std))
	m = w.must("urumqi", transit.StepRelease, m, limit)
	m = w.must("khorgos-cn", transit.StepProposeHandOff, m)
	return w.must("khorgos", transit.StepAcceptHandOff, m)
}

func TestADiversionPutsANewCountryOnTheRoute(t *testing.T) {
	w := insured(t, 1)
	m := w.short("LRN-1")
	require.False(t, m.Concerns("KGMSP"))
	kind := func(k string) func(*transit.StepRequest) { return func(r *transit.StepRequest) { r.Diversion = k } }
	_, err := w.do("trader", transit.StepAskDiversion, m, kind(transit.DivertTransit))
	require.Equal(t, transit.NotAuthorised, code(err))
	m = w.must("bishkek", transit.StepAskDiversion, m, kind(transit.DivertDestination))
	_, err = w.do("korday", transit.StepGrantDiversion, m)
	require.Equal(t, transit.NotAuthorised, code(err), "departure answers")

	grant := func(destination string, route ...string) func(*transit.StepRequest) {
		return func(r *transit.StepRequest) { r.Route, r.Destination = route, destination }
	}
	for name, bad := range map[string]func(*transit.StepRequest){
		"a route that does not go there":     grant(inland),
		"another destination than was asked": grant("KZ750200", border2),
		"an office that does not exist":      grant(inland, "KG009999"),
		"an office of exit as entry":         grant(inland, "KZ550200", border2),
		"no customs office":                  grant(inland, "x"),
	} {
		_, err = w.do("urumqi", transit.StepGrantDiversion, m, bad)
		require.Equal(t, transit.MalformedRequest, code(err), name)
	}
	m = w.must("urumqi", transit.StepGrantDiversion, m, grant(inland, border2))
	require.Equal(t, inland, m.Destination)
	require.True(t, m.Concerns("KGMSP"))
	require.Contains(t, m.Witnesses, "KGMSP")
	require.Equal(t, "KZMSP", m.Custodian, "custody passes by a hand-off only")

	m = w.must("khorgos", transit.StepProposeHandOff, m)
	m = w.must("akjol", transit.StepAcceptHandOff, m)
	m = w.must("bishkek", transit.StepArrive, m)
	m = w.must("bishkek", transit.StepRecordResults, m, a1)
	m = w.must("bishkek", transit.StepDischarge, m)
	require.Equal(t, transit.Discharged, m.State)
	w.checkLedger()
}

func TestADiversionThroughACountryWithoutCoverIsRefused(t *testing.T) {
	w := founded(t)
	limited := terms(1)
	limited.ExcludedCountries = []string{"KG"}
	w.guarantee(limited)
	m := w.short("LRN-1")
	m = w.must("bishkek", transit.StepAskDiversion, m, func(r *transit.StepRequest) { r.Diversion = transit.DivertDestination })
	_, err := w.do("urumqi", transit.StepGrantDiversion, m, func(r *transit.StepRequest) {
		r.Route, r.Destination = []string{border2}, inland
	})
	require.Equal(t, "G08", fault(t, err).Violations[0].Code)
	m = w.must("urumqi", transit.StepRefuseDiversion, m, reason)
	require.Nil(t, m.Diversion)
	require.Equal(t, "KZ750200", m.Destination)
}

func TestAnAnnexIsKeptByItsAuthorBeforeTheStepThatNamesIt(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	wait(w, 60)
	note := w.note("urumqi", m, "where are the goods? "+marker)
	forged := &transit.AnnexRef{Kind: transit.AnnexNote, Digest: ledger.Digest([]byte("nobody keeps this"))}
	_, err := w.do("urumqi", transit.StepStartEnquiry, m, with(forged))
	require.Equal(t, transit.ContentMismatch, code(err))
	m = w.must("urumqi", transit.StepStartEnquiry, m, with(note))
	require.Equal(t, []transit.Annex{{AnnexRef: *note, MSP: "CNMSP", Seq: m.Seq}}, m.Annexes)

	_, err = w.annex("khorgos", m, transit.AnnexNote, transit.Note{})
	require.Equal(t, transit.InvalidDocument, code(err), "an empty text")
	_, err = w.annex("analyst", m, transit.AnnexNote, transit.Note{Text: "x"})
	require.Equal(t, transit.NotAuthorised, code(err))
	_, err = w.annex("rival", m, transit.AnnexNote, transit.Note{Text: "x"})
	require.Equal(t, transit.NotAuthorised, code(err))

	read := func(who string) (*transit.Content, error) {
		c := w.people[who]
		out, err := c.With(fakeledger.AtPeer(c.MSP()), fakeledger.Transient(map[string][]byte{transit.TransientReaderKey: seed()})).
			Evaluate(string(transit.FnGetAnnex), toJSON(transit.AnnexQuery{Movement: m.MRN, Digest: note.Digest}))
		if err != nil {
			return nil, err
		}
		return transit.DecryptContent(seed(), fromJSON[transit.EncryptedContent](w.t, out))
	}
	own, err := read("urumqi")
	require.NoError(t, err)
	require.Contains(t, string(own.Sections[0].Value), marker)
	_, err = read("khorgos")
	require.Equal(t, transit.NotFound, code(err), "not delivered yet")
	deliver := func(value []byte, to string) error {
		_, err := w.people["courier"].With(fakeledger.Endorsers(to), fakeledger.Transient(map[string][]byte{transit.TransientAnnex: value})).
			Submit(string(transit.FnDeliverAnnex), toJSON(transit.DeliverAnnexRequest{Movement: m.MRN, Digest: note.Digest, To: to}))
		return err
	}
	require.Equal(t, transit.ContentMismatch, code(deliver([]byte("another"), "KZMSP")))
	require.Equal(t, transit.NotAuthorised, code(deliver(own.Sections[0].Value, "CARECMSP")))
	require.NoError(t, deliver(own.Sections[0].Value, "KZMSP"))
	there, err := read("khorgos")
	require.NoError(t, err)
	require.Equal(t, own.Sections[0].Value, there.Sections[0].Value)
	_, err = read("clerk")
	require.Equal(t, transit.NotAuthorised, code(err))
}

func TestArrivalIsNotifiedUnloadedAndRemarked(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	m = w.must("khorgos-cn", transit.StepProposeHandOff, m)
	m = w.must("khorgos", transit.StepAcceptHandOff, m)
	m = w.must("khorgos", transit.StepProposeHandOff, m)
	m = w.must("akjol", transit.StepAcceptHandOff, m)
	m = w.must("consignee", transit.StepNotifyArrival, m)
	m = w.must("bishkek", transit.StepRejectArrival, m, reason)
	m = w.must("consignee", transit.StepNotifyArrival, m)
	m = w.must("bishkek", transit.StepArrive, m)
	m = w.must("bishkek", transit.StepPermitUnloading, m)
	_, err := w.do("bishkek", transit.StepRecordResults, m, a1)
	require.Equal(t, transit.OutOfSequence, code(err), "unloading goes on")
	remarks := func(conform, complete bool) func(*transit.StepRequest) {
		return func(r *transit.StepRequest) { r.Conform, r.Complete = &conform, &complete }
	}
	m = w.must("consignee", transit.StepRemarkUnloading, m, remarks(true, false))
	m = w.must("bishkek", transit.StepPermitUnloading, m)
	m = w.must("consignee", transit.StepRemarkUnloading, m, remarks(true, true))
	m = w.must("bishkek", transit.StepReleaseGoods, m, func(r *transit.StepRequest) { r.GoodsReleased = transit.ReleasedPartly })
	m = w.must("bishkek", transit.StepReleaseGoods, m, func(r *transit.StepRequest) { r.GoodsReleased = transit.ReleasedFully })
	m = w.must("bishkek", transit.StepRecordResults, m, a1)
	w.must("urumqi", transit.StepDischarge, m)
	w.checkLedger()
}

func TestDiscrepanciesAreResolvedOrCollected(t *testing.T) {
	w := insured(t, 1)
	arrived := func(lrn string) *transit.Movement {
		m := w.short(lrn)
		m = w.must("korday", transit.StepArrive, m)
		ref := w.note("korday", m, "three packages are missing")
		return w.must("korday", transit.StepRecordDiscrepancies, m, with(ref), limit, func(r *transit.StepRequest) { r.Result = "B1" })
	}
	m := arrived("LRN-1")
	require.Equal(t, transit.WaitingResolution, m.State)
	_, err := w.do("korday", transit.StepDischarge, m)
	require.Equal(t, transit.OutOfSequence, code(err))
	_, err = w.do("cn-collector", transit.StepStartRecovery, m, reason)
	require.Equal(t, transit.OutOfSequence, code(err), "there is time to resolve them")
	m = w.must("urumqi", transit.StepResolveDiscrepancies, m, reason)
	require.Equal(t, transit.Discharged, m.State)

	m = arrived("LRN-2")
	wait(w, 30)
	m = w.must("cn-collector", transit.StepStartRecovery, m, reason)
	require.Equal(t, transit.UnderRecovery, m.State)
	w.checkLedger()
}

func TestAMovementBegunOnPaperIsRegisteredOnceAndEndsOnPaper(t *testing.T) {
	w := insured(t, 1)
	m := w.lodged(document("PAPER-1"))
	paper := func(started, limit string) func(*transit.StepRequest) {
		return func(r *transit.StepRequest) { r.StartedOn, r.TimeLimit = started, limit }
	}
	_, err := w.do("urumqi", transit.StepRegisterFallback, m, paper("2026-11-25", "2026-12-01"))
	require.Equal(t, transit.MalformedRequest, code(err), "a day that has not come")
	_, err = w.do("trader", transit.StepRegisterFallback, m, paper("2026-11-20", "2026-11-30"))
	require.Equal(t, transit.NotAuthorised, code(err))
	m = w.must("urumqi", transit.StepRegisterFallback, m, paper("2026-11-20", "2026-11-30"))
	require.Equal(t, transit.Released, m.State)
	require.NotEmpty(t, m.MRN)
	require.Equal(t, transit.UsageLocked, m.Guarantees[0].State)
	_, err = w.deposit("trader", document("PAPER-1"), 1)
	require.Equal(t, transit.AlreadyExists, code(err), "one paper is registered once")
	_, err = w.do("khorgos-cn", transit.StepProposeHandOff, m)
	require.Equal(t, transit.OutOfSequence, code(err), "what began on paper stays on paper")
	m = w.must("urumqi", transit.StepEndFallback, m, reason)
	require.Equal(t, transit.Discharged, m.State)
	require.Equal(t, transit.UsageFreed, m.Guarantees[0].State)
	w.checkLedger()
}

func TestAControlIsAnnouncedToAuthorisedEconomicOperatorsAlone(t *testing.T) {
	w := insured(t, 1)
	std := document("LRN-1")
	std.TransitOperation.AdditionalDeclarationType = "D"
	m := w.lodged(std)
	_, err := w.do("urumqi", transit.StepAnnounceControl, m, fields(transit.StepDecideControl))
	require.Equal(t, transit.NotAuthorised, code(err))
	_, err = w.put("admin-CNMSP", "CN", transit.Entries{Operators: []transit.Operator{{
		Validity: transit.Validity{From: "2026-01-01"}, Number: holder, Name: "trusted", Country: "CN", AEO: "AEOF",
	}}})
	require.NoError(t, err)
	m = w.must("urumqi", transit.StepAnnounceControl, m, fields(transit.StepDecideControl))
	require.Equal(t, transit.PreLodged, m.State)
	require.Equal(t, []string{"10"}, m.Control.Types)
}

func TestGoodsArriveAtAnAuthorisedConsigneesOwnPlace(t *testing.T) {
	w := insured(t, 1)
	m := w.released("LRN-1")
	m = w.must("khorgos-cn", transit.StepProposeHandOff, m)
	m = w.must("khorgos", transit.StepAcceptHandOff, m)
	m = w.must("khorgos", transit.StepProposeHandOff, m)
	m = w.must("akjol", transit.StepAcceptHandOff, m)
	simplified := func(r *transit.StepRequest) { r.Simplified = true }
	_, err := w.do("consignee", transit.StepNotifyArrival, m, simplified)
	require.Equal(t, transit.NotAuthorised, code(err))
	_, err = w.put("admin-KGMSP", "KG", transit.Entries{Operators: []transit.Operator{{
		Validity: transit.Validity{From: "2026-01-01"}, Number: "KG01234567", Name: "consignee", Country: "KG",
		Authorisations: []transit.OperatorAuthorisation{{Type: "C522", Reference: "KG-1", From: "2026-01-01", Offices: []string{inland}}},
	}}})
	require.NoError(t, err)
	m = w.must("consignee", transit.StepNotifyArrival, m, simplified)
	require.True(t, m.Arrival.Simplified)
}
