package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
)

// Happening is the data of one event: what a transaction did to records that concern the caller.
type Happening struct {
	BlockNumber   uint64              `json:"blockNumber"`
	TransactionID string              `json:"transactionId"`
	Steps         []transit.EventStep `json:"steps"`
}

// eventStream is the media type of server-sent events.
const eventStream = "text/event-stream"

const (
	// heartbeat is how often a quiet stream shows that it lives, and how far it has come.
	heartbeat = 15 * time.Second
	// slowest is how long a reader may take to take in one event.
	slowest = 20 * time.Second
	// ahead is how many events wait for a reader; the ledger's own stream waits then.
	ahead = 16
)

// events serves the stream of what happens to the caller's records. Each reader has a stream of its own from the peer,
// from the position that it names, so that nothing is left out and nothing comes twice however often it comes back. A reader
// that is too slow is let go of; it resumes with Last-Event-ID.
func (g *Gateway) events(w http.ResponseWriter, r *http.Request) {
	caller, _ := access.From(r.Context())
	if r.Method == http.MethodHead {
		// A stream to a reader that takes in nothing would have no end.
		w.Header().Set("Content-Type", eventStream)
		return
	}
	select {
	case g.streams <- struct{}{}:
		defer func() { <-g.streams }()
	default:
		p := problem(codeTooMany, "The gateway has no place for another reader of events now.")
		p.retryAfter = 10 * time.Second
		p.write(w, requestID(r.Context()))
		return
	}
	g.metrics.streams.Inc()
	defer g.metrics.streams.Dec()
	l, give, err := g.lend(r.Context(), caller)
	if err != nil {
		failed(err).write(w, requestID(r.Context()))
		return
	}
	defer give()
	at, err := startOf(r, l.Node)
	if err != nil {
		failed(err).write(w, requestID(r.Context()))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(g.hungUp, cancel)
	defer stop()
	s := &stream{w: w, control: http.NewResponseController(w), at: at, concern: newConcern(l, caller)}
	if err := s.run(ctx, l.Node); errors.Is(err, errSlow) {
		g.metrics.dropped.Inc()
	}
}

// startOf is where the reader wants to begin: behind its last event, at the block that it names, or now.
func startOf(r *http.Request, n Node) (cats.Position, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("lastEventId")
	}
	if last != "" {
		return parsePosition(last)
	}
	height, err := n.Height(r.Context())
	if err != nil {
		return cats.Position{}, err
	}
	from := r.URL.Query().Get("from")
	if from == "" {
		return cats.Position{Block: height}, nil
	}
	block, err := strconv.ParseUint(from, 10, 63)
	if err != nil || block > height {
		return cats.Position{}, transit.Faultf(transit.MalformedRequest, "the block is a number up to %d", height).At("/from")
	}
	return cats.Position{Block: block}, nil
}

// eventID writes a position as the id of an event.
func eventID(at cats.Position) string { return fmt.Sprintf("%d.%s", at.Block, at.TransactionID) }

func parsePosition(id string) (cats.Position, error) {
	number, transaction, found := strings.Cut(id, ".")
	block, err := strconv.ParseUint(number, 10, 63)
	if err != nil || !found || strings.Trim(transaction, "0123456789abcdef") != "" || len(transaction) > 64 {
		return cats.Position{}, problem(codeCursor, "Last-Event-ID is no id of an event of this stream; begin anew without it.")
	}
	return cats.Position{Block: block, TransactionID: transaction}, nil
}

// errSlow says that a reader did not take an event in.
var errSlow = errors.New("the reader is too slow")

// stream writes events to one reader.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	// at is behind the last event that was looked at, whether it was of concern or not.
	at      cats.Position
	concern *concern
}

// follows is one event, or how the following has ended.
type follows struct {
	event *cats.Event
	err   error
}

func (s *stream) run(ctx context.Context, n Node) error {
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	s.w.Header().Set("Content-Type", eventStream)
	s.w.WriteHeader(http.StatusOK)
	if err := s.send([]byte("retry: 3000\n\n")); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	come := follow(ctx, n, s.at)
	// The follower ends with the context; it must not outlive the client that is lent to this request.
	defer func() {
		cancel()
		for range come { // until its end
		}
	}()
	return s.pass(ctx, come)
}

