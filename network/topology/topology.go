// Package topology reads the one file that says who is in the network: organisations, their nodes and customs offices,
// the people and programs that get a certificate, and the few figures that decide how blocks are cut.
//
// Everything else is derived. The port plan ([Topology.Plan]) follows from the order of the organisations, the founding
// registry ([Topology.Founding]) that the chaincode stores as its first transaction from the organisations and offices.
// Two countries that read the same file therefore derive the same genesis block settings and the same registry, byte
// for byte, and neither has to believe the other's copy.
//
// The reader is strict, because a misspelt key in such a file is a node that silently listens somewhere else: unknown
// and repeated keys, and values that contradict each other, are errors that name the line and the key.
package topology

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Version is the version of the file format this package reads.
const Version = 1

// Kind is what an organisation is in the transit system.
type Kind = transit.Kind

// The kinds of organisations.
const (
	Customs   = transit.Customs
	Guarantor = transit.Guarantor
	Regulator = transit.Regulator
)

// Role is the value of the certificate attribute "role"; Admin is not an attribute but the NodeOU admin.
type Role string

// The roles identities are issued for.
const (
	Admin          Role = "admin"
	Officer        Role = "officer"
	Trader         Role = "trader"
	GuarantorClerk Role = "guarantor"
	Analyst        Role = "analyst"
	Courier        Role = "courier"
)

// MajorityOfCustoms is the endorsement policy that asks for the peers of more than half of the customs authorities.
const MajorityOfCustoms = "majority-of-customs"

// Topology is the content of a topology file.
type Topology struct {
	Version     int         `yaml:"version"`
	Channel     string      `yaml:"channel"`
	Chaincode   Chaincode   `yaml:"chaincode"`
	Ports       Ports       `yaml:"ports"`
	Listen      string      `yaml:"listen"`
	Ordering    Ordering    `yaml:"ordering"`
	Application Application `yaml:"application"`
	// RetentionDays is how long content is kept after the end of a movement, 0 for ever.
	RetentionDays int            `yaml:"retention-days"`
	Rates         []Rate         `yaml:"rates"`
	Organisations []Organisation `yaml:"organisations"`
}

// Chaincode is the program every organisation's peer runs.
type Chaincode struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	// Package is the Go package of the program, relative to the repository's root.
	Package string `yaml:"package"`
	// Endorsement is [MajorityOfCustoms] or a signature policy such as OutOf(2, 'CNMSP.peer', 'KZMSP.peer').
	Endorsement string `yaml:"endorsement"`
}

// Ports places the port blocks of the organisations.
type Ports struct {
	Base int `yaml:"base"`
}

// Ordering holds the settings of the SmartBFT orderers. BatchTimeout of the classic configuration has no counterpart:
// under BFT the interval alone decides.
type Ordering struct {
	Interval         time.Duration `yaml:"interval"`
	Batch            Batch         `yaml:"batch"`
	LeaderHeartbeat  time.Duration `yaml:"leader-heartbeat"`
	RequestForward   time.Duration `yaml:"request-forward"`
	RequestComplain  time.Duration `yaml:"request-complain"`
	ViewChange       time.Duration `yaml:"view-change"`
	ViewChangeResend time.Duration `yaml:"view-change-resend"`
	RequestPool      int           `yaml:"request-pool"`
}

// Batch limits one block.
type Batch struct {
	Messages int `yaml:"messages"`
	// Bytes is both the largest block and the largest transaction anybody can push onto the ledger.
	Bytes int `yaml:"bytes"`
}

// Application is the program run beside the peer of each customs authority once the chaincode is deployed. In its
// command {bin} stands for the folder of built programs, {profile} for the client's profile, {organisation} for the
// organisation's name.
type Application struct {
	Enabled bool     `yaml:"enabled"`
	Command []string `yaml:"command"`
	// ExampleMappings gives each organisation's application the mappings of client/formats/national/examples to begin with.
	ExampleMappings bool `yaml:"example-mappings"`
}

