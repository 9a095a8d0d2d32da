package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats/ubl"
)

func (a *app) guaranteeCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "guarantee", Aliases: []string{"gua"}, Short: "Guarantees and what is locked on them",
		Example: `  cats guarantee register terms.json --codes codes.txt --as cgm-clerk
  cats guarantee show 26KZCGM0000000015 --as cgm-clerk`,
	}
	c.AddCommand(a.registerCommand(), a.codesCommand(), a.sellCommand(), a.updateCommand())
	c.AddCommand(a.endCommands()...)
	c.AddCommand(a.checkGuaranteesCommand(), a.queryCommand(), a.showGuaranteeCommand(), a.listGuaranteesCommand(),
		a.convertTermsCommand())
	return c
}

// codes are access codes out of a file or the input, so that they need not stand on the command line.
type codes struct {
	given []string
	file  string
}

func (k *codes) bind(c *cobra.Command) {
	c.Flags().StringSliceVar(&k.given, "code", nil, "access `CODE` (4 characters); may be repeated")
	c.Flags().StringVar(&k.file, "codes", "", "`FILE` with one access code per line; - for the input")
}

func (a *app) accessCodes(cmd *cobra.Command, k codes) ([]string, error) {
	all := slices.Clone(k.given)
	if k.file != "" {
		raw, err := a.read(k.file)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(bytes.NewReader(raw))
		for lines.Scan() {
			if line := strings.TrimSpace(lines.Text()); line != "" {
				all = append(all, line)
			}
		}
	}
	if len(all) == 0 {
		return nil, usage(cmd, "give at least one access code with --codes or --code")
	}
	return all, nil
}

func (a *app) registerCommand() *cobra.Command {
	var flags stepFlags
	var k codes
	var terms termsFlags
	c := &cobra.Command{
		Use: "register [FILE]", Short: "Register a guarantee",
		Long: `Registers a guarantee that the own organisation stands for: a guarantor's, or a waiver (type 0)
that an officer of its office of guarantee grants. A voucher (type 4) without a holder is
issued now and sold later. FILE holds the terms as JSON, or as a GuaranteeCertificate of UBL;
flags replace single terms or all of them. The reference amount is split over --balances
records: as many releases can be in flight at once.`,
		Example: `  cats guarantee register terms.json --codes codes.txt --as cgm-clerk
  cats guarantee register certificate.xml --codes codes.txt --as cgm-clerk
  cats guarantee register --grn 26KZCGM0000000015 --type 1 --holder CN916501007TSL1 --amount 250000.00 --currency USD \
      --from 2026-11-01 --until 2027-10-31 --balances 32 --codes - --as cgm-clerk
  cats guarantee register --grn 26KZ0000000000147 --type 0 --office KZALA001 --holder KZ190840012345 --amount 50000.00 \
      --currency USD --from 2026-11-01 --until 2027-10-31 --codes - --as kz-officer-almaty`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.terms(cmd, args, &terms)
			if err != nil {
				return err
			}
			secret, err := a.accessCodes(cmd, k)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				if t.Guarantor == "" && !t.Waiver() {
					t.Guarantor = b.node.MSP()
				}
				g, receipt, err := b.guarantees.Register(ctx, *t, secret, flags.options()...)
				if err != nil {
					return err
				}
				return a.printGuaranteeStep("Registered", g, receipt)
			})
		},
	}
	flags.bind(c)
	k.bind(c)
	terms.bind(c)
	return c
}

// termsFlags are the terms of a guarantee as flags.
type termsFlags struct {
	transit.Terms
	amount, currency string
}

func (f *termsFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.GRN, "grn", "", "guarantee reference `NUMBER`")
	flags.StringVar(&f.Type, "type", "", "`TYPE`: 0 waiver, 1 comprehensive, 2 individual, 4 voucher, 9 individual with multiple usage")
	flags.StringVar(&f.Office, "office", "", "customs `OFFICE` of guarantee, in the GRN's country; a waiver needs one")
	flags.StringVar(&f.Guarantor, "guarantor", "", "guarantor's `MSP` (default: the own)")
	flags.StringVar(&f.Holder, "holder", "", "operator `NUMBER` of the holder of the procedure; none for a voucher to be sold")
	flags.StringSliceVar(&f.Representatives, "representative", nil, "operator `NUMBER` who may declare for the holder; may be repeated")
	flags.StringVar(&f.amount, "amount", "", "reference `AMOUNT`, such as 250000.00")
	flags.StringVar(&f.currency, "currency", "", "its `CURRENCY`, such as USD")
	flags.IntVar(&f.Percentage, "percentage", 100, "guarantee amount in per cent of the reference amount: 100, 50, 30, or 0 for a waiver")
	flags.StringVar(&f.Monitoring, "monitoring", "", "`CODE`: 1 records movements only, 2 their amounts too, 3 keeps the account (default)")
	flags.StringVar(&f.ValidFrom, "from", "", "first `DATE` of validity")
	flags.StringVar(&f.ValidUntil, "until", "", "last `DATE` of validity")
	flags.StringSliceVar(&f.ExcludedCountries, "exclude", nil, "`COUNTRY` in which it is not valid; may be repeated")
	flags.StringSliceVar(&f.Goods, "goods", nil, "only these commodity `CODES` (2, 4 or 6 digits; types 2 and 9)")
	flags.StringSliceVar(&f.ExcludedGoods, "exclude-goods", nil, "commodity `CODES` that are not covered")
	flags.BoolVar(&f.NoSuspendedGoods, "no-suspended-goods", false, "goods under suspension of excise duty are not covered")
	flags.StringVar(&f.Departure, "departure", "", "only office of departure (type 2)")
	flags.StringVar(&f.Destination, "destination", "", "only office of destination (type 2)")
	flags.IntVar(&f.Balances, "balances", 32, "`NUMBER` of balance records, 1 to 64; one for types 2 and 4")
}

