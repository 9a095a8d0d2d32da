package network

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"carec.example/cats/network/parallel"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// FreshStatus lists the network's processes with heights read now, where the supervisor's are seconds old.
func (n *Network) FreshStatus(ctx context.Context) ([]supervisor.Status, error) {
	statuses, err := n.control.Status(ctx)
	if err != nil {
		return nil, err
	}
	specs := n.metrics()
	probe := supervisor.MetricsProbe(n.topology.Channel)
	indexes := make([]int, len(statuses))
	for i := range indexes {
		indexes[i] = i
	}
	err = parallel.Each(ctx, indexes, func(ctx context.Context, i int) error {
		spec, ok := specs[statuses[i].Name]
		if !ok || statuses[i].State != supervisor.Running {
			return nil
		}
		// A node that does not answer shows the height it last had.
		if reading, err := probe(ctx, spec); err == nil {
			statuses[i].Height, statuses[i].Leader = reading.Height, reading.Leader
		}
		return nil
	})
	return statuses, err
}

// metrics finds the metrics services of the nodes on this machine.
func (n *Network) metrics() map[string]supervisor.Spec {
	all := map[string]supervisor.Spec{}
	for _, o := range n.here() {
		ports := n.plan.Of(o.Name)
		for _, p := range o.Peers() {
			all[p.Process(o.Name)] = supervisor.Spec{Metrics: metricsURL(p.Ports(ports).Operations)}
		}
		if o.Orderer != nil {
			all[ordererName(o)] = supervisor.Spec{Metrics: metricsURL(ports.OrdererOperations)}
		}
	}
	return all
}

func metricsURL(port int) string {
	return "http://" + topology.Address(topology.Loopback, port) + "/metrics"
}

// Restart ends a process and starts it again at once.
func (n *Network) Restart(ctx context.Context, name string) error {
	return n.control.Restart(ctx, name)
}

// Kill kills a process without warning; the supervisor starts it again after its back-off.
func (n *Network) Kill(ctx context.Context, name string) error {
	return n.control.Signal(ctx, name, syscall.SIGKILL)
}

// Hold stops a process and keeps it down until it is restarted.
func (n *Network) Hold(ctx context.Context, name string) error { return n.control.Hold(ctx, name) }

// Freeze stops a process from running without ending it, Thaw lets it go on.
func (n *Network) Freeze(ctx context.Context, name string) error {
	return n.control.Signal(ctx, name, syscall.SIGSTOP)
}

// Thaw lets a frozen process go on.
func (n *Network) Thaw(ctx context.Context, name string) error {
	return n.control.Signal(ctx, name, syscall.SIGCONT)
}

// AwaitServing waits until the named processes serve, all if none is named.
func (n *Network) AwaitServing(ctx context.Context, names ...string) error {
	specs, err := n.specs()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		specs = slices.DeleteFunc(specs, func(s supervisor.Spec) bool { return !slices.Contains(names, s.Name) })
	}
	return parallel.Each(ctx, specs, n.awaitOne)
}

// LogPath is the path of a process' log.
func (n *Network) LogPath(name string) (string, error) {
	if name == "supervisor" {
		return n.net.File("supervisor.log"), nil
	}
	var known []string
	for _, o := range n.here() {
		folder := n.net.Organisation(o.Name)
		logs := map[string]string{
			ordererName(o): "orderer.log", strings.ToLower(o.Name) + "-application": "application.log",
		}
		for _, p := range o.Peers() {
			logs[p.Process(o.Name)] = p.Name + ".log"
		}
		for _, c := range n.state.Chains {
			process := n.site.ChaincodeSpec(o, n.asChain(c)).Name
			logs[process] = process + ".log"
		}
		if file, ok := logs[name]; ok {
			return folder.Path("log", file), nil
		}
		for process := range logs {
			known = append(known, process)
		}
	}
	slices.Sort(known)
	return "", fmt.Errorf("no process %q; there are supervisor, %s", name, strings.Join(known, ", "))
}

// Issue issues one more identity from an organisation's CA, which is started for it, and enters it in the profile.
func Issue(ctx context.Context, options Options, organisation string, identity topology.Identity) error {
	n, err := Open(options)
	if err != nil {
		return err
	}
	if err := n.topology.CheckIdentity(organisation, identity); err != nil {
		return err
	}
	if err := n.freeName(organisation, identity); err != nil {
		return err
	}
	unlock, err := n.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if n.set, err = n.maker.Make(ctx); err != nil {
		return err
	}
	o, _ := n.topology.Organisation(organisation)
	if err := n.issuer(o).IssueIdentity(ctx, identity); err != nil {
		return err
	}
	n.remember(organisation, identity)
	if err := n.state.write(n.net); err != nil {
		return err
	}
	return n.writeProfile()
}

// freeName refuses the name of a node, and of an identity the topology describes otherwise.
func (n *Network) freeName(organisation string, identity topology.Identity) error {
	if slices.Contains([]string{"peer", "peer-2", "orderer", "chaincode", "registrar"}, identity.Name) {
		return fmt.Errorf("%q is the name of a node", identity.Name)
	}
	for _, o := range n.topology.Organisations {
		for _, known := range o.Identities {
			if known.Name == identity.Name && (known != identity || o.Name != organisation) {
				return fmt.Errorf("%q stands in the topology with other particulars", identity.Name)
			}
		}
		for _, known := range n.state.Issued[o.Name] {
			if known.Name == identity.Name && o.Name != organisation {
				return fmt.Errorf("%q was issued by %s", identity.Name, o.Name)
			}
		}
	}
	return nil
}

func (n *Network) remember(organisation string, identity topology.Identity) {
	if n.state.Issued == nil {
		n.state.Issued = map[string][]topology.Identity{}
	}
	others := slices.DeleteFunc(n.state.Issued[organisation], func(i topology.Identity) bool { return i.Name == identity.Name })
	n.state.Issued[organisation] = append(others, identity)
}

// Versions says which programs the network consists of and which versions they are.
func Versions(ctx context.Context, options Options) ([]string, error) {
	n, err := Open(options)
	if err != nil {
		return nil, err
	}
	if n.set, err = n.maker.Make(ctx); err != nil {
		return nil, err
	}
	var lines []string
	for _, program := range [][]string{
		{"peer", "version"}, {"orderer", "version"}, {"configtxgen", "-version"}, {"fabric-ca-server", "version"},
	} {
		path := n.set.Path(program[0])
		output, err := exec.CommandContext(ctx, path, program[1:]...).CombinedOutput()
		if err != nil {
			return lines, fmt.Errorf("%s: %w", path, err)
		}
		lines = append(lines, fmt.Sprintf("%s %s (%s)", program[0], version(string(output)), path))
	}
	return lines, nil
}

func version(output string) string {
	_, rest, ok := strings.Cut(output, "Version: ")
	if !ok {
		return "unknown"
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}
