package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// JSON reads one object and returns it as a node of the given name. Numbers keep their spelling, true and false are these words,
// and null is an absent value. It refuses keys given twice, lone surrogates, texts that are not UTF-8, data behind the object,
// arrays within arrays, and what lies beyond the bounds.
func JSON(data []byte, name string) (*Node, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("has more than %d bytes", MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, errors.New("is not in UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	p := &jsonParser{data: data, decoder: decoder}
	root := &Node{Name: name, Line: 1}
	token, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("is not JSON: %w", err)
	}
	if token != json.Delim('{') {
		return nil, errors.New("must be one object")
	}
	if err := p.object(root, 1); err != nil {
		return nil, fmt.Errorf("line %d: %w", p.lineOf(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("must hold nothing behind the object")
	}
	return root, nil
}

type jsonParser struct {
	data    []byte
	decoder *json.Decoder
	nodes   int
	line    int
	offset  int64
}

func (p *jsonParser) lineOf() int {
	now := p.decoder.InputOffset()
	p.line += bytes.Count(p.data[p.offset:now], []byte("\n"))
	p.offset = now
	return p.line + 1
}

func (p *jsonParser) object(into *Node, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("nested deeper than %d levels", MaxDepth)
	}
	seen := map[string]bool{}
	for p.decoder.More() {
		key, err := p.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if seen[name] {
			return fmt.Errorf("key %q is given twice", name)
		}
		seen[name] = true
		if err := p.lone(name); err != nil {
			return err
		}
		token, err := p.decoder.Token()
		if err != nil {
			return err
		}
		if token == json.Delim('[') {
			err = p.array(into, name, depth)
		} else {
			err = p.value(into, name, token, depth)
		}
		if err != nil {
			return err
		}
	}
	_, err := p.decoder.Token()
	return err
}

func (p *jsonParser) array(into *Node, name string, depth int) error {
	for p.decoder.More() {
		token, err := p.decoder.Token()
		if err != nil {
			return err
		}
		if token == json.Delim('[') {
			return errors.New("an array within an array has no name")
		}
		if err := p.value(into, name, token, depth); err != nil {
			return err
		}
	}
	_, err := p.decoder.Token()
	return err
}

func (p *jsonParser) value(into *Node, name string, token json.Token, depth int) error {
	if p.nodes++; p.nodes > MaxNodes {
		return fmt.Errorf("more than %d values", MaxNodes)
	}
	node := &Node{Name: name, Line: p.lineOf()}
	switch v := token.(type) {
	case json.Delim:
		into.Add(node)
		return p.object(node, depth+1)
	case nil:
		return nil
	case string:
		node.Text = v
		if err := p.lone(v); err != nil {
			return err
		}
	default:
		node.Text = fmt.Sprint(v)
	}
	into.Add(node)
	return nil
}

// lone refuses escapes of half a character, which package encoding/json decodes as U+FFFD. The character itself is refused with
// them: nobody means it.
func (p *jsonParser) lone(s string) error {
	if strings.ContainsRune(s, '\ufffd') {
		return errors.New("a text holds an escape of half a character")
	}
	return nil
}
