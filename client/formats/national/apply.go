package national

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/quantity"
	"carec.example/cats/client/formats/internal/stdtree"
	"carec.example/cats/client/formats/internal/tree"
)

// RuleMapping is the rule of violations that the mapping itself finds: a code that a table does not have, a date of another form.
const RuleMapping = "MAPPING"

// Apply makes a single transit document of a source. The error is a [transit.Fault] when the source cannot be read at all:
// MalformedRequest for a text that is not strict XML, JSON or CSV, TooLarge, InvalidDocument for another root element. Everything
// else is in the report; the document is what could be filled, and may be lodged when [Report.Err] is nil.
func (m *Map) Apply(data []byte) (*transit.STD, *Report, error) {
	root, err := m.parse(data)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{Mapping: m.Name, Version: m.Version, places: map[string]*tree.Node{}}
	e := &evaluation{report: r, index: map[*entry]map[string][]*tree.Node{}, refused: map[string]bool{}}
	std := e.fill(m.document, root)
	if e.work > maxWork {
		return nil, nil, transit.Faultf(transit.TooLarge, "the lists of the source make more than %d elements", maxWork)
	}
	e.check(std)
	for i := range m.repeated {
		e.repeated(&m.repeated[i], root)
	}
	for _, i := range m.ignored {
		for _, n := range i.path.find(root) {
			if len(r.Ignored) < maxListed {
				element := elementOf(n)
				element.Reason = i.reason
				r.Ignored = append(r.Ignored, element)
			}
			n.UseAll()
		}
	}
	for _, n := range root.Unused() {
		if len(r.Unmapped) >= maxListed {
			r.UnmappedMore++
			continue
		}
		r.Unmapped = append(r.Unmapped, elementOf(n))
	}
	return std, r, nil
}

func (m *Map) parse(data []byte) (*tree.Node, error) {
	if len(data) > tree.MaxBytes {
		return nil, transit.Faultf(transit.TooLarge, "the source has more than %d bytes", tree.MaxBytes)
	}
	var root *tree.Node
	var err error
	switch m.source.format {
	case formatXML:
		root, err = tree.XML(data)
	case formatJSON:
		root, err = tree.JSON(data, m.source.root)
	default:
		root, err = tree.CSV(data, m.source.root, m.source.delimiter)
	}
	if err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "the source is not %s as expected: %v", strings.ToUpper(m.source.format), err)
	}
	if root.Name != m.source.root || m.source.namespace != "" && root.Space != m.source.namespace {
		return nil, transit.Faultf(transit.InvalidDocument, "the source is not what the mapping %s is for", m.Name).With(transit.Violation{
			Code: transit.CodeNotAllowed, Pointer: "/" + root.Name, Rule: RuleMapping, Value: root.Space,
			Text: strings.TrimSpace("the root must be " + m.source.root + " " + m.source.namespace),
		})
	}
	return root, nil
}

// evaluation is one application of a mapping.
type evaluation struct {
	report  *Report
	index   map[*entry]map[string][]*tree.Node
	refused map[string]bool // pointers of values that were found and not taken
	work    int             // elements of lists that were looked at
}

// maxWork bounds the elements of lists that one application looks at: lists within lists multiply.
const maxWork = 1 << 20

// setting is a value for a place of the document, and the node that it comes from.
type setting struct {
	pointer, value string
	node           *tree.Node
}

// outcome is what the rules of a group have given. A group of which nothing was found, though its rules read the source, is left out.
type outcome struct {
	settings     []setting
	found, reads bool
}

func (o *outcome) add(other outcome) {
	o.settings = append(o.settings, other.settings...)
	o.found = o.found || other.found
	o.reads = o.reads || other.reads
}

func (e *evaluation) fill(g *group, root *tree.Node) *transit.STD {
	b := &stdtree.Builder{STD: &transit.STD{}}
	e.report.places[""] = root
	for _, s := range e.group(g, transit.Schema(), root, "", 0).settings {
		if s.node != nil {
			e.report.places[s.pointer] = s.node
		}
		if v := b.Set(s.pointer, s.value); v != nil {
			e.violation(*v)
		}
	}
	return b.STD
}

func (e *evaluation) violation(v transit.Violation) {
	e.refused[v.Pointer] = true
	if len(e.report.Violations) < transit.MaxViolations {
		e.report.Violations = append(e.report.Violations, e.report.locate(v))
	}
}

