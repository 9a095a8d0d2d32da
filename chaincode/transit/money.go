package transit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in the smallest unit of its currency (ISO 4217): 12 000.00 EUR is {1200000, "EUR"}, 500 JPY is
// {500, "JPY"}. There are no fractions of a minor unit and no rounding. Amounts of documents are never negative; a balance may be.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// MaxMinor is the largest absolute amount in minor units. It is the largest integer that every JSON reader keeps exactly
// (2^53-1), some 90 million millions of euro: nearly all of the schema's n..16,2, and far from the limits of int64.
const MaxMinor int64 = 1<<53 - 1

// AmountError says why a value is not an amount, or why two amounts cannot be combined.
type AmountError struct {
	Value  string
	Reason string
}

// Error gives value and reason in one line.
func (e *AmountError) Error() string {
	if e.Value == "" {
		return "amount: " + e.Reason
	}
	return fmt.Sprintf("amount %q: %s", clip(e.Value), e.Reason)
}

// ParseMoney reads an amount as documents write it, (0|[1-9][0-9]*)(\.[0-9]+)?, in an active currency. More fraction
// digits than the currency has are an error, for nothing is ever rounded away; zeros at the end change no value and do not
// count ("100.000" EUR is 100 euro, as the schema has it).
func ParseMoney(decimal, currency string) (Money, error) {
	digits, ok := CurrencyDigits(currency)
	if !ok {
		return Money{}, &AmountError{decimal, fmt.Sprintf("%q is not an active currency code of ISO 4217", clip(currency))}
	}
	whole, given, point := strings.Cut(decimal, ".")
	fraction := strings.TrimRight(given, "0")
	switch {
	case !onlyDigits(whole) || point && !onlyDigits(given):
		return Money{}, &AmountError{decimal, "it must be digits with an optional decimal point, without sign, spaces or exponent"}
	case len(whole) > 1 && whole[0] == '0':
		return Money{}, &AmountError{decimal, "it must not begin with a superfluous 0"}
	case len(fraction) > digits:
		return Money{}, &AmountError{decimal, fmt.Sprintf("it has %d decimals but %s has %d", len(fraction), currency, digits)}
	}
	minor, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	if err != nil || minor > MaxMinor {
		return Money{}, &AmountError{decimal, "it is larger than " + Money{MaxMinor, currency}.String()}
	}
	return Money{minor, currency}, nil
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// Check accepts an active currency and an amount within ±MaxMinor.
func (m Money) Check() error {
	if _, ok := CurrencyDigits(m.Currency); !ok {
		return &AmountError{"", fmt.Sprintf("%q is not an active currency code of ISO 4217", clip(m.Currency))}
	}
	if m.Minor > MaxMinor || m.Minor < -MaxMinor {
		return &AmountError{strconv.FormatInt(m.Minor, 10), "it is larger than the ledger keeps"}
	}
	return nil
}

// Add returns m+o. Both must be valid and in one currency, and the sum within ±MaxMinor.
func (m Money) Add(o Money) (Money, error) {
	if err := m.compatible(o); err != nil {
		return Money{}, err
	}
	// Both are at most 2^53-1, so the sum cannot overflow int64 before it is checked.
	sum := Money{m.Minor + o.Minor, m.Currency}
	if err := sum.Check(); err != nil {
		return Money{}, err
	}
	return sum, nil
}

// Sub returns m-o under the conditions of Add; the result may be negative.
func (m Money) Sub(o Money) (Money, error) {
	if err := m.compatible(o); err != nil {
		return Money{}, err
	}
	return m.Add(Money{-o.Minor, o.Currency})
}

// Cmp returns -1, 0 or +1 as m is less than, equal to or greater than o; an error when they are in different currencies.
func (m Money) Cmp(o Money) (int, error) {
	if err := m.compatible(o); err != nil {
		return 0, err
	}
	return cmp.Compare(m.Minor, o.Minor), nil
}

func (m Money) compatible(o Money) error {
	if err := m.Check(); err != nil {
		return err
	}
	if err := o.Check(); err != nil {
		return err
	}
	if m.Currency != o.Currency {
		return &AmountError{"", fmt.Sprintf("%s and %s are different currencies", m.Currency, o.Currency)}
	}
	return nil
}

// IsZero tells whether the amount is nil in whatever currency.
func (m Money) IsZero() bool { return m.Minor == 0 }

// IsNegative tells whether the amount is below zero.
func (m Money) IsNegative() bool { return m.Minor < 0 }

// Decimal writes the amount as documents do, with all decimals of the currency and no grouping: "12000.00". ParseMoney reads it
// back unless it is negative. An unknown currency counts as one without decimals.
func (m Money) Decimal() string {
	whole, fraction := m.split()
	return m.sign() + whole + fraction
}

// String writes the amount for people: "12 000.00 EUR".
func (m Money) String() string {
	whole, fraction := m.split()
	var b strings.Builder
	b.WriteString(m.sign())
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(whole[i])
	}
	b.WriteString(fraction)
	b.WriteByte(' ')
	b.WriteString(m.Currency)
	return b.String()
}

func (m Money) sign() string {
	if m.Minor < 0 {
		return "-"
	}
	return ""
}

// split returns the absolute amount as whole units and, with the point, the decimals.
func (m Money) split() (whole, fraction string) {
	abs := uint64(m.Minor)
	if m.Minor < 0 {
		abs = -abs // two's complement: right for the smallest int64 too
	}
	digits, _ := CurrencyDigits(m.Currency)
	s := strconv.FormatUint(abs, 10)
	if digits == 0 {
		return s, ""
	}
	if len(s) <= digits {
		s = strings.Repeat("0", digits+1-len(s)) + s
	}
	cut := len(s) - digits
	return s[:cut], "." + s[cut:]
}