// terms are those of the file, with the flags that were given in their place.
func (a *app) terms(cmd *cobra.Command, args []string, f *termsFlags) (*transit.Terms, error) {
	if err := f.parseAmount(cmd); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		if f.OneUse() && !cmd.Flags().Changed("balances") {
			f.Balances = 1
		}
		if f.Waiver() && !cmd.Flags().Changed("percentage") {
			f.Percentage = 0
		}
		return &f.Terms, nil
	}
	t, err := a.readTerms(cmd, args[0])
	if err != nil {
		return nil, err
	}
	f.replace(cmd, t)
	return t, nil
}

func (f *termsFlags) parseAmount(cmd *cobra.Command) error {
	if f.amount == "" && f.currency == "" {
		return nil
	}
	amount, err := transit.ParseMoney(f.amount, f.currency)
	if err != nil {
		return usage(cmd, "--amount and --currency: %v", err)
	}
	f.ReferenceAmount = amount
	return nil
}

func (f *termsFlags) replace(cmd *cobra.Command, t *transit.Terms) {
	for name, set := range map[string]func(){
		"grn": func() { t.GRN = f.GRN }, "type": func() { t.Type = f.Type }, "guarantor": func() { t.Guarantor = f.Guarantor },
		"representative": func() { t.Representatives = f.Representatives },
		"holder":         func() { t.Holder = f.Holder }, "amount": func() { t.ReferenceAmount = f.ReferenceAmount },
		"percentage": func() { t.Percentage = f.Percentage }, "from": func() { t.ValidFrom = f.ValidFrom },
		"until": func() { t.ValidUntil = f.ValidUntil }, "exclude": func() { t.ExcludedCountries = f.ExcludedCountries },
		"departure": func() { t.Departure = f.Departure }, "destination": func() { t.Destination = f.Destination },
		"balances": func() { t.Balances = f.Balances },
		"office":   func() { t.Office = f.Office }, "monitoring": func() { t.Monitoring = f.Monitoring },
		"goods": func() { t.Goods = f.Goods }, "exclude-goods": func() { t.ExcludedGoods = f.ExcludedGoods },
		"no-suspended-goods": func() { t.NoSuspendedGoods = f.NoSuspendedGoods },
	} {
		if cmd.Flags().Changed(name) {
			set()
		}
	}
}

func (a *app) codesCommand() *cobra.Command {
	var flags stepFlags
	var k codes
	c := &cobra.Command{
		Use: "codes GRN", Short: "Replace the access codes (IE026)",
		Long:    "Replaces all access codes of a guarantee. Its guarantor's clerk or its holder may.",
		Example: `  cats guarantee codes 26KZCGM0000000015 --codes new-codes.txt --as cgm-clerk`,
		Args:    exactly("GRN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := a.accessCodes(cmd, k)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				g, receipt, err := b.guarantees.ReplaceAccessCodes(ctx, args[0], secret, flags.options()...)
				if err != nil {
					return err
				}
				return a.printGuaranteeStep("Access codes replaced", g, receipt)
			})
		},
	}
	flags.bind(c)
	k.bind(c)
	return c
}

func (a *app) printGuaranteeStep(done string, g *transit.Guarantee, r cats.Receipt) error {
	return a.print(map[string]any{"guarantee": g, "receipt": r}, func(s style) {
		if r.TransactionID == "" {
			done += " before; nothing was done twice"
		}
		fmt.Fprintf(a.out, "%s  %s\n", s.good(done), s.head(g.Terms.GRN))
		facts(a.out, s, slices.Concat([]string{
			"holder", g.Terms.Holder, "reference amount", g.Terms.ReferenceAmount.String(),
			"valid", g.Terms.ValidFrom + " to " + g.Terms.ValidUntil,
		}, receiptFacts(s, r))...)
	})
}

