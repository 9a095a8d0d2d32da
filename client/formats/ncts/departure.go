package ncts

import "carec.example/cats/chaincode/transit"

// CC014C is the request for invalidation of a declaration (IE014).
type CC014C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC014CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	Invalidation     CC014CInvalidation     `json:"invalidation,omitzero" ncts:"Invalidation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           CC014CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC170C is the presentation notification for a pre-lodged declaration (IE170).
type CC170C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC170CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           CC170CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative   *Representative        `json:"representative,omitempty" ncts:"Representative 0..1"`
	Consignment      CC170CConsignment      `json:"consignment,omitzero" ncts:"Consignment 1"`
}

// CC054C is the request of release (IE054).
type CC054C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC054CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           CC170CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC004C is the acceptance of an amendment (IE004).
type CC004C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC004CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC009C is the invalidation decision (IE009).
type CC009C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC009CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	Invalidation     CC009CInvalidation     `json:"invalidation,omitzero" ncts:"Invalidation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           CC009CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC022C is the notification to amend a declaration (IE022).
type CC022C struct {
	Message          transit.Message         `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC022CTransitOperation  `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice           `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                  `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	FunctionalErrors []CC022CFunctionalError `json:"functionalErrors,omitempty" ncts:"FunctionalError 0..9999"`
}

// CC028C is the notification that the MRN is allocated (IE028).
type CC028C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC028CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC051C is the refusal to release for transit (IE051).
type CC051C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC051CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative   *CC051CRepresentative  `json:"representative,omitempty" ncts:"Representative 0..1"`
}

// CC055C is the refusal of a guarantee (IE055).
type CC055C struct {
	Message             transit.Message            `json:"message,omitzero" ncts:"- 1"`
	TransitOperation    TransitOperation           `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice     CustomsOffice              `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder              CC055CHolder               `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	GuaranteeReferences []CC055CGuaranteeReference `json:"guaranteeReferences,omitempty" ncts:"GuaranteeReference 1..99"`
}

// CC056C is the rejection by the office of departure (IE056).
type CC056C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC056CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative   *CC056CRepresentative  `json:"representative,omitempty" ncts:"Representative 0..1"`
	FunctionalErrors []FunctionalError      `json:"functionalErrors,omitempty" ncts:"FunctionalError 0..9999"`
}

// CC060C is the control decision notification (IE060).
type CC060C struct {
	Message            transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation   CC060CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice    CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder             CC009CHolder           `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
	Representative     *CC060CRepresentative  `json:"representative,omitempty" ncts:"Representative 0..1"`
	TypeOfControls     []TypeOfControls       `json:"typeOfControls,omitempty" ncts:"TypeOfControls 0..99"`
	RequestedDocuments []RequestedDocument    `json:"requestedDocuments,omitempty" ncts:"RequestedDocument 0..99"`
}

// CC928C is the positive acknowledgement (IE928).
type CC928C struct {
	Message          transit.Message        `json:"message,omitzero" ncts:"- 1"`
	TransitOperation CC928CTransitOperation `json:"transitOperation,omitzero" ncts:"TransitOperation 1"`
	DepartureOffice  CustomsOffice          `json:"customsOfficeOfDeparture,omitzero" ncts:"CustomsOfficeOfDeparture 1"`
	Holder           Holder                 `json:"holderOfTheTransitProcedure,omitzero" ncts:"HolderOfTheTransitProcedure 1"`
}

