package contract

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
)

// The declarant's signature is asked for by its country: one that names trust anchors in the registry wants every
// declaration and amendment of its operators signed, at whatever office of departure they are lodged. One that names none
// cannot have signatures verified, and none is taken: nobody is to think that he has signed when nobody has looked. The peer
// of the country of departure, which alone sees the content, verifies; the other endorsers see to it that a signature is there; and
// every later reader of the content verifies it again for himself.

// declarantSignature verifies the signature in the transient map. It returns what stands against it, or nil and the signature,
// which is nil where none is given and none needed.
func (c *call) declarantSignature(std *transit.STD) ([]byte, []transit.Violation, error) {
	t, err := c.Stub().GetTransient()
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	anchors, err := trustAnchors(c, c.actor.Country)
	if err != nil {
		return nil, nil, err
	}
	jws := t[transit.TransientSignature]
	switch {
	case len(jws) == 0 && len(anchors) == 0:
		return nil, nil, nil
	case len(jws) == 0:
		return nil, []transit.Violation{unsigned(c.actor.Country)}, nil
	case len(anchors) == 0:
		return nil, []transit.Violation{{
			Code: "15", Pointer: "/signature", Rule: signatureRule,
			Text: c.actor.Country + " names no trust anchors in the registry, so no signature of its operators can be verified",
		}}, nil
	}
	content, err := transit.SignedContent(std)
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't encode the signed content: %w", err)
	}
	_, err = signature.Verify(jws, signature.Terms{
		Content: content, Operator: c.actor.Operator, Anchors: anchors, At: c.At(),
		Revoked: func(cert *x509.Certificate, at time.Time) (bool, error) { return c.revoked(c.actor.Country, cert, at) },
	})
	var refused *signature.Error
	if errors.As(err, &refused) {
		return nil, []transit.Violation{{
			Code: "14", Pointer: "/signature", Rule: signatureRule,
			Text: fmt.Sprintf("the declarant's signature is refused (%s): %s", refused.Reason, refused.Text),
		}}, nil
	}
	return jws, nil, err
}

// signatureRule is what violations of the signature name as their rule.
const signatureRule = "RFC7515"

func unsigned(country string) transit.Violation {
	return transit.Violation{
		Code: "13", Pointer: "/signature", Rule: signatureRule, Text: country + " asks for the declarant's signature",
	}
}

// trustAnchors are the authorities that a country trusts today for the signatures of its operators.
func trustAnchors(c *call, country string) ([]signature.Anchor, error) {
	entries, err := c.TrustAnchors(country)
	if err != nil {
		return nil, err
	}
	var out []signature.Anchor
	for _, e := range entries {
		cert, err := e.Parse()
		if err != nil {
			return nil, fmt.Errorf("couldn't read the trust anchor %s of %s: %w", e.Name, country, err)
		}
		out = append(out, signature.Anchor{Certificate: cert, Subject: e.OperatorInSubject})
	}
	return out, nil
}

// revoked looks a certificate up in the country's book of revocations.
func (c *call) revoked(country string, cert *x509.Certificate, at time.Time) (bool, error) {
	issuer, serial := transit.CertificateNumber(cert)
	p, err := c.pageOf(country, transit.BookRevocations, transit.RevocationKey(issuer, serial))
	if err != nil {
		return false, err
	}
	return p.RevocationOn(issuer, serial, transit.DateOf(at)) != nil, nil
}

// faceSigned makes sure that a face says that its content is signed where the declarant's country asks for it. The peer of
// the country of departure might not have looked.
func (c *call) faceSigned(f *transit.Face) error {
	if transit.IsSigned(f.Sections) {
		return nil
	}
	entries, err := c.TrustAnchors(c.actor.Country)
	if err != nil || len(entries) == 0 {
		return err
	}
	return transit.Faultf(transit.InvalidDocument, "the declaration is not signed").With(unsigned(c.actor.Country))
}
