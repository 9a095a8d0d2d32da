package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// hotGuarantee lets releases, discharges, cancellations, changes of the reference amount and at last the end of one guarantee
// run at the same time, from programs that know nothing of each other. Everything that the rules allow succeeds, and the
// account is exact in the end.
func (w *world) hotGuarantee(t *testing.T) {
	ctx := within(t, 8*time.Minute)
	h := w.newHot(ctx, t, 60)
	accepted := h.accepted(18)
	early, late := accepted[:12], accepted[12:]

	// First: releases, while the amount goes up and down and the office of guarantee asks.
	parallel(
		func() { each(len(early), func(i int) { h.release(early[i]) }) },
		func() {
			for _, to := range []int64{55, 70, 50} {
				h.update(to)
			}
		},
		func() { h.inquire() },
	)
	h.settled(func(v *transit.GuaranteeView) bool { return v.Locked.Minor == 12*unit && v.Available.Minor == 38*unit })

	// Then: half of them end, others begin, the amount falls to exactly what is used, and the holder cancels the guarantee for tomorrow.
	parallel(
		func() { each(6, func(i int) { h.cancel(early[i]) }) },
		func() { each(len(late), func(i int) { h.release(late[i]) }) },
		func() { h.update(20) },
		func() { h.end() },
	)
	h.settled(func(v *transit.GuaranteeView) bool { return v.Locked.Minor == 12*unit && v.Available.Minor == 8*unit })

	// At last the amount falls below use: nothing new is covered, whatever is under way ends, and then it is.
	blocked := h.accepted(1)[0]
	h.update(10)
	_, _, err := h.officer.Movements().Release(ctx, blocked, h.limit())
	f := faultOf(t, err)
	require.Equal(t, transit.GuaranteeRefused, f.Code)
	require.Equal(t, "G09", f.Violations[0].Code)
	parallel(
		func() { each(6, func(i int) { h.cancel(early[6+i]) }) },
		func() { each(6, func(i int) { h.cancel(late[i]) }) },
	)
	h.release(blocked)
	h.settled(func(v *transit.GuaranteeView) bool {
		return v.Locked.Minor == unit && v.Available.Minor == 9*unit && v.Guarantee.Invalidity != nil && v.Guarantee.Pending == 0
	})
	w.waiver(ctx, t)
}

// unit is the amount of every movement, in cents.
const unit = 100_00

// hot is one guarantee and those who work on it.
type hot struct {
	t   *testing.T
	ctx context.Context
	w   *world
	grn string
	// officer and second are two programs at the office of departure.
	officer, second *cats.Client
	clerk, trader   *cats.Client
	office          *cats.Client
}

func (w *world) newHot(ctx context.Context, t *testing.T, units int64) *hot {
	t.Helper()
	h := &hot{
		t: t, ctx: ctx, w: w, clerk: w.as(t, "cgm-clerk"), trader: w.as(t, "cn-trader-tianshan"), office: w.as(t, "kz-officer-almaty"),
		officer: w.as(t, "cn-officer-urumqi", cats.WithQueues(cats.NewQueues())), second: w.as(t, "cn-officer-urumqi", cats.WithQueues(cats.NewQueues())),
	}
	grn, err := transit.NewGRN(2026, "KZ", fresh()[:12])
	require.NoError(t, err)
	h.grn = grn.String()
	now := time.Now().UTC()
	_, receipt, err := h.clerk.Guarantees().Register(ctx, transit.Terms{
		GRN: h.grn, Type: "1", Guarantor: h.clerk.MSP(), Holder: "CN916501007TSL1", Percentage: 100, Balances: 8,
		ReferenceAmount: transit.Money{Minor: units * unit, Currency: "USD"},
		ValidFrom:       now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
	}, []string{"HOT1"})
	require.NoError(t, err)
	_, err = h.trader.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	return h
}

func (h *hot) accepted(n int) []string {
	h.t.Helper()
	mrns := make([]string, n)
	each(n, func(i int) {
		std := load(h.t, examples+"cn-kz-kg-electronics.xml", nil)
		std.TransitOperation.LRN = "H" + fresh()[:20]
		std.Guarantees[0].GuaranteeReferences[0] = transit.DeclaredReference{
			SequenceNumber: 1, GRN: h.grn, AccessCode: "HOT1", AmountToBeCovered: "100.00", Currency: "USD",
		}
		mrns[i] = h.w.accept(h.t, std).MRN
	})
	return mrns
}

func (h *hot) limit() string { return time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly) }

func (h *hot) release(mrn string) {
	officer := h.officer
	if mrn[len(mrn)-1]%2 == 0 {
		officer = h.second
	}
	_, _, err := officer.Movements().Release(h.ctx, mrn, h.limit())
	noError(h.t, err, "release")
}

func (h *hot) cancel(mrn string) {
	_, _, err := h.officer.Movements().Cancel(h.ctx, mrn, "goods go back")
	noError(h.t, err, "cancel")
}

