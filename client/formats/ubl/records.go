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
func place(root map[string]any, t reflect.Type, v value) string {
	at := map[string]any(root)
	names := strings.Split(strings.TrimPrefix(v.pointer, "/"), "/")
	for i := 0; i < len(names); i++ {
		t = fieldType(t, names[i])
		if t == nil {
			return "there is no such element"
		}
		last := i+1 == len(names)
		if t.Kind() != reflect.Slice {
			if last && (!v.group || t.Kind() == reflect.String) {
				return put(at, names[i], t, v.text)
			}
			at = below(at, names[i])
			t = dereferenced(t)
			continue
		}
		i++
		if i == len(names) {
			return "is a list and needs a number"
		}
		n, err := strconv.Atoi(names[i])
		elements, _ := at[names[i-1]].(listMap)
		if err != nil || n < 0 || n > len(elements) || n >= maxList {
			return "is not the next element of its list"
		}
		if elements == nil {
			elements = listMap{}
			at[names[i-1]] = elements
		}
		t = t.Elem()
		if t.Kind() != reflect.Struct {
			if i+1 != len(names) {
				return "there is no such element"
			}
			elements[n] = v.text
			return ""
		}
		inner, ok := elements[n].(map[string]any)
		if !ok {
			inner = map[string]any{}
			elements[n] = inner
		}
		at = inner
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
