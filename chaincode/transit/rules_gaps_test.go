package transit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// brokenAt lists rule and place of everything that a changed declaration breaks.
func brokenAt(change func(*STD)) []string {
	s := declaration()
	change(s)
	return rulesAt(Check(s, testContext()))
}

func TestOneFindingDoesNotHideTheNext(t *testing.T) {
	const items = "/consignment/houseConsignments/0/consignmentItems/"
	for name, c := range map[string]struct {
		change func(*STD)
		found  []string
	}{
		"an unknown code after a malformed one": {
			func(s *STD) {
				s.Consignment.CountryOfDispatch = "cn"
				s.Consignment.DepartureTransportMeans[0].Nationality = "ZZ"
			},
			[]string{"XSD /consignment/countryOfDispatch", "CL008 /consignment/departureTransportMeans/0/nationality"},
		},
		"a missing reference after a cash deposit": {
			func(s *STD) {
				s.Guarantees = append([]DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "3", GuaranteeReferences: []DeclaredReference{
					{SequenceNumber: 1, AmountToBeCovered: "5.00", Currency: "EUR"},
				}}}, DeclaredGuarantee{SequenceNumber: 2, GuaranteeType: "8"})
			},
			[]string{"C0130 /guarantees/1/otherGuaranteeReference"},
		},
		"a common reference in the second house only": {
			func(s *STD) {
				first := secondHouse(s)
				houses := s.Consignment.HouseConsignments
				s.Consignment.ReferenceNumberUCR = ""
				second := first.ConsignmentItems[0]
				second.GoodsItemNumber, second.DeclarationGoodsItemNumber = 2, 3
				houses[0], houses[1] = HouseConsignment{SequenceNumber: 1, GrossMass: "10", ConsignmentItems: first.ConsignmentItems}, houses[0]
				houses[1].SequenceNumber = 2
				houses[0].ConsignmentItems[0].DeclarationGoodsItemNumber = 1
				houses[0].ConsignmentItems[0].ReferenceNumberUCR = "UCR-1"
				for i := range houses[1].ConsignmentItems {
					houses[1].ConsignmentItems[i].ReferenceNumberUCR = "UCR-2"
					houses[1].ConsignmentItems[i].DeclarationGoodsItemNumber = 2 + i
				}
				s.Consignment.TransportEquipment[0].GoodsReferences = []GoodsReference{{1, 1}, {2, 2}, {3, 3}}
			},
			[]string{"R0507 /consignment/houseConsignments/1/consignmentItems/0/referenceNumberUCR"},
		},
		"a customs value of nothing after an item without one": {
			func(s *STD) { itemOf(s, 1).CustomsValue = &CustomsValue{"0.00", "USD"} },
			[]string{"STD21 " + items + "1/customsValue/amount"},
		},
		"an office of exit that is twice an office of transit": {
			func(s *STD) {
				s.TransitOffices = append(s.TransitOffices,
					TransitOffice{3, "KZ000004", "2026-03-05T10:00:00"}, TransitOffice{4, "KZ000004", "2026-03-05T11:00:00"})
				s.ExitOffices = []ExitOffice{{1, "KZ000004"}}
			},
			[]string{"R0103 /customsOfficesOfExitForTransit/0/referenceNumber"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := brokenAt(c.change)
			for _, want := range c.found {
				require.Contains(t, found, want)
			}
			for _, f := range found {
				rule, _, _ := strings.Cut(f, " ")
				n := len(slices.DeleteFunc(slices.Clone(found), func(o string) bool { return o != f }))
				require.Equal(t, 1, n, "%s %s once", rule, f)
			}
		})
	}
}

func TestEquipmentWithoutANumberMayStandBesideAContainer(t *testing.T) {
	swap := func(s *STD) {
		secondEquipment(s)
		e := s.Consignment.TransportEquipment
		e[0], e[1] = e[1], e[0]
		e[0].SequenceNumber, e[1].SequenceNumber = 1, 2
		e[1].GoodsReferences = []GoodsReference{{1, 1}}
	}
	require.NotContains(t, rulesOfChange(swap), "C0055", "the second one has the number")
	require.Contains(t, brokenAt(func(s *STD) { swap(s); s.Consignment.ContainerIndicator = "0" }),
		"C0055 /consignment/transportEquipment/1/containerIdentificationNumber")
}

