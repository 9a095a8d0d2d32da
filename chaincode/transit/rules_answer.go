package transit

// CheckCorrelation demands that an answer names the message it answers: its correlation identifier is the message
// identification of the request, or of the message refused (R0008).
func CheckCorrelation(requestIdentification, correlationIdentifier string) []Violation {
	return applyTo(correlation{requestIdentification, correlationIdentifier}, correlationRules())
}

// CheckOfficeCurrency demands that an amount between customs offices is in euro (R0267). Declarations and guarantees on the
// ledger keep their own currency; this is for messages to offices of NCTS.
func CheckOfficeCurrency(currency string) []Violation {
	return applyTo(currency, currencyRules())
}

type correlation struct{ request, identifier string }

func correlationRules() []stepRule[correlation] {
	return []stepRule[correlation]{
		rule("R0008", "correlation",
			"The correlation identifier is the message identification of the request or the refused message.", checkR0008),
	}
}

func checkR0008(c *stepRuling[correlation]) {
	if c.subject.identifier != c.subject.request {
		c.broken("/message/correlationIdentifier", c.subject.identifier,
			"give the identification of the message that is answered, "+clip(c.subject.request))
	}
}

func currencyRules() []stepRule[string] {
	return []stepRule[string]{
		rule("R0267", "currency between offices", "Amounts in messages between customs offices are in euro.", checkR0267),
	}
}

func checkR0267(c *stepRuling[string]) {
	if c.subject != "EUR" {
		c.broken("/currency", c.subject, "convert the amount to EUR")
	}
}
