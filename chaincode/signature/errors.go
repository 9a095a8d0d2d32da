package signature

import "fmt"

// Reason is why a signature is refused. The list is closed.
type Reason string

// The reasons of a refusal.
const (
	// Malformed: it is no compact JWS with detached content, or its header is not exactly the one asked for.
	Malformed Reason = "malformed"
	// Algorithm: the algorithm is not on the list, or is not one for the key of the certificate.
	Algorithm Reason = "algorithm"
	// WeakKey: a key of the chain is shorter, or longer, than allowed, or of another kind.
	WeakKey Reason = "weak key"
	// Purpose: the certificate is not one for signing documents, or is that of an authority.
	Purpose Reason = "purpose"
	// Expired: a certificate was not valid at the time.
	Expired Reason = "expired"
	// Untrusted: the chain does not end at a trust anchor of the country.
	Untrusted Reason = "untrusted"
	// Revoked: the registry lists a certificate of the chain as revoked.
	Revoked Reason = "revoked"
	// Operator: the certificate is not the declarant's.
	Operator Reason = "operator"
	// SignedAt: the time of signing lies in the future, or too far back.
	SignedAt Reason = "time of signing"
	// Altered: it is not a signature over this content by the key of the certificate.
	Altered Reason = "altered"
)

// Error is a refused signature.
type Error struct {
	Reason Reason
	Text   string
}

func (e *Error) Error() string { return e.Text }

func refuse(r Reason, format string, args ...any) error {
	return &Error{Reason: r, Text: fmt.Sprintf(format, args...)}
}
