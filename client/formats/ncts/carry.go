package ncts

import (
	"reflect"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Carry copies the elements that two messages, or parts of them, have in common: to and from are pointers to structs with the
// tags of a message, and elements are the same when their names are. It names by JSON pointer what from has and to has no place
// for. Elements of to that from does not have stay as they are; a list beyond the first element goes nowhere where to has one
// element only. Values are not held against the schema.
func Carry(to, from any) (left []string) {
	c := &carrier{}
	c.group("", reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem())
	return c.left
}

type carrier struct{ left []string }

// elementOf is the element of a field; of a group that has no element of its own, the name of the field.
func elementOf(field reflect.StructField) (element, json string) {
	json, _, _ = strings.Cut(field.Tag.Get("json"), ",")
	words := strings.Fields(field.Tag.Get("ncts"))
	content := field.Type
	if k := content.Kind(); k == reflect.Pointer || k == reflect.Slice {
		content = content.Elem()
	}
	named := len(words) == 3 || content.Kind() == reflect.Struct && len(words) == 2
	if named && words[0] != "-" {
		return words[0], json
	}
	return json, json
}

func (c *carrier) group(at string, to, from reflect.Value) {
	places := map[string]int{}
	for i := range to.NumField() {
		element, _ := elementOf(to.Type().Field(i))
		places[element] = i
	}
	for i := range from.NumField() {
		value := from.Field(i)
		if value.IsZero() {
			continue
		}
		element, json := elementOf(from.Type().Field(i))
		place, known := places[element]
		if !known {
			c.left = append(c.left, at+"/"+json)
			continue
		}
		c.value(at+"/"+json, to.Field(place), value)
	}
}

func (c *carrier) value(at string, to, from reflect.Value) {
	switch {
	case from.Kind() == reflect.Slice:
		c.list(at, to, from)
	case from.Kind() == reflect.Pointer && from.Type().Elem().Kind() == reflect.Struct:
		c.value(at, to, from.Elem())
	case to.Kind() == reflect.Slice:
		to.Set(reflect.MakeSlice(to.Type(), 1, 1))
		c.value(at, to.Index(0), from)
	case from.Kind() == reflect.Struct:
		if to.Kind() == reflect.Pointer {
			if to.IsNil() {
				to.Set(reflect.New(to.Type().Elem()))
			}
			to = to.Elem()
		}
		c.group(at, to, from)
	default:
		c.leaf(at, to, from)
	}
}

func (c *carrier) list(at string, to, from reflect.Value) {
	if to.Kind() != reflect.Slice {
		c.value(at+"/0", to, from.Index(0))
		for i := 1; i < from.Len(); i++ {
			c.left = append(c.left, at+"/"+strconv.Itoa(i))
		}
		return
	}
	list := reflect.MakeSlice(to.Type(), from.Len(), from.Len())
	for i := range from.Len() {
		c.value(at+"/"+strconv.Itoa(i), list.Index(i), from.Index(i))
	}
	to.Set(list)
}

// leaf copies a text or a number; one may be held where the other keeps it by pointer.
func (c *carrier) leaf(at string, to, from reflect.Value) {
	text, _ := transit.LeafText(from)
	switch to.Kind() {
	case reflect.String:
		to.SetString(text)
		return
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		to = to.Elem()
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !to.CanInt() {
		c.left = append(c.left, at)
		return
	}
	to.SetInt(n)
}
