package cats

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Courier brings the content of the movements released in its own country to the
// further countries of their itineraries, what their declarants grant to the grantees,
// and the annexes of its own people's steps to the other countries.
//
// It follows the events of the ledger from a checkpoint. A release makes one
// delivery per further country, a grant one to the grantee; each is tried, with a growing back-off and on its
// own, until the ledger shows the content at that country. A country that is down
// holds up nothing but its own deliveries, and release never waits for any.
//
// The checkpoint holds the position in the events together with the deliveries not
// yet done, so that nothing is forgotten over a restart. At every start all
// movements are looked through as well, for what was released before the courier
// knew the ledger or while its state was lost. Doing a delivery twice does no harm:
// the receiving peer checks it against the digests on the record.
type Courier struct {
	ledger  courierLedger
	store   Store
	log     *slog.Logger
	workers int
	backOff Retries
	// patience bounds one try.
	patience time.Duration

	mu      sync.Mutex
	at      Position
	pending map[Pending]bool
	queues  map[string]*destination
}

// courierLedger is what a courier needs of a client.
type courierLedger interface {
	MSP() string
	EventsAfter(ctx context.Context, at Position) iter.Seq2[*Event, error]
	get(ctx context.Context, movement string) (*transit.MovementView, error)
	list(ctx context.Context) iter.Seq2[*transit.Movement, error]
	deliver(ctx context.Context, movement, to string) (Receipt, error)
	deliverAnnex(ctx context.Context, movement, digest, to string) (Receipt, error)
}

func (c *Client) get(ctx context.Context, movement string) (*transit.MovementView, error) {
	return c.Movements().Get(ctx, movement)
}

func (c *Client) list(ctx context.Context) iter.Seq2[*transit.Movement, error] {
	return c.Movements().List(ctx)
}

func (c *Client) deliver(ctx context.Context, movement, to string) (Receipt, error) {
	_, receipt, err := c.Movements().Deliver(ctx, movement, to)
	return receipt, err
}

// destination is the queue of one receiving country.
type destination struct {
	// places bound the deliveries in flight to it.
	places chan struct{}
}

// CourierOption configures a [Courier].
type CourierOption func(*Courier)

// WithLog tells the courier where to log; it logs references and states, never content.
func WithLog(log *slog.Logger) CourierOption { return func(c *Courier) { c.log = log } }

// WithBackOff sets the first and the longest wait between two tries of a delivery (1 s, 1 min).
func WithBackOff(base, most time.Duration) CourierOption {
	return func(c *Courier) { c.backOff.Base, c.backOff.Cap = base, most }
}

// NewCourier makes the courier of the client's organisation. The client's identity
// must have the role courier (or officer) of a customs authority.
func NewCourier(client *Client, store Store, opts ...CourierOption) *Courier {
	return newCourier(client, store, opts...)
}

func newCourier(ledger courierLedger, store Store, opts ...CourierOption) *Courier {
	c := &Courier{
		ledger: ledger, store: store, log: slog.New(slog.DiscardHandler), workers: 8,
		backOff: Retries{Base: time.Second, Cap: time.Minute}, patience: 20 * time.Second,
		pending: map[Pending]bool{}, queues: map[string]*destination{},
	}
	for _, o := range opts {
		o(c)
	}
	return c
}

// Run works until the context ends, and then returns nil. It returns an error when
// its state cannot be kept or the ledger refuses it, which only an operator can change.
func (c *Courier) Run(ctx context.Context) error {
	kept, err := c.store.Load()
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c.mu.Lock()
	c.at = kept.Position
	c.mu.Unlock()
	for _, p := range kept.Pending {
		c.take(ctx, &running, p)
	}
	c.log.Info("courier started", "organisation", c.ledger.MSP(), "block", kept.Position.Block, "pending", len(kept.Pending))
	running.Go(func() { c.lookThrough(ctx, &running) })
	err = c.follow(ctx, &running)
	c.log.Info("courier stopped", "organisation", c.ledger.MSP())
	return err
}

