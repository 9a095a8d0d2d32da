package national

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Set are the mappings of an organisation, for documents that do not say which of them is theirs. It does not change. A nil set has
// none.
type Set struct{ maps []*Map }

// maxSet bounds the mappings of a set.
const maxSet = 100

// NewSet makes a set. It is an error when two mappings have the same name, or are for the same root element of XML.
func NewSet(maps ...*Map) (*Set, error) {
	if len(maps) > maxSet {
		return nil, fmt.Errorf("there are more than %d mappings", maxSet)
	}
	for i, m := range maps {
		for _, other := range maps[:i] {
			same := m.source.format == formatXML && other.source.format == formatXML &&
				m.source.root == other.source.root && m.source.namespace == other.source.namespace
			switch {
			case m.Name == other.Name:
				return nil, fmt.Errorf("two mappings have the name %s", m.Name)
			case same:
				return nil, fmt.Errorf("the mappings %s and %s are for the same root element %s", other.Name, m.Name, m.source.root)
			}
		}
	}
	return &Set{maps: maps}, nil
}

// LoadSet loads the mapping files (*.yaml) of a folder, with the tables beside them. A mapping that [Map.Check] finds something wrong
// with is refused.
func LoadSet(files fs.FS) (*Set, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("mappings: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("the folder has no mapping files (*.yaml)")
	}
	maps := make([]*Map, 0, len(names))
	for _, name := range names {
		m, err := LoadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if remarks := m.Check(); len(remarks) > 0 {
			return nil, fmt.Errorf("%s: line %d: %s; \"cats document mapping check\" tells more", name, remarks[0].Line, remarks[0].Text)
		}
		maps = append(maps, m)
	}
	return NewSet(maps...)
}

// All lists the mappings.
func (s *Set) All() []*Map {
	if s == nil {
		return nil
	}
	return slices.Clone(s.maps)
}

// For finds the mapping of a document: by its root element for XML, else by its format. Where several are for the format, named must
// be the name of one of them; else named may be empty. It is nil when no mapping is for the document. The error is a [transit.Fault]
// InvalidDocument when the document could be for several, or not for the one named.
func (s *Set) For(data []byte, named string) (*Map, error) {
	var fit []*Map
	if s != nil {
		fit = slices.DeleteFunc(slices.Clone(s.maps), func(m *Map) bool { return !m.fits(data) })
	}
	at := slices.IndexFunc(fit, func(m *Map) bool { return m.Name == named })
	switch {
	case at >= 0:
		return fit[at], nil
	case len(fit) == 1 && named == "":
		return fit[0], nil
	case named != "":
		return nil, transit.Faultf(transit.InvalidDocument, "the document is not for a mapping %s; it could be for: %s", named, namesOf(fit))
	case len(fit) > 1:
		return nil, transit.Faultf(transit.InvalidDocument, "name the mapping of the document, which could be one of: %s", namesOf(fit))
	}
	return nil, nil //nolint:nilnil // none is for it
}

func namesOf(maps []*Map) string {
	if len(maps) == 0 {
		return "none"
	}
	names := make([]string, len(maps))
	for i, m := range maps {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}

// fits tells by the beginning of a text whether it may be a source of the mapping.
func (m *Map) fits(data []byte) bool {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	switch {
	case bytes.HasPrefix(data, []byte("<")):
		if m.source.format != formatXML {
			return false
		}
		root := rootOf(data)
		return root.Local == m.source.root && (m.source.namespace == "" || root.Space == m.source.namespace)
	case bytes.HasPrefix(data, []byte("{")) || bytes.HasPrefix(data, []byte("[")):
		return m.source.format == formatJSON
	}
	return m.source.format == formatCSV && len(data) > 0
}

func rootOf(data []byte) xml.Name {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.Token()
		if err != nil {
			return xml.Name{}
		}
		if start, is := token.(xml.StartElement); is {
			return start.Name
		}
	}
}

// StatusMediaType is the media type of the status documents, or empty when the mapping makes none.
func (m *Map) StatusMediaType() string {
	if m.status == nil {
		return ""
	}
	return map[string]string{formatXML: "application/xml", formatJSON: "application/json", formatCSV: "text/csv; charset=utf-8"}[m.status.format]
}
