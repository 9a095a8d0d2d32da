package ncts

import "carec.example/cats/chaincode/transit"

// TransitOperation is TransitOperation of CC035C, CC055C.
type TransitOperation struct {
	MRN                       string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	DeclarationAcceptanceDate transit.Date `json:"declarationAcceptanceDate,omitempty" ncts:"1 date"`
}

// Authorisation is Authorisation of CC007C, CC013C.
type Authorisation struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token1-4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 text35"`
}

// CustomsOffice names a customs office by its reference number.
type CustomsOffice struct {
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 office"`
}

// LocationOfGoods is LocationOfGoods of CC007C, CC013C, CC170C.
type LocationOfGoods struct {
	TypeOfLocation            string            `json:"typeOfLocation,omitempty" ncts:"1 letter"`
	QualifierOfIdentification string            `json:"qualifierOfIdentification,omitempty" ncts:"1 letter"`
	AuthorisationNumber       string            `json:"authorisationNumber,omitempty" ncts:"0..1 text35"`
	AdditionalIdentifier      string            `json:"additionalIdentifier,omitempty" ncts:"0..1 text4"`
	UNLocode                  string            `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	CustomsOffice             *CustomsOffice    `json:"customsOffice,omitempty" ncts:"CustomsOffice 0..1"`
	GNSS                      *GNSS             `json:"gnss,omitempty" ncts:"GNSS 0..1"`
	EconomicOperator          *EconomicOperator `json:"economicOperator,omitempty" ncts:"EconomicOperator 0..1"`
	Address                   *CC007CAddress    `json:"address,omitempty" ncts:"Address 0..1"`
	PostcodeAddress           *PostcodeAddress  `json:"postcodeAddress,omitempty" ncts:"PostcodeAddress 0..1"`
	ContactPerson             *ContactPerson    `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// GNSS is GNSS of CC007C, CC013C, CC170C, CC029C, CC043C, CC182C.
type GNSS struct {
	Latitude  string `json:"latitude,omitempty" ncts:"1 latitude"`
	Longitude string `json:"longitude,omitempty" ncts:"1 longitude"`
}

// EconomicOperator is EconomicOperator of CC007C, CC013C, CC170C.
type EconomicOperator struct {
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text17"`
}

// CC007CAddress is Address of CC007C, CC013C, CC170C, CC054C, CC141C.
type CC007CAddress struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 text70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 text35"`
	Country         string `json:"country,omitempty" ncts:"1 country"`
}

// Address is Address of CC014C, CC004C, CC009C, CC019C, CC022C, CC028C and others.
type Address struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 chars70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 chars17" ncts6:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 chars35"`
	Country         string `json:"country,omitempty" ncts:"1 country"`
}

// CC029CAddress is Address of CC029C, CC140C.
type CC029CAddress struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 chars70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 chars17"`
	City            string `json:"city,omitempty" ncts:"1 chars35"`
	Country         string `json:"country,omitempty" ncts:"1 country"`
}

// CC043CAddress is Address of CC043C, CC182C.
type CC043CAddress struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 chars70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 chars17" ncts6:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 chars35"`
}

// PostcodeAddress is PostcodeAddress of CC007C, CC013C, CC170C.
type PostcodeAddress struct {
	HouseNumber string `json:"houseNumber,omitempty" ncts:"0..1 text17"`
	Postcode    string `json:"postcode,omitempty" ncts:"1 text17"`
	Country     string `json:"country,omitempty" ncts:"1 country"`
}

// ContactPerson is ContactPerson of CC007C, CC013C, CC170C.
type ContactPerson struct {
	Name         string `json:"name,omitempty" ncts:"1 text70"`
	PhoneNumber  string `json:"phoneNumber,omitempty" ncts:"1 token1-35"`
	EMailAddress string `json:"eMailAddress,omitempty" ncts:"0..1 eMail"`
}

// CC029CContactPerson is ContactPerson of CC029C, CC051C.
type CC029CContactPerson struct {
	Name         string `json:"name,omitempty" ncts:"1 chars70"`
	PhoneNumber  string `json:"phoneNumber,omitempty" ncts:"1 chars35"`
	EMailAddress string `json:"eMailAddress,omitempty" ncts:"0..1 eMailAny"`
}

// Incident is Incident of CC043C, CC182C.
type Incident struct {
	SequenceNumber     int                        `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Code               string                     `json:"code,omitempty" ncts:"1 digit"`
	Text               string                     `json:"text,omitempty" ncts:"1 chars512"`
	Endorsement        *Endorsement               `json:"endorsement,omitempty" ncts:"Endorsement 0..1"`
	Location           Location                   `json:"location,omitzero" ncts:"Location 1"`
	TransportEquipment []CC043CTransportEquipment `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	Transhipment       *Transhipment              `json:"transhipment,omitempty" ncts:"Transhipment 0..1"`
}

// Endorsement is Endorsement of CC043C, CC182C.
type Endorsement struct {
	Date      transit.Date `json:"date,omitempty" ncts:"1 date"`
	Authority string       `json:"authority,omitempty" ncts:"1 chars35"`
	Place     string       `json:"place,omitempty" ncts:"1 chars35"`
	Country   string       `json:"country,omitempty" ncts:"1 country"`
}

// Location is Location of CC043C, CC182C.
type Location struct {
	QualifierOfIdentification string         `json:"qualifierOfIdentification,omitempty" ncts:"1 letter"`
	UNLocode                  string         `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country                   string         `json:"country,omitempty" ncts:"1 country"`
	GNSS                      *GNSS          `json:"gnss,omitempty" ncts:"GNSS 0..1"`
	Address                   *CC043CAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// TransportEquipment is TransportEquipment of CC013C, CC170C.
