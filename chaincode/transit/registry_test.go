package transit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOpeningHours(t *testing.T) {
	h := OfficeHours{
		Validity: Validity{From: "2026-01-01"}, Office: "KZHOR001", Zone: "+05:00", Closed: []Date{"2026-12-16"},
		Week: []Opening{{1, "09:00", "13:00"}, {1, "14:00", "18:30"}, {3, "00:00", "24:00"}, {7, "22:00", "24:00"}},
	}
	require.NoError(t, h.check("KZ"))
	for at, open := range map[string]bool{
		"2026-11-23T03:59:59Z": false, // Monday 08:59 in Almaty
		"2026-11-23T04:00:00Z": true,
		"2026-11-23T08:00:00Z": false, // 13:00, lunch
		"2026-11-23T13:29:00Z": true,  // 18:29
		"2026-11-23T13:30:00Z": false,
		"2026-11-24T18:59:00Z": false, // Tuesday 23:59
		"2026-11-24T19:00:00Z": true,  // Wednesday midnight
		"2026-11-25T18:59:59Z": true,
		"2026-11-25T19:00:00Z": false, // Thursday
		"2026-12-16T07:00:00Z": false, // a Wednesday that is a holiday
		"2026-11-29T18:00:00Z": true,  // Sunday 23:00
	} {
		moment, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, open, h.Open(moment), at)
	}
	h.Zone = "-03:30"
	moment := time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC)
	require.True(t, h.Open(moment), "09:00 in Newfoundland")
	require.False(t, h.Open(moment.Add(-time.Minute)))
}

