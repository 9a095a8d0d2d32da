package ledger

import (
	"carec.example/cats/chaincode/transit"
)

const typePage = "page"

// consortiumPages stands in the key of a page that is not of one country but of all; no country has that code.
const consortiumPages = "all"

// PageKey is the key of a page of a country's registry, of the consortium's for an empty country.
func PageKey(country string, b transit.Book, page string) string {
	if country == "" {
		country = consortiumPages
	}
	return compose(typePage, country, string(b), page)
}

// Page reads a page of the registry; nil when there is none, for a country that is no member.
func (t *Tx) Page(country string, b transit.Book, page string) (*transit.Page, error) {
	return record[transit.Page](t, PageKey(country, b, page))
}

// PutPage writes a page. A non-nil endorsement sets its policy.
func (t *Tx) PutPage(p *transit.Page, e *transit.Endorsement) error {
	return t.put(PageKey(p.Country, p.Book, p.Name), p, e)
}
