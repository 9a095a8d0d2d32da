package cats

import (
	"context"
	"slices"
	"time"

	"carec.example/cats/chaincode/transit"
)

// RecordExit records that the goods have left through the office of exit for transit (IE168).
func (m *Movements) RecordExit(ctx context.Context, movement string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRecordExit.Function(), transit.StepRequest{Movement: movement}, opts)
}

// AskDiversion asks the office of departure about goods that an undeclared office has met (IE114, IE002, IE164). The kind is
// [transit.DivertTransit], [transit.DivertDestination] or [transit.DivertExit].
func (m *Movements) AskDiversion(ctx context.Context, movement, kind string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepAskDiversion.Function(), transit.StepRequest{Movement: movement, Diversion: kind}, opts)
}

// Detour is the way that remains after a diversion was granted.
type Detour struct {
	// Route are the offices at which the territories still ahead are entered, in order; empty when the goods are in the last one.
	Route []string
	// Destination is the office of destination when it changes.
	Destination string
}

// GrantDiversion lets the goods go on through the office that has asked (IE115, IE003, IE165). For a diversion of exit the detour is empty.
func (m *Movements) GrantDiversion(ctx context.Context, movement string, d Detour, opts ...CallOption) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Route: d.Route, Destination: d.Destination}
	return m.step(ctx, transit.StepGrantDiversion.Function(), request, opts)
}

// CheckDetour holds the content against the rules of countries that a detour would add to the route, as their packs are today, and
// returns what they would find wrong. An empty detour is about those that diversions have added already. It is for an office of
// departure before it grants a diversion, and for an office of a country that was added: the ledger lets the goods go on either way,
// since they are there. The content must be at the own organisation.
func (m *Movements) CheckDetour(ctx context.Context, movement string, d Detour) ([]transit.Violation, error) {
	content, err := m.Content(ctx, movement)
	if err != nil {
		return nil, err
	}
	return CheckDetour(ctx, m.c.Registry().Page, content, d)
}

// PageReader reads a page of a book of the registry, as [Registry.Page] does.
type PageReader func(ctx context.Context, country string, b transit.Book, page string) (*transit.Page, error)

// CheckDetour is [Movements.CheckDetour] for a content that has been read, with the registry read in any way.
func CheckDetour(ctx context.Context, registry PageReader, content *Document, d Detour) ([]transit.Violation, error) {
	var countries []string
	for _, l := range content.Movement.Legs {
		countries = append(countries, l.Country)
	}
	for _, office := range append(slices.Clone(d.Route), d.Destination) {
		if office == "" {
			continue
		}
		if err := transit.ValidateCustomsOffice(office); err != nil {
			return nil, &Error{Op: "check a detour", Class: Refused, Fault: transit.Faultf(transit.MalformedRequest, "%v", err).At("/route")}
		}
		countries = append(countries, transit.OfficeCountry(office))
	}
	now := time.Now().UTC()
	packs, err := packsOf(ctx, registry, append(countriesOf(content.STD), countries...), transit.DateOf(now))
	if err != nil {
		return nil, err
	}
	rules := transit.RuleContext{Now: now, Pack: func(country string) string { return packs[country] }}
	return transit.CheckDetour(content.STD, rules, countries), nil
}

// DetourFault refuses a detour for what [Movements.CheckDetour] has found (INVALID_DOCUMENT); nil for nothing.
func DetourFault(found []transit.Violation) error {
	if len(found) == 0 {
		return nil
	}
	return transit.Faultf(transit.InvalidDocument, "the content breaks rules of countries that were not on the declared route in %d places",
		len(found)).With(found...)
}

// countriesOf are the countries of the declared route.
func countriesOf(std *transit.STD) []string {
	out := []string{transit.OfficeCountry(std.DepartureOffice.ReferenceNumber), transit.OfficeCountry(std.DestinationOffice.ReferenceNumber)}
	for _, o := range std.TransitOffices {
		out = append(out, transit.OfficeCountry(o.ReferenceNumber))
	}
	for _, o := range std.ExitOffices {
		out = append(out, transit.OfficeCountry(o.ReferenceNumber))
	}
	return out
}

// packsOf names the rule pack of each country on a day; "" where the registry has none.
func packsOf(ctx context.Context, registry PageReader, countries []string, day transit.Date) (map[string]string, error) {
	out := map[string]string{}
	for _, country := range countries {
		if _, known := out[country]; known {
			continue
		}
		page, err := registry(ctx, country, transit.BookPacks, transit.BookPacks.Page(""))
		if err != nil {
			return nil, err
		}
		out[country] = ""
		if choice := page.PackOn(day); choice != nil {
			out[country] = choice.Pack
		}
	}
	return out, nil
}

// RefuseDiversion answers with no: the goods have to keep to the declared way.
func (m *Movements) RefuseDiversion(ctx context.Context, movement, reason string, opts ...CallOption) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepRefuseDiversion.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// WithdrawDiversion takes back what the own office has asked for; the reason may be empty.
func (m *Movements) WithdrawDiversion(
	ctx context.Context, movement, reason string, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	return m.step(ctx, transit.StepWithdrawDiversion.Function(), transit.StepRequest{Movement: movement, Reason: reason}, opts)
}

// RegisterIncident registers what has happened to the goods (IE180): its code on the record, what it did to which goods, seals
// and means of transport in the annex.
func (m *Movements) RegisterIncident(
	ctx context.Context, movement string, incident transit.Incident, opts ...CallOption,
) (*transit.Course, Receipt, error) {
	request := transit.StepRequest{Movement: movement, Incident: incident.Code}
	return m.annexed(ctx, transit.StepRegisterIncident, request, paper{transit.AnnexIncident, incident}, m.step, opts)
}
