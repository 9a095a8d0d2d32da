package transit

import (
	"fmt"
	"slices"
	"time"
)

// departureRows are the steps from lodging to release, and those of movements begun on paper.
func departureRows() []Transition {
	return slices.Concat(contentRows(), controlRows(), releaseRows(), cancelRows(), fallbackRows())
}

func contentRows() []Transition {
	return []Transition{
		{
			Step: StepAmend, Message: "IE013", From: []State{PreLodged, Submitted, Accepted}, By: ByDeclarant,
			guard: all(sameIdentity, staysPresentable), apply: amend,
		},
		{
			Step: StepAmend, Message: "IE013", From: []State{UnderControl}, By: ByDeclarant, To: Accepted,
			guard: all(amendmentAsked, sameIdentity, staysPresentable), apply: amend,
		},
		{
			Step: StepAmend, Message: "IE013", From: []State{GuaranteeUnderAmendment}, By: ByDeclarant, To: Accepted,
			guard: all(sameIdentity, sameRoute, staysPresentable), apply: amend,
		},
		{
			Step: StepPresent, Message: "IE170", From: []State{PreLodged}, By: ByDeclarant, To: Submitted,
			guard: all(presentInTime, presentable), apply: present,
		},
		{
			Step: StepExpirePreLodgement, Message: "IE056", From: []State{PreLodged}, By: ByDeparture, To: Rejected,
			guard: preLodgementExpired, apply: expire,
		},
		{
			Step: StepAccept, Message: "IE028", From: []State{Submitted}, By: ByDeparture, To: Accepted,
			Takes: []string{"overrideReason"}, guard: covered, apply: accept,
		},
		{
			Step: StepReject, Message: "IE056", From: []State{Submitted}, By: ByDeparture, To: Rejected,
			Takes: []string{"reason*"}, apply: end,
		},
	}
}

func controlRows() []Transition {
	return []Transition{
		{
			// The intention to control is told in advance to an authorised economic operator alone (IE060, type 2).
			Step: StepAnnounceControl, Message: "IE060", From: []State{PreLodged}, By: ByDeparture,
			Takes: []string{"controlTypes*", "documents"}, guard: knownControls, apply: decideControl,
		},
		{
			Step: StepDecideControl, Message: "IE060", From: []State{Accepted}, By: ByDeparture, To: UnderControl,
			Takes: []string{"controlTypes*", "documents"}, guard: knownControls, apply: decideControl,
		},
		{
			Step: StepRequestAmendment, Message: "IE022", From: []State{UnderControl}, By: ByDeparture,
			Takes: []string{"reason*"}, apply: requestAmendment,
		},
		{
			Step: StepRequestRelease, Message: "IE054", From: []State{UnderControl}, By: ByDeclarant,
			guard: noReleaseAsked, apply: requestRelease,
		},
		{
			Step: StepRefuseReleaseRequest, Message: "IE056", From: []State{UnderControl}, By: ByDeparture,
			Takes: []string{"reason*"}, guard: releaseAsked, apply: refuseReleaseRequest,
		},
		{
			Step: StepRecordControl, Message: "IE017", From: []State{UnderControl}, By: ByDeparture, To: Accepted,
			Takes: []string{"result*"}, guard: satisfactory, apply: recordControl,
		},
	}
}

func releaseRows() []Transition {
	return []Transition{
		{
			Step: StepRefuseGuarantee, Message: "IE055", From: []State{Accepted}, By: ByDeparture, To: GuaranteeUnderAmendment,
			Takes: []string{"reason*", "timeLimit*"}, guard: limitAhead, apply: refuseGuarantee,
		},
		{
			Step: StepRelease, Message: "IE029", From: []State{Accepted}, By: ByDeparture, To: Released,
			Effect: LockGuarantees, Takes: []string{"timeLimit*", "balances", "overrideReason"}, guard: all(limitAhead, arrivalAhead, covered), apply: release,
		},
		{
			Step: StepRefuseRelease, Message: "IE051", From: []State{Accepted, UnderControl}, By: ByDeparture,
			To: NotReleased, Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepRefuseRelease, Message: "IE051", From: []State{GuaranteeUnderAmendment}, By: ByDeparture,
			To: NotReleased, Effect: FreeGuarantees, Takes: []string{"reason*"}, guard: amendmentOverdue, apply: end,
		},
	}
}

