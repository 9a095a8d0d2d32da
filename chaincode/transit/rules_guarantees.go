package transit

import (
	"errors"
	"strconv"
)

func guaranteeRules() []Rule {
	return []Rule{
		{"R0900", "guarantee type and procedure",
			"A TIR declaration has type B. Any other has a type of the common transit list (CL229: 0, 1, 2, 3, 4," +
				" 5, 8, 9, A, R): the source gives the Union a shorter list, but no CAREC country is part of the Union.", checkR0900},
		{"C0085", "guarantee references",
			"Types 0, 1, 2, 3, 4, 5 and 9 name their references, other types have none.", checkC0085},
		{"C0086", "GRN and access code",
			"Types 0, 1, 2, 4 and 9 give GRN and access code with each reference, other types neither.", checkC0086},
		{"C0130", "other guarantee reference",
			"Type 8 gives another reference, type 3 may, other types do not.", checkC0130},
		{"R0028", "check digit of the GRN",
			"The 17th character of a GRN is the check digit of ISO 6346 over the 16 before it.", checkR0028},
		{"R0318", "length of the GRN",
			"A voucher (type 4) has a GRN of 24 characters, any other type one of 17.", checkR0318},
		{"STD02", "amount to be covered",
			"The amount to be covered is above zero, with no more decimals than its currency has.", checkAmounts},
		{"STD03", "GRN used once",
			"A GRN stands in one reference of the declaration only, so that its usage has one amount.", checkGRNOnce},
	}
}

func referenceAt(i, j int) string {
	return guaranteeAt(i) + "/guaranteeReferences/" + strconv.Itoa(j)
}

// references calls f for every guarantee reference in document order.
func (c *ruling) references(f func(at string, g *DeclaredGuarantee, r *DeclaredReference)) {
	for i := range c.std.Guarantees {
		g := &c.std.Guarantees[i]
		for j := range g.GuaranteeReferences {
			f(referenceAt(i, j), g, &g.GuaranteeReferences[j])
		}
	}
}

func checkR0900(c *ruling) {
	for i, g := range c.std.Guarantees {
		at := guaranteeAt(i) + "/guaranteeType"
		switch {
		case !GuaranteeTypes().Has(g.GuaranteeType): // the code list says so
		case c.isTIR() && g.GuaranteeType != GuaranteeTIR:
			c.broken(at, g.GuaranteeType, "a TIR declaration is covered by guarantee type B")
		case !c.isTIR() && !GuaranteeTypesOfCommonTransit().Has(g.GuaranteeType):
			c.broken(at, g.GuaranteeType, "give a guarantee type of common transit (0, 1, 2, 3, 4, 5, 8, 9, A or R), or declare type TIR")
		}
	}
}

func checkC0085(c *ruling) {
	for i, g := range c.std.Guarantees {
		c.require(GuaranteeTypesWithReference().Has(g.GuaranteeType), len(g.GuaranteeReferences) > 0,
			guaranteeAt(i)+"/guaranteeReferences", "",
			"give at least one guarantee reference, as the guarantee type is "+g.GuaranteeType,
			"leave out the guarantee references: guarantee type "+g.GuaranteeType+" has none")
	}
}

func checkC0086(c *ruling) {
	c.references(func(at string, g *DeclaredGuarantee, r *DeclaredReference) {
		needed := GuaranteeTypesWithGRN().Has(g.GuaranteeType)
		c.require(needed, r.GRN != "", at+"/grn", r.GRN,
			"give the guarantee reference number, as the guarantee type is "+g.GuaranteeType,
			"leave out the GRN: guarantee type "+g.GuaranteeType+" has none")
		// The value stays out of the violation: an access code is a secret.
		c.require(needed, r.AccessCode != "", at+"/accessCode", "",
			"give the access code of the guarantee, four characters",
			"leave out the access code: guarantee type "+g.GuaranteeType+" has none")
	})
}

func checkC0130(c *ruling) {
	for i, g := range c.std.Guarantees {
		if g.GuaranteeType == GuaranteeCash {
			continue
		}
		c.require(g.GuaranteeType == GuaranteePublicBody, g.OtherGuaranteeReference != "",
			guaranteeAt(i)+"/otherGuaranteeReference", g.OtherGuaranteeReference,
			"give the reference of the public body, as the guarantee type is 8",
			"leave out the other guarantee reference: guarantee type "+g.GuaranteeType+" has none")
	}
}

func checkR0028(c *ruling) {
	c.references(func(at string, _ *DeclaredGuarantee, r *DeclaredReference) {
		if r.GRN == "" {
			return
		}
		if _, err := ParseGRN(r.GRN); err != nil && wellFormedGRN(r.GRN) {
			var e *IDError
			errors.As(err, &e)
			c.broken(at+"/grn", r.GRN, "correct the GRN: "+e.Reason)
		}
	})
}

// wellFormedGRN tells whether a GRN has the form of the schema, which reports the others.
func wellFormedGRN(s string) bool {
	if len(s) == voucherGRNLen && checkLayout(KindGRN, s[grnLen:], span{1, classUpper()}, span{6, classDigit()}) == nil {
		s = s[:grnLen]
	}
	return checkLayout(KindGRN, s,
		span{2, classDigit()}, span{2, classUpper()}, span{serialLen, classUpperAlnum()}, span{1, classDigit()}) == nil
}

func checkR0318(c *ruling) {
	c.references(func(at string, g *DeclaredGuarantee, r *DeclaredReference) {
		if !wellFormedGRN(r.GRN) || !GuaranteeTypesWithGRN().Has(g.GuaranteeType) {
			return
		}
		var e *IDError
		if errors.As(CheckGRNType(GRN(r.GRN), g.GuaranteeType), &e) {
			c.broken(at+"/grn", r.GRN, e.Reason)
		}
	})
}

func checkAmounts(c *ruling) {
	c.references(func(at string, _ *DeclaredGuarantee, r *DeclaredReference) {
		if _, ok := CurrencyDigits(r.Currency); !ok || r.AmountToBeCovered == "" {
			return
		}
		m, err := ParseMoney(string(r.AmountToBeCovered), r.Currency)
		var e *AmountError
		switch {
		case errors.As(err, &e):
			c.broken(at+"/amountToBeCovered", string(r.AmountToBeCovered), "correct the amount: "+e.Reason)
		case m.IsZero():
			c.broken(at+"/amountToBeCovered", string(r.AmountToBeCovered), "give an amount above zero")
		}
	})
}

func checkGRNOnce(c *ruling) {
	seen := map[string]bool{}
	c.references(func(at string, _ *DeclaredGuarantee, r *DeclaredReference) {
		if r.GRN != "" && seen[r.GRN] {
			c.broken(at+"/grn", r.GRN, "give each GRN once, with the whole amount that it is to cover")
		}
		seen[r.GRN] = true
	})
}
