package transit

// The single transit document follows the declaration message CC015C (IE015) of
// NCTS phase 5, schema version 51.8.6, element by element. The struct tags are
// the only place where its structure is written down:
//
//	json     name of the field in the document (element name in lower camel case, lists in the plural)
//	ncts     for a group "Element occurs": name of the XML element ("-" for a group without an element of its own) and
//	         occurrences, min..max or 1; for a leaf "Element occurs type": the simple type is one of std_format.go, and
//	         the name ("@" before an attribute) is left out where it is that of the json tag; "+" before the name marks a
//	         group that CATS adds to the document and that no message has
//	ncts6    where phase 6 differs: its occurrences and simple type, or "-" where it has no such element; ncts5 likewise
//
// The order of the fields is the order of the elements in the message.
//
// Codes, numbers and texts are kept in the lexical form of the message: an
// absent element is the zero value, and no element of the schema may be empty.
// Lists are never empty but absent.

// STD is the single transit document: everything a declaration says.
type STD struct {
	Message          Message          `json:"message,omitzero" ncts:"- 1"`
	TransitOperation TransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	Authorisations   []Authorisation  `json:"authorisations,omitempty" ncts:"Authorisation 0..9"`

	DepartureOffice   CustomsOffice   `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	DestinationOffice CustomsOffice   `json:"customsOfficeOfDestinationDeclared,omitzero" ncts:"CustomsOfficeOfDestinationDeclared 1"`
	TransitOffices    []TransitOffice `json:"customsOfficesOfTransitDeclared,omitempty" ncts:"CustomsOfficeOfTransitDeclared 0..9"`
	ExitOffices       []ExitOffice    `json:"customsOfficesOfExitForTransit,omitempty" ncts:"CustomsOfficeOfExitForTransitDeclared 0..9"`

	Holder         Holder              `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative *Representative     `json:"representative,omitempty" ncts:"Representative 0..1"`
	Guarantees     []DeclaredGuarantee `json:"guarantees,omitempty" ncts:"Guarantee 1..9"`
	Consignment    Consignment         `json:"consignment,omitzero" ncts:"Consignment 1"`
}

// Message is the message header: who sent the declaration to whom, when, under which identification.
type Message struct {
	PhaseID                string   `json:"phaseID,omitempty" ncts:"@PhaseID 0..1 phase"`
	Sender                 string   `json:"messageSender,omitempty" ncts:"1 token1-35"`
	Recipient              string   `json:"messageRecipient,omitempty" ncts:"1 token1-35"`
	PreparationDateAndTime DateTime `json:"preparationDateAndTime,omitempty" ncts:"1 dateTime"`
	Identification         string   `json:"messageIdentification,omitempty" ncts:"1 token1-35"`
	Type                   string   `json:"messageType,omitempty" ncts:"1 messageType"`
	CorrelationIdentifier  string   `json:"correlationIdentifier,omitempty" ncts:"0..1 token1-35"`
}

// TransitOperation is the operation declared: reference, type of declaration, security, limit date.
type TransitOperation struct {
	LRN                           string   `json:"lrn,omitempty" ncts:"LRN 1 text22"`
	DeclarationType               string   `json:"declarationType,omitempty" ncts:"1 token1-5"`
	AdditionalDeclarationType     string   `json:"additionalDeclarationType,omitempty" ncts:"1 letter"`
	TIRCarnetNumber               string   `json:"tirCarnetNumber,omitempty" ncts:"TIRCarnetNumber 0..1 tirCarnet"`
	PresentationOfTheGoods        DateTime `json:"presentationOfTheGoodsDateAndTime,omitempty" ncts:"0..1 dateTime"`
	Security                      string   `json:"security,omitempty" ncts:"1 digit"`
	ReducedDatasetIndicator       Flag     `json:"reducedDatasetIndicator,omitempty" ncts:"1 flag"`
	SpecificCircumstanceIndicator string   `json:"specificCircumstanceIndicator,omitempty" ncts:"0..1 token3"`
	CommunicationLanguage         string   `json:"communicationLanguageAtDeparture,omitempty" ncts:"0..1 language"`
	BindingItinerary              Flag     `json:"bindingItinerary,omitempty" ncts:"1 flag"`
	LimitDate                     Date     `json:"limitDate,omitempty" ncts:"0..1 date"`
}

