package transit

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// account is a guarantee with its balance records, as a test moves them.
type account struct {
	Guarantee
	balances []Balance
	open     map[string][]UsagePart
	covered  map[string]int64
	next     int
}

func newAccount(terms Terms) *account {
	g := Guarantee{V: 1, Terms: terms, Seq: 1}
	return &account{Guarantee: g, balances: terms.Open(), open: map[string][]UsagePart{}, covered: map[string]int64{}}
}

// lock draws as the contract does: record after record, until the amount is covered.
func (a *account) lock(order []int, minor int64) (string, bool) {
	a.next++
	id := fmt.Sprintf("M%d", a.next)
	var read []*Balance
	for _, i := range order {
		read = append(read, &a.balances[i])
		if parts, _, ok := a.Lock(read, id, minor); ok {
			a.open[id], a.covered[id] = parts, minor
			return id, true
		}
	}
	return id, false
}

func (a *account) held(id string) []*Balance {
	var out []*Balance
	for _, p := range a.open[id] {
		out = append(out, &a.balances[p.Balance])
	}
	return out
}

func inOrderOf(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// TestAGuaranteeAddsUpWhateverHappens takes releases, discharges, cancellations, claims, raises and reductions in any order:
// available + open = reference amount - claimed, no record is below zero, nothing new is covered beyond what is available, and
// a guarantee without an account never refuses for its amount.
func TestAGuaranteeAddsUpWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := testTerms()
		terms.Balances = rapid.IntRange(1, 8).Draw(t, "balances")
		terms.ReferenceAmount.Minor = rapid.Int64Range(1, 1000).Draw(t, "reference")
		terms.Monitoring = rapid.SampledFrom([]string{"", "", "", MonitorAmount, MonitorUsage}).Draw(t, "monitoring")
		a := newAccount(terms)
		order := inOrderOf(terms.Balances)
		t.Repeat(map[string]func(*rapid.T){
			"release": func(t *rapid.T) {
				before := a.Sums(a.balances)
				minor := rapid.Int64Range(1, 400).Draw(t, "amount")
				_, ok := a.lock(rapid.Permutation(order).Draw(t, "order"), minor)
				if a.Terms.HasAccount() {
					require.Equal(t, before.Available >= minor, ok, "covered exactly when enough is available")
				} else {
					require.True(t, ok)
				}
			},
			"discharge, cancel or claim": func(t *rapid.T) {
				ids := sortedIDs(a.open)
				if len(ids) == 0 {
					t.Skip()
				}
				id := rapid.SampledFrom(ids).Draw(t, "movement")
				a.end(t, id)
			},
			"change the reference amount": func(t *rapid.T) {
				to := Money{Minor: rapid.Int64Range(1, 1500).Draw(t, "reference"), Currency: "EUR"}
				next, wider, fault := a.Update(GuaranteeUpdate{ReferenceAmount: &to}, noon())
				if to == a.Terms.ReferenceAmount {
					require.NotNil(t, fault)
					return
				}
				require.Nil(t, fault)
				require.Equal(t, to.Minor > a.Terms.ReferenceAmount.Minor, wider)
				a.Guarantee = *next
			},
			"": func(t *rapid.T) {
				require.True(t, a.Exact(a.balances), "%+v pending %d", a.balances, a.Pending)
				require.Equal(t, len(a.open) > 0, a.Sums(a.balances).Usages > 0)
			},
		})
	})
}

// end frees, cancels or settles a usage.
func (a *account) end(t *rapid.T, id string) {
	balances, parts := a.held(id), a.open[id]
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		require.NoError(t, Free(balances, id, parts))
	case 1:
		require.NoError(t, CancelUse(balances, id, parts))
	default:
		claim := rapid.Int64Range(0, a.covered[id]).Draw(t, "claim")
		before := a.Sums(a.balances)
		require.NoError(t, Settle(balances, id, parts, claim))
		after := a.Sums(a.balances)
		require.Equal(t, claim, after.Claimed-before.Claimed)
		if a.Terms.HasAccount() {
			require.Equal(t, a.covered[id]-claim, after.Available-before.Available, "the rest is credited, the claim never")
		}
	}
	require.Error(t, Free(balances, id, parts), "nothing is freed twice")
	delete(a.open, id)
}

