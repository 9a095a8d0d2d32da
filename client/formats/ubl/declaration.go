package ubl

import (
	"fmt"
	"io"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/stdtree"
)

// customization names the use of UBL made here.
const customization = "urn:carec:cats:ubl:declaration:1"

// Marks that tell apart elements of one name in UBL.
const (
	stageInland    = "cac:ShipmentStage[cbc:ShipmentStageTypeCode=inland]"
	stageBorder    = "cac:ShipmentStage[cbc:ShipmentStageTypeCode=border]"
	stageDeparture = "cac:ShipmentStage[cbc:ShipmentStageTypeCode=departure]"
	stageCrossing  = "cac:ShipmentStage[cbc:ShipmentStageTypeCode=crossing]"

	previousDocument   = "previous document"
	supportingDocument = "supporting document"
	transportDocument  = "transport document"
)

// WriteDeclaration writes a document as TransitCustomsDeclaration, valid by the schema of UBL 2.4; [ReadDeclaration] reads it back
// equal. A document that the schema of the declaration does not allow is refused as [*transit.Fault] InvalidDocument.
func WriteDeclaration(w io.Writer, s *transit.STD, options ...Option) error {
	if violations := s.CheckFormat(); len(violations) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the document cannot be written as UBL").With(violations...)
	}
	var leaves []leaf
	for _, l := range stdtree.Leaves(s) {
		leaves = append(leaves, leaf{pointer: l.Pointer, value: l.Value, empty: l.Empty})
	}
	text, err := declaration().document(enclosed(leaves, options))
	if err != nil {
		return fmt.Errorf("write TransitCustomsDeclaration: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write TransitCustomsDeclaration: %w", err)
	}
	return nil
}

// ReadDeclaration reads a TransitCustomsDeclaration of UBL 2, ours or another's. The error is a [transit.Fault] when the text is no
// such document at all: MalformedRequest, TooLarge, InvalidDocument for another root. The document is what could be read; what could
// not, and what is missing for a declaration of ours, stands in the report. Masses in other units are converted, exactly.
func ReadDeclaration(r io.Reader) (*transit.STD, *Report, error) {
	t := declaration()
	root, err := t.parse(r)
	if err != nil {
		return nil, nil, err
	}
	reading := t.read(root)
	b := &stdtree.Builder{STD: &transit.STD{}}
	var violations []transit.Violation
	for _, v := range reading.values {
		var problem *transit.Violation
		if v.group {
			problem = b.Make(v.pointer)
		} else {
			problem = b.Set(v.pointer, v.text)
		}
		if problem != nil {
			violations = append(violations, *problem)
		}
	}
	return b.STD, reading.finish(root, append(violations, b.STD.CheckFormat()...)), nil
}

