package cats

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/stretchr/testify/require"
)

// route is a ledger with movements released in China for Kazakhstan and Kyrgyzstan.
type route struct {
	mu        sync.Mutex
	movements map[string]*transit.Movement
	delivered map[Pending]int
	down      map[string]bool
	hangs     map[string]chan struct{}
	bad       map[Pending]error
	tries     map[string]int
	inFlight  map[string]int
	most      map[string]int
	order     []Pending
	events    []*Event
	news      chan struct{}
	from      []Position
}

func newRoute() *route {
	return &route{
		movements: map[string]*transit.Movement{}, delivered: map[Pending]int{}, down: map[string]bool{}, news: make(chan struct{}),
		hangs: map[string]chan struct{}{}, bad: map[Pending]error{}, tries: map[string]int{}, inFlight: map[string]int{}, most: map[string]int{},
	}
}

// release adds a released movement of a country and, unless silent, its event.
func (r *route) release(id, msp string, silent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.movements[id] = &transit.Movement{Course: transit.Course{ID: id, State: transit.Released, ReleasedAt: "2026-11-24T06:00:00Z", Legs: []transit.Leg{
		{MSP: msp, Country: "CN"}, {MSP: "KZMSP", Country: "KZ"}, {MSP: "KGMSP", Country: "KG"},
	}}}
	if silent {
		return
	}
	r.events = append(r.events, &Event{BlockNumber: uint64(len(r.events) + 1), TransactionID: id, Payload: transit.EventPayload{
		Steps: []transit.EventStep{{Record: "movement", ID: id, From: transit.Accepted, To: transit.Released}},
	}})
	close(r.news)
	r.news = make(chan struct{})
}

func (r *route) set(down bool, msp string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down[msp] = down
}

func (r *route) count(id, to string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.delivered[Pending{Movement: id, To: to}]
}

func (r *route) MSP() string { return "CNMSP" }

func (r *route) EventsAfter(ctx context.Context, at Position) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		r.mu.Lock()
		r.from = append(r.from, at)
		next := int(at.Block)
		r.mu.Unlock()
		for {
			r.mu.Lock()
			news, events := r.news, slices.Clone(r.events)
			r.mu.Unlock()
			for ; next < len(events); next++ {
				if !yield(events[next], nil) {
					return
				}
			}
			select {
			case <-news:
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			}
		}
	}
}

func (r *route) get(_ context.Context, id string) (*transit.MovementView, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	view := &transit.MovementView{Movement: r.movements[id], Annexes: r.annexes(r.movements[id])}
	for i, l := range r.movements[id].Legs {
		view.Deliveries = append(view.Deliveries, transit.Delivery{MSP: l.MSP, Delivered: i == 0 || r.delivered[Pending{Movement: id, To: l.MSP}] > 0})
	}
	return view, nil
}

