package ncts

import (
	"reflect"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Prune takes out of a message the optional groups that its schema does not allow as they are, such as a means of transport
// without nationality that a declaration may have and a release may not. It names them by JSON pointer. What is wrong elsewhere
// stays.
func Prune(content any, schema *transit.Element) (dropped []string) {
	root := reflect.ValueOf(content).Elem()
	for {
		violations := transit.CheckFormat(root, schema)
		progress := false
		// From the end, so that the numbers of list elements before it stay right.
		at := ""
		for i := len(violations) - 1; i >= 0; i-- {
			if at != "" && strings.HasPrefix(violations[i].Pointer+"/", at+"/") {
				continue // gone with the group
			}
			if pointer := prune(root, schema, violations[i].Pointer); pointer != "" {
				dropped, at, progress = append(dropped, pointer), pointer, true
			}
		}
		if !progress {
			return dropped
		}
	}
}

// prune drops the innermost optional group on the way to an element, and returns its pointer.
func prune(v reflect.Value, e *transit.Element, pointer string) string {
	w := &pruner{value: v, element: e, parts: strings.Split(strings.TrimPrefix(pointer, "/"), "/")}
	for len(w.parts) > 0 && w.descend() {
	}
	if w.drop == nil {
		return ""
	}
	w.drop()
	return w.found
}

// pruner goes down a pointer and remembers how to drop the innermost optional group that it has met.
type pruner struct {
	value   reflect.Value
	element *transit.Element
	parts   []string
	at      string
	found   string
	drop    func()
}

// descend goes into the next group; it tells whether there is one.
func (w *pruner) descend() bool {
	child := childOf(w.element, w.parts[0])
	if child == nil || child.Type != nil {
		return false
	}
	field := w.value.Field(child.Field)
	w.next()
	w.element = child
	switch {
	case child.List:
		return w.listed(field, child)
	case field.Kind() != reflect.Pointer:
		w.value = field
		return true
	case field.IsNil():
		return false
	}
	if child.Min == 0 {
		w.found, w.drop = w.at, field.SetZero
	}
	w.value = field.Elem()
	return true
}

func (w *pruner) listed(field reflect.Value, child *transit.Element) bool {
	if len(w.parts) == 0 {
		return false
	}
	i, err := strconv.Atoi(w.parts[0])
	if err != nil || i >= field.Len() {
		return false
	}
	w.next()
	if field.Len() > child.Min {
		w.found, w.drop = w.at, func() { field.Set(reflect.AppendSlice(field.Slice(0, i), field.Slice(i+1, field.Len()))) }
	}
	w.value = field.Index(i)
	return true
}

func (w *pruner) next() {
	w.at += "/" + w.parts[0]
	w.parts = w.parts[1:]
}
