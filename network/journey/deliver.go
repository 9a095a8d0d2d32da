package journey

import (
	"context"
	"fmt"
	"time"

	"carec.example/cats/chaincode/transit"
)

// patience is how long the departure country's courier may take before the journey carries the content itself.
const patience = 10 * time.Second

// deliver waits until every country of the itinerary holds the content. The courier of the
// departure country does it by itself after release; where none runs, an officer does.
func (t *travel) deliver(ctx context.Context) error {
	start := time.Now()
	officer, err := t.officer(t.report.Movement.Departure)
	if err != nil {
		return err
	}
	c, err := t.as(ctx, officer)
	if err != nil {
		return err
	}
	by := "the courier of the country of departure"
	missing, err := t.undelivered(ctx, officer)
	if err != nil {
		return err
	}
	_ = poll(ctx, patience, func() (bool, error) { // The time being over is no error here.
		missing, err = t.undelivered(ctx, officer)
		return len(missing) == 0, err
	})
	if err != nil {
		return err
	}
	for _, d := range missing {
		by = officer
		if _, _, err := c.Movements().Deliver(ctx, t.report.Movement.Reference(), d.MSP); err != nil {
			return fmt.Errorf("delivering the content to %s: %w", d.MSP, err)
		}
	}
	t.tell.note("%s has delivered the content to every country of the itinerary, and to nobody else (%d ms)", by, time.Since(start).Milliseconds())
	return nil
}

func (t *travel) undelivered(ctx context.Context, officer string) ([]transit.Delivery, error) {
	c, err := t.as(ctx, officer)
	if err != nil {
		return nil, err
	}
	view, err := c.Movements().Get(ctx, t.report.Movement.Reference())
	if err != nil {
		return nil, err
	}
	var missing []transit.Delivery
	for _, d := range view.Deliveries {
		if !d.Delivered {
			missing = append(missing, d)
		}
	}
	return missing, nil
}
