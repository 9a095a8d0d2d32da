package national

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/strictyaml"
	"carec.example/cats/client/formats/internal/tree"
)

// status says how the record of a movement becomes the national status document.
type status struct {
	source
	each     *path
	elements []target
}

// target is an element of the status document: a value, or a group for each node of a path.
type target struct {
	line     int
	to       []step
	value    value
	required bool
	as       string
	each     *path
	when     []condition
	elements []target
}

// recordRoot names the record in absolute paths.
const recordRoot = "movement"

func (l *loader) status(v *yaml.Node) error {
	s := &status{source: source{delimiter: ','}}
	l.m.status = s
	var delimiter string
	err := strictyaml.EachKey(v, keys{
		"format": func(_, v *yaml.Node) error {
			return strictyaml.Scalar(v, &s.format, oneOf(formatXML, formatJSON, formatCSV))
		},
		"root": text(&s.root), "namespace": text(&s.namespace), "each": pathOf(&s.each),
		"delimiter": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &delimiter, oneOf(",", ";", "|", "\t")) },
		"elements":  l.targets(&s.elements),
	})
	switch {
	case err != nil:
		return err
	case s.format == "" || len(s.elements) == 0:
		return strictyaml.LineError(v, errors.New("status needs the keys format and elements"))
	case (s.format == formatXML) != (s.root != ""):
		return strictyaml.LineError(v, errors.New("an XML status needs the key root, and no other has it"))
	case s.each != nil && s.format != formatCSV:
		return strictyaml.LineError(v, errors.New("the rows of a CSV status alone are made with the key each"))
	case s.format == formatCSV && slices.ContainsFunc(s.elements, func(t target) bool { return t.elements != nil || len(t.to) > 1 }):
		return strictyaml.LineError(v, errors.New("the elements of a CSV status are columns"))
	}
	if delimiter != "" {
		s.delimiter = rune(delimiter[0])
	}
	return nil
}

func (l *loader) targets(into *[]target) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		return eachItem(v, func(v *yaml.Node) error {
			t, err := l.target(v)
			*into = append(*into, t)
			return err
		})
	}
}

func (l *loader) target(v *yaml.Node) (target, error) {
	t := target{line: v.Line, value: value{line: v.Line}}
	own := l.valueKeys(&t.value)
	own["to"] = func(_, v *yaml.Node) error {
		var p *path
		if err := pathOf(&p)(nil, v); err != nil {
			return err
		}
		t.to = p.steps
		return placeable(v, p)
	}
	own["required"] = flag(&t.required)
	own["as"] = func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &t.as, oneOf("number", "boolean")) }
	own["each"], own["when"], own["elements"] = pathOf(&t.each), l.conditions(&t.when), l.targets(&t.elements)
	if err := strictyaml.EachKey(v, own); err != nil {
		return t, err
	}
	rule := t.value.from != nil || t.value.concat != nil || t.value.constant != nil || t.value.count != nil || t.value.sum != nil
	if t.to == nil || rule == (t.elements != nil) || t.each != nil && t.elements == nil {
		return t, strictyaml.LineError(v, errors.New("an element has the key to, and either a rule for its value or elements"))
	}
	return t, nil
}

func placeable(v *yaml.Node, p *path) error {
	for i, s := range p.steps {
		if p.absolute || s.index > 0 || s.filter != nil || s.name == "." || s.name == ".." || s.attribute && i+1 < len(p.steps) {
			return strictyaml.LineError(v, errors.New("a place in the status document is a path of names"))
		}
	}
	return nil
}

// HasStatus tells that the mapping makes status documents.
func (m *Map) HasStatus() bool { return m.status != nil }

// Status writes the national status document for the record of a movement, in the format that the mapping names. It is an error when
// the mapping has no part for it, when a required element has no value, and when a table lacks a code of the record.
func (m *Map) Status(record *transit.Movement) ([]byte, error) {
	if m.status == nil {
		return nil, fmt.Errorf("the mapping %s has no part for the status", m.Name)
	}
	text, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("status of the movement: %w", err)
	}
	from, err := tree.JSON(text, recordRoot)
	if err != nil {
		return nil, fmt.Errorf("status of the movement: %w", err)
	}
	root := &tree.Node{Name: m.status.root}
	nodes := []*tree.Node{from}
	if m.status.each != nil {
		nodes = m.status.each.find(from)
	}
	for _, at := range nodes {
		into := root
		if m.status.format == formatCSV {
			into = root.Add(&tree.Node{Name: tree.Row})
		}
		if err := place(m.status.elements, at, into); err != nil {
			return nil, fmt.Errorf("status of the movement: %w", err)
		}
	}
	return m.status.write(root)
}

// place puts the values of the elements into the tree of the status document.
func place(elements []target, at, into *tree.Node) error {
	for i := range elements {
		t := &elements[i]
		if !all(t.when, at) {
			continue
		}
		if t.elements == nil {
			if err := t.put(at, into); err != nil {
				return err
			}
			continue
		}
		if err := t.groups(at, into); err != nil {
			return err
		}
	}
	return nil
}

// groups makes a group for each node of the path, but none that would be empty.
func (t *target) groups(at, into *tree.Node) error {
	nodes := []*tree.Node{at}
	if t.each != nil {
		nodes = t.each.find(at)
	}
	for _, node := range nodes {
		group := t.node(into)
		if err := place(t.elements, node, group); err != nil {
			return err
		}
		if len(group.Children) == 0 {
			group.Parent.Children = group.Parent.Children[:len(group.Parent.Children)-1]
		}
	}
	return nil
}

