package transit

// Functional error codes (CL180) that the declaration check gives its violations.
const (
	CodeListViolation = "12" // the value is not in its code list, or the registry does not know it
	CodeMissing       = "13" // a required element is missing
	CodeRuleViolation = "14" // format or consistency
	CodeNotAllowed    = "15" // the element may not be given here
)
