package transit

import "strings"

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
	guaranteeType, guaranteeWithReference, guaranteeWithGRN, guaranteeCommonTransit, declarationType, declarationTypeItem, additionalType, security,
	transportID, transportIDActive, transportMode, controlType, incident, invalidGuarantee, qualifier, qualifierIncident,
	location, representative, actorRole, circumstance, payment, authorisation, authorisationDestination, functionalError,
	countries, withoutPostcode, postcodeOnly, currencies, packages, packagesBulk,
	packagesUnpacked *CodeList
}{
	guaranteeType: nctsList("CL251 guarantee types", "2024-10-25",
		entry("0", "guarantee waiver"), entry("1", "comprehensive guarantee"),
		entry("2", "individual guarantee by a guarantor"), entry("3", "individual guarantee in cash or equivalent"),
		entry("4", "individual guarantee by voucher"), entry("5", "waiver for amounts under the statistical threshold"),
		entry("8", "public body, no guarantee required"), entry("9", "individual guarantee with multiple usage"),
		entry("A", "waiver by agreement"), entry("B", "TIR procedure"),
		entry("J", "not required between departure and first transit office"), entry("R", "not required on inland waterways")),
	guaranteeWithReference: nctsList("CL076 guarantee types with a reference", "2024-10-25", codesOnly("0 1 2 3 4 5 9")...),
	guaranteeCommonTransit: nctsList("CL229 guarantee types of common transit", "2024-10-25", codesOnly("0 1 2 3 4 5 8 9 A R")...),
	guaranteeWithGRN:       nctsList("CL286 guarantee types with a GRN", "2024-10-25", codesOnly("0 1 2 4 9")...),
	declarationType: nctsList("CL231 declaration types", "2024-10-25",
		entry("T", "mixed consignment, type stated for each item"), entry("T1", "external transit"),
		entry("T2", "internal transit"), entry("T2F", "internal transit, special fiscal territory"),
		entry("T2SM", "internal transit, San Marino"), entry("TIR", "TIR carnet")),
	declarationTypeItem: nctsList("CL232 declaration types of an item", "2024-10-25", codesOnly("T1 T2 T2F T2SM")...),
	additionalType: nctsList("CL042 additional declaration types", "2024-10-04",
		entry("A", "standard declaration, goods presented"), entry("D", "lodged before the goods are presented")),
	security: nctsList("CL217 security data", "2024-10-25",
		entry("0", "no safety and security data"), entry("1", "entry data"), entry("2", "exit data"),
		entry("3", "entry and exit data")),
	transportID: nctsList("CL750 identification of means of transport", "2024-10-25",
		entry("10", "IMO ship number"), entry("11", "name of sea-going vessel"), entry("20", "wagon number"),
		entry("21", "train number"), entry("30", "registration of road vehicle"), entry("31", "registration of road trailer"),
		entry("40", "flight number"), entry("41", "registration of aircraft"), entry("80", "ENI number of inland vessel"),
		entry("81", "name of inland vessel"), untilTransitionEnded(entry("99", "unknown, in the transitional period only"))),
	transportIDActive: nctsList("CL219 identification of active border means of transport", "2024-10-25",
		between(codesOnly("10 11 21 30 40 41 80 81 99"), "99", "", TransitionEnd)...),
	transportMode: nctsList("CL018 modes of transport", "2024-10-25",
		entry("1", "sea"), entry("2", "rail"), entry("3", "road"), entry("4", "air"), entry("5", "post"),
		entry("7", "fixed installations"), entry("8", "inland waterway"), entry("9", "own propulsion, mode unknown")),
	controlType: nctsList("CL716 control types", "2024-10-22",
		entry("10", "documents"), entry("20", "nuclear, radioactive"), entry("30", "non-intrusive inspection"),
		entry("40", "physical"), entry("41", "consignment and seals"), entry("42", "intrusive inspection"),
		entry("43", "quantity"), entry("44", "nature of the goods"), entry("45", "sampling"), entry("50", "other")),
	incident: nctsList("CL019 incidents", "2024-10-04",
		entry("1", "deviation from the itinerary"), entry("2", "seals broken or tampered with"),
		entry("3", "transhipment under customs supervision"), entry("4", "unloading for imminent danger"),
		entry("5", "event that may affect the obligations of holder or carrier"),
		entry("6", "part of a single means of transport changed")),
	invalidGuarantee: nctsList("CL252 invalid guarantee reasons", "2024-10-25",
		entry("G01", "guarantee does not exist"), entry("G02", "guarantee exists but is not valid"),
		entry("G03", "access code not valid"), entry("G04", "holder of the guarantee is not the holder of the procedure"),
		entry("G05", "voucher already used"), entry("G06", "not valid for suspended goods"),
		entry("G08", "not valid in a country of transit or destination"), entry("G09", "amount not sufficient"),
		entry("G10", "individual guarantee already used"), entry("G11", "bound to other offices of departure and destination"),
		entry("G12", "bound to another commodity code"), entry("G13", "GRN and guarantee type do not match")),
	qualifier: nctsList("CL326 qualifiers of identification", "2024-10-23",
		entry("T", "postcode"), entry("U", "UN/LOCODE"), entry("V", "customs office"), entry("W", "coordinates"),
		entry("X", "operator number"), entry("Y", "authorisation number"), entry("Z", "address")),
	qualifierIncident: nctsList("CL038 qualifiers of the place of an incident", "2024-10-23",
		entry("U", "UN/LOCODE"), entry("W", "coordinates"), entry("Z", "address")),
	location: nctsList("CL347 types of location", "2024-11-05",
		entry("A", "designated location"), entry("B", "authorised place"), entry("C", "approved place"), entry("D", "other")),
	representative: nctsList("CL094 status of the representative", "2024-10-24", entry("2", "direct representation")),
	actorRole: nctsList("CL704 supply chain actors", "2024-10-25",
		entry("CS", "consolidator"), entry("FW", "freight forwarder"),
		entry("MF", "manufacturer"), entry("WH", "warehouse keeper")),
	circumstance: nctsList("CL296 specific circumstances", "2024-10-25",
		entry("A20", "express consignment"), entry("XXX", "authorised economic operator")),
	payment: nctsList("CL116 payment of transport charges", "2024-10-25",
		entry("A", "cash"), entry("B", "credit card"), entry("C", "cheque"), entry("D", "other"),
		entry("H", "electronic transfer"), entry("Y", "account with the carrier"), entry("Z", "not pre-paid")),
	authorisation: nctsList("CL235 authorisations at departure", "2024-12-04",
		entry("C521", "authorised consignor"), entry("C523", "seals of a special type"), entry("C524", "reduced data set")),
	authorisationDestination: nctsList("CL236 authorisations at destination", "2024-12-04",
		entry("C520", "authorised consignee, TIR"), entry("C522", "authorised consignee, transit")),
	functionalError: nctsList("CL180 functional errors", "2024-10-25",
		entry(CodeListViolation, "code not in its list"), entry(CodeMissing, "required element missing"),
		entry(CodeRuleViolation, "rule broken"), entry(CodeNotAllowed, "element not allowed here"),
		entry("26", "duplicate message identification"), entry("50", "transitional constraint"),
		entry("51", "format after downgrade"), entry("52", "function after downgrade"), entry("90", "unknown MRN"),
		entry("92", "message out of sequence"), entry("93", "invalid MRN")),
	countries: newCodeList("CL008 countries", versionNCTS, "2024-10-24", "ISO 3166-1 alpha-2 with the additions of NCTS",
		codesOnly(countryCodes, countryCodesNCTS)),
	withoutPostcode:  nctsList("CL505 countries without postcode", "2024-12-12", codesOnly(countriesWithoutPostcode)...),
	postcodeOnly:     nctsList("CL198 countries where a postcode alone is an address", "2024-02-21", codesOnly("IE LU")...),
	currencies:       currencyList(),
	packages:         newCodeList("CL017 kinds of packages", versionNCTS, "2024-10-24", sourceRec21, codesOnly(packageCodes)),
	packagesBulk:     newCodeList("CL181 bulk", versionNCTS, "2024-02-21", sourceRec21, codesOnly("VG VL VO VQ VR VS VY")),
	packagesUnpacked: newCodeList("CL182 unpacked", versionNCTS, "2024-02-21", sourceRec21, codesOnly("NE NF NG")),
}