func sortedIDs(open map[string][]UsagePart) []string {
	var ids []string
	for i := 1; i < 10_000 && len(ids) < len(open); i++ {
		if id := fmt.Sprintf("M%d", i); open[id] != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func amended(t *testing.T, a *account, minor int64) {
	t.Helper()
	next, _, fault := a.Update(GuaranteeUpdate{ReferenceAmount: &Money{Minor: minor, Currency: "EUR"}}, noon())
	require.Nil(t, fault)
	a.Guarantee = *next
}

func TestAReferenceAmountLoweredBelowUseCoversNothingNewUntilItRecovers(t *testing.T) {
	terms := testTerms()
	terms.ReferenceAmount.Minor = 1000
	a := newAccount(terms)
	all := inOrderOf(4)
	first, ok := a.lock(all, 600)
	require.True(t, ok)
	before := fmt.Sprint(a.balances)
	amended(t, a, 500)
	require.Equal(t, before, fmt.Sprint(a.balances), "no balance record is touched")
	require.Equal(t, int64(-100), a.Sums(a.balances).Available)
	_, ok = a.lock(all, 1)
	require.False(t, ok)
	require.NoError(t, Free(a.held(first), first, a.open[first]))
	require.Equal(t, int64(500), a.Sums(a.balances).Available)
	_, ok = a.lock(all, 501)
	require.False(t, ok)
	_, ok = a.lock(all, 500)
	require.True(t, ok)
	require.Zero(t, a.Pending, "what was owed has been collected")
	require.True(t, a.Exact(a.balances))
}

func TestARaiseSpreadsOverTheRecordsThatReleasesDrawOn(t *testing.T) {
	terms := testTerms()
	terms.ReferenceAmount.Minor = 400
	a := newAccount(terms)
	_, ok := a.lock(inOrderOf(4), 400)
	require.True(t, ok)
	amended(t, a, 4000)
	for i := range 4 {
		_, ok = a.lock([]int{i}, 10)
		require.True(t, ok)
	}
	require.Zero(t, a.Pending)
	for i, want := range []int64{990, 990, 990, 590} {
		require.Equal(t, want, a.balances[i].Available, "record %d: an even share of the new amount, the last one what was left", i)
	}
	require.True(t, a.Exact(a.balances))
}

func TestWhatIsPendingWaitsUntilTheRecordsAreShort(t *testing.T) {
	terms := testTerms()
	terms.Balances, terms.ReferenceAmount.Minor = 1, 100
	a := newAccount(terms)
	amended(t, a, 150)
	_, ok := a.lock([]int{0}, 100)
	require.True(t, ok)
	require.Equal(t, int64(50), a.Pending, "the record held exactly enough, so the guarantee's own record stays untouched")
	_, ok = a.lock([]int{0}, 51)
	require.False(t, ok)
	_, ok = a.lock([]int{0}, 50)
	require.True(t, ok)
	require.Zero(t, a.Pending)
}

func TestWhatDoesNotAddUpIsNotExact(t *testing.T) {
	g := Guarantee{Terms: testTerms()}
	for name, spoil := range map[string]func([]Balance){
		"a unit too much":          func(b []Balance) { b[0].Available++ },
		"a record below zero":      func(b []Balance) { b[1].Available += b[0].Available + 1; b[0].Available = -1 },
		"a claim below zero":       func(b []Balance) { b[0].Claimed--; b[0].Available++ },
		"a claim from nowhere":     func(b []Balance) { b[0].Claimed++ },
		"a usage that cost naught": func(b []Balance) { b[0].Open["M"] = 1 },
	} {
		balances := g.Terms.Open()
		require.True(t, g.Exact(balances))
		spoil(balances)
		require.False(t, g.Exact(balances), name)
	}
	g.Terms.Monitoring = MonitorAmount
	balances := g.Terms.Open()
	balances[0].Open["M"] = 5
	require.True(t, g.Exact(balances))
	balances[0].Available = 1
	require.False(t, g.Exact(balances), "without an account nothing is available")
}

func TestAnInquiryTellsTheOpenUsageOfItsOwnGuarantee(t *testing.T) {
	g := Guarantee{Terms: testTerms()}
	m := testMovement()
	m.ReleasedAt, m.ArrivedAt, m.MRN = "2026-11-24T10:00:00Z", "2026-11-30T10:00:00Z", "26CN"
	part := []UsagePart{{Balance: 3, Minor: 7}, {Balance: 1, Minor: 2}}
	for name, c := range map[string]struct {
		usage Usage
		at    int
	}{
		"open":              {Usage{GRN: g.Terms.GRN, State: UsageArrived, Parts: part}, 3},
		"another guarantee": {Usage{GRN: "X", State: UsageLocked, Parts: part}, -1},
		"declared only":     {Usage{GRN: g.Terms.GRN, State: UsageDeclared, Parts: part}, -1},
		"without a part":    {Usage{GRN: g.Terms.GRN, State: UsageLocked}, -1},
	} {
		m.Guarantees = []Usage{c.usage}
		u, at := g.UsageOf(m)
		require.Equal(t, c.at, at, name)
		if at >= 0 {
			require.Equal(t, []string{"2026-11-24", m.ArrivedAt, "26CN"}, []string{u.LockedOn, u.ArrivedAt, u.MRN})
		}
	}
	g.Terms.Type, g.Terms.Monitoring = "9", MonitorUsage
	m.Guarantees = []Usage{{GRN: g.Terms.GRN, State: UsageArrived, Parts: part}}
	u, _ := g.UsageOf(m)
	require.Empty(t, u.ArrivedAt, "the time of arrival is told for types 0 and 1 (C0231)")
	require.Nil(t, u.Covered, "monitoring code 1 records no amounts")
}

func TestSettlingKeepsTheClaimAndCreditsTheRest(t *testing.T) {
	a, b := &Balance{Index: 0, Available: 5, Open: map[string]int64{}}, &Balance{Index: 1, Available: 7, Open: map[string]int64{}}
	parts, _, ok := Lock([]*Balance{a, b}, "M", 9)
	require.True(t, ok)
	for _, wrong := range []int64{-1, 10} {
		require.Error(t, Settle([]*Balance{a, b}, "M", parts, wrong))
	}
	require.Error(t, Settle([]*Balance{a}, "M", parts, 6), "a balance is missing")
	require.Error(t, Settle([]*Balance{b, a}, "M", parts, 6), "in another order")
	require.Equal(t, int64(5), a.Open["M"], "a refusal changes nothing")
	require.NoError(t, Settle([]*Balance{a, b}, "M", parts, 6))
	require.Equal(t, []int64{0, 5, 6, 1}, []int64{a.Available, a.Claimed, b.Available, b.Claimed})
}

func TestACancelledUseLeavesAnIndividualGuaranteeUnused(t *testing.T) {
	terms := testTerms()
	terms.Type, terms.Balances = "2", 1
	a := newAccount(terms)
	id, ok := a.lock([]int{0}, 5)
	require.True(t, ok)
	require.Equal(t, "G10", terms.UsedBefore(&a.balances[0], "")[0].Code)
	require.NoError(t, CancelUse(a.held(id), id, a.open[id]))
	require.Empty(t, terms.UsedBefore(&a.balances[0], ""))
	id, _ = a.lock([]int{0}, 5)
	require.NoError(t, Free(a.held(id), id, a.open[id]))
	require.NotEmpty(t, terms.UsedBefore(&a.balances[0], ""), "a discharged one has been used")
	terms.Type = "4"
	require.Equal(t, "G05", terms.UsedBefore(&a.balances[0], "")[0].Code)
	terms.Type = "1"
	require.Empty(t, terms.UsedBefore(&a.balances[0], ""))
}

func TestWhatCoversMoreIsToldFromWhatCoversLess(t *testing.T) {
	yes, no, half := true, false, 50
	some, others := []string{"KG"}, []string{}
	for name, c := range map[string]struct {
		was    func(*Terms)
		change GuaranteeUpdate
		wider  bool
	}{
		"a higher amount":    {change: GuaranteeUpdate{ReferenceAmount: &Money{10_000_002, "EUR"}}, wider: true},
		"a lower amount":     {change: GuaranteeUpdate{ReferenceAmount: &Money{1, "EUR"}}},
		"a later end":        {change: GuaranteeUpdate{ValidUntil: "2027-01-01"}, wider: true},
		"an earlier end":     {change: GuaranteeUpdate{ValidUntil: "2026-12-30"}},
		"a lower percentage": {change: GuaranteeUpdate{Percentage: &half}},
		"a country less":     {change: GuaranteeUpdate{ExcludedCountries: &some}},
		"a country more": {
			was: func(t *Terms) { t.ExcludedCountries = []string{"KG", "KZ"} }, change: GuaranteeUpdate{ExcludedCountries: &some}, wider: true,
		},
		"goods less": {change: GuaranteeUpdate{ExcludedGoods: &[]string{"24"}}},
		"part of a chapter again": {
			was:    func(t *Terms) { t.ExcludedGoods = []string{"85"} },
			change: GuaranteeUpdate{ExcludedGoods: &[]string{"8517"}}, wider: true,
		},
		"a representative more":         {change: GuaranteeUpdate{Representatives: &[]string{"CN999"}}, wider: true},
		"a representative less":         {was: func(t *Terms) { t.Representatives = []string{"CN999"} }, change: GuaranteeUpdate{Representatives: &others}},
		"no suspended goods":            {change: GuaranteeUpdate{NoSuspendedGoods: &yes}},
		"suspended goods":               {was: func(t *Terms) { t.NoSuspendedGoods = true }, change: GuaranteeUpdate{NoSuspendedGoods: &no}, wider: true},
		"less money but for more days":  {change: GuaranteeUpdate{ReferenceAmount: &Money{1, "EUR"}, ValidUntil: "2027-01-01"}, wider: true},
		"half the money for fewer days": {change: GuaranteeUpdate{Percentage: &half, ValidUntil: "2026-06-01"}},
	} {
		g := Guarantee{Terms: testTerms()}
		if c.was != nil {
			c.was(&g.Terms)
		}
		before := fmt.Sprint(g)
		_, wider, fault := g.Update(c.change, noon())
		require.Nil(t, fault, name)
		require.Equal(t, c.wider, wider, name)
		require.Equal(t, before, fmt.Sprint(g), "the record itself stays")
	}
}

func TestWhatAnUpdateRefuses(t *testing.T) {
	twelve := 12
	for name, u := range map[string]GuaranteeUpdate{
		"nothing":                     {},
		"the same again":              {ValidUntil: "2026-12-31"},
		"another currency":            {ReferenceAmount: &Money{1, "USD"}},
		"an amount of nothing":        {ReferenceAmount: &Money{0, "EUR"}},
		"an amount that is no money":  {ReferenceAmount: &Money{MaxMinor + 1, "EUR"}},
		"twelve per cent":             {Percentage: &twelve},
		"no date":                     {ValidUntil: "tomorrow"},
		"an end before the beginning": {ValidUntil: "2025-12-31"},
		"a country that is none":      {ExcludedCountries: &[]string{"QQ"}},
		"goods that are none":         {ExcludedGoods: &[]string{"x"}},
	} {
		_, _, fault := (&Guarantee{Terms: testTerms()}).Update(u, noon())
		require.NotNil(t, fault, name)
	}
	voucher := Guarantee{Terms: testTerms()}
	voucher.Terms.Type = "4"
	_, _, fault := voucher.Update(GuaranteeUpdate{ReferenceAmount: &Money{5, "EUR"}}, noon())
	require.NotNil(t, fault, "a voucher keeps its amount")
	ended := Guarantee{Terms: testTerms(), Invalidity: &Invalidity{From: "2026-01-01"}}
	_, _, fault = ended.Update(GuaranteeUpdate{ValidUntil: "2027-12-31"}, noon())
	require.Equal(t, OutOfSequence, fault.Code, "what has ended is not brought back")
}

func TestConditionFollowsTheDays(t *testing.T) {
	g := Guarantee{Terms: testTerms()}
	on := func(day string) Condition {
		at, err := time.Parse(time.RFC3339, day+"T23:59:59Z")
		require.NoError(t, err)
		return g.Condition(at)
	}
	require.Equal(t, []Condition{NotYetValid, Valid, Valid, Expired},
		[]Condition{on("2025-12-31"), on("2026-01-01"), on("2026-12-31"), on("2027-01-01")})
	g.Invalidity = &Invalidity{From: "2026-06-01", LiberatedFrom: "2026-09-01"}
	require.Equal(t, []Condition{Valid, Invalid, Invalid, Liberated, Liberated},
		[]Condition{on("2026-05-31"), on("2026-06-01"), on("2026-08-31"), on("2026-09-01"), on("2027-06-01")})
	require.True(t, g.Liable(time.Date(2026, 8, 31, 23, 59, 59, 0, time.UTC)))
	require.False(t, g.Liable(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)))
	g.Invalidity, g.Terms.Holder = nil, ""
	require.Equal(t, NotSold, on("2026-06-01"))
}

func TestAnEndIsAPromiseToTheGuarantor(t *testing.T) {
	at := time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)
	g := &Guarantee{Terms: testTerms()}
	for name, dates := range map[string][2]string{
		"no date": {"", ""}, "not a date": {"soon", ""}, "in the past": {"2026-06-09", ""},
		"liability ends before the invalidity": {"2026-06-20", "2026-06-19"}, "liability ends on no date": {"2026-06-20", "never"},
	} {
		_, fault := g.End(dates[0], dates[1], "x", "", at)
		require.NotNil(t, fault, name)
		require.Equal(t, MalformedRequest, fault.Code, name)
	}
	step := func(g *Guarantee, from, liberated string, at time.Time) *Guarantee {
		n, fault := g.End(from, liberated, "CGMMSP", "why", at)
		require.Nil(t, fault)
		return n
	}
	a := step(g, "2026-06-20", "", at)
	require.Nil(t, g.Invalidity)
	_, fault := a.End("2026-06-21", "", "x", "", at)
	require.Equal(t, OutOfSequence, fault.Code, "not later")
	_, fault = a.End("2026-06-20", "", "x", "", at)
	require.Equal(t, OutOfSequence, fault.Code, "not the same again")
	b := step(a, "2026-06-15", "", at)
	later := at.AddDate(0, 0, 10)
	_, fault = b.End("2026-06-14", "2026-07-01", "x", "", later)
	require.NotNil(t, fault, "not back into the past")
	c := step(b, "2026-06-15", "2026-07-01", later)
	_, fault = c.End("2026-06-15", "2026-07-02", "x", "", later)
	require.Equal(t, OutOfSequence, fault.Code, "the guarantor is not bound for longer")
	d := step(c, "2026-06-15", "2026-06-25", later)
	require.Equal(t, "2026-06-25", d.Invalidity.LiberatedFrom)
	_, fault = d.End("2026-06-15", "2026-06-19", "x", "", later)
	require.NotNil(t, fault, "nor freed for a day that has passed")
}

