package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/leader"
	"carec.example/cats/client/links/webhook"
	"carec.example/cats/client/links/window"
	"carec.example/cats/client/projection"
)

// serveFlags are those of "cats serve".
type serveFlags struct {
	organisation, state, mappings string
	front                         frontFlags
}

func (a *app) serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use: "serve", Short: "Run an organisation's node application",
		Long: `Runs what an organisation needs beside its peer: the courier, which brings the content of
the movements released in its country to the further countries of their itineraries and
what is granted to the grantees, retried until done; the keeper, which purges what the
organisation may no longer keep; the read model, which follows the blocks into the
organisation's database ("cats projection"); the webhooks, which tell subscribers what
happens ("cats webhook"), and the single windows, with which it deposits documents
("cats window"); and, with --listen, the gateway: the ledger over HTTP for the
organisation's own systems and people ("cats openapi" prints what it takes).

Several processes of an organisation may run side by side on one database, on one machine
or, with PostgreSQL, on several: all of them serve the gateway, and one at a time, elected
through the database, is courier and keeper.

It acts as the organisation's courier, or as its guarantor or analyst where there is
nothing to carry; callers of the gateway act as their own identities, all of which the
profile must hold. It logs JSON lines without content, and ends on SIGTERM when the
requests under way are answered.

The gateway answers from the read model and keeps the webhooks, too. It asks the country's
risk-management service for officers where CATS_RISK_URL, CATS_RISK_DEFAULT and the other
variables of "cats risk assess" name one.

The gateway takes TLS alone. Its certificate is that of the profile, or the one named.
With mapping files it also takes the declarations of a national system and gives their status in
the national form; they are read when it starts.
Monitoring (/healthz, /livez, /readyz, /metrics) has an address of its own, without
TLS, for the own machine. CATS_PPROF names one more for profiles (Go's pprof).

A caller whose identity has only a certificate in the profile, and no key, signs elsewhere:
the gateway answers its changes with what is to be signed ("cats prepared").

People log in to accounts of "cats user", and at an identity provider (OpenID Connect)
where one is set:

  CATS_OIDC_ISSUER       URL of the provider, as in its tokens
  CATS_OIDC_CLIENT       client id of the gateway
  CATS_OIDC_SECRET_FILE  file with the client's secret; none for a public client
  CATS_OIDC_ADDRESS      how browsers reach the gateway, such as https://gateway.kz.example
  CATS_OIDC_SCOPES       scopes beside openid, between blanks
  CATS_OIDC_CLAIM        claim that names a person (default sub)
  CATS_OIDC_AUDIENCE     audience of access tokens that are taken as bearer tokens
  CATS_OIDC_CA           PEM file of authorities of the provider's certificate

At the provider the gateway is registered with the redirection to /v1/oidc/callback of its
address. Whom it knows is let in after "cats user link".`,
		Example: `  cats serve --organisation CN
  cats serve --organisation KZ --listen 127.0.0.1:8443 --operations 127.0.0.1:8444
  cats serve --profile /etc/cats/profile.json --organisation KZ --state /var/lib/cats`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd, f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.organisation, "organisation", "", "short `NAME` of the organisation in the profile")
	flags.StringVar(&f.state, "state", "", "`FOLDER` of the database ($CATS_DATA; default: beside the profile)")
	f.front.bind(flags)
	mappingsFlag(flags, &f.mappings)
	mustSet(c, "organisation")
	return c
}

