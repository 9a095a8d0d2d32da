package gateway

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"carec.example/cats/client/access"
	"carec.example/cats/client/access/accesstest"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

const password = "seven bags of dry apricots"

// people is a gateway with accounts and an identity provider.
type people struct {
	t    *testing.T
	http *httptest.Server
}

func newPeople(t *testing.T, provider *access.Provider) *people {
	t.Helper()
	profile, _ := profileWith(t, map[string]cats.IdentityProfile{
		"cn-officer-urumqi": {Role: "officer", Office: "CNURM001"}, "cn-officer-horgos": {Role: "officer", Office: "CNHRS001"},
	})
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "node.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	p := &people{t: t, http: httptest.NewUnstartedServer(nil)}
	if provider != nil {
		provider.RedirectURL = "https://" + p.http.Listener.Addr().String() + access.CallbackPath
	}
	guard, err := access.New(t.Context(), access.Config{Profile: profile, Organisation: "CN", Database: db, Provider: provider})
	require.NoError(t, err)
	accounts, err := access.OpenPeople(t.Context(), db, profile, "CN")
	require.NoError(t, err)
	require.NoError(t, accounts.Add(t.Context(), "aigul", password, []string{"cn-officer-urumqi", "cn-officer-horgos"}))
	if provider != nil {
		require.NoError(t, accounts.Link(t.Context(), provider.Issuer, "00u1", []string{"cn-officer-urumqi"}))
	}
	g, err := New(Config{
		Organisation: "CN", Observer: "cn-courier", Door: guard.Require, LogIn: guard.Handler(), Answers: kept(t, db), Jobs: jobsIn(t, db),
		Open: func(context.Context, string) (*Ledger, error) { return newFake().ledger(), nil }, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	p.http.Config.Handler = g.Handler()
	p.http.StartTLS()
	t.Cleanup(p.http.Close)
	return p
}

func (p *people) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(p.t, err)
	c := *p.http.Client()
	c.Jar = jar
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// ask makes a request and holds the answer against what the document says of the operation.
func (p *people) ask(browser *http.Client, method, address, body string, headers ...string) answered {
	p.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = p.http.URL + address
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(body))
	require.NoError(p.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := browser.Do(r)
	require.NoError(p.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	a := answered{status: res.StatusCode, header: res.Header, body: raw}
	p.documented(method, r.URL.Path, a, res.Cookies())
	return a
}

func (p *people) documented(method, path string, a answered, cookies []*http.Cookie) {
	p.t.Helper()
	o := operationAt(method, path)
	require.NotNil(p.t, o, "%s %s", method, path)
	said := o.Responses[strconv.Itoa(a.status)]
	require.NotNil(p.t, said, "%s answers %d: %s", o.OperationID, a.status, a.body)
	if a.status >= 400 {
		require.Equal(p.t, problemMedia, a.header.Get("Content-Type"))
		return
	}
	for media := range said.Content {
		require.True(p.t, strings.HasPrefix(a.header.Get("Content-Type"), media))
	}
	for _, c := range cookies {
		require.Contains(p.t, said.Headers["Set-Cookie"].Description, c.Name)
		require.True(p.t, c.Secure && c.HttpOnly && c.Path == "/")
	}
	if said.Headers["Set-Cookie"] != nil {
		require.NotEmpty(p.t, cookies, o.OperationID)
	}
}

func operationAt(method, path string) *huma.Operation {
	item := theDocument().api.Paths[path]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete, http.MethodPatch: item.Patch,
	}[method]
}

func TestTheLogInIsAsTheDocumentSays(t *testing.T) {
	p := newPeople(t, nil)
	b := p.browser()
	login := `{"name":"aigul","password":"` + password + `"}`
	require.Equal(t, 401, p.ask(b, "GET", access.SessionPath, "").status)
	require.Equal(t, 400, p.ask(b, "POST", access.SessionPath, `{"name":"aigul"}`).status)
	require.Equal(t, 401, p.ask(b, "POST", access.SessionPath, `{"name":"aigul","password":"wrong, and long enough"}`).status)
	require.Equal(t, 403, p.ask(b, "POST", access.SessionPath, login, "Sec-Fetch-Site", "cross-site").status)
	require.Equal(t, 401, p.ask(b, "PUT", access.IdentityPath, `{"identity":"cn-officer-horgos"}`).status)
	require.Equal(t, 201, p.ask(b, "POST", access.SessionPath, login, "Sec-Fetch-Site", "same-origin").status)
	require.Equal(t, 200, p.ask(b, "GET", access.SessionPath, "").status)
	require.Equal(t, 200, p.ask(b, "GET", "/v1/caller", "").status)
	require.Equal(t, 200, p.ask(b, "PUT", access.IdentityPath, `{"identity":"cn-officer-horgos"}`).status)
	require.Equal(t, 403, p.ask(b, "PUT", access.IdentityPath, `{"identity":"cn-courier"}`).status)
	require.Equal(t, 200, p.ask(b, "PUT", access.PasswordPath, `{"password":"`+password+`","newPassword":"nine sacks of green tea leaves"}`).status)
	require.Equal(t, 204, p.ask(b, "DELETE", access.SessionPath, "").status)
	var locked answered
	for range 8 {
		if locked = p.ask(p.browser(), "POST", access.SessionPath, login); locked.status == 429 {
			break
		}
	}
	require.Contains(t, string(locked.body), access.LockedOut)
	require.NotEmpty(t, locked.header.Get("Retry-After"))
	require.Contains(t, problemResponse(429, nil).Headers, "Retry-After")
	require.Equal(t, 404, p.ask(b, "GET", access.LoginPath, "").status, "there is no provider")
}

func TestTheLogInAtAProviderIsAsTheDocumentSays(t *testing.T) {
	idp := accesstest.New(t)
	idp.Sits("00u1")
	p := newPeople(t, &access.Provider{Issuer: idp.URL, ClientID: accesstest.ClientID, ClientSecret: accesstest.ClientSecret, Client: idp.Trusting()})
	idp.Redirects(p.http.URL + access.CallbackPath)
	b := p.browser()
	require.Equal(t, 400, p.ask(b, "GET", access.LoginPath+"?return=https://elsewhere.example", "").status)
	require.Equal(t, 401, p.ask(b, "GET", access.CallbackPath+"?code=x&state=y", "").status)
	begun := p.ask(b, "GET", access.LoginPath, "")
	require.Equal(t, 303, begun.status)

	// The provider's pages are its own affair.
	away := idp.Trusting()
	away.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == access.CallbackPath {
			return http.ErrUseLastResponse
		}
		return nil
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, begun.header.Get("Location"), nil)
	require.NoError(t, err)
	res, err := away.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	back := res.Header.Get("Location")
	require.Contains(t, back, access.CallbackPath)
	require.Equal(t, 200, p.ask(b, "GET", back, "").status)
	require.Equal(t, 200, p.ask(b, "GET", access.SessionPath, "").status)
}

// TestNothingOfTheLogInIsMissingInTheDocument tries all methods on all its paths.
func TestNothingOfTheLogInIsMissingInTheDocument(t *testing.T) {
	p := newPeople(t, &access.Provider{Issuer: "https://127.0.0.1:1", ClientID: "x"})
	for _, path := range []string{access.SessionPath, access.IdentityPath, access.PasswordPath, access.LoginPath, access.CallbackPath} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
			r, err := http.NewRequestWithContext(t.Context(), method, p.http.URL+path, nil)
			require.NoError(t, err)
			res, err := p.browser().Do(r)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			if res.StatusCode >= 400 {
				require.Equal(t, problemMedia, res.Header.Get("Content-Type"))
			}
			served := !slices.Contains([]int{404, 405}, res.StatusCode)
			require.Equal(t, operationAt(method, path) != nil, served, "%s %s: %d", method, path, res.StatusCode)
		}
	}
}

func TestTheSchemesAreThoseOfTheDoor(t *testing.T) {
	d := theDocument().api
	require.Equal(t, access.SessionCookie, d.Components.SecuritySchemes[byCookie].Name)
	require.Equal(t, access.FlowCookie, d.Components.SecuritySchemes[byFlow].Name)
	for path, item := range d.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if o == nil {
				continue
			}
			for _, need := range o.Security {
				for scheme := range need {
					require.Contains(t, d.Components.SecuritySchemes, scheme, path)
				}
			}
		}
	}
	require.NotContains(t, string(Document(false)), `"cats_session"`)
}