type TransportEquipment struct {
	SequenceNumber                int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string           `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii17"`
	NumberOfSeals                 *int             `json:"numberOfSeals,omitempty" ncts:"1 count9999"`
	Seals                         []Seal           `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []GoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// CC029CTransportEquipment is TransportEquipment of CC029C, CC043C.
type CC029CTransportEquipment struct {
	SequenceNumber                int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string           `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii1-17"`
	NumberOfSeals                 *int             `json:"numberOfSeals,omitempty" ncts:"1 count9999"`
	Seals                         []CC029CSeal     `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []GoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// CC043CTransportEquipment is TransportEquipment of CC043C, CC182C.
type CC043CTransportEquipment struct {
	SequenceNumber                int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string           `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii1-17"`
	NumberOfSeals                 *int             `json:"numberOfSeals,omitempty" ncts:"0..1 count9999"`
	Seals                         []CC029CSeal     `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []GoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// Seal is Seal of CC007C, CC013C, CC170C.
type Seal struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Identifier     string `json:"identifier,omitempty" ncts:"1 text20"`
}

// CC029CSeal is Seal of CC029C, CC043C, CC182C.
type CC029CSeal struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Identifier     string `json:"identifier,omitempty" ncts:"1 chars20"`
}

// GoodsReference is GoodsReference of CC007C, CC013C, CC170C, CC029C, CC043C, CC182C.
type GoodsReference struct {
	SequenceNumber             int `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
}

// Transhipment is Transhipment of CC043C, CC182C.
type Transhipment struct {
	ContainerIndicator transit.Flag   `json:"containerIndicator,omitempty" ncts:"1 flag"`
	TransportMeans     TransportMeans `json:"transportMeans,omitzero" ncts:"TransportMeans 1"`
}

// TransportMeans is TransportMeans of CC043C, CC182C.
type TransportMeans struct {
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 chars35"`
	Nationality          string `json:"nationality,omitempty" ncts:"1 country"`
}

// TransitOffice is CustomsOfficeOfTransitDeclared of CC013C, CC029C.
type TransitOffice struct {
	SequenceNumber              int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ReferenceNumber             string           `json:"referenceNumber,omitempty" ncts:"1 office"`
	ArrivalDateAndTimeEstimated transit.DateTime `json:"arrivalDateAndTimeEstimated,omitempty" ncts:"0..1 dateTime"`
}

// ExitOffice is CustomsOfficeOfExitForTransitDeclared of CC013C, CC029C.
type ExitOffice struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 office"`
}

// CC170CHolder is HolderOfTheTransitProcedure of CC170C, CC054C, CC141C.
type CC170CHolder struct {
	IdentificationNumber          string         `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	TIRHolderIdentificationNumber string         `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 text17"`
	Name                          string         `json:"name,omitempty" ncts:"0..1 text70"`
	Address                       *CC007CAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// Holder is HolderOfTheTransitProcedure of CC004C, CC019C, CC022C, CC028C, CC035C, CC045C and others.
type Holder struct {
	IdentificationNumber          string   `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	TIRHolderIdentificationNumber string   `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 chars17"`
	Name                          string   `json:"name,omitempty" ncts:"0..1 chars70"`
	Address                       *Address `json:"address,omitempty" ncts:"Address 0..1"`
}

// Representative is Representative of CC013C, CC170C.
type Representative struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"1 text17"`
	Status               string         `json:"status,omitempty" ncts:"1 digit"`
	ContactPerson        *ContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// Consignee is Consignee of CC029C, CC043C.
type Consignee struct {
	IdentificationNumber string   `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	Name                 string   `json:"name,omitempty" ncts:"0..1 chars70"`
	Address              *Address `json:"address,omitempty" ncts:"Address 0..1"`
}

