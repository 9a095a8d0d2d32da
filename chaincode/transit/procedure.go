package transit

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Step names one kind of step of the procedure. The names are those of the
// chaincode functions after "movement:".
type Step string

// Steps at departure.
const (
	StepLodge                Step = "Lodge"
	StepAmend                Step = "Amend"
	StepPresent              Step = "Present"
	StepExpirePreLodgement   Step = "ExpirePreLodgement"
	StepAnnounceControl      Step = "AnnounceControl"
	StepAccept               Step = "Accept"
	StepReject               Step = "Reject"
	StepDecideControl        Step = "DecideControl"
	StepRequestAmendment     Step = "RequestAmendment"
	StepRequestRelease       Step = "RequestRelease"
	StepRefuseReleaseRequest Step = "RefuseReleaseRequest"
	StepRecordControl        Step = "RecordControl"
	StepRefuseGuarantee      Step = "RefuseGuarantee"
	StepRelease              Step = "Release"
	StepRefuseRelease        Step = "RefuseRelease"
	StepRequestCancel        Step = "RequestCancel"
	StepRefuseCancel         Step = "RefuseCancel"
	StepCancel               Step = "Cancel"
	StepRegisterFallback     Step = "RegisterFallback"
	StepEndFallback          Step = "EndFallback"
)

// Steps along the route.
const (
	StepProposeHandOff    Step = "ProposeHandOff"
	StepAcceptHandOff     Step = "AcceptHandOff"
	StepRefuseHandOff     Step = "RefuseHandOff"
	StepWithdrawHandOff   Step = "WithdrawHandOff"
	StepRecordExit        Step = "RecordExit"
	StepAskDiversion      Step = "AskDiversion"
	StepGrantDiversion    Step = "GrantDiversion"
	StepRefuseDiversion   Step = "RefuseDiversion"
	StepWithdrawDiversion Step = "WithdrawDiversion"
	StepRegisterIncident  Step = "RegisterIncident"
)

// Steps at destination.
const (
	StepNotifyArrival        Step = "NotifyArrival"
	StepRejectArrival        Step = "RejectArrival"
	StepArrive               Step = "Arrive"
	StepPermitUnloading      Step = "PermitUnloading"
	StepRemarkUnloading      Step = "RemarkUnloading"
	StepRejectRemarks        Step = "RejectRemarks"
	StepReleaseGoods         Step = "ReleaseGoods"
	StepRecordResults        Step = "RecordResults"
	StepRecordDiscrepancies  Step = "RecordDiscrepancies"
	StepResolveDiscrepancies Step = "ResolveDiscrepancies"
	StepDischarge            Step = "Discharge"
)

// Steps of enquiry and recovery.
const (
	StepStartEnquiry    Step = "StartEnquiry"
	StepAnswerEnquiry   Step = "AnswerEnquiry"
	StepRespondEnquiry  Step = "RespondEnquiry"
	StepCloseEnquiry    Step = "CloseEnquiry"
	StepStartRecovery   Step = "StartRecovery"
	StepAskRecovery     Step = "AskRecovery"
	StepTakeRecovery    Step = "TakeRecovery"
	StepDeclineRecovery Step = "DeclineRecovery"
	StepNotifyGuarantor Step = "NotifyGuarantor"
	StepClaim           Step = "Claim"
	StepContestClaim    Step = "ContestClaim"
	StepPayClaim        Step = "PayClaim"
	StepWithdrawClaim   Step = "WithdrawClaim"
	StepWriteOff        Step = "WriteOff"
)

// Function is the chaincode function that asks for the step.
func (s Step) Function() Function { return Function("movement:" + string(s)) }

// Effect is what a step does to the guarantees, in the same transaction.
type Effect string

// Effects on guarantees.
const (
	NoEffect Effect = ""
	// LockGuarantees locks the amount of every usage, all or none.
	LockGuarantees Effect = "lock"
	// FreeGuarantees credits every locked usage.
	FreeGuarantees Effect = "free"
	// SettleGuarantees takes what was paid from the locked usages and credits the rest.
	SettleGuarantees Effect = "settle"
)

