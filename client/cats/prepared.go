package cats

import "encoding/hex"

// Prepared is the document in which a change travels between where the ledger is reached and where the key is. The command line
// keeps it as a file, a gateway gives and takes it as JSON; "cats prepared" shows and signs either. A proposal may carry
// confidential content, and so does the document.
type Prepared struct {
	// Command is what was asked for on the command line; only the same command goes on with the document.
	Command string `json:"command,omitempty"`
	// Request is what was asked of a gateway, which does it once more, within [Resuming], when its transactions are committed.
	Request *PreparedRequest `json:"request,omitempty"`
	// As is the identity that signs.
	As string `json:"as"`
	// Statement says in words what is signed, and Digest (SHA-256, in hexadecimal) is what an ECDSA key signs. Both are for
	// orientation: a signer makes them of the change's bytes, with a program of its own.
	Statement []Line `json:"statement,omitempty"`
	Digest    string `json:"digest,omitempty"`
	// Change is what waits for its signature, which is put into it.
	Change *Unsigned `json:"change"`
}

// PreparedRequest is a request to a gateway that waits for signatures.
type PreparedRequest struct {
	Method string `json:"method"`
	// Path with the query.
	Path string `json:"path"`
	// MediaType of the body.
	MediaType string `json:"mediaType,omitempty"`
	// IfMatch and IdempotencyKey are the headers of these names.
	IfMatch        string `json:"ifMatch,omitempty"`
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	// DeclarationSignature is the declarant's over the content, when the request has brought one.
	DeclarationSignature string `json:"declarationSignature,omitempty"`
	Body                 []byte `json:"body,omitempty"`
}

// Explain sets Statement and Digest to what the change's bytes say.
func (p *Prepared) Explain() error {
	s, err := p.Change.Statement()
	if err != nil {
		return err
	}
	p.Statement, p.Digest = s.Lines(), hex.EncodeToString(p.Change.Digest())
	return nil
}
