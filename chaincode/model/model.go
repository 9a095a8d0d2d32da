// Package model keeps transit.pml, a model of the hand-over of custody, the guarantee and the override for the model checker
// Spin, in step with the code: the model's states, rows, policies and balances are written from package transit.
package model

import (
	"fmt"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// organisations of the model, in the order of their bits: three countries, a guarantor and a regulator.
func organisations() []string { return []string{"CN", "KZ", "KG", "GU", "RG"} }

// Update writes the generated parts of the model's text anew and returns it. It fails when a row of the procedure has a step
// or a participant that nobody has decided how to abstract.
func Update(text string) (string, error) {
	rows, err := rows()
	if err != nil {
		return "", err
	}
	for _, part := range []struct{ name, text string }{
		{"states", states()}, {"steps", steps()}, {"policy", policy()}, {"guarantee", balances()}, {"rows", rows},
	} {
		begin, end := "/* generated: "+part.name+" */\n", "/* end */"
		before, rest, found := strings.Cut(text, begin)
		if !found {
			return "", fmt.Errorf("the model has no place for %s", part.name)
		}
		_, after, found := strings.Cut(rest, end)
		if !found {
			return "", fmt.Errorf("the model's place for %s has no end", part.name)
		}
		text = before + begin + part.text + end + after
	}
	return text, nil
}

func name(s transit.State) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(string(s))
}

// states numbers the states from 1 on.
func states() string {
	var b strings.Builder
	var terminal []string
	for i, s := range transit.States() {
		fmt.Fprintf(&b, "#define %s %d\n", name(s), i+1)
		if s.Terminal() {
			terminal = append(terminal, "(s) == "+name(s))
		}
	}
	fmt.Fprintf(&b, "#define TERMINAL(s) (%s)\n", strings.Join(terminal, " || "))
	return b.String()
}

// steps numbers the steps from 1 on, in the order of the rows.
func steps() string {
	var b strings.Builder
	var seen []transit.Step
	for _, r := range transit.Procedure() {
		if !slices.Contains(seen, r.Step) {
			seen = append(seen, r.Step)
			fmt.Fprintf(&b, "#define %s %d\n", r.Step, len(seen))
		}
	}
	return b.String()
}

// policy tabulates what a record with a custodian and perhaps a receiver asks for, as the record itself says.
func policy() string {
	var b strings.Builder
	b.WriteString("/* Whether the endorsements of a set suffice under the policy of a custodian c and a receiver r. */\n")
	b.WriteString("#if defined(MUTANT_ANY_TWO)\n#define POLICY(e, c, r) (MEMBERS(e) >= 2)\n")
	b.WriteString("#elif defined(MUTANT_CUSTODIAN_ALONE)\n#define POLICY(e, c, r) (HAS(e, c))\n#else\n")
	b.WriteString("#define POLICY(e, c, r) (false \\\n")
	countries := organisations()[:3]
	for _, custodian := range countries {
		for _, receiver := range append([]string{""}, countries...) {
			if custodian != receiver {
				fmt.Fprintf(&b, "\t|| %s \\\n", endorsed(custodian, receiver))
			}
		}
	}
	b.WriteString("\t)\n#endif\n")
	return b.String()
}

// endorsed is one line of the policy's table.
func endorsed(custodian, receiver string) string {
	m := transit.Course{Custodian: custodian, Witnesses: organisations()}
	open := "(r) == NOBODY"
	if receiver != "" {
		m.HandOff, open = &transit.HandOff{MSP: receiver}, "(r) == "+receiver
	}
	e := m.Endorsement()
	conditions := []string{"(c) == " + custodian, open}
	for _, o := range e.All {
		conditions = append(conditions, fmt.Sprintf("HAS(e, %s)", o))
	}
	if len(e.Any) > 0 {
		var bits []string
		for _, o := range e.Any {
			bits = append(bits, fmt.Sprintf("BIT(%s)", o))
		}
		conditions = append(conditions, fmt.Sprintf("((e) & (%s)) != 0", strings.Join(bits, " | ")))
	}
	return strings.Join(conditions, " && ")
}

// reference is the reference amount of the model's guarantee. Movements ask for 2 or 3 of it, so that two of them fit
// together or do not, and one may need both records. Of the guarantee that a new holder brings, only one movement fits.
const (
	reference      = 5
	otherReference = 3
)

// balances splits the reference amounts as the ledger does.
func balances() string {
	first := transit.Terms{GRN: "G", Balances: 2, ReferenceAmount: transit.Money{Minor: reference, Currency: "EUR"}}
	other := transit.Terms{GRN: "H", Balances: 1, ReferenceAmount: transit.Money{Minor: otherReference, Currency: "EUR"}}
	var b strings.Builder
	for i, record := range append(first.Open(), other.Open()...) {
		fmt.Fprintf(&b, "#define BALANCE%d %d\n", i, record.Available)
	}
	return b.String()
}

// rows writes the procedure, one option for each row.
func rows() (string, error) {
	var b strings.Builder
	var notes, from []string
	for i, r := range transit.Procedure() {
		row, err := option(&r)
		if err != nil {
			return "", fmt.Errorf("couldn't write row %d, %s: %w", i+1, r.Step, err)
		}
		if onlyNotes(&r) {
			notes = append(notes, string(r.Step))
			from = append(from, in(r.From)...)
			continue
		}
		b.WriteString(row)
	}
	slices.Sort(from)
	fmt.Fprintf(&b, "\t/* What only writes notes: %s */\n\t:: STEP(NOTE) && (%s) -> skip\n",
		strings.Join(notes, ", "), strings.Join(slices.Compact(from), " || "))
	return b.String(), nil
}

// onlyNotes tells of a row which leaves everything as it is that the model knows: one stands for all of those.
func onlyNotes(r *transit.Transition) bool {
	return r.To == "" && r.Effect == transit.NoEffect && abstractions()[r.Step] == abstraction{}
}

func in(states []transit.State) []string {
	var out []string
	for _, s := range states {
		out = append(out, fmt.Sprintf("NOW(%s)", name(s)))
	}
	return out
}

func option(r *transit.Transition) (string, error) {
	step, known := abstractions()[r.Step]
	if !known {
		return "", fmt.Errorf("no abstraction of the step")
	}
	who, known := participants()[r.By]
	if !known {
		return "", fmt.Errorf("no abstraction of %q", r.By)
	}
	effect, known := map[transit.Effect]string{
		transit.NoEffect: "", transit.LockGuarantees: "LOCK", transit.FreeGuarantees: "FREE", transit.SettleGuarantees: "SETTLE",
		transit.ExchangeGuarantees: "EXCHANGE",
	}[r.Effect]
	if !known {
		return "", fmt.Errorf("no abstraction of effect %q", r.Effect)
	}
	conditions := []string{fmt.Sprintf("STEP(%s)", r.Step), "(" + strings.Join(in(r.From), " || ") + ")"}
	conditions = append(conditions, present(who.guard, step.guard)...)
	acts := present("asker = "+who.organisation, step.before(r.From))
	acts = append(acts, present(effect)...)
	if r.To != "" {
		acts = append(acts, "draft.st = "+name(r.To))
	}
	acts = append(acts, present(step.apply)...)
	row := fmt.Sprintf("\t/* %s, %s */\n\t:: %s ->\n\t\t%s\n", r.Step, r.By,
		strings.Join(conditions, " && "), strings.Join(acts, "; "))
	if r.To == "" && step.route {
		row = "#ifndef GUARANTEE\n" + row + "#endif\n"
	}
	return row, nil
}

func present(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}
