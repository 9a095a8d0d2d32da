package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"carec.example/cats/network/parallel"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// lock keeps a second Up over the same folder out; the kernel drops it with the program that holds it.
func (n *Network) lock() (release func(), err error) {
	if err := os.MkdirAll(string(n.net), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(n.net.File("up.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, fmt.Errorf("another program is bringing up the network in %s", n.net)
	}
	return func() { file.Close() }, nil
}

// portPatience is how long a taken port is waited for before it is told.
const portPatience = 5 * time.Second

// checkPorts refuses before anything is started if a port of the plan is taken. A network that runs already holds its
// own ports, which says nothing.
func (n *Network) checkPorts(ctx context.Context) error {
	if remote, err := supervisor.Dial(ctx, n.SocketPath()); err == nil {
		if statuses, err := remote.Status(ctx); err == nil && len(statuses) > 0 {
			return nil
		}
	}
	taken := n.takenPorts(ctx)
	// A process that was just killed keeps its ports for a moment after it can no longer be seen.
	for end := time.Now().Add(portPatience); taken != nil && time.Now().Before(end) && ctx.Err() == nil; taken = n.takenPorts(ctx) {
		time.Sleep(portPatience / 100)
	}
	if taken == nil {
		return nil
	}
	return fmt.Errorf("ports are taken; nothing was started:\n%s\nStop what holds them, or shift all ports of a new network "+
		"with CATS_PORT_OFFSET=1000", strings.Join(taken, "\n"))
}

func (n *Network) takenPorts(ctx context.Context) []string {
	var taken []string
	for _, use := range append(n.plan.Uses(n.options.Only...), n.furtherChaincodes()...) {
		if err := bindable(ctx, use.Address); err != nil {
			taken = append(taken, fmt.Sprintf("  %s, wanted by %s: %s", use.Address, use.Owner, err))
		}
	}
	return taken
}

// furtherChaincodes lists the ports of chaincodes deployed beside the topology's.
func (n *Network) furtherChaincodes() []topology.Use {
	var uses []topology.Use
	for _, o := range n.here() {
		for _, c := range n.state.Chains {
			if c.Slot > 1 {
				address := topology.Address(topology.Loopback, n.plan.Of(o.Name).Chaincode[c.Slot])
				uses = append(uses, topology.Use{Address: address, Owner: o.Name + " chaincode " + c.Name})
			}
		}
	}
	return uses
}

func bindable(ctx context.Context, address string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		if strings.Contains(err.Error(), "address already in use") {
			return errors.New("already in use")
		}
		return err
	}
	return listener.Close()
}

// freeOffset finds an offset with which the whole plan is free, below the range the kernel takes for outgoing calls.
func freeOffset(ctx context.Context, t *topology.Topology) (int, error) {
	const lowest, highest = 20000, 32000
	size := topology.Block * len(t.Organisations)
	for range 200 {
		base := lowest + rand.IntN(highest-lowest-size)
		offset := base - t.Ports.Base
		taken := slices.ContainsFunc(t.Plan(offset).Uses(), func(use topology.Use) bool { return bindable(ctx, use.Address) != nil })
		if !taken {
			return offset, nil
		}
	}
	return 0, fmt.Errorf("no %d free ports between %d and %d", size, lowest, highest)
}

// awaitHealthy waits until the processes of the given kinds serve.
func (n *Network) awaitHealthy(ctx context.Context, kinds ...string) error {
	specs, err := n.specs()
	if err != nil {
		return err
	}
	specs = slices.DeleteFunc(specs, func(s supervisor.Spec) bool { return !slices.Contains(kinds, s.Kind) })
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return parallel.Each(ctx, specs, n.awaitOne)
}

func (n *Network) awaitOne(ctx context.Context, spec supervisor.Spec) error {
	for {
		if serves(ctx, spec) {
			return nil
		}
		if why := n.dying(ctx, spec.Name); why != "" {
			return fmt.Errorf("%s keeps ending: %s%s", spec.Name, why, lastWords(spec))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve at %s: %w%s", spec.Name, spec.Address, ctx.Err(), lastWords(spec))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// hopeless is the number of restarts after which a process that never served is given up.
const hopeless = 3

// dying tells how a process ended last if it has ended often.
func (n *Network) dying(ctx context.Context, name string) string {
	statuses, err := n.control.Status(ctx)
	if err != nil {
		return ""
	}
	for _, s := range statuses {
		if s.Name == name && s.State == supervisor.Waiting && s.Restarts >= hopeless {
			return s.LastExit
		}
	}
	return ""
}

func serves(ctx context.Context, spec supervisor.Spec) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", spec.Address)
	if err != nil {
		return false
	}
	if connection.Close() != nil {
		return false
	}
	if spec.Health == "" {
		return true
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, spec.Health, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// lastWords quotes the end of a process' log, where the reason usually stands.
func lastWords(spec supervisor.Spec) string {
	file, err := os.Open(spec.Log)
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > 600 {
		_, _ = file.Seek(-600, io.SeekEnd)
	}
	text, err := io.ReadAll(file)
	if err != nil || len(text) == 0 {
		return ""
	}
	return fmt.Sprintf("\nlast words in %s:\n%s", filepath.Base(spec.Log), strings.TrimSpace(string(text)))
}

// SocketPath is the daemon's control socket.
func (n *Network) SocketPath() string { return n.net.File("control.sock") }
