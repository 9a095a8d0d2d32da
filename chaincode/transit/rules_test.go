package transit

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func count(n int) *int { return &n }

// declaration is a valid document: a container of two items from China over Kazakhstan to Kyrgyzstan.
func declaration() *STD {
	item := func(number int, gross, net Decimal) ConsignmentItem {
		return ConsignmentItem{
			GoodsItemNumber: number, DeclarationGoodsItemNumber: number,
			Commodity: Commodity{
				DescriptionOfGoods: "laptop computers",
				CommodityCode:      &CommodityCode{HarmonizedSystemSubHeadingCode: "847130"},
				GoodsMeasure:       &GoodsMeasure{GrossMass: gross, NetMass: net},
			},
			Packaging: []Packaging{
				{SequenceNumber: 1, TypeOfPackages: "CT", NumberOfPackages: count(10), ShippingMarks: "LOT " + fmt.Sprint(number)},
			},
		}
	}
	return &STD{
		Message: Message{
			Sender: "CN3301960999", Recipient: "NTA.CN", PreparationDateAndTime: "2026-03-01T10:00:00", Identification: "M1", Type: "CC015C",
		},
		TransitOperation: TransitOperation{
			LRN: "LRN1", DeclarationType: "T1", AdditionalDeclarationType: "A", Security: "0", ReducedDatasetIndicator: "0", BindingItinerary: "1",
		},
		DepartureOffice:   CustomsOffice{"CN000001"},
		DestinationOffice: CustomsOffice{"KG000001"},
		TransitOffices: []TransitOffice{
			{1, "KZ000001", "2026-03-02T10:00:00"}, {2, "KG000002", "2026-03-04T10:00:00"},
		},
		Holder: Holder{IdentificationNumber: "CN3301960999"},
		Guarantees: []DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "1", GuaranteeReferences: []DeclaredReference{
			{SequenceNumber: 1, GRN: "23GB0000010000854", AccessCode: "AC01", AmountToBeCovered: "12000.00", Currency: "EUR"},
		}}},
		Consignment: Consignment{
			CountryOfDispatch: "CN", CountryOfDestination: "KG", ContainerIndicator: "1", InlandModeOfTransport: "3",
			ModeOfTransportAtTheBorder: "3", GrossMass: "1500", ReferenceNumberUCR: "UCR-1",
			Consignor: &Party{Name: "Shipper", Address: &Address{"1 Road", "310000", "Hangzhou", "CN"}},
			Consignee: &Consignee{IdentificationNumber: "KG01234567890123"},
			TransportEquipment: []TransportEquipment{{
				SequenceNumber: 1, ContainerIdentificationNumber: "CSQU3054383", NumberOfSeals: count(1), Seals: []Seal{{1, "S1"}},
				GoodsReferences: []GoodsReference{{1, 1}, {2, 2}},
			}},
			LocationOfGoods:         &LocationOfGoods{TypeOfLocation: "A", QualifierOfIdentification: "U", UNLocode: "CNKHG"},
			DepartureTransportMeans: []TransportMeans{{1, "30", "01KG123ABC", "KG"}},
			CountriesOfRouting:      []CountryOfRouting{{1, "CN"}, {2, "KZ"}, {3, "KG"}},
			ActiveBorderTransportMeans: []BorderTransportMeans{
				{
					SequenceNumber: 1, CustomsOfficeAtBorder: "KZ000001",
					TypeOfIdentification: "30", IdentificationNumber: "01KG123ABC", Nationality: "KG",
				},
			},
			PlaceOfLoading: &Place{UNLocode: "CNKHG"},
			HouseConsignments: []HouseConsignment{{SequenceNumber: 1, GrossMass: "1500", ConsignmentItems: []ConsignmentItem{
				item(1, "1000", "900"), item(2, "500", "450"),
			}}},
		},
	}
}

