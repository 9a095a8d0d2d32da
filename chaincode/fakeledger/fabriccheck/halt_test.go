package fabriccheck

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBothLedgersStopAtAPolicyForAKeyDeletedEarlierInTheBlock(t *testing.T) {
	w := newTwins(t)
	require.True(t, w.order(t, w.endorse(t, script{{Call: "put", Key: "a", Value: []byte("1")}})))
	deletion := w.endorse(t, script{{Call: "delete", Key: "a"}})
	policy := w.endorse(t, script{{Call: "setPolicy", Key: "a", Value: policyOf(org)}})
	require.False(t, w.order(t, deletion, policy))
}

func TestBothLedgersIgnoreAPolicyForAKeyThatNeverWas(t *testing.T) {
	w := newTwins(t)
	require.True(t, w.order(t, w.endorse(t, script{{Call: "setPolicy", Key: "a", Value: policyOf(org)}})))
	require.Empty(t, w.fake.PolicyBytes("a"))
}
