package cats

import (
	"context"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// What is due: which event bears on deliveries, and what the own country has yet to bring of a movement.

// bearsOnDelivery reports whether somebody may have to be brought something after the step: a release, a new content, a
// way through another country, a grant, or a file.
func bearsOnDelivery(s transit.EventStep) bool {
	switch s.Record {
	case "grant", "attachment":
		return s.Step != "Revoke"
	case "movement":
		released := s.To == transit.Released && s.From != transit.Released
		return released || s.Step == string(transit.StepAmend) || s.Step == string(transit.StepGrantDiversion)
	}
	return false
}

// look reads a movement and what is due of it, and asks until the ledger answers or the context ends.
func (c *Courier) look(ctx context.Context, movement string) (*transit.MovementView, []Pending, error) {
	b := newBudget(c.backOff)
	for {
		view, err := c.lookBriefly(ctx, movement)
		if err == nil {
			return view, c.due(view), nil
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		c.log.Warn("movement not readable", "movement", movement, "error", text(err))
		wait, _ := b.next(verdict{reason: unreachable})
		if err := sleep(ctx, wait); err != nil {
			return nil, nil, err
		}
	}
}

func (c *Courier) lookBriefly(ctx context.Context, movement string) (*transit.MovementView, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return c.ledger.get(ctx, movement)
}

// due lists what the own country has yet to deliver of a movement, its content and parts of it and the annexes of its own
// people's steps, in the order in which the goods reach those it goes to; grantees, whom they do not reach, come last.
func (c *Courier) due(view *transit.MovementView) []Pending {
	due := append(c.contentDue(view), annexesDue(view, c.ledger.MSP())...)
	place := func(p Pending) int {
		i := slices.IndexFunc(view.Movement.Legs, func(l transit.Leg) bool { return l.MSP == p.To })
		if i < 0 {
			return len(view.Movement.Legs)
		}
		return i
	}
	slices.SortStableFunc(due, func(a, b Pending) int { return place(a) - place(b) })
	return due
}

// contentDue lists those to whom the own country has yet to deliver the content or what they are granted of it.
func (c *Courier) contentDue(view *transit.MovementView) []Pending {
	m, own := view.Movement, c.ledger.MSP()
	if !c.carries(m) || slices.ContainsFunc(view.Deliveries, func(d transit.Delivery) bool { return d.MSP == own && !d.Delivered }) {
		return nil // What the own country has purged cannot be brought.
	}
	var due []Pending
	for _, to := range waiting(view) {
		if p := (Pending{Movement: m.ID, To: to}); to != own && !slices.Contains(due, p) {
			due = append(due, p)
		}
	}
	return due
}

// waiting lists the organisations that may hold something of the content and do not hold it yet.
func waiting(view *transit.MovementView) []string {
	var out []string
	for _, d := range view.Deliveries {
		if view.Movement.ReleasedAt != "" && !d.Delivered && d.State != transit.DeliveryPurged {
			out = append(out, d.MSP)
		}
	}
	for _, s := range view.Shared {
		if s.Live && len(s.Missing) > 0 {
			out = append(out, s.MSP)
		}
	}
	return out
}

// carries reports whether the movement's content is the own country's to carry, and shown to anybody else so far.
func (c *Courier) carries(m *transit.Movement) bool {
	return len(m.Legs) > 0 && m.Legs[0].MSP == c.ledger.MSP() && (m.ReleasedAt != "" || len(m.Grants) > 0)
}
