package cats

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/identity"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
)

// WithSigner replaces the key with which declarations are signed: that of a card, a
// module or a service, with the certificate of an authority that the country trusts. By
// default it is the client's own enrolment key. Either signs only when the country asks
// for signatures, which it does by naming trust anchors in the registry.
func WithSigner(s signature.Signer) Option {
	return func(c *config) error {
		if s.Key == nil || len(s.Chain) == 0 {
			return errors.New("a signer needs a key and the certificate for it")
		}
		c.signer = &s
		return nil
	}
}

// Signed lodges or amends with a signature that was made elsewhere (see [SignDocument]) instead of signing here.
func Signed(jws []byte) CallOption {
	return func(c *callConfig) { c.signature = slices.Clone(jws) }
}

// SignDocument signs a document as its declarant, without any network. Access codes are no part of what is signed.
func SignDocument(s signature.Signer, std *transit.STD, at time.Time) ([]byte, error) {
	content, err := transit.SignedContent(std)
	if err != nil {
		return nil, fmt.Errorf("the document has no canonical form: %w", err)
	}
	return s.Sign(content, at)
}

// LoadSigner reads a signer from PEM files. The first certificate is that of the key; those between it and the trust anchor follow.
func LoadSigner(certificateFile, keyFile string) (signature.Signer, error) {
	keyPEM, err := os.ReadFile(keyFile)
	if err != nil {
		return signature.Signer{}, fmt.Errorf("couldn't read the key: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return signature.Signer{}, fmt.Errorf("couldn't read the key %s: %w", keyFile, err)
	}
	signing, ok := key.(crypto.Signer)
	if !ok {
		return signature.Signer{}, fmt.Errorf("the key %s is none to sign with", keyFile)
	}
	return DeviceSigner(certificateFile, signing)
}

func certificatesOf(text []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errors.New("there is no certificate in it")
	}
	return chain, nil
}

// Signer is the enrolment key of an identity as a signer of documents. Of a key on a device the caller opens it ([WithKeys]);
// nil will do for keys in files.
func (p *Profile) Signer(identityName string, open func(uri string) (crypto.Signer, error)) (signature.Signer, error) {
	id, err := p.Identity(identityName)
	if err != nil {
		return signature.Signer{}, err
	}
	switch {
	case id.Key == "":
		return signature.Signer{}, fmt.Errorf("the key of %s is elsewhere: sign the document there", identityName)
	case !onDevice(id.Key):
		return LoadSigner(p.path(id.Certificate), p.path(id.Key))
	case open == nil:
		return signature.Signer{}, fmt.Errorf("the key of %s is on a device, and this program opens none", identityName)
	}
	key, err := open(id.Key)
	if err != nil {
		return signature.Signer{}, err
	}
	return DeviceSigner(p.path(id.Certificate), key)
}

// DeviceSigner signs documents with a key that is not a file. The certificates are as for [LoadSigner].
func DeviceSigner(certificateFile string, key crypto.Signer) (signature.Signer, error) {
	certificates, err := os.ReadFile(certificateFile)
	if err != nil {
		return signature.Signer{}, fmt.Errorf("couldn't read the certificate: %w", err)
	}
	chain, err := certificatesOf(certificates)
	if err != nil {
		return signature.Signer{}, fmt.Errorf("couldn't read the certificate %s: %w", certificateFile, err)
	}
	return signature.Signer{Key: key, Chain: chain}, nil
}

// sign puts the declarant's signature beside the content where it is given, or asked for.
func (m *Movements) sign(ctx context.Context, d *deposit, given []byte) error {
	if given != nil {
		d.transient[transit.TransientSignature] = given
		return nil
	}
	asked, err := m.c.signatureAsked(ctx)
	if err != nil || !asked {
		return err
	}
	if m.c.elsewhere != nil && m.c.cfg.signer == nil {
		fault := transit.Faultf(transit.InvalidDocument, "the declarant's signature is missing, and its key is elsewhere: sign the document there").
			With(transit.Violation{Code: transit.CodeMissing, Pointer: "/signature", Rule: "RFC7515", Text: "the country asks for a signature"})
		return &Error{Op: string(transit.FnDeposit), Class: Refused, Fault: fault, cause: fault}
	}
	s, err := m.c.documentSigner()
	if err == nil {
		d.transient[transit.TransientSignature], err = SignDocument(s, d.std, time.Now())
	}
	if err != nil {
		return &Error{Op: string(transit.FnDeposit), Class: Internal, cause: fmt.Errorf("couldn't sign the declaration: %w", err)}
	}
	return nil
}

func (c *Client) documentSigner() (signature.Signer, error) {
	if c.cfg.signer != nil {
		return *c.cfg.signer, nil
	}
	return c.profile.Signer(c.name, c.cfg.keys)
}

// anchorsFor is how long the client remembers whether its country asks for signatures.
const anchorsFor = time.Minute