func TestAVoucherIsSoldOnce(t *testing.T) {
	g := &Guarantee{Terms: testTerms()}
	g.Terms.Type, g.Terms.GRN, g.Terms.Balances, g.Terms.Holder = "4", g.Terms.GRN+"A000001", 1, ""
	require.Empty(t, g.Terms.Check())
	face := testFace()
	claim := GuaranteeClaim{GRN: g.Terms.GRN, Type: "4", Amount: Money{5, "EUR"}}
	require.Equal(t, "G04", g.Admits(claim, face, noon(), "")[0].Code, "an unsold voucher is nobody's")
	_, fault := g.Sell("x", noon())
	require.Equal(t, MalformedRequest, fault.Code)
	sold, fault := g.Sell(face.Holder, noon())
	require.Nil(t, fault)
	require.Empty(t, sold.Admits(claim, face, noon(), ""))
	_, fault = sold.Sell("CN999", noon())
	require.Equal(t, OutOfSequence, fault.Code)
	revoked, fault := g.End(Day(noon()), "", "x", "", noon())
	require.Nil(t, fault)
	_, fault = revoked.Sell(face.Holder, noon())
	require.Equal(t, OutOfSequence, fault.Code)
	_, fault = (&Guarantee{Terms: testTerms()}).Sell("CN999", noon())
	require.Equal(t, OutOfSequence, fault.Code, "a comprehensive guarantee is no voucher")
}

