package transit

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawnIncident(t *rapid.T, i *Incident) { drawn(t, reflect.ValueOf(i).Elem()) }

// requireFieldOf holds that a pointer names fields of a schema all the way.
func requireFieldOf(t require.TestingT, schema *Element, pointer string) {
	at := schema
	for _, step := range strings.Split(pointer, "/")[1:] {
		if strings.Trim(step, "0123456789") == "" {
			continue
		}
		at = child(at, step)
		require.NotNil(t, at, "%s: no field %s", pointer, step)
	}
}

// differing are valid remarks on [declaration]: the first item weighs less, one seal is another.
func differing() UnloadingRemarks {
	return UnloadingRemarks{
		Conform: "0", UnloadingCompletion: "1", UnloadingDate: "2026-03-05", StateOfSeals: "0",
		Consignment: &FoundConsignment{
			TransportEquipment: []FoundEquipment{{SequenceNumber: 1, Seals: []FoundSeal{{1, "S9"}}}},
			HouseConsignments: []FoundHouse{{SequenceNumber: 1, ConsignmentItems: []FoundItem{{
				GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1,
				Commodity: &FoundCommodity{GoodsMeasure: &FoundMeasure{GrossMass: "990"}},
			}}}},
		},
	}
}

// notDeclared is a goods item that nobody declared.
func notDeclared(inHouse, inDeclaration int) FoundItem {
	return FoundItem{
		GoodsItemNumber: inHouse, DeclarationGoodsItemNumber: inDeclaration,
		Commodity: &FoundCommodity{DescriptionOfGoods: "telephones"},
		Packaging: []FoundPackaging{{SequenceNumber: 1, TypeOfPackages: "CT", NumberOfPackages: count(1), ShippingMarks: "X"}},
	}
}

