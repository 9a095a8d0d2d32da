package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// contents is what the commands need of the ledger for what an owner does with a movement's content.
type contents interface {
	Grant(ctx context.Context, r transit.GrantRequest) (*transit.Grant, cats.Receipt, error)
	Revoke(ctx context.Context, r transit.RevokeRequest) (*transit.Grant, cats.Receipt, error)
	Shared(ctx context.Context, movement string) (*cats.Document, error)
	Attach(ctx context.Context, movement string, f transit.File) (*transit.Attachment, cats.Receipt, error)
	Attachment(ctx context.Context, movement, name string) (*transit.File, error)
	ProposeTransfer(ctx context.Context, movement, newHolder string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	AcceptTransfer(
		ctx context.Context, movement string, guarantees []transit.GuaranteeClaim, opts ...cats.CallOption,
	) (*transit.Course, cats.Receipt, error)
	RefuseTransfer(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
	WithdrawTransfer(ctx context.Context, movement, reason string, opts ...cats.CallOption) (*transit.Course, cats.Receipt, error)
}

func (a *app) grantCommand() *cobra.Command {
	var r transit.GrantRequest
	c := &cobra.Command{
		Use: "grant MOVEMENT", Short: "Let an organisation read parts of the content",
		Long: `Lets an organisation that is not on the route read parts of the content until a day, such
as an insurer, a regulator or a carrier's country. Parts are the sections
` + strings.Join(transit.AllSections(), ", ") + `, and attachments by their
names. With --operator only that one trader of the organisation may read. A former grant
to the same reader is replaced. The courier brings the parts there.`,
		Example: `  cats movement grant 26CN4TB0Q9V7HWKXJ5 --to CGMMSP --part goods --until 2026-12-31 --as cn-trader-tianshan
  cats movement grant 26CN4TB0Q9V7HWKXJ5 --to KZMSP --operator KZ190840012345 --part transport,attachment-1 --until 2026-12-31`,
		Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Movement = args[0]
			r.Parts = inOrder(r.Parts)
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				g, receipt, err := b.contents.Grant(ctx, r)
				if err != nil {
					return err
				}
				return a.printGrant("Granted", g, receipt)
			})
		},
	}
	c.Flags().StringVar(&r.MSP, "to", "", "`MSP` of the organisation that may read")
	c.Flags().StringVar(&r.Operator, "operator", "", "only this `OPERATOR` of the organisation")
	c.Flags().StringSliceVar(&r.Parts, "part", nil, "`PART`, repeated or separated by commas")
	c.Flags().StringVar(&r.Until, "until", "", "last `DAY` (YYYY-MM-DD, UTC)")
	mustSet(c, "to", "part", "until")
	return c
}

// inOrder puts the parts into the order of the record: the sections, then the attachments.
func inOrder(parts []string) []string {
	rank := func(part string) int {
		if i := slices.Index(transit.AllSections(), part); i >= 0 {
			return i
		}
		return len(transit.AllSections())
	}
	out := slices.Clone(parts)
	slices.SortFunc(out, func(x, y string) int {
		if d := rank(x) - rank(y); d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	return slices.Compact(out)
}

func (a *app) printGrant(done string, g *transit.Grant, receipt cats.Receipt) error {
	return a.print(map[string]any{"grant": g, "receipt": receipt}, func(s style) {
		fmt.Fprintf(a.out, "%s  %s\n", s.good(done), s.head(grantee(g)))
		facts(a.out, s, slices.Concat([]string{"parts", strings.Join(g.Parts, ", "), "until", g.Until}, receiptFacts(s, receipt))...)
	})
}

func grantee(g *transit.Grant) string {
	if g.Operator == "" {
		return g.MSP
	}
	return g.Operator + " of " + g.MSP
}

func (a *app) revokeCommand() *cobra.Command {
	var r transit.RevokeRequest
	c := &cobra.Command{
		Use: "revoke MOVEMENT", Short: "End a grant",
		Long: `Ends a grant: from now on nothing more is read under it, and the reader's organisation
purges its copy. What was read is read.`,
		Example: `  cats movement revoke 26CN4TB0Q9V7HWKXJ5 --to CGMMSP --as cn-trader-tianshan`,
		Args:    exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Movement = args[0]
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				g, receipt, err := b.contents.Revoke(ctx, r)
				if err != nil {
					return err
				}
				return a.printGrant("Revoked", g, receipt)
			})
		},
	}
	c.Flags().StringVar(&r.MSP, "to", "", "`MSP` of the organisation that was granted")
	c.Flags().StringVar(&r.Operator, "operator", "", "the `OPERATOR` that was named with it")
	mustSet(c, "to")
	return c
}

