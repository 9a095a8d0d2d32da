package network

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

// Profile is what a client needs to know of the network. Paths are relative to the file it stands in.
type Profile struct {
	Channel       string                         `json:"channel"`
	Chaincode     string                         `json:"chaincode"`
	Organisations map[string]ProfileOrganisation `json:"organisations"`
	Identities    map[string]ProfileIdentity     `json:"identities"`
}

// ProfileOrganisation is a member of the network.
type ProfileOrganisation struct {
	MSP string `json:"msp"`
	// Country is ISO 3166-1 alpha-2, of customs authorities only.
	Country string        `json:"country,omitempty"`
	Kind    topology.Kind `json:"kind"`
	Peers   []ProfileNode `json:"peers"`
	TLSCA   string        `json:"tlsCA"`
	Orderer *ProfileNode  `json:"orderer,omitempty"`
}

// ProfileNode is where a node answers.
type ProfileNode struct {
	Name       string `json:"name"`
	Address    string `json:"address"`
	ServerName string `json:"serverName"`
}

// ProfileIdentity is somebody who can act.
type ProfileIdentity struct {
	Organisation   string        `json:"organisation"`
	Role           topology.Role `json:"role"`
	Office         string        `json:"office,omitempty"`
	Operator       string        `json:"operator,omitempty"`
	Certificate    string        `json:"certificate"`
	Key            string        `json:"key"`
	TLSCertificate string        `json:"tlsCertificate"`
	TLSKey         string        `json:"tlsKey"`
}

// ProfileFile is the name of the profile in the network's folder.
const ProfileFile = "profile.json"

// Profile is the client's view of the network.
func (n *Network) Profile() Profile {
	t := n.topology
	p := Profile{
		Channel: t.Channel, Chaincode: t.Chaincode.Name,
		Organisations: map[string]ProfileOrganisation{}, Identities: map[string]ProfileIdentity{},
	}
	for i := range t.Organisations {
		o := &t.Organisations[i]
		p.Organisations[o.Name] = n.profileOrganisation(o)
		for _, identity := range append(o.Identities, n.state.Issued[o.Name]...) {
			certificate := n.net.Organisation(o.Name).Identity(identity.Name).Certificate()
			if _, err := os.Stat(certificate); err == nil {
				p.Identities[identity.Name] = n.profileIdentity(o, identity)
			}
		}
	}
	return p
}

func (n *Network) profileOrganisation(o *topology.Organisation) ProfileOrganisation {
	ports := n.plan.Of(o.Name)
	entry := ProfileOrganisation{
		MSP: o.MSP, Country: o.Country, Kind: o.Kind, TLSCA: n.relative(n.net.Organisation(o.Name).TLSCA()),
		Peers: []ProfileNode{{
			Name: peerName(o), Address: topology.Address(o.Peer.Host, ports.Peer), ServerName: o.Peer.Host,
		}},
	}
	if o.Orderer != nil {
		entry.Orderer = &ProfileNode{
			Name: ordererName(o), Address: topology.Address(o.Orderer.Host, ports.Orderer), ServerName: o.Orderer.Host,
		}
	}
	return entry
}

func (n *Network) profileIdentity(o *topology.Organisation, identity topology.Identity) ProfileIdentity {
	pair := n.net.Organisation(o.Name).Identity(identity.Name)
	return ProfileIdentity{
		Organisation: o.Name, Role: identity.Role, Office: identity.Office, Operator: identity.Operator,
		Certificate: n.relative(pair.Certificate()), Key: n.relative(pair.Key()),
		TLSCertificate: n.relative(pair.TLSCertificate()), TLSKey: n.relative(pair.TLSKey()),
	}
}

func (n *Network) relative(path string) string {
	relative, err := filepath.Rel(string(n.net), path)
	if err != nil {
		return path
	}
	return relative
}

func (n *Network) writeProfile() error {
	text, err := json.MarshalIndent(n.Profile(), "", "  ")
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return material.WriteFile(n.net.File(ProfileFile), append(text, '\n'))
}
