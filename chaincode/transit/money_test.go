package transit

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		name, decimal, currency string
		want                    int64
		text                    string
	}{
		{"two decimals", "12000.00", "EUR", 1200000, "12 000.00 EUR"},
		{"no decimals given", "12000", "EUR", 1200000, "12 000.00 EUR"},
		{"one decimal given", "0.5", "KGS", 50, "0.50 KGS"},
		{"nothing", "0", "KZT", 0, "0.00 KZT"},
		{"a cent", "0.01", "USD", 1, "0.01 USD"},
		{"a currency without decimals", "1234567", "JPY", 1234567, "1 234 567 JPY"},
		{"a currency with three", "1.234", "KWD", 1234, "1.234 KWD"},
		{"zeros that the currency has no place for", "100.000", "EUR", 10000, "100.00 EUR"},
		{"a zero in a currency without decimals", "1.0", "JPY", 1, "1 JPY"},
		{"the largest amount", "90071992547409.91", "CNY", MaxMinor, "90 071 992 547 409.91 CNY"},
		{"the largest amount without decimals", "9007199254740991", "JPY", MaxMinor, "9 007 199 254 740 991 JPY"},
		{"the largest amount with three", "9007199254740.991", "KWD", MaxMinor, "9 007 199 254 740.991 KWD"},
		{"less than a unit", "0.99", "EUR", 99, "0.99 EUR"},
		{"less than a unit, with three decimals", "0.999", "KWD", 999, "0.999 KWD"},
		{"a unit, with three decimals", "1", "KWD", 1000, "1.000 KWD"},
		{"the smallest amount with three", "0.001", "KWD", 1, "0.001 KWD"},
		{"nothing with zeros", "0.0000", "KWD", 0, "0.000 KWD"},
		{"nothing without decimals", "0", "JPY", 0, "0 JPY"},
		{"three digits, without a group", "999", "JPY", 999, "999 JPY"},
		{"four digits, with one", "1000", "JPY", 1000, "1 000 JPY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := ParseMoney(c.decimal, c.currency)
			require.NoError(t, err)
			require.Equal(t, Money{c.want, c.currency}, m)
			require.Equal(t, c.text, m.String())
			back, err := ParseMoney(m.Decimal(), c.currency)
			require.NoError(t, err)
			require.Equal(t, m, back)
		})
	}
	for _, c := range []struct{ name, decimal, currency, reason string }{
		{"too many decimals", "1.234", "EUR", "it has 3 decimals but EUR has 2"},
		{"a decimal that the currency has not", "1.5", "JPY", "it has 1 decimals but JPY has 0"},
		{"one more than the largest", "90071992547409.92", "EUR", "larger than 90 071 992 547 409.91 EUR"},
		{"one more without decimals", "9007199254740992", "JPY", "larger than 9 007 199 254 740 991 JPY"},
		{"one more with three", "9007199254740.992", "KWD", "larger than 9 007 199 254 740.991 KWD"},
		{"the largest of 64 bits", "9223372036854775807", "JPY", "larger than"},
		{"one more than 64 bits hold", "9223372036854775808", "JPY", "larger than"},
		{"decimals that lead beyond the bound", "9007199254740.99", "UGX", "it has 2 decimals but UGX has 0"},
		{"four decimals", "1.0001", "KWD", "it has 4 decimals but KWD has 3"},
		{"two zeros", "00", "EUR", "superfluous"},
		{"a leading zero before a point", "00.5", "EUR", "superfluous"},
		{"the character before the digits", "1/", "EUR", "digits"},
		{"the character after the digits", "1:", "EUR", "digits"},
		{"the character before the digits, behind the point", "1./", "EUR", "digits"},
		{"the character after the digits, behind the point", "1.:", "EUR", "digits"},
		{"zeros and something else behind the point", "1.x0", "EUR", "digits"},
		{"digits without end", strings.Repeat("9", 400), "EUR", "larger than"},
		{"a sign", "-1", "EUR", "without sign"},
		{"a plus", "+1", "EUR", "without sign"},
		{"an exponent", "1e3", "EUR", "exponent"},
		{"a comma", "1,5", "EUR", "decimal point"},
		{"nothing", "", "EUR", "digits"},
		{"only a point", ".", "EUR", "digits"},
		{"no digits after the point", "1.", "EUR", "digits"},
		{"none before", ".5", "EUR", "digits"},
		{"two points", "1.2.3", "EUR", "digits"},
		{"a leading zero", "01", "EUR", "superfluous"},
		{"an old currency", "1", "DEM", "not an active currency"},
		{"no currency", "1", "", "not an active currency"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseMoney(c.decimal, c.currency)
			var e *AmountError
			require.ErrorAs(t, err, &e)
			require.ErrorContains(t, err, c.reason)
		})
	}
}

