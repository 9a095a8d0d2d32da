package transit

import (
	"reflect"
	"strconv"
)

func levelRules() []Rule {
	return []Rule{
		{"C0343", "country of destination at one level",
			"The country of destination is stated for the consignment, or for each house, or for each item, never twice.", checkC0343},
		{"C0909", "country of dispatch at one level",
			"The country of dispatch is stated at one level only. It may be left out, as in phase 5 of" +
				" NCTS: the office of departure tells where the goods set out.", checkC0909},
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
	c.items(func(it atItem) { documented = documented || len(it.TransportDocuments) > 0 })
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
	for i := range c.std.Consignment.HouseConsignments {
		h := &c.std.Consignment.HouseConsignments[i]
		house := l.house(h)
		if top != "" && house != "" {
			c.notAllowed(houseAt(i)+"/"+l.field, house, "leave out the "+l.name+": it is stated for the consignment")
		}
		c.itemsOf(i, func(it atItem) {
			c.itemLevel(l, it, top != "" || house != "", required)
		})
	}
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
	none := true
	for i := range c.std.Consignment.HouseConsignments {
		h := &c.std.Consignment.HouseConsignments[i]
		none = none && l.house(h) == ""
		c.itemsOf(i, func(it atItem) { none = none && l.item(it.ConsignmentItem) == "" })
	}
	return none
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
	var all []atItem
	c.items(func(it atItem) { all = append(all, it) })
	if len(all) > 1 && allEqual(len(all), func(i int) any { return all[i].DeclarationType }) {
		c.broken(all[0].pointer+"/declarationType", all[0].DeclarationType,
			"state the type once, as that of the declaration: it is the same for every item")
	}
}

func goodsRules() []Rule {
	return []Rule{
		{"C0045", "declaration type of an item",
			"Items state a declaration type when that of the declaration is T, and only then.", checkC0045},
		{"C0153", "commodity code",
			"An item has a commodity code, except under TIR when the goods do not come from export (N830).", checkC0153},
		{"C0837", "net mass",
			"The net mass is required for goods that come from export (N830), left out of a reduced data set and optional else.", checkC0837},
		{"C0060", "packages and marks",
			"Bulk has no number of packages, unpacked goods have one, other packages have a number and shipping marks.", checkC0060},
		{"C0298", "unit of a written-off quantity",
			"A quantity of a previous document has its unit, and a unit its quantity.", checkC0298},
		{"R0219", "all packages zero or none", "When one kind of packages of an item has number 0, all have.", checkR0219},
		{"R0220", "unpacked goods not zero", "Number 0 is not for unpacked goods.", checkR0220},
		{"R0221", "gross mass of items without packages",
			"An item whose packages number 0 weighs 0, as another item of its house weighs for both; any other item weighs" +
				" more than 0.", checkR0221},
		{"R0364", "packages shared with another item",
			"Packages numbering 0 are those of another item of the house, with the same marks and a number above 0, neither bulk nor" +
				" unpacked.", checkR0364},
		{"R0223", "net mass within gross mass",
			"The net mass of an item is not greater than its gross mass, unless that is 0.", checkR0223},
		{"R0983", "gross mass of a house", "The gross mass of a house is at least the sum of its items.", checkR0983},
		{"R0994", "gross mass of the consignment",
			"The gross mass of the consignment is at least the sum of its houses.", checkR0994},
	}
}

func checkC0045(c *ruling) {
	mixed := c.std.TransitOperation.DeclarationType == DeclarationMixed
	c.items(func(it atItem) {
		c.require(mixed, it.DeclarationType != "", it.pointer+"/declarationType", it.DeclarationType,
			"give the declaration type of this item, as that of the declaration is T",
			"leave out the declaration type of this item: that of the declaration holds")
	})
}

func checkC0153(c *ruling) {
	c.items(func(it atItem) {
		if it.Commodity.CommodityCode == nil && (!c.isTIR() || hasExport(it.house)) {
			c.missing(it.pointer+"/commodity/commodityCode", "give the commodity code of this item, at least the six digits of its HS sub-heading")
		}
	})
}

func checkC0837(c *ruling) {
	reduced := c.std.TransitOperation.ReducedDatasetIndicator.Set()
	c.items(func(it atItem) {
		at, net := it.pointer+"/commodity/goodsMeasure/netMass", it.measure().NetMass
		switch export := hasExport(it.house); {
		case export && net == "":
			c.missing(at, "give the net mass, as the goods come from export (previous document N830)")
		case !export && reduced && net != "":
			c.notAllowed(at, string(net), "leave out the net mass: the data set is reduced")
		}
	})
}

// packages calls f for every kind of packages of an item.
func (it atItem) packages(f func(at string, p *Packaging)) {
	for k := range it.Packaging {
		f(it.pointer+"/packaging/"+strconv.Itoa(k), &it.Packaging[k])
	}
}

func isNone(p *Packaging) bool { return p.NumberOfPackages != nil && *p.NumberOfPackages == 0 }

func isBulk(p *Packaging) bool     { return BulkPackageTypes().Has(p.TypeOfPackages) }
func isUnpacked(p *Packaging) bool { return UnpackedPackageTypes().Has(p.TypeOfPackages) }

func checkC0060(c *ruling) {
	c.items(func(it atItem) {
		it.packages(func(at string, p *Packaging) {
			switch {
			case p.TypeOfPackages == "":
			case isBulk(p):
				if p.NumberOfPackages != nil {
					c.notAllowed(at+"/numberOfPackages", strconv.Itoa(*p.NumberOfPackages), "leave out the number of packages: the goods are in bulk")
				}
			default:
				if p.NumberOfPackages == nil {
					c.missing(at+"/numberOfPackages", "give the number of packages, pieces if unpacked")
				}
				if p.ShippingMarks == "" && !isUnpacked(p) {
					c.missing(at+"/shippingMarks", "give the shipping marks of the packages")
				}
			}
		})
	})
}

func checkC0298(c *ruling) {
	c.items(func(it atItem) {
		for k, d := range it.PreviousDocuments {
			c.require(d.Quantity != "", d.MeasurementUnitAndQualifier != "",
				it.pointer+"/previousDocuments/"+strconv.Itoa(k)+"/measurementUnitAndQualifier", d.MeasurementUnitAndQualifier,
				"give the unit of the quantity", "leave out the unit, or give the quantity")
		}
	})
}

// sharesPackages tells whether one kind of packages of an item has number 0.
func (it atItem) sharesPackages() bool {
	for k := range it.Packaging {
		if isNone(&it.Packaging[k]) {
			return true
		}
	}
	return false
}

func checkR0219(c *ruling) {
	c.items(func(it atItem) {
		if !it.sharesPackages() {
			return
		}
		it.packages(func(at string, p *Packaging) {
			if p.NumberOfPackages != nil && *p.NumberOfPackages != 0 {
				c.broken(at+"/numberOfPackages", strconv.Itoa(*p.NumberOfPackages),
					"give 0 for every kind of packages of this item, or a number above 0 for every kind")
			}
		})
	})
}

func checkR0220(c *ruling) {
	c.items(func(it atItem) {
		it.packages(func(at string, p *Packaging) {
			if isNone(p) && isUnpacked(p) {
				c.broken(at+"/numberOfPackages", "0", "give the number of pieces: unpacked goods are never packed with others")
			}
		})
	})
}

func checkR0221(c *ruling) {
	for i := range c.std.Consignment.HouseConsignments {
		heavy := false
		c.itemsOf(i, func(it atItem) { heavy = heavy || it.measure().GrossMass.Positive() })
		c.itemsOf(i, func(it atItem) {
			gross := it.measure().GrossMass
			at := it.pointer + "/commodity/goodsMeasure/grossMass"
			switch shares := it.sharesPackages(); {
			case gross == "":
			case shares && gross.Positive():
				c.broken(at, string(gross), "give the gross mass 0, as this item is packed with another (number of packages 0)")
			case shares && !heavy:
				c.broken(at, string(gross), "one other item of this house must have a gross mass above 0 and the packages")
			case !shares && isZero(gross):
				c.broken(at, string(gross), "give the gross mass of this item; only an item packed with another has 0")
			}
		})
	}
}

func checkR0364(c *ruling) {
	for i := range c.std.Consignment.HouseConsignments {
		marks := map[string]bool{}
		c.itemsOf(i, func(it atItem) {
			it.packages(func(_ string, p *Packaging) {
				if p.NumberOfPackages != nil && *p.NumberOfPackages > 0 && !isBulk(p) && !isUnpacked(p) {
					marks[p.ShippingMarks] = true
				}
			})
		})
		c.itemsOf(i, func(it atItem) {
			it.packages(func(at string, p *Packaging) {
				if isNone(p) && !marks[p.ShippingMarks] {
					c.broken(at+"/shippingMarks", p.ShippingMarks,
						"give the marks of the packages of another item of this house, in which these goods are, with their number there")
				}
			})
		})
	}
}

func checkR0223(c *ruling) {
	c.items(func(it atItem) {
		m := it.measure()
		if m.NetMass != "" && m.GrossMass.Positive() && less(m.GrossMass, m.NetMass) {
			c.broken(it.pointer+"/commodity/goodsMeasure/netMass", string(m.NetMass),
				"give a net mass of at most the gross mass, "+string(m.GrossMass)+" kg")
		}
	})
}

func checkR0983(c *ruling) {
	for i := range c.std.Consignment.HouseConsignments {
		var masses []Decimal
		c.itemsOf(i, func(it atItem) { masses = append(masses, it.measure().GrossMass) })
		c.atLeastSum(houseAt(i)+"/grossMass", c.std.Consignment.HouseConsignments[i].GrossMass, masses, "items")
	}
}

func checkR0994(c *ruling) {
	var masses []Decimal
	for _, h := range c.std.Consignment.HouseConsignments {
		masses = append(masses, h.GrossMass)
	}
	c.atLeastSum(consignmentAt+"/grossMass", c.std.Consignment.GrossMass, masses, "houses")
}

func (c *ruling) atLeastSum(pointer string, gross Decimal, masses []Decimal, parts string) {
	sum, err := SumDecimals(masses...)
	if err == nil && less(gross, sum) {
		c.broken(pointer, string(gross), "give a gross mass of at least "+string(sum)+" kg, the sum of the "+parts)
	}
}

func numberRules() []Rule {
	return []Rule{
		{"R0987", "sequence numbers",
			"Sequence numbers of each list run 1, 2, 3, ... in the order of the document.", checkR0987},
		{"R0988", "goods item numbers", "Goods item numbers run 1, 2, 3, ... in each house.", checkR0988},
		{"R0007", "declaration goods item numbers",
			"Declaration goods item numbers run 1, 2, 3, ... through the whole declaration.", checkR0007},
	}
}

func checkR0987(c *ruling) {
	c.visit(func(at string, node any) {
		list := reflect.ValueOf(node).Elem()
		if list.Kind() != reflect.Slice {
			return
		}
		field, ok := list.Type().Elem().FieldByName("SequenceNumber")
		if !ok {
			return
		}
		for i := range list.Len() {
			c.number(at+"/"+strconv.Itoa(i)+"/sequenceNumber", int(list.Index(i).FieldByIndex(field.Index).Int()), i+1)
		}
	})
}

func checkR0988(c *ruling) {
	for i := range c.std.Consignment.HouseConsignments {
		n := 0
		c.itemsOf(i, func(it atItem) {
			n++
			c.number(it.pointer+"/goodsItemNumber", it.GoodsItemNumber, n)
		})
	}
}

func checkR0007(c *ruling) {
	n := 0
	c.items(func(it atItem) {
		n++
		c.number(it.pointer+"/declarationGoodsItemNumber", it.DeclarationGoodsItemNumber, n)
	})
}

// number reports a number that is not the one of its place. An absent one is the schema's finding.
func (c *ruling) number(pointer string, got, want int) {
	if got != 0 && got != want {
		c.broken(pointer, strconv.Itoa(got), "number in order of the document, from 1: this one is "+strconv.Itoa(want))
	}
}