func TestGoodsAreHeldAgainstTheTerms(t *testing.T) {
	std := declaration()
	std.Consignment.HouseConsignments = std.Consignment.HouseConsignments[:1]
	std.Consignment.HouseConsignments[0].ConsignmentItems = std.Consignment.HouseConsignments[0].ConsignmentItems[:1]
	item := &std.Consignment.HouseConsignments[0].ConsignmentItems[0]
	item.Commodity.CommodityCode = &CommodityCode{HarmonizedSystemSubHeadingCode: "851712"}
	for name, c := range map[string]struct {
		terms Terms
		want  []string
	}{
		"no limits":                     {Terms{}, nil},
		"the chapter is covered":        {Terms{Goods: []string{"84", "85"}}, nil},
		"the sub-heading is covered":    {Terms{Goods: []string{"851712"}}, nil},
		"another chapter":               {Terms{Goods: []string{"84"}}, []string{"G12"}},
		"the heading is excluded":       {Terms{ExcludedGoods: []string{"2402", "8517"}}, []string{"G12"}},
		"another heading is excluded":   {Terms{ExcludedGoods: []string{"2402"}}, nil},
		"suspended goods, but none are": {Terms{NoSuspendedGoods: true}, nil},
	} {
		require.Equal(t, c.want, reasonsOf(c.terms.AdmitsGoods(std, "/x")), name)
	}
	bound := Terms{Goods: []string{"85"}, NoSuspendedGoods: true}
	item.PreviousDocuments = []ItemPreviousDocument{{SequenceNumber: 1, Type: "C651", ReferenceNumber: "e-AD"}}
	require.Equal(t, []string{"G06"}, reasonsOf(bound.AdmitsGoods(std, "")))
	item.PreviousDocuments = nil
	std.Consignment.HouseConsignments[0].PreviousDocuments = []PreviousDocument{{Type: "C658"}}
	require.Equal(t, []string{"G06"}, reasonsOf(bound.AdmitsGoods(std, "")))
	item.Commodity.CommodityCode = nil
	require.Equal(t, []string{"G12", "G06"}, reasonsOf(bound.AdmitsGoods(std, "")), "what is not declared is not covered by a bound guarantee")
}

