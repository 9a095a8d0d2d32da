package remote

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/gateway"
)

// world is a gateway as "cats serve" puts one together, with its door and TLS, over a ledger that stands in for one; and a profile
// with identities of each role.
type world struct {
	t       testing.TB
	ledger  *recorder
	profile *cats.Profile
	server  *httptest.Server
	// front, when set, stands before the gateway.
	front atomic.Pointer[func(next http.Handler, w http.ResponseWriter, r *http.Request)]
	// requests that have come.
	requests atomic.Int64
	// elsewhere: the keys of the identities are not at the gateway.
	elsewhere bool
}

func newWorld(t testing.TB, seed int) *world {
	t.Helper()
	w := &world{t: t, ledger: newRecorder(t, seed)}
	w.begin()
	return w
}

// someone are identities of each role.
func someone() map[string]transit.Role {
	return map[string]transit.Role{
		"cn-officer": transit.RoleOfficer, "cn-trader": transit.RoleTrader, "cn-clerk": transit.RoleGuarantor,
		"cn-courier": transit.RoleCourier, "cn-admin": transit.RoleAdministrator, "cn-analyst": transit.RoleAnalyst,
	}
}

func (w *world) begin() {
	folder := w.t.TempDir()
	ca := newAuthority(w.t, folder)
	ca.certify("gateway")
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it listens at once
	require.NoError(w.t, err)
	identities := map[string]cats.IdentityProfile{}
	for name, role := range someone() {
		ca.certify(name)
		identities[name] = cats.IdentityProfile{
			Organisation: "CN", Role: role, Operator: "CN916501007TSL1", Office: "CNURM001",
			TLSCertificate: name + ".crt", TLSKey: name + ".key",
		}
	}
	w.profile = w.write(folder, cats.Profile{
		Channel: "transit", Chaincode: "cats", Identities: identities,
		Organisations: map[string]cats.OrganisationProfile{
			"CN": {MSP: "CNMSP", Country: "CN", Kind: transit.Customs, TLSCA: "ca.crt", Gateway: cats.GatewayProfile{Address: listener.Addr().String()}},
		},
	})
	w.serve(listener, folder)
}

// write writes the profile and reads it as a client does.
func (w *world) write(folder string, p cats.Profile) *cats.Profile {
	raw, err := json.Marshal(p)
	require.NoError(w.t, err)
	path := filepath.Join(folder, "profile.json")
	require.NoError(w.t, os.WriteFile(path, raw, 0o600))
	read, err := cats.LoadProfile(path)
	require.NoError(w.t, err)
	return read
}

func (w *world) serve(listener net.Listener, folder string) {
	ctx := w.t.Context()
	db, err := database.Open(ctx, "sqlite:"+filepath.Join(folder, "node.db"))
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, db.Close()) })
	guard, err := access.New(ctx, access.Config{
		Profile: w.profile, Organisation: "CN", Database: db,
		Limits: access.Limits{Caller: access.Rate{PerSecond: 1e6, Burst: 1e6}, Address: access.Rate{PerSecond: 1e6, Burst: 1e6}},
	})
	require.NoError(w.t, err)
	answers, err := gateway.OpenAnswers(ctx, db)
	require.NoError(w.t, err)
	jobs, err := gateway.OpenJobs(ctx, db)
	require.NoError(w.t, err)
	open := func(context.Context, string) (*gateway.Ledger, error) { return w.ledger.ledger(), nil }
	g, err := gateway.New(gateway.Config{
		Organisation: "CN", Observer: "cn-courier", Open: open, Prepare: open, Door: guard.Require, Answers: answers, Jobs: jobs,
		Log: slog.New(slog.DiscardHandler), KeyElsewhere: func(string) bool { return w.elsewhere },
	})
	require.NoError(w.t, err)
	handler := g.Handler()
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.requests.Add(1)
		if front := w.front.Load(); front != nil {
			(*front)(handler, rw, r)
			return
		}
		handler.ServeHTTP(rw, r)
	}))
	require.NoError(w.t, w.server.Listener.Close())
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "gateway.crt"), filepath.Join(folder, "gateway.key"))
	require.NoError(w.t, err)
	w.server.Listener, w.server.EnableHTTP2 = listener, true
	w.server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	w.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	guard.ConfigureTLS(w.server.TLS)
	w.server.StartTLS()
	w.t.Cleanup(func() {
		g.HangUp()
		w.server.Close()
		require.NoError(w.t, g.Close())
	})
}

// stand puts something before the gateway; nil takes it away.
func (w *world) stand(front func(next http.Handler, rw http.ResponseWriter, r *http.Request)) {
	w.front.Store(&front)
}

// as is the client of an identity, which does not wait long.
func (w *world) as(identity string) *Client {
	w.t.Helper()
	c, err := Open(w.profile, identity)
	require.NoError(w.t, err)
	c.pace.base, c.pace.limit, c.pace.poll = time.Millisecond, 5*time.Millisecond, 10*time.Millisecond
	w.t.Cleanup(func() { require.NoError(w.t, c.Close()) })
	return c
}

// authority certifies in a folder.
type authority struct {
	t      testing.TB
	folder string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
	serial int64
}

func newAuthority(t testing.TB, folder string) *authority {
	t.Helper()
	a := &authority{t: t, folder: folder}
	a.certify("ca")
	return a
}

// certify makes key and certificate of a name; the first is the authority's own.
func (a *authority) certify(name string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	a.serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	if a.cert == nil {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
		a.cert, a.key = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	if a.key == key {
		a.cert, err = x509.ParseCertificate(raw)
		require.NoError(a.t, err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	require.NoError(a.t, err)
	for ending, block := range map[string]*pem.Block{"crt": {Type: "CERTIFICATE", Bytes: raw}, "key": {Type: "EC PRIVATE KEY", Bytes: der}} {
		require.NoError(a.t, os.WriteFile(filepath.Join(a.folder, name+"."+ending), pem.EncodeToMemory(block), 0o600))
	}
}