func unloadingCases() []stepCase[UnloadingRemarks] {
	type remarks = UnloadingRemarks
	nothing := func(*remarks) {}
	item := "/consignment/houseConsignments/0/consignmentItems/"
	house := func(change func(*FoundHouse)) func(*remarks) {
		return func(r *remarks) { change(&r.Consignment.HouseConsignments[0]) }
	}
	items := func(more ...FoundItem) func(*remarks) {
		return house(func(h *FoundHouse) { h.ConsignmentItems = append(h.ConsignmentItems, more...) })
	}
	means := func(list ...FoundTransportMeans) func(*remarks) {
		return func(r *remarks) { r.Consignment.DepartureTransportMeans = list }
	}
	return []stepCase[remarks]{
		{RuleXSD, "13", "/conform", func(r *remarks) { r.Conform = "" }, nothing},
		{RuleXSD, "14", "/unloadingDate", func(r *remarks) { r.UnloadingDate = "2026-3-5" }, nothing},
		{"CL017", "12", item + "0/packaging/0/typeOfPackages",
			house(func(h *FoundHouse) {
				h.ConsignmentItems[0].Packaging = []FoundPackaging{{SequenceNumber: 1, TypeOfPackages: "00"}}
			}),
			house(func(h *FoundHouse) {
				h.ConsignmentItems[0].Packaging = []FoundPackaging{{SequenceNumber: 1, TypeOfPackages: "PX"}}
			})},
		{"CL750", "12", "/consignment/departureTransportMeans/0/typeOfIdentification",
			means(FoundTransportMeans{SequenceNumber: 1, TypeOfIdentification: "77"}), means(FoundTransportMeans{SequenceNumber: 1})},
		{"CL152", "12", item + "0/commodity/commodityCode/harmonizedSystemSubHeadingCode",
			house(func(h *FoundHouse) { h.ConsignmentItems[0].Commodity.CommodityCode = &CommodityCode{"770000", ""} }),
			house(func(h *FoundHouse) { h.ConsignmentItems[0].Commodity.CommodityCode = &CommodityCode{"847141", ""} })},
		{"CL008", "12", "/consignment/countriesOfRouting/0/country",
			func(r *remarks) { r.Consignment.CountriesOfRouting = []FoundCountry{{1, "ZZ"}} },
			func(r *remarks) { r.Consignment.CountriesOfRouting = []FoundCountry{{1, "MN"}} }},
		{"C0440", "13", "/stateOfSeals", func(r *remarks) { r.StateOfSeals = "" }, nothing},
		{"G0205", "15", "/consignment", func(r *remarks) { r.Conform = "1" }, func(r *remarks) { r.Conform, r.Consignment = "1", nil }},
		{"G0205", "13", "/consignment",
			func(r *remarks) { r.Consignment, r.StateOfSeals = nil, "1" },
			func(r *remarks) { r.Consignment, r.StateOfSeals, r.Text = nil, "1", "two boxes wet" }},
		{"G0205", "13", "/consignment",
			func(r *remarks) { r.Consignment, r.StateOfSeals = nil, "1" }, func(r *remarks) { r.Consignment = nil }},
		{"R0054", "14", "/consignment/departureTransportMeans/0/sequenceNumber",
			means(FoundTransportMeans{SequenceNumber: 3, TypeOfIdentification: "31", IdentificationNumber: "T1", Nationality: "KG"}),
			means(FoundTransportMeans{SequenceNumber: 2, TypeOfIdentification: "31", IdentificationNumber: "T1", Nationality: "KG"})},
		{"R0054", "14", "/consignment/departureTransportMeans/1/sequenceNumber",
			means(FoundTransportMeans{SequenceNumber: 1, IdentificationNumber: "T1"},
				FoundTransportMeans{SequenceNumber: 1, IdentificationNumber: "T2"}),
			means(FoundTransportMeans{SequenceNumber: 1, IdentificationNumber: "T1"},
				FoundTransportMeans{SequenceNumber: 2, IdentificationNumber: "T2"},
				FoundTransportMeans{SequenceNumber: 3, IdentificationNumber: "T3"})},
		{"R0054", "13", "/consignment/houseConsignments/1/grossMass",
			func(r *remarks) {
				r.Consignment.HouseConsignments = append(r.Consignment.HouseConsignments,
					FoundHouse{SequenceNumber: 2, ConsignmentItems: []FoundItem{notDeclared(1, 3)}})
			},
			func(r *remarks) {
				r.Consignment.HouseConsignments = append(r.Consignment.HouseConsignments,
					FoundHouse{SequenceNumber: 2, GrossMass: "5", ConsignmentItems: []FoundItem{notDeclared(1, 3)}})
			}},
		{"R0054", "13", "/consignment/houseConsignments/1/consignmentItems",
			func(r *remarks) {
				r.Consignment.HouseConsignments = append(r.Consignment.HouseConsignments, FoundHouse{SequenceNumber: 2, GrossMass: "5"})
			}, nothing},
		{"R0054", "14", item + "0/packaging/0/sequenceNumber",
			house(func(h *FoundHouse) {
				h.ConsignmentItems[0].Packaging = []FoundPackaging{{SequenceNumber: 3, TypeOfPackages: "PX"}}
			}),
			house(func(h *FoundHouse) {
				h.ConsignmentItems[0].Packaging = []FoundPackaging{{SequenceNumber: 2, TypeOfPackages: "PX"}}
			})},
		{"R0054", "13", item + "1/packaging/0/typeOfPackages",
			items(func() FoundItem { i := notDeclared(3, 3); i.Packaging[0].TypeOfPackages = ""; return i }()), items(notDeclared(3, 3))},
		{"R0054", "13", "/consignment/transportEquipment/1/numberOfSeals",
			func(r *remarks) {
				r.Consignment.TransportEquipment = append(r.Consignment.TransportEquipment, FoundEquipment{SequenceNumber: 2})
			},
			func(r *remarks) {
				r.Consignment.TransportEquipment = append(r.Consignment.TransportEquipment, FoundEquipment{SequenceNumber: 2, NumberOfSeals: count(0)})
			}},
		{"R0055", "14", item + "0/goodsItemNumber",
			house(func(h *FoundHouse) { h.ConsignmentItems[0].GoodsItemNumber = 2 }), nothing},
		{"R0055", "14", item + "1/declarationGoodsItemNumber",
			items(FoundItem{GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1}),
			items(FoundItem{GoodsItemNumber: 2, DeclarationGoodsItemNumber: 2})},
		{"R0055", "14", item + "1/declarationGoodsItemNumber", items(notDeclared(3, 4)), items(notDeclared(3, 3))},
		{"R0055", "14", item + "1/goodsItemNumber", items(notDeclared(4, 3)), items(notDeclared(3, 3), notDeclared(4, 4))},
		{"R0055", "13", item + "1/packaging",
			items(FoundItem{GoodsItemNumber: 3, DeclarationGoodsItemNumber: 3, Commodity: &FoundCommodity{DescriptionOfGoods: "x"}}),
			items(notDeclared(3, 3))},
		{"R0055", "13", item + "1/commodity/descriptionOfGoods",
			items(func() FoundItem {
				i := notDeclared(3, 3)
				i.Commodity.DescriptionOfGoods, i.Commodity.CusCode = "", "123456789"
				return i
			}()),
			items(notDeclared(3, 3))},
		{"G0360", "15", item + "0/commodity/goodsMeasure/grossMass",
			house(func(h *FoundHouse) { h.ConsignmentItems[0].Commodity.GoodsMeasure.GrossMass = "1000.0" }),
			house(func(h *FoundHouse) { h.ConsignmentItems[0].Commodity.GoodsMeasure.GrossMass = "1000.000001" })},
		{"G0360", "15", "/consignment/transportEquipment/0/seals/0/identifier",
			func(r *remarks) { r.Consignment.TransportEquipment[0].Seals[0].Identifier = "S1" }, nothing},
		{"G0360", "15", item + "0/packaging/0/numberOfPackages",
			house(func(h *FoundHouse) {
				h.ConsignmentItems[0].Packaging = []FoundPackaging{{SequenceNumber: 1, NumberOfPackages: count(10)}}
			}),
			house(func(h *FoundHouse) {
				h.ConsignmentItems[0].Packaging = []FoundPackaging{{SequenceNumber: 1, NumberOfPackages: count(9)}}
			})},
	}
}

