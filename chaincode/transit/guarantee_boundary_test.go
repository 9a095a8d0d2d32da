package transit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// records are balance records with these amounts available, the full ones with no room for another usage.
func records(available []int64, full ...int) []*Balance {
	out := make([]*Balance, len(available))
	for i, minor := range available {
		out[i] = &Balance{Index: i, Available: minor, Open: map[string]int64{}}
		if slices.Contains(full, i) {
			for k := range maxOpenUsages {
				out[i].Open[fmt.Sprint(k)] = 0
			}
		}
	}
	return out
}

// TestALockTakesPartsOfSomethingFromRecordsWithRoom: whatever lies in the records, parts are above zero and add up, a record
// without room or amount is left alone, and what is told as free is what records with room had.
func TestALockTakesPartsOfSomethingFromRecordsWithRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		available := rapid.SliceOfN(rapid.Int64Range(0, 4), 1, 5).Draw(t, "available")
		full := rapid.SliceOfN(rapid.IntRange(0, len(available)-1), 0, 2).Draw(t, "full")
		minor := rapid.Int64Range(1, 12).Draw(t, "amount")
		read := records(available, full...)
		var room int64
		for i, a := range available {
			if !slices.Contains(full, i) {
				room += a
			}
		}
		parts, free, ok := Lock(read, "M", minor)
		require.Equal(t, room, free)
		require.Equal(t, room >= minor, ok)
		var locked int64
		drawn := map[int]int64{}
		for _, p := range parts {
			require.Positive(t, p.Minor)
			locked += p.Minor
			drawn[p.Balance] += p.Minor
		}
		if ok {
			require.Equal(t, minor, locked)
		}
		for i, b := range read {
			took, is := drawn[i]
			require.Equal(t, available[i]-took, b.Available)
			require.Equal(t, map[bool]int{true: 1}[is], b.Uses)
			require.False(t, is && slices.Contains(full, i))
		}
	})
}

// TestWhatIsPendingIsCollectedOrSpentOnce: a release that succeeds collects all that is owed and no more, spends no more than is
// there to spend and than the records lack (or an even share); one that is refused changes nothing.
func TestWhatIsPendingIsCollectedOrSpentOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Guarantee{Terms: testTerms(), Pending: rapid.Int64Range(-20, 40).Draw(t, "pending")}
		available := rapid.SliceOfN(rapid.Int64Range(0, 10), 1, 4).Draw(t, "available")
		g.Terms.Balances = len(available)
		g.Terms.ReferenceAmount.Minor = rapid.Int64Range(1, 60).Draw(t, "reference")
		full := rapid.SliceOfN(rapid.IntRange(0, len(available)-1), 0, 2).Draw(t, "full")
		minor := rapid.Int64Range(-1, 40).Draw(t, "amount")
		read := records(available, full...)
		before, pending := fmt.Sprint(values(read)), g.Pending
		var all, room int64
		for i, a := range available {
			all += a
			if !slices.Contains(full, i) {
				room += a
			}
		}
		spendable := room
		switch {
		case pending < 0:
			spendable = min(room, all+pending)
		case pending > 0 && slices.ContainsFunc(read, func(b *Balance) bool { return len(b.Open) < maxOpenUsages }):
			spendable = room + pending
		}
		_, free, ok := g.Lock(read, "M", minor)
		require.Equal(t, minor > 0 && minor <= spendable, ok)
		if !ok {
			require.Equal(t, before, fmt.Sprint(values(read)), "a refusal changes no record")
			require.Equal(t, pending, g.Pending)
			return
		}
		require.Equal(t, spendable, free)
		if pending <= 0 {
			require.Zero(t, g.Pending, "all that was owed, and nothing else")
			return
		}
		share := g.Terms.ReferenceAmount.Minor / int64(len(available))
		if g.Terms.ReferenceAmount.Minor%int64(len(available)) > 0 {
			share++
		}
		want := pending
		if lacks := minor - room; lacks > 0 {
			want -= min(pending, max(lacks, share))
		}
		require.Equal(t, want, g.Pending)
	})
}

func values(read []*Balance) []Balance {
	var out []Balance
	for _, b := range read {
		out = append(out, *b)
	}
	return out
}

func TestWithoutAnAccountAUsageIsWrittenWhereThereIsRoomAndCounts(t *testing.T) {
	for _, code := range []string{MonitorUsage, MonitorAmount} {
		g := Guarantee{Terms: testTerms()}
		g.Terms.Monitoring = code
		read := records([]int64{0, 0, 0}, 0)
		for _, nothing := range []int64{0, -1} {
			_, _, ok := g.Lock(read, "M", nothing)
			require.False(t, ok)
		}
		for i := range 2 * maxOpenUsages {
			_, _, ok := g.Lock(read, fmt.Sprintf("M%d", i), 7)
			require.True(t, ok, "usage %d", i)
		}
		require.Equal(t, []int{0, maxOpenUsages, maxOpenUsages}, []int{read[0].Uses, read[1].Uses, read[2].Uses})
		require.Equal(t, map[string]int64{MonitorAmount: 7}[code], read[1].Open["M0"])
		_, _, ok := g.Lock(read, "one more", 7)
		require.False(t, ok)
		g.Terms.Type = "2"
		require.Equal(t, []string{"G10"}, reasonsOf(g.Terms.UsedBefore(read[1], "")), "a usage without an amount is a usage")
	}
}

