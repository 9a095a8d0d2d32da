package formats

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/ncts"
)

// Amendment is an amended declaration, message CC013C (IE013) of NCTS phase 5: the declaration as it shall be, and the
// declaration that it amends.
type Amendment struct {
	// MRN names the declaration after its acceptance, LRN before (C0467). The document has the LRN only if the message has it.
	MRN, LRN string
	// GuaranteeOnly is amendment type flag 1: the guarantees alone change.
	GuaranteeOnly bool
	Document      *transit.STD
	// Left are the values of the message that a declaration has no place for, as JSON pointers into the message; the MRN and the
	// amendment type flag are told above.
	Left []string
}

// ReadCC013C reads an amendment. The errors are those of [ReadMessage]; pointers lead into the document, but for
// /transitOperation/mrn and /transitOperation/amendmentTypeFlag, which are named as if they stood in it. A guarantee without a
// type, which the schema of phase 5 allows in this message alone, is refused: the document is a whole declaration.
func ReadCC013C(r io.Reader) (*Amendment, error) {
	m, err := readMessage(r, amendmentKind)
	if err != nil {
		return nil, err
	}
	return AmendmentOf(m.Content.(*ncts.CC013C))
}

// AmendmentOf makes of the message the declaration that it asks for. It fails as [ReadCC013C] does where the message allows what
// no declaration may have.
func AmendmentOf(m *ncts.CC013C) (*Amendment, error) {
	a := &Amendment{
		MRN: m.TransitOperation.MRN, LRN: m.TransitOperation.LRN,
		GuaranteeOnly: m.TransitOperation.AmendmentTypeFlag.Set(), Document: &transit.STD{},
	}
	for _, pointer := range ncts.Carry(a.Document, m) {
		if pointer != "/transitOperation/mrn" && pointer != "/transitOperation/amendmentTypeFlag" {
			a.Left = append(a.Left, pointer)
		}
	}
	a.Document.Message.Type = declarationKind
	whole := *a.Document
	whole.TransitOperation.LRN = cmp.Or(a.LRN, noLRN)
	if violations := (&Message{Kind: ncts.Find(declarationKind), Content: &whole}).Check(); len(violations) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the message is not a valid %s", amendmentKind).With(violations...)
	}
	return a, nil
}

// KindOf tells which message an XML text is by the name of its root element, such as CC015C; "" when it is none.
func KindOf(data []byte) string {
	decoder := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local
		}
	}
}

// amendmentKind and declarationKind are the names of the two messages.
const (
	amendmentKind   = "CC013C"
	declarationKind = "CC015C"
	// noLRN stands for the LRN of an amendment that has none while its document is checked.
	noLRN = "-"
)
