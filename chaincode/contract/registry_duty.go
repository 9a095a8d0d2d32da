package contract

import (
	"cmp"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// required calculates what the guarantees have to cover. The country of departure alone sees the goods, and everybody
// the result: it stands on the face.
func (c *call) required(std *transit.STD, face *transit.Face) (*transit.Required, error) {
	pages := &dutyPages{call: c, read: map[string]*transit.Page{}}
	if err := pages.prefetch(std, face); err != nil {
		return nil, err
	}
	route := make([]string, len(face.Legs))
	for i, l := range face.Legs {
		route[i] = l.Country
	}
	r := transit.RequiredAmount(std, route, face.Guarantees, pages.source())
	return r, pages.err
}

// dutyPages are the pages that one calculation needs, each read and decoded once.
type dutyPages struct {
	*call

	read map[string]*transit.Page
	err  error
}

// prefetch reads the chapters of the document's goods in every country's tariff in one message.
func (p *dutyPages) prefetch(std *transit.STD, face *transit.Face) error {
	var keys []string
	for _, chapter := range chapters(std) {
		for _, l := range face.Legs {
			keys = append(keys, ledger.PageKey(l.Country, transit.BookTariff, chapter))
		}
	}
	return p.Prefetch(keys...)
}

func chapters(std *transit.STD) []string {
	var out []string
	for _, h := range std.Consignment.HouseConsignments {
		for _, item := range h.ConsignmentItems {
			code := item.Commodity.CommodityCode
			if code == nil || !inTariff(code.HarmonizedSystemSubHeadingCode) {
				continue
			}
			out = append(out, transit.BookTariff.Page(code.HarmonizedSystemSubHeadingCode))
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return slices.Compact(out)
}

// inTariff reports whether a sub-heading is one that a tariff can have a line for.
func inTariff(hs string) bool {
	return transit.ValidateHS6(hs) == nil && slices.Contains(transit.BookTariff.Pages(), transit.BookTariff.Page(hs))
}

// page reads a page and remembers it; after a failure it answers with empty pages, and the calculation's result is not used.
func (p *dutyPages) page(country string, b transit.Book, key string) *transit.Page {
	at := ledger.PageKey(country, b, b.Page(key))
	if known := p.read[at]; known != nil {
		return known
	}
	page, err := p.pageOf(country, b, key)
	if err != nil {
		p.err = cmp.Or(p.err, err)
		page = &transit.Page{}
	}
	p.read[at] = page
	return page
}

func (p *dutyPages) source() transit.DutySource {
	day := p.today()
	return transit.DutySource{
		Line: func(country, hs string) *transit.TariffLine {
			if !inTariff(hs) {
				return nil
			}
			return p.page(country, transit.BookTariff, hs).TariffOn(hs, day)
		},
		Rate: func(country, base, quote string) *transit.Rate {
			return p.page(country, transit.BookRates, "").RateOn(base, quote, day)
		},
	}
}

// faceRequired: what can be seen of the required amount without the goods fits together.
func faceRequired(f *transit.Face) error {
	r := f.Required
	if r == nil {
		return nil
	}
	if len(f.Guarantees) == 0 || r.Amount.Currency != f.Guarantees[0].Amount.Currency || r.Cover.Currency != r.Amount.Currency {
		return badFace("/required", "it is not in the currency of the first guarantee")
	}
	var largest int64
	var route []string
	for i, in := range r.Countries {
		if in.Amount.Check() != nil || in.Amount.IsNegative() || in.Amount.Currency != r.Amount.Currency {
			return badFace(fmt.Sprintf("/required/countries/%d", i), "not an amount in the currency of the first guarantee")
		}
		largest = max(largest, in.Amount.Minor)
		route = append(route, in.Country)
	}
	if !slices.Equal(route, countriesOf(f.Legs)) || largest != r.Amount.Minor {
		return badFace("/required", "it is not the largest amount of the countries of the route")
	}
	return faceCover(f)
}

// countriesOf lists the countries of the legs in their order, each once.
func countriesOf(legs []transit.Leg) []string {
	var out []string
	for _, l := range legs {
		if !slices.Contains(out, l.Country) {
			out = append(out, l.Country)
		}
	}
	return out
}

// faceCover: guarantees in one currency cover their sum, and none covers less than nothing.
func faceCover(f *transit.Face) error {
	var sum int64
	for _, g := range f.Guarantees {
		if g.Amount.Currency != f.Required.Amount.Currency {
			if f.Required.Cover.Minor < 0 || f.Required.Cover.Minor > transit.MaxMinor {
				return badFace("/required/cover", "not an amount")
			}
			return nil
		}
		sum = min(sum+g.Amount.Minor, transit.MaxMinor)
	}
	if sum != f.Required.Cover.Minor {
		return badFace("/required/cover", "it is not the sum of the guarantees")
	}
	return nil
}
