package cats

import (
	"context"
	"errors"
	"slices"
)

// errands are the movements to be looked at, first come, first served, each at most once at a time.
type errands struct {
	waiting []string
	known   map[string]errand
	// walking are those who go through them.
	walking int
}

// errand is where a movement's errand stands.
type errand int

const (
	none errand = iota
	waits
	underWay
	// onceMore: something has happened to the movement since the errand under way looked at it.
	onceMore
)

func newErrands() errands { return errands{known: map[string]errand{}} }

// take makes an errand of a movement, unless there is one that has yet to look at it. c.mu is held.
func (c *Courier) take(ctx context.Context, movement string) {
	e := &c.errands
	switch e.known[movement] {
	case none:
		e.known[movement] = waits
		e.waiting = append(e.waiting, movement)
	case underWay:
		e.known[movement] = onceMore
	case waits, onceMore:
		return
	}
	c.pending[Pending{Movement: movement}] = true
	c.changed()
	if e.walking < c.workers {
		e.walking++
		c.running.Go(func() { c.walk(ctx) })
	}
}

// walk goes on errands while there are any.
func (c *Courier) walk(ctx context.Context) {
	for {
		movement, ok := c.nextErrand(ctx)
		if !ok {
			return
		}
		c.run(ctx, movement)
		c.endErrand(movement)
	}
}

func (c *Courier) nextErrand(ctx context.Context) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &c.errands
	if len(e.waiting) == 0 || ctx.Err() != nil {
		e.walking--
		return "", false
	}
	movement := e.waiting[0]
	e.waiting = e.waiting[1:]
	e.known[movement] = underWay
	return movement, true
}

func (c *Courier) endErrand(movement string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &c.errands
	if e.known[movement] == onceMore {
		e.known[movement] = waits
		e.waiting = append(e.waiting, movement)
		return
	}
	delete(e.known, movement)
}

// run goes on one errand: it looks, and brings what is due, or puts it off. What the end of the context cuts off stays pending.
func (c *Courier) run(ctx context.Context, movement string) {
	view, due, err := c.look(ctx, movement)
	if err != nil {
		return
	}
	l := &load{view: view}
	for _, p := range c.looked(movement, due) {
		d := c.destination(p.To)
		if !c.enter(ctx, d) {
			c.putOff(ctx, d, &postponed{Pending: p})
			continue
		}
		err := c.carry(ctx, l, p)
		d.leave()
		c.settle(ctx, d, &postponed{Pending: p}, err)
	}
}

// looked notes what an errand has found due in the place of the movement, and returns what is not being tried already.
func (c *Courier) looked(movement string, due []Pending) []Pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errands.known[movement] != onceMore {
		delete(c.pending, Pending{Movement: movement})
	}
	due = slices.DeleteFunc(due, func(p Pending) bool { return c.pending[p] })
	for _, p := range due {
		c.pending[p] = true
	}
	c.changed()
	return due
}

// carry makes one try of a delivery. A commit is proof: the own peer has it on its ledger.
func (c *Courier) carry(ctx context.Context, l *load, p Pending) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	var receipt Receipt
	var err error
	if p.Annex != "" {
		receipt, err = c.ledger.deliverAnnex(ctx, p.Movement, p.Annex, p.To)
	} else {
		receipt, err = c.ledger.deliver(ctx, l, p.To)
	}
	if err == nil {
		c.log.Info("delivered", "movement", p.Movement, "to", p.To, "annex", p.Annex, "transaction", receipt.TransactionID,
			"block", receipt.BlockNumber, "milliseconds", receipt.Latency.Milliseconds())
	}
	return err
}

// settle notes how a try has ended: done, or put off until the destination or the delivery may be tried again.
func (c *Courier) settle(ctx context.Context, d *destination, p *postponed, err error) {
	if err == nil {
		c.answered(d)
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.pending, p.Pending)
		c.changed()
		return
	}
	if ctx.Err() != nil {
		return
	}
	if unanswered(err) {
		c.failed(d)
	} else {
		p.rest(c.backOff)
	}
	p.attempts++
	c.log.Warn("not delivered yet", "movement", p.Movement, "to", p.To, "attempt", p.attempts, "error", text(err))
	c.putOff(ctx, d, p)
}

// unanswered reports whether a failure says that the destination does not answer. Any other is about the one delivery.
func unanswered(err error) bool {
	var failed *Error
	if !errors.As(err, &failed) {
		return true
	}
	return failed.Class == Unavailable || failed.Class == UnknownOutcome || failed.Class == Canceled
}

func text(err error) string {
	if err == nil {
		return ""
	}
	var failed *Error
	if errors.As(err, &failed) && failed.Fault == nil {
		return string(failed.Class) + ": " + failed.Cause()
	}
	return firstLine(err.Error())
}
