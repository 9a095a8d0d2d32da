package transit

import (
	"slices"
	"time"
)

// Update applies changed terms (IE225) on a copy and reports whether it covers anything that was not covered before: that
// needs who stands for the guarantee, while less needs the guarantor or the office of guarantee. A changed reference amount
// becomes pending, see [Guarantee.Lock]. Faults: MalformedRequest when nothing changes, InvalidDocument for terms that break
// rules, OutOfSequence when the guarantee has ended.
func (g *Guarantee) Update(u GuaranteeUpdate, at time.Time) (next *Guarantee, wider bool, fault *Fault) {
	n := *g
	t := &n.Terms
	if c := g.Condition(at); c == Invalid || c == Liberated {
		return nil, false, Faultf(OutOfSequence, "guarantee %s is %s and changes no more", t.GRN, c)
	}
	if v := u.check(t); len(v) > 0 {
		return nil, false, Faultf(InvalidDocument, "the changed terms break %d rules", len(v)).With(v...)
	}
	u.into(t)
	if v := t.Check(); len(v) > 0 {
		return nil, false, Faultf(InvalidDocument, "the changed terms break %d rules", len(v)).With(v...)
	}
	if sameTerms(&g.Terms, t) {
		return nil, false, Faultf(MalformedRequest, "nothing of guarantee %s would change", t.GRN)
	}
	if t.HasAccount() {
		n.Pending += t.ReferenceAmount.Minor - g.Terms.ReferenceAmount.Minor
	}
	return &n, g.Terms.narrowerThan(t), nil
}

// check refuses what may not change: the currency, and the amount of a voucher, which is its title.
func (u *GuaranteeUpdate) check(t *Terms) []Violation {
	var found []Violation
	a := u.ReferenceAmount
	if a != nil && a.Currency != t.ReferenceAmount.Currency {
		found = append(found, Violation{
			Code: "14", Pointer: "/referenceAmount", Value: a.Currency, Text: "the account is kept in " + t.ReferenceAmount.Currency,
		})
	}
	if a != nil && t.Type == GuaranteeVoucher {
		found = append(found, Violation{Code: "15", Pointer: "/referenceAmount", Rule: "C0232", Text: "a voucher keeps its amount"})
	}
	return found
}

func (u *GuaranteeUpdate) into(t *Terms) {
	if u.ReferenceAmount != nil {
		t.ReferenceAmount = *u.ReferenceAmount
	}
	if u.Percentage != nil {
		t.Percentage = *u.Percentage
	}
	if u.ValidUntil != "" {
		t.ValidUntil = u.ValidUntil
	}
	if u.ExcludedCountries != nil {
		t.ExcludedCountries = *u.ExcludedCountries
	}
	if u.ExcludedGoods != nil {
		t.ExcludedGoods = *u.ExcludedGoods
	}
	if u.Representatives != nil {
		t.Representatives = *u.Representatives
	}
	if u.NoSuspendedGoods != nil {
		t.NoSuspendedGoods = *u.NoSuspendedGoods
	}
}

// sameTerms compares what an update can change.
func sameTerms(a, b *Terms) bool {
	return a.ReferenceAmount == b.ReferenceAmount && a.Percentage == b.Percentage && a.ValidUntil == b.ValidUntil &&
		a.NoSuspendedGoods == b.NoSuspendedGoods && slices.Equal(a.ExcludedCountries, b.ExcludedCountries) &&
		slices.Equal(a.ExcludedGoods, b.ExcludedGoods) && slices.Equal(a.Representatives, b.Representatives)
}

// narrowerThan reports whether the other terms cover anything that these do not. Codes of goods count as they are written: to
// replace 85 by 8517 is to cover more.
func (t *Terms) narrowerThan(o *Terms) bool {
	return o.ReferenceAmount.Minor > t.ReferenceAmount.Minor || o.Percentage > t.Percentage || o.ValidUntil > t.ValidUntil ||
		t.NoSuspendedGoods && !o.NoSuspendedGoods || !within(t.ExcludedCountries, o.ExcludedCountries) ||
		!within(t.ExcludedGoods, o.ExcludedGoods) || !within(o.Representatives, t.Representatives)
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// End makes a guarantee invalid from a day on, and frees the guarantor of all liability from another when one is given
// (IE231, IE229, IE228), on a copy. Neither day lies in the past, and neither is ever moved to a later one: each is a promise
// to the guarantor. Open usages stay in the balances, covered until the liability ends and visible after it. Faults:
// MalformedRequest for dates that are none, OutOfSequence for dates that others already decided.
func (g *Guarantee) End(from, liberated, by, reason string, at time.Time) (*Guarantee, *Fault) {
	today, was := Day(at), g.Invalidity
	if fault := endDates(from, liberated, today, was); fault != nil {
		return nil, fault
	}
	n := *g
	n.Invalidity = &Invalidity{From: from, LiberatedFrom: liberated, By: by, Reason: reason}
	if was == nil {
		return &n, nil
	}
	if liberated == "" {
		n.Invalidity.LiberatedFrom = was.LiberatedFrom
	}
	switch i := n.Invalidity; {
	case from > was.From:
		return nil, Faultf(OutOfSequence, "guarantee %s is invalid from %s already", g.Terms.GRN, was.From).At("/invalidityDate")
	case was.LiberatedFrom != "" && i.LiberatedFrom > was.LiberatedFrom:
		return nil, Faultf(OutOfSequence, "the liability for guarantee %s ends on %s already", g.Terms.GRN, was.LiberatedFrom).
			At("/liabilityLiberationDate")
	case i.From == was.From && i.LiberatedFrom == was.LiberatedFrom:
		return nil, Faultf(OutOfSequence, "guarantee %s has been ended so already", g.Terms.GRN)
	}
	return &n, nil
}

func endDates(from, liberated, today string, was *Invalidity) *Fault {
	if _, err := time.Parse(dateLayout, from); err != nil {
		return Faultf(MalformedRequest, "the invalidity date must be a date YYYY-MM-DD").At("/invalidityDate")
	}
	// A day that has come already may be repeated, to add the end of liability.
	if from < today && (was == nil || from != was.From) {
		return Faultf(MalformedRequest, "the invalidity date %s lies in the past", from).At("/invalidityDate")
	}
	if liberated == "" {
		return nil
	}
	if _, err := time.Parse(dateLayout, liberated); err != nil || liberated < from || liberated < today {
		return Faultf(MalformedRequest, "the liability ends on a date YYYY-MM-DD, today or later, and not before the invalidity").
			At("/liabilityLiberationDate")
	}
	return nil
}

// Sell gives an unsold voucher its holder (IE224), on a copy. Faults: OutOfSequence when it is no unsold voucher or has ended,
// MalformedRequest when the holder is no operator.
func (g *Guarantee) Sell(holder string, at time.Time) (*Guarantee, *Fault) {
	if g.Terms.Type != GuaranteeVoucher || g.Terms.Holder != "" {
		return nil, Faultf(OutOfSequence, "guarantee %s is no unsold voucher", g.Terms.GRN)
	}
	if c := g.Condition(at); c != NotSold {
		return nil, Faultf(OutOfSequence, "voucher %s is %s", g.Terms.GRN, c)
	}
	if err := ValidateOperator(holder); err != nil {
		return nil, Faultf(MalformedRequest, "%v", err).At("/holder")
	}
	n := *g
	n.Terms.Holder, n.SoldAt = holder, Stamp(at)
	return &n, nil
}
