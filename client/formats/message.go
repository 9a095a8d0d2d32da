package formats

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/ncts"
)

// Message is one message of NCTS.
type Message struct {
	Kind *ncts.Kind
	// Content is a pointer to the struct of the kind, such as [*ncts.CC007C]; of a declaration (CC015C) the [*transit.STD].
	Content any
}

// NewMessage makes an empty message by the name of its root element and says so in its header, as it does the phase. The name
// is one of [ncts.Kinds].
func NewMessage(name string, phase transit.Phase) *Message {
	kind := ncts.Find(name)
	if kind == nil {
		panic("there is no message " + name)
	}
	m := &Message{Kind: kind, Content: kind.New()}
	if kind.Schema(phase) == nil {
		phase = transit.Phase5
	}
	m.Header().Type, m.Header().PhaseID = name, ncts.IDOf(phase)
	return m
}

// Header is the message's header: sender, recipient, identification, time, correlation.
func (m *Message) Header() *transit.Message {
	// Every struct of a message has the field; the test of the table sees to it.
	return reflect.ValueOf(m.Content).Elem().FieldByName("Message").Addr().Interface().(*transit.Message)
}

// Phase is the phase that the header names.
func (m *Message) Phase() transit.Phase { return ncts.PhaseOf(m.Header().PhaseID) }

// Schema is the tree of the message in its phase; when the phase does not have the message, that of phase 5.
func (m *Message) Schema() *transit.Element {
	if schema := m.Kind.Schema(m.Phase()); schema != nil {
		return schema
	}
	return m.Kind.Schema(transit.Phase5)
}

// ReadMessage reads any message of [ncts.Kinds], of phase 6 when its attribute PhaseID says so, else of phase 5. Whatever is
// wrong with it comes back at once, as a [*transit.Fault]: InvalidDocument with one violation for each
// departure from the schema (code 12 outside an enumeration, 13 missing, 14 wrong
// form, 15 not allowed here; rule "XSD"; pointers name the place in the struct of the message,
// and below it the XML name of what has no place there), MalformedRequest when the
// text is not well-formed XML or declares a document type, TooLarge beyond
// [MaxXMLBytes]. The message is nil then.
//
// Two messages valid by the letter of the schema are refused: one whose message
// type is not that of its root element, and one with the time of day 24:00:00.
func ReadMessage(r io.Reader) (*Message, error) { return readMessage(r, "") }

// ReadCC015C reads a declaration message (IE015). The errors are those of [ReadMessage], the pointers lead into the document.
func ReadCC015C(r io.Reader) (*transit.STD, error) {
	m, err := readMessage(r, declarationKind)
	if err != nil {
		return nil, err
	}
	return m.Content.(*transit.STD), nil
}

// readMessage reads a message; only, unless empty, is the one that is wanted.
func readMessage(r io.Reader, only string) (*Message, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxXMLBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	if len(data) > MaxXMLBytes {
		return nil, transit.Faultf(transit.TooLarge, "the message has more than %d bytes", MaxXMLBytes)
	}
	if err := checkText(data); err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	x := &reader{data: data, decoder: xml.NewDecoder(bytes.NewReader(data)), plans: map[*transit.Element]*plan{}, only: only}
	if err := x.document(); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "not well-formed XML: %v", err).With(x.violations...)
	}
	if len(x.violations) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the message is not a valid %s", x.named()).With(x.violations...)
	}
	return x.message, nil
}

// named is the name of what is read, as far as it is known.
func (x *reader) named() string {
	switch {
	case x.only != "":
		return x.only
	case x.message != nil:
		return x.message.Kind.Name
	}
	return "message of NCTS"
}

// Check compares the message with the schema of its phase; the violations are those of [transit.CheckFormat].
func (m *Message) Check() []transit.Violation {
	if m.Kind.Schema(m.Phase()) == nil {
		return []transit.Violation{{
			Code: transit.CodeNotAllowed, Pointer: "/message/phaseID", Rule: transit.RuleXSD, Value: m.Header().PhaseID,
			Text: "the phase has no " + m.Kind.Name,
		}}
	}
	return transit.CheckFormat(reflect.ValueOf(m.Content).Elem(), m.Schema())
}

// Write writes the message, valid by the schema of its phase; [ReadMessage] reads it back equal. A message that the schema does
// not allow is refused as [*transit.Fault] InvalidDocument with all violations, and nothing is written.
func (m *Message) Write(w io.Writer) error {
	if violations := m.Check(); len(violations) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the content cannot be written as %s", m.Kind.Name).With(violations...)
	}
	out := &writer{}
	out.WriteString(xml.Header)
	out.root(reflect.ValueOf(m.Content).Elem(), m.Schema())
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
}

// WriteCC015C writes the document as a declaration message, valid by the schema;
// [ReadCC015C] reads it back equal, but for the extensions of CATS (the customs
// values of goods items), for which the message has no place. The errors are those of [Message.Write].
func WriteCC015C(w io.Writer, s *transit.STD) error {
	return (&Message{Kind: ncts.Find(declarationKind), Content: s}).Write(w)
}
