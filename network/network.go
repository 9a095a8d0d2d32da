// Package network runs a whole CATS network: identities, first block, orderers, peers, chaincode, applications.
//
// [Up] is the one entrance. It brings a folder from whatever state it is in, empty, half made, stopped, running, to a
// running network with the chaincode deployed and its registry founded, and does only what is still missing. The order
// of things is told by [Network.up]. What each part does is the story of its own package: topology (who is there),
// binaries (where programs come from), ca and material (certificates), genesis (the channel's first block), nodes (how
// a process is configured), supervisor (keeping processes alive), lifecycle (joining and deploying).
//
// Operators use the command catsnet, whose processes belong to a detached daemon. Tests and benchmarks call Up with
// free ports and a temporary folder; their processes are children of the test and end with it, whatever way it ends.
package network

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"carec.example/cats/network/binaries"
	"carec.example/cats/network/genesis"
	"carec.example/cats/network/lifecycle"
	"carec.example/cats/network/material"
	"carec.example/cats/network/nodes"
	"carec.example/cats/network/parallel"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// Options say what to bring up and where.
type Options struct {
	// Root is the repository's root; the default is found upwards from the working directory.
	Root string
	// Home is the folder for data and built programs, Root/.cats by default (CATS_HOME for the command).
	Home string
	// Folder is the network's data, Home/net by default.
	Folder string
	// Bin is where built programs go, Home/bin by default. Tests share one and have separate Folders.
	Bin string
	// Topology is the path of the topology file, Root/network/topology.yaml by default.
	Topology string
	// Offset shifts all ports; nil takes what the network remembers, 0 for a new one.
	Offset *int
	// FreePorts chooses an offset with which all ports are free. For a new network only.
	FreePorts bool
	// Only limits this machine to the organisations named.
	Only []string
	// Chaincode is the path of a ready chaincode program; empty builds the topology's package.
	Chaincode string
	// WithoutApplication starts no application processes, WithoutFounding leaves the registry unfounded,
	// WithoutChaincode ends after the peers have joined.
	WithoutApplication, WithoutFounding, WithoutChaincode bool
	// Control starts the processes; nil makes a supervisor in this program.
	Control func(ctx context.Context, n *Network) (supervisor.Control, error)
	// Step is told what is being done, for people.
	Step func(text string)
	// Log receives the supervisor's messages when it runs in this program.
	Log *slog.Logger
}

// Network is a network that is up.
type Network struct {
	options  Options
	topology *topology.Topology
	net      material.Net
	plan     topology.Plan
	state    *state
	set      binaries.Set
	maker    binaries.Maker
	site     nodes.Site
	control  supervisor.Control
	// applying: application processes belong to the wanted set.
	applying bool

	deploying sync.Mutex
}

// Open reads a network's topology and what it remembers, and starts nothing.
func Open(options Options) (*Network, error) {
	if err := options.fillIn(); err != nil {
		return nil, err
	}
	t, err := topology.Load(options.Topology)
	if err != nil {
		return nil, err
	}
	for _, name := range options.Only {
		if _, ok := t.Organisation(name); !ok {
			return nil, fmt.Errorf("no organisation %q in %s", name, options.Topology)
		}
	}
	net := material.Net(options.Folder)
	state, known, err := readState(net)
	if err != nil {
		return nil, err
	}
	n := &Network{options: options, topology: t, net: net, state: state}
	if err := n.place(known); err != nil {
		return nil, err
	}
	n.maker = binaries.Maker{Root: options.Root, Folder: options.Bin, Step: options.Step}
	n.site = nodes.Site{Topology: t, Plan: n.plan, Net: net, Root: options.Root, Bin: options.Bin, Binary: n.binary}
	return n, nil
}

func (n *Network) binary(name string) string { return n.set.Path(name) }

func (o *Options) fillIn() error {
	if o.Root == "" {
		root, err := findRoot()
		if err != nil {
			return err
		}
		o.Root = root
	}
	preset := func(value *string, elements ...string) error {
		if *value == "" {
			*value = filepath.Join(elements...)
		}
		absolute, err := filepath.Abs(*value)
		*value = absolute
		return err
	}
	if o.Step == nil {
		o.Step = func(string) {}
	}
	return errors.Join(
		preset(&o.Root), preset(&o.Home, o.Root, ".cats"), preset(&o.Folder, o.Home, "net"),
		preset(&o.Bin, o.Home, "bin"), preset(&o.Topology, o.Root, "network", "topology.yaml"),
	)
}

