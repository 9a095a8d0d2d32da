package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
)

func (a *app) listRulesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list [RULE...]", Short: "List all rules, or the text of some",
		Long: `Lists every rule of this version: its number, what it is about, and in which rule packs it
is. With numbers, the text of these rules is printed.`,
		Example: `  cats rules list
  cats rules list C0060 R0364`,
		RunE: func(_ *cobra.Command, args []string) error {
			listed, err := listRules(args)
			if err != nil {
				return err
			}
			return a.print(listed, func(s style) {
				if len(args) > 0 {
					a.printRuleTexts(s, listed)
					return
				}
				t := newTable("rule", "of", "about", "packs")
				for _, r := range listed {
					t.row(r.ID, r.Of, r.Title, strings.Join(r.Packs, ", "))
				}
				t.print(a.out, s)
			})
		},
	}
}

// listedRule is a rule of the catalogue with the packs it is in, none where it is in all.
type listedRule struct {
	transit.Rule
	Of    string   `json:"of"`
	Packs []string `json:"packs,omitempty"`
}

// listRules lists the catalogue, or the rules with these numbers alone.
func listRules(ids []string) ([]listedRule, error) {
	var listed []listedRule
	known := map[string]bool{}
	for _, group := range transit.RuleCatalogue() {
		for _, r := range group.Rules {
			known[r.ID] = true
			if len(ids) == 0 || slices.Contains(ids, r.ID) {
				l := listedRule{Rule: r, Of: group.Of}
				if group.Of == "declaration" {
					l.Packs = packsWith(r)
				}
				listed = append(listed, l)
			}
		}
	}
	for _, id := range ids {
		if !known[id] {
			return nil, &usageError{err: fmt.Errorf("there is no rule %s", id)}
		}
	}
	return listed, nil
}

// packsWith names the packs that have a rule with this text; none when all have.
func packsWith(rule transit.Rule) []string {
	var names []string
	for _, p := range transit.RulePacks() {
		if slices.ContainsFunc(transit.RulesOf(p.Name), func(r transit.Rule) bool { return r.ID == rule.ID && r.Text == rule.Text }) {
			names = append(names, p.Name)
		}
	}
	if len(names) == len(transit.RulePacks()) {
		return nil
	}
	return names
}

func (a *app) printRuleTexts(s style, rules []listedRule) {
	for _, r := range rules {
		fmt.Fprintf(a.out, "%s  %s\n", s.head(r.ID), r.Title)
		facts(a.out, s, "of", r.Of, "packs", strings.Join(r.Packs, ", "), "text", r.Text)
	}
}

func (a *app) rulePacksCommand() *cobra.Command {
	return &cobra.Command{
		Use: "packs", Short: "List the rule packs and what they change", Args: none,
		Long: `Lists the rule packs. A country applies one from a day on, as the registry says; a
declaration must satisfy the packs of all countries of its route.`,
		Example: `  cats rules packs`,
		RunE: func(*cobra.Command, []string) error {
			packs := transit.RulePacks()
			return a.print(packs, func(s style) {
				for _, p := range packs {
					fmt.Fprintf(a.out, "%s  %s\n  %s\n", s.head(p.Name), p.Title, p.Text)
					t := newTable("instead of", "source", "rule", "about")
					for _, c := range p.Changes {
						rule := transit.Rule{ID: "not applied"}
						if c.Rule != nil {
							rule = *c.Rule
						}
						t.row(c.Without, c.Source, rule.ID, first(rule.Title, titleOf(c.Without)))
					}
					t.print(a.out, s)
				}
			})
		},
	}
}

func (a *app) codeListsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "lists [LIST]", Short: "List the code lists, or the codes of one",
		Long: `Lists the code lists that logic control looks codes up in, with edition and validity. They
are part of the program, so that every peer judges alike. With a number such as CL251 the
codes of that list are printed.`,
		Example: `  cats rules lists
  cats rules lists CL251`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(cmd, "unexpected argument %q", args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.printCodes(args[0])
			}
			var infos []transit.CodeListInfo
			for _, l := range transit.CodeLists() {
				infos = append(infos, l.Info())
			}
			return a.print(infos, func(s style) {
				t := newTable("list", "of", "codes", "edition", "from", "until", "source").numbers(2)
				for _, i := range infos {
					t.row(i.ID, i.Title, strconv.Itoa(i.Codes), i.Version, string(i.ValidFrom), string(i.ValidUntil), i.Source)
				}
				t.print(a.out, s)
			})
		},
	}
}

func (a *app) printCodes(id string) error {
	l := transit.FindCodeList(id)
	if l == nil {
		return &usageError{err: errors.New("there is no code list " + id)}
	}
	return a.print(map[string]any{"list": l.Info(), "entries": l.Entries()}, func(s style) {
		fmt.Fprintf(a.out, "%s  %s, edition %s\n", s.head(l.ID()), l.Info().Title, l.Version())
		t := newTable("code", "meaning", "from", "until")
		for _, e := range l.Entries() {
			t.row(e.Code, e.Title, string(e.ValidFrom), string(e.ValidUntil))
		}
		t.print(a.out, s)
	})
}
