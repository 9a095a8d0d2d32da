package transit

import "fmt"

// Unsupported names what a declaration asks for that the procedure does not do, so
// that it is refused in the beginning rather than treated as something else: more guarantees
// than one transaction locks.
func Unsupported(std *STD) []Violation {
	var found []Violation
	references := 0
	for _, g := range std.Guarantees {
		references += max(1, len(g.GuaranteeReferences)) // a guarantee without references counts as one
	}
	if references > MaxReferences {
		found = append(found, Violation{
			Code: CodeRuleViolation, Pointer: "/guarantees", Rule: "STD09", Value: fmt.Sprint(references),
			Text: fmt.Sprintf("a movement is covered by at most %d guarantees and references", MaxReferences),
		})
	}
	return found
}