// CC014CTransitOperation is TransitOperation of CC014C.
type CC014CTransitOperation struct {
	LRN string `json:"lrn,omitempty" ncts:"LRN 0..1 text22"`
	MRN string `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
}

// CC170CTransitOperation is TransitOperation of CC170C.
type CC170CTransitOperation struct {
	LRN       string       `json:"lrn,omitempty" ncts:"LRN 1 text22"`
	LimitDate transit.Date `json:"limitDate,omitempty" ncts:"0..1 date"`
	MRN       string       `json:"mrn,omitempty" ncts:"MRN 0..1 mrn" ncts5:"-"`
}

// CC054CTransitOperation is TransitOperation of CC054C.
type CC054CTransitOperation struct {
	MRN                       string           `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	ReleaseRequested          transit.Flag     `json:"releaseRequested,omitempty" ncts:"1 flag"`
	ReleaseRequestDateAndTime transit.DateTime `json:"releaseRequestDateAndTime,omitempty" ncts:"1 dateTime"`
}

// CC004CTransitOperation is TransitOperation of CC004C.
type CC004CTransitOperation struct {
	LRN                            string           `json:"lrn,omitempty" ncts:"LRN 0..1 chars22"`
	MRN                            string           `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
	AmendmentSubmissionDateAndTime transit.DateTime `json:"amendmentSubmissionDateAndTime,omitempty" ncts:"1 dateTime"`
	AmendmentAcceptanceDateAndTime transit.DateTime `json:"amendmentAcceptanceDateAndTime,omitempty" ncts:"1 dateTime"`
}

// CC009CTransitOperation is TransitOperation of CC009C.
type CC009CTransitOperation struct {
	LRN string `json:"lrn,omitempty" ncts:"LRN 0..1 chars22"`
	MRN string `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
}

// CC022CTransitOperation is TransitOperation of CC022C.
type CC022CTransitOperation struct {
	MRN                              string           `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	AmendmentNotificationDateAndTime transit.DateTime `json:"amendmentNotificationDateAndTime,omitempty" ncts:"1 dateTime"`
}

// CC028CTransitOperation is TransitOperation of CC028C.
type CC028CTransitOperation struct {
	LRN                       string       `json:"lrn,omitempty" ncts:"LRN 1 chars22"`
	MRN                       string       `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	DeclarationAcceptanceDate transit.Date `json:"declarationAcceptanceDate,omitempty" ncts:"1 date"`
}

// CC051CTransitOperation is TransitOperation of CC051C.
type CC051CTransitOperation struct {
	MRN                              string           `json:"mrn,omitempty" ncts:"MRN 1 mrn"`
	DeclarationSubmissionDateAndTime transit.DateTime `json:"declarationSubmissionDateAndTime,omitempty" ncts:"1 dateTime"`
	NoReleaseMotivationCode          string           `json:"noReleaseMotivationCode,omitempty" ncts:"1 token2"`
	NoReleaseMotivationText          string           `json:"noReleaseMotivationText,omitempty" ncts:"1 chars512"`
}

