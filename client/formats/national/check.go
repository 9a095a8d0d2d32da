package national

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/stdtree"
)

// Remark is what the checker says about a mapping.
type Remark struct {
	// Kind is [Unfilled], [Overlap], [WrongValue] or [Unused].
	Kind string `json:"kind"`
	// Line of the mapping.
	Line int `json:"line"`
	// Pointer is the element of the document, with "-" for the number of a list's element; empty where none is concerned.
	Pointer string `json:"pointer,omitempty"`
	Text    string `json:"text"`
}

// Kinds of remarks.
const (
	// Unfilled: a required element for which there is no rule.
	Unfilled = "unfilled"
	// Overlap: two rules claim the same.
	Overlap = "overlap"
	// WrongValue: a constant, default or table gives a value that the element cannot take.
	WrongValue = "wrong value"
	// Unused: something that nothing refers to.
	Unused = "unused"
)

// Check looks for mistakes in a mapping that show without a source, by line.
func (m *Map) Check() []Remark {
	c := &checker{}
	c.group(m.document, transit.Schema(), "")
	c.overlaps(m)
	for name, t := range m.tables {
		if !t.used {
			c.add(Unused, t.line, "", "nothing uses the table %s", name)
		}
	}
	if m.status != nil {
		c.states(m.status)
	}
	slices.SortStableFunc(c.remarks, func(a, b Remark) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Text, b.Text))
	})
	return c.remarks
}

type checker struct{ remarks []Remark }

func (c *checker) add(kind string, line int, pointer, format string, args ...any) {
	c.remarks = append(c.remarks, Remark{Kind: kind, Line: line, Pointer: pointer, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) group(g *group, e *transit.Element, pointer string) {
	for _, child := range e.Children {
		if child.Min > 0 && !mapped(g, child.JSON) && child.JSON != numberOf(e) {
			c.required(g.line, child, pointer+"/"+child.JSON)
		}
	}
	for i := range g.fields {
		f := &g.fields[i]
		child, below := stdtree.Child(e, f.name), pointer+"/"+f.name
		switch {
		case f.values != nil:
			c.leaf(f, child, below)
		case f.list != nil:
			for j := range f.list {
				c.group(&f.list[j].group, child, below+"/-")
			}
		default:
			c.group(f.group, child, below)
		}
	}
}

// required tells of an element without a rule: itself, or what is required below it.
func (c *checker) required(line int, e *transit.Element, pointer string) {
	if e.Type != nil || e.List {
		c.add(Unfilled, line, pointer, "%s is required and no rule fills it", e.JSON)
		return
	}
	for _, child := range e.Children {
		if child.Min > 0 {
			c.required(line, child, pointer+"/"+child.JSON)
		}
	}
}

// leaf checks what the rules give without asking the source, and rules that are never reached.
func (c *checker) leaf(f *field, e *transit.Element, pointer string) {
	for i := range f.values {
		v := &f.values[i]
		if i+1 < len(f.values) && v.always() {
			c.add(Overlap, f.values[i+1].line, pointer, "the rule before always gives a value; this one is never reached")
		}
		for _, text := range []*string{v.constant, v.fallback} {
			if text != nil {
				c.value(e, v.line, pointer, *text)
			}
		}
		if n := len(v.do); n > 0 && v.do[n-1].table != nil {
			for _, text := range v.do[n-1].table.targets() {
				c.value(e, v.line, pointer, text)
			}
		}
	}
}

// always tells that the rule gives a value whatever the source has.
func (v *value) always() bool {
	return len(v.when) == 0 && (v.constant != nil || v.position || v.count != nil || v.fallback != nil)
}

func (c *checker) value(e *transit.Element, line int, pointer, text string) {
	if text == "" {
		return // leaves the element out
	}
	if _, problem := e.Type.Check(text); problem != "" {
		c.add(WrongValue, line, pointer, "%s %s; %q is not", e.JSON, problem, text)
	}
}

// overlaps finds paths that are read though they are ignored. Only absolute paths can be compared without a source.
func (c *checker) overlaps(m *Map) {
	for at, i := range m.ignored {
		for _, other := range m.ignored[:at] {
			if i.path.text == other.path.text {
				c.add(Overlap, i.line, "", "%s is ignored at line %d already", i.path.text, other.line)
			}
		}
	}
	absolutes(m.document, "/"+m.source.root, func(p string, line int, pointer string) {
		for _, i := range m.ignored {
			if p == i.path.text || strings.HasPrefix(p, i.path.text+"/") {
				c.add(Overlap, line, pointer, "%s is ignored at line %d, and read here", p, i.line)
			}
		}
	}, "")
}

// absolutes tells every path that a value of the document is read from, made absolute.
func absolutes(g *group, at string, tell func(path string, line int, pointer string), pointer string) {
	if g.in != nil {
		at = below(at, g.in)
	}
	for i := range g.fields {
		f := &g.fields[i]
		here := pointer + "/" + f.name
		for j := range f.values {
			for _, p := range f.values[j].paths() {
				tell(below(at, p), f.values[j].line, here)
			}
		}
		for j := range f.list {
			inside := at
			if f.list[j].each != nil {
				inside = below(at, f.list[j].each)
			}
			absolutes(&f.list[j].group, inside, tell, here+"/-")
		}
		if f.group != nil {
			absolutes(f.group, at, tell, here)
		}
	}
}

// below appends a path to an absolute one.
func below(at string, p *path) string {
	if p.absolute {
		return p.text
	}
	for _, s := range p.steps {
		switch {
		case s.name == ".":
		case s.name == "..":
			at = at[:max(0, strings.LastIndexByte(at, '/'))]
		case s.attribute:
			at += "/@" + s.name
		default:
			at += "/" + s.name
		}
	}
	return at
}
