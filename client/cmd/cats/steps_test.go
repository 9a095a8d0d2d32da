package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func TestEveryFurtherStepReachesTheLedger(t *testing.T) {
	for line, want := range map[string]string{
		"present M": "present M", "expire M": "expire M", "request-release M": "request release M",
		"control request-amendment M --reason more":                    "request amendment M more",
		"control continue M --reason sampling":                         "control goes on M sampling",
		"refuse-guarantee M --reason void --limit 2026-12-01":          "refuse guarantee M void 2026-12-01",
		"refuse-cancel M --reason late":                                "refuse cancel M late",
		"fallback register M --started 2026-11-20 --limit 2026-12-01":  "register fallback M 2026-11-20 2026-12-01",
		"fallback end M --reason returned":                             "end fallback M returned null",
		"exit M":                                                       "exit M",
		"diversion ask M --kind transit":                               "ask diversion M transit",
		"diversion grant M --route KZHOR001,KGAKZ001":                  "grant diversion M KZHOR001,KGAKZ001 ",
		"diversion grant M --destination KGOSS001":                     "grant diversion M  KGOSS001",
		"diversion refuse M --reason no":                               "refuse diversion M no",
		"diversion withdraw M":                                         "withdraw diversion M ",
		"notify M":                                                     "notify M false",
		"notify M --simplified":                                        "notify M true",
		"reject-arrival M --reason no":                                 "reject arrival M no",
		"unloading permit M":                                           "permit unloading M",
		"unloading remark M --conform":                                 `remark M {"conform":"1","unloadingCompletion":"1"}`,
		"unloading remark M --conform --more":                          `remark M {"conform":"1","unloadingCompletion":"0"}`,
		"unloading reject M --reason no":                               "reject remarks M no",
		"release-goods M":                                              "release goods M full",
		"release-goods M --partly":                                     "release goods M partial",
		"discrepancies record M --limit 2026-12-20 --note less":        `discrepancies M B1 2026-12-20 {"text":"less"}`,
		"discrepancies resolve M --reason cleared":                     "resolve M cleared null",
		"enquiry start M":                                              "start enquiry M null",
		"enquiry answer M --note stolen --reference N1 --reference N2": `answer enquiry M {"text":"stolen","references":["N1","N2"]}`,
		"enquiry respond M --reason unknown":                           "respond enquiry M unknown null",
		"enquiry close M --reason found":                               "close enquiry M found",
		"recovery start M --reason lost --note gone":                   `start recovery M lost {"text":"gone"}`,
		"recovery ask M --office KZALA001":                             "ask recovery M KZALA001",
		"recovery take M":                                              "take recovery M",
		"recovery decline M --reason no":                               "decline recovery M no",
		"recovery notify-guarantor M":                                  "notify guarantor M",
		"recovery write-off M --reason paid":                           "write off M paid null",
		"claim contest M --grn G --reason paid":                        "contest M G paid",
		"claim pay M --grn G":                                          "pay M G",
		"claim withdraw M --grn G --reason high":                       "withdraw claim M G high",
	} {
		t.Run(line, func(t *testing.T) {
			s := newSession(t)
			r := s.run(append([]string{"movement"}, strings.Fields(line)...)...)
			require.Zero(t, r.code, r.err)
			require.Equal(t, []string{want}, s.fake.calls)
		})
	}
	t.Run("Claims name guarantee, amount and currency", func(t *testing.T) {
		s := newSession(t)
		r := s.run("movement", "claim", "make", "M", "--on", "G1=12500.00 USD", "--on", "G2=7 USD")
		require.Zero(t, r.code, r.err)
		want := `[{"grn":"G1","amount":{"minor":1250000,"currency":"USD"}},{"grn":"G2","amount":{"minor":700,"currency":"USD"}}]`
		require.Equal(t, []string{"claim M " + want}, s.fake.calls)
		for _, wrong := range []string{"G1", "G1=5", "G1=5 XXX", "G1=5.123 USD"} {
			r := s.run("movement", "claim", "make", "M", "--on", wrong)
			require.Equal(t, exitUsage, r.code, wrong)
		}
	})
}