func TestPartsAndRecordsThatDoNotFitEndNothing(t *testing.T) {
	read := records([]int64{3, 3})
	parts, _, ok := Lock(read, "M", 5)
	require.True(t, ok)
	for name, c := range map[string]struct {
		balances []*Balance
		parts    []UsagePart
	}{
		"a record less": {read[:1], parts}, "a record more": {read, parts[:1]}, "no parts": {read, nil}, "nothing at all": {nil, nil},
	} {
		require.Error(t, Free(c.balances, "M", c.parts), name)
	}
	require.Equal(t, []int64{3, 2}, []int64{read[0].Open["M"], read[1].Open["M"]})
}

func TestAnUnusedIndividualGuaranteeIsAdmitted(t *testing.T) {
	terms := testTerms()
	for _, typ := range []string{"1", "2", "4", "9"} {
		terms.Type = typ
		require.Empty(t, terms.UsedBefore(&Balance{}, ""), typ)
	}
}

func TestAClaimIsAdmittedUpToTheReferenceAmountAndAtItsOfficesOnly(t *testing.T) {
	face := testFace()
	for name, c := range map[string]struct {
		minor                  int64
		departure, destination string
		want                   []string
	}{
		"the whole reference amount": {minor: 10_000_001},
		"a unit more":                {minor: 10_000_002, want: []string{"G09"}},
		"one unit":                   {minor: 1},
		"nothing":                    {minor: 0, want: []string{"G09"}},
		"less than nothing":          {minor: -1, want: []string{"G09"}},
		"at both its offices":        {minor: 1, departure: face.Departure, destination: face.Destination},
		"from its office":            {minor: 1, departure: face.Departure},
		"from another office":        {minor: 1, departure: "CN651100", want: []string{"G11"}},
		"to another office":          {minor: 1, departure: face.Departure, destination: "KG001003", want: []string{"G11"}},
	} {
		g := Guarantee{Terms: testTerms()}
		g.Terms.Departure, g.Terms.Destination = c.departure, c.destination
		claim := GuaranteeClaim{GRN: g.Terms.GRN, Type: "1", Amount: Money{Minor: c.minor, Currency: "EUR"}}
		require.Equal(t, c.want, reasonsOf(g.Admits(claim, face, noon(), "")), name)
	}
}

func TestEveryItemIsHeldAgainstTheTermsAndNineCodesAreNamed(t *testing.T) {
	std := goods([4]string{"240210"}, [4]string{"851712"}, [4]string{"240210"}, [4]string{"220300"})
	items := std.Consignment.HouseConsignments[0].ConsignmentItems
	items[3].PreviousDocuments = []ItemPreviousDocument{{Type: "C651"}}
	terms := Terms{Goods: []string{"85"}, NoSuspendedGoods: true}
	var named []string
	for _, v := range terms.AdmitsGoods(std, "") {
		named = append(named, v.Code+v.Value)
	}
	require.Equal(t, []string{"G12240210", "G12220300", "G06"}, named, "each code once, and what comes after a covered one too")
	for n, want := range map[int]int{8: 8, 9: 9, 10: 9} {
		var many [][4]string
		for i := range n {
			many = append(many, [4]string{fmt.Sprintf("0101%02d", i)})
		}
		require.Len(t, terms.AdmitsGoods(goods(many...), ""), want)
	}
}

func TestTheLongestListsOfTermsAreTaken(t *testing.T) {
	for name, c := range map[string]struct {
		set func(*Terms, int)
		max int
	}{
		"representatives":    {func(t *Terms, n int) { t.Representatives = slices.Repeat([]string{"CN999"}, n) }, maxRepresentatives},
		"balance records":    {func(t *Terms, n int) { t.Balances = n }, MaxBalances},
		"excluded countries": {func(t *Terms, n int) { t.ExcludedCountries = slices.Repeat([]string{"KG"}, n) }, maxCountries},
		"excluded goods":     {func(t *Terms, n int) { t.ExcludedGoods = slices.Repeat([]string{"85"}, n) }, maxGoods},
	} {
		terms := testTerms()
		c.set(&terms, c.max)
		require.Empty(t, terms.Check(), name)
		c.set(&terms, c.max+1)
		require.Len(t, terms.Check(), 1, name)
	}
}

