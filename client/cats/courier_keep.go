package cats

import (
	"cmp"
	"context"
	"slices"
)

// changed has the state kept soon. c.mu is held, or nothing else runs.
func (c *Courier) changed() {
	select {
	case c.unsaved <- struct{}{}:
	default:
	}
}

// done forgets a delivery.
func (c *Courier) done(p Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, p)
	c.changed()
}

// keepSaving writes the state to the store whenever it has changed. Changes that come while a checkpoint is forced to the disk are in
// the next one together. A store that fails stops the courier: going on would do more and more that a restart repeats.
func (c *Courier) keepSaving(ctx context.Context, stop context.CancelCauseFunc) error {
	for {
		select {
		case <-c.unsaved:
			if err := c.store.Save(c.checkpoint()); err != nil {
				stop(err)
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// save writes what the store does not have yet, when nothing runs any more.
func (c *Courier) save() error {
	select {
	case <-c.unsaved:
		return c.store.Save(c.checkpoint())
	default:
		return nil
	}
}

// checkpoint is the state of one moment.
func (c *Courier) checkpoint() Checkpoint {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := Checkpoint{Position: c.at, Pending: make([]Pending, 0, len(c.pending))}
	for p := range c.pending {
		state.Pending = append(state.Pending, p)
	}
	slices.SortFunc(state.Pending, func(a, b Pending) int {
		return cmp.Or(cmp.Compare(a.Movement, b.Movement), cmp.Compare(a.To, b.To), cmp.Compare(a.Annex, b.Annex))
	})
	return state
}
