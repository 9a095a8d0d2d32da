package ncts

import "carec.example/cats/chaincode/transit"

// CC007C is the arrival notification (IE007).
type CC007C struct {
	Message             transit.Message           `json:"message,omitzero" ncts:"- 1"`
	TransitOperation    CC007CTransitOperation    `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	Authorisations      []Authorisation           `json:"authorisations,omitempty" ncts:"Authorisation 0..9"`
	DestinationOffice   CustomsOffice             `json:"customsOfficeOfDestinationActual,omitzero" ncts:"CustomsOfficeOfDestinationActual 1"`
	TraderAtDestination CC007CTraderAtDestination `json:"traderAtDestination,omitzero" ncts:"TraderAtDestination 1"`
	Consignment         CC007CConsignment         `json:"consignment,omitzero" ncts:"Consignment 1"`
}

// CC044C is the unloading remarks (IE044).
type CC044C struct {
	Message             transit.Message           `json:"message,omitzero" ncts:"- 1"`
	TransitOperation    CC044CTransitOperation    `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DestinationOffice   CustomsOffice             `json:"customsOfficeOfDestinationActual,omitzero" ncts:"CustomsOfficeOfDestinationActual 1"`
	TraderAtDestination CC044CTraderAtDestination `json:"traderAtDestination,omitzero" ncts:"TraderAtDestination 1"`
	UnloadingRemark     UnloadingRemark           `json:"unloadingRemark,omitzero" ncts:"UnloadingRemark 1"`
	Consignment         *CC044CConsignment        `json:"consignment,omitempty" ncts:"Consignment 0..1"`
}

// CC025C is the notification of the release of goods (IE025).
type CC025C struct {
	Message             transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation    CC025CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DestinationOffice   CustomsOffice          `json:"customsOfficeOfDestinationActual,omitzero" ncts:"CustomsOfficeOfDestinationActual 1"`
	TraderAtDestination TraderAtDestination    `json:"traderAtDestination,omitzero" ncts:"TraderAtDestination 1"`
	Consignment         *CC025CConsignment     `json:"consignment,omitempty" ncts:"Consignment 0..1"`
}

// CC043C is the unloading permission (IE043).
type CC043C struct {
	Message             transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation    CC043CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DestinationOffice   CustomsOffice          `json:"customsOfficeOfDestinationActual,omitzero" ncts:"CustomsOfficeOfDestinationActual 1"`
	Holder              *CC043CHolder          `json:"holderOfTheTransitProcedure,omitempty" ncts:"HolderOfTheTransitProcedure 0..1"`
	TraderAtDestination TraderAtDestination    `json:"traderAtDestination,omitzero" ncts:"TraderAtDestination 1"`
	CTLControl          *CTLControl            `json:"ctlControl,omitempty" ncts:"CTLControl 0..1"`
	Consignment         *CC043CConsignment     `json:"consignment,omitempty" ncts:"Consignment 0..1"`
}

// CC057C is the rejection by the office of destination (IE057).
type CC057C struct {
	Message             transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation    CC057CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DestinationOffice   CustomsOffice          `json:"customsOfficeOfDestinationActual,omitzero" ncts:"CustomsOfficeOfDestinationActual 1"`
	TraderAtDestination TraderAtDestination    `json:"traderAtDestination,omitzero" ncts:"TraderAtDestination 1"`
	FunctionalErrors    []FunctionalError      `json:"functionalErrors,omitempty" ncts:"FunctionalError 0..9999"`
}

// CC007CTransitOperation is TransitOperation of CC007C.
type CC007CTransitOperation struct {
	MRN                            string           `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	ArrivalNotificationDateAndTime transit.DateTime `json:"arrivalNotificationDateAndTime,omitempty" ncts:"1 dateTime"`
	SimplifiedProcedure            transit.Flag     `json:"simplifiedProcedure,omitempty" ncts:"1 flag"`
	IncidentFlag                   transit.Flag     `json:"incidentFlag,omitempty" ncts:"1 flag" ncts6:"-"`
}

// CC044CTransitOperation is TransitOperation of CC044C.
type CC044CTransitOperation struct {
	MRN                 string `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	OtherThingsToReport string `json:"otherThingsToReport,omitempty" ncts:"0..1 text512"`
}