func rulesOfChange(change func(*STD)) []string {
	var out []string
	for rule := range brokenBy(change) {
		out = append(out, rule)
	}
	return out
}

// What packages an item without any of its own may share: those of another item, of which there are some to be counted.
func TestPackagesThatOthersMayShare(t *testing.T) {
	packed := func(items ...[]Packaging) map[string]*holders {
		s := declaration()
		s.Consignment.HouseConsignments[0].ConsignmentItems = nil
		var list []atItem
		for i := range items {
			list = append(list, atItem{ConsignmentItem: &ConsignmentItem{Packaging: items[i]}, pointer: fmt.Sprint(i)})
		}
		return packageHolders(list)
	}
	of := func(kind string, n *int) Packaging {
		return Packaging{TypeOfPackages: kind, NumberOfPackages: n, ShippingMarks: "LOT"}
	}
	for name, p := range map[string]Packaging{
		"none": of("CT", count(0)), "a number that is missing": of("CT", nil), "bulk": of("VO", count(1)), "unpacked goods": of("NE", count(1)),
	} {
		require.Empty(t, packed([]Packaging{p}), name)
	}
	one := packed([]Packaging{of("CT", count(1))}, nil)["LOT"]
	require.True(t, one.otherThan(1))
	require.False(t, one.otherThan(0), "an item's own packages are not another's")
	require.False(t, packed([]Packaging{of("CT", count(1)), of("BX", count(2))})["LOT"].otherThan(0), "however many kinds it has")
	two := packed([]Packaging{of("CT", count(1))}, []Packaging{of("CT", count(1))})["LOT"]
	require.True(t, two.otherThan(0) && two.otherThan(1))
}

func TestTheTypeOfASingleItemIsNoCommonOne(t *testing.T) {
	single := func(s *STD) {
		s.TransitOperation.DeclarationType = "T"
		h := &s.Consignment.HouseConsignments[0]
		h.ConsignmentItems = h.ConsignmentItems[:1]
		h.ConsignmentItems[0].DeclarationType = "T1"
		h.ConsignmentItems[0].Commodity.GoodsMeasure.GrossMass, h.GrossMass, s.Consignment.GrossMass = "1500", "1500", "1500"
		s.Consignment.TransportEquipment[0].GoodsReferences = []GoodsReference{{1, 1}}
	}
	require.NotContains(t, rulesOfChange(single), "R0507")
}

func TestConsigneesAreAskedForAtTheFirstLevelThatNamesAMember(t *testing.T) {
	missing := func(change func(*STD)) []string {
		return slices.DeleteFunc(brokenAt(change), func(f string) bool { return !strings.HasSuffix(f, "/consignee") })
	}
	const first, second = "/consignment/houseConsignments/0/consignee", "/consignment/houseConsignments/1/consignee"
	at := func(found []string, place string) bool {
		return slices.ContainsFunc(found, func(f string) bool { return strings.HasSuffix(f, " "+place) })
	}
	found := missing(func(s *STD) {
		consignees(s, "KG", "UZ")
		s.Consignment.HouseConsignments[1].ConsignmentItems[0].CountryOfDestination = "KG"
	})
	require.True(t, at(found, first))
	require.False(t, at(found, second), "the houses name their countries, the items' do not count")
	found = missing(func(s *STD) {
		consignees(s, "KG", "KG")
		s.Consignment.HouseConsignments[1].ConsignmentItems = nil
	})
	require.True(t, at(found, second), "a house without items has no consignee in them")
}

func TestTheRepresentativeIsLookedUpWhereTheHolderHasNoNumber(t *testing.T) {
	require.NotContains(t, rulesOfChange(func(s *STD) { cite(s, "AUTH-1"); s.Holder.IdentificationNumber = "" }), "STD20")
	require.Contains(t, rulesOfChange(func(s *STD) { cite(s, "AUTH-2"); s.Holder.IdentificationNumber = "" }), "STD20")
}

// textAt is the text of the finding of a rule.
func textAt(t *testing.T, found []Violation, rule string) string {
	t.Helper()
	for _, v := range found {
		if v.Rule == rule {
			return v.Text
		}
	}
	require.Failf(t, "not found", "%s in %v", rule, found)
	return ""
}