// follow has the events come on a channel, which is closed when the context or the stream has ended.
func follow(ctx context.Context, n Node, at cats.Position) <-chan follows {
	come := make(chan follows, ahead)
	go func() {
		defer close(come)
		for event, err := range n.EventsAfter(ctx, at) {
			select {
			case come <- follows{event, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return come
}

// pass tells the reader what comes, and in between that the stream lives.
func (s *stream) pass(ctx context.Context, come <-chan follows) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case f, open := <-come:
			if !open || f.err != nil {
				return f.err
			}
			err = s.tell(ctx, f.event)
		case <-beat.C:
			// An id without data moves the reader's position and dispatches nothing.
			err = s.send([]byte("id: " + eventID(s.at) + "\n\n"))
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// tell sends what concerns the caller of an event.
func (s *stream) tell(ctx context.Context, e *cats.Event) error {
	steps, err := s.concern.of(ctx, e.Payload.Steps)
	if err != nil {
		return err // The reader comes back and gets it then.
	}
	s.at = e.After()
	if len(steps) == 0 {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %s\nevent: %s\ndata: ", eventID(s.at), steps[0].Record)
	b.Write(bytes.TrimRight(encode(Happening{BlockNumber: e.BlockNumber, TransactionID: e.TransactionID, Steps: steps}), "\n"))
	b.WriteString("\n\n")
	return s.send(b.Bytes())
}

func (s *stream) send(b []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(slowest)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write(b); err != nil {
		return errSlow
	}
	if err := s.control.Flush(); err != nil {
		return errSlow
	}
	return nil
}

// concern tells whose business a record is. What it has found out it remembers until a step changes it.
type concern struct {
	ledger *Ledger
	caller access.Caller
	msp    string
	known  map[string]bool
}

// remembered bounds what a stream remembers of records; beyond, it asks again.
const remembered = 10_000

func newConcern(l *Ledger, c access.Caller) *concern {
	return &concern{ledger: l, caller: c, msp: l.Node.MSP(), known: map[string]bool{}}
}

// of leaves the steps that concern the caller: analysts everything, officers and others of a customs authority the movements of
// its territory, traders those that they declared or hold, guarantors those behind which they stand; guarantees likewise; the
// registry everybody.
func (c *concern) of(ctx context.Context, steps []transit.EventStep) ([]transit.EventStep, error) {
	var out []transit.EventStep
	for _, s := range steps {
		mine, err := c.step(ctx, s)
		if err != nil {
			return nil, err
		}
		if mine {
			out = append(out, s)
		}
	}
	return out, nil
}

func (c *concern) step(ctx context.Context, s transit.EventStep) (bool, error) {
	if s.Record == "registry" || c.caller.Role == transit.RoleAnalyst {
		return true, nil
	}
	key := s.Record
	if key != "guarantee" {
		key = "movement"
	}
	key += " " + s.ID
	if moved(transit.Step(s.Step)) || len(c.known) >= remembered {
		delete(c.known, key)
	}
	if mine, known := c.known[key]; known {
		return mine, nil
	}
	mine, err := c.record(ctx, s)
	if err == nil && len(c.known) < remembered {
		c.known[key] = mine
	}
	return mine, err
}

// moved reports whether a step can make a record somebody else's business.
func moved(s transit.Step) bool {
	return slices.Contains([]transit.Step{
		transit.StepLodge, transit.StepAmend, transit.StepGrantDiversion, transit.StepProposeTransfer, transit.StepAcceptTransfer,
		transit.StepNotifyArrival,
	}, s)
}

func (c *concern) record(ctx context.Context, s transit.EventStep) (bool, error) {
	var mine bool
	var err error
	if s.Record == "guarantee" {
		var view *transit.GuaranteeView
		if view, err = c.ledger.Guarantees.Get(ctx, s.ID); err == nil {
			mine = c.guarantee(&view.Guarantee.Terms)
		}
	} else {
		var view *transit.MovementView
		if view, err = c.ledger.Movements.Get(ctx, s.ID); err == nil {
			mine = c.movement(view.Movement)
		}
	}
	var fault *transit.Fault
	if errors.As(err, &fault) && (fault.Code == transit.NotFound || fault.Code == transit.NotAuthorised) {
		return false, nil // such as the purge of what was never lodged, or what the ledger does not show to the caller
	}
	return mine, err
}

func (c *concern) movement(m *transit.Movement) bool {
	if c.caller.Role == transit.RoleTrader {
		own := c.caller.Operator
		return m.Declarant == transit.Declarant{MSP: c.msp, Operator: own} || m.Holder == own ||
			m.Transfer != nil && m.Transfer.To == own || m.Arrival != nil && m.Arrival.Trader.Operator == own
	}
	return m.Concerns(c.msp) || slices.Contains(m.Guarantors, c.msp)
}

func (c *concern) guarantee(t *transit.Terms) bool {
	if c.caller.Role == transit.RoleTrader {
		return t.Holder == c.caller.Operator || slices.Contains(t.Representatives, c.caller.Operator)
	}
	country := transit.GRN(t.GRN).Country()
	return t.Guarantor == c.msp || c.caller.Office != "" && transit.OfficeCountry(c.caller.Office) == country
}
