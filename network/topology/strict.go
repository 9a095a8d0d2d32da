package topology

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// lines remembers on which line of the file the value at a path such as "organisations[2].offices[0].reference" stands,
// so that rules checked after decoding can still name the line.
type lines map[string]int

// at returns the line of a path, or of the nearest enclosing value when the key itself was left out.
func (l lines) at(path string) int {
	for {
		if line, ok := l[path]; ok {
			return line
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 1
		}
		path = path[:cut]
	}
}

// Problem is one thing wrong with a topology file, or, without a file, with an entry as it would stand in one.
type Problem struct {
	File string
	Line int
	// Key is the path of the offending value, e.g. "organisations[2].msp".
	Key  string
	Text string
}

func (p Problem) Error() string {
	if p.File == "" {
		return p.Key + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s: %s", p.File, p.Line, p.Key, p.Text)
}

// strictDecode decodes a YAML document into out, a pointer to a struct, and refuses what a lenient decoder would let
// pass: a key that the struct does not know, a key given twice, an alias (the file is read by several countries; what
// it says must stand where it is read), and more than one document. It returns the line of every value.
func strictDecode(file string, text []byte, out any) (lines, error) {
	var document yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := decoder.Decode(new(yaml.Node)); err == nil {
		return nil, fmt.Errorf("%s: more than one YAML document", file)
	}
	walk := walker{file: file, lines: lines{}}
	walk.value(document.Content[0], reflect.TypeOf(out).Elem(), "")
	if len(walk.problems) > 0 {
		return nil, errors.Join(walk.problems...)
	}
	if err := document.Decode(out); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return walk.lines, nil
}

type walker struct {
	file     string
	lines    lines
	problems []error
}

func (w *walker) refuse(node *yaml.Node, path, format string, args ...any) {
	w.problems = append(w.problems, Problem{File: w.file, Line: node.Line, Key: path, Text: fmt.Sprintf(format, args...)})
}

func (w *walker) value(node *yaml.Node, kind reflect.Type, path string) {
	w.lines[path] = node.Line
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch {
	case node.Kind == yaml.AliasNode:
		w.refuse(node, path, "aliases are not allowed here, write the value out")
	case kind.Kind() == reflect.Struct:
		w.mapping(node, kind, path)
	case kind.Kind() == reflect.Slice:
		w.sequence(node, kind, path)
	default:
		w.scalar(node, kind, path)
	}
}

func (w *walker) sequence(node *yaml.Node, kind reflect.Type, path string) {
	if node.Kind != yaml.SequenceNode {
		w.refuse(node, path, "a list is expected")
		return
	}
	for i, item := range node.Content {
		w.value(item, kind.Elem(), fmt.Sprintf("%s[%d]", path, i))
	}
}

func (w *walker) scalar(node *yaml.Node, kind reflect.Type, path string) {
	if node.Kind != yaml.ScalarNode {
		w.refuse(node, path, "a single value is expected")
		return
	}
	if err := node.Decode(reflect.New(kind).Interface()); err != nil {
		w.refuse(node, path, "%q is not %s", node.Value, noun(kind))
	}
}

func noun(kind reflect.Type) string {
	switch {
	case kind == reflect.TypeFor[time.Duration]():
		return `a duration such as "200ms"`
	case kind.Kind() == reflect.Bool:
		return "true or false"
	case kind.Kind() == reflect.Int:
		return "a whole number"
	default:
		return "a text"
	}
}

func (w *walker) mapping(node *yaml.Node, kind reflect.Type, path string) {
	if node.Kind != yaml.MappingNode {
		w.refuse(node, path, "keys and values are expected")
		return
	}
	known := fields(kind)
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := join(path, key.Value)
		field, ok := known[key.Value]
		switch {
		case !ok:
			w.refuse(key, at, "unknown key %q (known here: %s)", key.Value, strings.Join(names(known), ", "))
		case first[key.Value] > 0:
			w.refuse(key, at, "key %q is given twice, first on line %d", key.Value, first[key.Value])
		default:
			first[key.Value] = key.Line
			w.value(value, field, at)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func fields(kind reflect.Type) map[string]reflect.Type {
	known := map[string]reflect.Type{}
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			known[name] = field.Type
		}
	}
	return known
}

func names(known map[string]reflect.Type) []string {
	var all []string
	for name := range known {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