// Transition is one row of the procedure: in any of the states From, those who
// are By may take the Step, which leads To another state, or leaves the state
// when To is empty.
type Transition struct {
	Step Step
	// Message is the NCTS message of the same meaning.
	Message string
	From    []State
	By      Who
	To      State
	Effect  Effect
	// Takes names the fields of the request that the step uses; those with * must be set.
	Takes []string
	// Annex is the kind of the confidential paper that the step takes.
	Annex AnnexKind

	guard func(*Movement, *Request) *Fault
	apply func(*Movement, *Request)
}

// Request is one asked-for step: what was asked, by whom, at what time.
type Request struct {
	Actor Actor
	// At is the transaction's time; the client sets it and peers accept it within their time window only.
	At   time.Time
	Step StepRequest
	// Face is the new content's face, for Amend alone.
	Face *Face
	// Route are the territories still ahead as the registry knows the offices of [StepRequest.Route], for GrantDiversion alone.
	Route []Leg
}

// Procedure is the whole transition table. Whatever is not a row is refused with
// OutOfSequence (NCTS code 92) or NotAuthorised.
func Procedure() []Transition { return slices.Clone(procedure) }

// procedure is built once and never changed.
var procedure = slices.Concat(departureRows(), routeRows(), destinationRows(), recoveryRows(), transferRows())

// NewMovement makes the record of a lodged declaration. Regulators are added to
// the witnesses.
func NewMovement(f Face, r *Request, regulators []string) *Movement {
	m := &Movement{
		Course: Course{
			V: 1, ID: f.ID, State: f.begins(), Custodian: f.Legs[0].MSP, Seq: 1, At: Stamp(r.At),
			Messages: []string{MessageOf(r.Actor, r.Step.MessageID)},
		},
		Declared: Declared{LRN: f.LRN, Declarant: f.Declarant, LodgedAt: Stamp(r.At)},
	}
	m.show(f)
	m.Witnesses = witnesses(f, regulators)
	return m
}

// begins is the state in which a lodged declaration begins: type D is lodged before the goods are presented.
func (f *Face) begins() State {
	if f.AdditionalType == AdditionalPreLodged {
		return PreLodged
	}
	return Submitted
}

// show puts a content's face on the record.
func (m *Movement) show(f Face) {
	m.Version, m.Holder, m.DeclarationType, m.Security = f.Version, f.Holder, f.DeclarationType, f.Security
	m.AdditionalType, m.ExitOffices = f.AdditionalType, slices.Clone(f.ExitOffices)
	m.Departure, m.Destination = f.Departure, f.Destination
	m.Legs = slices.Clone(f.Legs)
	m.Sections = slices.Clone(f.Sections)
	m.Guarantors = slices.Clone(f.Guarantors)
	m.Required, m.Presentable, m.FirstArrival = f.Required, f.Presentable, f.FirstArrival
	m.Guarantees = make([]Usage, len(f.Guarantees))
	for i, g := range f.Guarantees {
		m.Guarantees[i] = Usage{GRN: g.GRN, Type: g.Type, Amount: g.Amount, State: UsageDeclared}
	}
}

// Face is the face of the content on the record, as it was before any leg began.
func (m *Movement) Face() Face {
	f := Face{
		V: 1, ID: m.ID, Version: m.Version, LRN: m.LRN, Declarant: m.Declarant, Holder: m.Holder,
		DeclarationType: m.DeclarationType, AdditionalType: m.AdditionalType, Security: m.Security,
		Departure: m.Departure, Destination: m.Destination, ExitOffices: slices.Clone(m.ExitOffices),
		Legs: make([]Leg, len(m.Legs)), Guarantees: make([]GuaranteeClaim, len(m.Guarantees)),
		Guarantors: append([]string{}, m.Guarantors...), Sections: slices.Clone(m.Sections), Required: m.Required,
		Presentable: m.Presentable, FirstArrival: m.FirstArrival,
	}
	for i, l := range m.Legs {
		f.Legs[i] = Leg{Country: l.Country, MSP: l.MSP, EntryOffice: l.EntryOffice, State: LegExpected}
	}
	for i, u := range m.Guarantees {
		f.Guarantees[i] = GuaranteeClaim{GRN: u.GRN, Type: u.Type, Amount: u.Amount}
	}
	return f
}

