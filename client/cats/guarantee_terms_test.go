package cats

import (
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

// TestTermsWithoutACanonicalForm registers a guarantee over more than JSON keeps exactly: that is the caller's mistake.
func TestTermsWithoutACanonicalForm(t *testing.T) {
	p := &mockPeer{}
	terms := transit.Terms{GRN: "26CN00000000001G4", ReferenceAmount: transit.Money{Minor: transit.MaxMinor + 1, Currency: "USD"}}
	_, _, err := connectTo(t, p).Guarantees().Register(t.Context(), terms, nil)
	failed := failureOf(t, err)
	require.Equal(t, Refused, failed.Class)
	require.Equal(t, transit.MalformedRequest, failed.Fault.Code)
	require.Equal(t, "/terms", failed.Fault.Pointer)
	require.Empty(t, p.proposals())
}
