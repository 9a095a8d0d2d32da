package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
)

// bodyLimit bounds a body of which the operation does not say more.
const bodyLimit = 1 << 20

// request is one request on its way through its operation.
type request struct {
	*http.Request
	operation *operation
	schemas   *schemas
	caller    access.Caller
	beside    *Beside
	body      []byte
	// messageID follows from the Idempotency-Key; empty without one.
	messageID string
	// expectedSeq is what If-Match asks for; 0 for any.
	expectedSeq int
	// elsewhere: what the request changes is prepared, for a key that is not here.
	elsewhere bool
	// signed is what the request has been prepared as, with its signature; nil when it comes for the first time.
	signed *cats.Unsigned
}

// resumes reports whether the request was prepared, and comes back with a signature.
func (r *request) resumes() bool { return r.signed != nil }

func (r *request) path(name string) string { return r.PathValue(name) }

func (r *request) query(name string) string { return r.URL.Query().Get(name) }

// mediaType of the body, without parameters.
func (r *request) mediaType() string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

// options are those of the SDK that follow from the headers.
func (r *request) options() []option {
	var out []option
	if r.messageID != "" {
		out = append(out, cats.MessageID(r.messageID))
	}
	if r.expectedSeq > 0 {
		out = append(out, cats.ExpectedSeq(r.expectedSeq))
	}
	if jws := r.Header.Get(declarationHeader); jws != "" && r.operation.declares {
		out = append(out, cats.Signed([]byte(jws)))
	}
	return out
}

// readBody takes the body in, as far as the operation allows.
func (r *request) readBody(w http.ResponseWriter) *Problem {
	limit := r.operation.limit
	if limit == 0 {
		limit = bodyLimit
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		p := problem(transit.TooLarge, "The body is larger than the operation takes.")
		p.Violations = []transit.Violation{{Code: transit.CodeRuleViolation, Text: "the body has at most " + bytesOf(limit)}}
		return p
	case err != nil:
		return problem(codeBadRequest, "The body could not be read to its end.")
	}
	r.body = body
	return r.checkMedia()
}

// checkMedia refuses a body that is not of the media type of the operation.
func (r *request) checkMedia() *Problem {
	o := r.operation
	switch media := r.mediaType(); {
	case len(r.body) == 0, o.bytes && media != "":
		return nil
	case o.bytes:
		return problem(codeMediaType, "Content-Type names the media type of the file.")
	case o.body == nil:
		// Whoever sends "{}" to an operation without a body does no harm.
		if strings.TrimSpace(string(r.body)) == "{}" {
			return nil
		}
		return problem(codeBadRequest, "The operation takes no body.")
	case media != "application/json":
		return problem(codeMediaType, "The operation takes application/json.")
	}
	return nil
}

// decode reads the body strictly: unknown and repeated fields, another spelling and deep nesting are refused, and so is
// what the schema of the operation does not allow. What is right in form is for the ledger to judge.
func (r *request) decode(into any) error {
	if r.operation.body == nil {
		return nil
	}
	raw := r.body
	if len(raw) == 0 {
		if !r.operation.optional {
			return transit.Faultf(transit.MalformedRequest, "the operation takes a body")
		}
		raw = []byte("{}")
	}
	if err := decodeStrict(raw, into); err != nil {
		var at *transit.DecodeError
		if errors.As(err, &at) {
			return transit.Faultf(transit.MalformedRequest, "%s", at.Msg).At(at.Pointer)
		}
		return transit.Faultf(transit.MalformedRequest, "%v", err)
	}
	if r.operation.unchecked {
		return nil
	}
	return r.checkSchema(raw)
}

func decodeStrict(raw []byte, into any) error {
	if doc, is := into.(*cats.Prepared); is {
		return decodePrepared(raw, doc)
	}
	std, is := into.(*transit.STD)
	if !is {
		return transit.DecodeStrict(raw, into)
	}
	read, err := transit.DecodeSTD(raw)
	if err == nil {
		*std = *read
	}
	return err
}

// checkSchema compares the body with the schema that the document gives of it.
func (r *request) checkSchema(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return transit.Faultf(transit.MalformedRequest, "%v", err)
	}
	var result huma.ValidateResult
	huma.Validate(r.schemas.registry, r.schemas.of(r.operation.body), huma.NewPathBuffer([]byte("body"), 4), huma.ModeWriteToServer, value, &result)
	if len(result.Errors) == 0 {
		return nil
	}
	fault := transit.Faultf(transit.MalformedRequest, "the body is not what the operation takes")
	for _, err := range result.Errors {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			fault = fault.With(violationOf(detail))
		}
	}
	return fault
}

// violationOf tells a difference from the schema as the ledger would.
func violationOf(d *huma.ErrorDetail) transit.Violation {
	v := transit.Violation{Code: transit.CodeRuleViolation, Pointer: pointerOf(d.Location), Text: d.Message}
	switch {
	case strings.HasPrefix(d.Message, "expected required property"):
		v.Code = transit.CodeMissing
		name := strings.TrimSuffix(strings.TrimPrefix(d.Message, "expected required property "), " to be present")
		v.Pointer, v.Text = v.Pointer+"/"+name, name+" is required"
	case strings.Contains(d.Message, "one of"):
		v.Code = transit.CodeListViolation
	}
	return v
}
