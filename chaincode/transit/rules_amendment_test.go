package transit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachRuleOfAmendments(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*STD)
		pointers []string
	}{
		{"goods, offices on the way and limits may change", func(s *STD) {
			s.Message.Identification = "M2"
			s.TransitOffices[0].ReferenceNumber, s.DestinationOffice.ReferenceNumber = "KZ000002", "KG000009"
			s.TransitOperation.LimitDate, s.TransitOperation.BindingItinerary = "2026-03-09", "0"
			itemOf(s, 0).Commodity.DescriptionOfGoods, s.Consignment.GrossMass = "tablets", "2000"
			itemOf(s, 0).Commodity.CommodityCode.CombinedNomenclatureCode = "00"
			referenceOf(s).AmountToBeCovered = "1.00"
			secondHouse(s)
		}, nil},
		{"an item may go", func(s *STD) {
			h := &s.Consignment.HouseConsignments[0]
			h.ConsignmentItems = h.ConsignmentItems[:1]
		}, nil},
		{"the holder's number", func(s *STD) { s.Holder.IdentificationNumber = "CN2" },
			[]string{"/holderOfTheTransitProcedure/identificationNumber"}},
		{"the holder's address", func(s *STD) { s.Holder.Address.City = "Urumqi" }, []string{"/holderOfTheTransitProcedure/address/city"}},
		{"the holder's contact", func(s *STD) { s.Holder.ContactPerson = &ContactPerson{Name: "N", PhoneNumber: "1"} },
			[]string{"/holderOfTheTransitProcedure/contactPerson/name", "/holderOfTheTransitProcedure/contactPerson/phoneNumber"}},
		{"a representative", func(s *STD) { s.Representative = &Representative{IdentificationNumber: "CN3", Status: "2"} },
			[]string{"/representative/identificationNumber", "/representative/status"}},
		{"the office of departure", func(s *STD) { s.DepartureOffice.ReferenceNumber = "CN000009" },
			[]string{"/customsOfficeOfDeparture/referenceNumber"}},
		{"LRN, types and security", func(s *STD) {
			s.TransitOperation.LRN, s.TransitOperation.DeclarationType = "LRN2", "T2"
			s.TransitOperation.AdditionalDeclarationType, s.TransitOperation.Security = "D", "1"
		}, []string{
			"/transitOperation/lrn", "/transitOperation/declarationType", "/transitOperation/additionalDeclarationType",
			"/transitOperation/security",
		}},
		{"the sub-heading of an item", func(s *STD) { itemOf(s, 1).Commodity.CommodityCode = nil },
			[]string{"/consignment/houseConsignments/0/consignmentItems/1/commodity/commodityCode/harmonizedSystemSubHeadingCode"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			was, is := declaration(), declaration()
			was.Holder.Address, is.Holder.Address = &Address{"1", "2", "Hangzhou", "CN"}, &Address{"1", "2", "Hangzhou", "CN"}
			c.change(is)
			found := CheckAmendment(was, is, false)
			require.Equal(t, c.pointers, pointers(found))
			for _, v := range found {
				require.Equal(t, "R0520", v.Rule)
				require.Equal(t, CodeRuleViolation, v.Code)
			}
		})
	}
}

func TestWhileTheGuaranteeIsUnderAmendmentNothingElseChanges(t *testing.T) {
	was, is := declaration(), declaration()
	is.Message.Identification, is.Message.PreparationDateAndTime = "M2", "2026-03-02T10:00:00"
	referenceOf(is).AmountToBeCovered, referenceOf(is).AccessCode = "1.00", "XXXX"
	secondReference(is, "23GB0000010000863")
	require.Empty(t, CheckAmendment(was, is, true))

	is.TransitOperation.LimitDate = "2026-03-09"
	is.TransitOffices = is.TransitOffices[:1]
	is.Consignment.TransportEquipment[0].NumberOfSeals = count(2)
	is.Consignment.PlaceOfUnloading = &Place{UNLocode: "KGFRU"}
	itemOf(is, 1).Packaging[0].ShippingMarks = "OTHER"
	found := CheckAmendment(was, is, true)
	require.Equal(t, []string{
		"/transitOperation/limitDate", "/customsOfficesOfTransitDeclared", "/consignment/transportEquipment/0/numberOfSeals",
		"/consignment/placeOfUnloading/unLocode", "/consignment/houseConsignments/0/consignmentItems/1/packaging/0/shippingMarks",
	}, pointers(found))
	require.Empty(t, CheckAmendment(was, is, false))
}

func TestAnAmendmentOfEverythingIsBounded(t *testing.T) {
	was, is := declaration(), declaration()
	for i := range 300 {
		secondHouse(is)
		secondHouse(was)
		was.Consignment.HouseConsignments[i+1].GrossMass = "11"
	}
	require.Len(t, CheckAmendment(was, is, true), MaxViolations)
}

