package transit

import (
	"slices"
)

// underway are the states in which the goods move: an enquiry does not stop them.
func underway() []State { return []State{Released, UnderEnquiry} }

// routeRows are the steps between release and arrival.
func routeRows() []Transition {
	return slices.Concat(handOffRows(), diversionRows(), []Transition{
		{
			Step: StepRecordExit, Message: "IE168", From: underway(), By: ByExit, guard: all(onLedger, exitKnown), apply: recordExit,
		},
		{
			Step: StepRegisterIncident, Message: "IE180", From: underway(), By: ByCustodian,
			Takes: []string{"incident*", "annex*"}, Annex: AnnexIncident, guard: all(onLedger, knownIncident), apply: registerIncident,
		},
	})
}

func handOffRows() []Transition {
	return []Transition{
		{
			Step: StepProposeHandOff, Message: "IE050", From: underway(), By: ByCustodian,
			guard: all(onLedger, territoryAhead), apply: proposeHandOff,
		},
		{
			Step: StepAcceptHandOff, Message: "IE118", From: underway(), By: ByReceiver,
			guard: handOffOpen, apply: acceptHandOff,
		},
		{
			Step: StepRefuseHandOff, Message: "IE119", From: underway(), By: ByReceiver,
			Takes: []string{"reason*"}, guard: handOffOpen, apply: closeHandOff,
		},
		{
			Step: StepWithdrawHandOff, Message: "IE010", From: underway(), By: ByCustodian,
			Takes: []string{"reason"}, guard: handOffOpen, apply: closeHandOff,
		},
	}
}

