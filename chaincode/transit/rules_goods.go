package transit

import (
	"slices"
	"strconv"
)

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
	c.eachItem(func(it atItem) {
		switch stated := it.DeclarationType != ""; {
		case mixed && !stated:
			c.missing(it.pointer+"/declarationType", "give the declaration type of this item, as that of the declaration is T")
		case !mixed && stated:
			c.notAllowed(it.pointer+"/declarationType", it.DeclarationType,
				"leave out the declaration type of this item: that of the declaration holds")
		}
	})
}

func checkC0153(c *ruling) {
	c.eachItem(func(it atItem) {
		if it.Commodity.CommodityCode == nil && (!c.isTIR() || hasExport(it.house)) {
			c.missing(it.pointer+"/commodity/commodityCode", "give the commodity code of this item, at least the six digits of its HS sub-heading")
		}
	})
}

func checkC0837(c *ruling) {
	reduced := c.std.TransitOperation.ReducedDatasetIndicator.Set()
	c.eachItem(func(it atItem) {
		net := it.measure().NetMass
		switch export := hasExport(it.house); {
		case export && net == "":
			c.missing(it.measureAt("netMass"), "give the net mass, as the goods come from export (previous document N830)")
		case !export && reduced && net != "":
			c.notAllowed(it.measureAt("netMass"), string(net), "leave out the net mass: the data set is reduced")
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
	c.eachItem(func(it atItem) {
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
	c.eachItem(func(it atItem) {
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
	c.eachItem(func(it atItem) {
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
	c.eachItem(func(it atItem) {
		it.packages(func(at string, p *Packaging) {
			if isNone(p) && isUnpacked(p) {
				c.broken(at+"/numberOfPackages", "0", "give the number of pieces: unpacked goods are never packed with others")
			}
		})
	})
}

func checkR0221(c *ruling) {
	c.eachHouse(func(_ int, items []atItem) {
		heavy := slices.ContainsFunc(items, func(it atItem) bool { return it.measure().GrossMass.Positive() })
		for _, it := range items {
			gross := it.measure().GrossMass
			shares := it.sharesPackages()
			if !shares && !isZero(gross) {
				continue // absent or malformed is for other rules
			}
			at := it.measureAt("grossMass")
			switch {
			case gross == "":
				c.missing(at, "give the gross mass 0, as this item is packed with another (number of packages 0)")
			case shares && gross.Positive():
				c.broken(at, string(gross), "give the gross mass 0, as this item is packed with another (number of packages 0)")
			case shares && !heavy:
				c.broken(at, string(gross), "one other item of this house must have a gross mass above 0 and the packages")
			case !shares:
				c.broken(at, string(gross), "give the gross mass of this item; only an item packed with another has 0")
			}
		}
	})
}

func checkR0364(c *ruling) {
	c.eachHouse(func(_ int, items []atItem) {
		holders := packageHolders(items)
		for i, it := range items {
			it.packages(func(at string, p *Packaging) {
				if isNone(p) && !holders[p.ShippingMarks].otherThan(i) {
					c.broken(at+"/shippingMarks", p.ShippingMarks,
						"give the marks of the packages of another item of this house, in which these goods are, with their number there")
				}
			})
		}
	})
}

// holders tells which items of a house have packages of some marks; that there are two is enough to know.
type holders struct {
	first int
	more  bool
}

// otherThan tells whether an item besides the i-th is among the holders.
func (h *holders) otherThan(i int) bool { return h != nil && (h.more || h.first != i) }

// packageHolders finds, by marks, the items with packages that others may share: a number above 0, neither bulk nor unpacked.
func packageHolders(items []atItem) map[string]*holders {
	found := map[string]*holders{}
	for i, it := range items {
		it.packages(func(_ string, p *Packaging) {
			if p.NumberOfPackages == nil || *p.NumberOfPackages <= 0 || isBulk(p) || isUnpacked(p) {
				return
			}
			if h := found[p.ShippingMarks]; h == nil {
				found[p.ShippingMarks] = &holders{first: i}
			} else if h.first != i {
				h.more = true
			}
		})
	}
	return found
}

func checkR0223(c *ruling) {
	c.eachItem(func(it atItem) {
		m := it.measure()
		if m.NetMass != "" && m.GrossMass.Positive() && less(m.GrossMass, m.NetMass) {
			c.broken(it.measureAt("netMass"), string(m.NetMass),
				"give a net mass of at most the gross mass, "+string(m.GrossMass)+" kg")
		}
	})
}

func checkR0983(c *ruling) {
	c.eachHouse(func(i int, items []atItem) {
		masses := make([]Decimal, len(items))
		for j, it := range items {
			masses[j] = it.measure().GrossMass
		}
		c.atLeastSum(houseAt(i)+"/grossMass", c.std.Consignment.HouseConsignments[i].GrossMass, masses, "items")
	})
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
