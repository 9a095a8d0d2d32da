package national

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"carec.example/cats/client/formats/internal/tree"
)

// path leads from a node to others. Steps are local names, "@" before an attribute; "." is the node itself, ".." the one above it,
// and a leading "/" begins at the root, which is named then. A name with other characters than letters, digits, "_" and "-" stands
// in quotes. In brackets a step takes a number, from 1, or a condition: Document[Code='02013'] or Document[@code='02013'].
type path struct {
	text     string
	absolute bool
	steps    []step
}

type step struct {
	name      string // "." and ".." are what they say
	attribute bool
	index     int
	filter    *step
	value     string
}

func parsePath(text string) (*path, error) {
	p := &path{text: text}
	rest := strings.TrimSpace(text)
	if rest == "" {
		return nil, errors.New("a path is empty")
	}
	rest, p.absolute = strings.CutPrefix(rest, "/")
	for {
		s, after, err := parseStep(rest)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", text, err)
		}
		p.steps = append(p.steps, s)
		if after == "" {
			return p, nil
		}
		if after[0] != '/' {
			return nil, fmt.Errorf("path %q: %q does not belong there", text, after)
		}
		rest = after[1:]
	}
}

func parseStep(text string) (s step, rest string, err error) {
	switch {
	case strings.HasPrefix(text, ".."):
		return step{name: ".."}, text[2:], nil
	case strings.HasPrefix(text, "."):
		return step{name: "."}, text[1:], nil
	}
	if s, rest, err = parseName(text); err != nil || !strings.HasPrefix(rest, "[") {
		return s, rest, err
	}
	rest = rest[1:]
	if end := strings.IndexByte(rest, ']'); end > 0 {
		if n, numeric := strconv.Atoi(rest[:end]); numeric == nil && n > 0 {
			s.index = n
			return s, rest[end+1:], nil
		}
	}
	filter, after, err := parseName(rest)
	if err != nil {
		return s, "", err
	}
	if !strings.HasPrefix(after, "=") {
		return s, "", errors.New("brackets hold a number, or a name and a value such as [Code='1']")
	}
	s.filter = &filter
	s.value, after, err = quoted(after[1:])
	if err != nil {
		return s, "", err
	}
	if !strings.HasPrefix(after, "]") {
		return s, "", errors.New("a bracket is not closed")
	}
	return s, after[1:], nil
}

func parseName(text string) (s step, rest string, err error) {
	text, s.attribute = strings.CutPrefix(text, "@")
	if strings.HasPrefix(text, "'") {
		s.name, rest, err = quoted(text)
		return s, rest, err
	}
	end := strings.IndexFunc(text, func(r rune) bool { return strings.ContainsRune("/[]='@ ", r) })
	if end < 0 {
		end = len(text)
	}
	if end == 0 {
		return s, "", errors.New("a step has no name")
	}
	s.name = text[:end]
	return s, text[end:], nil
}

func quoted(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, "'") {
		return "", "", errors.New("a value stands in single quotes")
	}
	value, rest, closed := strings.Cut(text[1:], "'")
	if !closed {
		return "", "", errors.New("a quote is not closed")
	}
	return value, rest, nil
}

// find returns the nodes that the path leads to. It marks none as used but those of conditions.
func (p *path) find(from *tree.Node) []*tree.Node {
	nodes, steps := []*tree.Node{from}, p.steps
	if p.absolute {
		root := from
		for root.Parent != nil {
			root = root.Parent
		}
		if steps[0].name != root.Name {
			return nil
		}
		nodes, steps = []*tree.Node{root}, steps[1:]
	}
	for _, s := range steps {
		var next []*tree.Node
		for _, n := range nodes {
			// Children of one element have one above them, not many.
			if found := s.from(n); s.name != ".." || len(next) == 0 || len(found) == 0 || next[len(next)-1] != found[0] {
				next = append(next, found...)
			}
		}
		nodes = next
	}
	return nodes
}

func (s *step) from(n *tree.Node) []*tree.Node {
	switch {
	case s.name == ".":
		return []*tree.Node{n}
	case s.name == ".." && n.Parent == nil:
		return nil
	case s.name == "..":
		return []*tree.Node{n.Parent}
	}
	var found []*tree.Node
	for _, c := range n.Children {
		if c.Name == s.name && c.Attribute == s.attribute && s.holds(c) {
			found = append(found, c)
		}
	}
	if s.index > 0 {
		if s.index > len(found) {
			return nil
		}
		return found[s.index-1 : s.index]
	}
	return found
}

func (s *step) holds(n *tree.Node) bool {
	if s.filter == nil {
		return true
	}
	for _, c := range n.Children {
		if c.Name == s.filter.name && c.Attribute == s.filter.attribute && strings.TrimSpace(c.Value()) == s.value {
			c.Used = true
			return true
		}
	}
	return false
}

// first returns the first node with a value, marked as used, or nil.
func (p *path) first(from *tree.Node) *tree.Node {
	for _, n := range p.find(from) {
		if strings.TrimSpace(n.Use()) != "" {
			return n
		}
	}
	return nil
}