// GuaranteeTypes is the list of guarantee types.
func GuaranteeTypes() *CodeList { return codeLists.guaranteeType }

// GuaranteeTypesWithReference are the types that need a guarantee reference group (C0085).
func GuaranteeTypesWithReference() *CodeList { return codeLists.guaranteeWithReference }

// GuaranteeTypesWithGRN are the types that need GRN and access code (C0086).
func GuaranteeTypesWithGRN() *CodeList { return codeLists.guaranteeWithGRN }

// GuaranteeTypesOfCommonTransit are the types that a declaration other than TIR may name (R0900).
func GuaranteeTypesOfCommonTransit() *CodeList { return codeLists.guaranteeCommonTransit }

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

// CountriesOfPostcodeOnly are those where an address told by postcode needs no house number (C0382).
func CountriesOfPostcodeOnly() *CodeList { return codeLists.postcodeOnly }

// Currencies is the list of currencies.
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
		c.guaranteeType, c.guaranteeWithReference, c.guaranteeWithGRN, c.guaranteeCommonTransit, c.declarationType, c.declarationTypeItem, c.additionalType,
		c.security, c.transportID, c.transportIDActive, c.transportMode, c.controlType, c.incident, c.invalidGuarantee, c.qualifier,
		c.qualifierIncident, c.location, c.representative, c.actorRole, c.circumstance, c.payment, c.authorisation,
		c.authorisationDestination, c.functionalError, c.countries,
		c.withoutPostcode, c.postcodeOnly, c.currencies, c.packages, c.packagesBulk, c.packagesUnpacked,
	}
}

// FindCodeList finds a list by its number, such as CL251; nil when there is none.
func FindCodeList(id string) *CodeList {
	for _, l := range CodeLists() {
		if l.ID() == id {
			return l
		}
	}
	return nil
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
