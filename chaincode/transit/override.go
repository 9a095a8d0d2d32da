package transit

// Override is an office's decision to take guarantees that do not cover the required amount.
type Override struct {
	// By is the office.
	By     string `json:"by"`
	Reason string `json:"reason"`
	At     string `json:"at"`
	// Version of the content that it was decided for; an amended declaration needs another decision.
	Version int `json:"version"`
}

// covered holds at acceptance, and at release for a declaration amended since: the guarantees cover what is required, or
// the office says why it takes them all the same.
func covered(m *Movement, r *Request) *Fault {
	short := m.short()
	switch {
	case short && r.Step.OverrideReason == "":
		return Faultf(GuaranteeRefused, "the guarantees of movement %s cover %s of %s", m.Reference(), m.Required.Cover, m.Required.Amount).
			With(Violation{
				Code: "G09", Pointer: "/overrideReason", Rule: "STD22", Value: m.Required.Cover.String(),
				Text: "the required amount is " + m.Required.text() + "; give a reason to take the guarantees nevertheless",
			})
	case !short && r.Step.OverrideReason != "":
		return Faultf(MalformedRequest, "there is nothing to override: the guarantees of movement %s cover what is required, or "+
			"it has been decided", m.Reference()).At("/overrideReason")
	}
	return nil
}

// short reports whether the guarantees do not cover what is required, and no office has taken that for this content.
func (m *Movement) short() bool {
	return !m.Required.Covered() && (m.Override == nil || m.Override.Version != m.Version)
}

// text says the amount, and what of it is not known.
func (r *Required) text() string {
	s := r.Amount.String()
	for _, c := range r.Countries {
		if c.NoRate {
			s += ", and more in " + c.Country + " for which there is no rate of exchange"
		}
	}
	return s
}

// override records the decision, if the step has one.
func (m *Movement) override(r *Request) {
	if r.Step.OverrideReason != "" {
		m.Override = &Override{By: r.Actor.Office, Reason: r.Step.OverrideReason, At: Stamp(r.At), Version: m.Version}
	}
}
