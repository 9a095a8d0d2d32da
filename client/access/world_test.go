package access

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now().Truncate(time.Millisecond)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// authority certifies.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func newAuthority(t testing.TB, name string) *authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter: time.Now().Add(48 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{t: t, cert: cert, key: key, next: 2}
}

// issue certifies a key for a name, for two days from begin.
func (a *authority) issue(name string, key *ecdsa.PrivateKey, begin time.Time) tls.Certificate {
	a.next++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.next), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{"client"}},
		NotBefore: begin, NotAfter: begin.Add(36 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func writePEM(t testing.TB, file, kind string, der []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return file
}

// world is an organisation with a gateway: KZ, beside CN.
type world struct {
	t       *testing.T
	dir     string
	clock   *clock
	db      *database.DB
	ca      *authority
	profile *cats.Profile
	pairs   map[string]tls.Certificate
	people  *People
	hashes  *hashCount
}

const (
	almaty  = "kz-officer-almaty"
	korday  = "kz-officer-korday"
	trader  = "kz-trader-zhetysu"
	stray   = "cn-officer-urumqi"
	good    = "seven bags of dry apricots"
	another = "nine sacks of green tea leaves"
)

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), clock: newClock(), db: db, ca: newAuthority(t, "KZ tls authority"), pairs: map[string]tls.Certificate{}}
	writePEM(t, filepath.Join(w.dir, "ca.pem"), "CERTIFICATE", w.ca.cert.Raw)
	p := cats.Profile{
		Channel: "transit", Chaincode: "cats",
		Organisations: map[string]cats.OrganisationProfile{
			"KZ": {MSP: "KZMSP", Country: "KZ", Kind: transit.Customs, TLSCA: "ca.pem"}, "CN": {MSP: "CNMSP", Country: "CN", Kind: transit.Customs},
		},
		Identities: map[string]cats.IdentityProfile{
			almaty: {Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000001"},
			korday: {Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000002"},
			trader: {Organisation: "KZ", Role: transit.RoleTrader, Operator: "KZOP1"},
			stray:  {Organisation: "CN", Role: transit.RoleOfficer, Office: "CN000001"},
		},
	}
	for name, id := range p.Identities {
		pair := w.ca.issue(name, newKey(t), time.Now().Add(-time.Hour))
		w.pairs[name] = pair
		writePEM(t, filepath.Join(w.dir, name+".pem"), "CERTIFICATE", pair.Certificate[0])
		id.TLSCertificate, id.Certificate = name+".pem", name+"-elsewhere.pem"
		p.Identities[name] = id
	}
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "profile.json"), raw, 0o600))
	w.profile, err = cats.LoadProfile(filepath.Join(w.dir, "profile.json"))
	require.NoError(t, err)
	w.people, err = OpenPeople(context.Background(), db, w.profile, "KZ")
	require.NoError(t, err)
	w.hashes = &hashCount{}
	w.hashes.cheapen(w.people.hasher)
	w.people.now = w.clock.now
	return w
}

// hashCount makes hashes cheap and counts them.
type hashCount struct {
	mu sync.Mutex
	n  int
}

func (c *hashCount) cheapen(h *hasher) {
	h.cost = cost{memory: 8, passes: 1, lanes: 1}
	h.nobody = h.format(random(saltLength), random(hashLength))
	inner := h.derive
	h.derive = func(password, salt []byte, at cost, length uint32) []byte {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
		return inner(password, salt, at, length)
	}
}

func (c *hashCount) during(do func()) int {
	c.mu.Lock()
	before := c.n
	c.mu.Unlock()
	do()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n - before
}

func (w *world) config() Config {
	return Config{Profile: w.profile, Organisation: "KZ", Database: w.db, Clock: w.clock.now}
}

// gateway is a running one.
type gateway struct {
	*httptest.Server
	guard *Guard
	w     *world
}

func (w *world) start(cfg Config) *gateway {
	w.t.Helper()
	g, err := New(context.Background(), cfg)
	require.NoError(w.t, err)
	w.hashes.cheapen(g.hasher)
	return w.serve(g)
}

func (w *world) serve(g *Guard) *gateway {
	mux := http.NewServeMux()
	mux.Handle("/v1/session", g.Handler())
	mux.Handle("/v1/session/", g.Handler())
	mux.Handle("/v1/oidc/", g.Handler())
	mux.Handle("/v1/whoami", g.Require(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		caller, ok := From(r.Context())
		if !ok {
			panic("no caller")
		}
		writeJSON(rw, http.StatusOK, caller)
	})))
	server := httptest.NewUnstartedServer(mux)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	g.ConfigureTLS(server.TLS)
	server.StartTLS()
	w.t.Cleanup(server.Close)
	return &gateway{Server: server, guard: g, w: w}
}

// browser keeps cookies; several gateways may share one by its jar.
type browser struct {
	*http.Client
	t    *testing.T
	home string
	// header goes with each request.
	header http.Header
}

func (g *gateway) browser(certificates ...tls.Certificate) *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(g.w.t, err)
	pool := x509.NewCertPool()
	pool.AddCert(g.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certificates, MinVersion: tls.VersionTLS12}}
	g.w.t.Cleanup(transport.CloseIdleConnections)
	return &browser{
		Client: &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second}, t: g.w.t, home: g.URL, header: http.Header{},
	}
}

type answer struct {
	*http.Response
	body []byte
}

func (b *browser) do(method, path, body string) answer {
	b.t.Helper()
	url := path
	if strings.HasPrefix(path, "/") {
		url = b.home + path
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, url, strings.NewReader(body))
	require.NoError(b.t, err)
	for name, values := range b.header {
		r.Header[name] = values
	}
	if body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := b.Do(r)
	require.NoError(b.t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	return answer{response, raw}
}

func (a answer) into(t *testing.T, value any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(value), string(a.body))
}

// refused wants a problem with a code and its status.
func (a answer) refused(t *testing.T, code Code) problem {
	t.Helper()
	require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"), "%d %s", a.StatusCode, a.body)
	var p problem
	a.into(t, &p)
	require.Equal(t, code, p.Code, p.Detail)
	require.Equal(t, (&Error{Code: code}).Status(), a.StatusCode)
	require.Equal(t, a.StatusCode, p.Status)
	require.NotEmpty(t, p.Detail)
	if a.StatusCode == http.StatusUnauthorized {
		require.NotEmpty(t, a.Header.Get("WWW-Authenticate"))
	}
	return p
}

func (b *browser) logIn(name, password, identity string) answer {
	b.t.Helper()
	raw, err := json.Marshal(SessionRequest{Name: name, Password: password, Identity: identity})
	require.NoError(b.t, err)
	return b.do(http.MethodPost, SessionPath, string(raw))
}

func (b *browser) whoami() (Caller, answer) {
	b.t.Helper()
	a := b.do(http.MethodGet, "/v1/whoami", "")
	var c Caller
	if a.StatusCode == http.StatusOK {
		a.into(b.t, &c)
	}
	return c, a
}

func (a answer) cookie(name string) *http.Cookie {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (w *world) keyOf(name string) *ecdsa.PrivateKey {
	return w.pairs[name].PrivateKey.(*ecdsa.PrivateKey)
}
