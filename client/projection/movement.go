package projection

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
)

// movement writes the rows of a movement's new version.
func (w *writer) movement(ctx context.Context, id string, n int64, c *changed) error {
	was, err := w.standing(ctx, id)
	if err != nil {
		return err
	}
	if c.declared != nil {
		if err := w.put(ctx, "ledger_movement", 1, declaredRow(id, c.declared), column{"n", n}); err != nil {
			return err
		}
	}
	if c.course == nil {
		return nil // a grant, an attachment: nothing that a step looks at
	}
	if err := w.put(ctx, "ledger_movement", 1, courseRow(id, c.course), column{"n", n}); err != nil {
		return err
	}
	m := &transit.Movement{Course: *c.course}
	switch {
	case c.declared != nil:
		m.Declared = *c.declared
	case was != nil:
		m.Declared = was.declared
	}
	w.moved(was, &standing{
		state: m.State, released: m.ReleasedAt, arrived: m.ArrivedAt, limit: m.TimeLimit, departure: m.Departure, destination: m.Destination,
	})
	for _, write := range []func(context.Context, *transit.Movement) error{
		w.legs, w.crossings, w.usages, w.claims, w.incidents, w.tasks,
	} {
		if err := write(ctx, m); err != nil {
			return err
		}
	}
	return w.wantOwn(ctx, m, c.declared != nil)
}

func declaredRow(id string, d *transit.Declared) []column {
	return []column{
		{"id", id}, {"version", d.Version}, {"lrn", d.LRN}, {"declarant_msp", d.Declarant.MSP}, {"declarant", d.Declarant.Operator},
		{"declaration_type", d.DeclarationType}, {"additional_type", d.AdditionalType}, {"security", d.Security},
		{"departure", d.Departure}, {"guarantors", strings.Join(d.Guarantors, " ")}, {"lodged_at", d.LodgedAt},
	}
}

func courseRow(id string, c *transit.Course) []column {
	control, handOff, enquiry, recovery := or(c.Control), or(c.HandOff), or(c.Enquiry), or(c.Recovery)
	return []column{
		{"id", id}, {"mrn", c.MRN}, {"state", string(c.State)}, {"custodian", c.Custodian}, {"seq", c.Seq}, {"at", c.At},
		{"holder", c.Holder}, {"destination", c.Destination}, {"time_limit", c.TimeLimit}, {"presented_at", c.PresentedAt},
		{"accepted_at", c.AcceptedAt}, {"released_at", c.ReleasedAt}, {"arrived_at", c.ArrivedAt}, {"ended_at", c.EndedAt},
		{"results", c.Results}, {"reason", c.Reason},
		{"control_types", strings.Join(control.Types, " ")}, {"control_result", control.Result},
		{"hand_off_office", handOff.Office}, {"hand_off_at", handOff.ProposedAt}, {"enquiry_at", enquiry.StartedAt},
		{"recovery_office", recovery.Office}, {"recovery_at", recovery.StartedAt}, {"fallback_on", or(c.Fallback).StartedOn},
	}
}

// or is what a pointer points to, the zero value when it points to nothing.
func or[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// rest deletes the rows of a list from a number on: a diversion may shorten the itinerary, a new content the guarantees.
func (w *writer) rest(ctx context.Context, table, number, movement string, from int) error {
	return w.run(ctx, "DELETE FROM "+table+" WHERE movement = $1 AND "+number+" >= $2", movement, from)
}

func (w *writer) legs(ctx context.Context, m *transit.Movement) error {
	for i, l := range m.Legs {
		if err := w.put(ctx, "ledger_leg", 2, []column{
			{"movement", m.ID}, {"leg", i}, {"country", l.Country}, {"msp", l.MSP}, {"entry_office", l.EntryOffice},
			{"actual_office", l.ActualOffice}, {"state", string(l.State)}, {"started_at", l.StartedAt}, {"ended_at", l.EndedAt},
		}); err != nil {
			return err
		}
	}
	return w.rest(ctx, "ledger_leg", "leg", m.ID, len(m.Legs))
}

// crossings keeps when a hand-off was proposed, which the record forgets once it is accepted.
func (w *writer) crossings(ctx context.Context, m *transit.Movement) error {
	if h := m.HandOff; h != nil && h.Leg > 0 && h.Leg < len(m.Legs) {
		return w.put(ctx, "ledger_crossing", 2, []column{
			{"movement", m.ID}, {"leg", h.Leg}, {"from_country", m.Legs[h.Leg-1].Country}, {"to_country", m.Legs[h.Leg].Country},
			{"office", h.Office}, {"proposed_at", h.ProposedAt}, {"accepted_at", ""}, {"seconds", 0},
		})
	}
	for i, l := range m.Legs {
		// The leg that was started by this very step, if any was.
		if i == 0 || l.StartedAt != m.At {
			continue
		}
		var proposed string
		err := w.get(ctx, "SELECT proposed_at FROM ledger_crossing WHERE movement = $1 AND leg = $2 AND accepted_at = ''", []any{m.ID, i}, &proposed)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		took := seconds(proposed, l.StartedAt)
		w.crossed(m.Legs[i-1].Country, l.Country, l.StartedAt, took)
		if err := w.run(ctx, "UPDATE ledger_crossing SET accepted_at = $1, seconds = $2, office = $3 WHERE movement = $4 AND leg = $5",
			l.StartedAt, took, l.ActualOffice, m.ID, i); err != nil {
			return err
		}
	}
	return nil
}

// seconds is the time between two stamps; 0 when they are none.
func seconds(from, to string) int64 {
	a, err := time.Parse(time.RFC3339, from)
	if err != nil {
		return 0
	}
	b, err := time.Parse(time.RFC3339, to)
	if err != nil {
		return 0
	}
	return int64(b.Sub(a) / time.Second)
}

func (w *writer) usages(ctx context.Context, m *transit.Movement) error {
	for i, u := range m.Guarantees {
		if err := w.put(ctx, "ledger_usage", 2, []column{
			{"movement", m.ID}, {"item", i}, {"grn", u.GRN}, {"type", u.Type}, {"amount", u.Amount.Minor},
			{"currency", u.Amount.Currency}, {"state", string(u.State)}, {"claimed", u.Claimed.Minor},
		}); err != nil {
			return err
		}
	}
	return w.rest(ctx, "ledger_usage", "item", m.ID, len(m.Guarantees))
}

func (w *writer) incidents(ctx context.Context, m *transit.Movement) error {
	for i, e := range m.Incidents {
		if err := w.put(ctx, "ledger_incident", 2, []column{
			{"movement", m.ID}, {"item", i}, {"code", e.Code}, {"office", e.Office}, {"country", e.Country}, {"at", e.At},
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) tasks(ctx context.Context, m *transit.Movement) error {
	if err := w.run(ctx, "DELETE FROM ledger_task WHERE movement = $1", m.ID); err != nil {
		return err
	}
	for _, t := range tasksOf(m) {
		if err := w.put(ctx, "ledger_task", 3, []column{
			{"movement", m.ID}, {"kind", string(t.kind)}, {"who", t.who}, {"since", t.since}, {"due", t.due},
		}); err != nil {
			return err
		}
	}
	return nil
}
