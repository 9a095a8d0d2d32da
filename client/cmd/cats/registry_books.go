package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
)

func bookNames() string {
	var names []string
	for _, b := range transit.Books() {
		names = append(names, string(b))
	}
	return strings.Join(names, ", ")
}

func (a *app) bookCommand() *cobra.Command {
	var country, key, day string
	var all bool
	c := &cobra.Command{
		Use: "book BOOK", Short: "Show a country's own entries",
		Long: `Shows what a country keeps in one of its books: ` + bookNames() + `.
Without --country it shows the consortium's own, which are the rates for all. Entries that
do not count on the day are left out unless --all is given.`,
		Example: `  cats registry book tariff --country KZ --key 8517
  cats registry book rates
  cats registry book hours --country KZ --key KZHOR001
  cats registry book operators --country CN --day 2027-01-01 --json`,
		Args: exactly("BOOK"), ValidArgs: strings.Split(bookNames(), ", "),
		RunE: func(cmd *cobra.Command, args []string) error {
			book := transit.Book(args[0])
			if book.Pages() == nil {
				return usage(cmd, "%q is no book; there are %s", args[0], bookNames())
			}
			shown, err := dayOr(day)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			if all {
				shown = ""
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				entries, err := bookEntries(ctx, b, country, book, transit.EntryFilter{Key: key, Day: shown})
				if err != nil {
					return err
				}
				return a.print(entries, func(s style) { a.printEntries(s, entries) })
			})
		},
	}
	c.Flags().StringVar(&country, "country", "", "the entries of this `COUNTRY`")
	c.Flags().StringVar(&key, "key", "", "only entries that begin with this office, operator, HS code or currency")
	c.Flags().StringVar(&day, "day", "", "as they count on this `DATE` (default: today)")
	c.Flags().BoolVar(&all, "all", false, "entries of every day")
	return c
}

// dayOr is the day asked for, or today.
func dayOr(day string) (transit.Date, error) {
	if day == "" {
		return transit.DateOf(time.Now()), nil
	}
	_, err := transit.Date(day).Parse()
	return transit.Date(day), err
}

// bookEntries reads the pages of a book that can hold what is looked for.
func bookEntries(ctx context.Context, b *backend, country string, book transit.Book, f transit.EntryFilter) (*transit.Entries, error) {
	out := &transit.Entries{}
	for _, name := range f.Pages(book) {
		page, err := b.registry.Page(ctx, country, book, name)
		if err != nil {
			return nil, err
		}
		out.Add(page.Select(f))
	}
	return out, nil
}

func (a *app) putCommand() *cobra.Command {
	var country, from, reason string
	var revoke bool
	c := &cobra.Command{
		Use: "put FILE...", Short: "Write entries of the own country",
		Long: `Writes entries of a country's own books, as its administrator or as an officer at an office
with the role registry; trust anchors and revocations are for the administrator.

  .csv        a tariff: hs,duty,tax,currency,perKg,referencePerKg,from,until
              (duty and tax in percent, amounts in whole units of the currency),
              or rates: base,quote,rate,from,until
  .pem .crt   certificates that may certify declarants' keys (where the authority names
              the operator in the subject, write YAML with operatorInSubject: true);
              with --revoke, certificates that no longer count
  else        YAML or JSON with the lists hours, operators, anchors, revocations,
              tariff, rates, packs; codes of digits alone in quotes

An entry takes the place of one with the same key and first day; one that begins later
ends the one before. To end an entry, write it again with "until".`,
		Example: `  cats registry put tariff-kz.csv --country KZ --as kz-admin
  cats registry put operators.yaml --country KZ --as kz-admin
  cats registry put signing-ca.pem --country KZ --from 2027-01-01 --as kz-admin
  cats registry put lost-card.pem --country KZ --revoke --reason "card lost" --as kz-admin`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			begin, err := dayOr(from)
			if err != nil {
				return usage(cmd, "%v", err)
			}
			var entries transit.Entries
			for _, name := range args {
				e, err := a.entriesOf(name, begin, revoke, reason)
				if err != nil {
					return usage(cmd, "%s: %v", name, err)
				}
				entries.Add(e)
			}
			if found := transit.CheckEntries(&entries, country); len(found) > 0 {
				return transit.Faultf(transit.InvalidDocument, "the entries break rules in %d places", len(found)).With(found...)
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				return a.put(ctx, b, country, entries)
			})
		},
	}
	c.Flags().StringVar(&country, "country", "", "the own `COUNTRY`")
	c.Flags().StringVar(&from, "from", "", "first `DATE` of entries that have none of their own (default: today)")
	c.Flags().BoolVar(&revoke, "revoke", false, "the certificates in PEM files no longer count")
	c.Flags().StringVar(&reason, "reason", "", "why they are revoked; it is public")
	mustSet(c, "country")
	return c
}

func (a *app) entriesOf(name string, from transit.Date, revoke bool, reason string) (transit.Entries, error) {
	raw, err := a.read(name)
	if err != nil {
		return transit.Entries{}, err
	}
	if revoke {
		return readRevoked(raw, from, reason)
	}
	return readEntries(name, raw, from)
}