func (a *app) serve(cmd *cobra.Command, f serveFlags) (err error) {
	profile, path, err := a.loadProfile()
	if err != nil {
		return err
	}
	org, known := profile.Organisations[f.organisation]
	if !known {
		return usage(cmd, "the profile has no organisation %q", f.organisation)
	}
	name := a.As
	if name == "" {
		if name, err = profile.Find(f.organisation, servantOf(org.Kind)); err != nil {
			return &usageError{err: err}
		}
	}
	log := slog.New(slog.NewJSONHandler(a.out, nil)).With("organisation", f.organisation)
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	state := first(f.state, a.stateFolder(profile, path, f.organisation))
	mappings, err := a.loadMappings(f.mappings, state)
	if err != nil {
		return err
	}
	front, err := a.openFront(ctx, cmd, f.front, frontConfig{
		profile: profile, organisation: f.organisation, observer: name, state: state, log: log, mappings: mappings,
	})
	if err != nil {
		return err
	}
	// The front ends last: a step that it has handed over is answered before the process goes.
	defer func() { err = errors.Join(err, front.close()) }()
	b, err := a.open(ctx, profile, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	return a.work(ctx, stop, b, front, workPlace{kind: org.Kind, channel: profile.Channel, state: state, log: log})
}

// workPlace is where and for whom the parts of the application work.
type workPlace struct {
	kind    transit.Kind
	channel string
	state   string
	log     *slog.Logger
}

// work runs the parts until the context ends or one of them fails; then all end.
func (a *app) work(ctx context.Context, stop context.CancelFunc, b *backend, front *front, at workPlace) error {
	var working sync.WaitGroup
	var fronting error
	working.Go(func() {
		defer stop()
		fronting = front.run(ctx)
	})
	if b.client != nil {
		follow, err := followers(ctx, b.client, front.db, at)
		if err != nil {
			stop()
			working.Wait()
			return errors.Join(err, fronting)
		}
		for _, f := range follow {
			working.Go(func() {
				if err := f.run(ctx); err != nil {
					at.log.Error("a part of the application failed", "part", f.part, "error", err.Error())
				}
			})
		}
	}
	err := front.elections.Lead(ctx, leading(at.kind), func(ctx context.Context, term leader.Term) error {
		return carry(ctx, b.node, term, at)
	})
	if err != nil {
		at.log.Error("courier failed", "error", err.Error())
	}
	stop()
	working.Wait()
	return errors.Join(err, fronting)
}

// leading names the part that one process of an organisation does at a time.
func leading(kind transit.Kind) string {
	if kind == transit.Customs {
		return "courier"
	}
	return "keeper"
}

// carry is the courier's and the keeper's work for a term: with two processes of an organisation, one does it. A process that
// wrongly believed to lead would bring and purge what has been brought and purged, which the ledger takes as done.
func carry(ctx context.Context, n node, term leader.Term, at workPlace) error {
	keeper := n.Keeper(keepEvery, at.log.With("part", "keeper"))
	if at.kind != transit.Customs {
		at.log.Info("nothing to carry", "kind", at.kind)
		return keeper.Run(ctx)
	}
	former, err := cats.NewFileStore(filepath.Join(at.state, "courier.json"))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	working.Go(func() { _ = keeper.Run(ctx) })
	return n.Courier(term.Checkpoints(former), cats.WithLog(at.log.With("part", "courier"))).Run(ctx)
}

// follower is a part that follows the ledger into the database. One that fails leaves the others at work: neither custody nor
// delivery waits for a list.
type follower struct {
	part string
	run  func(ctx context.Context) error
}

func followers(ctx context.Context, client *cats.Client, db *database.DB, at workPlace) ([]follower, error) {
	hooks, err := webhook.New(ctx, webhook.Config{
		Database: db, Ledger: client, Channel: at.channel, Log: at.log.With("part", "webhook"),
	})
	if err != nil {
		return nil, err
	}
	deposits, err := window.New(ctx, window.Config{
		Database: db, Ledger: window.FromClient(client), Channel: at.channel, Log: at.log.With("part", "window"),
	})
	if err != nil {
		return nil, err
	}
	return []follower{
		{"projection", projection.New(db, client, at.log.With("part", "projection")).Run},
		{"webhook", hooks.Run},
		{"window", deposits.Run},
	}, nil
}

// keepEvery is how often an organisation looks for what it may no longer keep.
const keepEvery = 15 * time.Minute

// servantOf is the role in which the application of a kind of organisation acts.
func servantOf(kind transit.Kind) transit.Role {
	switch kind {
	case transit.Guarantor:
		return transit.RoleGuarantor
	case transit.Regulator:
		return transit.RoleAnalyst
	}
	return transit.RoleCourier
}
