package transit

import (
	"math/big"
	"slices"
)

// The amount that a guarantee has to cover is what would become due if the goods stayed on the way: in each country of the route the
// duty and tax of that country's tariff on all goods items, and of these the largest, since goods can be consumed in one
// country only (the rule of the ASEAN Customs Transit System). A country sets its own tariff in the registry.
//
// For a goods item of the customs value V and the mass M, a tariff line charges
//
//	duty = V x duty rate + M x amount per kilogram
//	tax  = (V + duty) x tax rate
//
// V is what the declaration says ([CustomsValue]) or, where it says nothing, M x the line's reference value per kilogram. M is
// the net mass where it is declared, else the gross mass. Every product and every exchange of one currency for another is rounded
// up to the next minor unit, and nothing is ever rounded down; what guarantees cover is exchanged the other way, rounded down.

// CustomsValue is the value of a goods item for customs (WTO Customs Valuation Agreement). The declaration message has no
// such element: it is an extension of CATS, which stands in the document's JSON and is not written into a CC015C.
type CustomsValue struct {
	Amount   Decimal `json:"amount,omitempty" ncts:"1 amount"`
	Currency string  `json:"currency,omitempty" ncts:"1 currency"`
}

// DutySource is where the calculation asks for tariffs and rates, for the day of the declaration.
type DutySource struct {
	// Line finds a country's tariff line for an HS sub-heading, nil when there is none.
	Line func(country, hs string) *TariffLine
	// Rate finds the rate of a pair of currencies as it is quoted: a country's own or, for an empty country, the consortium's. Nil when
	// there is none.
	Rate func(country, base, quote string) *Rate
}

// Required is the amount that the guarantees of a movement have to cover. It stands on the public record.
type Required struct {
	// Amount is the largest of the countries' amounts, in the currency of the first guarantee.
	Amount Money `json:"amount"`
	// Cover is the sum of the guarantees' amounts, in the same currency; one that has no rate counts for nothing.
	Cover Money `json:"cover"`
	// Countries of the route, each once, in the order of the route.
	Countries []RequiredIn `json:"countries"`
}

// RequiredIn is what would become due in one country.
type RequiredIn struct {
	Country string `json:"country"`
	Amount  Money  `json:"amount"`
	// Unknown tells that for some of the goods the country has no tariff line, or the declaration no quantity. They count for nothing. Which
	// goods they are is not said: the record is public.
	Unknown bool `json:"unknown,omitempty"`
	// NoRate tells that an amount could not be exchanged for want of a rate, so that more is due than the amount says.
	NoRate bool `json:"noRate,omitempty"`
}

// Covered reports whether the guarantees are known to cover what is required. Nothing required is covered.
func (r *Required) Covered() bool {
	if r == nil {
		return true
	}
	return r.Cover.Minor >= r.Amount.Minor && !slices.ContainsFunc(r.Countries, func(c RequiredIn) bool { return c.NoRate })
}

// RequiredAmount calculates what the guarantees claimed have to cover for the document on the route. Nil when no country of the route has a
// tariff line for any of the goods, or when a guarantee is claimed that has no amount, as waivers and exemptions have none: there is
// nothing to compare then. Amounts beyond [MaxMinor] count as that.
func RequiredAmount(std *STD, route []string, claims []GuaranteeClaim, source DutySource) *Required {
	without := func(c GuaranteeClaim) bool { return c.Amount.Currency == "" }
	if len(claims) == 0 || slices.ContainsFunc(claims, without) {
		return nil
	}
	calc := &dutyCalculation{source: source, currency: claims[0].Amount.Currency}
	out := &Required{Amount: Money{Currency: calc.currency}, Countries: []RequiredIn{}}
	charged := false
	for i, country := range route {
		if slices.Contains(route[:i], country) {
			continue
		}
		due, lines := calc.country(std, country)
		charged = charged || lines > 0
		out.Amount.Minor = max(out.Amount.Minor, due.Amount.Minor)
		out.Countries = append(out.Countries, due)
	}
	if !charged {
		return nil
	}
	out.Cover = calc.cover(claims)
	return out
}

type dutyCalculation struct {
	source   DutySource
	currency string
}

// country adds up what one country charges, and counts the items for which it has a line. Amounts are summed by currency of the lines first,
// so that each sum is exchanged once.
func (d *dutyCalculation) country(std *STD, country string) (RequiredIn, int) {
	due := RequiredIn{Country: country}
	sums := &sums{}
	lines := 0
	eachItem(std, func(_ string, item *ConsignmentItem) {
		line := d.source.Line(country, subHeading(item))
		if line == nil {
			due.Unknown = true
			return
		}
		lines++
		amount, known := d.item(country, line, item, &due)
		due.Unknown = due.Unknown || !known
		sums.add(line.Currency, amount)
	})
	total := new(big.Int)
	for i, currency := range sums.currencies {
		in, ok := d.exchange(country, sums.amounts[i], currency, d.currency, roundUp)
		if !ok {
			due.NoRate = true
			continue
		}
		total.Add(total, in)
	}
	due.Amount = Money{Minor: bounded(total), Currency: d.currency}
	return due, lines
}

// sums are amounts by currency, in the order in which they came.
type sums struct {
	currencies []string
	amounts    []*big.Int
}

