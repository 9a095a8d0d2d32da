// Package strictyaml reads YAML files that people write for the formats: one document, no unknown and no repeated keys, and errors
// that name the line. Anchors and aliases are refused, since an alias is none of the kinds that are expected.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document parses the text of one document.
func Document(data []byte) (*yaml.Node, error) {
	var root yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file must hold one document")
	}
	return root.Content[0], nil
}

// LineError puts the line of a node before an error.
func LineError(node *yaml.Node, err error) error {
	return fmt.Errorf("line %d: %w", node.Line, err)
}

// EachEntry calls read for every key and value, and refuses keys given twice.
func EachEntry(node *yaml.Node, read func(key, value *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return LineError(node, errors.New("expected keys with values"))
	}
	seen := map[string]int{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if line := seen[key.Value]; line > 0 {
			return LineError(key, fmt.Errorf("key %q stands at line %d already", key.Value, line))
		}
		seen[key.Value] = key.Line
		if err := read(key, value); err != nil {
			return err
		}
	}
	return nil
}

// EachKey calls the reader of every key, and refuses keys that have none.
func EachKey(node *yaml.Node, readers map[string]func(key, value *yaml.Node) error) error {
	return EachEntry(node, func(key, value *yaml.Node) error {
		read, known := readers[key.Value]
		if !known {
			names := make([]string, 0, len(readers))
			for name := range readers {
				names = append(names, name)
			}
			slices.Sort(names)
			return LineError(key, fmt.Errorf("unknown key %q; known are %s", key.Value, strings.Join(names, ", ")))
		}
		return read(key, value)
	})
}

// Scalar reads one value and checks it.
func Scalar(node *yaml.Node, into *string, check func(string) error) error {
	if node.Kind != yaml.ScalarNode {
		return LineError(node, errors.New("expected one value"))
	}
	if err := check(node.Value); err != nil {
		return LineError(node, err)
	}
	*into = node.Value
	return nil
}