// witnesses are the organisations of which any one endorses with the custodian:
// the customs authorities of the itinerary, the guarantors and the regulators,
// sorted, each once.
func witnesses(f Face, regulators []string) []string {
	out := slices.Clone(f.Guarantors)
	for _, l := range f.Legs {
		out = append(out, l.MSP)
	}
	out = append(out, regulators...)
	slices.Sort(out)
	return slices.Compact(out)
}

// Endorsement tells who must endorse the next change of a record: every one of
// All, and any one of Any unless that is empty.
type Endorsement struct {
	All []string
	Any []string
}

// Equal reports whether both ask for the same.
func (e Endorsement) Equal(o Endorsement) bool {
	return slices.Equal(e.All, o.All) && slices.Equal(e.Any, o.Any)
}

// Endorsement is a function of the record alone, so that anyone can check that the
// key's policy is the right one. While a hand-off is open both sides are needed:
// acceptance must come from the receiver's own peer.
func (m *Course) Endorsement() Endorsement {
	if m.HandOff != nil {
		return Endorsement{All: []string{m.Custodian, m.HandOff.MSP}}
	}
	e := Endorsement{All: []string{m.Custodian}}
	for _, w := range m.Witnesses {
		if w != m.Custodian {
			e.Any = append(e.Any, w)
		}
	}
	return e
}

// Next takes one step on a copy of the record and returns it with the row that
// allowed it. The record itself is not changed. Faults: OutOfSequence when no row
// starts from the state, NotAuthorised when the row is for others, and whatever
// the row's guard says.
func (m *Movement) Next(step Step, r *Request) (*Movement, *Transition, *Fault) {
	message := MessageOf(r.Actor, r.Step.MessageID)
	// First of all: a repeated message gets this answer in whatever state its first arrival has left the record.
	if slices.Contains(m.Messages, message) {
		return nil, nil, repeated(r.Step.MessageID, "movement "+m.Reference(), m.Seq)
	}
	t, fault := m.row(step, r.Actor)
	if fault != nil {
		return nil, nil, fault
	}
	if fault := checkFields(t.Takes, &r.Step); fault != nil {
		return nil, nil, fault
	}
	at, fault := inOrder("movement "+m.Reference(), m.Seq, m.At, r.Step.Header, r.At)
	if fault != nil {
		return nil, nil, fault
	}
	r = r.moved(at)
	if fault := m.checkAnnex(t, r); fault != nil {
		return nil, nil, fault
	}
	if t.guard != nil {
		if fault := t.guard(m, r); fault != nil {
			return nil, nil, fault
		}
	}
	n := m.clone()
	if t.To != "" {
		n.State = t.To
	}
	n.Seq++
	n.At = Stamp(r.At)
	n.Messages = remember(m.Messages, message)
	if a := r.Step.Annex; a != nil {
		n.Annexes = append(n.Annexes, Annex{AnnexRef: *a, MSP: r.Actor.MSP, Seq: n.Seq})
	}
	if t.apply != nil {
		t.apply(n, r)
	}
	return n, t, nil
}

// maxAnnexes bounds the annexes of one record.
const maxAnnexes = 30

// checkAnnex accepts an annex of the kind that the step takes.
func (m *Movement) checkAnnex(t *Transition, r *Request) *Fault {
	a := r.Step.Annex
	switch {
	case a == nil:
		return nil
	case a.Kind != t.Annex:
		return Faultf(MalformedRequest, "this step takes an annex of kind %q", t.Annex).At("/annex/kind")
	case !isDigest(a.Digest):
		return Faultf(MalformedRequest, "a digest has 64 hexadecimal digits").At("/annex/digest")
	case len(m.Annexes) >= maxAnnexes:
		return Faultf(TooLarge, "movement %s has %d annexes already", m.Reference(), maxAnnexes).At("/annex")
	case slices.ContainsFunc(m.Annexes, func(x Annex) bool { return x.Digest == a.Digest }):
		return Faultf(Duplicate, "the record has this annex already").At("/annex/digest")
	}
	return nil
}

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && s == strings.ToLower(s)
}

