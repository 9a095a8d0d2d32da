package access

import (
	"net/http"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Where the log-in is served, below the gateway's root.
const (
	SessionPath  = "/v1/session"
	IdentityPath = "/v1/session/identity"
	PasswordPath = "/v1/session/password"
	// LoginPath leads a browser to the identity provider, CallbackPath takes it back.
	LoginPath    = "/v1/oidc/login"
	CallbackPath = "/v1/oidc/callback"
)

// SessionRequest logs in to an account (POST SessionPath).
type SessionRequest struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	// Identity to act as; the account's first when empty.
	Identity string `json:"identity,omitempty"`
}

// IdentityRequest chooses another of one's identities (PUT IdentityPath).
type IdentityRequest struct {
	Identity string `json:"identity"`
}

// PasswordRequest changes one's own password (PUT PasswordPath).
type PasswordRequest struct {
	Password    string `json:"password"`
	NewPassword string `json:"newPassword"`
}

// SessionInfo tells a caller who it is taken for.
type SessionInfo struct {
	Name         string       `json:"name"`
	Scheme       Scheme       `json:"scheme"`
	Identity     string       `json:"identity"`
	Organisation string       `json:"organisation"`
	Role         transit.Role `json:"role,omitempty"`
	Office       string       `json:"office,omitempty"`
	Operator     string       `json:"operator,omitempty"`
	// Identities are those that the session may choose from, with what they are.
	Identities []IdentityInfo `json:"identities,omitempty"`
	// IdleUntil is when the session is over if it is not used, ExpiresAt when it is over at the latest.
	IdleUntil *time.Time `json:"idleUntil,omitempty"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// IdentityInfo is an identity to choose.
type IdentityInfo struct {
	Identity string       `json:"identity"`
	Role     transit.Role `json:"role,omitempty"`
	Office   string       `json:"office,omitempty"`
	Operator string       `json:"operator,omitempty"`
}

// Handler serves the log-in: [SessionPath], [IdentityPath], [PasswordPath] and, with a
// provider, [LoginPath] and [CallbackPath]. It is mounted beside, not behind, [Guard.Require].
func (g *Guard) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, do func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Content-Type-Options", "nosniff")
			err := g.perAddress.check(g.proxies.address(r))
			if err == nil && g.origin.Check(r) != nil {
				err = errCrossOrigin // also without a cookie: nobody is to be logged in by another site
			}
			if err == nil {
				err = do(w, r)
			}
			if err != nil {
				g.fail(w, r, err)
			}
		})
	}
	handle("POST "+SessionPath, g.postSession)
	handle("GET "+SessionPath, g.getSession)
	handle("DELETE "+SessionPath, g.deleteSession)
	handle("PUT "+IdentityPath, g.putIdentity)
	handle("PUT "+PasswordPath, g.putPassword)
	if g.provider != nil {
		handle("GET "+LoginPath, g.startLogin)
		handle("GET "+CallbackPath, g.finishLogin)
	}
	return mux
}

// attempt reads who asks for a password check.
func (g *Guard) attempt(r *http.Request, name, password, identity string) (login, error) {
	if name == "" || password == "" || len([]rune(password)) > LongestPassword {
		return login{}, refuse(BadRequest, "name and password must be given, the password with %d characters at most", LongestPassword)
	}
	device, _ := cookieOf(r, DeviceCookie)
	return login{name: name, password: password, identity: identity, address: g.proxies.address(r), device: device}, nil
}

func (g *Guard) postSession(w http.ResponseWriter, r *http.Request) error {
	var asked SessionRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	in, err := g.attempt(r, asked.Name, asked.Password, asked.Identity)
	if err != nil {
		return err
	}
	got, err := g.logIn(r.Context(), in)
	if err != nil {
		return err
	}
	return g.welcome(w, r, http.StatusCreated, got)
}

// welcome remembers the browser of somebody whose password was right, and begins a session.
func (g *Guard) welcome(w http.ResponseWriter, r *http.Request, status int, got admitted) error {
	device, err := g.sessions.know(r.Context(), got.device, got.name)
	if err != nil {
		return err
	}
	setCookie(w, DeviceCookie, device, deviceLongest, http.SameSiteStrictMode)
	token, err := g.begin(w, r, "", got.name, got.identity)
	if err != nil {
		return err
	}
	return g.writeSession(w, r, status, token)
}

// begin opens a session under a token of its own. What the browser had before is ended, never
// taken over: a token that somebody planted there is worth nothing.
func (g *Guard) begin(w http.ResponseWriter, r *http.Request, issuer, name, identity string) (token string, err error) {
	if old, ok := cookieOf(r, SessionCookie); ok {
		if err := g.sessions.end(r.Context(), old); err != nil {
			return "", err
		}
	}
	token, err = g.sessions.open(r.Context(), issuer, name, identity)
	if err != nil {
		return "", err
	}
	setCookie(w, SessionCookie, token, SessionLongest, http.SameSiteStrictMode)
	return token, nil
}

func (g *Guard) writeSession(w http.ResponseWriter, r *http.Request, status int, token string) error {
	one, err := g.sessions.find(r.Context(), token)
	if err != nil {
		return err
	}
	caller, err := g.callerOf(one)
	if err != nil {
		return err
	}
	info := infoOf(caller)
	for _, name := range g.usable(one.held) {
		id := g.profile.Identities[name]
		info.Identities = append(info.Identities, IdentityInfo{Identity: name, Role: id.Role, Office: id.Office, Operator: id.Operator})
	}
	idle, latest := one.ends()
	idle, latest = idle.UTC(), latest.UTC()
	info.IdleUntil, info.ExpiresAt = &idle, &latest
	writeJSON(w, status, info)
	return nil
}

func infoOf(c Caller) SessionInfo {
	return SessionInfo{
		Name: c.Name, Scheme: c.Scheme, Identity: c.Identity, Organisation: c.Organisation,
		Role: c.Role, Office: c.Office, Operator: c.Operator,
	}
}

func (g *Guard) getSession(w http.ResponseWriter, r *http.Request) error {
	caller, err := g.authenticate(r)
	if err != nil {
		return err
	}
	if token, ok := cookieOf(r, SessionCookie); ok && caller.Scheme == Session {
		return g.writeSession(w, r, http.StatusOK, token)
	}
	writeJSON(w, http.StatusOK, infoOf(caller))
	return nil
}

// deleteSession logs out; who is not logged in has nothing to lose by it.
func (g *Guard) deleteSession(w http.ResponseWriter, r *http.Request) error {
	if token, ok := cookieOf(r, SessionCookie); ok {
		if err := g.sessions.end(r.Context(), token); err != nil {
			return err
		}
	}
	clearCookie(w, SessionCookie, http.SameSiteStrictMode)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// current is the session of the request's cookie.
func (g *Guard) current(r *http.Request) (session, error) {
	token, ok := cookieOf(r, SessionCookie)
	if !ok {
		return session{}, ErrNoCredentials
	}
	return g.sessions.find(r.Context(), token)
}

func (g *Guard) putIdentity(w http.ResponseWriter, r *http.Request) error {
	var asked IdentityRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	one, err := g.current(r)
	if err != nil {
		return err
	}
	if asked.Identity == "" {
		return refuse(BadRequest, "say which identity")
	}
	identity, err := g.choose(one.held, asked.Identity)
	if err != nil {
		return err
	}
	token, err := g.sessions.become(r.Context(), one, identity)
	if err != nil {
		return err
	}
	// The session ends when it would have ended, whatever it is called now.
	setCookie(w, SessionCookie, token, one.created.Add(SessionLongest).Sub(g.now()), http.SameSiteStrictMode)
	return g.writeSession(w, r, http.StatusOK, token)
}

// putPassword changes one's own password: whoever holds the session must know the present one.
// All sessions of the account end, and the browser goes on with a new one.
func (g *Guard) putPassword(w http.ResponseWriter, r *http.Request) error {
	var asked PasswordRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	one, err := g.current(r)
	if err != nil {
		return err
	}
	if one.issuer != "" {
		return refuse(Forbidden, "your password is kept by the identity provider")
	}
	in, err := g.attempt(r, one.name, asked.Password, one.identity)
	if err != nil {
		return err
	}
	got, err := g.logIn(r.Context(), in)
	if err != nil {
		return err
	}
	if err := CheckPassword(one.name, asked.NewPassword); err != nil {
		return refuse(BadRequest, "%v", err)
	}
	people := &People{db: g.db, identities: g.identities, hasher: g.hasher, now: g.now}
	if err := people.SetPassword(r.Context(), one.name, asked.NewPassword); err != nil {
		return err
	}
	return g.welcome(w, r, http.StatusOK, got)
}