// follow takes in the events, one after the other.
func (c *Courier) follow(ctx context.Context, running *sync.WaitGroup) error {
	for event, err := range c.ledger.EventsAfter(ctx, c.position()) {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		// An event that the end of the context cuts off is taken in at the next start.
		if err := c.takeIn(ctx, running, event); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (c *Courier) position() Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// takeIn makes deliveries of an event. The new position is kept together with them
// or not at all: a crash in between repeats the event.
func (c *Courier) takeIn(ctx context.Context, running *sync.WaitGroup, event *Event) error {
	var found []Pending
	for _, step := range event.Payload.Steps {
		if !bearsOnDelivery(step) && !bringsAnnex(step) {
			continue
		}
		due, err := c.dueWithPatience(ctx, step.ID)
		if err != nil {
			return err
		}
		found = append(found, due...)
	}
	c.mu.Lock()
	c.at = event.After()
	for _, p := range found {
		c.start(ctx, running, p)
	}
	c.mu.Unlock()
	if len(found) > 0 {
		return c.keep()
	}
	return c.keepSometimes(event.BlockNumber)
}

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

// keepEvery bounds how many blocks without a release are read again after a restart.
const keepEvery = 64

func (c *Courier) keepSometimes(block uint64) error {
	if block%keepEvery != 0 {
		return nil
	}
	return c.keep()
}

// dueWithPatience asks until the ledger answers or the context ends.
func (c *Courier) dueWithPatience(ctx context.Context, movement string) ([]Pending, error) {
	b := newBudget(c.backOff)
	for {
		due, err := c.due(ctx, movement)
		if err == nil || ctx.Err() != nil {
			return due, ctx.Err()
		}
		c.log.Warn("movement not readable", "movement", movement, "error", text(err))
		wait, _ := b.next(verdict{reason: unreachable})
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// due lists what the own country has yet to deliver of a movement: its content and parts of it, and the annexes of its own
// people's steps.
func (c *Courier) due(ctx context.Context, movement string) ([]Pending, error) {
	view, err := c.ledger.get(ctx, movement)
	if err != nil {
		return nil, err
	}
	return append(c.contentDue(view), annexesDue(view, c.ledger.MSP())...), nil
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

// lookThrough looks at every movement for deliveries that are missing, again and
// again until the ledger has shown them all once.
func (c *Courier) lookThrough(ctx context.Context, running *sync.WaitGroup) {
	b := newBudget(c.backOff)
	for {
		looked, found, err := c.lookOnce(ctx, running)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			c.log.Info("movements looked through", "movements", looked, "missing", found)
			return
		}
		c.log.Warn("movements not looked through", "error", text(err))
		if wait, _ := b.next(verdict{reason: unreachable}); sleep(ctx, wait) != nil {
			return
		}
	}
}

func (c *Courier) lookOnce(ctx context.Context, running *sync.WaitGroup) (looked, found int, err error) {
	for m, err := range c.ledger.list(ctx) {
		if err != nil {
			return looked, found, err
		}
		looked++
		if !c.carries(m) && !hasAnnexOf(m, c.ledger.MSP()) {
			continue
		}
		due, err := c.dueWithPatience(ctx, m.ID)
		if err != nil {
			return looked, found, err
		}
		found += len(due)
		for _, p := range due {
			c.take(ctx, running, p)
		}
	}
	return looked, found, c.keep()
}

// take starts a delivery unless it is under way already.
func (c *Courier) take(ctx context.Context, running *sync.WaitGroup, p Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start(ctx, running, p)
}

// start is take with c.mu held.
func (c *Courier) start(ctx context.Context, running *sync.WaitGroup, p Pending) {
	if c.pending[p] {
		return
	}
	c.pending[p] = true
	to, known := c.queues[p.To]
	if !known {
		to = &destination{places: make(chan struct{}, c.workers)}
		c.queues[p.To] = to
	}
	running.Go(func() { c.bring(ctx, to, p) })
}

// bring tries a delivery until it is done. What is left when the context ends stays pending.
func (c *Courier) bring(ctx context.Context, to *destination, p Pending) {
	b := newBudget(c.backOff)
	for attempt := 1; ; attempt++ {
		done, err := c.try(ctx, to, p)
		if ctx.Err() != nil {
			return
		}
		if done {
			break
		}
		wait, _ := b.next(verdict{reason: unreachable})
		c.log.Warn("not delivered yet", "movement", p.Movement, "to", p.To, "attempt", attempt, "next", wait.String(), "error", text(err))
		if sleep(ctx, wait) != nil {
			return
		}
	}
	c.mu.Lock()
	delete(c.pending, p)
	c.mu.Unlock()
	if err := c.keep(); err != nil {
		// Harmless: at the next start the delivery is found done.
		c.log.Error("state not kept", "error", err)
	}
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

// try makes one delivery and looks whether the ledger shows it.
func (c *Courier) try(ctx context.Context, to *destination, p Pending) (bool, error) {
	select {
	case to.places <- struct{}{}:
		defer func() { <-to.places }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	due, err := c.due(ctx, p.Movement)
	if err != nil {
		return false, err
	}
	if !slices.Contains(due, p) {
		return true, nil
	}
	receipt, err := c.carry(ctx, p)
	if err != nil {
		return false, err
	}
	c.log.Info("delivered", "movement", p.Movement, "to", p.To, "annex", p.Annex, "transaction", receipt.TransactionID,
		"block", receipt.BlockNumber, "milliseconds", receipt.Latency.Milliseconds())
	due, err = c.due(ctx, p.Movement)
	if err == nil && slices.Contains(due, p) {
		err = errors.New("the ledger does not show the delivery yet")
	}
	return err == nil, err
}

// keep writes position and pending deliveries to the store.
func (c *Courier) keep() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := Checkpoint{Position: c.at, Pending: make([]Pending, 0, len(c.pending))}
	for p := range c.pending {
		state.Pending = append(state.Pending, p)
	}
	slices.SortFunc(state.Pending, func(a, b Pending) int {
		return cmp.Or(cmp.Compare(a.Movement, b.Movement), cmp.Compare(a.To, b.To), cmp.Compare(a.Annex, b.Annex))
	})
	return c.store.Save(state)
}
