package signature

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
)

const (
	// Type is the value of the header field typ, a media type without "application/".
	Type = "vnd.carec.std+jws"
	// MaxBytes bounds a compact JWS.
	MaxBytes = 24 << 10
	// MaxChain bounds the certificates of the field x5c.
	MaxChain = 5
	// MaxCertificate bounds one certificate, in bytes of DER.
	MaxCertificate = 4 << 10
)

// header is the protected header, field by field.
type header struct {
	Algorithm string   `json:"alg"`
	Type      string   `json:"typ"`
	IssuedAt  int64    `json:"iat"`
	Chain     []string `json:"x5c"`
}

// Signature is a signature as its bytes tell, not yet verified.
type Signature struct {
	// Algorithm is one of [Algorithms].
	Algorithm string
	// At is when the signer says to have signed, UTC, to the second.
	At time.Time
	// Chain begins with the signer's certificate.
	Chain []*x509.Certificate

	compact string
}

// Compact is the signature in the form it travels in.
func (s *Signature) Compact() string { return s.compact }

// Parse reads a compact JWS with detached content. It accepts one spelling only: no
// padding, blanks or stray bits in base64, no field of the header unknown, missing or given
// twice. Errors: [*Error] with [Malformed] or [Algorithm].
func Parse(compact []byte) (*Signature, error) {
	if len(compact) > MaxBytes {
		return nil, refuse(Malformed, "the signature has %d bytes, more than %d", len(compact), MaxBytes)
	}
	parts := strings.Split(string(compact), ".")
	if len(parts) != 3 || parts[1] != "" {
		return nil, refuse(Malformed, "the signature is no compact JWS with detached content: header..signature")
	}
	raw, err := decodeOnce(base64.RawURLEncoding, parts[0])
	if err != nil {
		return nil, refuse(Malformed, "the header: %v", err)
	}
	if value, err := decodeOnce(base64.RawURLEncoding, parts[2]); err != nil || len(value) == 0 {
		return nil, refuse(Malformed, "the value of the signature is missing or not base64url")
	}
	var h header
	if err := transit.DecodeStrict(raw, &h); err != nil {
		return nil, refuse(Malformed, "the header: %v", err)
	}
	s := &Signature{Algorithm: h.Algorithm, At: time.Unix(h.IssuedAt, 0).UTC(), compact: string(compact)}
	if err := h.check(); err != nil {
		return nil, err
	}
	s.Chain, err = parseChain(h.Chain)
	return s, err
}

func (h *header) check() error {
	switch {
	case !allowed(h.Algorithm):
		return refuse(Algorithm, "the algorithm %.20q is not one of %s", h.Algorithm, strings.Join(Algorithms(), ", "))
	case h.Type != Type:
		return refuse(Malformed, "the type %.40q is not %q", h.Type, Type)
	case h.IssuedAt <= 0 || h.IssuedAt > lastSecond:
		return refuse(Malformed, "the time of signing (iat) is missing or out of range")
	case len(h.Chain) == 0 || len(h.Chain) > MaxChain:
		return refuse(Malformed, "the chain (x5c) has %d certificates, not 1 to %d", len(h.Chain), MaxChain)
	}
	return nil
}

// lastSecond is the end of the year 9999, the last that RFC 3339 and certificates can write.
const lastSecond = 253402300799

func parseChain(encoded []string) ([]*x509.Certificate, error) {
	chain := make([]*x509.Certificate, 0, len(encoded))
	for i, text := range encoded {
		der, err := decodeOnce(base64.StdEncoding, text)
		if err != nil {
			return nil, refuse(Malformed, "certificate %d of the chain: %v", i+1, err)
		}
		if len(der) > MaxCertificate {
			return nil, refuse(Malformed, "certificate %d of the chain has %d bytes, more than %d", i+1, len(der), MaxCertificate)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, refuse(Malformed, "certificate %d of the chain cannot be read: %v", i+1, err)
		}
		if i > 0 && !bytes.Equal(chain[i-1].RawIssuer, c.RawSubject) {
			return nil, refuse(Malformed, "certificate %d of the chain is not that of the issuer of the one before it", i+1)
		}
		chain = append(chain, c)
	}
	return chain, nil
}

// decodeOnce decodes a text that is the only spelling of its bytes. Package base64 skips line breaks and stray last bits.
func decodeOnce(e *base64.Encoding, text string) ([]byte, error) {
	b, err := e.DecodeString(text)
	if err != nil {
		return nil, err
	}
	if e.EncodeToString(b) != text {
		return nil, base64.CorruptInputError(len(text))
	}
	return b, nil
}
