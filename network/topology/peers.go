package topology

import (
	"strconv"
	"strings"
)

// MaxPeers is how many peers the port block of an organisation has room for.
const MaxPeers = 2

// PeerNode is one of an organisation's peers.
type PeerNode struct {
	*Node
	// Number counts from 1, the organisation's first peer and its anchor.
	Number int
	// Name is its name within the organisation and that of its folder: peer, peer-2.
	Name string
}

// PeerPorts are the ports of one peer.
type PeerPorts struct {
	Peer, Operations int
	// Chaincode is where programs that a peer has started itself would call back. Ours run as a service that the peer calls, so
	// that a further peer takes any port: 0.
	Chaincode int
}

// Peers lists the organisation's peers, the first one first.
func (o *Organisation) Peers() []PeerNode {
	var all []PeerNode
	if o.Peer != nil {
		all = append(all, PeerNode{Node: o.Peer, Number: 1, Name: "peer"})
	}
	for i := range o.FurtherPeers {
		number := i + 2
		all = append(all, PeerNode{Node: &o.FurtherPeers[i], Number: number, Name: "peer-" + strconv.Itoa(number)})
	}
	return all
}

// Process is the name of the peer's process.
func (p PeerNode) Process(organisation string) string {
	return strings.ToLower(organisation) + "-" + p.Name
}

// Ports picks the peer's own out of its organisation's.
func (p PeerNode) Ports(all OrganisationPorts) PeerPorts {
	if p.Number > 1 {
		return PeerPorts{Peer: all.SecondPeer, Operations: all.SecondPeerOperations}
	}
	return PeerPorts{Peer: all.Peer, Operations: all.PeerOperations, Chaincode: all.PeerChaincode}
}

// nodes lists the organisation's peers and its orderer.
func (o *Organisation) nodes() []*Node {
	var all []*Node
	for _, p := range o.Peers() {
		all = append(all, p.Node)
	}
	if o.Orderer != nil {
		all = append(all, o.Orderer)
	}
	return all
}
