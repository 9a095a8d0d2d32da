package transit

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// noon is the time at which the tests begin.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func testFace() Face {
	return Face{
		V: 1, ID: "CN0123456789AB", Version: 1, LRN: "LRN-1",
		Declarant: Declarant{MSP: "CNMSP", Operator: "CN91650100MA775"}, Holder: "CN91650100MA775",
		DeclarationType: "T1", Security: "0", Departure: "CN650100", Destination: "KG001002",
		Legs: []Leg{
			{Country: "CN", MSP: "CNMSP", EntryOffice: "CN650100", State: LegExpected},
			{Country: "KZ", MSP: "KZMSP", EntryOffice: "KZ550100", State: LegExpected},
			{Country: "KG", MSP: "KGMSP", EntryOffice: "KG001001", State: LegExpected},
		},
		Guarantors: []string{"CGMMSP"},
		Guarantees: []GuaranteeClaim{{GRN: "26KZ0000000000000", Type: "1", Amount: Money{Minor: 1_200_000, Currency: "EUR"}}},
		Sections:   []SectionDigest{{Name: SectionGoods, Digest: "00"}},
	}
}

func testMovement() *Movement {
	r := &Request{Actor: declarant(), At: noon(), Step: StepRequest{Header: Header{MessageID: "m0"}}}
	return NewMovement(testFace(), r, []string{"CARECMSP"})
}

func officer(office, msp string) Actor {
	return Actor{MSP: msp, Kind: Customs, Country: office[:2], Role: RoleOfficer, Office: office}
}

func declarant() Actor {
	return Actor{MSP: "CNMSP", Kind: Customs, Country: "CN", Role: RoleTrader, Operator: "CN91650100MA775"}
}

// actors are one of everybody, those who have business with the movement and those who have not.
func actors() []Actor {
	return []Actor{
		declarant(),
		{MSP: "CNMSP", Kind: Customs, Country: "CN", Role: RoleTrader, Operator: "CN000"},
		{MSP: "KZMSP", Kind: Customs, Country: "KZ", Role: RoleTrader, Operator: "CN91650100MA775"},
		officer("CN650100", "CNMSP"), officer("CN651100", "CNMSP"),
		officer("KZ550100", "KZMSP"), officer("KZ750200", "KZMSP"),
		officer("KG001001", "KGMSP"), officer("KG001002", "KGMSP"),
		{MSP: "CNMSP", Kind: Customs, Country: "CN", Role: RoleCourier},
		{MSP: "CNMSP", Kind: Customs, Country: "CN", Role: RoleAdministrator},
		{MSP: "CGMMSP", Kind: Guarantor, Role: RoleGuarantor},
		{MSP: "CARECMSP", Kind: Regulator, Role: RoleAnalyst},
	}
}

// ask builds a request with exactly the fields that the row takes.
func ask(t Transition, a Actor, id string, at time.Time) *Request {
	r := &Request{Actor: a, At: at, Step: StepRequest{Header: Header{MessageID: id}, Movement: "CN0123456789AB"}}
	for _, field := range t.Takes {
		switch field {
		case "timeLimit*":
			r.Step.TimeLimit = at.AddDate(0, 0, 9).Format(dateLayout)
		case "controlTypes*":
			r.Step.ControlTypes = []string{"10"}
		case "result*":
			r.Step.Result = "A1"
		case "reason*":
			r.Step.Reason = "because"
		}
	}
	if t.Step == StepAmend {
		f := testFace()
		r.Face = &f
	}
	return r
}

func rowsOf(step Step) []Transition {
	var out []Transition
	for _, t := range Procedure() {
		if t.Step == step {
			out = append(out, t)
		}
	}
	return out
}

// walk takes steps one after another, each by the right person, a minute apart.
func walk(t *testing.T, m *Movement, path ...Step) *Movement {
	t.Helper()
	for _, s := range path {
		m = mustStep(t, m, s)
	}
	return m
}

func mustStep(t *testing.T, m *Movement, s Step) *Movement {
	t.Helper()
	last, err := time.Parse(time.RFC3339, m.At)
	require.NoError(t, err)
	for _, row := range rowsOf(s) {
		for _, a := range actors() {
			if !slices.Contains(row.From, m.State) || !row.By.Admits(m, a) {
				continue
			}
			r := ask(row, a, string(s)+m.At, last.Add(time.Minute))
			if r.Face != nil {
				r.Face.Version = m.Version + 1
			}
			n, _, fault := m.Next(s, r)
			require.Nil(t, fault, "%s", fault)
			return n
		}
	}
	t.Fatalf("nobody may take %s from %s", s, m.State)
	return nil
}

