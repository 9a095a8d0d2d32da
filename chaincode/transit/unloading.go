package transit

// UnloadingRemarks are what was found when the goods were unloaded at their destination, after the message CC044C (IE044) of
// NCTS phase 6. The consignment holds only what differs from the declaration: a group that differs keeps its number and gives
// the differing elements, one that was not found keeps its number and gives nothing, one that was not declared follows the
// last number of its list and gives everything.
type UnloadingRemarks struct {
	// Conform tells that there is nothing to remark (G0205).
	Conform Flag `json:"conform,omitempty" ncts:"1 flag"`
	// UnloadingCompletion tells that everything is unloaded (G0186).
	UnloadingCompletion Flag `json:"unloadingCompletion,omitempty" ncts:"1 flag"`
	UnloadingDate       Date `json:"unloadingDate,omitempty" ncts:"1 date"`
	// StateOfSeals tells that the seals are in order; given when there were any (C0440).
	StateOfSeals        Flag              `json:"stateOfSeals,omitempty" ncts:"0..1 flag"`
	Text                string            `json:"unloadingRemark,omitempty" ncts:"0..1 text512"`
	OtherThingsToReport string            `json:"otherThingsToReport,omitempty" ncts:"0..1 text512"`
	Consignment         *FoundConsignment `json:"consignment,omitempty" ncts:"Consignment 0..1"`
}

// FoundConsignment is what differs in the consignment.
type FoundConsignment struct {
	GrossMass               Decimal                   `json:"grossMass,omitempty" ncts:"0..1 massOrZero"`
	ReferenceNumberUCR      string                    `json:"referenceNumberUCR,omitempty" ncts:"0..1 text70"`
	TransportEquipment      []FoundEquipment          `json:"transportEquipment,omitempty" ncts:"TransportEquipment 0..9999"`
	DepartureTransportMeans []FoundTransportMeans     `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	CountriesOfRouting      []FoundCountry            `json:"countriesOfRouting,omitempty" ncts:"CountryOfRoutingOfConsignment 0..99"`
	SupportingDocuments     []FoundSupportingDocument `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []FoundDocument           `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []FoundDocument           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	HouseConsignments       []FoundHouse              `json:"houseConsignments,omitempty" ncts:"HouseConsignment 0..1999"`
}

// FoundEquipment is equipment that differs.
type FoundEquipment struct {
	SequenceNumber                int                   `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string                `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii17"`
	NumberOfSeals                 *int                  `json:"numberOfSeals,omitempty" ncts:"0..1 count9999"`
	Seals                         []FoundSeal           `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []FoundGoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

// FoundSeal is a seal that differs.
type FoundSeal struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Identifier     string `json:"identifier,omitempty" ncts:"0..1 text20"`
}

// FoundGoodsReference is a reference to a goods item that differs.
type FoundGoodsReference struct {
	SequenceNumber             int `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int `json:"declarationGoodsItemNumber,omitempty" ncts:"0..1 number1999"`
}

// FoundTransportMeans is a means of transport at departure that differs.
type FoundTransportMeans struct {
	SequenceNumber       int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"0..1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"0..1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"0..1 country"`
}

// FoundCountry is a country of routing that differs.
type FoundCountry struct {
	SequenceNumber int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Country        string `json:"country,omitempty" ncts:"0..1 country"`
}

// FoundSupportingDocument is a supporting document that differs.
type FoundSupportingDocument struct {
	SequenceNumber          int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type                    string `json:"type,omitempty" ncts:"0..1 token4"`
	ReferenceNumber         string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
	ComplementOfInformation string `json:"complementOfInformation,omitempty" ncts:"0..1 text35"`
}

// FoundDocument is a transport document or an additional reference that differs.
type FoundDocument struct {
	SequenceNumber  int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	Type            string `json:"type,omitempty" ncts:"0..1 token4"`
	ReferenceNumber string `json:"referenceNumber,omitempty" ncts:"0..1 text70"`
}

// FoundHouse is a house consignment in which something differs.
type FoundHouse struct {
	SequenceNumber          int                       `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	GrossMass               Decimal                   `json:"grossMass,omitempty" ncts:"0..1 massOrZero"`
	ReferenceNumberUCR      string                    `json:"referenceNumberUCR,omitempty" ncts:"0..1 text70"`
	DepartureTransportMeans []FoundTransportMeans     `json:"departureTransportMeans,omitempty" ncts:"DepartureTransportMeans 0..999"`
	SupportingDocuments     []FoundSupportingDocument `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments      []FoundDocument           `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences    []FoundDocument           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
	ConsignmentItems        []FoundItem               `json:"consignmentItems,omitempty" ncts:"ConsignmentItem 0..999"`
}

// FoundItem is a goods item that differs.
type FoundItem struct {
	GoodsItemNumber            int                       `json:"goodsItemNumber,omitempty" ncts:"1 number99999"`
	DeclarationGoodsItemNumber int                       `json:"declarationGoodsItemNumber,omitempty" ncts:"1 number1999"`
	ReferenceNumberUCR         string                    `json:"referenceNumberUCR,omitempty" ncts:"0..1 text70"`
	Commodity                  *FoundCommodity           `json:"commodity,omitempty" ncts:"Commodity 0..1"`
	Packaging                  []FoundPackaging          `json:"packaging,omitempty" ncts:"Packaging 0..99"`
	SupportingDocuments        []FoundSupportingDocument `json:"supportingDocuments,omitempty" ncts:"SupportingDocument 0..99"`
	TransportDocuments         []FoundDocument           `json:"transportDocuments,omitempty" ncts:"TransportDocument 0..99"`
	AdditionalReferences       []FoundDocument           `json:"additionalReferences,omitempty" ncts:"AdditionalReference 0..99"`
}

// FoundCommodity is what differs in the goods themselves.
type FoundCommodity struct {
	DescriptionOfGoods string         `json:"descriptionOfGoods,omitempty" ncts:"0..1 text512"`
	CusCode            string         `json:"cusCode,omitempty" ncts:"0..1 token9"`
	CommodityCode      *CommodityCode `json:"commodityCode,omitempty" ncts:"CommodityCode 0..1"`
	GoodsMeasure       *FoundMeasure  `json:"goodsMeasure,omitempty" ncts:"GoodsMeasure 0..1"`
}

// FoundMeasure is what differs in the quantities; masses in kilograms.
type FoundMeasure struct {
	GrossMass Decimal `json:"grossMass,omitempty" ncts:"0..1 massOrZero"`
	NetMass   Decimal `json:"netMass,omitempty" ncts:"0..1 mass"`
}

// FoundPackaging is a kind of packages that differs.
type FoundPackaging struct {
	SequenceNumber   int    `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	TypeOfPackages   string `json:"typeOfPackages,omitempty" ncts:"0..1 token2"`
	NumberOfPackages *int   `json:"numberOfPackages,omitempty" ncts:"0..1 count99999999"`
	ShippingMarks    string `json:"shippingMarks,omitempty" ncts:"0..1 text512"`
}
