package transit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnOpeningThatCannotBeReadIsNone(t *testing.T) {
	monday := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for opening, open := range map[Opening]bool{
		{1, "08:00", "17:00"}: true,
		{2, "08:00", "17:00"}: false,
		{1, "8:00", "17:00"}:  false,
		{1, "", "17:00"}:      false,
		{1, "08:00", "5 pm"}:  false,
		{1, "", ""}:           false,
	} {
		h := OfficeHours{Zone: "+00:00", Week: []Opening{opening}}
		require.Equal(t, open, h.Open(monday), opening)
	}
	h := OfficeHours{Zone: "UTC", Week: []Opening{{1, "08:00", "17:00"}}}
	require.False(t, h.Open(monday), "nor is a zone")
}

func TestAPageFindsOnlyEntriesOfTheKey(t *testing.T) {
	empty := &Page{Book: BookTariff}
	require.Nil(t, empty.TariffOn("850110", "2026-01-01"))
	line := func(hs string, from, until Date) TariffLine {
		return TariffLine{Validity: Validity{From: from, Until: until}, HS: hs, Currency: "EUR"}
	}
	p, err := empty.With(Entries{Tariff: []TariffLine{line("850110", "2026-01-01", "2026-01-31"), line("850120", "2026-01-01", "")}},
		"KZMSP", noon())
	require.NoError(t, err)
	require.Equal(t, "850110", p.TariffOn("850110", "2026-01-31").HS)
	require.Nil(t, p.TariffOn("850110", "2026-02-01"), "the line has ended, and the next is of another sub-heading")
	require.Nil(t, p.TariffOn("850115", "2026-01-01"), "between two")
	require.Nil(t, p.TariffOn("850130", "2026-01-01"), "behind the last")
}

func TestEveryVersionOfAPageHasTheNextNumberAndItsEntriesBearIt(t *testing.T) {
	p := &Page{Book: BookTariff, Seq: 4}
	next, err := p.With(Entries{Tariff: []TariffLine{{Validity: Validity{From: "2026-01-01"}, HS: "850110"}}}, "KZMSP", noon())
	require.NoError(t, err)
	require.Equal(t, 5, next.Seq)
	require.Equal(t, 5, next.Tariff[0].Seq)
	require.Equal(t, 4, p.Seq)
}
