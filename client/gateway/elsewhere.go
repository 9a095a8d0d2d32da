package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
)

// A caller's key need not be at the gateway. What such a caller changes, or one that asks for it with Cats-Sign, is prepared:
// the answer is 202 with a [cats.Prepared], which the caller signs and posts to /v1/signatures, once for the proposal and once
// for the endorsed transaction of each of the action's transactions. The last of them is answered as the request itself would
// have been.
//
// The gateway keeps nothing meanwhile. The document carries the request, the bytes and what is committed already; all of it is
// the caller's own, who might have made it up as well as changed it: the ledger decides by the signature alone. When a gateway
// ends between the ledger and its answer, the same document is posted again, to any gateway: a transaction is committed once,
// and its second coming is told what became of the first.
const (
	signHeader    = "Cats-Sign"
	signElsewhere = "elsewhere"
	// declarationHeader brings the declarant's signature over the content: a compact JWS with detached content (RFC 7515, RFC 7797).
	declarationHeader = "Cats-Declaration-Signature"
	// signaturesPath is where documents go on.
	signaturesPath = "/v1/signatures"
	// preparedLimit bounds a document: the largest body and the largest proposal made of it, both in base64.
	preparedLimit = 4 * (transit.MaxSTDBytes + bodyLimit)
)

// shared are the functions that answer whoever of an organisation asks alike, or whose answers [seen] sorts out: the gateway's
// own identity may ask them for a caller whose key is elsewhere.
func shared(role transit.Role) []transit.Function {
	out := []transit.Function{
		transit.FnInfo, transit.FnGetRegistry, transit.FnGetProposal, transit.FnListOffices, transit.FnGetPage,
		transit.FnGetMovement, transit.FnListMovements,
	}
	if role != transit.RoleTrader && role != transit.RoleGuarantor {
		out = append(out, transit.FnCheckGuarantees, transit.FnGetGuarantee, transit.FnListGuarantees)
	}
	return out
}

// askedAs reports whether the operation asks the ledger for something that only the caller's own key opens.
func (o *operation) askedAs(role transit.Role) bool {
	if o.own || o.discloses {
		return true
	}
	all := shared(role)
	return !o.changes && slices.ContainsFunc(o.functions, func(f transit.Function) bool { return !slices.Contains(all, f) })
}

// prepares reports whether the operation can be prepared for a key elsewhere.
func (o *operation) prepares() bool { return o.changes && !o.own && !o.local }

// admitElsewhere finds out where the request is to be signed.
func (g *Gateway) admitElsewhere(r *request) *Problem {
	asked, o := r.Header.Get(signHeader), r.operation
	if asked != "" && asked != signElsewhere {
		return problem(codeBadRequest, signHeader+" takes \""+signElsewhere+"\".")
	}
	if o.local && asked == "" {
		return nil // Nothing is signed for what does not come to the ledger.
	}
	if g.keyElsewhere(r.caller.Identity) && !o.local {
		return g.admitKeyless(r)
	}
	writes := o.changes || o.own
	if asked == "" || !writes {
		return nil
	}
	if g.preparing == nil || !o.prepares() {
		return problem(codeBadRequest, "The operation is not prepared for a signature elsewhere.")
	}
	r.elsewhere = true
	return nil
}

// admitKeyless lets in whose key is not here, for what needs none here.
func (g *Gateway) admitKeyless(r *request) *Problem {
	switch {
	case r.operation.askedAs(r.caller.Role):
		return problem(codeKeyElsewhere, "The operation needs the caller's own key at the gateway: "+
			"what it reads or writes in between is not for the gateway's identity.")
	case g.preparing == nil:
		return problem(codeKeyElsewhere, "The caller's key is not at the gateway, which prepares nothing.")
	}
	r.elsewhere = true
	return nil
}

// lend lends the client with which a caller reads.
func (g *Gateway) lend(ctx context.Context, c access.Caller) (*Ledger, func(), error) {
	if g.preparing != nil && g.keyElsewhere(c.Identity) {
		return g.preparing.get(ctx, c.Identity)
	}
	return g.pool.get(ctx, c.Identity)
}

// prepared answers with what waits for its signature.
func (g *Gateway) prepared(r *request, u *cats.Unsigned) Answer {
	doc := cats.Prepared{
		As: r.caller.Identity, Change: u,
		Request: &cats.PreparedRequest{
			Method: r.Method, Path: r.URL.RequestURI(), MediaType: r.Header.Get("Content-Type"), IfMatch: r.Header.Get("If-Match"),
			IdempotencyKey: r.Header.Get(KeyHeader), DeclarationSignature: r.Header.Get(declarationHeader), Body: r.body,
		},
	}
	if err := doc.Explain(); err != nil {
		return g.refuse(r, failed(err))
	}
	return Answer{
		Status: http.StatusAccepted, Body: encode(doc),
		Header: map[string]string{"Content-Type": "application/json", "Location": signaturesPath},
	}
}

// forwarded takes what was signed one stage on. When that commits it, the operation goes on in the context; else the error is
// the [cats.Unsigned] that is to be signed next.
func forwarded(ctx context.Context, l *Ledger, signed *cats.Unsigned) (context.Context, error) {
	next, err := l.Forward(ctx, signed)
	if err != nil {
		return ctx, err
	}
	if next.Stage != cats.StageDone {
		return ctx, next
	}
	return cats.Resuming(ctx, next.Done), nil
}

