package access

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// flowLasts is how long somebody may take to log in at the identity provider.
const flowLasts = 10 * time.Minute

// flow is a log-in at the identity provider that is under way: authorization code with PKCE
// (RFC 7636), state and nonce. All of it derives from a secret that only the browser's cookie
// holds, so that a gateway keeps nothing and another one can take the answer. An answer that
// comes back to another browser, late, or with a changed destination has the wrong state.
type flow struct {
	secret   []byte
	begun    time.Time
	home     string
	identity string
}

// cookie is the flow as its browser keeps it.
func (f flow) cookie() string {
	b64 := base64.RawURLEncoding.EncodeToString
	return strings.Join([]string{b64(f.secret), strconv.FormatInt(f.begun.Unix(), 10), b64([]byte(f.home)), b64([]byte(f.identity))}, ".")
}

func parseFlow(cookie string) (f flow, ok bool) {
	parts := strings.Split(cookie, ".")
	if len(parts) != 4 {
		return f, false
	}
	secret, secretErr := base64.RawURLEncoding.DecodeString(parts[0])
	begun, begunErr := strconv.ParseInt(parts[1], 10, 64)
	home, homeErr := base64.RawURLEncoding.DecodeString(parts[2])
	identity, identityErr := base64.RawURLEncoding.DecodeString(parts[3])
	if errors.Join(secretErr, begunErr, homeErr, identityErr) != nil || len(secret) != tokenLength {
		return f, false
	}
	return flow{secret: secret, begun: time.Unix(begun, 0), home: string(home), identity: string(identity)}, local(string(home))
}

// derive makes a value for a purpose; none of them tells another one, or the secret.
func (f flow) derive(purpose string) string {
	info := strings.Join([]string{"carec.example/cats/access/oidc/v1", purpose, f.cookie()}, "|")
	key, err := hkdf.Key(sha256.New, f.secret, nil, info, sha256.Size)
	if err != nil {
		panic(err) // only for lengths that are too long
	}
	return base64.RawURLEncoding.EncodeToString(key)
}

func (f flow) state() string    { return f.derive("state") }
func (f flow) nonce() string    { return f.derive("nonce") }
func (f flow) verifier() string { return f.derive("verifier") }

// longestHome of the page to come back to, in bytes; it lies in a cookie.
const longestHome = 1 << 10

// local reports whether a page is one of this host, whatever a browser makes of odd characters.
func local(page string) bool {
	return strings.HasPrefix(page, "/") && !strings.HasPrefix(page, "//") && len(page) <= longestHome &&
		!strings.ContainsFunc(page, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f })
}

// startLogin sends a browser to the identity provider. Its parameter "return" is the page of
// this host to come back to, "identity" the one to act as.
func (g *Guard) startLogin(w http.ResponseWriter, r *http.Request) error {
	if err := g.perLogIn.check(g.proxies.address(r)); err != nil {
		return err
	}
	q := r.URL.Query()
	home, identity := q.Get("return"), q.Get("identity")
	if home == "" {
		home = "/"
	}
	if !local(home) || len(identity) > longestClaim {
		return refuse(BadRequest, "return must be a page of this host")
	}
	found, err := g.provider.discover(r.Context())
	if err != nil {
		return err
	}
	f := flow{secret: random(tokenLength), begun: g.now(), home: home, identity: identity}
	// Lax: the browser comes back by a link of the provider's, with which a strict cookie is not sent.
	setCookie(w, FlowCookie, f.cookie(), flowLasts, http.SameSiteLaxMode)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, g.provider.config(found).AuthCodeURL(f.state(),
		oidc.Nonce(f.nonce()), oauth2.S256ChallengeOption(f.verifier())), http.StatusSeeOther)
	return nil
}

// finishLogin takes a browser back, and begins a session for whoever the provider says it is.
func (g *Guard) finishLogin(w http.ResponseWriter, r *http.Request) error {
	if err := g.perLogIn.check(g.proxies.address(r)); err != nil {
		return err
	}
	f, err := g.flowOf(r)
	clearCookie(w, FlowCookie, http.SameSiteLaxMode) // an answer counts once
	if err != nil {
		return err
	}
	name, err := g.redeem(r, f)
	if err != nil {
		return err
	}
	one, found, err := person(r.Context(), g.db, g.provider.Issuer, name)
	if err != nil {
		return fmt.Errorf("couldn't look the person up: %w", err)
	}
	if !found || one.Disabled {
		return errNotLinked
	}
	identity, err := g.choose(one.Identities, f.identity)
	if err != nil {
		return err
	}
	if _, err := g.begin(w, r, one.Issuer, one.Name, identity); err != nil {
		return err
	}
	return writeHome(w, f.home)
}

var errFlow = &Error{Code: Unauthenticated, Detail: "this log-in was not begun in this browser, or too long ago; begin again"}

// flowOf is the flow of this browser, if the answer belongs to it.
func (g *Guard) flowOf(r *http.Request) (flow, error) {
	cookie, _ := cookieOf(r, FlowCookie)
	f, ok := parseFlow(cookie)
	state := r.URL.Query().Get("state")
	if !ok || subtle.ConstantTimeCompare([]byte(state), []byte(f.state())) != 1 {
		return flow{}, errFlow
	}
	if age := g.now().Sub(f.begun); age > flowLasts || age < -time.Minute {
		return flow{}, errFlow
	}
	// With several providers an answer of one must not pass for another's (RFC 9207).
	if issuer := r.URL.Query().Get("iss"); issuer != "" && issuer != g.provider.Issuer {
		return flow{}, errFlow
	}
	return f, nil
}

// redeem turns the code of the answer into the name of a person.
func (g *Guard) redeem(r *http.Request, f flow) (string, error) {
	code := r.URL.Query().Get("code")
	if code == "" {
		return "", refuse(Unauthenticated, "the identity provider has not let you in")
	}
	ctx := oidc.ClientContext(r.Context(), g.provider.Client)
	found, err := g.provider.discover(ctx)
	if err != nil {
		return "", err
	}
	tokens, err := g.provider.config(found).Exchange(ctx, code, oauth2.VerifierOption(f.verifier()))
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &answered) && answered.Response != nil && answered.Response.StatusCode < http.StatusInternalServerError:
		return "", errFlow
	case err != nil:
		return "", fmt.Errorf("the identity provider does not answer: %w", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	return g.provider.nameOfID(r.Context(), raw, f.nonce())
}

var homePage = template.Must(template.New("home").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={{.}}"><title>CATS</title></head>
<body><p>You are logged in. <a href="{{.}}">Go on</a>.</p></body></html>
`))

// writeHome leads to the page the log-in was begun from. It is a page and no redirection: a
// browser sends the strict cookie only when this host itself leads on, and a redirection
// counts as the provider's link.
func writeHome(w http.ResponseWriter, home string) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	return homePage.Execute(w, home)
}
