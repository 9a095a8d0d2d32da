package transit

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// dutyBooks is a DutySource of plain maps.
type dutyBooks struct {
	lines map[string]TariffLine // country and sub-heading
	rates map[string]Rate       // country, base and quote
}

func (b dutyBooks) source() DutySource {
	return DutySource{
		Line: func(country, hs string) *TariffLine {
			if l, ok := b.lines[country+hs]; ok {
				return &l
			}
			return nil
		},
		Rate: func(country, base, quote string) *Rate {
			if r, ok := b.rates[country+base+quote]; ok {
				return &r
			}
			return nil
		},
	}
}

// goods is a document of items, each of a sub-heading, a net mass and a customs value ("" for none).
func goods(items ...[4]string) *STD {
	s := &STD{}
	h := HouseConsignment{}
	for _, it := range items {
		item := ConsignmentItem{Commodity: Commodity{CommodityCode: &CommodityCode{HarmonizedSystemSubHeadingCode: it[0]}}}
		if it[1] != "" {
			item.Commodity.GoodsMeasure = &GoodsMeasure{GrossMass: "999999", NetMass: Decimal(it[1])}
		}
		if it[2] != "" {
			item.CustomsValue = &CustomsValue{Decimal(it[2]), it[3]}
		}
		h.ConsignmentItems = append(h.ConsignmentItems, item)
	}
	s.Consignment.HouseConsignments = []HouseConsignment{h}
	return s
}

func claimsOf(amounts ...Money) []GuaranteeClaim {
	out := make([]GuaranteeClaim, len(amounts))
	for i, a := range amounts {
		out[i].Amount = a
	}
	return out
}

