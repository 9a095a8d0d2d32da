package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// guaranteeChanges are the calls that change a guarantee after its registration.
type guaranteeChanges interface {
	Update(
		ctx context.Context, grn string, changes transit.GuaranteeUpdate, opts ...cats.CallOption,
	) (*transit.Guarantee, cats.Receipt, error)
	Cancel(ctx context.Context, grn string, e cats.End, opts ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error)
	Revoke(ctx context.Context, grn string, e cats.End, opts ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error)
	Invalidate(ctx context.Context, grn string, e cats.End, opts ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error)
	Sell(
		ctx context.Context, grn, holder string, accessCodes []string, opts ...cats.CallOption,
	) (*transit.Guarantee, cats.Receipt, error)
}

// updateFlags are the changes of an update as flags.
type updateFlags struct {
	stepFlags
	amount, until                    string
	percentage                       int
	countries, goods, representative []string
	noSuspended                      bool
}

func (a *app) updateCommand() *cobra.Command {
	var f updateFlags
	c := &cobra.Command{
		Use: "update GRN", Short: "Change amount, validity or restrictions (IE225)",
		Long: `Changes the terms that are given as flags. What makes the guarantee cover more is for the
guarantor's clerk, or for a waiver an officer of the office that granted it; what makes it
cover less may come from the office of guarantee too. The reference amount may go below
what is in use: then nothing new is covered until discharges have made up for it.`,
		Example: `  cats guarantee update 26KZCGM0000000015 --amount 300000.00 --until 2028-10-31 --as cgm-clerk
  cats guarantee update 26KZCGM0000000015 --exclude AF,TM --as kz-officer-almaty`,
		Args: exactly("GRN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				changes, err := f.changes(ctx, cmd, b, args[0])
				if err != nil {
					return err
				}
				g, receipt, err := b.guarantees.Update(ctx, args[0], *changes, f.options()...)
				if err != nil {
					return err
				}
				return a.printGuaranteeStep("Updated", g, receipt)
			})
		},
	}
	f.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.amount, "amount", "", "new reference `AMOUNT` in the guarantee's currency")
	flags.StringVar(&f.until, "until", "", "new last `DATE` of validity")
	flags.IntVar(&f.percentage, "percentage", 100, "guarantee amount in per cent of the reference amount")
	flags.StringSliceVar(&f.countries, "exclude", nil, `all countries in which it is not valid; "" for none`)
	flags.StringSliceVar(&f.goods, "exclude-goods", nil, `all commodity codes that are not covered; "" for none`)
	flags.StringSliceVar(&f.representative, "representative", nil, `all operators who may declare for the holder; "" for none`)
	flags.BoolVar(&f.noSuspended, "no-suspended-goods", false, "goods under suspension of excise duty are not covered")
	return c
}

// changes are those of the flags that were given. The currency is the guarantee's own.
func (f *updateFlags) changes(ctx context.Context, cmd *cobra.Command, b *backend, grn string) (*transit.GuaranteeUpdate, error) {
	u := &transit.GuaranteeUpdate{ValidUntil: f.until}
	given := cmd.Flags().Changed
	if given("amount") {
		view, err := b.guarantees.Get(ctx, grn)
		if err != nil {
			return nil, err
		}
		amount, err := transit.ParseMoney(f.amount, view.Guarantee.Terms.ReferenceAmount.Currency)
		if err != nil {
			return nil, usage(cmd, "--amount: %v", err)
		}
		u.ReferenceAmount = &amount
	}
	if given("percentage") {
		u.Percentage = &f.percentage
	}
	if given("no-suspended-goods") {
		u.NoSuspendedGoods = &f.noSuspended
	}
	for _, list := range []struct {
		flag  string
		value []string
		into  **[]string
	}{
		{"exclude", f.countries, &u.ExcludedCountries}, {"exclude-goods", f.goods, &u.ExcludedGoods},
		{"representative", f.representative, &u.Representatives},
	} {
		if given(list.flag) {
			all := append([]string{}, list.value...)
			*list.into = &all
		}
	}
	return u, nil
}

