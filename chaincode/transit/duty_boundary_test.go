package transit

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryCountryOfTheRouteCountsThoughOneComesAgain(t *testing.T) {
	books := dutyBooks{lines: map[string]TariffLine{"CN851712": {Duty: 100, Currency: "EUR"}, "KG851712": {Duty: 900, Currency: "EUR"}}}
	std := goods([4]string{"851712", "1", "100.00", "EUR"})
	r := RequiredAmount(std, []string{"CN", "KZ", "CN", "KG"}, claimsOf(Money{1, "EUR"}), books.source())
	require.Equal(t, Money{9_00, "EUR"}, r.Amount)
	require.Len(t, r.Countries, 3)
	require.Equal(t, "KG", r.Countries[2].Country)
}

// twoLines is a country with lines in two currencies of its own, and goods for each.
func twoLines(rates map[string]Rate) *Required {
	books := dutyBooks{rates: rates, lines: map[string]TariffLine{
		"KZ851712": {Duty: 10_000, Currency: "KZT"}, "KZ010121": {Duty: 10_000, Currency: "EUR"},
	}}
	std := goods([4]string{"851712", "1", "1.00", "KZT"}, [4]string{"010121", "1", "2.00", "EUR"}, [4]string{"851712", "1", "1.00", "KZT"})
	return RequiredAmount(std, []string{"KZ"}, claimsOf(Money{1, "EUR"}), books.source())
}

func TestWhatHasARateCountsBesideWhatHasNone(t *testing.T) {
	require.Equal(t, RequiredIn{Country: "KZ", Amount: Money{2_00, "EUR"}, NoRate: true}, twoLines(nil).Countries[0])
}

func TestTheAmountsOfOneCurrencyAreExchangedOnce(t *testing.T) {
	r := twoLines(map[string]Rate{"KZTEUR": {Numerator: 1, Denominator: 500}})
	require.Equal(t, RequiredIn{Country: "KZ", Amount: Money{2_01, "EUR"}}, r.Countries[0], "two tenge are one cent, not each its own")
}

// What a line needs to charge is the value, when it has rates, and the mass, when it charges by the kilogram or has to put a
// reference value in the place of a value that is not declared.
func TestGoodsAreUnknownWhenWhatTheLineNeedsIsMissing(t *testing.T) {
	const none = ""
	for name, c := range map[string]struct {
		line        TariffLine
		mass, value string
		known       bool
	}{
		"a line that charges nothing needs nothing":     {TariffLine{}, none, none, true},
		"duty needs a value":                            {TariffLine{Duty: 1}, "1", none, false},
		"tax needs a value":                             {TariffLine{Tax: 1}, "1", none, false},
		"duty and tax have the declared value":          {TariffLine{Duty: 1, Tax: 1}, none, "1", true},
		"duty has the reference value":                  {TariffLine{Duty: 1, ReferencePerKg: 1}, "1", none, true},
		"tax has the reference value":                   {TariffLine{Tax: 1, ReferencePerKg: 1}, "1", none, true},
		"the reference value needs a mass":              {TariffLine{Duty: 1, ReferencePerKg: 1}, none, none, false},
		"the reference value needs a mass above zero":   {TariffLine{Duty: 1, ReferencePerKg: 1}, "0", none, false},
		"an amount per kilogram needs a mass":           {TariffLine{PerKg: 1}, none, none, false},
		"an amount per kilogram needs more than zero":   {TariffLine{PerKg: 1}, "0.000", "1", false},
		"an amount per kilogram needs no value":         {TariffLine{PerKg: 1}, "0.000001", none, true},
		"an amount per kilogram beside duty needs both": {TariffLine{Duty: 1, PerKg: 1}, "1", none, false},
	} {
		t.Run(name, func(t *testing.T) {
			c.line.Currency = "EUR"
			books := dutyBooks{lines: map[string]TariffLine{"KZ851712": c.line}}
			r := RequiredAmount(goods([4]string{"851712", c.mass, c.value, "EUR"}), []string{"KZ"}, claimsOf(Money{1, "EUR"}), books.source())
			require.Equal(t, !c.known, r.Countries[0].Unknown)
		})
	}
}

func TestTheMassIsTheNetMassElseTheGrossMass(t *testing.T) {
	for name, c := range map[string]struct {
		net, gross Decimal
		micro      int64
		weighed    bool
	}{
		"both":                               {"1.5", "2", 1_500_000, true},
		"gross alone":                        {"", "2", 2_000_000, true},
		"net finer than a millionth":         {"1.0000001", "2", 2_000_000, true},
		"net that is no number":              {"x", "2", 2_000_000, true},
		"net of zero":                        {"0", "2", 0, false},
		"neither":                            {"", "", 0, false},
		"gross finer than a millionth alone": {"", "1.0000001", 0, false},
	} {
		item := &ConsignmentItem{Commodity: Commodity{GoodsMeasure: &GoodsMeasure{NetMass: c.net, GrossMass: c.gross}}}
		mass, weighed := massOf(item)
		require.Equal(t, c.micro, mass.Int64(), name)
		require.Equal(t, c.weighed, weighed, name)
	}
}

func TestAmountsBeyondTheLedgersBoundCountAsTheBound(t *testing.T) {
	huge := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, n := range []*big.Int{
		big.NewInt(MaxMinor), big.NewInt(MaxMinor + 1), huge, new(big.Int).Add(huge, big.NewInt(7)),
	} {
		require.Equal(t, MaxMinor, bounded(n), n)
	}
	require.Equal(t, MaxMinor-1, bounded(big.NewInt(MaxMinor-1)))
}
