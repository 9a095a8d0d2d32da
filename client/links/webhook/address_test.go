package webhook_test

import (
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/webhook"
)

// The name is a public one for all that is written; where it leads shows only when the connection is made.
func TestANameThatLeadsIntoAPrivateNetworkGetsNoConnection(t *testing.T) {
	h := open(t, databasetest.Open(t, databasetest.SQLite(t)), nil, nil)
	s := newSubscriber(t, true, nil)
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	// Numbers that the resolver, not the parser of addresses, takes for 127.0.0.1.
	for _, host := range []string{"127.1", "2130706433", "0x7f000001", "ip6-localhost"} {
		sub, _, err := h.Add(t.Context(), "https://"+net.JoinHostPort(host, u.Port())+"/hook", nil, false)
		require.NoError(t, err)
		o, err := h.Test(t.Context(), sub.ID)
		require.NoError(t, err)
		require.False(t, o.Taken())
		require.Zero(t, o.Status)
	}
	require.Empty(t, s.all())
}

func TestASubscriptionInTheOwnNetworkIsMadeExplicitly(t *testing.T) {
	h := open(t, databasetest.Open(t, databasetest.SQLite(t)), nil, nil)
	s := newSubscriber(t, false, nil)
	_, _, err := h.Add(t.Context(), s.URL, nil, false)
	require.ErrorContains(t, err, "https")
	_, _, err = h.Add(t.Context(), s.URL, []string{"weather"}, true)
	require.ErrorContains(t, err, "no event has the type")
	id, _ := subscribe(t, h, s)
	o, err := h.Test(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, o.Status)
}

func TestASubscriberThatDoesNotAnswerCostsTheTimeoutOnly(t *testing.T) {
	h := open(t, databasetest.Open(t, databasetest.SQLite(t)), nil, func(c *webhook.Config) { c.Timeout = 100 * time.Millisecond })
	hang := make(chan struct{})
	s := newSubscriber(t, false, func(int, received) int { <-hang; return http.StatusOK })
	t.Cleanup(func() { close(hang) })
	id, _ := subscribe(t, h, s)
	begin := time.Now()
	o, err := h.Test(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "no answer in time", o.Problem)
	require.Less(t, time.Since(begin), 3*time.Second)
}
