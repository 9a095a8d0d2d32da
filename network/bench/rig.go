package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/network"
	"carec.example/cats/network/binaries"
	"carec.example/cats/network/material"
	"carec.example/cats/network/nodes"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// rig is a network of the benchmark's own and everybody who acts on it.
type rig struct {
	net     *network.Network
	control *supervisor.Supervisor
	folder  string
	profile *cats.Profile
	actors  *actors
	meter   *meter
	log     func(format string, arguments ...any)
	// profiles is the first of the ports on which the chaincode processes serve profiles, 0 if they do not.
	profiles int
	// carried counts the bytes between organisations; nil where they are not counted.
	carried func() int64
	// stays: the folder is somebody's, and is left as it is.
	stays bool
}

// site says what network to bring up.
type site struct {
	root string
	// topology is the path of the topology file; empty for the pilot's with an officer more, see [nearTopology].
	topology string
	// folder keeps the network from run to run; empty for a temporary one.
	folder string
	offset *int
	// profiles is the first port for profiles of chaincode, nodes those of the nodes as well.
	profiles int
	nodes    bool
	// supervised is told the supervisor before it starts anything; may be nil.
	supervised func(*supervisor.Supervisor)
}

// profiled makes the chaincode processes of CATS serve profiles, one port each, and the nodes if asked to. The runner
// knows nothing of it: it is a wrapper around the supervisor.
type profiled struct {
	*supervisor.Supervisor
	ports map[string]int
	nodes bool
}

func (p *profiled) Apply(ctx context.Context, specs []supervisor.Spec) error {
	for i := range specs {
		port, ours := p.ports[specs[i].Name]
		if !ours {
			continue
		}
		address := topology.Address(topology.Loopback, port)
		var more []string
		switch {
		case specs[i].Kind == nodes.Chaincode:
			more = []string{"CHAINCODE_PPROF=" + address}
		case specs[i].Kind == nodes.Peer && p.nodes:
			more = []string{"CORE_PEER_PROFILE_ENABLED=true", "CORE_PEER_PROFILE_LISTENADDRESS=" + address}
		case specs[i].Kind == nodes.Orderer && p.nodes:
			more = []string{"ORDERER_GENERAL_PROFILE_ENABLED=true", "ORDERER_GENERAL_PROFILE_ADDRESS=" + address}
		}
		specs[i].Environment = append(append([]string{}, specs[i].Environment...), more...)
	}
	return p.Supervisor.Apply(ctx, specs)
}

// profilePorts gives each process that can be profiled a port.
func profilePorts(first int) map[string]int {
	ports := map[string]int{}
	if first == 0 {
		return ports
	}
	for i, organisation := range []string{"cn", "kz", "kg", "cgm", "carec"} {
		for k, kind := range []string{"chaincode", "peer", "orderer"} {
			ports[organisation+"-"+kind] = first + 3*i + k
		}
		ports[organisation+"-application"] = first + 15 + i
	}
	return ports
}

// bringUp starts a network in a folder of its own and opens a client for everybody on it.
func bringUp(ctx context.Context, s site, log func(string, ...any)) (*rig, error) {
	r := &rig{folder: s.folder, stays: s.folder != "", log: log, profiles: s.profiles}
	var err error
	if !r.stays {
		if r.folder, err = os.MkdirTemp("", "cats-bench-"); err != nil {
			return nil, err
		}
	}
	if s.topology == "" {
		if s.topology, err = nearTopology(s.root, r.folder); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	began := time.Now()
	options := network.Options{
		Folder: filepath.Join(r.folder, "net"), Topology: s.topology, Offset: s.offset, FreePorts: s.offset == nil,
		WithoutApplication: true,
		Step:               func(text string) { log("%5.1f s  %s", time.Since(began).Seconds(), text) },
	}
	options.Control = func(_ context.Context, n *network.Network) (supervisor.Control, error) {
		var err error
		r.control, err = supervisor.New(supervisor.Options{
			PIDs: filepath.Join(n.Folder(), "pids"), Channel: n.Topology().Channel, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		if err == nil && s.supervised != nil {
			s.supervised(r.control)
		}
		return &profiled{r.control, profilePorts(s.profiles), s.nodes}, err
	}
	if r.net, err = network.Up(ctx, options); err != nil {
		return nil, errors.Join(err, r.close())
	}
	if err := r.open(ctx); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *rig) open(ctx context.Context) error {
	var err error
	if r.profile, err = cats.LoadProfile(r.net.ProfilePath()); err != nil {
		return err
	}
	if r.actors, err = openActors(ctx, r.net.Folder(), r.profile); err != nil {
		return err
	}
	r.meter = &meter{net: r.net}
	return nil
}

// deployComparisons builds and deploys the chaincodes that CATS is compared with.
func (r *rig) deployComparisons(ctx context.Context, root string) error {
	maker := binaries.Maker{Root: root, Folder: filepath.Join(root, ".cats", "bin"), Step: func(string) {}}
	for _, name := range []string{noopChaincode, assetChaincode} {
		binary, err := maker.Build(ctx, "bench-"+name, "./network/bench/"+name)
		if err != nil {
			return err
		}
		deployment := network.Deployment{Name: name, Version: "1.0", Binary: binary, Policy: topology.MajorityOfCustoms}
		if _, err := r.net.Deploy(ctx, deployment); err != nil {
			return err
		}
	}
	return nil
}

// close ends the network and deletes its data, unless that stays.
func (r *rig) close() error {
	var failures []error
	if r.actors != nil {
		failures = append(failures, r.actors.close())
	}
	if r.control != nil {
		failures = append(failures, r.control.Stop(context.Background()))
	}
	if !r.stays {
		failures = append(failures, os.RemoveAll(r.folder))
	}
	return errors.Join(failures...)
}

// ledger is the folder of an organisation's peer's ledger.
func (r *rig) ledger(organisation string) string {
	return material.Net(r.net.Folder()).Organisation(organisation).Path("peer", "data", "ledgersData")
}

// members lists the organisations by name.
func (r *rig) members() []string {
	var names []string
	for _, o := range r.net.Topology().Organisations {
		names = append(names, o.Name)
	}
	return names
}

// settle waits until all peers have the same height, so that what one step has committed everybody sees.
func (r *rig) settle(ctx context.Context) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		statuses, err := r.net.FreshStatus(ctx)
		if err != nil {
			return err
		}
		heights := map[uint64]bool{}
		for _, s := range statuses {
			if s.Kind == nodes.Peer {
				heights[s.Height] = true
			}
		}
		if len(heights) == 1 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the peers do not come to the same height: %s", describeHeights(statuses))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func describeHeights(statuses []supervisor.Status) string {
	var all []string
	for _, s := range statuses {
		if s.Height > 0 {
			all = append(all, fmt.Sprintf("%s %d", s.Name, s.Height))
		}
	}
	return strings.Join(all, ", ")
}