func cancelRows() []Transition {
	return []Transition{
		{
			Step: StepCancel, Message: "IE014", From: []State{PreLodged, Submitted}, By: ByApplicant, To: Cancelled,
			Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepRequestCancel, Message: "IE014", From: []State{Accepted, GuaranteeUnderAmendment, UnderControl}, By: ByDeclarant,
			Takes: []string{"reason*"}, apply: requestCancel,
		},
		{
			Step: StepRefuseCancel, Message: "IE009", From: []State{Accepted, GuaranteeUnderAmendment, UnderControl}, By: ByDeparture,
			Takes: []string{"reason*"}, guard: cancelAsked, apply: refuseCancel,
		},
		{
			Step: StepCancel, Message: "IE009", From: []State{Accepted, GuaranteeUnderAmendment, UnderControl}, By: ByDeparture,
			To: Cancelled, Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: end,
		},
		{
			Step: StepCancel, Message: "IE009", From: []State{Released}, By: ByDeparture,
			To: Cancelled, Effect: FreeGuarantees, Takes: []string{"reason*"}, apply: cancelReleased,
		},
	}
}

// fallbackRows are for movements that were begun on paper when the ledger could not be reached: what began on paper ends on
// paper, and the ledger keeps the guarantee.
func fallbackRows() []Transition {
	return []Transition{
		{
			Step: StepRegisterFallback, Message: "", From: []State{Submitted}, By: ByDeparture, To: Released,
			Effect: LockGuarantees, Takes: []string{"startedOn*", "timeLimit*", "balances", "overrideReason"},
			guard: all(begunOnPaper, covered), apply: registerFallback,
		},
		{
			Step: StepEndFallback, Message: "IE045", From: []State{Released, UnderEnquiry}, By: ByDeparture, To: Discharged,
			Effect: FreeGuarantees, Takes: []string{"reason*", "annex"}, Annex: AnnexNote, guard: onPaper, apply: endFallback,
		},
	}
}

// all combines guards; the first that refuses speaks.
func all(guards ...func(*Movement, *Request) *Fault) func(*Movement, *Request) *Fault {
	return func(m *Movement, r *Request) *Fault {
		for _, g := range guards {
			if fault := g(m, r); fault != nil {
				return fault
			}
		}
		return nil
	}
}

// outOfSequence is the refusal of a step that nothing has asked for.
func outOfSequence(format string, args ...any) *Fault {
	return Faultf(OutOfSequence, format, args...).With(Violation{Code: "92", Pointer: "/movement", Text: "message out of sequence"})
}

func sameIdentity(m *Movement, r *Request) *Fault {
	f := r.Face
	if f.Version != m.Version+1 {
		return Faultf(Stale, "the amended content has version %d; the record's next is %d", f.Version, m.Version+1).At("/face/version")
	}
	for _, c := range []struct{ field, was, is string }{
		{"id", m.ID, f.ID}, {"lrn", m.LRN, f.LRN}, {"holder", m.Holder, f.Holder}, {"departure", m.Departure, f.Departure},
		{"declarationType", m.DeclarationType, f.DeclarationType}, {"additionalType", m.AdditionalType, f.AdditionalType},
		{"security", m.Security, f.Security},
	} {
		if c.was != c.is {
			return mustStay(c.field, c.was, c.is)
		}
	}
	return nil
}

func mustStay(field, was, is string) *Fault {
	return Faultf(InvalidDocument, "an amendment may not change %s", field).
		With(Violation{Code: CodeRuleViolation, Pointer: "/face/" + field, Rule: "R0520", Value: is, Text: "must stay " + was})
}

