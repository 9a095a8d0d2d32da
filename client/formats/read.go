package formats

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/ncts"
)

const (
	// Namespace is the target namespace of the messages. Only the root element is in it; all others are in none.
	Namespace = "http://ncts.dgtaxud.ec"
	// MaxXMLBytes is the largest message that is read.
	MaxXMLBytes = 16 << 20

	schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"
	maxXMLDepth    = 32
	maxViolations  = transit.MaxViolations - 1 // and one that says there are more
	maxShownValue  = 100
)

// checkText refuses what package encoding/xml lets pass: it decodes references to
// surrogates as U+FFFD.
func checkText(data []byte) error {
	if !utf8.Valid(data) {
		return transit.Faultf(transit.MalformedRequest, "the message is not in UTF-8")
	}
	for _, reference := range regexp.MustCompile(`&#[xX]?[0-9a-fA-F]+;`).FindAll(data, -1) {
		// "&#x20;" is read as 0x20, "&#32;" as it stands.
		number := strings.Replace(strings.ToLower(string(reference[2:len(reference)-1])), "x", "0x", 1)
		if !strings.HasPrefix(number, "0x") {
			number = strings.TrimLeft(number, "0")
		}
		if n, err := strconv.ParseUint(number, 0, 32); err == nil && n >= 0xD800 && n <= 0xDFFF {
			return transit.Faultf(transit.MalformedRequest, "the message refers to a character that does not exist: %s", reference)
		}
	}
	return nil
}

// slot is a place for an element in the plan of its group.
type slot struct {
	*transit.Element
	path    []int  // fields from the struct of the group to the value
	pointer string // JSON pointer from the group to the value
}

// plan is what a group may hold, in order, with groups that have no element of their own opened up.
type plan struct {
	elements, attributes []slot
}

type reader struct {
	data       []byte
	decoder    *xml.Decoder
	plans      map[*transit.Element]*plan
	violations []transit.Violation
	depth      int
	qualified  bool     // an element in a wrong namespace was reported
	only       string   // the one message that is wanted; empty for any
	message    *Message // what is being read
}

func (x *reader) planOf(group *transit.Element) *plan {
	p := x.plans[group]
	if p == nil {
		p = &plan{}
		p.open(group, nil, "")
		x.plans[group] = p
	}
	return p
}

func (p *plan) open(group *transit.Element, path []int, pointer string) {
	for _, e := range group.Children {
		s := slot{Element: e, path: append(slices.Clone(path), e.Field), pointer: pointer + "/" + e.JSON}
		switch {
		case e.Extension:
		case e.Name == "":
			p.open(e, s.path, s.pointer)
		case e.Attribute:
			p.attributes = append(p.attributes, s)
		default:
			p.elements = append(p.elements, s)
		}
	}
}

func (p *plan) find(name string) int {
	return slices.IndexFunc(p.elements, func(s slot) bool { return s.Name == name })
}

// similar suggests the element whose name differs in case only.
func (p *plan) similar(name string) string {
	for _, s := range p.elements {
		if strings.EqualFold(s.Name, name) {
			return "; is " + s.Name + " meant?"
		}
	}
	return ""
}

func (x *reader) add(code, pointer, value, format string, args ...any) {
	switch n := len(x.violations); {
	case n > maxViolations:
		return
	case n == maxViolations:
		code, pointer, value, format, args = transit.CodeRuleViolation, "", "", "further violations are not listed", nil
	}
	if len(value) > maxShownValue {
		value = strings.ToValidUTF8(value[:maxShownValue], "") + "…"
	}
	x.violations = append(x.violations, transit.Violation{
		Code: code, Pointer: pointer, Rule: transit.RuleXSD, Value: value, Text: fmt.Sprintf(format, args...),
	})
}

// document reads the root element and refuses anything but comments and blanks around it.
func (x *reader) document() error {
	for seen := false; ; {
		token, err := x.token()
		switch {
		case errors.Is(err, io.EOF) && seen:
			return nil
		case errors.Is(err, io.EOF):
			return errors.New("there is no element")
		case err != nil:
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if seen {
				return errors.New("there is a second root element")
			}
			seen = true
			if err := x.root(token); err != nil {
				return err
			}
		case xml.CharData:
			if strings.Trim(string(token), " \t\r\n") != "" {
				return errors.New("there is text outside the root element")
			}
		}
	}
}

