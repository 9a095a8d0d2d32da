package ubl

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/quantity"
	"carec.example/cats/client/formats/internal/tree"
)

// Report tells what of a document could not be read into ours.
type Report struct {
	// UUID of the document, and the identification of the one that it answers, where it says so.
	UUID    string `json:"uuid,omitempty"`
	Answers string `json:"answers,omitempty"`
	// Remarks are what it says of itself, a line each.
	Remarks string `json:"remarks,omitempty"`
	// Unmapped are values that no correspondence has read, in order, the first two hundred; UnmappedMore is how many follow.
	Unmapped     []Element `json:"unmapped,omitempty"`
	UnmappedMore int       `json:"unmappedMore,omitempty"`
	// Violations are values of the wrong form, and what is missing or wrong in the result.
	Violations []Finding `json:"violations,omitempty"`
}

// Element is a value of the UBL document.
type Element struct {
	Path  string `json:"path"`
	Line  int    `json:"line"`
	Value string `json:"value,omitempty"`
}

// Finding is a violation, whose pointer leads into our document, and the place in the UBL document that it comes from, if any.
type Finding struct {
	transit.Violation
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
}

// RuleUBL is the rule of violations of values that stand in UBL in a form that has no meaning for us.
const RuleUBL = "UBL"

// Err is nil when there are no violations, else a [transit.Fault] InvalidDocument with them.
func (r *Report) Err() error {
	if len(r.Violations) == 0 {
		return nil
	}
	violations := make([]transit.Violation, len(r.Violations))
	for i, f := range r.Violations {
		violations[i] = f.Violation
		if f.Path != "" {
			violations[i].Text += "; in the UBL document " + f.Path
		}
	}
	return transit.Faultf(transit.InvalidDocument, "the UBL document does not make a valid one of ours").With(violations...)
}

// value is what was read for a pointer. A group is an element of a list.
type value struct {
	pointer, text string
	group         bool
	node          *tree.Node
}

// reading collects values and what was wrong with some.
type reading struct {
	values   []value
	findings []Finding
	echoes   []value
	// Of the envelope.
	uuid, answers, remarks string
}

// parse reads a document of one kind strictly.
func (t *table) parse(r io.Reader) (*tree.Node, error) {
	data, err := io.ReadAll(io.LimitReader(r, tree.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.root, err)
	}
	if len(data) > tree.MaxBytes {
		return nil, transit.Faultf(transit.TooLarge, "the document has more than %d bytes", tree.MaxBytes)
	}
	root, err := tree.XML(data)
	if err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "not well-formed XML: %v", err)
	}
	if root.Name != t.root || root.Space != t.namespace() {
		return nil, transit.Faultf(transit.InvalidDocument, "the document is not a %s of UBL 2", t.root).With(transit.Violation{
			Code: transit.CodeNotAllowed, Pointer: "/" + root.Name, Rule: RuleUBL, Value: root.Space,
			Text: "the document must be the element " + t.root + " of the namespace " + t.namespace(),
		})
	}
	return root, nil
}

// read applies the rules, and then the extension, which has the last word.
func (t *table) read(root *tree.Node) *reading {
	r := &reading{}
	r.rules(t.rules, root, "", 0)
	r.openEnvelope()
	r.compareEchoes()
	for _, element := range extension(root) {
		pointer := ""
		for _, a := range element.Children {
			if a.Name == "pointer" {
				pointer = a.Use()
			}
		}
		r.values = append(r.values, value{pointer: pointer, text: element.Use(), group: element.Text == "", node: element})
	}
	return r
}

// compareEchoes marks as read what another element says as well.
func (r *reading) compareEchoes() {
	said := map[string]string{}
	for _, v := range r.values {
		said[v.pointer] = v.text
	}
	for _, e := range r.echoes {
		if said[e.pointer] == e.text {
			e.node.Used = true
		}
	}
}

// extension finds the elements of ours, and marks what lies around them as read.
func extension(root *tree.Node) []*tree.Node {
	var found []*tree.Node
	for _, all := range child(root, "UBLExtensions", nsExtension) {
		for _, one := range child(all, "UBLExtension", nsExtension) {
			for _, content := range child(one, "ExtensionContent", nsExtension) {
				for _, rest := range child(content, "Rest", Namespace) {
					found = append(found, child(rest, "Element", Namespace)...)
					for _, uri := range child(one, "ExtensionURI", nsExtension) {
						uri.Use()
					}
				}
			}
		}
	}
	return found
}

