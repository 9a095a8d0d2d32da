package transit

import "strings"

// CodeEntry is one code of a list and what it means, in English ("" where the list is kept as codes only).
type CodeEntry struct {
	Code  string `json:"code"`
	Title string `json:"title,omitempty"`
}

// CodeList is one versioned list of codes. It is filled when the program starts and never changed after that.
type CodeList struct {
	name, version, source string
	entries               []CodeEntry
	index                 map[string]int
}

// Name is the name of the list as violations cite it, with its NCTS number where it has one.
func (l *CodeList) Name() string { return l.name }

// Version is the date or edition of the content.
func (l *CodeList) Version() string { return l.version }

// Source is the standard the list comes from.
func (l *CodeList) Source() string { return l.source }

// Has tells whether code is in the list, exactly as written.
func (l *CodeList) Has(code string) bool {
	_, ok := l.index[code]
	return ok
}

// Title returns the meaning of a code and whether the code exists.
func (l *CodeList) Title(code string) (string, bool) {
	i, ok := l.index[code]
	if !ok {
		return "", false
	}
	return l.entries[i].Title, true
}

// Entries returns a copy of the list in its own order.
func (l *CodeList) Entries() []CodeEntry { return append([]CodeEntry(nil), l.entries...) }

// Len is the number of codes.
func (l *CodeList) Len() int { return len(l.entries) }

// short lists the codes in a text when there are few enough to be of help.
func (l *CodeList) short() string {
	const few = 16
	if len(l.entries) > few {
		return ""
	}
	codes := make([]string, len(l.entries))
	for i, e := range l.entries {
		codes[i] = e.Code
	}
	return strings.Join(codes, ", ")
}

// Version of the lists taken over from the NCTS reference data, and of the international ones.
const (
	versionNCTS = "2025-02-12"
	sourceNCTS  = "NCTS reference data"
)

func newCodeList(name, version, source string, entries []CodeEntry) *CodeList {
	l := &CodeList{name: name, version: version, source: source, entries: entries, index: make(map[string]int, len(entries))}
	for i, e := range entries {
		l.index[e.Code] = i
	}
	return l
}

func nctsList(name string, entries ...CodeEntry) *CodeList {
	return newCodeList(name, versionNCTS, sourceNCTS, entries)
}

func codesOnly(blocks ...string) []CodeEntry {
	var out []CodeEntry
	for _, b := range blocks {
		for _, code := range strings.Fields(b) {
			out = append(out, CodeEntry{Code: code})
		}
	}
	return out
}

// Guarantee types (CL251) that rules and guarantee arithmetic name.
const (
	GuaranteeWaiver         = "0"
	GuaranteeComprehensive  = "1"
	GuaranteeIndividual     = "2"
	GuaranteeCash           = "3"
	GuaranteeVoucher        = "4"
	GuaranteeWaiverSmall    = "5"
	GuaranteePublicBody     = "8"
	GuaranteeIndividualMany = "9"
	GuaranteeAgreement      = "A"
	GuaranteeTIR            = "B"
)

// Declaration types (CL231) that rules name.
const (
	DeclarationMixed = "T"
	DeclarationT2SM  = "T2SM"
	DeclarationTIR   = "TIR"
)

// Additional declaration types (CL042).
const (
	AdditionalStandard  = "A"
	AdditionalPreLodged = "D"
)

