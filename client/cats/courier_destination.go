package cats

import (
	"context"
	"slices"
	"time"
)

// destination is an organisation to which things are brought. Its fields but the channels belong to the courier's mutex.
type destination struct {
	// places bound the deliveries in flight to it.
	places chan struct{}
	// held: it has not answered, or not in time; errands go on without it until one delivery has got through.
	held bool
	// until is when it may be tried again; failures make the wait grow.
	until    time.Time
	failures *budget
	// later are the deliveries put off, in order; trying: somebody sees to them.
	later  []*postponed
	trying bool
	// news wakes who sees to them.
	news chan struct{}
}

// postponed is a delivery that waits for its next try.
type postponed struct {
	Pending
	attempts int
	// until is when it may be tried again: it failed by itself, not because its destination did not answer.
	until    time.Time
	failures *budget
}

// rest makes the delivery wait, the longer the more often it has failed by itself.
func (p *postponed) rest(limits Retries) {
	if p.failures == nil {
		p.failures = newBudget(limits)
	}
	wait, _ := p.failures.next(verdict{reason: unreachable})
	p.until = time.Now().Add(wait)
}

func (c *Courier) destination(msp string) *destination {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, known := c.destinations[msp]
	if !known {
		d = &destination{places: make(chan struct{}, c.places), failures: newBudget(c.backOff), news: make(chan struct{}, 1)}
		c.destinations[msp] = d
	}
	return d
}

func (d *destination) leave() { <-d.places }

// enter takes a place at a destination for an errand. It reports false when the destination is held, or is from now on,
// because no place became free in time: all are taken by deliveries that do not get through.
func (c *Courier) enter(ctx context.Context, d *destination) bool {
	if c.isHeld(d) {
		return false
	}
	wait := time.NewTimer(c.crowding)
	defer wait.Stop()
	select {
	case d.places <- struct{}{}:
		if !c.isHeld(d) {
			return true
		}
		d.leave()
		return false
	case <-wait.C:
		c.mu.Lock()
		d.held = true
		c.mu.Unlock()
	case <-ctx.Done():
	}
	return false
}

func (c *Courier) isHeld(d *destination) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return d.held
}

// answered: a delivery has got through, so that errands go there again, and what was put off follows.
func (c *Courier) answered(d *destination) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.held {
		d.held, d.until, d.failures = false, time.Time{}, newBudget(c.backOff)
		d.wake()
	}
}

// failed holds a destination for a while. Failures of deliveries that were in flight together count once.
func (c *Courier) failed(d *destination) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); !now.Before(d.until) {
		wait, _ := d.failures.next(verdict{reason: unreachable})
		d.held, d.until = true, now.Add(wait)
	}
}

// wake tells whoever sees to the postponed that things have changed.
func (d *destination) wake() {
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// putOff puts a delivery off. One goroutine for each destination sees to those.
func (c *Courier) putOff(ctx context.Context, d *destination, p *postponed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.later = append(d.later, p)
	if d.trying {
		d.wake()
		return
	}
	d.trying = true
	c.running.Go(func() { c.catchUp(ctx, d) })
}

// catchUp tries what was put off until nothing is left: one delivery at a time while the destination is held, as many as it has
// places otherwise.
func (c *Courier) catchUp(ctx context.Context, d *destination) {
	for {
		p, wait := c.nextPostponed(d)
		if p == nil && wait == 0 {
			return
		}
		if p == nil {
			if !d.sleep(ctx, wait) {
				return
			}
			continue
		}
		select {
		case d.places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if c.isHeld(d) {
			c.again(ctx, d, p)
			continue
		}
		c.running.Go(func() { c.again(ctx, d, p) })
	}
}

// sleep waits for a time or for news, and reports false when the context ends.
func (d *destination) sleep(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-d.news:
	case <-ctx.Done():
		return false
	}
	return true
}

// nextPostponed takes the first delivery that may be tried, or tells how long to wait for one; neither when there is none left.
func (c *Courier) nextPostponed(d *destination) (*postponed, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(d.later) == 0 {
		d.trying = false
		return nil, 0
	}
	now := time.Now()
	if d.until.After(now) {
		return nil, d.until.Sub(now)
	}
	if i := slices.IndexFunc(d.later, func(p *postponed) bool { return !p.until.After(now) }); i >= 0 {
		p := d.later[i]
		d.later = slices.Delete(d.later, i, i+1)
		return p, 0
	}
	first := slices.MinFunc(d.later, func(a, b *postponed) int { return a.until.Compare(b.until) })
	return nil, first.until.Sub(now)
}

// again tries a delivery that was put off, if it is still due, and gives the place back.
func (c *Courier) again(ctx context.Context, d *destination, p *postponed) {
	view, due, err := c.look(ctx, p.Movement)
	if err == nil && slices.Contains(due, p.Pending) {
		err = c.carry(ctx, &load{view: view}, p.Pending)
	} else if err == nil {
		c.done(p.Pending)
		d.leave()
		return
	}
	d.leave()
	c.settle(ctx, d, p, err)
}
