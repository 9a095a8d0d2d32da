package e2e

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/network"
	"carec.example/cats/network/journey"
)

const examples = "../../client/formats/examples/"

// world is the network of the run.
type world struct {
	options network.Options
	net     *network.Network
	profile *cats.Profile
}

func TestNetwork(t *testing.T) {
	if os.Getenv("CATS_REAL_NETWORK") == "" {
		t.Skip("starts a network of real processes: set CATS_REAL_NETWORK=1")
	}
	w := start(t)
	t.Run("main job: both examples travel from declaration to discharge", w.mainJob)
	t.Run("traders work by messages alone", w.messages)
	t.Run("a national document travels through its mapping", w.mapping)
	t.Run("the read model follows and an auditor reads", w.projection)
	t.Run("a movement in plain HTTP: keys, tags, events, pages, jobs", w.rest)
	t.Run("programs work over the gateways as with the SDK", w.remote)
	t.Run("a signature is made where the gateway is not", w.restElsewhere)
	t.Run("regulators ask the read model over the gateway", w.readers)
	t.Run("other systems are told and asked", w.links)
	t.Run("the main job with a client generated from the document", w.generated)
	t.Run("a step with Fabric's own client for Node", w.node)
	t.Run("custody and guarantee are held by endorsement", w.proofs)
	t.Run("content is only where the route is", w.leak)
	t.Run("an owner shows, attaches and sells, and nobody else learns of it", w.owner)
	t.Run("real messages travel or name the rule they break", w.realMessages)
	t.Run("parallel releases on one guarantee", w.race)
	t.Run("a hot guarantee: releases, ends and changes at once", w.hotGuarantee)
	t.Run("stories of what can happen on the way", w.scenarios)
	t.Run("the stories again, over the gateways alone", w.scenariosOverREST)
	t.Run("the SDK's own tests on this network", w.sdk)
	t.Run("processes die in the middle of a movement", w.disturbances)
	t.Run("a country is down while the content is delivered", w.lateDelivery)
	t.Run("each country keeps its own entries of the registry", w.registry)
	t.Run("keys stay on a token, or where the ledger is not", w.keysElsewhere)
	t.Run("declarations are signed by those who declare", w.signatures)
	t.Run("every operation of the gateways, fed with what nobody should send", w.feedAll)
	t.Run("the whole ledger is re-derived and checked", w.check)
}

// TestACustodianGoneForGood has a network of its own: the country that it ends does not come back.
func TestACustodianGoneForGood(t *testing.T) {
	if os.Getenv("CATS_REAL_NETWORK") == "" {
		t.Skip("starts a network of real processes: set CATS_REAL_NETWORK=1")
	}
	w := start(t)
	t.Run("main job: both examples travel from declaration to discharge", w.mainJob)
	t.Run("a custodian is gone for good, and a caretaker goes on", w.override)
}

// start brings the network up and ends it with the test.
func start(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	folder, err := os.MkdirTemp("", "cats-e2e-") // Short: the path of a socket has a limit.
	require.NoError(t, err)
	begun := time.Now()
	w := &world{options: network.Options{
		Folder: filepath.Join(folder, "net"), FreePorts: true, Log: log,
		Step: func(text string) { t.Logf("%5.1f s  %s", time.Since(begun).Seconds(), text) },
	}}
	w.up(t)
	t.Cleanup(func() {
		require.NoError(t, w.net.Stop())
		if t.Failed() {
			t.Logf("the network's folder is kept: %s", folder)
			return
		}
		require.NoError(t, os.RemoveAll(folder))
	})
	return w
}

// up brings the network up, also once more after it was stopped.
func (w *world) up(t *testing.T) {
	t.Helper()
	var err error
	w.net, err = network.Up(t.Context(), w.options)
	require.NoError(t, err)
	w.profile, err = cats.LoadProfile(w.net.ProfilePath())
	require.NoError(t, err)
}

// as opens a client that ends with the test.
func (w *world) as(t *testing.T, identity string, opts ...cats.Option) *cats.Client {
	t.Helper()
	c, err := cats.Open(t.Context(), w.profile, identity, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func load(t *testing.T, file string, mapping *formats.Mapping) *transit.STD {
	t.Helper()
	std, _, err := journey.Load(file, mapping)
	require.NoError(t, err)
	return std
}

// within bounds a part of the test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func (w *world) mainJob(t *testing.T) { w.mainJobAs(t, journey.Options{Profile: w.profile}) }

func (w *world) mainJobAs(t *testing.T, o journey.Options) {
	t.Helper()
	for _, file := range []string{"cn-kz-kg-electronics.xml", "cn-kz-kg-groupage.xml"} {
		t.Run(file, func(t *testing.T) {
			o.Out, o.Refusals = testWriter{t}, true
			report, err := journey.Run(within(t, 3*time.Minute), load(t, examples+file, nil), o)
			require.NoError(t, err)
			m := report.Movement
			require.Equal(t, transit.Discharged, m.State)
			require.Len(t, m.Legs, 3)
			require.Len(t, report.Refused, 2)
			for _, s := range report.Steps {
				require.GreaterOrEqual(t, len(s.Receipt.Endorsers), 2, "%s: never one organisation alone", s.Name)
				require.NotEmpty(t, s.Receipt.TransactionID)
			}
			for _, u := range m.Guarantees {
				require.Equal(t, transit.UsageFreed, u.State)
			}
		})
	}
}

// sdk runs the tests of the SDK that need a network: parallel releases on one guarantee and on many, two countries
// and two programs at once, whole lives in parallel.
func (w *world) sdk(t *testing.T) {
	cmd := exec.CommandContext(within(t, 15*time.Minute), "go", "test", "-count=1", "-v", "-run", "Release|Lives", "../../client/cats")
	cmd.Env = append(os.Environ(), "CATS_TEST_PROFILE="+w.net.ProfilePath())
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err)
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p[:max(0, len(p)-1)])
	return len(p), nil
}
