package transit

import (
	"encoding/json"
	"os"
	"sort"
	"strings"
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
		"GuaranteeTypeCTC": GuaranteeTypesOfCommonTransit(), "CountryAddressPostcodeOnly": CountriesOfPostcodeOnly(),
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
		require.Regexp(t, `^CL\d{3}$`, l.ID())
		require.Equal(t, l.Name(), l.Info().ID+" "+l.Info().Title)
		require.Equal(t, l.Len(), l.Info().Codes)
		_, err := l.Info().ValidFrom.Parse()
		require.NoError(t, err, "every list says since when it has its content")
		require.Empty(t, l.Info().ValidUntil, "every list is in force")
		require.Same(t, l, FindCodeList(l.ID()))
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

func TestACodeIsValidOnItsDays(t *testing.T) {
	l := newCodeList("CL999 things", "2026-01-01", "2026-01-01", "nobody", []CodeEntry{
		{Code: "always"}, {Code: "later", ValidFrom: "2026-03-01"}, {Code: "earlier", ValidUntil: "2026-03-01"},
		{Code: "between", ValidFrom: "2026-03-01", ValidUntil: "2026-03-02"},
	})
	for day, want := range map[Date]string{
		"2025-12-31": "always, earlier", // before the oldest edition, which is the one that is kept
		"2026-02-28": "always, earlier",
		"2026-03-01": "always, later, earlier, between",
		"2026-03-02": "always, later, between",
		"2026-03-03": "always, later",
		"":           "always, later, earlier, between",
	} {
		require.Equal(t, want, l.short(day), "%s", day)
		for _, e := range l.Entries() {
			require.Equal(t, strings.Contains(want, e.Code), l.HasOn(e.Code, day), "%s on %s", e.Code, day)
		}
	}
	require.False(t, l.HasOn("never", "2026-03-01"))
	require.Nil(t, FindCodeList("CL999"))
}

// The day of the declaration is that of the ledger's time; off-line, without it, the day on which the message was prepared.
func TestCodesAreLookedUpAtTheDayOfTheDeclaration(t *testing.T) {
	lev := func(prepared DateTime, now string) []string {
		s := declaration()
		referenceOf(s).Currency = "BGN"
		s.Message.PreparationDateAndTime = prepared
		ctx := RuleContext{}
		if now != "" {
			ctx.Now, _ = DateTime(now).Parse()
		}
		return rulesOf(Check(s, ctx))
	}
	require.Empty(t, lev("2026-01-31T23:59:59", ""))
	require.Equal(t, []string{"CL048"}, lev("2026-02-01T00:00:00", ""))
	require.Empty(t, lev("2026-02-01T00:00:00", "2026-01-31T23:59:59"))
	require.Equal(t, []string{"CL048"}, lev("2026-01-31T23:59:59", "2026-02-01T00:00:00"))

	unknown := func(prepared DateTime) []string {
		s := declaration()
		s.Message.PreparationDateAndTime = prepared
		s.Consignment.InlandModeOfTransport, s.Consignment.DepartureTransportMeans[0].TypeOfIdentification = "9", "99"
		return rulesOf(Check(s, RuleContext{}))
	}
	require.Empty(t, unknown(DateTime(TransitionEnd+"T23:59:59")))
	require.Equal(t, []string{"CL750"}, unknown("2025-01-22T00:00:00"))
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