// Authorisation is an authorisation the declaration relies on.
type Authorisation struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token1-4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 text35"`
}

// CustomsOffice names a customs office by its reference: country code and six characters.
type CustomsOffice struct {
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 office"`
}

// TransitOffice is a declared office of transit: the office of entry of a customs territory.
type TransitOffice struct {
	SequenceNumber              int      `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ReferenceNumber             string   `json:"referenceNumber,omitempty" ncts:"1 office"`
	ArrivalDateAndTimeEstimated DateTime `json:"arrivalDateAndTimeEstimated,omitempty" ncts:"0..1 dateTime"`
}

// ExitOffice is a declared office of exit for transit.
type ExitOffice struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 office"`
}

// Holder is the holder of the transit procedure.
type Holder struct {
	IdentificationNumber    string         `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	TIRHolderIdentification string         `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 text17"`
	Name                    string         `json:"name,omitempty" ncts:"0..1 text70"`
	Address                 *Address       `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson           *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// Representative acts for the holder of the procedure.
type Representative struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"1 text17"`
	Status               string         `json:"status,omitempty" ncts:"1 digit"`
	ContactPerson        *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// Party is a consignor.
type Party struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	Name                 string         `json:"name,omitempty" ncts:"0..1 text70"`
	Address              *Address       `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson        *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// Consignee is a consignee; the message has no contact person for it.
type Consignee struct {
	IdentificationNumber string   `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	Name                 string   `json:"name,omitempty" ncts:"0..1 text70"`
	Address              *Address `json:"address,omitempty" ncts:"Address 0..1"`
}

// Carrier is who carries the goods.
type Carrier struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"1 operator"`
	ContactPerson        *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// SupplyChainActor is a further participant of the supply chain and its role.
type SupplyChainActor struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Role                 string `json:"role,omitempty" ncts:"1 role"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 operator"`
}

// Address is a postal address.
type Address struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 text70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 text35"`
	Country         string `json:"country,omitempty" ncts:"1 country"`
}

// PostcodeAddress is an address told by postcode and house number alone.
type PostcodeAddress struct {
	HouseNumber string `json:"houseNumber,omitempty" ncts:"0..1 text17"`
	Postcode    string `json:"postcode,omitempty" ncts:"1 text17"`
	Country     string `json:"country,omitempty" ncts:"1 country"`
}

// ContactPerson is whom to call.
type ContactPerson struct {
	Name         string `json:"name,omitempty" ncts:"1 text70"`
	PhoneNumber  string `json:"phoneNumber,omitempty" ncts:"1 token1-35"`
	EMailAddress string `json:"eMailAddress,omitempty" ncts:"0..1 eMail"`
}

// DeclaredGuarantee is one guarantee type with the references that cover the operation.
type DeclaredGuarantee struct {
	SequenceNumber          int                 `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GuaranteeType           string              `json:"guaranteeType,omitempty" ncts:"1 guaranteeType"`
	OtherGuaranteeReference string              `json:"otherGuaranteeReference,omitempty" ncts:"0..1 text35"`
	GuaranteeReferences     []DeclaredReference `json:"guaranteeReferences,omitempty" ncts:"GuaranteeReference 0..99"`
}

// DeclaredReference is one guarantee used: GRN, access code and the amount it is to cover.
type DeclaredReference struct {
	SequenceNumber    int     `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GRN               string  `json:"grn,omitempty" ncts:"GRN 0..1 grn"`
	AccessCode        string  `json:"accessCode,omitempty" ncts:"0..1 text=4"`
	AmountToBeCovered Decimal `json:"amountToBeCovered,omitempty" ncts:"0..1 amount" ncts6:"1 amount"`
	Currency          string  `json:"currency,omitempty" ncts:"0..1 currency" ncts6:"1 currency"`
}