// root reads the root element. In a wrong namespace it is still read, for its other violations.
func (x *reader) root(start xml.StartElement) error {
	kind := ncts.Find(start.Name.Local)
	if x.only != "" && start.Name.Local != x.only {
		kind = nil
	}
	if kind == nil || start.Name.Space != Namespace {
		wanted := "a message of NCTS"
		if name := cmp.Or(x.only, start.Name.Local); x.only != "" || kind != nil {
			wanted = "the element " + name
		}
		x.add(transit.CodeNotAllowed, "/"+start.Name.Local, start.Name.Space, "the message must be %s of the namespace %s", wanted, Namespace)
	}
	if kind == nil {
		return x.skip()
	}
	x.message = &Message{Kind: kind, Content: kind.New()}
	schema := kind.Schema(phaseOf(start.Attr))
	if schema == nil {
		x.add(transit.CodeNotAllowed, "/message/phaseID", ncts.PhaseID6, "phase 6 has no %s", kind.Name)
		schema = kind.Schema(transit.Phase5)
	}
	return x.group("", reflect.ValueOf(x.message.Content).Elem(), schema, start.Attr)
}

func phaseOf(attributes []xml.Attr) transit.Phase {
	for _, a := range attributes {
		if a.Name.Space == "" && a.Name.Local == "PhaseID" {
			return ncts.PhaseOf(strings.TrimSpace(a.Value))
		}
	}
	return transit.Phase5
}

// token returns the next token. It refuses document types, for they bring entities, and XML declarations out of place.
func (x *reader) token() (xml.Token, error) {
	start := x.decoder.InputOffset()
	token, err := x.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case xml.StartElement:
		if x.depth++; x.depth > maxXMLDepth {
			return nil, fmt.Errorf("elements are nested deeper than %d levels", maxXMLDepth)
		}
		if err := checkAttributes(t, x.data[start:x.decoder.InputOffset()]); err != nil {
			return nil, err
		}
	case xml.EndElement:
		x.depth--
	case xml.Directive:
		return nil, errors.New("a document type declaration is not allowed")
	case xml.ProcInst:
		if !strings.EqualFold(t.Target, "xml") {
			break
		}
		if start != 0 || !xmlDeclaration().Match(t.Inst) {
			return nil, errors.New("an XML declaration must stand at the very beginning and give version, encoding, standalone")
		}
	}
	return token, nil
}

var xmlDeclaration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^version\s*=\s*["']1\.0["'](\s+encoding\s*=\s*["'][A-Za-z0-9._-]+["'])?` +
		`(\s+standalone\s*=\s*["'](yes|no)["'])?\s*$`)
})

// checkAttributes refuses what package encoding/xml lets pass in a start tag: attributes that no blank divides, and prefixes
// that are no names.
func checkAttributes(start xml.StartElement, tag []byte) error {
	if len(start.Attr) == 0 {
		return nil
	}
	for _, a := range start.Attr {
		first, _ := utf8.DecodeRuneInString(a.Name.Local)
		if a.Name.Space == "xmlns" && first != '_' && !unicode.IsLetter(first) {
			return fmt.Errorf("%q cannot be a prefix", a.Name.Local)
		}
	}
	if !startTag().Match(tag) {
		return fmt.Errorf("the attributes of %s must be divided by blanks", start.Name.Local)
	}
	return nil
}

var startTag = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^<[^\s/>]+(\s+[^\s=]+\s*=\s*("[^"]*"|'[^']*'))*\s*/?>$`)
})

// skip passes over the element just begun and all it holds.
func (x *reader) skip() error {
	for end := x.depth - 1; x.depth > end; {
		if _, err := x.token(); err != nil {
			return err
		}
	}
	return nil
}

// group reads the content of a group up to its end tag into a struct.
func (x *reader) group(pointer string, v reflect.Value, e *transit.Element, attributes []xml.Attr) error {
	p := x.planOf(e)
	x.attributes(pointer, v, p, attributes)
	counts := make([]int, len(p.elements))
	last := 0
	for {
		token, err := x.token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.EndElement:
			x.missing(pointer, p, counts)
			return nil
		case xml.CharData:
			if text := strings.Trim(string(token), " \t\r\n"); text != "" {
				x.add(transit.CodeNotAllowed, pointer, text, "there is text between the elements of %s", e.Name)
			}
		case xml.StartElement:
			at := p.find(token.Name.Local)
			if at < 0 {
				x.add(transit.CodeNotAllowed, pointer+"/"+token.Name.Local, "", "%s has no element %s%s", e.Name, token.Name.Local,
					p.similar(token.Name.Local))
				if err := x.skip(); err != nil {
					return err
				}
				continue
			}
			x.place(pointer, p, at, last, token.Name, counts)
			last = max(last, at)
			if err := x.element(pointer, v, p.elements[at], counts[at], token.Attr); err != nil {
				return err
			}
		}
	}
}

