package ncts

import "carec.example/cats/chaincode/transit"

// CC013C is the amendment of a declaration (IE013).
type CC013C struct {
	Message           transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation  CC013CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	Authorisations    []Authorisation        `json:"authorisations,omitempty" ncts:"Authorisation 0..9"`
	DepartureOffice   CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	DestinationOffice CustomsOffice          `json:"customsOfficeOfDestinationDeclared,omitzero" ncts:"CustomsOfficeOfDestinationDeclared 1"`
	TransitOffices    []TransitOffice        `json:"customsOfficesOfTransitDeclared,omitempty" ncts:"CustomsOfficeOfTransitDeclared 0..9"`
	ExitOffices       []ExitOffice           `json:"customsOfficesOfExitForTransit,omitempty" ncts:"CustomsOfficeOfExitForTransitDeclared 0..9"`
	Holder            CC013CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative    *Representative        `json:"representative,omitempty" ncts:"Representative 0..1"`
	Guarantees        []CC013CGuarantee      `json:"guarantees,omitempty" ncts:"Guarantee 1..9"`
	Consignment       CC013CConsignment      `json:"consignment,omitzero" ncts:"Consignment 1"`
}

// CC013CTransitOperation is TransitOperation of CC013C.
type CC013CTransitOperation struct {
	LRN                               string           `json:"lrn,omitempty" ncts:"LRN 0..1 text22"`
	MRN                               string           `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
	DeclarationType                   string           `json:"declarationType,omitempty" ncts:"1 token1-5"`
	AdditionalDeclarationType         string           `json:"additionalDeclarationType,omitempty" ncts:"1 letter"`
	TIRCarnetNumber                   string           `json:"tirCarnetNumber,omitempty" ncts:"TIRCarnetNumber 0..1 tirCarnet"`
	PresentationOfTheGoodsDateAndTime transit.DateTime `json:"presentationOfTheGoodsDateAndTime,omitempty" ncts:"0..1 dateTime"`
	Security                          string           `json:"security,omitempty" ncts:"1 digit"`
	ReducedDatasetIndicator           transit.Flag     `json:"reducedDatasetIndicator,omitempty" ncts:"1 flag"`
	SpecificCircumstanceIndicator     string           `json:"specificCircumstanceIndicator,omitempty" ncts:"0..1 token3"`
	CommunicationLanguageAtDeparture  string           `json:"communicationLanguageAtDeparture,omitempty" ncts:"0..1 language"`
	BindingItinerary                  transit.Flag     `json:"bindingItinerary,omitempty" ncts:"1 flag"`
	AmendmentTypeFlag                 transit.Flag     `json:"amendmentTypeFlag,omitempty" ncts:"1 flag"`
	LimitDate                         transit.Date     `json:"limitDate,omitempty" ncts:"0..1 date"`
}

// CC013CConsignment is Consignment of CC013C.
type CC013CConsignment struct {
	CountryOfDispatch          string                          `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination       string                          `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ContainerIndicator         transit.Flag                    `json:"containerIndicator,omitempty" ncts:"0..1 flag"`
	InlandModeOfTransport      string                          `json:"inlandModeOfTransport,omitempty" ncts:"0..1 digit"`
	ModeOfTransportAtTheBorder string                          `json:"modeOfTransportAtTheBorder,omitempty" ncts:"0..1 digit"`
	GrossMass                  transit.Decimal                 `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR         string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ucr"`
	Carrier                    *CC013CCarrier                  `json:"carrier,omitempty" ncts:"Carrier 0..1"`
	Consignor                  *CC013CConsignor                `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee                  *CC013CConsignee                `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	SupplyChainActors          []SupplyChainActor              `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	TransportEquipment         []TransportEquipment            `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	LocationOfGoods            *LocationOfGoods                `json:"locationOfGoods,omitempty" ncts:"LocationOfGoods 0..1"`
	DepartureTransportMeans    []CC013CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	CountriesOfRouting         []CountryOfRouting              `json:"countriesOfRouting,omitempty" ncts:"CountryOfRoutingOfConsignment 0..99"`
	BorderTransportMeans       []CC013CBorderTransportMeans    `json:"activeBorderTransportMeans,omitempty" ncts:"ActiveBorderTransportMeans 0..9"`
	PlaceOfLoading             *PlaceOfLoading                 `json:"placeOfLoading,omitempty" ncts:"PlaceOfLoading 0..1"`
	PlaceOfUnloading           *CC013CPlaceOfUnloading         `json:"placeOfUnloading,omitempty" ncts:"PlaceOfUnloading 0..1"`
	PreviousDocuments          []CC013CPreviousDocument        `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..9999"`
	SupportingDocuments        []CC013CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []CC013CTransportDocument       `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences       []CC013CAdditionalReference     `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation      []CC013CAdditionalInformation   `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges           *TransportCharges               `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1"`
	HouseConsignments          []CC013CHouseConsignment        `json:"houseConsignments,omitempty" ncts:"HouseConsignment 1..1999"`
}