func (a *app) sharedCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "shared MOVEMENT", Short: "Read what a grant shows",
		Long: `Reads the sections that a grant shows to you, from your own organisation's private
collection. Each is checked against its digest on the public record.`,
		Example: `  cats movement shared 26CN4TB0Q9V7HWKXJ5 --as cgm-clerk`,
		Args:    exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				d, err := b.contents.Shared(ctx, args[0])
				if err != nil {
					return err
				}
				return a.writeDocument(d.STD, "json", output)
			})
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

func (a *app) transferCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "transfer", Short: "Pass the document to another holder",
		Long: `Passes the document to another operator in two steps, each signed by its own: the holder
offers, and the new holder accepts with guarantees of its own. In the transaction of the
acceptance these are locked before the former ones are freed. It can be done from
acceptance until the goods arrive.`,
		Example: `  cats movement transfer propose 26CN4TB0Q9V7HWKXJ5 --to KZ190840012345 --as cn-trader-tianshan
  cats movement transfer accept 26CN4TB0Q9V7HWKXJ5 --guarantee 26KZCGM0000000015:1:18500.00:USD --as kz-trader-zhetysu`,
	}
	var to, refusal, withdrawal string
	propose := a.transferStep("propose", "Offer the document to another operator", "Offers the document. Only its holder may.",
		`  cats movement transfer propose 26CN4TB0Q9V7HWKXJ5 --to KZ190840012345 --as cn-trader-tianshan`, "Offered",
		func(ctx context.Context, m contents, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.ProposeTransfer(ctx, id, to, opts...)
		})
	propose.Flags().StringVar(&to, "to", "", "identification number of the new `HOLDER`")
	mustSet(propose, "to")
	refuse := a.transferStep("refuse", "Refuse an offer", "Leaves the document with its holder.",
		`  cats movement transfer refuse 26CN4TB0Q9V7HWKXJ5 --reason "not ours" --as kz-trader-zhetysu`, "Refused",
		func(ctx context.Context, m contents, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.RefuseTransfer(ctx, id, refusal, opts...)
		})
	reasonFlag(refuse, &refusal, true)
	withdraw := a.transferStep("withdraw", "Withdraw an offer", "Takes back an offer that is still open.",
		`  cats movement transfer withdraw 26CN4TB0Q9V7HWKXJ5 --as cn-trader-tianshan`, "Withdrawn",
		func(ctx context.Context, m contents, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.WithdrawTransfer(ctx, id, withdrawal, opts...)
		})
	reasonFlag(withdraw, &withdrawal, false)
	c.AddCommand(propose, a.acceptTransferCommand(), refuse, withdraw)
	return c
}

// transferStep makes the command of one step of a transfer.
func (a *app) transferStep(
	use, short, long, example, done string,
	take func(context.Context, contents, string, []cats.CallOption) (*transit.Course, cats.Receipt, error),
) *cobra.Command {
	var flags stepFlags
	c := &cobra.Command{
		Use: use + " MOVEMENT", Short: short, Long: long, Example: example, Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				record, receipt, err := take(ctx, b.contents, args[0], flags.options())
				if err != nil {
					return err
				}
				return a.printStep(done, record, receipt)
			})
		},
	}
	flags.bind(c)
	return c
}

func (a *app) acceptTransferCommand() *cobra.Command {
	var texts []string
	var claims []transit.GuaranteeClaim
	c := a.transferStep("accept", "Take the document over",
		`Takes the document over with guarantees of your own, which must cover what the former
ones do. Each is given as GRN:TYPE:AMOUNT:CURRENCY.`,
		`  cats movement transfer accept 26CN4TB0Q9V7HWKXJ5 --guarantee 26KZCGM0000000015:1:18500.00:USD --as kz-trader-zhetysu`,
		"Taken over",
		func(ctx context.Context, m contents, id string, opts []cats.CallOption) (*transit.Course, cats.Receipt, error) {
			return m.AcceptTransfer(ctx, id, claims, opts...)
		})
	c.Flags().StringArrayVar(&texts, "guarantee", nil, "`GUARANTEE` as GRN:TYPE:AMOUNT:CURRENCY, repeated for several")
	c.PreRunE = func(cmd *cobra.Command, _ []string) error {
		for _, text := range texts {
			claim, err := parseClaim(text)
			if err != nil {
				return usage(cmd, "--guarantee %q: %v", text, err)
			}
			claims = append(claims, claim)
		}
		return nil
	}
	mustSet(c, "guarantee")
	return c
}

func parseClaim(text string) (transit.GuaranteeClaim, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 4 {
		return transit.GuaranteeClaim{}, fmt.Errorf("is not GRN:TYPE:AMOUNT:CURRENCY")
	}
	amount, err := transit.ParseMoney(parts[2], parts[3])
	return transit.GuaranteeClaim{GRN: parts[0], Type: parts[1], Amount: amount}, err
}
