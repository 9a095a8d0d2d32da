package topology

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

const pilotFile = "../topology.yaml"

func pilot(t *testing.T) *Topology {
	t.Helper()
	loaded, err := Load(pilotFile)
	require.NoError(t, err)
	return loaded
}

func pilotText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(pilotFile)
	require.NoError(t, err)
	return string(text)
}

// lineOf is the number of the first line that contains a text.
func lineOf(t *testing.T, document, text string) int {
	t.Helper()
	for i, line := range strings.Split(document, "\n") {
		if strings.Contains(line, text) {
			return i + 1
		}
	}
	require.Fail(t, "no line holds "+text)
	return 0
}

func TestThePilotHasTheMembersTheDesignNames(t *testing.T) {
	p := pilot(t)
	require.Equal(t, "transit", p.Channel)
	require.Len(t, p.OfKind(Customs), 3)
	require.Len(t, p.OfKind(Guarantor), 1)
	require.Len(t, p.OfKind(Regulator), 1)
	require.Len(t, p.Orderers(), 4)
	kz, ok := p.Organisation("KZ")
	require.True(t, ok)
	require.Equal(t, "KZMSP", kz.MSP)
	require.Equal(t, "kz-admin", kz.Admin())
	_, ok = p.Organisation("XX")
	require.False(t, ok)
}

func TestEveryCustomsAuthorityOfThePilotHasOfficersATraderAndACourier(t *testing.T) {
	for _, o := range pilot(t).OfKind(Customs) {
		count := map[Role]int{}
		offices := map[string]bool{}
		for _, identity := range o.Identities {
			count[identity.Role]++
			offices[identity.Office] = true
		}
		require.GreaterOrEqual(t, count[Officer], 2, o.Name)
		require.GreaterOrEqual(t, len(offices)-1, 2, "officers of %s serve at different offices", o.Name)
		require.GreaterOrEqual(t, count[Trader], 1, o.Name)
		require.Equal(t, 1, count[Courier], o.Name)
	}
}

