package formats

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Amendment is an amended declaration, message CC013C (IE013) of NCTS phase 5: the declaration as it shall be, and the
// declaration that it amends.
type Amendment struct {
	// MRN names the declaration after its acceptance, LRN before (C0467). The document has the LRN only if the message has it.
	MRN, LRN string
	// GuaranteeOnly is amendment type flag 1: the guarantees alone change.
	GuaranteeOnly bool
	Document      *transit.STD
}

// ReadCC013C reads an amendment. But for the elements that an amendment has besides, the message is a declaration and is read
// as one: the errors are those of [ReadCC015C], and pointers lead into the document; /transitOperation/mrn and
// /transitOperation/amendmentTypeFlag are named as if they stood in it. A guarantee without a type, which the schema of phase 5
// allows in this message alone, is refused: the document is a whole declaration.
func ReadCC013C(r io.Reader) (*Amendment, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxXMLBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read amendment: %w", err)
	}
	if len(data) > MaxXMLBytes {
		return nil, transit.Faultf(transit.TooLarge, "the message has more than %d bytes", MaxXMLBytes)
	}
	if err := checkText(data); err != nil {
		return nil, err
	}
	c := &amendmentReader{data: data}
	if err := c.rewrite(); err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "not well-formed XML: %v", err)
	}
	return c.amendment()
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

// amendmentReader makes the text of a declaration of that of an amendment: its own elements are taken out, root and message
// type renamed, and an LRN put where there is none.
type amendmentReader struct {
	data, out []byte
	copied    int // bytes of data in out
	mrn       string
	flag      string
	found     map[string]int // offset of elements of the transit operation
	stack     []string
}

// amendmentKind and declarationKind are the names of the two messages.
const (
	amendmentKind   = "CC013C"
	declarationKind = "CC015C"
	// noLRN stands for the LRN of an amendment that has none while it is read.
	noLRN = "-"
)

func (c *amendmentReader) rewrite() error {
	c.found = map[string]int{}
	decoder := xml.NewDecoder(bytes.NewReader(c.data))
	for {
		before := int(decoder.InputOffset())
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			c.stack = append(c.stack, token.Name.Local)
			if err := c.start(decoder, before); err != nil {
				return err
			}
		case xml.EndElement:
			c.end(before, int(decoder.InputOffset()))
			c.stack = c.stack[:len(c.stack)-1]
		}
		if len(c.stack) > maxXMLDepth {
			return fmt.Errorf("nested deeper than %d", maxXMLDepth)
		}
	}
	c.out = append(c.out, c.data[c.copied:]...)
	return nil
}

// replace copies up to from, and then the text instead of what stands between from and to.
func (c *amendmentReader) replace(from, to int, text string) {
	c.out = append(append(c.out, c.data[c.copied:from]...), text...)
	c.copied = to
}

func (c *amendmentReader) start(decoder *xml.Decoder, before int) error {
	after := int(decoder.InputOffset())
	switch path := strings.Join(c.stack, "/"); path {
	case amendmentKind:
		tag := string(c.data[before:after])
		c.replace(before, after, strings.Replace(tag, amendmentKind, declarationKind, 1))
	case amendmentKind + "/TransitOperation":
		c.found["TransitOperation"] = len(c.out) + after - c.copied
	case amendmentKind + "/TransitOperation/LRN", amendmentKind + "/TransitOperation/MRN",
		amendmentKind + "/TransitOperation/amendmentTypeFlag", amendmentKind + "/messageType":
		return c.leaf(decoder, before, path[strings.LastIndexByte(path, '/')+1:])
	}
	return nil
}

// leaf reads an element without children and takes it out or keeps it.
func (c *amendmentReader) leaf(decoder *xml.Decoder, before int, name string) error {
	text, err := textOf(decoder, name)
	if err != nil {
		return err
	}
	c.stack = c.stack[:len(c.stack)-1]
	after := int(decoder.InputOffset())
	if _, twice := c.found[name]; twice {
		return fmt.Errorf("%s stands twice", name)
	}
	c.found[name] = before
	switch name {
	case "MRN":
		c.mrn = text
		c.replace(before, after, "")
	case "amendmentTypeFlag":
		c.flag = text
		c.replace(before, after, "")
	case "messageType":
		if text == amendmentKind {
			c.replace(before, after, "<messageType>"+declarationKind+"</messageType>")
		}
	}
	return nil
}

// textOf reads up to the end of an element that may hold nothing but a text and comments.
func textOf(decoder *xml.Decoder, name string) (string, error) {
	var text string
	for {
		token, err := decoder.Token()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			text += string(token)
		case xml.Comment:
		case xml.EndElement:
			return strings.TrimSpace(text), nil
		default:
			return "", fmt.Errorf("%s holds more than a text", name)
		}
	}
}

func (c *amendmentReader) end(before, after int) {
	if len(c.stack) == 1 && c.stack[0] == amendmentKind {
		c.replace(before, after, strings.Replace(string(c.data[before:after]), amendmentKind, declarationKind, 1))
	}
}

func (c *amendmentReader) amendment() (*Amendment, error) {
	_, hasLRN := c.found["LRN"]
	text := c.out
	if at, ok := c.found["TransitOperation"]; ok && !hasLRN {
		text = bytes.Join([][]byte{c.out[:at], c.out[at:]}, []byte("<LRN>"+noLRN+"</LRN>"))
	}
	document, err := ReadCC015C(bytes.NewReader(text))
	own := c.ownElements()
	var fault *transit.Fault
	switch {
	case errors.As(err, &fault) && fault.Code == transit.InvalidDocument:
		fault.Message = "the message is not a valid " + amendmentKind
		return nil, fault.With(own...)
	case err != nil:
		return nil, err
	case len(own) > 0:
		return nil, transit.Faultf(transit.InvalidDocument, "the message is not a valid %s", amendmentKind).With(own...)
	}
	if !hasLRN {
		document.TransitOperation.LRN = ""
	}
	only := c.flag == string(transit.FlagYes)
	return &Amendment{MRN: c.mrn, LRN: document.TransitOperation.LRN, GuaranteeOnly: only, Document: document}, nil
}

// ownElements holds what the declaration does not have against the schema.
func (c *amendmentReader) ownElements() []transit.Violation {
	var found []transit.Violation
	add := func(code, field, value, text string) {
		found = append(found, transit.Violation{
			Code: code, Pointer: "/transitOperation/" + field, Rule: transit.RuleXSD, Value: value, Text: text,
		})
	}
	switch {
	case c.flag == "":
		add(transit.CodeMissing, "amendmentTypeFlag", "", "amendmentTypeFlag is required")
	case c.flag != string(transit.FlagNo) && c.flag != string(transit.FlagYes):
		add(transit.CodeListViolation, "amendmentTypeFlag", cut(c.flag), "amendmentTypeFlag must be 0, 1")
	}
	if _, given := c.found["MRN"]; given && !mrnForm(c.mrn) {
		add(transit.CodeRuleViolation, "mrn", cut(c.mrn), "MRN must have the form of a movement reference number")
	}
	return found
}

// mrnForm tells whether a text has the form of the schema, which knows no check digit: 18 characters, the year, the country,
// capital letters and digits, a digit at last.
func mrnForm(s string) bool {
	if len(s) != 18 || strings.Trim(s[:2]+s[17:], "0123456789") != "" || strings.Trim(s[2:4], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return false
	}
	return strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func cut(s string) string {
	if r := []rune(s); len(r) > maxShownValue {
		return string(r[:maxShownValue])
	}
	return s
}
