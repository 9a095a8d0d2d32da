package ubl

// The envelope of a document: values that are the document's own and not its content's. They have pointers like the content, which
// begin otherwise than any pointer into it.
const (
	envelopeUUID    = "@uuid"
	envelopeAnswers = "@answers"
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
		default:
			content = append(content, v)
		}
	}
	r.values = content
}