// diversionRows: an office that was not declared asks, the office of departure answers.
func diversionRows() []Transition {
	return []Transition{
		{
			Step: StepAskDiversion, Message: "IE114, IE002, IE164", From: underway(), By: ByMeeting,
			Takes: []string{"diversion*"}, guard: all(onLedger, divertible), apply: askDiversion,
		},
		{
			Step: StepGrantDiversion, Message: "IE115, IE003, IE165", From: underway(), By: ByDeparture,
			Takes: []string{"route", "destination"}, guard: all(diversionOpen, routeAhead), apply: grantDiversion,
		},
		{
			Step: StepRefuseDiversion, Message: "IE115, IE003, IE165", From: underway(), By: ByDeparture,
			Takes: []string{"reason*"}, guard: diversionOpen, apply: closeDiversion,
		},
		{
			Step: StepWithdrawDiversion, Message: "", From: underway(), By: ByAsker,
			Takes: []string{"reason"}, guard: diversionOpen, apply: closeDiversion,
		},
	}
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
		return outOfSequence("no hand-off of movement %s is open", m.Reference())
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

// maxExits bounds the offices of exit of one movement, as a declaration does.
const maxExits = 9

// exitKnown: the office is a declared one, or a diversion to it was granted.
func exitKnown(m *Movement, r *Request) *Fault {
	office := r.Actor.Office
	granted := slices.ContainsFunc(m.Diversions, func(d DiversionEntry) bool { return d.Kind == DivertExit && d.Office == office })
	switch {
	case !granted && !slices.Contains(m.ExitOffices, office):
		return Faultf(OutOfSequence, "%s is no office of exit of movement %s; it can ask for a diversion", office, m.Reference())
	case slices.ContainsFunc(m.Exits, func(e Exit) bool { return e.Office == office }):
		return outOfSequence("movement %s has left through %s already", m.Reference(), office)
	case len(m.Exits) >= maxExits:
		return Faultf(TooLarge, "movement %s has passed %d offices of exit", m.Reference(), maxExits)
	}
	return nil
}

func recordExit(m *Movement, r *Request) {
	m.Exits = append(m.Exits, Exit{Office: r.Actor.Office, At: Stamp(r.At)})
}

// maxIncidents bounds the incidents of one movement (IE007, IE180: 9).
const maxIncidents = 9

func knownIncident(m *Movement, r *Request) *Fault {
	if !IncidentCodes().Has(r.Step.Incident) {
		return Faultf(MalformedRequest, "%q is no incident code", r.Step.Incident).At("/incident")
	}
	if len(m.Incidents) >= maxIncidents {
		return Faultf(TooLarge, "movement %s has %d incidents already", m.Reference(), maxIncidents)
	}
	return nil
}

func registerIncident(m *Movement, r *Request) {
	m.Incidents = append(m.Incidents, IncidentEntry{
		Code: r.Step.Incident, Office: r.Actor.Office, Country: r.Actor.Country, At: Stamp(r.At), Annex: r.Step.Annex.Digest,
	})
}

// maxDiversions bounds the diversions of one movement.
const maxDiversions = 9

// divertible: the office has the role for what it asks, and is not expected anyway.
func divertible(m *Movement, r *Request) *Fault {
	role, known := map[string]string{DivertTransit: OfficeTransit, DivertDestination: OfficeDestination, DivertExit: OfficeExit}[r.Step.Diversion]
	a := r.Actor
	switch {
	case !known:
		return Faultf(MalformedRequest, "a diversion is of kind transit, destination or exit").At("/diversion")
	case m.Diversion != nil:
		return outOfSequence("office %s has asked for a diversion of movement %s already", m.Diversion.Office, m.Reference())
	case !a.at(role):
		return Faultf(NotAuthorised, "%s is no office of %s", a.Office, role)
	case m.expects(r.Step.Diversion, a.Office):
		return outOfSequence("movement %s is expected at %s", m.Reference(), a.Office)
	case len(m.Diversions) >= maxDiversions:
		return Faultf(TooLarge, "movement %s has been diverted %d times", m.Reference(), maxDiversions)
	}
	return nil
}

// expects reports whether the office is on the way already, in the role. A territory is entered once: an office of transit of
// the one in which the goods are has nothing to ask.
func (m *Movement) expects(kind, office string) bool {
	switch kind {
	case DivertDestination:
		return m.Destination == office
	case DivertExit:
		return slices.Contains(m.ExitOffices, office)
	}
	return slices.ContainsFunc(m.Legs[m.current()+1:], func(l Leg) bool { return l.EntryOffice == office }) ||
		m.Legs[m.current()].Country == OfficeCountry(office)
}

func askDiversion(m *Movement, r *Request) {
	m.Diversion = &Diversion{Kind: r.Step.Diversion, Office: r.Actor.Office, MSP: r.Actor.MSP, AskedAt: Stamp(r.At)}
}

func diversionOpen(m *Movement, _ *Request) *Fault {
	if m.Diversion == nil {
		return outOfSequence("no diversion of movement %s was asked for", m.Reference())
	}
	return nil
}

// maxLegs bounds an itinerary, whatever diversions make of it.
const maxLegs = 20

// routeAhead accepts the answer to a diversion: the way still ahead leads through the office that asked and ends in the
// country of the office of destination. A diversion of exit changes no territory.
func routeAhead(m *Movement, r *Request) *Fault {
	d := m.Diversion
	if d.Kind == DivertExit {
		if len(r.Step.Route) > 0 || r.Step.Destination != "" {
			return Faultf(MalformedRequest, "a diversion of exit changes neither route nor destination").At("/route")
		}
		return nil
	}
	if m.HandOff != nil {
		return outOfSequence("a hand-off of movement %s to %s is open; it has to be withdrawn first", m.Reference(), m.HandOff.Office)
	}
	destination := m.Destination
	if r.Step.Destination != "" {
		destination = r.Step.Destination
	}
	legs := append(slices.Clone(m.Legs[:m.current()+1]), r.Route...)
	return checkRoute(legs, destination, d, len(r.Route))
}

func checkRoute(legs []Leg, destination string, d *Diversion, ahead int) *Fault {
	through := slices.ContainsFunc(legs[len(legs)-ahead:], func(l Leg) bool { return l.EntryOffice == d.Office })
	switch {
	case len(legs) > maxLegs:
		return Faultf(TooLarge, "an itinerary has at most %d territories", maxLegs).At("/route")
	case d.Kind == DivertTransit && !through:
		return Faultf(MalformedRequest, "the route does not lead through %s, which has asked", d.Office).At("/route")
	case d.Kind == DivertDestination && destination != d.Office:
		return Faultf(MalformedRequest, "the destination is not %s, which has asked", d.Office).At("/destination")
	case legs[len(legs)-1].Country != OfficeCountry(destination):
		return Faultf(MalformedRequest, "the route ends in %s, the office of destination is %s",
			legs[len(legs)-1].Country, destination).At("/route")
	}
	for i := 1; i < len(legs); i++ {
		if legs[i].Country == legs[i-1].Country {
			return Faultf(MalformedRequest, "the territory %s is entered twice running", legs[i].Country).At("/route")
		}
	}
	return nil
}

func grantDiversion(m *Movement, r *Request) {
	d := *m.Diversion
	entry := DiversionEntry{Kind: d.Kind, Office: d.Office, At: Stamp(r.At)}
	m.Diversion = nil
	if d.Kind != DivertExit {
		m.Legs = append(m.Legs[:m.current()+1], r.Route...)
		for _, l := range r.Route {
			m.Witnesses = append(m.Witnesses, l.MSP)
		}
		slices.Sort(m.Witnesses)
		m.Witnesses = slices.Compact(m.Witnesses)
		if r.Step.Destination != "" && r.Step.Destination != m.Destination {
			entry.Instead = m.Destination
			m.Destination = r.Step.Destination
			m.Arrival = nil // It was notified at another office.
		}
	}
	m.Diversions = append(m.Diversions, entry)
}

func closeDiversion(m *Movement, r *Request) {
	m.Diversion = nil
	m.Reason = r.Step.Reason
}
