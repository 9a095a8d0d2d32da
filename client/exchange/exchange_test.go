package exchange_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// text writes a message.
func text(t testing.TB, m *formats.Message) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, m.Write(&out))
	return out.Bytes()
}

// from makes a message of a trader out of its elements, in pairs of path and value.
func from(t testing.TB, name, id string, elements ...string) []byte {
	t.Helper()
	m := formats.NewMessage(name, transit.Phase5)
	h := m.Header()
	h.Sender, h.Recipient, h.Identification, h.PreparationDateAndTime = "SENDER", "NTA.CN", id, "2026-11-24T08:00:00"
	for i := 0; i < len(elements); i += 2 {
		ncts.Set(m.Content, elements[i], elements[i+1])
	}
	return text(t, m)
}

func lodgement(t testing.TB, lrn string) []byte {
	t.Helper()
	return text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: declaration(t, lrn)})
}

func arrival(t testing.TB, id, mrn string) []byte {
	t.Helper()
	return from(t, "CC007C", id, "TransitOperation/MRN", mrn, "TransitOperation/arrivalNotificationDateAndTime", "2026-11-28T10:00:00",
		"TransitOperation/simplifiedProcedure", "0", "TransitOperation/incidentFlag", "0",
		"CustomsOfficeOfDestinationActual/referenceNumber", "KGFRU001", "TraderAtDestination/identificationNumber", consignee,
		"Consignment/LocationOfGoods/typeOfLocation", "A", "Consignment/LocationOfGoods/qualifierOfIdentification", "V",
		"Consignment/LocationOfGoods/CustomsOffice/referenceNumber", "KGFRU001")
}

func remarks(t testing.TB, id, mrn, conform string) []byte {
	t.Helper()
	return from(t, "CC044C", id, "TransitOperation/MRN", mrn, "CustomsOfficeOfDestinationActual/referenceNumber", "KGFRU001",
		"TraderAtDestination/identificationNumber", consignee, "UnloadingRemark/conform", conform, "UnloadingRemark/unloadingCompletion", "1",
		"UnloadingRemark/unloadingDate", "2026-11-28", "UnloadingRemark/stateOfSeals", "1")
}

// posted posts a message and wants no error.
func posted(t testing.TB, x *exchange.Exchange, message []byte) []exchange.Answer {
	t.Helper()
	outcome, err := x.Post(context.Background(), message)
	require.NoError(t, err)
	return outcome.Answers
}

// heard reads every answer since the beginning, page by page, and makes sure that each is valid and read back.
func heard(t testing.TB, x *exchange.Exchange) []exchange.Answer {
	t.Helper()
	var all []exchange.Answer
	at := exchange.Cursor{}
	for {
		page, err := x.Answers(context.Background(), at)
		require.NoError(t, err)
		all = append(all, page.Answers...)
		at = page.Next
		if !page.More {
			break
		}
	}
	requireValid(t, all)
	return all
}

func requireValid(t testing.TB, answers []exchange.Answer) {
	t.Helper()
	for _, a := range answers {
		m, err := formats.ReadMessage(bytes.NewReader(a.Text))
		require.NoError(t, err, "%s", a.Text)
		require.Equal(t, a.Kind, m.Kind.Name)
		require.Equal(t, a.ID, m.Header().Identification)
		lint(t, m, a.Text)
	}
}