// declaration is the table of TransitCustomsDeclaration. The exit offices of customs stand for departure and destination where a
// document of another has them there.
func declaration() *table {
	return &table{root: "TransitCustomsDeclaration", rules: concat(
		[]rule{
			constant("cbc:UBLVersionID", version),
			constant("cbc:CustomizationID", customization),
			text("/message/phaseID", "cbc:ProfileID"),
			text("/transitOperation/lrn", "cbc:ID"),
			text(envelopeUUID, "cbc:UUID"),
			moment("/message/preparationDateAndTime", "cbc:IssueDate+cbc:IssueTime"),
			text("/transitOperation/declarationType", "cbc:TypeCode").or("cbc:NatureOfTransactionCode"),
			text("/transitOperation/additionalDeclarationType", "cbc:SubTypeCode"),
			day("/transitOperation/limitDate", "cac:ValidityPeriod/cbc:EndDate"),
		},
		party("/holderOfTheTransitProcedure", "cac:TransitExporterParty"),
		identified("/representative", "cac:TransitExporterParty/cac:AgentParty"),
		party("/consignment/consignor", "cac:ConsignorParty"),
		party("/consignment/consignee", "cac:ConsigneeParty"),
		[]rule{
			text("/message/messageRecipient", "cac:CustomsParty/cac:PartyIdentification/cbc:ID"),
			text("/message/messageSender", "cac:NotifierParty/cac:PartyIdentification/cbc:ID"),
		},
		under("/consignment", "cac:Shipment/cac:Consignment", wholeConsignment()),
		[]rule{
			list("/customsOfficesOfTransitDeclared", "cac:Shipment/cac:Consignment/cac:MainCarriageShipmentStage",
				numbered("/sequenceNumber", "cbc:ID"),
				moment("/arrivalDateAndTimeEstimated", "cac:EstimatedArrivalTransportEvent/cbc:OccurrenceDate+cbc:OccurrenceTime"),
				text("/referenceNumber", "cac:EstimatedArrivalTransportEvent/cac:Location/cbc:ID")),
			text("/customsOfficeOfDeparture/referenceNumber", "cac:Shipment/cac:Consignment/cac:OfficeOfDepartureLocation/cbc:ID").
				or("cac:TransitCustomsExitOfficeLocation/cbc:ID"),
			text("/customsOfficeOfDestinationDeclared/referenceNumber", "cac:Shipment/cac:Consignment/cac:OfficeOfDestinationLocation/cbc:ID").
				or("cac:ImportCustomsExitOfficeLocation/cbc:ID"),
		},
		under("/consignment", "cac:Shipment/cac:Consignment", documents("cac:DocumentReference")),
		under("/consignment", "cac:Shipment", wholeShipment()),
	)}
}