func TestTheReferenceOfAnAmendment(t *testing.T) {
	const mrn, lrn = "26CN0000000000001J", "LRN1"
	for _, c := range []struct {
		accepted bool
		mrn, lrn string
		want     []string
	}{
		{true, mrn, "", nil},
		{false, "", lrn, nil},
		{true, mrn, lrn, []string{"15 /lrn"}},
		{true, "", lrn, []string{"13 /mrn", "15 /lrn"}},
		{true, "", "", []string{"13 /mrn"}},
		{false, mrn, "", []string{"15 /mrn", "13 /lrn"}},
		{false, mrn, lrn, []string{"15 /mrn"}},
		{false, "", "", []string{"13 /lrn"}},
	} {
		var got []string
		for _, v := range CheckAmendmentReference(c.accepted, c.mrn, c.lrn) {
			require.Equal(t, "C0467", v.Rule)
			got = append(got, v.Code+" "+v.Pointer)
		}
		require.Equal(t, c.want, got)
	}
}

// TestEveryRuleOfTheCatalogueHasAPair fails when a rule about anything but the declaration has no subject that breaks it alone
// and none that passes.
func TestEveryRuleOfTheCatalogueHasAPair(t *testing.T) {
	moment, _ := DateTime("2026-03-02T09:59:59").Parse()
	other := declaration()
	other.TransitOperation.Security = "1"
	pairs := map[string]struct{ breaks, passes []Violation }{
		"R0520": {CheckAmendment(declaration(), other, false), CheckAmendment(declaration(), declaration(), false)},
		"C0467": {CheckAmendmentReference(true, "", ""), CheckAmendmentReference(true, "26CN0000000000001J", "")},
		"R0004": {CheckRelease("2026-03-01", moment), CheckRelease("2026-03-02", moment)},
		"R0028": {CheckMRN("26CNRZZ6S4CA8HDPJ6", "0"), CheckMRN("26CNRZZ6S4CA8HDPJ5", "0")},
		"R0410": {CheckMRN("26CNRZZ6S4CA8HDPJ5", "1"), CheckMRN("26CNRZZ6S4CA8HDPJ5", "0")},
		"R0008": {CheckCorrelation("M1", ""), CheckCorrelation("M1", "M1")},
		"R0267": {CheckOfficeCurrency("USD"), CheckOfficeCurrency("EUR")},
	}
	for _, c := range incidentCases() {
		i, beside := sealsBroken(), sealsBroken()
		c.breaks(&i)
		c.passes(&beside)
		pairs["incident "+c.rule] = struct{ breaks, passes []Violation }{CheckIncident(i), CheckIncident(beside)}
	}
	for _, c := range unloadingCases() {
		r, beside := differing(), differing()
		c.breaks(&r)
		c.passes(&beside)
		pairs["unloading remarks "+c.rule] = struct{ breaks, passes []Violation }{
			CheckUnloading(r, declaration()), CheckUnloading(beside, declaration()),
		}
	}
	for _, group := range RuleCatalogue()[1:] {
		for _, r := range group.Rules {
			pair, ok := pairs[group.Of+" "+r.ID]
			if !ok {
				pair, ok = pairs[r.ID]
			}
			require.True(t, ok, "rule %s (%s) has no pair", r.ID, group.Of)
			require.Empty(t, pair.passes, r.ID)
			require.NotEmpty(t, pair.breaks, r.ID)
			for _, v := range pair.breaks {
				require.Equal(t, r.ID, v.Rule)
			}
		}
	}
}

func TestAnMRNFromElsewhere(t *testing.T) {
	for letter, security := range map[string]string{"J": "0", "L": "1", "K": "2", "M": "3"} {
		mrn, err := NewMRN(2026, "CN", "000000000001", letter[0])
		require.NoError(t, err)
		for _, other := range []string{"0", "1", "2", "3"} {
			want := []string(nil)
			if other != security {
				want = []string{"R0410"}
			}
			require.Equal(t, want, rulesOf(CheckMRN(string(mrn), other)))
		}
	}
	require.Equal(t, []string{RuleXSD}, rulesOf(CheckMRN("26CN", "0")))
	require.Equal(t, []string{"R0028", "R0410"}, rulesOf(CheckMRN("26CNRZZ6S4CA8HDPJ6", "3")), "both at once")
}

func TestWhatIsLeftOpenBeforePresentationIsDemandedThen(t *testing.T) {
	s := declaration()
	s.TransitOperation.AdditionalDeclarationType = AdditionalPreLodged
	s.Consignment.ContainerIndicator, s.Consignment.TransportEquipment = "", nil
	authorise(s, "C521")
	require.Empty(t, Check(s, testContext()))
	require.Equal(t, []string{"C0839", "C0822"}, rulesOf(CheckPresentation(s, testContext())))
	require.Equal(t, AdditionalPreLodged, s.TransitOperation.AdditionalDeclarationType)

	s.Consignment.ContainerIndicator, s.TransitOperation.LimitDate = "0", "2026-03-08"
	require.Empty(t, CheckPresentation(s, testContext()))
}
