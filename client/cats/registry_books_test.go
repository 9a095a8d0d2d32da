package cats

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/transit"
)

func TestEntriesGoInBatchesThatFitIntoARequest(t *testing.T) {
	var e transit.Entries
	for i := range 5000 {
		e.Tariff = append(e.Tariff, transit.TariffLine{
			Validity: transit.Validity{From: "2026-01-01", Until: "2030-12-31"}, HS: fmt.Sprintf("%02d%04d", 1+i%97, i), Duty: 100_000, Tax: 100_000,
			Currency: "EUR", PerKg: 1_000_000_000_000, ReferencePerKg: 1_000_000_000_000,
		})
	}
	e.Rates = []transit.Rate{{Base: "EUR", Quote: "KZT"}}
	e.Operators = []transit.Operator{{Number: "KZ1"}}
	n, last := 0, ""
	for _, batch := range batches(e) {
		raw, err := json.Marshal(transit.PutEntriesRequest{Country: "KZ", Entries: batch})
		require.NoError(t, err)
		require.Less(t, len(raw), guard.MaxArgument)
		require.NotZero(t, batch.Len())
		for _, l := range batch.Tariff {
			require.LessOrEqual(t, last, l.HS[:2], "a page after the other, so that a batch touches few")
			last = l.HS[:2]
		}
		n += batch.Len()
	}
	require.Equal(t, e.Len(), n)
	require.Len(t, batches(transit.Entries{}), 1, "the ledger refuses an empty request, not the client")
}