// secondHouse gives the declaration another house with one item.
func secondHouse(s *STD) *HouseConsignment {
	c := &s.Consignment
	c.HouseConsignments = append(c.HouseConsignments, HouseConsignment{
		SequenceNumber: 2, GrossMass: "10",
		ConsignmentItems: []ConsignmentItem{declaration().Consignment.HouseConsignments[0].ConsignmentItems[0]},
	})
	c.GrossMass = "1510"
	h := &c.HouseConsignments[1]
	h.ConsignmentItems[0].DeclarationGoodsItemNumber = 3
	h.ConsignmentItems[0].Commodity.GoodsMeasure = &GoodsMeasure{GrossMass: "10"}
	return h
}

func secondEquipment(s *STD) *TransportEquipment {
	c := &s.Consignment
	c.TransportEquipment = append(c.TransportEquipment, TransportEquipment{
		SequenceNumber: 2, NumberOfSeals: count(1), Seals: []Seal{{1, "S2"}}, GoodsReferences: []GoodsReference{{1, 2}},
	})
	return &c.TransportEquipment[1]
}

func itemOf(s *STD, i int) *ConsignmentItem {
	return &s.Consignment.HouseConsignments[0].ConsignmentItems[i]
}

func referenceOf(s *STD) *DeclaredReference { return &s.Guarantees[0].GuaranteeReferences[0] }

func authorise(s *STD, kinds ...string) {
	for i, kind := range kinds {
		s.Authorisations = append(s.Authorisations, Authorisation{i + 1, kind, "AUTH" + kind})
	}
}

// tir turns the declaration into a TIR one within one country.
func tir(s *STD) {
	s.TransitOperation.DeclarationType, s.TransitOperation.TIRCarnetNumber = "TIR", "XA25000001"
	s.Holder.TIRHolderIdentification = "CHN/001/1"
	s.TransitOffices, s.DestinationOffice = nil, CustomsOffice{"CN000002"}
	s.Guarantees = []DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "B"}}
}

func testRegistry(reference string) *Office {
	roles := map[string][]string{
		"CN000001": {"departure", "destination"}, "CN000002": {"destination", "exit"}, "CN000003": {"guarantee"},
		"KZ000001": {"transit"}, "KZ000002": {"transit"}, "KZ000003": {"exit"}, "KZ000004": {"exit", "transit"},
		"KG000001": {"destination", "transit"}, "KG000002": {"transit"},
		"XX000001": {"transit", "destination", "departure"},
	}
	if r, ok := roles[reference]; ok {
		return &Office{Reference: reference, Roles: r}
	}
	return nil
}

func testContext() RuleContext {
	return RuleContext{
		Now:        time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Member:     func(c string) bool { return oneOf(c, "CN", "KZ", "KG", "TJ") },
		Office:     testRegistry,
		Registered: testRegister,
	}
}

func TestAValidDeclarationBreaksNoRule(t *testing.T) {
	require.Empty(t, Check(declaration(), testContext()))
	require.Empty(t, Check(declaration(), RuleContext{}), "without a registry or clock")
}

// alsoBroken are the rules that the documents of a case may break besides: an office of exit that is also another has not the
// role of an exit, say. Each of these rules has another case, whose document breaks it alone.
func alsoBroken(c ruleCase) []string {
	return map[string][]string{
		"R0901": {"C0030", "G0142"}, "R0103": {"CL173", "CL174"}, "R0221": {"R0223", "R0994", "R0983"}, "C0001": {"C0343"},
	}[c.rule]
}

func TestEachRule(t *testing.T) {
	for _, c := range ruleCases() {
		t.Run(c.rule+" "+c.code+" "+c.pointer, func(t *testing.T) { requireCase(t, c, testContext()) })
	}
	for _, c := range packCases() {
		t.Run(c.pack+" "+c.rule+" "+c.code+" "+c.pointer, func(t *testing.T) {
			ctx := testContext()
			ctx.Pack = func(string) string { return c.pack }
			requireCase(t, c.ruleCase, ctx)
		})
	}
}