func concat(parts ...[]rule) []rule {
	var all []rule
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// under puts rules below a group of ours and an element of UBL.
func under(ours, ubl string, rules []rule) []rule {
	out := make([]rule, len(rules))
	for i, r := range rules {
		if r.kind != asConstant {
			r.ours = ours + r.ours
		}
		if r.ubl != "" {
			r.ubl = ubl + "/" + r.ubl
		}
		if r.only != nil {
			r.only = &only{ours + r.only.ours, r.only.values}
		}
		out[i] = r
	}
	return out
}

// identified is a party by its number, with a person to call.
func identified(ours, ubl string) []rule {
	return under(ours, ubl, concat(
		[]rule{text("/identificationNumber", "cac:PartyIdentification/cbc:ID")},
		contact("/contactPerson", "cac:Contact"),
	))
}

func party(ours, ubl string) []rule {
	return under(ours, ubl, concat(
		[]rule{
			text("/identificationNumber", "cac:PartyIdentification/cbc:ID"),
			text("/name", "cac:PartyName/cbc:Name"),
		},
		address("/address", "cac:PostalAddress"),
		contact("/contactPerson", "cac:Contact"),
	))
}

func consignee(ours, ubl string) []rule {
	return under(ours, ubl, concat(
		[]rule{
			text("/identificationNumber", "cac:PartyIdentification/cbc:ID"),
			text("/name", "cac:PartyName/cbc:Name"),
		},
		address("/address", "cac:PostalAddress"),
	))
}

func address(ours, ubl string) []rule {
	return under(ours, ubl, []rule{
		text("/streetAndNumber", "cbc:StreetName"),
		text("/city", "cbc:CityName"),
		text("/postcode", "cbc:PostalZone"),
		text("/country", "cac:Country/cbc:IdentificationCode"),
	})
}

func contact(ours, ubl string) []rule {
	return under(ours, ubl, []rule{
		text("/name", "cbc:Name"),
		text("/phoneNumber", "cbc:Telephone"),
		text("/eMailAddress", "cbc:ElectronicMail"),
	})
}

func wholeConsignment() []rule {
	return concat(
		[]rule{
			constant("cbc:ID", "1"),
			text("/referenceNumberUCR", "cbc:ConsignorAssignedID"),
			mass("/grossMass", "cbc:GrossWeightMeasure").or("cac:Shipment/cbc:GrossWeightMeasure"),
			flag("/containerIndicator", "cbc:ContainerizedIndicator"),
			list("/houseConsignments", "cac:ConsolidatedShipment", house()...).or("cac:Shipment"),
		},
		identified("/carrier", "cac:CarrierParty"),
		[]rule{
			text("/countryOfDispatch", "cac:OriginalDepartureCountry/cbc:IdentificationCode"),
			text("/countryOfDestination", "cac:FinalDestinationCountry/cbc:IdentificationCode"),
			list("/countriesOfRouting", "cac:TransitCountry",
				numbered("/sequenceNumber", ""), text("/country", "cbc:IdentificationCode")),
		},
	)
}

// documents are references to documents of three kinds, told apart by the text of their type.
func documents(ubl string) []rule {
	reference := func(ours, kind string) rule {
		return list(ours, ubl+"[cbc:DocumentType="+kind+"]",
			text("/referenceNumber", "cbc:ID"),
			text("/type", "cbc:DocumentTypeCode"),
			constant("cbc:DocumentType", kind),
			text("/complementOfInformation", "cbc:DocumentDescription"),
			numbered("/sequenceNumber", ""))
	}
	return []rule{
		reference("/previousDocuments", previousDocument),
		reference("/supportingDocuments", supportingDocument),
		reference("/transportDocuments", transportDocument),
	}
}

// wholeShipment are the stages of the carriage, the place where the goods are, and the equipment.
func wholeShipment() []rule {
	return concat(
		[]rule{
			text("/inlandModeOfTransport", stageInland+"/cbc:TransportModeCode"),
			text("/placeOfLoading/unLocode", stageInland+"/cac:LoadingPortLocation/cbc:ID"),
			text("/placeOfLoading/location", stageInland+"/cac:LoadingPortLocation/cbc:Name"),
			text("/placeOfLoading/country", stageInland+"/cac:LoadingPortLocation/cac:Address/cac:Country/cbc:IdentificationCode"),
			text("/placeOfUnloading/unLocode", stageInland+"/cac:UnloadingPortLocation/cbc:ID"),
			text("/placeOfUnloading/location", stageInland+"/cac:UnloadingPortLocation/cbc:Name"),
			text("/placeOfUnloading/country", stageInland+"/cac:UnloadingPortLocation/cac:Address/cac:Country/cbc:IdentificationCode"),
			text("/modeOfTransportAtTheBorder", stageBorder+"/cbc:TransportModeCode"),
			list("/departureTransportMeans", stageDeparture, concat(
				[]rule{numbered("/sequenceNumber", ""), constant("cbc:ShipmentStageTypeCode", "departure")}, means(""))...),
			list("/activeBorderTransportMeans", stageCrossing, concat(
				[]rule{numbered("/sequenceNumber", ""), constant("cbc:ShipmentStageTypeCode", "crossing")},
				means("/conveyanceReferenceNumber"),
				[]rule{text("/customsOfficeAtBorderReferenceNumber", "cac:EstimatedArrivalTransportEvent/cac:Location/cbc:ID")})...),
		},
		under("/locationOfGoods", "cac:Delivery/cac:Despatch/cac:DespatchLocation", concat(
			[]rule{
				text("/unLocode", "cbc:ID"),
				text("/typeOfLocation", "cbc:LocationTypeCode"),
			},
			address("/address", "cac:Address"),
			[]rule{
				{ours: "/gnss/latitude", ubl: "cac:LocationCoordinate/cbc:LatitudeDegreesMeasure", kind: asDegrees},
				{ours: "/gnss/longitude", ubl: "cac:LocationCoordinate/cbc:LongitudeDegreesMeasure", kind: asDegrees},
			})),
		[]rule{
			list("/transportEquipment", "cac:TransportHandlingUnit",
				numbered("/sequenceNumber", "cbc:ID"),
				text("/containerIdentificationNumber", "cac:TransportEquipment/cbc:ID"),
				list("/seals", "cac:TransportEquipment/cac:TransportEquipmentSeal",
					numbered("/sequenceNumber", ""), text("/identifier", "cbc:ID")),
				rule{ours: "/numberOfSeals", count: "cac:TransportEquipment/cac:TransportEquipmentSeal"},
				list("/goodsReferences", "cac:GoodsItem",
					number("/declarationGoodsItemNumber", "cbc:ID"), numbered("/sequenceNumber", ""))),
		},
	)
}

// means is a means of transport. Which number identifies it depends on the type of identification.
func means(journey string) []rule {
	rules := []rule{}
	if journey != "" {
		rules = append(rules, text(journey, "cac:TransportMeans/cbc:JourneyID"))
	}
	id := func(path string, types ...string) rule {
		return text("/identificationNumber", "cac:TransportMeans/"+path).when("/typeOfIdentification", types...)
	}
	return append(rules,
		text("/nationality", "cac:TransportMeans/cbc:RegistrationNationalityID"),
		text("/typeOfIdentification", "cac:TransportMeans/cbc:TransportMeansTypeCode"),
		id("cac:AirTransport/cbc:AircraftID", "40", "41"),
		id("cac:RoadTransport/cbc:LicensePlateID", "30", "31"),
		id("cac:RailTransport/cbc:TrainID", "20", "21"),
		id("cac:MaritimeTransport/cbc:VesselID", "10", "11", "80", "81"),
	)
}

func house() []rule {
	const consignment = "cac:Consignment"
	return concat(
		[]rule{
			numbered("/sequenceNumber", "cbc:ID"),
			mass("/grossMass", "cbc:GrossWeightMeasure"),
			constant("cac:Consignment/cbc:ID", "1"),
			text("/referenceNumberUCR", "cac:Consignment/cbc:ConsignorAssignedID"),
		},
		consignee("/consignee", consignment+"/cac:ConsigneeParty"),
		party("/consignor", consignment+"/cac:ConsignorParty"),
		[]rule{
			text("/countryOfDispatch", consignment+"/cac:OriginalDepartureCountry/cbc:IdentificationCode"),
			text("/countryOfDestination", consignment+"/cac:FinalDestinationCountry/cbc:IdentificationCode"),
		},
		under("", consignment, documents("cac:DocumentReference")),
		[]rule{
			list("/consignmentItems", "cac:GoodsItem", item()...),
			list("/departureTransportMeans", stageDeparture, concat(
				[]rule{numbered("/sequenceNumber", ""), constant("cbc:ShipmentStageTypeCode", "departure")}, means(""))...),
		},
	)
}

func item() []rule {
	return concat(
		[]rule{
			number("/declarationGoodsItemNumber", "cbc:ID"),
			numbered("/goodsItemNumber", "cbc:SequenceNumberID"),
			text("/commodity/descriptionOfGoods", "cbc:Description"),
			{ours: "/customsValue/amount", ubl: "cbc:DeclaredCustomsValueAmount", kind: asAmount},
			text("/customsValue/currency", "cbc:DeclaredCustomsValueAmount/@currencyID"),
			mass("/commodity/goodsMeasure/grossMass", "cbc:GrossWeightMeasure"),
			mass("/commodity/goodsMeasure/netMass", "cbc:NetWeightMeasure"),
			text("/declarationType", "cbc:CustomsStatusCode"),
			text("/commodity/goodsMeasure/supplementaryUnits", "cbc:CustomsTariffQuantity"),
			text("/referenceNumberUCR", "cbc:TraceID"),
			text("/commodity/commodityCode/harmonizedSystemSubHeadingCode", "cac:Item/cac:CommodityClassification/cbc:CommodityCode"),
			list("/commodity/dangerousGoods", "cac:Item/cac:HazardousItem",
				text("/unNumber", "cbc:UNDGCode"), numbered("/sequenceNumber", "")),
			text("/countryOfDestination", "cac:Delivery/cac:DeliveryAddress/cac:Country/cbc:IdentificationCode"),
		},
		consignee("/consignee", "cac:Delivery/cac:DeliveryParty"),
		[]rule{
			text("/countryOfDispatch", "cac:Despatch/cac:DespatchAddress/cac:Country/cbc:IdentificationCode"),
			list("/packaging", "cac:ContainingPackage",
				numbered("/sequenceNumber", ""),
				number("/numberOfPackages", "cbc:Quantity"),
				text("/typeOfPackages", "cbc:PackagingTypeCode")),
		},
		documents("cac:AdditionalDocumentReference"),
	)
}