// lint has the public schema judge a message, where it and the program are there.
func lint(t testing.TB, m *formats.Message, message []byte) {
	t.Helper()
	folder := map[transit.Phase]string{transit.Phase5: "xsd-p5-v2_1", transit.Phase6: "xsd-p6-v60.4.16"}[m.Phase()]
	root := os.Getenv("CATS_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	xsd := filepath.Join(root, "data", "ncts", folder, strings.ToLower(m.Kind.Name)+".xsd")
	if _, err := os.Stat(xsd); err != nil {
		return
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		return
	}
	file := filepath.Join(t.TempDir(), "message.xml")
	require.NoError(t, os.WriteFile(file, message, 0o600))
	said, err := exec.CommandContext(context.Background(), "xmllint", "--noout", "--schema", xsd, file).CombinedOutput()
	require.NoError(t, err, "%s\n%s", said, message)
}

func kindsOf(answers []exchange.Answer) []string {
	kinds := []string{}
	for _, a := range answers {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func read(t testing.TB, a exchange.Answer) *formats.Message {
	t.Helper()
	m, err := formats.ReadMessage(bytes.NewReader(a.Text))
	require.NoError(t, err)
	return m
}

// underway is a movement lodged by message, released and brought to its last territory.
func underway(t *testing.T) (w *world, holder *exchange.Exchange, mrn string) {
	t.Helper()
	w = newWorld(t)
	holder = exchange.Over(w.at("trader"))
	answers := posted(t, holder, lodgement(t, "LRN-1"))
	require.Equal(t, []string{"CC928C"}, kindsOf(answers))
	require.Equal(t, "MSG-LRN-1", read(t, answers[0]).Header().CorrelationIdentifier)
	m := w.only()
	m = w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: m.ID})
	w.step("urumqi", transit.StepRelease, transit.StepRequest{Movement: m.MRN, TimeLimit: "2026-12-20"})
	w.deliver(w.only(), "KGMSP")
	for _, hand := range [][2]string{{"urumqi", "khorgos"}, {"khorgos", "akzhol"}} {
		w.step(hand[0], transit.StepProposeHandOff, transit.StepRequest{Movement: m.MRN})
		w.step(hand[1], transit.StepAcceptHandOff, transit.StepRequest{Movement: m.MRN})
	}
	return w, holder, m.MRN
}

// only is the one movement of the ledger.
func (w *world) only() *transit.Movement {
	w.t.Helper()
	require.Len(w.t, w.contents, 1)
	for id := range w.contents {
		m, err := w.record(id)
		require.NoError(w.t, err)
		return m
	}
	return nil
}

func TestEveryStepOfTheProcedureGivesAMessageOrSaysWhyNot(t *testing.T) {
	rows := map[transit.Step]exchange.Rule{}
	for _, r := range exchange.Rules() {
		_, twice := rows[r.Step]
		require.False(t, twice, "%s has two rows", r.Step)
		rows[r.Step] = r
		require.NotEqual(t, r.Message == "", r.Silent == "", "%s: a message, or a reason why there is none", r.Step)
		if r.Message != "" {
			kind := ncts.Find(r.Message)
			require.NotNil(t, kind)
			require.False(t, kind.FromTrader)
			require.Contains(t, []exchange.To{exchange.ToHolder, exchange.ToTrader}, r.To)
		}
	}
	steps := map[transit.Step]bool{transit.StepLodge: true}
	for _, t := range transit.Procedure() {
		steps[t.Step] = true
	}
	for step := range steps {
		require.Contains(t, rows, step)
	}
	require.Len(t, rows, len(steps), "a row for a step that does not exist")
}

func TestAJourneyByMessagesAlone(t *testing.T) {
	w, holder, mrn := underway(t)
	trader := exchange.Over(w.at("consignee"))
	require.Empty(t, posted(t, trader, arrival(t, "ARR-1", mrn)), "the office answers")
	w.step("bishkek", transit.StepArrive, transit.StepRequest{Movement: mrn})
	w.step("bishkek", transit.StepPermitUnloading, transit.StepRequest{Movement: mrn})
	require.Empty(t, posted(t, trader, remarks(t, "REM-1", mrn, "1")))
	w.step("bishkek", transit.StepReleaseGoods, transit.StepRequest{Movement: mrn, GoodsReleased: transit.ReleasedFully})
	w.step("bishkek", transit.StepRecordResults, transit.StepRequest{Movement: mrn, Result: "A1"})
	w.step("bishkek", transit.StepDischarge, transit.StepRequest{Movement: mrn})

	toHolder, toTrader := heard(t, holder), heard(t, trader)
	require.Equal(t, []string{"CC928C", "CC028C", "CC029C", "CC045C"}, kindsOf(toHolder))
	require.Equal(t, []string{"CC043C", "CC025C"}, kindsOf(toTrader))
	for _, a := range toTrader {
		m := read(t, a)
		require.Equal(t, "ARR-1", m.Header().CorrelationIdentifier)
		require.Equal(t, "NTA.KG", m.Header().Sender)
		require.Equal(t, consignee, m.Header().Recipient)
		require.Equal(t, mrn, ncts.Get(m.Content, "TransitOperation/MRN"))
	}
	for _, a := range toHolder[:3] {
		m := read(t, a)
		require.Equal(t, "MSG-LRN-1", m.Header().CorrelationIdentifier, a.Kind)
		require.Equal(t, operator, ncts.Get(m.Content, "HolderOfTheTransitProcedure/identificationNumber"))
	}
	release := read(t, toHolder[2]).Content.(*ncts.CC029C)
	std := declaration(t, "LRN-1")
	require.Equal(t, mrn, release.TransitOperation.MRN)
	require.Equal(t, std.Consignment.GrossMass, release.Consignment.GrossMass)
	require.Len(t, release.Consignment.HouseConsignments[0].ConsignmentItems, 3)

	require.Equal(t, toHolder, heard(t, exchange.Over(w.at("trader"))), "the same again, whoever asks")
	six := heard(t, exchange.Over(w.at("trader"), exchange.InPhase(transit.Phase6)))
	require.Equal(t, kindsOf(toHolder), kindsOf(six))
	for i := range six {
		require.Equal(t, toHolder[i].ID, six[i].ID)
		require.Equal(t, transit.Phase6, read(t, six[i]).Phase())
	}
}

func TestAMessageSentAgainIsTakenOnce(t *testing.T) {
	w, holder, mrn := underway(t)
	trader := exchange.Over(w.at("consignee"))
	height := len(w.ledger.Blocks())
	require.Empty(t, posted(t, holder, lodgement(t, "LRN-1")))
	require.Len(t, w.ledger.Blocks(), height)
	posted(t, trader, arrival(t, "ARR-1", mrn))
	height = len(w.ledger.Blocks())
	require.Empty(t, posted(t, trader, arrival(t, "ARR-1", mrn)))
	require.Len(t, w.ledger.Blocks(), height)

	refused := posted(t, trader, arrival(t, "ARR-2", mrn))
	require.Equal(t, []string{"CC057C"}, kindsOf(refused))
	requireValid(t, refused)

	std := declaration(t, "LRN-1")
	std.Consignment.ReferenceNumberUCR = "ANOTHER"
	other := posted(t, holder, text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: std}))
	require.Equal(t, []string{"CC056C"}, kindsOf(other))
	e := read(t, other[0]).Content.(*ncts.CC056C).FunctionalErrors
	require.Equal(t, "26", e[0].ErrorCode)
}