func TestTextsNameWhatWouldBeRight(t *testing.T) {
	for rule, change := range map[string]func(*STD){
		"R0987": func(s *STD) { s.TransitOffices[1].SequenceNumber = 7 },
		"R0988": func(s *STD) { itemOf(s, 1).GoodsItemNumber = 7 },
		"R0007": func(s *STD) { itemOf(s, 1).DeclarationGoodsItemNumber = 7 },
	} {
		s := declaration()
		change(s)
		require.Contains(t, textAt(t, Check(s, testContext()), rule), "this one is 2", rule)
	}
	s := declaration()
	s.TransitOperation.Security = "4"
	require.Contains(t, textAt(t, Check(s, testContext()), "CL217"), ": 0, 1, 2, 3", "few codes are listed")
	s = declaration()
	s.Consignment.CountryOfDispatch = "ZZ"
	require.NotContains(t, textAt(t, Check(s, testContext()), "CL008"), ": ", "many are not")

	declared, r := declaration(), differing()
	r.Consignment.TransportEquipment = append(r.Consignment.TransportEquipment, FoundEquipment{SequenceNumber: 5})
	require.Contains(t, textAt(t, CheckUnloading(r, declared), "R0054"), "the next one, 2")
	r = differing()
	r.Consignment.HouseConsignments[0].ConsignmentItems = []FoundItem{notDeclared(3, 9)}
	require.Contains(t, textAt(t, CheckUnloading(r, declared), "R0055"), "the next one, 3")
	r.Consignment.HouseConsignments[0].ConsignmentItems = []FoundItem{notDeclared(9, 3)}
	require.Contains(t, textAt(t, CheckUnloading(r, declared), "R0055"), "the next one of its house, 3")
}

func TestWhatIsMalformedInRemarksIsReportedOnceAndAtMostAHundred(t *testing.T) {
	r := differing()
	item := &r.Consignment.HouseConsignments[0].ConsignmentItems[0]
	item.Packaging = []FoundPackaging{{SequenceNumber: 1, TypeOfPackages: "x"}}
	at := func(found []Violation, place string) (n int) {
		for _, v := range found {
			if v.Pointer == place {
				n++
			}
		}
		return n
	}
	const packaging = "/consignment/houseConsignments/0/consignmentItems/0/packaging/"
	require.Equal(t, 1, at(CheckUnloading(r, declaration()), packaging+"0/typeOfPackages"))

	r = differing()
	item = &r.Consignment.HouseConsignments[0].ConsignmentItems[0]
	for i := range MaxViolations - 10 {
		item.Packaging = append(item.Packaging, FoundPackaging{SequenceNumber: i + 1, TypeOfPackages: "00"})
	}
	for i := range 20 {
		r.Consignment.CountriesOfRouting = append(r.Consignment.CountriesOfRouting, FoundCountry{i + 1, "ZZ"})
	}
	codes := slices.DeleteFunc(CheckUnloading(r, declaration()), func(v Violation) bool { return v.Code != "12" })
	require.LessOrEqual(t, len(codes), MaxViolations)

	r = differing()
	r.Consignment.HouseConsignments[0].ConsignmentItems[0] = FoundItem{DeclarationGoodsItemNumber: 9}
	for _, v := range CheckUnloading(r, declaration()) {
		require.NotEqual(t, "R0055", v.Rule, "a number that is missing is not also a wrong one")
	}
}

func TestSealsOfAnIncidentAreSeals(t *testing.T) {
	declared, r := declaration(), differing()
	declared.Consignment.TransportEquipment[0].NumberOfSeals, declared.Consignment.TransportEquipment[0].Seals = count(0), nil
	r.StateOfSeals, r.Consignment.TransportEquipment = "", nil
	without := sealsBroken()
	for i := range without.Equipment {
		without.Equipment[i].NumberOfSeals, without.Equipment[i].Seals = nil, nil
	}
	require.NotContains(t, rulesOf(CheckUnloading(r, declared, without)), "C0440", "equipment without seals has no state of seals")
	require.Contains(t, rulesOf(CheckUnloading(r, declared, sealsBroken())), "C0440", "seals put on under way have one")
}
