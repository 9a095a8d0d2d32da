package transit

import "strconv"

// B2101 demands what phase 5 of NCTS left open in its transitional period. The schema of phase 5 still has these elements as
// optional, that of phase 6 as required; so the common rule asks only for what the ledger needs itself.
func givenRules() []Rule {
	return []Rule{
		{"B2101", "amounts and currencies given",
			"Each guarantee reference states amount and currency: the ledger locks exactly what is declared and never assumes an" +
				" amount. (Pack ncts-p6 demands the other elements of this rule.)", checkB2101},
	}
}

func everythingGiven() *Rule {
	return &Rule{"B2101", "elements required since the transitional period",
		"Each guarantee reference states amount and currency. Each goods item states its gross mass (0 if packed with another). Each" +
			" means of transport at departure and at the border states type, identification and nationality, that at the border its customs" +
			" office too. These are optional in the schema of phase 5 and required in that of phase 6.", checkB2101All}
}

func checkB2101All(c *ruling) {
	checkB2101(c)
	for i, m := range c.std.Consignment.DepartureTransportMeans {
		c.given(consignmentAt+"/departureTransportMeans/"+strconv.Itoa(i),
			[3]string{"typeOfIdentification", m.TypeOfIdentification, "the type of identification of the means of transport"},
			[3]string{"identificationNumber", m.IdentificationNumber, "the identification of the means of transport"},
			[3]string{"nationality", m.Nationality, "the nationality of the means of transport"})
	}
	for i, m := range c.std.Consignment.ActiveBorderTransportMeans {
		c.given(borderMeansAt(i),
			[3]string{"customsOfficeAtBorderReferenceNumber", m.CustomsOfficeAtBorder, "the customs office at which the border is crossed"},
			[3]string{"typeOfIdentification", m.TypeOfIdentification, "the type of identification of the means of transport"},
			[3]string{"identificationNumber", m.IdentificationNumber, "the identification of the means of transport"},
			[3]string{"nationality", m.Nationality, "the nationality of the means of transport"})
	}
	for _, it := range c.items {
		if it.measure().GrossMass == "" {
			c.missing(it.measureAt("grossMass"), "give the gross mass of this item")
		}
	}
}

func checkB2101(c *ruling) {
	c.references(func(at string, _ *DeclaredGuarantee, r *DeclaredReference) {
		c.given(at, [3]string{"amountToBeCovered", string(r.AmountToBeCovered), "the amount that the guarantee is to cover"},
			[3]string{"currency", r.Currency, "the currency of the amount to be covered"})
	})
}

// given reports the elements of a group that are absent; each is a field, its value, and what it is in words.
func (c *ruling) given(at string, elements ...[3]string) {
	for _, e := range elements {
		if e[1] == "" {
			c.missing(at+"/"+e[0], "give "+e[2])
		}
	}
}
