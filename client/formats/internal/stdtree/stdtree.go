// Package stdtree reads and writes single transit documents by JSON pointers, through [transit.Schema].
package stdtree

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Leaf is one value of a document. A group that is present and holds nothing is a leaf without a value.
type Leaf struct {
	Pointer string
	Value   string
	// Empty marks the group.
	Empty bool
}

// Leaves lists the values of a document in the order of the schema.
func Leaves(s *transit.STD) []Leaf {
	var leaves []Leaf
	group(&leaves, "", reflect.ValueOf(s).Elem(), transit.Schema())
	return leaves
}

func group(into *[]Leaf, at string, v reflect.Value, g *transit.Element) {
	for _, e := range g.Children {
		field, pointer := v.Field(e.Field), at+"/"+e.JSON
		switch {
		case e.List:
			for i := range field.Len() {
				some(into, pointer+"/"+strconv.Itoa(i), field.Index(i), e)
			}
		case e.Type != nil:
			if text, present := transit.LeafText(field); present {
				*into = append(*into, Leaf{Pointer: pointer, Value: text})
			}
		case field.Kind() != reflect.Pointer:
			group(into, pointer, field, e)
		case !field.IsNil():
			some(into, pointer, field.Elem(), e)
		}
	}
}

// some lists a group that is present even when it is empty.
func some(into *[]Leaf, pointer string, v reflect.Value, e *transit.Element) {
	before := len(*into)
	group(into, pointer, v, e)
	if len(*into) == before {
		*into = append(*into, Leaf{Pointer: pointer, Empty: true})
	}
}

// Child returns the child of that JSON name, or nil.
func Child(group *transit.Element, name string) *transit.Element {
	for _, c := range group.Children {
		if c.JSON == name {
			return c
		}
	}
	return nil
}

// Builder fills a document. Lists grow by one at a time.
type Builder struct {
	STD *transit.STD
}

// Set puts a value at a pointer, and makes the groups above it. It refuses a value that the simple type does not allow, with code
// and text of the violation.
func (b *Builder) Set(pointer, value string) *transit.Violation {
	field, e, problem := b.reach(pointer)
	if problem != "" || e.Type == nil {
		if problem == "" {
			problem = "is a group and has no value"
		}
		return &transit.Violation{Code: transit.CodeNotAllowed, Pointer: pointer, Value: value, Text: problem}
	}
	return set(field, e, pointer, value)
}

// Make makes the group or the element of a list at a pointer.
func (b *Builder) Make(pointer string) *transit.Violation {
	if _, e, problem := b.reach(pointer); problem != "" || e.Type != nil {
		return &transit.Violation{Code: transit.CodeNotAllowed, Pointer: pointer, Text: "there is no such group"}
	}
	return nil
}

// reach goes to a place of the document and makes what lies on the way.
func (b *Builder) reach(pointer string) (reflect.Value, *transit.Element, string) {
	v, e := reflect.ValueOf(b.STD).Elem(), transit.Schema()
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i := 0; i < len(steps); i++ {
		child := Child(e, steps[i])
		if child == nil {
			return v, e, "the document has no such element"
		}
		v, e = v.Field(child.Field), child
		switch {
		case e.List:
			i++
			if i == len(steps) {
				return v, e, "is a list and needs a number"
			}
			var found bool
			if v, found = element(v, steps[i], e.Max); !found {
				return v, e, fmt.Sprintf("is not the next of at most %d elements of the list", e.Max)
			}
		case e.Type == nil && v.Kind() == reflect.Pointer:
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
	}
	return v, e, ""
}

// element is an element of a list that is there, or the next, which is made.
func element(list reflect.Value, number string, most int) (reflect.Value, bool) {
	at, err := strconv.Atoi(number)
	if err != nil || at < 0 || at > list.Len() || at >= most {
		return list, false
	}
	if at == list.Len() {
		list.Set(reflect.Append(list, reflect.New(list.Type().Elem()).Elem()))
	}
	return list.Index(at), true
}

func set(field reflect.Value, e *transit.Element, pointer, raw string) *transit.Violation {
	value := e.Type.Normalise(raw)
	refuse := func(code, problem string) *transit.Violation {
		return &transit.Violation{Code: code, Pointer: pointer, Rule: transit.RuleXSD, Value: clip(value), Text: name(e) + " " + problem}
	}
	if value == "" {
		return refuse(transit.CodeRuleViolation, "is empty")
	}
	if code, problem := e.Type.Check(value); problem != "" {
		return refuse(code, problem)
	}
	if field.Kind() == reflect.String {
		field.SetString(value)
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return refuse(transit.CodeRuleViolation, "must be a whole number")
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	} else if n == 0 {
		return refuse(transit.CodeRuleViolation, "must not be 0; leave it out")
	}
	field.SetInt(n)
	return nil
}

func name(e *transit.Element) string {
	if e.Name == "" {
		return e.JSON
	}
	return e.Name
}

func clip(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
