package journey

import (
	"context"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// Offices of the diversion, in the pilot's topology.
const (
	overThePass  = "KGTRG001"
	elsewhere    = "KGOSS001"
	leftThrough  = "CNHRS001"
	throughKZ    = "KZHOR001"
	fromKZ       = "KGAKZ001"
	countryAdded = "KZ"
)

// diversion: declared over the pass into Kyrgyzstan, the goods leave China elsewhere, go through Kazakhstan, and end at
// another office than declared. The country added gets the content like those that were declared.
func (t *travel) diversion(ctx context.Context) error {
	t.std.TransitOffices = []transit.TransitOffice{{SequenceNumber: 1, ReferenceNumber: overThePass}}
	routing := t.std.Consignment.CountriesOfRouting
	t.std.Consignment.CountriesOfRouting = slices.DeleteFunc(routing, func(c transit.CountryOfRouting) bool { return c.Country == countryAdded })
	for i := range t.std.Consignment.CountriesOfRouting {
		t.std.Consignment.CountriesOfRouting[i].SequenceNumber = i + 1
	}
	for i := range t.std.Consignment.ActiveBorderTransportMeans {
		t.std.Consignment.ActiveBorderTransportMeans[i].CustomsOfficeAtBorder = overThePass
	}
	if err := inTurn(ctx, t.begin, t.released); err != nil {
		return err
	}
	return inTurn(ctx, t.leaveElsewhere, t.enterElsewhere, t.crossTo, t.crossTo, t.endElsewhere)
}

// leaveElsewhere: an office of exit that was not declared asks, and records the exit after it was granted.
func (t *travel) leaveElsewhere(ctx context.Context) error {
	departure := t.at(t.report.Movement.Departure)
	t.tell.note("the pass is closed; the lorry turns to Horgos, which was not declared as office of exit:")
	if err := t.try(ctx, "record exit", t.at(leftThrough), plain(gateway.Movements.RecordExit), transit.OutOfSequence); err != nil {
		return err
	}
	return t.moves(ctx,
		move{transit.StepAskDiversion, "ask diversion", t.at(leftThrough), because(gateway.Movements.AskDiversion, transit.DivertExit)},
		move{transit.StepGrantDiversion, "grant diversion", departure, divert(cats.Detour{})},
		move{transit.StepRecordExit, "record exit", t.at(leftThrough), plain(gateway.Movements.RecordExit)})
}

// enterElsewhere: a country that was not declared asks, and gets the content when its way was granted.
func (t *travel) enterElsewhere(ctx context.Context) error {
	m := t.report.Movement
	if m.Concerns(t.members[countryAdded]) {
		return fmt.Errorf("%s is on the declared route already", countryAdded)
	}
	officer, err := t.officer(throughKZ)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	_, err = c.Movements().Content(ctx, m.Reference())
	if err := t.refused("read content", officer, err, transit.NotAuthorised); err != nil {
		return err
	}
	err = t.moves(ctx,
		move{transit.StepAskDiversion, "ask diversion", t.at(throughKZ), because(gateway.Movements.AskDiversion, transit.DivertTransit)},
		move{transit.StepGrantDiversion, "grant diversion", t.at(m.Departure), divert(cats.Detour{Route: []string{throughKZ, fromKZ}})})
	if err != nil {
		return err
	}
	t.tell.note("the way is now %s, and whoever is on it may look over the custodian's shoulder", t.way())
	return inTurn(ctx, t.deliver, func(ctx context.Context) error { return t.read(ctx, officer) })
}

// endElsewhere: another office of destination asks, and discharges after it was granted.
func (t *travel) endElsewhere(ctx context.Context) error {
	before, err := t.balances(ctx)
	if err != nil {
		return err
	}
	declared := t.report.Movement.Destination
	t.tell.note("the consignee's store is in Osh by now; the office there meets the goods:")
	if err := t.try(ctx, "arrive", t.at(elsewhere), arrival, transit.NotAuthorised); err != nil {
		return err
	}
	err = t.moves(ctx,
		move{transit.StepAskDiversion, "ask diversion", t.at(elsewhere), because(gateway.Movements.AskDiversion, transit.DivertDestination)},
		move{transit.StepGrantDiversion, "grant diversion", t.at(t.report.Movement.Departure), divert(cats.Detour{Destination: elsewhere})},
		move{transit.StepArrive, "arrive", t.at(elsewhere), arrival},
		move{transit.StepRecordResults, "control results A1", t.at(elsewhere), recordResults},
		move{transit.StepDischarge, "discharge", t.at(elsewhere), discharge})
	if err != nil {
		return err
	}
	m := t.report.Movement
	switch {
	case len(m.Diversions) != 3 || m.Diversions[2].Instead != declared || m.Destination != elsewhere:
		return fmt.Errorf("the record shows diversions %v and destination %s", m.Diversions, m.Destination)
	case len(m.Exits) != 1 || len(m.Legs) != 3:
		return fmt.Errorf("the record shows %d exits and %d territories", len(m.Exits), len(m.Legs))
	}
	if err := t.ended(transit.Discharged); err != nil {
		return err
	}
	return t.tellBalances(ctx, before)
}

// way is the itinerary as it stands.
func (t *travel) way() string {
	out := ""
	for i, l := range t.report.Movement.Legs {
		if i > 0 {
			out += " → "
		}
		out += l.Country + " at " + l.EntryOffice
	}
	return out
}

func divert(d cats.Detour) act {
	return func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
		if len(d.Route) > 0 || d.Destination != "" {
			found, err := m.CheckDetour(ctx, mrn, d)
			if err != nil {
				return nil, cats.Receipt{}, err
			}
			if len(found) > 0 {
				return nil, cats.Receipt{}, transit.Faultf(transit.InvalidDocument, "the detour breaks rules of its countries").With(found...)
			}
		}
		return m.GrantDiversion(ctx, mrn, d)
	}
}
