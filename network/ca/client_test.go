package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// authority is a stand-in for the CA's REST interface; the real one is used by the tests of package material.
func authority(t *testing.T, handle http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	client, err := NewClient(strings.TrimPrefix(server.URL, "https://"), Enrolment, roots)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func registrar(t *testing.T) *Credential {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return &Credential{Certificate: []byte("the registrar's certificate"), signer: key}
}

func TestTheRegistrarProvesItsKeyOverMethodPathAndBody(t *testing.T) {
	boss := registrar(t)
	client := authority(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		certificate, signature, ok := strings.Cut(r.Header.Get("Authorization"), ".")
		assert.True(t, ok)
		encode := base64.StdEncoding.EncodeToString
		assert.Equal(t, encode(boss.Certificate), certificate)
		digest := sha256.Sum256([]byte("POST." + encode([]byte("/api/v1/register")) + "." + encode(body) + "." + certificate))
		raw, err := base64.StdEncoding.DecodeString(signature)
		assert.NoError(t, err)
		assert.True(t, ecdsa.VerifyASN1(&boss.signer.(*ecdsa.PrivateKey).PublicKey, digest[:], raw))
		_, _ = io.WriteString(w, `{"success":true,"result":{"secret":"s"}}`)
	})
	require.NoError(t, client.Register(t.Context(), boss, Registration{Name: "kz-officer", Type: "client", Secret: "s"}))
}

func TestAnIdentityRegisteredBeforeIsGivenItsNewParticulars(t *testing.T) {
	var calls []string
	client := authority(t, func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.Method+" "+r.URL.Path)
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, `{"success":false,"errors":[{"code":74,"message":"already registered"}]}`)
			return
		}
		var request struct{ Secret string }
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&request))
		assert.Equal(t, "new", request.Secret)
		_, _ = io.WriteString(w, `{"success":true,"result":{}}`)
	})
	require.NoError(t, client.Register(t.Context(), registrar(t), Registration{Name: "kz-officer", Secret: "new"}))
	require.Equal(t, []string{"POST /api/v1/register", "PUT /api/v1/identities/kz-officer"}, calls)
}

func TestARefusalCarriesTheAuthoritysCodeAndWords(t *testing.T) {
	client := authority(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"success":false,"errors":[{"code":20,"message":"Authentication failure"}]}`)
	})
	_, err := client.Enrol(t.Context(), "kz-officer", "wrong", nil)
	var fault *Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, 20, fault.Code)
	require.Equal(t, http.StatusUnauthorized, fault.Status)
	require.ErrorContains(t, err, "Authentication failure")
}

func TestAnAnswerThatIsNoJSONIsAFault(t *testing.T) {
	client := authority(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad gateway", http.StatusBadGateway) })
	_, err := client.Enrol(t.Context(), "x", "y", nil)
	var fault *Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, "bad gateway", fault.Message)
}

func TestTheKeyStaysHereAndTheRequestNamesTheHosts(t *testing.T) {
	client := authority(t, func(w http.ResponseWriter, r *http.Request) {
		name, secret, ok := r.BasicAuth()
		assert.True(t, ok)
		assert.Equal(t, []string{"peer", "s3cret"}, []string{name, secret})
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.NotContains(t, string(body), "PRIVATE")
		var request struct {
			CSR string `json:"certificate_request"`
		}
		assert.NoError(t, json.Unmarshal(body, &request))
		block, _ := pem.Decode([]byte(request.CSR))
		csr, err := x509.ParseCertificateRequest(block.Bytes)
		assert.NoError(t, err)
		assert.NoError(t, csr.CheckSignature())
		assert.Equal(t, []string{"peer.kz.example"}, csr.DNSNames)
		assert.Len(t, csr.IPAddresses, 1)
		encode := base64.StdEncoding.EncodeToString
		_, _ = io.WriteString(w, `{"success":true,"result":{"Cert":"`+encode([]byte("CERT"))+`","ServerInfo":{"CAChain":"`+
			encode([]byte("CHAIN"))+`"}}}`)
	})
	c, err := client.Enrol(t.Context(), "peer", "s3cret", []string{"peer.kz.example", "10.0.0.1"})
	require.NoError(t, err)
	require.Equal(t, "CERT", string(c.Certificate))
	require.Equal(t, "CHAIN", string(c.Chain))
	block, _ := pem.Decode(c.Key)
	_, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
}

func TestSignaturesHaveTheSmallerOfTheTwoValues(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	rapid.Check(t, func(t *rapid.T) {
		digest := sha256.Sum256(rapid.SliceOf(rapid.Byte()).Draw(t, "message"))
		signature, err := signLowS(key, digest[:])
		require.NoError(t, err)
		require.True(t, ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature))
		var values struct{ R, S *big.Int }
		_, err = asn1.Unmarshal(signature, &values)
		require.NoError(t, err)
		require.LessOrEqual(t, values.S.Cmp(half), 0)
	})
}
