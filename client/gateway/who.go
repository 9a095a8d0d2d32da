package gateway

import (
	"fmt"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// roleOf is the role in which somebody takes part in the procedure, as its certificate says it.
func roleOf(w transit.Who) []transit.Role {
	switch w {
	case transit.ByDeclarant, transit.ByNotifier, transit.ByConsignee, transit.ByHolder, transit.ByNewHolder:
		return []transit.Role{transit.RoleTrader}
	case transit.ByApplicant:
		return []transit.Role{transit.RoleTrader, transit.RoleOfficer}
	case transit.ByGuarantor:
		return []transit.Role{transit.RoleGuarantor}
	default:
		return []transit.Role{transit.RoleOfficer}
	}
}

// rolesOf are the roles of all who may take a step in one state or another.
func rolesOf(s transit.Step) []transit.Role {
	var out []transit.Role
	for _, t := range transit.Procedure() {
		if t.Step == s {
			out = append(out, roleOf(t.By)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// describeStep says of every row of the procedure from which states it leads where, by whom, and after which message.
func describeStep(s transit.Step) string {
	var lines []string
	for _, t := range transit.Procedure() {
		if t.Step != s {
			continue
		}
		var from []string
		for _, state := range t.From {
			from = append(from, string(state))
		}
		line := fmt.Sprintf("From %s", strings.Join(from, ", "))
		if t.To != "" {
			line += " to " + string(t.To)
		}
		line += ", by the " + string(t.By)
		if t.Message != "" {
			line += " (" + t.Message + ")"
		}
		lines = append(lines, line+"."+effect(t.Effect))
	}
	return strings.Join(lines, "\n\n")
}

func effect(e transit.Effect) string {
	switch e {
	case transit.LockGuarantees:
		return " The guarantees are locked in the same transaction."
	case transit.FreeGuarantees:
		return " What the guarantees have locked is freed in the same transaction."
	case transit.SettleGuarantees:
		return " What was paid is taken from the guarantees and the rest freed in the same transaction."
	case transit.ExchangeGuarantees:
		return " The guarantees are exchanged in the same transaction."
	}
	return ""
}

func admits(roles []transit.Role, has transit.Role) bool {
	return len(roles) == 0 || slices.Contains(roles, has)
}