func TestRefusalsNameTheElements(t *testing.T) {
	w := newWorld(t)
	holder, trader := exchange.Over(w.at("trader")), exchange.Over(w.at("consignee"))
	good := string(lodgement(t, "LRN-1"))
	broken := declaration(t, "LRN-1")
	broken.Consignment.HouseConsignments[0].GrossMass = "1"
	unknown := declaration(t, "LRN-2")
	unknown.DestinationOffice.ReferenceNumber = "KGZZZ009"
	const noMRN = "26CN4TB0Q9V7HWKXJ5"
	for _, c := range []struct {
		name    string
		x       *exchange.Exchange
		message []byte
		kind    string
		// at are the errors: code, path, and part of the reason.
		errors []string
	}{
		{"no XML", holder, []byte("hello"), "CC906C", []string{"14 /message"}},
		{"an unknown message", holder, []byte(`<n:CC999C xmlns:n="http://ncts.dgtaxud.ec"/>`), "CC906C", []string{"15 /CC999C/CC999C"}},
		{"a message that only offices send", holder, from(t, "CC928C", "X", "TransitOperation/LRN", "L",
			"CustomsOfficeOfDeparture/referenceNumber", "CNURM001"), "CC906C", []string{"92 /CC928C/messageType"}},
		{"a message that the schema refuses", holder, []byte(strings.Replace(good, "<security>0", "<security>x", 1)), "CC906C",
			[]string{"14 /CC015C/TransitOperation/security"}},
		{"a declaration that breaks a rule", holder, text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: broken}), "CC056C",
			[]string{"14 /CC015C/Consignment/HouseConsignment[1]/grossMass"}},
		{"an office that nobody knows", holder, text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: unknown}), "CC056C",
			[]string{"12 /CC015C/CustomsOfficeOfDestinationDeclared/referenceNumber"}},
		{"an arrival of nothing", trader, arrival(t, "A", noMRN), "CC057C", []string{"93 /CC007C/TransitOperation/MRN"}},
		{"an arrival of another", holder, arrival(t, "A", noMRN), "CC057C", []string{"14 /CC007C/TraderAtDestination/identificationNumber"}},
		{"a cancellation of nothing", holder, from(t, "CC014C", "C", "Invalidation/initiatedByCustoms", "0", "Invalidation/justification", "x",
			"CustomsOfficeOfDeparture/referenceNumber", "CNURM001", "HolderOfTheTransitProcedure/identificationNumber", operator), "CC056C",
			[]string{"13 /CC014C/TransitOperation/MRN"}},
		{"a request for no release", holder, from(t, "CC054C", "R", "TransitOperation/MRN", noMRN, "TransitOperation/releaseRequested", "0",
			"TransitOperation/releaseRequestDateAndTime", "2026-11-24T08:00:00", "CustomsOfficeOfDeparture/referenceNumber", "CNURM001",
			"HolderOfTheTransitProcedure/identificationNumber", operator), "CC056C", []string{"14 /CC054C/TransitOperation/releaseRequested"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			answers := posted(t, c.x, c.message)
			require.Equal(t, []string{c.kind}, kindsOf(answers))
			require.True(t, answers[0].Refusal)
			requireValid(t, answers)
			require.Equal(t, answers[0].ID, posted(t, c.x, c.message)[0].ID)
			var got []string
			for _, e := range errorsOf(t, answers[0]) {
				got = append(got, e.ErrorCode+" "+e.ErrorPointer)
			}
			for _, want := range c.errors {
				require.Contains(t, got, want)
			}
		})
	}
	require.Empty(t, w.contents, "nothing has come to the ledger")
}