// CC056CTransitOperation is TransitOperation of CC056C.
type CC056CTransitOperation struct {
	LRN                   string           `json:"lrn,omitempty" ncts:"LRN 0..1 chars22"`
	MRN                   string           `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
	BusinessRejectionType string           `json:"businessRejectionType,omitempty" ncts:"1 token3"`
	RejectionDateAndTime  transit.DateTime `json:"rejectionDateAndTime,omitempty" ncts:"1 dateTime"`
	RejectionCode         string           `json:"rejectionCode,omitempty" ncts:"1 digits1-2"`
	RejectionReason       string           `json:"rejectionReason,omitempty" ncts:"0..1 chars512"`
}

// CC060CTransitOperation is TransitOperation of CC060C.
type CC060CTransitOperation struct {
	LRN                            string           `json:"lrn,omitempty" ncts:"LRN 0..1 chars22"`
	MRN                            string           `json:"mrn,omitempty" ncts:"MRN 0..1 mrn"`
	ControlNotificationDateAndTime transit.DateTime `json:"controlNotificationDateAndTime,omitempty" ncts:"1 dateTime"`
	NotificationType               string           `json:"notificationType,omitempty" ncts:"1 digit"`
}

// CC928CTransitOperation is TransitOperation of CC928C.
type CC928CTransitOperation struct {
	LRN string `json:"lrn,omitempty" ncts:"LRN 1 chars22"`
	MRN string `json:"mrn,omitempty" ncts:"MRN 0..1 mrn" ncts5:"-"`
}

// CC170CConsignment is Consignment of CC170C.
type CC170CConsignment struct {
	ContainerIndicator         transit.Flag                 `json:"containerIndicator,omitempty" ncts:"0..1 flag"`
	InlandModeOfTransport      string                       `json:"inlandModeOfTransport,omitempty" ncts:"0..1 digit"`
	ModeOfTransportAtTheBorder string                       `json:"modeOfTransportAtTheBorder,omitempty" ncts:"0..1 digit"`
	TransportEquipment         []TransportEquipment         `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	LocationOfGoods            LocationOfGoods              `json:"locationOfGoods,omitzero" ncts:"LocationOfGoods 1"`
	DepartureTransportMeans    []DepartureTransportMeans    `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	BorderTransportMeans       []CC170CBorderTransportMeans `json:"activeBorderTransportMeans,omitempty" ncts:"ActiveBorderTransportMeans 0..9"`
	PlaceOfLoading             *PlaceOfLoading              `json:"placeOfLoading,omitempty" ncts:"PlaceOfLoading 0..1"`
	HouseConsignments          []CC170CHouseConsignment     `json:"houseConsignments,omitempty" ncts:"HouseConsignment 1..1999"`
}

// CC014CContactPerson is ContactPerson of CC014C, CC009C, CC060C.
type CC014CContactPerson struct {
	Name         string `json:"name,omitempty" ncts:"1 chars70"`
	PhoneNumber  string `json:"phoneNumber,omitempty" ncts:"1 token1-35"`
	EMailAddress string `json:"eMailAddress,omitempty" ncts:"0..1 eMailAny"`
}

// CC014CHolder is HolderOfTheTransitProcedure of CC014C.
type CC014CHolder struct {
	IdentificationNumber          string               `json:"identificationNumber,omitempty" ncts:"0..1 text17"`
	TIRHolderIdentificationNumber string               `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 text17"`
	Name                          string               `json:"name,omitempty" ncts:"0..1 chars70"`
	Address                       *Address             `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson                 *CC014CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC009CHolder is HolderOfTheTransitProcedure of CC009C, CC060C.
type CC009CHolder struct {
	IdentificationNumber          string               `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	TIRHolderIdentificationNumber string               `json:"tirHolderIdentificationNumber,omitempty" ncts:"TIRHolderIdentificationNumber 0..1 chars17"`
	Name                          string               `json:"name,omitempty" ncts:"0..1 chars70"`
	Address                       *Address             `json:"address,omitempty" ncts:"Address 0..1"`
	ContactPerson                 *CC014CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC055CHolder is HolderOfTheTransitProcedure of CC055C.
type CC055CHolder struct {
	IdentificationNumber string   `json:"identificationNumber,omitempty" ncts:"0..1 chars17"`
	Name                 string   `json:"name,omitempty" ncts:"0..1 chars70"`
	Address              *Address `json:"address,omitempty" ncts:"Address 0..1"`
}

// CC051CRepresentative is Representative of CC051C.
type CC051CRepresentative struct {
	IdentificationNumber string               `json:"identificationNumber,omitempty" ncts:"1 chars17"`
	ContactPerson        *CC029CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC056CRepresentative is Representative of CC056C.
type CC056CRepresentative struct {
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 chars17"`
	Status               string `json:"status,omitempty" ncts:"1 digit"`
}

// CC060CRepresentative is Representative of CC060C.
type CC060CRepresentative struct {
	IdentificationNumber string               `json:"identificationNumber,omitempty" ncts:"1 chars17"`
	Status               string               `json:"status,omitempty" ncts:"1 digit"`
	ContactPerson        *CC014CContactPerson `json:"contactPerson,omitempty" ncts:"ContactPerson 0..1"`
}

// CC055CGuaranteeReference is GuaranteeReference of CC055C.
type CC055CGuaranteeReference struct {
	SequenceNumber          int                      `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GRN                     string                   `json:"grn,omitempty" ncts:"GRN 1 grn"`
	InvalidGuaranteeReasons []InvalidGuaranteeReason `json:"invalidGuaranteeReasons,omitempty" ncts:"InvalidGuaranteeReason 1..9"`
}

// CC170CBorderTransportMeans is ActiveBorderTransportMeans of CC170C.
type CC170CBorderTransportMeans struct {
	SequenceNumber                       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	CustomsOfficeAtBorderReferenceNumber string `json:"customsOfficeAtBorderReferenceNumber,omitempty" ncts:"1 token8"`
	TypeOfIdentification                 string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber                 string `json:"identificationNumber,omitempty" ncts:"1 text35"`
	Nationality                          string `json:"nationality,omitempty" ncts:"1 country"`
	ConveyanceReferenceNumber            string `json:"conveyanceReferenceNumber,omitempty" ncts:"0..1 ascii17"`
}

// CC170CHouseConsignment is HouseConsignment of CC170C.
type CC170CHouseConsignment struct {
	SequenceNumber          int                       `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	DepartureTransportMeans []DepartureTransportMeans `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
}

// CC014CInvalidation is Invalidation of CC014C.
type CC014CInvalidation struct {
	RequestDateAndTime  transit.DateTime `json:"requestDateAndTime,omitempty" ncts:"0..1 dateTime"`
	DecisionDateAndTime transit.DateTime `json:"decisionDateAndTime,omitempty" ncts:"0..1 dateTime"`
	Decision            transit.Flag     `json:"decision,omitempty" ncts:"0..1 flag"`
	InitiatedByCustoms  transit.Flag     `json:"initiatedByCustoms,omitempty" ncts:"1 flag"`
	Justification       string           `json:"justification,omitempty" ncts:"0..1 text512"`
}

// CC009CInvalidation is Invalidation of CC009C.
type CC009CInvalidation struct {
	RequestDateAndTime  transit.DateTime `json:"requestDateAndTime,omitempty" ncts:"0..1 dateTime"`
	DecisionDateAndTime transit.DateTime `json:"decisionDateAndTime,omitempty" ncts:"0..1 dateTime"`
	Decision            transit.Flag     `json:"decision,omitempty" ncts:"0..1 flag"`
	InitiatedByCustoms  transit.Flag     `json:"initiatedByCustoms,omitempty" ncts:"1 flag"`
	Justification       string           `json:"justification,omitempty" ncts:"0..1 chars512"`
}

// CC022CFunctionalError is FunctionalError of CC022C.
type CC022CFunctionalError struct {
	SequenceNumber         int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ErrorPointer           string `json:"errorPointer,omitempty" ncts:"0..1 chars512"`
	ErrorCode              string `json:"errorCode,omitempty" ncts:"1 errorCode"`
	ErrorReason            string `json:"errorReason,omitempty" ncts:"0..1 chars7"`
	OriginalAttributeValue string `json:"originalAttributeValue,omitempty" ncts:"0..1 chars512"`
}

// InvalidGuaranteeReason is InvalidGuaranteeReason of CC055C.
type InvalidGuaranteeReason struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Code           string `json:"code,omitempty" ncts:"1 token1-3"`
	Text           string `json:"text,omitempty" ncts:"0..1 chars512"`
}

// TypeOfControls is TypeOfControls of CC060C.
type TypeOfControls struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type           string `json:"type,omitempty" ncts:"1 chars3"`
	Text           string `json:"text,omitempty" ncts:"0..1 chars512"`
}

// RequestedDocument is RequestedDocument of CC060C.
type RequestedDocument struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	DocumentType   string `json:"documentType,omitempty" ncts:"1 token4"`
	Description    string `json:"description,omitempty" ncts:"0..1 chars512"`
}
