package ubl

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"carec.example/cats/chaincode/transit"
)

// leaf is a value of ours. A group that is present and holds nothing is one without a value.
type leaf struct {
	pointer, value string
	empty          bool
}

// content is what is written: values by pointer, and the lengths of lists.
type content struct {
	leaves  []leaf
	values  map[string]string
	lengths map[string]int
}

func contentOf(leaves []leaf) *content {
	c := &content{leaves: leaves, values: map[string]string{}, lengths: map[string]int{}}
	for _, l := range leaves {
		if !l.empty {
			c.values[l.pointer] = l.value
		}
		for at := 1; at < len(l.pointer); {
			next := strings.IndexByte(l.pointer[at:], '/')
			end := len(l.pointer)
			if next >= 0 {
				end = at + next
			}
			if n, err := strconv.Atoi(l.pointer[at:end]); err == nil {
				list := l.pointer[:at-1]
				c.lengths[list] = max(c.lengths[list], n+1)
			}
			at = end + 1
		}
	}
	return c
}

// node is an element that is written.
type node struct {
	name, text string
	attributes [][2]string
	children   []*node
	constants  map[string]string // of the step that it was made for
}

// document writes a content by its table, and the rest into the extension.
func (t *table) document(c *content) ([]byte, error) {
	for _, l := range c.leaves {
		if !isXML(l.value) {
			return nil, fmt.Errorf("%s holds characters that no XML document can carry", l.pointer)
		}
	}
	for _, pointer := range []string{envelopeUUID, envelopeAnswers, envelopeRemarks} {
		if !isXML(c.values[pointer]) {
			return nil, fmt.Errorf("%s holds characters that no XML document can carry", pointer)
		}
	}
	root := &node{name: t.root}
	w := &writer{content: c}
	w.rules(t.rules, "", root)
	rest, err := t.rest(c, root)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	fmt.Fprintf(&out, "<%s xmlns=%q xmlns:cac=%q xmlns:cbc=%q xmlns:ext=%q>\n", t.root, t.namespace(), nsAggregate, nsBasic, nsExtension)
	writeRest(&out, rest)
	for _, child := range root.children {
		child.write(&out, 1)
	}
	fmt.Fprintf(&out, "</%s>\n", t.root)
	return out.Bytes(), nil
}

// rest is what reading by the table alone does not bring back. That reading brings what was not there would be a mistake of the
// table; nothing is written then.
func (t *table) rest(c *content, root *node) ([]leaf, error) {
	back := map[string]string{}
	for _, v := range t.read(asTree(root, nil, t.namespace())).values {
		if !v.group {
			back[v.pointer] = v.text
		}
	}
	var rest []leaf
	for _, l := range c.leaves {
		text, given := back[l.pointer]
		delete(back, l.pointer)
		if l.empty || !given || text != l.value {
			rest = append(rest, l)
		}
	}
	for pointer, value := range back {
		return nil, fmt.Errorf("%s would be read back as %q and stands nowhere", pointer, value)
	}
	return rest, nil
}

func isXML(text string) bool { return utf8.ValidString(text) && !strings.ContainsFunc(text, notXML) }

// notXML reports characters outside the Char production of XML 1.0.
func notXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

func writeRest(out *bytes.Buffer, rest []leaf) {
	if len(rest) == 0 {
		return
	}
	out.WriteString("  <ext:UBLExtensions>\n    <ext:UBLExtension>\n")
	fmt.Fprintf(out, "      <ext:ExtensionURI>%s</ext:ExtensionURI>\n", Namespace)
	fmt.Fprintf(out, "      <ext:ExtensionContent>\n        <cats:Rest xmlns:cats=%q>\n", Namespace)
	for _, l := range rest {
		out.WriteString(`          <cats:Element pointer="`)
		escape(out, l.pointer)
		if l.empty {
			out.WriteString("\"/>\n")
			continue
		}
		out.WriteString(`">`)
		escape(out, l.value)
		out.WriteString("</cats:Element>\n")
	}
	out.WriteString("        </cats:Rest>\n      </ext:ExtensionContent>\n    </ext:UBLExtension>\n  </ext:UBLExtensions>\n")
}

func escape(out *bytes.Buffer, s string) {
	// A bytes.Buffer never fails to write.
	_ = xml.EscapeText(out, []byte(s))
}

