package fakeledger

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"time"
)

// attributeOID is the certificate extension in which Fabric CA carries attributes; the cid package reads it.
var attributeOID = asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}

// authority is a certificate authority of one organisation. Keys are derived from names and signatures are deterministic, so
// that the same test yields the same bytes, transaction ids included, on every run.
type authority struct {
	mspID string
	name  string
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate
	from  time.Time
}

func newAuthority(mspID, name string, from time.Time) (*authority, error) {
	key := deriveKey("authority", mspID, name)
	template := &x509.Certificate{
		SerialNumber:          serial("authority", mspID, name),
		Subject:               pkix.Name{CommonName: name + "." + mspID, Organization: []string{mspID}},
		NotBefore:             from.AddDate(-1, 0, 0),
		NotAfter:              from.AddDate(20, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	cert, err := issue(template, template, key, key)
	if err != nil {
		return nil, err
	}
	return &authority{mspID: mspID, name: name, key: key, cert: cert, from: from}, nil
}

// enrol issues a certificate in the shape of Fabric CA: NodeOU in the subject, attributes in the extension.
func (a *authority) enrol(name string, c certificate) (*Identity, error) {
	attrs := map[string]string{"hf.EnrollmentID": name, "hf.Type": string(c.role), "hf.Affiliation": ""}
	maps.Copy(attrs, c.attributes)
	raw, err := json.Marshal(map[string]any{"attrs": attrs})
	if err != nil {
		return nil, fmt.Errorf("could not encode attributes: %w", err)
	}
	key := deriveKey("identity", a.mspID, a.name, name, string(c.role), string(raw))
	template := &x509.Certificate{
		SerialNumber:    serial("identity", a.mspID, a.name, name, string(c.role), string(raw)),
		Subject:         pkix.Name{CommonName: name, OrganizationalUnit: []string{string(c.role)}},
		NotBefore:       a.from.AddDate(0, 0, -1),
		NotAfter:        a.from.AddDate(10, 0, 0),
		KeyUsage:        x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: attributeOID, Value: raw}},
	}
	if !c.notAfter.IsZero() {
		template.NotAfter = c.notAfter
	}
	cert, err := issue(template, a.cert, key, a.key)
	if err != nil {
		return nil, err
	}
	return newIdentity(a.mspID, cert, key), nil
}

func issue(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(nil, template, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("could not issue certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("could not parse issued certificate: %w", err)
	}
	return cert, nil
}

func certificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// digestOf hashes name parts, each with its length, so that no two lists of parts collide.
func digestOf(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}

func serial(parts ...string) *big.Int {
	return new(big.Int).SetBytes(digestOf(append([]string{"serial"}, parts...)...)[:16])
}

func deriveKey(parts ...string) *ecdsa.PrivateKey {
	for try := 0; ; try++ {
		raw := digestOf(append([]string{"key", fmt.Sprint(try)}, parts...)...)
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw); err == nil {
			return key
		}
	}
}
