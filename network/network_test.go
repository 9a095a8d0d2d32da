package network

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/stretchr/testify/require"

	"carec.example/cats/network/lifecycle"
	"carec.example/cats/network/material"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// realNetwork is the environment variable that lets tests start a network of real processes.
const realNetwork = "CATS_REAL_NETWORK"

func probeProgram(t *testing.T, edition string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "probe-"+edition)
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-X main.edition="+edition, "-o", program, "./testdata/probe")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	return program
}

func upForTest(t *testing.T, change func(*Options)) *Network {
	t.Helper()
	if os.Getenv(realNetwork) == "" {
		t.Skip("starts a network of real processes: set " + realNetwork + "=1")
	}
	options := Options{
		Folder: filepath.Join(t.TempDir(), "net"), FreePorts: true, WithoutApplication: true,
		Home: os.Getenv("CATS_HOME"), Chaincode: probeProgram(t, "first"),
		Step: func(text string) { t.Log(text) },
	}
	if testing.Verbose() {
		options.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	if change != nil {
		change(&options)
	}
	began := time.Now()
	n, err := Up(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Stop()) })
	t.Logf("up in %s", time.Since(began).Round(100*time.Millisecond))
	return n
}

// contract is a chaincode as an organisation's administrator reaches it.
func contract(t *testing.T, n *Network, organisation, chaincode string) *client.Contract {
	t.Helper()
	o, ok := n.Topology().Organisation(organisation)
	require.True(t, ok)
	session, err := lifecycle.Open(n.member(o, o.Peers()[0]))
	require.NoError(t, err)
	gateway, err := Connect(session)
	require.NoError(t, err)
	t.Cleanup(func() { gateway.Close(); session.Close() })
	return gateway.GetNetwork(n.Topology().Channel).GetContract(chaincode)
}

func put(ctx context.Context, c *client.Contract, key, value string) error {
	_, err := c.SubmitWithContext(ctx, "put", client.WithArguments(key, value))
	return err
}

func heights(t *testing.T, n *Network) map[string]uint64 {
	t.Helper()
	statuses, err := n.FreshStatus(t.Context())
	require.NoError(t, err)
	all := map[string]uint64{}
	for _, s := range statuses {
		if s.Kind == "orderer" || s.Kind == "peer" {
			all[s.Name] = s.Height
		}
	}
	return all
}

func requireLevel(t *testing.T, n *Network, within time.Duration) {
	t.Helper()
	require.Eventually(t, func() bool {
		seen := map[uint64]bool{}
		for _, height := range heights(t, n) {
			seen[height] = true
		}
		return len(seen) == 1 && !seen[0]
	}, within, 200*time.Millisecond, "all ledgers at one height: %v", heights(t, n))
}