// Consignment is the whole consignment under one transport contract.
type Consignment struct {
	CountryOfDispatch          string               `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination       string               `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ContainerIndicator         Flag                 `json:"containerIndicator,omitempty" ncts:"0..1 flag"`
	InlandModeOfTransport      string               `json:"inlandModeOfTransport,omitempty" ncts:"0..1 digit"`
	ModeOfTransportAtTheBorder string               `json:"modeOfTransportAtTheBorder,omitempty" ncts:"0..1 digit"`
	GrossMass                  Decimal              `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR         string               `json:"referenceNumberUCR,omitempty" ncts:"0..1 ucr"`
	Carrier                    *Carrier             `json:"carrier,omitempty" ncts:"Carrier 0..1"`
	Consignor                  *Party               `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee                  *Consignee           `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	SupplyChainActors          []SupplyChainActor   `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	TransportEquipment         []TransportEquipment `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	LocationOfGoods            *LocationOfGoods     `json:"locationOfGoods,omitempty" ncts:"LocationOfGoods 0..1"`
	DepartureTransportMeans    []TransportMeans     `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`

	CountriesOfRouting         []CountryOfRouting     `json:"countriesOfRouting,omitempty" ncts:"CountryOfRoutingOfConsignment 0..99"`
	ActiveBorderTransportMeans []BorderTransportMeans `json:"activeBorderTransportMeans,omitempty" ncts:"ActiveBorderTransportMeans 0..9"`

	PlaceOfLoading        *Place                  `json:"placeOfLoading,omitempty" ncts:"PlaceOfLoading 0..1"`
	PlaceOfUnloading      *Place                  `json:"placeOfUnloading,omitempty" ncts:"PlaceOfUnloading 0..1"`
	PreviousDocuments     []PreviousDocument      `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..9999"`
	SupportingDocuments   []SupportingDocument    `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments    []TransportDocument     `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences  []AdditionalReference   `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation []AdditionalInformation `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges      *TransportCharges       `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1"`
	HouseConsignments     []HouseConsignment      `json:"houseConsignments,omitempty" ncts:"HouseConsignment 1..1999"`
}

// TransportEquipment is a container or other equipment with its seals and the goods items it holds.
type TransportEquipment struct {
	SequenceNumber                int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string           `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii17"`
	NumberOfSeals                 *int             `json:"numberOfSeals,omitempty" ncts:"1 count9999"`
	Seals                         []Seal           `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []GoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// Seal is one customs seal.
type Seal struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Identifier     string `json:"identifier,omitempty" ncts:"1 text20"`
}

// GoodsReference points from equipment to a goods item of the declaration.
type GoodsReference struct {
	SequenceNumber             int `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
}

// LocationOfGoods says where the goods can be examined.
type LocationOfGoods struct {
	TypeOfLocation            string            `json:"typeOfLocation,omitempty" ncts:"1 letter"`
	QualifierOfIdentification string            `json:"qualifierOfIdentification,omitempty" ncts:"1 letter"`
	AuthorisationNumber       string            `json:"authorisationNumber,omitempty" ncts:"0..1 text35"`
	AdditionalIdentifier      string            `json:"additionalIdentifier,omitempty" ncts:"0..1 text4"`
	UNLocode                  string            `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	CustomsOffice             *CustomsOffice    `json:"customsOffice,omitempty" ncts:"CustomsOffice 0..1"`
	GNSS                      *GNSS             `json:"gnss,omitempty" ncts:"GNSS 0..1"`
	EconomicOperator          *EconomicOperator `json:"economicOperator,omitempty" ncts:"EconomicOperator 0..1"`
	Address                   *Address          `json:"address,omitempty" ncts:"Address 0..1"`
	PostcodeAddress           *PostcodeAddress  `json:"postcodeAddress,omitempty" ncts:"PostcodeAddress 0..1"`
	ContactPerson             *ContactPerson    `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// GNSS is a position in degrees (WGS 84).
type GNSS struct {
	Latitude  string `json:"latitude,omitempty" ncts:"1 latitude"`
	Longitude string `json:"longitude,omitempty" ncts:"1 longitude"`
}

// EconomicOperator is the operator on whose premises the goods are.
type EconomicOperator struct {
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text17"`
}

// TransportMeans is a means of transport at departure.
type TransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"0..1 digits2" ncts6:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"0..1 text35" ncts6:"1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"0..1 country" ncts6:"1 country"`
}

