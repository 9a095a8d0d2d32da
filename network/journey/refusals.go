package journey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// intrude lets an officer of a country that the hand-off is not for try to accept it.
func (t *travel) intrude(ctx context.Context, to transit.Leg) error {
	intruder, err := t.find("an officer of another country", func(id cats.IdentityProfile) bool {
		msp := t.Profile.Organisations[id.Organisation].MSP
		return id.Role == transit.RoleOfficer && msp != to.MSP && msp != t.report.Movement.Custodian
	})
	if err != nil {
		t.tell.note("no third country's officer is in the profile to try an acceptance")
		return nil //nolint:nilerr // a network of two countries has no third
	}
	c, err := t.as(ctx, intruder)
	if err != nil {
		return err
	}
	_, _, err = c.Movements().AcceptHandOff(ctx, t.report.Movement.Reference())
	return t.refused("accept hand-off", intruder, err, transit.NotAuthorised)
}

// overdraw lodges a second declaration whose amount is more than what is free, and tries to release it.
func (t *travel) overdraw(ctx context.Context, officer string) error {
	views, err := t.balances(ctx)
	if err != nil {
		return err
	}
	view := manifold(views)
	if view == nil {
		t.tell.note("no guarantee for several movements that could be overdrawn")
		return nil
	}
	second, err := clone(t.std)
	if err != nil {
		return err
	}
	second.TransitOperation.LRN = freshLRN()
	free := view.Available
	free.Minor += 100
	onlyOn(second, view.Guarantee.Terms.GRN, free)
	trader, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	m, _, err := trader.Movements().Lodge(ctx, second)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	accepted, _, err := c.Movements().Accept(ctx, m.ID)
	if err != nil {
		return err
	}
	t.tell.note("a second declaration, %s, asks for %s where %s are free", accepted.MRN, free, view.Available)
	_, _, err = release(ctx, c.Movements(), accepted.MRN)
	if err := t.refused("release", officer, err, transit.GuaranteeRefused); err != nil {
		return err
	}
	if _, _, err = trader.Movements().RequestCancel(ctx, accepted.MRN, "not covered by the guarantee"); err != nil {
		return err
	}
	if err := t.seenBy(ctx, c, accepted.MRN, accepted.Seq+1); err != nil {
		return err
	}
	_, _, err = c.Movements().Cancel(ctx, accepted.MRN, "as the declarant asks")
	return err
}

// refused makes sure that the ledger said no for the right reason, and shows how.
func (t *travel) refused(what, by string, err error, want transit.Code) error {
	var e *cats.Error
	if !errors.As(err, &e) || e.Fault == nil || e.Fault.Code != want {
		return fmt.Errorf("%s by %s should have been refused with %s, but: %w", what, by, want, orNothing(err))
	}
	t.report.Refused = append(t.report.Refused, e)
	t.tell.refusal(what, by, e)
	return nil
}

func orNothing(err error) error {
	if err == nil {
		return errors.New("it was done")
	}
	return err
}

func clone(std *transit.STD) (*transit.STD, error) {
	b, err := json.Marshal(std)
	if err != nil {
		return nil, fmt.Errorf("couldn't copy the document: %w", err)
	}
	return transit.DecodeSTD(b)
}

// manifold is the first guarantee that covers more than one movement.
func manifold(views []*transit.GuaranteeView) *transit.GuaranteeView {
	for _, v := range views {
		if v != nil && !v.Guarantee.Terms.OneUse() {
			return v
		}
	}
	return nil
}

// onlyOn lets a declaration be covered by one of its guarantee references alone, with another amount.
func onlyOn(std *transit.STD, grn string, amount transit.Money) {
	for _, d := range std.Guarantees {
		for _, ref := range d.GuaranteeReferences {
			if ref.GRN != grn {
				continue
			}
			ref.SequenceNumber, ref.AmountToBeCovered, ref.Currency = 1, transit.Decimal(amount.Decimal()), amount.Currency
			d.SequenceNumber, d.GuaranteeReferences = 1, []transit.DeclaredReference{ref}
			std.Guarantees = []transit.DeclaredGuarantee{d}
			return
		}
	}
}