func TestRequiredAmount(t *testing.T) {
	route := []string{"CN", "KZ", "KG"}
	euro := claimsOf(Money{100_00, "EUR"})
	kz := func(l TariffLine) dutyBooks {
		l.HS, l.Currency = "851712", "EUR"
		return dutyBooks{lines: map[string]TariffLine{"KZ851712": l}}
	}
	for name, c := range map[string]struct {
		std    *STD
		books  dutyBooks
		claims []GuaranteeClaim
		kz     RequiredIn
	}{
		"tax is on value and duty": {
			goods([4]string{"851712", "10", "1000.00", "EUR"}), kz(TariffLine{Duty: 1000, Tax: 1200}), euro,
			RequiredIn{Amount: Money{232_00, "EUR"}}, // 100 duty + 12 % of 1100
		},
		"every product is rounded up": {
			goods([4]string{"851712", "10", "0.01", "EUR"}), kz(TariffLine{Duty: 1, Tax: 1}), euro,
			RequiredIn{Amount: Money{2, "EUR"}}, // a cent of duty, a cent of tax
		},
		"every item is rounded by itself": {
			goods([4]string{"851712", "10", "0.01", "EUR"}, [4]string{"851712", "10", "0.01", "EUR"}), kz(TariffLine{Duty: 1}), euro,
			RequiredIn{Amount: Money{2, "EUR"}},
		},
		"a specific amount is charged on net mass": {
			goods([4]string{"851712", "2.5", "1.00", "EUR"}), kz(TariffLine{PerKg: 3}), euro,
			RequiredIn{Amount: Money{8, "EUR"}},
		},
		"without a customs value the reference value counts": {
			goods([4]string{"851712", "10.000001", "", ""}), kz(TariffLine{Duty: 10_000, ReferencePerKg: 100}), euro,
			RequiredIn{Amount: Money{10_01, "EUR"}},
		},
		"a declared value goes before the reference value": {
			goods([4]string{"851712", "10", "1.00", "EUR"}), kz(TariffLine{Duty: 10_000, ReferencePerKg: 100}), euro,
			RequiredIn{Amount: Money{1_00, "EUR"}},
		},
		"goods without value and reference are unknown": {
			goods([4]string{"851712", "10", "", ""}), kz(TariffLine{Duty: 10_000}), euro,
			RequiredIn{Amount: Money{0, "EUR"}, Unknown: true},
		},
		"goods without a mass are unknown where the mass matters": {
			goods([4]string{"851712", "", "1.00", "EUR"}), kz(TariffLine{Duty: 10_000, PerKg: 1}), euro,
			RequiredIn{Amount: Money{1_00, "EUR"}, Unknown: true},
		},
		"goods without a line are unknown and the others count": {
			goods([4]string{"851712", "1", "1.00", "EUR"}, [4]string{"010121", "1", "1.00", "EUR"}), kz(TariffLine{Duty: 10_000}), euro,
			RequiredIn{Amount: Money{1_00, "EUR"}, Unknown: true},
		},
		"a rate applies as it is quoted": {
			goods([4]string{"851712", "1", "500.00", "KZT"}),
			dutyBooks{lines: kz(TariffLine{Duty: 10_000}).lines, rates: map[string]Rate{"KZKZTEUR": {Numerator: 2, Denominator: 1000}}}, euro,
			RequiredIn{Amount: Money{1_00, "EUR"}},
		},
		"or its inverse, rounded up": {
			goods([4]string{"851712", "1", "500.01", "KZT"}),
			dutyBooks{lines: kz(TariffLine{Duty: 10_000}).lines, rates: map[string]Rate{"EURKZT": {Numerator: 500, Denominator: 1}}}, euro,
			RequiredIn{Amount: Money{1_01, "EUR"}},
		},
		"the country's own rate goes before the consortium's": {
			goods([4]string{"851712", "1", "500.00", "KZT"}),
			dutyBooks{lines: kz(TariffLine{Duty: 10_000}).lines, rates: map[string]Rate{
				"EURKZT": {Numerator: 500, Denominator: 1}, "KZEURKZT": {Numerator: 250, Denominator: 1},
			}}, euro, RequiredIn{Amount: Money{2_00, "EUR"}},
		},
		"currencies without decimals": {
			goods([4]string{"851712", "1", "150", "JPY"}),
			dutyBooks{lines: kz(TariffLine{Duty: 10_000}).lines, rates: map[string]Rate{"EURJPY": {Numerator: 150, Denominator: 1}}}, euro,
			RequiredIn{Amount: Money{1_00, "EUR"}},
		},
		"a value without a rate falls back on the reference and is told": {
			goods([4]string{"851712", "1", "500.00", "KZT"}), kz(TariffLine{Duty: 10_000, ReferencePerKg: 7}), euro,
			RequiredIn{Amount: Money{7, "EUR"}, NoRate: true},
		},
		"what has no rate to the guarantee's currency is told": {
			goods([4]string{"851712", "1", "1.00", "EUR"}), kz(TariffLine{Duty: 10_000}), claimsOf(Money{1, "USD"}),
			RequiredIn{Amount: Money{0, "USD"}, NoRate: true},
		},
		"beyond what the ledger keeps counts as that": {
			goods([4]string{"851712", "9999999999.999999", "90000000000000.00", "EUR"}),
			kz(TariffLine{Duty: maxBasisPoints, Tax: maxBasisPoints, PerKg: maxPerKg}), euro, RequiredIn{Amount: Money{MaxMinor, "EUR"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := RequiredAmount(c.std, route, c.claims, c.books.source())
			require.NotNil(t, r)
			require.Len(t, r.Countries, 3)
			c.kz.Country = "KZ"
			require.Equal(t, c.kz, r.Countries[1])
			require.Equal(t, c.kz.Amount, r.Amount, "the other countries charge nothing")
			require.True(t, r.Countries[0].Unknown, "China has no tariff and is named")
		})
	}
}

func TestRequiredAmountIsTheLargestOfTheRoute(t *testing.T) {
	books := dutyBooks{lines: map[string]TariffLine{
		"CN851712": {Duty: 100, Currency: "EUR"}, "KZ851712": {Duty: 900, Currency: "EUR"}, "KG851712": {Duty: 300, Currency: "EUR"},
	}}
	std := goods([4]string{"851712", "1", "100.00", "EUR"})
	r := RequiredAmount(std, []string{"CN", "KZ", "KG", "KZ"}, claimsOf(Money{5_00, "EUR"}, Money{3_99, "EUR"}), books.source())
	require.Equal(t, Money{9_00, "EUR"}, r.Amount)
	require.Equal(t, Money{8_99, "EUR"}, r.Cover)
	require.Len(t, r.Countries, 3, "a country that is crossed twice counts once")
	require.False(t, r.Covered())
	r.Cover.Minor++
	require.True(t, r.Covered())
	r.Countries[0].NoRate = true
	require.False(t, r.Covered(), "an amount that is not known is not covered")
}

func TestNothingIsRequiredWithoutTariffsOrGuarantees(t *testing.T) {
	std := goods([4]string{"851712", "1", "100.00", "EUR"})
	require.Nil(t, RequiredAmount(std, []string{"CN"}, claimsOf(Money{1, "EUR"}), dutyBooks{}.source()))
	books := dutyBooks{lines: map[string]TariffLine{"CN851712": {Duty: 100, Currency: "EUR"}}}
	require.Nil(t, RequiredAmount(std, []string{"CN"}, nil, books.source()))
	require.Nil(t, RequiredAmount(std, []string{"CN"}, append(claimsOf(Money{1, "EUR"}), GuaranteeClaim{Type: "5"}), books.source()))
	require.True(t, (*Required)(nil).Covered())
}

func TestCoverIsRoundedDown(t *testing.T) {
	books := dutyBooks{
		lines: map[string]TariffLine{"CN851712": {Duty: 100, Currency: "EUR"}},
		rates: map[string]Rate{"USDEUR": {Numerator: 2, Denominator: 3}},
	}
	std := goods([4]string{"851712", "1", "1.00", "EUR"})
	r := RequiredAmount(std, []string{"CN"}, claimsOf(Money{1, "EUR"}, Money{100, "USD"}, Money{100, "KZT"}), books.source())
	require.Equal(t, Money{67, "EUR"}, r.Cover, "66.67 is 66, and a currency without a rate counts for nothing")
}

// The calculation is compared with exact fractions: it is never below them, and above by less than the roundings allow.
func TestRequiredAmountIsNeverBelowTheExactOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := TariffLine{
			Currency: rapid.SampledFrom([]string{"EUR", "KZT", "JPY", "TND"}).Draw(t, "currency"),
			Duty:     rapid.IntRange(0, maxBasisPoints).Draw(t, "duty"), Tax: rapid.IntRange(0, maxBasisPoints).Draw(t, "tax"),
			PerKg: rapid.Int64Range(0, 1_000_000).Draw(t, "per kg"),
		}
		value := rapid.Int64Range(1, 1_000_000_000).Draw(t, "value")
		micro := rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "mass")
		rate := Rate{Numerator: rapid.Int64Range(1, 1_000_000).Draw(t, "n"), Denominator: rapid.Int64Range(1, 1_000_000).Draw(t, "d")}
		std := goods([4]string{"851712", string(DecimalOf(micro, massDecimals)), Money{value, "USD"}.Decimal(), "USD"})
		r := RequiredAmount(std, []string{"KZ"}, claimsOf(Money{1, "USD"}), dutyBooks{
			lines: map[string]TariffLine{"KZ851712": line}, rates: map[string]Rate{"USD" + line.Currency: rate},
		}.source())

		// Everything in whole units of the line's currency, then back to dollars.
		perUSD := big.NewRat(rate.Numerator, rate.Denominator)
		v := new(big.Rat).Mul(big.NewRat(value, 100), perUSD)
		duty := new(big.Rat).Mul(v, big.NewRat(int64(line.Duty), basisPoints))
		perKg := new(big.Rat).SetFrac(big.NewInt(line.PerKg), minorUnits(line.Currency))
		duty.Add(duty, perKg.Mul(perKg, big.NewRat(micro, microPerKilo)))
		tax := new(big.Rat).Mul(new(big.Rat).Add(v, duty), big.NewRat(int64(line.Tax), basisPoints))
		exact := new(big.Rat).Quo(duty.Add(duty, tax), perUSD)
		exact.Mul(exact, big.NewRat(100, 1))

		got := new(big.Rat).SetInt64(r.Amount.Minor)
		if r.Amount.Minor < MaxMinor {
			require.GreaterOrEqual(t, got.Cmp(exact), 0, "%v below %v", got, exact)
		}
		// One minor unit of the line for each rounding, each charged again by the rates that follow, and a cent in the end.
		slack := new(big.Rat).Quo(new(big.Rat).SetFrac(big.NewInt(100), minorUnits(line.Currency)), perUSD)
		slack.Mul(slack, big.NewRat(3*(1+maxBasisPoints/basisPoints)*(1+maxBasisPoints/basisPoints), 1))
		slack.Add(slack, big.NewRat(1, 1))
		require.LessOrEqual(t, got.Cmp(exact.Add(exact, slack)), 0, "%v above %v", got, exact)
	})
}

func BenchmarkRequiredAmount(b *testing.B) {
	books := dutyBooks{lines: map[string]TariffLine{}, rates: map[string]Rate{"EURKZT": {Numerator: 500, Denominator: 1}}}
	for _, country := range []string{"CN", "KZ", "KG"} {
		books.lines[country+"851712"] = TariffLine{Duty: 500, Tax: 1200, Currency: "KZT", ReferencePerKg: 500}
	}
	for _, n := range []int{1, 100, 1999} {
		items := make([][4]string, n)
		for i := range items {
			items[i] = [4]string{"851712", "12.5", "100.00", "EUR"}
		}
		std := goods(items...)
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			for b.Loop() {
				RequiredAmount(std, []string{"CN", "KZ", "KG"}, claimsOf(Money{1, "EUR"}), books.source())
			}
		})
	}
}
