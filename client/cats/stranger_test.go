package cats

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"carec.example/cats/chaincode/transit"
)

// TestPeersOfNobody asks for what only peers of one organisation endorse, while the gateway finds none.
func TestPeersOfNobody(t *testing.T) {
	none := func(*invocation) ([]byte, error) {
		return nil, status.Error(codes.Unavailable, "no peers available to endorse")
	}
	registry := func(i *invocation) ([]byte, error) {
		require.Equal(t, transit.FnGetRegistry, i.fn)
		return asJSON(t, transit.Consortium{Organisations: []transit.Organisation{{MSP: "CNMSP"}, {MSP: "KZMSP"}}}), nil
	}
	join := func(ctx context.Context, p *mockPeer, msp string) *Error {
		_, _, err := connectTo(t, p).Registry().Join(ctx, transit.Organisation{MSP: msp})
		return failureOf(t, err)
	}

	t.Run("An organisation that there is not is refused at once", func(t *testing.T) {
		failed := join(t.Context(), &mockPeer{onEndorse: none, onEvaluate: registry}, "NOMSP")
		require.Equal(t, Refused, failed.Class)
		require.Equal(t, transit.NotFound, failed.Fault.Code)
		require.Equal(t, 1, failed.Attempts)
	})

	t.Run("One that there is may come back", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		failed := join(ctx, &mockPeer{onEndorse: none, onEvaluate: registry}, "KZMSP")
		require.Equal(t, Unavailable, failed.Class)
		require.Nil(t, failed.Fault)
		require.Greater(t, failed.Attempts, 1)
	})

	t.Run("Without the registry nobody knows", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		unfounded := func(*invocation) ([]byte, error) {
			return nil, refusal(transit.Faultf(transit.NotFounded, "the registry does not stand yet"), "CNMSP")
		}
		failed := join(ctx, &mockPeer{onEndorse: none, onEvaluate: unfounded}, "NOMSP")
		require.Equal(t, Unavailable, failed.Class)
	})
}