func TestAnnexesComeFromFiles(t *testing.T) {
	t.Run("As YAML, with every text as it stands", func(t *testing.T) {
		s := newSession(t)
		file := s.file("note.yaml", "text: stolen on 2026-11-20\nreferences: [2026-11-20, \"007\", CMR 4711]\n")
		r := s.run("movement", "enquiry", "answer", "M", "--annex", file)
		require.Zero(t, r.code, r.err)
		require.Equal(t, []string{`answer enquiry M {"text":"stolen on 2026-11-20","references":["2026-11-20","007","CMR 4711"]}`}, s.fake.calls)
	})
	t.Run("As JSON, from the input", func(t *testing.T) {
		s := newSession(t)
		s.in = `{"text":"x"}`
		require.Zero(t, s.run("movement", "enquiry", "start", "M", "--annex", "-").code)
		require.Equal(t, []string{`start enquiry M {"text":"x"}`}, s.fake.calls)
	})
	t.Run("What has no place in it is told, and nothing is sent", func(t *testing.T) {
		for text, want := range map[string]string{
			"text: x\nevil: 1\n": "evil", "text: x\ntext: y\n": "text stands twice", "a: &x 1\nb: *x\n": "aliases", "{\"text\":\"x\",\"text\":\"y\"}": "text",
		} {
			s := newSession(t)
			r := s.run("movement", "enquiry", "start", "M", "--annex", s.file("note.yaml", text))
			require.NotZero(t, r.code, text)
			require.Contains(t, r.err, want)
			require.Empty(t, s.fake.calls)
		}
	})
	t.Run("Incidents and unloading remarks have forms of their own", func(t *testing.T) {
		s := newSession(t)
		file := s.file("incident.yaml", "code: \"1\"\ntext: detour\nlocation: {qualifierOfIdentification: U, unLocode: KZALA, country: KZ}\n")
		require.Zero(t, s.run("movement", "incident", "M", "--annex", file).code)
		file = s.file("remarks.yaml", "conform: \"0\"\nunloadingDate: 2026-11-24\nconsignment: {grossMass: 7.5}\n")
		require.Zero(t, s.run("movement", "unloading", "remark", "M", "--annex", file).code)
		require.Equal(t, []string{
			`incident M {"code":"1","text":"detour","location":{"qualifierOfIdentification":"U","unLocode":"KZALA","country":"KZ"}}`,
			`remark M {"conform":"0","unloadingDate":"2026-11-24","consignment":{"grossMass":"7.5"}}`,
		}, s.fake.calls)
	})
	t.Run("A note is given once", func(t *testing.T) {
		s := newSession(t)
		r := s.run("movement", "enquiry", "start", "M", "--annex", "x", "--note", "y")
		require.Equal(t, exitUsage, r.code)
	})
	t.Run("Differences are told by a note", func(t *testing.T) {
		s := newSession(t)
		require.Equal(t, exitUsage, s.run("movement", "discrepancies", "record", "M", "--limit", "2026-12-20").code)
	})
}

func TestAnAnnexIsNamedByTheBeginningOfItsDigest(t *testing.T) {
	s := newSession(t)
	s.fake = troubled()
	r := s.run("movement", "annex", "read", mrn, "6f1c")
	require.Zero(t, r.code, r.err)
	require.Equal(t, []string{"get " + mrn, "annex " + mrn + " " + s.fake.record.Annexes[0].Digest}, s.fake.calls)
	golden(t, "annex-read", r.out)
	s.fake.calls = nil
	require.Zero(t, s.run("movement", "annex", "deliver", mrn, "a0", "--to", "KGMSP").code)
	require.Equal(t, "deliver annex "+mrn+" "+s.fake.record.Annexes[1].Digest+" KGMSP", s.fake.calls[1])
	s.fake.record.Annexes[1].Digest = "6f1d"
	require.Equal(t, exitUsage, s.run("movement", "annex", "read", mrn, "6f1").code, "it could be either")
}

