package cats

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"carec.example/cats/chaincode/transit"
)

func down() error { return status.Error(codes.Unavailable, "down") }

func inBlock(n uint64) *gateway.CommitStatusResponse {
	return &gateway.CommitStatusResponse{Result: peer.TxValidationCode_VALID, BlockNumber: n}
}

// lagging is a peer that has not committed the transactions of the others when it is first asked.
type lagging struct {
	mockPeer
	behind atomic.Int32
}

func newLagging(t *testing.T, looks int32) *lagging {
	t.Helper()
	p := &lagging{}
	p.behind.Store(looks)
	p.onStatus = func(string) (*gateway.CommitStatusResponse, error) {
		if p.behind.Add(-1) >= 0 {
			return nil, status.Error(codes.DeadlineExceeded, "not committed yet")
		}
		return inBlock(7), nil
	}
	p.onEvaluate = func(*invocation) ([]byte, error) {
		seq := 1
		if p.behind.Load() < 0 {
			seq = 2
		}
		return asJSON(t, transit.MovementView{Movement: &transit.Movement{Course: transit.Course{ID: someID, Seq: seq}}}), nil
	}
	p.onEndorse = func(i *invocation) ([]byte, error) {
		if p.behind.Load() >= 0 {
			return nil, refusal(transit.Faultf(transit.OutOfSequence, "it was not accepted"), "CNMSP")
		}
		return accepted(t)(i)
	}
	return p
}

// dying is a peer that takes one step and is gone.
func dying(t *testing.T) (*mockPeer, *atomic.Bool) {
	t.Helper()
	gone := &atomic.Bool{}
	return &mockPeer{
		onEndorse: func(i *invocation) ([]byte, error) {
			if gone.Load() {
				return nil, down()
			}
			return accepted(t)(i)
		},
		onEvaluate: func(*invocation) ([]byte, error) { return nil, down() },
		onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			if gone.Load() {
				return nil, down()
			}
			return inBlock(7), nil
		},
	}, gone
}

func TestAnotherPeerIsAskedOnlyWhenItHasCaughtUp(t *testing.T) {
	t.Run("What was written at the first one is read at the other", func(t *testing.T) {
		first, gone := dying(t)
		second := newLagging(t, 2)
		c := connectTo(t, first, &second.mockPeer)
		_, receipt, err := accept(context.Background(), c)
		require.NoError(t, err)
		gone.Store(true)
		view, err := c.Movements().Get(context.Background(), someID)
		require.NoError(t, err)
		require.Equal(t, 2, view.Movement.Seq)
		for _, asked := range second.questions() {
			require.Equal(t, receipt.TransactionID, asked)
		}
		before := len(second.questions())
		_, err = c.Movements().Get(context.Background(), someID)
		require.NoError(t, err)
		require.Len(t, second.questions(), before, "it is known to have caught up")
	})

	t.Run("A step that builds on another client's of the process is not refused by a peer that has not seen it", func(t *testing.T) {
		first, gone := dying(t)
		second := newLagging(t, 1)
		shared := WithHorizon(NewHorizon())
		_, _, err := accept(context.Background(), connectWith(t, []Option{shared}, first, &second.mockPeer))
		require.NoError(t, err)
		gone.Store(true)
		_, _, err = accept(context.Background(), connectWith(t, []Option{shared}, first, &second.mockPeer))
		require.NoError(t, err)
	})

	t.Run("One that never catches up is no answer", func(t *testing.T) {
		first, gone := dying(t)
		second := newLagging(t, 1<<20)
		c := connectTo(t, first, &second.mockPeer)
		_, _, err := accept(context.Background(), c)
		require.NoError(t, err)
		gone.Store(true)
		_, err = c.Movements().Get(context.Background(), someID)
		failed := failureOf(t, err)
		require.Equal(t, Unavailable, failed.Class)
		require.Empty(t, second.proposals())
	})
}

func TestContentThatOnePeerDoesNotHoldIsAskedOfTheOther(t *testing.T) {
	elsewhere := func(*invocation) ([]byte, error) {
		return nil, refusal(transit.Faultf(transit.NotHere, "this peer of CNMSP does not hold the content yet"), "CNMSP")
	}
	t.Run("The other one answers", func(t *testing.T) {
		second := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return asJSON(t, transit.Info{Version: "1"}), nil }}
		info, err := connectTo(t, &mockPeer{onEvaluate: elsewhere}, second).Info(context.Background())
		require.NoError(t, err)
		require.Equal(t, "1", info.Version)
	})
	t.Run("With nobody else it is unavailable, soon", func(t *testing.T) {
		_, err := connectTo(t, &mockPeer{onEvaluate: elsewhere}).Info(context.Background())
		failed := failureOf(t, err)
		require.Equal(t, Unavailable, failed.Class)
		require.Equal(t, 4, failed.Attempts)
		require.ErrorIs(t, err, transit.Faultf(transit.NotHere, ""))
	})
	t.Run("A step turns to the other one too", func(t *testing.T) {
		second := &mockPeer{onEndorse: accepted(t)}
		_, _, err := accept(context.Background(), connectTo(t, &mockPeer{onEndorse: elsewhere}, second))
		require.NoError(t, err)
		require.Len(t, second.proposals(), 1)
	})
}

func TestTheHorizonOnlyGrows(t *testing.T) {
	h := NewHorizon()
	h.saw(0, "b", 9)
	h.saw(1, "a", 7)
	transaction, block := h.lacks(1)
	require.Equal(t, "b", transaction)
	require.EqualValues(t, 9, block)
	transaction, _ = h.lacks(0)
	require.Empty(t, transaction)
	require.ErrorIs(t, &behind{cause: context.DeadlineExceeded}, errBehind)
}
