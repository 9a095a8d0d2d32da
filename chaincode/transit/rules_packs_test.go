package transit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// packCase is a case under the rules of one pack.
type packCase struct {
	pack string
	ruleCase
}

func packCases() []packCase {
	item := "/consignment/houseConsignments/0/consignmentItems/0"
	both := func(change func(m *TransportMeans)) func(*STD) {
		return func(s *STD) { change(&s.Consignment.DepartureTransportMeans[0]) }
	}
	border := func(change func(m *BorderTransportMeans)) func(*STD) {
		return func(s *STD) { change(&s.Consignment.ActiveBorderTransportMeans[0]) }
	}
	nothing := func(*STD) {}
	return []packCase{
		{PackNCTS5Transition, ruleCase{"B1805", "15", item + "/commodity/goodsMeasure/netMass",
			func(s *STD) { reduced(s); itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "1" },
			func(s *STD) { reduced(s); export(s) }}},
		{PackNCTS5Transition, ruleCase{"B1890", "14", "/consignment/departureTransportMeans",
			func(s *STD) { s.Consignment.InlandModeOfTransport = "2"; departureMeansOf(s, "20", "20") },
			func(s *STD) { departureMeansOf(s, "30", "31", "31") }}},
		{PackNCTS5Transition, ruleCase{"B1890", "14", "/consignment/departureTransportMeans",
			func(s *STD) { departureMeansOf(s, "30", "31", "31", "31") },
			func(s *STD) { s.Consignment.InlandModeOfTransport = "2"; departureMeansOf(s, "20") }}},
		{PackNCTS6, ruleCase{"C0909", "13", "/consignment/countryOfDispatch",
			func(s *STD) { s.Consignment.CountryOfDispatch = "" },
			func(s *STD) {
				s.Consignment.CountryOfDispatch, s.Consignment.HouseConsignments[0].CountryOfDispatch = "", "CN"
			}}},
		{PackNCTS6, ruleCase{"B2101", "13", "/guarantees/0/guaranteeReferences/0/currency",
			func(s *STD) { referenceOf(s).Currency = "" }, nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", item + "/commodity/goodsMeasure/grossMass",
			func(s *STD) { itemOf(s, 0).Commodity.GoodsMeasure.GrossMass = "" }, nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", item + "/commodity/goodsMeasure",
			func(s *STD) { itemOf(s, 0).Commodity.GoodsMeasure = nil }, nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/departureTransportMeans/0/typeOfIdentification",
			both(func(m *TransportMeans) { m.TypeOfIdentification = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/departureTransportMeans/0/identificationNumber",
			both(func(m *TransportMeans) { m.IdentificationNumber = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/departureTransportMeans/0/nationality",
			both(func(m *TransportMeans) { m.Nationality = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/activeBorderTransportMeans/0/customsOfficeAtBorderReferenceNumber",
			border(func(m *BorderTransportMeans) { m.CustomsOfficeAtBorder = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/activeBorderTransportMeans/0/typeOfIdentification",
			border(func(m *BorderTransportMeans) { m.TypeOfIdentification = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/activeBorderTransportMeans/0/identificationNumber",
			border(func(m *BorderTransportMeans) { m.IdentificationNumber = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2101", "13", "/consignment/activeBorderTransportMeans/0/nationality",
			border(func(m *BorderTransportMeans) { m.Nationality = "" }), nothing}},
		{PackNCTS6, ruleCase{"B2400", "15", item + "/consignee",
			func(s *STD) { itemOf(s, 0).Consignee = &Consignee{IdentificationNumber: "KG1"} }, nothing}},
		{PackNCTS6, ruleCase{"B2400", "15", item + "/transportDocuments",
			func(s *STD) { itemOf(s, 0).TransportDocuments = []TransportDocument{{1, "N730", "CMR 1"}} },
			func(s *STD) { s.Consignment.TransportDocuments = []TransportDocument{{1, "N730", "CMR 1"}} }}},
		{PackNCTS6, ruleCase{"B2400", "15", item + "/transportCharges",
			func(s *STD) { itemOf(s, 0).TransportCharges = &TransportCharges{"A"} },
			func(s *STD) { s.Consignment.TransportCharges = &TransportCharges{"A"} }}},
		{PackNavigationSeals, ruleCase{"NAT01", "14", "/consignment/transportEquipment/0/numberOfSeals",
			func(s *STD) { e := &s.Consignment.TransportEquipment[0]; e.NumberOfSeals, e.Seals = count(0), nil }, nothing}},
		{PackNavigationSeals, ruleCase{"NAT01", "13", "/consignment/transportEquipment",
			func(s *STD) { s.Consignment.ContainerIndicator, s.Consignment.TransportEquipment = "0", nil },
			func(s *STD) {
				s.Consignment.ContainerIndicator, s.Consignment.TransportEquipment = "", nil
				s.TransitOperation.AdditionalDeclarationType = "D"
			}}},
	}
}

// A declaration that is fine for China, Kazakhstan and Kyrgyzstan alike is refused as soon as one of them, wherever it lies on
// the route, takes another pack.
func TestThePackOfOneCountryDecidesForTheWholeRoute(t *testing.T) {
	unsealed := func(s *STD) *STD {
		s.Consignment.TransportEquipment[0].NumberOfSeals, s.Consignment.TransportEquipment[0].Seals = count(0), nil
		return s
	}
	none := func(s *STD) *STD { return s }
	for _, c := range []struct {
		name    string
		country string
		pack    string
		change  func(*STD) *STD
		rules   []string
	}{
		{"nobody has chosen", "", "", unsealed, nil},
		{"the country of departure", "CN", PackNavigationSeals, unsealed, []string{"NAT01"}},
		{"a country of transit", "KZ", PackNavigationSeals, unsealed, []string{"NAT01"}},
		{"the country of destination", "KG", PackNavigationSeals, unsealed, []string{"NAT01"}},
		{"a country that is not on the route", "TJ", PackNavigationSeals, unsealed, nil},
		{"what the pack demands is there", "KZ", PackNavigationSeals, none, nil},
		{"a pack that nobody knows is the default", "KZ", "ncts-p7", unsealed, nil},
		{"a relaxation in one country relaxes nothing for the others", "KZ", PackNCTS5Transition, func(s *STD) *STD {
			s.Consignment.DepartureTransportMeans[0].IdentificationNumber = "abc"
			return s
		}, []string{"R0473"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := testContext()
			ctx.Pack = func(country string) string {
				if country == c.country {
					return c.pack
				}
				return ""
			}
			var rules []string
			for _, v := range Check(c.change(declaration()), ctx) {
				rules = append(rules, v.Rule)
			}
			require.Equal(t, c.rules, rules)
		})
	}
	t.Run("a relaxation in every country holds", func(t *testing.T) {
		ctx := testContext()
		ctx.Pack = func(string) string { return PackNCTS5Transition }
		s := declaration()
		s.Consignment.DepartureTransportMeans[0].IdentificationNumber = "abc"
		require.Empty(t, Check(s, ctx))
	})
	t.Run("an office of exit counts as well", func(t *testing.T) {
		ctx := testContext()
		ctx.Pack = func(country string) string { return map[string]string{"TJ": PackNavigationSeals}[country] }
		s := unsealed(declaration())
		s.ExitOffices = []ExitOffice{{1, "TJ000001"}}
		require.Contains(t, rulesOf(Check(s, ctx)), "NAT01")
	})
	t.Run("two readings of one rule find the same place once", func(t *testing.T) {
		ctx := testContext()
		ctx.Pack = func(country string) string { return map[string]string{"KZ": PackNCTS6}[country] }
		s := declaration()
		referenceOf(s).Currency = ""
		require.Equal(t, []string{"B2101"}, rulesOf(Check(s, ctx)))
	})
}

func rulesOf(found []Violation) []string {
	var rules []string
	for _, v := range found {
		rules = append(rules, v.Rule)
	}
	return rules
}

func TestRulePacks(t *testing.T) {
	require.Equal(t, DefaultPack, RulePacks()[0].Name)
	require.Empty(t, RulePacks()[0].Changes)
	common := map[string]bool{}
	for _, r := range commonRules() {
		common[r.ID] = true
	}
	for _, id := range standing() {
		require.True(t, common[id], id)
	}
	for _, p := range RulePacks() {
		require.Regexp(t, `^[a-z0-9-]{1,32}$`, p.Name)
		require.True(t, HasRulePack(p.Name))
		require.NotEmpty(t, p.Title)
		require.NotEmpty(t, p.Text)
		ids := map[string]bool{}
		for _, r := range RulesOf(p.Name) {
			require.False(t, ids[r.ID], "%s twice in %s", r.ID, p.Name)
			ids[r.ID] = true
		}
		for _, id := range standing() {
			require.True(t, ids[id], "pack %s leaves %s out, on which the ledger stands", p.Name, id)
		}
		for _, change := range p.Changes {
			require.NotEmpty(t, change.Source)
			if change.Without != "" {
				require.True(t, common[change.Without], "%s of %s is no common rule", change.Without, p.Name)
			}
			if change.Rule != nil {
				require.True(t, ids[change.Rule.ID])
			} else {
				require.False(t, ids[change.Without])
			}
		}
	}
	require.False(t, HasRulePack("ncts-p7"))
	require.Nil(t, RulesOf("ncts-p7"))
	require.Len(t, Rules(), len(commonRules()))
	require.Greater(t, len(AllRules()), len(Rules()))
	changed := RulePacks()
	changed[0].Name = "changed"
	require.Equal(t, DefaultPack, RulePacks()[0].Name, "the list is a copy")
}

func TestADetourIsHeldAgainstWhatItsCountriesAddAlone(t *testing.T) {
	s := declaration()
	s.Consignment.TransportEquipment = nil
	s.Consignment.ContainerIndicator = "0"
	s.Consignment.GrossMass = "1" // broken at departure already, so to speak
	ctx := testContext()
	packs := map[string]string{}
	ctx.Pack = func(country string) string { return packs[country] }
	require.Empty(t, CheckDetour(s, ctx, []string{"UZ"}))
	packs["UZ"] = PackNavigationSeals
	require.Equal(t, []string{"NAT01"}, rulesOf(CheckDetour(s, ctx, []string{"KZ", "UZ"})))
	require.Empty(t, CheckDetour(s, ctx, []string{"TJ"}), "another country")
	require.Empty(t, CheckDetour(s, ctx, nil))
	s.TransitOperation.AdditionalDeclarationType = AdditionalPreLodged
	require.Equal(t, []string{"NAT01"}, rulesOf(CheckDetour(s, ctx, []string{"UZ"})), "the goods were presented")
	require.Equal(t, AdditionalPreLodged, s.TransitOperation.AdditionalDeclarationType, "the document stays as it is")
	packs["CN"] = PackNavigationSeals
	require.Empty(t, CheckDetour(s, ctx, []string{"UZ"}), "the route was held against it when it was declared")
	ctx.Pack = nil
	require.Empty(t, CheckDetour(s, ctx, []string{"UZ"}))
}