func (n *node) write(out *bytes.Buffer, depth int) {
	indent := strings.Repeat("  ", depth)
	out.WriteString(indent + "<" + n.name)
	for _, a := range n.attributes {
		out.WriteString(" " + a[0] + `="`)
		escape(out, a[1])
		out.WriteString(`"`)
	}
	switch {
	case len(n.children) > 0:
		out.WriteString(">\n")
		for _, c := range n.children {
			c.write(out, depth+1)
		}
		out.WriteString(indent + "</" + n.name + ">\n")
	case n.text == "":
		out.WriteString("/>\n")
	default:
		out.WriteString(">")
		escape(out, n.text)
		out.WriteString("</" + n.name + ">\n")
	}
}

// writer applies rules to a content.
type writer struct{ *content }

func (w *writer) rules(rules []rule, pointer string, into *node) {
	for i := range rules {
		r := &rules[i]
		if r.only != nil && !slices.Contains(r.only.values, w.values[pointer+r.only.ours]) {
			continue
		}
		switch {
		case r.rules != nil:
			for n := range w.lengths[pointer+r.ours] {
				w.rules(r.rules, pointer+r.ours+"/"+strconv.Itoa(n), into.reach(r.ubl, true))
			}
		case r.kind == asConstant:
			into.reach(r.ubl, false).text = r.text
		case r.ubl != "":
			if value := w.values[pointer+r.ours]; r.takes(value) {
				r.write(into, value)
			}
		}
	}
}

// takes tells whether a value has a form that the element can hold; any other goes into the extension.
func (r *rule) takes(value string) bool {
	switch r.kind {
	case asMoment:
		_, err := transit.DateTime(value).Parse()
		return err == nil
	case asStamp:
		_, err := transit.DateTime(strings.TrimSuffix(value, "Z")).Parse()
		return err == nil && strings.HasSuffix(value, "Z")
	case asDay:
		return parses(value) == nil
	}
	return value != ""
}

// reach goes to an element and makes what lies on the way; the last step is always new in a list.
func (n *node) reach(path string, anew bool) *node {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		name, filter, filtered := strings.Cut(part, "[")
		var next *node
		if !anew || i+1 < len(parts) {
			next = n.last(name, filter)
		}
		if next == nil {
			next = &node{name: name}
			n.children = append(n.children, next)
			if filtered && (!anew || i+1 < len(parts)) {
				child, text, _ := strings.Cut(strings.TrimSuffix(filter, "]"), "=")
				next.children = append(next.children, &node{name: child, text: text})
				next.constants = map[string]string{filter: text}
			}
		}
		n = next
	}
	return n
}

// last finds the last child of a name that was made for the same step.
func (n *node) last(name, filter string) *node {
	for _, c := range slices.Backward(n.children) {
		_, same := c.constants[filter]
		if c.name == name && (filter == "" && c.constants == nil || same) {
			return c
		}
	}
	return nil
}

func (r *rule) write(into *node, value string) {
	switch r.kind {
	case asMoment, asStamp:
		date, time, _ := strings.Cut(strings.TrimSuffix(value, "Z"), "T")
		path, clock, _ := strings.Cut(r.ubl, "+")
		into.reach(path, false).text = date
		above, _, deep := cutLast(path)
		if deep {
			into = into.reach(above, false)
		}
		into.reach(clock, false).text = time + "Z"
		return
	case asFlag:
		value = strconv.FormatBool(value == "1" || value == "true")
	}
	path, attribute, found := strings.Cut(r.ubl, "/@")
	at := into.reach(path, false)
	switch {
	case found:
		at.attributes = append(at.attributes, [2]string{attribute, value})
		return
	case r.kind == asMass:
		at.attributes = append(at.attributes, [2]string{"unitCode", kilogram})
	case r.kind == asDegrees:
		at.attributes = append(at.attributes, [2]string{"unitCode", degrees})
	}
	at.text = value
}

// Units of UN/ECE Recommendation 20.
const (
	kilogram = "KGM"
	degrees  = "DD"
)

func cutLast(path string) (before, last string, found bool) {
	at := strings.LastIndexByte(path, '/')
	if at < 0 {
		return "", path, false
	}
	return path[:at], path[at+1:], true
}
