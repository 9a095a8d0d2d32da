package transit

import "time"

// FirstArrival is the day of the earliest estimated arrival at an office of transit, "" when none is estimated.
func FirstArrival(std *STD) Date {
	var first time.Time
	for _, o := range std.TransitOffices {
		eta, err := o.ArrivalDateAndTimeEstimated.Parse()
		if err == nil && (first.IsZero() || eta.Before(first)) {
			first = eta
		}
	}
	if first.IsZero() {
		return ""
	}
	return DateOf(first)
}

// CheckRelease demands of a movement that is to be released that no day has passed on which it was estimated to arrive at an
// office of transit (R0004): it needs an amendment first. The first arrival is the day of [FirstArrival].
func CheckRelease(firstArrival Date, released time.Time) []Violation {
	return applyTo(&toRelease{firstArrival, released}, releaseRules())
}

type toRelease struct {
	firstArrival Date
	released     time.Time
}

func releaseRules() []stepRule[*toRelease] {
	return []stepRule[*toRelease]{
		rule("R0004", "estimated arrivals after release",
			"The estimated arrival at an office of transit is not before the day of the release (UTC). The day of the earliest one is public; the"+
				" hours stay in the content.", checkR0004),
	}
}

func checkR0004(c *stepRuling[*toRelease]) {
	if first := c.subject.firstArrival; first != "" && first < DateOf(c.subject.released) {
		c.broken("/firstArrival", string(first), "amend the estimated arrivals: the first is before "+string(DateOf(c.subject.released))+
			", the day of the release")
	}
}

// CheckPresentation applies format and logic control to a declaration that was lodged before the goods were presented, as it
// must be when they are: what type D leaves open (C0822, C0839, C0599, ...) is demanded now. The document is not changed.
func CheckPresentation(std *STD, ctx RuleContext) []Violation {
	presented := *std
	presented.TransitOperation.AdditionalDeclarationType = AdditionalStandard
	return Check(&presented, ctx)
}
