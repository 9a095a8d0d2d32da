package transit

// unrouted leaves out the countries of routing, which a declaration without binding itinerary need not have.
func unrouted(s *STD) {
	s.Consignment.CountriesOfRouting, s.TransitOperation.BindingItinerary = nil, "0"
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

// consignees leaves the consignee out and gives two houses with destinations of their own.
func consignees(s *STD, first, second string) {
	secondHouse(s)
	s.Consignment.Consignee, s.Consignment.CountryOfDestination = nil, ""
	s.Consignment.HouseConsignments[0].CountryOfDestination = first
	s.Consignment.HouseConsignments[1].CountryOfDestination = second
}

func itemDestinations(s *STD, first, second string) {
	s.Consignment.Consignee, s.Consignment.CountryOfDestination = nil, ""
	itemOf(s, 0).CountryOfDestination, itemOf(s, 1).CountryOfDestination = first, second
}

// toOrder sends the goods beyond the members, with security data.
func toOrder(s *STD, security string) {
	s.TransitOperation.Security, s.Consignment.CountryOfDestination = security, "UZ"
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
