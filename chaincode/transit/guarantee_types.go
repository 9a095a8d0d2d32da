package transit

import "slices"

// GuaranteeTypeRule tells what the ledger does with a guarantee type (CL251).
type GuaranteeTypeRule struct {
	Type string
	Name string
	// Account: the guarantee is kept by its GRN on the ledger, with an account (C0086). The usage of any other type stands on
	// the movement's record alone and locks nothing.
	Account bool
	// Referenced: the declaration gives references, each with an amount (C0085).
	Referenced bool
	// UsedReason is the invalid guarantee reason of a second usage; empty for a type that covers many movements.
	UsedReason string
	// Waiver: granted by the customs authority of the office of guarantee; there is no guarantor.
	Waiver bool
	// Percentages are those that the guarantee amount may be of the reference amount.
	Percentages []int
	// Offices: may be bound to an office of departure and one of destination (G11).
	Offices bool
	// Goods: may be bound to commodity codes (G12; C0815 gives the goods with these types).
	Goods bool
	// Periods: the usages of a period can be asked for (R0263).
	Periods bool
}

// GuaranteeTypeRules lists every guarantee type in the order of the code list.
func GuaranteeTypeRules() []GuaranteeTypeRule {
	whole := []int{100}
	return []GuaranteeTypeRule{
		{Type: "0", Name: "guarantee waiver", Account: true, Referenced: true, Waiver: true, Percentages: []int{0}, Periods: true},
		{
			Type: "1", Name: "comprehensive guarantee", Account: true, Referenced: true, Percentages: []int{100, 50, 30}, Periods: true,
		},
		{
			Type: "2", Name: "individual guarantee by a guarantor", Account: true, Referenced: true, UsedReason: "G10", Percentages: whole,
			Offices: true, Goods: true,
		},
		{Type: "3", Name: "individual guarantee in cash", Referenced: true},
		{Type: "4", Name: "individual guarantee by voucher", Account: true, Referenced: true, UsedReason: "G05", Percentages: whole},
		{Type: "5", Name: "waiver for amounts under the statistical threshold", Referenced: true},
		{Type: "8", Name: "public body, no guarantee required"},
		{
			Type: "9", Name: "individual guarantee with multiple usage", Account: true, Referenced: true, Percentages: whole, Goods: true,
			Periods: true,
		},
		{Type: "A", Name: "waiver by agreement"},
		{Type: "B", Name: "TIR"},
		{Type: "J", Name: "not required between departure and transit"},
		{Type: "R", Name: "not required on the Rhine and the Danube"},
	}
}

func guaranteeTypeRule(typ string) (GuaranteeTypeRule, bool) {
	for _, r := range GuaranteeTypeRules() {
		if r.Type == typ {
			return r, true
		}
	}
	return GuaranteeTypeRule{}, false
}

// KeptByReference reports whether guarantees of the type stand on the ledger under a GRN, with an account.
func KeptByReference(guaranteeType string) bool {
	r, _ := guaranteeTypeRule(guaranteeType)
	return r.Account
}

// typesKept are the types with an account.
func typesKept() []string {
	var out []string
	for _, r := range GuaranteeTypeRules() {
		if r.Account {
			out = append(out, r.Type)
		}
	}
	return out
}

// OneUse reports whether the guarantee covers one movement only.
func (t *Terms) OneUse() bool {
	r, _ := guaranteeTypeRule(t.Type)
	return r.UsedReason != ""
}

// Waiver reports whether customs has granted the guarantee, without a guarantor.
func (t *Terms) Waiver() bool {
	r, _ := guaranteeTypeRule(t.Type)
	return r.Waiver
}

// CheckClaim refuses a public claim that no declaration of the type gives: the reference and amount belong to the types
// that have them (C0085, C0086), and TIR declarations are covered by type B only (R0900).
func (c *GuaranteeClaim) CheckClaim(declarationType string) string {
	r, known := guaranteeTypeRule(c.Type)
	tir := declarationType == DeclarationTIR
	switch {
	case !known || c.Type == "J":
		return "the guarantee type is not one of common transit"
	case tir != (c.Type == GuaranteeTIR):
		return "type B and the declaration type TIR go together"
	case r.Account != (c.GRN != ""):
		return "a GRN belongs to the types that are kept by reference, and to no other"
	case !r.Referenced && c.Amount != (Money{}):
		return "the type has no amount"
	case r.Referenced && (c.Amount.Check() != nil || c.Amount.Minor <= 0):
		return "the amount is not above zero, or in no currency"
	}
	return ""
}

// allowsPercentage reports whether the guarantee amount may be this percentage of the reference amount (UCC-DA 84).
func (r GuaranteeTypeRule) allowsPercentage(p int) bool { return slices.Contains(r.Percentages, p) }

// HasPeriods reports whether the usages of a period can be asked for (R0263).
func (t *Terms) HasPeriods() bool {
	r, _ := guaranteeTypeRule(t.Type)
	return r.Periods
}