// findRoot goes up from the working directory to the repository's root.
func findRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "network", "topology.yaml")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("not inside the CATS repository: no network/topology.yaml here or above")
		}
		folder = parent
	}
}

// place decides on the ports: an existing network keeps its own.
func (n *Network) place(known bool) error {
	wanted := n.options.Offset
	switch {
	case known && wanted != nil && *wanted != n.state.Offset:
		return fmt.Errorf("this network stands at port offset %d and cannot move to %d: "+
			"the channel's configuration holds its ports (purge it to start over)", n.state.Offset, *wanted)
	case known:
	case wanted != nil:
		n.state.Offset = *wanted
	case n.options.FreePorts:
		offset, err := freeOffset(context.Background(), n.topology)
		if err != nil {
			return err
		}
		n.state.Offset = offset
	}
	n.plan = n.topology.Plan(n.state.Offset)
	if n.plan.Last() > 65535 {
		return fmt.Errorf("port offset %d is too large: the last port would be %d", n.state.Offset, n.plan.Last())
	}
	fixed := structure(n.topology, n.topology.Ports.Base+n.state.Offset)
	if known && n.state.Structure != fixed {
		return errors.New("members, nodes, ports or ordering settings in the topology have changed since the channel was made; " +
			"that takes a configuration update of the channel (restore the file, or purge the network to start over)")
	}
	n.state.Structure = fixed
	return nil
}

// Up brings a network up. On an error everything that was started stays as it is when a daemon holds it, and is ended
// when this program does.
func Up(ctx context.Context, options Options) (*Network, error) {
	n, err := Open(options)
	if err != nil {
		return nil, err
	}
	if err := n.up(ctx); err != nil {
		if n.options.Control == nil && n.control != nil {
			err = errors.Join(err, n.control.Stop(context.WithoutCancel(ctx)))
		}
		return nil, err
	}
	return n, nil
}

