package main

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
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/access"
	"carec.example/cats/client/access/accesstest"
)

// serving runs "cats serve" with a gateway and further flags until the test ends, and returns its address and a client that trusts
// it and others.
func serving(t *testing.T, s *session, flags []string, trusted ...*x509.Certificate) (string, *http.Client) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gateway"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certificateFile := s.file("gateway.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	keyFile := s.file("gateway.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))

	// The address must be known beforehand: the provider is told where browsers come back to.
	place, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := place.Addr().String()
	require.NoError(t, place.Close())
	s.env["CATS_OIDC_ADDRESS"] = "https://" + address
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan result, 1)
	go func() {
		ended <- s.runWith(ctx, append([]string{
			"serve", "--organisation", "CN", "--listen", address, "--state", filepath.Join(s.dir, "state"),
			"--tls-certificate", certificateFile, "--tls-key", keyFile, "--client-ca", certificateFile,
		}, flags...)...)
	}()
	t.Cleanup(func() {
		stop()
		r := <-ended
		require.Zero(t, r.code, r.err)
	})
	pool := x509.NewCertPool()
	for _, c := range append(trusted, certificate) {
		pool.AddCert(c)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Transport: transport, Jar: jar, Timeout: 10 * time.Second}
	require.Eventually(t, func() bool {
		status, _ := visit(t, browser, "https://"+address+"/livez")
		return status == http.StatusOK
	}, 10*time.Second, 20*time.Millisecond)
	return "https://" + address, browser
}

// visit is the status and the page where an address leads; 0 when nobody answers.
func visit(t *testing.T, browser *http.Client, address string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	res, err := browser.Do(r)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, body
}

func TestServeLetsPeopleInWhomTheProviderKnows(t *testing.T) {
	s, idp := newSession(t), accesstest.New(t)
	delete(s.env, "CATS_AS")
	s.env["CATS_OIDC_ISSUER"], s.env["CATS_OIDC_CLIENT"] = idp.URL, accesstest.ClientID
	s.env["CATS_OIDC_SECRET_FILE"] = s.file("secret", accesstest.ClientSecret+"\n")
	s.env["CATS_OIDC_CA"] = s.file("provider.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: idp.Certificate().Raw})))
	s.env["CATS_DATABASE"] = "sqlite:" + filepath.Join(s.dir, "people.db")
	r := s.user("link 00u1 --issuer "+idp.URL+" --identity cn-officer-urumqi --organisation CN", "")
	require.Zero(t, r.code, r.err)
	gateway, browser := serving(t, s, nil, idp.Certificate())
	idp.Redirects(gateway + access.CallbackPath)

	idp.Sits("00u1")
	status, page := visit(t, browser, gateway+access.LoginPath)
	require.Equal(t, http.StatusOK, status, string(page))
	require.Contains(t, string(page), "You are logged in")
	status, page = visit(t, browser, gateway+access.SessionPath)
	require.Equal(t, http.StatusOK, status, string(page))
	var who access.SessionInfo
	require.NoError(t, json.Unmarshal(page, &who))
	require.Equal(t, "cn-officer-urumqi", who.Identity)
	require.Equal(t, access.Session, who.Scheme)

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser.Jar = jar
	idp.Sits("00u9")
	status, page = visit(t, browser, gateway+access.LoginPath)
	require.Equal(t, http.StatusForbidden, status, string(page))
}

func TestServeRefusesHalfAProvider(t *testing.T) {
	s := newSession(t)
	s.env["CATS_OIDC_ISSUER"] = "https://login.customs.example"
	r := s.run("serve", "--organisation", "CN")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "CATS_OIDC_CLIENT")
}

func TestServeKeepsTheRatesItIsGiven(t *testing.T) {
	s := newSession(t)
	delete(s.env, "CATS_AS")
	gateway, caller := serving(t, s, []string{"--address-rate", "1", "--proxy", "192.0.2.0/24", "--origin", "https://console.cn.example"})
	var got []int
	for range 10 {
		status, _ := visit(t, caller, gateway+"/v1/movements")
		got = append(got, status)
	}
	require.Equal(t, http.StatusUnauthorized, got[0])
	require.Contains(t, got, http.StatusTooManyRequests)
}

func TestServeRefusesRatesAndProxiesThatMakeNoSense(t *testing.T) {
	for flags, want := range map[string]string{
		"--caller-rate=0":     "at least 1 a second",
		"--address-rate=-5":   "at least 1 a second",
		"--caller-rate=NaN":   "at least 1 a second",
		"--proxy=10.1.0.0/99": "neither an address nor a network",
		"--proxy=proxy.kz":    "neither an address nor a network",
	} {
		r := newSession(t).run("serve", "--organisation", "CN", flags)
		require.Equal(t, exitUsage, r.code, flags)
		require.Contains(t, r.err, want, flags)
	}
}
