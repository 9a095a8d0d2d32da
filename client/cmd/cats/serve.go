package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (a *app) serveCommand() *cobra.Command {
	var organisation, state string
	c := &cobra.Command{
		Use: "serve", Short: "Run an organisation's node application",
		Long: `Runs what an organisation needs beside its peer: the courier, which brings the content of
the movements released in its country to the further countries of their itineraries and
what is granted to the grantees, retried until done; and the keeper, which purges what the
organisation may no longer keep. It acts as the organisation's courier, or as its
guarantor or analyst where there is nothing to carry, logs JSON lines without content,
and ends on SIGTERM. With CATS_LISTEN (host:port) it answers GET /healthz.`,
		Example: `  cats serve --organisation CN
  cats serve --profile /etc/cats/profile.json --organisation KZ --state /var/lib/cats`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serve(cmd, organisation, state)
		},
	}
	c.Flags().StringVar(&organisation, "organisation", "", "short `NAME` of the organisation in the profile")
	c.Flags().StringVar(&state, "state", "", "`FOLDER` for the checkpoint ($CATS_DATA; default: beside the profile)")
	mustSet(c, "organisation")
	return c
}

func (a *app) serve(cmd *cobra.Command, organisation, state string) (err error) {
	profile, path, err := a.loadProfile()
	if err != nil {
		return err
	}
	org, known := profile.Organisations[organisation]
	if !known {
		return usage(cmd, "the profile has no organisation %q", organisation)
	}
	log := slog.New(slog.NewJSONHandler(a.out, nil)).With("organisation", organisation)
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	if address := a.getenv("CATS_LISTEN"); address != "" {
		health, err := serveHealth(ctx, address, organisation)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, health()) }()
	}
	name := a.As
	if name == "" {
		if name, err = profile.Find(organisation, servantOf(org.Kind)); err != nil {
			return &usageError{err: err}
		}
	}
	state = first(state, a.getenv("CATS_DATA"), filepath.Join(filepath.Dir(path), "application", organisation))
	store, err := cats.NewFileStore(filepath.Join(state, "courier.json"))
	if err != nil {
		return err
	}
	b, err := a.open(ctx, profile, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	var keeping sync.WaitGroup
	defer keeping.Wait()
	defer stop()
	keeper := b.node.Keeper(keepEvery, log.With("part", "keeper"))
	if org.Kind != transit.Customs {
		log.Info("nothing to carry", "kind", org.Kind)
		return keeper.Run(ctx)
	}
	keeping.Go(func() { _ = keeper.Run(ctx) })
	err = b.node.Courier(store, cats.WithLog(log.With("part", "courier"))).Run(ctx)
	if err != nil {
		log.Error("courier failed", "error", err.Error())
	}
	return err
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

// serveHealth answers GET /healthz for as long as the process does its work.
func serveHealth(ctx context.Context, address, organisation string) (stop func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("couldn't listen for health questions: %w", err)
	}
	since := time.Now().UTC().Format(time.RFC3339)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"status": "ok", "organisation": organisation, "since": since})
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return server.Close, nil
}