// CC013CHolder is HolderOfTheTransitProcedure of CC013C.
type CC013CHolder struct {
	IdentificationNumber          string         `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	TIRHolderIdentificationNumber string         `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 text17"`
	Name                          string         `json:"name,omitempty" ncts:"0..1 text70"`
	Address                       *CC007CAddress `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson                 *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC013CGuarantee is Guarantee of CC013C.
type CC013CGuarantee struct {
	SequenceNumber          int                        `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GuaranteeType           string                     `json:"guaranteeType,omitempty" ncts:"0..1 guaranteeType" ncts6:"1 guaranteeType"`
	OtherGuaranteeReference string                     `json:"otherGuaranteeReference,omitempty" ncts:"0..1 text35"`
	GuaranteeReferences     []CC013CGuaranteeReference `json:"guaranteeReferences,omitempty" ncts:"GuaranteeReference 0..99"`
}

// CC013CGuaranteeReference is GuaranteeReference of CC013C.
type CC013CGuaranteeReference struct {
	SequenceNumber    int             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GRN               string          `json:"grn,omitempty" ncts:"GRN 0..1 grn"`
	AccessCode        string          `json:"accessCode,omitempty" ncts:"0..1 text=4"`
	AmountToBeCovered transit.Decimal `json:"amountToBeCovered,omitempty" ncts:"0..1 amount" ncts6:"1 amount"`
	Currency          string          `json:"currency,omitempty" ncts:"0..1 currency" ncts6:"1 currency"`
}

// CC013CCarrier is Carrier of CC013C.
type CC013CCarrier struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"1 operator"`
	ContactPerson        *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC013CConsignor is Consignor of CC013C.
type CC013CConsignor struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	Name                 string         `json:"name,omitempty" ncts:"0..1 text70"`
	Address              *CC007CAddress `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson        *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC013CConsignee is Consignee of CC013C.
type CC013CConsignee struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	Name                 string         `json:"name,omitempty" ncts:"0..1 text70"`
	Address              *CC007CAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// CC013CDepartureTransportMeans is DepartureTransportMeans of CC013C.
type CC013CDepartureTransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"0..1 digits2" ncts6:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"0..1 text35" ncts6:"1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"0..1 country" ncts6:"1 country"`
}

// CC013CBorderTransportMeans is ActiveBorderTransportMeans of CC013C.
type CC013CBorderTransportMeans struct {
	SequenceNumber                       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CustomsOfficeAtBorderReferenceNumber string `json:"customsOfficeAtBorderReferenceNumber,omitempty" ncts:"0..1 token8" ncts6:"1 token8"`
	TypeOfIdentification                 string `json:"typeOfIdentification,omitempty" ncts:"0..1 digits2" ncts6:"1 digits2"`
	IdentificationNumber                 string `json:"identificationNumber,omitempty" ncts:"0..1 text35" ncts6:"1 text35"`
	Nationality                          string `json:"nationality,omitempty" ncts:"0..1 country" ncts6:"1 country"`
	ConveyanceReferenceNumber            string `json:"conveyanceReferenceNumber,omitempty" ncts:"0..1 ascii17"`
}

// CC013CPlaceOfUnloading is PlaceOfUnloading of CC013C.
type CC013CPlaceOfUnloading struct {
	UNLocode string `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country  string `json:"country,omitempty" ncts:"0..1 country"`
	Location string `json:"location,omitempty" ncts:"0..1 text35"`
}

// CC013CPreviousDocument is PreviousDocument of CC013C.
type CC013CPreviousDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 text70"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// CC013CPreviousDocument2 is PreviousDocument of CC013C.
type CC013CPreviousDocument2 struct {
	SequenceNumber              int             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                        string          `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber             string          `json:"referenceNumber,omitempty" ncts:"1 text70"`
	GoodsItemNumber             int             `json:"goodsItemNumber,omitempty" ncts:"0..1 number99999"`
	TypeOfPackages              string          `json:"typeOfPackages,omitempty" ncts:"0..1 token2"`
	NumberOfPackages            int             `json:"numberOfPackages,omitempty" ncts:"0..1 number99999999"`
	MeasurementUnitAndQualifier string          `json:"measurementUnitAndQualifier,omitempty" ncts:"0..1 token1-4"`
	Quantity                    transit.Decimal `json:"quantity,omitempty" ncts:"0..1 mass"`
	ComplementOfInformation     string          `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// CC013CSupportingDocument is SupportingDocument of CC013C.
type CC013CSupportingDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 text70"`
	DocumentLineItemNumber  int    `json:"documentLineItemNumber,omitempty" ncts:"0..1 number99999"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// CC013CTransportDocument is TransportDocument of CC013C.
type CC013CTransportDocument struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 text70"`
}