func (r *route) list(context.Context) iter.Seq2[*transit.Movement, error] {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*transit.Movement
	for _, m := range r.movements {
		all = append(all, m)
	}
	return func(yield func(*transit.Movement, error) bool) {
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (r *route) deliver(ctx context.Context, l *load, to string) (Receipt, error) {
	id := l.view.Movement.ID
	if err := r.tryTo(ctx, to); err != nil {
		return Receipt{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down[to] {
		return Receipt{}, errors.New("no peer of " + to)
	}
	if err := r.bad[Pending{Movement: id, To: to}]; err != nil {
		return Receipt{}, err
	}
	r.delivered[Pending{Movement: id, To: to}]++
	r.order = append(r.order, Pending{Movement: id, To: to})
	return Receipt{TransactionID: "tx"}, nil
}

// tryTo counts a try, and lasts as long as the country hangs.
func (r *route) tryTo(ctx context.Context, to string) error {
	r.mu.Lock()
	r.tries[to]++
	r.inFlight[to]++
	r.most[to] = max(r.most[to], r.inFlight[to])
	hangs := r.hangs[to]
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.inFlight[to]--
		r.mu.Unlock()
	}()
	if hangs == nil {
		return nil
	}
	select {
	case <-hangs:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *route) deliverAnnex(_ context.Context, id, digest, to string) (Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down[to] {
		return Receipt{}, errors.New("no peer of " + to)
	}
	r.delivered[Pending{Movement: id, To: to, Annex: digest}]++
	return Receipt{TransactionID: "tx"}, nil
}

// start runs a courier until the returned function is called.
func (r *route) start(t *testing.T, store Store, log *slog.Logger) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- newCourier(r, store, WithBackOff(time.Millisecond, 5*time.Millisecond), WithLog(log)).Run(ctx)
	}()
	return func() {
		cancel()
		require.NoError(t, <-done)
	}
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 3*time.Second, time.Millisecond)
}

func TestCourier(t *testing.T) {
	store := func(t *testing.T) *FileStore {
		t.Helper()
		s, err := NewFileStore(filepath.Join(t.TempDir(), "state", "courier.json"))
		require.NoError(t, err)
		return s
	}
	quiet := slog.New(slog.DiscardHandler)

	t.Run("Delivers each released movement once to each further country", func(t *testing.T) {
		r := newRoute()
		stop := r.start(t, store(t), quiet)
		r.release("CN1", "CNMSP", false)
		r.release("CN2", "CNMSP", false)
		eventually(t, func() bool { return r.count("CN1", "KGMSP") == 1 && r.count("CN2", "KZMSP") == 1 })
		stop()
		require.Equal(t, 1, r.count("CN1", "KZMSP"))
		require.Zero(t, r.count("CN1", "CNMSP"))
	})

	t.Run("Leaves movements of other countries of departure to their own couriers", func(t *testing.T) {
		r := newRoute()
		stop := r.start(t, store(t), quiet)
		r.release("KZ1", "KZMSP", false)
		r.release("CN1", "CNMSP", false)
		eventually(t, func() bool { return r.count("CN1", "KGMSP") == 1 })
		stop()
		require.Zero(t, r.count("KZ1", "KGMSP"))
	})

	t.Run("A country that is down holds up no other, and gets its own when it is back", func(t *testing.T) {
		r := newRoute()
		r.set(true, "KZMSP")
		stop := r.start(t, store(t), quiet)
		for _, id := range []string{"CN1", "CN2", "CN3"} {
			r.release(id, "CNMSP", false)
		}
		eventually(t, func() bool { return r.count("CN1", "KGMSP")+r.count("CN2", "KGMSP")+r.count("CN3", "KGMSP") == 3 })
		require.Zero(t, r.count("CN1", "KZMSP"))
		r.set(false, "KZMSP")
		eventually(t, func() bool { return r.count("CN1", "KZMSP")+r.count("CN2", "KZMSP")+r.count("CN3", "KZMSP") == 3 })
		stop()
	})

	t.Run("Goes on after a restart where it stopped, with what was pending", func(t *testing.T) {
		r, s := newRoute(), store(t)
		r.set(true, "KZMSP")
		stop := r.start(t, s, quiet)
		r.release("CN1", "CNMSP", false)
		var kept Checkpoint
		eventually(t, func() bool {
			var err error
			kept, err = s.Load()
			return err == nil && kept.Position == Position{Block: 1, TransactionID: "CN1"} && len(kept.Pending) == 1 && kept.Pending[0].To != ""
		})
		stop()
		require.Equal(t, []Pending{{Movement: "CN1", To: "KZMSP"}}, kept.Pending)
		require.Equal(t, 1, r.count("CN1", "KGMSP"))
		r.set(false, "KZMSP")
		stop = r.start(t, s, quiet)
		eventually(t, func() bool { return r.count("CN1", "KZMSP") == 1 })
		stop()
		require.Equal(t, 1, r.count("CN1", "KGMSP"))
		require.Equal(t, kept.Position, r.from[1])
	})

	t.Run("Finds at its start what was released while its state was lost", func(t *testing.T) {
		r := newRoute()
		r.release("CN1", "CNMSP", true)
		stop := r.start(t, store(t), quiet)
		eventually(t, func() bool { return r.count("CN1", "KZMSP") == 1 && r.count("CN1", "KGMSP") == 1 })
		stop()
	})

	t.Run("Logs JSON without content", func(t *testing.T) {
		var b lockedBuffer
		r := newRoute()
		stop := r.start(t, store(t), slog.New(slog.NewJSONHandler(&b, nil)))
		r.release("CN1", "CNMSP", false)
		eventually(t, func() bool { return r.count("CN1", "KZMSP") == 1 && r.count("CN1", "KGMSP") == 1 })
		stop()
		require.Contains(t, b.String(), `"msg":"delivered"`)
		require.Contains(t, b.String(), `"movement":"CN1"`)
	})

	t.Run("Stops with an error when its state is torn by somebody else", func(t *testing.T) {
		s := store(t)
		require.NoError(t, writeThrough(s.path, []byte("{")))
		require.ErrorContains(t, newCourier(newRoute(), s).Run(context.Background()), "checkpoint")
	})
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestFileStore(t *testing.T) {
	t.Run("Is empty before the first checkpoint, and keeps the last", func(t *testing.T) {
		s, err := NewFileStore(filepath.Join(t.TempDir(), "a", "b", "courier.json"))
		require.NoError(t, err)
		c, err := s.Load()
		require.NoError(t, err)
		require.Zero(t, c)
		for block := range uint64(3) {
			require.NoError(t, s.Save(Checkpoint{Position: Position{Block: block}, Pending: []Pending{{Movement: "M", To: "KZMSP"}}}))
		}
		c, err = s.Load()
		require.NoError(t, err)
		require.Equal(t, uint64(2), c.Position.Block)
	})

	t.Run("A new checkpoint that was cut off leaves the old one", func(t *testing.T) {
		s, err := NewFileStore(filepath.Join(t.TempDir(), "courier.json"))
		require.NoError(t, err)
		require.NoError(t, s.Save(Checkpoint{Position: Position{Block: 7}}))
		require.NoError(t, writeThrough(s.path+".next", []byte(`{"posi`)))
		c, err := s.Load()
		require.NoError(t, err)
		require.Equal(t, uint64(7), c.Position.Block)
	})
}

func TestTheCourierBringsTheAnnexesOfItsOwnPeople(t *testing.T) {
	r := newRoute()
	r.release("M1", "KZMSP", true) // another country's movement
	r.down["KGMSP"] = true
	file, err := NewFileStore(filepath.Join(t.TempDir(), "courier.json"))
	require.NoError(t, err)
	stop := r.start(t, file, slog.New(slog.DiscardHandler))
	own := transit.Annex{AnnexRef: transit.AnnexRef{Kind: transit.AnnexNote, Digest: "d1"}, MSP: "CNMSP"}
	others := transit.Annex{AnnexRef: transit.AnnexRef{Kind: transit.AnnexNote, Digest: "d2"}, MSP: "KZMSP"}
	r.happens("M1", transit.StepRespondEnquiry, own, others)
	eventually(t, func() bool { return r.counted(Pending{Movement: "M1", To: "KZMSP", Annex: "d1"}) == 1 })
	require.Zero(t, r.counted(Pending{Movement: "M1", To: "KZMSP", Annex: "d2"}), "the author's courier brings it")
	require.Zero(t, r.count("M1", "KGMSP"), "the content is the country of departure's to bring")
	eventually(t, func() bool {
		kept, err := file.Load()
		return err == nil && slices.Equal(kept.Pending, []Pending{{Movement: "M1", To: "KGMSP", Annex: "d1"}})
	})
	stop() // What is not done is kept over a restart.
	stop = r.start(t, file, slog.New(slog.DiscardHandler))
	r.set(false, "KGMSP")
	eventually(t, func() bool { return r.counted(Pending{Movement: "M1", To: "KGMSP", Annex: "d1"}) == 1 })
	stop()
	require.Equal(t, 1, r.counted(Pending{Movement: "M1", To: "KZMSP", Annex: "d1"}))
}

// happens adds a step with annexes to a movement, and its event.
func (r *route) happens(id string, step transit.Step, annexes ...transit.Annex) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// The courier may be reading the former answer.
	m := *r.movements[id]
	m.Annexes = append(slices.Clone(m.Annexes), annexes...)
	r.movements[id] = &m
	r.events = append(r.events, &Event{BlockNumber: uint64(len(r.events) + 1), TransactionID: id, Payload: transit.EventPayload{
		Steps: []transit.EventStep{{Record: "movement", ID: id, Step: string(step), From: transit.UnderEnquiry, To: transit.UnderEnquiry}},
	}})
	close(r.news)
	r.news = make(chan struct{})
}

func (r *route) counted(p Pending) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.delivered[p]
}

// annexes tells where a movement's annexes are; the author holds its own.
func (r *route) annexes(m *transit.Movement) []transit.AnnexDelivery {
	var out []transit.AnnexDelivery
	for _, a := range m.Annexes {
		d := transit.AnnexDelivery{Annex: a, Held: []string{a.MSP}}
		for _, to := range []string{"CNMSP", "KZMSP", "KGMSP"} {
			switch {
			case to == a.MSP:
			case r.delivered[Pending{Movement: m.ID, To: to, Annex: a.Digest}] > 0:
				d.Held = append(d.Held, to)
			default:
				d.Missing = append(d.Missing, to)
			}
		}
		out = append(out, d)
	}
	return out
}
