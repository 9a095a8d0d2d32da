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
		"KZ000001": {"transit"}, "KZ000002": {"transit"}, "KZ000003": {"exit"}, "KG000001": {"destination", "transit"}, "KG000002": {"transit"},
		"XX000001": {"transit", "destination", "departure"},
	}
	if r, ok := roles[reference]; ok {
		return &Office{Reference: reference, Roles: r}
	}
	return nil
}

func testContext() RuleContext {
	return RuleContext{
		Now:    time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Member: func(c string) bool { return oneOf(c, "CN", "KZ", "KG") },
		Office: testRegistry,
	}
}

// ruleCase is a document that breaks one rule alone, and one just beside it that passes.
type ruleCase struct {
	rule, code, pointer string
	breaks, passes      func(s *STD)
}

func ruleCases() []ruleCase {
	nothing := func(*STD) {}
	return []ruleCase{
		// Declaration
		{"CL231", "12", "/transitOperation/declarationType",
			func(s *STD) { s.TransitOperation.DeclarationType = "T9" }, func(s *STD) { s.TransitOperation.DeclarationType = "T2" }},
		{"CL042", "12", "/transitOperation/additionalDeclarationType",
			func(s *STD) { s.TransitOperation.AdditionalDeclarationType = "X" },
			func(s *STD) { s.TransitOperation.AdditionalDeclarationType = "D" }},
		{"CL217", "12", "/transitOperation/security",
			func(s *STD) { s.TransitOperation.Security = "4" }, func(s *STD) { s.TransitOperation.Security = "3" }},
		{"CL008", "12", "/consignment/countryOfDispatch",
			func(s *STD) { s.Consignment.CountryOfDispatch = "ZZ" }, func(s *STD) { s.Consignment.CountryOfDispatch = "MN" }},
		{"CL048", "12", "/guarantees/0/guaranteeReferences/0/currency",
			func(s *STD) { referenceOf(s).Currency = "DEM" }, func(s *STD) { referenceOf(s).Currency = "KZT" }},
		{"CL017", "12", "/consignment/houseConsignments/0/consignmentItems/0/packaging/0/typeOfPackages",
			func(s *STD) { itemOf(s, 0).Packaging[0].TypeOfPackages = "00" }, func(s *STD) { itemOf(s, 0).Packaging[0].TypeOfPackages = "PX" }},
		{"CL152", "12", "/consignment/houseConsignments/0/consignmentItems/0/commodity/commodityCode/harmonizedSystemSubHeadingCode",
			func(s *STD) { itemOf(s, 0).Commodity.CommodityCode.HarmonizedSystemSubHeadingCode = "77AB01" },
			func(s *STD) { itemOf(s, 0).Commodity.CommodityCode.HarmonizedSystemSubHeadingCode = "010121" }},
		{"CL101", "12", "/consignment/houseConsignments/0/consignmentItems/0/commodity/dangerousGoods/0/unNumber",
			func(s *STD) { itemOf(s, 0).Commodity.DangerousGoods = []DangerousGoods{{1, "12A4"}} },
			func(s *STD) { itemOf(s, 0).Commodity.DangerousGoods = []DangerousGoods{{1, "1203"}} }},
		{"CL244", "12", "/consignment/locationOfGoods/unLocode",
			func(s *STD) { s.Consignment.LocationOfGoods.UNLocode = "CNKH0" }, func(s *STD) { s.Consignment.LocationOfGoods.UNLocode = "CNXI2" }},
		{"CL094", "12", "/representative/status",
			func(s *STD) { s.Representative = &Representative{IdentificationNumber: "CN1", Status: "9"} },
			func(s *STD) { s.Representative = &Representative{IdentificationNumber: "CN1", Status: "2"} }},
		{"CL704", "12", "/consignment/additionalSupplyChainActors/0/role",
			func(s *STD) { s.Consignment.SupplyChainActors = []SupplyChainActor{{1, "ZZ", "CN1"}} },
			func(s *STD) { s.Consignment.SupplyChainActors = []SupplyChainActor{{1, "FW", "CN1"}} }},
		{"CL219", "12", "/consignment/activeBorderTransportMeans/0/typeOfIdentification",
			func(s *STD) { s.Consignment.ActiveBorderTransportMeans[0].TypeOfIdentification = "20" },
			func(s *STD) { s.Consignment.ActiveBorderTransportMeans[0].TypeOfIdentification = "21" }},
		{"C0411", "13", "/transitOperation/tirCarnetNumber",
			func(s *STD) { tir(s); s.TransitOperation.TIRCarnetNumber = "" }, tir},
		{"C0411", "15", "/transitOperation/tirCarnetNumber",
			func(s *STD) { s.TransitOperation.TIRCarnetNumber = "XA25000001" }, nothing},
		{"C0904", "13", "/holderOfTheTransitProcedure/tirHolderIdentificationNumber",
			func(s *STD) { tir(s); s.Holder.TIRHolderIdentification = "" }, tir},
		{"C0904", "15", "/holderOfTheTransitProcedure/tirHolderIdentificationNumber",
			func(s *STD) { s.Holder.TIRHolderIdentification = "CHN/001/1" }, nothing},
		{"C0586", "13", "/consignment/countriesOfRouting",
			func(s *STD) { s.Consignment.CountriesOfRouting = nil },
			func(s *STD) { s.Consignment.CountriesOfRouting = nil; s.TransitOperation.BindingItinerary = "0" }},
		{"C0586", "13", "/consignment/countriesOfRouting",
			func(s *STD) {
				s.Consignment.CountriesOfRouting, s.TransitOperation.BindingItinerary = nil, "0"
				s.TransitOperation.Security = "1"
			},
			func(s *STD) { s.TransitOperation.Security = "1" }},
		{"C0839", "15", "/transitOperation/limitDate",
			func(s *STD) { s.TransitOperation.LimitDate = "2026-03-08" },
			func(s *STD) { authorise(s, "C521"); s.TransitOperation.LimitDate = "2026-03-08" }},
		{"C0839", "13", "/transitOperation/limitDate",
			func(s *STD) { authorise(s, "C521") },
			func(s *STD) { authorise(s, "C521"); s.TransitOperation.AdditionalDeclarationType = "D" }},
		{"STD04", "14", "/transitOperation/limitDate",
			func(s *STD) { authorise(s, "C521"); s.TransitOperation.LimitDate = "2026-02-28" },
			func(s *STD) { authorise(s, "C521"); s.TransitOperation.LimitDate = "2026-03-01" }},
		{"C0101", "13", "/authorisations",
			func(s *STD) { reduced(s); s.Authorisations = nil }, reduced},
		{"R0859", "14", "/authorisations",
			func(s *STD) { reduced(s); s.Authorisations[0].Type = "C999" }, reduced},
		{"R0859", "14", "/transitOperation/reducedDatasetIndicator",
			func(s *STD) { authorise(s, "C524") }, func(s *STD) { authorise(s, "C999") }},
		{"R0849", "14", "/transitOperation/reducedDatasetIndicator",
			func(s *STD) { tir(s); reduced(s) }, reduced},
		{"STD05", "14", "/message/preparationDateAndTime",
			func(s *STD) {
				s.Message.PreparationDateAndTime = "2026-03-02T12:00:01"
				s.TransitOffices[0].ArrivalDateAndTimeEstimated = ""
			},
			func(s *STD) {
				s.Message.PreparationDateAndTime = "2026-03-02T12:00:00"
				s.TransitOffices[0].ArrivalDateAndTimeEstimated = ""
			}},

		// Offices
		{"C0030", "13", "/customsOfficesOfTransitDeclared",
			func(s *STD) { s.TransitOffices = nil }, func(s *STD) { s.TransitOffices, s.DestinationOffice = nil, CustomsOffice{"CN000002"} }},
		{"C0030", "13", "/customsOfficesOfTransitDeclared",
			func(s *STD) {
				s.TransitOffices, s.DestinationOffice = nil, CustomsOffice{"CN000001"}
				s.ExitOffices = []ExitOffice{{1, "CN000002"}}
			},
			func(s *STD) { s.ExitOffices = []ExitOffice{{1, "CN000002"}} }},
		{"C0030", "15", "/customsOfficesOfTransitDeclared",
			func(s *STD) { tir(s); s.TransitOffices = []TransitOffice{{1, "KZ000001", ""}} }, tir},
		{"R0006", "14", "/customsOfficesOfTransitDeclared",
			func(s *STD) { s.TransitOffices = s.TransitOffices[:1] }, func(s *STD) { s.TransitOffices[1].ReferenceNumber = "KG000001" }},
		{"R0901", "14", "/customsOfficeOfDestinationDeclared/referenceNumber",
			func(s *STD) {
				tir(s)
				s.DestinationOffice.ReferenceNumber = "KG000001"
				s.TransitOperation.DeclarationType = "TIR"
			}, tir},
		{"R0003", "14", "/customsOfficesOfTransitDeclared/1/referenceNumber",
			func(s *STD) {
				s.TransitOffices = append([]TransitOffice{s.TransitOffices[0]}, s.TransitOffices...)
				renumberOffices(s)
			},
			func(s *STD) {
				s.TransitOffices = append([]TransitOffice{{1, "KZ000002", ""}}, s.TransitOffices...)
				renumberOffices(s)
			}},
		{"R0103", "14", "/customsOfficesOfExitForTransit/0/referenceNumber",
			func(s *STD) {
				s.ExitOffices = []ExitOffice{{1, "CN000002"}}
				s.DestinationOffice, s.TransitOffices = CustomsOffice{"CN000002"}, []TransitOffice{{1, "CN000009", ""}}
				s.TransitOffices[0].ReferenceNumber = "KZ000001"
				s.TransitOffices = append(s.TransitOffices, TransitOffice{2, "CN000004", ""})
			},
			func(s *STD) { s.ExitOffices = []ExitOffice{{1, "KZ000003"}} }},
		{"R0103", "14", "/customsOfficesOfExitForTransit/0/referenceNumber",
			func(s *STD) { s.ExitOffices = []ExitOffice{{1, "KZ000001"}} },
			func(s *STD) { s.ExitOffices = []ExitOffice{{1, "KZ000003"}} }},
		{"R0005", "14", "/customsOfficesOfTransitDeclared/0/arrivalDateAndTimeEstimated",
			func(s *STD) { s.TransitOffices[0].ArrivalDateAndTimeEstimated = "2026-03-01T10:00:00" },
			func(s *STD) { s.TransitOffices[0].ArrivalDateAndTimeEstimated = "2026-03-01T10:00:01" }},
		{"CL171", "12", "/customsOfficeOfDeparture/referenceNumber",
			func(s *STD) { s.DepartureOffice.ReferenceNumber = "CN999999" }, nothing},
		{"CL171", "12", "/customsOfficeOfDeparture/referenceNumber",
			func(s *STD) { s.DepartureOffice.ReferenceNumber = "CN000003" }, nothing},
		{"CL172", "12", "/customsOfficeOfDestinationDeclared/referenceNumber",
			func(s *STD) { s.DestinationOffice.ReferenceNumber = "KG000002" }, nothing},
		{"CL173", "12", "/customsOfficesOfTransitDeclared/0/referenceNumber",
			func(s *STD) { s.TransitOffices[0].ReferenceNumber = "KZ000003" },
			func(s *STD) { s.TransitOffices[0].ReferenceNumber = "KZ000002" }},
		{"CL174", "12", "/customsOfficesOfExitForTransit/0/referenceNumber",
			func(s *STD) { s.ExitOffices = []ExitOffice{{1, "CN000001"}} }, func(s *STD) { s.ExitOffices = []ExitOffice{{1, "CN000002"}} }},
		{"STD01", "14", "/customsOfficesOfTransitDeclared/0/referenceNumber",
			func(s *STD) { s.TransitOffices[0].ReferenceNumber = "XX000001" }, nothing},

		// Parties
		{"C0250", "13", "/holderOfTheTransitProcedure/address",
			func(s *STD) { s.Holder = Holder{Name: "Holder"} },
			func(s *STD) { s.Holder = Holder{Name: "Holder", Address: s.Consignment.Consignor.Address} }},
		{"C0250", "13", "/consignment/consignor/name",
			func(s *STD) { s.Consignment.Consignor.Name = "" },
			func(s *STD) { s.Consignment.Consignor = &Party{IdentificationNumber: "CN1"} }},
		{"C0505", "13", "/consignment/consignor/address/postcode",
			func(s *STD) { s.Consignment.Consignor.Address.Postcode = "" },
			func(s *STD) {
				s.Consignment.Consignor.Address.Postcode, s.Consignment.Consignor.Address.Country = "", "AE"
			}},
		{"C0382", "13", "/consignment/locationOfGoods/postcodeAddress/houseNumber",
			func(s *STD) {
				s.Consignment.LocationOfGoods = &LocationOfGoods{TypeOfLocation: "D", QualifierOfIdentification: "T",
					PostcodeAddress: &PostcodeAddress{Postcode: "310000", Country: "CN"}}
			},
			func(s *STD) {
				s.Consignment.LocationOfGoods = &LocationOfGoods{TypeOfLocation: "D", QualifierOfIdentification: "T",
					PostcodeAddress: &PostcodeAddress{HouseNumber: "7", Postcode: "310000", Country: "CN"}}
			}},
		{"R0860", "14", "/holderOfTheTransitProcedure/identificationNumber",
			func(s *STD) { s.Holder.IdentificationNumber = "3301960999" }, func(s *STD) { s.Holder.IdentificationNumber = "KZ123456789012" }},
		{"C0349", "15", "/consignment/houseConsignments/0/consignor",
			func(s *STD) { s.Consignment.HouseConsignments[0].Consignor = &Party{IdentificationNumber: "CN1"} },
			func(s *STD) {
				s.Consignment.Consignor, s.Consignment.HouseConsignments[0].Consignor = nil, &Party{IdentificationNumber: "CN1"}
			}},
		{"C0001", "15", "/consignment/houseConsignments/0/consignee",
			func(s *STD) { s.Consignment.HouseConsignments[0].Consignee = &Consignee{IdentificationNumber: "KG1"} },
			func(s *STD) {
				s.Consignment.Consignee, s.Consignment.HouseConsignments[0].Consignee = nil, &Consignee{IdentificationNumber: "KG1"}
			}},
		{"C0542", "15", "/consignment/consignor",
			func(s *STD) { reduced(s); s.Consignment.Consignor = &Party{IdentificationNumber: "CN1"} },
			func(s *STD) {
				reduced(s)
				s.Consignment.Consignor, s.TransitOperation.Security = &Party{IdentificationNumber: "CN1"}, "1"
			}},

		// Guarantees
		{"CL251", "12", "/guarantees/0/guaranteeType",
			func(s *STD) { s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "Z"} },
			func(s *STD) { s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "A"} }},
		{"R0900", "14", "/guarantees/0/guaranteeType",
			func(s *STD) { s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "B"} },
			func(s *STD) { s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "R"} }},
		{"R0900", "14", "/guarantees/0/guaranteeType",
			func(s *STD) { tir(s); s.Guarantees[0].GuaranteeType = "A" }, tir},
		{"C0085", "13", "/guarantees/0/guaranteeReferences",
			func(s *STD) { s.Guarantees[0].GuaranteeReferences = nil },
			func(s *STD) { s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "A"} }},
		{"C0085", "15", "/guarantees/0/guaranteeReferences",
			func(s *STD) {
				s.Guarantees[0].GuaranteeType = "A"
				referenceOf(s).GRN, referenceOf(s).AccessCode = "", ""
			},
			func(s *STD) {
				s.Guarantees[0].GuaranteeType = "5"
				referenceOf(s).GRN, referenceOf(s).AccessCode = "", ""
			}},
		{"C0086", "13", "/guarantees/0/guaranteeReferences/0/grn",
			func(s *STD) { referenceOf(s).GRN = "" }, nothing},
		{"C0086", "13", "/guarantees/0/guaranteeReferences/0/accessCode",
			func(s *STD) { referenceOf(s).AccessCode = "" }, nothing},
		{"C0086", "15", "/guarantees/0/guaranteeReferences/0/accessCode",
			func(s *STD) { s.Guarantees[0].GuaranteeType = "3"; referenceOf(s).GRN = "" },
			func(s *STD) {
				s.Guarantees[0].GuaranteeType = "3"
				referenceOf(s).GRN, referenceOf(s).AccessCode = "", ""
			}},
		{"C0130", "13", "/guarantees/0/otherGuaranteeReference",
			func(s *STD) { s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "8"} },
			func(s *STD) {
				s.Guarantees[0] = DeclaredGuarantee{SequenceNumber: 1, GuaranteeType: "8", OtherGuaranteeReference: "Ministry 7"}
			}},
		{"C0130", "15", "/guarantees/0/otherGuaranteeReference",
			func(s *STD) { s.Guarantees[0].OtherGuaranteeReference = "R" },
			func(s *STD) {
				s.Guarantees[0].GuaranteeType, s.Guarantees[0].OtherGuaranteeReference = "3", "R"
				referenceOf(s).GRN, referenceOf(s).AccessCode = "", ""
			}},
		{"R0028", "14", "/guarantees/0/guaranteeReferences/0/grn",
			func(s *STD) { referenceOf(s).GRN = "23GB0000010000855" }, func(s *STD) { referenceOf(s).GRN = "20XI0000010000070" }},
		{"R0318", "14", "/guarantees/0/guaranteeReferences/0/grn",
			func(s *STD) { s.Guarantees[0].GuaranteeType = "4" },
			func(s *STD) { s.Guarantees[0].GuaranteeType = "4"; referenceOf(s).GRN = "23XI0000010000199V509498" }},
		{"R0318", "14", "/guarantees/0/guaranteeReferences/0/grn",
			func(s *STD) { referenceOf(s).GRN = "23XI0000010000199V509498" }, func(s *STD) { referenceOf(s).GRN = "23XI0000010000199" }},
		{"STD02", "13", "/guarantees/0/guaranteeReferences/0/amountToBeCovered",
			func(s *STD) { referenceOf(s).AmountToBeCovered = "" }, nothing},
		{"STD02", "13", "/guarantees/0/guaranteeReferences/0/currency",
			func(s *STD) { referenceOf(s).Currency = "" }, nothing},
		{"STD02", "14", "/guarantees/0/guaranteeReferences/0/amountToBeCovered",
			func(s *STD) { referenceOf(s).AmountToBeCovered, referenceOf(s).Currency = "1.5", "JPY" },
			func(s *STD) { referenceOf(s).AmountToBeCovered, referenceOf(s).Currency = "1.00", "JPY" }},
		{"STD02", "14", "/guarantees/0/guaranteeReferences/0/amountToBeCovered",
			func(s *STD) { referenceOf(s).AmountToBeCovered = "0" }, func(s *STD) { referenceOf(s).AmountToBeCovered = "0.01" }},
		{"STD03", "14", "/guarantees/0/guaranteeReferences/1/grn",
			func(s *STD) { secondReference(s, "23GB0000010000854") }, func(s *STD) { secondReference(s, "23GB0000010000863") }},

		// Transport
		{"CL018", "12", "/consignment/inlandModeOfTransport",
			func(s *STD) { s.Consignment.InlandModeOfTransport = "6" }, nothing},
		{"CL750", "12", "/consignment/departureTransportMeans/0/typeOfIdentification",
			func(s *STD) {
				s.Consignment.DepartureTransportMeans[0].TypeOfIdentification, s.Consignment.InlandModeOfTransport = "77", ""
			},
			func(s *STD) {
				s.Consignment.DepartureTransportMeans[0].TypeOfIdentification, s.Consignment.InlandModeOfTransport = "81", ""
			}},
		{"C0599", "13", "/consignment/modeOfTransportAtTheBorder",
			func(s *STD) { s.TransitOperation.Security, s.Consignment.ModeOfTransportAtTheBorder = "2", "" },
			func(s *STD) { s.TransitOperation.Security, s.Consignment.ModeOfTransportAtTheBorder = "1", "" }},
		{"C0806", "13", "/consignment/activeBorderTransportMeans",
			func(s *STD) { s.TransitOperation.Security, s.Consignment.ActiveBorderTransportMeans = "2", nil },
			func(s *STD) { s.Consignment.ActiveBorderTransportMeans = nil }},
		{"C0806", "15", "/consignment/activeBorderTransportMeans",
			func(s *STD) { s.Consignment.ModeOfTransportAtTheBorder = "5" },
			func(s *STD) {
				s.Consignment.ModeOfTransportAtTheBorder, s.Consignment.ActiveBorderTransportMeans = "5", nil
			}},
		{"C0531", "13", "/consignment/activeBorderTransportMeans/0/conveyanceReferenceNumber",
			func(s *STD) { s.TransitOperation.Security, s.Consignment.ModeOfTransportAtTheBorder = "1", "4" },
			func(s *STD) {
				s.TransitOperation.Security, s.Consignment.ModeOfTransportAtTheBorder = "1", "4"
				s.Consignment.ActiveBorderTransportMeans[0].ConveyanceReferenceNumber = "KC123"
			}},
		{"R0789", "14", "/consignment/activeBorderTransportMeans",
			func(s *STD) {
				secondBorderMeans(s)
				s.TransitOffices, s.DestinationOffice = nil, CustomsOffice{"CN000002"}
			}, secondBorderMeans},
		{"C0826", "15", "/consignment/departureTransportMeans",
			func(s *STD) { s.Consignment.InlandModeOfTransport = "5" },
			func(s *STD) { s.Consignment.InlandModeOfTransport, s.Consignment.DepartureTransportMeans = "5", nil }},
		{"C0826", "15", "/consignment/houseConsignments/0/departureTransportMeans",
			func(s *STD) {
				s.Consignment.HouseConsignments[0].DepartureTransportMeans = []HouseTransportMeans{{1, "30", "A1", "CN"}}
			},
			func(s *STD) {
				s.Consignment.HouseConsignments[0].DepartureTransportMeans = []HouseTransportMeans{{1, "30", "A1", "CN"}}
				s.Consignment.DepartureTransportMeans = nil
			}},
		{"R0855", "14", "/consignment/departureTransportMeans",
			func(s *STD) { departureMeansOf(s, "30", "31", "31", "31") }, func(s *STD) { departureMeansOf(s, "30", "31", "31") }},
		{"R0855", "14", "/consignment/departureTransportMeans",
			func(s *STD) { s.Consignment.InlandModeOfTransport = "8"; departureMeansOf(s, "80", "80") },
			func(s *STD) { s.Consignment.InlandModeOfTransport = "2"; departureMeansOf(s, "20", "20", "20", "21") }},
		{"R0472", "14", "/consignment/departureTransportMeans/0/typeOfIdentification",
			func(s *STD) { s.Consignment.InlandModeOfTransport = "2" }, func(s *STD) { s.Consignment.InlandModeOfTransport = "9" }},
		{"R0474", "14", "/consignment/departureTransportMeans/0/typeOfIdentification",
			func(s *STD) { departureMeansOf(s, "31") }, func(s *STD) { departureMeansOf(s, "30", "31") }},
		{"R0476", "14", "/consignment/departureTransportMeans/1/typeOfIdentification",
			func(s *STD) { departureMeansOf(s, "30", "30") }, func(s *STD) { departureMeansOf(s, "30", "31") }},
		{"R0473", "14", "/consignment/departureTransportMeans/0/identificationNumber",
			func(s *STD) { s.Consignment.DepartureTransportMeans[0].IdentificationNumber = "01kg123" },
			func(s *STD) { s.Consignment.DepartureTransportMeans[0].IdentificationNumber = "А123ВС 777" }},
		{"R0076", "14", "/consignment/activeBorderTransportMeans/0/identificationNumber",
			func(s *STD) { s.Consignment.ActiveBorderTransportMeans[0].IdentificationNumber = "nc15reg" },
			func(s *STD) {
				s.Consignment.ActiveBorderTransportMeans[0].IdentificationNumber = "Vera"
				s.Consignment.ActiveBorderTransportMeans[0].TypeOfIdentification = "11"
			}},

		// Places and equipment
		{"C0387", "13", "/consignment/placeOfLoading/country",
			func(s *STD) { s.Consignment.PlaceOfLoading = &Place{Location: "yard"} },
			func(s *STD) { s.Consignment.PlaceOfLoading = &Place{Location: "yard", Country: "CN"} }},
		{"C0387", "13", "/consignment/placeOfUnloading/location",
			func(s *STD) { s.Consignment.PlaceOfUnloading = &Place{Country: "KG"} },
			func(s *STD) { s.Consignment.PlaceOfUnloading = &Place{UNLocode: "KGFRU"} }},
		{"C0394", "13", "/consignment/locationOfGoods/unLocode",
			func(s *STD) { s.Consignment.LocationOfGoods.UNLocode = "" }, nothing},
		{"C0394", "15", "/consignment/locationOfGoods/authorisationNumber",
			func(s *STD) { s.Consignment.LocationOfGoods.AuthorisationNumber = "A1" },
			func(s *STD) {
				s.Consignment.LocationOfGoods = &LocationOfGoods{TypeOfLocation: "B", QualifierOfIdentification: "Y", AuthorisationNumber: "A1"}
			}},
		{"C0394", "15", "/consignment/locationOfGoods/contactPerson",
			func(s *STD) {
				s.Consignment.LocationOfGoods = &LocationOfGoods{TypeOfLocation: "A", QualifierOfIdentification: "V",
					CustomsOffice: &CustomsOffice{"CN000001"}, ContactPerson: &ContactPerson{Name: "N", PhoneNumber: "1"}}
			},
			func(s *STD) {
				s.Consignment.LocationOfGoods.ContactPerson = &ContactPerson{Name: "N", PhoneNumber: "1"}
			}},
		{"CL347", "12", "/consignment/locationOfGoods/typeOfLocation",
			func(s *STD) { s.Consignment.LocationOfGoods.TypeOfLocation = "Q" }, nothing},
		{"CL326", "12", "/consignment/locationOfGoods/qualifierOfIdentification",
			func(s *STD) { s.Consignment.LocationOfGoods.QualifierOfIdentification = "Q" }, nothing},
		{"C0671", "15", "/consignment/locationOfGoods/additionalIdentifier",
			func(s *STD) { s.Consignment.LocationOfGoods.AdditionalIdentifier = "7" },
			func(s *STD) {
				s.Consignment.LocationOfGoods = &LocationOfGoods{TypeOfLocation: "B", QualifierOfIdentification: "X", AdditionalIdentifier: "7",
					EconomicOperator: &EconomicOperator{"CN1"}}
			}},
		{"C0822", "13", "/consignment/containerIndicator",
			func(s *STD) { s.Consignment.ContainerIndicator, s.Consignment.TransportEquipment = "", nil },
			func(s *STD) {
				s.Consignment.ContainerIndicator, s.Consignment.TransportEquipment = "", nil
				s.TransitOperation.AdditionalDeclarationType = "D"
			}},
		{"C0823", "13", "/consignment/transportEquipment",
			func(s *STD) { s.Consignment.TransportEquipment = nil },
			func(s *STD) { s.Consignment.TransportEquipment, s.Consignment.ContainerIndicator = nil, "0" }},
		{"C0823", "15", "/consignment/transportEquipment",
			func(s *STD) { s.Consignment.ContainerIndicator, s.TransitOperation.AdditionalDeclarationType = "", "D" },
			func(s *STD) { s.TransitOperation.AdditionalDeclarationType = "D" }},
		{"C0055", "15", "/consignment/transportEquipment/0/containerIdentificationNumber",
			func(s *STD) { s.Consignment.ContainerIndicator = "0" },
			func(s *STD) {
				s.Consignment.ContainerIndicator = "0"
				s.Consignment.TransportEquipment[0].ContainerIdentificationNumber = ""
			}},
		{"C0055", "13", "/consignment/transportEquipment/0/containerIdentificationNumber",
			func(s *STD) { s.Consignment.TransportEquipment[0].ContainerIdentificationNumber = "" },
			func(s *STD) { secondEquipment(s) }},
		{"C0569", "13", "/consignment/transportEquipment/0/seals",
			func(s *STD) { s.Consignment.TransportEquipment[0].Seals = nil },
			func(s *STD) { e := &s.Consignment.TransportEquipment[0]; e.Seals, e.NumberOfSeals = nil, count(0) }},
		{"C0569", "15", "/consignment/transportEquipment/0/seals",
			func(s *STD) { s.Consignment.TransportEquipment[0].NumberOfSeals = count(0) }, nothing},
		{"R0106", "14", "/consignment/transportEquipment/0/numberOfSeals",
			func(s *STD) { s.Consignment.TransportEquipment[0].NumberOfSeals = count(2) },
			func(s *STD) {
				e := &s.Consignment.TransportEquipment[0]
				e.NumberOfSeals, e.Seals = count(2), []Seal{{1, "S1"}, {2, "S2"}}
			}},
		{"R0107", "14", "/consignment/transportEquipment/1/seals/0/identifier",
			func(s *STD) { secondEquipment(s).Seals[0].Identifier = "S1" }, func(s *STD) { secondEquipment(s) }},
		{"R0448", "14", "/consignment/transportEquipment/1/numberOfSeals",
			func(s *STD) { e := secondEquipment(s); e.NumberOfSeals, e.Seals = count(0), nil },
			func(s *STD) {
				e := secondEquipment(s)
				e.NumberOfSeals, e.Seals, e.ContainerIdentificationNumber = count(0), nil, "TANK 7"
			}},
		{"R0165", "14", "/consignment/transportEquipment/0/numberOfSeals",
			func(s *STD) { sealedBy(s, "C521", "C523") }, func(s *STD) { sealedBy(s, "C521") }},
		{"C0670", "13", "/consignment/transportEquipment/1/goodsReferences",
			func(s *STD) { secondEquipment(s).GoodsReferences = nil },
			func(s *STD) { s.Consignment.TransportEquipment[0].GoodsReferences = nil }},
		{"STD06", "14", "/consignment/transportEquipment/0/goodsReferences/1/declarationGoodsItemNumber",
			func(s *STD) { s.Consignment.TransportEquipment[0].GoodsReferences[1].DeclarationGoodsItemNumber = 3 }, nothing},
		{"ISO6346", "14", "/consignment/transportEquipment/0/containerIdentificationNumber",
			func(s *STD) { s.Consignment.TransportEquipment[0].ContainerIdentificationNumber = "CSQU3054384" },
			func(s *STD) { s.Consignment.TransportEquipment[0].ContainerIdentificationNumber = "SWAP BODY 12" }},

		// Levels
		{"C0343", "13", "/consignment/countryOfDestination",
			func(s *STD) { s.Consignment.CountryOfDestination = "" },
			func(s *STD) {
				s.Consignment.CountryOfDestination, s.Consignment.HouseConsignments[0].CountryOfDestination = "", "KG"
			}},
		{"C0343", "13", "/consignment/houseConsignments/0/consignmentItems/1/countryOfDestination",
			func(s *STD) { s.Consignment.CountryOfDestination, itemOf(s, 0).CountryOfDestination = "", "KG" },
			func(s *STD) {
				s.Consignment.CountryOfDestination, itemOf(s, 0).CountryOfDestination, itemOf(s, 1).CountryOfDestination = "", "KG", "TJ"
			}},
		{"C0343", "15", "/consignment/houseConsignments/0/countryOfDestination",
			func(s *STD) { s.Consignment.HouseConsignments[0].CountryOfDestination = "KG" }, nothing},
		{"C0909", "15", "/consignment/houseConsignments/0/consignmentItems/1/countryOfDispatch",
			func(s *STD) { itemOf(s, 1).CountryOfDispatch = "CN" },
			func(s *STD) { s.Consignment.CountryOfDispatch = "" }},
		{"C0502", "15", "/consignment/houseConsignments/0/referenceNumberUCR",
			func(s *STD) { s.Consignment.HouseConsignments[0].ReferenceNumberUCR = "UCR-1" },
			func(s *STD) {
				s.Consignment.ReferenceNumberUCR, s.Consignment.HouseConsignments[0].ReferenceNumberUCR = "", "UCR-1"
			}},
		{"C0502", "13", "/consignment/referenceNumberUCR",
			func(s *STD) { s.Consignment.ReferenceNumberUCR = "" },
			func(s *STD) {
				s.Consignment.ReferenceNumberUCR, s.Consignment.TransportDocuments = "", []TransportDocument{{1, "N730", "CMR 1"}}
			}},
		{"C0337", "15", "/consignment/houseConsignments/0/transportCharges",
			func(s *STD) {
				s.Consignment.TransportCharges = &TransportCharges{"A"}
				s.Consignment.HouseConsignments[0].TransportCharges = &TransportCharges{"B"}
			},
			func(s *STD) { s.Consignment.HouseConsignments[0].TransportCharges = &TransportCharges{"B"} }},
		{"R0506", "14", "/consignment/houseConsignments/0/consignor",
			func(s *STD) { consignors(s, "CN1", "CN1") }, func(s *STD) { consignors(s, "CN1", "CN2") }},
		{"R0507", "14", "/consignment/houseConsignments/0/consignmentItems/0/countryOfDispatch",
			func(s *STD) {
				s.Consignment.CountryOfDispatch, itemOf(s, 0).CountryOfDispatch, itemOf(s, 1).CountryOfDispatch = "", "CN", "CN"
			},
			func(s *STD) {
				s.Consignment.CountryOfDispatch, itemOf(s, 0).CountryOfDispatch, itemOf(s, 1).CountryOfDispatch = "", "CN", "MN"
			}},
		{"R0507", "14", "/consignment/houseConsignments/0/consignmentItems/0/declarationType",
			func(s *STD) { itemTypes(s, "T1", "T1") }, func(s *STD) { itemTypes(s, "T1", "T2") }},

		// Goods
		{"C0045", "13", "/consignment/houseConsignments/0/consignmentItems/1/declarationType",
			func(s *STD) { itemTypes(s, "T1", "") }, func(s *STD) { itemTypes(s, "T1", "T2") }},
		{"C0045", "15", "/consignment/houseConsignments/0/consignmentItems/1/declarationType",
			func(s *STD) { itemOf(s, 1).DeclarationType = "T1" }, nothing},
		{"CL232", "12", "/consignment/houseConsignments/0/consignmentItems/1/declarationType",
			func(s *STD) { itemTypes(s, "T1", "TIR") }, func(s *STD) { itemTypes(s, "T1", "T2F") }},
		{"C0153", "13", "/consignment/houseConsignments/0/consignmentItems/0/commodity/commodityCode",
			func(s *STD) { itemOf(s, 0).Commodity.CommodityCode = nil }, func(s *STD) { tir(s); itemOf(s, 0).Commodity.CommodityCode = nil }},
		{"C0837", "13", "/consignment/houseConsignments/0/consignmentItems/0/commodity/goodsMeasure/netMass",
			func(s *STD) { export(s); itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "" },
			func(s *STD) { itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "" }},
		{"C0837", "15", "/consignment/houseConsignments/0/consignmentItems/0/commodity/goodsMeasure/netMass",
			func(s *STD) { reduced(s); itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "1" }, reduced},
		{"C0060", "15", "/consignment/houseConsignments/0/consignmentItems/0/packaging/0/numberOfPackages",
			func(s *STD) { itemOf(s, 0).Packaging[0].TypeOfPackages = "VR" },
			func(s *STD) { itemOf(s, 0).Packaging[0] = Packaging{SequenceNumber: 1, TypeOfPackages: "VR"} }},
		{"C0060", "13", "/consignment/houseConsignments/0/consignmentItems/0/packaging/0/numberOfPackages",
			func(s *STD) { itemOf(s, 0).Packaging[0] = Packaging{SequenceNumber: 1, TypeOfPackages: "NE"} },
			func(s *STD) {
				itemOf(s, 0).Packaging[0] = Packaging{SequenceNumber: 1, TypeOfPackages: "NE", NumberOfPackages: count(3)}
			}},
		{"C0060", "13", "/consignment/houseConsignments/0/consignmentItems/0/packaging/0/shippingMarks",
			func(s *STD) { itemOf(s, 0).Packaging[0].ShippingMarks = "" }, nothing},
		{"CL116", "12", "/consignment/transportCharges/methodOfPayment",
			func(s *STD) { s.Consignment.TransportCharges = &TransportCharges{"Q"} },
			func(s *STD) { s.Consignment.TransportCharges = &TransportCharges{"Z"} }},
		{"CL296", "12", "/transitOperation/specificCircumstanceIndicator",
			func(s *STD) { s.TransitOperation.SpecificCircumstanceIndicator = "QQQ" },
			func(s *STD) { s.TransitOperation.SpecificCircumstanceIndicator = "A20" }},
		{"C0298", "13", "/consignment/houseConsignments/0/consignmentItems/0/previousDocuments/0/measurementUnitAndQualifier",
			func(s *STD) { previous(s, "5", "") }, func(s *STD) { previous(s, "5", "KGM") }},
		{"C0298", "15", "/consignment/houseConsignments/0/consignmentItems/0/previousDocuments/0/measurementUnitAndQualifier",
			func(s *STD) { previous(s, "", "KGM") }, func(s *STD) { previous(s, "", "") }},
		{"R0219", "14", "/consignment/houseConsignments/0/consignmentItems/1/packaging/1/numberOfPackages",
			func(s *STD) { share(s); morePackages(s, "CT", 3) }, func(s *STD) { share(s); morePackages(s, "CT", 0) }},
		{"R0220", "14", "/consignment/houseConsignments/0/consignmentItems/1/packaging/0/numberOfPackages",
			func(s *STD) { share(s); itemOf(s, 1).Packaging[0].TypeOfPackages = "NE" }, share},
		{"R0221", "14", "/consignment/houseConsignments/0/consignmentItems/1/commodity/goodsMeasure/grossMass",
			func(s *STD) { share(s); itemOf(s, 1).Commodity.GoodsMeasure.GrossMass = "1" }, share},
		{"R0221", "14", "/consignment/houseConsignments/0/consignmentItems/1/commodity/goodsMeasure/grossMass",
			func(s *STD) { itemOf(s, 1).Commodity.GoodsMeasure.GrossMass = "0.00" }, share},
		{"R0221", "14", "/consignment/houseConsignments/0/consignmentItems/1/commodity/goodsMeasure/grossMass",
			func(s *STD) { share(s); itemOf(s, 0).Commodity.GoodsMeasure.GrossMass = "0" }, share},
		{"R0364", "14", "/consignment/houseConsignments/0/consignmentItems/1/packaging/0/shippingMarks",
			func(s *STD) { share(s); itemOf(s, 1).Packaging[0].ShippingMarks = "OTHER" }, share},
		{"R0223", "14", "/consignment/houseConsignments/0/consignmentItems/0/commodity/goodsMeasure/netMass",
			func(s *STD) { itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "1000.000001" },
			func(s *STD) { itemOf(s, 0).Commodity.GoodsMeasure.NetMass = "1000.0" }},
		{"R0983", "14", "/consignment/houseConsignments/0/grossMass",
			func(s *STD) { s.Consignment.HouseConsignments[0].GrossMass = "1499.9" },
			func(s *STD) { s.Consignment.HouseConsignments[0].GrossMass = "1500.0" }},
		{"R0994", "14", "/consignment/grossMass",
			func(s *STD) { s.Consignment.GrossMass = "1499.999999" }, func(s *STD) { s.Consignment.GrossMass = "2000" }},

		// Numbers
		{"R0987", "14", "/consignment/countriesOfRouting/1/sequenceNumber",
			func(s *STD) { s.Consignment.CountriesOfRouting[1].SequenceNumber = 5 }, nothing},
		{"R0988", "14", "/consignment/houseConsignments/0/consignmentItems/1/goodsItemNumber",
			func(s *STD) { itemOf(s, 1).GoodsItemNumber = 1 }, func(s *STD) { secondHouse(s) }},
		{"R0007", "14", "/consignment/houseConsignments/1/consignmentItems/0/declarationGoodsItemNumber",
			func(s *STD) { secondHouse(s).ConsignmentItems[0].DeclarationGoodsItemNumber = 1 }, func(s *STD) { secondHouse(s) }},
		{"XSD", "13", "/transitOperation/lrn",
			func(s *STD) { s.TransitOperation.LRN = "" }, nothing},
	}
}

