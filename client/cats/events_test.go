package cats

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func eventsResponse(t *testing.T, block uint64, txIDs ...string) *gateway.ChaincodeEventsResponse {
	t.Helper()
	r := &gateway.ChaincodeEventsResponse{BlockNumber: block}
	for _, id := range txIDs {
		r.Events = append(r.Events, &peer.ChaincodeEvent{
			TxId: id, EventName: transit.EventName, Payload: asJSON(t, transit.EventPayload{V: 1, Steps: []transit.EventStep{{ID: id}}}),
		})
	}
	return r
}

func TestEvents(t *testing.T) {
	t.Run("Go on where the stream broke, each once", func(t *testing.T) {
		var opened atomic.Int32
		p := &mockPeer{onEvents: func(r *gateway.ChaincodeEventsRequest, s gateway.Gateway_ChaincodeEventsServer) error {
			start, _ := r.GetStartPosition().GetType().(*orderer.SeekPosition_Specified)
			if opened.Add(1) == 1 {
				if start.Specified.GetNumber() != 3 || r.GetAfterTransactionId() != "" {
					return status.Error(codes.InvalidArgument, "wrong start")
				}
				_ = s.Send(eventsResponse(t, 3, "a", "b"))
				return status.Error(codes.Unavailable, "cut off")
			}
			if start.Specified.GetNumber() != 3 || r.GetAfterTransactionId() != "b" {
				return status.Error(codes.InvalidArgument, "wrong position")
			}
			_ = s.Send(eventsResponse(t, 4, "c"))
			<-s.Context().Done()
			return nil
		}}
		var seen []string
		for e, err := range connectTo(t, p).Events(context.Background(), 3) {
			require.NoError(t, err)
			require.Equal(t, e.TransactionID, e.Payload.Steps[0].ID)
			seen = append(seen, e.TransactionID)
			if len(seen) == 3 {
				require.Equal(t, Position{Block: 4, TransactionID: "c"}, e.After())
				break
			}
		}
		require.Equal(t, []string{"a", "b", "c"}, seen)
	})

	t.Run("End when the peer refuses the identity", func(t *testing.T) {
		p := &mockPeer{onEvents: func(*gateway.ChaincodeEventsRequest, gateway.Gateway_ChaincodeEventsServer) error {
			return status.Error(codes.PermissionDenied, "access denied")
		}}
		for _, err := range connectTo(t, p).Events(context.Background(), 0) {
			require.Equal(t, Refused, failureOf(t, err).Class)
		}
	})

	t.Run("End with the context", func(t *testing.T) {
		p := &mockPeer{onEvents: func(_ *gateway.ChaincodeEventsRequest, s gateway.Gateway_ChaincodeEventsServer) error {
			<-s.Context().Done()
			return nil
		}}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		for _, err := range connectTo(t, p).Events(ctx, 0) {
			require.Equal(t, Canceled, failureOf(t, err).Class)
		}
	})

	t.Run("Report a payload that they cannot read as internal", func(t *testing.T) {
		p := &mockPeer{onEvents: func(_ *gateway.ChaincodeEventsRequest, s gateway.Gateway_ChaincodeEventsServer) error {
			return s.Send(&gateway.ChaincodeEventsResponse{Events: []*peer.ChaincodeEvent{{EventName: transit.EventName, Payload: []byte("{")}}})
		}}
		for _, err := range connectTo(t, p).Events(context.Background(), 0) {
			require.Equal(t, Internal, failureOf(t, err).Class)
		}
	})
}
