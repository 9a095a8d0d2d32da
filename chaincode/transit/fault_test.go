package transit

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFaultTravelsInsideOtherTexts(t *testing.T) {
	f := Faultf(GuaranteeRefused, "movement %s is not covered", "26CN").At("/guarantees").With(
		Violation{Code: "G09", Pointer: "/guarantees/0", Rule: "IE055", Value: `1 "EUR"`, Text: "free: 0"},
	)
	for _, text := range []string{
		f.Wire(),
		"chaincode response 422, " + f.Wire(),
		"rpc error: code = Aborted desc = failed: " + f.Wire() + " (peer 127.0.0.1:7051) {}",
	} {
		got, ok := ParseFault(text)
		require.True(t, ok, text)
		require.Equal(t, f, got)
	}
	for _, text := range []string{"", "CATS", "CATS {", `CATS {"code":""}`, "chaincode response 500, boom"} {
		_, ok := ParseFault(text)
		require.False(t, ok, text)
	}
}

func TestFaultMatchesByCode(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", Faultf(Stale, "at step 3"))
	require.ErrorIs(t, err, &Fault{Code: Stale})
	require.NotErrorIs(t, err, &Fault{Code: Duplicate})
	var f *Fault
	require.ErrorAs(t, err, &f)
}

func TestEveryCodeHasStatusAndMeaning(t *testing.T) {
	for _, c := range Codes() {
		require.GreaterOrEqual(t, c.Status(), int32(400), "anything below counts as success on a peer")
		require.NotEmpty(t, c.Meaning())
	}
	require.Equal(t, int32(500), Code("NEW").Status(), "an unknown code is never a success")
}
