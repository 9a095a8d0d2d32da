package journey

import (
	"context"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// guaranteeUnderAmendment: between acceptance and release the guarantor lowers what it stands for. The release is refused, the
// office gives the declarant some days for another guarantee, and the declarant changes that and nothing else (R0520, flag 1).
func (t *travel) guaranteeUnderAmendment(ctx context.Context) error {
	if err := t.begin(ctx); err != nil {
		return err
	}
	departure := t.at(t.report.Movement.Departure)
	if err := t.moves(ctx, move{transit.StepAccept, "accept", departure, accept}); err != nil {
		return err
	}
	old := t.report.Movement.Guarantees[0]
	if err := t.lower(ctx, old); err != nil {
		return err
	}
	if err := inTurn(ctx, t.guaranteeRefused, t.othersGuarantee); err != nil {
		return err
	}
	before, err := t.balances(ctx)
	if err != nil {
		return err
	}
	if err := t.moves(ctx, move{transit.StepRelease, "release", departure, release}); err != nil {
		return err
	}
	if err := t.tellBalances(ctx, before); err != nil {
		return err
	}
	if err := t.nothingOn(ctx, old.GRN); err != nil {
		return err
	}
	if err := inTurn(ctx, t.deliver, t.crossTo, t.crossTo, t.arrive); err != nil {
		return err
	}
	return t.ended(transit.Discharged)
}

// guaranteeRefused: the release is refused, and the office of departure gives time for another guarantee.
func (t *travel) guaranteeRefused(ctx context.Context) error {
	departure := t.at(t.report.Movement.Departure)
	if err := t.try(ctx, "release", departure, release, transit.GuaranteeRefused); err != nil {
		return err
	}
	err := t.moves(ctx, move{transit.StepRefuseGuarantee, "refuse guarantee", departure,
		func(ctx context.Context, m gateway.Movements, mrn string) (*transit.Course, cats.Receipt, error) {
			return m.RefuseGuarantee(ctx, mrn, "the guarantee does not cover the amount", day(5))
		}})
	if err != nil {
		return err
	}
	t.tell.note("the declarant has until %s to replace the guarantee; until then neither release nor its refusal:", day(5))
	if err := t.try(ctx, "release", departure, release, transit.OutOfSequence); err != nil {
		return err
	}
	return t.try(ctx, "refuse release", departure, because(gateway.Movements.RefuseRelease, "no guarantee"), transit.OutOfSequence)
}

// lower has the guarantor lower the reference amount to half of what the movement needs.
func (t *travel) lower(ctx context.Context, u transit.Usage) error {
	name, err := t.guarantor()
	if err != nil {
		return err
	}
	clerk, err := t.as(ctx, name)
	if err != nil {
		return err
	}
	half := transit.Money{Minor: u.Amount.Minor / 2, Currency: u.Amount.Currency}
	_, receipt, err := clerk.Guarantees().Update(ctx, u.GRN, transit.GuaranteeUpdate{ReferenceAmount: &half})
	if err != nil {
		return err
	}
	t.tell.line("lower guarantee", name, "→ "+half.String(), receipt)
	t.tell.note("the guarantor stands for %s from now on; the movement needs %s", half, u.Amount)
	officer, err := t.officer(t.report.Movement.Departure)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	_, err = c.Await(ctx, receipt.TransactionID)
	return err
}

// othersGuarantee replaces the guarantee; with anything else besides, the amendment is refused.
func (t *travel) othersGuarantee(ctx context.Context) error {
	if err := t.insure(ctx); err != nil {
		return err
	}
	more, err := clone(t.std)
	if err != nil {
		return err
	}
	more.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = "other goods"
	c, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	if err := t.seenBy(ctx, c, t.report.Movement.Reference(), t.report.Movement.Seq); err != nil {
		return err
	}
	t.tell.note("the declarant amends the guarantee, and tries to change the goods along with it:")
	_, _, err = c.Movements().Amend(ctx, t.report.Movement.Reference(), more)
	if err := t.refused("amend", t.trader, err, transit.InvalidDocument); err != nil {
		return err
	}
	last := t.report.Refused[len(t.report.Refused)-1]
	if v := last.Fault.Violations; len(v) != 1 || v[0].Rule != "R0520" {
		return fmt.Errorf("the amendment of the goods breaks %v, not R0520 alone", v)
	}
	t.tell.note("with the guarantee alone it is taken:")
	if err := t.amend(ctx, "amend guarantee"); err != nil {
		return err
	}
	return t.ended(transit.Accepted)
}

// nothingOn makes sure that a guarantee carries nothing of the movement.
func (t *travel) nothingOn(ctx context.Context, grn string) error {
	name, err := t.byRole(transit.RoleAnalyst)
	if err != nil {
		return err
	}
	analyst, err := t.as(ctx, name)
	if err != nil {
		return err
	}
	view, err := analyst.Guarantees().Get(ctx, grn)
	if err != nil {
		return err
	}
	if view.Locked.Minor != 0 {
		return fmt.Errorf("guarantee %s still has %s locked", grn, view.Locked)
	}
	t.tell.note("guarantee %s, which was refused: locked %s", grn, view.Locked)
	return nil
}
