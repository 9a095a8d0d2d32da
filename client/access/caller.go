package access

import (
	"context"
	"net/http"

	"carec.example/cats/chaincode/transit"
)

// Scheme is how a caller proved who it is.
type Scheme string

// The schemes.
const (
	// MutualTLS is a system that showed a client certificate of the organisation.
	MutualTLS Scheme = "mutual-tls"
	// Session is a person with a session cookie, after a log-in here or at an identity provider.
	Session Scheme = "session"
	// Bearer is a person or program with a token of the organisation's identity provider.
	Bearer Scheme = "bearer"
)

// Caller is who asks, and as whom it acts on the ledger.
type Caller struct {
	// Name of the account, of the certificate's identity, or issuer and subject of the
	// token. It is personal data: not for logs or metrics.
	Name string
	// Identity is the name of the identity in the [cats.Profile] with which the caller's
	// business is signed. It always belongs to the organisation that this gateway serves.
	Identity string
	// Organisation is the short name of the identity's organisation in the profile.
	Organisation string
	Role         transit.Role
	// Office is the customs office reference of an officer, else empty.
	Office string
	// Operator is the operator number of a trader, else empty.
	Operator string
	Scheme   Scheme
}

// Authenticator finds out who makes a request. It is safe for concurrent use.
type Authenticator interface {
	// Authenticate returns [ErrNoCredentials] when the request shows none that this
	// authenticator could judge, and an [*Error] when it judged them and said no. Any other
	// error is a failure of this side. A Caller counts only without an error.
	Authenticate(*http.Request) (Caller, error)
}

type callerKey struct{}

// With returns a context that carries the caller.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// From returns the caller of the request whose context this is; false when nobody was authenticated.
func From(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}