func (n *Network) up(ctx context.Context) error {
	unlock, err := n.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := n.checkPorts(ctx); err != nil {
		return err
	}
	if n.set, err = n.maker.Make(ctx); err != nil {
		return err
	}
	n.site.Builder = n.set.Builder
	for _, step := range []func(context.Context) error{
		n.build, n.issue, n.giveMappings, n.found, n.start, n.join, n.deployOwn, n.applications,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// here lists the organisations this machine runs.
func (n *Network) here() []*topology.Organisation {
	var here []*topology.Organisation
	for i := range n.topology.Organisations {
		o := &n.topology.Organisations[i]
		if len(n.options.Only) == 0 || slices.Contains(n.options.Only, o.Name) {
			here = append(here, o)
		}
	}
	return here
}

// build builds the repository's own programs, first of all so that one that does not compile changes nothing.
func (n *Network) build(ctx context.Context) error {
	if n.options.Chaincode == "" && !n.options.WithoutChaincode {
		n.options.Step("building the chaincode")
		path, err := n.maker.Build(ctx, "chaincode", n.topology.Chaincode.Package)
		if err != nil {
			return err
		}
		n.options.Chaincode = path
	}
	if n.options.WithoutApplication || !exists(filepath.Join(n.options.Root, clientPackage)) {
		return nil
	}
	n.options.Step("building the client")
	_, err := n.maker.Build(ctx, "cats", clientPackage)
	n.applying = n.topology.Application.Enabled
	return err
}

// clientPackage is the client people and the organisations' applications use.
const clientPackage = "./client/cmd/cats"

func (n *Network) issuer(o *topology.Organisation) *material.Issuer {
	return &material.Issuer{
		Binary: n.set.Path("fabric-ca-server"), Folder: n.net.Organisation(o.Name), Member: o, Ports: n.plan.Of(o.Name),
	}
}

// issue has the certificates issued that are missing.
func (n *Network) issue(ctx context.Context) error {
	missing := 0
	for _, o := range n.here() {
		missing += n.issuer(o).Missing()
	}
	if missing == 0 {
		return nil
	}
	n.options.Step(fmt.Sprintf("issuing %d identities from the certificate authorities of %s", missing, names(n.here())))
	return parallel.Each(ctx, n.here(), func(ctx context.Context, o *topology.Organisation) error {
		return n.issuer(o).Issue(ctx)
	})
}

func names(organisations []*topology.Organisation) string {
	var all []string
	for _, o := range organisations {
		all = append(all, o.Name)
	}
	return strings.Join(all, ", ")
}

// found writes what all members derive from the topology: the first block, the registry, the client's profile.
func (n *Network) found(ctx context.Context) error {
	if _, err := os.Stat(n.net.File(genesis.File)); err != nil {
		if missing := genesis.Missing(n.topology, n.net); len(missing) > 0 {
			return fmt.Errorf("the channel's first block needs the public material of %s: copy their "+
				"organisations/<name>/public folders into %s (or the finished %s), then try again",
				strings.Join(missing, ", "), n.net, genesis.File)
		}
		n.options.Step("writing the channel's first block")
		if err := genesis.Write(ctx, n.set.Path("configtxgen"), n.topology, n.net, n.plan); err != nil {
			return err
		}
	}
	if err := n.writeFounding(); err != nil {
		return err
	}
	if err := n.state.write(n.net); err != nil {
		return err
	}
	return n.writeProfile()
}

// start starts every process that is known: the nodes, and on a later run the chaincodes and applications too.
func (n *Network) start(ctx context.Context) error {
	var err error
	if n.options.Control != nil {
		n.control, err = n.options.Control(ctx, n)
	} else {
		n.control, err = supervisor.New(supervisor.Options{
			PIDs: n.net.File("pids"), Channel: n.topology.Channel, Log: n.options.Log,
		})
	}
	if err != nil {
		return err
	}
	n.options.Step(fmt.Sprintf("starting the nodes of %s", names(n.here())))
	if err := n.apply(ctx); err != nil {
		return err
	}
	return n.awaitHealthy(ctx, nodes.Orderer, nodes.Peer)
}

// specs lists every process this machine runs, as far as it can be known now.
func (n *Network) specs() ([]supervisor.Spec, error) {
	var all []supervisor.Spec
	for _, o := range n.here() {
		mine, err := n.nodeSpecs(o)
		if err != nil {
			return nil, err
		}
		all = append(all, mine...)
		for _, c := range n.state.Chains {
			all = append(all, n.site.ChaincodeSpec(o, n.asChain(c)))
		}
	}
	applications, err := n.applicationSpecs()
	return append(all, applications...), err
}

func (n *Network) nodeSpecs(o *topology.Organisation) ([]supervisor.Spec, error) {
	var specs []supervisor.Spec
	if n.orders(o) {
		orderer, err := n.site.OrdererSpec(o)
		if err != nil {
			return nil, err
		}
		specs = append(specs, orderer)
	}
	if err := n.site.WriteConnections(o, n.asChains()); err != nil {
		return nil, err
	}
	for _, p := range o.Peers() {
		peer, err := n.site.PeerSpec(o, p)
		if err != nil {
			return nil, err
		}
		specs = append(specs, peer)
	}
	return specs, nil
}

func (n *Network) asChain(c chain) nodes.Chain {
	return nodes.Chain{
		Name: c.Name, Label: c.Label, PackageID: c.PackageID, Slot: c.Slot, Binary: n.program(c.Program), Digest: c.Digest,
		Founding: n.net.File("founding.json"),
	}
}

func (n *Network) asChains() []nodes.Chain {
	var all []nodes.Chain
	for _, c := range n.state.Chains {
		all = append(all, n.asChain(c))
	}
	return all
}

func (n *Network) apply(ctx context.Context) error {
	specs, err := n.specs()
	if err != nil {
		return err
	}
	return n.control.Apply(ctx, specs)
}

// join takes every orderer and peer into the channel.
func (n *Network) join(ctx context.Context) error {
	block, err := lifecycle.ReadBlock(n.net.File(genesis.File))
	if err != nil {
		return fmt.Errorf("first block: %w", err)
	}
	n.options.Step("joining the channel " + n.topology.Channel)
	waiting, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	err = parallel.Each(waiting, n.here(), func(ctx context.Context, o *topology.Organisation) error {
		if !n.orders(o) {
			return nil
		}
		address := topology.Address(topology.Loopback, n.plan.Of(o.Name).OrdererAdmin)
		m := n.member(o, o.Peers()[0])
		// The administration service opens last, after the node has already called itself healthy.
		admin := supervisor.Spec{Name: ordererName(o), Address: address}
		if err := n.awaitOne(ctx, admin); err != nil {
			return err
		}
		return lifecycle.JoinOrderer(address, n.topology.Channel, block, m.Admin, m.TLSCA)
	})
	if err != nil {
		return err
	}
	sessions, err := n.sessions()
	if err != nil {
		return err
	}
	defer closeAll(sessions)
	err = parallel.Each(ctx, sessions, func(ctx context.Context, s *lifecycle.Session) error {
		return s.JoinPeer(ctx, n.topology.Channel, block)
	})
	if err != nil {
		return err
	}
	n.options.Step("waiting for the peers to find each other")
	return n.awaitNeighbours(ctx, sessions, "")
}

// member is an organisation as it acts through one of its peers.
func (n *Network) member(o *topology.Organisation, p topology.PeerNode) lifecycle.Member {
	folder := n.net.Organisation(o.Name)
	m := lifecycle.Member{
		Name: o.Name, MSP: o.MSP, ServerName: p.Host, TLSCA: folder.TLSCA(), Admin: folder.Identity(o.Admin()),
		PeerAddress: topology.Address(p.Host, p.Ports(n.plan.Of(o.Name)).Peer),
	}
	if p.Number > 1 {
		m.Name += " " + p.Name
	}
	return m
}

// sessions opens one with every peer of this machine.
func (n *Network) sessions() ([]*lifecycle.Session, error) {
	var sessions []*lifecycle.Session
	for _, o := range n.here() {
		for _, p := range o.Peers() {
			session, err := lifecycle.Open(n.member(o, p))
			if err != nil {
				closeAll(sessions)
				return nil, err
			}
			sessions = append(sessions, session)
		}
	}
	return sessions, nil
}

func closeAll(sessions []*lifecycle.Session) {
	for _, s := range sessions {
		_ = s.Close()
	}
}

// peerNames are the names of the processes of the organisation's peers.
func peerNames(o *topology.Organisation) []string {
	var all []string
	for _, p := range o.Peers() {
		all = append(all, p.Process(o.Name))
	}
	return all
}

func ordererName(o *topology.Organisation) string { return strings.ToLower(o.Name) + "-orderer" }

// Topology is the topology the network was brought up from.
func (n *Network) Topology() *topology.Topology { return n.topology }

// Folder is the network's data folder.
func (n *Network) Folder() string { return string(n.net) }

// ProfilePath is the path of the client's profile.
func (n *Network) ProfilePath() string { return n.net.File(ProfileFile) }

// Ports gives an organisation's ports.
func (n *Network) Ports(organisation string) topology.OrganisationPorts {
	return n.plan.Of(organisation)
}

// Control drives the network's processes: signals, restarts, status.
func (n *Network) Control() supervisor.Control { return n.control }

// Status lists the network's processes.
func (n *Network) Status(ctx context.Context) ([]supervisor.Status, error) {
	return n.control.Status(ctx)
}

// Stop ends all processes. The data stays.
func (n *Network) Stop() error { return n.control.Stop(context.Background()) }

// LeaderOrderer is the name of the orderer process the orderers on this machine agree to be led by, empty while they
// do not.
func (n *Network) LeaderOrderer(ctx context.Context) (string, error) {
	probe := supervisor.MetricsProbe(n.topology.Channel)
	votes := map[int]int{}
	orderers := n.topology.Orderers()
	for _, o := range orderers {
		url := "http://" + topology.Address(topology.Loopback, n.plan.Of(o.Name).OrdererOperations) + "/metrics"
		if reading, err := probe(ctx, supervisor.Spec{Metrics: url}); err == nil {
			votes[reading.Leader]++
		}
	}
	for number, count := range votes {
		if count > len(orderers)/2 && number > 0 && number <= len(orderers) {
			return ordererName(orderers[number-1]), nil
		}
	}
	return "", ctx.Err()
}

// readyTimeout is how long nodes may take to serve; a machine busy with other work has needed most of it.
const readyTimeout = 90 * time.Second
