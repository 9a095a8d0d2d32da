package transit

import "slices"

// ruleCase is a document that breaks one rule alone, and one just beside it that passes.
type ruleCase struct {
	rule, code, pointer string
	breaks, passes      func(s *STD)
}

func ruleCases() []ruleCase {
	nothing := func(*STD) {}
	return slices.Concat(headerCases(nothing), transportCases(nothing), registerCases())
}

func headerCases(nothing func(*STD)) []ruleCase {
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
		{"CL048", "12", "/guarantees/0/guaranteeReferences/0/currency",
			func(s *STD) { referenceOf(s).Currency = "BGN" }, func(s *STD) { referenceOf(s).Currency = "XCG" }},
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
			func(s *STD) { unrouted(s); s.TransitOffices = nil },
			func(s *STD) { unrouted(s); s.TransitOffices, s.DestinationOffice = nil, CustomsOffice{"CN000002"} }},
		{"C0030", "13", "/customsOfficesOfTransitDeclared",
			func(s *STD) {
				unrouted(s)
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
				unrouted(s)
				s.ExitOffices = []ExitOffice{{1, "CN000002"}}
				s.DestinationOffice, s.TransitOffices = CustomsOffice{"CN000002"}, []TransitOffice{{1, "CN000009", ""}}
				s.TransitOffices[0].ReferenceNumber = "KZ000001"
				s.TransitOffices = append(s.TransitOffices, TransitOffice{2, "CN000004", ""})
			},
			func(s *STD) { s.ExitOffices = []ExitOffice{{1, "KZ000003"}} }},
		{"R0103", "14", "/customsOfficesOfExitForTransit/0/referenceNumber",
			func(s *STD) {
				s.TransitOffices[0].ReferenceNumber, s.ExitOffices = "KZ000004", []ExitOffice{{1, "KZ000004"}}
			},
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
			func(s *STD) { unrouted(s); s.TransitOffices[0].ReferenceNumber = "XX000001" }, unrouted},
		{"G0142", "14", "/consignment/countriesOfRouting/3/country",
			func(s *STD) {
				s.Consignment.CountriesOfRouting = append(s.Consignment.CountriesOfRouting, CountryOfRouting{4, "TJ"})
			},
			func(s *STD) {
				s.Consignment.CountriesOfRouting = append(s.Consignment.CountriesOfRouting, CountryOfRouting{4, "IR"})
			}},

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
		{"C0001", "13", "/consignment/houseConsignments/0/consignee",
			func(s *STD) { s.Consignment.Consignee = nil },
			func(s *STD) { s.Consignment.Consignee, s.Consignment.CountryOfDestination = nil, "UZ" }},
		{"C0001", "13", "/consignment/houseConsignments/1/consignee",
			func(s *STD) { consignees(s, "UZ", "KG") }, func(s *STD) { consignees(s, "UZ", "IR") }},
		{"C0001", "13", "/consignment/houseConsignments/0/consignee",
			func(s *STD) { itemDestinations(s, "UZ", "KG") }, func(s *STD) { itemDestinations(s, "UZ", "IR") }},
		{"C0001", "13", "/consignment/houseConsignments/0/consignee",
			func(s *STD) {
				s.Consignment.Consignee, itemOf(s, 0).Consignee = nil, &Consignee{IdentificationNumber: "KG1"}
			},
			func(s *STD) {
				s.Consignment.Consignee = nil
				itemOf(s, 0).Consignee, itemOf(s, 1).Consignee = &Consignee{IdentificationNumber: "KG1"}, &Consignee{IdentificationNumber: "KG2"}
			}},
		{"C0001", "15", "/consignment/consignee",
			func(s *STD) {
				toOrder(s, "2")
				s.Consignment.AdditionalInformation = []AdditionalInformation{{1, "30600", ""}}
			},
			func(s *STD) {
				toOrder(s, "1")
				s.Consignment.AdditionalInformation = []AdditionalInformation{{1, "30600", ""}}
			}},
		{"C0001", "15", "/consignment/consignee",
			func(s *STD) {
				toOrder(s, "3")
				s.Consignment.HouseConsignments[0].AdditionalInformation = []AdditionalInformation{{1, "30600", ""}}
			},
			func(s *STD) {
				toOrder(s, "3")
				s.Consignment.HouseConsignments[0].AdditionalInformation = []AdditionalInformation{{1, "20300", ""}}
			}},
		{"C0001", "15", "/consignment/houseConsignments/0/consignee",
			func(s *STD) {
				toOrder(s, "2")
				s.Consignment.Consignee, s.Consignment.HouseConsignments[0].Consignee = nil, &Consignee{IdentificationNumber: "UZ1"}
				s.Consignment.HouseConsignments[0].AdditionalInformation = []AdditionalInformation{{1, "30600", ""}}
			},
			func(s *STD) {
				toOrder(s, "2")
				s.Consignment.Consignee = nil
				s.Consignment.HouseConsignments[0].AdditionalInformation = []AdditionalInformation{{1, "30600", ""}}
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
		{"B2101", "13", "/guarantees/0/guaranteeReferences/0/amountToBeCovered",
			func(s *STD) { referenceOf(s).AmountToBeCovered = "" }, nothing},
		{"B2101", "13", "/guarantees/0/guaranteeReferences/0/currency",
			func(s *STD) { referenceOf(s).Currency = "" }, nothing},
		{"STD02", "14", "/guarantees/0/guaranteeReferences/0/amountToBeCovered",
			func(s *STD) { referenceOf(s).AmountToBeCovered, referenceOf(s).Currency = "1.5", "JPY" },
			func(s *STD) { referenceOf(s).AmountToBeCovered, referenceOf(s).Currency = "1.00", "JPY" }},
		{"STD02", "14", "/guarantees/0/guaranteeReferences/0/amountToBeCovered",
			func(s *STD) { referenceOf(s).AmountToBeCovered = "0" }, func(s *STD) { referenceOf(s).AmountToBeCovered = "0.01" }},
		{"STD03", "14", "/guarantees/0/guaranteeReferences/1/grn",
			func(s *STD) { secondReference(s, "23GB0000010000854") }, func(s *STD) { secondReference(s, "23GB0000010000863") }},
	}
}
