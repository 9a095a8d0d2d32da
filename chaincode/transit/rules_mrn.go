package transit

import "errors"

// CheckMRN holds an MRN that was issued elsewhere, on paper during an outage or by another system, against the declaration it
// was given to: its form (rule "XSD"), its check digit (R0028) and its procedure letter (R0410). security is that of the
// declaration. Those that the ledger issues are right by construction, see [NewMRN].
func CheckMRN(mrn, security string) []Violation {
	var e *IDError
	if errors.As(asError(checkMRNLayout(mrn)), &e) {
		return []Violation{{Code: CodeRuleViolation, Pointer: "/mrn", Rule: RuleXSD, Value: clip(mrn), Text: "correct the MRN: " + e.Reason}}
	}
	return applyTo(issuedMRN{mrn, security}, mrnRules())
}

type issuedMRN struct{ mrn, security string }

func mrnRules() []stepRule[issuedMRN] {
	return []stepRule[issuedMRN]{
		rule("R0028", "check digit of the MRN",
			"The 18th character of an MRN is the check digit of ISO 6346 over the 17 before it.", checkR0028MRN),
		rule("R0410", "procedure letter of the MRN",
			"The 17th character of an MRN tells the security data of its declaration: J none (0), L entry (1), K exit (2), M both (3).", checkR0410),
	}
}

func checkR0028MRN(c *stepRuling[issuedMRN]) {
	var e *IDError
	if errors.As(asError(verifyCheckDigit(KindMRN, c.subject.mrn, 17)), &e) {
		c.broken("/mrn", c.subject.mrn, "correct the MRN: "+e.Reason)
	}
}

func checkR0410(c *stepRuling[issuedMRN]) {
	want := ProcedureLetter(c.subject.security)
	if c.subject.mrn[16] != want {
		c.broken("/mrn", c.subject.mrn, "character 17 must be "+string(rune(want))+", as security is "+c.subject.security)
	}
}