// CC025CTransitOperation is TransitOperation of CC025C.
type CC025CTransitOperation struct {
	MRN              string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	ReleaseDate      transit.Date `json:"releaseDate,omitempty" ncts:"1 date"`
	ReleaseIndicator string       `json:"releaseIndicator,omitempty" ncts:"1 digit"`
}

// CC043CTransitOperation is TransitOperation of CC043C.
type CC043CTransitOperation struct {
	MRN                       string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	DeclarationType           string       `json:"declarationType,omitempty" ncts:"0..1 token1-5"`
	DeclarationAcceptanceDate transit.Date `json:"declarationAcceptanceDate,omitempty" ncts:"0..1 date"`
	Security                  string       `json:"security,omitempty" ncts:"1 digit"`
	ReducedDatasetIndicator   transit.Flag `json:"reducedDatasetIndicator,omitempty" ncts:"1 flag"`
}

// CC057CTransitOperation is TransitOperation of CC057C.
type CC057CTransitOperation struct {
	MRN                   string           `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	BusinessRejectionType string           `json:"businessRejectionType,omitempty" ncts:"1 token3"`
	RejectionDateAndTime  transit.DateTime `json:"rejectionDateAndTime,omitempty" ncts:"1 dateTime"`
	RejectionCode         string           `json:"rejectionCode,omitempty" ncts:"1 digits1-2"`
	RejectionReason       string           `json:"rejectionReason,omitempty" ncts:"0..1 chars512"`
}

// CC007CTraderAtDestination is TraderAtDestination of CC007C.
type CC007CTraderAtDestination struct {
	IdentificationNumber               string `json:"identificationNumber,omitempty" ncts:"1 text17"`
	CommunicationLanguageAtDestination string `json:"communicationLanguageAtDestination,omitempty" ncts:"0..1 language"`
}

// CC044CTraderAtDestination is TraderAtDestination of CC044C.
type CC044CTraderAtDestination struct {
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text17"`
}

// TraderAtDestination is TraderAtDestination of CC025C, CC043C, CC057C.
type TraderAtDestination struct {
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 chars17"`
}

// CC007CConsignment is Consignment of CC007C.
type CC007CConsignment struct {
	LocationOfGoods LocationOfGoods  `json:"locationOfGoods,omitzero" ncts:"LocationOfGoods 1"`
	Incidents       []CC007CIncident `json:"incidents,omitempty" ncts:"Incident 0..9" ncts6:"-"`
}

// CC044CConsignment is Consignment of CC044C.
type CC044CConsignment struct {
	GrossMass               transit.Decimal                 `json:"grossMass,omitempty" ncts:"0..1 massOrZero"`
	ReferenceNumberUCR      string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-70" ncts5:"-"`
	TransportEquipment      []CC044CTransportEquipment      `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	DepartureTransportMeans []CC044CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	CountriesOfRouting      []CC044CCountryOfRouting        `json:"countriesOfRouting,omitempty" ncts:"CountryOfRoutingOfConsignment 0..99" ncts5:"-"`
	SupportingDocuments     []CC044CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []CC044CTransportDocument       `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []CC044CAdditionalReference     `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	HouseConsignments       []CC044CHouseConsignment        `json:"houseConsignments,omitempty" ncts:"HouseConsignment 0..1999"`
}

// CC025CConsignment is Consignment of CC025C.
type CC025CConsignment struct {
	HouseConsignments []CC025CHouseConsignment `json:"houseConsignments,omitempty" ncts:"HouseConsignment 1..1999"`
}

// CC043CConsignment is Consignment of CC043C.
type CC043CConsignment struct {
	CountryOfDestination    string                          `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ContainerIndicator      transit.Flag                    `json:"containerIndicator,omitempty" ncts:"1 flag"`
	InlandModeOfTransport   string                          `json:"inlandModeOfTransport,omitempty" ncts:"0..1 digit"`
	GrossMass               transit.Decimal                 `json:"grossMass,omitempty" ncts:"0..1 mass"`
	ReferenceNumberUCR      string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-70" ncts5:"-"`
	Consignor               *CC043CConsignor                `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee               *Consignee                      `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	TransportEquipment      []CC029CTransportEquipment      `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	DepartureTransportMeans []CC029CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	CountriesOfRouting      []CountryOfRouting              `json:"countriesOfRouting,omitempty" ncts:"CountryOfRoutingOfConsignment 0..99" ncts5:"-"`
	PreviousDocuments       []PreviousDocument              `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..9999"`
	SupportingDocuments     []CC043CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []TransportDocument             `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []AdditionalReference           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation   []AdditionalInformation         `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	Incidents               []Incident                      `json:"incidents,omitempty" ncts:"Incident 0..9"`
	HouseConsignments       []CC043CHouseConsignment        `json:"houseConsignments,omitempty" ncts:"HouseConsignment 1..1999"`
}

