package transit

import "strings"

func partyRules() []Rule {
	return []Rule{
		{"C0250", "name and address of a party",
			"A party without an identification number gives name and address. One whose number is" +
				" known to the register that can be asked gives neither; while no register can be asked, they may be given besides.", checkC0250},
		{"C0505", "postcode", "An address has a postcode unless its country is known to do without (CL505).", checkC0505},
		{"C0382", "house number",
			"An address told by postcode gives the house number, unless the postcode alone is enough in that country.", checkC0382},
		{"R0860", "identification number of a party",
			"The identification number is an operator number: the country that issued it and the" +
				" national number. The source speaks of EORI and TCUIN; the ledger takes the number of any member country.", checkR0860},
		{"C0349", "consignor at one level",
			"Consignors are given for the consignment or for its houses, not both.", checkC0349},
		{"C0001", "consignee at one level",
			"Consignees are given for the consignment or for its houses, not both.", checkC0001},
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
		if ok && a.Postcode == "" && !CountriesWithoutPostcode().Has(a.Country) {
			c.missing(at+"/postcode", "give the postcode of the address in "+a.Country)
		}
	})
}

func checkC0382(c *ruling) {
	l := c.std.Consignment.LocationOfGoods
	if l == nil || l.PostcodeAddress == nil {
		return
	}
	if a := l.PostcodeAddress; a.HouseNumber == "" && !oneOf(a.Country, "IE", "LU") {
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

func checkC0001(c *ruling) {
	if c.std.Consignment.Consignee == nil {
		return
	}
	for i, h := range c.std.Consignment.HouseConsignments {
		if h.Consignee != nil {
			c.notAllowed(houseAt(i)+"/consignee", "", "give the consignee for the consignment or for each house, not for both")
		}
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
