package cats

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// Flaw is why a change cannot be forwarded as it came. The list is closed.
type Flaw string

// Flaws.
const (
	// FlawExpired: nobody forwards it any more; it has to be prepared again.
	FlawExpired Flaw = "expired"
	// FlawUnsigned: the signature is missing.
	FlawUnsigned Flaw = "unsigned"
	// FlawSignature: the signature is not that of the certificate in the bytes over these bytes.
	FlawSignature Flaw = "signature"
	// FlawBytes: the bytes do not hang together, or are of no stage that is signed.
	FlawBytes Flaw = "bytes"
	// FlawSigner: the bytes are another's than the one's for whom the client prepares.
	FlawSigner Flaw = "signer"
	// FlawLedger: the bytes are for another ledger, or of another organisation.
	FlawLedger Flaw = "ledger"
)

// Unfit is the refusal of a change that cannot be forwarded as it came. Nothing has been sent, and the same change may be
// forwarded once it is right.
type Unfit struct {
	Flaw  Flaw
	cause error
}

func (u *Unfit) Error() string { return u.cause.Error() }

// Unwrap gives the cause.
func (u *Unfit) Unwrap() error { return u.cause }

func unfit(flaw Flaw, format string, args ...any) *Unfit {
	return &Unfit{Flaw: flaw, cause: fmt.Errorf(format, args...)}
}

// longestExpiry bounds how long anything that was prepared is forwarded, whatever stands beside its bytes.
const longestExpiry = 24 * time.Hour

// fit reads what is to be forwarded, and the signature in the form that peers accept. An error is an [*Unfit].
func (c *Client) fit(u *Unsigned, now time.Time) (*Statement, []byte, error) {
	if now.After(u.Expires) {
		return nil, nil, unfit(FlawExpired, "it had to be signed until %s; prepare it again", u.Expires.Format(time.RFC3339))
	}
	if len(u.Signature) == 0 {
		return nil, nil, unfit(FlawUnsigned, "it is not signed yet")
	}
	s, err := u.Statement()
	if err != nil {
		return nil, nil, &Unfit{Flaw: FlawBytes, cause: err}
	}
	if err := c.concerns(s, now); err != nil {
		return nil, nil, err
	}
	signature, err := u.verified(s)
	if err != nil {
		return nil, nil, &Unfit{Flaw: FlawSignature, cause: err}
	}
	return s, signature, nil
}

// concerns refuses what this client does not forward. The time of the bytes is under the signature, so that nobody prolongs it.
func (c *Client) concerns(s *Statement, now time.Time) error {
	lasts := longestExpiry
	if c.elsewhere != nil {
		lasts = c.cfg.expiry
		if !bytes.Equal(s.Certificate.Raw, c.elsewhere.certificate.Raw) {
			return unfit(FlawSigner, "it is for the signature of %s of %s, not of %s", s.Certificate.Subject.CommonName, s.MSP, c.name)
		}
	}
	if s.MSP != c.org.MSP || s.Channel != c.profile.Channel || s.Chaincode != c.profile.Chaincode {
		return unfit(FlawLedger, "it is %s's for %s on %s, not of this organisation for this ledger", s.MSP, s.Chaincode, s.Channel)
	}
	if now.Sub(s.At) > lasts {
		return unfit(FlawExpired, "it bears the time %s, and had to be signed within %s; prepare it again", s.At.UTC().Format(time.RFC3339), lasts)
	}
	return nil
}

// verified is the signature in the form that peers accept, after it was verified by the certificate in the bytes.
func (u *Unsigned) verified(s *Statement) ([]byte, error) {
	message, err := u.message()
	if err != nil {
		return nil, err
	}
	var valid bool
	signature := u.Signature
	switch key := s.Certificate.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if signature, err = lowS(key, u.Signature); err != nil {
			return nil, err
		}
		digest := sha256.Sum256(message)
		valid = ecdsa.VerifyASN1(key, digest[:], signature)
	case ed25519.PublicKey:
		valid = ed25519.Verify(key, message, u.Signature)
	default:
		return nil, errors.New("the key of the certificate is neither an ECDSA nor an Ed25519 key")
	}
	if !valid {
		return nil, fmt.Errorf("the signature is not that of %s over this %s", s.Certificate.Subject.CommonName, u.Stage)
	}
	return signature, nil
}

// Digest is the SHA-256 of what the signature covers: what an ECDSA key signs. It is nil when there is nothing to sign.
func (u *Unsigned) Digest() []byte {
	message, err := u.message()
	if err != nil {
		return nil
	}
	digest := sha256.Sum256(message)
	return digest[:]
}