func errorsOf(t testing.TB, a exchange.Answer) []ncts.FunctionalError {
	t.Helper()
	switch c := read(t, a).Content.(type) {
	case *ncts.CC056C:
		return c.FunctionalErrors
	case *ncts.CC057C:
		return c.FunctionalErrors
	case *ncts.CC906C:
		return c.FunctionalErrors
	}
	t.Fatalf("%s refuses nothing", a.Kind)
	return nil
}

func TestWhatIsNotARefusalIsTheCallersToRepeat(t *testing.T) {
	w := newWorld(t)
	s := w.at("trader")
	s.before = func() error { return &cats.Error{Op: "Lodge", Class: cats.Unavailable} }
	x := exchange.Over(s)
	_, err := x.Post(context.Background(), lodgement(t, "LRN-1"))
	require.ErrorContains(t, err, "CC015C MSG-LRN-1")
	require.ErrorAs(t, err, new(*cats.Error))
	s.before = nil
	require.Equal(t, []string{"CC928C"}, kindsOf(posted(t, x, lodgement(t, "LRN-1"))))
}

func TestAnswersWaitForContentThatIsOnItsWay(t *testing.T) {
	w, holder, _ := underway(t)
	w.away = true
	require.Equal(t, []string{"CC928C", "CC028C"}, kindsOf(heard(t, holder)))
	page, err := holder.Answers(context.Background(), exchange.Cursor{})
	require.NoError(t, err)
	w.away = false
	rest, err := holder.Answers(context.Background(), page.Next)
	require.NoError(t, err)
	require.Equal(t, []string{"CC029C"}, kindsOf(rest.Answers))
}

