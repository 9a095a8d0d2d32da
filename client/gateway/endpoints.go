package gateway

import (
	"strconv"

	"carec.example/cats/chaincode/transit"
)

// Endpoint is where an operation is served, for clients: a path that comes from here cannot drift from the table.
type Endpoint struct {
	// Operation is its id in the document.
	Operation string
	Method    string
	// Path with parameters in braces, such as /v1/movements/{movement}.
	Path string
	// Changes: something is written, so that an Idempotency-Key counts.
	Changes bool
	// Guarded: If-Match counts.
	Guarded bool
}

// Endpoints are those of all operations by their ids, but for the log-in. Each call makes them anew.
func Endpoints() map[string]Endpoint {
	out := map[string]Endpoint{}
	add := func(o *operation) {
		out[o.id] = Endpoint{Operation: o.id, Method: o.method, Path: o.path, Changes: o.changes, Guarded: o.guarded}
	}
	for _, o := range operations(nil) {
		add(&o)
	}
	for _, s := range specials() {
		add(&s.operation)
	}
	return out
}

// StepOperation is the id of the operation that takes a step.
func StepOperation(s transit.Step) string { return lowerFirst(string(s)) }

// The headers of requests beside those of HTTP itself.
const (
	// KeyHeader makes a change one that is done once.
	KeyHeader = "Idempotency-Key"
	// DeclarationHeader brings the declarant's signature: a compact JWS with detached content.
	DeclarationHeader = declarationHeader
)

// ETag writes a sequence number as If-Match takes it.
func ETag(seq int) string { return quoted(strconv.Itoa(seq)) }

// Codes of the gateway's own that a client acts on.
const (
	// CodeUnavailable: the ledger cannot be reached now; nothing was done.
	CodeUnavailable = codeUnavailable
	// CodeKeyBusy: a request with the same Idempotency-Key is being answered.
	CodeKeyBusy = codeKeyBusy
	// CodeSignature: the signature does not hold.
	CodeSignature = codeSignature
)

// The ids of the two operations that are not rows of the table.
const (
	// EventsOperation streams what happens.
	EventsOperation = eventsID
	// JobResultOperation reads what a job has come to.
	JobResultOperation = jobResultID
)
