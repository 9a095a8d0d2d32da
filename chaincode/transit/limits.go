package transit

import (
	"fmt"
	"time"
)

// The ledger has no clock: a time limit bites when the one who holds it acts, at the transaction's time, which the client
// sets and every endorsing peer accepts only within its window. A limit is a UTC day and is kept by everything on that day.

// Limits of the procedure.
const (
	// PreLodgementDays is how long a declaration lodged before the goods waits for their presentation (UCC art. 171).
	PreLodgementDays = 30
	// EnquiryDays is how long the holder may take to answer an enquiry before recovery may start without an answer.
	EnquiryDays = 28
	// FallbackDays is how long after its release on paper a movement may be registered.
	FallbackDays = 90
	// longestLimit bounds the limits that an officer sets, against slips of the pen.
	longestLimit = 366 * 24 * time.Hour
)

// Limit describes one time limit: who holds it, what it lets the holder do, and where it comes from.
type Limit struct {
	Name   string
	Days   string
	Holder Who
	Step   Step
	Source string
}

// Limits lists the time limits of the procedure.
func Limits() []Limit {
	return []Limit{
		{"presentation of pre-lodged goods", fmt.Sprint(PreLodgementDays), ByDeparture, StepExpirePreLodgement, "UCC art. 171"},
		{"replacement of a refused guarantee", "set with the refusal", ByDeparture, StepRefuseRelease, "R0520"},
		{"presentation at destination", "set with the release", ByDeparture, StepStartEnquiry, "UCC-IA art. 297"},
		{"answer to an enquiry", fmt.Sprint(EnquiryDays), ByCollector, StepStartRecovery, "UCC-IA art. 310"},
		{"resolution of discrepancies", "set with the discrepancies", ByCollector, StepStartRecovery, "IE019"},
		{"registration of a movement begun on paper", fmt.Sprint(FallbackDays), ByDeparture, StepRegisterFallback, "business continuity"},
	}
}

// limitAhead accepts a time limit between today and a year ahead.
func limitAhead(_ *Movement, r *Request) *Fault {
	limit, err := time.Parse(dateLayout, r.Step.TimeLimit)
	if err != nil {
		return Faultf(MalformedRequest, "the time limit must be a date YYYY-MM-DD").At("/timeLimit")
	}
	if limit.Before(r.At.UTC().Truncate(24*time.Hour)) || limit.Sub(r.At) > longestLimit {
		return Faultf(MalformedRequest, "the time limit %s must lie between today and a year ahead", r.Step.TimeLimit).At("/timeLimit")
	}
	return nil
}

// passed refuses a step for which the limit, a date of the record, has not passed.
func passed(what, limit string, r *Request) *Fault {
	day, err := time.Parse(dateLayout, limit)
	if err != nil {
		return Faultf(OutOfSequence, "there is no time limit for the %s", what)
	}
	if r.At.Before(EndOfDay(day)) {
		return Faultf(OutOfSequence, "the time limit for the %s, %s, has not passed", what, limit).
			With(Violation{Code: "92", Pointer: "/movement", Value: limit, Text: "the time limit has not passed"})
	}
	return nil
}

// dayAfter is the date some days after a time of the record.
func dayAfter(stamp string, days int) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return ""
	}
	return at.UTC().AddDate(0, 0, days).Format(dateLayout)
}
