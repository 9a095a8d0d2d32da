package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/gateway"
	"carec.example/cats/client/leader"
	"carec.example/cats/client/links/risk"
	"carec.example/cats/client/links/webhook"
)

// frontFlags say where the gateway and the monitoring listen.
type frontFlags struct {
	listen, operations, certificate, key, database string
	authorities, revocations, origins, proxies     []string
	callerRate, addressRate                        float64
}

func (f *frontFlags) bind(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "listen", "", "`ADDRESS` (host:port) of the gateway ($CATS_LISTEN; default: no gateway)")
	flags.StringVar(&f.operations, "operations", "", "`ADDRESS` for monitoring, without TLS ($CATS_OPERATIONS; default: none)")
	flags.StringVar(&f.certificate, "tls-certificate", "", "PEM `FILE` with the gateway's certificate (default: the profile's)")
	flags.StringVar(&f.key, "tls-key", "", "PEM `FILE` with its key (default: the profile's)")
	flags.StringSliceVar(&f.authorities, "client-ca", nil, "PEM `FILE` of an authority of client certificates (default: the profile's)")
	flags.StringSliceVar(&f.revocations, "client-crl", nil, "`FILE` with a list of revoked client certificates (PEM or DER)")
	flags.Float64Var(&f.callerRate, "caller-rate", 300, "`REQUESTS` a second that one caller has in the long run; twice as many at once")
	flags.Float64Var(&f.addressRate, "address-rate", 600, "`REQUESTS` a second that all callers of one address have; twice as many at once")
	flags.StringSliceVar(&f.proxies, "proxy", nil, "`ADDRESS` or network of a proxy whose X-Forwarded-For is believed; certificates do not pass it")
	flags.StringSliceVar(&f.origins, "origin", nil, "`URL` of another web site whose pages may use a session, such as https://console.kz.example")
	flags.StringVar(&f.database, "database", "", "`URL` of the database, sqlite:PATH or postgres://... ($CATS_DATABASE; default: in the state folder)")
}

// limits of the flags.
func (f *frontFlags) limits() (access.Limits, error) {
	if !(f.callerRate >= 1 && f.addressRate >= 1) {
		return access.Limits{}, errors.New("--caller-rate and --address-rate are at least 1 a second")
	}
	return access.Limits{Caller: rateOf(f.callerRate), Address: rateOf(f.addressRate)}, nil
}

func rateOf(perSecond float64) access.Rate {
	return access.Rate{PerSecond: perSecond, Burst: int(min(2*perSecond, math.MaxInt32))}
}

