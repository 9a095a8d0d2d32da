package aeo

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"

	"carec.example/cats/chaincode/signature"
)

const (
	// Type is the field typ of the signature's header, so that no signature made for another purpose is one of a list.
	Type = "vnd.carec.aeo-list+jws"
	// maxSignature bounds the signature, in bytes.
	maxSignature = 24 << 10
)

// algorithms that a list may be signed with.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.PS256, jose.EdDSA}
}

// Anchors reads the certificates that a list's signature must lead to.
func Anchors(text []byte) (*x509.CertPool, error) {
	pool, n := x509.NewCertPool(), 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("couldn't read a trust anchor: %w", err)
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return nil, errors.New("there is no certificate in PEM to trust")
	}
	return pool, nil
}

// Proof is what a verified signature proves.
type Proof struct {
	// Signer is the subject of the certificate.
	Signer string
	At     time.Time
}

// Verify checks a compact JWS with detached content over a list's canonical form. The header holds alg, typ ([Type]), iat and
// x5c, whose certificates must lead to an anchor, be valid now and when it was signed, and the first be one for signatures.
func Verify(compact, canonical []byte, anchors *x509.CertPool, now time.Time) (*Proof, error) {
	if len(compact) > maxSignature {
		return nil, fmt.Errorf("the signature has more than %d bytes", maxSignature)
	}
	object, err := jose.ParseDetached(string(compact), canonical, algorithms())
	if err != nil {
		return nil, fmt.Errorf("the signature cannot be read: %w", err)
	}
	if len(object.Signatures) != 1 {
		return nil, errors.New("want one signature")
	}
	header := object.Signatures[0].Protected
	at, err := signedAt(&header, now)
	if err != nil {
		return nil, err
	}
	leaf, err := signedBy(&header, anchors, at, now)
	if err != nil {
		return nil, err
	}
	if _, err := object.Verify(leaf.PublicKey); err != nil {
		return nil, errors.New("it is not the signature of this list")
	}
	return &Proof{Signer: leaf.Subject.String(), At: at}, nil
}

// signedAt is when the signature says that it was made, of one that is made for a list.
func signedAt(header *jose.Header, now time.Time) (time.Time, error) {
	if kind, _ := header.ExtraHeaders[jose.HeaderType].(string); kind != Type {
		return time.Time{}, fmt.Errorf("the signature is not one of a list: its type is not %q", Type)
	}
	seconds, ok := header.ExtraHeaders["iat"].(float64)
	if !ok || seconds <= 0 || seconds > 253402300799 {
		return time.Time{}, errors.New("the signature does not say when it was made (iat)")
	}
	at := time.Unix(int64(seconds), 0).UTC()
	if at.After(now.Add(signature.MaxSkew)) {
		return time.Time{}, errors.New("the signature says to be made in the future")
	}
	return at, nil
}

// signedBy is the signer's certificate, which leads to an anchor at each of the moments and is one for signatures.
func signedBy(header *jose.Header, anchors *x509.CertPool, moments ...time.Time) (*x509.Certificate, error) {
	var leaf *x509.Certificate
	for _, moment := range moments {
		chains, err := header.Certificates(x509.VerifyOptions{
			Roots: anchors, CurrentTime: moment, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		})
		if err != nil {
			return nil, fmt.Errorf("the signature leads to no trust anchor: %w", err)
		}
		leaf = chains[0][0]
	}
	if leaf.IsCA || leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, errors.New("the certificate of the signature is not one for signatures")
	}
	return leaf, nil
}

// Sign signs a list's canonical form as the AEO registry does.
func Sign(s signature.Signer, algorithm jose.SignatureAlgorithm, canonical []byte, at time.Time) ([]byte, error) {
	chain := make([]string, len(s.Chain))
	for i, c := range s.Chain {
		chain[i] = base64.StdEncoding.EncodeToString(c.Raw)
	}
	options := (&jose.SignerOptions{}).WithType(Type).WithHeader("iat", at.Unix()).WithHeader("x5c", chain)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: cryptosigner.Opaque(s.Key)}, options)
	if err != nil {
		return nil, fmt.Errorf("couldn't sign: %w", err)
	}
	object, err := signer.Sign(canonical)
	if err != nil {
		return nil, fmt.Errorf("couldn't sign: %w", err)
	}
	compact, err := object.DetachedCompactSerialize()
	return []byte(compact), err
}
