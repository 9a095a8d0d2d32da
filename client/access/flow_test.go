package access

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access/accesstest"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

// federated is a world whose people log in at an identity provider; 00u1 is an officer at Almaty and at Korday.
type federated struct {
	*world
	*gateway
	idp *accesstest.Provider
}

func federate(t *testing.T, db *database.DB, adjust func(*Provider)) *federated {
	t.Helper()
	w := newWorld(t, db)
	f := &federated{world: w, idp: accesstest.New(t)}
	require.NoError(t, w.people.Link(t.Context(), f.idp.URL, "00u1", []string{almaty, korday}))
	f.idp.Sits("00u1")
	f.gateway = f.another(db, adjust)
	return f
}

// another starts one more gateway, known to browsers by its own address.
func (f *federated) another(db *database.DB, adjust func(*Provider)) *gateway {
	provider := &Provider{
		Issuer: f.idp.URL, ClientID: accesstest.ClientID, ClientSecret: accesstest.ClientSecret, Scopes: []string{"email"},
		Audience: accesstest.Audience, Client: f.idp.Trusting(),
	}
	if adjust != nil {
		adjust(provider)
	}
	cfg := f.config()
	cfg.Database, cfg.Provider = db, provider
	g := f.start(cfg)
	g.guard.provider.RedirectURL = g.URL + CallbackPath
	f.idp.Redirects(g.URL + CallbackPath)
	return g
}

// step makes a request and does not follow where the answer leads.
func (b *browser) step(url string) answer {
	follow := b.CheckRedirect
	defer func() { b.CheckRedirect = follow }()
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b.do(http.MethodGet, url, "")
}

// answered goes the whole way but the last step, and returns the answer that the browser brings back.
func (b *browser) answered(t *testing.T, start string) *url.URL {
	t.Helper()
	next := start
	for range 5 {
		a := b.step(next)
		at, err := a.Location()
		require.NoError(t, err, "%d %s", a.StatusCode, a.body)
		if at.Path == CallbackPath {
			return at
		}
		next = at.String()
	}
	require.Fail(t, "the way does not end")
	return nil
}

func TestALogInAtTheIdentityProvider(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		f := federate(t, db, nil)
		b := f.browser()
		a := b.do(http.MethodGet, LoginPath+"?return="+url.QueryEscape("/movements?state=released&x=\"'>"), "")
		require.Equal(t, http.StatusOK, a.StatusCode, string(a.body))
		require.Contains(t, string(a.body), `content="0;url=/movements?state=released`)
		require.NotContains(t, string(a.body), `"'>`)
		require.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, http.SameSiteStrictMode, a.cookie(SessionCookie).SameSite)
		require.Negative(t, a.cookie(FlowCookie).MaxAge)

		caller, _ := b.whoami()
		require.Equal(t, Caller{
			Name: f.idp.URL + "#00u1", Identity: almaty, Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000001", Scheme: Session,
		}, caller)
		require.Equal(t, http.StatusOK, b.do(http.MethodPut, IdentityPath, `{"identity":"`+korday+`"}`).StatusCode)
		b.do(http.MethodPut, PasswordPath, `{"password":"`+good+`","newPassword":"`+another+`"}`).refused(t, Forbidden)

		t.Run("One may choose as whom to begin", func(t *testing.T) {
			b := f.browser()
			require.Equal(t, http.StatusOK, b.do(http.MethodGet, LoginPath+"?identity="+korday, "").StatusCode)
			caller, _ := b.whoami()
			require.Equal(t, korday, caller.Identity)
			f.browser().do(http.MethodGet, LoginPath+"?identity="+trader, "").refused(t, Forbidden)
		})

		t.Run("Who is known there but not let in here stays outside", func(t *testing.T) {
			f.idp.Sits("00u9")
			defer f.idp.Sits("00u1")
			b := f.browser()
			b.do(http.MethodGet, LoginPath, "").refused(t, Forbidden)
			_, a := b.whoami()
			a.refused(t, Unauthenticated)
		})

		t.Run("So does who was disabled, with all sessions", func(t *testing.T) {
			require.NoError(t, f.people.Disable(t.Context(), f.idp.URL, "00u1"))
			_, a := b.whoami()
			a.refused(t, Unauthenticated)
			b.do(http.MethodGet, LoginPath, "").refused(t, Forbidden)
			require.NoError(t, f.people.Enable(t.Context(), f.idp.URL, "00u1"))
			require.Equal(t, http.StatusOK, b.do(http.MethodGet, LoginPath, "").StatusCode)
		})

		t.Run("An account of the same name is somebody else", func(t *testing.T) {
			require.NoError(t, f.people.Add(t.Context(), "00u1", good, []string{trader}))
			b := f.browser()
			require.Equal(t, http.StatusOK, b.do(http.MethodGet, LoginPath, "").StatusCode)
			caller, _ := b.whoami()
			require.Equal(t, almaty, caller.Identity)
		})
	})
}

