package gateway

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

func TestTheDocumentIsTheOneInTheTree(t *testing.T) {
	got := Document(false)
	if *update {
		require.NoError(t, os.WriteFile("openapi.json", got, 0o600))
	}
	want, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "openapi.json is another; run: go test ./client/gateway -update")
	require.True(t, bytes.Equal(got, newDocument().json), "the same types make the same document")
}

func TestTheDocumentSaysWhatThereIs(t *testing.T) {
	var d struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(Document(false), &d))
	require.Equal(t, "3.1.0", d.OpenAPI)
	for _, o := range operations(nil) {
		require.Contains(t, d.Paths[o.path], strings.ToLower(o.method), o.id)
	}
	require.Contains(t, string(Document(true)), "openapi: 3.1.0")
}

// TestEveryFunctionOfTheChaincodeHasAnOperation compares the table with the functions that the chaincode takes.
func TestEveryFunctionOfTheChaincodeHasAnOperation(t *testing.T) {
	served := map[transit.Function]bool{}
	for _, o := range operations(nil) {
		for _, f := range o.functions {
			served[f] = true
		}
	}
	functions := chaincodeFunctions(t)
	require.Greater(t, len(functions), 90)
	for f := range functions {
		require.True(t, served[f], "no operation asks for %s", f)
	}
	for f := range served {
		require.True(t, functions[f], "an operation asks for %s, which there is not", f)
	}
}

// chaincodeFunctions are the constants of type Function and the functions of all steps.
func chaincodeFunctions(t *testing.T) map[transit.Function]bool {
	t.Helper()
	out := map[transit.Function]bool{}
	for _, row := range transit.Procedure() {
		out[row.Step.Function()] = true
	}
	files, err := filepath.Glob("../../chaincode/transit/*.go")
	require.NoError(t, err)
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			s, is := n.(*ast.ValueSpec)
			if !is || len(s.Values) != 1 {
				return true
			}
			typed, named := s.Type.(*ast.Ident)
			lit, literal := s.Values[0].(*ast.BasicLit)
			if named && literal && typed.Name == "Function" {
				name, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				out[transit.Function(name)] = true
			}
			return true
		})
	}
	return out
}

// TestAStepTakesWhatTheProcedureSays compares the body of every step with the fields that its rows take.
func TestAStepTakesWhatTheProcedureSays(t *testing.T) {
	bodies := map[transit.Function]operation{}
	for _, o := range steps() {
		bodies[o.functions[0]] = o
	}
	for _, row := range transit.Procedure() {
		if row.Step == transit.StepAmend {
			continue // its body is the document itself
		}
		o, known := bodies[row.Step.Function()]
		require.True(t, known, row.Step)
		require.ElementsMatch(t, taken(row), fieldsOf(o), "%s", row.Step)
	}
}

// taken are the fields of a row as the interface names them: with a star where they must be set.
func taken(row transit.Transition) []string {
	switch row.Step {
	case transit.StepRegisterIncident:
		return fieldsOfType(reflect.TypeFor[transit.Incident]())
	case transit.StepRemarkUnloading:
		return fieldsOfType(reflect.TypeFor[transit.UnloadingRemarks]())
	}
	out := []string{}
	for _, f := range row.Takes {
		switch strings.TrimSuffix(f, "*") {
		case "balances": // the SDK chooses them
		case "annex":
			out = append(out, strings.Replace(f, "annex", "note", 1))
		default:
			out = append(out, f)
		}
	}
	return out
}

func fieldsOf(o operation) []string {
	if o.body == nil {
		return []string{}
	}
	return fieldsOfType(o.body)
}

func fieldsOfType(t reflect.Type) []string {
	out := []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !omissible(f) {
			name += "*"
		}
		out = append(out, name)
	}
	return out
}

func TestOperationsAreNamedOnce(t *testing.T) {
	var ids, routes []string
	for _, o := range operations(nil) {
		ids, routes = append(ids, o.id), append(routes, o.method+" "+o.path)
		require.NotEmpty(t, o.summary, o.id)
		require.NotEmpty(t, o.tag, o.id)
	}
	slices.Sort(ids)
	slices.Sort(routes)
	require.Equal(t, slices.Compact(slices.Clone(ids)), ids)
	require.Equal(t, slices.Compact(slices.Clone(routes)), routes)
}
