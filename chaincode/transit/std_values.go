package transit

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Flag is an indicator of the message: "0" or "1"; empty where the optional indicator is absent.
type Flag string

// The two values of a [Flag].
const (
	FlagNo  Flag = "0"
	FlagYes Flag = "1"
)

// Set reports whether the indicator is present and 1.
func (f Flag) Set() bool { return f == FlagYes }

// The lexical forms of dates and times in the messages. They carry no zone: they are UTC.
const (
	dayLayout    = "2006-01-02"
	momentLayout = "2006-01-02T15:04:05"
)

// Date is a calendar day in the form 2026-03-31; empty where absent.
type Date string

// Parse returns the beginning of the day in UTC.
func (d Date) Parse() (time.Time, error) { return parseExact(dayLayout, string(d)) }

// DateOf is the day of t in UTC.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(dayLayout)) }

// DateTime is a moment in the form 2026-03-31T23:59:59, UTC; empty where absent.
type DateTime string

// Parse returns the moment in UTC.
func (d DateTime) Parse() (time.Time, error) { return parseExact(momentLayout, string(d)) }

// DateTimeOf is t in UTC, cut to the second.
func DateTimeOf(t time.Time) DateTime { return DateTime(t.UTC().Format(momentLayout)) }

// parseExact parses s and refuses what the layout tolerates beyond the form: fractions of a second and the year 0.
func parseExact(layout, s string) (time.Time, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Format(layout) != s || t.Year() == 0 {
		return time.Time{}, fmt.Errorf("%q is not a date of the form %s", s, layout)
	}
	return t, nil
}

// Decimal is an exact, unsigned decimal number in its lexical form, such as
// "1250.5" or "0.000001": no sign, no exponent, no needless leading zero. Empty
// where absent. Trailing zeros are kept: a document is written as it was read.
type Decimal string

// maxDecimalLen bounds what is parsed; the schema has at most 16 digits and a point.
const maxDecimalLen = 40

// ParseDecimal checks the lexical form.
func ParseDecimal(s string) (Decimal, error) {
	whole, fraction, point := strings.Cut(s, ".")
	switch {
	case len(s) > maxDecimalLen,
		!isDigitString(whole), len(whole) > 1 && whole[0] == '0',
		point && !isDigitString(fraction):
		return "", fmt.Errorf("%q is not a decimal number such as 1250.5", s)
	}
	return Decimal(s), nil
}

func isDigitString(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// scaled returns the number as an integer of the given number of fraction
// digits; exact is false when digits other than zero had to be left out.
func (d Decimal) scaled(digits int) (n *big.Int, exact bool, err error) {
	if _, err := ParseDecimal(string(d)); err != nil {
		return nil, false, err
	}
	whole, fraction, _ := strings.Cut(string(d), ".")
	fraction = strings.TrimRight(fraction, "0")
	exact = len(fraction) <= digits
	if !exact {
		fraction = fraction[:digits]
	}
	n, _ = new(big.Int).SetString(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10)
	return n, exact, nil
}

// fractionDigits is the number of significant digits after the point.
func (d Decimal) fractionDigits() int {
	_, fraction, _ := strings.Cut(string(d), ".")
	return len(strings.TrimRight(fraction, "0"))
}

// totalDigits is the number of significant digits.
func (d Decimal) totalDigits() int {
	whole, _, _ := strings.Cut(string(d), ".")
	return len(strings.TrimLeft(whole, "0")) + d.fractionDigits()
}

// Minor returns the number in units of its digits-th decimal place: Minor(2) of
// "12.5" is 1250. It refuses what would have to be rounded or does not fit.
func (d Decimal) Minor(digits int) (int64, error) {
	n, exact, err := d.scaled(digits)
	if err != nil {
		return 0, err
	}
	if !exact || !n.IsInt64() {
		return 0, fmt.Errorf("%q has no exact value of %d decimal places in 64 bits", string(d), digits)
	}
	return n.Int64(), nil
}

// DecimalOf is the number n with the given number of decimal places; n is not negative.
func DecimalOf(n int64, digits int) Decimal {
	return decimalOf(big.NewInt(n), digits)
}

func decimalOf(n *big.Int, digits int) Decimal {
	s := n.String()
	if digits == 0 {
		return Decimal(s)
	}
	if missing := digits + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	return Decimal(s[:len(s)-digits] + "." + s[len(s)-digits:])
}

// Cmp compares the values: "1.0" equals "1".
func (d Decimal) Cmp(other Decimal) (int, error) {
	digits := max(d.fractionDigits(), other.fractionDigits())
	a, _, err := d.scaled(digits)
	if err != nil {
		return 0, err
	}
	b, _, err := other.scaled(digits)
	if err != nil {
		return 0, err
	}
	return a.Cmp(b), nil
}

// Positive reports whether the value is a number above zero.
func (d Decimal) Positive() bool {
	n, _, err := d.scaled(d.fractionDigits())
	return err == nil && n.Sign() > 0
}

// SumDecimals adds exactly and drops trailing zeros; absent numbers count as nothing.
func SumDecimals(numbers ...Decimal) (Decimal, error) {
	digits := 0
	for _, d := range numbers {
		digits = max(digits, d.fractionDigits())
	}
	sum := new(big.Int)
	for _, d := range numbers {
		if d == "" {
			continue
		}
		n, _, err := d.scaled(digits)
		if err != nil {
			return "", err
		}
		sum.Add(sum, n)
	}
	return decimalOf(sum, digits), nil
}
