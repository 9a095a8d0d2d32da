package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/projection"
)

func (r *readModel) worklistCommand() *cobra.Command {
	var w projection.Work
	var kinds []string
	c := &cobra.Command{
		Use: "worklist", Short: "What waits for an office, an operator or a guarantor, longest first", Args: none,
		Long: `What waits for an office, an operator or a guarantor, longest first. Without --office,
--operator and --guarantor it is the list of the identity of --as. Kinds are:
  ` + wrapped(projection.Tasks()),
		Example: `  cats projection worklist --as kz-officer-khorgos
  cats projection worklist --organisation CN --office CNURM001 --role departure
  cats projection worklist --organisation CGM --guarantor CGMMSP --kind settle-claim`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := r.mine(&w); err != nil {
				return err
			}
			for _, k := range kinds {
				if !slices.Contains(projection.Tasks(), projection.Task(k)) {
					return usage(cmd, "there is no kind %q", k)
				}
				w.Kinds = append(w.Kinds, projection.Task(k))
			}
			if w.Office+w.Operator+w.Guarantor == "" {
				return usage(cmd, "whose list? Give --office, --operator or --guarantor, or --as somebody who has work")
			}
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error {
				w.Paging = r.paging()
				page, err := m.Worklist(ctx, w)
				if err != nil {
					return err
				}
				rows := make([][]any, len(page.Items))
				for i, item := range page.Items {
					rows[i] = []any{
						string(item.Kind), item.Since, item.Due, item.Movement.Reference(), item.Movement.LRN, item.Movement.State,
						item.Movement.Departure, item.Movement.Destination, item.Movement.Holder,
					}
				}
				heads := []string{"to do", "since", "due", "movement", "LRN", "state", "departure", "destination", "holder"}
				return r.list(page, heads, rows, page.Next != "")
			})
		},
	}
	c.Flags().StringVar(&w.Office, "office", "", "`REFERENCE` of the office")
	c.Flags().StringVar(&w.Operator, "operator", "", "`NUMBER` of the operator")
	c.Flags().StringVar(&w.Guarantor, "guarantor", "", "`MSP` of the guarantor")
	c.Flags().StringVar(&w.Role, "role", "", "only what the office does in this `ROLE`: departure, transit, destination, recovery")
	c.Flags().StringSliceVar(&kinds, "kind", nil, "only this `KIND`; may be repeated")
	r.pageFlags(c)
	return c
}

// mine makes a work list that names nobody that of the identity.
func (r *readModel) mine(w *projection.Work) error {
	if w.Office+w.Operator+w.Guarantor != "" || r.app.As == "" {
		return nil
	}
	id, profile, _, err := r.identity()
	if err != nil {
		return err
	}
	switch {
	case id.Office != "":
		w.Office = id.Office
	case id.Operator != "":
		w.Operator = id.Operator
	case id.Role == transit.RoleGuarantor:
		w.Guarantor = profile.Organisations[id.Organisation].MSP
	}
	return nil
}

// wrapped lists names over some lines of help.
func wrapped[T ~string](list []T) string {
	var b strings.Builder
	line := 0
	for i, v := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		if line += len(v) + 2; line > 80 {
			b.WriteString("\n  ")
			line = len(v)
		}
		b.WriteString(string(v))
	}
	return strings.ReplaceAll(b.String(), ", \n", ",\n")
}

func (r *readModel) searchCommand() *cobra.Command {
	var kinds []string
	c := &cobra.Command{
		Use: "search TEXT", Short: "Find movements by MRN, LRN, container, seal, plate, operator or words", Args: atLeastOne,
		Long: `Finds movements, newest first, by an MRN, an LRN or the beginning of one, by a container, seal or
plate, by the number of an operator, or by words of names and goods. Every word must be there;
"words in quotes" stand side by side; a word with * at its end stands for all that begin so.
Chinese needs no spaces. Containers, seals, plates and words are found in the content that the
organisation itself holds.`,
		Example: `  cats projection search 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos
  cats projection search TSLU5304176 --in container
  cats projection search 'телевизор*' жидкокристаллические
  cats projection search 液晶电视`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s := projection.Search{Text: strings.Join(args, " ")}
			for _, k := range kinds {
				if !slices.Contains(projection.Kinds(), projection.Kind(k)) {
					return usage(cmd, "--in takes %s", wrapped(projection.Kinds()))
				}
				s.Kinds = append(s.Kinds, projection.Kind(k))
			}
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error {
				s.Paging = r.paging()
				page, err := m.Search(ctx, s)
				if err != nil {
					return err
				}
				rows := make([][]any, len(page.Items))
				for i, h := range page.Items {
					rows[i] = append(summary(&h.Movement), wrapped(h.Matched))
				}
				return r.list(page, append(summaryHeads(), "found by"), rows, page.Next != "")
			})
		},
	}
	c.Flags().StringSliceVar(&kinds, "in", nil, "look only `HERE`: "+wrapped(projection.Kinds()))
	r.pageFlags(c)
	return c
}

