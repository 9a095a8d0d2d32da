package transit

// destinationRows are the steps from the notification of arrival to discharge.
func destinationRows() []Transition {
	return append(arrivalRows(), resultRows()...)
}

func arrivalRows() []Transition {
	return []Transition{
		{
			Step: StepNotifyArrival, Message: "IE007", From: underway(), By: ByNotifier,
			Takes: []string{"simplified"}, guard: all(onLedger, notNotified), apply: notifyArrival,
		},
		{
			Step: StepRejectArrival, Message: "IE057", From: underway(), By: ByDestination,
			Takes: []string{"reason*"}, guard: notified, apply: rejectArrival,
		},
		{
			Step: StepArrive, Message: "IE006", From: underway(), By: ByDestination, To: Arrived,
			guard: all(onLedger, lastTerritory), apply: arrive,
		},
		{
			Step: StepPermitUnloading, Message: "IE043", From: []State{Arrived}, By: ByDestination,
			guard: all(notified, unloadable), apply: permitUnloading,
		},
		{
			Step: StepRemarkUnloading, Message: "IE044", From: []State{Arrived}, By: ByConsignee,
			Takes: []string{"conform*", "complete*", "annex"}, Annex: AnnexRemarks, guard: remarkable, apply: remarkUnloading,
		},
		{
			Step: StepRejectRemarks, Message: "IE057", From: []State{Arrived}, By: ByDestination,
			Takes: []string{"reason*"}, guard: remarked, apply: rejectRemarks,
		},
		{
			Step: StepReleaseGoods, Message: "IE025", From: []State{Arrived, WaitingResolution}, By: ByDestination,
			Takes: []string{"goodsReleased*"}, guard: releasable, apply: releaseGoods,
		},
	}
}

func resultRows() []Transition {
	return []Transition{
		{
			Step: StepRecordResults, Message: "IE018", From: []State{Arrived}, By: ByDestination,
			Takes: []string{"result*"}, guard: conform, apply: recordResults,
		},
		{
			Step: StepRecordDiscrepancies, Message: "IE018, IE019", From: []State{Arrived}, By: ByDestination, To: WaitingResolution,
			Takes: []string{"result*", "timeLimit*", "annex*"}, Annex: AnnexNote, guard: all(discrepant, limitAhead), apply: recordDiscrepancies,
		},
		{
			Step: StepResolveDiscrepancies, Message: "IE049", From: []State{WaitingResolution}, By: ByDeparture, To: Discharged,
			Effect: FreeGuarantees, Takes: []string{"reason*", "annex"}, Annex: AnnexNote, apply: resolveDiscrepancies,
		},
		{
			Step: StepDischarge, Message: "IE045", From: []State{Arrived}, By: ByDischarger, To: Discharged,
			Effect: FreeGuarantees, guard: resultsConform, apply: discharge,
		},
	}
}

func notNotified(m *Movement, _ *Request) *Fault {
	if m.Arrival != nil {
		return outOfSequence("the arrival of movement %s was notified at %s", m.Reference(), m.Arrival.NotifiedAt)
	}
	return nil
}

func notified(m *Movement, _ *Request) *Fault {
	if m.Arrival == nil {
		return outOfSequence("no trader has notified the arrival of movement %s", m.Reference())
	}
	return nil
}

func notifyArrival(m *Movement, r *Request) {
	m.Arrival = &Arrival{
		NotifiedAt: Stamp(r.At), Simplified: r.Step.Simplified,
		Trader: Declarant{MSP: r.Actor.MSP, Operator: r.Actor.Operator},
	}
}

func rejectArrival(m *Movement, r *Request) {
	m.Arrival = nil
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
	m.Diversion = nil
	MarkArrived(m)
	last := &m.Legs[len(m.Legs)-1]
	last.State, last.EndedAt = LegTerminated, Stamp(r.At)
}

// unloadable: unloading is permitted once, and again after remarks that it was not completed.
func unloadable(m *Movement, _ *Request) *Fault {
	a := m.Arrival
	if a.UnloadingPermittedAt != "" && (a.Remarks == nil || a.Remarks.Complete) {
		return outOfSequence("unloading of movement %s was permitted at %s", m.Reference(), a.UnloadingPermittedAt)
	}
	return nil
}

func permitUnloading(m *Movement, r *Request) {
	m.Arrival.UnloadingPermittedAt = Stamp(r.At)
	m.Arrival.Remarks = nil
}

