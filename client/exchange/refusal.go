package exchange

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"slices"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// Bounds of the schema.
const (
	maxErrors       = 9999
	maxErrorText    = 512
	maxErrorReason  = 7
	functionalError = "12"   // rejectionCode: the functional errors say why
	noRule          = "CATS" // errorReason of what no rule of NCTS demands
)

// refuse answers a message that was read and is refused.
func (x *Exchange) refuse(m *formats.Message, message []byte, fault *transit.Fault) ([]Answer, error) {
	in, known := actions()[m.Kind.Name]
	if !known {
		return x.refuseHeader(headOf(m), m.Schema(), message, fault)
	}
	out := formats.NewMessage(in.by, m.Phase())
	x.head(out, headOf(m), message)
	set := func(path, value string) { ncts.Set(out.Content, path, value) }
	set("TransitOperation/MRN", ncts.Get(m.Content, "TransitOperation/MRN"))
	set("TransitOperation/businessRejectionType", in.rejection)
	set("TransitOperation/rejectionDateAndTime", string(out.Header().PreparationDateAndTime))
	set("TransitOperation/rejectionCode", functionalError)
	set("TransitOperation/rejectionReason", reasonOf(fault))
	if in.by == "CC056C" {
		set("TransitOperation/LRN", ncts.Get(m.Content, "TransitOperation/LRN"))
		set("CustomsOfficeOfDeparture/referenceNumber", ncts.Get(m.Content, "CustomsOfficeOfDeparture/referenceNumber"))
		set("HolderOfTheTransitProcedure/identificationNumber", ncts.Get(m.Content, "HolderOfTheTransitProcedure/identificationNumber"))
	} else {
		set("CustomsOfficeOfDestinationActual/referenceNumber", ncts.Get(m.Content, "CustomsOfficeOfDestinationActual/referenceNumber"))
		set("TraderAtDestination/identificationNumber", ncts.Get(m.Content, "TraderAtDestination/identificationNumber"))
	}
	if ncts.Get(m.Content, "TransitOperation/MRN") != "" {
		clearLRN(out)
	}
	setErrors(out, m.Schema(), fault)
	answer, err := write(out, true)
	if errors.Is(err, &transit.Fault{Code: transit.InvalidDocument}) {
		// Such as an answer about an office of departure that the message does not name.
		return x.refuseHeader(headOf(m), m.Schema(), message, fault)
	}
	return []Answer{answer}, err
}

// clearLRN leaves the MRN alone when there are both (C0467).
func clearLRN(m *formats.Message) {
	if c, ok := m.Content.(*ncts.CC056C); ok {
		c.TransitOperation.LRN = ""
	}
}

// head is what a refusal needs of the message that it refuses.
type head struct {
	transit.Message
	mrn, lrn string
}

func headOf(m *formats.Message) head {
	return head{*m.Header(), ncts.Get(m.Content, "TransitOperation/MRN"), ncts.Get(m.Content, "TransitOperation/LRN")}
}

// refuseText answers a text that is no message of the schema, by CC906C. What of its header can be read is answered.
func (x *Exchange) refuseText(message []byte, err error) ([]Answer, error) {
	var fault *transit.Fault
	if !errors.As(err, &fault) {
		return nil, err
	}
	h := glance(message)
	kind := ncts.Find(formats.KindOf(message))
	if kind == nil {
		return x.refuseHeader(h, &transit.Element{Name: cmp.Or(formats.KindOf(message), "message")}, message, fault)
	}
	schema := kind.Schema(ncts.PhaseOf(h.PhaseID))
	if schema == nil {
		schema = kind.Schema(transit.Phase5)
	}
	return x.refuseHeader(h, schema, message, fault)
}

func (x *Exchange) refuseHeader(h head, schema *transit.Element, message []byte, fault *transit.Fault) ([]Answer, error) {
	out := formats.NewMessage("CC906C", ncts.PhaseOf(h.PhaseID))
	x.head(out, h, message)
	ncts.Set(out.Content, "Header/MRN", h.mrn)
	if h.mrn == "" {
		ncts.Set(out.Content, "Header/LRN", h.lrn)
	}
	setErrors(out, schema, fault)
	answer, err := write(out, true)
	return []Answer{answer}, err
}

// head fills in the header of a refusal. Its identification derives from the refused text alone.
func (x *Exchange) head(out *formats.Message, h head, message []byte) {
	sum := sha256.Sum256(message)
	header := out.Header()
	header.Sender, header.Recipient = cmp.Or(h.Recipient, "NTA"), cmp.Or(h.Sender, x.ledger.Party().Operator, x.ledger.Party().MSP)
	header.PreparationDateAndTime = transit.DateTimeOf(x.now())
	header.Identification = answerID("refusal", out.Kind.Name, x.ledger.Party().MSP, x.ledger.Party().Operator, hex.EncodeToString(sum[:]))
	header.CorrelationIdentifier = h.Identification
}

