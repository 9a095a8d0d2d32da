package ncts

import "carec.example/cats/chaincode/transit"

// CC029C is the release for transit (IE029).
type CC029C struct {
	Message           transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation  CC029CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	Authorisations    []CC029CAuthorisation  `json:"authorisations,omitempty" ncts:"Authorisation 0..9"`
	DepartureOffice   CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	DestinationOffice CustomsOffice          `json:"customsOfficeOfDestinationDeclared,omitzero" ncts:"CustomsOfficeOfDestinationDeclared 1"`
	TransitOffices    []TransitOffice        `json:"customsOfficesOfTransitDeclared,omitempty" ncts:"CustomsOfficeOfTransitDeclared 0..9"`
	ExitOffices       []ExitOffice           `json:"customsOfficesOfExitForTransit,omitempty" ncts:"CustomsOfficeOfExitForTransitDeclared 0..9"`
	Holder            CC029CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative    *CC029CRepresentative  `json:"representative,omitempty" ncts:"Representative 0..1"`
	ControlResult     *ControlResult         `json:"controlResult,omitempty" ncts:"ControlResult 0..1"`
	Guarantees        []CC029CGuarantee      `json:"guarantees,omitempty" ncts:"Guarantee 1..9"`
	Consignment       CC029CConsignment      `json:"consignment,omitzero" ncts:"Consignment 1"`
}

// CC029CTransitOperation is TransitOperation of CC029C.
type CC029CTransitOperation struct {
	LRN                              string       `json:"lrn,omitempty" ncts:"LRN 1 chars22"`
	MRN                              string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	DeclarationType                  string       `json:"declarationType,omitempty" ncts:"1 token1-5"`
	AdditionalDeclarationType        string       `json:"additionalDeclarationType,omitempty" ncts:"1 letter"`
	TIRCarnetNumber                  string       `json:"tirCarnetNumber,omitempty" ncts:"TIRCarnetNumber 0..1 tirCarnet"`
	DeclarationAcceptanceDate        transit.Date `json:"declarationAcceptanceDate,omitempty" ncts:"1 date"`
	ReleaseDate                      transit.Date `json:"releaseDate,omitempty" ncts:"1 date"`
	Security                         string       `json:"security,omitempty" ncts:"1 digit"`
	ReducedDatasetIndicator          transit.Flag `json:"reducedDatasetIndicator,omitempty" ncts:"1 flag"`
	SpecificCircumstanceIndicator    string       `json:"specificCircumstanceIndicator,omitempty" ncts:"0..1 token3"`
	CommunicationLanguageAtDeparture string       `json:"communicationLanguageAtDeparture,omitempty" ncts:"0..1 language"`
	BindingItinerary                 transit.Flag `json:"bindingItinerary,omitempty" ncts:"1 flag"`
}

// CC029CAuthorisation is Authorisation of CC029C.
type CC029CAuthorisation struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token1-4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 chars35"`
}

// CC029CConsignment is Consignment of CC029C.
type CC029CConsignment struct {
	CountryOfDispatch          string                          `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination       string                          `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ContainerIndicator         transit.Flag                    `json:"containerIndicator,omitempty" ncts:"1 flag"`
	InlandModeOfTransport      string                          `json:"inlandModeOfTransport,omitempty" ncts:"0..1 digit"`
	ModeOfTransportAtTheBorder string                          `json:"modeOfTransportAtTheBorder,omitempty" ncts:"0..1 digit"`
	GrossMass                  transit.Decimal                 `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR         string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-35"`
	Carrier                    *CC029CCarrier                  `json:"carrier,omitempty" ncts:"Carrier 0..1"`
	Consignor                  *CC029CConsignor                `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee                  *Consignee                      `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	SupplyChainActors          []SupplyChainActor              `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	TransportEquipment         []CC029CTransportEquipment      `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	LocationOfGoods            *CC029CLocationOfGoods          `json:"locationOfGoods,omitempty" ncts:"LocationOfGoods 0..1"`
	DepartureTransportMeans    []CC029CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	CountriesOfRouting         []CountryOfRouting              `json:"countriesOfRouting,omitempty" ncts:"CountryOfRoutingOfConsignment 0..99"`
	BorderTransportMeans       []CC029CBorderTransportMeans    `json:"activeBorderTransportMeans,omitempty" ncts:"ActiveBorderTransportMeans 0..9"`
	PlaceOfLoading             *CC029CPlaceOfLoading           `json:"placeOfLoading,omitempty" ncts:"PlaceOfLoading 0..1" ncts6:"1"`
	PlaceOfUnloading           *CC029CPlaceOfUnloading         `json:"placeOfUnloading,omitempty" ncts:"PlaceOfUnloading 0..1"`
	PreviousDocuments          []PreviousDocument              `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..9999"`
	SupportingDocuments        []CC029CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []TransportDocument             `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences       []AdditionalReference           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation      []AdditionalInformation         `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges           *TransportCharges               `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1"`
	HouseConsignments          []CC029CHouseConsignment        `json:"houseConsignments,omitempty" ncts:"HouseConsignment 1..1999"`
}

