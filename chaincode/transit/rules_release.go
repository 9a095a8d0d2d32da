package transit

import "time"

// CheckRelease demands of a declaration that is to be released that each estimated arrival at an office of transit is later
// than the release (R0004): an arrival that has passed by then needs an amendment first.
func CheckRelease(std *STD, released time.Time) []Violation {
	return applyTo(&toRelease{std, released}, releaseRules())
}

type toRelease struct {
	std      *STD
	released time.Time
}

func releaseRules() []stepRule[*toRelease] {
	return []stepRule[*toRelease]{
		rule("R0004", "estimated arrivals after release",
			"The estimated arrival at an office of transit is later than the release. The source has a day for the release; the ledger"+
				" knows the moment.", checkR0004),
	}
}

func checkR0004(c *stepRuling[*toRelease]) {
	for i, o := range c.subject.std.TransitOffices {
		eta, err := o.ArrivalDateAndTimeEstimated.Parse()
		if err == nil && !eta.After(c.subject.released) {
			c.broken(transitOfficeAt(i)+"/arrivalDateAndTimeEstimated", string(o.ArrivalDateAndTimeEstimated),
				"the estimated arrival must be later than the release, "+string(DateTimeOf(c.subject.released)))
		}
	}
}

// CheckPresentation applies format and logic control to a declaration that was lodged before the goods were presented, as it
// must be when they are: what type D leaves open (C0822, C0839, C0599, ...) is demanded now. The document is not changed.
func CheckPresentation(std *STD, ctx RuleContext) []Violation {
	presented := *std
	presented.TransitOperation.AdditionalDeclarationType = AdditionalStandard
	return Check(&presented, ctx)
}