func TestEachRuleOfUnloadingRemarks(t *testing.T) {
	check := func(r UnloadingRemarks) []Violation { return CheckUnloading(r, declaration()) }
	require.Empty(t, check(differing()))
	require.Empty(t, check(UnloadingRemarks{Conform: "1", UnloadingCompletion: "1", UnloadingDate: "2026-03-05", StateOfSeals: "1"}))
	requireStepCases(t, differing, check, texts(unloadingRules()), unloadingCases())
}

func TestTheStateOfSealsIsTheirState(t *testing.T) {
	unsealed := declaration()
	unsealed.Consignment.TransportEquipment[0].NumberOfSeals, unsealed.Consignment.TransportEquipment[0].Seals = count(0), nil
	conform := UnloadingRemarks{Conform: "1", UnloadingCompletion: "1", UnloadingDate: "2026-03-05"}
	require.Empty(t, CheckUnloading(conform, unsealed))
	require.Equal(t, []string{"C0440"}, rulesOf(CheckUnloading(conform, unsealed, sealsBroken())), "sealed on the way")

	conform.StateOfSeals = "1"
	found := CheckUnloading(conform, unsealed)
	require.Equal(t, []string{"C0440"}, rulesOf(found))
	require.Equal(t, CodeNotAllowed, found[0].Code)
	require.Empty(t, CheckUnloading(conform, unsealed, sealsBroken()))
}

