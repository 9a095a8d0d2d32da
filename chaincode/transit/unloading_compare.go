package transit

import (
	"reflect"
	"strconv"
)

// comparison walks unloading remarks beside the declaration. Groups are paired by the names of their fields in JSON and, in
// lists, by their numbers; a group that was not declared is compared with an empty one.
type comparison struct {
	leaf func(at string, e *Element, remark, declared reflect.Value)
	list func(at string, list listPair)
}

// listPair is a list of the remarks with the list declared.
type listPair struct {
	remark, declared             reflect.Value
	remarkSchema, declaredSchema *Element
	items                        bool // goods items, which have two numbers
}

func (u *unloading) compare(c comparison) {
	if u.Consignment == nil {
		return
	}
	c.group("/consignment", reflect.ValueOf(u.Consignment).Elem(), reflect.ValueOf(&u.declared.Consignment).Elem(),
		child(unloadingSchema(), "consignment"), child(Schema(), "consignment"))
}

// child finds an element of a group by its name in JSON, nil when there is none.
func child(group *Element, json string) *Element {
	for _, e := range group.Children {
		if e.JSON == json {
			return e
		}
	}
	return nil
}

func (c comparison) group(at string, remark, declared reflect.Value, remarkSchema, declaredSchema *Element) {
	for _, e := range remarkSchema.Children {
		was := child(declaredSchema, e.JSON)
		if was == nil {
			continue
		}
		field, place := remark.Field(e.Field), at+"/"+e.JSON
		before := declared.Field(was.Field)
		switch {
		case e.List:
			c.elements(place, listPair{field, before, e, was, e.JSON == "consignmentItems"})
		case e.Type != nil:
			if c.leaf != nil {
				c.leaf(place, e, field, before)
			}
		case !field.IsZero():
			c.group(place, reflect.Indirect(field), orEmpty(before), e, was)
		}
	}
}

// orEmpty is the struct that a group field holds or points to, an empty one when it points nowhere.
func orEmpty(v reflect.Value) reflect.Value {
	switch {
	case v.Kind() != reflect.Pointer:
		return v
	case v.IsNil():
		return reflect.Zero(v.Type().Elem())
	}
	return v.Elem()
}

func (c comparison) elements(at string, list listPair) {
	if c.list != nil {
		c.list(at, list)
	}
	byNumber := map[int]reflect.Value{}
	for i := range list.declared.Len() {
		byNumber[numberOf(list.declared.Index(i))] = list.declared.Index(i)
	}
	for i := range list.remark.Len() {
		element := list.remark.Index(i)
		declared, known := byNumber[numberOf(element)]
		if !known {
			declared = reflect.Zero(list.declared.Type().Elem())
		}
		c.group(at+"/"+strconv.Itoa(i), element, declared, list.remarkSchema, list.declaredSchema)
	}
}

// declaredNumbers are the sequence numbers of the list declared, and the last of them.
func (l listPair) declaredNumbers() (numbers map[int]bool, last int) {
	numbers = map[int]bool{}
	for i := range l.declared.Len() {
		n := numberOf(l.declared.Index(i))
		numbers[n] = true
		last = max(last, n)
	}
	return numbers, last
}

// numberOf is the number by which an element of a list is found: of a goods item that in the declaration, else the sequence number.
func numberOf(element reflect.Value) int {
	for _, name := range []string{"SequenceNumber", "DeclarationGoodsItemNumber"} {
		if f := element.FieldByName(name); f.IsValid() {
			return int(f.Int())
		}
	}
	return 0
}
