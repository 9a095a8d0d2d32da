package topology

import (
	"fmt"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Rate is a rate of exchange with which the consortium begins: one unit of Base is Rate units of Quote.
type Rate struct {
	Base  string `yaml:"base"`
	Quote string `yaml:"quote"`
	// Rate is a decimal number such as "540.25".
	Rate string `yaml:"rate"`
	From string `yaml:"from"`
}

// Hours are the opening hours of an office on some days of the week, 1 (Monday) to 7.
type Hours struct {
	Days   []int  `yaml:"days"`
	Opens  string `yaml:"opens"`
	Closes string `yaml:"closes"`
}

// Operator is an economic operator in the register of its country.
type Operator struct {
	Number         string          `yaml:"number"`
	Name           string          `yaml:"name"`
	AEO            string          `yaml:"aeo"`
	From           string          `yaml:"from"`
	Authorisations []Authorisation `yaml:"authorisations"`
}

// Authorisation is one that an operator holds, at every office of its country.
type Authorisation struct {
	Type      string `yaml:"type"`
	Reference string `yaml:"reference"`
	From      string `yaml:"from"`
	Until     string `yaml:"until"`
}

// beginning is the first day of opening hours: they are those that the office has had.
const beginning = "2026-01-01"

// books are the entries of a country with which the registry begins.
func (o *Organisation) books() transit.CountryEntries {
	b := transit.CountryEntries{Country: o.Country}
	for _, office := range o.Offices {
		if len(office.Hours) == 0 {
			continue
		}
		h := transit.OfficeHours{
			Validity: transit.Validity{From: beginning}, Office: office.Reference, Zone: office.Zone, Week: []transit.Opening{},
		}
		for _, hours := range office.Hours {
			for _, day := range hours.Days {
				h.Week = append(h.Week, transit.Opening{Day: day, Opens: hours.Opens, Closes: hours.Closes})
			}
		}
		b.Hours = append(b.Hours, h)
	}
	for _, operator := range o.Operators {
		entry := transit.Operator{
			Validity: transit.Validity{From: transit.Date(operator.From)}, Number: operator.Number, Name: operator.Name,
			Country: o.Country, AEO: operator.AEO,
		}
		for _, a := range operator.Authorisations {
			entry.Authorisations = append(entry.Authorisations, transit.OperatorAuthorisation{
				Type: a.Type, Reference: a.Reference, From: transit.Date(a.From), Until: transit.Date(a.Until),
			})
		}
		b.Operators = append(b.Operators, entry)
	}
	return b
}

// entry is the rate as the ledger keeps it, exactly.
func (r Rate) entry() (transit.Rate, error) {
	d, err := transit.ParseDecimal(r.Rate)
	if err != nil {
		return transit.Rate{}, err
	}
	_, fraction, _ := strings.Cut(string(d), ".")
	n, err := d.Minor(len(fraction))
	if err != nil {
		return transit.Rate{}, err
	}
	by := int64(1)
	for range fraction {
		by *= 10
	}
	return transit.Rate{
		Validity: transit.Validity{From: transit.Date(r.From)}, Base: r.Base, Quote: r.Quote, Numerator: n, Denominator: by,
	}, nil
}

// registry checks what the ledger's registry begins with by the ledger's own rules, each mistake at its line.
func (c *checker) registry(t *Topology) {
	c.that(t.RetentionDays >= 0, "retention-days", "a number of days, or nothing for ever")
	for i, r := range t.Rates {
		path := fmt.Sprintf("rates[%d]", i)
		entry, err := r.entry()
		if err != nil {
			c.that(false, path, "%v", err)
			continue
		}
		c.entries(transit.Entries{Rates: []transit.Rate{entry}}, "", path)
	}
	for i := range t.Organisations {
		o := &t.Organisations[i]
		path := fmt.Sprintf("organisations[%d]", i)
		c.that(o.Kind == Customs || len(o.Operators) == 0, path+".operators", "only a customs authority has a register of operators")
		if o.Kind == Customs {
			c.entries(o.books().Entries, o.Country, path)
		}
	}
}

func (c *checker) entries(e transit.Entries, country, path string) {
	for _, v := range transit.CheckEntries(&e, country) {
		c.that(false, path, "%s: %s", strings.TrimPrefix(v.Pointer, "/"), v.Text)
	}
}
