package ncts

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Set gives an element of a message its value. The path leads there from the root, by names of elements; the second of a list is
// "Seal[2]", and lists grow as needed. An empty value leaves the element absent, with the groups around it. A path that leads
// nowhere is a mistake of the program, and so is a text where the element is a number.
func Set(content any, path, value string) {
	if value == "" {
		return
	}
	v := reflect.ValueOf(content).Elem()
	for name := range strings.SplitSeq(path, "/") {
		v = step(v, name, path)
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		v.SetString(value)
		return
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || !v.CanInt() {
		panic(fmt.Sprintf("%q is no value of %s", value, path))
	}
	v.SetInt(n)
}

// Get is the value of an element, empty when it is absent. Paths are those of [Set]; a path that leads nowhere is empty too.
func Get(content any, path string) string {
	v := reflect.ValueOf(content).Elem()
	for name := range strings.SplitSeq(path, "/") {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return ""
			}
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return ""
		}
		at := fieldOf(v.Type(), name)
		if at < 0 {
			return ""
		}
		v = v.Field(at)
	}
	if v.Kind() != reflect.String {
		return ""
	}
	return v.String()
}

func fieldOf(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if element, _ := elementOf(t.Field(i)); element == name {
			return i
		}
	}
	return -1
}

// step goes one element down, and makes what is not there yet.
func step(v reflect.Value, name, path string) reflect.Value {
	name, rest, listed := strings.Cut(name, "[")
	at := fieldOf(v.Type(), name)
	if at < 0 {
		panic(fmt.Sprintf("%s has no element %s of %s", v.Type().Name(), name, path))
	}
	v = v.Field(at)
	if listed {
		n, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
		if err != nil || v.Kind() != reflect.Slice {
			panic(fmt.Sprintf("%s is no list in %s", name, path))
		}
		for v.Len() < n {
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
		}
		return v.Index(n - 1)
	}
	if v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return v.Elem()
	}
	return v
}