func renumberOffices(s *STD) {
	for i := range s.TransitOffices {
		s.TransitOffices[i].SequenceNumber = i + 1
	}
}

// reduced makes a declaration with a reduced data set.
func reduced(s *STD) {
	s.TransitOperation.ReducedDatasetIndicator = "1"
	authorise(s, "C524")
	s.Consignment.Consignor = nil
	for i := range s.Consignment.HouseConsignments[0].ConsignmentItems {
		itemOf(s, i).Commodity.GoodsMeasure.NetMass = ""
	}
}

func secondReference(s *STD, grn string) {
	r := *referenceOf(s)
	r.SequenceNumber, r.GRN = 2, grn
	s.Guarantees[0].GuaranteeReferences = append(s.Guarantees[0].GuaranteeReferences, r)
}

func secondBorderMeans(s *STD) {
	m := s.Consignment.ActiveBorderTransportMeans[0]
	m.SequenceNumber = 2
	s.Consignment.ActiveBorderTransportMeans = append(s.Consignment.ActiveBorderTransportMeans, m)
}

func departureMeansOf(s *STD, kinds ...string) {
	s.Consignment.DepartureTransportMeans = nil
	for i, kind := range kinds {
		s.Consignment.DepartureTransportMeans = append(s.Consignment.DepartureTransportMeans, TransportMeans{i + 1, kind, "A1", "CN"})
	}
}

