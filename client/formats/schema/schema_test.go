package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/internal/stdgen"
	"carec.example/cats/client/formats/schema"
)

var update = flag.Bool("update", false, "write the published schema")

const published = "std.schema.json"

func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := schema.Document()
	require.NoError(t, err)
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource(schema.ID, tree))
	s, err := c.Compile(schema.ID)
	require.NoError(t, err)
	return s
}

func verdict(t require.TestingT, s *jsonschema.Schema, document []byte) error {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	return s.Validate(tree)
}

// ours is the verdict of the product: what the ledger would say of the form of the document.
func ours(document []byte) error {
	std, err := transit.DecodeSTD(document)
	if err != nil {
		return err
	}
	if found := std.CheckFormat(); len(found) > 0 {
		return transit.Faultf(transit.InvalidDocument, "format").With(found...)
	}
	return nil
}

func TestThePublishedFileIsTheSchema(t *testing.T) {
	text, err := schema.Document()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(published, text, 0o600))
	}
	file, err := os.ReadFile(published)
	require.NoError(t, err)
	require.Equal(t, string(file), string(text), "go test ./client/formats/schema -update writes it anew")
}

func TestTheSchemaIsOneOfItsDraft(t *testing.T) {
	text, err := schema.Document()
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	meta, err := c.Compile(schema.Dialect)
	require.NoError(t, err)
	require.NoError(t, verdict(t, meta, text))
}

func TestTheShippedExamplesPass(t *testing.T) {
	s := compiled(t)
	files, err := filepath.Glob("../examples/*.xml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		std, err := formats.ReadCC015C(bytes.NewReader(data))
		require.NoError(t, err)
		text, err := json.Marshal(std)
		require.NoError(t, err)
		require.NoError(t, verdict(t, s, text), file)
	}
}

func TestValidDocumentsPass(t *testing.T) {
	s := compiled(t)
	rapid.Check(t, func(r *rapid.T) {
		text, err := json.Marshal(stdgen.Extended(r))
		require.NoError(r, err)
		require.NoError(r, ours(text))
		require.NoError(r, verdict(r, s, text))
	})
}

// tricky are values at and beyond the limits of the simple types.
func tricky() []any {
	texts := []string{"", " ", "0", "00", "-0", "01", "1.0", "1.0000000", "0.000", "0.0000010", "1e3", "x", "xx", "A b", "a  b", "a\tb", "a\nb", " a",
		"a ", "a\u00a0", "\u180ex", "a\u2028b", "\ufffe", "\x01", "2026-02-30", "2024-02-29", "2100-02-29", "2000-02-29", "0000-01-01",
		"0004-02-29", "2026-04-31", "2026-12-31T23:59:59", "2026-12-31T24:00:00", "2026-13-01T00:00:00", "CN650100", "cn650100", "é",
		"a@b", "a@b.c", "90.00000", "90.000001", "+89.99999", "1234567890123456", "12345678901234567", "1234567890123456.0",
		"12345678901.12345", "12345678901.123456", "0.123456700", "5.", ".5", "٣", "09GB0000010000084", "25000001", "24999999", "AX25000000",
		"NCTS5.1", "NCTS6", "CC015C", "😀", strings.Repeat("7", 40), strings.Repeat("0", 41)}
	values := []any{0, 1, -1, 1999, 2000, 9999, 10000, 99999, 100000, 99999999, 100000000, true, map[string]any{}, []any{}, []any{map[string]any{}}}
	for _, text := range texts {
		values = append(values, text)
	}
	for _, n := range []int{1, 2, 3, 4, 5, 6, 8, 9, 17, 18, 20, 22, 23, 35, 36, 70, 71, 256, 512, 513} {
		values = append(values, strings.Repeat("Ж", n), strings.Repeat("z", n))
	}
	return values
}

// places lists the objects of a tree that can be spoilt.
func places(tree any, into []map[string]any) []map[string]any {
	switch v := tree.(type) {
	case map[string]any:
		into = append(into, v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			into = places(v[key], into)
		}
	case []any:
		for _, element := range v {
			into = places(element, into)
		}
	}
	return into
}

