package transit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNormalProcedureFromDeclarationToDischarge(t *testing.T) {
	m := play(t, testMovement(), "urumqi Accept", "urumqi DecideControl", "urumqi RecordControl", "urumqi Release")
	require.Equal(t, Released, m.State)
	require.Equal(t, "CNMSP", m.Custodian)
	require.Equal(t, LegStarted, m.Legs[0].State)

	m = play(t, m, "alashankou ProposeHandOff")
	require.Equal(t, Endorsement{All: []string{"CNMSP", "KZMSP"}}, m.Endorsement(), "both sides are needed while a hand-off is open")
	require.Equal(t, "CNMSP", m.Custodian, "a proposal alone moves nothing")

	m = play(t, m, "khorgos AcceptHandOff")
	require.Equal(t, "KZMSP", m.Custodian)
	require.Equal(t, Endorsement{All: []string{"KZMSP"}, Any: []string{"CARECMSP", "CGMMSP", "CNMSP", "KGMSP"}}, m.Endorsement())
	require.Equal(t, LegTerminated, m.Legs[0].State)

	m = play(t, m, "khorgos ProposeHandOff", "akjol AcceptHandOff", "bishkek Arrive", "bishkek RecordResults", "bishkek Discharge")
	require.Equal(t, Discharged, m.State)
	require.Equal(t, "KGMSP", m.Custodian)
	for _, leg := range m.Legs {
		require.Equal(t, LegDischarged, leg.State)
	}
	require.Equal(t, 12, m.Seq)
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
	r := &Request{Actor: cast()["urumqi"], At: noon(), Step: StepRequest{Header: Header{MessageID: "m1"}, Reason: "why"}}
	_, _, fault := m.Next(StepAccept, r)
	require.Equal(t, MalformedRequest, fault.Code)
	require.Equal(t, "/reason", fault.Pointer)

	r.Step.Reason = ""
	_, _, fault = m.Next(StepReject, r)
	require.Equal(t, MalformedRequest, fault.Code, "a rejection without reason")
}

func TestStepRefusesRepeatedStaleAndBackdatedMessages(t *testing.T) {
	m := testMovement()
	a := cast()["urumqi"]
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
	m := play(t, testMovement(), "urumqi Accept")
	for limit, ok := range map[string]bool{
		"2026-11-24": true, "2027-11-24": true, "2026-11-23": false, "2028-01-01": false, "24.11.2026": false, "2026-02-30": false,
	} {
		r := &Request{Actor: cast()["urumqi"], At: noon().Add(time.Hour), Step: StepRequest{Header: Header{MessageID: limit}, TimeLimit: limit}}
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
		_, _, fault := m.Next(StepAmend, &Request{Actor: cast()["declarant"], At: noon(), Step: StepRequest{Header: Header{MessageID: "m1"}}, Face: &f})
		require.NotNil(t, fault, field)
		require.Equal(t, field, fault.Violations[0].Pointer)
		require.Equal(t, "R0520", fault.Violations[0].Rule)
	}
	f := testFace()
	f.Version, f.Legs = 2, f.Legs[:2]
	f.Destination = "KZ750200"
	n, _, fault := m.Next(StepAmend, &Request{Actor: cast()["declarant"], At: noon(), Step: StepRequest{Header: Header{MessageID: "m1"}}, Face: &f})
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
			a := cast()[rapid.SampledFrom(everybody()).Draw(t, "actor")]
			at = at.Add(time.Duration(rapid.IntRange(-2400, 3_000_000).Draw(t, "seconds")) * time.Second)
			r := ask(row.Step, m, a, at)
			r.Step.MessageID = fmt.Sprint(i)
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
