package transit

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is the time at which the tests begin.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func testFace() Face {
	return Face{
		V: 1, ID: "CN0123456789AB", Version: 1, LRN: "LRN-1",
		Declarant: Declarant{MSP: "CNMSP", Operator: "CN91650100MA775"}, Holder: "CN91650100MA775",
		DeclarationType: "T1", AdditionalType: "A", Security: "0", Departure: "CN650100", Destination: "KG001002",
		ExitOffices: []string{"KZ550200"},
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

func lodged(f Face) *Movement {
	r := &Request{Actor: cast()["declarant"], At: noon(), Step: StepRequest{Header: Header{MessageID: "m0"}}}
	return NewMovement(f, r, []string{"CARECMSP"})
}

func testMovement() *Movement { return lodged(testFace()) }

// cast is one of everybody: those who have business with the movement and those who have not.
func cast() map[string]Actor {
	officer := func(office string, roles ...string) Actor {
		return Actor{MSP: office[:2] + "MSP", Kind: Customs, Country: office[:2], Role: RoleOfficer, Office: office, OfficeRoles: roles}
	}
	trader := func(country, operator string) Actor {
		return Actor{MSP: country + "MSP", Kind: Customs, Country: country, Role: RoleTrader, Operator: operator}
	}
	return map[string]Actor{
		"declarant": trader("CN", "CN91650100MA775"), "rival": trader("CN", "CN000"), "namesake": trader("KZ", "CN91650100MA775"),
		"consignee": trader("KG", "KG1"), "neighbour": trader("KG", "KG2"),
		"buyer":  trader("KZ", "KZ1"),
		"urumqi": officer("CN650100", "departure"), "alashankou": officer("CN651100", "transit", "exit"),
		"khorgos": officer("KZ550100", "transit"), "aktau": officer("KZ550200", "exit"), "almaty": officer("KZ750200", "destination"),
		"akjol": officer("KG001001", "transit"), "bishkek": officer("KG001002", "destination"), "osh": officer("KG001003", "destination"),
		"tashkent":     officer("UZ000001", "transit", "destination"),
		"cn-collector": officer("CN650900", "recovery"), "kz-collector": officer("KZ750900", "recovery"), "uz-collector": officer("UZ000009", "recovery"),
		"courier": {MSP: "CNMSP", Kind: Customs, Country: "CN", Role: RoleCourier},
		"admin":   {MSP: "CNMSP", Kind: Customs, Country: "CN", Role: RoleAdministrator},
		"clerk":   {MSP: "CGMMSP", Kind: Guarantor, Role: RoleGuarantor},
		"insurer": {MSP: "XYZMSP", Kind: Guarantor, Role: RoleGuarantor},
		"analyst": {MSP: "CARECMSP", Kind: Regulator, Role: RoleAnalyst},
	}
}

func everybody() []string { return slices.Sorted(maps.Keys(cast())) }

func digestOf(s string) string { return strings.Repeat("0", 64-len(s)) + s }

// ask builds a good request for a step: exactly the fields that the row takes.
func ask(s Step, m *Movement, a Actor, at time.Time) *Request {
	r := &Request{Actor: a, At: at, Step: StepRequest{Header: Header{MessageID: string(s) + m.At}, Movement: m.ID}}
	yes := true
	for _, field := range rowsOf(s)[0].Takes {
		switch field {
		case "timeLimit*":
			r.Step.TimeLimit = at.AddDate(0, 0, 9).Format(dateLayout)
		case "controlTypes*":
			r.Step.ControlTypes = []string{"10"}
		case "result*":
			r.Step.Result = map[bool]string{true: "B1", false: "A1"}[s == StepRecordDiscrepancies]
		case "reason*":
			r.Step.Reason = "because"
		case "startedOn*":
			r.Step.StartedOn = at.AddDate(0, 0, -2).Format(dateLayout)
		case "incident*":
			r.Step.Incident = "3"
		case "annex*":
			r.Step.Annex = &AnnexRef{Kind: rowsOf(s)[0].Annex, Digest: digestOf(string(rune('a' + m.Seq%6)))}
		case "diversion*":
			r.Step.Diversion = DivertDestination
			if a.at(OfficeTransit) {
				r.Step.Diversion = DivertTransit
			} else if a.at(OfficeExit) {
				r.Step.Diversion = DivertExit
			}
		case "conform*":
			r.Step.Conform = &yes
		case "complete*":
			r.Step.Complete = &yes
		case "goodsReleased*":
			r.Step.GoodsReleased = ReleasedFully
		case "claims*":
			r.Step.Claims = []ClaimRequest{{GRN: "26KZ0000000000000", Amount: Money{Minor: 500_000, Currency: "EUR"}}}
		case "newHolder*":
			r.Step.NewHolder = "KZ1"
		case "guarantees*":
			r.Step.ExpectedSeq = m.Seq
			r.Step.Guarantees = []GuaranteeClaim{{GRN: "26KZCGM0000000015", Type: "1", Amount: Money{Minor: 1_200_000, Currency: "EUR"}}}
		case "grn*":
			r.Step.GRN = "26KZ0000000000000"
		case "office*":
			r.Step.Office = "KZ750900"
			if m.Recovery != nil && m.Recovery.Office == r.Step.Office {
				r.Step.Office = "CN650900"
			}
		}
	}
	switch {
	case s == StepAmend:
		f := testFace()
		f.AdditionalType, f.Version = m.AdditionalType, m.Version+1
		r.Face = &f
	case s == StepGrantDiversion && m.Diversion != nil && m.Diversion.Kind == DivertTransit:
		r.Route = []Leg{
			{Country: "UZ", MSP: "UZMSP", EntryOffice: "UZ000001", State: LegExpected},
			{Country: "KG", MSP: "KGMSP", EntryOffice: "KG001001", State: LegExpected},
		}
		r.Step.Route = []string{"UZ000001", "KG001001"}
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

func allSteps() []Step {
	var out []Step
	for _, t := range Procedure() {
		if !slices.Contains(out, t.Step) {
			out = append(out, t.Step)
		}
	}
	return out
}

// later is some time after the last step of the movement.
func later(m *Movement, by time.Duration) time.Time {
	last, err := time.Parse(time.RFC3339, m.At)
	if err != nil {
		panic(err)
	}
	return last.Add(by)
}

// play takes steps one after another: "who Step", or "who Step +60" for sixty days after the step before.
func play(t require.TestingT, m *Movement, steps ...string) *Movement {
	for _, line := range steps {
		words := strings.Fields(line)
		wait := time.Minute
		if len(words) > 2 {
			d, err := time.ParseDuration(words[2])
			require.NoError(t, err)
			wait = d
		}
		s := Step(words[1])
		n, row, fault := m.Next(s, ask(s, m, cast()[words[0]], later(m, wait)))
		if fault != nil {
			require.Failf(t, "refused", "%s: %v", line, fault)
		}
		m = affected(n, row.Effect)
	}
	return m
}

// affected does to the record what the contract does to it with the guarantees.
func affected(m *Movement, e Effect) *Movement {
	for i := range m.Guarantees {
		u := &m.Guarantees[i]
		switch e {
		case LockGuarantees:
			u.State, u.Parts = UsageLocked, []UsagePart{{Minor: u.Amount.Minor}}
		case FreeGuarantees, SettleGuarantees:
			u.State = UsageFreed
		}
	}
	return m
}

func days(n int) string { return (time.Duration(n) * 24 * time.Hour).String() }

// stages are movements at every point of their life.
func stages(t testing.TB) map[string]*Movement {
	t.Helper()
	early := testFace()
	early.AdditionalType, early.Presentable = "D", true
	s := map[string]*Movement{"submitted": testMovement(), "pre-lodged": lodged(early)}
	for _, line := range stageLines() {
		from, to, steps := line[0], line[1], line[2:]
		require.NotNil(t, s[from], from)
		s[to] = play(t, s[from], steps...)
	}
	return s
}

// stageLines tell how each stage is reached from another one.
func stageLines() [][]string {
	late := days(60)
	return [][]string{
		{"submitted", "rejected", "urumqi Reject"},
		{"submitted", "accepted", "urumqi Accept"},
		{"submitted", "on paper", "urumqi RegisterFallback"},
		{"on paper", "ended on paper", "urumqi EndFallback"},
		{"accepted", "cancellation asked", "declarant RequestCancel"},
		{"accepted", "cancelled", "urumqi Cancel"},
		{"accepted", "guarantee refused", "urumqi RefuseGuarantee"},
		{"accepted", "under control", "urumqi DecideControl"},
		{"under control", "amendment asked", "urumqi RequestAmendment"},
		{"under control", "release asked", "declarant RequestRelease"},
		{"under control", "not released", "urumqi RefuseRelease"},
		{"accepted", "released", "urumqi Release"},
		{"released", "exit passed", "alashankou ProposeHandOff", "khorgos AcceptHandOff", "aktau RecordExit"},
		{"released", "offered", "declarant ProposeTransfer"},
		{"released", "hand-off open", "alashankou ProposeHandOff"},
		{"hand-off open", "second territory", "khorgos AcceptHandOff"},
		{"second territory", "incident", "khorgos RegisterIncident"},
		{"second territory", "diversion asked", "tashkent AskDiversion"},
		{"diversion asked", "diverted", "urumqi GrantDiversion"},
		{"second territory", "last territory", "khorgos ProposeHandOff", "akjol AcceptHandOff"},
		{"last territory", "arrival notified", "consignee NotifyArrival"},
		{"last territory", "arrived", "bishkek Arrive"},
		{"arrival notified", "presented", "bishkek Arrive"},
		{"presented", "unloading", "bishkek PermitUnloading"},
		{"unloading", "unloaded", "consignee RemarkUnloading"},
		{"unloaded", "goods released", "bishkek ReleaseGoods"},
		{"arrived", "conform", "bishkek RecordResults"},
		{"conform", "discharged", "bishkek Discharge"},
		{"arrived", "discrepancies", "bishkek RecordDiscrepancies"},
		{"second territory", "under enquiry", "urumqi StartEnquiry " + late},
		{"under enquiry", "enquiry answered", "declarant AnswerEnquiry"},
		{"under enquiry", "recovery", "cn-collector StartRecovery " + late},
		{"recovery", "recovery asked", "cn-collector AskRecovery"},
		{"recovery asked", "recovery taken", "kz-collector TakeRecovery"},
		{"recovery", "guarantor notified", "cn-collector NotifyGuarantor"},
		{"guarantor notified", "claimed", "cn-collector Claim"},
		{"claimed", "contested", "clerk ContestClaim"},
		{"claimed", "paid", "cn-collector PayClaim"},
		{"contested", "withdrawn", "cn-collector WithdrawClaim"},
		{"paid", "written off", "cn-collector WriteOff"},
	}
}
