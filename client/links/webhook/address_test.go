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

func TestAnAddressIsOneOfThePublicInternet(t *testing.T) {
	for address, want := range map[string]string{
		"https://hooks.customs.example/a?b=c":       "",
		"https://8.8.8.8/a":                         "",
		"https://[2606:4700::1111]/a":               "",
		"http://hooks.customs.example/a":            "must begin with https",
		"ftp://hooks.customs.example/a":             "must begin with https",
		"https:///a":                                "names no host",
		"https://u:p@hooks.customs.example":         "no user and password",
		"https://hooks.customs.example/#x":          "no fragment",
		"https://localhost/a":                       "private, local or special",
		"https://a.LocalHost./a":                    "private, local or special",
		"https://127.0.0.1/a":                       "private, local or special",
		"https://10.1.2.3/a":                        "private, local or special",
		"https://172.16.0.1/a":                      "private, local or special",
		"https://192.168.1.1/a":                     "private, local or special",
		"https://169.254.169.254/latest":            "private, local or special",
		"https://100.64.0.1/a":                      "private, local or special",
		"https://0.0.0.0/a":                         "private, local or special",
		"https://255.255.255.255/a":                 "private, local or special",
		"https://224.0.0.1/a":                       "private, local or special",
		"https://[::1]/a":                           "private, local or special",
		"https://[::]/a":                            "private, local or special",
		"https://[fe80::1]/a":                       "private, local or special",
		"https://[fd00::1]/a":                       "private, local or special",
		"https://[::ffff:127.0.0.1]/a":              "private, local or special",
		"https://[::ffff:8.8.8.8]/a":                "",
		"https://[64:ff9b::7f00:1]/a":               "private, local or special",
		"https://[2002:7f00:1::]/a":                 "private, local or special",
		"https://[::7f00:1]/a":                      "private, local or special",
		"https://h/" + string(make([]byte, 3000)):   "more than 2048 bytes",
		"https://secret\x7f.customs.example/hidden": "cannot be read",
	} {
		err := webhook.CheckURL(address, false)
		if want == "" {
			require.NoError(t, err, address)
			continue
		}
		require.ErrorContains(t, err, want, "%.80q", address)
		require.NotContains(t, err.Error(), "secret")
	}
	require.NoError(t, webhook.CheckURL("http://127.0.0.1:8080/a", true))
	require.Error(t, webhook.CheckURL("file:///etc/passwd", true))
}

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
