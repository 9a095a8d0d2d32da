package cats

import (
	"context"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// The annex of a step is its author's, so the courier of the author's country brings it to the other countries of the
// itinerary, also to those that a diversion adds later.

func (c *Client) deliverAnnex(ctx context.Context, movement, digest, to string) (Receipt, error) {
	_, receipt, err := c.Movements().DeliverAnnex(ctx, movement, digest, to)
	return receipt, err
}

// annexesDue lists the annexes of an organisation's people that other countries of the itinerary do not hold yet. What the
// organisation does not hold itself any more cannot be brought.
func annexesDue(view *transit.MovementView, own string) []Pending {
	var due []Pending
	for _, a := range view.Annexes {
		if a.MSP != own || !slices.Contains(a.Held, own) {
			continue
		}
		for _, to := range a.Missing {
			due = append(due, Pending{Movement: view.Movement.ID, To: to, Annex: a.Digest})
		}
	}
	return due
}

func hasAnnexOf(m *transit.Movement, msp string) bool {
	return slices.ContainsFunc(m.Annexes, func(a transit.Annex) bool { return a.MSP == msp })
}

// bringsAnnex reports whether there may be an annex to bring after the step: it can have one, or has led the goods elsewhere.
func bringsAnnex(step transit.EventStep) bool {
	return step.Record == "movement" && (step.Step == string(transit.StepGrantDiversion) ||
		slices.ContainsFunc(transit.Procedure(), func(t transit.Transition) bool { return string(t.Step) == step.Step && t.Annex != "" }))
}

// annexDeliveries counts the deliveries that a movement's annexes come to: each to every country of the itinerary but its author's.
func annexDeliveries(m *transit.Movement) int {
	n := 0
	for _, a := range m.Annexes {
		to := map[string]bool{}
		for _, l := range m.Legs {
			to[l.MSP] = l.MSP != a.MSP
		}
		for _, due := range to {
			if due {
				n++
			}
		}
	}
	return n
}
