package transit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// attempt is what becomes of a good request a minute after the last step, changed as the test wants.
func attempt(m *Movement, step Step, who string, changes ...func(*Request)) (*Movement, *Fault) {
	r := ask(step, m, cast()[who], later(m, time.Minute))
	for _, change := range changes {
		change(r)
	}
	n, _, fault := m.Next(step, r)
	return n, fault
}

// refusedAs wants the code, the pointer and a part of the message of a refusal.
func refusedAs(t *testing.T, fault *Fault, code Code, pointer, message string) {
	t.Helper()
	require.NotNil(t, fault)
	require.Equal(t, code, fault.Code, fault.Message)
	require.Equal(t, pointer, fault.Pointer)
	require.Contains(t, fault.Message, message)
}

func TestAmendmentKeepsTheIdentityAtEveryStage(t *testing.T) {
	identity := []struct {
		field, text string
		change      func(*Face)
	}{
		{"id", "must stay CN0123456789AB", func(f *Face) { f.ID = "CN0123456789AC" }},
		{"lrn", "must stay LRN-1", func(f *Face) { f.LRN = "LRN-2" }},
		{"holder", "must stay CN91650100MA775", func(f *Face) { f.Holder = "CN000" }},
		{"departure", "must stay CN650100", func(f *Face) { f.Departure = "CN651100" }},
		{"declarationType", "must stay T1", func(f *Face) { f.DeclarationType = "T2" }},
		{"additionalType", "must stay ", func(f *Face) { f.AdditionalType = map[string]string{"A": "D", "D": "A"}[f.AdditionalType] }},
		{"security", "must stay 0", func(f *Face) { f.Security = "1" }},
	}
	all := stages(t)
	for _, stage := range []string{"submitted", "pre-lodged", "accepted", "amendment asked", "guarantee refused"} {
		for _, c := range identity {
			t.Run(c.field+" at stage "+stage, func(t *testing.T) {
				_, fault := attempt(all[stage], StepAmend, "declarant", func(r *Request) { c.change(r.Face) })
				refusedAs(t, fault, InvalidDocument, "", "may not change "+c.field)
				require.Len(t, fault.Violations, 1)
				v := fault.Violations[0]
				require.Equal(t, []string{CodeRuleViolation, "/face/" + c.field, "R0520"}, []string{v.Code, v.Pointer, v.Rule})
				require.Contains(t, v.Text, c.text)
			})
		}
		t.Run("the next version alone at stage "+stage, func(t *testing.T) {
			for _, version := range []int{0, 1, 3} {
				_, fault := attempt(all[stage], StepAmend, "declarant", func(r *Request) { r.Face.Version = version })
				refusedAs(t, fault, Stale, "/face/version", "the record's next is 2")
			}
		})
	}
}

func TestAnAmendmentOfARefusedGuaranteeKeepsTheRoute(t *testing.T) {
	all := stages(t)
	for _, c := range []struct {
		name, field, was, is string
		change               func(*Face)
	}{
		{"another destination", "destination", "must stay KG001002", "KG001003", func(f *Face) { f.Destination = "KG001003" }},
		{"a territory less", "legs", "must stay [CN650100 KZ550100 KG001001]", "[CN650100 KZ550100]", func(f *Face) { f.Legs = f.Legs[:2] }},
		{"another office of entry", "legs", "must stay [CN650100 KZ550100 KG001001]", "[CN650100 KZ550100 KG001009]",
			func(f *Face) { f.Legs[2].EntryOffice = "KG001009" }},
		{"another office of exit", "exitOffices", "must stay [KZ550200]", "[KZ550201]", func(f *Face) { f.ExitOffices = []string{"KZ550201"} }},
		{"no office of exit", "exitOffices", "must stay [KZ550200]", "[]", func(f *Face) { f.ExitOffices = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			change := func(r *Request) { c.change(r.Face) }
			_, fault := attempt(all["guarantee refused"], StepAmend, "declarant", change)
			refusedAs(t, fault, InvalidDocument, "", "may not change "+c.field)
			require.Equal(t, []Violation{{Code: CodeRuleViolation, Pointer: "/face/" + c.field, Rule: "R0520", Value: c.is, Text: c.was}},
				fault.Violations)
			for _, free := range []string{"accepted", "amendment asked"} {
				n, fault := attempt(all[free], StepAmend, "declarant", change)
				require.Nil(t, fault, "at stage %s", free)
				require.Equal(t, Accepted, n.State)
			}
		})
	}
	n, fault := attempt(all["guarantee refused"], StepAmend, "declarant", func(r *Request) {
		r.Face.Guarantees = []GuaranteeClaim{{GRN: "26KZCGM0000000015", Type: "1", Amount: Money{1, "EUR"}}}
	})
	require.Nil(t, fault)
	require.Equal(t, []Usage{{GRN: "26KZCGM0000000015", Type: "1", Amount: Money{1, "EUR"}, State: UsageDeclared}}, n.Guarantees)
}