func TestEveryKeyHasItsPage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[A-Z]{2}[!-~]{1,15}`).Draw(t, "number")
		require.Contains(t, BookOperators.Pages(), BookOperators.Page(number))
		require.Contains(t, BookRevocations.Pages(), BookRevocations.Page(number))
		hs := fmt.Sprintf("%02d%04d", rapid.IntRange(1, 97).Draw(t, "chapter"), rapid.IntRange(0, 9999).Draw(t, "rest"))
		require.Equal(t, hs[:2], BookTariff.Page(hs))
		require.Contains(t, BookTariff.Pages(), hs[:2])
	})
	require.Nil(t, Book("magic").Pages())
	require.Empty(t, BookTariff.Page(""))
}

// Whatever is put, in whatever order: a page is sorted, no two entries of a key count on one day, and what was put last is found
// on its first day.
func TestAPageNeverSaysTwoThingsOfOneDay(t *testing.T) {
	day := func(n int) Date { return DateOf(time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC)) }
	rapid.Check(t, func(t *rapid.T) {
		p := &Page{V: 1, Country: "KZ", Book: BookTariff, Name: "85"}
		for i := range rapid.IntRange(1, 25).Draw(t, "puts") {
			first := rapid.IntRange(0, 40).Draw(t, "from")
			l := TariffLine{
				Validity: Validity{From: day(first)}, HS: rapid.SampledFrom([]string{"850110", "850120"}).Draw(t, "hs"), Duty: i, Currency: "EUR",
			}
			if rapid.Bool().Draw(t, "ends") {
				l.Until = day(first + rapid.IntRange(0, 10).Draw(t, "days"))
			}
			require.Empty(t, CheckEntries(&Entries{Tariff: []TariffLine{l}}, "KZ"))
			before := slices.Clone(p.Tariff)
			next, err := p.With(Entries{Tariff: []TariffLine{l}}, "KZMSP", time.Unix(0, 0))
			require.Equal(t, before, p.Tariff, "the page itself stays")
			if err != nil {
				continue
			}
			p = next
			if found := p.TariffOn(l.HS, l.From); found != nil { // nil once pruned
				require.Equal(t, i, found.Duty)
				require.Equal(t, p.Seq, found.Seq)
			}
			for n := range 55 {
				for _, hs := range []string{"850110", "850120"} {
					counting := 0
					for _, e := range p.Tariff {
						if e.HS == hs && e.On(day(n)) {
							counting++
						}
					}
					require.LessOrEqual(t, counting, 1, "%s on %s", hs, day(n))
				}
			}
			require.True(t, slices.IsSortedFunc(p.Tariff, func(a, b TariffLine) int {
				return slices.Compare([]string{a.HS, string(a.From)}, []string{b.HS, string(b.From)})
			}))
		}
	})
}

func TestEntriesAreSplitByPage(t *testing.T) {
	e := Entries{
		Tariff: []TariffLine{{HS: "850110"}, {HS: "010121"}, {HS: "850120"}}, Rates: []Rate{{Base: "EUR", Quote: "KZT"}},
		Operators: []Operator{{Number: "KZ1"}},
	}
	places, parts := e.Split()
	require.Equal(t, []PageRef{
		{BookOperators, BookOperators.Page("KZ1")}, {BookTariff, "01"}, {BookTariff, "85"}, {BookRates, "all"},
	}, places)
	require.Len(t, parts[PageRef{BookTariff, "85"}].Tariff, 2)
	n := 0
	for _, part := range parts {
		n += part.Len()
	}
	require.Equal(t, e.Len(), n)
}

func TestTheAuthorisationThatCounts(t *testing.T) {
	o := &Operator{Authorisations: []OperatorAuthorisation{
		{Type: "C521", Reference: "OLD", From: "2025-01-01", Until: "2025-12-31"},
		{Type: "C521", Reference: "NEW", From: "2026-01-01", Offices: []string{"KZHOR001"}},
	}}
	require.Equal(t, "OLD", o.Authorised("C521", "", "2025-12-31", "KZALA001").Reference)
	require.Equal(t, "NEW", o.Authorised("C521", "", "2026-01-01", "KZHOR001").Reference)
	require.Nil(t, o.Authorised("C521", "", "2026-01-01", "KZALA001"))
	require.Nil(t, o.Authorised("C523", "", "2026-01-01", "KZHOR001"))
	require.Nil(t, o.Authorised("C521", "OLD", "2026-01-01", "KZHOR001"))
	require.Nil(t, (*Operator)(nil).Authorised("C521", "", "2026-01-01", "KZHOR001"))
}

// FuzzEntries: no entry that decodes makes the checks or a page panic, and what passes the checks is found again.
func FuzzEntries(f *testing.F) {
	for _, s := range []string{
		`{"tariff":[{"from":"2026-01-01","hs":"850110","duty":1,"tax":2,"currency":"EUR"}]}`,
		`{"operators":[{"from":"2026-01-01","number":"KZ1","name":"x","country":"KZ",` +
			`"authorisations":[{"type":"C521","reference":"1","from":"2026-01-01"}]}]}`,
		`{"hours":[{"from":"2026-01-01","office":"KZHOR001","zone":"+05:00","week":[{"day":1,"opens":"08:00","closes":"24:00"}]}]}`,
		`{"rates":[{"from":"2026-01-01","base":"EUR","quote":"KZT","numerator":5,"denominator":1}]}`,
		`{"anchors":[{"from":"2026-01-01","name":"x","certificate":"MIIB"}]}`, `{"packs":[{"from":"2026-01-01","pack":"x"}]}`,
		`{"revocations":[{"from":"2026-01-01","issuer":"00","serial":"1"}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e Entries
		if DecodeStrict(raw, &e) != nil || len(CheckEntries(&e, "KZ")) > 0 {
			return
		}
		places, parts := e.Split()
		for _, at := range places {
			require.Contains(t, at.Book.Pages(), at.Page)
			p := &Page{Country: "KZ", Book: at.Book, Name: at.Page}
			next, err := p.With(parts[at], "KZMSP", time.Unix(0, 0))
			if err == nil {
				part := parts[at]
				require.LessOrEqual(t, next.Len(), part.Len())
			}
		}
	})
}