// check adds what the schema says to what the mapping has found. A value that was refused is not told to be missing as well.
func (e *evaluation) check(std *transit.STD) {
	for _, v := range std.CheckFormat() {
		if v.Code == transit.CodeMissing && e.refused[v.Pointer] {
			continue
		}
		if v.Code == transit.CodeMissing {
			e.report.Unfilled = append(e.report.Unfilled, v.Pointer)
		}
		e.violation(v)
	}
}

func (e *evaluation) group(g *group, s *transit.Element, at *tree.Node, pointer string, position int) outcome {
	if g.in != nil {
		nodes := g.in.find(at)
		if len(nodes) == 0 {
			return outcome{reads: true}
		}
		at = nodes[0]
		e.report.places[pointer] = at
	}
	if !all(g.when, at) {
		return outcome{reads: true}
	}
	var o outcome
	for i := range g.fields {
		f := &g.fields[i]
		child, below := stdtree.Child(s, f.name), pointer+"/"+f.name
		switch {
		case f.values != nil:
			o.add(e.leaf(f, at, below, position))
		case f.list != nil:
			o.add(e.list(f, child, at, below))
		default:
			inner := e.group(f.group, child, at, below, position)
			if child.Min == 0 && inner.reads && !inner.found {
				inner.settings = nil
			}
			o.add(inner)
		}
	}
	return o
}

// list fills a list with the elements of all its entries. What numbers the elements is filled unless the mapping does it.
func (e *evaluation) list(f *field, s *transit.Element, at *tree.Node, pointer string) outcome {
	var o outcome
	n := 0
	for i := range f.list {
		entry := &f.list[i]
		nodes := e.nodes(entry, at)
		e.work += len(nodes)
		for _, node := range nodes {
			// One element too many is enough to tell that there are too many.
			if n > s.Max || e.work > maxWork {
				return o
			}
			inner := e.element(entry, s, node, pointer+"/"+strconv.Itoa(n), n+1)
			o.add(inner)
			if len(inner.settings) > 0 {
				n++
			}
		}
	}
	return o
}

// element makes one element of a list, or nothing when its rules find nothing in the source.
func (e *evaluation) element(entry *entry, s *transit.Element, node *tree.Node, pointer string, number int) outcome {
	o := e.group(&entry.group, s, node, pointer, number)
	if o.reads && !o.found || len(o.settings) == 0 {
		return outcome{reads: o.reads || entry.each != nil}
	}
	o.reads = o.reads || entry.each != nil
	if entry.each != nil {
		e.report.places[pointer] = node
	}
	if name := numberOf(s); name != "" && !mapped(&entry.group, name) {
		o.settings = append([]setting{{pointer: pointer + "/" + name, value: strconv.Itoa(number)}}, o.settings...)
	}
	return o
}

// numberOf is the element that numbers the elements of a list.
func numberOf(s *transit.Element) string {
	for _, name := range []string{"sequenceNumber", "goodsItemNumber"} {
		if c := stdtree.Child(s, name); c != nil && c.Min > 0 {
			return name
		}
	}
	return ""
}

func mapped(g *group, name string) bool {
	for i := range g.fields {
		if g.fields[i].name == name {
			return true
		}
	}
	return false
}

// nodes are the nodes of which each makes an element of the list.
func (e *evaluation) nodes(n *entry, at *tree.Node) []*tree.Node {
	if n.each == nil {
		return []*tree.Node{at}
	}
	var nodes []*tree.Node
	if n.join != nil {
		nodes = e.joined(n, at)
	} else {
		nodes = n.each.find(at)
	}
	if n.distinct == nil {
		return nodes
	}
	seen := map[string]bool{}
	var first []*tree.Node
	for _, node := range nodes {
		value := textAt(n.distinct, node)
		if !seen[value] {
			seen[value] = true
			first = append(first, node)
		}
	}
	return first
}

func textAt(p *path, at *tree.Node) string {
	if n := p.first(at); n != nil {
		return strings.TrimSpace(n.Value())
	}
	return ""
}

// joined keeps of the nodes those that belong to the line at hand. A list that stands apart is indexed once.
func (e *evaluation) joined(n *entry, at *tree.Node) []*tree.Node {
	index := e.index[n]
	if index == nil || !n.each.absolute {
		index = map[string][]*tree.Node{}
		for _, node := range n.each.find(at) {
			if key, whole := joinKey(n.join, node, true); whole {
				index[key] = append(index[key], node)
			}
		}
		e.index[n] = index
	}
	key, whole := joinKey(n.join, at, false)
	if !whole {
		return nil
	}
	return index[key]
}

