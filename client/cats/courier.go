package cats

import (
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
// It follows the events of the ledger from a checkpoint. Each movement that an event
// bears on becomes an errand: the courier looks what is missing where, reads the content
// once, and brings it in the order of the itinerary, so that the country that the goods
// reach first is served first. Several errands are under way at once.
//
// A country that does not answer holds up nobody else. When a delivery to it fails, or
// no place at it becomes free in time, errands go on without it: what they have for it is
// put off. One delivery at a time then tries, after a wait that grows, whether the
// country is back, and when one has got through, the others follow. Release never waits
// for any of this.
//
// # What is kept
//
// The checkpoint holds the position in the events together with the movements and
// deliveries that are not done, both of one moment, so that nothing is forgotten over a
// crash: an event whose errand is not in the checkpoint lies behind the position that is,
// and is read again. Nothing waits for the checkpoint to be written. What was done since
// the last one is looked at again and found done; a delivery made twice, because the crash
// fell between its commit and the look, does no harm: the receiving peer checks it
// against the digests on the record. At every start all movements are looked through as
// well, for what was released before the courier knew the ledger or while its state was
// lost.
type Courier struct {
	ledger courierLedger
	store  Store
	log    *slog.Logger
	// workers bound the errands under way, places the deliveries in flight to one country.
	workers, places int
	backOff         Retries
	// patience bounds one try, crowding the wait for a place at a country.
	patience, crowding time.Duration

	running sync.WaitGroup
	// unsaved has a token while something changed that the store does not have.
	unsaved chan struct{}

	mu           sync.Mutex
	at           Position
	pending      map[Pending]bool
	errands      errands
	destinations map[string]*destination
}

// courierLedger is what a courier needs of a client.
type courierLedger interface {
	MSP() string
	EventsAfter(ctx context.Context, at Position) iter.Seq2[*Event, error]
	get(ctx context.Context, movement string) (*transit.MovementView, error)
	list(ctx context.Context) iter.Seq2[*transit.Movement, error]
	deliver(ctx context.Context, l *load, to string) (Receipt, error)
	deliverAnnex(ctx context.Context, movement, digest, to string) (Receipt, error)
}

func (c *Client) get(ctx context.Context, movement string) (*transit.MovementView, error) {
	return c.Movements().Get(ctx, movement)
}

func (c *Client) list(ctx context.Context) iter.Seq2[*transit.Movement, error] {
	return c.Movements().List(ctx)
}

func (c *Client) deliver(ctx context.Context, l *load, to string) (Receipt, error) {
	_, receipt, err := c.Movements().bring(ctx, l, to)
	return receipt, err
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
		ledger: ledger, store: store, log: slog.New(slog.DiscardHandler), workers: 32, places: 12,
		backOff: Retries{Base: time.Second, Cap: time.Minute}, patience: 20 * time.Second, crowding: 2 * time.Second,
		unsaved: make(chan struct{}, 1),
		pending: map[Pending]bool{}, errands: newErrands(), destinations: map[string]*destination{},
	}
	for _, o := range opts {
		o(c)
	}
	return c
}

// Run works until the context ends, and then returns nil. It returns an error when
// its state cannot be kept or the ledger refuses it, which only an operator can change.
// A courier runs once.
func (c *Courier) Run(ctx context.Context) error {
	kept, err := c.store.Load()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	saved := make(chan error, 1)
	go func() { saved <- c.keepSaving(ctx, stop) }()
	c.mu.Lock()
	c.at = kept.Position
	for _, p := range kept.Pending {
		c.take(ctx, p.Movement)
	}
	c.mu.Unlock()
	c.log.Info("courier started", "organisation", c.ledger.MSP(), "block", kept.Position.Block, "pending", len(kept.Pending))
	c.running.Go(func() { c.lookThrough(ctx) })
	err = c.follow(ctx)
	stop(nil)
	c.running.Wait()
	if failed := <-saved; failed != nil {
		err = errors.Join(err, failed)
	} else {
		err = errors.Join(err, c.save())
	}
	c.log.Info("courier stopped", "organisation", c.ledger.MSP())
	return err
}

// follow takes in the events, one after the other.
func (c *Courier) follow(ctx context.Context) error {
	for event, err := range c.ledger.EventsAfter(ctx, c.position()) {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		c.takeIn(ctx, event)
	}
	return nil
}

func (c *Courier) position() Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// takeIn makes errands of an event. Position and errands change together, so that no checkpoint has the one without the other.
func (c *Courier) takeIn(ctx context.Context, event *Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = event.After()
	for _, step := range event.Payload.Steps {
		if bearsOnDelivery(step) || bringsAnnex(step) {
			c.take(ctx, step.ID)
		}
	}
	if event.BlockNumber%saveEvery == 0 {
		c.changed()
	}
}

// saveEvery bounds how many blocks that bear on no delivery are read again after a crash.
const saveEvery = 64

// lookThrough looks at every movement for deliveries that are missing, again and
// again until the ledger has shown them all once.
func (c *Courier) lookThrough(ctx context.Context) {
	b := newBudget(c.backOff)
	for {
		looked, found, err := c.lookOnce(ctx)
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

func (c *Courier) lookOnce(ctx context.Context) (looked, found int, err error) {
	for m, err := range c.ledger.list(ctx) {
		if err != nil {
			return looked, found, err
		}
		looked++
		if !c.carries(m) && !hasAnnexOf(m, c.ledger.MSP()) {
			continue
		}
		_, due, err := c.look(ctx, m.ID)
		if err != nil {
			return looked, found, err
		}
		found += len(due)
		c.mu.Lock()
		if slices.ContainsFunc(due, func(p Pending) bool { return !c.pending[p] }) {
			c.take(ctx, m.ID)
		}
		c.mu.Unlock()
	}
	return looked, found, nil
}
