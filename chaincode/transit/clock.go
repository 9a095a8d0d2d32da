package transit

import "time"

// Time on the ledger is UTC and passed in, from the transaction; nothing in this package reads a clock. Days of documents are
// UTC days.

// After tells whether t lies later than now by more than the tolerance.
func After(t, now time.Time, tolerance time.Duration) bool { return t.After(now.Add(tolerance)) }

// EndOfDay is the first moment after the UTC day in which t lies: a limit of that day is kept by everything before it.
func EndOfDay(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}