// place checks the namespace, order and number of an element, and counts it.
func (x *reader) place(pointer string, p *plan, at, last int, name xml.Name, counts []int) {
	e := p.elements[at]
	counts[at]++
	if name.Space != "" && !x.qualified {
		x.qualified = true
		x.add(transit.CodeNotAllowed, pointer+e.pointer, name.Space,
			"%s and all elements below the root must be in no namespace", name.Local)
	}
	if e.Max == 0 {
		x.add(transit.CodeNotAllowed, pointer+e.pointer, "", "there is no %s in this phase", name.Local)
	} else if counts[at] == e.Max+1 {
		x.add(transit.CodeNotAllowed, pointer+e.pointer, "", "%s may occur at most %d times", name.Local, e.Max)
	} else if at < last && counts[at] <= e.Max {
		x.add(transit.CodeNotAllowed, pointer+e.pointer, "", "%s must stand before %s", name.Local, p.elements[last].Name)
	}
}

func (x *reader) missing(pointer string, p *plan, counts []int) {
	for i, e := range p.elements {
		if counts[i] < e.Min {
			x.add(transit.CodeMissing, pointer+e.pointer, "", "%s is required", e.Name)
		}
	}
}

// element reads one element into its field. Occurrences beyond the allowed number are read only for their own violations.
func (x *reader) element(pointer string, v reflect.Value, s slot, count int, attributes []xml.Attr) error {
	pointer += s.pointer
	field := v
	for _, i := range s.path {
		field = field.Field(i)
	}
	if s.List {
		pointer += "/" + strconv.Itoa(count-1)
	}
	if s.Type != nil {
		return x.leaf(pointer, field, s.Element, attributes)
	}
	if count > s.Max {
		field = reflect.New(field.Type()).Elem()
	}
	switch field.Kind() {
	case reflect.Slice:
		element := reflect.New(field.Type().Elem()).Elem()
		err := x.group(pointer, element, s.Element, attributes)
		field.Set(reflect.Append(field, element))
		return err
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	return x.group(pointer, field, s.Element, attributes)
}

func (x *reader) leaf(pointer string, field reflect.Value, e *transit.Element, attributes []xml.Attr) error {
	x.attributes(pointer, field, &plan{}, attributes)
	var text strings.Builder
	for {
		token, err := x.token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			x.add(transit.CodeNotAllowed, pointer+"/"+token.Name.Local, "", "%s holds a value and no elements", e.Name)
			if err := x.skip(); err != nil {
				return err
			}
		case xml.EndElement:
			x.set(pointer, field, e, text.String())
			return nil
		}
	}
}

// set checks a value and puts it into its field.
func (x *reader) set(pointer string, field reflect.Value, e *transit.Element, raw string) {
	text := e.Type.Normalise(raw)
	if text == "" {
		x.add(transit.CodeRuleViolation, pointer, "", "%s is empty", e.Name)
		return
	}
	if code, problem := e.Type.Check(text); problem != "" {
		x.add(code, pointer, text, "%s %s", e.Name, problem)
		return
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
		return
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		x.add(transit.CodeRuleViolation, pointer, text, "%s must be a number", e.Name)
		return
	}
	field.SetInt(n)
}

// attributes reads the attributes the group may have. Namespace declarations and schema hints say nothing about the document.
func (x *reader) attributes(pointer string, v reflect.Value, p *plan, attributes []xml.Attr) {
	seen := map[xml.Name]bool{}
	for _, a := range attributes {
		at := slices.IndexFunc(p.attributes, func(s slot) bool { return a.Name.Space == "" && s.Name == a.Name.Local })
		switch {
		case seen[a.Name]:
			x.add(transit.CodeNotAllowed, pointer+"/@"+a.Name.Local, a.Value, "attribute %s is given twice", a.Name.Local)
		case at >= 0:
			s := p.attributes[at]
			field := v
			for _, i := range s.path {
				field = field.Field(i)
			}
			x.set(pointer+s.pointer, field, s.Element, a.Value)
		case a.Name.Space == "xmlns" && a.Value == "":
			x.add(transit.CodeNotAllowed, pointer+"/@xmlns:"+a.Name.Local, "", "a prefix must stand for a namespace")
		case !isHint(a.Name):
			x.add(transit.CodeNotAllowed, pointer+"/@"+a.Name.Local, a.Value, "there is no attribute %s here", a.Name.Local)
		}
		seen[a.Name] = true
	}
}

func isHint(name xml.Name) bool {
	return name.Space == "xmlns" || name.Space == "" && name.Local == "xmlns" ||
		name.Space == schemaInstance && (name.Local == "schemaLocation" || name.Local == "noNamespaceSchemaLocation")
}
