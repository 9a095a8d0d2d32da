package transit

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheListOfRulesIsGeneratedFromTheCode keeps RULES.md current: go test ./chaincode/transit -run ListOfRules -update.
func TestTheListOfRulesIsGeneratedFromTheCode(t *testing.T) {
	const path = "RULES.md"
	text := ruleDocument()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	if text != string(b) { // the text is too long to be of help in a failure
		require.Fail(t, "RULES.md is not that of the code: run with -update")
	}
}

func ruleDocument() string {
	var b strings.Builder
	b.WriteString(`# Rules of logic control

Generated from the code; do not edit. A rule is a function of this package that names the number of the NCTS specification
(R0223, C0060, ...), STDnn for what the single transit document adds, NATnn for what countries have made. The texts are ours: what
the source demands, and how it is read for a document of any country. The client prints the same with ` + "`cats rules list`" + `.
`)
	for _, group := range RuleCatalogue() {
		fmt.Fprintf(&b, "\n## %s%s\n\n| rule | about | text |\n|---|---|---|\n", strings.ToUpper(group.Of[:1]), group.Of[1:])
		for _, r := range group.Rules {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", r.ID, r.Title, r.Text)
		}
	}
	b.WriteString("\n## Rule packs\n\n" +
		"A country applies a pack from a day on. A declaration must satisfy the packs of all countries of its route.\n")
	for _, p := range RulePacks() {
		fmt.Fprintf(&b, "\n**%s** (%s). %s\n", p.Name, p.Title, p.Text)
		for _, change := range p.Changes {
			b.WriteString("- " + changeText(change) + "\n")
		}
	}
	b.WriteString("\n## Code lists\n\n| list | of | codes | edition | from | source |\n|---|---|---|---|---|---|\n")
	for _, l := range CodeLists() {
		i := l.Info()
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %s |\n", i.ID, i.Title, i.Codes, i.Version, i.ValidFrom, i.Source)
	}
	return b.String()
}

func changeText(c PackChange) string {
	switch {
	case c.Rule == nil:
		return fmt.Sprintf("%s is not applied (%s)", c.Without, c.Source)
	case c.Without == "":
		return fmt.Sprintf("%s is added: %s", c.Rule.ID, c.Rule.Title)
	}
	return fmt.Sprintf("%s is read as %s: %s", c.Without, c.Rule.ID, c.Rule.Title)
}
