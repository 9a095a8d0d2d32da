package outbound

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAReceiverAsksForAPauseInSeconds(t *testing.T) {
	require.Equal(t, 7*time.Second, RetryAfter(http.Header{"Retry-After": {"7"}}))
	require.Zero(t, RetryAfter(http.Header{"Retry-After": {"Wed, 21 Oct 2026 07:28:00 GMT"}}))
	require.Zero(t, RetryAfter(http.Header{}))
}