// CC029CLocationOfGoods is LocationOfGoods of CC029C.
type CC029CLocationOfGoods struct {
	TypeOfLocation            string                  `json:"typeOfLocation,omitempty" ncts:"1 letter"`
	QualifierOfIdentification string                  `json:"qualifierOfIdentification,omitempty" ncts:"1 letter"`
	AuthorisationNumber       string                  `json:"authorisationNumber,omitempty" ncts:"0..1 chars35"`
	AdditionalIdentifier      string                  `json:"additionalIdentifier,omitempty" ncts:"0..1 chars4"`
	UNLocode                  string                  `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	CustomsOffice             *CustomsOffice          `json:"customsOffice,omitempty" ncts:"CustomsOffice 0..1"`
	GNSS                      *GNSS                   `json:"gnss,omitempty" ncts:"GNSS 0..1"`
	EconomicOperator          *CC029CEconomicOperator `json:"economicOperator,omitempty" ncts:"EconomicOperator 0..1"`
	Address                   *Address                `json:"address,omitempty" ncts:"Address 0..1"`
	PostcodeAddress           *CC029CPostcodeAddress  `json:"postcodeAddress,omitempty" ncts:"PostcodeAddress 0..1"`
	ContactPerson             *CC029CContactPerson    `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC029CEconomicOperator is EconomicOperator of CC029C.
type CC029CEconomicOperator struct {
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 chars17"`
}

// CC029CPostcodeAddress is PostcodeAddress of CC029C.
type CC029CPostcodeAddress struct {
	HouseNumber string `json:"houseNumber,omitempty" ncts:"0..1 chars17"`
	Postcode    string `json:"postcode,omitempty" ncts:"1 chars17" ncts6:"1 text17"`
	Country     string `json:"country,omitempty" ncts:"1 country"`
}

// CC029CHolder is HolderOfTheTransitProcedure of CC029C.
type CC029CHolder struct {
	IdentificationNumber          string               `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	TIRHolderIdentificationNumber string               `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 chars17"`
	Name                          string               `json:"name,omitempty" ncts:"0..1 chars70"`
	Address                       *Address             `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson                 *CC029CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC029CRepresentative is Representative of CC029C.
type CC029CRepresentative struct {
	IdentificationNumber string               `json:"identificationNumber,omitempty" ncts:"1 chars17"`
	Status               string               `json:"status,omitempty" ncts:"1 digit"`
	ContactPerson        *CC029CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC029CGuarantee is Guarantee of CC029C.
type CC029CGuarantee struct {
	SequenceNumber          int                        `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GuaranteeType           string                     `json:"guaranteeType,omitempty" ncts:"1 guaranteeType"`
	OtherGuaranteeReference string                     `json:"otherGuaranteeReference,omitempty" ncts:"0..1 chars35"`
	GuaranteeReferences     []CC029CGuaranteeReference `json:"guaranteeReferences,omitempty" ncts:"GuaranteeReference 0..99"`
}

// CC029CGuaranteeReference is GuaranteeReference of CC029C.
type CC029CGuaranteeReference struct {
	SequenceNumber    int             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GRN               string          `json:"grn,omitempty" ncts:"GRN 0..1 grn"`
	AccessCode        string          `json:"accessCode,omitempty" ncts:"0..1 chars4"`
	AmountToBeCovered transit.Decimal `json:"amountToBeCovered,omitempty" ncts:"1 amount"`
	Currency          string          `json:"currency,omitempty" ncts:"1 currency"`
}

// CC029CCarrier is Carrier of CC029C.
type CC029CCarrier struct {
	IdentificationNumber string               `json:"identificationNumber,omitempty" ncts:"1 operator"`
	ContactPerson        *CC029CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC029CConsignor is Consignor of CC029C.
type CC029CConsignor struct {
	IdentificationNumber string               `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	Name                 string               `json:"name,omitempty" ncts:"0..1 chars70"`
	Address              *Address             `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson        *CC029CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC029CConsignee is Consignee of CC029C.
type CC029CConsignee struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	Name                 string         `json:"name,omitempty" ncts:"0..1 chars70"`
	Address              *CC029CAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// CC029CBorderTransportMeans is ActiveBorderTransportMeans of CC029C.
type CC029CBorderTransportMeans struct {
	SequenceNumber                       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CustomsOfficeAtBorderReferenceNumber string `json:"customsOfficeAtBorderReferenceNumber,omitempty" ncts:"1 token8"`
	TypeOfIdentification                 string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber                 string `json:"identificationNumber,omitempty" ncts:"1 chars35"`
	Nationality                          string `json:"nationality,omitempty" ncts:"1 country"`
	ConveyanceReferenceNumber            string `json:"conveyanceReferenceNumber,omitempty" ncts:"0..1 ascii1-17"`
}

// CC029CPlaceOfLoading is PlaceOfLoading of CC029C.
type CC029CPlaceOfLoading struct {
	UNLocode string `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country  string `json:"country,omitempty" ncts:"0..1 country"`
	Location string `json:"location,omitempty" ncts:"0..1 chars35"`
}

// CC029CPlaceOfUnloading is PlaceOfUnloading of CC029C.
type CC029CPlaceOfUnloading struct {
	UNLocode string `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country  string `json:"country,omitempty" ncts:"0..1 country"`
	Location string `json:"location,omitempty" ncts:"0..1 chars35"`
}

// CC029CPreviousDocument is PreviousDocument of CC029C.
type CC029CPreviousDocument struct {
	SequenceNumber              int             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                        string          `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber             string          `json:"referenceNumber,omitempty" ncts:"1 chars70"`
	GoodsItemNumber             int             `json:"goodsItemNumber,omitempty" ncts:"0..1 number99999"`
	TypeOfPackages              string          `json:"typeOfPackages,omitempty" ncts:"0..1 token2"`
	NumberOfPackages            int             `json:"numberOfPackages,omitempty" ncts:"0..1 number99999999"`
	MeasurementUnitAndQualifier string          `json:"measurementUnitAndQualifier,omitempty" ncts:"0..1 token1-4"`
	Quantity                    transit.Decimal `json:"quantity,omitempty" ncts:"0..1 mass"`
	ComplementOfInformation     string          `json:"complementOfInformation,omitempty" ncts:"0..1 chars35"`
}

// CC029CSupportingDocument is SupportingDocument of CC029C.
type CC029CSupportingDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 chars70"`
	DocumentLineItemNumber  int    `json:"documentLineItemNumber,omitempty" ncts:"0..1 number99999"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 chars35"`
}

// CC029CHouseConsignment is HouseConsignment of CC029C.
type CC029CHouseConsignment struct {
	SequenceNumber          int                             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CountryOfDispatch       string                          `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination    string                          `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	GrossMass               transit.Decimal                 `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR      string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-35"`
	ExportSecurity          string                          `json:"securityIndicatorFromExportDeclaration,omitempty" ncts:"0..1 digit"`
	Consignor               *CC029CConsignor                `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee               *Consignee                      `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	SupplyChainActors       []SupplyChainActor              `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	DepartureTransportMeans []CC029CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	PreviousDocuments       []PreviousDocument              `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments     []CC029CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []TransportDocument             `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []AdditionalReference           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation   []AdditionalInformation         `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges        *TransportCharges               `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1"`
	ConsignmentItems        []CC029CConsignmentItem         `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 1..999"`
}

// CC029CConsignmentItem is ConsignmentItem of CC029C.
type CC029CConsignmentItem struct {
	GoodsItemNumber            int                        `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int                        `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	DeclarationType            string                     `json:"declarationType,omitempty" ncts:"0..1 token1-5"`
	CountryOfDispatch          string                     `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination       string                     `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ReferenceNumberUCR         string                     `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-35"`
	Consignee                  *CC029CConsignee           `json:"consignee,omitempty" ncts:"Consignee 0..1" ncts6:"-"`
	SupplyChainActors          []SupplyChainActor         `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	Commodity                  Commodity                  `json:"commodity,omitzero" ncts:"Commodity 1"`
	Packaging                  []Packaging                `json:"packaging,omitempty" ncts:"Packaging 1..99"`
	PreviousDocuments          []CC029CPreviousDocument   `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments        []CC029CSupportingDocument `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []TransportDocument        `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99" ncts6:"-"`
	AdditionalReferences       []AdditionalReference      `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation      []AdditionalInformation    `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges           *TransportCharges          `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1" ncts6:"-"`
}

// ControlResult is ControlResult of CC029C.
type ControlResult struct {
	Code         string       `json:"code,omitempty" ncts:"1 token2"`
	Date         transit.Date `json:"date,omitempty" ncts:"1 date"`
	ControlledBy string       `json:"controlledBy,omitempty" ncts:"1 chars35"`
	Text         string       `json:"text,omitempty" ncts:"0..1 chars512"`
}
