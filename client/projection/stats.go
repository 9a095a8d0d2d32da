package projection

import (
	"context"
	"fmt"

	"carec.example/cats/chaincode/transit"
)

// Period bounds statistics by the day (YYYY-MM-DD, UTC), both included; an empty bound is none.
type Period struct{ From, Until string }

// bound adds the period to conditions on a column of RFC 3339 times.
func (p Period) bound(c *conditions, column string) {
	if p.From != "" {
		c.add(column+" >= ?", p.From)
	}
	if p.Until != "" {
		c.add(column+" <= ?", p.Until+"T23:59:59Z")
	}
}

// Crossing is how long a border takes: from the proposal of the hand-off to its acceptance, in seconds. Percentiles are by nearest rank.
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
	var c conditions
	c.add("accepted_at <> ''")
	p.bound(&c, "accepted_at")
	rank := func(percent int) string {
		return fmt.Sprintf("MAX(CASE WHEN place = (%d * many + 99) / 100 THEN seconds END)", percent)
	}
	query := "SELECT from_country, to_country, COUNT(*), SUM(seconds) / COUNT(*), " + rank(50) + ", " + rank(90) + ", " + rank(99) +
		", MAX(seconds) FROM (SELECT from_country, to_country, seconds, " +
		"ROW_NUMBER() OVER (PARTITION BY from_country, to_country ORDER BY seconds) AS place, " +
		"COUNT(*) OVER (PARTITION BY from_country, to_country) AS many FROM ledger_crossing" + c.where() +
		") ranked GROUP BY from_country, to_country ORDER BY from_country, to_country"
	out, err := list(ctx, m.db, query, c.args, func(scan func(...any) error, x *Crossing) error {
		var mean float64 // PostgreSQL divides its sums as decimals
		if err := scan(&x.From, &x.To, &x.Crossings, &mean, &x.P50, &x.P90, &x.P99, &x.Max); err != nil {
			return err
		}
		x.Mean = int64(mean)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't add up crossings: %w", err)
	}
	return out, nil
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
	var c conditions
	c.add("released_at <> ''")
	p.bound(&c, "released_at")
	sum := func(condition string) string { return "SUM(CASE WHEN " + condition + " THEN 1 ELSE 0 END)" }
	late := "arrived_at <> '' AND time_limit <> '' AND SUBSTR(arrived_at, 1, 10) > time_limit"
	query := "SELECT SUBSTR(departure, 1, 2) AS a, SUBSTR(destination, 1, 2) AS b, COUNT(*), " +
		sum("state = 'discharged' AND NOT ("+late+")") + ", " + sum("state = 'discharged' AND "+late) + ", " +
		sum("state IN ('released', 'arrived', 'waiting resolution')") + ", " + sum("state = 'under enquiry'") + ", " +
		sum("state = 'under recovery'") + ", " + sum("state = 'written off'") +
		" FROM ledger_movement" + c.where() + " GROUP BY a, b ORDER BY a, b"
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
	var c conditions
	p.bound(&c, "c.at")
	query := "SELECT COALESCE(g.guarantor, ''), c.state, c.currency, COUNT(*), SUM(c.amount) FROM ledger_claim c " +
		"LEFT JOIN ledger_guarantee g ON g.grn = c.grn" + c.where() +
		" GROUP BY COALESCE(g.guarantor, ''), c.state, c.currency ORDER BY COALESCE(g.guarantor, ''), c.state, c.currency"
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
