package access

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/client/database/databasetest"
)

func TestRatesOverHTTP(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	require.NoError(t, w.people.Add(t.Context(), "aigul", good, []string{almaty}))
	cfg := w.config()
	cfg.Limits = Limits{Caller: Rate{1, 5}, Address: Rate{10, 100}, LogIn: Rate{0.1, 3}}
	g := w.start(cfg)
	system, other := g.browser(w.pairs[almaty]), g.browser(w.pairs[korday])

	t.Run("A caller has a rate of its own", func(t *testing.T) {
		for range 5 {
			_, a := system.whoami()
			require.Equal(t, http.StatusOK, a.StatusCode)
		}
		_, a := system.whoami()
		a.refused(t, TooManyRequests)
		require.Equal(t, "1", a.Header.Get("Retry-After"))
		_, a = other.whoami()
		require.Equal(t, http.StatusOK, a.StatusCode)
		w.clock.pass(time.Second)
		_, a = system.whoami()
		require.Equal(t, http.StatusOK, a.StatusCode)
	})

	t.Run("Log-ins have a lower one", func(t *testing.T) {
		for range 3 {
			g.browser().logIn("aigul", another, "").refused(t, WrongCredentials)
		}
		a := g.browser().logIn("aigul", good, "")
		a.refused(t, TooManyRequests)
		require.Equal(t, "10", a.Header.Get("Retry-After"))
		w.clock.pass(10 * time.Second)
		require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
	})

	t.Run("An address has one, whoever calls from it", func(t *testing.T) {
		for range 100 {
			_, _ = g.browser().whoami()
		}
		_, a := other.whoami()
		a.refused(t, TooManyRequests)
		g.browser().do(http.MethodGet, SessionPath, "").refused(t, TooManyRequests)
	})
}

func TestARateNeverLetsMoreThroughThanItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		r := Rate{PerSecond: rapid.Float64Range(0.1, 50).Draw(t, "rate"), Burst: rapid.IntRange(1, 20).Draw(t, "burst")}
		l := newLimiter(r, 3, c.now)
		begun, passed := c.now(), map[string]int{}
		for range rapid.IntRange(1, 200).Draw(t, "requests") {
			c.pass(time.Duration(rapid.IntRange(0, 2000).Draw(t, "pause")) * time.Millisecond)
			key := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key")
			if l.take(key) == 0 {
				passed[key]++
			}
		}
		for key, n := range passed {
			most := float64(r.Burst) + r.PerSecond*c.now().Sub(begun).Seconds()
			require.LessOrEqual(t, float64(n), most+1e-6, key)
		}
	})
}

func TestKeysAreForgottenAndBounded(t *testing.T) {
	c := newClock()
	l := newLimiter(Rate{PerSecond: 1, Burst: 2}, 100, c.now)
	for i := range 1000 {
		l.take(strconv.Itoa(i))
	}
	require.Len(t, l.byKey, 100)
	require.Equal(t, 100, l.recent.Len())

	t.Run("Newcomers to a full table share one rate", func(t *testing.T) {
		require.NotZero(t, l.take("one"))
		require.NotZero(t, l.take("two"))
		require.True(t, l.exhausted("three"))
	})

	t.Run("Those that it knows keep theirs", func(t *testing.T) {
		require.Zero(t, l.take("0"))
		require.NotZero(t, l.take("0"))
	})

	t.Run("Quiet ones make room", func(t *testing.T) {
		c.pass(3 * time.Second)
		for i := range 100 {
			require.Zero(t, l.take(fmt.Sprint("new ", i)))
		}
		require.LessOrEqual(t, len(l.byKey), 100)
		require.Zero(t, l.take("new 0"), "its second of two at once")
		require.NotZero(t, l.take("new 0"))
	})

	t.Run("A look counts nothing", func(t *testing.T) {
		for range 10 {
			require.False(t, l.exhausted("new 1"))
			require.True(t, l.exhausted("new 0"))
		}
	})

	t.Run("Many at once", func(t *testing.T) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for i := range 500 {
					l.take(strconv.Itoa(i))
				}
			})
		}
		all.Wait()
		require.LessOrEqual(t, len(l.byKey), 100)
		require.Len(t, l.byKey, l.recent.Len())
	})
}

func TestWhereARequestComesFrom(t *testing.T) {
	behind := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"Directly":                                   {"192.0.2.7:4711", nil, "192.0.2.7"},
		"A stranger's word does not count":           {"192.0.2.7:4711", []string{"198.51.100.1"}, "192.0.2.7"},
		"Behind a proxy":                             {"10.0.0.1:4711", []string{"198.51.100.1"}, "198.51.100.1"},
		"What a stranger told the proxy is ignored":  {"10.0.0.1:4711", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		"Behind two proxies":                         {"10.0.0.1:4711", []string{"203.0.113.9", "198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"Nonsense ends the way":                      {"10.0.0.1:4711", []string{"198.51.100.1, nonsense"}, "10.0.0.1"},
		"A proxy that tells nothing":                 {"10.0.0.1:4711", nil, "10.0.0.1"},
		"IPv6 counts by the customer's network":      {"[2001:db8:1:2:3:4:5:6]:4711", nil, "2001:db8:1:2::/64"},
		"IPv4 in IPv6 is IPv4":                       {"[::ffff:192.0.2.7]:4711", nil, "192.0.2.7"},
		"A zone does not make another":               {"[fe80::1%eth0]:4711", nil, "fe80::/64"},
		"Something else than an address is one, too": {"@", nil, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
			require.Equal(t, c.want, behind.address(r))
		})
	}
}
