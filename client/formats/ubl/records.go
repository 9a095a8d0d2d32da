package ubl

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// leavesOf lists the values of a record in the order of its fields.
func leavesOf(record any) []leaf {
	var leaves []leaf
	listLeaves(&leaves, "", reflect.ValueOf(record))
	return leaves
}

func listLeaves(into *[]leaf, pointer string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			listGroup(into, pointer, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, absent := jsonField(v, i)
			switch {
			case absent:
			case name == "":
				listLeaves(into, pointer, v.Field(i))
			default:
				listLeaves(into, pointer+"/"+name, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			listGroup(into, pointer+"/"+strconv.Itoa(i), v.Index(i))
		}
	default:
		*into = append(*into, leaf{pointer: pointer, value: fmt.Sprint(v.Interface())})
	}
}

// listGroup lists a group that is present even when it is empty.
func listGroup(into *[]leaf, pointer string, v reflect.Value) {
	before := len(*into)
	listLeaves(into, pointer, v)
	if len(*into) == before {
		*into = append(*into, leaf{pointer: pointer, empty: true})
	}
}

// jsonField is the name of a field in JSON, empty for one that is embedded, and whether it is absent there.
func jsonField(v reflect.Value, i int) (name string, absent bool) {
	field := v.Type().Field(i)
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	if field.Anonymous && name == "" {
		return "", false
	}
	f := v.Field(i)
	empty := f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0
	return name, empty && (strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"))
}

// build decodes the values that were read into a record, strictly. A value that has no place, or the wrong kind, is a violation.
func build(values []value, record any) []transit.Violation {
	root := map[string]any{}
	var violations []transit.Violation
	for _, v := range values {
		if problem := place(root, reflect.TypeOf(record).Elem(), v); problem != "" {
			violations = append(violations, transit.Violation{
				Code: transit.CodeNotAllowed, Pointer: v.pointer, Rule: RuleUBL, Value: v.text, Text: problem,
			})
		}
	}
	text, err := json.Marshal(arrays(root))
	if err == nil {
		err = transit.DecodeStrict(text, record)
	}
	if err != nil {
		violations = append(violations, transit.Violation{Code: transit.CodeRuleViolation, Rule: RuleUBL, Text: err.Error()})
	}
	return violations
}

// listMap is an array while it is filled, by number.
type listMap map[int]any

// maxList bounds the arrays that pointers of an extension can make.
const maxList = 100_000

// place puts a value into a tree of maps.
func place(at map[string]any, t reflect.Type, v value) string {
	names := strings.Split(strings.TrimPrefix(v.pointer, "/"), "/")
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		t = fieldType(t, name)
		switch {
		case t == nil:
			return "there is no such element"
		case t.Kind() == reflect.Slice:
			if len(names) == 0 {
				return "is a list and needs a number"
			}
			n, problem := next(at, name, names[0])
			if problem != "" {
				return problem
			}
			elements := at[name].(listMap)
			t, names = t.Elem(), names[1:]
			if t.Kind() != reflect.Struct {
				elements[n] = v.text
				return atEnd(names)
			}
			at = elements.group(n)
		case len(names) == 0 && (!v.group || t.Kind() == reflect.String):
			return put(at, name, t, v.text)
		default:
			at, t = below(at, name), dereferenced(t)
		}
	}
	return ""
}

// next is the number of an element of a list, which must be there or be the next.
func next(at map[string]any, name, number string) (int, string) {
	elements, _ := at[name].(listMap)
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > len(elements) || n >= maxList {
		return 0, "is not the next element of its list"
	}
	if elements == nil {
		at[name] = listMap{}
	}
	return n, ""
}

func (l listMap) group(n int) map[string]any {
	inner, ok := l[n].(map[string]any)
	if !ok {
		inner = map[string]any{}
		l[n] = inner
	}
	return inner
}

// atEnd refuses a pointer that goes on below a text.
func atEnd(rest []string) string {
	if len(rest) > 0 {
		return "there is no such element"
	}
	return ""
}

func dereferenced(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func below(at map[string]any, name string) map[string]any {
	next, ok := at[name].(map[string]any)
	if !ok {
		next = map[string]any{}
		at[name] = next
	}
	return next
}

func put(at map[string]any, name string, t reflect.Type, text string) string {
	switch t.Kind() {
	case reflect.String:
		at[name] = text
	case reflect.Bool:
		if text != "true" && text != "false" {
			return "is neither true nor false"
		}
		at[name] = text == "true"
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "is not a whole number"
		}
		at[name] = n
	default:
		return "is a group and has no value"
	}
	return ""
}

// fieldType is the type of a field by its name in JSON, fields of embedded structs included.
func fieldType(t reflect.Type, name string) reflect.Type {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		field := t.Field(i)
		own, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && own == "" {
			if inner := fieldType(field.Type, name); inner != nil {
				return inner
			}
			continue
		}
		if own == name && name != "" && name != "-" {
			return field.Type
		}
	}
	return nil
}

// arrays turns what was filled by number into arrays.
func arrays(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = arrays(value)
		}
	case listMap:
		numbers := make([]int, 0, len(v))
		for n := range v {
			numbers = append(numbers, n)
		}
		slices.Sort(numbers)
		list := make([]any, 0, len(v))
		for _, n := range numbers {
			list = append(list, arrays(v[n]))
		}
		return list
	}
	return tree
}
