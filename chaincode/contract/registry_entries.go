package contract

import (
	"fmt"
	"maps"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// What others ask of the registry. Each answers for the day of the transaction.

func (c *call) today() transit.Date { return transit.DateOf(c.At()) }

// page reads a page of a member's books; an empty one for a country that is no member.
func (c *call) page(country string, b transit.Book, name string) (*transit.Page, error) {
	empty := &transit.Page{V: 1, Country: country, Book: b, Name: name}
	if country != "" && transit.ValidateCountry(country) != nil || !slices.Contains(b.Pages(), name) {
		return empty, nil //nolint:nilerr // no such country or page
	}
	p, err := c.Page(country, b, name)
	if err != nil || p != nil {
		return p, err
	}
	return empty, nil
}

// pageOf reads the page on which a book keeps a key.
func (c *call) pageOf(country string, b transit.Book, key string) (*transit.Page, error) {
	return c.page(country, b, b.Page(key))
}

// TrustAnchors lists the certificates that may certify the keys of a country's declarants today.
func (c *call) TrustAnchors(country string) ([]transit.TrustAnchor, error) {
	p, err := c.pageOf(country, transit.BookAnchors, "")
	if err != nil {
		return nil, err
	}
	return p.AnchorsOn(c.today()), nil
}

// Revocation finds the revocation of a certificate that a country's authorities issued, named as [transit.CertificateNumber] does;
// nil when there is none.
func (c *call) Revocation(country, issuer, serial string) (*transit.Revocation, error) {
	p, err := c.pageOf(country, transit.BookRevocations, transit.RevocationKey(issuer, serial))
	if err != nil {
		return nil, err
	}
	return p.RevocationOn(issuer, serial, c.today()), nil
}

// Operator finds an operator in the register of its own country; nil when it is not there.
func (c *call) Operator(number string) (*transit.Operator, error) {
	if transit.ValidateOperator(number) != nil {
		return nil, nil //nolint:nilerr // a number of another form stands in no register
	}
	p, err := c.pageOf(number[:2], transit.BookOperators, number)
	if err != nil {
		return nil, err
	}
	return p.OperatorOn(number, c.today()), nil
}

// operatorsOf finds those in the register on whose authorisations the declaration may rely.
func (c *call) operatorsOf(std *transit.STD) (map[string]*transit.Operator, error) {
	numbers := []string{std.Holder.IdentificationNumber}
	if std.Representative != nil {
		numbers = append(numbers, std.Representative.IdentificationNumber)
	}
	out := map[string]*transit.Operator{}
	for _, number := range numbers {
		o, err := c.Operator(number)
		if err != nil {
			return nil, err
		}
		out[number] = o
	}
	return out, nil
}

// RulePack is the rule pack of a country; empty when it has chosen none.
func (c *call) RulePack(country string) (string, error) {
	p, err := c.pageOf(country, transit.BookPacks, "")
	if err != nil {
		return "", err
	}
	if pack := p.PackOn(c.today()); pack != nil {
		return pack.Pack, nil
	}
	return "", nil
}

// packsOf finds the rule packs of the countries in which the offices lie.
func (c *call) packsOf(offices map[string]*transit.Office) (map[string]string, error) {
	out := map[string]string{}
	for _, reference := range slices.Sorted(maps.Keys(offices)) {
		country := transit.OfficeCountry(reference)
		if _, known := out[country]; known {
			continue
		}
		pack, err := c.RulePack(country)
		if err != nil {
			return nil, err
		}
		out[country] = pack
	}
	return out, nil
}

// ---- Writing

// ownPolicy asks for the country's own peer, and that of any one other authority or regulator, which sees to the form.
func (c *call) ownPolicy(msp string) *transit.Endorsement {
	e := &transit.Endorsement{All: []string{msp}}
	for _, o := range c.consortium.Organisations {
		if o.MSP != msp && o.Kind != transit.Guarantor {
			e.Any = append(e.Any, o.MSP)
		}
	}
	return e
}

// foundBooks makes the pages of every founding country, with the entries that the founding document has.
func (c *call) foundBooks(books []transit.CountryEntries) error {
	begin := map[string]transit.Entries{}
	for i, b := range books {
		pointer := fmt.Sprintf("/books/%d", i)
		if _, twice := begin[b.Country]; twice || c.customsOf(b.Country) == nil {
			return transit.Faultf(transit.MalformedRequest, "%q is no founding country, or named twice", b.Country).At(pointer)
		}
		if found := transit.CheckEntries(&b.Entries, b.Country); len(found) > 0 {
			return transit.Faultf(transit.InvalidDocument, "the entries break rules in %d places", len(found)).At(pointer).With(found...)
		}
		if err := c.officesRegistered(&b.Entries); err != nil {
			return err
		}
		begin[b.Country] = b.Entries
	}
	for i := range c.consortium.Organisations {
		if o := &c.consortium.Organisations[i]; o.Kind == transit.Customs {
			if err := c.openBooks(o, begin[o.Country]); err != nil {
				return err
			}
		}
	}
	return nil
}

// openBooks makes all pages of a new member's country, each under its own policy from the first version on.
func (c *call) openBooks(o *transit.Organisation, entries transit.Entries) error {
	_, parts := entries.Split()
	for _, b := range transit.Books() {
		for _, name := range b.Pages() {
			if err := c.openPage(o, transit.PageRef{Book: b, Page: name}, parts); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *call) openPage(o *transit.Organisation, at transit.PageRef, parts map[transit.PageRef]transit.Entries) error {
	// Read first, so that two transactions can never both open it.
	was, err := c.Page(o.Country, at.Book, at.Page)
	if err != nil {
		return err
	}
	if was != nil {
		return fmt.Errorf("page %s of %s of %s stands already", at.Page, at.Book, o.Country)
	}
	p := &transit.Page{V: 1, Country: o.Country, Book: at.Book, Name: at.Page}
	if p, err = p.With(parts[at], c.actor.MSP, c.At()); err != nil {
		return err
	}
	return c.PutPage(p, c.ownPolicy(o.MSP))
}

// putEntries writes entries of the actor's own country.
func putEntries(c *call, req *transit.PutEntriesRequest) (*transit.PutEntriesResult, error) {
	if err := c.mayPut(req); err != nil {
		return nil, err
	}
	if n := req.Len(); n == 0 {
		return nil, transit.Faultf(transit.MalformedRequest, "there is no entry in the request")
	}
	if found := transit.CheckEntries(&req.Entries, req.Country); len(found) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the entries break rules in %d places", len(found)).With(found...)
	}
	if err := c.officesRegistered(&req.Entries); err != nil {
		return nil, err
	}
	return c.write(req)
}

// mayPut lets in who keeps a country's books.
func (c *call) mayPut(req *transit.PutEntriesRequest) error {
	refused := transit.Faultf(transit.NotAuthorised,
		"the entries of %q are for its own administrator or an officer of its registry, not for %s", req.Country, c.actor)
	if c.actor.Kind != transit.Customs || c.actor.Country == "" || c.actor.Country != req.Country {
		return refused
	}
	switch c.actor.Role {
	case transit.RoleAdministrator:
		return nil
	case transit.RoleOfficer:
		o, err := c.Office(c.actor.Office)
		if err != nil {
			return err
		}
		if o == nil || !o.Has(transit.OfficeRegistry) {
			return refused
		}
		if len(req.Anchors)+len(req.Revocations) > 0 {
			return transit.Faultf(transit.NotAuthorised, "whom signatures are believed from is for the administrator of %s to say", c.actor.MSP)
		}
		return nil
	}
	return refused
}

// officesRegistered refuses opening hours of an office that is none.
func (c *call) officesRegistered(e *transit.Entries) error {
	for i, h := range e.Hours {
		o, err := c.Office(h.Office)
		if err != nil {
			return err
		}
		if o == nil {
			return transit.Faultf(transit.NotFound, "there is no office %s", h.Office).At(fmt.Sprintf("/hours/%d/office", i))
		}
	}
	return nil
}

func (c *call) write(req *transit.PutEntriesRequest) (*transit.PutEntriesResult, error) {
	places, parts := req.Split()
	keys := make([]string, len(places))
	for i, at := range places {
		keys[i] = ledger.PageKey(req.Country, at.Book, at.Page)
	}
	if err := c.Prefetch(keys...); err != nil {
		return nil, err
	}
	result := &transit.PutEntriesResult{Entries: req.Len(), Pages: []transit.WrittenPage{}}
	for _, at := range places {
		p, err := c.putPart(req.Country, at, parts[at])
		if err != nil {
			return nil, err
		}
		result.Pages = append(result.Pages, transit.WrittenPage{Book: at.Book, Page: at.Page, Seq: p.Seq})
	}
	return result, nil
}

// putPart writes one page. The policy is set again: the members may have changed since the last version.
func (c *call) putPart(country string, at transit.PageRef, part transit.Entries) (*transit.Page, error) {
	was, err := c.Page(country, at.Book, at.Page)
	if err != nil {
		return nil, err
	}
	if was == nil {
		return nil, transit.Faultf(transit.NotFound, "%s has no page %s of %s", country, at.Page, at.Book)
	}
	by := c.actor.MSP
	if c.actor.Office != "" {
		by += " " + c.actor.Office
	}
	next, err := was.With(part, by, c.At())
	if err != nil {
		return nil, err
	}
	c.Emit(transit.EventStep{
		Record: "registry", ID: fmt.Sprintf("%s/%s/%s", country, at.Book, at.Page), Seq: next.Seq, Step: "Put", By: c.actor.MSP, Office: c.actor.Office,
	})
	return next, c.PutPage(next, c.ownPolicy(c.actor.MSP))
}

// getPage answers with one page, to whoever is of the consortium: what it says is public among them.
func getPage(c *call, req *transit.PageQuery) (*transit.Page, error) {
	if !slices.Contains(req.Book.Pages(), req.Page) {
		return nil, transit.Faultf(transit.MalformedRequest, "there is no page %q of %q", req.Page, req.Book)
	}
	if req.Country != "" && c.customsOf(req.Country) == nil {
		return nil, transit.Faultf(transit.NotFound, "%q is no customs territory of the consortium", req.Country).At("/country")
	}
	return c.page(req.Country, req.Book, req.Page)
}
