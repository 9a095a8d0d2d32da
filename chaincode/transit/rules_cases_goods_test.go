package transit

func transportCases(nothing func(*STD)) []ruleCase {
	return []ruleCase{
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
				unrouted(s)
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
		{"R0855", "14", "/consignment/departureTransportMeans",
			func(s *STD) { s.Consignment.InlandModeOfTransport = ""; departureMeansOf(s, "30", "31") },
			func(s *STD) { s.Consignment.InlandModeOfTransport = ""; departureMeansOf(s, "30") }},
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
		{"R0165", "14", "/consignment/transportEquipment/0/numberOfSeals",
			func(s *STD) { sealedBy(s, "C521", "C523") },
			func(s *STD) {
				authorise(s, "C521", "C523")
				s.TransitOperation.LimitDate = "2026-03-08"
			}},
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
		{"R0364", "14", "/consignment/houseConsignments/0/consignmentItems/1/packaging/0/shippingMarks",
			func(s *STD) { share(s); itemOf(s, 0).Packaging[0].TypeOfPackages = "NE" }, share},
		{"R0221", "13", "/consignment/houseConsignments/0/consignmentItems/1/commodity/goodsMeasure/grossMass",
			func(s *STD) { share(s); itemOf(s, 1).Commodity.GoodsMeasure.GrossMass = "" }, share},
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