func TestAnotherGatewayTakesTheAnswer(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		f := federate(t, databasetest.Open(t, address), nil)
		two := f.another(databasetest.Open(t, address), nil)
		two.guard.provider.RedirectURL = f.guard.provider.RedirectURL // one name for both, behind a load balancer
		b := f.browser()
		back := b.answered(t, LoginPath)
		c := two.browser()
		c.plant(FlowCookie, b.cookie(FlowCookie))
		a := c.do(http.MethodGet, CallbackPath+"?"+back.RawQuery, "")
		require.Equal(t, http.StatusOK, a.StatusCode, string(a.body))
		caller, _ := c.whoami()
		require.Equal(t, almaty, caller.Identity)
	})
}

func TestALogInThatSomebodyMeddledWith(t *testing.T) {
	f := federate(t, databasetest.Open(t, databasetest.SQLite(t)), nil)
	nobody := func(t *testing.T, b *browser) {
		t.Helper()
		_, a := b.whoami()
		a.refused(t, Unauthenticated)
	}

	t.Run("The way carries PKCE, state and nonce, none of which tells another", func(t *testing.T) {
		b := f.browser()
		a := b.step(LoginPath)
		at, err := a.Location()
		require.NoError(t, err)
		q := at.Query()
		require.Equal(t, "S256", q.Get("code_challenge_method"))
		require.Equal(t, "code", q.Get("response_type"))
		flow, ok := parseFlow(b.cookie(FlowCookie))
		require.True(t, ok)
		require.Equal(t, oauth2.S256ChallengeFromVerifier(flow.verifier()), q.Get("code_challenge"))
		values := []string{flow.state(), flow.nonce(), flow.verifier(), base64.RawURLEncoding.EncodeToString(flow.secret)}
		slices.Sort(values)
		require.Len(t, slices.Compact(values), 4)
		require.Equal(t, http.SameSiteLaxMode, a.cookie(FlowCookie).SameSite)
		require.True(t, a.cookie(FlowCookie).HttpOnly && a.cookie(FlowCookie).Secure)
	})

	t.Run("An answer in another browser logs nobody in", func(t *testing.T) {
		back := f.browser().answered(t, LoginPath)
		victim := f.browser()
		victim.do(http.MethodGet, back.String(), "").refused(t, Unauthenticated)
		nobody(t, victim)
		victim.answered(t, LoginPath) // a log-in of its own does not help
		victim.do(http.MethodGet, back.String(), "").refused(t, Unauthenticated)
		nobody(t, victim)
	})

	t.Run("A stolen code does not fit another log-in", func(t *testing.T) {
		stolen := f.browser().answered(t, LoginPath).Query().Get("code")
		thief := f.browser()
		back := thief.answered(t, LoginPath)
		q := back.Query()
		q.Set("code", stolen)
		thief.do(http.MethodGet, CallbackPath+"?"+q.Encode(), "").refused(t, Unauthenticated)
		nobody(t, thief)
	})

	t.Run("An answer counts once", func(t *testing.T) {
		b := f.browser()
		back := b.answered(t, LoginPath)
		require.Equal(t, http.StatusOK, b.do(http.MethodGet, back.String(), "").StatusCode)
		b.do(http.MethodGet, back.String(), "").refused(t, Unauthenticated)
	})

	t.Run("And for a while", func(t *testing.T) {
		b := f.browser()
		back := b.answered(t, LoginPath)
		cookie := b.cookie(FlowCookie)
		f.clock.pass(flowLasts + time.Second)
		defer f.clock.pass(-flowLasts - time.Second)
		b.plant(FlowCookie, cookie)
		b.do(http.MethodGet, back.String(), "").refused(t, Unauthenticated)
	})

	t.Run("Where to come back to cannot be changed on the way", func(t *testing.T) {
		b := f.browser()
		back := b.answered(t, LoginPath+"?return=/a")
		flow, ok := parseFlow(b.cookie(FlowCookie))
		require.True(t, ok)
		flow.home = "/b"
		b.plant(FlowCookie, flow.cookie())
		b.do(http.MethodGet, back.String(), "").refused(t, Unauthenticated)
	})

	t.Run("Nor lie elsewhere", func(t *testing.T) {
		for _, page := range []string{
			"https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a b", "/\tx", "javascript:alert(1)", "/" + strings.Repeat("x", longestHome),
		} {
			f.browser().step(LoginPath+"?return="+url.QueryEscape(page)).refused(t, BadRequest)
			f.clock.pass(time.Second)
		}
	})

	t.Run("A token with another nonce is refused", func(t *testing.T) {
		f.idp.Forge("replayed")
		b := f.browser()
		b.do(http.MethodGet, LoginPath, "").refused(t, Unauthenticated)
		nobody(t, b)
		f.idp.Forge("")
	})

	t.Run("So is the provider's own refusal, and an answer of another provider", func(t *testing.T) {
		b := f.browser()
		q := b.answered(t, LoginPath).Query()
		q.Del("code")
		q.Set("error", "access_denied")
		b.do(http.MethodGet, CallbackPath+"?"+q.Encode(), "").refused(t, Unauthenticated)
		q = b.answered(t, LoginPath).Query()
		q.Set("iss", "https://other.example")
		b.do(http.MethodGet, CallbackPath+"?"+q.Encode(), "").refused(t, Unauthenticated)
		nobody(t, b)
	})

	t.Run("A cookie that is no flow is refused", func(t *testing.T) {
		for _, value := range []string{"x", "....", "a.b.c.d", strings.Repeat("A", 43) + ".1.Lw.", ".1.Lw."} {
			b := f.browser()
			b.plant(FlowCookie, value)
			b.do(http.MethodGet, CallbackPath+"?code=x&state=", "").refused(t, Unauthenticated)
			f.clock.pass(time.Second)
		}
	})
}