// requireCase holds that the one document breaks the rule, at the place and with the code of the case, and the other none.
func requireCase(t *testing.T, c ruleCase, ctx RuleContext) {
	t.Helper()
	s := declaration()
	c.breaks(s)
	found := Check(s, ctx)
	hit := false
	for _, v := range found {
		if v.Rule != c.rule {
			require.Contains(t, alsoBroken(c), v.Rule, "%v", v)
			continue
		}
		hit = hit || v.Code == c.code && v.Pointer == c.pointer
		require.NotEmpty(t, v.Text)
	}
	require.True(t, hit, "%v", found)
	requireResolves(t, s, found)

	s = declaration()
	c.passes(s)
	for _, v := range Check(s, ctx) {
		require.Fail(t, "the document beside it passes", "%v", v)
	}
}

// requireResolves holds that each pointer leads into the document: all of its steps but the last (what is missing is
// not there) exist in the JSON of the document.
func requireResolves(t *testing.T, s *STD, found []Violation) {
	t.Helper()
	b, err := json.Marshal(s)
	require.NoError(t, err)
	var tree any
	require.NoError(t, json.Unmarshal(b, &tree))
	for _, v := range found {
		at := tree
		steps := strings.Split(v.Pointer, "/")[1:]
		for _, step := range steps[:len(steps)-1] {
			switch node := at.(type) {
			case map[string]any:
				require.Contains(t, node, step, v.Pointer)
				at = node[step]
			case []any:
				var i int
				_, err := fmt.Sscan(step, &i)
				require.NoError(t, err, v.Pointer)
				require.Less(t, i, len(node), v.Pointer)
				at = node[i]
			default:
				require.Fail(t, "no such place", v.Pointer)
			}
		}
		requireField(t, v.Pointer)
	}
}

// requireField holds that the pointer names fields of the schema all the way.
func requireField(t *testing.T, pointer string) {
	t.Helper()
	at := Schema()
	for _, step := range strings.Split(pointer, "/")[1:] {
		if strings.Trim(step, "0123456789") == "" {
			continue
		}
		var next *Element
		for _, e := range at.Children {
			if e.JSON == step {
				next = e
			}
		}
		require.NotNil(t, next, "%s: no field %s", pointer, step)
		at = next
	}
}

// TestEveryRuleHasADocumentThatBreaksItAlone fails when a rule of any pack has no pair of documents, or none that breaks no
// other rule.
func TestEveryRuleHasADocumentThatBreaksItAlone(t *testing.T) {
	alone := map[string]bool{}
	note := func(pack string, c ruleCase, ctx RuleContext) {
		s := declaration()
		c.breaks(s)
		for _, v := range Check(s, ctx) {
			if v.Rule != c.rule {
				return
			}
		}
		id := c.rule
		if strings.HasPrefix(id, "CL") && FindCodeList(id) != nil {
			id = ruleCodeLists
		}
		alone[pack+id] = true
	}
	for _, c := range ruleCases() {
		note("", c, testContext())
	}
	for _, c := range packCases() {
		ctx := testContext()
		ctx.Pack = func(string) string { return c.pack }
		note(c.pack+" ", c.ruleCase, ctx)
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		require.True(t, alone[r.ID], "rule %s has no document that breaks it alone", r.ID)
		require.False(t, seen[r.ID], "rule %s stands twice", r.ID)
		seen[r.ID] = true
	}
	require.GreaterOrEqual(t, len(seen), 80)
	for _, p := range RulePacks() {
		for _, change := range p.Changes {
			if change.Rule != nil {
				require.True(t, alone[p.Name+" "+change.Rule.ID], "rule %s of pack %s has no document that breaks it alone", change.Rule.ID, p.Name)
			}
		}
	}
	for _, group := range RuleCatalogue() {
		for _, r := range group.Rules {
			require.NotEmpty(t, r.ID)
			require.NotEmpty(t, r.Title, r.ID)
			require.True(t, strings.HasSuffix(r.Text, ".") || strings.HasSuffix(r.Text, ".)"), "%s: %s", r.ID, r.Text)
		}
	}
}

