package transit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest values the schema permits, in characters.
const (
	maxLRN            = 22
	maxSeal           = 20
	maxUCR            = 35
	maxOperator       = 17
	maxTransportMeans = 35
)

// ValidateLRN accepts an..22: not blank, no space at either end, no control characters.
func ValidateLRN(s string) error { return asError(checkText(KindLRN, s, maxLRN)) }

// ValidateSeal accepts an..20 under the same conditions as an LRN. Uniqueness in the declaration is rule R0107.
func ValidateSeal(s string) error { return asError(checkText(KindSeal, s, maxSeal)) }

// ValidateContainer accepts a container number of ISO 6346: three letters of the owner, category U (freight container), J
// (detachable equipment) or Z (trailer, chassis), six digits and the check digit.
func ValidateContainer(s string) error {
	if e := checkLayout(KindContainer, s, span{4, classUpper()}, span{7, classDigit()}); e != nil {
		return e
	}
	if !strings.ContainsRune("UJZ", rune(s[3])) {
		return refuse(KindContainer, s, "character 4 is %q but must be U, J or Z (equipment category of ISO 6346)", s[3])
	}
	return asError(verifyCheckDigit(KindContainer, s, 10))
}

// LooksLikeContainer tells whether s has the shape of an ISO 6346 number, right or wrong check digit. The declaration's field
// also takes other markings (swap bodies, tanks), which have no check digit to hold them to.
func LooksLikeContainer(s string) bool {
	return checkLayout(KindContainer, s, span{4, classUpper()}, span{7, classDigit()}) == nil && strings.ContainsRune("UJZ", rune(s[3]))
}

// ValidateCustomsOffice accepts an8: ISO 3166-1 country and six digits or capital letters. Whether the office exists is the
// registry's business.
func ValidateCustomsOffice(s string) error {
	if e := checkLayout(KindCustomsOffice, s, span{2, classUpper()}, span{6, classUpperAlnum()}); e != nil {
		return e
	}
	return checkCountryPrefix(KindCustomsOffice, s)
}

// OfficeCountry returns the country of a customs office reference, "" when there is none.
func OfficeCountry(office string) string {
	if len(office) < 2 {
		return ""
	}
	return office[:2]
}

// ValidateUNLocode accepts a UN/LOCODE: country and three characters of A-Z and 2-9 (0 and 1 are never used).
func ValidateUNLocode(s string) error {
	place := charClass{"a capital letter A-Z or a digit 2-9", func(c byte) bool { return isUpper(c) || c >= '2' && c <= '9' }}
	if e := checkLayout(KindUNLocode, s, span{2, classUpper()}, span{3, place}); e != nil {
		return e
	}
	return checkCountryPrefix(KindUNLocode, s)
}

// ValidateOperator accepts an operator number of the EORI kind, an..17: the ISO 3166-1 country that issued it, then 1 to 15
// visible ASCII characters (in CAREC countries the national BIN, INN or unified social credit code).
func ValidateOperator(s string) error {
	n := utf8.RuneCountInString(s)
	if n < 3 || n > maxOperator {
		return refuse(KindOperator, s, "it has %d characters but must have 3 to %d: the country and the national number", n, maxOperator)
	}
	if e := checkLayout(KindOperator, s, span{2, classUpper()}, span{n - 2, classVisible()}); e != nil {
		return e
	}
	return checkCountryPrefix(KindOperator, s)
}

// ValidateHS6 accepts the six digits of a sub-heading of the Harmonized System. Chapter 00 does not exist and 77 is reserved.
func ValidateHS6(s string) error {
	if e := checkLayout(KindHS6, s, span{6, classDigit()}); e != nil {
		return e
	}
	if ch := s[:2]; ch == "00" || ch == "77" {
		return refuse(KindHS6, s, "there is no chapter %s in the Harmonized System", ch)
	}
	return nil
}

// ValidateUCR accepts a unique consignment reference, an..35: printable ASCII without a space at either end.
func ValidateUCR(s string) error { return asError(checkPrintable(KindUCR, s, maxUCR)) }

func checkPrintable(kind IDKind, s string, maxLen int) *IDError {
	if e := checkText(kind, s, maxLen); e != nil {
		return e
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return refuse(kind, s, "%s is not allowed: only printable ASCII characters", quoteRune(r))
	}
	return nil
}

// ValidateTransportMeans accepts the identification of a means of transport, an..35, without lower-case letters (R0076, R0473).
func ValidateTransportMeans(s string) error {
	if e := checkText(KindTransportMeans, s, maxTransportMeans); e != nil {
		return e
	}
	if strings.IndexFunc(s, unicode.IsLower) >= 0 {
		return refuse(KindTransportMeans, s, "it must be written in capitals: %s", clip(strings.ToUpper(s)))
	}
	return nil
}

// ValidateCountry accepts a code of the country list (ISO 3166-1 alpha-2 and the additions of NCTS such as XI).
func ValidateCountry(s string) error {
	if e := checkLayout(KindCountry, s, span{2, classUpper()}); e != nil {
		return e
	}
	return checkCountryPrefix(KindCountry, s)
}

func checkCountryPrefix(kind IDKind, s string) error {
	if !Countries().Has(s[:2]) {
		return refuse(kind, s, "%q is not a country code of ISO 3166-1", s[:2])
	}
	return nil
}

// ValidateCurrency accepts an active currency of ISO 4217.
func ValidateCurrency(s string) error {
	if e := checkLayout(KindCurrency, s, span{3, classUpper()}); e != nil {
		return e
	}
	if _, ok := CurrencyDigits(s); !ok {
		return refuse(KindCurrency, s, "it is not an active currency code of ISO 4217")
	}
	return nil
}
