package projection

import "carec.example/cats/chaincode/transit"

// Task is a kind of thing that waits for somebody.
type Task string

// Kinds of tasks, each named after the step that it waits for.
const (
	// At departure.
	ToPresent       Task = "present"        // IE170, the declarant
	ToAccept        Task = "accept"         // IE028
	ToDecideControl Task = "decide-control" // IE060, or the release without one
	ToControl       Task = "control"        // IE017
	ToRelease       Task = "release"        // IE029, the control is over or release was asked for (IE054)
	ToAmend         Task = "amend"          // IE013, the declarant
	ToAnswerCancel  Task = "answer-cancel"  // IE009
	// On the way.
	ToExpect         Task = "expect"          // IE050, IE001: the goods are under way to the office
	ToAcceptHandOff  Task = "accept-hand-off" // IE118
	ToDecideDivert   Task = "decide-diversion"
	ToAcceptTransfer Task = "accept-transfer" // the operator to whom the document was offered
	// At destination.
	ToArrive    Task = "arrive"         // IE006, the arrival was notified
	ToUnload    Task = "remark"         // IE044, the trader at destination
	ToResult    Task = "record-results" // IE018
	ToDischarge Task = "discharge"      // IE045
	ToResolve   Task = "resolve"        // IE049, discrepancies
	// Enquiry and recovery.
	ToEnquire       Task = "enquire"        // the office that searches
	ToAnswerEnquiry Task = "answer-enquiry" // IE141 the declarant, IE143 the office of destination
	ToRecover       Task = "recover"        // the office of recovery in charge
	ToTakeRecovery  Task = "take-recovery"  // IE151
	ToSettleClaim   Task = "settle-claim"   // IE035, the guarantor
	ToDecideClaim   Task = "decide-claim"   // a contested claim, the office of recovery
	ToWriteOff      Task = "close-recovery" // every claim is settled, the office of recovery
	ToCloseEnquiry  Task = "close-enquiry"  // both have answered
)

// Tasks lists all kinds.
func Tasks() []Task {
	return []Task{
		ToPresent, ToAccept, ToDecideControl, ToControl, ToRelease, ToAmend, ToAnswerCancel, ToExpect, ToAcceptHandOff, ToDecideDivert,
		ToAcceptTransfer, ToArrive, ToUnload, ToResult, ToDischarge, ToResolve, ToEnquire, ToCloseEnquiry, ToAnswerEnquiry, ToRecover,
		ToTakeRecovery, ToSettleClaim, ToDecideClaim, ToWriteOff,
	}
}

// Role is the role of an office in which it has a kind of task; empty for tasks of operators and guarantors.
func (t Task) Role() string {
	switch t {
	case ToAccept, ToDecideControl, ToControl, ToRelease, ToAnswerCancel, ToDecideDivert, ToResolve, ToEnquire, ToCloseEnquiry:
		return "departure"
	case ToAcceptHandOff:
		return "transit"
	case ToArrive, ToResult, ToDischarge:
		return "destination"
	case ToRecover, ToTakeRecovery, ToDecideClaim, ToWriteOff:
		return "recovery"
	}
	return ""
}

// task is one row: what waits, for whom, since when, and until which day if there is one.
type task struct {
	kind       Task
	who        string
	since, due string
}

// Who names those for whom something waits, as work lists are kept.
func atOffice(reference string) string       { return "office " + reference }
func forOperator(number string) string       { return "operator " + number }
func forGuarantor(msp string) string         { return "guarantor " + msp }
func declarantOf(m *transit.Movement) string { return forOperator(m.Declarant.Operator) }

// tasksOf tells what waits for whom in a movement. It is a function of the record.
func tasksOf(m *transit.Movement) []task {
	departure := atOffice(m.Departure)
	switch m.State {
	case transit.PreLodged:
		return []task{{ToPresent, declarantOf(m), m.At, ""}}
	case transit.Submitted:
		return []task{{ToAccept, departure, m.At, ""}}
	case transit.Accepted:
		return append(cancelTask(m), append(transferTask(m), acceptedTask(m))...)
	case transit.UnderControl:
		return append(cancelTask(m), controlTasks(m)...)
	case transit.GuaranteeUnderAmendment:
		return append(cancelTask(m), task{ToAmend, declarantOf(m), m.At, m.AmendBy})
	case transit.Released:
		return append(transferTask(m), wayTasks(m)...)
	case transit.Arrived:
		return arrivedTasks(m)
	case transit.WaitingResolution:
		return []task{{ToResolve, departure, m.At, m.ResolveBy}}
	case transit.UnderEnquiry:
		return append(enquiryTasks(m), wayTasks(m)...)
	case transit.UnderRecovery:
		return recoveryTasks(m)
	}
	return nil
}