func TestARegisterOfOperatorsDecidesOnNames(t *testing.T) {
	ctx := testContext()
	ctx.Operator = func(id string) bool { return id == "CN3301960999" }
	s := declaration()
	s.Consignment.Consignee = &Consignee{IdentificationNumber: "CN3301960999"}
	require.Empty(t, Check(s, ctx))

	s.Holder.Name, s.Holder.Address = "Holder", s.Consignment.Consignor.Address
	require.Equal(t, []string{"/holderOfTheTransitProcedure/name", "/holderOfTheTransitProcedure/address"}, pointers(Check(s, ctx)))

	s.Holder = Holder{IdentificationNumber: "CN404"}
	require.Equal(t, []string{"/holderOfTheTransitProcedure/name", "/holderOfTheTransitProcedure/address"}, pointers(Check(s, ctx)))
}

func pointers(found []Violation) []string {
	var out []string
	for _, v := range found {
		out = append(out, v.Pointer)
	}
	return out
}

func TestAllViolationsAreReportedAtOnce(t *testing.T) {
	s := declaration()
	s.TransitOperation.LRN = ""
	unrouted(s)
	s.TransitOffices = nil
	itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "2000"
	referenceOf(s).GRN = "23GB0000010000855"
	s.Consignment.DepartureTransportMeans[0].IdentificationNumber = "abc"
	var rules []string
	for _, v := range Check(s, testContext()) {
		rules = append(rules, v.Rule)
	}
	require.Equal(t, []string{"XSD", "C0030", "R0028", "R0473", "R0223"}, rules)
}

func TestARuleCanBeAppliedAlone(t *testing.T) {
	s := declaration()
	s.TransitOffices = nil
	var alone []Violation
	for _, r := range Rules() {
		alone = append(alone, r.Check(s, testContext())...)
	}
	require.Equal(t, Check(s, testContext()), alone, "of a document of the right form")
}

func TestAccessCodesAreNeverRepeated(t *testing.T) {
	s := declaration()
	s.Guarantees[0].GuaranteeType = "3"
	for _, code := range []string{"SECR", "SECRET"} {
		referenceOf(s).AccessCode = code
		found := Check(s, testContext())
		require.NotEmpty(t, found)
		for _, v := range found {
			require.NotContains(t, v.String(), "SECR")
		}
	}
}

func TestClock(t *testing.T) {
	noon := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	require.Equal(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), EndOfDay(noon))
	require.Equal(t, EndOfDay(noon), EndOfDay(noon.In(time.FixedZone("", 6*3600))))
	require.False(t, After(noon.Add(time.Minute), noon, time.Minute))
	require.True(t, After(noon.Add(time.Minute+1), noon, time.Minute))
}

// drawn fills any document with values that are half plausible, so that rules meet every combination.
func drawn(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			drawn(t, v.Field(i))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "present") {
			v.Set(reflect.New(v.Type().Elem()))
			drawn(t, v.Elem())
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 2).Draw(t, "n")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			drawn(t, v.Index(i))
		}
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(-1, 3).Draw(t, "int")))
	default:
		v.SetString(rapid.SampledFrom([]string{
			"", "0", "1", "2", "3", "5", "A", "D", "T", "TIR", "T1", "KZ", "KZ000001", "KG000001", "CT", "VR", "NE", "30", "31", "U", "V",
			"CSQU3054384", "23GB0000010000855", "EUR", "JPY", "1.5", "x", "\xff", "C521", "C523", "C524", "N830",
			"2026-03-01", "2026-03-01T10:00:00",
		}).Draw(t, "text"))
	}
}

func TestChecksOfAnyDocumentAreDeterministicAndPointIntoIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s STD
		drawn(t, reflect.ValueOf(&s).Elem())
		before, err := json.Marshal(&s)
		require.NoError(t, err)
		found := Check(&s, testContext())
		require.Equal(t, found, Check(&s, testContext()))
		after, err := json.Marshal(&s)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after), "a check changes nothing")
		for _, v := range found {
			require.True(t, FunctionalErrors().Has(v.Code), "%v", v)
			require.NotEmpty(t, v.Rule)
			require.NotEmpty(t, v.Text)
			require.True(t, strings.HasPrefix(v.Pointer, "/"))
		}
	})
}