func reasonsOf(found []Violation) []string {
	var out []string
	for _, v := range found {
		out = append(out, v.Code)
	}
	return out
}

func TestTheGuaranteeAmountIsTheRoundedUpPercentage(t *testing.T) {
	terms := testTerms()
	for percentage, want := range map[int]int64{100: 10_000_001, 50: 5_000_001, 30: 3_000_001, 0: 0} {
		terms.Percentage = percentage
		require.Equal(t, Money{want, "EUR"}, terms.Amount())
	}
	terms.ReferenceAmount.Minor, terms.Percentage = MaxMinor, 100
	require.Equal(t, MaxMinor, terms.Amount().Minor)
}

func TestArrivalMarksWhatIsLocked(t *testing.T) {
	m := testMovement()
	m.Guarantees = []Usage{
		{GRN: "G", Type: "1", State: UsageLocked}, {Type: "3", State: UsageDeclared}, {GRN: "H", Type: "1", State: UsageFreed},
	}
	MarkArrived(m)
	require.Equal(t, []UsageState{UsageArrived, UsageDeclared, UsageFreed}, statesOf(m))
	require.True(t, m.Guarantees[0].State.Open(), "goods that have arrived are still covered")
	for _, s := range []UsageState{UsageDeclared, UsageLocked, UsageArrived, UsageFreed, UsageCancelled, UsageClaimed} {
		require.Equal(t, s == UsageLocked || s == UsageArrived, s.Open(), s)
		require.Equal(t, s == UsageFreed || s == UsageCancelled || s == UsageClaimed, s.Ended(), s)
	}
	for _, s := range States() {
		carried := s != Rejected && s != NotReleased && s != Cancelled
		require.Equal(t, map[bool]UsageState{true: UsageFreed, false: UsageCancelled}[carried], EndOfUsage(s), s)
	}
}