func TestNormalProcedureFromDeclarationToDischarge(t *testing.T) {
	m := walk(t, testMovement(), StepAccept, StepDecideControl, StepRecordControl, StepRelease)
	require.Equal(t, Released, m.State)
	require.Equal(t, "CNMSP", m.Custodian)
	require.Equal(t, LegStarted, m.Legs[0].State)

	m = walk(t, m, StepProposeHandOff)
	require.Equal(t, Endorsement{All: []string{"CNMSP", "KZMSP"}}, m.Endorsement(), "both sides are needed while a hand-off is open")
	require.Equal(t, "CNMSP", m.Custodian, "a proposal alone moves nothing")

	m = walk(t, m, StepAcceptHandOff)
	require.Equal(t, "KZMSP", m.Custodian)
	require.Equal(t, Endorsement{All: []string{"KZMSP"}, Any: []string{"CARECMSP", "CGMMSP", "CNMSP", "KGMSP"}}, m.Endorsement())
	require.Equal(t, LegTerminated, m.Legs[0].State)

	m = walk(t, m, StepProposeHandOff, StepAcceptHandOff, StepArrive, StepRecordResults, StepDischarge)
	require.Equal(t, Discharged, m.State)
	require.Equal(t, "KGMSP", m.Custodian)
	for _, leg := range m.Legs {
		require.Equal(t, LegDischarged, leg.State)
	}
	require.Equal(t, 12, m.Seq)
}

// TestMatrix tries every step, from every state, by everyone, and compares with the table.
func TestMatrix(t *testing.T) {
	for _, state := range States() {
		for _, a := range actors() {
			for _, step := range allSteps() {
				m := testMovement()
				m.State = state
				m.Control = &Control{Types: []string{"10"}}
				if state == Released {
					m.Legs[0].State = LegStarted
					m.HandOff = &HandOff{Leg: 1, MSP: "KZMSP", Office: "KZ550100"}
				}
				n, row, fault := m.Next(step, ask(rowsOf(step)[0], a, "m1", noon().Add(time.Minute)))
				want := allowed(m, step, a)
				if fault == nil {
					require.True(t, want, "%s from %s by %s was let through", step, state, a)
					require.Equal(t, m.Seq+1, n.Seq)
					require.Contains(t, row.From, state)
					continue
				}
				require.Nil(t, n)
				if !want {
					require.Contains(t, []Code{OutOfSequence, NotAuthorised}, fault.Code, "%s from %s by %s", step, state, a)
				}
			}
		}
	}
}

func allSteps() []Step {
	var out []Step
	for _, t := range Procedure() {
		if !slices.Contains(out, t.Step) {
			out = append(out, t.Step)
		}
	}
	return out
}

func allowed(m *Movement, step Step, a Actor) bool {
	for _, t := range rowsOf(step) {
		if slices.Contains(t.From, m.State) && t.By.Admits(m, a) {
			return true
		}
	}
	return false
}

func TestNoRowLeavesATerminalState(t *testing.T) {
	for _, row := range Procedure() {
		for _, from := range row.From {
			require.False(t, from.Terminal(), "%s from %s", row.Step, from)
		}
	}
}

func TestStepRefusesFieldsItDoesNotTake(t *testing.T) {
	m := testMovement()
	r := &Request{Actor: officer("CN650100", "CNMSP"), At: noon(), Step: StepRequest{Header: Header{MessageID: "m1"}, Reason: "why"}}
	_, _, fault := m.Next(StepAccept, r)
	require.Equal(t, MalformedRequest, fault.Code)
	require.Equal(t, "/reason", fault.Pointer)

	r.Step.Reason = ""
	_, _, fault = m.Next(StepReject, r)
	require.Equal(t, MalformedRequest, fault.Code, "a rejection without reason")
}

func TestStepRefusesRepeatedStaleAndBackdatedMessages(t *testing.T) {
	m := testMovement()
	a := officer("CN650100", "CNMSP")
	m.Messages = append(m.Messages, MessageOf(a, "seen"))
	for name, c := range map[string]struct {
		header Header
		at     time.Time
		want   Code
	}{
		"message seen before":      {Header{MessageID: "seen"}, noon(), Duplicate},
		"another sequence number":  {Header{MessageID: "m1", ExpectedSeq: 7}, noon(), Stale},
		"a time long before last":  {Header{MessageID: "m1"}, noon().Add(-clockDrift - time.Second), ClockRefused},
		"clocks differ by seconds": {Header{MessageID: "m1"}, noon().Add(-3 * time.Second), ""},
		"another's message":        {Header{MessageID: "m0"}, noon(), ""},
		"the same second is fine":  {Header{MessageID: "m1", ExpectedSeq: 1}, noon(), ""},
		"without expected is fine": {Header{MessageID: "m1"}, noon().Add(time.Hour), ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, _, fault := m.Next(StepAccept, &Request{Actor: a, At: c.at, Step: StepRequest{Header: c.header}})
			if c.want == "" {
				require.Nil(t, fault)
				require.GreaterOrEqual(t, n.At, m.At, "a record's time never runs backwards")
				require.Equal(t, n.At, n.AcceptedAt)
				return
			}
			require.Equal(t, c.want, fault.Code)
		})
	}
}

