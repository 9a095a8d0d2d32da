package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"carec.example/cats/chaincode/transit"
)

// Served is the memory of an organisation's application in one state, in bytes.
type Served struct {
	State string `json:"state"`
	// Resident is what the process held at the end, Peak the most that was seen, Heap and PeakHeap Go's heap in it.
	Resident uint64 `json:"residentBytes"`
	Peak     uint64 `json:"peakBytes"`
	Heap     uint64 `json:"heapBytes"`
	PeakHeap uint64 `json:"peakHeapBytes"`
	// Steps a second that its gateway did meanwhile, readers of events beside them, and what they read.
	PerSecond float64 `json:"stepsPerSecond,omitempty"`
	Readers   int     `json:"readers,omitempty"`
	ReadBytes int64   `json:"readBytes,omitempty"`
}

// eventReaders is the number of readers of events under load.
const eventReaders = 16

// serving measures the part memory: the application of the country of departure at rest, under load, and at rest again.
func (b *bench) serving(ctx context.Context, results *Results) (err error) {
	b.log("  memory of an application")
	// It has something to follow when it starts.
	if err := b.prepareReleased(ctx, b.declare(b.settings.count)); err != nil {
		return err
	}
	a, err := b.serve(ctx, "CN")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := b.greet(ctx, a); err != nil {
		return err
	}
	const patience = 5 * time.Minute
	if err := a.quiet(ctx, patience); err != nil {
		return err
	}
	idle, err := a.watch(ctx, func() error { return sleep(ctx, 2*time.Second) })
	if err != nil {
		return err
	}
	idle.State = "at rest, the ledger followed to its end"
	loaded, err := b.loaded(ctx, a)
	if err != nil {
		return err
	}
	if err := a.quiet(ctx, patience); err != nil {
		return err
	}
	after, err := a.watch(ctx, func() error { return sleep(ctx, 2*time.Second) })
	if err != nil {
		return err
	}
	after.State = "at rest again"
	results.Served = append(results.Served, idle, loaded, after)
	for _, s := range results.Served {
		b.log("    %-60s %.0f MB, at most %.0f MB; heap %.0f, at most %.0f MB", s.State, mb(s.Resident), mb(s.Peak), mb(s.Heap), mb(s.PeakHeap))
	}
	return nil
}

func mb(bytes uint64) float64 { return float64(bytes) / 1e6 }

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// watch looks at the application's memory while something is done.
func (a *application) watch(ctx context.Context, do func() error) (*Served, error) {
	done := make(chan error, 1)
	go func() { done <- do() }()
	s := &Served{}
	for {
		now, err := a.memory(ctx)
		if err != nil {
			return nil, errors.Join(err, <-done)
		}
		s.Resident, s.Heap = now.set, now.heap
		s.Peak, s.PeakHeap = max(s.Peak, now.set), max(s.PeakHeap, now.heap)
		select {
		case err := <-done:
			return s, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// loaded has clients take movements from lodging to release over the gateway, as fast as they can for as long as -loaded says, while
// others read events, the courier delivers and the read model follows.
func (b *bench) loaded(ctx context.Context, a *application) (*Served, error) {
	clients := slices.Max(b.settings.clients)
	var steps atomic.Int64
	listening := b.readEvents(ctx, a)
	limit := time.Now().AddDate(0, 0, 20).UTC().Format(time.DateOnly)
	life := []step{
		{operation: opLodge, to: transit.Submitted, do: lodgeOver(a)},
		{operation: opAccept, to: transit.Accepted, do: stepOver(a, "cn-officer-urumqi", "accept")},
		{operation: opRelease, to: transit.Released, do: releaseOver(a, limit)},
	}
	until := time.Now().Add(b.settings.loadedFor)
	var mu sync.Mutex
	made := 0
	// Each on the next guarantee: a balance record has room for 64 open usages.
	next := func() *movement {
		mu.Lock()
		defer mu.Unlock()
		made++
		return b.declareOn(1, func(int) *guarantee { return b.own[made%len(b.own)] })[0]
	}
	began := time.Now()
	s, err := a.watch(ctx, func() error {
		failures := make(chan error, clients)
		var working sync.WaitGroup
		for range clients {
			working.Go(func() {
				for time.Now().Before(until) && ctx.Err() == nil {
					if err := takeAll(ctx, life, next(), &steps); err != nil {
						failures <- err
						return
					}
				}
			})
		}
		working.Wait()
		close(failures)
		return <-failures // nil when there is none
	})
	took := time.Since(began)
	read := listening.stop()
	if err != nil {
		return nil, err
	}
	s.State = fmt.Sprintf("%d clients lodge, accept and release, %d read events, the courier delivers", clients, eventReaders)
	s.PerSecond, s.Readers, s.ReadBytes = float64(steps.Load())/took.Seconds(), eventReaders, read
	return s, errors.Join(ctx.Err(), listening.failed())
}

// takeAll takes steps one after the other and counts them.
func takeAll(ctx context.Context, steps []step, m *movement, taken *atomic.Int64) error {
	for _, one := range steps {
		if err := one.take(ctx, m, &tally{}); err != nil {
			return err
		}
		taken.Add(1)
	}
	return nil
}

// listeners read events.
type listeners struct {
	cancel  context.CancelFunc
	reading sync.WaitGroup
	bytes   atomic.Int64
	mu      sync.Mutex
	err     error
}

func (b *bench) readEvents(ctx context.Context, a *application) *listeners {
	ctx, cancel := context.WithCancel(ctx)
	r := &listeners{cancel: cancel}
	identities := []string{"cn-trader-tianshan", "cn-officer-urumqi"}
	for i := range eventReaders {
		r.reading.Go(func() {
			if err := r.read(ctx, a, identities[i%len(identities)]); err != nil && ctx.Err() == nil {
				r.mu.Lock()
				r.err = errors.Join(r.err, err)
				r.mu.Unlock()
			}
		})
	}
	return r
}

func (r *listeners) read(ctx context.Context, a *application, identity string) error {
	caller, err := a.caller(identity)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+a.gateway+"/v1/events", nil)
	if err != nil {
		return err
	}
	response, err := caller.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("events: %s", response.Status)
	}
	buffer := make([]byte, 32<<10)
	for {
		n, err := response.Body.Read(buffer)
		r.bytes.Add(int64(n))
		if err != nil {
			return fmt.Errorf("events ended: %w", errors.Join(err, io.ErrUnexpectedEOF))
		}
	}
}

// stop ends the reading and tells how much was read.
func (r *listeners) stop() int64 {
	r.cancel()
	r.reading.Wait()
	return r.bytes.Load()
}

func (r *listeners) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (p printer) served(all []*Served) {
	if len(all) == 0 {
		return
	}
	p.line("\n### Memory of an organisation's application (cats serve), MB\n")
	p.line("| state | steps a second | readers of events | resident, at the end | most seen | Go's heap, at the end | most seen |")
	p.line("|---|--:|--:|--:|--:|--:|--:|")
	for _, s := range all {
		p.line("| %s | %.0f | %d | %.0f | %.0f | %.0f | %.0f |", s.State, s.PerSecond, s.Readers, mb(s.Resident), mb(s.Peak), mb(s.Heap), mb(s.PeakHeap))
	}
}
