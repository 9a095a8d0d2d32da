package transit

import (
	"fmt"
	"reflect"
	"strconv"
)

// CheckAmendment names what an amendment of a declaration changes though it may not (R0520). Before release everything may
// change except the holder of the procedure, the representative and the office of departure as whole groups, the types of the
// declaration, LRN and security, and the HS sub-heading of a goods item that stays. guaranteeOnly is amendment type flag 1, for
// a movement in state "guarantee under amendment": only the guarantees may change then. The message header is another message's and may differ.
func CheckAmendment(was, is *STD, guaranteeOnly bool) []Violation {
	return applyTo(&amendment{was, is, guaranteeOnly}, amendmentRules())
}

// CheckAmendmentReference demands that an amendment (IE013) names the MRN once the declaration has been accepted and the LRN
// before, never both (C0467).
func CheckAmendmentReference(accepted bool, mrn, lrn string) []Violation {
	return applyTo(amendmentReference{accepted, mrn, lrn}, amendmentReferenceRules())
}

type amendmentReference struct {
	accepted bool
	mrn, lrn string
}

func amendmentReferenceRules() []stepRule[amendmentReference] {
	return []stepRule[amendmentReference]{
		rule("C0467", "reference of an amendment",
			"An amendment names the MRN after acceptance, the LRN before, never both.", checkC0467),
	}
}

func checkC0467(c *stepRuling[amendmentReference]) {
	r := c.subject
	c.require(r.accepted, r.mrn != "", "/mrn", r.mrn,
		"give the MRN: the declaration has been accepted", "leave out the MRN: the declaration has not been accepted yet")
	c.require(!r.accepted, r.lrn != "", "/lrn", r.lrn,
		"give the LRN: the declaration has not been accepted yet", "leave out the LRN: the declaration has been accepted under an MRN")
}

type amendment struct {
	was, is       *STD
	guaranteeOnly bool
}

func amendmentRules() []stepRule[*amendment] {
	return []stepRule[*amendment]{
		rule("R0520", "what an amendment may change",
			"An amendment keeps holder, representative and office of departure, declaration type, additional declaration type, LRN,"+
				" MRN, security and the HS sub-heading of each item. While the guarantee is under amendment it changes the guarantees alone.",
			checkR0520),
	}
}

func checkR0520(c *stepRuling[*amendment]) {
	was, is := c.subject.was, c.subject.is
	if c.subject.guaranteeOnly {
		for _, e := range Schema().Children {
			if e.JSON != "message" && e.JSON != "guarantees" {
				c.kept("", reflect.ValueOf(was).Elem(), reflect.ValueOf(is).Elem(), e)
			}
		}
		return
	}
	for _, name := range []string{"holderOfTheTransitProcedure", "representative", "customsOfficeOfDeparture"} {
		c.kept("", reflect.ValueOf(was).Elem(), reflect.ValueOf(is).Elem(), child(Schema(), name))
	}
	operation := child(Schema(), "transitOperation")
	for _, name := range []string{"lrn", "declarationType", "additionalDeclarationType", "security"} {
		c.kept(operationAt, reflect.ValueOf(&was.TransitOperation).Elem(), reflect.ValueOf(&is.TransitOperation).Elem(), child(operation, name))
	}
	before := map[int]string{}
	eachItem(was, func(_ string, item *ConsignmentItem) { before[item.DeclarationGoodsItemNumber] = subHeading(item) })
	eachItem(is, func(pointer string, item *ConsignmentItem) {
		if code, stays := before[item.DeclarationGoodsItemNumber]; stays && code != subHeading(item) {
			c.changed(pointer+"/commodity/commodityCode/harmonizedSystemSubHeadingCode", code, subHeading(item))
		}
	})
}

// changed reports one value that is not what it was.
func (f *findings) changed(pointer, was, is string) {
	f.broken(pointer, is, fmt.Sprintf("an amendment must keep %q", clip(was)))
}

// kept reports every difference in one element of two groups.
func (f *findings) kept(at string, was, is reflect.Value, e *Element) {
	a, b, place := was.Field(e.Field), is.Field(e.Field), at+"/"+e.JSON
	switch {
	case e.List:
		for i := range min(a.Len(), b.Len()) {
			f.keptGroup(place+"/"+strconv.Itoa(i), a.Index(i), b.Index(i), e)
		}
		if a.Len() != b.Len() {
			f.broken(place, strconv.Itoa(b.Len()), fmt.Sprintf("an amendment must keep the %d of %s", a.Len(), e.Name))
		}
	case e.Children != nil:
		f.keptGroup(place, orEmpty(a), orEmpty(b), e)
	default:
		before, _ := LeafText(a)
		if after, _ := LeafText(b); after != before {
			f.changed(place, before, after)
		}
	}
}

func (f *findings) keptGroup(at string, was, is reflect.Value, group *Element) {
	for _, e := range group.Children {
		f.kept(at, was, is, e)
	}
}
