package transit

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// refusals collects invalid guarantee reasons (CL252) against one reference.
type refusals struct {
	pointer string
	found   []Violation
}

func (r *refusals) when(is bool, code, value, format string, args ...any) {
	if is {
		r.found = append(r.found, Violation{Code: code, Pointer: r.pointer, Rule: "IE055", Value: value, Text: fmt.Sprintf(format, args...)})
	}
}

// Admits checks a movement's claim against the guarantee at a time, without looking at balances. The violations carry the
// invalid guarantee reason (CL252): G04 alone to those whom the guarantee is not for; G13 for another type, G02 when it is
// not valid on the day, G08 for a country of the route, G11 for other offices, G09 for another currency or an amount that the
// reference amount can never cover.
func (g *Guarantee) Admits(claim GuaranteeClaim, m Face, at time.Time, pointer string) []Violation {
	t, r := &g.Terms, &refusals{pointer: pointer}
	r.when(m.Holder != t.Holder, "G04", m.Holder, "the holder of the procedure is not the holder of guarantee %s", t.GRN)
	r.when(m.Declarant.Operator != t.Holder && !slices.Contains(t.Representatives, m.Declarant.Operator),
		"G04", m.Declarant.Operator, "the declarant is neither the holder of guarantee %s nor a representative named in it", t.GRN)
	if len(r.found) > 0 {
		return r.found[:1] // To others than those it is for, a guarantee tells nothing else.
	}
	r.when(claim.Type != t.Type, "G13", claim.Type, "guarantee %s is of type %s", t.GRN, t.Type)
	g.refuseWhenNotValid(r, at)
	r.found = append(r.found, t.ValidIn(m.Legs, pointer)...)
	bound := func(to, is string) bool { return to == "" || to == is }
	r.when(!bound(t.Departure, m.Departure) || !bound(t.Destination, m.Destination),
		"G11", m.Departure+"-"+m.Destination, "guarantee %s is bound to %s-%s", t.GRN, t.Departure, t.Destination)
	t.refuseAmount(r, claim.Amount)
	return r.found
}

// refuseWhenNotValid tells in the text what the guarantee's condition is.
func (g *Guarantee) refuseWhenNotValid(r *refusals, at time.Time) {
	t, today := &g.Terms, Day(at)
	switch condition := g.Condition(at); condition {
	case Valid:
	case Invalid, Liberated:
		r.when(true, "G02", today, "guarantee %s covers nothing new from %s on", t.GRN, g.Invalidity.From)
	case NotSold:
		r.when(true, "G02", today, "voucher %s is not sold", t.GRN)
	default:
		r.when(true, "G02", today, "guarantee %s is %s: it is valid from %s to %s", t.GRN, condition, t.ValidFrom, t.ValidUntil)
	}
}

func (t *Terms) refuseAmount(r *refusals, a Money) {
	currency := t.ReferenceAmount.Currency
	switch {
	case a.Minor <= 0:
		r.when(true, "G09", a.String(), "the amount to be covered must be above zero")
	case a.Currency != currency:
		r.when(true, "G09", a.String(), "the amount must be in the guarantee's currency %s", currency)
	case a.Minor > t.ReferenceAmount.Minor:
		r.when(true, "G09", a.String(), "the reference amount of guarantee %s is %s", t.GRN, t.ReferenceAmount)
	}
}

// ValidIn names the territories in which the guarantee is not valid (G08).
func (t *Terms) ValidIn(legs []Leg, pointer string) []Violation {
	r := &refusals{pointer: pointer}
	for _, leg := range legs {
		r.when(slices.Contains(t.ExcludedCountries, leg.Country), "G08", leg.Country, "guarantee %s is not valid in %s", t.GRN, leg.Country)
	}
	return r.found
}

// UsedBefore is the refusal of a guarantee that covers one movement and has a usage: G05 for a voucher, G10 else. Nil when it
// may be used. The balance is the only one that such a guarantee has.
func (t *Terms) UsedBefore(b *Balance, pointer string) []Violation {
	rule, _ := guaranteeTypeRule(t.Type)
	r := &refusals{pointer: pointer}
	r.when(rule.UsedReason == "G05" && b.Uses > 0, "G05", t.GRN, "the voucher has been used")
	r.when(rule.UsedReason == "G10" && b.Uses > 0, "G10", t.GRN, "the individual guarantee has been used")
	return r.found
}

// maxGoodsNamed bounds the commodity codes that one refusal names.
const maxGoodsNamed = 9

// AdmitsGoods checks the goods of a declaration against the terms: G12 for each commodity code that is not covered, once, and
// G06 when goods under suspension of excise duty are declared. The document is confidential, so this is done where it lies.
func (t *Terms) AdmitsGoods(std *STD, pointer string) []Violation {
	r := &refusals{pointer: pointer}
	seen := map[string]bool{}
	excise := suspends(std.Consignment.PreviousDocuments)
	for i := range std.Consignment.HouseConsignments {
		house := &std.Consignment.HouseConsignments[i]
		excise = excise || suspends(house.PreviousDocuments)
		for k := range house.ConsignmentItems {
			item := &house.ConsignmentItems[k]
			excise = excise || slices.ContainsFunc(item.PreviousDocuments, func(d ItemPreviousDocument) bool { return isExcise(d.Type) })
			code := commodityCode(item)
			if seen[code] || t.coversGoods(code) || len(r.found) >= maxGoodsNamed {
				continue
			}
			seen[code] = true
			r.when(true, "G12", code, "guarantee %s does not cover these goods", t.GRN)
		}
	}
	r.when(t.NoSuspendedGoods && excise, "G06", "", "guarantee %s does not cover goods under suspension of excise duty", t.GRN)
	return r.found
}

func commodityCode(item *ConsignmentItem) string {
	if item.Commodity.CommodityCode == nil {
		return ""
	}
	return item.Commodity.CommodityCode.HarmonizedSystemSubHeadingCode
}

// coversGoods: a code that is not declared is covered unless the guarantee is bound to goods.
func (t *Terms) coversGoods(code string) bool {
	begins := func(prefix string) bool { return strings.HasPrefix(code, prefix) }
	return (len(t.Goods) == 0 || slices.ContainsFunc(t.Goods, begins)) && !slices.ContainsFunc(t.ExcludedGoods, begins)
}

func suspends(documents []PreviousDocument) bool {
	return slices.ContainsFunc(documents, func(d PreviousDocument) bool { return isExcise(d.Type) })
}

// isExcise: the electronic administrative document and its fallback accompany goods under suspension of excise duty (CL234).
func isExcise(documentType string) bool { return documentType == "C651" || documentType == "C658" }

// ReasonsAgainstUse are the invalid guarantee reasons that stand against any new usage at a time; empty when there are none.
func (g *Guarantee) ReasonsAgainstUse(at time.Time, pointer string) []Violation {
	r := &refusals{pointer: pointer, found: []Violation{}}
	g.refuseWhenNotValid(r, at)
	return r.found
}
