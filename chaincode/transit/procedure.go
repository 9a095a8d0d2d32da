package transit

import (
	"fmt"
	"slices"
	"time"
)

// Step names one kind of step of the procedure. The names are those of the
// chaincode functions after "movement:".
type Step string

// Steps of the normal procedure.
const (
	StepLodge           Step = "Lodge"
	StepAmend           Step = "Amend"
	StepAccept          Step = "Accept"
	StepReject          Step = "Reject"
	StepDecideControl   Step = "DecideControl"
	StepRecordControl   Step = "RecordControl"
	StepRelease         Step = "Release"
	StepRefuseRelease   Step = "RefuseRelease"
	StepRequestCancel   Step = "RequestCancel"
	StepCancel          Step = "Cancel"
	StepProposeHandOff  Step = "ProposeHandOff"
	StepAcceptHandOff   Step = "AcceptHandOff"
	StepRefuseHandOff   Step = "RefuseHandOff"
	StepWithdrawHandOff Step = "WithdrawHandOff"
	StepArrive          Step = "Arrive"
	StepRecordResults   Step = "RecordResults"
	StepDischarge       Step = "Discharge"
)

// Function is the chaincode function that asks for the step.
func (s Step) Function() Function { return Function("movement:" + string(s)) }

// Who names those who may take a step. [Who.Admits] decides.
type Who string

// Those who take part in the normal procedure (domain: messages and their senders).
const (
	ByDeclarant   Who = "declarant"
	ByDeparture   Who = "officer at the office of departure"
	ByApplicant   Who = "declarant, or officer at the office of departure"
	ByCustodian   Who = "officer of the custodian"
	ByReceiver    Who = "officer at the office the hand-off names"
	ByDestination Who = "officer at the office of destination"
	ByDischarger  Who = "officer at the office of destination or of departure"
)

// Admits reports whether the actor is one of them for this movement.
func (w Who) Admits(m *Movement, a Actor) bool { //nolint:cyclop // one line for each of them
	switch w {
	case ByDeclarant:
		return isDeclarant(m, a)
	case ByDeparture:
		return isOfficerAt(a, m.Departure)
	case ByApplicant:
		return isDeclarant(m, a) || isOfficerAt(a, m.Departure)
	case ByCustodian:
		return a.Role == RoleOfficer && a.MSP == m.Custodian
	case ByReceiver:
		return m.HandOff != nil && isOfficerAt(a, m.HandOff.Office) && a.MSP == m.HandOff.MSP
	case ByDestination:
		return isOfficerAt(a, m.Destination)
	case ByDischarger:
		return isOfficerAt(a, m.Destination) || isOfficerAt(a, m.Departure)
	}
	return false
}

func isDeclarant(m *Movement, a Actor) bool {
	return a.Role == RoleTrader && a.MSP == m.Declarant.MSP && a.Operator == m.Declarant.Operator
}

func isOfficerAt(a Actor, office string) bool { return a.Role == RoleOfficer && a.Office == office }

// Effect is what a step does to the guarantees, in the same transaction.
type Effect string

// Effects on guarantees.
const (
	NoEffect Effect = ""
	// LockGuarantees locks the amount of every usage, all or none.
	LockGuarantees Effect = "lock"
	// FreeGuarantees credits every locked usage.
	FreeGuarantees Effect = "free"
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
}

