package projection

import (
	"context"
	"database/sql"
	"errors"

	"carec.example/cats/chaincode/transit"
)

// surety is who stands for a guarantee and for whom, in which currency. It is not there before the guarantee is registered.
type surety struct {
	guarantor, holder, currency string
	there                       bool
}

// suretyOf reads it, once in a transaction.
func (w *writer) suretyOf(ctx context.Context, grn string) (surety, error) {
	if s, known := w.sureties[grn]; known {
		return s, nil
	}
	s := surety{there: true}
	err := w.get(ctx, "SELECT guarantor, holder, currency FROM ledger_guarantee WHERE grn = $1", []any{grn}, &s.guarantor, &s.holder, &s.currency)
	if errors.Is(err, sql.ErrNoRows) {
		s, err = surety{}, nil
	}
	if err == nil {
		w.sureties[grn] = s
	}
	return s, err
}

// expose adds to the exposure of a guarantee's guarantor, holder, and both, the columns of [exposureSums].
func (w *writer) expose(s surety, values ...int64) {
	if !s.there {
		return
	}
	for _, key := range [][]any{
		{"guarantor", s.guarantor, "", s.currency}, {"holder", "", s.holder, s.currency}, {"both", s.guarantor, s.holder, s.currency},
	} {
		w.sums.add(exposureSums(), key, values...)
	}
}

// exposed is what a guarantee with its balances and open claims adds to the exposure.
func (w *writer) exposed(ctx context.Context, grn string) ([]int64, error) {
	v := []int64{1, 0, 0, 0, 0, 0, 0}
	var pending int64
	err := w.get(ctx, "SELECT reference, pending FROM ledger_guarantee WHERE grn = $1", []any{grn}, &v[2], &pending)
	if err != nil {
		return nil, err
	}
	if err := w.get(ctx, "SELECT COALESCE(SUM(movements), 0), COALESCE(SUM(available), 0), COALESCE(SUM(locked), 0), COALESCE(SUM(claimed), 0) "+
		"FROM ledger_balance WHERE grn = $1", []any{grn}, &v[1], &v[3], &v[4], &v[5]); err != nil {
		return nil, err
	}
	// What a raise has not yet brought to the balance records, or a reduction not yet taken from them.
	v[3] += pending
	return v, w.get(ctx, "SELECT COALESCE(SUM(amount), 0) FROM ledger_claim WHERE grn = $1 AND state IN ($2, $3)",
		[]any{grn, string(transit.ClaimMade), string(transit.ClaimContested)}, &v[6])
}

func negative(values []int64) []int64 {
	out := make([]int64, len(values))
	for i, v := range values {
		out[i] = -v
	}
	return out
}

// guarantee writes a guarantee. When it is sold, what it stands for goes from the former holder to the new one.
func (w *writer) guarantee(ctx context.Context, g *transit.Guarantee) error {
	t := &g.Terms
	was, err := w.suretyOf(ctx, t.GRN)
	if err != nil {
		return err
	}
	if was.there {
		before, err := w.exposed(ctx, t.GRN)
		if err != nil {
			return err
		}
		w.expose(was, negative(before)...)
	}
	if err := w.put(ctx, "ledger_guarantee", 1, guaranteeRow(g)); err != nil {
		return err
	}
	is := surety{t.Guarantor, t.Holder, t.ReferenceAmount.Currency, true}
	w.sureties[t.GRN] = is
	after, err := w.exposed(ctx, t.GRN)
	if err != nil {
		return err
	}
	w.expose(is, after...)
	return nil
}

func (w *writer) balance(ctx context.Context, b *transit.Balance) error {
	of, err := w.suretyOf(ctx, b.GRN)
	if err != nil {
		return err
	}
	var was [4]int64
	err = w.get(ctx, "SELECT movements, available, locked, claimed FROM ledger_balance WHERE grn = $1 AND item = $2",
		[]any{b.GRN, b.Index}, &was[0], &was[1], &was[2], &was[3])
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var locked int64
	for _, minor := range b.Open {
		locked += minor
	}
	w.expose(of, 0, int64(len(b.Open))-was[0], 0, b.Available-was[1], locked-was[2], b.Claimed-was[3], 0)
	return w.put(ctx, "ledger_balance", 2, []column{
		{"grn", b.GRN}, {"item", b.Index}, {"available", b.Available}, {"locked", locked}, {"movements", len(b.Open)},
		{"claimed", b.Claimed}, {"uses", b.Uses},
	})
}

func (w *writer) claims(ctx context.Context, m *transit.Movement) error {
	if m.Recovery == nil {
		return nil // a claim never goes: it is withdrawn
	}
	for i := range m.Recovery.Claims {
		if err := w.claim(ctx, m.ID, i, &m.Recovery.Claims[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) claim(ctx context.Context, movement string, i int, c *transit.Claim) error {
	var was transit.Claim
	err := w.get(ctx, "SELECT grn, amount, currency, state, at FROM ledger_claim WHERE movement = $1 AND item = $2", []any{movement, i},
		&was.GRN, &was.Amount.Minor, &was.Amount.Currency, &was.State, &was.At)
	if err == nil {
		err = w.count(ctx, &was, -1)
	} else if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return err
	}
	if err := w.count(ctx, c, 1); err != nil {
		return err
	}
	return w.put(ctx, "ledger_claim", 2, []column{
		{"movement", movement}, {"item", i}, {"grn", c.GRN}, {"amount", c.Amount.Minor}, {"currency", c.Amount.Currency},
		{"state", string(c.State)}, {"at", c.At},
	})
}

// count adds a claim to the sums, or takes it away when times is -1.
func (w *writer) count(ctx context.Context, c *transit.Claim, times int64) error {
	of, err := w.suretyOf(ctx, c.GRN)
	if err != nil {
		return err
	}
	for _, period := range periods(c.At) {
		w.sums.add(claimSums(), []any{period, of.guarantor, string(c.State), c.Amount.Currency}, times, times*c.Amount.Minor)
	}
	if c.State == transit.ClaimMade || c.State == transit.ClaimContested {
		w.expose(of, 0, 0, 0, 0, 0, 0, times*c.Amount.Minor)
	}
	return nil
}