func TestAWrongTopologyIsRefusedWithLineAndKey(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		// at is a text on the line the error must name, in the changed document.
		at, key, text string
	}{
		{"an unknown key at the top", "channel: transit", "chanel: transit", "chanel:", "chanel", `unknown key "chanel"`},
		{
			"an unknown key of an organisation", "    msp: KZMSP", "    msp: KZMSP\n    colour: blue", "colour:",
			"organisations[1].colour", "unknown key",
		},
		{
			"an unknown key of an identity", "office: CNHRS001}", "ofice: CNHRS001}", "ofice:",
			"organisations[0].identities[2].ofice", "unknown key",
		},
		{"a key given twice", "channel: transit", "channel: transit\nchannel: other", "channel: other", "channel", "given twice"},
		{"a text for a number", "base: 17000", "base: many", "base: many", "ports.base", "not a whole number"},
		{"a number without unit for a duration", "interval: 100ms", "interval: fast", "interval:", "ordering.interval", "not a duration"},
		{"a single value for a list", "roles: [departure, destination]", "roles: departure", "roles: departure}", "roles", "a list is expected"},
		{"a list for keys", "batch: {messages: 100, bytes: 2097152}", "batch: [100]", "batch: [100]", "ordering.batch", "keys and values"},
		{"a version this program does not know", "version: 1\n", "version: 2\n", "version: 2", "version", "reads version 1"},
		{"a channel name with capitals", "channel: transit", "channel: Transit", "channel: Transit", "channel", "not a channel name"},
		{"a privileged port", "base: 17000", "base: 80", "base: 80", "ports.base", "between 1024 and 60000"},
		{"a listen address that is a name", "listen: 127.0.0.1", "listen: here", "listen: here", "listen", "not an IP address"},
		{
			"a host nobody can reach", "peer: {host: 127.0.0.1}", "peer: {host: peer.customs.example}", "peer.customs.example",
			"organisations[0].peer.host", "cannot be reached by others",
		},
		{"an office abroad", "reference: CNHRS001", "reference: KZHRS001", "KZHRS001, name", "offices[1].reference", "does not lie in CN"},
		{"an office reference too short", "reference: KGOSS001", "reference: KGOSS1", "KGOSS1", "offices[3].reference", "not a customs office reference"},
		{"an office twice", "reference: CNALS001", "reference: CNHRS001", "name: Alashankou", "offices[2].reference", "stands already under CN"},
		{"an office role nobody has", "roles: [departure, destination]", "roles: [departure, parking]", "parking", "offices[3].roles[1]", "is none of"},
		{"an officer at a foreign office", "office: KZKOR001", "office: KGAKZ001", "kz-officer-korday", "identities[3].office", "not an office of KZ"},
		{
			"an operator number with a blank", "operator: KG00123456789", `operator: "KG 123"`, "KG 123",
			"identities[5].operator", "not an operator number",
		},
		{"an identity twice", "name: kg-courier", "name: cn-courier", "", "organisations[2].identities[6].name", "stands already under CN"},
		{"a guarantor with a trader", "role: guarantor}", "role: trader}", "cgm-clerk", "identities[1].role", `is none of [admin guarantor]`},
		{"an organisation without an administrator", "{name: carec-admin, role: admin}", "{name: carec-other, role: analyst}",
			"- name: CAREC", "organisations[4]", "no identity with the role admin"},
		{"an MSP twice", "msp: KGMSP", "msp: KZMSP", "", "organisations[2].msp", "stands already on line"},
		{"a kind nobody knows", "kind: regulator", "kind: court", "kind: court", "organisations[4].kind", "is none of"},
		{"timeouts SmartBFT refuses", "request-complain: 4s", "request-complain: 500ms", "request-complain", "ordering.request-complain",
			"must not be shorter than request-forward"},
		{"a rate that is no number", `rate: "87.50"`, `rate: many`, "rate: many", "rates[3]", "not a decimal number"},
		{"a rate of a currency that is none", "quote: KGS", "quote: SOM", "quote: SOM", "rates[3]", "rates/0"},
		{"content that is kept for less than a day", "retention-days: 1095", "retention-days: -1", "retention-days", "retention-days", "a number of days"},
		{"an hour that is none", `closes: "24:00"}]}`, `closes: "25:00"}]}`, "", "organisations[1]", "no time of the day"},
		{"a zone that is none", `zone: "+06:00"`, "zone: Bishkek", "", "organisations[2]", "no offset from UTC"},
		{"a request pool smaller than two batches", "request-pool: 100000", "request-pool: 150", "request-pool", "ordering.request-pool",
			"two full batches"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := pilotText(t)
			require.Contains(t, text, c.old)
			changed := strings.Replace(text, c.old, c.new, 1)
			_, err := Parse("topology.yaml", []byte(changed))
			require.Error(t, err)
			require.ErrorContains(t, err, c.text)
			require.ErrorContains(t, err, c.key)
			if c.at != "" {
				require.ErrorContains(t, err, fmt.Sprintf("topology.yaml:%d: ", lineOf(t, changed, c.at)))
			}
			var problem Problem
			require.ErrorAs(t, err, &problem)
		})
	}
}

func TestARegisterOfOperatorsIsFoundedWithItsCountry(t *testing.T) {
	text := strings.Replace(pilotText(t), "    msp: KZMSP\n", `    msp: KZMSP
    operators:
      - number: KZ190840012345
        name: Zhetysu
        aeo: AEOC
        from: 2026-01-01
        authorisations: [{type: C521, reference: KZ-ACR-1, from: 2026-01-01, until: 2027-12-31}]
`, 1)
	p, err := Parse("t", []byte(text))
	require.NoError(t, err)
	raw, err := p.Founding()
	require.NoError(t, err)
	var doc transit.FoundingRequest
	require.NoError(t, transit.DecodeStrict(raw, &doc))
	require.Equal(t, "KZ", doc.Books[1].Country)
	require.Equal(t, []transit.Operator{{
		Validity: transit.Validity{From: "2026-01-01"}, Number: "KZ190840012345", Name: "Zhetysu", Country: "KZ", AEO: "AEOC",
		Authorisations: []transit.OperatorAuthorisation{{Type: "C521", Reference: "KZ-ACR-1", From: "2026-01-01", Until: "2027-12-31"}},
	}}, doc.Books[1].Operators)
	_, err = Parse("t", []byte(strings.Replace(text, "number: KZ190840012345", "number: CN1", 1)))
	require.ErrorContains(t, err, "is not one of KZ")
}

