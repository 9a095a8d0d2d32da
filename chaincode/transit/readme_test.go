package transit

import (
	"flag"
	"fmt"
	"os"
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
	for name, part := range map[string]string{"procedure": procedureTable(), "diagram": diagram(), "failures": failures()} {
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
		to := string(t.To)
		if to == "" {
			to = "(same)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n",
			t.Step, t.Message, strings.Join(from, ", "), t.By, to, t.Effect, strings.Join(t.Takes, ", "))
	}
	return b.String()
}

func diagram() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n  [*] --> submitted: Lodge\n")
	id := func(s State) string { return strings.ReplaceAll(string(s), " ", "_") }
	ends := map[State]bool{}
	for _, t := range Procedure() {
		for _, from := range t.From {
			to := t.To
			if to == "" {
				to = from
			}
			fmt.Fprintf(&b, "  %s --> %s: %s\n", id(from), id(to), t.Step)
			ends[to] = to.Terminal()
		}
	}
	for _, s := range States() {
		if ends[s] {
			fmt.Fprintf(&b, "  %s --> [*]\n", id(s))
		}
	}
	b.WriteString("```\n")
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