func (t *target) put(at, into *tree.Node) error {
	text, _, _, problem := t.value.evaluate(at, 0)
	name := t.to[len(t.to)-1].name
	switch {
	case problem != nil:
		return fmt.Errorf("line %d: %s: %q %w", t.line, name, text, problem)
	case text == "" && t.required:
		return fmt.Errorf("line %d: %s is required and the movement has no value for it yet", t.line, name)
	case text == "":
		return nil
	}
	n := t.node(into)
	n.Text, n.Space = text, t.as
	return nil
}

// node makes a new node, below the last ones that are called like the steps on the way.
func (t *target) node(into *tree.Node) *tree.Node {
	for i, s := range t.to {
		last := i+1 == len(t.to)
		var next *tree.Node
		if n := len(into.Children); n > 0 && !last && into.Children[n-1].Name == s.name {
			next = into.Children[n-1]
		}
		if next == nil {
			next = into.Add(&tree.Node{Name: s.name, Attribute: s.attribute})
			if last && t.each != nil {
				next.Line = many
			}
		}
		into = next
	}
	return into
}

// many marks a node of a status document that is an element of a JSON array.
const many = -1

func (s *status) write(root *tree.Node) ([]byte, error) {
	var out bytes.Buffer
	switch s.format {
	case formatXML:
		out.WriteString(xml.Header)
		s.xml(&out, root, 0)
	case formatJSON:
		jsonNode(&out, root, 0)
		out.WriteByte('\n')
	default:
		if err := s.csv(&out, root); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func escape(w io.Writer, s string) {
	// A bytes.Buffer never fails to write.
	_ = xml.EscapeText(w, []byte(s))
}

func (s *status) xml(out *bytes.Buffer, n *tree.Node, depth int) {
	indent := strings.Repeat("  ", depth)
	out.WriteString(indent + "<" + n.Name)
	if depth == 0 && s.namespace != "" {
		out.WriteString(` xmlns="`)
		escape(out, s.namespace)
		out.WriteString(`"`)
	}
	elements := 0
	for _, c := range n.Children {
		if !c.Attribute {
			elements++
			continue
		}
		out.WriteString(" " + c.Name + `="`)
		escape(out, c.Text)
		out.WriteString(`"`)
	}
	switch {
	case elements > 0:
		out.WriteString(">\n")
		for _, c := range n.Children {
			if !c.Attribute {
				s.xml(out, c, depth+1)
			}
		}
		out.WriteString(indent + "</" + n.Name + ">\n")
	case n.Text == "":
		out.WriteString("/>\n")
	default:
		out.WriteString(">")
		escape(out, n.Text)
		out.WriteString("</" + n.Name + ">\n")
	}
}

// jsonNode writes an object. Nodes of one name that stand together, or were made with each, are an array.
func jsonNode(out *bytes.Buffer, n *tree.Node, depth int) {
	if len(n.Children) == 0 && depth > 0 {
		jsonValue(out, n)
		return
	}
	indent := strings.Repeat("  ", depth)
	out.WriteString("{")
	for i := 0; i < len(n.Children); {
		c := n.Children[i]
		end := i + 1
		for end < len(n.Children) && n.Children[end].Name == c.Name {
			end++
		}
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n" + indent + "  ")
		jsonText(out, c.Name)
		out.WriteString(": ")
		if c.Line == many || end-i > 1 {
			jsonList(out, n.Children[i:end], depth+1)
		} else {
			jsonNode(out, c, depth+1)
		}
		i = end
	}
	if len(n.Children) > 0 {
		out.WriteString("\n" + indent)
	}
	out.WriteString("}")
}

func jsonList(out *bytes.Buffer, elements []*tree.Node, depth int) {
	out.WriteString("[")
	for i, element := range elements {
		if i > 0 {
			out.WriteString(", ")
		}
		jsonNode(out, element, depth)
	}
	out.WriteString("]")
}

func jsonValue(out *bytes.Buffer, n *tree.Node) {
	if n.Space != "" && json.Valid([]byte(n.Text)) {
		out.WriteString(n.Text)
		return
	}
	jsonText(out, n.Text)
}

func jsonText(out *bytes.Buffer, s string) {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	// A bytes.Buffer never fails to write, and a text can always be encoded.
	_ = e.Encode(s)
	out.Truncate(out.Len() - 1)
}

func (s *status) csv(out *bytes.Buffer, root *tree.Node) error {
	w := csv.NewWriter(out)
	w.Comma = s.delimiter
	columns := make([]string, len(s.elements))
	for i := range s.elements {
		columns[i] = s.elements[i].to[0].name
	}
	if err := w.Write(columns); err != nil {
		return err
	}
	for _, row := range root.Children {
		cells := make([]string, len(columns))
		for i, column := range columns {
			if cell := row.Child(column); cell != nil {
				cells[i] = cell.Text
			}
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// states finds states of the procedure that a table for the status does not translate.
func (c *checker) states(s *status) {
	for i := range s.elements {
		t := &s.elements[i]
		if t.value.from == nil || t.value.from.text != "state" && t.value.from.text != "/"+recordRoot+"/state" {
			continue
		}
		for _, op := range t.value.do {
			if op.table == nil || op.table.keep || op.table.otherwise != nil {
				continue
			}
			for _, state := range transit.States() {
				if _, known := op.table.values[string(state)]; !known {
					c.add(Unfilled, t.line, "", "the table for the status has no entry for the state %q", state)
				}
			}
		}
	}
}