func TestTimeLimitLiesBetweenTodayAndAYearAhead(t *testing.T) {
	m := walk(t, testMovement(), StepAccept)
	for limit, ok := range map[string]bool{
		"2026-11-24": true, "2027-11-24": true, "2026-11-23": false, "2028-01-01": false, "24.11.2026": false, "2026-02-30": false,
	} {
		r := &Request{Actor: officer("CN650100", "CNMSP"), At: noon().Add(time.Hour), Step: StepRequest{Header: Header{MessageID: limit}, TimeLimit: limit}}
		_, _, fault := m.Next(StepRelease, r)
		require.Equal(t, ok, fault == nil, "limit %s", limit)
	}
}

func TestAmendmentKeepsWhatR0520Keeps(t *testing.T) {
	m := testMovement()
	for field, change := range map[string]func(*Face){
		"/face/holder":          func(f *Face) { f.Holder = "CN1" },
		"/face/lrn":             func(f *Face) { f.LRN = "other" },
		"/face/departure":       func(f *Face) { f.Departure = "CN651100" },
		"/face/declarationType": func(f *Face) { f.DeclarationType = "TIR" },
		"/face/security":        func(f *Face) { f.Security = "3" },
	} {
		f := testFace()
		f.Version = 2
		change(&f)
		_, _, fault := m.Next(StepAmend, &Request{Actor: declarant(), At: noon(), Step: StepRequest{Header: Header{MessageID: "m1"}}, Face: &f})
		require.NotNil(t, fault, field)
		require.Equal(t, field, fault.Violations[0].Pointer)
		require.Equal(t, "R0520", fault.Violations[0].Rule)
	}
	f := testFace()
	f.Version, f.Legs = 2, f.Legs[:2]
	f.Destination = "KZ750200"
	n, _, fault := m.Next(StepAmend, &Request{Actor: declarant(), At: noon(), Step: StepRequest{Header: Header{MessageID: "m1"}}, Face: &f})
	require.Nil(t, fault)
	require.Equal(t, 2, n.Version)
	require.Contains(t, n.Witnesses, "KGMSP", "who could look over the custodian's shoulder before still can")
}

// TestRandomWalks takes random steps by random people: whatever happens, there is one
// custodian, the record only moves along rows of the table, and ends stay ends.
func TestRandomWalks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := testMovement()
		at := noon()
		for i := range 40 {
			row := rapid.SampledFrom(Procedure()).Draw(t, "row")
			a := rapid.SampledFrom(actors()).Draw(t, "actor")
			at = at.Add(time.Duration(rapid.IntRange(-2400, 3600).Draw(t, "seconds")) * time.Second)
			r := ask(row, a, string(rune('a'+i%26))+string(rune('a'+i/26)), at)
			if r.Face != nil {
				r.Face.Version = m.Version + 1
			}
			before := *m
			n, took, fault := m.Next(row.Step, r)
			require.Equal(t, before.State, m.State, "the record itself never changes")
			if fault != nil {
				continue
			}
			checkStep(t, m, n, took, a)
			m = n
		}
	})
}

func checkStep(t require.TestingT, m, n *Movement, took *Transition, a Actor) {
	require.False(t, m.State.Terminal(), "a step left a terminal state")
	require.Equal(t, m.Seq+1, n.Seq)
	require.GreaterOrEqual(t, n.At, m.At)
	require.LessOrEqual(t, len(n.Messages), keptMessages)
	if n.Custodian != m.Custodian {
		require.Equal(t, StepAcceptHandOff, took.Step, "custody passes by acceptance alone")
		require.Equal(t, n.Custodian, a.MSP, "the receiver's officer accepts")
	}
	e := n.Endorsement()
	require.Contains(t, e.All, n.Custodian)
	require.NotContains(t, e.Any, n.Custodian)
	require.NotEmpty(t, append(slices.Clone(e.Any), e.All[1:]...), "never the custodian alone")
	started := 0
	for _, leg := range n.Legs {
		if leg.State == LegStarted {
			started++
			require.Equal(t, n.Custodian, leg.MSP, "the leg under way is the custodian's")
		}
	}
	require.LessOrEqual(t, started, 1)
}