func FuzzCheck(f *testing.F) {
	valid, err := json.Marshal(declaration())
	require.NoError(f, err)
	f.Add(valid)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"consignment":{"houseConsignments":[{"consignmentItems":[{"packaging":[{"numberOfPackages":0}]}]}]}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		var s STD
		if json.Unmarshal(document, &s) != nil {
			return
		}
		found := Check(&s, testContext())
		require.Equal(t, found, Check(&s, testContext()))
		for _, v := range found {
			require.NotEmpty(t, v.Text)
			require.True(t, FunctionalErrors().Has(v.Code))
		}
		_, _ = Itinerary(&s)
	})
}

func TestWhatIsMalformedIsReportedOnce(t *testing.T) {
	s := declaration()
	s.TransitOperation.AdditionalDeclarationType, s.Guarantees[0].GuaranteeType = "AA", "z"
	s.Guarantees[0].GuaranteeReferences = nil
	require.Equal(t, []string{"XSD /transitOperation/additionalDeclarationType", "XSD /guarantees/0/guaranteeType"},
		rulesAt(Check(s, testContext())), "no word of the code lists besides")

	s = declaration()
	s.Consignment.CountryOfDestination, s.Consignment.HouseConsignments[0].CountryOfDestination = "kg", "kg"
	require.Equal(t, []string{
		"XSD /consignment/countryOfDestination", "XSD /consignment/houseConsignments/0/countryOfDestination",
		"C0343 /consignment/houseConsignments/0/countryOfDestination",
	}, rulesAt(Check(s, testContext())), "but another rule about the place")
}

func rulesAt(found []Violation) []string {
	var out []string
	for _, v := range found {
		out = append(out, v.Rule+" "+v.Pointer)
	}
	return out
}

// A document that is malformed a hundred times is not held against the rules; one of ninety-nine is.
func TestTheRulesAreSparedWhatIsHopeless(t *testing.T) {
	malformed := func(n int) []Violation {
		s := withItems(n)
		for i := range s.Consignment.HouseConsignments[0].ConsignmentItems {
			itemOf(s, i).Commodity.DescriptionOfGoods = ""
		}
		s.Consignment.GrossMass = "1"
		return Check(s, testContext())
	}
	found := malformed(MaxViolations - 1)
	require.Len(t, found, MaxViolations)
	require.Equal(t, "R0994", found[MaxViolations-1].Rule)
	found = malformed(MaxViolations)
	require.Len(t, found, MaxViolations)
	require.Equal(t, RuleXSD, found[MaxViolations-1].Rule)
	require.Len(t, malformed(MaxViolations+1), MaxViolations)
}

// One rule stops at its hundredth violation, and no rule keeps another from speaking.
func TestARuleStopsAtAHundred(t *testing.T) {
	s := withItems(300)
	for i := range s.Consignment.HouseConsignments[0].ConsignmentItems {
		itemOf(s, i).Packaging[0].ShippingMarks = ""
		itemOf(s, i).DeclarationType = "T1"
	}
	counts := map[string]int{}
	for _, v := range Check(s, testContext()) {
		counts[v.Rule]++
	}
	require.Equal(t, map[string]int{"C0060": MaxViolations, "C0045": MaxViolations, "R0507": 1}, counts)
}

func TestTextsCountAndName(t *testing.T) {
	s := declaration()
	s.Consignment.TransportEquipment[0].Seals = nil
	require.Equal(t, "list the 1 seal of this equipment", Check(s, testContext())[0].Text)
	s.Consignment.TransportEquipment[0].NumberOfSeals = count(2)
	require.Equal(t, "list the 2 seals of this equipment", Check(s, testContext())[0].Text)
}