// codeLists holds every list; the functions below are its only users.
var codeLists = struct {
	guaranteeType, guaranteeWithReference, guaranteeWithGRN, declarationType, declarationTypeItem, additionalType, security,
	transportID, transportIDActive, transportMode, controlType, incident, invalidGuarantee, qualifier, qualifierIncident,
	location, representative, actorRole, circumstance, payment, authorisation, authorisationDestination, functionalError,
	countries, withoutPostcode, currencies, packages, packagesBulk,
	packagesUnpacked *CodeList
}{
	guaranteeType: nctsList("CL251 guarantee types",
		CodeEntry{"0", "guarantee waiver"}, CodeEntry{"1", "comprehensive guarantee"},
		CodeEntry{"2", "individual guarantee by a guarantor"}, CodeEntry{"3", "individual guarantee in cash or equivalent"},
		CodeEntry{"4", "individual guarantee by voucher"}, CodeEntry{"5", "waiver for amounts under the statistical threshold"},
		CodeEntry{"8", "public body, no guarantee required"}, CodeEntry{"9", "individual guarantee with multiple usage"},
		CodeEntry{"A", "waiver by agreement"}, CodeEntry{"B", "TIR procedure"},
		CodeEntry{"J", "not required between departure and first transit office"}, CodeEntry{"R", "not required on inland waterways"}),
	guaranteeWithReference: nctsList("CL076 guarantee types with a reference", codesOnly("0 1 2 3 4 5 9")...),
	guaranteeWithGRN:       nctsList("CL286 guarantee types with a GRN", codesOnly("0 1 2 4 9")...),
	declarationType: nctsList("CL231 declaration types",
		CodeEntry{"T", "mixed consignment, type stated for each item"}, CodeEntry{"T1", "external transit"},
		CodeEntry{"T2", "internal transit"}, CodeEntry{"T2F", "internal transit, special fiscal territory"},
		CodeEntry{"T2SM", "internal transit, San Marino"}, CodeEntry{"TIR", "TIR carnet"}),
	declarationTypeItem: nctsList("CL232 declaration types of an item", codesOnly("T1 T2 T2F T2SM")...),
	additionalType: nctsList("CL042 additional declaration types",
		CodeEntry{"A", "standard declaration, goods presented"}, CodeEntry{"D", "lodged before the goods are presented"}),
	security: nctsList("CL217 security data",
		CodeEntry{"0", "no safety and security data"}, CodeEntry{"1", "entry data"}, CodeEntry{"2", "exit data"},
		CodeEntry{"3", "entry and exit data"}),
	transportID: nctsList("CL750 identification of means of transport",
		CodeEntry{"10", "IMO ship number"}, CodeEntry{"11", "name of sea-going vessel"}, CodeEntry{"20", "wagon number"},
		CodeEntry{"21", "train number"}, CodeEntry{"30", "registration of road vehicle"}, CodeEntry{"31", "registration of road trailer"},
		CodeEntry{"40", "flight number"}, CodeEntry{"41", "registration of aircraft"}, CodeEntry{"80", "ENI number of inland vessel"},
		CodeEntry{"81", "name of inland vessel"}, CodeEntry{"99", "unknown (transitional period)"}),
	transportIDActive: nctsList("CL219 identification of active border means of transport",
		codesOnly("10 11 21 30 40 41 80 81 99")...),
	transportMode: nctsList("CL018 modes of transport",
		CodeEntry{"1", "sea"}, CodeEntry{"2", "rail"}, CodeEntry{"3", "road"}, CodeEntry{"4", "air"}, CodeEntry{"5", "post"},
		CodeEntry{"7", "fixed installations"}, CodeEntry{"8", "inland waterway"}, CodeEntry{"9", "own propulsion, mode unknown"}),
	controlType: nctsList("CL716 control types",
		CodeEntry{"10", "documents"}, CodeEntry{"20", "nuclear, radioactive"}, CodeEntry{"30", "non-intrusive inspection"},
		CodeEntry{"40", "physical"}, CodeEntry{"41", "consignment and seals"}, CodeEntry{"42", "intrusive inspection"},
		CodeEntry{"43", "quantity"}, CodeEntry{"44", "nature of the goods"}, CodeEntry{"45", "sampling"}, CodeEntry{"50", "other"}),
	incident: nctsList("CL019 incidents",
		CodeEntry{"1", "deviation from the itinerary"}, CodeEntry{"2", "seals broken or tampered with"},
		CodeEntry{"3", "transhipment under customs supervision"}, CodeEntry{"4", "unloading for imminent danger"},
		CodeEntry{"5", "event that may affect the obligations of holder or carrier"},
		CodeEntry{"6", "part of a single means of transport changed"}),
	invalidGuarantee: nctsList("CL252 invalid guarantee reasons",
		CodeEntry{"G01", "guarantee does not exist"}, CodeEntry{"G02", "guarantee exists but is not valid"},
		CodeEntry{"G03", "access code not valid"}, CodeEntry{"G04", "holder of the guarantee is not the holder of the procedure"},
		CodeEntry{"G05", "voucher already used"}, CodeEntry{"G06", "not valid for suspended goods"},
		CodeEntry{"G08", "not valid in a country of transit or destination"}, CodeEntry{"G09", "amount not sufficient"},
		CodeEntry{"G10", "individual guarantee already used"}, CodeEntry{"G11", "bound to other offices of departure and destination"},
		CodeEntry{"G12", "bound to another commodity code"}, CodeEntry{"G13", "GRN and guarantee type do not match"}),
	qualifier: nctsList("CL326 qualifiers of identification",
		CodeEntry{"T", "postcode"}, CodeEntry{"U", "UN/LOCODE"}, CodeEntry{"V", "customs office"}, CodeEntry{"W", "coordinates"},
		CodeEntry{"X", "operator number"}, CodeEntry{"Y", "authorisation number"}, CodeEntry{"Z", "address"}),
	qualifierIncident: nctsList("CL038 qualifiers of the place of an incident",
		CodeEntry{"U", "UN/LOCODE"}, CodeEntry{"W", "coordinates"}, CodeEntry{"Z", "address"}),
	location: nctsList("CL347 types of location",
		CodeEntry{"A", "designated location"}, CodeEntry{"B", "authorised place"}, CodeEntry{"C", "approved place"}, CodeEntry{"D", "other"}),
	representative: nctsList("CL094 status of the representative", CodeEntry{"2", "direct representation"}),
	actorRole: nctsList("CL704 supply chain actors",
		CodeEntry{"CS", "consolidator"}, CodeEntry{"FW", "freight forwarder"},
		CodeEntry{"MF", "manufacturer"}, CodeEntry{"WH", "warehouse keeper"}),
	circumstance: nctsList("CL296 specific circumstances",
		CodeEntry{"A20", "express consignment"}, CodeEntry{"XXX", "authorised economic operator"}),
	payment: nctsList("CL116 payment of transport charges",
		CodeEntry{"A", "cash"}, CodeEntry{"B", "credit card"}, CodeEntry{"C", "cheque"}, CodeEntry{"D", "other"},
		CodeEntry{"H", "electronic transfer"}, CodeEntry{"Y", "account with the carrier"}, CodeEntry{"Z", "not pre-paid"}),
	authorisation: nctsList("CL235 authorisations at departure",
		CodeEntry{"C521", "authorised consignor"}, CodeEntry{"C523", "seals of a special type"}, CodeEntry{"C524", "reduced data set"}),
	authorisationDestination: nctsList("CL236 authorisations at destination",
		CodeEntry{"C520", "authorised consignee, TIR"}, CodeEntry{"C522", "authorised consignee, transit"}),
	functionalError: nctsList("CL180 functional errors",
		CodeEntry{CodeListViolation, "code not in its list"}, CodeEntry{CodeMissing, "required element missing"},
		CodeEntry{CodeRuleViolation, "rule broken"}, CodeEntry{CodeNotAllowed, "element not allowed here"},
		CodeEntry{"26", "duplicate message identification"}, CodeEntry{"50", "transitional constraint"},
		CodeEntry{"51", "format after downgrade"}, CodeEntry{"52", "function after downgrade"}, CodeEntry{"90", "unknown MRN"},
		CodeEntry{"92", "message out of sequence"}, CodeEntry{"93", "invalid MRN"}),
	countries: newCodeList("CL008 countries", versionNCTS, "ISO 3166-1 alpha-2 with the additions of NCTS",
		codesOnly(countryCodes, countryCodesNCTS)),
	withoutPostcode:  nctsList("CL505 countries without postcode", codesOnly(countriesWithoutPostcode)...),
	currencies:       newCodeList("CL048 currencies", "2026-01-01", "ISO 4217", codesOnly(currencies2, currencies0, currencies3)),
	packages:         newCodeList("CL017 kinds of packages", versionNCTS, "UNECE Recommendation 21", codesOnly(packageCodes)),
	packagesBulk:     newCodeList("CL181 bulk", versionNCTS, "UNECE Recommendation 21", codesOnly("VG VL VO VQ VR VS VY")),
	packagesUnpacked: newCodeList("CL182 unpacked", versionNCTS, "UNECE Recommendation 21", codesOnly("NE NF NG")),
}

