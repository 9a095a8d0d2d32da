package transit

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// way are territories ahead, by the offices at which they are entered.
func way(offices ...string) []Leg {
	var out []Leg
	for _, o := range offices {
		out = append(out, Leg{Country: o[:2], MSP: o[:2] + "MSP", EntryOffice: o, State: LegExpected})
	}
	return out
}

// answered is the office of departure's answer to a diversion: the way ahead, and another destination or none.
func answered(destination string, offices ...string) func(*Request) {
	return func(r *Request) { r.Step.Destination, r.Step.Route, r.Route = destination, offices, way(offices...) }
}

// asking is a movement in its second territory, Kazakhstan, for which an office has asked for a diversion.
func asking(t *testing.T, who, kind string) *Movement {
	t.Helper()
	m := stages(t)["second territory"].clone()
	if kind == DivertExit {
		m.ExitOffices = nil
	}
	m = play(t, m, "consignee NotifyArrival")
	n, fault := attempt(m, StepAskDiversion, who, func(r *Request) { r.Step.Diversion = kind })
	require.Nil(t, fault)
	require.Equal(t, kind, n.Diversion.Kind)
	return n
}

// zigzag is a way of n territories that begins and ends so that a movement in Kazakhstan reaches Kyrgyzstan through Tashkent's office.
func zigzag(n int) []string {
	var out []string
	for len(out) < n-2 {
		out = append(out, []string{"TJ000001", "TM000001"}[len(out)%2])
	}
	return append(out, "UZ000001", "KG001001")
}

func TestWhichAnswersToADiversionAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, who, kind string
		prepare         func(*Movement)
		answer          func(*Request)
		code            Code
		pointer, text   string
	}{
		{name: "a route, for an exit", who: "aktau", kind: DivertExit, answer: answered("", "UZ000001", "KG001001"),
			code: MalformedRequest, pointer: "/route", text: "neither route nor destination"},
		{name: "a destination, for an exit", who: "aktau", kind: DivertExit, answer: answered("KG001003"),
			code: MalformedRequest, pointer: "/route", text: "neither route nor destination"},
		{name: "while custody is offered to the next territory", who: "tashkent", kind: DivertTransit,
			prepare: func(m *Movement) { m.HandOff = &HandOff{Leg: 2, MSP: "KGMSP", Office: "KG001001"} },
			answer:  answered("", "UZ000001", "KG001001"), code: OutOfSequence, text: "to KG001001 is open; it has to be withdrawn first"},
		{name: "a territory too many", who: "tashkent", kind: DivertTransit, answer: answered("", zigzag(19)...),
			code: TooLarge, pointer: "/route", text: "at most 20 territories"},
		{name: "no way at all", who: "tashkent", kind: DivertTransit, answer: answered(""),
			code: MalformedRequest, pointer: "/route", text: "does not lead through UZ000001"},
		{name: "a way past the office that asked", who: "tashkent", kind: DivertTransit, answer: answered("", "UZ000002", "KG001001"),
			code: MalformedRequest, pointer: "/route", text: "does not lead through UZ000001"},
		{name: "a way that has led through the office already", who: "tashkent", kind: DivertTransit,
			prepare: func(m *Movement) { m.Diversion.Office = "KZ550100" }, answer: answered("", "UZ000001", "KG001001"),
			code: MalformedRequest, pointer: "/route", text: "does not lead through KZ550100"},
		{name: "a destination that did not ask", who: "osh", kind: DivertDestination, answer: answered("KG001009", "KG001001"),
			code: MalformedRequest, pointer: "/destination", text: "is not KG001003"},
		{name: "the former destination", who: "osh", kind: DivertDestination, answer: answered("", "KG001001"),
			code: MalformedRequest, pointer: "/destination", text: "is not KG001003"},
		{name: "a way that ends before the destination", who: "tashkent", kind: DivertTransit, answer: answered("", "UZ000001"),
			code: MalformedRequest, pointer: "/route", text: "ends in UZ, the office of destination is KG001002"},
		{name: "a way that leads on behind the destination", who: "almaty", kind: DivertDestination, answer: answered("KZ750200", "KG001001"),
			code: MalformedRequest, pointer: "/route", text: "ends in KG, the office of destination is KZ750200"},
		{name: "the territory of now once more", who: "tashkent", kind: DivertTransit, answer: answered("", "KZ550300", "UZ000001", "KG001001"),
			code: MalformedRequest, pointer: "/route", text: "the territory KZ is entered twice running"},
		{name: "the last territory twice", who: "tashkent", kind: DivertTransit, answer: answered("", "UZ000001", "KG001001", "KG001009"),
			code: MalformedRequest, pointer: "/route", text: "the territory KG is entered twice running"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := asking(t, c.who, c.kind)
			if c.prepare != nil {
				c.prepare(m)
			}
			_, fault := attempt(m, StepGrantDiversion, "urumqi", c.answer)
			refusedAs(t, fault, c.code, c.pointer, c.text)
		})
	}
	_, fault := attempt(stages(t)["second territory"], StepGrantDiversion, "urumqi")
	refusedAs(t, fault, OutOfSequence, "", "no diversion")
}

