package projection

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Period bounds statistics by the day (YYYY-MM-DD, UTC), both included; an empty bound is none.
type Period struct{ From, Until string }

// The days that a period without a bound has: an MRN has two digits for its year, those of this century.
const (
	firstDay = "2000-01-01"
	lastDay  = "2099-12-31"
)

// ErrDay means that a bound is no day.
var ErrDay = errors.New("a day is written YYYY-MM-DD")

// parts are the fewest periods of the sums, see [periods], that make up this one: a dozen or two.
func (p Period) parts() ([]any, error) {
	if p.From == "" && p.Until == "" {
		return []any{""}, nil
	}
	from, err := dayOf(cmp.Or(p.From, firstDay))
	if err != nil {
		return nil, err
	}
	until, err := dayOf(cmp.Or(p.Until, lastDay))
	if err != nil {
		return nil, err
	}
	first, last := from.Format(time.DateOnly), until.Format(time.DateOnly)
	from, _ = time.Parse(time.DateOnly, max(first, firstDay))
	until, _ = time.Parse(time.DateOnly, min(last, lastDay))
	parts := []any{}
	for !from.After(until) {
		name, end := longestPart(from, until)
		parts = append(parts, name)
		from = end.AddDate(0, 0, 1)
	}
	return parts, nil
}

func dayOf(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("%w: %q is none", ErrDay, text)
	}
	return day, nil
}

// longestPart is the longest period of the sums that begins with a day and ends until another, and its last day.
func longestPart(from, until time.Time) (name string, end time.Time) {
	day := from.Format(time.DateOnly)
	endOfMonth := from.AddDate(0, 1, -from.Day())
	candidates := []struct {
		begins bool
		name   string
		end    time.Time
	}{
		{from.YearDay() == 1, day[:4], from.AddDate(1, 0, -1)},
		{from.Day() == 1, day[:7], endOfMonth},
		{from.Day() == 1 || from.Day()%10 == 0, day[:9], earlier(from.AddDate(0, 0, 9-from.Day()%10), endOfMonth)},
	}
	for _, c := range candidates {
		if c.begins && !c.end.After(until) {
			return c.name, c.end
		}
	}
	return day, from
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// within is the condition that a sum belongs to the period.
func (p Period) within() (*conditions, error) {
	parts, err := p.parts()
	if err != nil {
		return nil, err
	}
	c := new(conditions)
	c.add(in("period", len(parts)), parts...)
	return c, nil
}

// Crossing is how long a border takes: from the proposal of the hand-off to its acceptance, in seconds. Percentiles are by nearest
// rank, up to a 32nd too long: each is the longest of the crossings in the period that took about as long.
type Crossing struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Crossings int    `json:"crossings"`
	Mean      int64  `json:"meanSeconds"`
	P50       int64  `json:"p50Seconds"`
	P90       int64  `json:"p90Seconds"`
	P99       int64  `json:"p99Seconds"`
	Max       int64  `json:"maxSeconds"`
}