// Organisation is one member of the consortium: one MSP, shared by its peer and its orderer.
type Organisation struct {
	Name  string `yaml:"name"`
	Title string `yaml:"title"`
	// Country is ISO 3166-1 alpha-2, for customs authorities only.
	Country string `yaml:"country"`
	Kind    Kind   `yaml:"kind"`
	MSP     string `yaml:"msp"`
	Peer    *Node  `yaml:"peer"`
	// FurtherPeers stand in for the first one. They run on the same machine, are no anchors, and so come and go without a change
	// of the channel's configuration.
	FurtherPeers []Node     `yaml:"further-peers"`
	Orderer      *Node      `yaml:"orderer"`
	Offices      []Office   `yaml:"offices"`
	Operators    []Operator `yaml:"operators"`
	Identities   []Identity `yaml:"identities"`
	// Signatures: the operators of a customs authority sign what they declare. The trust anchor in the registry is to begin
	// with the authority that enrols them.
	Signatures bool `yaml:"signatures"`
}

// Node says where a peer or an orderer is found.
type Node struct {
	// Host is the name or address by which the other members reach the node.
	Host string `yaml:"host"`
	// Listen is the address it binds, the topology's default if empty.
	Listen string `yaml:"listen"`
}

// Office is a customs office.
type Office struct {
	// Reference is the customs office reference number, an8: country code and six letters or digits.
	Reference string   `yaml:"reference"`
	Name      string   `yaml:"name"`
	Roles     []string `yaml:"roles"`
	// Zone is the offset from UTC, such as +05:00, in which Hours are meant.
	Zone  string  `yaml:"zone"`
	Hours []Hours `yaml:"hours"`
}

// Identity is somebody, or a program, that gets a certificate.
type Identity struct {
	Name string `yaml:"name"`
	Role Role   `yaml:"role"`
	// Office is the reference of the office an officer serves at.
	Office string `yaml:"office"`
	// Operator is the economic operator's number of a trader, an..17 after the EORI pattern.
	Operator string `yaml:"operator"`
}

// Load reads and checks the file.
func Load(file string) (*Topology, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("topology: %w", err)
	}
	return Parse(filepath.Base(file), text)
}

// Parse reads and checks a topology; file names it in errors, each of which is or joins a [Problem].
func Parse(file string, text []byte) (*Topology, error) {
	t := &Topology{}
	lines, err := strictDecode(file, text, t)
	if err != nil {
		return nil, err
	}
	t.fillIn()
	if err := validate(file, t, lines); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Topology) fillIn() {
	if t.Listen == "" {
		t.Listen = "127.0.0.1"
	}
	if t.Chaincode.Endorsement == "" {
		t.Chaincode.Endorsement = MajorityOfCustoms
	}
	for i := range t.Organisations {
		for _, node := range t.Organisations[i].nodes() {
			if node == nil {
				continue
			}
			if node.Listen == "" {
				node.Listen = t.Listen
			}
			if node.Host == "" {
				node.Host = "127.0.0.1"
			}
		}
	}
}

// Organisation finds a member by name.
func (t *Topology) Organisation(name string) (*Organisation, bool) {
	for i := range t.Organisations {
		if t.Organisations[i].Name == name {
			return &t.Organisations[i], true
		}
	}
	return nil, false
}

// OfKind lists the members of a kind, in the order of the file.
func (t *Topology) OfKind(kind Kind) []*Organisation {
	var found []*Organisation
	for i := range t.Organisations {
		if t.Organisations[i].Kind == kind {
			found = append(found, &t.Organisations[i])
		}
	}
	return found
}

// Orderers lists the members that run an orderer, in the order of the file, which is the order of consenter numbers.
func (t *Topology) Orderers() []*Organisation {
	var found []*Organisation
	for i := range t.Organisations {
		if t.Organisations[i].Orderer != nil {
			found = append(found, &t.Organisations[i])
		}
	}
	return found
}

// Admin is the name of the organisation's first administrator.
func (o *Organisation) Admin() string {
	for _, identity := range o.Identities {
		if identity.Role == Admin {
			return identity.Name
		}
	}
	return ""
}