// GuaranteeTypes is the list of guarantee types.
func GuaranteeTypes() *CodeList { return codeLists.guaranteeType }

// GuaranteeTypesWithReference are the types that need a guarantee reference group (C0085).
func GuaranteeTypesWithReference() *CodeList { return codeLists.guaranteeWithReference }

// GuaranteeTypesWithGRN are the types that need GRN and access code (C0086).
func GuaranteeTypesWithGRN() *CodeList { return codeLists.guaranteeWithGRN }

// DeclarationTypes is the list of declaration types.
func DeclarationTypes() *CodeList { return codeLists.declarationType }

// ItemDeclarationTypes is the list of declaration types that an item may state.
func ItemDeclarationTypes() *CodeList { return codeLists.declarationTypeItem }

// AdditionalDeclarationTypes tells standard from pre-lodged declarations.
func AdditionalDeclarationTypes() *CodeList { return codeLists.additionalType }

// SecurityCodes is the list of safety and security data codes.
func SecurityCodes() *CodeList { return codeLists.security }

// TransportIDTypes is the list of ways to identify a means of transport.
func TransportIDTypes() *CodeList { return codeLists.transportID }

// ActiveTransportIDTypes are those for the active means of transport at the border.
func ActiveTransportIDTypes() *CodeList { return codeLists.transportIDActive }