// Crossings tells the crossing times by pair of countries, of hand-offs that were accepted in a period.
func (m *Model) Crossings(ctx context.Context, p Period) ([]Crossing, error) {
	c, err := p.within()
	if err != nil {
		return nil, err
	}
	query := "SELECT from_country, to_country, SUM(crossings), SUM(seconds), MAX(longest) FROM ledger_crossed" + c.where() +
		" GROUP BY from_country, to_country, bucket ORDER BY from_country, to_country, bucket"
	out := []Crossing{}
	var buckets []bucket
	err = each(ctx, m.db, query, c.args, func(scan func(...any) error) error {
		var from, to string
		var b bucket
		if err := scan(&from, &to, &b.crossings, &b.seconds, &b.longest); err != nil {
			return err
		}
		if at := len(out) - 1; at < 0 || out[at].From != from || out[at].To != to {
			closeCrossing(out, buckets)
			out, buckets = append(out, Crossing{From: from, To: to}), nil
		}
		buckets = append(buckets, b)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't add up crossings: %w", err)
	}
	closeCrossing(out, buckets)
	return out, nil
}

// bucket has the crossings that took about as long.
type bucket struct {
	crossings        int
	seconds, longest int64
}

// closeCrossing completes the last of the pairs from its buckets, the shortest first.
func closeCrossing(all []Crossing, buckets []bucket) {
	if len(all) == 0 {
		return
	}
	x := &all[len(all)-1]
	var sum int64
	for _, b := range buckets {
		x.Crossings += b.crossings
		sum += b.seconds
		x.Max = b.longest
	}
	x.Mean = sum / int64(x.Crossings)
	rank := func(percent int) int64 {
		left := (percent*x.Crossings + 99) / 100
		for _, b := range buckets {
			if left -= b.crossings; left <= 0 {
				return b.longest
			}
		}
		return x.Max
	}
	x.P50, x.P90, x.P99 = rank(50), rank(90), rank(99)
}

// Discharge is what became of the movements released between two countries.
type Discharge struct {
	Departure   string `json:"departure"`
	Destination string `json:"destination"`
	Released    int    `json:"released"`
	// InTime were discharged with their goods there within the limit, Late after it.
	InTime int `json:"inTime"`
	Late   int `json:"late"`
	// Open are under way or being examined; Enquiry, Recovery and WrittenOff did not go as they should.
	Open       int `json:"open"`
	Enquiry    int `json:"enquiry"`
	Recovery   int `json:"recovery"`
	WrittenOff int `json:"writtenOff"`
	// Rate of the released that are discharged, in basis points.
	Rate int `json:"rateBasisPoints"`
}

// Discharges tells what became of movements released in a period, by the countries of departure and destination.
func (m *Model) Discharges(ctx context.Context, p Period) ([]Discharge, error) {
	c, err := p.within()
	if err != nil {
		return nil, err
	}
	query := "SELECT departure, destination, SUM(released), SUM(in_time), SUM(late), SUM(under_way), SUM(enquiry), SUM(recovery), " +
		"SUM(written_off) FROM ledger_discharge" + c.where() + " GROUP BY departure, destination ORDER BY departure, destination"
	out, err := list(ctx, m.db, query, c.args, func(scan func(...any) error, d *Discharge) error {
		if err := scan(&d.Departure, &d.Destination, &d.Released, &d.InTime, &d.Late, &d.Open, &d.Enquiry, &d.Recovery, &d.WrittenOff); err != nil {
			return err
		}
		d.Rate = 10000 * (d.InTime + d.Late) / max(d.Released, 1)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't add up discharges: %w", err)
	}
	return out, nil
}

// ClaimSum is the claims on one guarantor in one state and currency.
type ClaimSum struct {
	Guarantor string        `json:"guarantor"`
	State     string        `json:"state"`
	Claims    int           `json:"claims"`
	Amount    transit.Money `json:"amount"`
}

// Claims adds up the claims made in a period, by guarantor, state and currency.
func (m *Model) Claims(ctx context.Context, p Period) ([]ClaimSum, error) {
	c, err := p.within()
	if err != nil {
		return nil, err
	}
	query := "SELECT guarantor, state, currency, SUM(claims), SUM(amount) FROM ledger_claimed" + c.where() +
		" GROUP BY guarantor, state, currency ORDER BY guarantor, state, currency"
	out, err := list(ctx, m.db, query, c.args, func(scan func(...any) error, s *ClaimSum) error {
		return scan(&s.Guarantor, &s.State, &s.Amount.Currency, &s.Claims, &s.Amount.Minor)
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't add up claims: %w", err)
	}
	return out, nil
}

// StateCount is how many movements are in a state.
type StateCount struct {
	State     transit.State `json:"state"`
	Movements int           `json:"movements"`
}

// States counts the movements by their state.
func (m *Model) States(ctx context.Context) ([]StateCount, error) {
	out, err := list(ctx, m.db, "SELECT state, COUNT(*) FROM ledger_movement GROUP BY state ORDER BY state", nil,
		func(scan func(...any) error, s *StateCount) error { return scan(&s.State, &s.Movements) })
	if err != nil {
		return nil, fmt.Errorf("couldn't count the movements: %w", err)
	}
	return out, nil
}