func TestARealNetworkServesSurvivesFaultsAndUpgrades(t *testing.T) {
	n := upForTest(t, nil)
	ctx := t.Context()
	kz := contract(t, n, "KZ", "cats")
	for i := range 5 {
		require.NoError(t, put(ctx, kz, "key", fmt.Sprint(i)))
	}
	value, err := contract(t, n, "CAREC", "cats").EvaluateWithContext(ctx, "get", client.WithArguments("key"))
	require.NoError(t, err)
	require.Equal(t, "4", string(value))
	requireLevel(t, n, 10*time.Second)

	t.Run("nobody gets in without the right certificate", func(t *testing.T) { requireDoorsShut(t, n) })
	t.Run("a killed peer and a killed chaincode process come back by themselves", func(t *testing.T) {
		require.NoError(t, n.Kill(ctx, "kg-peer"))
		require.NoError(t, n.Kill(ctx, "cgm-chaincode"))
		require.NoError(t, put(ctx, kz, "key", "while a peer is down"))
		require.NoError(t, n.AwaitServing(ctx))
		requireLevel(t, n, 20*time.Second)
	})
	t.Run("the channel goes on after its leading orderer is killed, and the orderer catches up", func(t *testing.T) {
		leader, err := n.LeaderOrderer(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, leader)
		require.NoError(t, n.Kill(ctx, leader))
		began := time.Now()
		require.NoError(t, put(ctx, kz, "key", "after the leader"))
		t.Logf("committed %s after the kill", time.Since(began).Round(100*time.Millisecond))
		require.NoError(t, n.AwaitServing(ctx))
		requireLevel(t, n, 40*time.Second)
	})
	t.Run("an orderer that was away catches up when it comes back", func(t *testing.T) {
		require.NoError(t, n.Hold(ctx, "kg-orderer"))
		for i := range 10 {
			require.NoError(t, put(ctx, kz, "away", fmt.Sprint(i)))
		}
		require.NoError(t, n.Restart(ctx, "kg-orderer"))
		require.NoError(t, n.AwaitServing(ctx))
		began := time.Now()
		requireLevel(t, n, 40*time.Second)
		t.Logf("level %s after it served again", time.Since(began).Round(100*time.Millisecond))
	})
	t.Run("another program of the chaincode is deployed as the next sequence", func(t *testing.T) {
		outcome, err := n.Deploy(ctx, Deployment{
			Name: "cats", Version: n.Topology().Chaincode.Version, Binary: probeProgram(t, "second"), Policy: topology.MajorityOfCustoms,
		})
		require.NoError(t, err)
		require.True(t, outcome.Changed)
		require.EqualValues(t, 2, outcome.Sequence)
		edition, err := kz.EvaluateWithContext(ctx, "edition")
		require.NoError(t, err)
		require.Equal(t, "second", string(edition))
		require.NoError(t, put(ctx, kz, "key", "after the upgrade"))
	})
	t.Run("a further chaincode runs beside the first under its own policy", func(t *testing.T) {
		outcome, err := n.Deploy(ctx, Deployment{
			Name: "noop", Version: "1", Binary: probeProgram(t, "noop"), Policy: "OR('CNMSP.peer', 'KZMSP.peer')",
		})
		require.NoError(t, err)
		require.EqualValues(t, 1, outcome.Sequence)
		require.NoError(t, put(ctx, contract(t, n, "KZ", "noop"), "key", "value"))
	})
	t.Run("bringing it up again changes nothing", func(t *testing.T) {
		before, err := n.Status(ctx)
		require.NoError(t, err)
		require.NoError(t, n.apply(ctx))
		after, err := n.Status(ctx)
		require.NoError(t, err)
		require.Equal(t, pids(before), pids(after))
	})
	t.Run("the ledger goes on after everything was stopped", func(t *testing.T) {
		require.NoError(t, n.Stop())
		again := n.options
		again.FreePorts, again.Chaincode = false, probeProgram(t, "second")
		began := time.Now()
		m, err := Up(ctx, again)
		require.NoError(t, err)
		t.Logf("warm start in %s", time.Since(began).Round(100*time.Millisecond))
		t.Cleanup(func() { _ = m.Stop() })
		require.EqualValues(t, 2, m.state.committed("cats").Sequence)
		value, err := contract(t, m, "KG", "cats").EvaluateWithContext(ctx, "get", client.WithArguments("key"))
		require.NoError(t, err)
		require.Equal(t, "after the upgrade", string(value))
		require.NoError(t, put(ctx, contract(t, m, "CN", "noop"), "key", "again"))
		require.NoError(t, m.Stop())
	})
	require.Empty(t, leftovers(t, string(n.net)))
}

// requireDoorsShut knocks at every port without a certificate and with one of another organisation, which only the
// ports that serve the whole channel may accept.
func requireDoorsShut(t *testing.T, n *Network) {
	t.Helper()
	ports := n.Ports("CN")
	stranger := n.net.Organisation("KZ").Identity("kz-trader-zhetysu")
	foreign, err := tls.LoadX509KeyPair(stranger.TLSCertificate(), stranger.TLSKey())
	require.NoError(t, err)
	peer := material.Pair(n.net.Organisation("CN").Path("peer"))
	itself, err := tls.LoadX509KeyPair(peer.TLSCertificate(), peer.TLSKey())
	require.NoError(t, err)
	for name, port := range map[string]int{
		"peer": ports.Peer, "orderer": ports.Orderer, "administration": ports.OrdererAdmin, "chaincode": ports.Chaincode[0],
	} {
		address := topology.Address(topology.Loopback, port)
		require.Error(t, knock(t.Context(), address), "%s without a certificate", name)
		require.NoError(t, knock(t.Context(), address, itself), "%s with a certificate of the organisation", name)
		if name == "chaincode" || name == "administration" {
			require.Error(t, knock(t.Context(), address, foreign), "%s with another organisation's certificate", name)
		} else {
			require.NoError(t, knock(t.Context(), address, foreign), "%s with a member's certificate", name)
		}
	}
}

// knock completes a TLS handshake and waits a moment for the refusal, which in TLS 1.3 comes after it.
func knock(ctx context.Context, address string, certificates ...tls.Certificate) error {
	config := &tls.Config{InsecureSkipVerify: true, Certificates: certificates, NextProtos: []string{"h2", "http/1.1"}}
	connection, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := connection.SetReadDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		return err
	}
	_, err = connection.Read(make([]byte, 1))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}

func pids(statuses []supervisor.Status) map[string]int {
	all := map[string]int{}
	for _, s := range statuses {
		all[s.Name] = s.PID
	}
	return all
}

// leftovers lists processes whose command line or environment mentions the folder.
func leftovers(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	var left []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(text), folder) {
			left = append(left, file)
		}
	}
	return left
}