// row finds the transition for the step from the record's state that admits the actor.
func (m *Movement) row(step Step, a Actor) (*Transition, *Fault) {
	known, fits := false, (*Transition)(nil)
	for i := range procedure {
		t := &procedure[i]
		if t.Step != step {
			continue
		}
		known = true
		if !slices.Contains(t.From, m.State) {
			continue
		}
		fits = t
		if t.By.Admits(m, a) {
			return t, nil
		}
	}
	switch {
	case fits != nil:
		return nil, m.notAdmitted(fits, a)
	case known:
		return nil, Faultf(OutOfSequence, "%s is not possible: movement %s is %s", step, m.Reference(), m.State).
			With(Violation{Code: "92", Pointer: "/movement", Value: string(m.State), Text: "message out of sequence"})
	default:
		return nil, Faultf(UnknownFunction, "%s is no step of the procedure", step)
	}
}

func (a Actor) String() string {
	s := string(a.Role)
	switch {
	case a.Office != "":
		s += " at " + a.Office
	case a.Operator != "":
		s += " for " + a.Operator
	}
	return s + " of " + a.MSP
}

// moved is the request at another time.
func (r *Request) moved(at time.Time) *Request {
	c := *r
	c.At = at
	return &c
}

func repeated(id, record string, seq int) *Fault {
	return Faultf(Duplicate, "message %s was recorded before; %s is at step %d", id, record, seq).At("/messageId").
		With(Violation{Code: "26", Pointer: "/messageId", Value: id, Text: "message identification used before"})
}

// clockDrift is twice the window, 15 minutes, in which peers accept a client's clock: one client's may be fast and another's
// slow by that much.
const clockDrift = 30 * time.Minute

// inOrder refuses for any record what comes too late or with a clock that runs backwards, and returns the time of the step.
// Clocks of two countries differ: a time that lies up to clockDrift before the last step's is taken for the last step's,
// so that a record's time never runs backwards and nobody's fast clock locks the others out.
func inOrder(record string, seq int, last string, h Header, at time.Time) (time.Time, *Fault) {
	if h.ExpectedSeq != 0 && h.ExpectedSeq != seq {
		return at, Faultf(Stale, "%s is at step %d, not %d", record, seq, h.ExpectedSeq).At("/expectedSeq")
	}
	before, err := time.Parse(time.RFC3339, last)
	if err != nil {
		return at, Faultf(Internal, "the last step of %s has no time", record)
	}
	if After(before, at, clockDrift) {
		return at, Faultf(ClockRefused, "the transaction's time %s lies more than %s before the last step's %s of %s",
			Stamp(at), clockDrift, last, record)
	}
	if at.Before(before) {
		at = before
	}
	return at, nil
}

// remember appends a message's identification and lets go of the oldest beyond [keptMessages].
func remember(messages []string, id string) []string {
	out := append(slices.Clone(messages), id)
	return out[max(0, len(out)-keptMessages):]
}

// requestFields are the optional fields of a StepRequest, in the order of the struct.
func requestFields(s *StepRequest) []struct {
	name string
	set  bool
} {
	return []struct {
		name string
		set  bool
	}{
		{"timeLimit", s.TimeLimit != ""},
		{"balances", len(s.Balances) > 0},
		{"controlTypes", len(s.ControlTypes) > 0},
		{"documents", len(s.Documents) > 0},
		{"result", s.Result != ""},
		{"newHolder", s.NewHolder != ""},
		{"guarantees", len(s.Guarantees) > 0},
		{"reason", s.Reason != ""},
		{"diversion", s.Diversion != ""},
		{"route", len(s.Route) > 0},
		{"destination", s.Destination != ""},
		{"incident", s.Incident != ""},
		{"annex", s.Annex != nil},
		{"simplified", s.Simplified},
		{"conform", s.Conform != nil},
		{"complete", s.Complete != nil},
		{"goodsReleased", s.GoodsReleased != ""},
		{"claims", len(s.Claims) > 0},
		{"grn", s.GRN != ""},
		{"office", s.Office != ""},
		{"startedOn", s.StartedOn != ""},
		{"overrideReason", s.OverrideReason != ""},
	}
}

func checkFields(takes []string, s *StepRequest) *Fault {
	for _, f := range requestFields(s) {
		must := slices.Contains(takes, f.name+"*")
		switch {
		case f.set && !must && !slices.Contains(takes, f.name):
			return Faultf(MalformedRequest, "this step takes no %s", f.name).At("/" + f.name)
		case !f.set && must:
			return Faultf(MalformedRequest, "this step needs %s", f.name).At("/" + f.name)
		}
	}
	return nil
}