// An item is looked for in its own house: the number of an item of another house is none of an item that differs.
func TestAnItemKeepsItsHouse(t *testing.T) {
	declared := declaration()
	secondHouse(declared)
	r := differing()
	r.Consignment.HouseConsignments = []FoundHouse{
		{SequenceNumber: 2, ConsignmentItems: []FoundItem{{GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1}}},
	}
	require.Equal(t, []string{"R0055"}, rulesOf(CheckUnloading(r, declared)))
	r.Consignment.HouseConsignments[0].ConsignmentItems[0].DeclarationGoodsItemNumber = 3
	require.Empty(t, CheckUnloading(r, declared))
	r.Consignment.HouseConsignments[0].ConsignmentItems[0] = notDeclared(2, 4)
	require.Empty(t, CheckUnloading(r, declared), "new in the second house: after the last of the declaration and of that house")
}

func TestChecksOfAnyRemarksAreDeterministicAndPointIntoThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r UnloadingRemarks
		var declared STD
		drawn(t, reflect.ValueOf(&r).Elem())
		drawn(t, reflect.ValueOf(&declared).Elem())
		found := CheckUnloading(r, &declared)
		require.Equal(t, found, CheckUnloading(r, &declared))
		for _, v := range found {
			require.True(t, FunctionalErrors().Has(v.Code), "%v", v)
			require.NotEmpty(t, v.Text)
			requireFieldOf(t, unloadingSchema(), v.Pointer)
		}
	})
}

func FuzzCheckUnloading(f *testing.F) {
	for _, c := range unloadingCases() {
		r := differing()
		c.breaks(&r)
		b, err := json.Marshal(r)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte(`{"consignment":{"houseConsignments":[{"sequenceNumber":9,"consignmentItems":[{"commodity":{"goodsMeasure":{}}}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r UnloadingRemarks
		if DecodeStrict(text, &r) != nil {
			return
		}
		for _, declared := range []*STD{declaration(), {}} {
			for _, v := range CheckUnloading(r, declared) {
				require.NotEmpty(t, v.Text)
				require.True(t, FunctionalErrors().Has(v.Code))
			}
		}
	})
}

func TestEachRuleOfRelease(t *testing.T) {
	first := FirstArrival(declaration())
	require.Equal(t, Date("2026-03-02"), first)
	midnight := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	require.Empty(t, CheckRelease(first, midnight.Add(-time.Second)), "the arrival is estimated for the day of the release")
	found := CheckRelease(first, midnight)
	require.Equal(t, []string{"R0004"}, rulesOf(found))
	require.Equal(t, "/firstArrival", found[0].Pointer)
	require.Equal(t, "2026-03-02", found[0].Value)
	require.Empty(t, CheckRelease("", midnight))

	late := declaration()
	late.TransitOffices[0].ArrivalDateAndTimeEstimated = "2026-03-09T10:00:00"
	require.Equal(t, DateOf(mustParse(t, late.TransitOffices[1].ArrivalDateAndTimeEstimated)), FirstArrival(late), "whatever the order of the offices")
	for i := range late.TransitOffices {
		late.TransitOffices[i].ArrivalDateAndTimeEstimated = ""
	}
	require.Empty(t, FirstArrival(late))
}

func mustParse(t *testing.T, d DateTime) time.Time {
	t.Helper()
	at, err := d.Parse()
	require.NoError(t, err)
	return at
}

func TestEachRuleOfAnswers(t *testing.T) {
	require.Empty(t, CheckCorrelation("M1", "M1"))
	found := CheckCorrelation("M1", "m1")
	require.Equal(t, []string{"R0008"}, rulesOf(found))
	require.Equal(t, "/message/correlationIdentifier", found[0].Pointer)
	require.Empty(t, CheckOfficeCurrency("EUR"))
	require.Equal(t, []string{"R0267"}, rulesOf(CheckOfficeCurrency("KZT")))
}
