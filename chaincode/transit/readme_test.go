package transit

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// update rewrites the generated parts of the README: go test ./chaincode/transit -run Readme -update.
var update = flag.Bool("update", false, "rewrite the generated parts of the README")

// TestReadmeIsGeneratedFromTheCode keeps the table and the diagram of the procedure, and the list of failures, current.
func TestReadmeIsGeneratedFromTheCode(t *testing.T) {
	const path = "../README.md"
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(b)
	for name, part := range map[string]string{
		"procedure": procedureTable(), "diagram": diagram(), "limits": limitsTable(), "failures": failures(), "guarantees": guaranteeTable(),
	} {
		begin, end := "<!-- generated: "+name+" -->\n", "<!-- end -->"
		from := strings.Index(text, begin)
		require.GreaterOrEqual(t, from, 0, name)
		from += len(begin)
		to := from + strings.Index(text[from:], end)
		if *update {
			text = text[:from] + part + text[to:]
			continue
		}
		require.Equal(t, part, text[from:to], "run with -update")
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
}

func procedureTable() string {
	var b strings.Builder
	b.WriteString("| step | message | from | by | to | guarantees | takes |\n|---|---|---|---|---|---|---|\n")
	for _, t := range Procedure() {
		var from []string
		for _, s := range t.From {
			from = append(from, string(s))
		}
		to, message := string(t.To), t.Message
		if to == "" {
			to = "(same)"
		}
		if message == "" {
			message = "–"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n",
			t.Step, message, strings.Join(from, ", "), t.By, to, t.Effect, strings.Join(t.Takes, ", "))
	}
	return b.String()
}

// diagram draws the steps that change the state; those that leave it stand in the table alone.
func diagram() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	id := strings.NewReplacer(" ", "_", "-", "_").Replace
	for _, s := range States() {
		if id(string(s)) != string(s) {
			fmt.Fprintf(&b, "  state \"%s\" as %s\n", s, id(string(s)))
		}
	}
	b.WriteString("  [*] --> submitted: Lodge\n  [*] --> pre_lodged: Lodge (type D)\n")
	steps := map[[2]State][]string{}
	var edges [][2]State
	for _, t := range Procedure() {
		for _, from := range t.From {
			e := [2]State{from, t.To}
			if t.To == "" || slices.Contains(steps[e], string(t.Step)) {
				continue
			}
			if steps[e] == nil {
				edges = append(edges, e)
			}
			steps[e] = append(steps[e], string(t.Step))
		}
	}
	for _, e := range edges {
		fmt.Fprintf(&b, "  %s --> %s: %s\n", id(string(e[0])), id(string(e[1])), strings.Join(steps[e], ", "))
	}
	for _, s := range States() {
		if s.Terminal() {
			fmt.Fprintf(&b, "  %s --> [*]\n", id(string(s)))
		}
	}
	b.WriteString("```\n")
	return b.String()
}

func limitsTable() string {
	var b strings.Builder
	b.WriteString("| time limit | days | who acts after it | by | source |\n|---|---|---|---|---|\n")
	for _, l := range Limits() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", l.Name, l.Days, l.Holder, l.Step, l.Source)
	}
	return b.String()
}

func guaranteeTable() string {
	var b strings.Builder
	b.WriteString("| type | name | kept by GRN | movements | stands for it | percentage | may be bound to |\n|---|---|---|---|---|---|---|\n")
	for _, r := range GuaranteeTypeRules() {
		kept, movements, stands, percent := "no", "", "", ""
		if r.Account {
			kept, movements, stands = "yes", "many", "guarantor"
			percent = strings.Trim(strings.ReplaceAll(fmt.Sprint(r.Percentages), " ", ", "), "[]")
		}
		if r.UsedReason != "" {
			movements = "one (" + r.UsedReason + ")"
		}
		if r.Waiver {
			stands = "office of guarantee"
		}
		var bound []string
		for what, may := range map[string]bool{"goods": r.Goods, "offices": r.Offices} {
			if may {
				bound = append(bound, what)
			}
		}
		slices.Sort(bound)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Type, r.Name, kept, movements, stands, percent, strings.Join(bound, ", "))
	}
	return b.String()
}

func failures() string {
	var b strings.Builder
	b.WriteString("| code | status | meaning |\n|---|---|---|\n")
	for _, c := range Codes() {
		fmt.Fprintf(&b, "| `%s` | %d | %s |\n", c, c.Status(), c.Meaning())
	}
	return b.String()
}
