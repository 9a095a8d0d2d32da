package fabriccheck

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
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

func TestBothLedgersSeeAPhantomAtTheLastKeyOfAPage(t *testing.T) {
	w := newTwins(t)
	require.True(t, w.order(t, w.endorse(t, script{
		{Call: "put", Key: "a", Value: []byte("1")},
		{Call: "put", Key: "b", Value: []byte("1")},
		{Call: "put", Key: "c", Value: []byte("1")},
	})))
	page := w.endorse(t, script{{Call: "page", Key: "a"}})
	change := w.endorse(t, script{{Call: "put", Key: "b", Value: []byte("2")}})
	require.True(t, w.order(t, change, page))
	require.Equal(t, peer.TxValidationCode_PHANTOM_READ_CONFLICT, w.fake.Blocks()[1].Codes()[1])
}

func TestBothLedgersAllowANewKeyBehindAPage(t *testing.T) {
	w := newTwins(t)
	require.True(t, w.order(t, w.endorse(t, script{
		{Call: "put", Key: "a", Value: []byte("1")},
		{Call: "put", Key: "b", Value: []byte("1")},
	})))
	page := w.endorse(t, script{{Call: "page", Key: "a"}})
	creation := w.endorse(t, script{{Call: "put", Key: "c", Value: []byte("1")}})
	require.True(t, w.order(t, creation, page))
	require.Equal(t, peer.TxValidationCode_VALID, w.fake.Blocks()[1].Codes()[1])
}
