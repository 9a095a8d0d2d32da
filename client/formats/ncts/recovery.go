package ncts

import "carec.example/cats/chaincode/transit"

// CC141C is the information about a non-arrived movement (IE141).
type CC141C struct {
	Message           transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation  CC141CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DestinationOffice *CustomsOffice         `json:"customsOfficeOfDestinationActual,omitempty" ncts:"CustomsOfficeOfDestinationActual 0..1"`
	EnquiryOffice     CustomsOffice          `json:"customsOfficeOfEnquiryAtDeparture,omitzero" ncts:"CustomsOfficeOfEnquiryAtDeparture 1"`
	Holder            CC170CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Enquiry           *Enquiry               `json:"enquiry,omitempty" ncts:"Enquiry 0..1"`
	Consignment       *CC141CConsignment     `json:"consignment,omitempty" ncts:"Consignment 0..1"`
}

// CC019C is the notification of discrepancies (IE019).
type CC019C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC019CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Guarantor        *Guarantor             `json:"guarantor,omitempty" ncts:"Guarantor 0..1"`
}

// CC035C is the recovery notification (IE035).
type CC035C struct {
	Message              transit.Message      `json:"message,omitzero" ncts:"- 1"`
	TransitOperation     TransitOperation     `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	RecoveryNotification RecoveryNotification `json:"recoveryNotification,omitzero" ncts:"RecoveryNotification 1"`
	DepartureOffice      CustomsOffice        `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	RecoveryOffice       CustomsOffice        `json:"customsOfficeOfRecoveryAtDeparture,omitzero" ncts:"CustomsOfficeOfRecoveryAtDeparture 1"`
	Holder               Holder               `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Guarantor            *Guarantor           `json:"guarantor,omitempty" ncts:"Guarantor 0..1"`
}

// CC045C is the write-off notification (IE045).
type CC045C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC045CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Guarantor        *Guarantor             `json:"guarantor,omitempty" ncts:"Guarantor 0..1"`
}

// CC140C is the request on a non-arrived movement (IE140).
type CC140C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC140CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	EnquiryOffice    CustomsOffice          `json:"customsOfficeOfEnquiryAtDeparture,omitzero" ncts:"CustomsOfficeOfEnquiryAtDeparture 1"`
	Holder           CC140CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC182C is the forwarded incident notification (IE182).
type CC182C struct {
	Message            transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation   CC182CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice    CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	RegistrationOffice CustomsOffice          `json:"customsOfficeOfIncidentRegistration,omitzero" ncts:"CustomsOfficeOfIncidentRegistration 1"`
	Consignment        CC182CConsignment      `json:"consignment,omitzero" ncts:"Consignment 1"`
}

// CC906C is the functional nack (IE906).
type CC906C struct {
	Message          transit.Message   `json:"message,omitzero" ncts:"- 1"`
	Header           Header            `json:"header,omitzero" ncts:"Header 1"`
	FunctionalErrors []FunctionalError `json:"functionalErrors,omitempty" ncts:"FunctionalError 1..9999"`
}

// CC141CTransitOperation is TransitOperation of CC141C.
type CC141CTransitOperation struct {
	MRN string `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
}

// CC019CTransitOperation is TransitOperation of CC019C.
type CC019CTransitOperation struct {
	MRN                           string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	DiscrepanciesNotificationDate transit.Date `json:"discrepanciesNotificationDate,omitempty" ncts:"1 date"`
	DiscrepanciesNotificationText string       `json:"discrepanciesNotificationText,omitempty" ncts:"0..1 chars512"`
}

// CC045CTransitOperation is TransitOperation of CC045C.
type CC045CTransitOperation struct {
	MRN          string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	WriteOffDate transit.Date `json:"writeOffDate,omitempty" ncts:"1 date"`
}

// CC140CTransitOperation is TransitOperation of CC140C.
type CC140CTransitOperation struct {
	MRN                             string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	RequestOnNonArrivedMovementDate transit.Date `json:"requestOnNonArrivedMovementDate,omitempty" ncts:"1 date"`
	LimitForResponseDate            transit.Date `json:"limitForResponseDate,omitempty" ncts:"1 date"`
}

// CC182CTransitOperation is TransitOperation of CC182C.
type CC182CTransitOperation struct {
	MRN                             string           `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	IncidentNotificationDateAndTime transit.DateTime `json:"incidentNotificationDateAndTime,omitempty" ncts:"1 dateTime"`
}

// CC141CConsignment is Consignment of CC141C.
type CC141CConsignment struct {
	ConsigneeActual ConsigneeActual `json:"consigneeActual,omitzero" ncts:"ConsigneeActual 1"`
}

// CC182CConsignment is Consignment of CC182C.
type CC182CConsignment struct {
	Incidents []Incident `json:"incidents,omitempty" ncts:"Incident 1..9"`
}

// CC019CAddress is Address of CC019C, CC035C, CC045C.
type CC019CAddress struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 chars70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 chars17" ncts6:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 chars35"`
	Country         string `json:"country,omitempty" ncts:"1 officeCountry"`
}

// CC140CHolder is HolderOfTheTransitProcedure of CC140C.
type CC140CHolder struct {
	IdentificationNumber          string         `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	TIRHolderIdentificationNumber string         `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 chars17"`
	Name                          string         `json:"name,omitempty" ncts:"0..1 chars70"`
	Address                       *CC029CAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// Enquiry is Enquiry of CC141C.
type Enquiry struct {
	TC11DeliveryDate transit.Date `json:"tc11DeliveryDate,omitempty" ncts:"TC11DeliveryDate 0..1 date"`
	Text             string       `json:"text,omitempty" ncts:"0..1 text512"`
}

// ConsigneeActual is ConsigneeActual of CC141C.
type ConsigneeActual struct {
	IdentificationNumber string        `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	Name                 string        `json:"name,omitempty" ncts:"1 text70"`
	Address              CC007CAddress `json:"address,omitzero" ncts:"Address 1"`
}

// Guarantor is Guarantor of CC019C, CC035C, CC045C.
type Guarantor struct {
	IdentificationNumber string         `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	Name                 string         `json:"name,omitempty" ncts:"0..1 chars70"`
	Address              *CC019CAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// RecoveryNotification is RecoveryNotification of CC035C.
type RecoveryNotification struct {
	RecoveryNotificationDate transit.Date    `json:"recoveryNotificationDate,omitempty" ncts:"0..1 date"`
	RecoveryNotificationText string          `json:"recoveryNotificationText,omitempty" ncts:"0..1 chars512"`
	AmountClaimed            transit.Decimal `json:"amountClaimed,omitempty" ncts:"1 amount"`
	Currency                 string          `json:"currency,omitempty" ncts:"1 currency"`
}

// Header is Header of CC906C.
type Header struct {
	LRN string `json:"lrn,omitempty" ncts:"LRN 0..1 chars22"`
	MRN string `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
}
