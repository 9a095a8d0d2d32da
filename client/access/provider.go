package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Provider is the organisation's identity provider (OpenID Connect Core 1.0) and what the
// gateway is registered as there.
type Provider struct {
	// Issuer is its URL, exactly as in its tokens.
	Issuer string
	// ClientID and ClientSecret of the gateway; the secret may be empty for a public client.
	ClientID, ClientSecret string
	// RedirectURL is the gateway's own [CallbackPath] as browsers see it.
	RedirectURL string
	// Scopes to ask for beside openid.
	Scopes []string
	// Claim that names a person, default "sub". The provider must never give one person's value to
	// another; "email" counts only when the token says that it is verified.
	Claim string
	// Audience that an access token must be for to be taken as a bearer token. When it is empty only
	// ID tokens of ClientID are taken.
	Audience string
	// Client for requests to the provider; default: Go's; it gets a time limit if it has none.
	Client *http.Client
}

// Providers are asked within these times.
const (
	providerTimeout = 10 * time.Second
	// discoverAgain is how long a failed discovery is not repeated.
	discoverAgain = 3 * time.Second
	// longestToken in bytes.
	longestToken = 8 << 10
)

// algorithms that a token may be signed with: those where only the provider can sign.
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// relyingParty speaks with the provider. It is asked for its endpoints and keys when they are
// first needed, so that a gateway starts, and serves everybody else, while its provider is down.
type relyingParty struct {
	Provider
	now func() time.Time
	// turn is held by the one who asks for the endpoints.
	turn       chan struct{}
	discovered *endpoints
	failure    error
	failedAt   time.Time
}

func newRelyingParty(p Provider, now func() time.Time) (*relyingParty, error) {
	if p.Issuer == "" || p.ClientID == "" {
		return nil, errors.New("the identity provider needs an issuer and a client id")
	}
	if p.Claim == "" {
		p.Claim = "sub"
	}
	client := http.Client{}
	if p.Client != nil {
		client = *p.Client
	}
	if client.Timeout == 0 {
		client.Timeout = providerTimeout
	}
	p.Client = &client
	return &relyingParty{Provider: p, now: now, turn: make(chan struct{}, 1)}, nil
}

// discover returns the provider's endpoints and keys.
func (p *relyingParty) discover(ctx context.Context) (*endpoints, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.discovered != nil {
		return p.discovered, nil
	}
	if p.failure != nil && p.now().Sub(p.failedAt) < discoverAgain {
		return nil, p.failure
	}
	// Others wait for the answer, so that it is not given up with the request that asked.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), providerTimeout)
	defer cancel()
	found, err := oidc.NewProvider(oidc.ClientContext(asking, p.Client), p.Issuer)
	if err != nil {
		p.failure, p.failedAt = fmt.Errorf("the identity provider does not answer: %w", err), p.now()
		return nil, p.failure
	}
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	if err := found.Claims(&document); err != nil {
		return nil, fmt.Errorf("the identity provider's endpoints are not readable: %w", err)
	}
	// The key set lives as long as this process and keeps what it has fetched.
	keys := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.Client), document.Keys)
	p.discovered, p.failure = &endpoints{oauth: found.Endpoint(), keys: keys}, nil
	return p.discovered, nil
}

// endpoints of a provider.
type endpoints struct {
	oauth oauth2.Endpoint
	keys  oidc.KeySet
}

func (p *relyingParty) config(found *endpoints) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.RedirectURL,
		Endpoint: found.oauth, Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}
}

// errToken tells a caller no more than that: what is wrong with a token helps only who made it up.
var errToken = &Error{Code: Unauthenticated, Detail: "the token is not one of the identity provider for this gateway, or it is over"}