// prefixesOf reads addresses and networks.
func prefixesOf(texts []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range texts {
		if one, err := netip.ParseAddr(text); err == nil {
			out = append(out, netip.PrefixFrom(one, one.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--proxy: %q is neither an address nor a network such as 10.1.0.0/16", text)
		}
		out = append(out, network.Masked())
	}
	return out, nil
}

// frontConfig is what a front serves.
type frontConfig struct {
	profile                       *cats.Profile
	organisation, observer, state string
	limits                        access.Limits
	proxies                       []netip.Prefix
	// provider of identities; nil where the organisation has none.
	provider *access.Provider
	mappings *national.Set
	// risk is how the country's risk-management service is reached; nil when there is none.
	risk *risk.Config
	log  *slog.Logger
}

// front are the servers of an organisation's node application: the gateway and the monitoring, where they are asked for.
type front struct {
	log     *slog.Logger
	gateway *gateway.Gateway
	guard   *access.Guard
	db      *database.DB
	// elections decide which of the organisation's processes is the courier.
	elections *leader.Elections
	hooks     *webhook.Hooks
	risk      *risk.Client
	servers   []*served
}

// served is one server and its socket.
type served struct {
	server   *http.Server
	listener net.Listener
}

// openFront opens database and sockets. When it returns without an error, connections are taken, and answered as soon as the
// front runs.
func (a *app) openFront(ctx context.Context, cmd *cobra.Command, f frontFlags, c frontConfig) (*front, error) {
	f.listen, f.operations = first(f.listen, a.getenv("CATS_LISTEN")), first(f.operations, a.getenv("CATS_OPERATIONS"))
	f.database = a.databaseIn(f.database, c.state)
	own := c.profile.Organisations[c.organisation].Gateway
	f.certificate, f.key = first(f.certificate, c.profile.File(own.Certificate)), first(f.key, c.profile.File(own.Key))
	if f.listen != "" && (f.certificate == "" || f.key == "") {
		return nil, usage(cmd, "the gateway needs a certificate: the profile has none, so name --tls-certificate and --tls-key")
	}
	var err error
	if c.limits, err = f.limits(); err != nil {
		return nil, usage(cmd, "%v", err)
	}
	if c.proxies, err = prefixesOf(f.proxies); err != nil {
		return nil, usage(cmd, "%v", err)
	}
	if c.provider, err = access.ProviderFromEnvironment(a.getenv); err != nil {
		return nil, &usageError{err: err}
	}
	if c.risk, err = a.riskOfEnvironment(); err != nil {
		return nil, usage(cmd, "%v", err)
	}
	front := &front{log: c.log}
	if err = errors.Join(front.open(ctx, f, c), front.openProfiles(ctx, a.getenv(profilesVariable))); err != nil {
		return nil, errors.Join(err, front.close())
	}
	return front, nil
}

func (f *front) open(ctx context.Context, flags frontFlags, c frontConfig) error {
	var err error
	if f.db, err = database.Open(ctx, flags.database); err != nil {
		return err
	}
	if f.elections, err = leader.Open(ctx, f.db, c.log.With("part", "leader")); err != nil {
		return err
	}
	monitoring := alive()
	if flags.listen != "" {
		if err := f.openGateway(ctx, flags, c); err != nil {
			return err
		}
		monitoring = f.gateway.Operations()
	}
	if flags.operations == "" {
		return nil
	}
	return f.listen(ctx, flags.operations, "monitoring", monitoring, nil)
}

func (f *front) openGateway(ctx context.Context, flags frontFlags, c frontConfig) error {
	pair, err := tls.LoadX509KeyPair(flags.certificate, flags.key)
	if err != nil {
		return fmt.Errorf("couldn't load the gateway's certificate: %w", err)
	}
	f.guard, err = access.New(ctx, access.Config{
		Profile: c.profile, Organisation: c.organisation, Database: f.db, Log: c.log.With("part", "access"),
		Limits: c.limits, Proxies: c.proxies, Origins: flags.origins,
		Provider: c.provider, Certificates: access.Certificates{Authorities: flags.authorities, Revocations: flags.revocations},
	})
	if err != nil {
		return err
	}
	answers, err := gateway.OpenAnswers(ctx, f.db)
	if err != nil {
		return err
	}
	jobs, err := gateway.OpenJobs(ctx, f.db)
	if err != nil {
		return err
	}
	beside, err := f.beside(ctx, c)
	if err != nil {
		return err
	}
	// Those whose key is here and those whose key is elsewhere meet on the same guarantees.
	together := []cats.Option{cats.WithQueues(cats.NewQueues()), cats.WithHorizon(cats.NewHorizon())}
	f.gateway, err = gateway.New(gateway.Config{
		Organisation: c.organisation, Observer: c.observer, Open: gateway.FromProfile(c.profile, c.mappings, together...), Answers: answers, Jobs: jobs,
		Door: f.guard.Require, LogIn: f.guard.Handler(), Log: c.log.With("part", "gateway"), Beside: beside,
		Prepare:      gateway.PreparingFromProfile(c.profile, c.observer, c.mappings, together...),
		KeyElsewhere: gateway.KeyElsewhere(c.profile), Metrics: []prometheus.Collector{f.elections.Metrics()},
	})
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	f.guard.ConfigureTLS(config)
	return f.listen(ctx, flags.listen, "gateway", f.gateway.Handler(), config)
}

// Limits of a connection. A request is read within readTime; the gateway bounds its answer itself.
const (
	headerTime  = 10 * time.Second
	readTime    = time.Minute
	writeTime   = 3 * time.Minute
	idleTime    = 2 * time.Minute
	headerBytes = 32 << 10
	// endTime is how long requests under way may take when the application ends.
	endTime = 8 * time.Second
)

func (f *front) listen(ctx context.Context, address, part string, handler http.Handler, config *tls.Config) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("couldn't listen for the %s: %w", part, err)
	}
	server := &http.Server{
		Handler: handler, TLSConfig: config, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerBytes,
		// What goes wrong with connections is the other side's, and names its address.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	f.servers = append(f.servers, &served{server: server, listener: listener})
	f.log.Info("listening", "part", part, "address", listener.Addr().String())
	return nil
}

// run serves until the context ends, and then answers the requests under way. It returns earlier when a server fails.
func (f *front) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var working sync.WaitGroup
	if f.gateway != nil {
		working.Go(func() { _ = f.gateway.Run(ctx) })
		working.Go(func() { _ = f.guard.Run(ctx) })
	}
	failed := make(chan error, len(f.servers))
	for _, s := range f.servers {
		go func() { failed <- s.serve() }()
	}
	var err error
	ended := 0
	select {
	case <-ctx.Done():
	case err = <-failed:
		ended++
	}
	if f.gateway != nil {
		f.gateway.HangUp() // They would never end by themselves.
	}
	err = errors.Join(err, f.end(context.WithoutCancel(ctx)))
	for ; ended < len(f.servers); ended++ {
		err = errors.Join(err, <-failed)
	}
	cancel()
	working.Wait()
	return err
}

func (s *served) serve() error {
	var err error
	if s.server.TLSConfig != nil {
		err = s.server.ServeTLS(s.listener, "", "")
	} else {
		err = s.server.Serve(s.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("couldn't serve: %w", err)
}

// end lets the requests under way come to their end, for a while.
func (f *front) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	var err error
	for _, s := range f.servers {
		if s.server.Shutdown(ctx) != nil {
			err = errors.Join(err, s.server.Close())
		}
	}
	return err
}

// close lets go of everything, also when the front never ran.
func (f *front) close() error {
	var err error
	for _, s := range f.servers {
		if closing := s.listener.Close(); !errors.Is(closing, net.ErrClosed) {
			err = errors.Join(err, closing)
		}
	}
	if f.gateway != nil {
		err = errors.Join(err, f.gateway.Close())
	}
	if f.hooks != nil {
		f.hooks.Close()
	}
	if f.risk != nil {
		f.risk.Close()
	}
	if f.db != nil {
		err = errors.Join(err, f.db.Close())
	}
	return err
}

// alive answers GET /healthz and /livez where there is no gateway.
func alive() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/livez"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
		})
	}
	return mux
}
