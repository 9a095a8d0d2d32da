// Package ca issues certificates from a Fabric CA.
//
// A small client of the CA's REST interface stands here in place of the vendor's command line for three reasons: keys
// are made here and never leave the folder they are made in, errors arrive as values instead of console text, and one
// call issues one identity, whether it was registered before or not, so that an interrupted issuing is simply repeated.
//
// The CA itself is the real thing, one server process per organisation with two authorities in it, an enrolment CA and
// a TLS CA with separate roots. [Server] starts it; it runs only while there is something to issue.
package ca

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// The two authorities of an organisation's server.
const (
	Enrolment = "enrolment"
	TLS       = "tls"
)

// Attribute is a name and value written into the enrolment certificate.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	ECert bool   `json:"ecert"`
}

// Credential is a certificate and the key it certifies, both PEM.
type Credential struct {
	Certificate []byte
	Key         []byte
	// Chain holds the certificates of the authority that issued it, PEM.
	Chain []byte

	signer crypto.Signer
}

// Client talks to one authority of a server.
type Client struct {
	url       string
	authority string
	http      *http.Client
}

// NewClient makes a client of an authority behind a server at address, whose TLS certificate descends from roots (PEM).
func NewClient(address, authority string, roots []byte) (*Client, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(roots) {
		return nil, errors.New("ca: no certificate in the server's roots")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	return &Client{
		url: "https://" + address, authority: authority,
		http: &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Fault is an answer of the CA that is not a success.
type Fault struct {
	Path    string
	Status  int
	Code    int
	Message string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("ca: %s: HTTP %d, code %d: %s", f.Path, f.Status, f.Code, f.Message)
}

// codeRegistered is the code of the CA for an identity that exists already.
const codeRegistered = 74

// Registration names an identity to be.
type Registration struct {
	Name string
	// Type becomes the NodeOU: client, peer, orderer or admin.
	Type       string
	Secret     string
	Attributes []Attribute
}

// Register makes an identity known to the authority; one that is known already is given the secret and attributes.
func (c *Client) Register(ctx context.Context, registrar *Credential, r Registration) error {
	request := map[string]any{
		"id": r.Name, "type": r.Type, "secret": r.Secret, "max_enrollments": -1,
		"affiliation": "", "attrs": r.Attributes, "caname": c.authority,
	}
	err := c.do(ctx, http.MethodPost, "/api/v1/register", request, nil, withToken(registrar))
	var fault *Fault
	if errors.As(err, &fault) && fault.Code == codeRegistered {
		path := "/api/v1/identities/" + r.Name
		return c.do(ctx, http.MethodPut, path, request, nil, withToken(registrar))
	}
	return err
}

// Enrol makes a key and has it certified for a registered identity. For the TLS authority hosts are the names and
// addresses the certificate is good for.
func (c *Client) Enrol(ctx context.Context, name, secret string, hosts []string) (*Credential, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("ca: key of %s: %w", name, err)
	}
	csr, err := signingRequest(key, name, hosts)
	if err != nil {
		return nil, fmt.Errorf("ca: request of %s: %w", name, err)
	}
	request := map[string]any{"certificate_request": string(csr), "hosts": hosts, "caname": c.authority}
	if c.authority == TLS {
		request["profile"] = "tls"
	}
	var result struct {
		Cert       string
		ServerInfo struct{ CAChain string }
	}
	basic := func(r *http.Request, _ []byte) error { r.SetBasicAuth(name, secret); return nil }
	if err := c.do(ctx, http.MethodPost, "/api/v1/enroll", request, &result, basic); err != nil {
		return nil, fmt.Errorf("enrol %s: %w", name, err)
	}
	return credential(key, result.Cert, result.ServerInfo.CAChain)
}

func signingRequest(key crypto.Signer, name string, hosts []string) ([]byte, error) {
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

func credential(key *ecdsa.PrivateKey, certificate, chain string) (*Credential, error) {
	certificatePEM, err := base64.StdEncoding.DecodeString(certificate)
	if err != nil {
		return nil, fmt.Errorf("ca: certificate in the answer: %w", err)
	}
	chainPEM, err := base64.StdEncoding.DecodeString(chain)
	if err != nil {
		return nil, fmt.Errorf("ca: chain in the answer: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("ca: %w", err)
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return &Credential{Certificate: certificatePEM, Key: keyPEM, Chain: chainPEM, signer: key}, nil
}

type authorisation func(*http.Request, []byte) error

// withToken proves possession of the registrar's key over method, path and body, in the CA's own token format.
func withToken(registrar *Credential) authorisation {
	return func(r *http.Request, body []byte) error {
		encode := base64.StdEncoding.EncodeToString
		certificate := encode(registrar.Certificate)
		signed := strings.Join([]string{r.Method, encode([]byte(r.URL.RequestURI())), encode(body), certificate}, ".")
		digest := sha256.Sum256([]byte(signed))
		signature, err := signLowS(registrar.signer, digest[:])
		if err != nil {
			return fmt.Errorf("ca: token: %w", err)
		}
		r.Header.Set("Authorization", certificate+"."+encode(signature))
		return nil
	}
}

func (c *Client) do(ctx context.Context, method, path string, request, result any, authorise authorisation) error {
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("ca: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ca: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if err := authorise(r, body); err != nil {
		return err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("ca: %w", err)
	}
	defer response.Body.Close()
	return answer(path, response, result)
}

func answer(path string, response *http.Response, result any) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("ca: %s: %w", path, err)
	}
	var envelope struct {
		Success bool            `json:"success"`
		Result  json.RawMessage `json:"result"`
		Errors  []struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(text, &envelope); err != nil {
		return &Fault{Path: path, Status: response.StatusCode, Message: strings.TrimSpace(string(text))}
	}
	if !envelope.Success {
		fault := &Fault{Path: path, Status: response.StatusCode}
		for _, e := range envelope.Errors {
			fault.Code, fault.Message = e.Code, e.Message
		}
		return fault
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(envelope.Result, result); err != nil {
		return fmt.Errorf("ca: answer to %s: %w", path, err)
	}
	return nil
}
