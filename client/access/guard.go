package access

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

// Config is what a [Guard] needs. Profile, Organisation and Database must be given.
type Config struct {
	Profile *cats.Profile
	// Organisation is the short name of the one that the gateway serves.
	Organisation string
	// Database of the organisation, which its gateways share.
	Database     *database.DB
	Certificates Certificates
	// Provider of identities, if the organisation has one.
	Provider *Provider
	Limits   Limits
	// Proxies that forward to the gateway; their X-Forwarded-For counts. Mutual TLS must end at the gateway itself.
	Proxies []netip.Prefix
	// Origins of other web sites that may use the session's cookie, such as https://console.example.
	Origins []string
	// Clock is time.Now by default.
	Clock func() time.Time
	// Log is for failures of this side; no name and no address is written there.
	Log *slog.Logger
}

// Guard finds out who calls the gateway, keeps rates, and serves the log-in. It is safe for concurrent use.
type Guard struct {
	identities
	db       *database.DB
	systems  *certificates
	sessions *sessions
	lockout  *lockout
	hasher   *hasher
	provider *relyingParty
	origin   *http.CrossOriginProtection
	proxies  proxies
	now      func() time.Time
	log      *slog.Logger

	perCaller, perAddress, perLogIn *limiter
}

// New makes a guard and brings its tables in the database up to date.
func New(ctx context.Context, cfg Config) (*Guard, error) {
	if _, known := cfg.Profile.Organisations[cfg.Organisation]; !known {
		return nil, fmt.Errorf("the profile has no organisation %q", cfg.Organisation)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	limits := cfg.Limits.withDefaults()
	g := &Guard{
		identities: identities{cfg.Profile, cfg.Organisation}, db: cfg.Database,
		sessions: &sessions{cfg.Database, cfg.Clock}, lockout: &lockout{cfg.Database, cfg.Clock}, hasher: newHasher(),
		origin: http.NewCrossOriginProtection(), proxies: cfg.Proxies, now: cfg.Clock, log: cfg.Log,
		perCaller:  newLimiter(limits.Caller, limits.Keys, cfg.Clock),
		perAddress: newLimiter(limits.Address, limits.Keys, cfg.Clock),
		perLogIn:   newLimiter(limits.LogIn, limits.Keys, cfg.Clock),
	}
	for _, origin := range cfg.Origins {
		if err := g.origin.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	var err error
	if g.systems, err = newCertificates(cfg.Certificates, g.identities, cfg.Clock, cfg.Log); err != nil {
		return nil, err
	}
	if cfg.Provider != nil {
		if g.provider, err = newRelyingParty(*cfg.Provider, cfg.Clock); err != nil {
			return nil, err
		}
	}
	return g, migrate(ctx, cfg.Database)
}

// ConfigureTLS makes a server's TLS ask for client certificates and verify those it is shown
// against the organisation's authorities. Callers without one are let through to the other schemes.
func (g *Guard) ConfigureTLS(server *tls.Config) { g.systems.configure(server) }

// Authenticate implements [Authenticator], within the rates of the address and of the caller.
// The most explicit credentials of a request count, a bearer token before a session cookie
// before a client certificate, and when they are no good no others stand in for them. A request
// that a browser sends with the cookie on behalf of another site is refused.
func (g *Guard) Authenticate(r *http.Request) (Caller, error) {
	if err := g.perAddress.check(g.proxies.address(r)); err != nil {
		return Caller{}, err
	}
	caller, err := g.authenticate(r)
	if err != nil {
		return Caller{}, err
	}
	if err := g.perCaller.check(string(caller.Scheme) + " " + caller.Name); err != nil {
		return Caller{}, err
	}
	return caller, nil
}

// authenticate is Authenticate without the rates.
func (g *Guard) authenticate(r *http.Request) (Caller, error) {
	for _, scheme := range []func(*http.Request) (Caller, error){g.byToken, g.byCookie, g.systems.Authenticate} {
		caller, err := scheme(r)
		if !errors.Is(err, ErrNoCredentials) {
			return caller, err
		}
	}
	return Caller{}, ErrNoCredentials
}

func (g *Guard) byCookie(r *http.Request) (Caller, error) {
	token, ok := cookieOf(r, SessionCookie)
	if !ok {
		return Caller{}, ErrNoCredentials
	}
	if g.origin.Check(r) != nil {
		return Caller{}, errCrossOrigin
	}
	one, err := g.sessions.find(r.Context(), token)
	if err != nil {
		return Caller{}, err
	}
	return g.callerOf(one)
}

var errCrossOrigin = &Error{Code: CrossOrigin, Detail: "another site may not do this with your session"}

func (g *Guard) callerOf(one session) (Caller, error) {
	identity, err := g.choose(one.held, one.identity)
	if err != nil {
		return Caller{}, err
	}
	return g.caller(personName(one.issuer, one.name), identity, Session)
}

// personName is the name of a caller who is a person: the account's, or the provider's word and who says so.
func personName(issuer, name string) string {
	if issuer == "" {
		return name
	}
	return issuer + "#" + name
}

// IdentityHeader chooses one of several identities for a request with a bearer token.
const IdentityHeader = "Cats-Identity"

func (g *Guard) byToken(r *http.Request) (Caller, error) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return Caller{}, ErrNoCredentials
	}
	if g.provider == nil {
		return Caller{}, refuse(Unauthenticated, "no tokens are taken here")
	}
	// Each bad token may make us ask the provider for new keys, so that they have the rate of log-ins.
	address := g.proxies.address(r)
	if g.perLogIn.exhausted(address) {
		return Caller{}, &Error{Code: TooManyRequests, Detail: "too many tokens that are not good", RetryAfter: time.Second}
	}
	name, err := g.provider.bearer(r.Context(), strings.TrimSpace(token))
	if err != nil {
		g.perLogIn.take(address)
		return Caller{}, err
	}
	one, found, err := person(r.Context(), g.db, g.provider.Issuer, name)
	if err != nil {
		return Caller{}, fmt.Errorf("couldn't look the person up: %w", err)
	}
	if !found || one.Disabled {
		return Caller{}, errNotLinked
	}
	identity, err := g.choose(one.Identities, r.Header.Get(IdentityHeader))
	if err != nil {
		return Caller{}, err
	}
	return g.caller(personName(one.Issuer, one.Name), identity, Bearer)
}

var errNotLinked = &Error{Code: Forbidden, Detail: "the identity provider knows you, but nobody has let you in here"}

// Require lets a request through to next once [Guard.Authenticate] knows its caller, whom next
// finds with [From]. All others get a problem (RFC 9457).
func (g *Guard) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := g.Authenticate(r)
		if err != nil {
			g.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(With(r.Context(), caller)))
	})
}

// fail answers a request that is not let through, and logs what is not the caller's doing.
func (g *Guard) fail(w http.ResponseWriter, r *http.Request, err error) {
	refused := asRefusal(err)
	if refused.Code == Unavailable && r.Context().Err() == nil {
		g.log.Error("a caller could not be authenticated", "error", err.Error())
	}
	if g.provider != nil && refused.Status() == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="cats", Session realm="cats"`)
	}
	WriteProblem(w, err)
}

// sweepEvery is how often what is over is deleted.
const sweepEvery = 10 * time.Minute

// Run deletes sessions and counts that are over, until the context ends. Nothing depends on it but the size of the tables.
func (g *Guard) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := g.sessions.sweep(ctx); err != nil && ctx.Err() == nil {
			g.log.Warn("sweeping failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