// HouseTransportMeans is a means of transport at departure of one house consignment; everything is told there.
type HouseTransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"1 country"`
}

// CountryOfRouting is one country the consignment is routed through.
type CountryOfRouting struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Country        string `json:"country,omitempty" ncts:"1 country"`
}

// BorderTransportMeans is the means of transport crossing the border.
type BorderTransportMeans struct {
	SequenceNumber            int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CustomsOfficeAtBorder     string `json:"customsOfficeAtBorderReferenceNumber,omitempty" ncts:"0..1 token8" ncts6:"1 token8"`
	TypeOfIdentification      string `json:"typeOfIdentification,omitempty" ncts:"0..1 digits2" ncts6:"1 digits2"`
	IdentificationNumber      string `json:"identificationNumber,omitempty" ncts:"0..1 text35" ncts6:"1 text35"`
	Nationality               string `json:"nationality,omitempty" ncts:"0..1 country" ncts6:"1 country"`
	ConveyanceReferenceNumber string `json:"conveyanceReferenceNumber,omitempty" ncts:"0..1 ascii17"`
}

// Place is a place of loading or unloading.
type Place struct {
	UNLocode string `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country  string `json:"country,omitempty" ncts:"0..1 country"`
	Location string `json:"location,omitempty" ncts:"0..1 text35"`
}

// PreviousDocument is the procedure the goods come from.
type PreviousDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 text70"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// ItemPreviousDocument is the previous document of one goods item, with the quantity written off from it.
type ItemPreviousDocument struct {
	SequenceNumber              int     `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                        string  `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber             string  `json:"referenceNumber,omitempty" ncts:"1 text70"`
	GoodsItemNumber             int     `json:"goodsItemNumber,omitempty" ncts:"0..1 number99999"`
	TypeOfPackages              string  `json:"typeOfPackages,omitempty" ncts:"0..1 token2"`
	NumberOfPackages            int     `json:"numberOfPackages,omitempty" ncts:"0..1 number99999999"`
	MeasurementUnitAndQualifier string  `json:"measurementUnitAndQualifier,omitempty" ncts:"0..1 token1-4"`
	Quantity                    Decimal `json:"quantity,omitempty" ncts:"0..1 mass"`
	ComplementOfInformation     string  `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// SupportingDocument is an invoice, certificate or licence.
type SupportingDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 text70"`
	DocumentLineItemNumber  int    `json:"documentLineItemNumber,omitempty" ncts:"0..1 number99999"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// TransportDocument is a waybill, CMR note, bill of lading or TIR carnet.
type TransportDocument struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 text70"`
}

// AdditionalReference is a further reference by type.
type AdditionalReference struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
}

// AdditionalInformation is a coded statement with an optional text.
type AdditionalInformation struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Code           string `json:"code,omitempty" ncts:"1 token5"`
	Text           string `json:"text,omitempty" ncts:"0..1 text512"`
}

// TransportCharges says how the carriage is paid.
type TransportCharges struct {
	MethodOfPayment string `json:"methodOfPayment,omitempty" ncts:"1 capital"`
}

// HouseConsignment is the part of the consignment under one house transport contract.
type HouseConsignment struct {
	SequenceNumber          int                     `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CountryOfDispatch       string                  `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination    string                  `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	GrossMass               Decimal                 `json:"grossMass,omitempty" ncts:"1 mass"`
	ReferenceNumberUCR      string                  `json:"referenceNumberUCR,omitempty" ncts:"0..1 ucr"`
	Consignor               *Party                  `json:"consignor,omitempty" ncts:"Consignor 0..1"`
	Consignee               *Consignee              `json:"consignee,omitempty" ncts:"Consignee 0..1"`
	SupplyChainActors       []SupplyChainActor      `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	DepartureTransportMeans []HouseTransportMeans   `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	PreviousDocuments       []PreviousDocument      `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments     []SupportingDocument    `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []TransportDocument     `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []AdditionalReference   `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation   []AdditionalInformation `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges        *TransportCharges       `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1"`
	ConsignmentItems        []ConsignmentItem       `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 1..999"`
}

