// Package schema publishes the structure of the single transit document as a JSON
// Schema (draft 2020-12), made from the struct tags of [transit.STD], so that it
// cannot differ from what the ledger checks.
//
// The schema says all that [transit.STD.CheckFormat] says of structure and simple
// types, the calendar included. What no schema can say, or says otherwise, is
// left to [transit.DecodeSTD]:
//
//   - keys given twice, lone surrogates and invalid UTF-8, which a parser has
//     resolved before a schema is asked;
//   - whole numbers written as 1.0, 1e0 or -0, which are integers to a schema;
//   - size and number of violations;
//   - the logic control of the rules ([transit.Check]), on purpose.
//
// Patterns are written in the syntax that ECMA-262 (with the flag u) and Go share.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// ID identifies the schema; a new version of the document gets a new one.
const ID = "urn:carec:cats:schema:std:1"

// Dialect is the draft in which the schema is written.
const Dialect = "https://json-schema.org/draft/2020-12/schema"

// object is a JSON object that keeps the order of its keys.
type object []member

type member struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := plain(m.key)
		if err != nil {
			return nil, err
		}
		value, err := plain(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Document returns the schema of the single transit document as indented JSON, the same bytes at every call.
func Document() ([]byte, error) {
	b := &builder{done: map[string]bool{}}
	root := b.group(reflect.TypeFor[transit.STD](), transit.Schema())
	whole := append(object{
		{"$schema", Dialect}, {"$id", ID}, {"title", "Single transit document"},
		{"description", "A transit declaration as the ledger keeps it: the elements of message CC015C (IE015) of NCTS phase 5, " +
			"and the customs value of goods items."},
	}, root...)
	whole = append(whole, member{"$defs", b.defs})
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(whole); err != nil {
		return nil, fmt.Errorf("schema of the document: %w", err)
	}
	return out.Bytes(), nil
}

// builder collects the definitions: one for each Go type of a group and each simple type.
type builder struct {
	done map[string]bool
	defs object
}

func (b *builder) define(name string, content func() object) object {
	if !b.done[name] {
		b.done[name] = true
		at := len(b.defs)
		b.defs = append(b.defs, member{key: name})
		b.defs[at].value = content()
	}
	return object{{"$ref", "#/$defs/" + name}}
}

func (b *builder) group(t reflect.Type, group *transit.Element) object {
	var properties object
	var required []string
	for _, e := range group.Children {
		properties = append(properties, member{e.JSON, b.element(t.Field(e.Field).Type, e)})
		if mustStand(e) {
			required = append(required, e.JSON)
		}
	}
	o := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}
	if len(required) > 0 {
		o = append(o, member{"required", required})
	}
	return o
}

// mustStand tells whether the key of an element must stand in the JSON. A required group of which nothing is required is left out
// of the JSON when it is empty.
func mustStand(e *transit.Element) bool {
	if e.Min == 0 {
		return false
	}
	if e.Type != nil || e.List {
		return true
	}
	for _, child := range e.Children {
		if mustStand(child) {
			return true
		}
	}
	return false
}

func (b *builder) element(t reflect.Type, e *transit.Element) object {
	if e.Type != nil {
		// A number that may be 0 is kept by a pointer: 0 in a plain field means that it is absent.
		least := 1
		if t.Kind() == reflect.Pointer {
			least = 0
		}
		name := e.Type.Name
		if e.Type.Facets().Number && least == 1 && strings.HasPrefix(name, "count") {
			name += "-present"
		}
		return titled(e, b.define(name, func() object { return simple(e.Type, least) }))
	}
	content := t
	if k := t.Kind(); k == reflect.Pointer || k == reflect.Slice {
		content = t.Elem()
	}
	ref := b.define(content.Name(), func() object { return b.group(content, e) })
	switch {
	case e.List:
		return titled(e, object{{"type", "array"}, {"items", ref}, {"minItems", max(1, e.Min)}, {"maxItems", e.Max}})
	case t.Kind() == reflect.Struct:
		return titled(e, append(ref, member{"minProperties", 1}))
	}
	return titled(e, ref)
}

// titled names the element of the message, where it is not the key itself.
func titled(e *transit.Element, o object) object {
	if e.Name == "" || e.Name == e.JSON {
		return o
	}
	return append(object{{"title", e.Name}}, o...)
}

func simple(t *transit.SimpleType, least int) object {
	f := t.Facets()
	if f.Number {
		o := object{{"type", "integer"}, {"minimum", least}, {"maximum", f.Most}}
		return described(f, o)
	}
	o := object{{"type", "string"}}
	o = append(o, member{"minLength", max(1, f.MinLength)})
	if f.MaxLength > 0 {
		o = append(o, member{"maxLength", f.MaxLength})
	}
	if len(f.Values) > 0 {
		return append(o, member{"enum", f.Values})
	}
	patterns := []string{spacing(t.Collapse)}
	for _, p := range f.Patterns {
		patterns = append(patterns, shared(p))
	}
	switch {
	case f.TotalDigits > 0:
		patterns = append(patterns, digits(f))
		o = append(o, member{"maxLength", maxDecimal})
	case f.Moment:
		patterns = append(patterns, calendar(strings.Contains(strings.Join(f.Patterns, ""), "T")))
	}
	if len(patterns) == 1 {
		return described(f, append(o, member{"pattern", patterns[0]}))
	}
	all := make([]object, len(patterns))
	for i, p := range patterns {
		all[i] = object{{"pattern", p}}
	}
	return described(f, append(o, member{"allOf", all}))
}

// maxDecimal is the longest decimal number that is read.
const maxDecimal = 40

func described(f transit.Facets, o object) object {
	if f.Hint == "" {
		return o
	}
	return append(object{{"description", f.Hint}}, o...)
}

// notInXML are the characters that no message can carry, and the white space that normalisation would change.
const notInXML = `\x00-\x1f` + "\ufffe\uffff"

func spacing(collapse bool) string {
	if collapse {
		return `^[^ ` + notInXML + `]+( [^ ` + notInXML + `]+)*$`
	}
	return `^[^` + notInXML + `]*$`
}

// shared rewrites a pattern of package regexp for ECMA-262: a character stands for itself there, and a dot for every character.
func shared(p string) string {
	p = strings.ReplaceAll(p, `\x{180E}`, "\u180e")
	p = strings.ReplaceAll(p, `\pZ`, `\p{Z}`)
	p = strings.ReplaceAll(p, `.*`, `[^\n]*`)
	return strings.ReplaceAll(p, `[^.]`, `[^\.]`)
}

// digits allows as many significant digits as the type has. Zeros at the end of the fraction, and before the point, do not count.
func digits(f transit.Facets) string {
	var forms []string
	for n := 0; n <= f.FractionDigits; n++ {
		whole := `(0|[1-9][0-9]{0,` + strconv.Itoa(f.TotalDigits-n-1) + `})`
		if n == 0 {
			forms = append(forms, whole+`(\.0+)?`)
			continue
		}
		forms = append(forms, whole+`\.[0-9]{`+strconv.Itoa(n-1)+`}[1-9]0*`)
	}
	return "^(" + strings.Join(forms, "|") + ")$"
}

// calendar allows the days that exist, from the year 1 on, with or without the time of day.
func calendar(time bool) string {
	const (
		year  = `([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)`
		four  = `(0[48]|[2468][048]|[13579][26])`
		leap  = `([0-9]{2}` + four + `|` + four + `00)`
		every = `((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))`
	)
	day := `(` + year + `-` + every + `|` + leap + `-02-29)`
	if time {
		day += `T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]`
	}
	return "^" + day + "$"
}
