package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
)

// guaranteeQueries are the questions about guarantees beside the record itself.
type guaranteeQueries interface {
	Query(ctx context.Context, q transit.GuaranteeInquiry, accessCode string) (*transit.GuaranteeAnswer, error)
	Usages(ctx context.Context, q transit.GuaranteeInquiry, accessCode string) iter.Seq2[transit.UsageOfGRN, error]
	Check(ctx context.Context, movement string) (*transit.GuaranteeCheck, error)
}

func (a *app) queryCommand() *cobra.Command {
	var q transit.GuaranteeInquiry
	var k codes
	var what string
	c := &cobra.Command{
		Use: "query GRN", Short: "Ask for usages and exposure (IE034)",
		Long: `Asks about a guarantee as in NCTS. The holder gives one access code; a guarantor or an office
names the owner instead. --what is usage, exposure, both or details; individual guarantees and
vouchers answer usage and details. What stands against a new usage is told with its code, G02 and so on.`,
		Example: `  cats guarantee query 26KZCGM0000000015 --what both --codes code.txt --as cn-trader-tianshan
  cats guarantee query 26KZCGM0000000015 --what usage --from 2026-11-01 --to 2026-11-30 --owner CN916501007TSL1 --as cgm-clerk`,
		Args: exactly("GRN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.GRN = args[0]
			var known bool
			if q.Query, known = queryCodes()[what]; !known {
				return usage(cmd, "--what is usage, exposure, both or details")
			}
			code := ""
			if len(k.given) > 0 || k.file != "" {
				all, err := a.accessCodes(cmd, k)
				if err != nil {
					return err
				}
				code = all[0]
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error { return a.query(ctx, b, q, code) })
		},
	}
	k.bind(c)
	c.Flags().StringVar(&what, "what", "details", "usage, exposure, both or details")
	c.Flags().StringVar(&q.Owner, "owner", "", "operator `NUMBER` of the holder; for everybody but the holder")
	c.Flags().StringVar(&q.From, "from", "", "first `DATE` of locking")
	c.Flags().StringVar(&q.To, "to", "", "last `DATE` of locking")
	return c
}

func queryCodes() map[string]string {
	return map[string]string{
		"usage": transit.QueryUsage, "exposure": transit.QueryExposure, "both": transit.QueryUsageAndExposure, "details": transit.QueryDetails,
	}
}

// query asks once and goes on through the further pages of usages.
func (a *app) query(ctx context.Context, b *backend, q transit.GuaranteeInquiry, code string) error {
	answer, err := b.guarantees.Query(ctx, q, code)
	if err != nil {
		return err
	}
	if answer.Bookmark != "" {
		if answer.Usages, err = collect(b.guarantees.Usages(ctx, q, code), 0, func(transit.UsageOfGRN) bool { return true }); err != nil {
			return err
		}
		answer.Bookmark = ""
	}
	return a.print(answer, func(s style) { a.printAnswer(s, answer) })
}

func (a *app) printAnswer(s style, answer *transit.GuaranteeAnswer) {
	t := &answer.Terms
	condition := s.good(string(answer.Condition))
	if answer.Condition != transit.Valid {
		condition = s.bad(string(answer.Condition))
	}
	fmt.Fprintf(a.out, "%s  %s, %s\n", s.head("Guarantee "+answer.GRN), typeName(t.Type), condition)
	lines := []string{
		"holder", t.Holder, "valid", t.ValidFrom + " to " + t.ValidUntil, "ended", invalidity(answer.Invalidity),
		"reference amount", t.ReferenceAmount.String(), "guarantee amount", answer.GuaranteeAmount.String(),
	}
	if e := answer.Exposure; e != nil {
		lines = append(lines, "open usages", fmt.Sprint(e.Counter), "exposure", amountOf(e.Exposure), "balance", amountOf(e.Balance),
			"claimed", e.Claimed.String())
	}
	facts(a.out, s, lines...)
	a.printReasons(s, answer.Reasons)
	if len(answer.Usages) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Open usages"))
	usages := newTable("MRN", "covered", "locked", "state", "arrived").numbers(1)
	for _, u := range answer.Usages {
		usages.row(u.MRN, amountOf(u.Covered), u.LockedOn, string(u.State), u.ArrivedAt)
	}
	usages.print(a.out, s)
}

func amountOf(m *transit.Money) string {
	if m == nil {
		return ""
	}
	return m.String()
}

// coverName names a guarantee by its GRN, or by its type where it has none.
func coverName(grn, guaranteeType string) string {
	if grn == "" {
		return typeName(guaranteeType)
	}
	return grn
}

// coverAmount is empty for types without an amount.
func coverAmount(m transit.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.String()
}

func (a *app) printReasons(s style, reasons []transit.Violation) {
	for _, v := range reasons {
		fmt.Fprintf(a.out, "%s  %s\n", s.bad(v.Code), v.Text)
	}
}

func (a *app) checkGuaranteesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check MOVEMENT", Short: "Try a movement's guarantees without locking them (IE200)",
		Example: `  cats guarantee check 26CN4TB0Q9V7HWKXJ5 --as cn-officer-urumqi`,
		Args:    exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				result, err := b.guarantees.Check(ctx, args[0])
				if err != nil {
					return err
				}
				return a.print(result, func(s style) {
					if result.Covered {
						fmt.Fprintf(a.out, "%s  %s\n", s.good("Covered"), s.head(result.Movement))
						return
					}
					fmt.Fprintf(a.out, "%s  %s\n", s.bad("Not covered"), s.head(result.Movement))
					a.printReasons(s, result.Reasons)
				})
			})
		},
	}
}
