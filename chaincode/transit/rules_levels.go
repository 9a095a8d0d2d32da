package transit

import "reflect"

func levelRules() []Rule {
	return []Rule{
		{"C0343", "country of destination at one level",
			"The country of destination is stated for the consignment, or for each house, or for each item, never twice.", checkC0343},
		{"C0909", "country of dispatch at one level",
			"The country of dispatch is stated at one level only. It may be left out, as in phase 5 of" +
				" NCTS: the office of departure tells where the goods set out. (Pack ncts-p6 demands it.)", checkC0909},
		{"C0502", "UCR at one level",
			"The reference UCR is stated at one level only. Where no transport document is cited, every item must have it.", checkC0502},
		{"C0337", "transport charges at one level",
			"Transport charges are given for the consignment or for its houses, not both.", checkC0337},
		{"R0506", "values common to all houses",
			"What all of several houses have in common is stated once, for the consignment.", checkR0506},
		{"R0507", "values common to all items",
			"What all of several items of a house have in common is stated once, for the house; a declaration type common to" +
				" all items is that of the declaration.", checkR0507},
	}
}

// leveled is a value that is stated at one of three levels.
type leveled struct {
	field, name string
	consignment func(*Consignment) string
	house       func(*HouseConsignment) string
	item        func(*ConsignmentItem) string
}

func destination() leveled {
	return leveled{"countryOfDestination", "country of destination",
		func(c *Consignment) string { return c.CountryOfDestination },
		func(h *HouseConsignment) string { return h.CountryOfDestination },
		func(it *ConsignmentItem) string { return it.CountryOfDestination }}
}

func dispatch() leveled {
	return leveled{"countryOfDispatch", "country of dispatch",
		func(c *Consignment) string { return c.CountryOfDispatch },
		func(h *HouseConsignment) string { return h.CountryOfDispatch },
		func(it *ConsignmentItem) string { return it.CountryOfDispatch }}
}

func ucr() leveled {
	return leveled{"referenceNumberUCR", "reference number UCR",
		func(c *Consignment) string { return c.ReferenceNumberUCR },
		func(h *HouseConsignment) string { return h.ReferenceNumberUCR },
		func(it *ConsignmentItem) string { return it.ReferenceNumberUCR }}
}

func checkC0343(c *ruling) { c.oneLevel(destination(), true) }
func checkC0909(c *ruling) { c.oneLevel(dispatch(), false) }

func checkC0502(c *ruling) {
	documented := len(c.std.Consignment.TransportDocuments) > 0
	for i := range c.std.Consignment.HouseConsignments {
		documented = documented || len(c.std.Consignment.HouseConsignments[i].TransportDocuments) > 0
	}
	// In phase 5 transport documents may also stand with the items.
	c.eachItem(func(it atItem) { documented = documented || len(it.TransportDocuments) > 0 })
	c.oneLevel(ucr(), !documented)
}

// oneLevel reports a value that is repeated below the level where it stands first, and, when it is required, one that stands
// nowhere above an item.
func (c *ruling) oneLevel(l leveled, required bool) {
	top := l.consignment(&c.std.Consignment)
	if top == "" && required && c.nowhere(l) {
		c.missing(consignmentAt+"/"+l.field, "give the "+l.name+" of the consignment, or of each house or item")
		return
	}
	c.eachHouse(func(i int, items []atItem) {
		house := l.house(&c.std.Consignment.HouseConsignments[i])
		if top != "" && house != "" {
			c.notAllowed(houseAt(i)+"/"+l.field, house, "leave out the "+l.name+": it is stated for the consignment")
		}
		for _, it := range items {
			c.itemLevel(l, it, top != "" || house != "", required)
		}
	})
}

func (c *ruling) itemLevel(l leveled, it atItem, stated, required bool) {
	switch own := l.item(it.ConsignmentItem); {
	case stated && own != "":
		c.notAllowed(it.pointer+"/"+l.field, own, "leave out the "+l.name+": it is stated for the consignment or the house")
	case !stated && own == "" && required:
		c.missing(it.pointer+"/"+l.field, "give the "+l.name+" of this item, or of its house or the consignment")
	}
}

func (c *ruling) nowhere(l leveled) bool {
	for i := range c.std.Consignment.HouseConsignments {
		if l.house(&c.std.Consignment.HouseConsignments[i]) != "" {
			return false
		}
	}
	for _, it := range c.items {
		if l.item(it.ConsignmentItem) != "" {
			return false
		}
	}
	return true
}

func checkC0337(c *ruling) {
	if c.std.Consignment.TransportCharges == nil {
		return
	}
	for i, h := range c.std.Consignment.HouseConsignments {
		if h.TransportCharges != nil {
			c.notAllowed(houseAt(i)+"/transportCharges", h.TransportCharges.MethodOfPayment,
				"give the transport charges for the consignment or for each house, not for both")
		}
	}
}

func checkR0506(c *ruling) {
	houses := c.std.Consignment.HouseConsignments
	if len(houses) < 2 {
		return
	}
	for _, f := range []struct {
		field, text string
		get         func(*HouseConsignment) any
	}{
		{"consignor", "the consignor", func(h *HouseConsignment) any { return h.Consignor }},
		{"consignee", "the consignee", func(h *HouseConsignment) any { return h.Consignee }},
		{"departureTransportMeans", "the means of transport at departure", func(h *HouseConsignment) any { return h.DepartureTransportMeans }},
		{"transportCharges", "the transport charges", func(h *HouseConsignment) any { return h.TransportCharges }},
		{"referenceNumberUCR", "the reference number UCR", func(h *HouseConsignment) any { return h.ReferenceNumberUCR }},
		{"countryOfDispatch", "the country of dispatch", func(h *HouseConsignment) any { return h.CountryOfDispatch }},
		{"countryOfDestination", "the country of destination", func(h *HouseConsignment) any { return h.CountryOfDestination }},
	} {
		if allEqual(len(houses), func(i int) any { return f.get(&houses[i]) }) {
			c.broken(houseAt(0)+"/"+f.field, "", "state "+f.text+" once, for the consignment: it is the same for every house")
		}
	}
}

// allEqual tells whether n values are all present and equal.
func allEqual(n int, get func(int) any) bool {
	first := get(0)
	if v := reflect.ValueOf(first); v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
		return false
	}
	for i := 1; i < n; i++ {
		if !reflect.DeepEqual(first, get(i)) {
			return false
		}
	}
	return true
}

func checkR0507(c *ruling) {
	for i := range c.std.Consignment.HouseConsignments {
		items := c.std.Consignment.HouseConsignments[i].ConsignmentItems
		if len(items) < 2 {
			continue
		}
		for _, l := range []leveled{dispatch(), destination(), ucr()} {
			if allEqual(len(items), func(j int) any { return l.item(&items[j]) }) {
				c.broken(houseAt(i)+"/consignmentItems/0/"+l.field, l.item(&items[0]),
					"state the "+l.name+" once, for the house: it is the same for every item")
			}
		}
	}
	c.commonDeclarationType()
}

func (c *ruling) commonDeclarationType() {
	all := c.items
	if len(all) > 1 && allEqual(len(all), func(i int) any { return all[i].DeclarationType }) {
		c.broken(all[0].pointer+"/declarationType", all[0].DeclarationType,
			"state the type once, as that of the declaration: it is the same for every item")
	}
}