func spoil(r *rapid.T, document []byte) []byte {
	var tree map[string]any
	require.NoError(r, json.Unmarshal(document, &tree))
	values := tricky()
	for range rapid.IntRange(1, 2).Draw(r, "mutations") {
		at := rapid.SampledFrom(places(tree, nil)).Draw(r, "object")
		keys := slices.Sorted(maps.Keys(at))
		if len(keys) == 0 {
			continue
		}
		key := rapid.SampledFrom(keys).Draw(r, "key")
		switch rapid.SampledFrom([]string{"value", "value", "value", "delete", "unknown", "case", "double"}).Draw(r, "kind") {
		case "value":
			at[key] = rapid.SampledFrom(values).Draw(r, "value")
		case "delete":
			delete(at, key)
		case "unknown":
			at["unknown"] = "x"
		case "case":
			at[strings.ToUpper(key)] = at[key]
			if strings.ToUpper(key) != key {
				delete(at, key)
			}
		case "double":
			if list, ok := at[key].([]any); ok {
				for range 12 {
					list = append(list, list[0])
				}
				at[key] = list[:min(len(list), 12)]
			}
		}
	}
	spoilt, err := json.Marshal(tree)
	require.NoError(r, err)
	return spoilt
}

func TestVerdictsOnSpoiltDocumentsAreThoseOfCheckFormat(t *testing.T) {
	s := compiled(t)
	accepted := 0
	rapid.Check(t, func(r *rapid.T) {
		text, err := json.Marshal(stdgen.Extended(r))
		require.NoError(r, err)
		spoilt := spoil(r, text)
		want, got := ours(spoilt), verdict(r, s, spoilt)
		require.Equal(r, want == nil, got == nil, "CATS: %v\nschema: %v\n%s", want, got, spoilt)
		if got == nil {
			accepted++
		}
	})
	t.Logf("%d spoilt documents are valid", accepted)
}

// eachType calls do for a leaf of every simple type.
func eachType(group *transit.Element, do map[string]*transit.SimpleType) {
	for _, e := range group.Children {
		if e.Type == nil {
			eachType(e, do)
			continue
		}
		do[e.Type.Name] = e.Type
	}
}

func TestVerdictsOnEverySimpleTypeAreThoseOfCheckFormat(t *testing.T) {
	text, err := schema.Document()
	require.NoError(t, err)
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource(schema.ID, tree))
	types := map[string]*transit.SimpleType{}
	eachType(transit.Schema(), types)
	require.Greater(t, len(types), 30)
	for name, simple := range types {
		number := simple.Facets().Number
		s, err := c.Compile(schema.ID + "#/$defs/" + name)
		require.NoError(t, err)
		for _, value := range tricky() {
			accepted := s.Validate(value) == nil
			switch value := value.(type) {
			case string:
				_, problem := simple.Check(value)
				require.Equal(t, problem == "" && value != "" && !number, accepted, "%s %q: %s", name, value, problem)
			case int:
				_, problem := simple.Check(strconv.Itoa(value))
				require.Equal(t, problem == "" && number, accepted, "%s %d: %s", name, value, problem)
			default:
				require.False(t, accepted)
			}
		}
	}
}

func TestWhatNoSchemaCanSay(t *testing.T) {
	s := compiled(t)
	full, err := json.Marshal(rapid.Custom(stdgen.Valid).Example(1))
	require.NoError(t, err)
	text := string(full)
	number := `"sequenceNumber":`
	at := strings.Index(text, number)
	require.Positive(t, at)
	end := at + strings.IndexAny(text[at:], ",}")
	for name, spoilt := range map[string]string{
		"a key given twice":            text[:at] + text[at:end] + "," + text[at:],
		"a whole number with fraction": text[:at] + number + "1.0" + text[end:],
		"a whole number with exponent": text[:at] + number + "1e0" + text[end:],
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, verdict(t, s, []byte(spoilt)))
			require.Error(t, ours([]byte(spoilt)))
		})
	}
}
