package access

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/access/accesstest"
	"carec.example/cats/client/database/databasetest"
)

func TestAProviderFromTheEnvironment(t *testing.T) {
	f := federate(t, databasetest.Open(t, databasetest.SQLite(t)), nil)
	ca := writePEM(t, filepath.Join(f.dir, "idp.pem"), "CERTIFICATE", f.idp.Certificate().Raw)
	secret := filepath.Join(f.dir, "secret")
	require.NoError(t, os.WriteFile(secret, []byte(accesstest.ClientSecret+"\n"), 0o600))
	set := map[string]string{
		"CATS_OIDC_ISSUER": f.idp.URL, "CATS_OIDC_CLIENT": accesstest.ClientID, "CATS_OIDC_SECRET_FILE": secret,
		"CATS_OIDC_ADDRESS": "https://gateway.kz.example/", "CATS_OIDC_SCOPES": "email profile", "CATS_OIDC_CA": ca,
	}
	read := func(change map[string]string) (*Provider, error) {
		return ProviderFromEnvironment(func(name string) string {
			if value, changed := change[name]; changed {
				return value
			}
			return set[name]
		})
	}
	p, err := read(nil)
	require.NoError(t, err)
	require.Equal(t, "https://gateway.kz.example/v1/oidc/callback", p.RedirectURL)
	require.Equal(t, accesstest.ClientSecret, p.ClientSecret)
	require.Equal(t, []string{"email", "profile"}, p.Scopes)

	t.Run("A gateway works with it", func(t *testing.T) {
		cfg := f.config()
		cfg.Provider = p
		g := f.start(cfg)
		g.guard.provider.RedirectURL = f.guard.provider.RedirectURL // this host stands in for the one with a name
		b := g.browser()
		back := b.answered(t, LoginPath)
		require.Equal(t, http.StatusOK, b.do(http.MethodGet, CallbackPath+"?"+back.RawQuery, "").StatusCode)
		caller, _ := b.whoami()
		require.Equal(t, almaty, caller.Identity)
	})

	t.Run("Without an issuer there is none", func(t *testing.T) {
		p, err := read(map[string]string{"CATS_OIDC_ISSUER": ""})
		require.NoError(t, err)
		require.Nil(t, p)
	})

	for want, change := range map[string]map[string]string{
		"CATS_OIDC_CLIENT must":       {"CATS_OIDC_CLIENT": ""},
		"CATS_OIDC_ADDRESS must":      {"CATS_OIDC_ADDRESS": "http://gateway.kz.example"},
		"couldn't read the client's":  {"CATS_OIDC_SECRET_FILE": "/nowhere"},
		"must have 1 to 4096 bytes":   {"CATS_OIDC_SECRET_FILE": os.DevNull},
		"couldn't read a certificate": {"CATS_OIDC_CA": "/nowhere.pem"},
		"secret holds no certificate": {"CATS_OIDC_CA": secret},
	} {
		_, err := read(change)
		require.ErrorContains(t, err, want)
	}
}
