// Package accesstest runs an identity provider (OpenID Connect) for tests: zitadel/oidc with a storage of its own.
package accesstest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Provider is an OpenID Connect server over TLS. Its log-in page lets in whoever sits at the keyboard.
type Provider struct {
	*httptest.Server
	*opStorage
	t *testing.T
}

// What the gateway is registered as: client, its secret, and the audience of access tokens.
const (
	ClientID     = "cats-gateway"
	ClientSecret = "a secret of the client"
	Audience     = "https://gateway.kz.example"
)

// New starts a provider that ends with the test.
func New(t *testing.T) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &Provider{t: t, opStorage: &opStorage{key: key, requests: map[string]*opRequest{}, codes: map[string]string{}}}
	var provider http.Handler
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	p.Config.ErrorLog = log.New(io.Discard, "", 0)
	issuer := "https://" + p.Listener.Addr().String()
	config := &op.Config{CryptoKey: [32]byte([]byte(rand.Text() + rand.Text())[:32]), CodeMethodS256: true}
	made, err := op.NewProvider(config, p.opStorage, op.StaticIssuer(issuer))
	require.NoError(t, err)
	back := op.AuthCallbackURL(made)
	mux := http.NewServeMux()
	mux.Handle("/", made)
	// The page where a person logs in: whoever sits at the keyboard is let in.
	mux.HandleFunc("/login", op.NewIssuerInterceptor(made.IssuerFromRequest).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		p.logIn(id)
		http.Redirect(w, r, back(r.Context(), id), http.StatusFound)
	}))
	provider = mux
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

// Trusting is a client that trusts the provider's certificate.
func (p *Provider) Trusting() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(p.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	p.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

// Sign makes a token of the provider's by hand.
func (p *Provider) Sign(kind string, claims map[string]any) string {
	options := &jose.SignerOptions{}
	if kind != "" {
		options = options.WithType(jose.ContentType(kind))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k1"}}, options)
	require.NoError(p.t, err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(p.t, err)
	return token
}

// opStorage keeps what the server has to keep, in memory.
type opStorage struct {
	op.Storage // what is not asked for in these tests fails
	key        *rsa.PrivateKey

	mu       sync.Mutex
	requests map[string]*opRequest
	codes    map[string]string
	// keyboard is the subject of whoever sits there; email and its state as the server knows it.
	keyboard, email string
	verified        bool
	// redirect is where the gateway wants its answers.
	redirect []string
	// forged, when set, is the nonce that tokens get instead of the one asked for.
	forged string
}

// Sits puts a person, by the subject, at the keyboard.
func (s *opStorage) Sits(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keyboard = subject
}

// Email is the person's address as the provider knows it.
func (s *opStorage) Email(address string, verified bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.email, s.verified = address, verified
}

// Forge makes tokens bear this nonce instead of the one asked for; not with "".
func (s *opStorage) Forge(nonce string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forged = nonce
}

// Redirects lets answers go to this address of a gateway.
func (s *opStorage) Redirects(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redirect = append(s.redirect, address)
}

// Modulus is that of the public key that tokens are signed with.
func (s *opStorage) Modulus() []byte { return s.key.N.Bytes() }

func (s *opStorage) logIn(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.requests[id]; r != nil {
		r.subject, r.done = s.keyboard, true
	}
}

var errUnknown = errors.New("unknown")

func (s *opStorage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &opRequest{AuthRequest: asked, id: rand.Text(), at: time.Now(), forged: s.forged}
	s.requests[r.id] = r
	return r, nil
}

func (s *opStorage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.requests[id]; r != nil {
		return r, nil
	}
	return nil, errUnknown
}

func (s *opStorage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *opStorage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *opStorage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

func (s *opStorage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(time.Hour), nil
}

func (s *opStorage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknown
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return opClient{redirect: slices.Clone(s.redirect)}, nil
}

func (s *opStorage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || secret != ClientSecret {
		return errUnknown
	}
	return nil
}

func (s *opStorage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s *opStorage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	info.Subject = r.GetSubject()
	info.Email, info.EmailVerified = s.email, oidc.Bool(s.verified)
	return nil
}

func (s *opStorage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *opStorage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *opStorage) SigningKey(context.Context) (op.SigningKey, error) { return opKey{s.key}, nil }

func (s *opStorage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{opPublic{s.key}}, nil }

func (s *opStorage) Health(context.Context) error { return nil }

type opKey struct{ key *rsa.PrivateKey }

func (k opKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k opKey) Key() any                                    { return k.key }
func (k opKey) ID() string                                  { return "k1" }

type opPublic struct{ key *rsa.PrivateKey }

func (k opPublic) ID() string                         { return "k1" }
func (k opPublic) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k opPublic) Use() string                        { return "sig" }
func (k opPublic) Key() any                           { return &k.key.PublicKey }

// opRequest is somebody who is logging in.
type opRequest struct {
	*oidc.AuthRequest
	id, subject, forged string
	at                  time.Time
	done                bool
}

func (r *opRequest) GetID() string                      { return r.id }
func (r *opRequest) GetACR() string                     { return "" }
func (r *opRequest) GetAMR() []string                   { return []string{"pwd"} }
func (r *opRequest) GetAudience() []string              { return []string{ClientID, Audience} }
func (r *opRequest) GetAuthTime() time.Time             { return r.at }
func (r *opRequest) GetClientID() string                { return r.ClientID }
func (r *opRequest) GetRedirectURI() string             { return r.RedirectURI }
func (r *opRequest) GetResponseType() oidc.ResponseType { return r.ResponseType }
func (r *opRequest) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }
func (r *opRequest) GetScopes() []string                { return r.Scopes }
func (r *opRequest) GetState() string                   { return r.State }
func (r *opRequest) GetSubject() string                 { return r.subject }
func (r *opRequest) Done() bool                         { return r.done }

func (r *opRequest) GetNonce() string {
	if r.forged != "" {
		return r.forged
	}
	return r.Nonce
}

func (r *opRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// opClient is the gateway as the server has registered it.
type opClient struct{ redirect []string }

func (c opClient) GetID() string                       { return ClientID }
func (c opClient) RedirectURIs() []string              { return c.redirect }
func (c opClient) PostLogoutRedirectURIs() []string    { return nil }
func (c opClient) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c opClient) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c opClient) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c opClient) GrantTypes() []oidc.GrantType        { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c opClient) LoginURL(id string) string           { return "/login?id=" + id }
func (c opClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (c opClient) IDTokenLifetime() time.Duration      { return time.Hour }
func (c opClient) DevMode() bool                       { return false }
func (c opClient) IsScopeAllowed(string) bool          { return false }
func (c opClient) IDTokenUserinfoClaimsAssertion() bool {
	return true
}
func (c opClient) ClockSkew() time.Duration { return 0 }
func (c opClient) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (c opClient) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
