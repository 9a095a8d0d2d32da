package fakeledger

import (
	"fmt"
	"maps"
	"slices"
)

const (
	mainAuthority = "ca"
	// SecondAuthority is another certificate authority that every organisation's MSP trusts, for [FromAuthority].
	SecondAuthority = "ca2"
)

// Enrol issues an identity of an organisation; the same name and options give the same identity. An organisation that is not
// on the ledger, or an authority its MSP does not know, is served as well: peers will refuse such an identity.
func (l *Ledger) Enrol(org, name string, options ...CertificateOption) (*Identity, error) {
	c := certificate{role: RoleClient, attributes: map[string]string{}, authority: mainAuthority}
	for _, option := range options {
		option(&c)
	}
	key := cacheKey(org, name, c)
	l.mu.Lock()
	defer l.mu.Unlock()
	if id, ok := l.identities[key]; ok {
		return id, nil
	}
	issuer, err := l.issuer(org, c.authority)
	if err != nil {
		return nil, err
	}
	id, err := issuer.enrol(name, c)
	if err != nil {
		return nil, err
	}
	l.identities[key] = id
	return id, nil
}

func cacheKey(org, name string, c certificate) string {
	parts := []string{org, name, c.authority, string(c.role), fmt.Sprint(c.notAfter.UnixNano())}
	for _, attribute := range slices.Sorted(maps.Keys(c.attributes)) {
		parts = append(parts, attribute, c.attributes[attribute])
	}
	return string(digestOf(parts...))
}

// issuer finds an authority or founds it: the second one of an organisation on the ledger is trusted, any other is not.
func (l *Ledger) issuer(org, name string) (*authority, error) {
	side := l.outsiders
	if l.byOrg[org] != nil && (name == mainAuthority || name == SecondAuthority) {
		side = l.trust
	}
	if a := side.find(org, name); a != nil {
		return a, nil
	}
	a, err := newAuthority(org, name, l.start)
	if err != nil {
		return nil, err
	}
	side.add(a)
	return a, nil
}
