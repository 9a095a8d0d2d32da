package access

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database/databasetest"
)

func TestSystemsAreKnownByTheirCertificate(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	g := w.start(w.config())
	yesterday, now := time.Now().Add(-24*time.Hour), time.Now().Add(-time.Minute)

	for name, c := range map[string]struct {
		shown tls.Certificate
		code  Code
	}{
		"An identity's TLS certificate is that identity":                   {shown: w.pairs[almaty]},
		"It may have been renewed with the same key":                       {shown: w.ca.issue("renamed", w.keyOf(almaty), now)},
		"It may have been renewed with another key":                        {shown: w.ca.issue(almaty, newKey(t), now)},
		"One that was replaced since is refused":                           {w.ca.issue(almaty, newKey(t), yesterday), Unauthenticated},
		"A node of the organisation is nobody":                             {w.ca.issue("peer", newKey(t), now), Unauthenticated},
		"An identity of another organisation is refused":                   {w.pairs[stray], Forbidden},
		"So is one, renewed, that only the name tells":                     {w.ca.issue(stray, newKey(t), now), Forbidden},
		"Another subject with the identity's name as part of it is nobody": {w.ca.issue(almaty+"x", newKey(t), now), Unauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			caller, a := g.browser(c.shown).whoami()
			if c.code != "" {
				a.refused(t, c.code)
				return
			}
			require.Equal(t, Caller{
				Name: almaty, Identity: almaty, Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000001", Scheme: MutualTLS,
			}, caller)
		})
	}

	t.Run("The session resource tells a system who it is", func(t *testing.T) {
		var info SessionInfo
		g.browser(w.pairs[trader]).do(http.MethodGet, SessionPath, "").into(t, &info)
		require.Equal(t, SessionInfo{
			Name: trader, Scheme: MutualTLS, Identity: trader, Organisation: "KZ", Role: transit.RoleTrader, Operator: "KZOP1",
		}, info)
	})

	t.Run("Nobody without any", func(t *testing.T) {
		_, a := g.browser().whoami()
		a.refused(t, Unauthenticated)
	})

	for name, shown := range map[string]tls.Certificate{
		"Another authority's of the same name does not even connect": newAuthority(t, "KZ tls authority").issue(almaty, w.keyOf(almaty), now),
		"Nor does one that is over":                                  w.ca.issue(almaty, w.keyOf(almaty), time.Now().Add(-40*time.Hour)),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/v1/whoami", nil)
			require.NoError(t, err)
			response, err := g.browser(shown).Do(r)
			if err == nil {
				response.Body.Close()
			}
			require.Error(t, err)
		})
	}

	t.Run("A connection that outlives its certificate is worth nothing", func(t *testing.T) {
		b := g.browser(w.pairs[almaty])
		_, a := b.whoami()
		require.Equal(t, http.StatusOK, a.StatusCode)
		w.clock.pass(40 * time.Hour)
		defer w.clock.pass(-40 * time.Hour)
		_, a = b.whoami()
		a.refused(t, Unauthenticated)
	})

	t.Run("A chain that a server verified against other authorities is worth nothing", func(t *testing.T) {
		other := newAuthority(t, "KZ tls authority")
		shown := other.issue(almaty, w.keyOf(almaty), now)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		require.NoError(t, err)
		r.TLS = &tls.ConnectionState{
			PeerCertificates: []*x509.Certificate{shown.Leaf}, VerifiedChains: [][]*x509.Certificate{{shown.Leaf, other.cert}},
		}
		_, err = g.guard.Authenticate(r)
		require.ErrorContains(t, err, "not, or no longer, good")
		r.TLS.VerifiedChains = nil
		_, err = g.guard.Authenticate(r)
		require.ErrorContains(t, err, "not, or no longer, good")
	})
}

func TestTwoIdentitiesWithOneKeyAreNobody(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	same := w.ca.issue(korday, w.keyOf(almaty), time.Now().Add(-time.Minute))
	writePEM(t, filepath.Join(w.dir, korday+".pem"), "CERTIFICATE", same.Certificate[0])
	_, a := w.start(w.config()).browser(same).whoami()
	a.refused(t, Unauthenticated)
}

func TestRevokedCertificates(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	file := filepath.Join(w.dir, "crl.pem")
	w.revoke(w.ca, file, 1)
	cfg := w.config()
	cfg.Certificates.Revocations = []string{file}
	g := w.start(cfg)
	b, other := g.browser(w.pairs[almaty]), g.browser(w.pairs[korday])
	_, a := b.whoami()
	require.Equal(t, http.StatusOK, a.StatusCode)

	w.revoke(w.ca, file, 2, w.pairs[almaty])
	w.clock.pass(lookAgain)
	_, a = b.whoami()
	a.refused(t, Unauthenticated)
	_, a = other.whoami()
	require.Equal(t, http.StatusOK, a.StatusCode)

	t.Run("A list that cannot be used leaves the last good one in force", func(t *testing.T) {
		require.NoError(t, os.WriteFile(file, []byte("half a list"), 0o600))
		w.clock.pass(lookAgain)
		_, a := b.whoami()
		a.refused(t, Unauthenticated)
		_, a = other.whoami()
		require.Equal(t, http.StatusOK, a.StatusCode)
	})

	t.Run("At the start a list must be readable and signed by the organisation's authority", func(t *testing.T) {
		_, err := New(t.Context(), cfg)
		require.ErrorContains(t, err, "couldn't read the revocation list")
		w.revoke(newAuthority(t, "KZ tls authority"), file, 3)
		_, err = New(t.Context(), cfg)
		require.ErrorContains(t, err, "not signed by an authority")
		require.NoError(t, os.Remove(file))
		_, err = New(t.Context(), cfg)
		require.ErrorContains(t, err, "no such file")
	})
}

func (w *world) revoke(by *authority, file string, number int64, pairs ...tls.Certificate) {
	template := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour)}
	for _, pair := range pairs {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{
			SerialNumber: pair.Leaf.SerialNumber, RevocationTime: time.Now(),
		})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, by.cert, by.key)
	require.NoError(w.t, err)
	writePEM(w.t, file, "X509 CRL", der)
}
