package transit

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Element is one element of the declaration message and the field of the [STD]
// that keeps it, read from the struct tags.
type Element struct {
	// Name is the name of the XML element or attribute; empty for a group whose children stand in its place.
	Name string
	// JSON is the name of the field in the document.
	JSON string
	// Field is the index of the field in its struct.
	Field int
	// Attribute marks the one attribute of the message.
	Attribute bool
	// Extension marks a group that CATS adds: it stands in the document and in no message.
	Extension bool
	// Min and Max are the numbers of occurrences.
	Min, Max int
	// List tells that the field is a slice, one element each.
	List bool
	// Type is the simple type of a leaf, nil for a group.
	Type *SimpleType
	// Children are the elements of a group in the order of the schema.
	Children []*Element
}

// Schema is the whole message as a tree: the root element CC015C with the fields of [STD].
// The tree is shared and must not be changed.
func Schema() *Element { return stdSchema() }

var stdSchema = sync.OnceValue(func() *Element {
	return MessageSchema("CC015C", reflect.TypeFor[STD](), Phase5)
})

// Phase is a phase of NCTS: its messages have the same names in each and differ in some elements.
type Phase int

// The phases whose messages are known: schema versions 51.8.6 and 60.4.16.
const (
	Phase5 Phase = 5
	Phase6 Phase = 6
)

// MessageSchema is the tree of another message, read from the tags of its struct type; root is the name of its root element and
// the one message type that it admits. An element that the phase does not have has Max 0. The tree should be kept: it is made
// anew with every call.
func MessageSchema(root string, t reflect.Type, phase Phase) *Element {
	types := simpleTypes()
	types["messageType"].values = []string{root}
	return &Element{Name: root, Min: 1, Max: 1, Children: schemaReader{types, phase}.children(t)}
}

type schemaReader struct {
	types map[string]*SimpleType
	phase Phase
}

// children reads the tags of a struct type. A tag that cannot be read is a
// mistake of the program, found by the first test that touches the schema.
func (r schemaReader) children(t reflect.Type) []*Element {
	elements := make([]*Element, 0, t.NumField())
	for i := range t.NumField() {
		elements = append(elements, r.element(t, t.Field(i), i))
	}
	return elements
}

func (r schemaReader) element(t reflect.Type, field reflect.StructField, i int) *Element {
	json, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	e := &Element{JSON: json, Field: i, List: field.Type.Kind() == reflect.Slice}
	content := field.Type
	if k := content.Kind(); k == reflect.Pointer || k == reflect.Slice {
		content = content.Elem()
	}
	words, here := r.words(field.Tag, json, content.Kind() == reflect.Struct)
	if content.Kind() == reflect.Struct {
		e.Children = r.children(content)
	} else {
		e.Type = r.types[words[len(words)-1]]
		words = words[:len(words)-1]
	}
	if len(words) != 2 || (e.Type == nil) == (e.Children == nil) {
		panic(fmt.Sprintf("tag of %s.%s cannot be read", t.Name(), field.Name))
	}
	e.Name, e.Attribute = strings.CutPrefix(strings.TrimPrefix(words[0], "-"), "@")
	e.Name, e.Extension = strings.CutPrefix(e.Name, "+")
	if here {
		e.Min, e.Max = occurrences(words[1])
	}
	return e
}

// words are the words of an element's tag in the phase: the name, the occurrences and, of a leaf, the simple type; and whether
// the phase has the element.
func (r schemaReader) words(tag reflect.StructTag, json string, group bool) (words []string, here bool) {
	words = strings.Fields(tag.Get("ncts"))
	if !group && len(words) == 2 {
		words = append([]string{json}, words...)
	}
	own, differs := tag.Lookup(fmt.Sprintf("ncts%d", r.phase))
	switch {
	case own == "-":
		return words, false
	case differs:
		words = append(words[:1], strings.Fields(own)...)
	}
	return words, true
}

// occurrences reads "1" or "min..max".
func occurrences(s string) (least, most int) {
	low, high, found := strings.Cut(s, "..")
	if !found {
		high = low
	}
	least, err := strconv.Atoi(low)
	if err != nil {
		panic(err)
	}
	most, err = strconv.Atoi(high)
	if err != nil {
		panic(err)
	}
	return least, most
}

// CheckFormat compares the whole document with the schema of the message:
// presence, occurrences, lengths, patterns, digits and enumerations. It returns
// every difference, none stops it; a document without violations is written as
// valid CC015C. The rule of all these violations is "XSD"; their code is 12 for a
// value outside its enumeration, 13 for a missing element, 14 for a value of the
// wrong form and 15 for too many occurrences.
func (s *STD) CheckFormat() []Violation { return CheckFormat(reflect.ValueOf(s).Elem(), Schema()) }

// CheckFormat is [STD.CheckFormat] for the struct of any message and its tree.
func CheckFormat(v reflect.Value, schema *Element) []Violation {
	c := &formatCheck{}
	c.group(v, schema)
	return c.violations
}

// RuleXSD is the rule named by violations of the message's schema.
const RuleXSD = "XSD"

// formatCheck walks a document beside its schema. Where it is stands in at, the pointer so far, from which a text is made only
// for a violation: most elements have none.
type formatCheck struct {
	at         []byte
	violations []Violation
}

func (c *formatCheck) add(code, value, format string, args ...any) {
	if len(c.violations) >= MaxViolations {
		return
	}
	c.violations = append(c.violations, Violation{
		Code: code, Pointer: string(c.at), Rule: RuleXSD, Value: value, Text: fmt.Sprintf(format, args...),
	})
}

func (c *formatCheck) group(v reflect.Value, group *Element) {
	here := len(c.at)
	for _, e := range group.Children {
		c.at = append(append(c.at[:here], '/'), e.JSON...)
		field := v.Field(e.Field)
		switch {
		case e.List:
			c.list(field, e)
		case e.Type != nil:
			c.leaf(field, e)
		case field.Kind() != reflect.Pointer:
			c.group(field, e)
		case !field.IsNil() && e.Max == 0:
			c.add(CodeNotAllowed, "", "there is no %s in this phase", e.Name)
		case !field.IsNil():
			c.group(field.Elem(), e)
		}
	}
	c.at = c.at[:here]
}

func (c *formatCheck) list(v reflect.Value, e *Element) {
	switch n := v.Len(); {
	case n < e.Min:
		c.add(CodeMissing, "", "at least %d %s required", e.Min, e.Name)
	case n > e.Max:
		c.add(CodeNotAllowed, strconv.Itoa(n), "at most %d %s allowed", e.Max, e.Name)
	}
	here := len(c.at)
	for i := range v.Len() {
		c.at = strconv.AppendInt(append(c.at[:here], '/'), int64(i), 10)
		c.group(v.Index(i), e)
	}
	c.at = c.at[:here]
}

func (c *formatCheck) leaf(v reflect.Value, e *Element) {
	text, present := LeafText(v)
	if !present {
		if e.Min > 0 {
			c.add(CodeMissing, "", "%s is required", e.Name)
		}
		return
	}
	if e.Max == 0 {
		c.add(CodeNotAllowed, clip(text), "there is no %s in this phase", e.Name)
		return
	}
	if code, problem := e.Type.Check(text); problem != "" {
		c.add(code, clip(text), "%s %s", e.Name, problem)
	}
}

// LeafText is the lexical form of a field that is a leaf, and whether it is present.
func LeafText(v reflect.Value) (text string, present bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "", false
		}
		return strconv.FormatInt(v.Elem().Int(), 10), true
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10), v.Int() != 0
	default:
		return v.String(), v.String() != ""
	}
}
