package transit

// findings are what one rule has against a document, a message or an incident.
type findings struct {
	rule  string
	found []Violation
}

func (f *findings) add(code, pointer, value, text string) {
	if len(f.found) >= MaxViolations {
		return
	}
	f.found = append(f.found, Violation{Code: code, Pointer: pointer, Rule: f.rule, Value: clip(value), Text: text})
}

// missing reports a required element (code 13).
func (f *findings) missing(pointer, text string) { f.add(CodeMissing, pointer, "", text) }

// broken reports an inconsistency (code 14).
func (f *findings) broken(pointer, value, text string) {
	f.add(CodeRuleViolation, pointer, value, text)
}

// notAllowed reports an element that may not stand there (code 15).
func (f *findings) notAllowed(pointer, value, text string) {
	f.add(CodeNotAllowed, pointer, value, text)
}

// require reports a missing element when it is required and absent, a surplus one when it is present though forbidden.
func (f *findings) require(required, present bool, pointer, value, missingText, surplusText string) {
	switch {
	case required && !present:
		f.missing(pointer, missingText)
	case !required && present:
		f.notAllowed(pointer, value, surplusText)
	}
}