func sealedBy(s *STD, kinds ...string) {
	authorise(s, kinds...)
	s.TransitOperation.LimitDate = "2026-03-08"
	e := &s.Consignment.TransportEquipment[0]
	e.NumberOfSeals, e.Seals = count(0), nil
}

func consignors(s *STD, first, second string) {
	secondHouse(s)
	s.Consignment.Consignor = nil
	s.Consignment.HouseConsignments[0].Consignor = &Party{IdentificationNumber: first}
	s.Consignment.HouseConsignments[1].Consignor = &Party{IdentificationNumber: second}
}

func itemTypes(s *STD, first, second string) {
	s.TransitOperation.DeclarationType = "T"
	itemOf(s, 0).DeclarationType, itemOf(s, 1).DeclarationType = first, second
}

func export(s *STD) {
	s.Consignment.HouseConsignments[0].PreviousDocuments = []PreviousDocument{{SequenceNumber: 1, Type: "N830", ReferenceNumber: "EX1"}}
}

func previous(s *STD, quantity Decimal, unit string) {
	itemOf(s, 0).PreviousDocuments = []ItemPreviousDocument{
		{SequenceNumber: 1, Type: "N337", ReferenceNumber: "P1", Quantity: quantity, MeasurementUnitAndQualifier: unit},
	}
}

