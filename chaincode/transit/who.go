package transit

import (
	"fmt"
	"slices"
)

// Who names those who may take a step. [Who.Admits] decides.
type Who string

// Those who take part (the messages and their senders).
const (
	ByDeclarant   Who = "declarant"
	ByDeparture   Who = "officer at the office of departure"
	ByApplicant   Who = "declarant, or officer at the office of departure"
	ByCustodian   Who = "officer of the custodian"
	ByReceiver    Who = "officer at the office the hand-off names"
	ByExit        Who = "officer of the custodian at an office of exit"
	ByMeeting     Who = "officer at an office of transit, exit or destination that met the goods"
	ByAsker       Who = "officer at the office that asked for the diversion"
	ByDestination Who = "officer at the office of destination"
	ByDischarger  Who = "officer at the office of destination or of departure"
	ByNotifier    Who = "trader of the country of destination"
	ByConsignee   Who = "trader who notified the arrival"
	ByRecovery    Who = "officer at the office of recovery in charge"
	ByCollector   Who = "officer at an office of recovery of the country of departure"
	ByAskedOffice Who = "officer at the office of recovery that was asked"
	ByGuarantor   Who = "guarantor of the movement"
)

// Admits reports whether the actor is one of them for this movement.
func (w Who) Admits(m *Movement, a Actor) bool {
	admits, known := participants[w]
	return known && admits(m, a)
}

// participants is built once and never changed.
var participants = map[Who]func(*Movement, Actor) bool{
	ByDeclarant: isDeclarant,
	ByDeparture: func(m *Movement, a Actor) bool { return isOfficerAt(a, m.Departure) },
	ByApplicant: func(m *Movement, a Actor) bool { return isDeclarant(m, a) || isOfficerAt(a, m.Departure) },
	ByCustodian: isCustodian,
	ByReceiver: func(m *Movement, a Actor) bool {
		return m.HandOff != nil && isOfficerAt(a, m.HandOff.Office) && a.MSP == m.HandOff.MSP
	},
	ByExit: func(m *Movement, a Actor) bool { return isCustodian(m, a) && a.at(OfficeExit) },
	ByMeeting: func(_ *Movement, a Actor) bool {
		return a.at(OfficeTransit) || a.at(OfficeExit) || a.at(OfficeDestination)
	},
	ByAsker:       func(m *Movement, a Actor) bool { return m.Diversion != nil && isOfficerAt(a, m.Diversion.Office) },
	ByDestination: func(m *Movement, a Actor) bool { return isOfficerAt(a, m.Destination) },
	ByDischarger: func(m *Movement, a Actor) bool {
		return isOfficerAt(a, m.Destination) || isOfficerAt(a, m.Departure)
	},
	ByNotifier: func(m *Movement, a Actor) bool {
		return a.Role == RoleTrader && a.Country == OfficeCountry(m.Destination)
	},
	ByConsignee: func(m *Movement, a Actor) bool {
		return m.Arrival != nil && a.Role == RoleTrader && m.Arrival.Trader == Declarant{MSP: a.MSP, Operator: a.Operator}
	},
	ByRecovery: func(m *Movement, a Actor) bool { return m.Recovery != nil && isOfficerAt(a, m.Recovery.Office) },
	ByCollector: func(m *Movement, a Actor) bool {
		return a.at(OfficeRecovery) && a.Country == OfficeCountry(m.Departure)
	},
	ByAskedOffice: func(m *Movement, a Actor) bool {
		return m.Recovery != nil && m.Recovery.Asked != "" && isOfficerAt(a, m.Recovery.Asked)
	},
	ByHolder:    func(m *Movement, a Actor) bool { return isOperator(a, m.Holder) },
	ByNewHolder: func(m *Movement, a Actor) bool { return m.Transfer != nil && isOperator(a, m.Transfer.To) },
	ByGuarantor: func(m *Movement, a Actor) bool {
		return a.Role == RoleGuarantor && slices.Contains(m.Guarantors, a.MSP)
	},
}

func isDeclarant(m *Movement, a Actor) bool {
	return a.Role == RoleTrader && a.MSP == m.Declarant.MSP && a.Operator == m.Declarant.Operator
}

func isCustodian(m *Movement, a Actor) bool { return a.Role == RoleOfficer && a.MSP == m.Custodian }

func isOfficerAt(a Actor, office string) bool { return a.Role == RoleOfficer && a.Office == office }

// at reports whether the actor is an officer whose office has the role.
func (a Actor) at(role string) bool {
	return a.Role == RoleOfficer && slices.Contains(a.OfficeRoles, role)
}

func (m *Movement) notAdmitted(t *Transition, a Actor) *Fault {
	if t.By == ByReceiver && m.HandOff == nil {
		return handOffOpen(m, nil)
	}
	return Faultf(NotAuthorised, "%s of movement %s is for the %s%s, not for %s", t.Step, m.Reference(), t.By, m.place(t.By), a)
}

// place adds to a role which office or organisation it is for this movement.
func (m *Movement) place(w Who) string {
	is := map[Who]string{
		ByDeclarant: m.Declarant.Operator, ByDeparture: m.Departure, ByApplicant: m.Departure, ByCustodian: m.Custodian,
		ByExit: m.Custodian, ByDestination: m.Destination, ByDischarger: m.Destination + ", " + m.Departure,
		ByNotifier: OfficeCountry(m.Destination), ByCollector: OfficeCountry(m.Departure),
	}[w]
	switch {
	case w == ByReceiver && m.HandOff != nil:
		is = m.HandOff.Office
	case w == ByAsker && m.Diversion != nil:
		is = m.Diversion.Office
	case w == ByRecovery && m.Recovery != nil:
		is = m.Recovery.Office
	case w == ByAskedOffice && m.Recovery != nil:
		is = m.Recovery.Asked
	case w == ByConsignee && m.Arrival != nil:
		is = m.Arrival.Trader.Operator
	}
	if is == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", is)
}