func TestTheDepartureSideByMessages(t *testing.T) {
	w := newWorld(t)
	x := exchange.Over(w.at("trader"))
	operation := func(name, id string, more ...string) []byte {
		return from(t, name, id, append(more, "CustomsOfficeOfDeparture/referenceNumber", "CNURM001",
			"HolderOfTheTransitProcedure/identificationNumber", operator)...)
	}
	posted(t, x, lodgement(t, "LRN-1"))
	m := w.only()
	m = w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: m.ID})
	w.step("urumqi", transit.StepDecideControl, transit.StepRequest{Movement: m.MRN, ControlTypes: []string{"10"}, Documents: []string{"N380"}})
	w.step("urumqi", transit.StepRequestAmendment, transit.StepRequest{Movement: m.MRN, Reason: "the marks are wrong"})
	std := declaration(t, "LRN-1")
	std.Consignment.ReferenceNumberUCR = "OTHER"
	c := &ncts.CC013C{}
	ncts.Carry(c, std)
	c.TransitOperation.LRN, c.TransitOperation.MRN, c.TransitOperation.AmendmentTypeFlag = "", m.MRN, "0"
	c.Message.Type, c.Message.Identification = "CC013C", "AM-1"
	amendment := text(t, &formats.Message{Kind: ncts.Find("CC013C"), Content: c})
	require.Equal(t, []string{"CC004C"}, kindsOf(posted(t, x, amendment)))
	require.Empty(t, posted(t, x, amendment), "once")
	w.step("urumqi", transit.StepDecideControl, transit.StepRequest{Movement: m.MRN, ControlTypes: []string{"40"}})
	requested := operation("CC054C", "REL-1", "TransitOperation/MRN", m.MRN, "TransitOperation/releaseRequested", "1",
		"TransitOperation/releaseRequestDateAndTime", "2026-11-24T08:00:00")
	require.Empty(t, posted(t, x, requested))
	w.step("urumqi", transit.StepRefuseReleaseRequest, transit.StepRequest{Movement: m.MRN, Reason: "not yet"})
	w.step("urumqi", transit.StepRecordControl, transit.StepRequest{Movement: m.MRN, Result: "A1"})
	w.step("urumqi", transit.StepRefuseGuarantee, transit.StepRequest{Movement: m.MRN, Reason: "too small", TimeLimit: "2026-12-01"})
	cancel := operation("CC014C", "INV-1", "TransitOperation/MRN", m.MRN, "Invalidation/initiatedByCustoms", "0",
		"Invalidation/justification", "not sold")
	require.Empty(t, posted(t, x, cancel))
	w.step("urumqi", transit.StepRefuseCancel, transit.StepRequest{Movement: m.MRN, Reason: "under guarantee"})
	w.step("urumqi", transit.StepCancel, transit.StepRequest{Movement: m.MRN, Reason: "after all"})
	require.Equal(t, []string{"CC928C", "CC028C", "CC060C", "CC022C", "CC004C", "CC060C", "CC056C", "CC055C", "CC009C", "CC009C"},
		kindsOf(heard(t, x)))
	said := heard(t, x)
	require.Equal(t, "1", ncts.Get(read(t, said[2]).Content, "TransitOperation/notificationType"))
	require.Equal(t, "AM-1", read(t, said[4]).Header().CorrelationIdentifier)
	require.Equal(t, "0", ncts.Get(read(t, said[5]).Content, "TransitOperation/notificationType"))
	require.Equal(t, "REL-1", read(t, said[6]).Header().CorrelationIdentifier)
	require.Equal(t, []string{"0", "0"}, decision(t, said[8]))
	require.Equal(t, []string{"1", "1"}, decision(t, said[9]))
}

// decision is what CC009C says: the decision, and whether customs initiated it.
func decision(t testing.TB, a exchange.Answer) []string {
	t.Helper()
	c := read(t, a).Content
	return []string{ncts.Get(c, "Invalidation/decision"), ncts.Get(c, "Invalidation/initiatedByCustoms")}
}