// troubled is a movement that has gone through most of what can happen.
func troubled() *fake {
	f := life()
	m := f.record
	usd := func(minor int64) transit.Money { return transit.Money{Minor: minor, Currency: "USD"} }
	first, second := "6f1c"+strings.Repeat("20ab", 15), "a09b"+strings.Repeat("41e7", 15)
	m.State, m.Seq, m.HandOff, m.Reason = transit.UnderRecovery, 21, nil, "goods stolen"
	m.Exits = []transit.Exit{{Office: "CNALS001", At: "2026-11-24T06:07:43Z"}}
	m.Diversions = []transit.DiversionEntry{
		{Kind: transit.DivertTransit, Office: "KZDOS001", At: "2026-11-24T07:00:00Z"},
		{Kind: transit.DivertDestination, Office: "KGOSS001", Instead: "KGFRU001", At: "2026-11-24T08:00:00Z"},
	}
	m.Diversion = &transit.Diversion{Kind: transit.DivertExit, Office: "KZKOR001", MSP: "KZMSP", AskedAt: "2026-11-25T06:00:00Z"}
	m.Incidents = []transit.IncidentEntry{{Code: "3", Office: "KZDOS001", Country: "KZ", At: "2026-11-24T07:30:00Z", Annex: first}}
	m.Arrival = &transit.Arrival{
		NotifiedAt: "2026-11-25T07:00:00Z", Trader: transit.Declarant{MSP: "KGMSP", Operator: "KG00123456789"}, Simplified: true,
		UnloadingPermittedAt: "2026-11-25T07:30:00Z", Remarks: &transit.Remarks{At: "2026-11-25T08:00:00Z"}, GoodsReleased: transit.ReleasedPartly,
	}
	m.ArrivedAt, m.Results, m.ResolveBy, m.Destination = "2026-11-25T07:10:00Z", "B1", "2026-12-20", "KGOSS001"
	m.Enquiry = &transit.Enquiry{StartedAt: "2026-12-21T06:00:00Z", Office: "CNURM001", HolderAnsweredAt: "2026-12-22T06:00:00Z"}
	m.Recovery = &transit.Recovery{
		StartedAt: "2026-12-23T06:00:00Z", Office: "CNURR001", MSP: "CNMSP", Asked: "KZALA001", GuarantorNotifiedAt: "2026-12-23T07:00:00Z",
		Claims: []transit.Claim{
			{GRN: "26KZCGM0000000015", Amount: usd(1850000), State: transit.ClaimWithdrawn, At: "2026-12-24T06:00:00Z", Reason: "too high"},
			{GRN: "26KZCGM0000000015", Amount: usd(1250000), State: transit.ClaimContested, At: "2026-12-24T07:00:00Z", Reason: "duty was paid"},
		},
	}
	m.Fallback = &transit.Fallback{StartedOn: "2026-11-20", RegisteredAt: "2026-11-24T06:07:41Z"}
	m.Annexes = []transit.Annex{
		{AnnexRef: transit.AnnexRef{Kind: transit.AnnexIncident, Digest: first}, MSP: "KZMSP", Seq: 9},
		{AnnexRef: transit.AnnexRef{Kind: transit.AnnexRemarks, Digest: second}, MSP: "KGMSP", Seq: 14},
	}
	f.view.Annexes = []transit.AnnexDelivery{
		{Annex: m.Annexes[0], Held: []string{"KZMSP", "CNMSP"}, Missing: []string{"KGMSP"}},
		{Annex: m.Annexes[1], Held: []string{"KGMSP"}, Missing: []string{"CNMSP", "KZMSP"}},
	}
	incident := f.passages[5]
	incident.Step, incident.From, incident.To, incident.At = "RegisterIncident", transit.Released, transit.Released, incident.At.AddDate(0, 0, 1)
	delivered := incident
	delivered.Record, delivered.Step, delivered.Custodian, delivered.Signer = "annex", "DeliverAnnex", "CNMSP", cats.Signer{Name: "kz-courier"}
	f.passages = append(f.passages, incident, delivered)
	return f
}

func TestATroubledLifeIsLegible(t *testing.T) {
	s := newSession(t)
	s.fake = troubled()
	r := s.run("movement", "show", mrn)
	require.Zero(t, r.code, r.err)
	golden(t, "movement-troubled", r.out)
	for _, line := range strings.Split(r.out, "\n") {
		require.LessOrEqual(t, width(line), 120, line)
	}
	s = newSession(t)
	s.fake = troubled()
	golden(t, "movement-troubled-json", s.run("movement", "show", mrn, "--json").out)
	for _, topic := range []string{"diversion", "incident", "enquiry", "recovery", "claim"} {
		golden(t, "help-"+topic, newSession(t).run("movement", topic, "--help").out)
	}
}

func TestADetourThatBreaksRulesIsGrantedNeverthelessOnly(t *testing.T) {
	s := newSession(t)
	grant := []string{"movement", "diversion", "grant", "M", "--route", "UZTAS001", "--as", "cn-officer-urumqi"}
	require.Equal(t, exitOK, s.run(grant...).code)
	require.Equal(t, []string{"M,UZTAS001 "}, s.fake.detours, "looked at first")
	s.fake.broken = []transit.Violation{{Code: "14", Rule: "NAT01", Pointer: "/consignment", Text: "seal this equipment"}}
	s.fake.calls = nil
	r := s.run(grant...)
	require.Equal(t, exitInvalid, r.code)
	require.Contains(t, r.err, "NAT01 (14)")
	require.Empty(t, s.fake.calls, "nothing was granted")
	require.Equal(t, exitOK, s.run(append(grant, "--nevertheless")...).code)
	require.Equal(t, []string{"grant diversion M UZTAS001 "}, s.fake.calls)
	require.Len(t, s.fake.detours, 2, "nobody looks when it is granted anyway")

	require.Equal(t, exitInvalid, s.run("movement", "diversion", "check", "M").code)
	s.fake.broken = nil
	r = s.run("movement", "diversion", "check", "M", "--destination", "UZTAS001")
	require.Equal(t, exitOK, r.code)
	require.Contains(t, r.out, "Nothing broken")
	require.Equal(t, "M UZTAS001", s.fake.detours[len(s.fake.detours)-1])
	require.Equal(t, exitOK, s.run("movement", "diversion", "grant", "M").code)
	require.Len(t, s.fake.detours, 4, "a diversion of exit adds no country")
}
