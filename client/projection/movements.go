package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"carec.example/cats/chaincode/transit"
)

// ErrNotFound means that the model has no such movement.
var ErrNotFound = errors.New("there is no such movement")

// Moment is one line of a movement's timeline.
type Moment struct {
	Block         uint64 `json:"block"`
	TransactionID string `json:"transactionId"`
	// At is the time of the step (RFC 3339).
	At string `json:"at"`
	// Record is what the line is about: the movement itself, a delivery of its content, an annex, an attachment, a grant, a purge.
	Record string `json:"record"`
	// Seq of the movement's step; 0 for a line that is none.
	Seq  int    `json:"seq,omitempty"`
	Step string `json:"step"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Custodian after the step; of a delivery or grant, the organisation that receives.
	Custodian string `json:"custodian,omitempty"`
	// By is the acting organisation, Office the acting office.
	By     string `json:"by"`
	Office string `json:"office,omitempty"`
	tx     int
	item   int
}

// Leg is one leg of the itinerary with what is known of the border before it.
type Leg struct {
	Country      string `json:"country"`
	EntryOffice  string `json:"entryOffice"`
	ActualOffice string `json:"actualOffice,omitempty"`
	State        string `json:"state"`
	StartedAt    string `json:"startedAt,omitempty"`
	EndedAt      string `json:"endedAt,omitempty"`
	// OfferedAt is when the goods were last offered at the border.
	OfferedAt string `json:"offeredAt,omitempty"`
}

// Movement is a movement as the model knows it.
type Movement struct {
	Summary
	Version    int    `json:"version"`
	AcceptedAt string `json:"acceptedAt,omitempty"`
	ReleasedAt string `json:"releasedAt,omitempty"`
	ArrivedAt  string `json:"arrivedAt,omitempty"`
	EndedAt    string `json:"endedAt,omitempty"`
	Legs       []Leg  `json:"legs"`
	// Waits is what waits for whom.
	Waits []Waiting `json:"waits,omitempty"`
}

// Waiting is what waits for whom in one movement.
type Waiting struct {
	Kind  Task   `json:"kind"`
	Who   string `json:"who"`
	Since string `json:"since"`
	Due   string `json:"due,omitempty"`
}

// identificationOf is the movement identification in an MRN or identification; what is neither finds nothing.
func identificationOf(reference string) string {
	if mrn, err := transit.ParseMRN(reference); err == nil {
		return mrn.MovementID().String()
	}
	return reference
}

// Movement reads one movement by its MRN or identification. [ErrNotFound] when there is none.
func (m *Model) Movement(ctx context.Context, reference string) (*Movement, error) {
	id := identificationOf(reference)
	v := new(Movement)
	err := m.db.InSnapshot(ctx, func(tx *sql.Tx) (err error) {
		*v = Movement{}
		row := tx.QueryRowContext(ctx, "SELECT "+summaryColumns+
			", m.version, m.accepted_at, m.released_at, m.arrived_at, m.ended_at FROM ledger_movement m WHERE m.id = $1", id)
		if err := row.Scan(append(v.fields(), &v.Version, &v.AcceptedAt, &v.ReleasedAt, &v.ArrivedAt, &v.EndedAt)...); err != nil {
			return err
		}
		if v.Legs, err = list(ctx, tx, "SELECT l.country, l.entry_office, l.actual_office, l.state, l.started_at, l.ended_at, "+
			"COALESCE(c.proposed_at, '') FROM ledger_leg l LEFT JOIN ledger_crossing c ON c.movement = l.movement AND c.leg = l.leg "+
			"WHERE l.movement = $1 ORDER BY l.leg", []any{id}, func(scan func(...any) error, l *Leg) error {
			return scan(&l.Country, &l.EntryOffice, &l.ActualOffice, &l.State, &l.StartedAt, &l.EndedAt, &l.OfferedAt)
		}); err != nil {
			return err
		}
		v.Waits, err = list(ctx, tx, "SELECT kind, who, since, due FROM ledger_task WHERE movement = $1 ORDER BY since, kind, who",
			[]any{id}, func(scan func(...any) error, w *Waiting) error { return scan(&w.Kind, &w.Who, &w.Since, &w.Due) })
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("couldn't read movement %s: %w", reference, err)
	}
	return v, nil
}

// Timeline tells what happened to a movement, in the order of the ledger.
func (m *Model) Timeline(ctx context.Context, reference string, p Paging) (*Page[Moment], error) {
	var c conditions
	c.add("id = ?", identificationOf(reference))
	c.add("record <> ?", "guarantee")
	key, err := p.cursor(3)
	if err != nil {
		return nil, err
	}
	if key != nil {
		place := make([]any, len(key))
		for i := range key {
			if place[i], err = strconv.ParseInt(key[i], 10, 64); err != nil {
				return nil, ErrCursor
			}
		}
		c.add("(block, tx, item) > (?, ?, ?)", place...)
	}
	c.args = append(c.args, p.limit()+1)
	rows, err := list(ctx, m.db, "SELECT block, tx, item, transaction_id, at, record, seq, step, from_state, to_state, custodian, msp, office "+
		"FROM ledger_event"+c.where()+fmt.Sprintf(" ORDER BY block, tx, item LIMIT $%d", len(c.args)), c.args,
		func(scan func(...any) error, e *Moment) error {
			if err := scan(&e.Block, &e.tx, &e.item, &e.TransactionID, &e.At, &e.Record, &e.Seq, &e.Step, &e.From, &e.To,
				&e.Custodian, &e.By, &e.Office); err != nil {
				return err
			}
			if e.Record != "movement" {
				e.Seq = 0
			}
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("couldn't read the timeline of %s: %w", reference, err)
	}
	return cut(rows, p.limit(), func(e *Moment) []string {
		return []string{strconv.FormatUint(e.Block, 10), strconv.Itoa(e.tx), strconv.Itoa(e.item)}
	}), nil
}

// Overdue is a movement whose goods should have arrived.
type Overdue struct {
	Movement Summary `json:"movement"`
	// Days since the last day on which the goods had to be presented.
	Days int `json:"days"`
}

// Late asks for overdue movements.
type Late struct {
	// Day (YYYY-MM-DD) as of which movements are overdue: their limit lies before it.
	Day string
	// Departure keeps those of one office of departure, which has to enquire.
	Departure string
	Paging
}

// Overdue lists movements that are under way after their time limit, the longest overdue first.
func (m *Model) Overdue(ctx context.Context, l Late) (*Page[Overdue], error) {
	return m.overdue(ctx, l, bound{})
}

func (m *Model) overdue(ctx context.Context, l Late, within bound) (*Page[Overdue], error) {
	var c conditions
	c.within(within)
	c.add("m.state = 'released' AND m.time_limit <> '' AND m.time_limit < ?", l.Day)
	if l.Departure != "" {
		c.add("m.departure = ?", l.Departure)
	}
	key, err := l.cursor(2)
	if err != nil {
		return nil, err
	}
	if key != nil {
		c.add("(m.time_limit, m.id) > (?, ?)", key[0], key[1])
	}
	c.args = append(c.args, l.limit()+1)
	rows, err := list(ctx, m.db, "SELECT "+summaryColumns+" FROM ledger_movement m"+c.where()+
		fmt.Sprintf(" ORDER BY m.time_limit, m.id LIMIT $%d", len(c.args)), c.args,
		func(scan func(...any) error, o *Overdue) error {
			if err := scan(o.Movement.fields()...); err != nil {
				return err
			}
			o.Days = int(seconds(o.Movement.TimeLimit+"T00:00:00Z", l.Day+"T00:00:00Z") / (24 * 60 * 60))
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("couldn't read overdue movements: %w", err)
	}
	return cut(rows, l.limit(), func(o *Overdue) []string { return []string{o.Movement.TimeLimit, o.Movement.ID} }), nil
}
