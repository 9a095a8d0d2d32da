package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/network/lifecycle"
	"carec.example/cats/network/nodes"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// Override is for an organisation that is gone for good: a caretaker takes its place under the same MSP name, so that the
// records which ask for its peer can go on. All other members' administrators that this machine has sign one update of
// the channel's configuration; the channel wants a majority. Then the caretaker's peer joins with keys of its own, an empty ledger that it
// fills from the others, and the current chaincode. The organisation's orderer is not replaced: the remaining ones order on, and taking in
// another is a decision of its own. What the organisation had alone, the content in its private collection, is delivered again
// by those who have it (cats movement deliver).
//
// The old folder is kept beside the new one. An override that was interrupted after the update is finished by calling it again.
func Override(ctx context.Context, options Options, organisation string) (*Network, error) {
	n, err := Attach(ctx, options)
	if err != nil {
		return nil, err
	}
	return n, n.Override(ctx, organisation)
}

// Override puts a caretaker in the place of an organisation, see [Override].
func (n *Network) Override(ctx context.Context, organisation string) error {
	gone, ok := n.topology.Organisation(organisation)
	if !ok {
		return fmt.Errorf("no organisation %q in the topology", organisation)
	}
	unlock, err := n.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if n.set, err = n.maker.Make(ctx); err != nil {
		return err
	}
	n.site.Builder = n.set.Builder
	if err := n.prepareRun(); err != nil {
		return err
	}
	if n.state.Caretakers[gone.Name] == "" {
		if err := n.replace(ctx, gone); err != nil {
			return err
		}
	}
	n.options.Step("the caretaker's peer joins as " + gone.MSP)
	for _, do := range []func() error{
		func() error { return n.found(ctx) },
		func() error { return n.forget(ctx, gone) },
		func() error { return n.restartAll(ctx, gone) },
		func() error { return n.join(ctx) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	own := n.topology.Chaincode
	outcome, err := n.Deploy(ctx, Deployment{
		Name: own.Name, Version: own.Version, Binary: n.options.Chaincode, Policy: own.Endorsement, Renew: true,
	})
	if err != nil {
		return err
	}
	if !outcome.Committed {
		return fmt.Errorf("%d organisations have approved the chaincode for the caretaker, not the majority", outcome.Approvals)
	}
	if err := n.applications(ctx); err != nil {
		return err
	}
	return n.wakeApplication(ctx, gone)
}

// wakeApplication starts the caretaker's application anew: while its peer was catching up it was refused, and backs off.
func (n *Network) wakeApplication(ctx context.Context, o *topology.Organisation) error {
	specs, err := n.processesOf(o)
	if err != nil {
		return err
	}
	for _, s := range specs {
		if s.Kind != nodes.Application {
			continue
		}
		if err := n.control.Restart(ctx, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// prepareRun finds the programs that the network runs, for one that was only attached to.
func (n *Network) prepareRun() error {
	own := n.state.committed(n.topology.Chaincode.Name)
	if own == nil {
		return errors.New("no chaincode is committed yet: there is nothing that a caretaker could go on with")
	}
	n.options.Chaincode = n.program(own.Program)
	n.applying = n.topology.Application.Enabled && exists(filepath.Join(n.options.Bin, "cats"))
	return nil
}

// replace ends the organisation's processes, issues the caretaker's keys and has the channel take them for the organisation's.
func (n *Network) replace(ctx context.Context, gone *topology.Organisation) error {
	others, err := n.othersSessions(gone)
	if err != nil {
		return err
	}
	defer closeAll(others)
	n.options.Step("ending what still runs of " + gone.Name)
	if err := n.hold(ctx, gone); err != nil {
		return err
	}
	if err := n.setAside(gone); err != nil {
		return err
	}
	n.options.Step("issuing the caretaker's identities")
	if err := n.issuer(gone).Issue(ctx); err != nil {
		return err
	}
	config, err := others[0].Configuration(ctx, n.topology.Channel)
	if err != nil {
		return err
	}
	roots, err := lifecycle.ReadRoots(n.net.Organisation(gone.Name).PublicMSP())
	if err != nil {
		return err
	}
	group := cats.CaretakerGroup(gone.MSP, time.Now())
	update, err := lifecycle.ReplaceByCaretaker(n.topology.Channel, config, gone.MSP, group, roots)
	if err != nil {
		return err
	}
	n.options.Step(fmt.Sprintf("%d administrators sign the change of the channel's configuration: %s for %s", len(others), group, gone.MSP))
	envelope, err := lifecycle.SignUpdate(update, others)
	if err != nil {
		return err
	}
	if err := n.broadcast(ctx, gone, others[0].Member, envelope); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := lifecycle.AwaitGroup(waiting, others, n.topology.Channel, gone.MSP, group); err != nil {
		return err
	}
	if n.state.Caretakers == nil {
		n.state.Caretakers = map[string]string{}
	}
	n.state.Caretakers[gone.Name] = group
	return n.state.write(n.net)
}

func (n *Network) othersSessions(gone *topology.Organisation) ([]*lifecycle.Session, error) {
	var sessions []*lifecycle.Session
	for _, o := range n.here() {
		if o.Name == gone.Name {
			continue
		}
		session, err := lifecycle.Open(n.member(o, o.Peers()[0]))
		if err != nil {
			closeAll(sessions)
			return nil, err
		}
		sessions = append(sessions, session)
	}
	if 2*len(sessions) <= len(n.topology.Organisations) {
		closeAll(sessions)
		return nil, fmt.Errorf("this machine has the administrators of %d other members; the channel wants the majority of %d",
			len(sessions), len(n.topology.Organisations))
	}
	return sessions, nil
}

// processesOf lists the processes of an organisation on this machine.
func (n *Network) processesOf(o *topology.Organisation) ([]supervisor.Spec, error) {
	specs, err := n.specs()
	return slices.DeleteFunc(specs, func(s supervisor.Spec) bool { return s.Organisation != o.Name }), err
}

// hold keeps the organisation's processes down.
func (n *Network) hold(ctx context.Context, o *topology.Organisation) error {
	specs, err := n.processesOf(o)
	if err != nil {
		return err
	}
	for _, s := range specs {
		if err := n.control.Hold(ctx, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// forget restarts the others' peers, one after the other. A running peer never forgets who answered at an address: it would go
// on trying to reach the organisation's peer where the caretaker's is, and each try would end its conversation with the caretaker's.
func (n *Network) forget(ctx context.Context, gone *topology.Organisation) error {
	if err := n.hold(ctx, gone); err != nil {
		return err
	}
	for _, o := range n.here() {
		if o.Name == gone.Name {
			continue
		}
		for _, peer := range peerNames(o) {
			if err := n.control.Restart(ctx, peer); err != nil {
				return err
			}
			if err := n.AwaitServing(ctx, peer); err != nil {
				return err
			}
		}
	}
	return nil
}

// restartAll starts the caretaker's processes, which have the names of the organisation's, and waits until its peer serves.
func (n *Network) restartAll(ctx context.Context, o *topology.Organisation) error {
	if err := n.apply(ctx); err != nil {
		return err
	}
	specs, err := n.processesOf(o)
	if err != nil {
		return err
	}
	for _, s := range specs {
		if err := n.control.Restart(ctx, s.Name); err != nil {
			return err
		}
	}
	return n.AwaitServing(ctx, peerNames(o)...)
}

// setAside moves the organisation's folder out of the way of the caretaker's, unless an earlier try has.
func (n *Network) setAside(o *topology.Organisation) error {
	folder := n.net.Organisation(o.Name).Path()
	aside := folder + ".gone"
	if exists(aside) {
		return nil
	}
	return os.Rename(folder, aside)
}

// broadcast hands the update to an orderer of another member, whichever takes it first.
func (n *Network) broadcast(ctx context.Context, gone *topology.Organisation, m lifecycle.Member, e *lifecycle.Envelope) error {
	var failed error
	for _, o := range n.topology.Orderers() {
		if o.Name == gone.Name || !n.orders(o) {
			continue
		}
		address := topology.Address(o.Orderer.Host, n.plan.Of(o.Name).Orderer)
		as := m
		as.TLSCA = n.net.Organisation(o.Name).TLSCA()
		err := lifecycle.Broadcast(ctx, as, address, o.Orderer.Host, e)
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// orders reports whether an organisation runs an orderer: a caretaker does not.
func (n *Network) orders(o *topology.Organisation) bool {
	return o.Orderer != nil && n.state.Caretakers[o.Name] == ""
}
