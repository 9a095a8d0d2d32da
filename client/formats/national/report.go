package national

import (
	"strings"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/tree"
)

// maxListed bounds the lists of a report.
const maxListed = 200

// Report tells what became of a source.
type Report struct {
	// Mapping and Version name the mapping.
	Mapping string `json:"mapping"`
	Version string `json:"version"`
	// Unmapped are the values of the source that nothing has read, in order, the first two hundred; UnmappedMore is how many follow.
	Unmapped     []SourceElement `json:"unmapped,omitempty"`
	UnmappedMore int             `json:"unmappedMore,omitempty"`
	// Ignored are the values that the mapping leaves out on purpose, with its reason.
	Ignored []SourceElement `json:"ignored,omitempty"`
	// Unfilled are the required elements of the document that got no value, as JSON pointers.
	Unfilled []string `json:"unfilled,omitempty"`
	// Violations are all that is wrong with the document: values that could not be translated, and what [transit.STD.CheckFormat]
	// says. The rules of logic control are left to whoever lodges it; [Report.Locate] finds the places of theirs.
	Violations []Finding `json:"violations,omitempty"`

	places map[string]*tree.Node
}

// SourceElement is a value of the source and where it stands: /Declaration/Goods[2]/Code, or for a row of a CSV file /file/row[3]/column.
type SourceElement struct {
	Place  string `json:"place"`
	Line   int    `json:"line"`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Finding is a violation of the document and the place of the source that it comes from: that of the value, or else of the innermost
// group that comes from one place. Place is empty when the source has no part in it.
type Finding struct {
	transit.Violation
	Place string `json:"place,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// Complete tells that every value of the source was read or ignored on purpose.
func (r *Report) Complete() bool { return len(r.Unmapped) == 0 }

// Err is nil for a document that the schema allows, else a [transit.Fault] InvalidDocument. Its violations name the places of the
// source in their texts, for those who know no document but their own.
func (r *Report) Err() error {
	if len(r.Violations) == 0 {
		return nil
	}
	violations := make([]transit.Violation, len(r.Violations))
	for i, f := range r.Violations {
		violations[i] = f.Violation
		if f.Place != "" {
			violations[i].Text += "; in the source " + f.Place
		}
	}
	return transit.Faultf(transit.InvalidDocument, "the document that the mapping %s makes is not valid", r.Mapping).With(violations...)
}

// Locate finds the places of the source for violations of the document that others have found, such as the ledger.
func (r *Report) Locate(violations []transit.Violation) []Finding {
	findings := make([]Finding, len(violations))
	for i, v := range violations {
		findings[i] = r.locate(v)
	}
	return findings
}

func (r *Report) locate(v transit.Violation) Finding {
	f := Finding{Violation: v}
	for at := v.Pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		if n := r.places[at]; n != nil {
			f.Place, f.Line = n.Place(), n.Line
			break
		}
	}
	return f
}

func elementOf(n *tree.Node) SourceElement {
	value := strings.TrimSpace(n.Text)
	if runes := []rune(value); len(runes) > 100 {
		value = string(runes[:100]) + "…"
	}
	return SourceElement{Place: n.Place(), Line: n.Line, Value: value}
}
