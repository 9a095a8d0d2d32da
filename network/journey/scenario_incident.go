package journey

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
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
	enquire := noting(gateway.Movements.StartEnquiry, "where are the goods?")
	if err := t.try(ctx, "start enquiry", t.at(m.Departure), enquire, transit.OutOfSequence); err != nil {
		return err
	}
	if err := inTurn(ctx, t.crossTo, t.arrive); err != nil {
		return err
	}
	return t.ended(transit.Discharged)
}

// transhipped is the call that registers the transhipment.
func transhipped(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.RegisterIncident(ctx, mrn, transhipment())
}

// transhipment is what happened: another tractor, and one of the two seals replaced.
func transhipment() transit.Incident {
	seals := 2
	return transit.Incident{
		Code: "3", Text: "The tractor broke down near Zharkent; the trailer went on behind another tractor, one seal was replaced.",
		Endorsement: &transit.IncidentEndorsement{Date: transit.Date(day(0)), Authority: "Nur Zholy customs post", Place: "Khorgos", Country: "KZ"},
		Location: transit.IncidentLocation{
			QualifierOfIdentification: "W", Country: "KZ", GNSS: &transit.GNSS{Latitude: "44.16280", Longitude: "80.00370"},
		},
		Equipment: []transit.ChangedEquipment{{
			SequenceNumber: 1, ContainerIdentificationNumber: "TSLU5304176", NumberOfSeals: &seals,
			Seals: []transit.Seal{{SequenceNumber: 1, Identifier: "CN65-0048213"}, {SequenceNumber: 2, Identifier: "KZ02-0001177"}},
		}},
		Transhipment: &transit.Transhipment{
			ContainerIndicator: transit.FlagYes,
			TransportMeans:     transit.NewTransportMeans{TypeOfIdentification: "30", IdentificationNumber: "777KZT05", Nationality: "KZ"},
		},
	}
}
