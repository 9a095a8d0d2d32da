package transit

import "time"

// Time on the ledger is UTC and passed in, from the transaction; nothing in this package reads a clock. Days of documents are
// UTC days.

// ClockTolerance is how much the clocks of a client and of the ledger may differ before an entered time counts as lying in
// the future.
const ClockTolerance = 5 * time.Minute

// After tells whether t lies later than now by more than the tolerance.
func After(t, now time.Time, tolerance time.Duration) bool { return t.After(now.Add(tolerance)) }

// EndOfDay is the first moment after the UTC day in which t lies: a limit of that day is kept by everything before it.
func EndOfDay(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}

// WithinDay tells whether now still keeps a limit that is a day, such as a limit date or the end of a guarantee's validity.
func WithinDay(limit Date, now time.Time) (bool, error) {
	day, err := limit.Parse()
	if err != nil {
		return false, err
	}
	return now.Before(EndOfDay(day)), nil
}
