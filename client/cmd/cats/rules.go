package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

func (a *app) rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "Logic control without a network",
		Long: `Logic control is what every organisation's peer holds against a declaration. These
commands do the same here, without a network: try documents, and read the rules, the
rule packs and the code lists that this version of the program has.`,
		Example: `  cats rules check declaration.xml
  cats rules list R0364 C0060
  cats rules lists CL251
  cats rules packs`,
	}
	c.AddCommand(a.checkRulesCommand(), a.listRulesCommand(), a.codeListsCommand(), a.rulePacksCommand())
	return c
}

// checkFlags are what a check asks for.
type checkFlags struct {
	mapping, offices, at string
	packs                []string
	report, presented    bool
}

func (a *app) checkRulesCommand() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use: "check FILE...", Short: "Hold documents against all rules",
		Long: `Holds declarations against format and logic control as the ledger does, and prints all
violations of each with rule, code and place. FILE is a message CC015C or CC013C (XML)
or a single transit document (JSON); "-" reads it from the input.

Customs offices are held against --offices: the answer of "cats registry offices --json",
a founding document, or a network's topology file. Without it the rules about offices and
members are not tried, and the output says so. Whether a guarantee covers the movement
only the ledger knows.

Each country of the route applies a rule pack: --pack NAME for all countries, --pack
KZ=NAME for one; "cats rules packs" lists them.

A declaration of type D, lodged before its goods are presented, may leave elements open;
--presented demands them, as the ledger does at presentation.

With --report, FILE is a folder: every declaration and amendment in it is judged, its
placeholders such as {{LRN}} filled, and counts are printed, nothing of the content. It
is about the rules alone.

The exit code is 4 when a document breaks a rule.`,
		Example: `  cats rules check declaration.xml --offices offices.json
  cats rules check a.xml b.json --pack KZ=ncts-p6 --at 2026-03-02T12:00:00 --json
  cats rules check --report messages/ --mapping mapping.yaml --offices topology.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(cmd, "FILE is missing")
			}
			if f.report && len(args) > 1 {
				return usage(cmd, "--report takes one folder")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			judge, err := f.judge(cmd)
			if err != nil {
				return err
			}
			if f.report {
				return a.reportRules(judge, args[0])
			}
			judge.Also = transit.Unsupported // as the ledger does beside the rules
			return a.checkRules(judge, args)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.mapping, "mapping", "", "`FILE` that moves offices, operators and guarantees to this network's")
	flags.StringVar(&f.offices, "offices", "", "`FILE` with the customs offices")
	flags.StringSliceVar(&f.packs, "pack", nil, "`[COUNTRY=]NAME` of the rule pack of a country, or of all")
	flags.StringVar(&f.at, "at", "", "judge as at this `TIME` (UTC, such as 2026-03-02T12:00:00) instead of now")
	flags.BoolVar(&f.presented, "presented", false, "judge a declaration of type D as when its goods are presented")
	flags.BoolVar(&f.report, "report", false, "count verdicts and rules over a folder of messages")
	return c
}

func (f *checkFlags) judge(cmd *cobra.Command) (*formats.Judge, error) {
	at := time.Now().UTC()
	if f.at != "" {
		var err error
		if at, err = transit.DateTime(f.at).Parse(); err != nil {
			return nil, usage(cmd, "--at: %v", err)
		}
	}
	pack, err := packsOf(f.packs)
	if err != nil {
		return nil, usage(cmd, "--pack: %v", err)
	}
	j := &formats.Judge{Values: formats.TemplateValues(at), Context: transit.RuleContext{Now: at, Pack: pack}, Presented: f.presented}
	if f.offices != "" {
		offices, err := readOffices(f.offices)
		if err != nil {
			return nil, usage(cmd, "--offices: %v", err)
		}
		j.Context.Office, j.Context.Member = offices.office, offices.member
	}
	if f.mapping == "" {
		return j, nil
	}
	j.Mapping, err = readMapping(f.mapping)
	return j, err
}

func readMapping(path string) (*formats.Mapping, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &usageError{err: err}
	}
	defer func() { _ = file.Close() }()
	mapping, err := formats.LoadMapping(file)
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("%s: %w", path, err)}
	}
	return mapping, nil
}

// packsOf reads "NAME" and "COUNTRY=NAME"; a country's own pack goes before that of all.
func packsOf(flags []string) (func(country string) string, error) {
	packs := map[string]string{}
	for _, flag := range flags {
		country, name, of := strings.Cut(flag, "=")
		if !of {
			country, name = "", flag
		} else if err := transit.ValidateCountry(country); err != nil {
			return nil, err
		}
		if !transit.HasRulePack(name) {
			return nil, fmt.Errorf("there is no rule pack %q; there are: %s", name, strings.Join(packNames(), ", "))
		}
		packs[country] = name
	}
	return func(country string) string { return first(packs[country], packs[""]) }, nil
}

func packNames() []string {
	var names []string
	for _, p := range transit.RulePacks() {
		names = append(names, p.Name)
	}
	return names
}

// checked is the outcome of a check for programs.
type checked struct {
	Documents []formats.Judgement `json:"documents"`
	NotTried  []string            `json:"notTried,omitempty"`
}

// notTried says what a check without registry leaves open.
func notTried(j *formats.Judge) []string {
	if j.Context.Office != nil {
		return nil
	}
	return []string{"CL171", "CL172", "CL173", "CL174", "STD01", "G0142", "consignee of C0001"}
}

func (a *app) checkRules(j *formats.Judge, files []string) error {
	out := checked{NotTried: notTried(j)}
	broken := false
	for _, file := range files {
		raw, err := a.read(file)
		if err != nil {
			return err
		}
		verdict := j.Message(file, raw)
		broken = broken || !verdict.Accepted()
		out.Documents = append(out.Documents, verdict)
	}
	err := a.print(out, func(s style) {
		for _, d := range out.Documents {
			a.printJudgement(s, d)
		}
		if slices.ContainsFunc(out.Documents, func(d formats.Judgement) bool { return d.Unreadable == "" }) {
			a.printNotTried(s, out.NotTried)
		}
	})
	if err == nil && broken {
		return errBroken
	}
	return err
}

func (a *app) printJudgement(s style, d formats.Judgement) {
	switch {
	case d.Unreadable != "":
		fmt.Fprintf(a.out, "%s  %s\n  %s\n", s.bad("unreadable"), s.head(d.File), d.Unreadable)
	case d.Accepted():
		fmt.Fprintf(a.out, "%s  %s\n", s.good("accepted"), s.head(d.File))
	default:
		fmt.Fprintf(a.out, "%s  %s\n", s.bad("refused"), s.head(d.File))
		t := newTable("", "rule", "where", "found", "what to correct")
		for i, v := range d.Violations {
			t.row(strconv.Itoa(i+1)+".", strings.TrimSpace(v.Rule+" "+bracket(v.Code)), v.Pointer, quoted(v.Value), v.Text)
		}
		t.print(a.out, s)
	}
}

func (a *app) printNotTried(s style, rules []string) {
	if len(rules) > 0 {
		fmt.Fprintln(a.out, s.dim("Not tried without --offices, for it takes the registry: "+strings.Join(rules, ", ")+"."))
	}
}

// counted is a report for programs: counts alone.
type counted struct {
	Messages []countedMessage    `json:"messages"`
	Accepted int                 `json:"accepted"`
	Rules    []formats.RuleCount `json:"rules"`
	NotTried []string            `json:"notTried,omitempty"`
}

type countedMessage struct {
	File     string              `json:"file"`
	Kind     string              `json:"kind"`
	Accepted bool                `json:"accepted"`
	Rules    []formats.RuleCount `json:"rules,omitempty"`
}

func (a *app) reportRules(j *formats.Judge, folder string) error {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return &usageError{err: fmt.Errorf("%s is not a folder", folder)}
	}
	report, err := j.Folder(os.DirFS(folder))
	if err != nil {
		return err
	}
	out := counted{Accepted: report.Accepted(), Rules: report.Rules(), NotTried: notTried(j)}
	for _, m := range report.Judgements {
		out.Messages = append(out.Messages, countedMessage{m.File, m.Kind, m.Accepted(), m.Rules()})
	}
	err = a.print(out, func(s style) { a.printCounts(s, report, out) })
	if err == nil && out.Accepted < len(out.Messages) {
		return errBroken
	}
	return err
}

func (a *app) printCounts(s style, report *formats.Report, out counted) {
	t := newTable("verdict", "message", "file", "broken rules")
	for i, m := range report.Judgements {
		verdict := "refused"
		switch {
		case m.Unreadable != "":
			verdict = "unreadable"
		case m.Accepted():
			verdict = "accepted"
		}
		var rules []string
		for _, c := range out.Messages[i].Rules {
			rules = append(rules, fmt.Sprintf("%s %d", c.Rule, c.Count))
		}
		t.row(verdict, m.Kind, m.File, strings.Join(rules, ", "))
	}
	t.print(a.out, s)
	fmt.Fprintf(a.out, "\n%d messages, %d accepted, %d not\n\n", len(out.Messages), out.Accepted, len(out.Messages)-out.Accepted)
	t = newTable("rule", "violations", "about").numbers(1)
	for _, c := range out.Rules {
		t.row(c.Rule, strconv.Itoa(c.Count), titleOf(c.Rule))
	}
	t.print(a.out, s)
	a.printNotTried(s, out.NotTried)
}

// titleOf finds what a rule, or a code list that violations name as one, is about.
func titleOf(rule string) string {
	if rule == transit.RuleXSD {
		return "the message's schema"
	}
	for _, group := range transit.RuleCatalogue() {
		for _, r := range group.Rules {
			if r.ID == rule {
				return r.Title
			}
		}
	}
	if l := transit.FindCodeList(rule); l != nil {
		return "list of " + l.Info().Title
	}
	return ""
}