// verify checks signature, issuer, times and, unless it is empty, the audience.
func (p *relyingParty) verify(ctx context.Context, token, audience string) (*oidc.IDToken, error) {
	if len(token) > longestToken {
		return nil, errToken
	}
	found, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	keys := &askedKeys{KeySet: found.keys}
	verified, err := oidc.NewVerifier(p.Issuer, keys, &oidc.Config{
		ClientID: audience, SkipClientIDCheck: audience == "", SupportedSigningAlgs: algorithms, Now: p.now,
	}).Verify(ctx, token)
	var unreachable *url.Error
	switch {
	case errors.As(keys.failure, &unreachable), ctx.Err() != nil:
		return nil, fmt.Errorf("the identity provider's keys cannot be read: %w", errors.Join(keys.failure, ctx.Err()))
	case err != nil:
		return nil, errToken
	}
	return verified, nil
}

// askedKeys remembers why a signature could not be verified, so that a provider that does not
// answer is not taken for a bad token.
type askedKeys struct {
	oidc.KeySet
	failure error
}

// VerifySignature implements [oidc.KeySet].
func (k *askedKeys) VerifySignature(ctx context.Context, token string) (payload []byte, err error) {
	payload, k.failure = k.KeySet.VerifySignature(ctx, token)
	return payload, k.failure
}

// bearer returns what the provider calls whoever a bearer token was given to. An access token
// must be for the audience of the gateway; an ID token for its client, and for no other as the
// party that it was given to (OpenID Connect Core, section 3.1.3.7).
func (p *relyingParty) bearer(ctx context.Context, token string) (string, error) {
	verified, err := p.verify(ctx, token, "")
	if err != nil {
		return "", err
	}
	var claims struct {
		Party  string          `json:"azp"`
		Events json.RawMessage `json:"events"`
	}
	if err := verified.Claims(&claims); err != nil || claims.Events != nil {
		return "", errToken // a logout token is signed and addressed like an ID token
	}
	kind := typeOf(token)
	access := p.Audience != "" && slices.Contains(verified.Audience, p.Audience) && (kind == "at+jwt" || kind == "jwt")
	id := slices.Contains(verified.Audience, p.ClientID) && p.mayBeParty(claims.Party) && kind == "jwt"
	if !access && !id {
		return "", errToken
	}
	return p.nameOf(verified)
}

// mayBeParty reports whether an ID token that names the party it was given to was given to this gateway.
func (p *relyingParty) mayBeParty(party string) bool { return party == "" || party == p.ClientID }

// typeOf is what a token says that it is: "at+jwt" for an access token (RFC 9068, section 2.1),
// "jwt" when it does not say.
func typeOf(token string) string {
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var header struct {
		Type string `json:"typ"`
	}
	if err != nil || json.Unmarshal(raw, &header) != nil {
		return ""
	}
	if header.Type == "" {
		return "jwt"
	}
	return strings.TrimPrefix(strings.ToLower(header.Type), "application/")
}

// nameOfID returns what the provider calls whoever an ID token is about, which it gave to the gateway itself.
func (p *relyingParty) nameOfID(ctx context.Context, token, nonce string) (string, error) {
	verified, err := p.verify(ctx, token, p.ClientID)
	if err != nil {
		return "", err
	}
	var claims struct {
		Party string `json:"azp"`
	}
	if err := verified.Claims(&claims); err != nil || !p.mayBeParty(claims.Party) {
		return "", errToken
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(nonce)) != 1 {
		return "", errFlow
	}
	return p.nameOf(verified)
}

// nameOf is the claim that names a person.
func (p *relyingParty) nameOf(token *oidc.IDToken) (string, error) {
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return "", errToken
	}
	name, _ := claims[p.Claim].(string)
	if !claimable(name) {
		return "", refuse(Forbidden, "the token does not say who you are (claim %s)", p.Claim)
	}
	if verified, _ := claims["email_verified"].(bool); p.Claim == "email" && !verified {
		return "", refuse(Forbidden, "the identity provider has not verified your e-mail address")
	}
	return name, nil
}
