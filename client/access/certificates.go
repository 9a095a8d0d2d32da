package access

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"time"

	"carec.example/cats/client/cats"
)

// Certificates says which client certificates let a system in.
type Certificates struct {
	// Authorities are PEM files of certificate authorities of the organisation; default: the
	// one of its TLS certificates in the profile.
	Authorities []string
	// Revocations are files of revocation lists (X.509 CRL, PEM or DER) of these authorities, read
	// again when they change. A list that is out of date still counts.
	Revocations []string
}

// certificates authenticates systems by mutual TLS.
//
// The handshake has proved that the caller holds the key and that the chain is good; what is
// left is who that is. The certificate of an identity in the profile is known by its public
// key, or, when it was renewed with another key, by issuer and subject, which an authority
// gives only once. A certificate that is older than the one in the profile has been replaced by
// it and counts no longer. Whatever the authority certified but the profile does not name, such
// as a peer, is refused.
type certificates struct {
	identities
	authorities []*x509.Certificate
	pool        *x509.CertPool
	revoked     *revocations
	byKey       map[[sha256.Size]byte][]string
	byName      map[string][]known
	now         func() time.Time
}

// known is a certificate in the profile.
type known struct {
	identity  string
	notBefore time.Time
}

func newCertificates(cfg Certificates, ids identities, now func() time.Time, log *slog.Logger) (*certificates, error) {
	c := &certificates{
		identities: ids, pool: x509.NewCertPool(), now: now,
		byKey: map[[sha256.Size]byte][]string{}, byName: map[string][]known{},
	}
	files := cfg.Authorities
	if len(files) == 0 {
		if file := ids.profile.Organisations[ids.organisation].TLSCA; file != "" {
			files = []string{ids.profile.File(file)}
		}
	}
	for _, file := range files {
		found, err := readCertificates(file)
		if err != nil {
			return nil, err
		}
		c.authorities = append(c.authorities, found...)
	}
	for _, authority := range c.authorities {
		c.pool.AddCert(authority)
	}
	for _, name := range ids.profile.Names() {
		if err := c.know(name, ids.profile.Identities[name]); err != nil {
			return nil, err
		}
	}
	var err error
	c.revoked, err = newRevocations(cfg.Revocations, c.authorities, now, log)
	return c, err
}

// know enters both certificates of an identity. The profile may name files that are not on
// this machine, above all those of other organisations.
func (c *certificates) know(name string, id cats.IdentityProfile) error {
	for _, file := range []string{id.TLSCertificate, id.Certificate} {
		if file == "" {
			continue
		}
		found, err := readCertificates(c.profile.File(file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		leaf := found[0]
		key := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
		if !slices.Contains(c.byKey[key], name) {
			c.byKey[key] = append(c.byKey[key], name)
		}
		full := fullName(leaf)
		c.byName[full] = append(c.byName[full], known{name, leaf.NotBefore})
	}
	return nil
}

// fullName is issuer and subject as certified, byte by byte.
func fullName(c *x509.Certificate) string { return string(c.RawIssuer) + "\x00" + string(c.RawSubject) }

func readCertificates(file string) (found []*x509.Certificate, err error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("couldn't read a certificate: %w", err)
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("couldn't read the certificate %s: %w", file, err)
		}
		found = append(found, one)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return found, nil
}

// configure makes a server ask for a client certificate, and verify the one that it is shown.
func (c *certificates) configure(server *tls.Config) {
	server.ClientAuth = tls.VerifyClientCertIfGiven
	server.ClientCAs = c.pool
	server.MinVersion = max(server.MinVersion, tls.VersionTLS12)
}

// Authenticate implements [Authenticator].
func (c *certificates) Authenticate(r *http.Request) (Caller, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return Caller{}, ErrNoCredentials
	}
	leaf := r.TLS.PeerCertificates[0]
	// The connection may be older than what is known by now.
	if !slices.ContainsFunc(r.TLS.VerifiedChains, c.good) {
		return Caller{}, refuse(Unauthenticated, "the client certificate is not, or no longer, good for %s", c.organisation)
	}
	name, err := c.identify(leaf)
	if err != nil {
		return Caller{}, err
	}
	return c.caller(name, name, MutualTLS)
}

// good reports whether a verified chain ends at an authority of the organisation and nothing in it is over or revoked.
func (c *certificates) good(chain []*x509.Certificate) bool {
	if len(chain) == 0 || !slices.ContainsFunc(c.authorities, chain[len(chain)-1].Equal) {
		return false
	}
	now := c.now()
	return !slices.ContainsFunc(chain, func(one *x509.Certificate) bool {
		return now.Before(one.NotBefore) || now.After(one.NotAfter) || c.revoked.has(one)
	})
}

func (c *certificates) identify(leaf *x509.Certificate) (string, error) {
	names := c.byKey[sha256.Sum256(leaf.RawSubjectPublicKeyInfo)]
	if len(names) == 0 {
		for _, one := range c.byName[fullName(leaf)] {
			if leaf.NotBefore.Before(one.notBefore) {
				return "", refuse(Unauthenticated, "the client certificate has been replaced by a newer one")
			}
			names = append(names, one.identity)
		}
	}
	switch len(names) {
	case 0:
		return "", refuse(Unauthenticated, "the client certificate is of no identity known here")
	case 1:
		return names[0], nil
	}
	return "", refuse(Unauthenticated, "the client certificate is of several identities")
}