// CC013CAdditionalReference is AdditionalReference of CC013C.
type CC013CAdditionalReference struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
}

// CC013CAdditionalInformation is AdditionalInformation of CC013C.
type CC013CAdditionalInformation struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Code           string `json:"code,omitempty" ncts:"1 token5"`
	Text           string `json:"text,omitempty" ncts:"0..1 text512"`
}

// CC013CHouseConsignment is HouseConsignment of CC013C.
type CC013CHouseConsignment struct {
	SequenceNumber          int                           `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CountryOfDispatch       string                        `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination    string                        `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	GrossMass               transit.Decimal               `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR      string                        `json:"referenceNumberUCR,omitempty" ncts:"0..1 ucr"`
	Consignor               *CC013CConsignor              `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee               *CC013CConsignee              `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	SupplyChainActors       []SupplyChainActor            `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	DepartureTransportMeans []DepartureTransportMeans     `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	PreviousDocuments       []CC013CPreviousDocument      `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments     []CC013CSupportingDocument    `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []CC013CTransportDocument     `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []CC013CAdditionalReference   `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation   []CC013CAdditionalInformation `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges        *TransportCharges             `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1"`
	ConsignmentItems        []CC013CConsignmentItem       `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 1..999"`
}

// CC013CConsignmentItem is ConsignmentItem of CC013C.
type CC013CConsignmentItem struct {
	GoodsItemNumber            int                           `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int                           `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	DeclarationType            string                        `json:"declarationType,omitempty" ncts:"0..1 token1-5"`
	CountryOfDispatch          string                        `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination       string                        `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ReferenceNumberUCR         string                        `json:"referenceNumberUCR,omitempty" ncts:"0..1 ucr"`
	Consignee                  *CC013CConsignee              `json:"consignee,omitempty" ncts:"Consignee 0..1" ncts6:"-"`
	SupplyChainActors          []SupplyChainActor            `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	Commodity                  CC013CCommodity               `json:"commodity,omitzero" ncts:"Commodity 1"`
	Packaging                  []CC013CPackaging             `json:"packaging,omitempty" ncts:"Packaging 1..99"`
	PreviousDocuments          []CC013CPreviousDocument2     `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments        []CC013CSupportingDocument    `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []CC013CTransportDocument     `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99" ncts6:"-"`
	AdditionalReferences       []CC013CAdditionalReference   `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation      []CC013CAdditionalInformation `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges           *TransportCharges             `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1" ncts6:"-"`
}

// CC013CCommodity is Commodity of CC013C.
type CC013CCommodity struct {
	DescriptionOfGoods string               `json:"descriptionOfGoods,omitempty" ncts:"1 text512"`
	CusCode            string               `json:"cusCode,omitempty" ncts:"0..1 token9"`
	CommodityCode      *CC013CCommodityCode `json:"commodityCode,omitempty" ncts:"CommodityCode 0..1"`
	DangerousGoods     []DangerousGoods     `json:"dangerousGoods,omitempty" ncts:"DangerousGoods 0..99"`
	GoodsMeasure       *CC013CGoodsMeasure  `json:"goodsMeasure,omitempty" ncts:"GoodsMeasure 0..1" ncts6:"1"`
}

// CC013CGoodsMeasure is GoodsMeasure of CC013C.
type CC013CGoodsMeasure struct {
	GrossMass          transit.Decimal `json:"grossMass,omitempty" ncts:"0..1 massOrZero" ncts6:"1 massOrZero"`
	NetMass            transit.Decimal `json:"netMass,omitempty" ncts:"0..1 mass"`
	SupplementaryUnits transit.Decimal `json:"supplementaryUnits,omitempty" ncts:"0..1 mass"`
}

// CC013CPackaging is Packaging of CC013C.
type CC013CPackaging struct {
	SequenceNumber   int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfPackages   string `json:"typeOfPackages,omitempty" ncts:"1 token2"`
	NumberOfPackages *int   `json:"numberOfPackages,omitempty" ncts:"0..1 count99999999"`
	ShippingMarks    string `json:"shippingMarks,omitempty" ncts:"0..1 text512"`
}
