package access

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ErrNoCredentials says that a request shows no credentials of the kind asked for.
var ErrNoCredentials = errors.New("no credentials")

// Code says why a caller was turned away; the list only grows.
type Code string

// The codes, each with the HTTP status it is answered with.
const (
	// Unauthenticated: nobody is known by these credentials (401).
	Unauthenticated Code = "unauthenticated"
	// WrongCredentials: name or password is wrong, or the account is disabled; which of them is not told (401).
	WrongCredentials Code = "wrong-credentials" //nolint:gosec // a code, no credential
	// Forbidden: known, but not admitted as whom it wants to act (403).
	Forbidden Code = "forbidden"
	// CrossOrigin: a browser sent the cookie on behalf of another site (403).
	CrossOrigin Code = "cross-origin"
	// LockedOut: too many wrong passwords; wait (429).
	LockedOut Code = "locked-out"
	// TooManyRequests: above the rate that a caller or address has (429).
	TooManyRequests Code = "too-many-requests"
	// BadRequest: the request cannot be read (400).
	BadRequest Code = "bad-request"
	// Unavailable: the database or the identity provider does not answer (503).
	Unavailable Code = "unavailable"
)

// Error is a refusal. Its text may be shown to the caller.
type Error struct {
	Code Code
	// Detail is one sentence for a person; it holds nothing that the caller did not say.
	Detail string
	// RetryAfter is how long to wait before it makes sense to try again; zero where waiting does not help.
	RetryAfter time.Duration
}

func (e *Error) Error() string { return e.Detail }

// Status is the HTTP status that belongs to the code.
func (e *Error) Status() int {
	switch e.Code {
	case Unauthenticated, WrongCredentials:
		return http.StatusUnauthorized
	case Forbidden, CrossOrigin:
		return http.StatusForbidden
	case LockedOut, TooManyRequests:
		return http.StatusTooManyRequests
	case Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusBadRequest
	}
}

func refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}