// endCommands are the three ways in which a guarantee ends.
func (a *app) endCommands() []*cobra.Command {
	return []*cobra.Command{
		a.endCommand("cancel", "Cancel a guarantee by its holder or guarantor (IE231)",
			`Makes a guarantee invalid from a day on. Movements under way stay covered. Its holder or
whoever stands for it may.`,
			`  cats guarantee cancel 26KZCGM0000000015 --on 2026-12-31 --reason "contract ended" --as cgm-clerk`, "Cancelled", guarantees.Cancel),
		a.endCommand("revoke", "Revoke a voucher (IE229)",
			`Makes a voucher invalid from a day on, sold or not. A movement under way on it stays covered.
Its guarantor or an office of guarantee may.`,
			`  cats guarantee revoke 26KZCGM0000000015A000001 --on 2026-12-31 --as cgm-clerk`, "Revoked", guarantees.Revoke),
		a.endCommand("invalidate", "Invalidate a guarantee and end the liability (IE228)",
			`Makes a guarantee invalid from a day on, and frees its guarantor of everything from another:
usages still open then stay visible, and claims on them are refused. Its office of guarantee may.`,
			`  cats guarantee invalidate 26KZCGM0000000015 --on 2026-12-31 --liberation 2027-03-31 --as kz-officer-almaty`,
			"Invalidated", guarantees.Invalidate),
	}
}

func (a *app) endCommand(
	name, short, long, example, done string,
	end func(guarantees, context.Context, string, cats.End, ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error),
) *cobra.Command {
	var flags stepFlags
	var e cats.End
	c := &cobra.Command{
		Use: name + " GRN", Short: short, Long: long, Example: example, Args: exactly("GRN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if e.Invalidity == "" {
				return usage(cmd, "give the first day on which nothing new is covered with --on")
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				g, receipt, err := end(b.guarantees, ctx, args[0], e, flags.options()...)
				if err != nil {
					return err
				}
				return a.printGuaranteeStep(done, g, receipt)
			})
		},
	}
	flags.bind(c)
	c.Flags().StringVar(&e.Invalidity, "on", "", "first `DATE` on which nothing new is covered")
	c.Flags().StringVar(&e.Reason, "reason", "", "`TEXT`, public")
	if name == "invalidate" {
		c.Flags().StringVar(&e.Liberation, "liberation", "", "first `DATE` on which nothing is claimed any more")
	}
	return c
}

func (a *app) sellCommand() *cobra.Command {
	var flags stepFlags
	var k codes
	var holder string
	c := &cobra.Command{
		Use: "sell GRN", Short: "Sell a voucher (IE224)",
		Long:    "Gives an unsold voucher its holder, with new access codes. Its guarantor's clerk may.",
		Example: `  cats guarantee sell 26KZCGM0000000015A000001 --holder CN916501007TSL1 --codes codes.txt --as cgm-clerk`,
		Args:    exactly("GRN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := a.accessCodes(cmd, k)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				g, receipt, err := b.guarantees.Sell(ctx, args[0], holder, secret, flags.options()...)
				if err != nil {
					return err
				}
				return a.printGuaranteeStep("Sold", g, receipt)
			})
		},
	}
	flags.bind(c)
	k.bind(c)
	c.Flags().StringVar(&holder, "holder", "", "operator `NUMBER` of who has bought it")
	return c
}

// invalidity tells how a guarantee has ended, or nothing.
func invalidity(i *transit.Invalidity) string {
	if i == nil {
		return ""
	}
	text := "nothing new from " + i.From
	if i.LiberatedFrom != "" {
		text += ", no liability from " + i.LiberatedFrom
	}
	text += fmt.Sprintf(" (by %s", i.By)
	if i.Reason != "" {
		text += ": " + i.Reason
	}
	return text + ")"
}