// askedCache remembers whether the own country asks for signatures.
type askedCache struct {
	mu    sync.Mutex
	asked bool
	until time.Time
}

// refused makes the next lodging look again when it was for the signature that one was refused.
func (a *askedCache) refused(err error) {
	var fault *transit.Fault
	if !errors.As(err, &fault) || !slices.ContainsFunc(fault.Violations, func(v transit.Violation) bool { return v.Pointer == "/signature" }) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Time{}
}

// signatureAsked reports whether the own country names trust anchors, and so asks for signatures.
func (c *Client) signatureAsked(ctx context.Context) (bool, error) {
	c.asked.mu.Lock()
	defer c.asked.mu.Unlock()
	now := time.Now()
	if now.Before(c.asked.until) {
		return c.asked.asked, nil
	}
	page, err := c.Registry().Page(ctx, c.Country(), transit.BookAnchors, transit.BookAnchors.Page(""))
	if err != nil {
		return false, err
	}
	c.asked.asked, c.asked.until = len(page.AnchorsOn(transit.DateOf(now))) > 0, now.Add(anchorsFor)
	return c.asked.asked, nil
}

// DocumentSignature is the declarant's signature of a document as a reader finds it.
type DocumentSignature struct {
	// JWS is the compact JWS with detached content.
	JWS []byte
	// Proof is what it proves; nil when it does not hold.
	Proof *signature.Proof
	// Problem is why it does not hold, or could not be verified; nil when it holds.
	Problem error
}

// VerifyDocument verifies the signature of an operator over a document, with the trust
// anchors and the revocations that its country has in the registry for the time at.
// Errors: [*signature.Error] when it does not hold.
func (r *Registry) VerifyDocument(
	ctx context.Context, std *transit.STD, jws []byte, operator string, at time.Time,
) (*signature.Proof, error) {
	if err := transit.ValidateOperator(operator); err != nil {
		return nil, fmt.Errorf("whose signature it must be: %w", err)
	}
	country := operator[:2]
	content, err := transit.SignedContent(std)
	if err != nil {
		return nil, fmt.Errorf("the document has no canonical form: %w", err)
	}
	page, err := r.Page(ctx, country, transit.BookAnchors, transit.BookAnchors.Page(""))
	if err != nil {
		return nil, err
	}
	terms := signature.Terms{Content: content, Operator: operator, At: at, Revoked: func(c *x509.Certificate, at time.Time) (bool, error) {
		issuer, serial := transit.CertificateNumber(c)
		page, err := r.Page(ctx, country, transit.BookRevocations, transit.BookRevocations.Page(transit.RevocationKey(issuer, serial)))
		if err != nil {
			return false, err
		}
		return page.RevocationOn(issuer, serial, transit.DateOf(at)) != nil, nil
	}}
	for _, a := range page.AnchorsOn(transit.DateOf(at)) {
		cert, err := a.Parse()
		if err != nil {
			return nil, fmt.Errorf("couldn't read the trust anchor %s of %s: %w", a.Name, country, err)
		}
		terms.Anchors = append(terms.Anchors, signature.Anchor{Certificate: cert, Subject: a.OperatorInSubject})
	}
	return signature.Verify(jws, terms)
}

// signatureOf verifies the signature of a content that has been read; nil when it is not signed.
func (m *Movements) signatureOf(
	ctx context.Context, record *transit.Movement, std *transit.STD, sections []transit.Section,
) *DocumentSignature {
	jws, err := transit.SignatureOf(sections)
	if jws == nil && err == nil {
		return nil
	}
	s := &DocumentSignature{JWS: jws, Problem: err}
	if err != nil {
		return s
	}
	at, err := checkedAt(record, jws)
	if err != nil {
		s.Problem = err
		return s
	}
	s.Proof, s.Problem = m.c.Registry().VerifyDocument(ctx, std, jws, record.Declarant.Operator, at)
	return s
}

// checkedAt is the time for which a reader verifies: when the declaration was lodged. Of an amendment the record does not
// tell that, so the signer's own time stands in for it, which must lie between lodging and the record's last step.
func checkedAt(record *transit.Movement, jws []byte) (time.Time, error) {
	lodged, err := time.Parse(time.RFC3339, record.LodgedAt)
	if err != nil || record.Version == 1 {
		return lodged, err
	}
	last, err := time.Parse(time.RFC3339, record.At)
	if err != nil {
		return last, err
	}
	s, err := signature.Parse(jws)
	if err != nil {
		return last, err
	}
	if s.At.Before(lodged.Add(-signature.MaxAge)) || s.At.After(last.Add(signature.MaxSkew)) {
		return last, &signature.Error{
			Reason: signature.SignedAt, Text: "it says to be signed long before the declaration was lodged, or after the record's last step",
		}
	}
	return s.At, nil
}