func TestADeclarationIsCancelledBeforeItIsAcceptedAndRejected(t *testing.T) {
	w := newWorld(t)
	x := exchange.Over(w.at("trader"))
	posted(t, x, lodgement(t, "LRN-1"))
	cancel := from(t, "CC014C", "INV-1", "TransitOperation/LRN", "LRN-1", "Invalidation/initiatedByCustoms", "0",
		"Invalidation/justification", "not sold", "CustomsOfficeOfDeparture/referenceNumber", "CNURM001",
		"HolderOfTheTransitProcedure/identificationNumber", operator)
	answers := posted(t, x, cancel)
	require.Equal(t, []string{"CC009C"}, kindsOf(answers))
	require.Equal(t, []string{"1", "0"}, decision(t, answers[0]))
	require.Equal(t, "INV-1", read(t, answers[0]).Header().CorrelationIdentifier)
	posted(t, x, lodgement(t, "LRN-2"))
	for id := range w.contents {
		if m, err := w.record(id); err == nil && m.State == transit.Submitted {
			w.step("urumqi", transit.StepReject, transit.StepRequest{Movement: id, Reason: "not presented"})
		}
	}
	require.Equal(t, []string{"CC928C", "CC009C", "CC928C", "CC056C"}, kindsOf(heard(t, x)))
}

func TestAPreLodgedDeclarationIsPresentedByMessage(t *testing.T) {
	w := newWorld(t)
	x := exchange.Over(w.at("trader"))
	std := declaration(t, "LRN-1")
	std.TransitOperation.AdditionalDeclarationType = "D"
	answers := posted(t, x, text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: std}))
	require.Equal(t, []string{"CC928C"}, kindsOf(answers), "%v", answers)
	presented := from(t, "CC170C", "PRE-1", "TransitOperation/LRN", "LRN-1", "CustomsOfficeOfDeparture/referenceNumber", "CNURM001",
		"HolderOfTheTransitProcedure/identificationNumber", operator, "Consignment/LocationOfGoods/typeOfLocation", "A",
		"Consignment/LocationOfGoods/qualifierOfIdentification", "V", "Consignment/LocationOfGoods/CustomsOffice/referenceNumber", "CNURM001",
		"Consignment/HouseConsignment[1]/sequenceNumber", "1")
	require.Empty(t, posted(t, x, presented))
	require.Empty(t, posted(t, x, presented), "once")
	require.Equal(t, transit.Submitted, w.only().State)
	require.Equal(t, 1, w.only().Version, "the message says nothing new")
}

// What was not known when the declaration was lodged comes with the presentation, and stands in the content afterwards.
func TestAPresentationBringsWhatWasNotKnown(t *testing.T) {
	w := newWorld(t)
	s := w.at("trader")
	x := exchange.Over(s)
	std := declaration(t, "LRN-1")
	equipment := std.Consignment.TransportEquipment
	std.TransitOperation.AdditionalDeclarationType = "D"
	std.Consignment.ContainerIndicator, std.Consignment.TransportEquipment = "", nil
	withCode := std.Guarantees
	std.Guarantees = []transit.DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "3", GuaranteeReferences: []transit.DeclaredReference{
		{SequenceNumber: 1, AmountToBeCovered: withCode[0].GuaranteeReferences[0].AmountToBeCovered, Currency: "USD"},
	}}}
	posted(t, x, text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: std}))
	m := formats.NewMessage("CC170C", transit.Phase5)
	ncts.Carry(m.Content, std)
	c := m.Content.(*ncts.CC170C)
	c.Message.Type, c.Message.Identification = "CC170C", "PRE-1"
	require.Equal(t, []string{"the declaration has no house consignment 7"}, refusedBecause(t, x, c, func() {
		c.Consignment.HouseConsignments[0].SequenceNumber = 7
	}))
	c.Consignment.HouseConsignments[0].SequenceNumber = 1
	require.Equal(t, []string{"the message says otherwise"}, refusedBecause(t, x, c, func() { c.Holder.IdentificationNumber = "CN916540043SRF7" }))
	c.Holder.IdentificationNumber = operator
	require.Equal(t, []string{"the declaration"}, refusedBecause(t, x, c, func() {}), "no container, and none in the message")

	std.Consignment.ContainerIndicator, std.Consignment.TransportEquipment = "1", equipment
	ncts.Carry(&c.Consignment, &std.Consignment)
	presented := text(t, m)
	amended := false
	s.before = func() error { // The connection is lost between the amendment and the presentation.
		if w.only().Version > 1 && !amended {
			amended = true
			return &cats.Error{Op: "Present", Class: cats.Unavailable}
		}
		return nil
	}
	_, err := x.Post(context.Background(), presented)
	require.ErrorAs(t, err, new(*cats.Error))
	for range 2 {
		require.Empty(t, posted(t, x, presented))
	}
	require.Equal(t, transit.Submitted, w.only().State)
	require.Equal(t, 2, w.only().Version)
	require.Equal(t, equipment, w.contents[w.only().ID].Consignment.TransportEquipment)
	require.Equal(t, []string{"CC928C"}, kindsOf(heard(t, x)), "the amendment is part of the presentation")

	// Where a guarantee has an access code, the sender has to amend first, and is told for what.
	std.TransitOperation.LRN, std.Message.Identification, std.Guarantees = "LRN-2", "MSG-2", withCode
	std.Consignment.ContainerIndicator, std.Consignment.TransportEquipment = "", nil
	posted(t, x, text(t, &formats.Message{Kind: ncts.Find("CC015C"), Content: std}))
	c.TransitOperation.LRN, c.Message.Identification = "LRN-2", "PRE-2"
	refused := posted(t, x, text(t, m))
	require.Contains(t, reasons(t, refused)[0], "amend it first (CC013C)")
	var at []string
	for _, e := range errorsOf(t, refused[0]) {
		at = append(at, e.ErrorPointer)
	}
	require.Contains(t, at, "/CC170C/Consignment/TransportEquipment[1]/containerIdentificationNumber")
	require.Contains(t, at, "/CC170C/Consignment/containerIndicator")
	require.NotContains(t, at, "/CC170C/Consignment/modeOfTransportAtTheBorder", "which the declaration says, too")
}

