package main

import (
	"strings"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// number finds a movement's number; identifications hold a digest, so that they are kept as they are made.
func (s *seeded) number(movement string) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, known := s.numbers[movement]
	return int(i), known
}

func (s *seeded) keep(movement string, i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.numbers == nil {
		s.numbers = make(map[string]int32, s.size)
	}
	s.numbers[movement] = int32(i)
}

// life is what becomes of a movement, in as many transactions: it is lodged, offered at the border, accepted there, and
// discharged; the events of the steps between stand with those. Of a hundred, one is under recovery with a claim instead.
func (s *seeded) life(i int) []seededStep {
	m := s.lodged(i)
	s.keep(m.ID, i)
	at := seedTime(i)
	take := func(after time.Duration, names ...string) seededStep {
		at = at.Add(after)
		m.At = transit.Stamp(at)
		e := &transit.EventPayload{V: 1}
		for _, name := range names {
			m.Seq++
			e.Steps = append(e.Steps, transit.EventStep{
				Record: "movement", ID: m.ID, MRN: m.MRN, Seq: m.Seq, Step: name, To: m.State, Custodian: m.Custodian, By: m.Custodian,
				Office: m.Departure,
			})
		}
		return seededStep{event: e, at: at, writes: nil}
	}
	begun := take(0, "Lodge")
	begun.writes = append(begun.writes, write(ledger.DeclaredKey(m.ID), m.Declared), write(ledger.MovementKey(m.ID), m.Course))
	steps := []seededStep{begun}
	later := func(after time.Duration, names ...string) {
		next := take(after, names...)
		next.writes = append(next.writes, write(ledger.MovementKey(m.ID), m.Course))
		steps = append(steps, next)
	}
	if i%10 == 9 {
		return steps
	}
	m.State, m.MRN = transit.Released, s.mrn(i)
	m.TimeLimit = transit.Day(at.AddDate(0, 0, 20))
	m.AcceptedAt, m.ReleasedAt = m.At, m.At
	m.Legs[0].State, m.Legs[0].StartedAt, m.Legs[0].ActualOffice = transit.LegStarted, m.At, m.Departure
	m.Guarantees[0].State = transit.UsageLocked
	if i%10 >= 7 {
		later(time.Hour, "Accept", "Release")
		if i%100 == 8 {
			later(30*24*time.Hour, recovered(m)...)
		}
		return steps
	}
	m.HandOff = &transit.HandOff{Leg: 1, MSP: m.Legs[1].MSP, Office: m.Legs[1].EntryOffice, ProposedAt: transit.Stamp(at.Add(2 * time.Hour))}
	later(2*time.Hour, "Accept", "Release", "ProposeHandOff")
	if i%10 == 6 {
		return steps
	}
	crossed := time.Duration(1+i%240) * time.Minute
	m.HandOff, m.Custodian = nil, m.Legs[1].MSP
	m.Legs[0].State, m.Legs[0].EndedAt = transit.LegTerminated, transit.Stamp(at.Add(crossed))
	m.Legs[1].State, m.Legs[1].StartedAt, m.Legs[1].ActualOffice = transit.LegStarted, m.Legs[0].EndedAt, m.Legs[1].EntryOffice
	later(crossed, "AcceptHandOff")
	m.State, m.ArrivedAt, m.Results = transit.Discharged, m.At, "A1"
	m.EndedAt, m.Guarantees[0].State = m.At, transit.UsageFreed
	later(3*time.Hour, "Arrive", "RecordResults", "Discharge")
	return steps
}

// recovered brings a movement into recovery, with a claim on its guarantee, and names the steps.
func recovered(m *transit.Movement) []string {
	m.State = transit.UnderRecovery
	m.Recovery = &transit.Recovery{Office: m.Departure, Claims: []transit.Claim{{
		GRN: m.Guarantees[0].GRN, Amount: m.Guarantees[0].Amount, State: transit.ClaimMade, At: m.At,
	}}}
	return []string{"StartEnquiry", "StartRecovery", "Claim"}
}

// lodged is a movement as it begins: from one of the offices of China to one of Kazakhstan or of Kyrgyzstan.
func (s *seeded) lodged(i int) *transit.Movement {
	departure, entry := s.office(3*(i%20)), s.office(3*(i%20)+1+i/7%2)
	country, destination := transit.OfficeCountry(entry), entry
	m := &transit.Movement{
		Course: transit.Course{
			V: 1, ID: s.id(i), State: transit.Submitted, Custodian: "CNMSP", Holder: s.holder(i), Destination: destination,
			Legs: []transit.Leg{
				{Country: "CN", MSP: "CNMSP", EntryOffice: departure, State: transit.LegExpected},
				{Country: country, MSP: country + "MSP", EntryOffice: entry, State: transit.LegExpected},
			},
			Guarantees: []transit.Usage{{
				GRN: s.grn(i), Type: "1", Amount: transit.Money{Minor: 900_00, Currency: "USD"}, State: transit.UsageDeclared,
			}},
		},
		Declared: transit.Declared{
			Version: 1, LRN: s.lrn(i), Declarant: transit.Declarant{MSP: "CNMSP", Operator: s.holder(i)}, DeclarationType: "T1",
			AdditionalType: "A", Security: "0", Departure: departure, Guarantors: []string{"CGMMSP"}, LodgedAt: transit.Stamp(seedTime(i)),
		},
	}
	m.Witnesses = strings.Fields("CGMMSP CNMSP KZMSP")
	return m
}
