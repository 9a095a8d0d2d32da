package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

const (
	electronicsXML = "../../formats/examples/cn-kz-kg-electronics.xml"
	pilotTopology  = "../../../network/topology.yaml"
	judgedAt       = "2026-03-02T12:00:00"
)

// electronicsSTD is the example as JSON, changed.
func electronicsSTD(t *testing.T, change func(*transit.STD)) string {
	t.Helper()
	raw, err := os.ReadFile(electronicsXML)
	require.NoError(t, err)
	std, err := parseDocument(raw)
	require.NoError(t, err)
	change(std)
	text, err := json.Marshal(std)
	require.NoError(t, err)
	return string(text)
}

func TestRulesAreCheckedOffLine(t *testing.T) {
	for _, c := range []struct {
		name  string
		input string
		args  []string
		code  int
		want  []string
	}{
		{"a good declaration with the offices of the network", "", []string{electronicsXML, "--offices", pilotTopology}, exitOK,
			[]string{"accepted"}},
		{"without offices the output says what was not tried", "", []string{electronicsXML}, exitOK,
			[]string{"accepted", "Not tried without --offices, for it takes the registry: CL171, CL172"}},
		{"JSON with three mistakes", electronicsSTD(t, func(s *transit.STD) {
			s.Consignment.GrossMass, s.Consignment.InlandModeOfTransport = "0.5", "2"
			s.DestinationOffice.ReferenceNumber = "KGXXX999"
		}), []string{"-", "--offices", pilotTopology}, exitInvalid, []string{
			"refused", "CL172 (12)", "/customsOfficeOfDestinationDeclared/referenceNumber", "R0994 (14)", "/consignment/grossMass",
			`"0.5"`, "R0472 (14)",
		}},
		{"JSON that is no document", `{"consignment":{"grossMass":5}}`, []string{"-"}, exitInvalid,
			[]string{"refused", "/consignment/grossMass"}},
		{"XML that is not well formed", "<CC015C", []string{"-"}, exitInvalid, []string{"unreadable"}},
		{"XML of another message", `<a:CC007C xmlns:a="http://ncts.dgtaxud.ec"/>`, []string{"-"}, exitInvalid,
			[]string{"refused", "XSD (15)", "the message must be the element CC015C"}},
		{"the pack of a country on the way decides", "", []string{electronicsXML, "--pack", "KZ=navigation-seals", "--pack", "ncts-p5"}, exitOK,
			[]string{"accepted"}},
		{"two files, one wrong", electronicsSTD(t, func(s *transit.STD) { s.TransitOperation.Security = "9" }),
			[]string{electronicsXML, "-"}, exitInvalid, []string{"accepted", "refused", "CL217 (12)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSession(t)
			s.in = c.input
			r := s.run(append([]string{"rules", "check", "--at", judgedAt}, c.args...)...)
			require.Equal(t, c.code, r.code, r.out+r.err)
			require.Empty(t, r.err)
			for _, want := range c.want {
				require.Contains(t, r.out, want)
			}
			require.Empty(t, s.who, "no ledger was opened")
		})
	}
}

func TestAPackSwitchedForOneCountryChangesTheVerdict(t *testing.T) {
	s := newSession(t)
	s.in = electronicsSTD(t, func(s *transit.STD) {
		for i := range s.Consignment.TransportEquipment {
			none := 0
			s.Consignment.TransportEquipment[i].NumberOfSeals, s.Consignment.TransportEquipment[i].Seals = &none, nil
		}
	})
	base := []string{"rules", "check", "-", "--at", judgedAt}
	require.Equal(t, exitOK, s.run(base...).code)
	r := s.run(append(base, "--pack", "KZ=navigation-seals")...)
	require.Equal(t, exitInvalid, r.code)
	require.Contains(t, r.out, "NAT01 (14)")
	require.Equal(t, exitOK, s.run(append(base, "--pack", "UZ=navigation-seals")...).code, "not on the route")
}