// forwardSigned goes on with a request whose proposal or transaction was signed elsewhere. It is that request again, with the
// same caller, checks, key and precondition.
func forwardSigned(ctx context.Context, g *Gateway, r *request) Answer {
	var doc cats.Prepared
	if err := r.decode(&doc); err != nil {
		return g.refuse(r, failed(err))
	}
	first, p := g.first(ctx, r, &doc)
	if p == nil {
		p = belongs(first.operation, doc.Change)
	}
	if p != nil {
		return g.refuse(r, p)
	}
	first.signed = doc.Change
	return g.done(ctx, first)
}

// first is the request that the document was the answer to.
func (g *Gateway) first(ctx context.Context, r *request, doc *cats.Prepared) (*request, *Problem) {
	of := doc.Request
	switch {
	case g.preparing == nil:
		return nil, problem(codeBadRequest, "This gateway prepares nothing.")
	case doc.Change == nil:
		return nil, missing("/change", "change is required")
	case of == nil:
		return nil, missing("/request", "request is required: a document of the command line goes on there")
	case !strings.HasPrefix(of.Path, "/v1/"):
		return nil, atPointer(codeNoSuchOperation, "/request/path", "There is no such operation.")
	}
	hr, err := http.NewRequestWithContext(ctx, of.Method, of.Path, bytes.NewReader(of.Body))
	if err != nil {
		return nil, atPointer(codeBadRequest, "/request", "The request of the document cannot be read.")
	}
	for name, value := range map[string]string{
		"Content-Type": of.MediaType, "If-Match": of.IfMatch, KeyHeader: of.IdempotencyKey, signHeader: signElsewhere,
		declarationHeader: of.DeclarationSignature,
	} {
		if value != "" {
			hr.Header.Set(name, value)
		}
	}
	o, hr := g.find(hr)
	if o == nil || !o.prepares() {
		return nil, atPointer(codeNoSuchOperation, "/request/path", "There is no such operation, or none that is prepared.")
	}
	first := &request{Request: hr, operation: o, schemas: r.schemas, caller: r.caller}
	return first, g.admit(nil, first)
}

// decodePrepared reads a document. It holds results of the ledger, of which not everything is as strict as a request; what counts
// in it is under a signature.
func decodePrepared(raw []byte, doc *cats.Prepared) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(doc); err != nil {
		return fmt.Errorf("the document is not that of a prepared change: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if d.More() {
		return errors.New("something follows the document")
	}
	return nil
}

func missing(pointer, text string) *Problem {
	p := atPointer(transit.MalformedRequest, pointer, "The document is not what a change was prepared as.")
	p.Violations = []transit.Violation{{Code: transit.CodeMissing, Pointer: pointer, Text: text}}
	return p
}

func atPointer(code transit.Code, pointer, detail string) *Problem {
	p := problem(code, detail)
	p.Pointer = pointer
	return p
}

// belongs refuses, before anything is sent, what was prepared as something else than the request that it comes with.
func belongs(o *operation, u *cats.Unsigned) *Problem {
	s, err := u.Statement()
	if err != nil {
		return broken(err)
	}
	if !slices.Contains(o.functions, s.Function) {
		return atPointer(transit.MalformedRequest, "/change/bytes", fmt.Sprintf("The bytes call %s, which is no part of %s.", s.Function, o.id))
	}
	return nil
}

func broken(err error) *Problem {
	return atPointer(transit.MalformedRequest, "/change/bytes", sentence(err))
}

// sentence writes an error of the SDK as the detail of a problem.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// ofUnfit tells what cannot be forwarded as it came. None of it is final: the same document may come again, put right.
func ofUnfit(u *cats.Unfit) *Problem {
	at := map[cats.Flaw]struct {
		code    transit.Code
		pointer string
	}{
		cats.FlawExpired:   {codeExpired, "/change/expires"},
		cats.FlawUnsigned:  {codeSignature, "/change/signature"},
		cats.FlawSignature: {codeSignature, "/change/signature"},
		cats.FlawSigner:    {transit.NotAuthorised, "/change/bytes"},
		cats.FlawBytes:     {transit.MalformedRequest, "/change/bytes"},
		cats.FlawLedger:    {transit.MalformedRequest, "/change/bytes"},
	}[u.Flaw]
	return atPointer(at.code, at.pointer, sentence(u))
}

// found is the operation of a request, as the mux of the rows finds it.
type found struct {
	operation *operation
	request   *http.Request
}

type foundKey struct{}

// find looks for the operation of a request; nil when there is none.
func (g *Gateway) find(r *http.Request) (*operation, *http.Request) {
	var f found
	g.rows.ServeHTTP(&probe{header: http.Header{}}, r.WithContext(context.WithValue(r.Context(), foundKey{}, &f)))
	return f.operation, f.request
}

// routed is a mux by which [Gateway.find] finds the rows.
func routed(rows []operation) *http.ServeMux {
	mux := http.NewServeMux()
	for i := range rows {
		o := &rows[i]
		mux.HandleFunc(o.method+" "+o.path, func(_ http.ResponseWriter, r *http.Request) {
			if f, asked := r.Context().Value(foundKey{}).(*found); asked {
				f.operation, f.request = o, r
			}
		})
	}
	return mux
}