func TestADateThatIsNoneIsTheOnlyThingFound(t *testing.T) {
	for _, dates := range [][2]string{{"2026-01-01", "tomorrow"}, {"yesterday", "2026-12-31"}} {
		terms := testTerms()
		terms.ValidFrom, terms.ValidUntil = dates[0], dates[1]
		require.Len(t, terms.Check(), 1)
	}
	terms := testTerms()
	terms.ValidUntil = terms.ValidFrom
	require.Empty(t, terms.Check(), "valid for one day")
	terms = testTerms()
	terms.Type, terms.Balances, terms.Destination = "2", 1, "nowhere"
	require.Len(t, terms.Check(), 1, "each office is looked at by itself")
}

func TestAnEndMayBeBroughtForwardAndFallOnTheDayOfInvalidity(t *testing.T) {
	at := time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)
	g := &Guarantee{Terms: testTerms()}
	a, fault := g.End("2026-06-20", "2026-06-20", "x", "", at)
	require.Nil(t, fault, "liability ends with validity")
	b, fault := a.End("2026-06-15", "2026-06-20", "x", "", at)
	require.Nil(t, fault, "an earlier invalidity keeps the end of liability")
	require.Equal(t, Invalidity{From: "2026-06-15", LiberatedFrom: "2026-06-20", By: "x"}, *b.Invalidity)
	today, fault := g.End(Day(at), Day(at), "x", "", at)
	require.Nil(t, fault)
	require.Equal(t, Liberated, today.Condition(at), "at once")
	require.False(t, today.Liable(at))
}

func TestOnlyAVoucherIsSoldAndItKeepsItsAmount(t *testing.T) {
	g := &Guarantee{Terms: testTerms()}
	g.Terms.Holder = ""
	_, fault := g.Sell("CN999", noon())
	require.NotNil(t, fault, "a comprehensive guarantee without a holder is no voucher")

	g.Terms.Type, g.Terms.GRN, g.Terms.Balances = "4", g.Terms.GRN+"A000001", 1
	require.Empty(t, g.Terms.Check())
	later, _, fault := g.Update(GuaranteeUpdate{ValidUntil: "2027-12-31"}, noon())
	require.Nil(t, fault)
	require.Equal(t, "2027-12-31", later.Terms.ValidUntil)
	_, _, fault = g.Update(GuaranteeUpdate{ReferenceAmount: &Money{Minor: 5, Currency: "EUR"}}, noon())
	require.Equal(t, "C0232", fault.Violations[0].Rule)
}

func TestAnAmountOfAClaimIsAboveZeroInACurrency(t *testing.T) {
	for name, c := range map[string]struct {
		amount Money
		ok     bool
	}{
		"one unit": {Money{1, "EUR"}, true}, "nothing": {Money{0, "EUR"}, false}, "less than nothing": {Money{-1, "EUR"}, false},
		"no currency": {Money{1, ""}, false}, "too much": {Money{MaxMinor + 1, "EUR"}, false}, "the most": {Money{MaxMinor, "EUR"}, true},
	} {
		claim := GuaranteeClaim{GRN: "G", Type: "1", Amount: c.amount}
		require.Equal(t, c.ok, claim.CheckClaim("T1") == "", name)
	}
}

func TestAnInquiryFindsTheUsageBehindOthers(t *testing.T) {
	g := Guarantee{Terms: testTerms()}
	m := testMovement()
	part := []UsagePart{{Balance: 2, Minor: 7}}
	m.Guarantees = []Usage{{GRN: "X", State: UsageLocked, Parts: part}, {GRN: g.Terms.GRN, State: UsageLocked, Parts: part}}
	_, at := g.UsageOf(m)
	require.Equal(t, 2, at)
}

func TestTheRecordOfAGuaranteeGrowsByOneWithEachMessageOnce(t *testing.T) {
	g := &Guarantee{Terms: testTerms(), Seq: 4, At: Stamp(noon())}
	a := cast()["clerk"]
	n, fault := g.Next(a, Header{MessageID: "m1"}, noon().Add(time.Minute))
	require.Nil(t, fault)
	require.Equal(t, 5, n.Seq)
	require.Equal(t, Stamp(noon().Add(time.Minute)), n.At)
	require.Equal(t, 4, g.Seq, "the record itself stays")
	_, fault = n.Next(a, Header{MessageID: "m1"}, noon().Add(2*time.Minute))
	require.Equal(t, Duplicate, fault.Code)
	_, fault = n.Next(cast()["insurer"], Header{MessageID: "m1"}, noon().Add(2*time.Minute))
	require.Nil(t, fault, "another's message of that name is another message")
	_, fault = n.Next(a, Header{MessageID: "m2", ExpectedSeq: 4}, noon().Add(2*time.Minute))
	require.Equal(t, Stale, fault.Code)
	_, fault = n.Next(a, Header{MessageID: "m2"}, noon().Add(-time.Hour))
	require.Equal(t, ClockRefused, fault.Code)
}
