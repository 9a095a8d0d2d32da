package journey

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// discrepancies: the trader at destination remarks that packages are missing; the office of departure clears it up.
func (t *travel) discrepancies(ctx context.Context) error {
	if err := inTurn(ctx, t.begin, t.released, t.crossTo, t.crossTo); err != nil {
		return err
	}
	before, err := t.balances(ctx)
	if err != nil {
		return err
	}
	m := t.report.Movement
	office, trader := t.at(m.Destination), t.traderOf(transit.OfficeCountry(m.Destination))
	err = t.moves(ctx,
		move{transit.StepNotifyArrival, "notify arrival", trader,
			func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
				return m.NotifyArrival(ctx, mrn, false)
			}},
		move{transit.StepArrive, "arrive", office, arrival},
		move{transit.StepPermitUnloading, "permit unloading", office, plain(gateway.Movements.PermitUnloading)})
	if err != nil {
		return err
	}
	if err := t.try(ctx, "control results A1", office, recordResults, transit.OutOfSequence); err != nil {
		return err
	}
	if err := t.moves(ctx, move{transit.StepRemarkUnloading, "unloading remarks", trader, remark}); err != nil {
		return err
	}
	if err := inTurn(ctx, t.papers, func(ctx context.Context) error { return t.readPaper(ctx, m.Departure, "missing") }); err != nil {
		return err
	}
	err = t.moves(ctx,
		move{transit.StepReleaseGoods, "release partly", office, because(gateway.Movements.ReleaseGoods, transit.ReleasedPartly)},
		move{transit.StepRecordDiscrepancies, "control results B1", office, differ})
	if err != nil {
		return err
	}
	if err := t.try(ctx, "discharge", office, discharge, transit.OutOfSequence); err != nil {
		return err
	}
	err = t.moves(ctx, move{transit.StepResolveDiscrepancies, "resolve", t.at(m.Departure),
		becauseNoting(gateway.Movements.ResolveDiscrepancies, "left behind", "Two cartons of item 1 were found in the store of the consignor.")})
	if err != nil {
		return err
	}
	if err := t.ended(transit.Discharged); err != nil {
		return err
	}
	return t.tellBalances(ctx, before)
}

func remark(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	return m.RemarkUnloading(ctx, mrn, missingPackages())
}

// missingPackages is what differs: two cartons of the first goods item.
func missingPackages() transit.UnloadingRemarks {
	found := 238
	return transit.UnloadingRemarks{
		Conform: transit.FlagNo, UnloadingCompletion: transit.FlagYes, UnloadingDate: transit.Date(day(0)), StateOfSeals: transit.FlagYes,
		Text: "Two cartons of goods item 1 are missing.",
		Consignment: &transit.FoundConsignment{HouseConsignments: []transit.FoundHouse{{
			SequenceNumber: 1,
			ConsignmentItems: []transit.FoundItem{{
				GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1,
				Packaging: []transit.FoundPackaging{{SequenceNumber: 1, NumberOfPackages: &found}},
			}},
		}}},
	}
}

func differ(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
	note := &transit.Note{Text: "238 instead of 240 cartons of goods item 1; seals in order."}
	return m.RecordDiscrepancies(ctx, mrn, "B1", day(20), note)
}