// Procedure is the whole transition table. Whatever is not a row is refused with
// OutOfSequence (NCTS code 92) or NotAuthorised.
func Procedure() []Transition {
	return []Transition{
		{Step: StepAmend, Message: "IE013", From: []State{Submitted, Accepted}, By: ByDeclarant, guard: sameIdentity, apply: amend},
		{Step: StepAccept, Message: "IE028", From: []State{Submitted}, By: ByDeparture, To: Accepted, apply: accept},
		{
			Step: StepReject, Message: "IE056", From: []State{Submitted}, By: ByDeparture, To: Rejected,
			Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepDecideControl, Message: "IE060", From: []State{Accepted}, By: ByDeparture, To: UnderControl,
			Takes: []string{"controlTypes*", "documents"}, guard: knownControls, apply: decideControl,
		},
		{
			Step: StepRecordControl, Message: "IE017", From: []State{UnderControl}, By: ByDeparture, To: Accepted,
			Takes: []string{"result*"}, guard: satisfactory, apply: recordControl,
		},
		{
			Step: StepRelease, Message: "IE029", From: []State{Accepted}, By: ByDeparture, To: Released,
			Effect: LockGuarantees, Takes: []string{"timeLimit*", "balances"}, guard: limitAhead, apply: release,
		},
		{
			Step: StepRefuseRelease, Message: "IE051", From: []State{Accepted, UnderControl}, By: ByDeparture,
			To: NotReleased, Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepCancel, Message: "IE014", From: []State{Submitted}, By: ByApplicant, To: Cancelled,
			Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepRequestCancel, Message: "IE014", From: []State{Accepted}, By: ByDeclarant,
			Takes: []string{"reason*"}, apply: requestCancel,
		},
		{
			Step: StepCancel, Message: "IE009", From: []State{Accepted, UnderControl}, By: ByDeparture, To: Cancelled,
			Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepProposeHandOff, Message: "IE050", From: []State{Released}, By: ByCustodian,
			guard: territoryAhead, apply: proposeHandOff,
		},
		{
			Step: StepAcceptHandOff, Message: "IE118", From: []State{Released}, By: ByReceiver,
			guard: handOffOpen, apply: acceptHandOff,
		},
		{
			Step: StepRefuseHandOff, Message: "IE119", From: []State{Released}, By: ByReceiver,
			Takes: []string{"reason*"}, guard: handOffOpen, apply: closeHandOff,
		},
		{
			Step: StepWithdrawHandOff, Message: "IE010", From: []State{Released}, By: ByCustodian,
			Takes: []string{"reason"}, guard: handOffOpen, apply: closeHandOff,
		},
		{Step: StepArrive, Message: "IE006", From: []State{Released}, By: ByDestination, To: Arrived, guard: lastTerritory, apply: arrive},
		{
			Step: StepRecordResults, Message: "IE018", From: []State{Arrived}, By: ByDestination,
			Takes: []string{"result*"}, guard: conform, apply: recordResults,
		},
		{
			Step: StepDischarge, Message: "IE045", From: []State{Arrived}, By: ByDischarger, To: Discharged,
			Effect: FreeGuarantees, guard: resultsConform, apply: discharge,
		},
	}
}

// NewMovement makes the record of a lodged declaration. Regulators are added to
// the witnesses.
func NewMovement(f Face, r *Request, regulators []string) *Movement {
	m := &Movement{
		Course: Course{
			V: 1, ID: f.ID, State: Submitted, Custodian: f.Legs[0].MSP, Seq: 1, At: Stamp(r.At),
			Messages: []string{MessageOf(r.Actor, r.Step.MessageID)},
		},
		Declared: Declared{LRN: f.LRN, Declarant: f.Declarant, LodgedAt: Stamp(r.At)},
	}
	m.show(f)
	m.Witnesses = witnesses(f, regulators)
	return m
}

// show puts a content's face on the record.
func (m *Movement) show(f Face) {
	m.Version, m.Holder, m.DeclarationType, m.Security = f.Version, f.Holder, f.DeclarationType, f.Security
	m.Departure, m.Destination = f.Departure, f.Destination
	m.Legs = slices.Clone(f.Legs)
	m.Sections = slices.Clone(f.Sections)
	m.Guarantors = slices.Clone(f.Guarantors)
	m.Guarantees = make([]Usage, len(f.Guarantees))
	for i, g := range f.Guarantees {
		m.Guarantees[i] = Usage{GRN: g.GRN, Type: g.Type, Amount: g.Amount, State: UsageDeclared}
	}
}

