// Package nodes writes the configuration of every process of an organisation and says how it is started.
//
// The settings that differ from Fabric's defaults were all paid for by a fault on a measured network; the templates name
// the fault beside each.
package nodes

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"

	"carec.example/cats/network/material"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

//go:embed core.yaml.tmpl orderer.yaml.tmpl
var templates embed.FS

// Kinds of processes.
const (
	Orderer     = "orderer"
	Peer        = "peer"
	Chaincode   = "chaincode"
	Application = "application"
)

// logFormat leaves out the terminal colours of the default. The level is error because the orderers' library reports at
// the level below every request and at warning every stream a gateway closes, which is one per transaction.
const logFormat = "FABRIC_LOGGING_FORMAT=%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{message}"

// Site is what all processes of a network on this machine share.
type Site struct {
	Topology *topology.Topology
	Plan     topology.Plan
	Net      material.Net
	// Root is the directory relative commands of the application start in.
	Root string
	// Binary finds a program by name.
	Binary func(name string) string
	// Bin is the folder of the repository's own programs.
	Bin string
	// Builder is the folder whose bin holds detect, build and release.
	Builder string
}

// Chain is a chaincode as the processes see it.
type Chain struct {
	// Label is the label of its package, PackageID its identifier.
	Label, PackageID string
	// Binary is the program, Digest its SHA-256.
	Binary, Digest string
	// Slot is its place in the port plan, below [topology.Slots]: slots 0 and 1 are the topology's own chaincode's, which
	// its programs take in turns, 2 and 3 the next one's.
	Slot int
	// Name is the name of its definition.
	Name string
	// Founding is the path of the founding registry, handed to the program.
	Founding string
}

type values struct {
	Site
	*topology.Organisation
	Ports  topology.OrganisationPorts
	Folder material.Organisation
	TLSCAs []string
}

// peerValues are those of one peer.
type peerValues struct {
	values
	// Node is the peer, Own its ports, Home its folder.
	Node topology.PeerNode
	Own  topology.PeerPorts
	Home material.Organisation
	// Bootstrap are the addresses of the organisation's peers, which meet each other there.
	Bootstrap   string
	PeerAddress string
}

func (s Site) peerValues(o *topology.Organisation, p topology.PeerNode) peerValues {
	v := peerValues{values: s.values(o), Node: p}
	v.Own, v.Home = p.Ports(v.Ports), material.Organisation(v.Folder.Path(p.Name))
	v.PeerAddress = topology.Address(p.Host, v.Own.Peer)
	var all []string
	for _, one := range o.Peers() {
		all = append(all, topology.Address(one.Host, one.Ports(v.Ports).Peer))
	}
	v.Bootstrap = strings.Join(all, " ")
	return v
}

func (s Site) values(o *topology.Organisation) values {
	folder, ports := s.Net.Organisation(o.Name), s.Plan.Of(o.Name)
	v := values{
		Site: s, Organisation: o, Ports: ports, Folder: folder,
	}
	for i := range s.Topology.Organisations {
		v.TLSCAs = append(v.TLSCAs, s.Net.Organisation(s.Topology.Organisations[i].Name).TLSCA())
	}
	return v
}

// render writes a node's configuration and returns its digest.
func (s Site) render(name string, v any, file string) (string, error) {
	parsed, err := template.New(name).Funcs(template.FuncMap{"json": quote}).ParseFS(templates, name)
	if err != nil {
		return "", fmt.Errorf("nodes: %w", err)
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, v); err != nil {
		return "", fmt.Errorf("nodes: %w", err)
	}
	digest := sha256.Sum256(text.Bytes())
	return hex.EncodeToString(digest[:]), material.WriteFile(file, text.Bytes())
}

// number is the organisation's consenter number.
func (s Site) number(o *topology.Organisation) int {
	for i, orderer := range s.Topology.Orderers() {
		if orderer.Name == o.Name {
			return i + 1
		}
	}
	return 0
}

