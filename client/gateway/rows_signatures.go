package gateway

import (
	"context"
	"encoding/hex"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"carec.example/cats/client/cats"
)

// Explained says in words what a prepared change does, as its bytes have it.
type Explained struct {
	// Whether the proposal is to be signed, or the endorsed transaction.
	Stage     cats.Stage  `json:"stage"`
	Statement []cats.Line `json:"statement"`
	// SHA-256 of what the signature covers, in hexadecimal: what an ECDSA key signs.
	Digest string `json:"digest"`
	// Identification of the transaction, which is the same in both stages.
	TransactionID string `json:"transactionId"`
}

// signatureRows are for callers whose keys are elsewhere.
func signatureRows() []operation {
	return tagged(tagSignatures,
		operation{
			id: "forwardSigned", method: http.MethodPost, path: signaturesPath, summary: "Bring the signature of a prepared change",
			description: "Takes the document that a change was answered with (202), with the signature in change.signature. A signed proposal " +
				"is endorsed, and the answer is the document with the transaction, to be signed as well (202). A signed transaction is " +
				"committed; the answer is the document of the action's next transaction (202), or what the request itself answers. The " +
				"signature must be by the key of the caller's own certificate. A document may be posted again, to any gateway of the " +
				"organisation: a transaction is committed once, and no Idempotency-Key is needed beside the one of the request.",
			body: reflect.TypeFor[cats.Prepared](), unchecked: true, limit: preparedLimit, answer: forwardSigned,
		},
		ask(operation{
			id: "explainPrepared", method: http.MethodPost, path: "/v1/statements", summary: "Say in words what a prepared change does",
			description: "Read from the bytes that the signature covers, and from nothing else in the document. It is for systems that show " +
				"changes; whoever signs has it said by a program of its own, for which there is \"cats prepared show\".",
			unchecked: true, limit: preparedLimit,
		}, func(_ context.Context, _ *Ledger, _ *request, doc cats.Prepared) (*Explained, error) {
			if doc.Change == nil {
				return nil, missing("/change", "change is required")
			}
			s, err := doc.Change.Statement()
			if err != nil {
				return nil, broken(err)
			}
			return &Explained{
				Stage: s.Stage, Statement: s.Lines(), Digest: hex.EncodeToString(doc.Change.Digest()), TransactionID: s.TransactionID,
			}, nil
		}),
	)
}

// waiting is the answer of what is signed elsewhere.
func (d *document) waiting() *huma.Response {
	return &huma.Response{
		Description: "Nothing is changed yet: it waits for a signature by the caller's key. Sign it, and post it to " + signaturesPath + ".",
		Headers: map[string]*huma.Param{
			"X-Request-Id": {Ref: "#/components/headers/X-Request-Id"}, "Location": {Ref: "#/components/headers/Location"},
		},
		Content: map[string]*huma.MediaType{"application/json": {Schema: d.schemas.of(reflect.TypeFor[cats.Prepared]())}},
	}
}