// CC007CAddress2 is Address of CC007C.
type CC007CAddress2 struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 text70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 text35"`
}

// CC007CIncident is Incident of CC007C.
type CC007CIncident struct {
	SequenceNumber     int                        `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Code               string                     `json:"code,omitempty" ncts:"1 digit"`
	Text               string                     `json:"text,omitempty" ncts:"1 text512"`
	Endorsement        *CC007CEndorsement         `json:"endorsement,omitempty" ncts:"Endorsement 0..1"`
	Location           CC007CLocation             `json:"location,omitzero" ncts:"Location 1"`
	TransportEquipment []CC007CTransportEquipment `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	Transhipment       *CC007CTranshipment        `json:"transhipment,omitempty" ncts:"Transhipment 0..1"`
}

// CC007CEndorsement is Endorsement of CC007C.
type CC007CEndorsement struct {
	Date      transit.Date `json:"date,omitempty" ncts:"1 date"`
	Authority string       `json:"authority,omitempty" ncts:"1 text35"`
	Place     string       `json:"place,omitempty" ncts:"1 text35"`
	Country   string       `json:"country,omitempty" ncts:"1 country"`
}

// CC007CLocation is Location of CC007C.
type CC007CLocation struct {
	QualifierOfIdentification string          `json:"qualifierOfIdentification,omitempty" ncts:"1 letter"`
	UNLocode                  string          `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country                   string          `json:"country,omitempty" ncts:"1 country"`
	GNSS                      *GNSS           `json:"gnss,omitempty" ncts:"GNSS 0..1"`
	Address                   *CC007CAddress2 `json:"address,omitempty" ncts:"Address 0..1"`
}

// CC007CTransportEquipment is TransportEquipment of CC007C.
type CC007CTransportEquipment struct {
	SequenceNumber                int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string           `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii17"`
	NumberOfSeals                 *int             `json:"numberOfSeals,omitempty" ncts:"0..1 count9999"`
	Seals                         []Seal           `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []GoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// CC044CTransportEquipment is TransportEquipment of CC044C.
type CC044CTransportEquipment struct {
	SequenceNumber                int                    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string                 `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii17"`
	NumberOfSeals                 *int                   `json:"numberOfSeals,omitempty" ncts:"0..1 count9999"`
	Seals                         []CC044CSeal           `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []CC044CGoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// CC044CSeal is Seal of CC044C.
type CC044CSeal struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Identifier     string `json:"identifier,omitempty" ncts:"1 text20" ncts6:"0..1 text20"`
}

// CC044CGoodsReference is GoodsReference of CC044C.
type CC044CGoodsReference struct {
	SequenceNumber             int `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999" ncts6:"0..1 number1999"`
}