func TestADeclarationBeforePresentationIsJudgedAsAtIt(t *testing.T) {
	s := newSession(t)
	s.in = electronicsSTD(t, func(s *transit.STD) {
		s.TransitOperation.AdditionalDeclarationType = "D"
		s.Consignment.ContainerIndicator, s.Consignment.TransportEquipment = "", nil
	})
	base := []string{"rules", "check", "-", "--at", judgedAt}
	require.Equal(t, exitOK, s.run(base...).code)
	r := s.run(append(base, "--presented")...)
	require.Equal(t, exitInvalid, r.code)
	require.Contains(t, r.out, "C0822 (13)")
}

// The violations off-line are those that the ledger's own check gives, to the last text.
func TestOffLineViolationsAreThoseOfTheLedger(t *testing.T) {
	s := newSession(t)
	s.in = electronicsSTD(t, func(s *transit.STD) {
		s.TransitOffices = nil
		s.Consignment.GrossMass = "1"
		s.Guarantees[0].GuaranteeReferences[0].Currency = "DEM"
		s.TransitOperation.AdditionalDeclarationType = "D"
	})
	std, err := parseDocument([]byte(s.in))
	require.NoError(t, err)
	now, err := transit.DateTime(judgedAt).Parse()
	require.NoError(t, err)
	offices, err := readOffices(pilotTopology)
	require.NoError(t, err)
	want := transit.Check(std, transit.RuleContext{Now: now, Office: offices.office, Member: offices.member})
	want = append(want, transit.Unsupported(std)...)
	require.NotEmpty(t, want)

	r := s.run("rules", "check", "-", "--at", judgedAt, "--offices", pilotTopology, "--json")
	require.Equal(t, exitInvalid, r.code)
	var got checked
	require.NoError(t, json.Unmarshal([]byte(r.out), &got))
	require.Equal(t, []formats.Judgement{{File: "-", Kind: "STD", Violations: want}}, got.Documents)
	require.Empty(t, got.NotTried)
}

func TestOfficesAreReadFromEveryExport(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "offices")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for name, text := range map[string]string{
		"a registry export": `[{"reference":"KZHOR001","name":"Khorgos","msp":"KZMSP","roles":["transit"]}]`,
		"a founding document": `{"v":1,"organisations":[{"msp":"KZMSP","country":"KZ"}],` +
			`"offices":[{"reference":"KZHOR001","roles":["transit"]}]}`,
		"a topology": "organisations:\n  - country: KZ\n    offices:\n      - {reference: KZHOR001, name: X, roles: [transit]}\n",
	} {
		t.Run(name, func(t *testing.T) {
			found, err := readOffices(write(text))
			require.NoError(t, err)
			require.True(t, found.office("KZHOR001").Has("transit"))
			require.False(t, found.office("KZHOR001").Has("exit"))
			require.Nil(t, found.office("KZHOR002"))
			require.True(t, found.member("KZ"))
			require.False(t, found.member("KG"))
		})
	}
	for name, text := range map[string]string{
		"nothing": "", "no office": `{"organisations":[]}`, "not YAML": "{", "no reference": `[{"reference":"Khorgos"}]`, "a word": "offices",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readOffices(write(text))
			require.Error(t, err)
		})
	}
	_, err := readOffices(filepath.Join(t.TempDir(), "absent"))
	require.Error(t, err)
}

