package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) showCommand() *cobra.Command {
	history, wide := true, false
	c := &cobra.Command{
		Use: "show MOVEMENT", Short: "Show a movement's whole life",
		Long: `Shows the public record of a movement and its whole history out of the blocks: who did
what at which office and when, whose peers endorsed it, and in which transaction. Times
are UTC.`,
		Example: `  cats movement show 26CN4TB0Q9V7HWKXJ5
  cats movement show 26CN4TB0Q9V7HWKXJ5 --json | jq .history`,
		Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				view, err := b.movements.Get(ctx, args[0])
				if err != nil {
					return err
				}
				var passages []cats.Passage
				if history {
					if passages, err = b.movements.History(ctx, view.Movement); err != nil {
						return err
					}
				}
				replaced, err := b.node.Caretakers(ctx)
				if err != nil {
					return err
				}
				all := map[string]any{
					"movement": view.Movement, "deliveries": cats.Deliveries(view, passages), "shared": view.Shared,
					"annexes": view.Annexes, "history": passages, "caretakers": concerning(view.Movement, replaced),
				}
				return a.print(all, func(s style) { a.printMovement(s, view, passages, replaced, wide) })
			})
		},
	}
	c.Flags().BoolVar(&wide, "wide", false, "print transaction ids in full")
	c.Flags().BoolVar(&history, "history", true, "read the history out of the blocks")
	return c
}

func (a *app) printMovement(s style, view *transit.MovementView, passages []cats.Passage, replaced caretakers, wide bool) {
	m := view.Movement
	fmt.Fprintf(a.out, "%s  %s\n", s.head("Movement "+m.Reference()), paintState(s, m.State))
	handOff := ""
	if h := m.HandOff; h != nil {
		handOff = fmt.Sprintf("offered to %s at %s since %s", h.MSP, h.Office, moment(h.ProposedAt))
	}
	facts(a.out, s,
		"identification", m.ID, "LRN", m.LRN, "declaration", declarationText(m), "holder", m.Holder, "signature", signedText(m),
		"declarant", m.Declarant.Operator+" of "+m.Declarant.MSP, "custodian", m.Custodian, "caretaker", concerning(m, replaced).text(),
		"hand-off", handOff,
		"time limit", m.TimeLimit, "begun on paper", fallbackText(m.Fallback), "presented", presentedText(m),
		"first arrival", string(m.FirstArrival),
		"control", controlText(m.Control), "amendment asked", moment(m.AmendmentAsked), "release asked", moment(m.ReleaseAsked),
		"guarantee to replace by", m.AmendBy, "cancellation asked", moment(m.CancelAsked), "last reason given", m.Reason,
		"required", requiredText(m.Required), "override", overrideText(m.Override),
		"content", fmt.Sprintf("version %d", m.Version), "record", fmt.Sprintf("step %d, %s", m.Seq, moment(m.At)))
	a.printLegs(s, view, passages)
	a.printShared(s, view)
	a.printOnTheWay(s, m)
	a.printArrival(s, m)
	a.printUsages(s, m)
	a.printEnquiry(s, m)
	a.printRecovery(s, m)
	a.printAnnexes(s, view)
	a.printHistory(s, passages, wide)
}

// declarationText is the type of the declaration, and whether it was lodged before the goods.
func declarationText(m *transit.Movement) string {
	if m.AdditionalType == transit.AdditionalPreLodged {
		return m.DeclarationType + ", lodged before the goods (" + m.AdditionalType + ")"
	}
	return m.DeclarationType
}

func fallbackText(f *transit.Fallback) string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf("on %s, registered %s", f.StartedOn, moment(f.RegisteredAt))
}

// presentedText says when the goods were presented, and of those that were not yet whether the content lets them be.
func presentedText(m *transit.Movement) string {
	if m.State != transit.PreLodged {
		return moment(m.PresentedAt)
	}
	if !m.Presentable {
		return "not yet; the declaration lacks what that demands"
	}
	return "not yet"
}