func joinKey(pairs []pair, at *tree.Node, there bool) (key string, whole bool) {
	var b strings.Builder
	for _, p := range pairs {
		side := p.here
		if there {
			side = p.there
		}
		text := textAt(side, at)
		if text == "" {
			return "", false
		}
		b.WriteString(strconv.Quote(text))
	}
	return b.String(), true
}

func (e *evaluation) leaf(f *field, at *tree.Node, pointer string, position int) outcome {
	var o outcome
	for i := range f.values {
		v := &f.values[i]
		if !all(v.when, at) {
			o.reads = true
			continue
		}
		text, node, found, problem := v.evaluate(at, position)
		o.reads = o.reads || v.reads() || v.count != nil
		o.found = o.found || found
		if node != nil {
			e.report.places[pointer] = node
		}
		if problem != nil {
			e.violation(mappingViolation(pointer, text, problem))
			return o
		}
		if text == "" {
			continue
		}
		o.settings = []setting{{pointer: pointer, value: text, node: node}}
		return o
	}
	return o
}

// repeated marks the values of a path as read, and refuses those that differ from the first of their key.
func (e *evaluation) repeated(r *repeated, root *tree.Node) {
	first := map[string]*tree.Node{}
	for _, n := range r.path.find(root) {
		key, value := "", strings.TrimSpace(n.Use())
		if r.by != nil && n.Parent != nil {
			key = textAt(r.by, n.Parent)
		}
		before, given := first[key]
		switch {
		case !given:
			first[key] = n
		case strings.TrimSpace(before.Value()) != value && len(e.report.Violations) < transit.MaxViolations:
			v := mappingViolation("", value, fmt.Errorf("must be that of line %d", before.Line))
			e.report.Violations = append(e.report.Violations, Finding{Violation: v, Place: n.Place(), Line: n.Line})
		}
	}
}

func mappingViolation(pointer, value string, problem error) transit.Violation {
	code := transit.CodeRuleViolation
	if errors.Is(problem, errNotListed) {
		code = transit.CodeListViolation
	}
	if runes := []rune(value); len(runes) > 100 {
		value = string(runes[:100])
	}
	return transit.Violation{Code: code, Pointer: pointer, Rule: RuleMapping, Value: value, Text: "the value " + problem.Error()}
}

// evaluate gives the text of a rule, empty when it has none here; the node that it was read from; and whether the source had it.
func (v *value) evaluate(at *tree.Node, position int) (text string, node *tree.Node, found bool, problem error) {
	switch {
	case v.constant != nil:
		return *v.constant, nil, false, nil
	case v.position:
		return strconv.Itoa(position), nil, false, nil
	case v.count != nil:
		nodes := v.count.find(at)
		for _, n := range nodes {
			n.Use()
		}
		return strconv.Itoa(len(nodes)), nil, len(nodes) > 0, nil
	}
	text, node, problem = v.read(at)
	found = node != nil
	for i := 0; i < len(v.do) && found && problem == nil; i++ {
		var changed string
		if changed, problem = v.do[i].apply(text); problem == nil {
			text = changed
		}
	}
	if text == "" && problem == nil && v.fallback != nil {
		return *v.fallback, node, found, nil
	}
	return text, node, found, problem
}

func (v *value) read(at *tree.Node) (text string, node *tree.Node, problem error) {
	switch {
	case v.from != nil:
		if node = v.from.first(at); node == nil {
			return "", nil, nil
		}
		return strings.TrimSpace(node.Value()), node, nil
	case v.sum != nil:
		var numbers []string
		for _, n := range v.sum.find(at) {
			if text := strings.TrimSpace(n.Use()); text != "" {
				numbers, node = append(numbers, strings.Replace(text, ",", ".", 1)), n
			}
		}
		if node == nil {
			return "", nil, nil
		}
		text, problem = quantity.Sum(numbers)
		return text, node, problem
	}
	var parts []string
	for _, p := range v.concat {
		if n := p.first(at); n != nil {
			parts, node = append(parts, strings.TrimSpace(n.Value())), n
		}
	}
	return strings.Join(parts, v.with), node, nil
}