// share packs the second item with the first.
func share(s *STD) {
	it := itemOf(s, 1)
	it.Packaging[0].NumberOfPackages, it.Packaging[0].ShippingMarks = count(0), "LOT 1"
	it.Commodity.GoodsMeasure = &GoodsMeasure{GrossMass: "0", NetMass: "100"}
}

func morePackages(s *STD, kind string, n int) {
	it := itemOf(s, 1)
	it.Packaging = append(it.Packaging, Packaging{SequenceNumber: 2, TypeOfPackages: kind, NumberOfPackages: count(n), ShippingMarks: "LOT 1"})
}

func TestAValidDeclarationBreaksNoRule(t *testing.T) {
	require.Empty(t, Check(declaration(), testContext()))
	require.Empty(t, Check(declaration(), RuleContext{}), "without a registry or clock")
}

func TestEachRule(t *testing.T) {
	// Where one mistake is two: an office of exit that is also another has not the role of an exit, say.
	alsoAllowed := map[string][]string{
		"R0901": {"C0030"}, "R0103": {"CL173", "CL174"}, "R0221": {"R0223"},
	}
	for _, c := range ruleCases() {
		t.Run(c.rule+" "+c.code+" "+c.pointer, func(t *testing.T) {
			s := declaration()
			c.breaks(s)
			found := Check(s, testContext())
			hit := false
			for _, v := range found {
				if v.Rule != c.rule {
					require.Contains(t, alsoAllowed[c.rule], v.Rule, "%v", v)
					continue
				}
				hit = hit || v.Code == c.code && v.Pointer == c.pointer
				require.NotEmpty(t, v.Text)
			}
			require.True(t, hit, "%v", found)
			requireResolves(t, s, found)

			s = declaration()
			c.passes(s)
			for _, v := range Check(s, testContext()) {
				require.Fail(t, "the document beside it passes", "%v", v)
			}
		})
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

func TestEveryRuleOfTheTableHasACase(t *testing.T) {
	cases := map[string]bool{}
	for _, c := range ruleCases() {
		cases[c.rule] = true
		cases[ruleCodeLists] = cases[ruleCodeLists] || strings.HasPrefix(c.rule, "CL")
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		require.True(t, cases[r.ID], "rule %s has no case", r.ID)
		require.False(t, seen[r.ID], "rule %s stands twice", r.ID)
		seen[r.ID] = true
		require.NotEmpty(t, r.Title)
		require.True(t, strings.HasSuffix(r.Text, "."), r.ID)
	}
	require.GreaterOrEqual(t, len(seen), 60)
}

func TestARegisterOfOperatorsDecidesOnNames(t *testing.T) {
	ctx := testContext()
	ctx.Operator = func(id string) bool { return id == "CN3301960999" }
	s := declaration()
	s.Consignment.Consignee = nil
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

func TestItinerary(t *testing.T) {
	route := func(offices ...string) *STD {
		s := &STD{DepartureOffice: CustomsOffice{offices[0]}, DestinationOffice: CustomsOffice{offices[len(offices)-1]}}
		for i, o := range offices[1 : len(offices)-1] {
			s.TransitOffices = append(s.TransitOffices, TransitOffice{SequenceNumber: i + 1, ReferenceNumber: o})
		}
		return s
	}
	for _, c := range []struct {
		name    string
		offices []string
		want    []Territory
		rules   []string
	}{
		{"three countries, each entered at an office of transit", []string{"CN000001", "KZ000001", "KG000002", "KG000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001"}},
			{Country: "KG", EntryOffice: "KG000002", TransitOffices: []string{"KG000002"}, DestinationOffice: "KG000001"},
		}, nil},
		{"within one country", []string{"KZ000001", "KZ000002"},
			[]Territory{{Country: "KZ", EntryOffice: "KZ000001", DestinationOffice: "KZ000002"}}, nil},
		{"offices at both sides of a border", []string{"CN000001", "CN000002", "KZ000001", "KZ000002", "KZ000003"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001", TransitOffices: []string{"CN000002"}},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001", "KZ000002"}, DestinationOffice: "KZ000003"},
		}, nil},
		{"a country is re-entered", []string{"KZ000001", "KG000001", "KZ000002", "KZ000003"}, []Territory{
			{Country: "KZ", EntryOffice: "KZ000001"},
			{Country: "KG", EntryOffice: "KG000001", TransitOffices: []string{"KG000001"}},
			{Country: "KZ", EntryOffice: "KZ000002", TransitOffices: []string{"KZ000002"}, DestinationOffice: "KZ000003"},
		}, nil},
		{"the office of destination is the office of transit", []string{"CN000001", "KZ000001", "KZ000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001"}, DestinationOffice: "KZ000001"},
		}, nil},
		{"no office of transit at all", []string{"CN000001", "KZ000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"}, {Country: "KZ", EntryOffice: "KZ000001", DestinationOffice: "KZ000001"},
		}, []string{"C0030"}},
		{"none in the country of destination", []string{"CN000001", "KZ000001", "KG000001"}, []Territory{
			{Country: "CN", EntryOffice: "CN000001"},
			{Country: "KZ", EntryOffice: "KZ000001", TransitOffices: []string{"KZ000001"}},
			{Country: "KG", EntryOffice: "KG000001", DestinationOffice: "KG000001"},
		}, []string{"R0006"}},
		{"none on the way back", []string{"KZ000001", "KG000001", "KZ000003"}, []Territory{
			{Country: "KZ", EntryOffice: "KZ000001"},
			{Country: "KG", EntryOffice: "KG000001", TransitOffices: []string{"KG000001"}},
			{Country: "KZ", EntryOffice: "KZ000003", DestinationOffice: "KZ000003"},
		}, []string{"R0006"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, found := Itinerary(route(c.offices...))
			require.Equal(t, c.want, got)
			var rules []string
			for _, v := range found {
				rules = append(rules, v.Rule)
			}
			require.Equal(t, c.rules, rules)
		})
	}
	t.Run("the sequence numbers order the offices", func(t *testing.T) {
		s := route("CN000001", "KG000002", "KZ000001", "KG000001")
		s.TransitOffices[0].SequenceNumber, s.TransitOffices[1].SequenceNumber = 2, 1
		got, found := Itinerary(s)
		require.Empty(t, found)
		require.Equal(t, []string{"CN", "KZ", "KG"}, []string{got[0].Country, got[1].Country, got[2].Country})
	})
	t.Run("an empty document has an itinerary of nothing", func(t *testing.T) {
		got, found := Itinerary(&STD{})
		require.Empty(t, found)
		require.Equal(t, []Territory{{}}, got)
	})
}

