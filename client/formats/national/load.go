package national

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	filepath "path"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/stdtree"
	"carec.example/cats/client/formats/internal/strictyaml"
	"carec.example/cats/client/formats/internal/tree"
)

// language is the version of the language of mappings.
const language = "1"

// maxMapping bounds the size of a mapping and of a table beside it.
const maxMapping = 4 << 20

// Load reads a mapping. Unknown and repeated keys, elements that the document does not have, paths and values of the wrong form are
// errors that name the line. Tables in files of their own need [LoadFile].
func Load(r io.Reader) (*Map, error) { return load(r, nil, "") }

// LoadFile reads a mapping from a file, and the tables and test cases that lie beside it.
func LoadFile(files fs.FS, name string) (*Map, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	defer func() { _ = f.Close() }()
	return load(f, files, filepath.Dir(name))
}

func load(r io.Reader, files fs.FS, dir string) (*Map, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxMapping+1))
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	if len(data) > maxMapping {
		return nil, fmt.Errorf("mapping: the file has more than %d bytes", maxMapping)
	}
	root, err := strictyaml.Document(data)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	l := &loader{m: &Map{tables: map[string]*table{}}, files: files, dir: dir}
	if err := l.load(root); err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	return l.m, nil
}

type loader struct {
	m     *Map
	files fs.FS
	dir   string
}

// keys are the readers of the keys of a YAML mapping.
type keys map[string]func(key, value *yaml.Node) error

func (l *loader) load(root *yaml.Node) error {
	var version string
	later := []func() error{}
	// What refers to tables is read after them, wherever it stands.
	after := func(read func(*yaml.Node) error) func(_, v *yaml.Node) error {
		return func(_, v *yaml.Node) error {
			later = append(later, func() error { return read(v) })
			return nil
		}
	}
	err := strictyaml.EachKey(root, keys{
		"mapping": text(&version), "name": text(&l.m.Name), "version": text(&l.m.Version), "title": text(&l.m.Title),
		"source":   func(_, v *yaml.Node) error { return l.source(v) },
		"tables":   func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, l.table) },
		"ignored":  func(_, v *yaml.Node) error { return eachItem(v, l.ignored) },
		"repeated": func(_, v *yaml.Node) error { return eachItem(v, l.repeated) },
		"document": after(func(v *yaml.Node) (err error) {
			l.m.document, err = l.group(v, transit.Schema())
			return err
		}),
		"status": after(l.status),
		"tests":  func(_, v *yaml.Node) error { return eachItem(v, l.testCase) },
	})
	if err != nil {
		return err
	}
	switch {
	case version != language:
		return strictyaml.LineError(root, fmt.Errorf("the key mapping gives the version of the language, which is %s", language))
	case l.m.Name == "" || l.m.Version == "":
		return strictyaml.LineError(root, errors.New("the mapping needs a name and a version"))
	case l.m.source.format == "":
		return strictyaml.LineError(root, errors.New("the mapping needs the key source"))
	}
	for _, read := range later {
		if err := read(); err != nil {
			return err
		}
	}
	if l.m.document == nil {
		return strictyaml.LineError(root, errors.New("the mapping needs the key document"))
	}
	return nil
}

// text reads a text that is not empty.
func text(into *string) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		return strictyaml.Scalar(v, into, func(s string) error {
			if strings.TrimSpace(s) == "" || !utf8.ValidString(s) {
				return errors.New("expected a text")
			}
			return nil
		})
	}
}

// anyText reads a text that may be empty.
func anyText(into **string) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		var s string
		err := strictyaml.Scalar(v, &s, func(string) error { return nil })
		*into = &s
		return err
	}
}

func flag(into *bool) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		var s string
		err := strictyaml.Scalar(v, &s, func(s string) error {
			if s != "true" && s != "false" {
				return errors.New("expected true or false")
			}
			return nil
		})
		*into = s == "true"
		return err
	}
}

