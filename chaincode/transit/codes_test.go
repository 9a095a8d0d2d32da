package transit

import (
	"encoding/json"
	"os"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
)

// sharedCodes reads the codes of a reference list, whose key for the code differs from list to list.
func sharedCodes(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(sharedFile(t, "codelists/"+name+".json"))
	require.NoError(t, err)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal(b, &rows))
	var codes []string
	for _, row := range rows {
		for _, key := range []string{"code", "type", "qualifier", "role", "method", "currency", "country", "unLocodeExtendedCode"} {
			if code, ok := row[key].(string); ok {
				codes = append(codes, code)
				break
			}
		}
	}
	require.Len(t, codes, len(rows))
	sort.Strings(codes)
	return codes
}

func codesOf(l *CodeList) []string {
	var codes []string
	for _, e := range l.Entries() {
		codes = append(codes, e.Code)
	}
	sort.Strings(codes)
	return codes
}

func TestCodeListsAreThoseOfTheReferenceData(t *testing.T) {
	for name, list := range map[string]*CodeList{
		"GuaranteeType": GuaranteeTypes(), "GuaranteeTypeWithReference": GuaranteeTypesWithReference(),
		"GuaranteeTypeWithGRN": GuaranteeTypesWithGRN(), "DeclarationType": DeclarationTypes(),
		"DeclarationTypeItemLevel":  ItemDeclarationTypes(),
		"DeclarationTypeAdditional": AdditionalDeclarationTypes(), "DeclarationTypeSecurity": SecurityCodes(),
		"TypeOfIdentificationOfMeansOfTransport":       TransportIDTypes(),
		"TypeOfIdentificationofMeansOfTransportActive": ActiveTransportIDTypes(),
		"TransportModeCode":                            TransportModes(), "ControlType": ControlTypes(), "IncidentCode": IncidentCodes(),
		"InvalidGuaranteeReason": InvalidGuaranteeReasons(), "QualifierOfTheIdentification": LocationQualifiers(),
		"QualifierOfIdentificationIncident": IncidentLocationQualifiers(), "TypeOfLocation": LocationTypes(),
		"RepresentativeStatusCode": RepresentativeStatuses(), "AdditionalSupplyChainActorRoleCode": SupplyChainRoles(),
		"SpecificCircumstanceIndicatorCode": SpecificCircumstances(), "TransportChargesMethodOfPayment": PaymentMethods(),
		"AuthorisationTypeDeparture": DepartureAuthorisations(), "AuthorisationTypeDestination": DestinationAuthorisations(),
		"FunctionalErrorCodesIeCA": FunctionalErrors(), "CountryWithoutZip": CountriesWithoutPostcode(),
		"KindOfPackages": PackageTypes(), "KindOfPackagesBulk": BulkPackageTypes(), "KindOfPackagesUnpacked": UnpackedPackageTypes(),
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, sharedCodes(t, name), codesOf(list)) })
	}
	t.Run("every reference currency is known", func(t *testing.T) {
		for _, code := range sharedCodes(t, "CurrencyCodes") {
			require.NoError(t, ValidateCurrency(code))
		}
	})
	t.Run("every country of an address is known", func(t *testing.T) {
		for _, code := range sharedCodes(t, "CountryCodesForAddress") {
			if code[0] != 'Q' && code != "EU" || code == "QA" {
				require.NoError(t, ValidateCountry(code))
			}
		}
	})
	t.Run("every HS sub-heading has the form", func(t *testing.T) {
		for _, code := range sharedCodes(t, "HScode") {
			require.NoError(t, ValidateHS6(code))
		}
	})
	t.Run("every UN/LOCODE of the CAREC countries has the form", func(t *testing.T) {
		for _, code := range sharedCodes(t, "UNLOCODE_CAREC") {
			require.NoError(t, ValidateUNLocode(code))
		}
	})
	t.Run("every UN number has the form", func(t *testing.T) {
		for _, code := range sharedCodes(t, "UnDangerousGoodsCode") {
			require.NoError(t, validateUNNumber(code))
		}
	})
}

func TestCodeListsAreVersionedAndConsistent(t *testing.T) {
	names := map[string]bool{}
	for _, l := range CodeLists() {
		require.NotEmpty(t, l.Name())
		require.False(t, names[l.Name()], l.Name())
		names[l.Name()] = true
		require.Regexp(t, `^\d{4}-\d{2}-\d{2}$`, l.Version())
		require.NotEmpty(t, l.Source())
		require.Len(t, codesOf(l), l.Len())
		for _, e := range l.Entries() {
			require.True(t, l.Has(e.Code))
			title, ok := l.Title(e.Code)
			require.True(t, ok)
			require.Equal(t, e.Title, title)
		}
		require.Len(t, l.index, l.Len(), "%s names a code twice", l.Name())
		require.False(t, l.Has(""))
		_, ok := l.Title("no such code")
		require.False(t, ok)
	}
	l := GuaranteeTypes()
	l.Entries()[0].Code = "changed"
	require.True(t, l.Has("0") && l.Entries()[0].Code == "0", "entries are a copy")
}

func TestCurrencyDigits(t *testing.T) {
	for currency, want := range map[string]int{"EUR": 2, "CNY": 2, "KZT": 2, "KGS": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3} {
		got, ok := CurrencyDigits(currency)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := CurrencyDigits("DEM")
	require.False(t, ok)
	require.Len(t, currencyDigits, Currencies().Len())
}

func TestListsOfBlocksHaveCodesOfOneLength(t *testing.T) {
	for want, l := range map[int]*CodeList{2: Countries(), 3: Currencies()} {
		for _, code := range codesOf(l) {
			require.Len(t, code, want)
		}
	}
	require.Equal(t, 249+5, Countries().Len())
}
