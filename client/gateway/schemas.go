package gateway

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// wordsJSON holds what the doc comments of the Go types say, and the values of their closed lists. It is made from the source,
// and a test sees that it is what the source says.
//
//go:embed words.json
var wordsJSON []byte

// words are the doc comments of types ("transit.Money") and fields ("transit.Money.Minor"), and the values of the closed lists
// of the named string types.
type words struct {
	Text  map[string]string   `json:"text"`
	Lists map[string][]string `json:"lists"`
}

const schemaPrefix = "#/components/schemas/"

// schemas are those of the document, by type.
type schemas struct {
	registry huma.Registry
	byType   map[reflect.Type]*huma.Schema
	words    words
}

func newSchemas() *schemas {
	s := &schemas{registry: huma.NewMapRegistry(schemaPrefix, nameOf), byType: map[reflect.Type]*huma.Schema{}}
	if err := json.Unmarshal(wordsJSON, &s.words); err != nil {
		panic(fmt.Sprintf("words.json cannot be read: %v", err)) // a mistake of the program, found by its first test
	}
	return s
}

// nameOf names a schema as its Go type, with the package where two have the same name.
func nameOf(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	t = elementOf(t)
	for path, prefix := range map[string]string{
		"/client/fsck": "Check", "/client/projection": "Model", "/links/webhook": "Webhook", "/links/risk": "Risk",
	} {
		if strings.HasSuffix(t.PkgPath(), path) {
			return prefix + name
		}
	}
	if t == reflect.TypeFor[cats.Receipt]() {
		return "CommittedReceipt"
	}
	return name
}

// of is the schema of a type. Types are known when the document is made; later calls only look them up.
func (s *schemas) of(t reflect.Type) *huma.Schema {
	if known := s.byType[t]; known != nil {
		return known
	}
	made := s.registry.Schema(t, true, t.Name())
	s.byType[t] = made
	return made
}

// annotate adds to every schema what the doc comments say, and the values of closed lists.
func (s *schemas) annotate() {
	for name, schema := range s.registry.Map() {
		t := s.registry.TypeFromRef(schemaPrefix + name)
		if schema.Description == "" {
			schema.Description = s.words.Text[wordOf(t)]
		}
		s.fields(t, schema)
		if !strings.HasSuffix(t.PkgPath(), "/gateway") {
			// An answer may get fields; what a request may not have, the strict decoding refuses.
			schema.AdditionalProperties = nil
		}
		schema.PrecomputeMessages()
	}
}

func wordOf(t reflect.Type) string {
	path, name := t.PkgPath(), t.Name()
	name, _, _ = strings.Cut(name, "[")
	return path[strings.LastIndex(path, "/")+1:] + "." + name
}

func (s *schemas) fields(t reflect.Type, schema *huma.Schema) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			s.fields(f.Type, schema)
			continue
		}
		p := schema.Properties[name]
		if p == nil {
			continue
		}
		if p.Description == "" {
			p.Description = s.words.Text[wordOf(t)+"."+f.Name]
		}
		if p.Type == huma.TypeArray {
			p.Nullable = !omissible(f)
		}
		s.leaf(f, p)
	}
}

// leaf says of a text what form it has: the values of a closed list, a day, a time, a number.
func (s *schemas) leaf(f reflect.StructField, p *huma.Schema) {
	if p.Type == huma.TypeArray {
		p = p.Items
	}
	t := elementOf(f.Type)
	if t.Kind() != reflect.String || p == nil || len(p.Enum) > 0 {
		return
	}
	switch t {
	case reflect.TypeFor[transit.Date]():
		p.Format = "date"
	case reflect.TypeFor[transit.DateTime]():
		p.Pattern = `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`
	case reflect.TypeFor[transit.Decimal]():
		p.Pattern = `^(0|[1-9]\d*)(\.\d+)?$`
	case reflect.TypeFor[transit.Code]():
		p.Enum = s.codes()
	case reflect.TypeFor[string]():
		if p.Format == "" {
			p.Format = formatOf(f)
		}
	default:
		s.closed(t, p)
	}
}

// elementOf is the type without pointers and lists.
func elementOf(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// closed gives the values of a closed list.
func (s *schemas) closed(t reflect.Type, p *huma.Schema) {
	if t == reflect.TypeFor[transit.Function]() {
		return // Steps have functions beside the constants.
	}
	for _, v := range s.words.Lists[wordOf(t)] {
		p.Enum = append(p.Enum, v)
	}
	if len(p.Enum) > 0 && p.Description == "" {
		p.Description = s.words.Text[wordOf(t)]
	}
}

// codes are those of all problems: the ledger's, the gateway's own, and those of the door.
func (s *schemas) codes() []any {
	var out []any
	for _, c := range transit.Codes() {
		out = append(out, string(c))
	}
	for _, m := range ownCodes() {
		out = append(out, string(m.code))
	}
	for _, c := range s.words.Lists["access.Code"] {
		out = append(out, c)
	}
	return out
}

// formatOf tells the form of a text by the name of its field: the ledger writes times and days in one form throughout.
func formatOf(f reflect.StructField) string {
	switch name, _, _ := strings.Cut(f.Tag.Get("json"), ","); {
	case name == "at", strings.HasSuffix(name, "At"):
		return "date-time"
	case slices.Contains([]string{
		"timeLimit", "validFrom", "validUntil", "until", "amendBy", "resolveBy", "startedOn", "lockedOn",
		"invalidityDate", "liabilityLiberationDate", "liberatedFrom",
	}, name):
		return "date"
	}
	return ""
}

// omissible reports whether a field is left out when it has nothing to say.
func omissible(f reflect.StructField) bool {
	tag := f.Tag.Get("json")
	return strings.Contains(tag, "omitempty") || strings.Contains(tag, "omitzero")
}
