package journey

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/gateway"
)

// prelodged: declared before the goods are there. Nothing moves before they are presented; what was not known is amended
// first; and a second declaration, whose goods never come, waits its time and is withdrawn by who lodged it.
func (t *travel) prelodged(ctx context.Context) error {
	complete, err := clone(t.std)
	if err != nil {
		return err
	}
	stillToCome(t.std)
	if err := t.begin(ctx); err != nil {
		return err
	}
	m := t.report.Movement
	if m.State != transit.PreLodged {
		return fmt.Errorf("movement %s is %s, not %s", m.Reference(), m.State, transit.PreLodged)
	}
	t.tell.note("the lorry is still on its way to the terminal, and no container is known yet: type D, %d days to present the goods",
		transit.PreLodgementDays)
	departure := t.at(m.Departure)
	if err := t.try(ctx, "accept", departure, accept, transit.OutOfSequence); err != nil {
		return err
	}
	if err := t.namesContainer(ctx, complete); err != nil {
		return err
	}
	if err := t.moves(ctx, move{transit.StepPresent, "present the goods", t.declarant, present}); err != nil {
		return err
	}
	expire := plain(gateway.Movements.ExpirePreLodgement)
	t.tell.note("from now on it is a declaration like any other:")
	if err := t.try(ctx, "expire", departure, expire, transit.OutOfSequence); err != nil {
		return err
	}
	if err := inTurn(ctx, t.released, t.crossTo, t.crossTo, t.arrive); err != nil {
		return err
	}
	if err := t.ended(transit.Discharged); err != nil {
		return err
	}
	return t.neverCame(ctx)
}

// stillToCome leaves out of a declaration what is not known before the goods are there (C0822, C0823).
func stillToCome(std *transit.STD) {
	std.TransitOperation.AdditionalDeclarationType = transit.AdditionalPreLodged
	std.Consignment.ContainerIndicator, std.Consignment.TransportEquipment = "", nil
}

// namesContainer amends the declaration by the container, now that it is known.
func (t *travel) namesContainer(ctx context.Context, complete *transit.STD) error {
	found := transit.CheckPresentation(t.std, transit.RuleContext{})
	if len(found) == 0 {
		return errors.New("the declaration could be presented as it is")
	}
	t.tell.note("the lorry is there; before it is presented, the declaration needs what was left open, %s: %s", found[0].Rule, found[0].Text)
	t.std.Consignment.ContainerIndicator = complete.Consignment.ContainerIndicator
	t.std.Consignment.TransportEquipment = complete.Consignment.TransportEquipment
	if found := transit.CheckPresentation(t.std, transit.RuleContext{}); len(found) > 0 {
		return &Unfit{Violations: found}
	}
	if err := t.amend(ctx, "amend"); err != nil {
		return err
	}
	var containers []string
	for _, e := range t.std.Consignment.TransportEquipment {
		containers = append(containers, e.ContainerIdentificationNumber)
	}
	t.tell.note("version %d of the content names container %s; the public record holds its digests", t.report.Movement.Version,
		strings.Join(containers, ", "))
	return nil
}

// amend brings the document as it now is on the ledger in the place of the former one.
func (t *travel) amend(ctx context.Context, name string) error {
	m := t.report.Movement
	c, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	if err := t.seenBy(ctx, c, m.Reference(), m.Seq); err != nil {
		return err
	}
	amended, receipt, err := c.Movements().Amend(ctx, m.Reference(), t.std)
	if err != nil {
		return fmt.Errorf("%s by %s: %w", name, t.trader, err)
	}
	t.took(name, t.trader, m.State, amended, receipt)
	return nil
}

// neverCame: another declaration, whose goods do not come. It cannot be ended early by the office, only withdrawn by the declarant.
func (t *travel) neverCame(ctx context.Context) error {
	first := t.report.Movement
	t.tell.note("a second declaration is lodged in advance, and its goods do not come:")
	t.std.TransitOperation.LRN = freshLRN()
	if err := t.lodge(ctx); err != nil {
		return err
	}
	second := t.report.Movement
	if err := t.try(ctx, "expire", t.at(second.Departure), plain(gateway.Movements.ExpirePreLodgement), transit.OutOfSequence); err != nil {
		return err
	}
	t.tell.note("the office may end it when the %d days are over and not before; until then it is the declarant's:", transit.PreLodgementDays)
	err := t.moves(ctx, move{transit.StepCancel, "withdraw", t.declarant, because(gateway.Movements.Cancel, "the goods are not sent")})
	if err != nil {
		return err
	}
	if err := t.ended(transit.Cancelled); err != nil {
		return err
	}
	if second.MRN != "" {
		return fmt.Errorf("movement %s got the MRN %s without having been accepted", second.ID, second.MRN)
	}
	t.tell.note("it never had an MRN, and nothing was ever locked for it")
	t.report.Movement, t.report.Others = first, append(t.report.Others, t.report.Movement)
	return nil
}