func summaryHeads() []string {
	return []string{"movement", "LRN", "state", "departure", "destination", "holder", "limit", "lodged"}
}

func summary(m *projection.Summary) []any {
	return []any{m.Reference(), m.LRN, m.State, m.Departure, m.Destination, m.Holder, m.TimeLimit, m.LodgedAt}
}

func (r *readModel) timelineCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "timeline MOVEMENT", Short: "What happened to a movement, step by step", Args: exactly("MOVEMENT"),
		Example: `  cats projection timeline 26CN4TB0Q9V7HWKXJ5 --organisation CAREC`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error {
				movement, err := m.Movement(ctx, args[0])
				if err != nil {
					return err
				}
				page, err := m.Timeline(ctx, args[0], r.paging())
				if err != nil {
					return err
				}
				rows := make([][]any, len(page.Items))
				for i, e := range page.Items {
					step := ""
					if e.Seq > 0 {
						step = fmt.Sprint(e.Seq)
					}
					rows[i] = []any{step, e.At, e.Step, e.To, first(e.Office, e.By), e.Custodian, e.Block}
				}
				all := map[string]any{"movement": movement, "timeline": page}
				return r.list(all, []string{"step", "at", "what", "state", "by", "to", "block"}, rows, page.Next != "", 0, 6)
			})
		},
	}
	r.pageFlags(c)
	return c
}

func (r *readModel) exposureCommand() *cobra.Command {
	e := projection.Exposed{}
	var by string
	c := &cobra.Command{
		Use: "exposure", Short: "What guarantors or holders stand for", Args: none,
		Example: `  cats projection exposure --organisation CGM
  cats projection exposure --by holder --guarantor CGMMSP --csv`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if e.By = projection.Side(by); e.By != projection.OfGuarantor && e.By != projection.OfHolder {
				return usage(cmd, "--by takes guarantor or holder")
			}
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error {
				e.Paging = r.paging()
				page, err := m.Exposure(ctx, e)
				if err != nil {
					return err
				}
				rows := make([][]any, len(page.Items))
				for i, x := range page.Items {
					rows[i] = []any{
						x.Name, x.Currency, x.Guarantees, x.Movements, r.amount(x.Reference), r.amount(x.Available),
						r.amount(x.Locked), r.amount(x.ClaimsOpen), r.amount(x.Claimed),
					}
				}
				heads := []string{by, "currency", "guarantees", "movements", "reference", "available", "locked", "claims open", "claimed"}
				return r.list(page, heads, rows, page.Next != "", 2, 3, 4, 5, 6, 7, 8)
			})
		},
	}
	c.Flags().StringVar(&by, "by", "guarantor", "add up by guarantor or `holder`")
	c.Flags().StringVar(&e.Guarantor, "guarantor", "", "only guarantees of this `MSP`")
	c.Flags().StringVar(&e.Holder, "holder", "", "only guarantees of this `NUMBER`")
	r.pageFlags(c)
	return c
}

// figure is a decimal number that stays one in a spreadsheet.
type figure string

// amount is an amount without its currency, which stands in a column of its own.
func (r *readModel) amount(m transit.Money) any {
	text := strings.TrimSuffix(m.String(), " "+m.Currency)
	if r.csv {
		return figure(strings.ReplaceAll(text, " ", ""))
	}
	return text
}

func (r *readModel) overdueCommand() *cobra.Command {
	var l projection.Late
	c := &cobra.Command{
		Use: "overdue", Short: "Movements under way after their time limit, longest first", Args: none,
		Example: `  cats projection overdue --as cn-officer-urumqi
  cats projection overdue --organisation CAREC --day 2026-12-31 --csv`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := time.Parse(time.DateOnly, l.Day); err != nil {
				return usage(cmd, "--day wants a date, such as 2026-12-31")
			}
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error {
				l.Paging = r.paging()
				page, err := m.Overdue(ctx, l)
				if err != nil {
					return err
				}
				rows := make([][]any, len(page.Items))
				for i, o := range page.Items {
					rows[i] = append(summary(&o.Movement), o.Movement.Custodian, o.Days)
				}
				return r.list(page, append(summaryHeads(), "custodian", "days"), rows, page.Next != "", 9)
			})
		},
	}
	c.Flags().StringVar(&l.Day, "day", transit.Day(time.Now()), "overdue as of this `DAY`")
	c.Flags().Lookup("day").DefValue = "today, UTC"
	c.Flags().StringVar(&l.Departure, "office", "", "only those of this `OFFICE` of departure")
	r.pageFlags(c)
	return c
}

