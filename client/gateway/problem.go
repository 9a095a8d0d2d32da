package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Codes of the gateway's own, beside those of the ledger ([transit.Codes]). The list only grows.
const (
	codeBadRequest      transit.Code = "BAD_REQUEST"
	codeUnauthenticated transit.Code = "UNAUTHENTICATED"
	codeNoSuchOperation transit.Code = "NO_SUCH_OPERATION"
	codeMethod          transit.Code = "METHOD_NOT_ALLOWED"
	codeMediaType       transit.Code = "UNSUPPORTED_MEDIA_TYPE"
	codeKeyReused       transit.Code = "IDEMPOTENCY_KEY_REUSED"
	codeKeyBusy         transit.Code = "IDEMPOTENCY_KEY_BUSY"
	codeTooMany         transit.Code = "TOO_MANY_REQUESTS"
	codeConflict        transit.Code = "CONFLICT"
	codeUnavailable     transit.Code = "UNAVAILABLE"
	codeUnknownOutcome  transit.Code = "UNKNOWN_OUTCOME"
	codeSignature       transit.Code = "SIGNATURE_INVALID"
	codeCursor          transit.Code = "POSITION_UNKNOWN"
	codeExpired         transit.Code = "SIGNATURE_EXPIRED"
	codeKeyElsewhere    transit.Code = "KEY_ELSEWHERE"
)

// meaning of a code of the gateway's own.
type meaning struct {
	code   transit.Code
	status int
	title  string
}

// ownCodes are the gateway's own, in the order of their introduction.
func ownCodes() []meaning {
	return []meaning{
		{codeBadRequest, http.StatusBadRequest, "the request cannot be read"},
		{codeUnauthenticated, http.StatusUnauthorized, "nobody is known by these credentials"},
		{codeNoSuchOperation, http.StatusNotFound, "there is no such operation"},
		{codeMethod, http.StatusMethodNotAllowed, "the operation takes another method"},
		{codeMediaType, http.StatusUnsupportedMediaType, "the body has another media type than the operation takes"},
		{codeKeyReused, http.StatusUnprocessableEntity, "the Idempotency-Key came with another request before"},
		{codeKeyBusy, http.StatusConflict, "a request with this Idempotency-Key is being answered"},
		{codeTooMany, http.StatusTooManyRequests, "too many requests"},
		{codeConflict, http.StatusConflict, "others changed the same records meanwhile; nothing was done"},
		{codeUnavailable, http.StatusServiceUnavailable, "the ledger cannot be reached now; nothing was done"},
		{codeUnknownOutcome, http.StatusGatewayTimeout, "it was handed over and its fate is not known yet"},
		{codeSignature, http.StatusUnprocessableEntity, "the signature does not hold"},
		{codeCursor, http.StatusGone, "the position lies outside what can be resumed"},
		{codeExpired, http.StatusGone, "it was not signed in time and has to be prepared again"},
		{codeKeyElsewhere, http.StatusForbidden, "the operation needs the caller's key, which is not at the gateway"},
	}
}

// Problem is the answer to a request that failed (RFC 9457), with what the ledger has told.
type Problem struct {
	// The code as a URI.
	Type string `json:"type" format:"uri" example:"urn:carec:cats:problem:OUT_OF_SEQUENCE"`
	// What the code means.
	Title string `json:"title"`
	// The HTTP status.
	Status int `json:"status"`
	// What went wrong this time.
	Detail string `json:"detail"`
	// Code of the ledger's or the gateway's closed list.
	Code transit.Code `json:"code"`
	// Class tells what the failure means for the caller; absent for what the gateway refuses itself.
	Class cats.Class `json:"class,omitempty"`
	// Pointer to the part of the request that is at fault (RFC 6901).
	Pointer string `json:"pointer,omitempty"`
	// Violations are all that is wrong with a document or request, at once.
	Violations []transit.Violation `json:"violations,omitempty"`
	// TransactionID of the last attempt, when there was one.
	TransactionID string `json:"transactionId,omitempty"`
	// MessageID under which the ledger remembers the change, when it was made.
	MessageID string `json:"messageId,omitempty"`
	// Instance is the request, as the access log names it.
	Instance string `json:"instance,omitempty" example:"urn:request:5J2Q7ZKX3R"`

	// retryAfter is when it makes sense to try again; zero where that does not help.
	retryAfter time.Duration
	// final: the same request gives the same answer, so that it may be kept under its Idempotency-Key.
	final bool
	// cause is for the log, when the failure is a defect.
	cause error
}