// CC007CTranshipment is Transhipment of CC007C.
type CC007CTranshipment struct {
	ContainerIndicator transit.Flag         `json:"containerIndicator,omitempty" ncts:"1 flag"`
	TransportMeans     CC007CTransportMeans `json:"transportMeans,omitzero" ncts:"TransportMeans 1"`
}

// CC007CTransportMeans is TransportMeans of CC007C.
type CC007CTransportMeans struct {
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"1 country"`
}

// CC043CHolder is HolderOfTheTransitProcedure of CC043C.
type CC043CHolder struct {
	IdentificationNumber          string  `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	TIRHolderIdentificationNumber string  `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 chars17"`
	Name                          string  `json:"name,omitempty" ncts:"1 chars70"`
	Address                       Address `json:"address,omitzero" ncts:"Address 1"`
}

// CC043CConsignor is Consignor of CC043C.
type CC043CConsignor struct {
	IdentificationNumber string   `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	Name                 string   `json:"name,omitempty" ncts:"0..1 chars70"`
	Address              *Address `json:"address,omitempty" ncts:"Address 0..1"`
}

// CC044CDepartureTransportMeans is DepartureTransportMeans of CC044C.
type CC044CDepartureTransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"0..1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"0..1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"0..1 country"`
}

// CC044CCountryOfRouting is CountryOfRoutingOfConsignment of CC044C.
type CC044CCountryOfRouting struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Country        string `json:"country,omitempty" ncts:"0..1 country"`
}

// CC043CPreviousDocument is PreviousDocument of CC043C.
type CC043CPreviousDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 chars70"`
	GoodsItemNumber         int    `json:"goodsItemNumber,omitempty" ncts:"0..1 number99999"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 chars35"`
}

// CC044CSupportingDocument is SupportingDocument of CC044C.
type CC044CSupportingDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"0..1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// CC043CSupportingDocument is SupportingDocument of CC043C.
type CC043CSupportingDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 chars70"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 chars35"`
}

// CC044CTransportDocument is TransportDocument of CC044C.
type CC044CTransportDocument struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"0..1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
}

// CC044CAdditionalReference is AdditionalReference of CC044C.
type CC044CAdditionalReference struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"0..1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
}

// CC044CHouseConsignment is HouseConsignment of CC044C.
type CC044CHouseConsignment struct {
	SequenceNumber          int                             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GrossMass               transit.Decimal                 `json:"grossMass,omitempty" ncts:"0..1 massOrZero"`
	ReferenceNumberUCR      string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-70" ncts5:"-"`
	DepartureTransportMeans []CC044CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	SupportingDocuments     []CC044CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []CC044CTransportDocument       `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []CC044CAdditionalReference     `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	ConsignmentItems        []CC044CConsignmentItem         `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 0..999"`
}

// CC025CHouseConsignment is HouseConsignment of CC025C.
type CC025CHouseConsignment struct {
	SequenceNumber   int                     `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ReleaseType      string                  `json:"releaseType,omitempty" ncts:"1 digit"`
	ConsignmentItems []CC025CConsignmentItem `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 0..999"`
}

// CC043CHouseConsignment is HouseConsignment of CC043C.
type CC043CHouseConsignment struct {
	SequenceNumber          int                             `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CountryOfDestination    string                          `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	GrossMass               transit.Decimal                 `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR      string                          `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-70" ncts5:"-"`
	ExportSecurity          string                          `json:"securityIndicatorFromExportDeclaration,omitempty" ncts:"0..1 digit"`
	Consignor               *CC043CConsignor                `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee               *Consignee                      `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	DepartureTransportMeans []CC029CDepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	PreviousDocuments       []PreviousDocument              `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments     []CC043CSupportingDocument      `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []TransportDocument             `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []AdditionalReference           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation   []AdditionalInformation         `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	ConsignmentItems        []CC043CConsignmentItem         `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 1..999"`
}

