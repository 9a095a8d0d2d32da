package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/client/database"
	"carec.example/cats/client/fsck"
	"carec.example/cats/client/projection"
)

func (a *app) ledgerCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "ledger", Short: "The ledger itself",
		Example: `  cats ledger info --as kz-admin
  cats ledger check --as carec-analyst`,
	}
	c.AddCommand(a.infoCommand(), a.checkLedgerCommand())
	return c
}

func (a *app) infoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: "What the own peer runs and how far it is", Example: `  cats ledger info --as kz-admin`, Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				info, err := b.node.Info(ctx)
				if err != nil {
					return err
				}
				height, err := b.node.Height(ctx)
				if err != nil {
					return err
				}
				replaced, err := b.node.Caretakers(ctx)
				if err != nil {
					return err
				}
				all := map[string]any{"organisation": b.node.MSP(), "height": height, "chaincode": info, "caretakers": replaced}
				return a.print(all, func(s style) {
					founded := s.warn("not founded yet")
					if info.Founded {
						founded = s.good("founded")
					}
					facts(a.out, s, "organisation", b.node.MSP(), "height", fmt.Sprintf("%d blocks", height), "registry", founded,
						"chaincode", info.Version, "build", info.Build, "functions", fmt.Sprint(len(info.Functions)),
						"caretakers", caretakers(replaced).text())
				})
			})
		},
	}
}

func (a *app) checkLedgerCommand() *cobra.Command {
	r := &readModel{app: a}
	withModel := false
	c := &cobra.Command{
		Use: "check", Short: "Derive the whole ledger again and check every rule",
		Long: `Reads every block, derives the state from the valid transactions, checks every version of
every record against the rules (sequence, procedure, custody, endorsement policies,
content digests, guarantee sums), and compares the result with what the peer answers.
The exit code is 1 when anything is found. An officer, courier, analyst or administrator
sees all records. With --projection the organisation's read model is compared too, row by
row, with the one that the same blocks make.`,
		Example: `  cats ledger check --as carec-analyst
  cats ledger check --as kz-officer-almaty --json | jq .findings`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.patient {
				a.Timeout = 24 * time.Hour
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				report, err := b.node.Check(ctx)
				if err != nil {
					return err
				}
				if !withModel {
					return a.judged(report, nil)
				}
				return r.withDatabase(cmd, func(_ context.Context, db *database.DB) error {
					checked, err := projection.Check(ctx, db, b.node.Source())
					if err != nil {
						return err
					}
					return a.judged(report, checked)
				})
			})
		},
	}
	c.Flags().BoolVar(&withModel, "projection", false, "compare the read model with the ledger, too")
	r.databaseFlags(c.Flags())
	return c
}

// judged prints what was found; that anything was is an error.
func (a *app) judged(report *fsck.Report, checked *projection.Checked) error {
	type both struct {
		*fsck.Report
		Projection *projection.Checked `json:"projection,omitempty"`
	}
	if err := a.print(both{report, checked}, func(s style) {
		a.printReport(s, report)
		if checked != nil {
			a.printChecked(s, checked)
		}
	}); err != nil {
		return err
	}
	if !report.Clean() || checked != nil && !checked.Clean() {
		return errFindings
	}
	return nil
}

func (a *app) printChecked(s style, c *projection.Checked) {
	fmt.Fprintln(a.out)
	if c.Clean() {
		fmt.Fprintf(a.out, "%s  its %d rows are those that the blocks before %d make\n", s.good("The read model agrees"), c.Rows, c.Next)
		return
	}
	fmt.Fprintf(a.out, "%s  \"cats projection rebuild\" makes it anew\n", s.bad(fmt.Sprintf("The read model differs in %d rows", len(c.Differences))))
	for _, d := range c.Differences {
		fmt.Fprintf(a.out, "  %s\n    model   %s\n    blocks  %s\n", d.Table, first(d.Model, "no such row"), first(d.Blocks, "no such row"))
	}
}

func (a *app) printReport(s style, r *fsck.Report) {
	if r.Clean() {
		fmt.Fprintf(a.out, "%s  everything follows from the blocks\n", s.good("No findings"))
	} else {
		fmt.Fprintf(a.out, "%s\n", s.bad(fmt.Sprintf("%d findings", len(r.Findings))))
	}
	facts(a.out, s,
		"blocks", fmt.Sprint(r.Height),
		"transactions", fmt.Sprintf("%d, of which %d valid", r.Transactions, r.Valid),
		"without effect", tally("", r.Invalid),
		"movements", fmt.Sprintf("%d%s", total(r.Movements), tally(": ", r.Movements)),
		"guarantees", fmt.Sprintf("%d on %d balance records", r.Guarantees, r.Balances),
		"versions", fmt.Sprintf("%d checked", r.Versions),
		"private values", fmt.Sprintf("%d hashes", r.Private),
		"compared", comparedText(r),
		"took", milliseconds(r.Took))
	if r.Clean() {
		return
	}
	fmt.Fprintln(a.out)
	t := newTable("block", "record", "rule", "finding", "transaction").numbers(0)
	for _, f := range r.Findings {
		block := ""
		if f.Transaction != "" {
			block = fmt.Sprint(f.Block)
		}
		t.row(block, f.Record, f.Rule, f.Text, short(f.Transaction))
	}
	t.print(a.out, s)
}

func comparedText(r *fsck.Report) string {
	text := fmt.Sprintf("%d records with the peer's answers", r.Compared)
	if r.Hidden > 0 {
		text += fmt.Sprintf("; %d are not for this identity", r.Hidden)
	}
	return text
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func tally(lead string, counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	if len(parts) == 0 {
		return ""
	}
	return lead + strings.Join(parts, ", ")
}

func short(transaction string) string {
	if len(transaction) > 12 {
		return transaction[:12]
	}
	return transaction
}
