package transit

import (
	"slices"
	"strings"
)

func partyRules() []Rule {
	return []Rule{
		{"C0250", "name and address of a party",
			"A party without an identification number gives name and address. One whose number is" +
				" known to the register that can be asked gives neither; while no register can be asked, they may be given besides.", checkC0250},
		{"C0505", "postcode", "An address has a postcode unless its country is known to do without (CL505).", checkC0505},
		{"C0382", "house number",
			"An address told by postcode gives the house number, unless the postcode alone is enough in that country (CL198).", checkC0382},
		{"R0860", "identification number of a party",
			"The identification number is an operator number: the country that issued it and the" +
				" national number. The source speaks of EORI and TCUIN; the ledger takes the number of any member country.", checkR0860},
		{"C0349", "consignor at one level",
			"Consignors are given for the consignment or for its houses, not both.", checkC0349},
		{"C0001", "consignee",
			"Consignees are given for the consignment or for its houses, not both. Goods for a member country (in the source, of common" +
				" transit) have one; in phase 5 it may stand with each item instead. Goods that leave the members with exit data (security" +
				" 2, 3) have none when additional information 30600 says that it is unknown.", checkC0001},
		{"C0542", "no consignor in a reduced data set",
			"A reduced data set without security data has no consignor.", checkC0542},
	}
}

// party is what consignor, consignee and holder have in common.
type party struct {
	what, id, name string
	address        *Address
}

func partyOf(pointer string, node any) (party, bool) {
	what := pointer[strings.LastIndexByte(pointer, '/')+1:]
	switch n := node.(type) {
	case *Holder:
		return party{"holder of the transit procedure", n.IdentificationNumber, n.Name, n.Address}, true
	case *Party:
		return party{what, n.IdentificationNumber, n.Name, n.Address}, true
	case *Consignee:
		return party{what, n.IdentificationNumber, n.Name, n.Address}, true
	}
	return party{}, false
}

func checkC0250(c *ruling) {
	c.visit(func(at string, node any) {
		p, ok := partyOf(at, node)
		if !ok {
			return
		}
		// With a number that nobody here can look up, name and address are free.
		if p.id != "" && c.ctx.Operator == nil {
			return
		}
		required := p.id == "" || !c.ctx.Operator(p.id)
		c.require(required, p.name != "", at+"/name", p.name,
			"give the name of the "+p.what+", or a registered identification number",
			"leave out the name: the register knows the "+p.what+" by number")
		c.require(required, p.address != nil, at+"/address", "",
			"give the address of the "+p.what+", or a registered identification number",
			"leave out the address: the register knows the "+p.what+" by number")
	})
}

func checkC0505(c *ruling) {
	c.visit(func(at string, node any) {
		a, ok := node.(*Address)
		if ok && a.Postcode == "" && !CountriesWithoutPostcode().HasOn(a.Country, c.day) {
			c.missing(at+"/postcode", "give the postcode of the address in "+a.Country)
		}
	})
}

func checkC0382(c *ruling) {
	l := c.std.Consignment.LocationOfGoods
	if l == nil || l.PostcodeAddress == nil {
		return
	}
	if a := l.PostcodeAddress; a.HouseNumber == "" && !CountriesOfPostcodeOnly().HasOn(a.Country, c.day) {
		c.missing(consignmentAt+"/locationOfGoods/postcodeAddress/houseNumber", "give the house number")
	}
}

func checkR0860(c *ruling) {
	check := func(at, id string) {
		if id == "" {
			return
		}
		if err := ValidateOperator(id); err != nil {
			c.broken(at+"/identificationNumber", id, err.Error())
		}
	}
	c.visit(func(at string, node any) {
		if p, ok := partyOf(at, node); ok {
			check(at, p.id)
		}
		switch n := node.(type) {
		case *Representative:
			check(at, n.IdentificationNumber)
		case *Carrier:
			check(at, n.IdentificationNumber)
		case *EconomicOperator:
			check(at, n.IdentificationNumber)
		}
	})
}

func checkC0349(c *ruling) {
	if c.std.Consignment.Consignor == nil {
		return
	}
	for i, h := range c.std.Consignment.HouseConsignments {
		if h.Consignor != nil {
			c.notAllowed(houseAt(i)+"/consignor", "", "give the consignor for the consignment or for each house, not for both")
		}
	}
}

// consigneeUnknown is the additional information for bills of lading to order, whose consignee nobody knows yet.
const consigneeUnknown = "30600"

func checkC0001(c *ruling) {
	top := &c.std.Consignment
	if top.Consignee != nil {
		for i, h := range top.HouseConsignments {
			if h.Consignee != nil {
				c.notAllowed(houseAt(i)+"/consignee", "", "give the consignee for the consignment or for each house, not for both")
			}
		}
	}
	within := c.destinedWithin()
	switch {
	case slices.Contains(within, true):
		c.requireConsignees(within)
	case !oneOf(c.std.TransitOperation.Security, "2", "3"):
	default:
		c.forbidUnknownConsignee()
	}
}

// destinedWithin tells for each house whether its goods are for a member country. The first level that names any such country
// decides.
func (c *ruling) destinedWithin() []bool {
	within := make([]bool, len(c.std.Consignment.HouseConsignments))
	if c.ctx.Member == nil {
		return within
	}
	member := func(country string) bool { return country != "" && c.ctx.Member(country) }
	top, some := member(c.std.Consignment.CountryOfDestination), false
	for i := range within {
		within[i] = top || member(c.std.Consignment.HouseConsignments[i].CountryOfDestination)
		some = some || within[i]
	}
	if !some {
		for _, it := range c.items {
			within[it.inHouse] = within[it.inHouse] || member(it.CountryOfDestination)
		}
	}
	return within
}

func (c *ruling) requireConsignees(within []bool) {
	if c.std.Consignment.Consignee != nil {
		return
	}
	c.eachHouse(func(i int, items []atItem) {
		withItems := len(items) > 0 && !slices.ContainsFunc(items, func(it atItem) bool { return it.Consignee == nil })
		if within[i] && c.std.Consignment.HouseConsignments[i].Consignee == nil && !withItems {
			c.missing(houseAt(i)+"/consignee", "give the consignee of this house, or of the consignment")
		}
	})
}

func (c *ruling) forbidUnknownConsignee() {
	const text = "leave out the consignee: additional information 30600 says that it is unknown"
	unknown := func(list []AdditionalInformation) bool {
		return slices.ContainsFunc(list, func(a AdditionalInformation) bool { return a.Code == consigneeUnknown })
	}
	top := &c.std.Consignment
	everywhere, somewhere := unknown(top.AdditionalInformation), false
	for i, h := range top.HouseConsignments {
		here := everywhere || unknown(h.AdditionalInformation)
		somewhere = somewhere || here
		if here && h.Consignee != nil && top.Consignee == nil {
			c.notAllowed(houseAt(i)+"/consignee", "", text)
		}
	}
	if (everywhere || somewhere) && top.Consignee != nil {
		c.notAllowed(consignmentAt+"/consignee", "", text)
	}
}

func checkC0542(c *ruling) {
	op := c.std.TransitOperation
	if op.Security != "0" || !op.ReducedDatasetIndicator.Set() {
		return
	}
	const text = "leave out the consignor: the data set is reduced and has no security data"
	if c.std.Consignment.Consignor != nil {
		c.notAllowed(consignmentAt+"/consignor", "", text)
	}
	for i, h := range c.std.Consignment.HouseConsignments {
		if h.Consignor != nil {
			c.notAllowed(houseAt(i)+"/consignor", "", text)
		}
	}
}