func pathOf(into **path) func(key, v *yaml.Node) error {
	return func(_, v *yaml.Node) error {
		var s string
		return strictyaml.Scalar(v, &s, func(s string) (err error) {
			*into, err = parsePath(s)
			return err
		})
	}
}

// eachItem reads every element of a YAML sequence.
func eachItem(v *yaml.Node, read func(*yaml.Node) error) error {
	if v.Kind != yaml.SequenceNode {
		return strictyaml.LineError(v, errors.New("expected a list"))
	}
	for _, item := range v.Content {
		if err := read(item); err != nil {
			return err
		}
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(words, s) {
			return fmt.Errorf("%q is none of %s", s, strings.Join(words, ", "))
		}
		return nil
	}
}

func (l *loader) source(v *yaml.Node) error {
	s := &l.m.source
	s.delimiter = ','
	var delimiter string
	err := strictyaml.EachKey(v, keys{
		"format": func(_, v *yaml.Node) error {
			return strictyaml.Scalar(v, &s.format, oneOf(formatXML, formatJSON, formatCSV))
		},
		"root": text(&s.root), "namespace": text(&s.namespace),
		"delimiter": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &delimiter, oneOf(",", ";", "|", "\t")) },
	})
	if err != nil {
		return err
	}
	if delimiter != "" {
		s.delimiter = rune(delimiter[0])
	}
	switch {
	case s.format == "" || s.root == "":
		return strictyaml.LineError(v, errors.New("source needs the keys format and root"))
	case s.namespace != "" && s.format != formatXML:
		return strictyaml.LineError(v, errors.New("only XML has a namespace"))
	case delimiter != "" && s.format != formatCSV:
		return strictyaml.LineError(v, errors.New("only CSV has a delimiter"))
	}
	return nil
}

func (l *loader) table(key, v *yaml.Node) error {
	t := &table{line: key.Line, values: map[string]string{}}
	l.m.tables[key.Value] = t
	var file, from, to string
	err := strictyaml.EachKey(v, keys{
		"values": func(_, v *yaml.Node) error {
			return strictyaml.EachEntry(v, func(key, v *yaml.Node) error {
				var to string
				err := strictyaml.Scalar(v, &to, func(string) error { return nil })
				t.values[key.Value] = to
				return err
			})
		},
		"file": text(&file), "from": text(&from), "to": text(&to), "otherwise": anyText(&t.otherwise), "keep": flag(&t.keep),
	})
	inFile := file != ""
	switch {
	case err != nil:
		return err
	case t.keep && t.otherwise != nil:
		return strictyaml.LineError(key, errors.New("a table has one of the keys keep and otherwise"))
	case (from != "") != inFile, (to != "") != inFile, (len(t.values) == 0) != inFile:
		return strictyaml.LineError(key, fmt.Errorf("table %s needs values, or a file with the columns from and to", key.Value))
	}
	if !inFile {
		return nil
	}
	if err := l.tableFile(t, file, from, to); err != nil {
		return strictyaml.LineError(key, fmt.Errorf("table %s: %w", key.Value, err))
	}
	return nil
}

// tableFile reads a table from a CSV file beside the mapping. A code given twice must mean the same.
func (l *loader) tableFile(t *table, file, from, to string) error {
	data, err := l.read(file)
	if err != nil {
		return err
	}
	rows, err := tree.CSV(data, "table", ',')
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, row := range rows.Children {
		code, value := row.Child(from), row.Child(to)
		if code == nil || value == nil {
			return fmt.Errorf("%s: line %d has no value in %s or %s", file, row.Line, from, to)
		}
		if before, given := t.values[code.Text]; given && before != value.Text {
			return fmt.Errorf("%s: line %d gives %q another meaning", file, row.Line, code.Text)
		}
		t.values[code.Text] = value.Text
	}
	return nil
}

