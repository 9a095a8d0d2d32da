package national

import (
	"errors"
	"fmt"
	"io/fs"
	filepath "path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/stdtree"
	"carec.example/cats/client/formats/internal/strictyaml"
)

// testCase is a case of a mapping's tests.
type testCase struct {
	name       string
	line       int
	input      string   // file with a source
	document   string   // file with the document that is expected, JSON
	violations []string // pointers, each with a code before it: "13 /transitOperation/lrn"
	unmapped   []string // places
	record     string   // file with the record of a movement, JSON
	status     string   // file with the status document that is expected
}

func (l *loader) testCase(v *yaml.Node) error {
	t := testCase{line: v.Line}
	err := strictyaml.EachKey(v, keys{
		"name": text(&t.name), "input": text(&t.input), "document": text(&t.document), "violations": texts(&t.violations),
		"unmapped": texts(&t.unmapped), "record": text(&t.record), "status": text(&t.status),
	})
	l.m.cases = append(l.m.cases, t)
	if err == nil {
		err = t.check(v)
	}
	return err
}

// check holds that a case is one of a document or of a status.
func (t *testCase) check(v *yaml.Node) error {
	ofDocument := t.document != "" || len(t.violations) > 0
	ofStatus := t.status != ""
	wanted, foreign := ofDocument, ofStatus
	if t.record != "" {
		wanted, foreign = ofStatus, ofDocument || len(t.unmapped) > 0
	}
	switch {
	case t.name == "" || (t.input == "") == (t.record == ""):
		return strictyaml.LineError(v, errors.New("a test needs a name, and either an input or a record"))
	case !wanted:
		return strictyaml.LineError(v, errors.New("a test of an input needs a document or violations, one of a record a status"))
	case foreign:
		return strictyaml.LineError(v, errors.New("a document, violations and unmapped belong to an input, a status to a record"))
	}
	return nil
}

// Result is the outcome of one test: it has passed when there are no differences.
type Result struct {
	Name        string   `json:"name"`
	Line        int      `json:"line"`
	Differences []string `json:"differences,omitempty"`
}

// Test runs the test cases of a mapping. Their files lie in the folder dir of files.
func (m *Map) Test(files fs.FS, dir string) []Result {
	results := make([]Result, 0, len(m.cases))
	for i := range m.cases {
		t := &m.cases[i]
		r := Result{Name: t.name, Line: t.line}
		read := func(name string) ([]byte, error) { return readBeside(files, filepath.Join(dir, name)) }
		run := m.testDocument
		if t.record != "" {
			run = m.testStatus
		}
		differences, err := run(t, read)
		if err != nil {
			differences = append(differences, err.Error())
		}
		r.Differences = differences
		results = append(results, r)
	}
	return results
}

func (m *Map) testDocument(t *testCase, read func(string) ([]byte, error)) ([]string, error) {
	data, err := read(t.input)
	if err != nil {
		return nil, err
	}
	std, report, err := m.Apply(data)
	if err != nil {
		return nil, err
	}
	var differences []string
	if t.document != "" {
		text, err := read(t.document)
		if err != nil {
			return nil, err
		}
		want, err := transit.DecodeSTD(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.document, err)
		}
		differences = compare(want, std)
	}
	var violations, unmapped []string
	for _, v := range report.Violations {
		violations = append(violations, v.Code+" "+v.Pointer)
	}
	for _, u := range report.Unmapped {
		unmapped = append(unmapped, u.Place)
	}
	differences = append(differences, lists("violation", t.violations, violations)...)
	return append(differences, lists("unmapped element", t.unmapped, unmapped)...), nil
}

// lists compares what was expected with what was found, whatever the order.
func lists(what string, want, got []string) []string {
	var differences []string
	for _, w := range want {
		if !slices.Contains(got, w) {
			differences = append(differences, fmt.Sprintf("%s expected and not found: %s", what, w))
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			differences = append(differences, fmt.Sprintf("%s found and not expected: %s", what, g))
		}
	}
	return differences
}

// compare tells every value in which two documents differ.
func compare(want, got *transit.STD) []string {
	values := map[string]string{}
	for _, leaf := range stdtree.Leaves(got) {
		values[leaf.Pointer] = leaf.Value
	}
	var differences []string
	for _, leaf := range stdtree.Leaves(want) {
		value, given := values[leaf.Pointer]
		delete(values, leaf.Pointer)
		switch {
		case !given:
			differences = append(differences, fmt.Sprintf("%s: expected %q, found nothing", leaf.Pointer, leaf.Value))
		case value != leaf.Value:
			differences = append(differences, fmt.Sprintf("%s: expected %q, found %q", leaf.Pointer, leaf.Value, value))
		}
	}
	for _, leaf := range stdtree.Leaves(got) {
		if value, left := values[leaf.Pointer]; left {
			differences = append(differences, fmt.Sprintf("%s: expected nothing, found %q", leaf.Pointer, value))
		}
	}
	return differences
}

func (m *Map) testStatus(t *testCase, read func(string) ([]byte, error)) ([]string, error) {
	data, err := read(t.record)
	if err != nil {
		return nil, err
	}
	record := &transit.Movement{}
	if err := transit.DecodeStrict(data, record); err != nil {
		return nil, fmt.Errorf("%s: %w", t.record, err)
	}
	got, err := m.Status(record)
	if err != nil {
		return nil, err
	}
	want, err := read(t.status)
	if err != nil {
		return nil, err
	}
	return lines(string(want), string(got)), nil
}

// lines tells the first line in which two texts differ.
func lines(want, got string) []string {
	a, b := strings.Split(strings.TrimRight(want, "\n"), "\n"), strings.Split(strings.TrimRight(got, "\n"), "\n")
	for i := range max(len(a), len(b)) {
		x, y := "nothing", "nothing"
		if i < len(a) {
			x = fmt.Sprintf("%q", strings.TrimRight(a[i], "\r"))
		}
		if i < len(b) {
			y = fmt.Sprintf("%q", strings.TrimRight(b[i], "\r"))
		}
		if x != y {
			return []string{fmt.Sprintf("line %d of the status: expected %s, found %s", i+1, x, y)}
		}
	}
	return nil
}
