package fsck

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (w *world) note(who, movement, text string) *transit.AnnexRef {
	w.t.Helper()
	return w.annex(who, movement, transit.AnnexNote, `{"text":"`+text+`"}`)
}

// annex keeps a paper at its author's own peer.
func (w *world) annex(who, movement string, kind transit.AnnexKind, content string) *transit.AnnexRef {
	w.t.Helper()
	return submit[transit.AnnexRef](w, who, transit.FnAnnex, transit.AnnexRequest{Movement: movement, Kind: kind},
		fakeledger.Endorsers(w.people[who].MSP()), fakeledger.AtPeer(w.people[who].MSP()), fakeledger.Transient(map[string][]byte{
			transit.TransientAnnex: []byte(content), transit.TransientSalt: seed(),
		}))
}

// troubled is a ledger with one movement that has an incident, is diverted, enquired after, and written off with a claim paid
// before it has come to its last territory.
func troubled(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.guarantee()
	m := w.lodge("LRN-1")
	m = w.step("urumqi", transit.FnAccept, transit.StepRequest{Movement: m.ID})
	of := func(r transit.StepRequest) transit.StepRequest { r.Movement = m.MRN; return r }
	w.step("urumqi", transit.FnRelease, of(transit.StepRequest{TimeLimit: "2026-11-30"}))
	w.step("urumqi", transit.FnProposeHandOff, of(transit.StepRequest{}))
	w.step("khorgos", transit.FnAcceptHandOff, of(transit.StepRequest{}))
	incident := w.annex("khorgos", m.MRN, transit.AnnexIncident,
		`{"code":"1","text":"detour","location":{"qualifierOfIdentification":"U","unLocode":"KZKGS","country":"KZ"}}`)
	w.step("khorgos", transit.StepRegisterIncident.Function(), of(transit.StepRequest{Incident: "1", Annex: incident}))
	w.step("akzhol", transit.StepAskDiversion.Function(), of(transit.StepRequest{Diversion: transit.DivertDestination}))
	w.step("urumqi", transit.StepGrantDiversion.Function(), of(transit.StepRequest{Route: []string{"KGAKZ001"}, Destination: "KGAKZ001"}))
	w.ledger.SetTime(w.ledger.Now().AddDate(0, 0, 10))
	w.step("urumqi", transit.StepStartEnquiry.Function(), of(transit.StepRequest{Annex: w.note("urumqi", m.MRN, "where?")}))
	w.step("trader", transit.StepAnswerEnquiry.Function(), of(transit.StepRequest{Annex: w.note("trader", m.MRN, "stolen")}))
	w.step("urumqi", transit.StepStartRecovery.Function(), of(transit.StepRequest{Reason: "stolen"}))
	w.step("urumqi", transit.StepNotifyGuarantor.Function(), of(transit.StepRequest{}))
	usd := func(minor int64) transit.Money { return transit.Money{Minor: minor, Currency: "USD"} }
	w.step("urumqi", transit.StepClaim.Function(), of(transit.StepRequest{Claims: []transit.ClaimRequest{{GRN: grn, Amount: usd(500_00)}}}))
	w.step("clerk", transit.StepContestClaim.Function(), of(transit.StepRequest{GRN: grn, Reason: "too much"}))
	w.step("urumqi", transit.StepPayClaim.Function(), of(transit.StepRequest{GRN: grn}))
	w.step("urumqi", transit.StepWriteOff.Function(), of(transit.StepRequest{Reason: "paid"}))
	w.read()
	return w
}

func TestATroubledLifeHasNoFindings(t *testing.T) {
	w := troubled(t)
	report := check(t, w)
	require.Empty(t, report.Findings)
	require.Equal(t, map[string]int{"written off": 1}, report.Movements)
}

// Each case forges one thing that no step leads to.
func TestEveryForgedCourseIsFound(t *testing.T) {
	honest := troubled(t)
	course := func(s transit.Step, edit func(*transit.Course)) func(*world) {
		return func(w *world) { change(w, last(w, s.Function()), "movement", edit) }
	}
	forged := transit.Annex{AnnexRef: transit.AnnexRef{Kind: transit.AnnexIncident, Digest: "00"}, MSP: "CNMSP", Seq: 8}
	for name, c := range map[string]struct {
		forge func(*world)
		rule  string
	}{
		"another destination than asked is granted": {course(transit.StepGrantDiversion, func(m *transit.Course) {
			m.Destination = "KGFRU001"
		}), "procedure"},
		"a diversion puts a bystander on the way": {course(transit.StepGrantDiversion, func(m *transit.Course) {
			m.Legs[2].MSP = "CNMSP"
		}), "procedure"},
		"an office answers that was not asked": {func(w *world) {
			asks, grants := last(w, transit.StepAskDiversion.Function()), last(w, transit.StepGrantDiversion.Function())
			grants.Certificate, grants.Creator = asks.Certificate, asks.Creator
		}, "procedure"},
		"an enquiry starts before the limit": {func(w *world) {
			tx := last(w, transit.StepStartEnquiry.Function())
			tx.At = tx.At.Add(-8 * 24 * time.Hour)
		}, "procedure"},
		"somebody unknown signs": {func(w *world) { last(w, transit.StepStartEnquiry.Function()).Certificate = nil }, "signer"},
		"an organisation of nowhere signs": {func(w *world) {
			last(w, transit.StepStartEnquiry.Function()).Creator = cats.Signer{MSP: "XXMSP"}
		}, "signer"},
		"an annex is kept by nobody": {func(w *world) { last(w, transit.FnAnnex).Private = nil }, "annex"},
		"an annex goes missing":      {course(transit.StepStartRecovery, func(m *transit.Course) { m.Annexes = m.Annexes[:1] }), "annex"},
		"an annex comes without a step": {course(transit.StepNotifyGuarantor, func(m *transit.Course) {
			m.Annexes = append(m.Annexes, forged)
		}), "annex"},
		"another incident than asked stands there": {course(transit.StepRegisterIncident, func(m *transit.Course) {
			m.Incidents[0].Code = "4"
		}), "procedure"},
		"an incident has no annex": {course(transit.StepStartRecovery, func(m *transit.Course) {
			m.Incidents = []transit.IncidentEntry{{Code: "3", Annex: "11"}}
		}), "incident"},
		"incidents are without bound": {course(transit.StepStartRecovery, func(m *transit.Course) {
			m.Incidents = make([]transit.IncidentEntry, 10)
		}), "bounded"},
		"more is claimed than asked": {course(transit.StepClaim, func(m *transit.Course) { m.Recovery.Claims[0].Amount.Minor++ }), "procedure"},
		"more is paid than claimed":  {course(transit.StepPayClaim, func(m *transit.Course) { m.Guarantees[0].Claimed.Minor++ }), "claim"},
		"a claim is paid twice": {course(transit.StepPayClaim, func(m *transit.Course) {
			m.Recovery.Claims = append(m.Recovery.Claims, m.Recovery.Claims[0])
		}), "claim"},
		"a time limit moves": {course(transit.StepStartRecovery, func(m *transit.Course) { m.TimeLimit = "2027-01-01" }), "procedure"},
	} {
		t.Run("When "+name, func(t *testing.T) {
			finds(t, honest, c.forge, c.rule, "")
		})
	}
}
