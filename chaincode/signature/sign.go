package signature

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// Signer signs as the owner of a certificate. The key may lie in a card, a module or another machine.
type Signer struct {
	Key crypto.Signer
	// Chain begins with the certificate of the key; those between it and the trust anchor follow.
	Chain []*x509.Certificate
}

// Sign makes the compact JWS with detached content. Errors: [*Error] when the key or the
// certificate is not one that [Signature.Verify] could accept, and whatever the key returns.
func (s Signer) Sign(content []byte, at time.Time) ([]byte, error) {
	if len(s.Chain) == 0 || s.Key == nil {
		return nil, refuse(Malformed, "a key and the certificate for it are needed to sign")
	}
	own, ok := s.Chain[0].PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !own.Equal(s.Key.Public()) {
		return nil, refuse(WeakKey, "the certificate is not that of the key")
	}
	algorithm, err := algorithmOf(s.Key.Public())
	if err != nil {
		return nil, err
	}
	if err := checkPurpose(s.Chain[0]); err != nil {
		return nil, err
	}
	chain := make([]string, len(s.Chain))
	for i, c := range s.Chain {
		chain[i] = base64.StdEncoding.EncodeToString(c.Raw)
	}
	options := (&jose.SignerOptions{}).WithType(Type).WithHeader("iat", at.Unix()).WithHeader("x5c", chain)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: cryptosigner.Opaque(saltOfHash{s.Key})}, options)
	if err != nil {
		return nil, fmt.Errorf("couldn't sign: %w", err)
	}
	object, err := signer.Sign(content)
	if err != nil {
		return nil, fmt.Errorf("couldn't sign: %w", err)
	}
	compact, err := object.DetachedCompactSerialize()
	if err != nil {
		return nil, fmt.Errorf("couldn't sign: %w", err)
	}
	if _, err := Parse([]byte(compact)); err != nil {
		return nil, err
	}
	return []byte(compact), nil
}

// saltOfHash makes the salt of RSA-PSS as long as the hash, as RFC 7518 section 3.5 says; the longest possible is usual elsewhere.
type saltOfHash struct{ crypto.Signer }

func (s saltOfHash) Sign(random io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	if pss, ok := o.(*rsa.PSSOptions); ok {
		o = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: pss.Hash}
	}
	return s.Signer.Sign(random, digest, o)
}
