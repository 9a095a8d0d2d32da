package transit

import (
	"fmt"
	"slices"
)

// registerRules hold the declaration against the entries of the registry, and cover what CATS adds to the document.
func registerRules() []Rule {
	return []Rule{
		{"STD20", "authorisation held",
			"An authorisation that the declaration cites is one that the register has for the holder of the procedure, or its" +
				" representative, of that type and number, at the office of departure, on the day. It is not asked of operators" +
				" that are in no register.", checkAuthorisations},
		{"STD21", "customs value", "A customs value is an amount above zero in an active currency, with no more decimals than it has.", checkCustomsValue},
	}
}

// registered lists holder and representative as far as they are in a register.
func (c *ruling) registered() []*Operator {
	if c.ctx.Registered == nil || c.ctx.Now.IsZero() {
		return nil
	}
	numbers := []string{c.std.Holder.IdentificationNumber}
	if c.std.Representative != nil {
		numbers = append(numbers, c.std.Representative.IdentificationNumber)
	}
	var out []*Operator
	for _, number := range numbers {
		if number == "" {
			continue
		}
		if o := c.ctx.Registered(number); o != nil {
			out = append(out, o)
		}
	}
	return out
}

// holds reports whether one of the operators has the authorisation at the office of departure, by its number unless that is empty.
func (c *ruling) holds(operators []*Operator, kind, reference string) bool {
	day, office := DateOf(c.ctx.Now), c.std.DepartureOffice.ReferenceNumber
	return slices.ContainsFunc(operators, func(o *Operator) bool { return o.Authorised(kind, reference, day, office) != nil })
}

func checkAuthorisations(c *ruling) {
	operators := c.registered()
	if len(operators) == 0 {
		return
	}
	for i, a := range c.std.Authorisations {
		if !c.holds(operators, a.Type, a.ReferenceNumber) {
			c.broken(fmt.Sprintf("/authorisations/%d/referenceNumber", i), a.ReferenceNumber,
				"cite an authorisation "+a.Type+" that the register has for the holder or representative at "+
					c.std.DepartureOffice.ReferenceNumber+" today")
		}
	}
}

func checkCustomsValue(c *ruling) {
	for _, it := range c.items {
		v := it.CustomsValue
		if v == nil {
			continue
		}
		switch m, err := ParseMoney(string(v.Amount), v.Currency); {
		case err != nil:
			c.broken(it.pointer+"/customsValue/amount", string(v.Amount), err.Error())
		case m.IsZero():
			c.broken(it.pointer+"/customsValue/amount", string(v.Amount), "leave out a customs value of nothing")
		}
	}
}
