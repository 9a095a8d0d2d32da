package signature

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// MaxSkew is how far a signer's clock may run ahead of the time at which the signature is checked.
	MaxSkew = 10 * time.Minute
	// MaxAge is how long before it was signed: as long as a declaration may be lodged before the goods are presented.
	MaxAge = 30 * 24 * time.Hour
)

// Terms say what a signature must fulfil.
type Terms struct {
	// Content is what must have been signed.
	Content []byte
	// Operator is whose signature it must be, by the operator number.
	Operator string
	// Anchors are the authorities that the country trusts for its operators.
	Anchors []Anchor
	// At is when it is checked. Every certificate must be valid then, and the signature be made shortly before.
	At time.Time
	// Revoked tells whether the country holds a certificate revoked at a time; nil revokes none. It is asked for the
	// time of the check and for that of signing, since a signer can write an earlier one than is true.
	Revoked func(c *x509.Certificate, at time.Time) (bool, error)
}

// Proof is what a verified signature proves: the operator signed the content.
type Proof struct {
	Operator  string
	Algorithm string
	// At is when the signer says to have signed.
	At time.Time
	// Chain leads from the signer's certificate to the trust anchor, which is last.
	Chain []*x509.Certificate
}

// Verify checks the signature. Errors: [*Error] with the first reason against it, and
// whatever Revoked returns.
func (s *Signature) Verify(t Terms) (*Proof, error) {
	for _, check := range []func(Terms) error{s.checkTime, s.checkKeys, s.checkContent} {
		if err := check(t); err != nil {
			return nil, err
		}
	}
	if err := checkPurpose(s.Chain[0]); err != nil {
		return nil, err
	}
	chain, err := s.trace(t)
	if err != nil {
		return nil, err
	}
	if err := s.checkOperator(t, chain[len(chain)-1]); err != nil {
		return nil, err
	}
	if err := s.checkRevoked(t, chain); err != nil {
		return nil, err
	}
	return &Proof{Operator: t.Operator, Algorithm: s.Algorithm, At: s.At, Chain: chain}, nil
}

// Verify parses and checks a compact JWS.
func Verify(compact []byte, t Terms) (*Proof, error) {
	s, err := Parse(compact)
	if err != nil {
		return nil, err
	}
	return s.Verify(t)
}

func (s *Signature) checkTime(t Terms) error {
	if s.At.After(t.At.Add(MaxSkew)) || s.At.Before(t.At.Add(-MaxAge)) {
		return refuse(SignedAt, "it says to be signed at %s, which is after %s or more than %d days before it",
			s.At.Format(time.RFC3339), t.At.UTC().Format(time.RFC3339), MaxAge/(24*time.Hour))
	}
	if leaf := s.Chain[0]; s.At.Before(leaf.NotBefore) || s.At.After(leaf.NotAfter) {
		return refuse(Expired, "it says to be signed at %s, outside the validity of the certificate", s.At.Format(time.RFC3339))
	}
	return nil
}

func (s *Signature) checkKeys(Terms) error {
	for i, c := range s.Chain {
		algorithm, err := algorithmOf(c.PublicKey)
		if err != nil {
			return err
		}
		if i == 0 && string(algorithm) != s.Algorithm {
			return refuse(Algorithm, "the key of the certificate signs with %s, not %s", algorithm, s.Algorithm)
		}
	}
	return nil
}

// extDocumentSigning is the extended key usage of RFC 9336.
func extDocumentSigning() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}
}

// checkPurpose wants a certificate for signatures of persons: RFC 5280 section 4.2.1.3 names the usages, and where an
// extended usage is given it must be one for documents or mail. A certificate of a TLS server or of an authority is none.
func checkPurpose(leaf *x509.Certificate) error {
	if leaf.IsCA || leaf.KeyUsage&x509.KeyUsageCertSign != 0 {
		return refuse(Purpose, "the certificate is that of an authority")
	}
	if leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return refuse(Purpose, "the certificate is not one for signatures (key usage digitalSignature or contentCommitment)")
	}
	if !forDocuments(leaf) {
		return refuse(Purpose, "the extended key usage of the certificate is not one for documents")
	}
	return nil
}

// forDocuments reports whether the extended usages, where there are any, allow signing documents. In the certificate of an
// authority they bound what it may certify.
func forDocuments(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 {
		return true
	}
	return slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny) || slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) ||
		slices.ContainsFunc(c.UnknownExtKeyUsage, extDocumentSigning().Equal)
}

func (s *Signature) checkContent(t Terms) error {
	content := t.Content
	if content == nil {
		content = []byte{}
	}
	object, err := jose.ParseDetached(s.compact, content, algorithms())
	if err != nil {
		return refuse(Malformed, "%v", err)
	}
	if _, err := object.Verify(s.Chain[0].PublicKey); err != nil {
		return refuse(Altered, "it is not the signature of this content by the certificate's key")
	}
	return nil
}

// trace follows the chain to an anchor. An empty pool stands for no trust at all, never for the system's.
func (s *Signature) trace(t Terms) ([]*x509.Certificate, error) {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, a := range t.Anchors {
		if _, err := algorithmOf(a.Certificate.PublicKey); err == nil {
			roots.AddCert(a.Certificate)
		}
	}
	for _, c := range s.Chain[1:] {
		between.AddCert(c)
	}
	chains, err := s.Chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: t.At, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return nil, untraced(err)
	}
	for _, chain := range chains {
		if !follows(chain, s.Chain) {
			continue
		}
		if !slices.ContainsFunc(chain[1:], func(c *x509.Certificate) bool { return !forDocuments(c) }) {
			return chain, nil
		}
		return nil, refuse(Purpose, "an authority above the certificate may not certify for documents")
	}
	return nil, refuse(Untrusted, "the certificates given are not those that lead to the trust anchor")
}

// follows reports whether the chain goes through the given certificates, as far as both go.
func follows(chain, given []*x509.Certificate) bool {
	for i := range min(len(chain), len(given)) {
		if !chain[i].Equal(given[i]) {
			return false
		}
	}
	return true
}

func untraced(err error) error {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		return refuse(Expired, "the certificate of the signer, or one above it, is not valid at the time: %v", err)
	}
	return refuse(Untrusted, "the certificate leads to no trust anchor of the country: %v", err)
}

// checkRevoked asks for every certificate but the anchor, which is ended by taking it out of the registry.
func (s *Signature) checkRevoked(t Terms, chain []*x509.Certificate) error {
	if t.Revoked == nil {
		return nil
	}
	for _, c := range chain[:max(1, len(chain)-1)] {
		for _, at := range []time.Time{t.At, s.At} {
			revoked, err := t.Revoked(c, at)
			if err != nil {
				return err
			}
			if revoked {
				return refuse(Revoked, "the certificate %s of %s is revoked", c.SerialNumber.Text(16), c.Issuer)
			}
		}
	}
	return nil
}
