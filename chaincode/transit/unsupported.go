package transit

import "fmt"

// Unsupported names what a declaration asks for that the procedure does not do, so
// that it is refused in the beginning rather than treated as something else: guarantees
// that are not kept by reference.
func Unsupported(std *STD) []Violation {
	var found []Violation
	references := 0
	for i, g := range std.Guarantees {
		if _, kept := guaranteeTypeRule(g.GuaranteeType); !kept {
			found = append(found, Violation{
				Code: CodeListViolation, Pointer: fmt.Sprintf("/guarantees/%d/guaranteeType", i), Rule: "STD08", Value: g.GuaranteeType,
				Text: "the ledger keeps guarantees of types 1, 2 and 9, by reference",
			})
		}
		references += len(g.GuaranteeReferences)
	}
	if references > MaxReferences {
		found = append(found, Violation{
			Code: CodeRuleViolation, Pointer: "/guarantees", Rule: "STD09", Value: fmt.Sprint(references),
			Text: fmt.Sprintf("a movement is covered by at most %d guarantee references", MaxReferences),
		})
	}
	return found
}
