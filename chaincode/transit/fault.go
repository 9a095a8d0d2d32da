package transit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Code names one class of failure. The list is closed and append-only: the
// chaincode raises only these, clients decide by them, and a name never changes
// its meaning. [Code.Status] gives the chaincode response status.
type Code string

// The failures of the ledger.
const (
	// MalformedRequest: the argument is not the strict JSON object of the function.
	MalformedRequest Code = "MALFORMED_REQUEST"
	// TooLarge: an argument or the transient map exceeds its limit.
	TooLarge Code = "TOO_LARGE"
	// UnknownFunction: the name is not on the list of functions, exactly spelled.
	UnknownFunction Code = "UNKNOWN_FUNCTION"
	// NotAuthorised: the caller's certificate, role, office or organisation may not do this.
	NotAuthorised Code = "NOT_AUTHORISED"
	// NotFound: no record under that reference (NCTS code 90 for an MRN).
	NotFound Code = "NOT_FOUND"
	// OutOfSequence: the state of the record does not allow the step (NCTS code 92).
	OutOfSequence Code = "OUT_OF_SEQUENCE"
	// Duplicate: the message identification was used before (NCTS code 26).
	Duplicate Code = "DUPLICATE"
	// AlreadyExists: the LRN or GRN stands on the ledger already.
	AlreadyExists Code = "ALREADY_EXISTS"
	// Stale: the caller expected another sequence number.
	Stale Code = "STALE"
	// InvalidDocument: the declaration breaks format or logic control; see the violations.
	InvalidDocument Code = "INVALID_DOCUMENT"
	// GuaranteeRefused: the guarantee does not cover the movement; violations carry G01..G13.
	GuaranteeRefused Code = "GUARANTEE_REFUSED"
	// ContentMismatch: private content does not have the digest on the public record, or is missing.
	ContentMismatch Code = "CONTENT_MISMATCH"
	// ClockRefused: the transaction's time lies before the last step of the record.
	ClockRefused Code = "CLOCK_REFUSED"
	// NotFounded: the registry of organisations does not stand yet.
	NotFounded Code = "NOT_FOUNDED"
	// AlreadyFounded: the registry stands already.
	AlreadyFounded Code = "ALREADY_FOUNDED"
	// Internal: the ledger failed; details are in the log of the endorsing peer's chaincode.
	Internal Code = "INTERNAL"
	// Suspended: the organisation that asks, or that would be bound, is suspended by the majority of the customs authorities.
	Suspended Code = "SUSPENDED"
	// NotHere: private content stands on the ledger that the peer asked does not hold yet; another peer of its organisation may.
	NotHere Code = "NOT_HERE"
)

// meaning of each code, in the order of introduction.
func meanings() []struct {
	Code    Code
	Status  int32
	Meaning string
} {
	return []struct {
		Code    Code
		Status  int32
		Meaning string
	}{
		{MalformedRequest, 400, "the argument is not the strict JSON object of the function"},
		{TooLarge, 400, "an argument or the transient map exceeds its limit"},
		{UnknownFunction, 400, "the name is not on the list of functions, exactly spelled"},
		{NotAuthorised, 403, "certificate, role, office or organisation may not do this"},
		{NotFound, 404, "no record under that reference"},
		{OutOfSequence, 409, "the state of the record does not allow the step"},
		{Duplicate, 409, "the message identification was used before"},
		{AlreadyExists, 409, "the LRN or GRN stands on the ledger already"},
		{Stale, 409, "the caller expected another sequence number"},
		{InvalidDocument, 422, "the declaration breaks format or logic control; the violations say where"},
		{GuaranteeRefused, 422, "the guarantee does not cover the movement; violations carry G01 to G13"},
		{ContentMismatch, 409, "private content does not have the digest on the record, or is missing"},
		{ClockRefused, 400, "the transaction's time lies too far before the record's last step"},
		{NotFounded, 409, "the registry of organisations does not stand yet"},
		{AlreadyFounded, 409, "the registry stands already"},
		{Internal, 500, "the ledger failed; the endorsing peer's chaincode has logged how"},
		{Suspended, 403, "an organisation that asks, or would be bound, is suspended"},
		{NotHere, 503, "the peer does not hold the private content yet; another one of the organisation may"},
	}
}