func TestItineraryIsWellFormed(t *testing.T) {
	office := rapid.StringMatching(`(CN|KZ|KG)00000[1-9]`)
	rapid.Check(t, func(t *rapid.T) {
		s := &STD{DepartureOffice: CustomsOffice{office.Draw(t, "from")}, DestinationOffice: CustomsOffice{office.Draw(t, "to")}}
		for i, o := range rapid.SliceOfN(office, 0, 9).Draw(t, "over") {
			s.TransitOffices = append(s.TransitOffices, TransitOffice{SequenceNumber: i + 1, ReferenceNumber: o})
		}
		route, found := Itinerary(s)
		offices := 0
		for i, leg := range route {
			require.Equal(t, leg.Country, OfficeCountry(leg.EntryOffice))
			require.True(t, i == 0 || route[i-1].Country != leg.Country)
			require.Equal(t, i == len(route)-1, leg.DestinationOffice != "")
			offices += len(leg.TransitOffices)
			if i > 0 && len(found) == 0 {
				require.Equal(t, leg.EntryOffice, leg.TransitOffices[0])
			}
		}
		require.Equal(t, len(s.TransitOffices), offices)
		require.LessOrEqual(t, len(found), 1)
	})
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

// BenchmarkCheck tells what logic control costs an endorsing peer: a usual declaration, and the largest the schema allows in items.
func BenchmarkCheck(b *testing.B) {
	for _, items := range []int{2, 1998} {
		s := declaration()
		h := &s.Consignment.HouseConsignments[0]
		for n := 3; n <= items; n++ {
			it := h.ConsignmentItems[1]
			it.GoodsItemNumber, it.DeclarationGoodsItemNumber = n, n
			h.ConsignmentItems = append(h.ConsignmentItems, it)
		}
		h.GrossMass, s.Consignment.GrossMass = "2000000", "2000000"
		b.Run(fmt.Sprintf("%d items", items), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Check(s, testContext())
			}
		})
	}
}