// acceptedTask: an accepted declaration waits for the decision whether to control, or for release once that is behind it.
func acceptedTask(m *transit.Movement) task {
	if m.Control != nil && m.Control.Result != "" {
		return task{ToRelease, atOffice(m.Departure), m.Control.ResultAt, ""}
	}
	return task{ToDecideControl, atOffice(m.Departure), m.AcceptedAt, ""}
}

func controlTasks(m *transit.Movement) []task {
	out := []task{{ToControl, atOffice(m.Departure), or(m.Control).DecidedAt, ""}}
	if m.ReleaseAsked != "" {
		out = append(out, task{ToRelease, atOffice(m.Departure), m.ReleaseAsked, ""})
	}
	if m.AmendmentAsked != "" {
		out = append(out, task{ToAmend, declarantOf(m), m.AmendmentAsked, ""})
	}
	return out
}

func cancelTask(m *transit.Movement) []task {
	if m.CancelAsked == "" {
		return nil
	}
	return []task{{ToAnswerCancel, atOffice(m.Departure), m.CancelAsked, ""}}
}

func transferTask(m *transit.Movement) []task {
	if m.Transfer == nil {
		return nil
	}
	return []task{{ToAcceptTransfer, forOperator(m.Transfer.To), m.Transfer.ProposedAt, ""}}
}

// wayTasks: while the goods are under way the next office expects them, until they are offered to it.
func wayTasks(m *transit.Movement) []task {
	var out []task
	if d := m.Diversion; d != nil {
		out = append(out, task{ToDecideDivert, atOffice(m.Departure), d.AskedAt, ""})
	}
	if h := m.HandOff; h != nil {
		return append(out, task{ToAcceptHandOff, atOffice(h.Office), h.ProposedAt, m.TimeLimit})
	}
	if m.Arrival != nil {
		return append(out, task{ToArrive, atOffice(m.Destination), m.Arrival.NotifiedAt, m.TimeLimit})
	}
	next, since := m.Destination, m.ReleasedAt
	for i, l := range m.Legs {
		if l.State == transit.LegStarted {
			since = l.StartedAt
		}
		if l.State == transit.LegExpected {
			if i > 0 {
				next = l.EntryOffice
			}
			break
		}
	}
	return append(out, task{ToExpect, atOffice(next), since, m.TimeLimit})
}

func arrivedTasks(m *transit.Movement) []task {
	if m.Results != "" {
		return []task{{ToDischarge, atOffice(m.Destination), m.At, ""}}
	}
	out := []task{{ToResult, atOffice(m.Destination), m.ArrivedAt, ""}}
	if a := m.Arrival; a != nil && a.UnloadingPermittedAt != "" && (a.Remarks == nil || !a.Remarks.Complete) && a.Trader.Operator != "" {
		out = append(out, task{ToUnload, forOperator(a.Trader.Operator), a.UnloadingPermittedAt, ""})
	}
	return out
}

func enquiryTasks(m *transit.Movement) []task {
	e := or(m.Enquiry)
	if e.HolderAnsweredAt != "" && e.DestinationAnsweredAt != "" {
		return []task{{ToCloseEnquiry, atOffice(m.Departure), max(e.HolderAnsweredAt, e.DestinationAnsweredAt), ""}}
	}
	out := []task{{ToEnquire, atOffice(m.Departure), e.StartedAt, ""}}
	if e.HolderAnsweredAt == "" {
		out = append(out, task{ToAnswerEnquiry, declarantOf(m), e.StartedAt, ""})
	}
	if e.DestinationAnsweredAt == "" {
		out = append(out, task{ToAnswerEnquiry, atOffice(m.Destination), e.StartedAt, ""})
	}
	return out
}

// recoveryTasks: the office in charge goes on, unless it waits for the guarantors alone.
func recoveryTasks(m *transit.Movement) []task {
	r := or(m.Recovery)
	var out []task
	if r.Asked != "" {
		out = append(out, task{ToTakeRecovery, atOffice(r.Asked), m.At, ""})
	}
	open, contested, since := 0, 0, ""
	for _, c := range r.Claims {
		switch c.State {
		case transit.ClaimMade:
			open++
			since = c.At
		case transit.ClaimContested:
			contested++
			since = c.At
		}
	}
	switch {
	case contested > 0:
		out = append(out, task{ToDecideClaim, atOffice(r.Office), since, ""})
	case open == 0 && len(r.Claims) > 0:
		out = append(out, task{ToWriteOff, atOffice(r.Office), m.At, ""})
	case open == 0:
		out = append(out, task{ToRecover, atOffice(r.Office), r.StartedAt, ""})
	}
	if open > 0 {
		for _, msp := range m.Guarantors {
			out = append(out, task{ToSettleClaim, forGuarantor(msp), since, ""})
		}
	}
	return out
}