func TestAClaimThatNamesThePerson(t *testing.T) {
	f := federate(t, databasetest.Open(t, databasetest.SQLite(t)), func(p *Provider) { p.Claim = "email" })
	require.NoError(t, f.people.Link(t.Context(), f.idp.URL, "a@kz.example", []string{korday}))
	set := func(email string, verified bool) {
		f.idp.Email(email, verified)
	}
	set("a@kz.example", false)
	f.browser().do(http.MethodGet, LoginPath, "").refused(t, Forbidden)
	set("", true)
	f.browser().do(http.MethodGet, LoginPath, "").refused(t, Forbidden)
	set("a@kz.example", true)
	b := f.browser()
	require.Equal(t, http.StatusOK, b.do(http.MethodGet, LoginPath, "").StatusCode)
	caller, _ := b.whoami()
	require.Equal(t, korday, caller.Identity)
}

// tokens are those that the provider really gives out.
func (f *federated) tokens(t *testing.T) (id, access string) {
	t.Helper()
	b := f.browser()
	back := b.answered(t, LoginPath)
	flow, ok := parseFlow(b.cookie(FlowCookie))
	require.True(t, ok)
	found, err := f.guard.provider.discover(t.Context())
	require.NoError(t, err)
	ctx := t.Context()
	tokens, err := f.guard.provider.config(found).Exchange(
		context.WithValue(ctx, oauth2.HTTPClient, f.idp.Trusting()), back.Query().Get("code"), oauth2.VerifierOption(flow.verifier()))
	require.NoError(t, err)
	id, _ = tokens.Extra("id_token").(string)
	return id, tokens.AccessToken
}

