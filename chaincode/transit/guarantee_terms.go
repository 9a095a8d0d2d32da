package transit

import (
	"fmt"
	"slices"
	"time"
)

// Check returns every violation of the terms; pointers lie under /terms.
func (t *Terms) Check() []Violation {
	c := termsCheck{t: t}
	c.rule, c.known = guaranteeTypeRule(t.Type)
	c.known = c.known && c.rule.Account
	c.identity()
	c.parties()
	c.amount()
	c.validity()
	c.goods()
	c.binding()
	return c.found
}

// Bounds of lists in the terms.
const (
	maxRepresentatives = 20
	maxGoods           = 50
	maxCountries       = 99
	// MaxBalances bounds the balance records of one guarantee.
	MaxBalances = 64
)

type termsCheck struct {
	t     *Terms
	rule  GuaranteeTypeRule
	known bool
	found []Violation
}

func (c *termsCheck) add(code, field, rule, value, text string) {
	c.found = append(c.found, Violation{Code: code, Pointer: "/terms/" + field, Rule: rule, Value: value, Text: text})
}

func (c *termsCheck) identity() {
	if !c.known {
		c.add("12", "type", "C0086", c.t.Type, fmt.Sprintf("guarantee type must be one that is kept by reference: %v", typesKept()))
	}
	if _, err := ParseGRN(c.t.GRN); err != nil {
		c.add("14", "grn", "R0318", c.t.GRN, err.Error())
	} else if err := CheckGRNType(GRN(c.t.GRN), c.t.Type); err != nil {
		c.add("14", "grn", "R0318", c.t.GRN, err.Error())
	}
	if m := c.t.Monitoring; m != "" && m != MonitorUsage && m != MonitorAmount && m != MonitorAccount {
		c.add("12", "monitoring", "CL050", m, "monitoring code is 1, 2 or 3")
	}
}

func (c *termsCheck) parties() {
	switch {
	case c.rule.Waiver && c.t.Guarantor != "":
		c.add("15", "guarantor", "C0234", c.t.Guarantor, "a waiver is granted by customs and has no guarantor")
	case !c.rule.Waiver && c.t.Guarantor == "":
		c.add("13", "guarantor", "C0234", "", "the guarantor's MSP is missing")
	}
	c.office()
	// A voucher is issued first and sold later.
	if c.t.Holder != "" || c.t.Type != GuaranteeVoucher {
		if err := ValidateOperator(c.t.Holder); err != nil {
			c.add("14", "holder", "", c.t.Holder, err.Error())
		}
	}
	if len(c.t.Representatives) > maxRepresentatives {
		c.add("14", "representatives", "", "", fmt.Sprintf("at most %d representatives", maxRepresentatives))
	}
	for i, r := range c.t.Representatives {
		if err := ValidateOperator(r); err != nil {
			c.add("14", fmt.Sprintf("representatives/%d", i), "", r, err.Error())
		}
	}
}

func (c *termsCheck) office() {
	switch {
	case c.t.Office == "" && c.rule.Waiver:
		c.add("13", "office", "CL174", "", "a waiver is granted by an office of guarantee")
	case c.t.Office == "":
	case ValidateCustomsOffice(c.t.Office) != nil:
		c.add("14", "office", "CL174", c.t.Office, "the office of guarantee is no customs office")
	case OfficeCountry(c.t.Office) != GRN(c.t.GRN).Country():
		c.add("14", "office", "CL174", c.t.Office, "the office of guarantee lies in the country of the GRN")
	}
}

func (c *termsCheck) amount() {
	if err := c.t.ReferenceAmount.Check(); err != nil {
		c.add("14", "referenceAmount", "", "", err.Error())
	} else if c.t.ReferenceAmount.Minor <= 0 {
		c.add("14", "referenceAmount", "", c.t.ReferenceAmount.String(), "the reference amount must be above zero")
	}
	if c.known && !c.rule.allowsPercentage(c.t.Percentage) {
		c.add("14", "percentage", "UCC-DA 84", fmt.Sprint(c.t.Percentage),
			fmt.Sprintf("percentage of the reference amount is one of %v", c.rule.Percentages))
	}
	if c.t.Balances < 1 || c.t.Balances > MaxBalances {
		c.add("14", "balances", "", fmt.Sprint(c.t.Balances), fmt.Sprintf("number of balance records is 1 to %d", MaxBalances))
	} else if c.t.OneUse() && c.t.Balances != 1 {
		c.add("14", "balances", "", fmt.Sprint(c.t.Balances), "an individual guarantee or voucher has one balance record")
	}
}

func (c *termsCheck) validity() {
	from, err1 := time.Parse(dateLayout, c.t.ValidFrom)
	until, err2 := time.Parse(dateLayout, c.t.ValidUntil)
	if err1 != nil {
		c.add("14", "validFrom", "", c.t.ValidFrom, "must be a date YYYY-MM-DD")
	}
	if err2 != nil {
		c.add("14", "validUntil", "", c.t.ValidUntil, "must be a date YYYY-MM-DD")
	}
	if err1 == nil && err2 == nil && until.Before(from) {
		c.add("14", "validUntil", "", c.t.ValidUntil, "ends before it begins")
	}
	if len(c.t.ExcludedCountries) > maxCountries {
		c.add("14", "excludedCountries", "", "", fmt.Sprintf("at most %d countries", maxCountries))
	}
	for i, country := range c.t.ExcludedCountries {
		if ValidateCountry(country) != nil {
			c.add("12", fmt.Sprintf("excludedCountries/%d", i), "", country, "not an ISO 3166-1 country code")
		}
	}
}

func (c *termsCheck) goods() {
	if len(c.t.Goods) > 0 && !c.rule.Goods {
		c.add("15", "goods", "C0815", "", "only an individual guarantee (types 2 and 9) is bound to goods")
	}
	for _, list := range []struct {
		field string
		codes []string
	}{{"goods", c.t.Goods}, {"excludedGoods", c.t.ExcludedGoods}} {
		if len(list.codes) > maxGoods {
			c.add("14", list.field, "", "", fmt.Sprintf("at most %d commodity codes", maxGoods))
		}
		for i, code := range list.codes {
			if !slices.Contains([]int{2, 4, 6}, len(code)) || !onlyDigits(code) {
				c.add("14", fmt.Sprintf("%s/%d", list.field, i), "G12", code, "a commodity code of the Harmonized System has 2, 4 or 6 digits")
			}
		}
	}
}

func (c *termsCheck) binding() {
	for _, o := range []struct{ field, ref string }{{"departure", c.t.Departure}, {"destination", c.t.Destination}} {
		if o.ref == "" {
			continue
		}
		if err := ValidateCustomsOffice(o.ref); err != nil {
			c.add("14", o.field, "", o.ref, err.Error())
		}
	}
	if (c.t.Departure != "" || c.t.Destination != "") && !c.rule.Offices {
		c.add("15", "departure", "G11", c.t.Departure, "only an individual guarantee (type 2) is bound to offices")
	}
}
