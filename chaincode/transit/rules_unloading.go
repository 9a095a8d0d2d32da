package transit

import (
	"reflect"
	"strconv"
)

// CheckUnloading applies format control, code lists and logic control to unloading remarks and returns every violation;
// pointers lead from the remarks. declared is the declaration as it stands, incidents are those that the movement met on its way.
func CheckUnloading(remarks UnloadingRemarks, declared *STD, incidents ...Incident) []Violation {
	day := remarks.UnloadingDate
	if _, err := day.Parse(); err != nil {
		day = ""
	}
	found := tree{reflect.ValueOf(&remarks).Elem(), unloadingSchema()}.form(day)
	return append(found, applyTo(&unloading{&remarks, declared, incidents}, unloadingRules())...)
}

// unloading is the remarks with what they are compared with.
type unloading struct {
	*UnloadingRemarks

	declared  *STD
	incidents []Incident
}

func unloadingRules() []stepRule[*unloading] {
	return []stepRule[*unloading]{
		rule("C0440", "state of seals",
			"The state of the seals is given when the declaration or an incident has any, and only then.", checkC0440),
		rule("G0205", "conform or not",
			"Goods that conform have no differences; goods that do not have differences, broken seals or a remark in words.", checkG0205),
		rule("R0054", "numbers of groups that differ",
			"A group that differs or is missing keeps its sequence number. One that was not declared follows the last number of its list"+
				" and gives everything that a declaration must. No number stands twice in a list.", checkR0054),
		rule("R0055", "numbers of goods items that differ",
			"A goods item that differs or is missing keeps both its numbers, in its house. One that was not declared follows the last"+
				" declaration goods item number and the last goods item number of its house, and gives everything that a declaration must.",
			checkR0055),
		rule("G0360", "only what differs",
			"Remarks hold only what differs from the declaration.", checkG0360),
	}
}

func checkC0440(c *stepRuling[*unloading]) {
	u := c.subject
	sealed := false
	for i := range u.declared.Consignment.TransportEquipment {
		sealed = sealed || sealCount(&u.declared.Consignment.TransportEquipment[i]) > 0
	}
	for _, incident := range u.incidents {
		for i := range incident.Equipment {
			sealed = sealed || incident.Equipment[i].seals() > 0
		}
	}
	c.require(sealed, u.StateOfSeals != "", "/stateOfSeals", string(u.StateOfSeals),
		"say whether the seals were in order: there were seals", "leave out the state of the seals: there were none")
}

func checkG0205(c *stepRuling[*unloading]) {
	u := c.subject
	switch {
	case u.Conform.Set() && u.Consignment != nil:
		c.notAllowed("/consignment", "", "leave out the differences, or set conform to 0")
	case u.Conform == FlagNo && u.Consignment == nil && u.StateOfSeals != FlagNo && u.Text == "" && u.OtherThingsToReport == "":
		c.missing("/consignment", "give what differs, or a remark in words, or set conform to 1")
	}
}

func checkR0054(c *stepRuling[*unloading]) {
	c.subject.compare(comparison{list: func(at string, list listPair) {
		if !list.items {
			c.numbers(at, list)
		}
	}})
}

// numbers holds the sequence numbers of one list against those declared.
func (f *findings) numbers(at string, list listPair) {
	declared, last := list.declaredNumbers()
	seen := map[int]bool{}
	for i := range list.remark.Len() {
		element := list.remark.Index(i)
		n, place := numberOf(element), at+"/"+strconv.Itoa(i)
		switch {
		case n == 0: // format control says so
		case seen[n]:
			f.broken(place+"/sequenceNumber", strconv.Itoa(n), "give each sequence number once")
		case declared[n]:
		case n == last+1:
			last++
			f.filled(place, element, list.remarkSchema, list.declaredSchema)
		default:
			f.broken(place+"/sequenceNumber", strconv.Itoa(n),
				"give the number declared, or for what was not declared the next one, "+strconv.Itoa(last+1))
		}
		seen[n] = true
	}
}