// SupplyChainActor is AdditionalSupplyChainActor of CC013C, CC029C.
type SupplyChainActor struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Role                 string `json:"role,omitempty" ncts:"1 role"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 operator"`
}

// DepartureTransportMeans is DepartureTransportMeans of CC013C, CC170C.
type DepartureTransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"1 country"`
}

// CC029CDepartureTransportMeans is DepartureTransportMeans of CC029C, CC043C.
type CC029CDepartureTransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 chars35"`
	Nationality          string `json:"nationality,omitempty" ncts:"1 country"`
}

// CountryOfRouting is CountryOfRoutingOfConsignment of CC013C, CC029C, CC043C.
type CountryOfRouting struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Country        string `json:"country,omitempty" ncts:"1 country"`
}

// PlaceOfLoading is PlaceOfLoading of CC013C, CC170C.
type PlaceOfLoading struct {
	UNLocode string `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country  string `json:"country,omitempty" ncts:"0..1 country"`
	Location string `json:"location,omitempty" ncts:"0..1 text35"`
}

// PreviousDocument is PreviousDocument of CC029C, CC043C.
type PreviousDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"1 chars70"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 chars35"`
}

// TransportDocument is TransportDocument of CC029C, CC043C.
type TransportDocument struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"1 chars70"`
}

// AdditionalReference is AdditionalReference of CC029C, CC043C.
type AdditionalReference struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"0..1 chars70"`
}

// AdditionalInformation is AdditionalInformation of CC029C, CC043C.
type AdditionalInformation struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Code           string `json:"code,omitempty" ncts:"1 token5"`
	Text           string `json:"text,omitempty" ncts:"0..1 chars512"`
}

// TransportCharges is TransportCharges of CC013C, CC029C.
type TransportCharges struct {
	MethodOfPayment string `json:"methodOfPayment,omitempty" ncts:"1 capital"`
}

// Commodity is Commodity of CC025C, CC029C, CC043C.
type Commodity struct {
	DescriptionOfGoods string           `json:"descriptionOfGoods,omitempty" ncts:"1 chars512"`
	CusCode            string           `json:"cusCode,omitempty" ncts:"0..1 token9"`
	CommodityCode      *CommodityCode   `json:"commodityCode,omitempty" ncts:"CommodityCode 0..1"`
	DangerousGoods     []DangerousGoods `json:"dangerousGoods,omitempty" ncts:"DangerousGoods 0..99"`
	GoodsMeasure       *GoodsMeasure    `json:"goodsMeasure,omitempty" ncts:"GoodsMeasure 0..1" ncts6:"1"`
}

// CC013CCommodityCode is CommodityCode of CC013C, CC044C.
type CC013CCommodityCode struct {
	HarmonizedSystemSubHeadingCode string `json:"harmonizedSystemSubHeadingCode,omitempty" ncts:"1 token6"`
	CombinedNomenclatureCode       string `json:"combinedNomenclatureCode,omitempty" ncts:"0..1 text=2"`
}

// CommodityCode is CommodityCode of CC025C, CC029C, CC043C.
type CommodityCode struct {
	HarmonizedSystemSubHeadingCode string `json:"harmonizedSystemSubHeadingCode,omitempty" ncts:"1 token6"`
	CombinedNomenclatureCode       string `json:"combinedNomenclatureCode,omitempty" ncts:"0..1 chars=2"`
}

// DangerousGoods is DangerousGoods of CC013C, CC025C, CC029C, CC043C.
type DangerousGoods struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	UNNumber       string `json:"unNumber,omitempty" ncts:"UNNumber 1 token4"`
}

// GoodsMeasure is GoodsMeasure of CC025C, CC029C, CC043C.
type GoodsMeasure struct {
	GrossMass transit.Decimal `json:"grossMass,omitempty" ncts:"1 massOrZero"`
	NetMass   transit.Decimal `json:"netMass,omitempty" ncts:"0..1 mass"`
}

// Packaging is Packaging of CC025C, CC029C, CC043C.
type Packaging struct {
	SequenceNumber   int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfPackages   string `json:"typeOfPackages,omitempty" ncts:"1 token2"`
	NumberOfPackages *int   `json:"numberOfPackages,omitempty" ncts:"0..1 count99999999"`
	ShippingMarks    string `json:"shippingMarks,omitempty" ncts:"0..1 chars512"`
}

// FunctionalError is FunctionalError of CC056C, CC057C, CC906C.
type FunctionalError struct {
	ErrorPointer           string `json:"errorPointer,omitempty" ncts:"1 chars512"`
	ErrorCode              string `json:"errorCode,omitempty" ncts:"1 errorCode"`
	ErrorReason            string `json:"errorReason,omitempty" ncts:"1 chars7"`
	OriginalAttributeValue string `json:"originalAttributeValue,omitempty" ncts:"0..1 chars512"`
}
