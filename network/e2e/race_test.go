package e2e

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// race releases more movements at once than one guarantee covers. Exactly those that
// it covers are released, the others are refused with what is free, and the balances
// add up to the unit.
func (w *world) race(t *testing.T) {
	const covered, asked = 12, 16
	ctx := within(t, 5*time.Minute)
	clerk := w.as(t, "cgm-clerk")
	grn, err := transit.NewGRN(2026, "KZ", fresh()[:12])
	require.NoError(t, err)
	now := time.Now().UTC()
	_, receipt, err := clerk.Guarantees().Register(ctx, transit.Terms{
		GRN: grn.String(), Type: "1", Guarantor: clerk.MSP(), Holder: "CN916501007TSL1", Percentage: 100, Balances: 8,
		ReferenceAmount: transit.Money{Minor: covered*10_000 + 9_999, Currency: "USD"},
		ValidFrom:       now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
	}, []string{"RACE"})
	require.NoError(t, err)
	_, err = w.as(t, "cn-trader-tianshan").Await(ctx, receipt.TransactionID)
	require.NoError(t, err)

	movements := make([]*transit.Movement, asked)
	each(asked, func(i int) {
		std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
		std.TransitOperation.LRN = "R" + fresh()[:20]
		std.Guarantees[0].GuaranteeReferences[0] = transit.DeclaredReference{
			SequenceNumber: 1, GRN: grn.String(), AccessCode: "RACE", AmountToBeCovered: "100.00", Currency: "USD",
		}
		movements[i] = w.accept(t, std)
	})
	officer := w.as(t, "cn-officer-urumqi", cats.WithQueues(cats.NewQueues()))
	limit := now.AddDate(0, 0, 9).Format(time.DateOnly)
	errs := make([]error, asked)
	each(asked, func(i int) { _, _, errs[i] = officer.Movements().Release(ctx, movements[i].MRN, limit) })
	released := 0
	for _, err := range errs {
		if err == nil {
			released++
			continue
		}
		f := faultOf(t, err)
		require.Equal(t, transit.GuaranteeRefused, f.Code)
		require.Equal(t, "G09", f.Violations[0].Code)
	}
	require.Equal(t, covered, released, "%v", errors.Join(errs...))
	require.Eventually(t, func() bool { // The clerk's peer may be a block behind.
		view, err := clerk.Guarantees().Get(ctx, grn.String())
		return err == nil && view.Locked.Minor == covered*10_000 && view.Available.Minor == 9_999
	}, 20*time.Second, 200*time.Millisecond)
}

// each runs f for 0..n-1 at once.
func each(n int, f func(int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
