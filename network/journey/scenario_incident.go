package journey

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// incident: a breakdown with transhipment, told by the country that has custody.
func (t *travel) incident(ctx context.Context) error {
	if err := inTurn(ctx, t.begin, t.released, t.crossTo); err != nil {
		return err
	}
	m := t.report.Movement
	here, destination := m.Leg().ActualOffice, m.Destination
	if err := t.try(ctx, "register incident", t.at(destination), transhipped, transit.NotAuthorised); err != nil {
		return err
	}
	if err := t.moves(ctx, move{transit.StepRegisterIncident, "register incident", t.at(here), transhipped}); err != nil {
		return err
	}
	t.tell.note("the code is public, what happened is not: the public record holds the digest of the annex")
	if err := inTurn(ctx, t.papers, func(ctx context.Context) error { return t.readPaper(ctx, destination, "tractor") }); err != nil {
		return err
	}
	t.tell.note("the goods are late, but the time limit has not passed:")
	enquire := noting((*cats.Movements).StartEnquiry, "where are the goods?")
	if err := t.try(ctx, "start enquiry", t.at(m.Departure), enquire, transit.OutOfSequence); err != nil {
		return err
	}
	if err := inTurn(ctx, t.crossTo, t.arrive); err != nil {
		return err
	}
	return t.ended(transit.Discharged)
}

// transhipped is the call that registers the transhipment.
func transhipped(ctx context.Context, m *cats.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.RegisterIncident(ctx, mrn, "3", transhipment())
}

func transhipment() any {
	return map[string]any{
		"code": "3", "text": "The tractor broke down on the A3; the trailer went on behind another tractor, one seal was replaced.",
		"endorsement":         map[string]any{"date": day(0), "authority": "Nur Zholy customs post", "place": "Khorgos", "country": "KZ"},
		"location":            map[string]any{"qualifierOfIdentification": "W", "country": "KZ", "gnss": map[string]any{"latitude": "44.15", "longitude": "80.00"}},
		"transportEquipments": []any{},
		"transhipment": map[string]any{
			"containerIndicator": "1",
			"transportMeans":     map[string]any{"typeOfIdentification": "30", "identificationNumber": "777KZT05", "nationality": "KZ"},
		},
	}
}
