package fakeledger

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"maps"
	"math/big"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// Role is a NodeOU: the part an identity plays in its organisation.
type Role string

// The four NodeOUs.
const (
	RoleClient  Role = "client"
	RolePeer    Role = "peer"
	RoleAdmin   Role = "admin"
	RoleOrderer Role = "orderer"
)

type certificate struct {
	role       Role
	attributes map[string]string
	authority  string
	notAfter   time.Time
}

// CertificateOption shapes the certificate of an identity.
type CertificateOption func(*certificate)

// Attribute puts one Fabric CA attribute into the certificate.
func Attribute(name, value string) CertificateOption {
	return func(c *certificate) { c.attributes[name] = value }
}

// Attributes puts Fabric CA attributes into the certificate.
func Attributes(attrs map[string]string) CertificateOption {
	return func(c *certificate) { maps.Copy(c.attributes, attrs) }
}

// AsRole sets the NodeOU of the certificate; [RoleClient] unless told.
func AsRole(role Role) CertificateOption { return func(c *certificate) { c.role = role } }

// FromAuthority issues the certificate by another authority of the same organisation, created when first named.
func FromAuthority(name string) CertificateOption { return func(c *certificate) { c.authority = name } }

// ExpiringAt sets the end of the certificate's validity. Peers refuse proposals of expired creators.
func ExpiringAt(t time.Time) CertificateOption { return func(c *certificate) { c.notAfter = t } }

// Identity is a member of an organisation who can sign: client, peer, administrator or orderer.
type Identity struct {
	mspID      string
	cert       *x509.Certificate
	key        *ecdsa.PrivateKey
	serialized []byte
}

func newIdentity(mspID string, cert *x509.Certificate, key *ecdsa.PrivateKey) *Identity {
	id := &msp.SerializedIdentity{Mspid: mspID, IdBytes: certificatePEM(cert)}
	return &Identity{mspID: mspID, cert: cert, key: key, serialized: encode(id)}
}

// MSP is the organisation's MSP id.
func (i *Identity) MSP() string { return i.mspID }

// Certificate is the X.509 certificate.
func (i *Identity) Certificate() *x509.Certificate { return i.cert }

// CertificatePEM is the certificate in PEM form.
func (i *Identity) CertificatePEM() []byte { return certificatePEM(i.cert) }

// PrivateKey is the signing key (ECDSA P-256).
func (i *Identity) PrivateKey() *ecdsa.PrivateKey { return i.key }

// Serialized is the marshalled msp.SerializedIdentity, as GetCreator returns it.
func (i *Identity) Serialized() []byte { return append([]byte(nil), i.serialized...) }

// Sign signs the SHA-256 digest of the message (ASN.1, low S as Fabric demands). The same message gives the same signature.
func (i *Identity) Sign(message []byte) []byte {
	digest := sha256.Sum256(message)
	// Without a source of randomness the signature is the deterministic one of RFC 6979.
	der, err := i.key.Sign(nil, digest[:], crypto.SHA256)
	if err == nil {
		der, err = lowS(der)
	}
	if err != nil {
		// A P-256 key in memory signs any digest.
		panic(err)
	}
	return der
}

func lowS(der []byte) ([]byte, error) {
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, fmt.Errorf("could not decode signature: %w", err)
	}
	order := elliptic.P256().Params().N
	if sig.S.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		sig.S.Sub(order, sig.S)
	}
	return asn1.Marshal(sig)
}