func TestMoneyArithmetic(t *testing.T) {
	a, b := Money{1200, "EUR"}, Money{1300, "EUR"}
	sum, err := a.Add(b)
	require.NoError(t, err)
	require.Equal(t, Money{2500, "EUR"}, sum)
	diff, err := a.Sub(b)
	require.NoError(t, err)
	require.Equal(t, Money{-100, "EUR"}, diff)
	require.True(t, diff.IsNegative())
	require.False(t, diff.IsZero())
	require.Equal(t, "-1.00 EUR", diff.String())
	require.Equal(t, "-1.00", diff.Decimal())
	order, err := a.Cmp(b)
	require.NoError(t, err)
	require.Equal(t, -1, order)

	for name, f := range map[string]func() error{
		"adding two currencies":   func() error { _, err := a.Add(Money{1, "KZT"}); return err },
		"subtracting them":        func() error { _, err := a.Sub(Money{1, "KZT"}); return err },
		"comparing them":          func() error { _, err := a.Cmp(Money{1, "KZT"}); return err },
		"a sum that is too large": func() error { _, err := Money{MaxMinor, "EUR"}.Add(Money{1, "EUR"}); return err },
		"too large below zero":    func() error { _, err := Money{-MaxMinor, "EUR"}.Sub(Money{1, "EUR"}); return err },
		"a summand out of bounds": func() error { _, err := a.Add(Money{math.MaxInt64, "EUR"}); return err },
		"the smallest int64":      func() error { _, err := a.Sub(Money{math.MinInt64, "EUR"}); return err },
		"no currency at all":      func() error { return Money{}.Check() },
	} {
		require.Error(t, f(), name)
	}
	require.Equal(t, "-92 233 720 368 547 758.08 EUR", Money{math.MinInt64, "EUR"}.String())
	require.Equal(t, "5 ???", Money{5, "???"}.String())
}

func TestMoneyAtItsBounds(t *testing.T) {
	for _, c := range []struct {
		name string
		m    Money
		ok   bool
	}{
		{"the largest", Money{MaxMinor, "EUR"}, true},
		{"one more", Money{MaxMinor + 1, "EUR"}, false},
		{"the smallest", Money{-MaxMinor, "EUR"}, true},
		{"one less", Money{-MaxMinor - 1, "EUR"}, false},
		{"nothing", Money{0, "EUR"}, true},
		{"an old currency", Money{0, "DEM"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.ok, c.m.Check() == nil)
			sum, err := c.m.Add(Money{0, "EUR"})
			require.Equal(t, c.ok, err == nil)
			if c.ok {
				require.Equal(t, c.m, sum)
			}
		})
	}
	sum, err := Money{MaxMinor - 1, "EUR"}.Add(Money{1, "EUR"})
	require.NoError(t, err)
	require.Equal(t, MaxMinor, sum.Minor)
	diff, err := Money{1 - MaxMinor, "EUR"}.Sub(Money{1, "EUR"})
	require.NoError(t, err)
	require.Equal(t, -MaxMinor, diff.Minor)
	for minor, want := range map[int64]int{4: 1, 5: 0, 6: -1} {
		order, err := Money{5, "EUR"}.Cmp(Money{minor, "EUR"})
		require.NoError(t, err)
		require.Equal(t, want, order)
	}
	for minor, want := range map[int64][2]bool{-1: {true, false}, 0: {false, true}, 1: {false, false}} {
		m := Money{minor, "EUR"}
		require.Equal(t, want, [2]bool{m.IsNegative(), m.IsZero()}, minor)
	}
}

func TestMoneyAsItIsWritten(t *testing.T) {
	for want, m := range map[string]Money{
		"-0.005 KWD": {-5, "KWD"}, "-999.99 EUR": {-99_999, "EUR"}, "-1 000.00 EUR": {-100_000, "EUR"}, "1 000.00 EUR": {100_000, "EUR"},
		"999.99 EUR": {99_999, "EUR"}, "1 000 000 JPY": {1_000_000, "JPY"}, "0.10 EUR": {10, "EUR"}, "1.00 EUR": {100, "EUR"},
	} {
		require.Equal(t, want, m.String())
		require.Equal(t, strings.ReplaceAll(strings.TrimSuffix(want, " "+m.Currency), " ", ""), m.Decimal())
	}
	require.EqualError(t, &AmountError{"1x", "no"}, `amount "1x": no`)
	require.EqualError(t, &AmountError{"", "no"}, "amount: no")
}

func TestMoneyProperties(t *testing.T) {
	currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "KZT", "KGS", "CNY"})
	amount := rapid.Int64Range(-MaxMinor, MaxMinor)
	t.Run("sums are those of whole numbers or refused", rapid.MakeCheck(func(t *rapid.T) {
		c := currency.Draw(t, "currency")
		a, b := amount.Draw(t, "a"), amount.Draw(t, "b")
		sum, err := Money{a, c}.Add(Money{b, c})
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		if new(big.Int).Abs(exact).Cmp(big.NewInt(MaxMinor)) > 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, exact.Int64(), sum.Minor)
		back, err := sum.Sub(Money{b, c})
		require.NoError(t, err)
		require.Equal(t, Money{a, c}, back)
	}))
	t.Run("what is written is read back", rapid.MakeCheck(func(t *rapid.T) {
		m := Money{rapid.Int64Range(0, MaxMinor).Draw(t, "minor"), currency.Draw(t, "currency")}
		back, err := ParseMoney(m.Decimal(), m.Currency)
		require.NoError(t, err)
		require.Equal(t, m, back)
	}))
}

func FuzzParseMoney(f *testing.F) {
	f.Add("12000.00", "EUR")
	f.Add("1.234", "KWD")
	f.Add("99999999999999999999", "JPY")
	f.Add("-0.1e5", "")
	f.Fuzz(func(t *testing.T, decimal, currency string) {
		m, err := ParseMoney(decimal, currency)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NoError(t, m.Check())
		require.False(t, m.IsNegative())
		want, ok := new(big.Rat).SetString(decimal)
		require.True(t, ok)
		got, ok := new(big.Rat).SetString(m.Decimal())
		require.True(t, ok)
		require.Zero(t, want.Cmp(got))
	})
}
