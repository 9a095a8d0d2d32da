package ncts

import (
	"reflect"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Leaf is one value of a message: where it stands, by JSON pointer, and what it is.
type Leaf struct{ Pointer, Value string }

// Leaves lists the values of a message, or of a part of one, in the order of its elements. Extensions of CATS are among them.
func Leaves(content any) []Leaf {
	var all []Leaf
	leaves("", reflect.ValueOf(content).Elem(), &all)
	return all
}

func leaves(at string, group reflect.Value, all *[]Leaf) {
	for i := range group.NumField() {
		name, _, _ := strings.Cut(group.Type().Field(i).Tag.Get("json"), ",")
		below, value := at+"/"+name, group.Field(i)
		switch {
		case value.Kind() == reflect.Slice:
			for j := range value.Len() {
				leaves(below+"/"+strconv.Itoa(j), value.Index(j), all)
			}
		case value.Kind() == reflect.Struct:
			leaves(below, value, all)
		case value.Kind() == reflect.Pointer && value.Type().Elem().Kind() == reflect.Struct:
			if !value.IsNil() {
				leaves(below, value.Elem(), all)
			}
		default:
			if text, present := transit.LeafText(value); present {
				*all = append(*all, Leaf{below, text})
			}
		}
	}
}
