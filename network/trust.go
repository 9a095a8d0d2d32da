package network

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/genesis"
	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

// writeFounding writes the founding document: the registry that follows from the topology, and the trust anchors with which
// countries begin whose operators sign. Such a country trusts its own enrolment authority first, whose certificate every
// member finds in the channel's first block, so that all derive the same document. Later the country's administrator writes
// anchors on the ledger.
func (n *Network) writeFounding() error {
	text, err := n.topology.Founding()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(n.topology.Organisations, func(o topology.Organisation) bool { return o.Signatures }) {
		anchors, err := n.anchors()
		if err != nil {
			return err
		}
		if text, err = withAnchors(text, n.topology, anchors); err != nil {
			return fmt.Errorf("founding registry: %w", err)
		}
	}
	return material.WriteFile(n.net.File("founding.json"), text)
}

// withAnchors puts the trust anchors of each country whose operators sign into its books.
func withAnchors(founding []byte, t *topology.Topology, anchors map[string][]transit.TrustAnchor) ([]byte, error) {
	request := transit.FoundingRequest{}
	if err := transit.DecodeStrict(founding, &request); err != nil {
		return nil, err
	}
	for _, o := range t.Organisations {
		if !o.Signatures {
			continue
		}
		if len(anchors[o.MSP]) == 0 {
			return nil, fmt.Errorf("the first block names no enrolment authority of %s", o.MSP)
		}
		at := slices.IndexFunc(request.Books, func(b transit.CountryEntries) bool { return b.Country == o.Country })
		if at < 0 {
			at = len(request.Books)
			request.Books = append(request.Books, transit.CountryEntries{Country: o.Country})
		}
		request.Books[at].Anchors = anchors[o.MSP]
	}
	return json.Marshal(request)
}

// anchors are the enrolment authorities of the first block as trust anchors, by MSP.
func (n *Network) anchors() (map[string][]transit.TrustAnchor, error) {
	authorities, err := genesis.Authorities(n.net)
	if err != nil {
		return nil, err
	}
	all := map[string][]transit.TrustAnchor{}
	for msp, certificates := range authorities {
		for _, c := range certificates {
			all[msp] = append(all[msp], transit.TrustAnchor{
				Validity: transit.Validity{From: transit.DateOf(c.NotBefore)}, Name: "enrolment authority of " + msp,
				Certificate: base64.StdEncoding.EncodeToString(c.Raw),
			})
		}
	}
	return all, nil
}
