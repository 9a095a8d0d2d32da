package transit

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// bookEntry is what all kinds of entries have in common.
type bookEntry interface {
	key() string
	validity() *Validity
	check(country string) error
}

// keptVersions is how many entries a page keeps of one key; the oldest go first. Blocks keep them all.
const keptVersions = 8

// MaxPageEntries bounds a page, so that reading it stays cheap.
const MaxPageEntries = 2000

// merge puts entries into a page's list, which is sorted by key and day. An entry with the key and the first day of one that is there
// takes its place; one that begins later ends what was open before it. Everything that stands against the entries is in the error.
func merge[T any, P interface {
	*T
	bookEntry
}](have, put []T, seq int,
) ([]T, error) {
	out := slices.Clone(have)
	for i := range put {
		e := put[i]
		P(&e).validity().Seq = seq
		var err error
		if out, err = mergeOne[T, P](out, e); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	if len(out) > MaxPageEntries {
		return nil, fmt.Errorf("the page would hold %d entries, more than %d", len(out), MaxPageEntries)
	}
	return out, nil
}

func mergeOne[T any, P interface {
	*T
	bookEntry
}](list []T, e T,
) ([]T, error) {
	key, v := P(&e).key(), P(&e).validity()
	at, there := slices.BinarySearchFunc(list, e, func(a, b T) int {
		return cmp.Or(cmp.Compare(P(&a).key(), key), cmp.Compare(P(&a).validity().From, P(&b).validity().From))
	})
	if there {
		list[at] = e
	} else {
		list = slices.Insert(list, at, e)
	}
	if at > 0 && P(&list[at-1]).key() == key {
		if before := P(&list[at-1]).validity(); before.On(v.From) {
			before.Until = dayBefore(v.From)
		}
	}
	if at+1 < len(list) && P(&list[at+1]).key() == key {
		if after := P(&list[at+1]).validity(); v.Until == "" || v.Until >= after.From {
			return nil, fmt.Errorf("it would still count on %s, when a later entry begins", after.From)
		}
	}
	return prune[T, P](list, key), nil
}

// prune lets go of the oldest entries of a key beyond [keptVersions].
func prune[T any, P interface {
	*T
	bookEntry
}](list []T, key string,
) []T {
	from := slices.IndexFunc(list, func(e T) bool { return P(&e).key() == key })
	n := 0
	for from+n < len(list) && P(&list[from+n]).key() == key {
		n++
	}
	if n <= keptVersions {
		return list
	}
	return slices.Delete(list, from, from+n-keptVersions)
}

func dayBefore(d Date) Date {
	t, err := d.Parse()
	if err != nil {
		return d // checked before it is merged
	}
	return DateOf(t.Add(-24 * time.Hour))
}

// find is the entry of a key that counts on a day, nil when there is none. The list is sorted by key.
func find[T any, P interface {
	*T
	bookEntry
}](list []T, key string, day Date,
) *T {
	at, _ := slices.BinarySearchFunc(list, key, func(e T, key string) int { return cmp.Compare(P(&e).key(), key) })
	for ; at < len(list) && P(&list[at]).key() == key; at++ {
		if P(&list[at]).validity().On(day) {
			return &list[at]
		}
	}
	return nil
}

// OperatorOn finds an operator on the page that counts on a day; nil when there is none. So do the others for their kinds.
func (p *Page) OperatorOn(number string, day Date) *Operator {
	return find[Operator](p.Operators, number, day)
}

// HoursOn finds the opening hours of an office.
func (p *Page) HoursOn(office string, day Date) *OfficeHours {
	return find[OfficeHours](p.Hours, office, day)
}

// RevocationOn finds the revocation of a certificate, named as [CertificateNumber] does.
func (p *Page) RevocationOn(issuer, serial string, day Date) *Revocation {
	return find[Revocation](p.Revocations, RevocationKey(issuer, serial), day)
}

// TariffOn finds the line of a sub-heading.
func (p *Page) TariffOn(hs string, day Date) *TariffLine { return find[TariffLine](p.Tariff, hs, day) }

// RateOn finds the rate of a pair of currencies as it is quoted, base first.
func (p *Page) RateOn(base, quote string, day Date) *Rate {
	return find[Rate](p.Rates, base+quote, day)
}

// PackOn finds the rule pack.
func (p *Page) PackOn(day Date) *PackChoice { return find[PackChoice](p.Packs, "", day) }

// AnchorsOn lists the trust anchors that count on a day.
func (p *Page) AnchorsOn(day Date) []TrustAnchor {
	var out []TrustAnchor
	for _, a := range p.Anchors {
		if a.On(day) {
			out = append(out, a)
		}
	}
	return out
}

// With is the next version of the page with the entries of its book put in; it leaves the page itself as it is. The error is a
// [*Fault] that says which entry cannot be put in, and why.
func (p *Page) With(e Entries, by string, at time.Time) (*Page, error) {
	n := *p
	n.Seq++
	n.By, n.At = by, Stamp(at)
	var err error
	switch p.Book {
	case BookHours:
		n.Hours, err = merge[OfficeHours](p.Hours, e.Hours, n.Seq)
	case BookOperators:
		n.Operators, err = merge[Operator](p.Operators, e.Operators, n.Seq)
	case BookAnchors:
		n.Anchors, err = merge[TrustAnchor](p.Anchors, e.Anchors, n.Seq)
	case BookRevocations:
		n.Revocations, err = merge[Revocation](p.Revocations, e.Revocations, n.Seq)
	case BookTariff:
		n.Tariff, err = merge[TariffLine](p.Tariff, e.Tariff, n.Seq)
	case BookRates:
		n.Rates, err = merge[Rate](p.Rates, e.Rates, n.Seq)
	case BookPacks:
		n.Packs, err = merge[PackChoice](p.Packs, e.Packs, n.Seq)
	}
	if err != nil {
		return nil, Faultf(MalformedRequest, "page %s of %s: %v", p.Name, p.Book, err)
	}
	return &n, nil
}

// PageRef is the page where entries go.
type PageRef struct {
	Book Book
	Page string
}

// Split sorts entries by the pages they go to, in the order of [Books] and of the pages.
func (e *Entries) Split() ([]PageRef, map[PageRef]Entries) {
	parts := map[PageRef]Entries{}
	split(parts, BookHours, e.Hours, func(p *Entries) *[]OfficeHours { return &p.Hours })
	split(parts, BookOperators, e.Operators, func(p *Entries) *[]Operator { return &p.Operators })
	split(parts, BookAnchors, e.Anchors, func(p *Entries) *[]TrustAnchor { return &p.Anchors })
	split(parts, BookRevocations, e.Revocations, func(p *Entries) *[]Revocation { return &p.Revocations })
	split(parts, BookTariff, e.Tariff, func(p *Entries) *[]TariffLine { return &p.Tariff })
	split(parts, BookRates, e.Rates, func(p *Entries) *[]Rate { return &p.Rates })
	split(parts, BookPacks, e.Packs, func(p *Entries) *[]PackChoice { return &p.Packs })
	places := make([]PageRef, 0, len(parts))
	for place := range parts {
		places = append(places, place)
	}
	books := Books()
	slices.SortFunc(places, func(a, b PageRef) int {
		return cmp.Or(slices.Index(books, a.Book)-slices.Index(books, b.Book), cmp.Compare(a.Page, b.Page))
	})
	return places, parts
}

func split[T any, P interface {
	*T
	bookEntry
}](parts map[PageRef]Entries, b Book, list []T, of func(*Entries) *[]T,
) {
	for i := range list {
		place := PageRef{b, b.Page(P(&list[i]).key())}
		part := parts[place]
		field := of(&part)
		*field = append(*field, list[i])
		parts[place] = part
	}
}