// glance reads as much of the header as an answer needs, from a message that the schema refuses; what has the wrong form is left
// out.
func glance(message []byte) head {
	var h head
	into := map[string]*string{
		"/messageSender": &h.Sender, "/messageRecipient": &h.Recipient, "/messageIdentification": &h.Identification,
		"/TransitOperation/MRN": &h.mrn, "/TransitOperation/LRN": &h.lrn,
	}
	decoder := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(message, []byte("\ufeff"))))
	var path []string // below the root
	for depth := 0; depth <= maxGlance; {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				h.PhaseID = phaseIDOf(token)
				continue
			}
			path = append(path, "/"+token.Name.Local)
		case xml.EndElement:
			depth--
			path = path[:max(0, len(path)-1)]
		case xml.CharData:
			if place := into[strings.Join(path, "")]; place != nil && *place == "" {
				*place = strings.TrimSpace(string(token))
			}
		}
	}
	h.drop()
	return h
}

// maxGlance is how deep the elements of a message may be nested for its header to be read.
const maxGlance = 32

func phaseIDOf(root xml.StartElement) string {
	for _, a := range root.Attr {
		if a.Name.Local == "PhaseID" {
			return a.Value
		}
	}
	return ""
}

// drop empties what no answer may carry.
func (h *head) drop() {
	probe := formats.NewMessage("CC906C", transit.Phase5)
	c := probe.Content.(*ncts.CC906C)
	c.Message.Sender, c.Message.Recipient, c.Message.Identification = h.Sender, h.Recipient, h.Identification
	c.Header.MRN, c.Header.LRN = h.mrn, h.lrn
	for _, v := range probe.Check() {
		switch v.Pointer {
		case "/message/messageSender":
			h.Sender = ""
		case "/message/messageRecipient":
			h.Recipient = ""
		case "/message/messageIdentification":
			h.Identification = ""
		case "/header/mrn":
			h.mrn = ""
		case "/header/lrn":
			h.lrn = ""
		}
	}
}

// setErrors turns what a fault says into functional errors; without violations the fault itself is one.
func setErrors(out *formats.Message, schema *transit.Element, fault *transit.Fault) {
	violations := fault.Violations
	if len(violations) == 0 {
		violations = []transit.Violation{{Code: errorCodeOf(fault.Code), Pointer: fault.Pointer, Text: fault.Message}}
	}
	for i, v := range violations[:min(len(violations), maxErrors)] {
		at := "FunctionalError[" + strconv.Itoa(i+1) + "]/"
		ncts.Set(out.Content, at+"errorPointer", cut(ncts.XPath(schema, pointerIn(schema.Name, v.Pointer)), maxErrorText))
		ncts.Set(out.Content, at+"errorCode", cmp.Or(knownCode(v.Code), errorCodeOf(fault.Code)))
		ncts.Set(out.Content, at+"errorReason", cut(cmp.Or(v.Rule, noRule), maxErrorReason))
		ncts.Set(out.Content, at+"originalAttributeValue", cut(v.Value, maxErrorText))
	}
}

// knownCode is a code of the list of functional error codes (CL180), or empty.
func knownCode(code string) string {
	if slices.Contains([]string{"12", "13", "14", "15", "26", "50", "51", "52", "90", "92", "93"}, code) {
		return code
	}
	return ""
}

// errorCodeOf is the functional error code of a fault that has no violation with one.
func errorCodeOf(code transit.Code) string {
	switch code {
	case transit.NotFound:
		return "90"
	case transit.OutOfSequence, transit.Stale:
		return "92"
	case transit.Duplicate, transit.AlreadyExists:
		return "26"
	}
	return transit.CodeRuleViolation
}

// pointerIn turns a pointer into a request of the ledger into one into the message.
func pointerIn(message, pointer string) string {
	pointer = strings.TrimPrefix(pointer, "/annex")
	for from, to := range map[string]string{
		"/movement": "/transitOperation/mrn", "/messageId": "/message/messageIdentification", "/lrn": "/transitOperation/lrn",
		"/departure": "/customsOfficeOfDeparture/referenceNumber", "/reason": "/invalidation/justification",
		"/simplified": "/transitOperation/simplifiedProcedure", "/complete": "/unloadingRemark/unloadingCompletion",
		"/face/lrn": "/transitOperation/lrn", "/face/holder": "/holderOfTheTransitProcedure/identificationNumber",
		"/face/departure":       "/customsOfficeOfDeparture/referenceNumber",
		"/face/destination":     "/customsOfficeOfDestinationDeclared/referenceNumber",
		"/face/declarationType": "/transitOperation/declarationType", "/face/additionalType": "/transitOperation/additionalDeclarationType",
		"/face/security": "/transitOperation/security", "/face/exitOffices": "/customsOfficesOfExitForTransit",
	} {
		if pointer == from {
			return to
		}
	}
	if message == "CC044C" && pointer != "" && !strings.HasPrefix(pointer, "/consignment") && strings.Count(pointer, "/") == 1 {
		return "/unloadingRemark" + pointer
	}
	return pointer
}

// reasonOf says in words why.
func reasonOf(fault *transit.Fault) string {
	text := fault.Message
	for _, v := range fault.Violations {
		if v.Text != "" && len(text) < maxErrorText {
			text += "; " + v.Text
		}
	}
	return cut(text, maxErrorText)
}

// cut is the text in one line with at most so many characters.
func cut(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most]))
	}
	return s
}