func (p *Problem) Error() string { return string(p.Code) + ": " + p.Detail }

const problemType = "urn:carec:cats:problem:"

// problem makes a problem of a code of either list.
func problem(code transit.Code, detail string) *Problem {
	p := &Problem{Type: problemType + string(code), Code: code, Detail: detail}
	for _, m := range ownCodes() {
		if m.code == code {
			p.Status, p.Title = m.status, m.title
			return p
		}
	}
	p.Status, p.Title = statusOf(code), code.Meaning()
	return p
}

func (p *Problem) withStatus(status int) *Problem {
	p.Status = status
	return p
}

// statusOf is the HTTP status of a code of the ledger: the status that the chaincode answers with, but for two of which HTTP
// knows more.
func statusOf(code transit.Code) int {
	switch code {
	case transit.TooLarge:
		return http.StatusRequestEntityTooLarge
	case transit.ContentMismatch:
		return http.StatusConflict
	}
	return int(code.Status())
}

// failed makes a problem of any error. What is a defect is told without its cause, which is for the log.
func failed(err error) *Problem {
	var p *Problem
	var failure *cats.Error
	var fault *transit.Fault
	var signed *signature.Error
	var unfit *cats.Unfit
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &unfit):
		return ofUnfit(unfit)
	case errors.As(err, &failure):
		return ofClient(failure)
	case errors.As(err, &fault):
		p := ofFault(fault)
		p.final = true
		return p
	case errors.As(err, &signed):
		return problem(codeSignature, signed.Error())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return unavailable("No answer came in time; nothing was done.")
	}
	p = problem(transit.Internal, "The request failed in a way that is a defect; the log of the gateway tells more.")
	p.cause = err
	return p
}

func unavailable(detail string) *Problem {
	p := problem(codeUnavailable, detail)
	p.retryAfter = 5 * time.Second
	return p
}

func ofFault(f *transit.Fault) *Problem {
	p := problem(f.Code, f.Message)
	p.Pointer, p.Violations = f.Pointer, f.Violations
	return p
}

// ofClient tells a failure of the SDK by its class, and by the ledger's fault where there is one.
func ofClient(e *cats.Error) *Problem {
	var p *Problem
	switch {
	case e.Fault != nil:
		p = ofFault(e.Fault)
	case e.Class == cats.Conflict:
		p = problem(codeConflict, "Others changed the same records meanwhile, more often than the retries allowed. Nothing was done.")
		p.retryAfter = time.Second
	case e.Class == cats.Unavailable, e.Class == cats.Canceled:
		p = unavailable("Not enough peers could be reached to endorse. Nothing was done.")
	case e.Class == cats.UnknownOutcome:
		p = problem(codeUnknownOutcome, "It was handed to the orderers, but its fate could not be learnt in time. "+
			"Ask for the transaction, or repeat the request with the same Idempotency-Key: it does nothing twice.")
		p.retryAfter = 5 * time.Second
	default:
		p = problem(transit.Internal, "The ledger or its client failed in a way that is a defect; the log of the gateway tells more.")
		p.cause = e
	}
	p.Class, p.TransactionID, p.MessageID = e.Class, e.TransactionID, e.MessageID
	p.final = e.Class == cats.Refused
	if p.Code == transit.Internal || e.Class == cats.Internal {
		p.final, p.cause = false, e
	}
	return p
}

// write answers with the problem.
func (p *Problem) write(w http.ResponseWriter, requestID string) {
	if p.Instance == "" && requestID != "" {
		p.Instance = "urn:request:" + requestID
	}
	p.headers(w.Header())
	writeJSON(w, p.Status, problemMedia, p)
}

const problemMedia = "application/problem+json"

func (p *Problem) headers(h http.Header) {
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
}

// pointerOf turns a location such as body.claims[0].grn into the pointer /claims/0/grn.
func pointerOf(location string) string {
	location = strings.NewReplacer("[", ".", "]", "").Replace(strings.TrimPrefix(location, "body"))
	return strings.ReplaceAll(location, ".", "/")
}
