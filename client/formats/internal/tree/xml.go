package tree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

// XML reads a document and returns its root element. It refuses document types, texts that are not UTF-8, references to
// characters that do not exist, attributes given twice, and what lies beyond the bounds. Namespace declarations and hints at a
// schema are left out, for they say nothing; comments and processing instructions as well.
func XML(data []byte) (*Node, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("has more than %d bytes", MaxBytes)
	}
	if err := checkText(data); err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	p := &xmlParser{data: data, decoder: xml.NewDecoder(bytes.NewReader(data))}
	for {
		more, err := p.next()
		switch {
		case err != nil:
			return nil, err
		case !more && p.root == nil:
			return nil, errors.New("there is no element")
		case !more:
			return p.root, nil
		}
	}
}

// checkText refuses what package encoding/xml lets pass: it decodes references to surrogates as U+FFFD.
func checkText(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("is not in UTF-8")
	}
	for _, reference := range references().FindAll(data, -1) {
		digits, base := string(reference[2:len(reference)-1]), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 32); err == nil && n >= 0xD800 && n <= 0xDFFF {
			return fmt.Errorf("refers to a character that does not exist: %s", reference)
		}
	}
	return nil
}

var references = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`&#(?:[xX][0-9a-fA-F]+|[0-9]+);`) })

var xmlDeclaration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^version\s*=\s*["']1\.0["'](\s+encoding\s*=\s*["'][A-Za-z0-9._-]+["'])?` +
		`(\s+standalone\s*=\s*["'](yes|no)["'])?\s*$`)
})

var startTag = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^<[^\s/>]+(\s+[^\s=]+\s*=\s*("[^"]*"|'[^']*'))*\s*/?>$`)
})

type xmlParser struct {
	data    []byte
	decoder *xml.Decoder
	root    *Node
	at      *Node
	depth   int
	texts   [][]byte // of the elements that are open
	nodes   int
	line    int   // of offset
	offset  int64 // up to which lines are counted
}

// lineOf counts the lines up to an offset that only grows.
func (p *xmlParser) lineOf(offset int64) int {
	p.line += bytes.Count(p.data[p.offset:offset], []byte("\n"))
	p.offset = offset
	return p.line + 1
}

func (p *xmlParser) next() (more bool, err error) {
	before := p.decoder.InputOffset()
	token, err := p.decoder.Token()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch token := token.(type) {
	case xml.StartElement:
		return true, p.start(token, before)
	case xml.EndElement:
		p.depth--
		p.at.Text = string(p.texts[p.depth])
		p.at = p.at.Parent
	case xml.CharData:
		return true, p.text(token)
	case xml.Directive:
		return false, errors.New("a document type declaration is not allowed")
	case xml.ProcInst:
		if strings.EqualFold(token.Target, "xml") && (before != 0 || !xmlDeclaration().Match(token.Inst)) {
			return false, errors.New("an XML declaration must stand at the very beginning and give version, encoding, standalone")
		}
	}
	return true, nil
}

func (p *xmlParser) text(data xml.CharData) error {
	if p.at != nil {
		p.texts[p.depth-1] = append(p.texts[p.depth-1], data...)
		return nil
	}
	if strings.Trim(string(data), " \t\r\n") != "" {
		return errors.New("there is text outside the root element")
	}
	return nil
}

func (p *xmlParser) start(token xml.StartElement, before int64) error {
	if p.depth++; p.depth > MaxDepth {
		return fmt.Errorf("elements are nested deeper than %d levels", MaxDepth)
	}
	if p.at == nil && p.root != nil {
		return errors.New("there is a second root element")
	}
	node := &Node{Name: token.Name.Local, Space: token.Name.Space, Line: p.lineOf(before)}
	if len(token.Attr) > 0 {
		if !startTag().Match(p.data[before:p.decoder.InputOffset()]) {
			return fmt.Errorf("the attributes of %s must be divided by blanks", node.Name)
		}
		if err := attributes(node, token.Attr); err != nil {
			return err
		}
	}
	if p.nodes += 1 + len(node.Children); p.nodes > MaxNodes {
		return fmt.Errorf("has more than %d elements and attributes", MaxNodes)
	}
	if p.at == nil {
		p.root = node
	} else {
		p.at.Add(node)
	}
	p.at = node
	p.texts = append(p.texts[:p.depth-1], nil)
	return nil
}

func attributes(node *Node, given []xml.Attr) error {
	seen := map[xml.Name]bool{}
	for _, a := range given {
		if seen[a.Name] {
			return fmt.Errorf("attribute %s is given twice", a.Name.Local)
		}
		seen[a.Name] = true
		if a.Name.Space == "xmlns" {
			first, _ := utf8.DecodeRuneInString(a.Name.Local)
			if a.Value == "" || first != '_' && !unicode.IsLetter(first) {
				return fmt.Errorf("%q cannot be a prefix, or stands for no namespace", a.Name.Local)
			}
			continue
		}
		if a.Name.Local == "xmlns" && a.Name.Space == "" ||
			a.Name.Space == schemaInstance && (a.Name.Local == "schemaLocation" || a.Name.Local == "noNamespaceSchemaLocation") {
			continue
		}
		node.Add(&Node{Name: a.Name.Local, Space: a.Name.Space, Attribute: true, Text: a.Value, Line: node.Line})
	}
	return nil
}
