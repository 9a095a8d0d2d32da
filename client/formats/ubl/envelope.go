package ubl

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// The envelope of a document: values that are the document's own and not its content's. They have pointers like the content, which
// begin otherwise than any pointer into it.
const (
	envelopeUUID    = "@uuid"
	envelopeAnswers = "@answers"
	envelopeRemarks = "@remarks"
)

// Option says something of a document that is written beside its content.
type Option func(map[string]string)

// Numbered gives the document a universally unique identifier (cbc:UUID). [Report.UUID] reads it back.
func Numbered(uuid string) Option {
	return func(envelope map[string]string) { envelope[envelopeUUID] = uuid }
}

// Answering names the document that a TransportationStatus answers. [Report.Answers] reads it back.
func Answering(id string) Option {
	return func(envelope map[string]string) { envelope[envelopeAnswers] = id }
}

// Remarking adds what is to be said of the document, a line each (cbc:Description). [Report.Remarks] reads it back.
func Remarking(lines ...string) Option {
	return func(envelope map[string]string) { envelope[envelopeRemarks] = strings.Join(lines, "\n") }
}

// UUIDOf is the identifier that derives from some texts: the same for the same texts, whoever computes it (version 8 of RFC 9562,
// from SHA-256).
func UUIDOf(texts ...string) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", texts)))
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	h := hex.EncodeToString(u)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// enclosed is a content with its envelope, which is no value of the content's.
func enclosed(leaves []leaf, options []Option) *content {
	c := contentOf(leaves)
	for _, o := range options {
		o(c.values)
	}
	return c
}

// openEnvelope takes the values of the envelope out of what was read.
func (r *reading) openEnvelope() {
	content := r.values[:0]
	for _, v := range r.values {
		switch v.pointer {
		case envelopeUUID:
			r.uuid = v.text
		case envelopeAnswers:
			r.answers = v.text
		case envelopeRemarks:
			r.remarks = v.text
		default:
			content = append(content, v)
		}
	}
	r.values = content
}