func statesOf(m *Movement) []UsageState {
	var out []UsageState
	for _, u := range m.Guarantees {
		out = append(out, u.State)
	}
	return out
}

func TestAPublicClaimIsOneThatItsTypeGives(t *testing.T) {
	eur := Money{5, "EUR"}
	for name, c := range map[string]struct {
		claim GuaranteeClaim
		decl  string
		ok    bool
	}{
		"a comprehensive guarantee":    {GuaranteeClaim{GRN: "G", Type: "1", Amount: eur}, "T1", true},
		"without its reference":        {GuaranteeClaim{Type: "1", Amount: eur}, "T1", false},
		"a cash deposit":               {GuaranteeClaim{Type: "3", Amount: eur}, "T1", true},
		"a cash deposit with a GRN":    {GuaranteeClaim{GRN: "G", Type: "3", Amount: eur}, "T1", false},
		"a cash deposit of nothing":    {GuaranteeClaim{Type: "3"}, "T1", false},
		"a small amount, waived":       {GuaranteeClaim{Type: "5", Amount: eur}, "T1", true},
		"a public body":                {GuaranteeClaim{Type: "8"}, "T1", true},
		"a public body with an amount": {GuaranteeClaim{Type: "8", Amount: eur}, "T1", false},
		"TIR":                          {GuaranteeClaim{Type: "B"}, "TIR", true},
		"TIR for T1":                   {GuaranteeClaim{Type: "B"}, "T1", false},
		"T1's guarantee for TIR":       {GuaranteeClaim{GRN: "G", Type: "1", Amount: eur}, "TIR", false},
		"type J":                       {GuaranteeClaim{Type: "J"}, "T1", false},
		"a type that is none":          {GuaranteeClaim{Type: "Z"}, "T1", false},
	} {
		require.Equal(t, c.ok, c.claim.CheckClaim(c.decl) == "", name)
	}
}

func TestTypesAreThoseOfTheCodeLists(t *testing.T) {
	for _, r := range GuaranteeTypeRules() {
		require.True(t, GuaranteeTypes().Has(r.Type), r.Type)
		require.Equal(t, GuaranteeTypesWithGRN().Has(r.Type), r.Account, r.Type)
		require.Equal(t, GuaranteeTypesWithReference().Has(r.Type), r.Referenced, r.Type)
		require.True(t, r.UsedReason == "" || InvalidGuaranteeReasons().Has(r.UsedReason))
	}
	require.Len(t, GuaranteeTypeRules(), 12)
}