func child(n *tree.Node, name, space string) []*tree.Node {
	var found []*tree.Node
	for _, c := range n.Children {
		if c.Name == name && c.Space == space && !c.Attribute {
			found = append(found, c)
		}
	}
	return found
}

// find returns the nodes at a path.
func find(from *tree.Node, path string) []*tree.Node {
	if path == "" {
		return nil
	}
	nodes := []*tree.Node{from}
	for _, s := range steps(path) {
		var next []*tree.Node
		for _, n := range nodes {
			next = append(next, s.from(n)...)
		}
		nodes = next
	}
	return nodes
}

func (s *step) from(n *tree.Node) []*tree.Node {
	if s.attribute {
		for _, c := range n.Children {
			if c.Attribute && c.Name == s.name && c.Space == "" {
				return []*tree.Node{c}
			}
		}
		return nil
	}
	found := child(n, s.name, s.space)
	if s.child == "" {
		return found
	}
	var having []*tree.Node
	name, space := qualified(s.child)
	for _, c := range found {
		for _, mark := range child(c, name, space) {
			if strings.TrimSpace(mark.Text) == s.text {
				mark.Used = true
				having = append(having, c)
			}
		}
	}
	return having
}

func (r *reading) rules(rules []rule, at *tree.Node, pointer string, position int) {
	for i := range rules {
		rule := &rules[i]
		if rule.rules != nil {
			r.list(rule, at, pointer)
			continue
		}
		r.one(rule, at, pointer, position)
	}
}

func (r *reading) list(rule *rule, at *tree.Node, pointer string) {
	nodes := find(at, rule.ubl)
	if len(nodes) == 0 {
		nodes = find(at, rule.instead)
	}
	for i, n := range nodes {
		below := pointer + rule.ours + "/" + strconv.Itoa(i)
		r.values = append(r.values, value{pointer: below, group: true, node: n})
		if len(n.Children) == 0 {
			n.Used = true
		}
		r.rules(rule.rules, n, below, i+1)
	}
}

// one reads a single value. A second element of its name is left, and reported as not mapped.
func (r *reading) one(rule *rule, at *tree.Node, pointer string, position int) {
	path, clock, _ := strings.Cut(rule.ubl, "+")
	nodes := find(at, path)
	if len(nodes) == 0 {
		nodes = find(at, rule.instead)
	}
	pointer += rule.ours
	switch {
	case rule.echo:
		for _, n := range nodes {
			r.echoes = append(r.echoes, value{pointer: pointer, text: strings.TrimSpace(n.Value()), node: n})
		}
		return
	case len(nodes) > 0:
		text, taken, err := rule.take(nodes[0], clock)
		switch {
		case err != nil:
			r.findings = append(r.findings, Finding{Violation: transit.Violation{
				Code: transit.CodeRuleViolation, Pointer: pointer, Rule: RuleUBL, Value: strings.TrimSpace(nodes[0].Text),
				Text: "the value " + err.Error(),
			}, Path: nodes[0].Place(), Line: nodes[0].Line})
			return
		case taken && rule.kind != asConstant:
			r.values = append(r.values, value{pointer: pointer, text: text, node: nodes[0]})
			return
		}
	}
	switch {
	case rule.position:
		r.values = append(r.values, value{pointer: pointer, text: strconv.Itoa(position)})
	case rule.count != "":
		r.values = append(r.values, value{pointer: pointer, text: strconv.Itoa(len(find(at, rule.count)))})
	}
}

// take reads the value of an element and marks it as read. An element that has no value of ours is left.
func (r *rule) take(n *tree.Node, clock string) (text string, taken bool, err error) {
	text = strings.Trim(n.Value(), " \t\r\n")
	if text == "" {
		n.Used = n.Used || r.kind == asConstant && r.text == "" && len(n.Children) == 0
		return "", false, nil
	}
	switch {
	case r.kind == asConstant:
		n.Used = n.Used || text == r.text
		return text, n.Used, nil
	case r.kind == asNumber && !isNumber(text):
		return "", false, nil
	case r.kind == asMoment, r.kind == asStamp:
		if text, taken, err = momentOf(text, n, clock); taken && r.kind == asStamp {
			text += "Z"
		}
		return text, taken, err
	}
	text, err = r.kind.ours(text, n)
	n.Used = true
	return text, err == nil, err
}