func TestThreeOrderersAreTooFew(t *testing.T) {
	text := pilotText(t)
	last := strings.LastIndex(text, "    orderer: {host: 127.0.0.1}\n")
	text = text[:last] + strings.TrimPrefix(text[last:], "    orderer: {host: 127.0.0.1}\n")
	_, err := Parse("topology.yaml", []byte(text))
	require.ErrorContains(t, err, "3 orderers: SmartBFT needs four")
}

func TestAliasesAndSecondDocumentsAreRefused(t *testing.T) {
	text := strings.Replace(pilotText(t), "listen: 127.0.0.1\n", "listen: &a 127.0.0.1\n", 1)
	_, err := Parse("t", []byte(strings.Replace(text, "peer: {host: 127.0.0.1}", "peer: {host: *a}", 1)))
	require.ErrorContains(t, err, "aliases are not allowed")
	_, err = Parse("t", []byte(pilotText(t)+"\n---\nversion: 1\n"))
	require.ErrorContains(t, err, "more than one YAML document")
	_, err = Parse("t", []byte("version: [1\n"))
	require.Error(t, err)
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	text := strings.NewReplacer("base: 17000", "base: 1", "kind: regulator", "kind: court").Replace(pilotText(t))
	_, err := Parse("t", []byte(text))
	require.ErrorContains(t, err, "ports.base")
	require.ErrorContains(t, err, "organisations[4].kind")
}

func TestThePortPlanIsTheOneOperatorsKnow(t *testing.T) {
	var plan strings.Builder
	for _, use := range pilot(t).Plan(1000).Uses() {
		fmt.Fprintf(&plan, "%s %s\n", use.Address, use.Owner)
	}
	golden(t, "ports.txt", plan.String())
}

func TestTheFoundingRegistryIsDerivedByteForByte(t *testing.T) {
	text, err := pilot(t).Founding()
	require.NoError(t, err)
	again, err := pilot(t).Founding()
	require.NoError(t, err)
	require.Equal(t, text, again)
	golden(t, "founding.json", string(text)+"\n")
}

// golden compares with a file in testdata; UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestNoPortIsPlannedTwice(t *testing.T) {
	p := pilot(t)
	plan := p.Plan(0)
	owner := map[int]string{}
	for _, o := range p.Organisations {
		ports := plan.Of(o.Name)
		all := append([]int{
			ports.Peer, ports.PeerOperations, ports.PeerChaincode, ports.Orderer, ports.OrdererOperations, ports.OrdererAdmin,
			ports.CA, ports.CAOperations, ports.Application, ports.ApplicationOperations,
			ports.SecondPeer, ports.SecondPeerOperations,
		}, ports.Chaincode[:]...)
		for _, port := range all {
			require.Empty(t, owner[port], "port %d", port)
			require.LessOrEqual(t, port, plan.Last())
			owner[port] = o.Name
		}
	}
	require.Equal(t, OrganisationPorts{}, plan.Of("XX"))
}

func TestOnlyTheNamedOrganisationsPortsAreUsed(t *testing.T) {
	for _, use := range pilot(t).Plan(0).Uses("KG") {
		require.True(t, strings.HasPrefix(use.Owner, "KG "), use.Owner)
	}
}

func TestAnIdentityToBeIssuedIsChecked(t *testing.T) {
	p := pilot(t)
	require.NoError(t, p.CheckIdentity("KZ", Identity{Name: "kz-officer-dostyk", Role: Officer, Office: "KZDOS001"}))
	require.ErrorContains(t, p.CheckIdentity("KZ", Identity{Name: "x", Role: Officer, Office: "CNURM001"}), "not an office of KZ")
	require.ErrorContains(t, p.CheckIdentity("XX", Identity{Name: "x", Role: Officer}), "no organisation")
}

func FuzzParseNeverPanics(f *testing.F) {
	text, err := os.ReadFile(pilotFile)
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte("version: 1"))
	f.Add([]byte("organisations: [{}]"))
	f.Add([]byte("- a"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := Parse("fuzz", text)
		if err == nil {
			_, err = parsed.Founding()
			require.NoError(t, err)
		}
	})
}
