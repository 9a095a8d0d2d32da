package access

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database/databasetest"
)

func TestAGuardSweepsUntilItIsStopped(t *testing.T) {
	w, g := onSQLite(t)
	require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
	w.clock.pass(SessionLongest + time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { require.NoError(t, g.guard.Run(ctx)) })
	require.Eventually(t, func() bool {
		var n int
		return w.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM access_sessions`).Scan(&n) == nil && n == 0
	}, 10*time.Second, 10*time.Millisecond)
	cancel()
	running.Wait()
}

func TestAGuardIsNotMadeOfNonsense(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	for want, change := range map[string]func(*Config){
		`no organisation "XX"`:            func(c *Config) { c.Organisation = "XX" },
		"invalid origin":                  func(c *Config) { c.Origins = []string{"console.example"} },
		"issuer and a client id":          func(c *Config) { c.Provider = &Provider{Issuer: "https://id.example"} },
		"couldn't read a certificate":     func(c *Config) { c.Certificates.Authorities = []string{"/nowhere.pem"} },
		"couldn't read a revocation list": func(c *Config) { c.Certificates.Revocations = []string{"/nowhere.crl"} },
		"holds no certificate":            func(c *Config) { c.Certificates.Authorities = []string{w.dir + "/profile.json"} },
	} {
		cfg := w.config()
		change(&cfg)
		_, err := New(t.Context(), cfg)
		require.ErrorContains(t, err, want)
	}
}

// A database that is gone is not the caller's fault, and lets nobody in.
func TestADatabaseThatIsGone(t *testing.T) {
	w, _ := onSQLite(t)
	var text strings.Builder
	cfg := w.config()
	cfg.Log = slog.New(slog.NewTextHandler(&text, nil))
	g := w.start(cfg)
	b := g.browser()
	require.Equal(t, http.StatusCreated, b.logIn("aigul", good, "").StatusCode)
	require.NoError(t, w.db.Close())
	_, a := b.whoami()
	a.refused(t, Unavailable)
	require.NotEmpty(t, a.Header.Get("Retry-After"))
	b.logIn("aigul", good, "").refused(t, Unavailable)
	require.Contains(t, text.String(), "database is closed")
	require.NotContains(t, text.String(), "aigul")
	require.NotContains(t, text.String(), "127.0.0.1")
	system := g.browser(w.pairs[trader])
	caller, _ := system.whoami()
	require.Equal(t, trader, caller.Identity, "systems need no database")
}