// quote writes a value as JSON, which is YAML too.
func quote(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// OrdererSpec writes the orderer's configuration and says how it is started.
func (s Site) OrdererSpec(o *topology.Organisation) (supervisor.Spec, error) {
	v := s.values(o)
	folder := v.Folder.Path("orderer")
	digest, err := s.render("orderer.yaml.tmpl", v, filepath.Join(folder, "orderer.yaml"))
	if err != nil {
		return supervisor.Spec{}, err
	}
	operations := topology.Address(topology.Loopback, v.Ports.OrdererOperations)
	return supervisor.Spec{
		Name: strings.ToLower(o.Name) + "-orderer", Tier: 0, Number: s.number(o), Kind: Orderer, Digest: digest, Organisation: o.Name,
		Address: topology.Address(o.Orderer.Host, v.Ports.Orderer),
		Path:    s.Binary("orderer"), Folder: folder,
		Environment: []string{"FABRIC_CFG_PATH=" + folder, "FABRIC_LOGGING_SPEC=error", logFormat},
		Log:         v.Folder.Path("log", "orderer.log"),
		Health:      "http://" + operations + "/healthz",
		Metrics:     "http://" + operations + "/metrics",
	}, nil
}

// PeerSpec writes a peer's configuration and says how it is started.
func (s Site) PeerSpec(o *topology.Organisation, p topology.PeerNode) (supervisor.Spec, error) {
	v := s.peerValues(o, p)
	folder := v.Home.Path()
	digest, err := s.render("core.yaml.tmpl", v, filepath.Join(folder, "core.yaml"))
	if err != nil {
		return supervisor.Spec{}, err
	}
	operations := topology.Address(topology.Loopback, v.Own.Operations)
	builder, err := quote(map[string]string{"connections": connectionsOf(v.Folder, p)})
	if err != nil {
		return supervisor.Spec{}, err
	}
	return supervisor.Spec{
		Name: p.Process(o.Name), Tier: 1, Kind: Peer, Digest: digest, Organisation: o.Name,
		Address: v.PeerAddress,
		Path:    s.Binary("peer"), Arguments: []string{"node", "start"}, Folder: folder,
		Environment: []string{
			"FABRIC_CFG_PATH=" + folder, "FABRIC_LOGGING_SPEC=error", logFormat,
			"CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG=" + builder,
		},
		Log:     v.Folder.Path("log", p.Name+".log"),
		Health:  "http://" + operations + "/healthz",
		Metrics: "http://" + operations + "/metrics",
	}, nil
}

// ChaincodeSpec says how an organisation's process of a chaincode is started.
func (s Site) ChaincodeSpec(o *topology.Organisation, chain Chain) supervisor.Spec {
	v := s.values(o)
	name := strings.ToLower(o.Name) + "-chaincode"
	if chain.Slot/2 > 0 {
		name += "-" + chain.Name
	}
	if chain.Slot%2 > 0 {
		name += "-b"
	}
	pair := v.Folder.Chaincode()
	address := topology.Address(topology.Loopback, v.Ports.Chaincode[chain.Slot])
	return supervisor.Spec{
		Name: name, Tier: 2, Digest: chain.Digest, Kind: Chaincode, Organisation: o.Name, Address: address,
		Path: chain.Binary, Folder: v.Folder.Path("chaincode"),
		Environment: []string{
			"CHAINCODE_ID=" + chain.PackageID,
			"CHAINCODE_SERVER_ADDRESS=" + address,
			"CHAINCODE_TLS_CERT=" + pair.TLSCertificate(),
			"CHAINCODE_TLS_KEY=" + pair.TLSKey(),
			"CHAINCODE_TLS_CLIENT_CA=" + v.Folder.TLSCA(),
			"CATS_FOUNDING=" + chain.Founding,
		},
		Log: v.Folder.Path("log", name+".log"),
	}
}

// ApplicationSpec says how an organisation's node application is started.
func (s Site) ApplicationSpec(o *topology.Organisation) supervisor.Spec {
	v := s.values(o)
	expand := strings.NewReplacer("{profile}", s.Net.File("profile.json"), "{organisation}", o.Name, "{bin}", s.Bin)
	var command []string
	for _, word := range s.Topology.Application.Command {
		command = append(command, expand.Replace(word))
	}
	path := command[0]
	if !filepath.IsAbs(path) && strings.Contains(path, "/") {
		path = filepath.Join(s.Root, path)
	}
	address := topology.Address(topology.Loopback, v.Ports.Application)
	operations := topology.Address(topology.Loopback, v.Ports.ApplicationOperations)
	return supervisor.Spec{
		Name: strings.ToLower(o.Name) + "-application", Tier: 3, Kind: Application, Organisation: o.Name, Address: address,
		Path: path, Arguments: command[1:], Folder: v.Folder.Path("application"),
		Environment: []string{"CATS_LISTEN=" + address, "CATS_OPERATIONS=" + operations, "CATS_DATA=" + v.Folder.Path("application")},
		Health:      "http://" + operations + "/healthz",
		Log:         v.Folder.Path("log", "application.log"),
	}
}

// connection is how a peer reaches the chaincode process of its organisation; the builder completes it with the files'
// content when the peer builds the package.
type connection struct {
	Address    string `json:"address"`
	RootCert   string `json:"root_cert_file"`
	ClientCert string `json:"client_cert_file"`
	ClientKey  string `json:"client_key_file"`
}

// numbered is the name of a file that each peer has of its own in the folder of the chaincode: name.json, name-2.json.
func numbered(folder material.Organisation, p topology.PeerNode, name, extension string) string {
	if p.Number > 1 {
		name += "-" + strconv.Itoa(p.Number)
	}
	return folder.Path("chaincode", name+extension)
}

func connectionsOf(folder material.Organisation, p topology.PeerNode) string {
	return numbered(folder, p, "connections", ".json")
}

// WriteConnections tells the organisation's peers where the process of each package label answers, which is one for all of them.
// A peer presents its own TLS certificate there and accepts the chaincode's certificate only, not any the authority may have issued.
func (s Site) WriteConnections(o *topology.Organisation, chains []Chain) error {
	for _, p := range o.Peers() {
		if err := s.writeConnections(o, p, chains); err != nil {
			return fmt.Errorf("nodes: %w", err)
		}
	}
	return nil
}

func (s Site) writeConnections(o *topology.Organisation, p topology.PeerNode, chains []Chain) error {
	v := s.values(o)
	node := material.Pair(v.Folder.Path(p.Name))
	all := map[string]connection{}
	for _, chain := range chains {
		all[chain.Label] = connection{
			Address:  topology.Address(topology.Loopback, v.Ports.Chaincode[chain.Slot]),
			RootCert: v.Folder.Chaincode().TLSCertificate(), ClientCert: node.TLSCertificate(), ClientKey: node.TLSKey(),
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := dropStaleBuilds(v.Folder, p); err != nil {
		return err
	}
	return material.WriteFile(connectionsOf(v.Folder, p), append(text, '\n'))
}

// dropStaleBuilds deletes what the peer has built of its packages if the two certificates are not those they were built
// with: a build holds them for good, and the peer makes it anew only when it is gone.
func dropStaleBuilds(folder material.Organisation, p topology.PeerNode) error {
	var certificates []byte
	for _, pair := range []material.Pair{material.Pair(folder.Path(p.Name)), folder.Chaincode()} {
		certificate, err := os.ReadFile(pair.TLSCertificate())
		if err != nil {
			return err
		}
		certificates = append(certificates, certificate...)
	}
	marker := numbered(folder, p, "built-with", ".pem")
	built, err := os.ReadFile(marker)
	if err == nil && bytes.Equal(built, certificates) {
		return nil
	}
	if err := os.RemoveAll(folder.Path(p.Name, "data", "externalbuilder", "builds")); err != nil {
		return err
	}
	return material.WriteFile(marker, certificates)
}
