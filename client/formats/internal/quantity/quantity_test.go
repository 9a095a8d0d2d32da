package quantity_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/client/formats/internal/quantity"
)

func rat(t require.TestingT, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	require.True(t, ok, s)
	return r
}

func TestConversionsAreExact(t *testing.T) {
	perGram := map[string]string{"g": "1", "kg": "1000", "dt": "100000", "t": "1000000", "GRM": "1", "KGM": "1000", "DTN": "100000", "TNE": "1000000"}
	rapid.Check(t, func(r *rapid.T) {
		number := rapid.StringMatching(`[0-9]{1,12}(\.[0-9]{1,12})?`).Draw(r, "number")
		from, to := rapid.SampledFrom(quantity.Units()).Draw(r, "from"), rapid.SampledFrom(quantity.Units()).Draw(r, "to")
		got, err := quantity.Convert(number, from, to)
		require.NoError(r, err)
		want := new(big.Rat).Quo(new(big.Rat).Mul(rat(r, number), rat(r, perGram[from])), rat(r, perGram[to]))
		require.Zero(r, want.Cmp(rat(r, got)), "%s %s is %s %s", number, from, got, to)
		again, err := quantity.Canonical(got)
		require.NoError(r, err)
		require.Equal(r, again, got)
	})
}

func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		numbers := rapid.SliceOfN(rapid.StringMatching(`[0-9]{1,20}(\.[0-9]{1,9})?`), 0, 6).Draw(r, "numbers")
		got, err := quantity.Sum(numbers)
		require.NoError(r, err)
		want := new(big.Rat)
		for _, n := range numbers {
			want.Add(want, rat(r, n))
		}
		require.Zero(r, want.Cmp(rat(r, got)), "%v is %s", numbers, got)
	})
}

func TestWhatIsNoNumberIsRefused(t *testing.T) {
	for _, s := range []string{"", "-1", "+1", "1e3", "1,5", ".5", "5.", "٣", "1 000"} {
		_, err := quantity.Canonical(s)
		require.Error(t, err, s)
		_, err = quantity.Convert(s, "kg", "t")
		require.Error(t, err, s)
	}
	_, err := quantity.Convert("1", "lb", "kg")
	require.ErrorContains(t, err, "lb")
	_, err = quantity.Convert("1", "kg", "lb")
	require.ErrorContains(t, err, "lb")
}