func (s *sums) add(currency string, amount *big.Int) {
	i := slices.Index(s.currencies, currency)
	if i < 0 {
		s.currencies, s.amounts = append(s.currencies, currency), append(s.amounts, new(big.Int))
		i = len(s.amounts) - 1
	}
	s.amounts[i].Add(s.amounts[i], amount)
}

const (
	basisPoints   = 10_000
	massDecimals  = 6
	microPerKilo  = 1_000_000
	roundUp, down = true, false
)

// item is what one line charges on one goods item, in minor units of the line's currency; known is false when the
// declaration lacks what the line needs.
func (d *dutyCalculation) item(country string, line *TariffLine, item *ConsignmentItem, due *RequiredIn) (amount *big.Int, known bool) {
	mass, weighed := massOf(item)
	known = weighed || line.PerKg == 0
	value, valued := d.declaredValue(country, line, item, due)
	if !valued {
		value = divide(new(big.Int).Mul(mass, big.NewInt(line.ReferencePerKg)), big.NewInt(microPerKilo), roundUp)
		known = known && (line.Duty == 0 && line.Tax == 0 || weighed && line.ReferencePerKg > 0)
	}
	duty := portion(value, line.Duty)
	duty.Add(duty, divide(new(big.Int).Mul(mass, big.NewInt(line.PerKg)), big.NewInt(microPerKilo), roundUp))
	tax := portion(new(big.Int).Add(value, duty), line.Tax)
	return duty.Add(duty, tax), known
}

// massOf is the net mass of an item, else its gross mass, in millionths of a kilogram.
func massOf(item *ConsignmentItem) (mass *big.Int, weighed bool) {
	if m := item.Commodity.GoodsMeasure; m != nil {
		for _, d := range []Decimal{m.NetMass, m.GrossMass} {
			if n, exact, err := d.scaled(massDecimals); err == nil && exact {
				return n, n.Sign() > 0
			}
		}
	}
	return new(big.Int), false
}

// declaredValue is the customs value of the declaration in the line's currency; false when it has none or no rate is known.
func (d *dutyCalculation) declaredValue(country string, line *TariffLine, item *ConsignmentItem, due *RequiredIn) (*big.Int, bool) {
	if item.CustomsValue == nil {
		return nil, false
	}
	m, err := ParseMoney(string(item.CustomsValue.Amount), item.CustomsValue.Currency)
	if err != nil {
		return nil, false // a rule of the declaration has refused it
	}
	value, ok := d.exchange(country, big.NewInt(m.Minor), m.Currency, line.Currency, roundUp)
	due.NoRate = due.NoRate || !ok
	return value, ok
}

func portion(value *big.Int, rate int) *big.Int {
	return divide(new(big.Int).Mul(value, big.NewInt(int64(rate))), big.NewInt(basisPoints), roundUp)
}

// divide divides what is not negative by what is positive, rounding as asked.
func divide(n, by *big.Int, up bool) *big.Int {
	q, rest := new(big.Int).QuoRem(n, by, new(big.Int))
	if up && rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// exchange gives an amount of minor units in another currency: at the country's own rate, else at the consortium's; as it is quoted, else by
// the inverse of the opposite quotation. False without a rate.
func (d *dutyCalculation) exchange(country string, minor *big.Int, from, to string, up bool) (*big.Int, bool) {
	if from == to {
		return minor, true
	}
	for _, of := range []string{country, ""} {
		if r := d.source.Rate(of, from, to); r != nil {
			return atRate(minor, from, to, r.Numerator, r.Denominator, up), true
		}
		if r := d.source.Rate(of, to, from); r != nil {
			return atRate(minor, from, to, r.Denominator, r.Numerator, up), true
		}
	}
	return nil, false
}

// atRate exchanges minor units of one currency for those of another at n/by whole units for a whole unit.
func atRate(minor *big.Int, from, to string, n, by int64, up bool) *big.Int {
	top := new(big.Int).Mul(minor, big.NewInt(n))
	bottom := big.NewInt(by)
	return divide(top.Mul(top, minorUnits(to)), bottom.Mul(bottom, minorUnits(from)), up)
}

// minorUnits is how many minor units make a whole one.
func minorUnits(currency string) *big.Int {
	digits, _ := CurrencyDigits(currency)
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
}

// bounded is an amount as the ledger keeps it.
func bounded(n *big.Int) int64 {
	if !n.IsInt64() || n.Int64() > MaxMinor {
		return MaxMinor
	}
	return n.Int64()
}

// cover adds up the guarantees' amounts in the currency of the first, at the consortium's rates.
func (d *dutyCalculation) cover(claims []GuaranteeClaim) Money {
	sum := new(big.Int)
	for _, c := range claims {
		if in, ok := d.exchange("", big.NewInt(c.Amount.Minor), c.Amount.Currency, d.currency, down); ok {
			sum.Add(sum, in)
		}
	}
	return Money{Minor: bounded(sum), Currency: d.currency}
}

// Exchange gives an amount in another currency, rounded up, at the consortium's rates; false when there is none.
func (s DutySource) Exchange(m Money, to string) (Money, bool) {
	d := &dutyCalculation{source: s, currency: to}
	n, ok := d.exchange("", big.NewInt(m.Minor), m.Currency, to, roundUp)
	if !ok {
		return Money{}, false
	}
	return Money{Minor: bounded(n), Currency: to}, true
}