func TestWhatAGrantedDiversionDoes(t *testing.T) {
	former := []string{"CARECMSP", "CGMMSP", "CNMSP", "KGMSP", "KZMSP"}
	for _, c := range []struct {
		name, who, kind string
		answer          func(*Request)
		legs            []string
		witnesses       []string
		destination     string
		entry           DiversionEntry
		notified        bool
	}{
		{
			name: "through two other countries", who: "tashkent", kind: DivertTransit, answer: answered("", "AF000001", "UZ000001", "KG001001"),
			legs:      []string{"CN650100", "KZ550100", "AF000001", "UZ000001", "KG001001"},
			witnesses: append([]string{"AFMSP"}, append(slices.Clone(former), "UZMSP")...), destination: "KG001002",
			entry: DiversionEntry{Kind: DivertTransit, Office: "UZ000001"}, notified: true,
		},
		{
			name: "through another country to another destination", who: "tashkent", kind: DivertTransit,
			answer: answered("KG001003", "UZ000001", "KG001001"),
			legs:   []string{"CN650100", "KZ550100", "UZ000001", "KG001001"}, witnesses: append(slices.Clone(former), "UZMSP"),
			destination: "KG001003", entry: DiversionEntry{Kind: DivertTransit, Office: "UZ000001", Instead: "KG001002"},
		},
		{
			name: "to another destination of the same country", who: "osh", kind: DivertDestination, answer: answered("KG001003", "KG001009"),
			legs: []string{"CN650100", "KZ550100", "KG001009"}, witnesses: former, destination: "KG001003",
			entry: DiversionEntry{Kind: DivertDestination, Office: "KG001003", Instead: "KG001002"},
		},
		{
			name: "to a destination where the goods are", who: "almaty", kind: DivertDestination, answer: answered("KZ750200"),
			legs: []string{"CN650100", "KZ550100"}, witnesses: former, destination: "KZ750200",
			entry: DiversionEntry{Kind: DivertDestination, Office: "KZ750200", Instead: "KG001002"},
		},
		{
			name: "by another exit", who: "aktau", kind: DivertExit, answer: answered(""),
			legs: []string{"CN650100", "KZ550100", "KG001001"}, witnesses: former, destination: "KG001002",
			entry: DiversionEntry{Kind: DivertExit, Office: "KZ550200"}, notified: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := asking(t, c.who, c.kind)
			n, fault := attempt(m, StepGrantDiversion, "urumqi", c.answer)
			require.Nil(t, fault)
			var legs []string
			for _, l := range n.Legs {
				legs = append(legs, l.EntryOffice)
			}
			require.Equal(t, c.legs, legs)
			require.Equal(t, m.Legs[:2], n.Legs[:2], "what lies behind stays")
			require.Equal(t, c.witnesses, n.Witnesses)
			require.Equal(t, c.destination, n.Destination)
			c.entry.At = n.At
			require.Equal(t, []DiversionEntry{c.entry}, n.Diversions)
			require.Nil(t, n.Diversion)
			require.Equal(t, c.notified, n.Arrival != nil, "an arrival at another office is forgotten, and only such a one")
			require.Equal(t, "KZMSP", n.Custodian)
		})
	}
}

func TestAnItineraryTakesTwentyTerritories(t *testing.T) {
	n, fault := attempt(asking(t, "tashkent", DivertTransit), StepGrantDiversion, "urumqi", answered("", zigzag(18)...))
	require.Nil(t, fault)
	require.Len(t, n.Legs, 20)
}

func TestTheSameDestinationIsNoOther(t *testing.T) {
	n, fault := attempt(asking(t, "tashkent", DivertTransit), StepGrantDiversion, "urumqi", answered("KG001002", "UZ000001", "KG001001"))
	require.Nil(t, fault)
	require.Equal(t, "KG001002", n.Destination)
	require.Empty(t, n.Diversions[0].Instead)
	require.NotNil(t, n.Arrival, "it was notified at this office")
}

// TestAGrantLeavesTheFormerRecord: a record that was read has room behind its lists, which a copy must not share.
func TestAGrantLeavesTheFormerRecord(t *testing.T) {
	m := asking(t, "tashkent", DivertTransit)
	m.Witnesses = slices.Grow(m.Witnesses, 8)
	was := slices.Clone(m.Witnesses)
	_, fault := attempt(m, StepGrantDiversion, "urumqi", answered("", "AF000001", "UZ000001", "KG001001"))
	require.Nil(t, fault)
	require.Equal(t, was, m.Witnesses)
}

func TestADiversionToAnExitOpensIt(t *testing.T) {
	m := asking(t, "aktau", DivertExit)
	m.HandOff = &HandOff{Leg: 2, MSP: "KGMSP", Office: "KG001001"}
	_, fault := attempt(m, StepRecordExit, "aktau")
	refusedAs(t, fault, OutOfSequence, "", "no office of exit")
	n, fault := attempt(m, StepGrantDiversion, "urumqi", answered(""))
	require.Nil(t, fault, "an open hand-off is no hindrance to it")
	require.NotNil(t, n.HandOff)
	n = play(t, n, "aktau RecordExit")
	_, fault = attempt(n, StepRecordExit, "aktau")
	refusedAs(t, fault, OutOfSequence, "", "has left through KZ550200 already")
	n.Diversions[0].Kind, n.Exits = DivertTransit, nil
	_, fault = attempt(n, StepRecordExit, "aktau")
	refusedAs(t, fault, OutOfSequence, "", "no office of exit")
}

func TestWithoutAnOpenHandOffThereIsNothingToAnswer(t *testing.T) {
	m := stages(t)["released"]
	for step, who := range map[Step]string{StepWithdrawHandOff: "alashankou", StepAcceptHandOff: "khorgos", StepRefuseHandOff: "khorgos"} {
		_, fault := attempt(m, step, who)
		refusedAs(t, fault, OutOfSequence, "", "no hand-off of movement CN0123456789AB is open")
		require.Equal(t, []Violation{{Code: "92", Pointer: "/movement", Text: "message out of sequence"}}, fault.Violations)
	}
}