// TransportModes is the list of modes of transport.
func TransportModes() *CodeList { return codeLists.transportMode }

// ControlTypes is the list of customs controls.
func ControlTypes() *CodeList { return codeLists.controlType }

// IncidentCodes is the list of incidents on the way.
func IncidentCodes() *CodeList { return codeLists.incident }

// InvalidGuaranteeReasons is the list G01..G13.
func InvalidGuaranteeReasons() *CodeList { return codeLists.invalidGuarantee }

// LocationQualifiers is the list of ways to identify the location of goods.
func LocationQualifiers() *CodeList { return codeLists.qualifier }

// IncidentLocationQualifiers is the list of ways to identify the place of an incident.
func IncidentLocationQualifiers() *CodeList { return codeLists.qualifierIncident }

// LocationTypes is the list of types of location.
func LocationTypes() *CodeList { return codeLists.location }

// RepresentativeStatuses is the list of kinds of representation.
func RepresentativeStatuses() *CodeList { return codeLists.representative }

// SupplyChainRoles is the list of additional supply chain actors.
func SupplyChainRoles() *CodeList { return codeLists.actorRole }

// SpecificCircumstances is the list of specific circumstance indicators.
func SpecificCircumstances() *CodeList { return codeLists.circumstance }

// PaymentMethods is the list of ways to pay transport charges.
func PaymentMethods() *CodeList { return codeLists.payment }

// DepartureAuthorisations is the list of authorisations a declaration may cite.
func DepartureAuthorisations() *CodeList { return codeLists.authorisation }

// DestinationAuthorisations is the list of authorisations an arrival may cite.
func DestinationAuthorisations() *CodeList { return codeLists.authorisationDestination }

// FunctionalErrors is the list of codes of violations.
func FunctionalErrors() *CodeList { return codeLists.functionalError }

// Countries is ISO 3166-1 alpha-2 with the additions of NCTS.
func Countries() *CodeList { return codeLists.countries }

// CountriesWithoutPostcode are those whose addresses need none (C0505).
func CountriesWithoutPostcode() *CodeList { return codeLists.withoutPostcode }

// Currencies is the list of active currencies.
func Currencies() *CodeList { return codeLists.currencies }

// PackageTypes is the list of kinds of packages.
func PackageTypes() *CodeList { return codeLists.packages }

// BulkPackageTypes are the kinds of packages that mean goods in bulk.
func BulkPackageTypes() *CodeList { return codeLists.packagesBulk }

// UnpackedPackageTypes are the kinds of packages that mean unpacked goods.
func UnpackedPackageTypes() *CodeList { return codeLists.packagesUnpacked }

// CodeLists returns every list, in a fixed order.
func CodeLists() []*CodeList {
	c := codeLists
	return []*CodeList{
		c.guaranteeType, c.guaranteeWithReference, c.guaranteeWithGRN, c.declarationType, c.declarationTypeItem, c.additionalType,
		c.security, c.transportID, c.transportIDActive, c.transportMode, c.controlType, c.incident, c.invalidGuarantee, c.qualifier,
		c.qualifierIncident, c.location, c.representative, c.actorRole, c.circumstance, c.payment, c.authorisation,
		c.authorisationDestination, c.functionalError, c.countries,
		c.withoutPostcode, c.currencies, c.packages, c.packagesBulk, c.packagesUnpacked,
	}
}

// CurrencyDigits returns the number of decimals of an active currency and whether it is one.
func CurrencyDigits(currency string) (int, bool) {
	n, ok := currencyDigits[currency]
	return n, ok
}

var currencyDigits = func() map[string]int {
	digits := map[string]int{}
	for n, block := range map[int]string{0: currencies0, 2: currencies2, 3: currencies3} {
		for _, code := range strings.Fields(block) {
			digits[code] = n
		}
	}
	return digits
}()