// CC044CConsignmentItem is ConsignmentItem of CC044C.
type CC044CConsignmentItem struct {
	GoodsItemNumber            int                         `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int                         `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	ReferenceNumberUCR         string                      `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-70" ncts5:"-"`
	Commodity                  *CC044CCommodity            `json:"commodity,omitempty" ncts:"Commodity 0..1"`
	Packaging                  []CC044CPackaging           `json:"packaging,omitempty" ncts:"Packaging 0..99"`
	SupportingDocuments        []CC044CSupportingDocument  `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []CC044CTransportDocument   `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences       []CC044CAdditionalReference `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
}

// CC025CConsignmentItem is ConsignmentItem of CC025C.
type CC025CConsignmentItem struct {
	GoodsItemNumber            int         `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int         `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	ReleaseType                string      `json:"releaseType,omitempty" ncts:"1 digit"`
	Commodity                  Commodity   `json:"commodity,omitzero" ncts:"Commodity 1"`
	Packaging                  []Packaging `json:"packaging,omitempty" ncts:"Packaging 1..99"`
}

// CC043CConsignmentItem is ConsignmentItem of CC043C.
type CC043CConsignmentItem struct {
	GoodsItemNumber            int                        `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int                        `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	DeclarationType            string                     `json:"declarationType,omitempty" ncts:"0..1 token1-5"`
	CountryOfDestination       string                     `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ReferenceNumberUCR         string                     `json:"referenceNumberUCR,omitempty" ncts:"0..1 ascii1-70" ncts5:"-"`
	Consignee                  *Consignee                 `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	Commodity                  Commodity                  `json:"commodity,omitzero" ncts:"Commodity 1"`
	Packaging                  []Packaging                `json:"packaging,omitempty" ncts:"Packaging 1..99"`
	PreviousDocuments          []CC043CPreviousDocument   `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments        []CC043CSupportingDocument `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []TransportDocument        `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences       []AdditionalReference      `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation      []AdditionalInformation    `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
}

// CC044CCommodity is Commodity of CC044C.
type CC044CCommodity struct {
	DescriptionOfGoods string               `json:"descriptionOfGoods,omitempty" ncts:"0..1 text512"`
	CusCode            string               `json:"cusCode,omitempty" ncts:"0..1 token9"`
	CommodityCode      *CC013CCommodityCode `json:"commodityCode,omitempty" ncts:"CommodityCode 0..1"`
	GoodsMeasure       *CC044CGoodsMeasure  `json:"goodsMeasure,omitempty" ncts:"GoodsMeasure 0..1"`
}

// CC044CGoodsMeasure is GoodsMeasure of CC044C.
type CC044CGoodsMeasure struct {
	GrossMass transit.Decimal `json:"grossMass,omitempty" ncts:"0..1 massOrZero"`
	NetMass   transit.Decimal `json:"netMass,omitempty" ncts:"0..1 mass"`
}

// CC044CPackaging is Packaging of CC044C.
type CC044CPackaging struct {
	SequenceNumber   int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfPackages   string `json:"typeOfPackages,omitempty" ncts:"0..1 token2"`
	NumberOfPackages *int   `json:"numberOfPackages,omitempty" ncts:"0..1 count99999999"`
	ShippingMarks    string `json:"shippingMarks,omitempty" ncts:"0..1 text512"`
}

// UnloadingRemark is UnloadingRemark of CC044C.
type UnloadingRemark struct {
	Conform             transit.Flag `json:"conform,omitempty" ncts:"1 flag"`
	UnloadingCompletion transit.Flag `json:"unloadingCompletion,omitempty" ncts:"1 flag"`
	UnloadingDate       transit.Date `json:"unloadingDate,omitempty" ncts:"1 date"`
	StateOfSeals        transit.Flag `json:"stateOfSeals,omitempty" ncts:"0..1 flag"`
	UnloadingRemark     string       `json:"unloadingRemark,omitempty" ncts:"0..1 text512"`
}

// CTLControl is CTLControl of CC043C.
type CTLControl struct {
	ContinueUnloading int `json:"continueUnloading,omitempty" ncts:"1 number9"`
}
