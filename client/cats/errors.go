package cats

import (
	"errors"
	"fmt"
	"strings"

	"carec.example/cats/chaincode/transit"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Class tells what a failed call means for the caller. The list is closed.
type Class string

// Classes of failure.
const (
	// Refused: the ledger understood and said no; [Error.Fault] says why. Asking again changes nothing.
	Refused Class = "refused"
	// Conflict: others changed the same records meanwhile, more often than the retries allowed,
	// or the record moved on from the sequence number the caller expected. Nothing was changed.
	Conflict Class = "conflict"
	// Unavailable: no peer could be reached, or not enough of those that must endorse. Nothing was changed.
	Unavailable Class = "unavailable"
	// UnknownOutcome: the transaction was handed to the orderers but its fate could not be learnt. Ask
	// for [Error.TransactionID] later with [Client.Await], or repeat the call with [MessageID]; a new
	// message could do the same thing twice.
	UnknownOutcome Class = "unknown outcome"
	// Canceled: the caller gave up before anything was submitted. Nothing was changed.
	Canceled Class = "canceled"
	// Internal: the ledger or the client failed in a way that is a defect.
	Internal Class = "internal"
)

// Detail is what one peer said about a failure.
type Detail struct {
	// Address of the peer (host:port).
	Address string
	// MSP of the peer's organisation.
	MSP     string
	Message string
}

// Error is the failure of a call. errors.As finds the [transit.Fault] inside it.
type Error struct {
	// Op is the chaincode function, or the client's own step.
	Op string
	// Class tells what it means.
	Class Class
	// Fault is the ledger's refusal, or nil.
	Fault *transit.Fault
	// TransactionID of the last attempt; empty when there was none.
	TransactionID string
	// MessageID with which the call may be repeated; empty when the function takes none.
	MessageID string
	// Attempts counts the proposals made.
	Attempts int
	// Details are what the peers said.
	Details []Detail

	cause error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Op, e.Class)
	switch {
	case e.Fault != nil:
		fmt.Fprintf(&b, ": %s", e.Fault)
	case e.cause != nil:
		fmt.Fprintf(&b, ": %s", plain(e.cause))
	}
	for _, d := range e.Details {
		if e.Fault == nil {
			fmt.Fprintf(&b, "\n  %s (%s): %s", d.Address, d.MSP, d.Message)
		}
	}
	if e.TransactionID != "" {
		fmt.Fprintf(&b, " [transaction %s]", e.TransactionID)
	}
	return b.String()
}

// Unwrap lets errors.Is and errors.As reach both the fault and the cause.
func (e *Error) Unwrap() []error {
	var inner []error
	if e.Fault != nil {
		inner = append(inner, e.Fault)
	}
	if e.cause != nil {
		inner = append(inner, e.cause)
	}
	return inner
}

// Because gives an error its underlying failure, for those who stand in for the ledger or pass calls on to it.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Cause is the text of the underlying failure without the details of the peers.
func (e *Error) Cause() string {
	if e.cause == nil {
		return ""
	}
	return plain(e.cause)
}

// plain is a cause in one line, without the wrapping of the transport.
func plain(err error) string {
	st, ok := status.FromError(rootStatus(err))
	switch {
	case !ok || errors.As(err, new(*outcomeUnknown)):
		return firstLine(err.Error())
	case st.Code() == codes.DeadlineExceeded:
		return "no answer in time"
	default:
		return firstLine(st.Message())
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
