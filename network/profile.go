package network

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

// ProfileFile is the name of the profile in the network's folder.
const ProfileFile = "profile.json"

// Profile is the client's view of the network.
func (n *Network) Profile() *cats.Profile {
	t := n.topology
	p := &cats.Profile{
		Channel: t.Channel, Chaincode: t.Chaincode.Name,
		Organisations: map[string]cats.OrganisationProfile{}, Identities: map[string]cats.IdentityProfile{},
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

func (n *Network) profileOrganisation(o *topology.Organisation) cats.OrganisationProfile {
	ports, pair := n.plan.Of(o.Name), n.net.Organisation(o.Name).Application()
	var peers []cats.PeerProfile
	for _, p := range o.Peers() {
		peers = append(peers, cats.PeerProfile{
			Name: p.Process(o.Name), Address: topology.Address(p.Host, p.Ports(ports).Peer), ServerName: p.Host,
		})
	}
	return cats.OrganisationProfile{
		MSP: o.MSP, Country: o.Country, Kind: o.Kind, TLSCA: n.relative(n.net.Organisation(o.Name).TLSCA()),
		Peers:       peers,
		Application: n.relative(n.net.Organisation(o.Name).Path("application")),
		Gateway: cats.GatewayProfile{
			Address:     topology.Address(topology.Loopback, ports.Application),
			Certificate: n.relative(pair.TLSCertificate()), Key: n.relative(pair.TLSKey()),
		},
	}
}

func (n *Network) profileIdentity(o *topology.Organisation, identity topology.Identity) cats.IdentityProfile {
	pair := n.net.Organisation(o.Name).Identity(identity.Name)
	return cats.IdentityProfile{
		Organisation: o.Name, Role: roleOf(identity.Role), Office: identity.Office, Operator: identity.Operator,
		Certificate: n.relative(pair.Certificate()), Key: n.relative(pair.Key()),
		TLSCertificate: n.relative(pair.TLSCertificate()), TLSKey: n.relative(pair.TLSKey()),
	}
}

// roleOf is the ledger's name of a role. That of an administrator is no attribute of the certificate but its organisational unit,
// and named so in the topology.
func roleOf(r topology.Role) transit.Role {
	if r == topology.Admin {
		return transit.RoleAdministrator
	}
	return transit.Role(r)
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
