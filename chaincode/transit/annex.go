package transit

import (
	"fmt"
)

// Bounds of a [Note].
const (
	maxNote       = 2000
	maxReferences = 99
	maxReference  = 70
)

// CheckNote checks the text of an annex; pointers lie in the annex.
func CheckNote(n Note) []Violation {
	var found []Violation
	add := func(pointer string, err error) {
		if err != nil {
			found = append(found, Violation{Code: CodeRuleViolation, Pointer: pointer, Text: err.Error()})
		}
	}
	add("/text", ValidateText(n.Text, maxNote))
	if len(n.References) > maxReferences {
		add("/references", fmt.Errorf("at most %d references", maxReferences))
	}
	for i, r := range n.References {
		add(fmt.Sprintf("/references/%d", i), ValidateText(r, maxReference))
	}
	return found
}