// sameRoute: while the guarantee is under amendment only it may change (R0520, flag 1). The country of departure compares the
// content; what of it is public is compared here by everybody.
func sameRoute(m *Movement, r *Request) *Fault {
	f := r.Face
	if f.Destination != m.Destination {
		return mustStay("destination", m.Destination, f.Destination)
	}
	entries := func(legs []Leg) []string {
		out := make([]string, len(legs))
		for i, l := range legs {
			out[i] = l.EntryOffice
		}
		return out
	}
	if was, is := entries(m.Legs), entries(f.Legs); !slices.Equal(was, is) {
		return mustStay("legs", fmt.Sprint(was), fmt.Sprint(is))
	}
	if !slices.Equal(m.ExitOffices, f.ExitOffices) {
		return mustStay("exitOffices", fmt.Sprint(m.ExitOffices), fmt.Sprint(f.ExitOffices))
	}
	return nil
}

func amend(m *Movement, r *Request) {
	// The witnesses keep those of the former itinerary: only more may look over the custodian's shoulder.
	was := m.Witnesses
	m.show(*r.Face)
	m.Control = nil // It vouched for the content it saw.
	m.AmendBy, m.AmendmentAsked, m.ReleaseAsked = "", "", ""
	m.Witnesses = witnesses(*r.Face, was)
}

// presentable: what the declaration was allowed to leave open stands in it now. The country of departure has looked, which alone
// has the content; the others go by what it has said.
func presentable(m *Movement, _ *Request) *Fault {
	if m.Presentable {
		return nil
	}
	return Faultf(InvalidDocument, "the declaration of movement %s lacks what is demanded when the goods are presented; amend it first", m.Reference()).
		With(Violation{
			Code: CodeMissing, Pointer: "/presentable", Rule: "IE170",
			Text: "give by an amendment what a declaration before presentation may leave open; the rules applied as at presentation say what",
		})
}

// staysPresentable: once the goods were presented, an amendment leaves nothing open.
func staysPresentable(m *Movement, r *Request) *Fault {
	if m.PresentedAt == "" || r.Face.Presentable {
		return nil
	}
	return Faultf(InvalidDocument, "the goods of movement %s were presented; an amendment may leave nothing open any more", m.Reference()).
		With(Violation{
			Code: CodeMissing, Pointer: "/face/presentable", Rule: "IE170",
			Text: "the content lacks what is demanded when goods are presented",
		})
}

func presentInTime(m *Movement, r *Request) *Fault {
	limit := dayAfter(m.LodgedAt, PreLodgementDays)
	if passed("presentation", limit, r) == nil {
		return Faultf(OutOfSequence, "the goods had to be presented by %s", limit)
	}
	return nil
}

func present(m *Movement, r *Request) { m.PresentedAt = Stamp(r.At) }

func preLodgementExpired(m *Movement, r *Request) *Fault {
	return passed("presentation", dayAfter(m.LodgedAt, PreLodgementDays), r)
}

func expire(m *Movement, r *Request) {
	m.Reason = fmt.Sprintf("the goods were not presented within %d days", PreLodgementDays)
	m.EndedAt = Stamp(r.At)
}

func accept(m *Movement, r *Request) {
	m.AcceptedAt = Stamp(r.At)
	m.override(r)
}

func requestCancel(m *Movement, r *Request) {
	m.CancelAsked = Stamp(r.At)
	m.Reason = r.Step.Reason
}

func cancelAsked(m *Movement, _ *Request) *Fault {
	if m.CancelAsked == "" {
		return outOfSequence("the declarant of movement %s has not asked for cancellation", m.Reference())
	}
	return nil
}

func refuseCancel(m *Movement, r *Request) {
	m.CancelAsked = ""
	m.Reason = r.Step.Reason
}

func end(m *Movement, r *Request) {
	m.Reason = r.Step.Reason
	m.EndedAt = Stamp(r.At)
}

func cancelReleased(m *Movement, r *Request) {
	end(m, r)
	m.HandOff, m.Diversion = nil, nil
	for i := range m.Legs {
		if m.Legs[i].State == LegStarted {
			m.Legs[i].State, m.Legs[i].EndedAt = LegTerminated, Stamp(r.At)
		}
	}
}