// requiredText says what the guarantees have to cover, and where it comes from.
func requiredText(r *transit.Required) string {
	if r == nil {
		return ""
	}
	var parts []string
	for _, c := range r.Countries {
		part := c.Country + " " + c.Amount.String()
		if c.Unknown {
			part += " (not all goods known)"
		}
		if c.NoRate {
			part += " (no rate of exchange)"
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("%s, covered %s; %s", r.Amount, r.Cover, strings.Join(parts, ", "))
}

func overrideText(o *transit.Override) string {
	if o == nil {
		return ""
	}
	return fmt.Sprintf("by %s at %s: %s", o.By, moment(o.At), o.Reason)
}

func controlText(c *transit.Control) string {
	if c == nil {
		return ""
	}
	text := fmt.Sprintf("type %s decided %s", strings.Join(c.Types, ", "), moment(c.DecidedAt))
	if c.Result != "" {
		text += ", result " + c.Result
	}
	return text
}

func (a *app) printLegs(s style, view *transit.MovementView, passages []cats.Passage) {
	held := map[string]string{}
	for _, d := range cats.Deliveries(view, passages) {
		held[d.MSP] = heldText(view.Movement, d)
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Itinerary"))
	t := newTable("leg", "", "office", "actual", "state", "started", "ended", "content")
	for i, l := range view.Movement.Legs {
		actual := l.ActualOffice
		if actual == l.EntryOffice {
			actual = "as declared"
		}
		t.row(fmt.Sprint(i+1), l.Country, l.EntryOffice, actual, legText(view.Movement, l), moment(l.StartedAt), moment(l.EndedAt), held[l.MSP])
	}
	t.print(a.out, s)
}

// heldText tells how far the content has come at an organisation, and when.
func heldText(m *transit.Movement, d cats.DeliveryStatus) string {
	switch {
	case d.State == transit.DeliveryPurged:
		return "purged"
	case !d.Delivered && m.ReleasedAt == "":
		if m.State.Terminal() {
			return "never sent"
		}
		return "sent at release"
	case !d.Delivered:
		return "not there yet"
	case d.At.IsZero():
		return "there"
	}
	return "there since " + moment(transit.Stamp(d.At))
}

// printShared prints the files, the grants and an open offer of the document.
func (a *app) printShared(s style, view *transit.MovementView) {
	m := view.Movement
	if m.Transfer != nil {
		fmt.Fprintf(a.out, "\n%s to %s since %s\n", s.head("Offered"), m.Transfer.To, moment(m.Transfer.ProposedAt))
	}
	if len(m.Attachments) > 0 {
		fmt.Fprintf(a.out, "\n%s\n", s.head("Files"))
		t := newTable("attachment", "added", "digest")
		for _, at := range m.Attachments {
			t.row(at.Name, moment(at.AddedAt), short(at.Digest))
		}
		t.print(a.out, s)
	}
	if len(view.Shared) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Shown to"))
	t := newTable("reader", "parts", "until", "granted", "content")
	for _, share := range view.Shared {
		until := share.Until
		if !share.Live {
			until += ", over"
		}
		t.row(grantee(&share.Grant), strings.Join(share.Parts, ", "), until, moment(share.GrantedAt), string(share.State))
	}
	t.print(a.out, s)
}

func (a *app) printUsages(s style, m *transit.Movement) {
	if len(m.Guarantees) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", s.head("Guarantees"))
	t := newTable("GRN", "type", "amount", "state", "balance records").numbers(2)
	for _, u := range m.Guarantees {
		var parts []string
		for _, p := range u.Parts {
			part := transit.Money{Minor: p.Minor, Currency: u.Amount.Currency}
			parts = append(parts, fmt.Sprintf("#%d %s", p.Balance, part))
		}
		state := string(u.State)
		if u.Claimed.Minor > 0 && u.State == transit.UsageClaimed {
			state = u.Claimed.String() + " claimed, the rest freed"
		} else if u.Claimed.Minor > 0 {
			state += ", claim of " + u.Claimed.String()
		}
		t.row(coverName(u.GRN, u.Type), u.Type, coverAmount(u.Amount), state, strings.Join(parts, ", "))
	}
	t.print(a.out, s)
}

// stepsFirst puts what a transaction did to guarantees behind its step.
func stepsFirst(passages []cats.Passage) []cats.Passage {
	rank := func(p cats.Passage) int {
		if p.Record == "guarantee" {
			return 1
		}
		return 0
	}
	sorted := slices.Clone(passages)
	slices.SortStableFunc(sorted, func(x, y cats.Passage) int {
		if x.Transaction != y.Transaction {
			return 0
		}
		return rank(x) - rank(y)
	})
	return sorted
}

func (a *app) listCommand() *cobra.Command {
	var states, custodians []string
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List movements",
		Long: "Lists the movements that the identity may see, in the order of their identifications.",
		Example: `  cats movement list --state released --custodian KZMSP
  cats movement list --limit 0 --json | jq length`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				enough := 0
				if limit > 0 {
					enough = limit + 1 // one more tells that there are more
				}
				found, err := collect(b.movements.List(ctx), enough, func(m *transit.Movement) bool {
					return among(states, string(m.State)) && among(custodians, m.Custodian)
				})
				if err != nil {
					return err
				}
				more := enough > 0 && len(found) == enough
				if more {
					found = found[:limit]
				}
				return a.print(found, func(s style) { a.printList(s, found, more) })
			})
		},
	}
	c.Flags().StringSliceVar(&states, "state", nil, "only in this `STATE`; may be repeated")
	c.Flags().StringSliceVar(&custodians, "custodian", nil, "only in the custody of this `MSP`; may be repeated")
	c.Flags().IntVar(&limit, "limit", 50, "at most this `NUMBER`; 0 for all")
	_ = c.RegisterFlagCompletionFunc("state", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, s := range transit.States() {
			names = append(names, string(s))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
	return c
}

// collect takes the wanted items of a sequence, at most enough unless that is zero.
func collect[T any](items iter.Seq2[T, error], enough int, wanted func(T) bool) ([]T, error) {
	found := []T{}
	for item, err := range items {
		if err != nil {
			return nil, err
		}
		if !wanted(item) {
			continue
		}
		found = append(found, item)
		if len(found) == enough {
			break
		}
	}
	return found, nil
}

// among reports whether the value is one of those wanted, or anything is.
func among(wanted []string, value string) bool {
	if len(wanted) == 0 {
		return true
	}
	for _, w := range wanted {
		if w == value {
			return true
		}
	}
	return false
}

func (a *app) printList(s style, found []*transit.Movement, more bool) {
	if len(found) == 0 {
		fmt.Fprintln(a.out, "No movements.")
		return
	}
	t := newTable("movement", "state", "custodian", "route", "holder", "LRN", "last step")
	for _, m := range found {
		var route []string
		for _, l := range m.Legs {
			route = append(route, l.Country)
		}
		t.row(m.Reference(), string(m.State), m.Custodian, strings.Join(route, " > "), m.Holder, m.LRN, moment(m.At))
	}
	t.print(a.out, s)
	if more {
		fmt.Fprintf(a.out, "  %s\n", s.dim(fmt.Sprintf("the first %d; --limit 0 lists all", len(found))))
	}
}

func (a *app) contentCommand() *cobra.Command {
	var asXML bool
	var output string
	c := &cobra.Command{
		Use: "content MOVEMENT", Short: "Read the content of a movement",
		Long: `Reads the content of a movement from the own organisation's private collection. Every
section is checked against its digest on the public record, and the declarant's signature
against the registry of its country: what it proves is told on the side.`,
		Example: `  cats movement content 26CN4TB0Q9V7HWKXJ5 --as kz-officer-khorgos
  cats movement content 26CN4TB0Q9V7HWKXJ5 --xml -o declaration.xml --as kz-officer-khorgos`,
		Args: exactly("MOVEMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				d, err := b.movements.Content(ctx, args[0])
				if err != nil {
					return err
				}
				format := "json"
				if asXML {
					format = "xml"
				}
				a.tellSignature(style{on: a.styled}, d.Signature)
				return a.writeDocument(d.STD, format, output)
			})
		},
	}
	c.Flags().BoolVar(&asXML, "xml", false, "write the message CC015C instead of JSON")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}