func (a *app) put(ctx context.Context, b *backend, country string, entries transit.Entries) error {
	pages, receipts, err := b.registry.Put(ctx, country, entries)
	if err != nil && len(receipts) > 0 {
		err = fmt.Errorf("%d transactions were committed before this one failed: %w", len(receipts), err)
	}
	if err != nil {
		return err
	}
	return a.print(map[string]any{"pages": pages, "receipts": receipts}, func(s style) {
		fmt.Fprintf(a.out, "%s  %d entries of %s on %d pages in %d transactions\n",
			s.good("Written"), entries.Len(), country, countPages(pages), len(receipts))
		if len(receipts) > 0 {
			facts(a.out, s, receiptFacts(s, receipts[len(receipts)-1])...)
		}
	})
}

func countPages(pages []transit.WrittenPage) int {
	var seen []string
	for _, p := range pages {
		seen = append(seen, string(p.Book)+p.Page)
	}
	slices.Sort(seen)
	return len(slices.Compact(seen))
}

// printEntries prints a table for each kind of entries that there are.
func (a *app) printEntries(s style, e *transit.Entries) {
	if e.Len() == 0 {
		fmt.Fprintln(a.out, "Nothing is entered.")
		return
	}
	for _, t := range []*table{
		hoursTable(e.Hours), operatorsTable(e.Operators), anchorsTable(e.Anchors), revocationsTable(e.Revocations),
		tariffTable(e.Tariff), ratesTable(e.Rates), packsTable(e.Packs),
	} {
		if len(t.rows) > 0 {
			t.print(a.out, s)
		}
	}
}

func hoursTable(list []transit.OfficeHours) *table {
	t := newTable("office", "UTC", "open", "closed on", "from", "until")
	for _, h := range list {
		var closed []string
		for _, d := range h.Closed {
			closed = append(closed, string(d))
		}
		t.row(h.Office, h.Zone, weekText(h.Week), strings.Join(closed, ", "), string(h.From), string(h.Until))
	}
	return t
}

// weekText gathers days that are open alike: "Mon-Fri 09:00-18:00, Sat 09:00-13:00".
func weekText(week []transit.Opening) string {
	names := []string{"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	hours := make([]string, 8)
	for _, o := range week {
		if o.Day < 1 || o.Day > 7 {
			continue
		}
		hours[o.Day] = strings.TrimPrefix(hours[o.Day]+" "+o.Opens+"-"+o.Closes, " ")
	}
	var parts []string
	for day := 1; day <= 7; {
		last := day
		for last < 7 && hours[last+1] == hours[day] {
			last++
		}
		label := names[day]
		if last > day {
			label += "-" + names[last]
		}
		if hours[day] != "" {
			parts = append(parts, label+" "+hours[day])
		}
		day = last + 1
	}
	return strings.Join(parts, ", ")
}

func operatorsTable(list []transit.Operator) *table {
	t := newTable("operator", "name", "AEO", "authorisations", "from", "until")
	for _, o := range list {
		var held []string
		for _, a := range o.Authorisations {
			text := a.Type + " " + a.Reference
			if len(a.Offices) > 0 {
				text += " at " + strings.Join(a.Offices, " ")
			}
			if a.Until != "" {
				text += " until " + string(a.Until)
			}
			held = append(held, text)
		}
		t.row(o.Number, o.Name, o.AEO, strings.Join(held, "; "), string(o.From), string(o.Until))
	}
	return t
}

func anchorsTable(list []transit.TrustAnchor) *table {
	t := newTable("authority", "key", "certificate until", "operator in", "from", "until")
	for _, a := range list {
		key, end := "", ""
		if c, err := a.Parse(); err == nil {
			key, end = c.PublicKeyAlgorithm.String(), c.NotAfter.UTC().Format("2006-01-02")
		}
		t.row(a.Name, key, end, map[bool]string{false: "attribute", true: "subject"}[a.OperatorInSubject], string(a.From), string(a.Until))
	}
	return t
}

func revocationsTable(list []transit.Revocation) *table {
	t := newTable("serial number", "issuer (SHA-256)", "reason", "from", "until")
	for _, r := range list {
		t.row(r.Serial, r.Issuer, r.Reason, string(r.From), string(r.Until))
	}
	return t
}

func tariffTable(list []transit.TariffLine) *table {
	t := newTable("HS", "duty", "tax", "per kg", "reference per kg", "from", "until").numbers(1, 2, 3, 4)
	percent := func(points int) string { return string(transit.DecimalOf(int64(points), 2)) + " %" }
	amount := func(minor int64, currency string) string {
		if minor == 0 {
			return ""
		}
		return transit.Money{Minor: minor, Currency: currency}.String()
	}
	for _, l := range list {
		t.row(l.HS, percent(l.Duty), percent(l.Tax), amount(l.PerKg, l.Currency), amount(l.ReferencePerKg, l.Currency),
			string(l.From), string(l.Until))
	}
	return t
}

func ratesTable(list []transit.Rate) *table {
	t := newTable("one", "is", "from", "until")
	for _, r := range list {
		t.row(r.Base, rateText(r), string(r.From), string(r.Until))
	}
	return t
}

// rateText writes a rate as a decimal when it is one.
func rateText(r transit.Rate) string {
	text := fmt.Sprintf("%d/%d", r.Numerator, r.Denominator)
	if digits := len(fmt.Sprint(r.Denominator)) - 1; fmt.Sprint(r.Denominator) == "1"+strings.Repeat("0", digits) {
		text = string(transit.DecimalOf(r.Numerator, digits))
	}
	return text + " " + r.Quote
}

func packsTable(list []transit.PackChoice) *table {
	t := newTable("rule pack", "from", "until")
	for _, p := range list {
		t.row(p.Pack, string(p.From), string(p.Until))
	}
	return t
}