func TestMistakesOfUseAreNamed(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"check"}, "FILE is missing"},
		{[]string{"check", "absent.xml"}, "absent.xml"},
		{[]string{"check", electronicsXML, "--at", "noon"}, "--at"},
		{[]string{"check", electronicsXML, "--pack", "ncts-p7"}, "there is no rule pack"},
		{[]string{"check", electronicsXML, "--pack", "zz=ncts-p6"}, "country"},
		{[]string{"check", electronicsXML, "--offices", folder}, "--offices"},
		{[]string{"check", electronicsXML, "--mapping", electronicsXML}, "mapping"},
		{[]string{"check", "--report", electronicsXML}, "is not a folder"},
		{[]string{"check", "--report", folder, folder}, "takes one folder"},
		{[]string{"list", "R9999"}, "there is no rule R9999"},
		{[]string{"lists", "CL999"}, "there is no code list CL999"},
		{[]string{"lists", "CL251", "CL252"}, "unexpected argument"},
	} {
		r := newSession(t).run(append([]string{"rules"}, c.args...)...)
		require.Equal(t, exitUsage, r.code, c.args)
		require.Contains(t, r.err, c.want)
	}
}

func TestRulesListsAndPacksAreListed(t *testing.T) {
	s := newSession(t)
	r := s.run("rules", "list")
	require.Zero(t, r.code)
	for _, group := range transit.RuleCatalogue() {
		for _, rule := range group.Rules {
			require.Regexp(t, `(?m)^  `+rule.ID+` +`+group.Of+` `, r.out)
		}
	}
	r = s.run("rules", "list", "B2400", "C0240")
	require.Contains(t, r.out, "ncts-p6")
	require.Contains(t, r.out, "transhipment")
	require.Equal(t, 2, strings.Count(r.out, "  text"))
	golden(t, "rules-lists", s.run("rules", "lists").out)
	golden(t, "rules-packs", s.run("rules", "packs").out)
	r = s.run("rules", "lists", "CL048")
	require.Regexp(t, `(?m)^  BGN +2026-01-31$`, r.out)
	require.Regexp(t, `(?m)^  XCG +2025-03-31$`, r.out)

	var infos []transit.CodeListInfo
	require.NoError(t, json.Unmarshal([]byte(s.run("rules", "lists", "--json").out), &infos))
	require.Len(t, infos, len(transit.CodeLists()))
	var packs []transit.RulePack
	require.NoError(t, json.Unmarshal([]byte(s.run("rules", "packs", "--json").out), &packs))
	require.Len(t, packs, len(transit.RulePacks()))
}

// sharedMessages finds the public messages next to the repository, or skips the test.
func sharedMessages(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CATS_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	messages := filepath.Join(dir, "data", "ncts", "scenarios")
	if _, err := os.Stat(messages); err != nil {
		t.Skipf("the public NCTS messages are not at %s (set CATS_SHARED)", messages)
	}
	return messages
}

// The report on the public messages holds counts by file and rule alone. Each refusal in it was held against the text of its
// rule; a change of the golden file wants the same again.
func TestTheReportOnRealMessages(t *testing.T) {
	messages := sharedMessages(t)
	s := newSession(t)
	args := []string{"rules", "check", "--report", messages, "--at", "2026-03-02T09:30:00",
		"--mapping", "testdata/rules-mapping.yaml", "--offices", pilotTopology}
	r := s.run(args...)
	require.Equal(t, exitInvalid, r.code, r.err)
	golden(t, "rules-report", r.out)

	var out counted
	require.NoError(t, json.Unmarshal([]byte(s.run(append(args, "--json")...).out), &out))
	require.Len(t, out.Messages, 72)
	require.Equal(t, 49, out.Accepted)
	require.Empty(t, out.NotTried)
}

func FuzzParseOffices(f *testing.F) {
	topology, err := os.ReadFile(pilotTopology)
	require.NoError(f, err)
	f.Add(topology)
	f.Add([]byte(`[{"reference":"KZHOR001","roles":["transit"]}]`))
	f.Add([]byte("organisations: [{country: KZ, offices: [{reference: KZHOR001}]}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := parseOffices(data)
		if err != nil {
			require.Nil(t, found)
			return
		}
		for reference, o := range found.offices {
			require.NoError(t, transit.ValidateCustomsOffice(reference))
			require.Equal(t, reference, o.Reference)
			require.True(t, found.member(transit.OfficeCountry(reference)))
		}
	})
}