// refusedBecause posts a message that is altered first, and wants it refused: the first words of the reasons.
func refusedBecause(t testing.TB, x *exchange.Exchange, c *ncts.CC170C, alter func()) []string {
	t.Helper()
	alter()
	said := reasons(t, posted(t, x, text(t, &formats.Message{Kind: ncts.Find("CC170C"), Content: c})))
	for i := range said {
		said[i], _, _ = strings.Cut(said[i], ";")
		said[i], _, _ = strings.Cut(said[i], " of movement")
	}
	return said
}

func TestTroubleOnTheWayIsTold(t *testing.T) {
	w, holder, mrn := underway(t)
	trader := exchange.Over(w.at("consignee"))
	of := func(r transit.StepRequest) transit.StepRequest { r.Movement = mrn; return r }
	w.step("akzhol", transit.StepRegisterIncident, of(transit.StepRequest{Incident: "1", Annex: w.annex("akzhol", mrn, transit.AnnexIncident,
		transit.Incident{Code: "1", Text: "detour", Location: transit.IncidentLocation{
			QualifierOfIdentification: "U", UNLocode: "KGFRU", Country: "KG",
		}})}))
	posted(t, trader, arrival(t, "ARR-1", mrn))
	w.step("bishkek", transit.StepRejectArrival, of(transit.StepRequest{Reason: "not here"}))
	require.Equal(t, []string{"CC057C"}, kindsOf(heard(t, trader)))
	require.Equal(t, "ARR-1", read(t, heard(t, trader)[0]).Header().CorrelationIdentifier)
	w.ledger.SetTime(w.ledger.Now().AddDate(0, 2, 0))
	w.step("urumqi", transit.StepStartEnquiry, of(transit.StepRequest{}))
	answered := from(t, "CC141C", "ENQ-1", "TransitOperation/MRN", mrn, "CustomsOfficeOfEnquiryAtDeparture/referenceNumber", "CNURM001",
		"HolderOfTheTransitProcedure/identificationNumber", operator, "Enquiry/text", "stolen", "Enquiry/TC11DeliveryDate", "2026-12-02")
	require.Empty(t, posted(t, holder, answered))
	require.NotEmpty(t, w.only().Enquiry.HolderAnsweredAt)
	w.step("urumqi", transit.StepStartRecovery, of(transit.StepRequest{Reason: "stolen"}))
	claim := transit.ClaimRequest{GRN: grn, Amount: transit.Money{Minor: 500_00, Currency: "USD"}}
	w.step("urumqi", transit.StepNotifyGuarantor, of(transit.StepRequest{}))
	w.step("urumqi", transit.StepClaim, of(transit.StepRequest{Claims: []transit.ClaimRequest{claim}}))
	w.step("urumqi", transit.StepPayClaim, of(transit.StepRequest{GRN: grn}))
	w.step("urumqi", transit.StepWriteOff, of(transit.StepRequest{Reason: "paid"}))
	said := heard(t, holder)
	require.Equal(t, []string{"CC928C", "CC028C", "CC029C", "CC182C", "CC140C", "CC035C", "CC045C"}, kindsOf(said))
	require.Equal(t, "500.00", ncts.Get(read(t, said[5]).Content, "RecoveryNotification/amountClaimed"))
	require.Equal(t, "KGAKZ001", ncts.Get(read(t, said[3]).Content, "CustomsOfficeOfIncidentRegistration/referenceNumber"))
}