func (a *app) showGuaranteeCommand() *cobra.Command {
	var inUBL bool
	c := &cobra.Command{
		Use: "show GRN", Short: "Show a guarantee, its balances and open usages",
		Long: `Shows a guarantee as the ledger has it. With --ubl its terms are printed as a
GuaranteeCertificate of UBL 2.4, without balances and usages.`,
		Example: `  cats guarantee show 26KZCGM0000000015 --as cgm-clerk
  cats guarantee show 26KZCGM0000000015 --ubl --as cgm-clerk >certificate.xml`,
		Args: exactly("GRN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				view, err := b.guarantees.Get(ctx, args[0])
				if err != nil {
					return err
				}
				if inUBL {
					return ubl.WriteGuarantee(a.out, &view.Guarantee.Terms)
				}
				return a.print(view, func(s style) { a.printGuarantee(s, view) })
			})
		},
	}
	c.Flags().BoolVar(&inUBL, "ubl", false, "print the terms as a GuaranteeCertificate of UBL 2.4")
	return c
}

func (a *app) printGuarantee(s style, v *transit.GuaranteeView) {
	t := v.Guarantee.Terms
	fmt.Fprintf(a.out, "%s  %s\n", s.head("Guarantee "+t.GRN), typeName(t.Type))
	offices := ""
	if t.Departure+t.Destination != "" {
		offices = t.Departure + " to " + t.Destination
	}
	available, claimed, percentage := s.good(v.Available.String()), "", ""
	if v.Available.IsNegative() {
		available = s.bad(v.Available.String())
	}
	if !t.HasAccount() {
		available = "not kept (monitoring code " + t.Monitoring + ")"
	}
	if !v.Claimed.IsZero() {
		claimed = v.Claimed.String()
	}
	if t.Percentage != 100 {
		percentage = fmt.Sprintf("%d %% of it", t.Percentage)
	}
	facts(a.out, s,
		"guarantor", t.Guarantor, "office", t.Office, "holder", t.Holder, "representatives", strings.Join(t.Representatives, ", "),
		"valid", t.ValidFrom+" to "+t.ValidUntil, "ended", invalidity(v.Guarantee.Invalidity),
		"not valid in", strings.Join(t.ExcludedCountries, ", "), "only", offices,
		"only goods", strings.Join(t.Goods, ", "), "not for goods", strings.Join(t.ExcludedGoods, ", "),
		"reference amount", t.ReferenceAmount.String(), "guaranteed", percentage, "available", available, "locked", v.Locked.String(),
		"claimed", claimed, "access codes", fmt.Sprint(len(v.Guarantee.AccessCodes)))
	open := newTable("movement", "balance record", "amount").numbers(1, 2)
	for _, b := range v.Balances {
		for _, id := range sortedKeys(b.Open) {
			open.row(id, fmt.Sprintf("#%d", b.Index), transit.Money{Minor: b.Open[id], Currency: t.ReferenceAmount.Currency}.String())
		}
	}
	if len(open.rows) > 0 {
		fmt.Fprintf(a.out, "\n%s\n", s.head("Open usages"))
		open.print(a.out, s)
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Balance records"))
	balances := newTable("record", "available", "open usages", "uses").numbers(0, 1, 2, 3)
	for _, b := range v.Balances {
		balances.row(fmt.Sprintf("#%d", b.Index), transit.Money{Minor: b.Available, Currency: t.ReferenceAmount.Currency}.String(),
			fmt.Sprint(len(b.Open)), fmt.Sprint(b.Uses))
	}
	balances.print(a.out, s)
}

func sortedKeys(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func typeName(typ string) string {
	for _, r := range transit.GuaranteeTypeRules() {
		if r.Type == typ {
			return r.Name
		}
	}
	return "type " + typ
}

func (a *app) listGuaranteesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List guarantees", Long: "Lists the guarantees that the identity may see.",
		Example: `  cats guarantee list --as cgm-clerk`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				found, err := collect(b.guarantees.List(ctx), 0, func(*transit.Guarantee) bool { return true })
				if err != nil {
					return err
				}
				return a.print(found, func(s style) { a.printGuarantees(s, found) })
			})
		},
	}
}

func (a *app) printGuarantees(s style, found []*transit.Guarantee) {
	if len(found) == 0 {
		fmt.Fprintln(a.out, "No guarantees.")
		return
	}
	t := newTable("GRN", "type", "reference amount", "holder", "kept by", "valid", "records").numbers(2, 6)
	for _, g := range found {
		holder := g.Terms.Holder
		if holder == "" {
			holder = "(not sold)"
		}
		t.row(g.Terms.GRN, typeName(g.Terms.Type), g.Terms.ReferenceAmount.String(), holder, g.Keeper,
			g.Terms.ValidFrom+" to "+g.Terms.ValidUntil, fmt.Sprint(g.Terms.Balances))
	}
	t.print(a.out, s)
}