func TestWhatAControlMayAskFor(t *testing.T) {
	documents := func(n int) []string { return slices.Repeat([]string{"invoice"}, n) }
	types := strings.Fields("10 20 30 40 41 42 43 44 45 50")
	for _, c := range []struct {
		name, pointer    string
		types, documents []string
	}{
		{"one type and no document", "", types[:1], nil},
		{"as many types as may be", "", types[:9], nil},
		{"one type more", "/controlTypes", types, nil},
		{"a type that is none", "/controlTypes/1", []string{"10", "11"}, nil},
		{"as many documents as may be", "", types[:1], documents(99)},
		{"one document more", "/documents", types[:1], documents(100)},
		{"a document's name of 70 characters", "", types[:1], []string{strings.Repeat("ё", 70)}},
		{"one of 71", "/documents/1", types[:1], []string{"invoice", strings.Repeat("ё", 71)}},
		{"a document without a name", "/documents/0", types[:1], []string{""}},
		{"a name with a line break", "/documents/0", types[:1], []string{"in\nvoice"}},
		{"a name with a character that turns the direction", "/documents/0", types[:1], []string{"in\u202evoice"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, fault := attempt(stages(t)["accepted"], StepDecideControl, "urumqi", func(r *Request) {
				r.Step.ControlTypes, r.Step.Documents = c.types, c.documents
			})
			if c.pointer != "" {
				refusedAs(t, fault, MalformedRequest, c.pointer, "")
				return
			}
			require.Nil(t, fault)
			require.Equal(t, c.types, n.Control.Types)
			require.Equal(t, c.documents, n.Control.Documents)
		})
	}
}

func TestOnlyASatisfactoryControlLeadsBackToRelease(t *testing.T) {
	m := stages(t)["under control"]
	for _, result := range []string{"A1", "A2", "A3"} {
		n, fault := attempt(m, StepRecordControl, "urumqi", func(r *Request) { r.Step.Result = result })
		require.Nil(t, fault, result)
		require.Equal(t, []string{string(Accepted), result}, []string{string(n.State), n.Control.Result})
	}
	for _, result := range []string{"A4", "A5", "B1", "a1", "A1 "} {
		_, fault := attempt(m, StepRecordControl, "urumqi", func(r *Request) { r.Step.Result = result })
		refusedAs(t, fault, MalformedRequest, "/result", "A1, A2 or A3")
	}
}

func TestALimitLiesBetweenTodayAndAYearAhead(t *testing.T) {
	first, last := "2026-11-25T00:00:00Z", "2026-11-25T23:59:59Z"
	for _, c := range []struct {
		name, at, limit string
		ok              bool
	}{
		{"today, at the first second of the day", first, "2026-11-25", true},
		{"today, at the last second of the day", last, "2026-11-25", true},
		{"yesterday, at the first second of the day", first, "2026-11-24", false},
		{"yesterday, at the last second of the day", last, "2026-11-24", false},
		{"today in UTC, though the office's calendar says tomorrow", "2026-11-26T05:00:00+06:00", "2026-11-25", true},
		{"yesterday in UTC, though the office's calendar says today", "2026-11-26T06:00:00+06:00", "2026-11-25", false},
		{"366 days ahead to the second", first, "2027-11-26", true},
		{"366 days ahead, late in the day", last, "2027-11-26", true},
		{"367 days ahead", first, "2027-11-27", false},
		{"366 days and a second ahead", last, "2027-11-27", false},
		{"a day that there is not", first, "2026-11-31", false},
		{"a date in other words", first, "2026-12-1", false},
		{"a date with a time", first, "2026-12-01T00:00:00Z", false},
	} {
		for step, stage := range map[Step]string{StepRelease: "accepted", StepRefuseGuarantee: "accepted", StepRecordDiscrepancies: "arrived"} {
			t.Run(c.name+" for "+string(step), func(t *testing.T) {
				at, err := time.Parse(time.RFC3339, c.at)
				require.NoError(t, err)
				m := stages(t)[stage]
				n, fault := attempt(m, step, actorOf(step, stage), func(r *Request) { r.At, r.Step.TimeLimit = at, c.limit })
				if !c.ok {
					refusedAs(t, fault, MalformedRequest, "/timeLimit", "")
					return
				}
				require.Nil(t, fault)
				require.Contains(t, []string{n.TimeLimit, n.AmendBy, n.ResolveBy}, c.limit)
			})
		}
	}
}

