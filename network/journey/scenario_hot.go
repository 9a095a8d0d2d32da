package journey

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

// Of the hot guarantee: how many movements it covers exactly, over how many balance records.
const (
	hotMovements = 32
	hotBalances  = 16
)

// hotGuarantee: movements that together use up a guarantee to the cent are released at once; one more is refused; cancelled,
// all give back what they had.
func (t *travel) hotGuarantee(ctx context.Context) error {
	if err := t.examine(ctx); err != nil {
		return err
	}
	grn, err := t.hotRegister(ctx)
	if err != nil {
		return err
	}
	officer, err := t.officer(t.std.DepartureOffice.ReferenceNumber)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	trader, err := t.as(ctx, t.trader)
	if err != nil {
		return err
	}
	mrns := make([]string, hotMovements+1)
	took, err := atOnce(len(mrns), func(i int) (err error) {
		mrns[i], err = t.acceptedOn(ctx, trader.Movements(), c.Movements(), grn)
		return err
	})
	if err != nil {
		return err
	}
	t.tell.note("%d declarations lodged and accepted in %d ms", len(mrns), took.Milliseconds())
	if err := t.releaseHot(ctx, c.Movements(), mrns[:hotMovements]); err != nil {
		return err
	}
	if err := t.hotBalance(ctx, grn, true); err != nil {
		return err
	}
	_, _, err = release(ctx, c.Movements(), mrns[hotMovements])
	if err := t.refused("release", officer, err, transit.GuaranteeRefused); err != nil {
		return err
	}
	took, err = atOnce(len(mrns), func(i int) error {
		_, _, err := c.Movements().Cancel(ctx, mrns[i], "a demonstration")
		return err
	})
	if err != nil {
		return err
	}
	t.tell.note("%d movements cancelled at once in %d ms", len(mrns), took.Milliseconds())
	return t.hotBalance(ctx, grn, false)
}

// hotRegister registers a guarantee that covers the movements exactly.
func (t *travel) hotRegister(ctx context.Context) (string, error) {
	name, err := t.byRole(transit.RoleGuarantor)
	if err != nil {
		return "", err
	}
	clerk, err := t.as(ctx, name)
	if err != nil {
		return "", err
	}
	declared := t.std.Guarantees[0]
	ref := &declared.GuaranteeReferences[0]
	terms, err := t.terms(clerk, declared, ref)
	if err != nil {
		return "", err
	}
	amount, err := transit.ParseMoney(string(ref.AmountToBeCovered), ref.Currency)
	if err != nil {
		return "", err
	}
	grn, err := transit.NewGRN(time.Now().UTC().Year(), ref.GRN[2:4], rand.Text()[:12])
	if err != nil {
		return "", err
	}
	terms.GRN, terms.Balances = grn.String(), hotBalances
	terms.ReferenceAmount = transit.Money{Minor: hotMovements * amount.Minor, Currency: amount.Currency}
	_, receipt, err := clerk.Guarantees().Register(ctx, terms, []string{ref.AccessCode})
	if err != nil {
		return "", err
	}
	t.tell.registered(clerk.Name(), receipt)
	t.tell.note("guarantee %s over %s for %d movements of %s, on %d balance records", grn, terms.ReferenceAmount, hotMovements, amount, hotBalances)
	return grn.String(), t.reaches(ctx, receipt.TransactionID)
}

// acceptedOn lodges a declaration on the guarantee and accepts it.
func (t *travel) acceptedOn(ctx context.Context, trader, officer gateway.Movements, grn string) (string, error) {
	std, err := clone(t.std)
	if err != nil {
		return "", err
	}
	std.TransitOperation.LRN = "H" + rand.Text()[:20]
	std.Guarantees[0].GuaranteeReferences[0].GRN = grn
	m, _, err := trader.Lodge(ctx, std)
	if err != nil {
		return "", err
	}
	accepted, _, err := officer.Accept(ctx, m.ID)
	if err != nil {
		return "", err
	}
	return accepted.MRN, nil
}

// releaseHot releases all movements at once and tells how that went.
func (t *travel) releaseHot(ctx context.Context, officer gateway.Movements, mrns []string) error {
	receipts := make([]cats.Receipt, len(mrns))
	took, err := atOnce(len(mrns), func(i int) (err error) {
		_, receipts[i], err = release(ctx, officer, mrns[i])
		return err
	})
	if err != nil {
		return err
	}
	again, blocks := 0, map[uint64]bool{}
	for _, r := range receipts {
		again += r.Attempts - 1
		blocks[r.BlockNumber] = true
	}
	races := fmt.Sprintf("%d lost a race and went again", again)
	if t.Over == REST {
		races = "how many lost a race and went again, the gateway does not tell"
	}
	t.tell.note("%d releases at once in %d ms, in %d blocks; %s", len(mrns), took.Milliseconds(), len(blocks), races)
	return nil
}

// hotBalance waits until the guarantor's peer shows the guarantee used up, or free.
func (t *travel) hotBalance(ctx context.Context, grn string, usedUp bool) error {
	name, err := t.byRole(transit.RoleGuarantor)
	if err != nil {
		return err
	}
	clerk, err := t.as(ctx, name)
	if err != nil {
		return err
	}
	var view *transit.GuaranteeView
	err = poll(ctx, 20*time.Second, func() (bool, error) {
		if view, err = clerk.Guarantees().Get(ctx, grn); err != nil {
			return false, err
		}
		rest := view.Available.Minor
		if !usedUp {
			rest = view.Locked.Minor
		}
		return rest == 0 && view.Available.Minor+view.Locked.Minor == view.Guarantee.Terms.ReferenceAmount.Minor, nil
	})
	if err != nil {
		return fmt.Errorf("the guarantee does not come to where it should: %w", err)
	}
	t.tell.note("guarantee %s: free %s, locked %s of %s", grn, view.Available, view.Locked, view.Guarantee.Terms.ReferenceAmount)
	return nil
}

// atOnce runs n jobs at once and returns how long they took together.
func atOnce(n int, job func(i int) error) (time.Duration, error) {
	var running sync.WaitGroup
	failures := make([]error, n)
	start := time.Now()
	for i := range n {
		running.Go(func() { failures[i] = job(i) })
	}
	running.Wait()
	return time.Since(start), errors.Join(failures...)
}
