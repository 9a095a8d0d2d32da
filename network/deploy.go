package network

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"carec.example/cats/network/genesis"
	"carec.example/cats/network/lifecycle"
	"carec.example/cats/network/material"
	"carec.example/cats/network/nodes"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

// Deployment is a chaincode to be deployed.
type Deployment struct {
	Name, Version string
	// Binary is the path of its program, which serves as [nodes.Site.ChaincodeSpec] tells it.
	Binary string
	// Policy is its endorsement policy: topology.MajorityOfCustoms or a signature policy expression.
	Policy string
	// Renew makes a new definition even when what stands is the same: a peer that has lost what its organisation approved cannot
	// approve the same definition again.
	Renew bool
}

// deployOwn builds and deploys the topology's chaincode and has the registry founded.
func (n *Network) deployOwn(ctx context.Context) error {
	if n.options.WithoutChaincode {
		return nil
	}
	own := n.topology.Chaincode
	outcome, err := n.Deploy(ctx, Deployment{Name: own.Name, Version: own.Version, Binary: n.options.Chaincode, Policy: own.Endorsement})
	if err != nil {
		return err
	}
	if !outcome.Committed {
		n.options.Step(fmt.Sprintf("%d of %d organisations have approved chaincode %s; it is committed when a majority has",
			outcome.Approvals, len(n.topology.Organisations), own.Name))
		return nil
	}
	if n.options.WithoutFounding {
		return nil
	}
	return n.foundRegistry(ctx)
}

// Deploy deploys a chaincode, or a new form of it, in every organisation of this machine: the program is copied into
// the network's folder, packaged and installed, its processes are started beside those of an earlier one, and the
// definition is approved and committed; then the earlier processes go. Deploying what stands already only sees to it
// that its processes run.
func (n *Network) Deploy(ctx context.Context, d Deployment) (lifecycle.Outcome, error) {
	n.deploying.Lock()
	defer n.deploying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, deployTimeout)
	defer cancel()
	next, content, err := n.prepare(d)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if next.Sequence == 0 {
		n.options.Step(fmt.Sprintf("deploying chaincode %s: install, approve, commit", d.Name))
	}
	if err := n.runChaincodes(ctx); err != nil {
		return lifecycle.Outcome{}, err
	}
	sessions, err := n.sessions()
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	defer closeAll(sessions)
	outcome, err := lifecycle.Deploy(ctx, sessions, lifecycle.Definition{
		Channel: n.topology.Channel, Name: d.Name, Version: next.Version, Policy: next.Policy,
		PackageID: next.PackageID, Package: content, Members: len(n.topology.Organisations), Renew: d.Renew,
	})
	if err != nil {
		return outcome, fmt.Errorf("deploy %s: %w", d.Name, err)
	}
	if !outcome.Committed {
		return outcome, nil
	}
	n.state.promote(next, outcome.Sequence)
	if err := n.awaitNeighbours(ctx, sessions, d.Name); err != nil {
		return outcome, err
	}
	return outcome, n.runChaincodes(ctx)
}

// runChaincodes remembers the chaincodes, tells the peers where their processes are, and has exactly these run.
func (n *Network) runChaincodes(ctx context.Context) error {
	if err := n.state.write(n.net); err != nil {
		return err
	}
	if err := n.apply(ctx); err != nil {
		return err
	}
	return n.awaitHealthy(ctx, nodes.Chaincode)
}

// neighbourTimeout is how long peers may take to find each other. They try again every few seconds, those that have been away
// every half minute; a caretaker's new peer takes the whole ledger in before the others know it.
const neighbourTimeout = 3 * time.Minute

// awaitNeighbours waits until the peers of this machine see each other, running the chaincode if one is named.
func (n *Network) awaitNeighbours(ctx context.Context, sessions []*lifecycle.Session, chaincode string) error {
	ctx, cancel := context.WithTimeout(ctx, neighbourTimeout)
	defer cancel()
	peers := map[string]int{}
	for _, s := range sessions {
		peers[s.Member.MSP]++
	}
	return lifecycle.AwaitNeighbours(ctx, sessions, n.topology.Channel, chaincode, peers)
}

// deployTimeout bounds a deployment. The longest wait in it is for enough orderers of other organisations to be up.
const deployTimeout = 3 * time.Minute

func (n *Network) policy(policy string) string {
	if policy == "" || policy == topology.MajorityOfCustoms {
		return genesis.Majority(n.topology)
	}
	return policy
}

// prepare copies the program, makes its package and enters it among the chaincodes.
func (n *Network) prepare(d Deployment) (chain, []byte, error) {
	program, digest, err := n.keep(d)
	if err != nil {
		return chain{}, nil, fmt.Errorf("deploy %s: %w", d.Name, err)
	}
	c := chain{
		Name: d.Name, Version: fmt.Sprintf("%s+%.12s", d.Version, digest), Policy: n.policy(d.Policy), Program: program, Digest: digest,
	}
	c.Label = c.Name + "_" + c.Version
	content, id, err := lifecycle.Package(c.Label, digest)
	if err != nil {
		return chain{}, nil, err
	}
	c.PackageID = id
	entered, err := n.state.take(c)
	if err != nil {
		return chain{}, nil, err
	}
	return *entered, content, nil
}

func (n *Network) program(name string) string { return n.net.File(filepath.Join("programs", name)) }

// keep copies a program under its digest, so that rebuilding it never changes what runs.
func (n *Network) keep(d Deployment) (name, digest string, err error) {
	from, err := os.Open(d.Binary)
	if err != nil {
		return "", "", err
	}
	defer from.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, from); err != nil {
		return "", "", err
	}
	digest = hex.EncodeToString(hash.Sum(nil))
	name = fmt.Sprintf("%s-%.12s", d.Name, digest)
	path := n.program(name)
	if _, err := os.Stat(path); err == nil {
		return name, digest, nil
	}
	content, err := os.ReadFile(d.Binary)
	if err != nil {
		return "", "", err
	}
	if err := material.WriteFile(path+".new", content); err != nil {
		return "", "", err
	}
	executable := os.Chmod(path+".new", 0o700) //nolint:gosec // a program must be executable, by its owner
	return name, digest, errors.Join(executable, os.Rename(path+".new", path))
}

// applications starts the node applications.
func (n *Network) applications(ctx context.Context) error {
	if err := n.apply(ctx); err != nil {
		return err
	}
	return n.writeProfile()
}

func (n *Network) applicationSpecs() ([]supervisor.Spec, error) {
	if !n.applying || n.state.committed(n.topology.Chaincode.Name) == nil {
		return nil, nil
	}
	var specs []supervisor.Spec
	for _, o := range n.here() {
		spec := n.site.ApplicationSpec(o)
		content, err := os.ReadFile(spec.Path)
		if err != nil {
			return nil, fmt.Errorf("application of %s: %w", o.Name, err)
		}
		digest := sha256.Sum256(content)
		spec.Digest = hex.EncodeToString(digest[:])
		specs = append(specs, spec)
	}
	return specs, nil
}