func TestWhatMayHaveBegunOnPaper(t *testing.T) {
	for _, c := range []struct{ name, at, started, limit, pointer string }{
		{"today, to be there today", "2026-11-24T12:00:00Z", "2026-11-24", "2026-11-24", ""},
		{"tomorrow", "2026-11-24T23:59:59Z", "2026-11-25", "2026-11-30", "/startedOn"},
		{"today in the office's calendar, tomorrow in UTC", "2026-11-25T05:00:00+06:00", "2026-11-25", "2026-11-30", "/startedOn"},
		{"90 days ago, at the last second of the day", "2026-11-24T23:59:59Z", "2026-08-26", "2026-11-30", ""},
		{"91 days ago", "2026-11-24T12:00:00Z", "2026-08-25", "2026-11-30", "/startedOn"},
		{"on no day", "2026-11-24T12:00:00Z", "2026-11-31", "2026-11-30", "/startedOn"},
		{"with a limit that has passed since", "2026-11-24T12:00:00Z", "2026-11-01", "2026-11-09", ""},
		{"with a limit before the start", "2026-11-24T12:00:00Z", "2026-11-20", "2026-11-19", "/timeLimit"},
		{"with a limit of 366 days", "2026-11-24T12:00:00Z", "2026-11-20", "2027-11-21", ""},
		{"with a limit of 367 days", "2026-11-24T12:00:00Z", "2026-11-20", "2027-11-22", "/timeLimit"},
		{"with a limit on no day", "2026-11-24T12:00:00Z", "2026-11-20", "soon", "/timeLimit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			require.NoError(t, err)
			n, fault := attempt(testMovement(), StepRegisterFallback, "urumqi", func(r *Request) {
				r.At, r.Step.StartedOn, r.Step.TimeLimit = at, c.started, c.limit
			})
			if c.pointer != "" {
				refusedAs(t, fault, MalformedRequest, c.pointer, "")
				return
			}
			require.Nil(t, fault)
			require.Equal(t, &Fallback{StartedOn: c.started, RegisteredAt: Stamp(at)}, n.Fallback)
			require.Equal(t, c.limit, n.TimeLimit)
		})
	}
}

// TestWhatGoesOnPaperTakesNoStepOfTheJourney takes steps that are possible on the ledger, with the mark of a movement on paper
// as the only difference.
func TestWhatGoesOnPaperTakesNoStepOfTheJourney(t *testing.T) {
	all := stages(t)
	for step, at := range map[Step]struct{ stage, who, message string }{
		StepProposeHandOff:   {"released", "alashankou", "travels on paper"},
		StepRecordExit:       {"second territory", "aktau", "travels on paper"},
		StepRegisterIncident: {"second territory", "khorgos", "travels on paper"},
		StepAskDiversion:     {"second territory", "tashkent", "travels on paper"},
		StepNotifyArrival:    {"last territory", "consignee", "travels on paper"},
		StepArrive:           {"last territory", "bishkek", "travels on paper"},
		StepProposeTransfer:  {"released", "declarant", "goes on paper"},
	} {
		m := all[at.stage].clone()
		_, fault := attempt(m, step, at.who)
		require.Nil(t, fault, step)
		m.Fallback = &Fallback{StartedOn: "2026-11-20"}
		_, fault = attempt(m, step, at.who)
		refusedAs(t, fault, OutOfSequence, "", at.message)
	}
	m := all["released"]
	_, fault := attempt(m, StepEndFallback, "urumqi")
	refusedAs(t, fault, OutOfSequence, "", "travels on the ledger")
}

func TestTheLegUnderWay(t *testing.T) {
	all := stages(t)
	for stage, want := range map[string]int{
		"submitted": -1, "accepted": -1, "under control": -1, "released": 0, "hand-off open": 0, "second territory": 1, "diverted": 1,
		"last territory": 2, "arrived": 2, "discharged": 2,
	} {
		m := all[stage]
		require.Equal(t, want, m.current(), stage)
		if want < 0 {
			require.Nil(t, m.Leg(), stage)
			continue
		}
		require.Same(t, &m.Legs[want], m.Leg(), stage)
	}
	require.Nil(t, (&Course{}).Leg(), "no itinerary at all")
}