// filled reports what a group that was not declared leaves out though a declaration may not.
func (f *findings) filled(at string, remark reflect.Value, remarkSchema, declaredSchema *Element) {
	for _, want := range declaredSchema.Children {
		has := child(remarkSchema, want.JSON)
		if has == nil || isNumber(want) {
			continue
		}
		field, place := remark.Field(has.Field), at+"/"+want.JSON
		if field.Kind() == reflect.Slice {
			if field.Len() == 0 && want.Min > 0 {
				f.missing(place, "give "+want.JSON+": this was not declared")
			}
			continue // the elements are looked at as a list of their own
		}
		if field.IsZero() {
			if want.Min > 0 {
				f.missing(place, "give "+want.JSON+": this was not declared")
			}
			continue
		}
		if want.Children != nil {
			f.filled(place, reflect.Indirect(field), has, want)
		}
	}
}

// isNumber tells whether an element is the number by which its group is found.
func isNumber(e *Element) bool {
	return oneOf(e.JSON, "sequenceNumber", "goodsItemNumber", "declarationGoodsItemNumber")
}

func checkR0055(c *stepRuling[*unloading]) {
	r := &itemNumbers{findings: &c.findings, seen: map[int]bool{}}
	eachItem(c.subject.declared, func(_ string, item *ConsignmentItem) { r.last = max(r.last, item.DeclarationGoodsItemNumber) })
	c.subject.compare(comparison{list: func(at string, list listPair) {
		if list.items {
			r.check(at, list)
		}
	}})
}

// itemNumbers follows the numbers of goods items through the remarks.
type itemNumbers struct {
	*findings

	last int // declaration goods item number
	seen map[int]bool
}

func (r *itemNumbers) check(at string, list listPair) {
	declared, lastInHouse := map[int]int{}, 0 // goods item number by declaration goods item number
	for i := range list.declared.Len() {
		item, _ := list.declared.Index(i).Interface().(ConsignmentItem)
		declared[item.DeclarationGoodsItemNumber] = item.GoodsItemNumber
		lastInHouse = max(lastInHouse, item.GoodsItemNumber)
	}
	for i := range list.remark.Len() {
		item, _ := list.remark.Index(i).Interface().(FoundItem)
		place := at + "/" + strconv.Itoa(i)
		inDeclaration, inHouse := item.DeclarationGoodsItemNumber, item.GoodsItemNumber
		want, known := declared[inDeclaration]
		switch {
		case inDeclaration == 0 || inHouse == 0: // format control says so
		case r.seen[inDeclaration]:
			r.broken(place+"/declarationGoodsItemNumber", strconv.Itoa(inDeclaration), "give each goods item once")
		case known && want != inHouse:
			r.broken(place+"/goodsItemNumber", strconv.Itoa(inHouse), "give the goods item number declared, "+strconv.Itoa(want))
		case known:
		case inDeclaration != r.last+1:
			r.broken(place+"/declarationGoodsItemNumber", strconv.Itoa(inDeclaration),
				"give the number declared in this house, or for an item not declared the next one, "+strconv.Itoa(r.last+1))
		case inHouse != lastInHouse+1:
			r.broken(place+"/goodsItemNumber", strconv.Itoa(inHouse),
				"number an item not declared with the next one of its house, "+strconv.Itoa(lastInHouse+1))
		default:
			r.last++
			lastInHouse++
			r.filled(place, list.remark.Index(i), list.remarkSchema, list.declaredSchema)
		}
		r.seen[inDeclaration] = true
	}
}

func checkG0360(c *stepRuling[*unloading]) {
	c.subject.compare(comparison{leaf: func(at string, e *Element, remark, declared reflect.Value) {
		text, present := LeafText(remark)
		was, declaredPresent := LeafText(declared)
		if e.Min == 0 && present && declaredPresent && sameValue(remark, text, was) {
			c.notAllowed(at, text, "leave out what is as declared")
		}
	}})
}

// sameValue compares the lexical forms of two leaves, decimals by value.
func sameValue(v reflect.Value, a, b string) bool {
	if _, decimal := v.Interface().(Decimal); decimal {
		order, err := Decimal(a).Cmp(Decimal(b))
		return err == nil && order == 0
	}
	return a == b
}
