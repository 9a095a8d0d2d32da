package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"carec.example/cats/network"
	"carec.example/cats/network/bench/delay"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// The network of this part has distance between its organisations. Every node is advertised under a loopback address
// of its organisation's own, 127.0.1.x, where a proxy stands, and listens on 127.0.0.1 behind it. So every connection
// between nodes, orderer to orderer, gateway to orderer, gateway to endorser, gossip, goes through a proxy, and the
// proxy delays it unless the caller belongs to the same organisation or is a client, which sits beside its peer.

// Distance is what one delay has done.
type Distance struct {
	// OneWay in milliseconds, between any two organisations.
	OneWay float64 `json:"oneWayMs"`
	Rows   []Row   `json:"rows"`
}

// farTopology writes the pilot's topology with every node behind a proxy's address.
func farTopology(root, folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "network", "topology.yaml"))
	if err != nil {
		return "", err
	}
	organisation := 0
	host := regexp.MustCompile(`\{host: 127\.0\.0\.1\}`)
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "  - name: ") {
			organisation++
		}
		lines[i] = host.ReplaceAllString(line, fmt.Sprintf("{host: 127.0.1.%d, listen: 127.0.0.1}", organisation))
	}
	path := filepath.Join(folder, "topology.yaml")
	return path, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600)
}

// far is the network with its proxies.
type far struct {
	*rig
	line       delay.Line
	proxies    []*delay.Proxy
	supervisor atomic.Pointer[supervisor.Supervisor]
}

func (f *far) close() error {
	var failures []error
	if f.rig != nil {
		failures = append(failures, f.rig.close())
	}
	for _, p := range f.proxies {
		failures = append(failures, p.Close())
	}
	return errors.Join(failures...)
}

// bringUpFar chooses free ports, stands the proxies before them, and brings the network up behind.
func bringUpFar(ctx context.Context, root, folder string, log func(string, ...any)) (*far, error) {
	path, err := farTopology(root, folder)
	if err != nil {
		return nil, err
	}
	plan, err := network.Open(network.Options{Folder: filepath.Join(folder, "unused"), Topology: path, FreePorts: true})
	if err != nil {
		return nil, err
	}
	organisations := plan.Topology().Organisations
	offset := plan.Ports(organisations[0].Name).Peer - plan.Topology().Ports.Base
	f := &far{}
	for i := range organisations {
		if err := f.stand(&organisations[i], plan.Ports(organisations[i].Name)); err != nil {
			return nil, errors.Join(err, f.close())
		}
	}
	if f.rig, err = bringUp(ctx, site{topology: path, offset: &offset, supervised: f.supervisor.Store}, log); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.carried = f.line.Carried
	return f, nil
}

// stand puts proxies before an organisation's nodes.
func (f *far) stand(o *topology.Organisation, ports topology.OrganisationPorts) error {
	targets := map[*topology.Node]int{o.Peer: ports.Peer, o.Orderer: ports.Orderer}
	for node, port := range targets {
		if node == nil {
			continue
		}
		near := func(caller net.Addr) bool { return f.near(o.Name, caller) }
		p, err := delay.Listen(topology.Address(node.Host, port), topology.Address(node.Listen, port), &f.line, near)
		if err != nil {
			return err
		}
		f.proxies = append(f.proxies, p)
	}
	return nil
}

// near tells whether a caller is this program, or a process of the organisation called.
func (f *far) near(organisation string, caller net.Addr) bool {
	if delay.Calls(os.Getpid(), caller) {
		return true
	}
	control := f.supervisor.Load()
	if control == nil {
		return false
	}
	statuses, err := control.Status(context.Background())
	if err != nil {
		return false
	}
	for _, s := range statuses {
		if s.Organisation == organisation && s.PID > 0 && delay.Calls(s.PID, caller) {
			return true
		}
	}
	return false
}

// distances measures the same operations under each delay, on one network.
func (b *bench) distances(ctx context.Context, f *far, oneWay []time.Duration) ([]Distance, error) {
	var all []Distance
	for i, d := range oneWay {
		f.line.Set(d)
		// Views, gossip and connections get used to it.
		time.Sleep(3 * time.Second)
		b.log("  %v one way", d)
		b.figures = nil
		if err := b.distance(ctx, i+1); err != nil {
			return all, err
		}
		all = append(all, Distance{OneWay: milliseconds(d), Rows: rows(b.figures)})
	}
	f.line.Set(0)
	return all, nil
}

// farClients is the number of clients of the closed loop.
const farClients = 50

// distance measures the no-op, release and a hand-off's proposal in the open loop and in the closed one.
func (b *bench) distance(ctx context.Context, round int) error {
	open, closed := load{rate: b.settings.rate}, load{clients: farClients}
	for _, l := range []load{open, closed} {
		count := b.settings.farCount
		if l.rate > 0 {
			count = int(l.rate * b.settings.openFor.Seconds() * 2 / 3)
		}
		if _, err := b.noop(ctx, l, round, count); err != nil {
			return err
		}
		movements := b.declare(count)
		if err := b.prepareAccepted(ctx, movements); err != nil {
			return err
		}
		life := b.life()
		for _, s := range []step{life[0][2], life[1][0]} {
			if _, err := b.steps(ctx, s, l, round, movements); err != nil {
				return err
			}
		}
	}
	return nil
}
