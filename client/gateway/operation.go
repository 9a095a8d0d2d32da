package gateway

import (
	"context"
	"reflect"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// operation is one row of the table of operations: all that an action or query of the ledger
// needs to be served and described. Handlers know nothing of single operations.
type operation struct {
	// id is the operationId of the document, and the label of metrics and log.
	id, method, path, tag, summary, description string
	// functions of the chaincode for which the operation stands.
	functions []transit.Function
	// roles that are let in; none lets everyone in who is known. The ledger decides in any case.
	roles []transit.Role
	// body is the type of the JSON that the operation takes, nil for none. unchecked leaves its content to the ledger,
	// which has the better words for a single transit document.
	body      reflect.Type
	unchecked bool
	// optional: all fields of the body may be left out, and so may the body.
	optional bool
	// bytes: the body is a file of any media type.
	bytes bool
	// limit of the body in bytes; 0 means [bodyLimit].
	limit int64
	// result is the type of the JSON answered; nil for a file.
	result reflect.Type
	// status of success; 0 means 200.
	status int
	query  []parameter
	// local: the operation asks the organisation's own database, and no client of the ledger is lent for it. modelled: the read model
	// answers, and tells how new the answer is. csv: the answer comes as CSV, too.
	local, modelled, csv bool
	// changes: something is written, so that an Idempotency-Key counts; guarded: If-Match counts too.
	changes, guarded bool
	// own: the ledger is asked as the caller itself, by a key that must be here.
	own bool
	// declares: the request may bring the declarant's signature.
	declares bool
	// discloses: what is written holds content that was read as the caller.
	discloses bool
	// perform does it. The answer's status is that of the row.
	perform func(ctx context.Context, l *Ledger, r *request) (*reply, error)
	// answer, when set, answers in place of perform: the operation is about another request.
	answer func(ctx context.Context, g *Gateway, r *request) Answer
}

// parameter is one of the query.
type parameter struct {
	name, description, example string
	required                   bool
	values                     []string
}

// reply is what an operation has come to.
type reply struct {
	body any
	// file, when set, is answered in place of the body.
	file *transit.File
	// tag is the entity tag without quotes; empty for none, or for that of a reading.
	tag string
	// reading: the body is what a query has read, and without another tag has one of its own.
	reading bool
	// location of what was made.
	location string
	// header are further headers of the answer.
	header map[string]string
}

// Changed is the answer of an operation that writes: the record as the operation's own transaction wrote it, and what proves it.
type Changed[R any] struct {
	Record  R       `json:"record"`
	Receipt Receipt `json:"receipt"`
}

// Receipt proves a change: which transaction in which block, and whose peers endorsed it.
type Receipt struct {
	// TransactionID is empty when the record already stood as asked and nothing was written.
	TransactionID string `json:"transactionId,omitempty"`
	BlockNumber   uint64 `json:"blockNumber,omitempty"`
	// Endorsers are the MSPs of the organisations whose peers signed.
	Endorsers []string `json:"endorsers,omitempty"`
	// MessageID under which the record remembers the change.
	MessageID string `json:"messageId,omitempty"`
}

func receiptOf(r cats.Receipt) Receipt {
	return Receipt{TransactionID: r.TransactionID, BlockNumber: r.BlockNumber, Endorsers: r.Endorsers, MessageID: r.MessageID}
}

// change completes the row of an operation that writes one record.
func change[B, R any](o operation, do func(ctx context.Context, l *Ledger, r *request, body B) (R, cats.Receipt, error)) operation {
	o.changes = true
	if t := reflect.TypeFor[B](); t != reflect.TypeFor[nothing]() {
		o.body, o.optional = t, allOptional(t)
	}
	o.result = reflect.TypeFor[Changed[R]]()
	o.perform = func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
		var body B
		if err := r.decode(&body); err != nil {
			return nil, err
		}
		record, done, err := do(ctx, l, r, body)
		if err != nil {
			return nil, err
		}
		return &reply{body: Changed[R]{Record: record, Receipt: receiptOf(done)}, tag: sequenceTag(record)}, nil
	}
	return o
}

// read completes the row of a query.
func read[R any](o operation, do func(ctx context.Context, l *Ledger, r *request) (R, error)) operation {
	o.result = reflect.TypeFor[R]()
	o.perform = func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
		result, err := do(ctx, l, r)
		if err != nil {
			return nil, err
		}
		return &reply{body: result, reading: true}, nil
	}
	return o
}

// ask completes the row of a query that takes a body: what it asks for is confidential, or too long for an address.
func ask[B, R any](o operation, do func(ctx context.Context, l *Ledger, r *request, body B) (R, error)) operation {
	o.body = reflect.TypeFor[B]()
	o = read(o, func(ctx context.Context, l *Ledger, r *request) (R, error) {
		var body B
		if err := r.decode(&body); err != nil {
			var none R
			return none, err
		}
		return do(ctx, l, r, body)
	})
	return o
}

// nothing is the body of operations that take none.
type nothing struct{}

// allOptional reports whether every field of a body may be left out.
func allOptional(t reflect.Type) bool {
	for i := range t.NumField() {
		if !omissible(t.Field(i)) {
			return false
		}
	}
	return true
}