// update sets the reference amount: what is more by the guarantor's clerk, what is less by the office of guarantee.
func (h *hot) update(units int64) {
	who := h.office
	view, err := h.clerk.Guarantees().Get(h.ctx, h.grn)
	noError(h.t, err, "get")
	if err == nil && view.Guarantee.Terms.ReferenceAmount.Minor < units*unit {
		who = h.clerk
	}
	_, receipt, err := who.Guarantees().Update(h.ctx, h.grn, transit.GuaranteeUpdate{
		ReferenceAmount: &transit.Money{Minor: units * unit, Currency: "USD"},
	})
	noError(h.t, err, "update")
	if err == nil {
		_, err = h.clerk.Await(h.ctx, receipt.TransactionID)
		noError(h.t, err, "await")
		_, err = h.officer.Await(h.ctx, receipt.TransactionID)
		noError(h.t, err, "await")
	}
}

func (h *hot) end() {
	_, _, err := h.trader.Guarantees().Cancel(h.ctx, h.grn, cats.End{
		Invalidity: time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly), Reason: "the contract ends",
	})
	noError(h.t, err, "cancel the guarantee")
}

func (h *hot) inquire() {
	q := transit.GuaranteeInquiry{GRN: h.grn, Query: transit.QueryUsageAndExposure, Owner: "CN916501007TSL1"}
	for range 5 {
		answer, err := h.office.Guarantees().Query(h.ctx, q, "")
		noError(h.t, err, "query")
		if err == nil && answer.Exposure.Exposure.Minor != int64(answer.Exposure.Counter)*unit {
			h.t.Errorf("%d usages expose %s", answer.Exposure.Counter, answer.Exposure.Exposure)
		}
	}
}

// settled waits until the clerk's peer has caught up, and looks at the account at every moment on the way.
func (h *hot) settled(as func(*transit.GuaranteeView) bool) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		view, err := h.clerk.Guarantees().Get(h.ctx, h.grn)
		if err != nil {
			return false
		}
		require.True(h.t, view.Guarantee.Exact(view.Balances), "%+v", view)
		return as(view)
	}, 20*time.Second, 200*time.Millisecond)
}

// waiver is granted by a customs authority and covers a movement together with a cash deposit that nobody keeps.
func (w *world) waiver(ctx context.Context, t *testing.T) {
	t.Helper()
	grn, err := transit.NewGRN(2026, "KZ", fresh()[:12])
	require.NoError(t, err)
	now := time.Now().UTC()
	g, receipt, err := w.as(t, "kz-officer-almaty").Guarantees().Register(ctx, transit.Terms{
		GRN: grn.String(), Type: "0", Office: "KZALA001", Holder: "CN916501007TSL1", Percentage: 0, Balances: 2,
		ReferenceAmount: transit.Money{Minor: 10 * unit, Currency: "USD"},
		ValidFrom:       now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
	}, []string{"WAIV"})
	require.NoError(t, err)
	require.Equal(t, "KZMSP", g.Keeper)
	require.Contains(t, receipt.Endorsers, "KZMSP")
	trader := w.as(t, "cn-trader-tianshan")
	_, err = trader.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "W" + fresh()[:20]
	std.Guarantees = []transit.DeclaredGuarantee{
		{SequenceNumber: 1, GuaranteeType: "0", GuaranteeReferences: []transit.DeclaredReference{
			{SequenceNumber: 1, GRN: grn.String(), AccessCode: "WAIV", AmountToBeCovered: "100.00", Currency: "USD"},
		}},
		{SequenceNumber: 2, GuaranteeType: "3", GuaranteeReferences: []transit.DeclaredReference{
			{SequenceNumber: 1, AmountToBeCovered: "5.00", Currency: "USD"},
		}},
	}
	m := w.accept(t, std)
	officer := w.as(t, "cn-officer-urumqi")
	check, err := officer.Guarantees().Check(ctx, m.MRN)
	require.NoError(t, err)
	require.True(t, check.Covered, "%v", check.Reasons)
	released, receipt, err := officer.Movements().Release(ctx, m.MRN, now.AddDate(0, 0, 9).Format(time.DateOnly))
	require.NoError(t, err)
	require.Contains(t, receipt.Endorsers, "KZMSP", "the keeper's own peer")
	require.Equal(t, transit.UsageLocked, released.Guarantees[0].State)
	require.Equal(t, transit.UsageDeclared, released.Guarantees[1].State)
	_, err = trader.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	answer, err := trader.Guarantees().Query(ctx, transit.GuaranteeInquiry{GRN: grn.String(), Query: transit.QueryUsageAndExposure}, "waiv")
	require.NoError(t, err)
	require.Equal(t, m.MRN, answer.Usages[0].MRN)
	require.Equal(t, int64(9*unit), answer.Exposure.Balance.Minor)
}

// noError reports from any goroutine.
func noError(t *testing.T, err error, what string) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// parallel does several things at once.
func parallel(all ...func()) { each(len(all), func(i int) { all[i]() }) }