// Face is the face of the content on the record, as it was before any leg began.
func (m *Movement) Face() Face {
	f := Face{
		V: 1, ID: m.ID, Version: m.Version, LRN: m.LRN, Declarant: m.Declarant, Holder: m.Holder,
		DeclarationType: m.DeclarationType, Security: m.Security, Departure: m.Departure, Destination: m.Destination,
		Legs: make([]Leg, len(m.Legs)), Guarantees: make([]GuaranteeClaim, len(m.Guarantees)),
		Guarantors: slices.Clone(m.Guarantors), Sections: slices.Clone(m.Sections),
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
	if t.guard != nil {
		if fault := t.guard(m, r); fault != nil {
			return nil, nil, fault
		}
	}
	n, r := m.clone(), r.moved(at)
	if t.To != "" {
		n.State = t.To
	}
	n.Seq++
	n.At = Stamp(r.At)
	n.Messages = remember(m.Messages, message)
	if t.apply != nil {
		t.apply(n, r)
	}
	return n, t, nil
}

// row finds the transition for the step from the record's state that admits the actor.
func (m *Movement) row(step Step, a Actor) (*Transition, *Fault) {
	known, fits := false, (*Transition)(nil)
	for _, t := range Procedure() {
		if t.Step != step {
			continue
		}
		known = true
		if !slices.Contains(t.From, m.State) {
			continue
		}
		fits = &t
		if t.By.Admits(m, a) {
			return &t, nil
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

func (m *Movement) notAdmitted(t *Transition, a Actor) *Fault {
	if t.By == ByReceiver && m.HandOff == nil {
		return handOffOpen(m, nil)
	}
	return Faultf(NotAuthorised, "%s of movement %s is for the %s%s, not for %s", t.Step, m.Reference(), t.By, m.place(t.By), a)
}

// place adds to a role which office or organisation it is for this movement.
func (m *Movement) place(w Who) string {
	switch w {
	case ByDeclarant:
		return " (" + m.Declarant.Operator + ")"
	case ByDeparture, ByApplicant:
		return " (" + m.Departure + ")"
	case ByCustodian:
		return " (" + m.Custodian + ")"
	case ByReceiver:
		return " (" + m.HandOff.Office + ")"
	case ByDestination:
		return " (" + m.Destination + ")"
	case ByDischarger:
		return " (" + m.Destination + ", " + m.Departure + ")"
	}
	return ""
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
		{"reason", s.Reason != ""},
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

func sameIdentity(m *Movement, r *Request) *Fault {
	f := r.Face
	if f.Version != m.Version+1 {
		return Faultf(Stale, "the amended content has version %d; the record's next is %d", f.Version, m.Version+1).At("/face/version")
	}
	for _, c := range []struct{ field, was, is string }{
		{"id", m.ID, f.ID}, {"lrn", m.LRN, f.LRN}, {"holder", m.Holder, f.Holder}, {"departure", m.Departure, f.Departure},
		{"declarationType", m.DeclarationType, f.DeclarationType}, {"security", m.Security, f.Security},
	} {
		if c.was != c.is {
			return Faultf(InvalidDocument, "an amendment may not change %s", c.field).
				With(Violation{Code: "14", Pointer: "/face/" + c.field, Rule: "R0520", Value: c.is, Text: "must stay " + c.was})
		}
	}
	return nil
}

func amend(m *Movement, r *Request) {
	// The witnesses keep those of the former itinerary: only more may look over the custodian's shoulder.
	was := m.Witnesses
	m.show(*r.Face)
	m.Control = nil // It vouched for the content it saw.
	m.Witnesses = witnesses(*r.Face, was)
}

func accept(m *Movement, r *Request) { m.AcceptedAt = Stamp(r.At) }

func requestCancel(m *Movement, r *Request) {
	m.CancelAsked = Stamp(r.At)
	m.Reason = r.Step.Reason
}

func end(m *Movement, r *Request) {
	m.Reason = r.Step.Reason
	m.EndedAt = Stamp(r.At)
}

func knownControls(_ *Movement, r *Request) *Fault {
	if len(r.Step.ControlTypes) > 9 || len(r.Step.Documents) > 99 {
		return Faultf(MalformedRequest, "at most 9 types of control and 99 documents").At("/controlTypes")
	}
	for i, c := range r.Step.ControlTypes {
		if !ControlTypes().Has(c) {
			return Faultf(MalformedRequest, "%q is no type of control", c).At(fmt.Sprintf("/controlTypes/%d", i))
		}
	}
	for i, d := range r.Step.Documents {
		if err := ValidateText(d, 70); err != nil {
			return Faultf(MalformedRequest, "a requested document: %v", err).At(fmt.Sprintf("/documents/%d", i))
		}
	}
	return nil
}

func decideControl(m *Movement, r *Request) {
	m.Control = &Control{
		Types: slices.Clone(r.Step.ControlTypes), Documents: slices.Clone(r.Step.Documents),
		DecidedAt: Stamp(r.At), Office: r.Actor.Office,
	}
}

func satisfactory(_ *Movement, r *Request) *Fault {
	switch r.Step.Result {
	case "A1", "A2", "A3":
		return nil
	}
	return Faultf(MalformedRequest, "a satisfactory control result is A1, A2 or A3; otherwise refuse the release").At("/result")
}

func recordControl(m *Movement, r *Request) {
	m.Control.Result, m.Control.ResultAt = r.Step.Result, Stamp(r.At)
}

// longestLimit bounds the time limit of a release, against slips of the pen.
const longestLimit = 366 * 24 * time.Hour

func limitAhead(_ *Movement, r *Request) *Fault {
	limit, err := time.Parse(dateLayout, r.Step.TimeLimit)
	if err != nil {
		return Faultf(MalformedRequest, "the time limit must be a date YYYY-MM-DD").At("/timeLimit")
	}
	if limit.Before(r.At.UTC().Truncate(24*time.Hour)) || limit.Sub(r.At) > longestLimit {
		return Faultf(MalformedRequest, "the time limit %s must lie between today and a year ahead", r.Step.TimeLimit).At("/timeLimit")
	}
	return nil
}

func release(m *Movement, r *Request) {
	m.ReleasedAt = Stamp(r.At)
	m.TimeLimit = r.Step.TimeLimit
	m.Legs[0].State, m.Legs[0].ActualOffice, m.Legs[0].StartedAt = LegStarted, r.Actor.Office, Stamp(r.At)
}

func territoryAhead(m *Movement, _ *Request) *Fault {
	if m.HandOff != nil {
		return Faultf(OutOfSequence, "a hand-off to %s is open already", m.HandOff.MSP)
	}
	if m.current() == len(m.Legs)-1 {
		return Faultf(OutOfSequence, "movement %s is in its last territory; it can only arrive at %s", m.Reference(), m.Destination)
	}
	return nil
}

func proposeHandOff(m *Movement, r *Request) {
	next := m.current() + 1
	m.HandOff = &HandOff{
		Leg: next, MSP: m.Legs[next].MSP, Office: m.Legs[next].EntryOffice, FromOffice: r.Actor.Office, ProposedAt: Stamp(r.At),
	}
}

func handOffOpen(m *Movement, _ *Request) *Fault {
	if m.HandOff == nil {
		return Faultf(OutOfSequence, "no hand-off of movement %s is open", m.Reference()).
			With(Violation{Code: "92", Pointer: "/movement", Text: "message out of sequence"})
	}
	return nil
}

func acceptHandOff(m *Movement, r *Request) {
	now, next := Stamp(r.At), m.HandOff.Leg
	m.Legs[next-1].State, m.Legs[next-1].EndedAt = LegTerminated, now
	m.Legs[next].State, m.Legs[next].StartedAt, m.Legs[next].ActualOffice = LegStarted, now, r.Actor.Office
	m.Custodian = m.HandOff.MSP
	m.HandOff = nil
}

func closeHandOff(m *Movement, r *Request) {
	m.HandOff = nil
	m.Reason = r.Step.Reason
}

func lastTerritory(m *Movement, _ *Request) *Fault {
	if m.HandOff != nil || m.current() != len(m.Legs)-1 {
		return Faultf(OutOfSequence, "movement %s is still in the custody of %s, not in the territory of destination",
			m.Reference(), m.Custodian)
	}
	return nil
}

func arrive(m *Movement, r *Request) {
	m.ArrivedAt = Stamp(r.At)
	last := &m.Legs[len(m.Legs)-1]
	last.State, last.EndedAt = LegTerminated, Stamp(r.At)
}

func conform(m *Movement, r *Request) *Fault {
	if m.Results != "" {
		return Faultf(OutOfSequence, "the control results of movement %s are recorded already: %s", m.Reference(), m.Results)
	}
	switch r.Step.Result {
	case "A1", "A2":
		return nil
	}
	return Faultf(MalformedRequest, "a conform control result at destination is A1 or A2").At("/result")
}

func recordResults(m *Movement, r *Request) { m.Results = r.Step.Result }

func resultsConform(m *Movement, _ *Request) *Fault {
	if m.Results == "" {
		return Faultf(OutOfSequence, "the control results of movement %s are not recorded yet", m.Reference())
	}
	return nil
}

func discharge(m *Movement, r *Request) {
	m.EndedAt = Stamp(r.At)
	for i := range m.Legs {
		m.Legs[i].State = LegDischarged
	}
}
