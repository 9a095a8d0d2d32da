package projection

import (
	"context"
	"database/sql"
	"errors"
	"math/bits"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// periods are those that a day or time (YYYY-MM-DD at its beginning) is in: all time, the year, the month, ten days of the
// month (0, 10, 20 or 30 and what follows), and the day.
func periods(at string) []string {
	if len(at) < len("2006-01-02") {
		return []string{""}
	}
	return []string{"", at[:4], at[:7], at[:9], at[:10]}
}

// bucketOf puts lengths together that differ by less than a 32nd.
func bucketOf(seconds int64) int {
	shift := max(0, bits.Len64(uint64(max(0, seconds)))-6)
	return shift*32 + int(max(0, seconds)>>shift)
}

// crossed counts a crossing that was accepted. It is accepted once and for good.
func (w *writer) crossed(from, to, at string, seconds int64) {
	for _, period := range periods(at) {
		w.sums.add(crossingSums(), []any{period, from, to, bucketOf(seconds)}, 1, seconds, seconds)
	}
}

// standing is what the sums know of a movement, and what a step needs to know of its declaration.
type standing struct {
	declared                 transit.Declared
	state                    transit.State
	released, arrived, limit string
	departure, destination   string
}

// moved counts a movement as it is now and no longer as it was; was is nil for a new one.
func (w *writer) moved(was, is *standing) {
	if was != nil && was.state != "" {
		w.sums.take(stateSums(), []any{string(was.state)}, 1)
		for _, period := range was.periods() {
			w.sums.take(dischargeSums(), []any{period, countryOf(was.departure), countryOf(was.destination)}, was.outcome()...)
		}
	}
	w.sums.add(stateSums(), []any{string(is.state)}, 1)
	for _, period := range is.periods() {
		w.sums.add(dischargeSums(), []any{period, countryOf(is.departure), countryOf(is.destination)}, is.outcome()...)
	}
}

func (s *standing) periods() []string {
	if s.released == "" {
		return nil
	}
	return periods(s.released)
}

// outcome is the movement in the columns of [dischargeSums].
func (s *standing) outcome() []int64 {
	out := make([]int64, 7)
	out[0] = 1
	switch s.state {
	case transit.Discharged:
		out[1] = 1
		if s.arrived != "" && s.limit != "" && s.arrived[:min(len(s.arrived), 10)] > s.limit {
			out[1], out[2] = 0, 1
		}
	case transit.Released, transit.Arrived, transit.WaitingResolution:
		out[3] = 1
	case transit.UnderEnquiry:
		out[4] = 1
	case transit.UnderRecovery:
		out[5] = 1
	case transit.WrittenOff:
		out[6] = 1
	}
	return out
}

func countryOf(office string) string { return office[:min(len(office), 2)] }

// standing reads what a movement was before the transaction; nil when it was not.
func (w *writer) standing(ctx context.Context, id string) (*standing, error) {
	s := new(standing)
	var guarantors string
	err := w.get(ctx, "SELECT version, declarant_msp, declarant, departure, guarantors, state, released_at, arrived_at, time_limit, destination "+
		"FROM ledger_movement WHERE id = $1", []any{id}, &s.declared.Version, &s.declared.Declarant.MSP, &s.declared.Declarant.Operator,
		&s.departure, &guarantors, &s.state, &s.released, &s.arrived, &s.limit, &s.destination)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	if err != nil {
		return nil, err
	}
	s.declared.Departure, s.declared.Guarantors = s.departure, strings.Fields(guarantors)
	return s, nil
}
