package cats

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Part is one confidential part of a proposal.
type Part struct {
	// Name under which the chaincode finds it.
	Name string
	// Bytes is its length.
	Bytes int
	// SHA256 of it in hexadecimal; empty for what is too short to keep it secret behind a digest, and for salts.
	SHA256 string

	value []byte
}

// readTransient reads the parts. All of them are under the signature of the proposal.
func (s *Statement) readTransient(m map[string][]byte) error {
	for name, value := range m {
		s.Confidential = append(s.Confidential, partOf(name, value))
		if name != transit.TransientSTD {
			continue
		}
		s.Document = new(transit.STD)
		if err := json.Unmarshal(value, s.Document); err != nil {
			return fmt.Errorf("the document: %w", err)
		}
	}
	slices.SortFunc(s.Confidential, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

func partOf(name string, value []byte) Part {
	p := Part{Name: name, Bytes: len(value), value: value}
	switch name {
	case transit.TransientAccessCodes, transit.TransientSalt, transit.TransientReaderKey:
	default:
		digest := sha256.Sum256(value)
		p.SHA256 = hex.EncodeToString(digest[:])
	}
	return p
}

// lines say what the part is: a name and a media type as they are, a paper in its own words, everything else by its digest.
func (p *Part) lines() []Line {
	switch p.Name {
	case transit.TransientFileName, transit.TransientMediaType:
		return []Line{{p.Name, string(p.value)}}
	case transit.TransientAnnex:
		var paper map[string]any
		if json.Unmarshal(p.value, &paper) == nil {
			lines := []Line{p.line()}
			walkArgument(p.Name, paper, &lines)
			return lines
		}
	}
	return []Line{p.line()}
}

func (p *Part) line() Line {
	text := fmt.Sprintf("%s, %d bytes, off the ledger", p.Name, p.Bytes)
	if p.SHA256 != "" {
		text += ", SHA-256 " + p.SHA256
	}
	return Line{"confidential", text}
}

// Carries names the confidential part that is byte for byte this content; it is empty when there is none. Of a document that is
// its canonical form ([transit.Canonical]).
func (s *Statement) Carries(content []byte) string {
	for i := range s.Confidential {
		if bytes.Equal(s.Confidential[i].value, content) {
			return s.Confidential[i].Name
		}
	}
	return ""
}