// ours turns the text of an element into a value of ours.
func (k kind) ours(text string, n *tree.Node) (string, error) {
	switch k {
	case asMass:
		return inKilograms(text, n)
	case asDegrees:
		return text, attributeIs(n, "unitCode", degrees)
	case asFlag:
		return flagOf(text)
	case asDay:
		return text, parses(text)
	}
	return text, nil
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 32)
	return err == nil
}

func parses(text string) error {
	if _, err := transit.Date(text).Parse(); err != nil {
		return errors.New("is not a date without a zone, such as 2026-03-31")
	}
	return nil
}

func flagOf(text string) (string, error) {
	switch text {
	case "true", "1":
		return "1", nil
	case "false", "0":
		return "0", nil
	}
	return "", errors.New("is neither true nor false")
}

func attributeIs(n *tree.Node, name, want string) error {
	for _, a := range n.Children {
		if a.Attribute && a.Name == name {
			if a.Use() != want {
				return fmt.Errorf("has the %s %s instead of %s", name, a.Text, want)
			}
		}
	}
	return nil
}

// inKilograms converts a mass in another unit exactly. One without a unit is not guessed.
func inKilograms(text string, n *tree.Node) (string, error) {
	for _, a := range n.Children {
		if a.Attribute && a.Name == "unitCode" {
			if unit := a.Use(); unit != kilogram {
				return quantity.Convert(text, unit, kilogram)
			}
			return text, nil
		}
	}
	return "", errors.New("is a mass without a unit")
}

// momentOf reads a date and the element with the time beside it. A time without a zone is UTC; a date without a time is no moment.
func momentOf(date string, n *tree.Node, clock string) (text string, taken bool, err error) {
	var at *tree.Node
	name, space := qualified(clock)
	if n.Parent != nil {
		for _, c := range child(n.Parent, name, space) {
			at = c
			break
		}
	}
	if at == nil {
		return "", false, nil
	}
	n.Used, at.Used = true, true
	both := date + "T" + strings.TrimSpace(at.Text)
	t, err := time.Parse(time.RFC3339, both)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", both)
	}
	if err != nil || t.Nanosecond() != 0 {
		return "", false, errors.New("and its time are no moment to the second, such as 2026-03-31 and 09:30:00Z")
	}
	return string(transit.DateTimeOf(t)), true, nil
}

// asTree makes what was written readable.
func asTree(n *node, parent *tree.Node, space string) *tree.Node {
	name, own := qualified(n.name)
	if own != "" {
		space = own
	}
	t := &tree.Node{Name: name, Space: space, Text: n.text, Parent: parent}
	for _, a := range n.attributes {
		t.Add(&tree.Node{Name: a[0], Attribute: true, Text: a[1]})
	}
	for _, c := range n.children {
		t.Add(asTree(c, t, space))
	}
	return t
}

// maxListed bounds the list of what was not mapped.
const maxListed = 200

// locate finds the place of the value at the pointer, or of the innermost group around it.
func locate(v transit.Violation, places map[string]*tree.Node) Finding {
	for at := v.Pointer; at != ""; at = at[:max(0, strings.LastIndexByte(at, '/'))] {
		if n := places[at]; n != nil {
			return Finding{Violation: v, Path: n.Place(), Line: n.Line}
		}
	}
	return Finding{Violation: v}
}

// finish makes the report: values that were not taken, and violations of the result with their places.
func (r *reading) finish(root *tree.Node, violations []transit.Violation) *Report {
	report := &Report{UUID: r.uuid, Answers: r.answers, Remarks: r.remarks, Violations: r.findings}
	refused := map[string]bool{}
	for _, f := range r.findings {
		refused[f.Pointer] = true
	}
	places := map[string]*tree.Node{"": root}
	for _, v := range r.values {
		places[v.pointer] = v.node
	}
	for _, v := range violations {
		if v.Code == transit.CodeMissing && refused[v.Pointer] || len(report.Violations) >= transit.MaxViolations {
			continue
		}
		refused[v.Pointer] = true
		report.Violations = append(report.Violations, locate(v, places))
	}
	for _, n := range root.Unused() {
		if len(report.Unmapped) >= maxListed {
			report.UnmappedMore++
			continue
		}
		value := strings.TrimSpace(n.Text)
		if runes := []rune(value); len(runes) > 100 {
			value = string(runes[:100]) + "…"
		}
		report.Unmapped = append(report.Unmapped, Element{Path: n.Place(), Line: n.Line, Value: value})
	}
	return report
}