func TestBearerTokens(t *testing.T) {
	f := federate(t, databasetest.Open(t, databasetest.SQLite(t)), nil)
	id, access := f.tokens(t)
	with := func(token string) *browser {
		b := f.browser()
		b.header.Set("Authorization", "Bearer "+token)
		return b
	}
	now := time.Now()
	claims := func(change map[string]any) map[string]any {
		all := map[string]any{
			"iss": f.idp.URL, "sub": "00u1", "aud": accesstest.ClientID, "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(),
		}
		for name, value := range change {
			all[name] = value
			if value == nil {
				delete(all, name)
			}
		}
		return all
	}

	const us = accesstest.ClientID
	for name, token := range map[string]string{
		"The provider's ID token":                   id,
		"The provider's access token":               access,
		"An ID token by hand, which shows it works": f.idp.Sign("JWT", claims(nil)),
		"One of several audiences, given to us":     f.idp.Sign("", claims(map[string]any{"aud": []string{"x", us}, "azp": us})),
		"An access token for us, given to another":  f.idp.Sign("at+jwt", claims(map[string]any{"aud": accesstest.Audience, "azp": "another"})),
		"One that spells its type out":              f.idp.Sign("application/at+jwt", claims(map[string]any{"aud": accesstest.Audience})),
	} {
		t.Run(name+" is taken", func(t *testing.T) {
			caller, a := with(token).whoami()
			require.Equal(t, Caller{
				Name: f.idp.URL + "#00u1", Identity: almaty, Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZ000001", Scheme: Bearer,
			}, caller, string(a.body))
		})
	}

	t.Run("A header chooses another identity that the person holds", func(t *testing.T) {
		b := with(access)
		b.header.Set(IdentityHeader, korday)
		caller, _ := b.whoami()
		require.Equal(t, korday, caller.Identity)
		b.header.Set(IdentityHeader, trader)
		_, a := b.whoami()
		a.refused(t, Forbidden)
	})

	t.Run("No browser sends it by itself, so that another site's word does not matter", func(t *testing.T) {
		b := with(access)
		b.header.Set("Sec-Fetch-Site", "cross-site")
		require.Equal(t, http.StatusOK, b.do(http.MethodPost, "/v1/whoami", "{}").StatusCode)
	})

	t.Run("Who is not linked is refused", func(t *testing.T) {
		_, a := with(f.idp.Sign("JWT", claims(map[string]any{"sub": "00u9"}))).whoami()
		a.refused(t, Forbidden)
	})

	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signed := func(key jose.SigningKey) string {
		signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT"))
		require.NoError(t, err)
		token, err := jwt.Signed(signer).Claims(claims(nil)).Serialize()
		require.NoError(t, err)
		return token
	}
	parts := strings.Split(id, ".")
	for name, token := range map[string]string{
		"Another issuer's":                    f.idp.Sign("JWT", claims(map[string]any{"iss": "https://other.example"})),
		"One for somebody else":               f.idp.Sign("JWT", claims(map[string]any{"aud": "another"})),
		"One for nobody":                      f.idp.Sign("JWT", claims(map[string]any{"aud": nil})),
		"An ID token given to another":        f.idp.Sign("JWT", claims(map[string]any{"azp": "another"})),
		"An access token for the client only": f.idp.Sign("at+jwt", claims(nil)),
		"One that is over":                    f.idp.Sign("JWT", claims(map[string]any{"exp": now.Add(-time.Minute).Unix()})),
		"One that is never over":              f.idp.Sign("JWT", claims(map[string]any{"exp": nil})),
		"One that is not good yet":            f.idp.Sign("JWT", claims(map[string]any{"nbf": now.Add(time.Hour).Unix()})),
		"A logout token":                      f.idp.Sign("logout+jwt", claims(nil)),
		"A logout token that does not say so": f.idp.Sign("JWT", claims(map[string]any{"events": map[string]any{}})),
		"One of another key of the same name": signed(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: stranger, KeyID: "k1"}}),
		"One signed with the public key as a secret": signed(jose.SigningKey{
			Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: f.idp.Modulus(), KeyID: "k1"},
		}),
		"One without a signature":        base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		"One whose content was replaced": parts[0] + "." + strings.Split(access, ".")[1] + "." + parts[2],
		"Anything else":                  "x",
		"Nothing":                        "",
		"Something long":                 strings.Repeat("x", longestToken+1),
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			f.clock.pass(time.Second)
			defer f.clock.pass(-time.Second)
			_, a := with(token).whoami()
			a.refused(t, Unauthenticated)
		})
	}

	t.Run("Many bad ones make the address wait, a good one included", func(t *testing.T) {
		f.clock.pass(time.Minute)
		for range 30 {
			_, a := with("x").whoami()
			a.refused(t, Unauthenticated)
		}
		_, a := with("x").whoami()
		require.Equal(t, "1", a.Header.Get("Retry-After"))
		a.refused(t, TooManyRequests)
		_, a = with(access).whoami()
		a.refused(t, TooManyRequests)
	})
}

func TestAProviderThatIsDown(t *testing.T) {
	w := newWorld(t, databasetest.Open(t, databasetest.SQLite(t)))
	require.NoError(t, w.people.Add(t.Context(), "aigul", good, []string{almaty}))
	down := true
	idp := accesstest.New(t)
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if down {
			panic(http.ErrAbortHandler)
		}
		idp.Config.Handler.ServeHTTP(rw, r)
	}))
	front.StartTLS()
	t.Cleanup(front.Close)
	cfg := w.config()
	cfg.Provider = &Provider{Issuer: front.URL, ClientID: accesstest.ClientID, Client: idp.Trusting()}
	g := w.start(cfg)

	a := g.browser().step(LoginPath)
	a.refused(t, Unavailable)
	require.NotEmpty(t, a.Header.Get("Retry-After"))
	b := g.browser()
	b.header.Set("Authorization", "Bearer x.y.z")
	_, a = b.whoami()
	a.refused(t, Unavailable)

	t.Run("Accounts and certificates go on", func(t *testing.T) {
		require.Equal(t, http.StatusCreated, g.browser().logIn("aigul", good, "").StatusCode)
		caller, _ := g.browser(w.pairs[trader]).whoami()
		require.Equal(t, trader, caller.Identity)
	})
}

func FuzzParseFlow(f *testing.F) {
	f.Add(flow{secret: make([]byte, tokenLength), begun: time.Unix(1790000000, 0), home: "/movements", identity: almaty}.cookie())
	f.Add("a.1.Lw.")
	f.Fuzz(func(t *testing.T, cookie string) {
		parsed, ok := parseFlow(cookie)
		if !ok {
			return
		}
		require.True(t, local(parsed.home))
		again, ok := parseFlow(parsed.cookie())
		require.True(t, ok)
		require.Equal(t, parsed.state(), again.state())
	})
}