// read reads a file beside the mapping.
func (l *loader) read(name string) ([]byte, error) {
	if l.files == nil {
		return nil, errors.New("a file can be named only in a mapping that is a file itself")
	}
	return readBeside(l.files, filepath.Join(l.dir, name))
}

func readBeside(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxMapping+1))
	if err == nil && len(data) > maxMapping {
		err = fmt.Errorf("%s has more than %d bytes", name, maxMapping)
	}
	return data, err
}

func (l *loader) ignored(v *yaml.Node) error {
	i := ignored{line: v.Line}
	err := strictyaml.EachKey(v, keys{"path": pathOf(&i.path), "reason": text(&i.reason)})
	if err == nil && (i.path == nil || i.reason == "") {
		err = strictyaml.LineError(v, errors.New("what is ignored needs a path and a reason"))
	}
	if err == nil && !i.path.absolute {
		err = strictyaml.LineError(v, errors.New("the path of what is ignored begins with /"))
	}
	l.m.ignored = append(l.m.ignored, i)
	return err
}

// repeated reads a path, or a path and a key.
func (l *loader) repeated(v *yaml.Node) error {
	var r repeated
	var err error
	if v.Kind == yaml.ScalarNode {
		err = pathOf(&r.path)(nil, v)
	} else {
		err = strictyaml.EachKey(v, keys{"path": pathOf(&r.path), "by": pathOf(&r.by)})
	}
	if err == nil && (r.path == nil || !r.path.absolute) {
		err = strictyaml.LineError(v, errors.New("what is repeated needs a path that begins with /"))
	}
	l.m.repeated = append(l.m.repeated, r)
	return err
}

// group reads the rules for a group. Beside its own keys it has those of the document's elements; a test sees to it that no element
// is called like one of them.
func (l *loader) group(v *yaml.Node, e *transit.Element) (*group, error) {
	g := &group{line: v.Line}
	own := keys{"in": pathOf(&g.in), "when": l.conditions(&g.when)}
	return g, l.fields(v, e, g, own)
}

func (l *loader) fields(v *yaml.Node, e *transit.Element, g *group, own keys) error {
	return strictyaml.EachEntry(v, func(key, v *yaml.Node) error {
		if read := own[key.Value]; read != nil {
			return read(key, v)
		}
		child := stdtree.Child(e, key.Value)
		if child == nil {
			names := slices.Sorted(maps.Keys(own))
			for _, c := range e.Children {
				names = append(names, c.JSON)
			}
			return strictyaml.LineError(key, fmt.Errorf("unknown element %q; known are %s", key.Value, strings.Join(names, ", ")))
		}
		f := field{name: key.Value, line: key.Line}
		var err error
		switch {
		case child.Type != nil:
			f.values, err = l.values(v)
		case child.List:
			f.list, err = l.entries(v, child)
		default:
			f.group, err = l.group(v, child)
		}
		g.fields = append(g.fields, f)
		return err
	})
}

// entries reads the rules for a list: one, or a sequence of them.
func (l *loader) entries(v *yaml.Node, e *transit.Element) ([]entry, error) {
	items := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		items = v.Content
	}
	var entries []entry
	for _, item := range items {
		n := entry{group: group{line: item.Line}}
		own := keys{
			"each": pathOf(&n.each), "distinct": pathOf(&n.distinct), "when": l.conditions(&n.when),
			"join": func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, n.pair) },
		}
		if err := l.fields(item, e, &n.group, own); err != nil {
			return nil, err
		}
		if n.each == nil && (n.distinct != nil || n.join != nil) {
			return nil, strictyaml.LineError(item, errors.New("join and distinct need the key each"))
		}
		entries = append(entries, n)
	}
	return entries, nil
}

func (n *entry) pair(key, v *yaml.Node) error {
	there, err := parsePath(key.Value)
	if err != nil {
		return strictyaml.LineError(key, err)
	}
	p := pair{there: there}
	n.join = append(n.join, p)
	return pathOf(&n.join[len(n.join)-1].here)(key, v)
}