// ConsignmentItem is one goods item. Consignee, transport documents and charges of an item exist in phase 5 only.
type ConsignmentItem struct {
	GoodsItemNumber            int                     `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int                     `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	DeclarationType            string                  `json:"declarationType,omitempty" ncts:"0..1 token1-5"`
	CountryOfDispatch          string                  `json:"countryOfDispatch,omitempty" ncts:"0..1 country"`
	CountryOfDestination       string                  `json:"countryOfDestination,omitempty" ncts:"0..1 country"`
	ReferenceNumberUCR         string                  `json:"referenceNumberUCR,omitempty" ncts:"0..1 ucr"`
	Consignee                  *Consignee              `json:"consignee,omitempty" ncts:"Consignee 0..1" ncts6:"-"`
	SupplyChainActors          []SupplyChainActor      `json:"additionalSupplyChainActors,omitempty" ncts:"AdditionalSupplyChainActor 0..99"`
	Commodity                  Commodity               `json:"commodity,omitzero" ncts:"Commodity 1"`
	Packaging                  []Packaging             `json:"packaging,omitempty" ncts:"Packaging 1..99"`
	PreviousDocuments          []ItemPreviousDocument  `json:"previousDocuments,omitempty" ncts:"PreviousDocument 0..99"`
	SupportingDocuments        []SupportingDocument    `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []TransportDocument     `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99" ncts6:"-"`
	AdditionalReferences       []AdditionalReference   `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	AdditionalInformation      []AdditionalInformation `json:"additionalInformation,omitempty" ncts:"AdditionalInformation 0..99"`
	TransportCharges           *TransportCharges       `json:"transportCharges,omitempty" ncts:"TransportCharges 0..1" ncts6:"-"`
	CustomsValue               *CustomsValue           `json:"customsValue,omitempty" ncts:"+CustomsValue 0..1"`
}

// Commodity says what the goods are.
type Commodity struct {
	DescriptionOfGoods string           `json:"descriptionOfGoods,omitempty" ncts:"1 text512"`
	CusCode            string           `json:"cusCode,omitempty" ncts:"0..1 token9"`
	CommodityCode      *CommodityCode   `json:"commodityCode,omitempty" ncts:"CommodityCode 0..1"`
	DangerousGoods     []DangerousGoods `json:"dangerousGoods,omitempty" ncts:"DangerousGoods 0..99"`
	GoodsMeasure       *GoodsMeasure    `json:"goodsMeasure,omitempty" ncts:"GoodsMeasure 0..1" ncts6:"1"`
}

// CommodityCode is the code of the Harmonised System, with two further digits of the nomenclature.
type CommodityCode struct {
	HarmonizedSystemSubHeadingCode string `json:"harmonizedSystemSubHeadingCode,omitempty" ncts:"1 token6"`
	CombinedNomenclatureCode       string `json:"combinedNomenclatureCode,omitempty" ncts:"0..1 text=2"`
}

// DangerousGoods is a UN number of the dangerous goods regulations.
type DangerousGoods struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	UNNumber       string `json:"unNumber,omitempty" ncts:"UNNumber 1 token4"`
}

// GoodsMeasure is the quantity of a goods item; masses in kilograms.
type GoodsMeasure struct {
	GrossMass          Decimal `json:"grossMass,omitempty" ncts:"0..1 massOrZero" ncts6:"1 massOrZero"`
	NetMass            Decimal `json:"netMass,omitempty" ncts:"0..1 mass"`
	SupplementaryUnits Decimal `json:"supplementaryUnits,omitempty" ncts:"0..1 mass"`
}

// Packaging is one kind of packages; the number is absent for bulk.
type Packaging struct {
	SequenceNumber   int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfPackages   string `json:"typeOfPackages,omitempty" ncts:"1 token2"`
	NumberOfPackages *int   `json:"numberOfPackages,omitempty" ncts:"0..1 count99999999"`
	ShippingMarks    string `json:"shippingMarks,omitempty" ncts:"0..1 text512"`
}
