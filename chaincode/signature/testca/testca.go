// Package testca makes authorities and certificates for tests. Nothing else uses it.
package testca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
)

// Authority certifies.
type Authority struct {
	Certificate *x509.Certificate
	key         crypto.Signer
	// above are the certificates between it and its root.
	above []*x509.Certificate
}

// Option changes a certificate before it is signed.
type Option func(*x509.Certificate)

// From and Until are the validity of every certificate unless an option says otherwise.
func From() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }

// Until is the end of it.
func Until() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }

// Key makes a P-256 key.
func Key(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// New founds a root authority.
func New(t testing.TB, name string, options ...Option) *Authority {
	t.Helper()
	return NewWith(t, name, Key(t), options...)
}

// NewWith founds a root authority with a key.
func NewWith(t testing.TB, name string, key crypto.Signer, options ...Option) *Authority {
	t.Helper()
	a := &Authority{key: key}
	a.Certificate = a.certify(t, authority(name, options), nil, a.key.Public())
	return a
}

func authority(name string, options []Option) *x509.Certificate {
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	return shape(c, options)
}

func shape(c *x509.Certificate, options []Option) *x509.Certificate {
	c.NotBefore, c.NotAfter = From(), Until()
	for _, o := range options {
		o(c)
	}
	return c
}

// Below founds an authority that this one certifies.
func (a *Authority) Below(t testing.TB, name string, options ...Option) *Authority {
	t.Helper()
	b := &Authority{key: Key(t)}
	b.Certificate = a.certify(t, authority(name, options), a.Certificate, b.key.Public())
	b.above = append([]*x509.Certificate{b.Certificate}, a.above...)
	return b
}

// Signer makes a signer with a key of its own, certified by the authority for signatures.
func (a *Authority) Signer(t testing.TB, options ...Option) signature.Signer {
	t.Helper()
	return a.SignerOf(t, Key(t), options...)
}

// SignerOf certifies a key for signatures.
func (a *Authority) SignerOf(t testing.TB, key crypto.Signer, options ...Option) signature.Signer {
	t.Helper()
	c := shape(&x509.Certificate{Subject: pkix.Name{CommonName: "signer"}, KeyUsage: x509.KeyUsageDigitalSignature}, options)
	return signature.Signer{Key: key, Chain: append([]*x509.Certificate{a.certify(t, c, a.Certificate, key.Public())}, a.above...)}
}

func (a *Authority) certify(t testing.TB, c, issuer *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	if issuer == nil {
		issuer = c
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	require.NoError(t, err)
	c.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, c, issuer, key, a.key)
	require.NoError(t, err)
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return made
}

// DER is the authority's certificate in base64, as a registry entry holds it.
func (a *Authority) DER() string { return base64.StdEncoding.EncodeToString(a.Certificate.Raw) }

// Attribute names the operator as Fabric CA does.
func Attribute(operator string) Option {
	return Attributes(map[string]string{"operator": operator, "role": "trader"})
}

// Attributes writes the extension of Fabric CA.
func Attributes(attributes map[string]string) Option {
	return func(c *x509.Certificate) {
		value, err := json.Marshal(map[string]any{"attrs": attributes})
		if err != nil {
			panic(err)
		}
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}, Value: value})
	}
}

// Organisation names the operator in the subject's organizationIdentifier.
func Organisation(operator string) Option {
	return func(c *x509.Certificate) {
		c.Subject.ExtraNames = append(c.Subject.ExtraNames,
			pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: operator})
	}
}

// SerialNumber names the operator in the subject's serialNumber.
func SerialNumber(operator string) Option {
	return func(c *x509.Certificate) { c.Subject.SerialNumber = operator }
}

// Usage replaces the key usage.
func Usage(u x509.KeyUsage, extended ...x509.ExtKeyUsage) Option {
	return func(c *x509.Certificate) { c.KeyUsage, c.ExtKeyUsage = u, extended }
}

// Valid replaces the validity.
func Valid(from, until time.Time) Option {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = from, until }
}

// Raw signs with ES256 under any bytes as the header, whatever they say: what an attacker sends who has a key.
func Raw(t testing.TB, key crypto.Signer, header, content []byte) []byte {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	hash := sha256.Sum256([]byte(b64(header) + "." + b64(content)))
	own, ok := key.(*ecdsa.PrivateKey)
	require.True(t, ok)
	r, v, err := ecdsa.Sign(rand.Reader, own, hash[:])
	require.NoError(t, err)
	value := make([]byte, 64)
	r.FillBytes(value[:32])
	v.FillBytes(value[32:])
	return []byte(b64(header) + ".." + b64(value))
}

// Header is a protected header as a [signature.Signer] makes it, to be changed.
func Header(s signature.Signer, at time.Time) map[string]any {
	var chain []string
	for _, c := range s.Chain {
		chain = append(chain, base64.StdEncoding.EncodeToString(c.Raw))
	}
	return map[string]any{"alg": "ES256", "typ": signature.Type, "iat": at.Unix(), "x5c": chain}
}