// Codes lists every code in the order of its introduction.
func Codes() []Code {
	var out []Code
	for _, m := range meanings() {
		out = append(out, m.Code)
	}
	return out
}

// Status is the chaincode response status of the code, after the HTTP meaning of the number.
func (c Code) Status() int32 {
	for _, m := range meanings() {
		if m.Code == c {
			return m.Status
		}
	}
	return 500
}

// Meaning says in a line what the code tells; empty for an unknown one.
func (c Code) Meaning() string {
	for _, m := range meanings() {
		if m.Code == c {
			return m.Meaning
		}
	}
	return ""
}

// Violation is one broken rule of a document, after NCTS FunctionalError.
type Violation struct {
	// Code is the NCTS functional error code (12 code list, 13 missing, 14 rule, 15 not allowed, ...)
	// or, for guarantees, the invalid guarantee reason G01..G13.
	Code string `json:"code"`
	// Pointer is the RFC 6901 JSON pointer to the element.
	Pointer string `json:"pointer"`
	// Rule is the rule or condition, such as R0223 or C0060.
	Rule string `json:"rule,omitempty"`
	// Value is what stood there.
	Value string `json:"value,omitempty"`
	// Text tells what to correct.
	Text string `json:"text,omitempty"`
}

func (v Violation) String() string {
	s := v.Pointer + ": " + v.Text
	if v.Value != "" {
		s += fmt.Sprintf(" (found %q)", v.Value)
	}
	return s + " [" + strings.TrimSpace(v.Rule+" code "+v.Code) + "]"
}

// Fault is a refusal of the ledger. It travels from the chaincode to the client
// as JSON in the message of the response and is rebuilt there by [ParseFault].
// It never carries confidential content of a declaration other than to the
// declarant's own country, whose peer alone checks it.
type Fault struct {
	Code       Code        `json:"code"`
	Message    string      `json:"message"`
	Pointer    string      `json:"pointer,omitempty"`
	Violations []Violation `json:"violations,omitempty"`
}

// Faultf makes a fault with a formatted message.
func Faultf(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Message: fmt.Sprintf(format, args...)}
}

// At sets the pointer to the element of the request that is at fault.
func (f *Fault) At(pointer string) *Fault {
	f.Pointer = pointer
	return f
}

// MaxViolations bounds the violations of one fault, so that a refusal stays readable and travels.
const MaxViolations = 100

// With adds violations, up to [MaxViolations].
func (f *Fault) With(v ...Violation) *Fault {
	f.Violations = append(f.Violations, v[:min(len(v), max(0, MaxViolations-len(f.Violations)))]...)
	return f
}

func (f *Fault) Error() string {
	s := string(f.Code) + ": " + f.Message
	if f.Pointer != "" {
		s += " (at " + f.Pointer + ")"
	}
	for _, v := range f.Violations {
		s += "\n  " + v.String()
	}
	return s
}

// Is makes errors.Is match on the code alone.
func (f *Fault) Is(target error) bool {
	var other *Fault
	return errors.As(target, &other) && other.Code == f.Code
}

// faultMark begins the message of every refusal, so that a client can tell it
// from the texts that peers and gateways put around it.
const faultMark = "CATS "

// Wire is the message of the chaincode response: the mark and the fault as JSON.
func (f *Fault) Wire() string {
	b, err := json.Marshal(f)
	if err != nil {
		return faultMark + `{"code":"INTERNAL","message":"fault could not be encoded"}`
	}
	return faultMark + string(b)
}

// ParseFault finds a fault in a text such as a gateway's error detail
// ("chaincode response 409, CATS {...}"). It reports false when there is none.
func ParseFault(text string) (*Fault, bool) {
	_, after, found := strings.Cut(text, faultMark+"{")
	if !found {
		return nil, false
	}
	var f Fault
	err := json.NewDecoder(strings.NewReader("{" + after)).Decode(&f)
	return &f, err == nil && f.Code != ""
}
