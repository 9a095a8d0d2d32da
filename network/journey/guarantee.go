package journey

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// insure registers the guarantees that the document names, unless they stand already. Those that are not kept by reference
// need nothing.
func (t *travel) insure(ctx context.Context) error {
	for _, d := range t.std.Guarantees {
		if !transit.KeptByReference(d.GuaranteeType) {
			continue
		}
		for i := range d.GuaranteeReferences {
			keeper, err := t.keeper(ctx, d, &d.GuaranteeReferences[i])
			if err != nil {
				return err
			}
			if err := t.register(ctx, keeper, d, &d.GuaranteeReferences[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// keeper is who registers a guarantee: the guarantor's clerk, or for a waiver an officer of an office of guarantee. A waiver
// that no office of its country can grant is granted by another country's, under a reference of that country.
func (t *travel) keeper(ctx context.Context, d transit.DeclaredGuarantee, ref *transit.DeclaredReference) (party, error) {
	if d.GuaranteeType != transit.GuaranteeWaiver {
		name, err := t.byRole(transit.RoleGuarantor)
		if err != nil {
			return nil, err
		}
		return t.as(ctx, name)
	}
	grants := func(id cats.IdentityProfile) bool {
		o := t.offices[id.Office]
		return id.Role == transit.RoleOfficer && o != nil && o.Has(transit.OfficeGuarantee)
	}
	name, err := t.find("an officer of guarantee in "+ref.GRN[2:4], func(id cats.IdentityProfile) bool {
		return grants(id) && transit.OfficeCountry(id.Office) == ref.GRN[2:4]
	})
	if err != nil {
		if name, err = t.find("an officer of guarantee", grants); err != nil {
			return nil, err
		}
	}
	return t.as(ctx, name)
}

// register registers one guarantee, unless it stands and covers the declaration. One that stands under other terms is
// replaced in the document by a new one.
func (t *travel) register(ctx context.Context, keeper party, d transit.DeclaredGuarantee, ref *transit.DeclaredReference) error {
	terms, err := t.terms(keeper, d, ref)
	if err != nil {
		return err
	}
	stands, covers, err := t.standing(ctx, keeper, terms, ref)
	if err != nil || covers {
		return err
	}
	elsewhere := terms.Waiver() && transit.OfficeCountry(terms.Office) != ref.GRN[2:4]
	if stands || elsewhere || t.FreshGuarantees {
		grn, err := freshGRN(ref.GRN, terms)
		if err != nil {
			return err
		}
		if stands {
			t.tell.note("guarantee %s stands under terms that do not cover this declaration; %s takes its place", ref.GRN, grn)
		}
		ref.GRN, terms.GRN = grn, grn
	}
	_, receipt, err := keeper.Guarantees().Register(ctx, terms, []string{ref.AccessCode})
	if err != nil {
		return fmt.Errorf("registering guarantee %s: %w", ref.GRN, err)
	}
	t.tell.registered(keeper.Name(), receipt)
	view, err := keeper.Guarantees().Get(ctx, ref.GRN)
	if err != nil {
		return err
	}
	t.tell.guarantee("registered", view)
	return t.reaches(ctx, receipt.TransactionID)
}

// freshGRN is a reference that nobody has used, of the same country, or of the office that grants a waiver.
func freshGRN(was string, terms transit.Terms) (string, error) {
	country := was[2:4]
	if terms.Waiver() {
		country = transit.OfficeCountry(terms.Office)
	}
	grn, err := transit.NewGRN(time.Now().UTC().Year(), country, rand.Text()[:12])
	if err != nil {
		return "", err
	}
	if terms.Type == transit.GuaranteeVoucher {
		return grn.String() + was[len(grn):], nil
	}
	return grn.String(), nil
}

// reaches waits until the trader's own peer has the transaction, which another organisation's peer has committed first.
func (t *travel) reaches(ctx context.Context, transaction string) error {
	if transaction == "" {
		return nil
	}
	c, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	_, err = c.Await(ctx, transaction)
	return err
}

// standing tells whether the guarantee stands on the ledger, and whether it covers the declaration as wanted.
func (t *travel) standing(
	ctx context.Context, clerk party, want transit.Terms, ref *transit.DeclaredReference,
) (stands, covers bool, err error) {
	if t.FreshGuarantees {
		return false, false, nil
	}
	view, err := clerk.Guarantees().Get(ctx, ref.GRN)
	var fault *transit.Fault
	switch {
	case errors.As(err, &fault) && fault.Code == transit.NotFound:
		return false, false, nil
	case err != nil:
		return false, false, err
	}
	opens, err := view.Guarantee.Opens(ref.AccessCode)
	if err != nil {
		return true, false, err
	}
	amount, err := transit.ParseMoney(string(ref.AmountToBeCovered), ref.Currency)
	if err != nil || !opens || !suffices(view, want, amount) {
		return true, false, err
	}
	t.tell.guarantee("stands", view)
	return true, true, nil
}

// suffices reports whether a standing guarantee is of the wanted kind and has the amount free.
func suffices(view *transit.GuaranteeView, want transit.Terms, amount transit.Money) bool {
	g := view.Guarantee.Terms
	if g.OneUse() && view.Balances[0].Uses > 0 {
		return false
	}
	return g.Holder == want.Holder && g.Type == want.Type && amount.Currency == view.Available.Currency &&
		amount.Minor <= view.Available.Minor
}

// terms are those of a guarantee for the document: one and a half times the amount to be covered.
func (t *travel) terms(keeper party, d transit.DeclaredGuarantee, ref *transit.DeclaredReference) (transit.Terms, error) {
	amount, err := transit.ParseMoney(string(ref.AmountToBeCovered), ref.Currency)
	if err != nil {
		return transit.Terms{}, err
	}
	now := time.Now().UTC()
	terms := transit.Terms{
		GRN: ref.GRN, Type: d.GuaranteeType, Guarantor: keeper.MSP(), Holder: t.std.Holder.IdentificationNumber,
		ReferenceAmount: transit.Money{Minor: amount.Minor + amount.Minor/2, Currency: amount.Currency}, Percentage: 100,
		ValidFrom: now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly), Balances: 4,
	}
	if terms.ReferenceAmount.Minor == 0 {
		terms.ReferenceAmount.Minor = 1
	}
	if terms.OneUse() {
		terms.Balances = 1
	}
	if terms.Waiver() {
		id, err := t.Profile.Identity(keeper.Name())
		if err != nil {
			return terms, err
		}
		terms.Guarantor, terms.Percentage, terms.Office = "", 0, id.Office
	}
	id, err := t.Profile.Identity(t.trader)
	if err == nil && id.Operator != terms.Holder {
		terms.Representatives = []string{id.Operator}
	}
	return terms, err
}

// balances reads the guarantees that the movement uses, as the regulator sees them; nothing for those that are not kept by
// reference.
func (t *travel) balances(ctx context.Context) ([]*transit.GuaranteeView, error) {
	name, err := t.byRole(transit.RoleAnalyst)
	if err != nil {
		return nil, err
	}
	analyst, err := t.as(ctx, name)
	if err != nil {
		return nil, err
	}
	out := make([]*transit.GuaranteeView, len(t.report.Movement.Guarantees))
	for i, u := range t.report.Movement.Guarantees {
		if u.GRN == "" {
			continue
		}
		if out[i], err = analyst.Guarantees().Get(ctx, u.GRN); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// tellBalances shows the guarantees before and after, and checks that the movement's usage explains the difference.
// The regulator's peer may be a block behind the officer's, so it asks again for a while.
func (t *travel) tellBalances(ctx context.Context, before []*transit.GuaranteeView) error {
	var after []*transit.GuaranteeView
	err := poll(ctx, 10*time.Second, func() (bool, error) {
		var err error
		after, err = t.balances(ctx)
		return err == nil && holds(after, t.report.Movement), err
	})
	if err != nil {
		return fmt.Errorf("guarantees and movement do not agree: %w", err)
	}
	for i := range after {
		if after[i] != nil {
			t.tell.change(before[i], after[i])
		}
	}
	return nil
}

// holds reports whether the balances carry the movement's amounts exactly while they are locked, and not afterwards.
func holds(views []*transit.GuaranteeView, m *transit.Movement) bool {
	for i, u := range m.Guarantees {
		if views[i] == nil {
			continue
		}
		var open int64
		for _, b := range views[i].Balances {
			open += b.Open[m.ID]
		}
		want := int64(0)
		if u.State.Open() {
			want = u.Amount.Minor
		}
		if open != want {
			return false
		}
	}
	return true
}

// poll asks until the answer is yes, an error, or the time is over.
func poll(ctx context.Context, limit time.Duration, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		yes, err := ask()
		if yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