// remarkable: remarks follow a permission, and what does not conform is told in an annex (R0054, R0055).
func remarkable(m *Movement, r *Request) *Fault {
	switch {
	case m.Arrival.UnloadingPermittedAt == "":
		return outOfSequence("unloading of movement %s is not permitted yet", m.Reference())
	case m.Arrival.Remarks != nil:
		return outOfSequence("the unloading remarks of movement %s were made at %s", m.Reference(), m.Arrival.Remarks.At)
	case *r.Step.Conform && r.Step.Annex != nil:
		return Faultf(MalformedRequest, "remarks that everything conforms have no differing elements").At("/annex")
	case !*r.Step.Conform && r.Step.Annex == nil:
		return Faultf(MalformedRequest, "the elements that differ stand in an annex").At("/annex")
	}
	return nil
}

func remarkUnloading(m *Movement, r *Request) {
	m.Arrival.Remarks = &Remarks{At: Stamp(r.At), Conform: *r.Step.Conform, Complete: *r.Step.Complete}
}

func remarked(m *Movement, _ *Request) *Fault {
	if m.Arrival == nil || m.Arrival.Remarks == nil {
		return outOfSequence("there are no unloading remarks of movement %s", m.Reference())
	}
	return nil
}

func rejectRemarks(m *Movement, r *Request) {
	m.Arrival.Remarks = nil
	m.Reason = r.Step.Reason
}

func releasable(m *Movement, r *Request) *Fault {
	if r.Step.GoodsReleased != ReleasedPartly && r.Step.GoodsReleased != ReleasedFully {
		return Faultf(MalformedRequest, "goods are released partial or full").At("/goodsReleased")
	}
	if m.Arrival != nil && m.Arrival.GoodsReleased == ReleasedFully {
		return outOfSequence("the goods of movement %s are released already", m.Reference())
	}
	return nil
}

func releaseGoods(m *Movement, r *Request) {
	if m.Arrival == nil {
		m.Arrival = &Arrival{NotifiedAt: m.ArrivedAt}
	}
	m.Arrival.GoodsReleased = r.Step.GoodsReleased
}

// conform accepts a satisfactory control result, once, and not while unloading goes on.
func conform(m *Movement, r *Request) *Fault {
	if m.Results != "" {
		return Faultf(OutOfSequence, "the control results of movement %s are recorded already: %s", m.Reference(), m.Results)
	}
	if fault := unloaded(m); fault != nil {
		return fault
	}
	switch r.Step.Result {
	case "A1", "A2":
		return nil
	}
	return Faultf(MalformedRequest, "a conform control result at destination is A1 or A2").At("/result")
}

// unloaded refuses results while a permitted unloading is not finished.
func unloaded(m *Movement) *Fault {
	a := m.Arrival
	if a != nil && a.UnloadingPermittedAt != "" && (a.Remarks == nil || !a.Remarks.Complete) {
		return outOfSequence("the unloading of movement %s, permitted at %s, is not completed", m.Reference(), a.UnloadingPermittedAt)
	}
	return nil
}

func recordResults(m *Movement, r *Request) { m.Results = r.Step.Result }

// discrepant accepts a control result that tells of discrepancies: A5, or B1 not satisfactory (CL197).
func discrepant(m *Movement, r *Request) *Fault {
	if m.Results != "" {
		return Faultf(OutOfSequence, "the control results of movement %s are recorded already: %s", m.Reference(), m.Results)
	}
	if fault := unloaded(m); fault != nil {
		return fault
	}
	switch r.Step.Result {
	case "A5", "B1":
		return nil
	}
	return Faultf(MalformedRequest, "a control result with discrepancies is A5 or B1").At("/result")
}

func recordDiscrepancies(m *Movement, r *Request) {
	m.Results, m.ResolveBy = r.Step.Result, r.Step.TimeLimit
}

func resolveDiscrepancies(m *Movement, r *Request) {
	m.Reason = r.Step.Reason
	discharge(m, r)
}

func resultsConform(m *Movement, _ *Request) *Fault {
	switch m.Results {
	case "A1", "A2":
		return nil
	case "":
		return Faultf(OutOfSequence, "the control results of movement %s are not recorded yet", m.Reference())
	}
	return Faultf(OutOfSequence, "the control result of movement %s is %s", m.Reference(), m.Results)
}

func discharge(m *Movement, r *Request) {
	m.EndedAt = Stamp(r.At)
	for i := range m.Legs {
		// A territory that the goods never entered has nothing to discharge.
		if m.Legs[i].State != LegExpected {
			m.Legs[i].State = LegDischarged
		}
	}
}
