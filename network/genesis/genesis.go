// Package genesis writes the channel's first block from the topology and the public material of every member.
//
// Two settings deserve their reasons here. Readers and Writers are one signature policy naming every member instead of
// the usual "ANY of the members' own policies": the latter makes every node verify a signature once per member until
// one fits, twice per transaction and node, which a measured network paid for with a third of its throughput. The price
// is that adding a member edits three more policies in the same configuration update. And endorsement asks for peers,
// never for members: a clerk's certificate is a member too and could sign an endorsement of its own making.
package genesis

import (
	"bytes"
	"context"
	_ "embed" // the template of configtx.yaml
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"

	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

//go:embed configtx.yaml.tmpl
var configtx string

// File is the name of the block in the network's folder.
const File = "genesis.block"

type values struct {
	*topology.Topology
	Members, Orderers []member
	Everybody         string
	Majority          string
}

type member struct {
	*topology.Organisation
	PublicMSP   string
	Consenter   int
	OrdererPort int
	PeerPort    int
	Identity    string
	TLS         string
}

// Missing names the members whose public material is not in the network's folder yet.
func Missing(t *topology.Topology, net material.Net) []string {
	var missing []string
	for _, m := range members(t, net, t.Plan(0)) {
		files := []string{filepath.Join(m.PublicMSP, "config.yaml")}
		if m.Orderer != nil {
			files = append(files, m.Identity, m.TLS)
		}
		for _, file := range files {
			if _, err := os.Stat(file); err != nil {
				missing = append(missing, m.Name)
				break
			}
		}
	}
	return missing
}

// Write makes the block unless it stands already: it is the identity of the channel and is never made twice.
func Write(ctx context.Context, configtxgen string, t *topology.Topology, net material.Net, plan topology.Plan) error {
	block := net.File(File)
	if _, err := os.Stat(block); err == nil {
		return nil
	}
	text, err := Config(t, net, plan)
	if err != nil {
		return err
	}
	folder := net.File("configtx")
	if err := material.WriteFile(filepath.Join(folder, "configtx.yaml"), text); err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	made := filepath.Join(folder, File)
	command := exec.CommandContext(ctx, configtxgen,
		"-profile", "Channel", "-channelID", t.Channel, "-configPath", folder, "-outputBlock", made)
	command.Env = append(os.Environ(), "FABRIC_LOGGING_SPEC=error")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("genesis: configtxgen: %w: %s", err, strings.TrimSpace(string(output)))
	}
	if err := os.Rename(made, block); err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	return nil
}

// Config is the configtx.yaml the block is made from.
func Config(t *topology.Topology, net material.Net, plan topology.Plan) ([]byte, error) {
	v := values{Topology: t, Members: members(t, net, plan), Majority: Majority(t)}
	var everybody []string
	for _, m := range v.Members {
		everybody = append(everybody, fmt.Sprintf("'%s.member'", m.MSP))
		if m.Orderer != nil {
			v.Orderers = append(v.Orderers, m)
		}
	}
	v.Everybody = "OR(" + strings.Join(everybody, ", ") + ")"
	parsed, err := template.New("configtx").Parse(configtx)
	if err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, v); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	return text.Bytes(), nil
}

func members(t *topology.Topology, net material.Net, plan topology.Plan) []member {
	var all []member
	consenters := 0
	for i := range t.Organisations {
		o := &t.Organisations[i]
		folder, ports := net.Organisation(o.Name), plan.Of(o.Name)
		m := member{Organisation: o, PublicMSP: folder.PublicMSP(), OrdererPort: ports.Orderer, PeerPort: ports.Peer}
		if o.Orderer != nil {
			consenters++
			m.Consenter = consenters
			m.Identity = folder.Path("public", "orderer", "identity.pem")
			m.TLS = folder.Path("public", "orderer", "tls.pem")
		}
		all = append(all, m)
	}
	return all
}

// Majority is the signature policy asking for the peers of more than half of the customs authorities.
func Majority(t *topology.Topology) string {
	var peers []string
	for _, o := range t.OfKind(topology.Customs) {
		peers = append(peers, fmt.Sprintf("'%s.peer'", o.MSP))
	}
	return fmt.Sprintf("OutOf(%d, %s)", len(peers)/2+1, strings.Join(peers, ", "))
}
