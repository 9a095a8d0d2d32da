package transit

import "unicode/utf8"

// GRN is a guarantee reference number: an17 = year (n2), country (a2), serial (an12), check digit (R0028); a voucher (guarantee
// type 4) appends a letter and six digits, an24 in all (R0318).
type GRN string

const (
	grnLen        = 17
	voucherGRNLen = 24
	firstGRNYear  = 2000
)

// ParseGRN accepts an17 and an24 with a right check digit. Which of the two a guarantee needs: CheckGRNType.
func ParseGRN(s string) (GRN, error) {
	spans := []span{{2, classDigit()}, {2, classUpper()}, {serialLen, classUpperAlnum()}, {1, classDigit()}}
	switch n := utf8.RuneCountInString(s); n {
	case grnLen:
	case voucherGRNLen:
		spans = append(spans, span{1, classUpper()}, span{6, classDigit()})
	default:
		return "", refuse(KindGRN, s, "it has %d characters but must have 17, or 24 for a voucher", n)
	}
	if e := checkLayout(KindGRN, s, spans...); e != nil {
		return "", e
	}
	if e := verifyCheckDigit(KindGRN, s[:grnLen], grnLen-1); e != nil {
		e.Value = s
		return "", e
	}
	return GRN(s), nil
}

// NewGRN composes an an17 GRN: year 2000..2099, ISO 3166-1 country, serial of 12 digits and capital letters.
func NewGRN(year int, country, serial12 string) (GRN, error) {
	if year < firstGRNYear || year > lastMRNYear {
		return "", refuse(KindGRN, "", "the year %d is outside %d..%d", year, firstGRNYear, lastMRNYear)
	}
	if err := ValidateCountry(country); err != nil {
		return "", err
	}
	if e := checkLayout(KindGRN, serial12, span{serialLen, classUpperAlnum()}); e != nil {
		e.Reason = "the serial is wrong: " + e.Reason
		return "", e
	}
	body := twoDigits(year) + country + serial12
	digit, err := CheckDigit(body)
	if err != nil {
		return "", refuse(KindGRN, body, "%v", err)
	}
	return ParseGRN(body + string(rune('0'+digit)))
}

// CheckGRNType holds the length of a GRN against the guarantee type (R0318): type 4 takes an24, every other type an17.
func CheckGRNType(grn GRN, guaranteeType string) error {
	switch {
	case guaranteeType == GuaranteeVoucher && len(grn) != voucherGRNLen:
		return refuse(KindGRN, string(grn), "a voucher (guarantee type 4) has a GRN of 24 characters (R0318)")
	case guaranteeType != GuaranteeVoucher && len(grn) != grnLen:
		return refuse(KindGRN, string(grn), "guarantee type %s has a GRN of 17 characters, only a voucher has 24 (R0318)", guaranteeType)
	}
	return nil
}

// String returns the 17 or 24 characters.
func (g GRN) String() string { return string(g) }

// IsVoucher tells whether the GRN names one voucher.
func (g GRN) IsVoucher() bool { return len(g) == voucherGRNLen }

// Country returns the country of the office of guarantee, or "" for a malformed value.
func (g GRN) Country() string {
	if len(g) != grnLen && len(g) != voucherGRNLen {
		return ""
	}
	return string(g[2:4])
}

// ValidateAccessCode accepts an4: exactly four digits or letters. Case is kept; offices compare codes without regard to it,
// see NormaliseAccessCode.
func ValidateAccessCode(s string) error {
	e := checkLayout(KindAccessCode, s, span{4, classAlnum()})
	if e != nil {
		e.Value = "" // an access code is a secret, a wrong one is often nearly right
	}
	return asError(e)
}
