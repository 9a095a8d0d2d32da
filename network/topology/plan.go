package topology

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strconv"

	"carec.example/cats/chaincode/transit"
)

// Block is the number of ports set aside for one organisation.
const Block = 20

// Slots is the number of chaincode processes an organisation has ports for: two, for the old and the new program, of
// each of the topology's own chaincode and three further ones, such as those a benchmark compares it with.
const Slots = 8

// OrganisationPorts are the ports of an organisation, all absolute.
type OrganisationPorts struct {
	Peer, PeerOperations, PeerChaincode      int
	Orderer, OrdererOperations, OrdererAdmin int
	CA, CAOperations                         int
	Application, ApplicationOperations       int
	Chaincode                                [Slots]int
	// SecondPeer and SecondPeerOperations are a further peer's.
	SecondPeer, SecondPeerOperations int
}

// Use is one port and what wants it.
type Use struct {
	Address string
	Owner   string
}

// Plan is the port plan: block i of the organisations starts at Base + 20 i.
type Plan struct {
	topology *Topology
	base     int
}

// Plan places the port blocks, shifted by offset.
func (t *Topology) Plan(offset int) Plan {
	return Plan{topology: t, base: t.Ports.Base + offset}
}

// Last is the last port of the plan.
func (p Plan) Last() int { return p.base + Block*len(p.topology.Organisations) - 1 }

// Of gives the ports of an organisation, the zero value for an unknown one.
func (p Plan) Of(organisation string) OrganisationPorts {
	for i, o := range p.topology.Organisations {
		if o.Name == organisation {
			return blockAt(p.base + i*Block)
		}
	}
	return OrganisationPorts{}
}

func blockAt(start int) OrganisationPorts {
	ports := OrganisationPorts{
		Peer: start, PeerOperations: start + 1, PeerChaincode: start + 2,
		Orderer: start + 3, OrdererOperations: start + 4, OrdererAdmin: start + 5,
		CA: start + 6, CAOperations: start + 7,
		Application: start + 8, ApplicationOperations: start + 9,
		SecondPeer: start + 18, SecondPeerOperations: start + 19,
	}
	for i := range ports.Chaincode {
		ports.Chaincode[i] = start + 10 + i
	}
	return ports
}

// Uses lists every port the named organisations bind (all when none is named), in the order of the plan.
func (p Plan) Uses(only ...string) []Use {
	var uses []Use
	for i, o := range p.topology.Organisations {
		if len(only) > 0 && !slices.Contains(only, o.Name) {
			continue
		}
		uses = append(uses, usesOf(&p.topology.Organisations[i], p.Of(o.Name))...)
	}
	return uses
}

func usesOf(o *Organisation, ports OrganisationPorts) []Use {
	var uses []Use
	add := func(host string, port int, owner string) {
		uses = append(uses, Use{Address: Address(host, port), Owner: o.Name + " " + owner})
	}
	for _, p := range o.Peers() {
		own := p.Ports(ports)
		add(p.Listen, own.Peer, p.Name)
		add(Loopback, own.Operations, p.Name+"'s operations service")
		if own.Chaincode != 0 {
			add(Loopback, own.Chaincode, p.Name+"'s chaincode service")
		}
	}
	if o.Orderer != nil {
		add(o.Orderer.Listen, ports.Orderer, "orderer")
		add(Loopback, ports.OrdererOperations, "orderer's operations service")
		add(Loopback, ports.OrdererAdmin, "orderer's administration service")
	}
	add(Loopback, ports.CA, "certificate authority")
	add(Loopback, ports.CAOperations, "certificate authority's operations service")
	add(Loopback, ports.Application, "application")
	add(Loopback, ports.ApplicationOperations, "application's operations service")
	add(Loopback, ports.Chaincode[0], "chaincode")
	add(Loopback, ports.Chaincode[1], "chaincode, when it is upgraded")
	return uses
}

// Loopback is where everything listens that only its own machine talks to.
const Loopback = "127.0.0.1"

// Address joins a host and a port.
func Address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// Founding is the registry of organisations and offices the chaincode starts from, as JSON. Every member derives it
// from its own copy of the file; the chaincode accepts only the bytes it was itself given, so that a majority of the
// customs authorities has to agree on them.
func (t *Topology) Founding() ([]byte, error) {
	registry := transit.FoundingRequest{V: 1, Offices: []transit.Office{}, RetentionDays: t.RetentionDays}
	for _, r := range t.Rates {
		entry, err := r.entry()
		if err != nil {
			return nil, fmt.Errorf("founding registry: rate of %s: %w", r.Base, err)
		}
		registry.Rates = append(registry.Rates, entry)
	}
	for _, o := range t.Organisations {
		if books := o.books(); books.Len() > 0 {
			registry.Books = append(registry.Books, books)
		}
		registry.Organisations = append(registry.Organisations,
			transit.Organisation{MSP: o.MSP, Name: title(o), Country: o.Country, Kind: o.Kind})
		for _, office := range o.Offices {
			registry.Offices = append(registry.Offices,
				transit.Office{Reference: office.Reference, Name: office.Name, MSP: o.MSP, Roles: office.Roles})
		}
	}
	text, err := json.Marshal(registry)
	if err != nil {
		return nil, fmt.Errorf("founding registry: %w", err)
	}
	return text, nil
}

func title(o Organisation) string {
	if o.Title != "" {
		return o.Title
	}
	return o.Name
}