func TestDiscrepanciesAndRejectedRemarksAreTold(t *testing.T) {
	w, holder, mrn := underway(t)
	trader := exchange.Over(w.at("consignee"))
	of := func(r transit.StepRequest) transit.StepRequest { r.Movement = mrn; return r }
	posted(t, trader, arrival(t, "ARR-1", mrn))
	w.step("bishkek", transit.StepArrive, of(transit.StepRequest{}))
	w.step("bishkek", transit.StepPermitUnloading, of(transit.StepRequest{}))
	found := string(remarks(t, "REM-1", mrn, "0"))
	found = strings.Replace(found, "</UnloadingRemark>", "<unloadingRemark>one carton short</unloadingRemark></UnloadingRemark><Consignment>"+
		"<HouseConsignment><sequenceNumber>1</sequenceNumber><ConsignmentItem><goodsItemNumber>1</goodsItemNumber>"+
		"<declarationGoodsItemNumber>1</declarationGoodsItemNumber><Packaging><sequenceNumber>1</sequenceNumber>"+
		"<numberOfPackages>239</numberOfPackages></Packaging></ConsignmentItem></HouseConsignment></Consignment>", 1)
	require.Empty(t, reasons(t, posted(t, trader, []byte(found))))
	w.step("bishkek", transit.StepRejectRemarks, of(transit.StepRequest{Reason: "count again"}))
	require.Empty(t, reasons(t, posted(t, trader, []byte(strings.Replace(found, "REM-1", "REM-2", 1)))))
	note := w.annex("bishkek", mrn, transit.AnnexNote, transit.Note{Text: "one carton short"})
	w.step("bishkek", transit.StepRecordDiscrepancies, of(transit.StepRequest{Result: "B1", TimeLimit: "2026-12-20", Annex: note}))
	w.step("urumqi", transit.StepResolveDiscrepancies, of(transit.StepRequest{Reason: "paid"}))
	require.Equal(t, []string{"CC043C", "CC057C"}, kindsOf(heard(t, trader)))
	require.Equal(t, "REM-1", read(t, heard(t, trader)[1]).Header().CorrelationIdentifier)
	require.Equal(t, []string{"CC928C", "CC028C", "CC029C", "CC019C", "CC045C"}, kindsOf(heard(t, holder)))
}

func TestCursorsAreText(t *testing.T) {
	for _, c := range []exchange.Cursor{{}, {Block: 12, Index: 3}, {Block: 1 << 40}} {
		again, err := exchange.ParseCursor(c.String())
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
	for _, bad := range []string{"x", "1", "1.x", "-1.2", "1.2.3", " 1.2"} {
		_, err := exchange.ParseCursor(bad)
		require.Error(t, err, bad)
	}
}

// reasons are the reasons of refusals in words.
func reasons(t testing.TB, answers []exchange.Answer) []string {
	t.Helper()
	var said []string
	for _, a := range answers {
		said = append(said, ncts.Get(read(t, a).Content, "TransitOperation/rejectionReason"))
	}
	return said
}
