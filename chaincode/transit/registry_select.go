package transit

import "strings"

// EntryFilter chooses entries: those whose key begins with Key, and that count on Day unless that is empty.
type EntryFilter struct {
	Key string
	Day Date
}

// Pages names the pages of a book on which such entries can stand.
func (f EntryFilter) Pages(b Book) []string {
	if b == BookTariff && len(f.Key) >= 2 {
		return []string{b.Page(f.Key)}
	}
	return b.Pages()
}

// Select copies the entries that the filter chooses.
func (e *Entries) Select(f EntryFilter) Entries {
	return Entries{
		Hours: choose(e.Hours, f), Operators: choose(e.Operators, f), Anchors: choose(e.Anchors, f),
		Revocations: choose(e.Revocations, f), Tariff: choose(e.Tariff, f), Rates: choose(e.Rates, f), Packs: choose(e.Packs, f),
	}
}

func choose[T any, P interface {
	*T
	bookEntry
}](list []T, f EntryFilter,
) []T {
	var out []T
	for i := range list {
		p := P(&list[i])
		if strings.HasPrefix(p.key(), f.Key) && (f.Day == "" || p.validity().On(f.Day)) {
			out = append(out, list[i])
		}
	}
	return out
}

// Add appends other entries.
func (e *Entries) Add(o Entries) {
	e.Hours = append(e.Hours, o.Hours...)
	e.Operators = append(e.Operators, o.Operators...)
	e.Anchors = append(e.Anchors, o.Anchors...)
	e.Revocations = append(e.Revocations, o.Revocations...)
	e.Tariff = append(e.Tariff, o.Tariff...)
	e.Rates = append(e.Rates, o.Rates...)
	e.Packs = append(e.Packs, o.Packs...)
}

// Bare copies the entries without the sequence numbers that the ledger has given them, as they were put, and tells the largest.
func (e *Entries) Bare() (bare Entries, newest int) {
	bare = e.Select(EntryFilter{})
	newest = max(
		strip(bare.Hours), strip(bare.Operators), strip(bare.Anchors), strip(bare.Revocations), strip(bare.Tariff),
		strip(bare.Rates), strip(bare.Packs))
	return bare, newest
}

func strip[T any, P interface {
	*T
	bookEntry
}](list []T,
) int {
	newest := 0
	for i := range list {
		v := P(&list[i]).validity()
		newest = max(newest, v.Seq)
		v.Seq = 0
	}
	return newest
}
