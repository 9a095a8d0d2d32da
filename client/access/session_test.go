package access

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

// started is a world with the account aigul, who is an officer at Almaty and at Korday.
func started(t *testing.T, db *database.DB) (*world, *gateway) {
	t.Helper()
	w := newWorld(t, db)
	require.NoError(t, w.people.Add(context.Background(), "aigul", good, []string{almaty, korday}))
	return w, w.start(w.config())
}

func onSQLite(t *testing.T) (*world, *gateway) {
	t.Helper()
	return started(t, databasetest.Open(t, databasetest.SQLite(t)))
}

func TestALogIn(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		w, g := started(t, db)
		b := g.browser()
		a := b.logIn("Aigul", good, "")
		require.Equal(t, http.StatusCreated, a.StatusCode, string(a.body))
		var info SessionInfo
		a.into(t, &info)
		now := w.clock.now().UTC()
		idle, latest := now.Add(SessionIdle), now.Add(SessionLongest)
		require.Equal(t, SessionInfo{
			Name: "aigul", Scheme: Session, Identity: almaty, Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000001",
			Identities: []IdentityInfo{
				{Identity: almaty, Role: transit.RoleOfficer, Office: "KZ000001"}, {Identity: korday, Role: transit.RoleOfficer, Office: "KZ000002"},
			},
			IdleUntil: &idle, ExpiresAt: &latest,
		}, info)

		caller, _ := b.whoami()
		require.Equal(t, Caller{
			Name: "aigul", Identity: almaty, Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000001", Scheme: Session,
		}, caller)

		t.Run("The cookies are for this host, TLS, no script and no other site", func(t *testing.T) {
			for _, name := range []string{"__Host-cats-session", "__Host-cats-device"} {
				c := a.cookie(name)
				require.NotNil(t, c)
				require.True(t, c.Secure && c.HttpOnly)
				require.Equal(t, http.SameSiteStrictMode, c.SameSite)
				require.Equal(t, "/", c.Path)
				require.Empty(t, c.Domain)
				require.Len(t, c.Value, 43, "256 bits")
			}
			require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
		})

		t.Run("The database does not hold what is in them", func(t *testing.T) {
			for _, name := range []string{"__Host-cats-session", "__Host-cats-device"} {
				var n int
				require.NoError(t, db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM access_sessions WHERE digest = $1) +
					(SELECT COUNT(*) FROM access_devices WHERE digest = $1)`, a.cookie(name).Value).Scan(&n))
				require.Zero(t, n)
				d, ok := digest(a.cookie(name).Value)
				require.True(t, ok)
				require.NoError(t, db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM access_sessions WHERE digest = $1) +
					(SELECT COUNT(*) FROM access_devices WHERE digest = $1)`, d).Scan(&n))
				require.Equal(t, 1, n)
			}
			var stored string
			require.NoError(t, db.QueryRowContext(t.Context(), `SELECT password FROM access_people WHERE name = 'aigul'`).Scan(&stored))
			require.True(t, strings.HasPrefix(stored, "$argon2id$v=19$m="), stored)
		})

		t.Run("Another identity goes on under another token", func(t *testing.T) {
			changed := b.do(http.MethodPut, IdentityPath, `{"identity":"`+korday+`"}`)
			require.Equal(t, http.StatusOK, changed.StatusCode, string(changed.body))
			require.NotEqual(t, a.cookie(SessionCookie).Value, changed.cookie(SessionCookie).Value)
			caller, _ := b.whoami()
			require.Equal(t, korday, caller.Identity)
			require.Equal(t, "KZ000002", caller.Office)
			thief := g.browser()
			thief.plant(SessionCookie, a.cookie(SessionCookie).Value)
			_, refused := thief.whoami()
			refused.refused(t, Unauthenticated)
		})

		t.Run("Logging out ends it", func(t *testing.T) {
			before := b.cookie(SessionCookie)
			out := b.do(http.MethodDelete, SessionPath, "")
			require.Equal(t, http.StatusNoContent, out.StatusCode)
			require.Empty(t, b.cookie(SessionCookie))
			b.plant(SessionCookie, before)
			_, a := b.whoami()
			a.refused(t, Unauthenticated)
			require.Equal(t, http.StatusNoContent, b.do(http.MethodDelete, SessionPath, "").StatusCode)
		})
	})
}