func knownControls(_ *Movement, r *Request) *Fault {
	if len(r.Step.ControlTypes) > 9 {
		return Faultf(MalformedRequest, "at most 9 types of control").At("/controlTypes")
	}
	if len(r.Step.Documents) > 99 {
		return Faultf(MalformedRequest, "at most 99 documents").At("/documents")
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

func requestAmendment(m *Movement, r *Request) {
	m.AmendmentAsked = Stamp(r.At)
	m.Reason = r.Step.Reason
}

func amendmentAsked(m *Movement, _ *Request) *Fault {
	if m.AmendmentAsked == "" {
		return outOfSequence("movement %s is under control, and no amendment was asked for", m.Reference())
	}
	return nil
}

func noReleaseAsked(m *Movement, _ *Request) *Fault {
	if m.ReleaseAsked != "" {
		return outOfSequence("release of movement %s was asked for at %s already", m.Reference(), m.ReleaseAsked)
	}
	return nil
}

func requestRelease(m *Movement, r *Request) { m.ReleaseAsked = Stamp(r.At) }

func releaseAsked(m *Movement, _ *Request) *Fault {
	if m.ReleaseAsked == "" {
		return outOfSequence("the declarant of movement %s has not asked for release", m.Reference())
	}
	return nil
}

func refuseReleaseRequest(m *Movement, r *Request) {
	m.ReleaseAsked = ""
	m.Reason = r.Step.Reason
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
	m.AmendmentAsked, m.ReleaseAsked = "", ""
}

func refuseGuarantee(m *Movement, r *Request) {
	m.AmendBy = r.Step.TimeLimit
	m.Reason = r.Step.Reason
}

func amendmentOverdue(m *Movement, r *Request) *Fault {
	return passed("replacement of the guarantee", m.AmendBy, r)
}

// arrivalAhead: an arrival at an office of transit that was estimated for a day that has passed needs an amendment first (R0004).
func arrivalAhead(m *Movement, r *Request) *Fault {
	if found := CheckRelease(m.FirstArrival, r.At); len(found) > 0 {
		return Faultf(InvalidDocument, "movement %s cannot arrive when it was estimated to; the declaration has to be amended", m.Reference()).
			With(found...)
	}
	return nil
}

func release(m *Movement, r *Request) {
	m.ReleasedAt = Stamp(r.At)
	m.override(r)
	m.TimeLimit = r.Step.TimeLimit
	m.CancelAsked = "" // The release is the office's answer.
	m.Legs[0].State, m.Legs[0].ActualOffice, m.Legs[0].StartedAt = LegStarted, r.Actor.Office, Stamp(r.At)
}

// begunOnPaper accepts the day of a release on paper, and the time limit that stands on the paper.
func begunOnPaper(_ *Movement, r *Request) *Fault {
	started, err := time.Parse(dateLayout, r.Step.StartedOn)
	today := r.At.UTC().Truncate(24 * time.Hour)
	if err != nil || started.After(today) || started.Before(today.AddDate(0, 0, -FallbackDays)) {
		return Faultf(MalformedRequest, "the day of the release on paper is a date of the last %d days", FallbackDays).At("/startedOn")
	}
	limit, err := time.Parse(dateLayout, r.Step.TimeLimit)
	if err != nil || limit.Before(started) || limit.Sub(started) > longestLimit {
		return Faultf(MalformedRequest, "the time limit is a date from the day of the release on, at most a year after it").At("/timeLimit")
	}
	return nil
}

func registerFallback(m *Movement, r *Request) {
	accept(m, r)
	release(m, r)
	m.Fallback = &Fallback{StartedOn: r.Step.StartedOn, RegisteredAt: Stamp(r.At)}
}

func onPaper(m *Movement, _ *Request) *Fault {
	if m.Fallback == nil {
		return outOfSequence("movement %s travels on the ledger and ends there", m.Reference())
	}
	return nil
}

// onLedger refuses for a movement on paper the steps of its journey: they are taken on the paper.
func onLedger(m *Movement, _ *Request) *Fault {
	if m.Fallback != nil {
		return outOfSequence("movement %s travels on paper, as it began", m.Reference())
	}
	return nil
}

func endFallback(m *Movement, r *Request) {
	m.Reason = r.Step.Reason
	discharge(m, r)
}