func (r *readModel) statsCommand() *cobra.Command {
	var p projection.Period
	c := &cobra.Command{
		Use: "stats [crossings|discharge|claims]", Short: "Crossing times by border, discharge rate, claims", Args: atMostOne,
		Long: `Statistics of a period: crossing times by border pair, from the proposal of a hand-off to its
acceptance (the default); what became of the movements released; and claims on guarantors.`,
		Example: `  cats projection stats --organisation CAREC --from 2026-11-01 --until 2026-11-30
  cats projection stats discharge --organisation CAREC --csv >discharge.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			what := "crossings"
			if len(args) > 0 {
				what = args[0]
			}
			for _, day := range []string{p.From, p.Until} {
				if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
					return usage(cmd, "%q is no date; write 2026-11-30", day)
				}
			}
			show := map[string]func(context.Context, *projection.Model, projection.Period) error{
				"crossings": r.crossings, "discharge": r.discharges, "claims": r.claimSums,
			}[what]
			if show == nil {
				return usage(cmd, "there are statistics of crossings, discharge and claims")
			}
			return r.withModel(cmd, func(ctx context.Context, m *projection.Model) error { return show(ctx, m, p) })
		},
	}
	c.Flags().StringVar(&p.From, "from", "", "from this `DAY` on")
	c.Flags().StringVar(&p.Until, "until", "", "up to this `DAY`")
	c.Flags().BoolVar(&r.csv, "csv", false, "print CSV for spreadsheets")
	return c
}

func (r *readModel) crossings(ctx context.Context, m *projection.Model, p projection.Period) error {
	found, err := m.Crossings(ctx, p)
	if err != nil {
		return err
	}
	rows := make([][]any, len(found))
	for i, x := range found {
		rows[i] = []any{x.From, x.To, x.Crossings, r.span(x.Mean), r.span(x.P50), r.span(x.P90), r.span(x.P99), r.span(x.Max)}
	}
	heads := []string{"from", "to", "crossings", "mean", "p50", "p90", "p99", "longest"}
	if r.csv {
		heads = []string{"from", "to", "crossings", "mean seconds", "p50 seconds", "p90 seconds", "p99 seconds", "longest seconds"}
	}
	return r.list(found, heads, rows, false, 2, 3, 4, 5, 6, 7)
}

// span is a length of time: seconds for spreadsheets, hours and minutes for people.
func (r *readModel) span(seconds int64) any {
	if r.csv {
		return seconds
	}
	return (time.Duration(seconds) * time.Second).String()
}

func (r *readModel) discharges(ctx context.Context, m *projection.Model, p projection.Period) error {
	found, err := m.Discharges(ctx, p)
	if err != nil {
		return err
	}
	rows := make([][]any, len(found))
	for i, d := range found {
		rows[i] = []any{
			d.Departure, d.Destination, d.Released, d.InTime, d.Late, d.Open, d.Enquiry, d.Recovery, d.WrittenOff,
			figure(fmt.Sprintf("%d.%02d", d.Rate/100, d.Rate%100)),
		}
	}
	heads := []string{"from", "to", "released", "in time", "late", "open", "enquiry", "recovery", "written off", "discharged %"}
	return r.list(found, heads, rows, false, 2, 3, 4, 5, 6, 7, 8, 9)
}

func (r *readModel) claimSums(ctx context.Context, m *projection.Model, p projection.Period) error {
	found, err := m.Claims(ctx, p)
	if err != nil {
		return err
	}
	rows := make([][]any, len(found))
	for i, c := range found {
		rows[i] = []any{c.Guarantor, c.State, c.Claims, r.amount(c.Amount), c.Amount.Currency}
	}
	return r.list(found, []string{"guarantor", "state", "claims", "amount", "currency"}, rows, false, 2, 3)
}

func atLeastOne(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(cmd, "what to look for is missing")
	}
	return nil
}

func atMostOne(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(cmd, "one at a time, please")
	}
	return nil
}