// plant puts a cookie into a browser, as another host of the domain might have.
func (b *browser) plant(name, value string) {
	b.Jar.SetCookies(b.homeURL(), []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

func (b *browser) homeURL() *url.URL {
	u, err := url.Parse(b.home)
	require.NoError(b.t, err)
	return u
}

func (b *browser) cookie(name string) string {
	for _, c := range b.Jar.Cookies(b.homeURL()) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestWhoIsNotLetIn(t *testing.T) {
	w, g := onSQLite(t)
	ctx := context.Background()
	require.NoError(t, w.people.Add(ctx, "dana", another, []string{trader}))
	require.NoError(t, w.people.Disable(ctx, "", "dana"))

	t.Run("A wrong password, an unknown name and a disabled account look the same and cost one hash", func(t *testing.T) {
		var seen []problem
		for name, password := range map[string]string{
			"aigul": another, "nobody": good, "dana": another, "no such name!": good, "\x00": good,
		} {
			b := g.browser()
			var a answer
			require.Equal(t, 1, w.hashes.during(func() { a = b.logIn(name, password, "") }), name)
			seen = append(seen, a.refused(t, WrongCredentials))
			require.Empty(t, a.Cookies())
		}
		for _, p := range seen {
			require.Equal(t, seen[0], p)
		}
	})

	t.Run("An identity that is not given, or not this organisation's, is refused", func(t *testing.T) {
		for _, identity := range []string{trader, stray, "kz-nobody"} {
			g.browser().logIn("aigul", good, identity).refused(t, Forbidden)
		}
		require.ErrorContains(t, w.people.Add(ctx, "wei", good, []string{stray}), "another organisation")
	})

	t.Run("An identity of another organisation is refused even if the database gives it", func(t *testing.T) {
		_, err := w.db.ExecContext(t.Context(), `INSERT INTO access_identities (issuer, name, identity, place) VALUES ('', 'aigul', $1, 9)`, stray)
		require.NoError(t, err)
		g.browser().logIn("aigul", good, stray).refused(t, Forbidden)
		b := g.browser()
		require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
		_, err = w.db.ExecContext(t.Context(), `UPDATE access_sessions SET identity = $1`, stray)
		require.NoError(t, err)
		_, a := b.whoami()
		a.refused(t, Forbidden)
		b.do(http.MethodPut, IdentityPath, `{"identity":"`+stray+`"}`).refused(t, Forbidden)
	})

	for name, body := range map[string]string{
		"No JSON":            `name=aigul`,
		"An unknown member":  `{"name":"aigul","password":"x","admin":true}`,
		"Two objects":        `{"name":"a","password":"b"}{}`,
		"Too long a body":    `{"name":"aigul","password":"` + strings.Repeat("x", longestBody) + `"}`,
		"Too long password":  `{"name":"aigul","password":"` + strings.Repeat("x", LongestPassword+1) + `"}`,
		"No password at all": `{"name":"aigul"}`,
	} {
		t.Run(name+" is a bad request", func(t *testing.T) {
			require.Zero(t, w.hashes.during(func() { g.browser().do(http.MethodPost, SessionPath, body).refused(t, BadRequest) }))
		})
	}

	t.Run("A form, which another site could send, is a bad request", func(t *testing.T) {
		b := g.browser()
		b.header.Set("Content-Type", "text/plain")
		b.do(http.MethodPost, SessionPath, `{"name":"aigul","password":"`+good+`"}`).refused(t, BadRequest)
	})
}

func TestASessionEnds(t *testing.T) {
	logged := func(t *testing.T) (*world, *gateway, *browser) {
		t.Helper()
		w, g := onSQLite(t)
		b := g.browser()
		require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
		return w, g, b
	}
	lasts := func(t *testing.T, b *browser) {
		t.Helper()
		_, a := b.whoami()
		require.Equal(t, http.StatusOK, a.StatusCode, string(a.body))
	}
	over := func(t *testing.T, b *browser) {
		t.Helper()
		_, a := b.whoami()
		a.refused(t, Unauthenticated)
	}

	t.Run("When it is not used", func(t *testing.T) {
		w, _, b := logged(t)
		w.clock.pass(SessionIdle - time.Second)
		lasts(t, b)
		w.clock.pass(SessionIdle - time.Second)
		lasts(t, b)
		w.clock.pass(SessionIdle)
		over(t, b)
	})

	t.Run("In the end even when it is used, whatever it was renamed to", func(t *testing.T) {
		w, _, b := logged(t)
		for begun := w.clock.now(); w.clock.now().Sub(begun) < SessionLongest-SessionIdle; w.clock.pass(SessionIdle / 2) {
			lasts(t, b)
		}
		require.Equal(t, http.StatusOK, b.do(http.MethodPut, IdentityPath, `{"identity":"`+korday+`"}`).StatusCode)
		w.clock.pass(SessionIdle - time.Second)
		lasts(t, b)
		w.clock.pass(time.Second)
		over(t, b)
	})

	t.Run("When the account is disabled or removed, at once", func(t *testing.T) {
		w, _, b := logged(t)
		require.NoError(t, w.people.Disable(t.Context(), "", "aigul"))
		over(t, b)
		require.NoError(t, w.people.Enable(t.Context(), "", "aigul"))
		over(t, b)
		require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
		require.NoError(t, w.people.Remove(t.Context(), "", "aigul"))
		over(t, b)
		b.logIn("aigul", good, "").refused(t, WrongCredentials)
	})

	t.Run("When the identity is taken away", func(t *testing.T) {
		w, g, b := logged(t)
		other := g.browser()
		require.Equal(t, http.StatusCreated, other.logIn("aigul", good, korday).StatusCode)
		require.NoError(t, w.people.Assign(t.Context(), "", "aigul", []string{korday, trader}))
		over(t, b)
		lasts(t, other)
		require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
		caller, _ := b.whoami()
		require.Equal(t, korday, caller.Identity)
	})

	t.Run("Everywhere when the password changes", func(t *testing.T) {
		w, g, b := logged(t)
		other := g.browser()
		require.Equal(t, http.StatusCreated, other.logIn("aigul", good, "").StatusCode)
		require.NoError(t, w.people.SetPassword(t.Context(), "aigul", another))
		over(t, b)
		over(t, other)
		b.logIn("aigul", good, "").refused(t, WrongCredentials)
		require.Equal(t, http.StatusCreated, b.logIn("aigul", another, "").StatusCode)
	})

	t.Run("Everywhere else when one changes one's own password", func(t *testing.T) {
		_, g, b := logged(t)
		other := g.browser()
		require.Equal(t, http.StatusCreated, other.logIn("aigul", good, "").StatusCode)
		b.do(http.MethodPut, PasswordPath, `{"password":"`+another+`","newPassword":"`+another+`"}`).refused(t, WrongCredentials)
		b.do(http.MethodPut, PasswordPath, `{"password":"`+good+`","newPassword":"short"}`).refused(t, BadRequest)
		before := b.cookie(SessionCookie)
		a := b.do(http.MethodPut, PasswordPath, `{"password":"`+good+`","newPassword":"`+another+`"}`)
		require.Equal(t, http.StatusOK, a.StatusCode, string(a.body))
		require.NotEqual(t, before, b.cookie(SessionCookie))
		require.NotNil(t, a.cookie(DeviceCookie), "the browser stays known")
		lasts(t, b)
		over(t, other)
		other.logIn("aigul", good, "").refused(t, WrongCredentials)
	})

	t.Run("When there are too many of the same person", func(t *testing.T) {
		w, g, b := logged(t)
		for range mostSessions {
			w.clock.pass(time.Second)
			require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
		}
		over(t, b)
		var n int
		require.NoError(t, w.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM access_sessions`).Scan(&n))
		require.Equal(t, mostSessions, n)
		require.NoError(t, w.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM access_devices`).Scan(&n))
		require.Equal(t, mostDevices, n)
	})

	t.Run("What is over is swept away", func(t *testing.T) {
		w, g, _ := logged(t)
		g.browser().logIn("aigul", another, "").refused(t, WrongCredentials)
		count := func() (n int) {
			require.NoError(t, w.db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM access_sessions) + (SELECT COUNT(*) FROM access_devices) +
				(SELECT COUNT(*) FROM access_failures)`).Scan(&n))
			return n
		}
		require.NoError(t, g.guard.sessions.sweep(t.Context()))
		require.Equal(t, 4, count(), "a session, a browser, failures of an account and of an address")
		w.clock.pass(deviceLongest + time.Hour)
		require.NoError(t, g.guard.sessions.sweep(t.Context()))
		require.Zero(t, count())
	})
}

func TestASessionCannotBeFixed(t *testing.T) {
	w, g := onSQLite(t)
	attacker, victim := g.browser(), g.browser()
	require.NoError(t, w.people.Add(t.Context(), "mallory", another, []string{trader}))
	require.Equal(t, http.StatusCreated, attacker.logIn("mallory", another, "").StatusCode)
	planted := attacker.cookie(SessionCookie)
	victim.plant(SessionCookie, planted)
	require.Equal(t, http.StatusCreated, victim.logIn("aigul", good, "").StatusCode)
	require.NotEqual(t, planted, victim.cookie(SessionCookie))
	_, a := attacker.whoami()
	a.refused(t, Unauthenticated)
	caller, _ := victim.whoami()
	require.Equal(t, "aigul", caller.Name)

	t.Run("A token that nobody was given is no session", func(t *testing.T) {
		for _, token := range []string{newToken(), "x", strings.Repeat("A", 43), strings.Repeat("A", 4000)} {
			attacker.plant(SessionCookie, token)
			_, a := attacker.whoami()
			a.refused(t, Unauthenticated)
		}
	})

	t.Run("Two cookies of the name say that somebody meddled, and none counts", func(t *testing.T) {
		b := g.browser()
		b.header.Set("Cookie", SessionCookie+"="+victim.cookie(SessionCookie)+"; "+SessionCookie+"="+newToken())
		_, a := b.whoami()
		a.refused(t, Unauthenticated)
	})
}

func TestOtherSitesCannotUseTheCookie(t *testing.T) {
	w, _ := onSQLite(t)
	cfg := w.config()
	cfg.Origins = []string{"https://console.example"}
	g := w.start(cfg)
	b := g.browser()
	require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
	host := strings.TrimPrefix(g.URL, "https://")

	for name, c := range map[string]struct {
		site, origin string
		allowed      bool
	}{
		"Another site is refused":                           {"cross-site", "https://evil.example", false},
		"So is another host of the domain":                  {"same-site", "https://other.example", false},
		"So is an old browser that tells another origin":    {"", "https://evil.example", false},
		"So is a page without an origin":                    {"", "null", false},
		"The own pages may":                                 {"same-origin", "https://" + host, true},
		"So may an old browser that tells the own origin":   {"", "https://" + host, true},
		"So may a site that is trusted":                     {"cross-site", "https://console.example", true},
		"So may a program, which no other site can lead on": {"", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			b.header = http.Header{}
			for header, value := range map[string]string{"Sec-Fetch-Site": c.site, "Origin": c.origin} {
				if value != "" {
					b.header.Set(header, value)
				}
			}
			a := b.do(http.MethodPost, "/v1/whoami", "{}")
			change := b.do(http.MethodPut, IdentityPath, `{"identity":"`+almaty+`"}`)
			if c.allowed {
				require.Equal(t, http.StatusOK, a.StatusCode, string(a.body))
				require.Equal(t, http.StatusOK, change.StatusCode)
				return
			}
			a.refused(t, CrossOrigin)
			change.refused(t, CrossOrigin)
			b.logIn("aigul", good, "").refused(t, CrossOrigin)
			b.do(http.MethodDelete, SessionPath, "").refused(t, CrossOrigin)
			_, read := b.whoami()
			require.Equal(t, http.StatusOK, read.StatusCode, "reading changes nothing, and the other site does not see it")
		})
	}

	t.Run("A system with a certificate is no browser", func(t *testing.T) {
		b := g.browser(w.pairs[trader])
		b.header.Set("Sec-Fetch-Site", "cross-site")
		require.Equal(t, http.StatusOK, b.do(http.MethodPost, "/v1/whoami", "{}").StatusCode)
	})
}

func TestTheMostExplicitCredentialsCount(t *testing.T) {
	w, g := onSQLite(t)
	b := g.browser(w.pairs[trader])
	caller, _ := b.whoami()
	require.Equal(t, trader, caller.Identity)
	require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
	caller, _ = b.whoami()
	require.Equal(t, almaty, caller.Identity)

	t.Run("When they are no good, no others stand in", func(t *testing.T) {
		b.plant(SessionCookie, newToken())
		_, a := b.whoami()
		a.refused(t, Unauthenticated)
		b.header.Set("Authorization", "Bearer x.y.z")
		_, a = b.whoami()
		a.refused(t, Unauthenticated)
	})
}

func TestTwoGatewaysShareOneDatabase(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		w, one := started(t, databasetest.Open(t, address))
		cfg := w.config()
		cfg.Database = databasetest.Open(t, address)
		two := w.start(cfg)
		b := one.browser()
		require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
		c := two.browser()
		c.plant(SessionCookie, b.cookie(SessionCookie))
		caller, _ := c.whoami()
		require.Equal(t, "aigul", caller.Name)

		t.Run("What one ends is over at the other", func(t *testing.T) {
			require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, SessionPath, "").StatusCode)
			_, a := b.whoami()
			a.refused(t, Unauthenticated)
		})

		t.Run("Wrong passwords count together", func(t *testing.T) {
			for i := range accountLeniency.free + 1 {
				[]*gateway{one, two}[i%2].browser().logIn("aigul", another, "").refused(t, WrongCredentials)
			}
			for _, g := range []*gateway{one, two} {
				g.browser().logIn("aigul", good, "").refused(t, LockedOut)
			}
		})
	})
}
