package supervisor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Supervisor runs processes.
type Supervisor struct {
	options Options
	starter *starter
	watch   *lagWatch
	ended   chan struct{}
	cancel  context.CancelFunc
	watcher sync.WaitGroup

	mu        sync.Mutex
	processes map[string]*process
	stopped   bool
}

// ErrStopped is returned once a supervisor has been stopped.
var ErrStopped = errors.New("supervisor: stopped")

// New makes a supervisor, after ending what an earlier one over the same pid files may have left running.
func New(options Options) (*Supervisor, error) {
	options = options.withDefaults()
	if err := os.MkdirAll(options.PIDs, 0o700); err != nil {
		return nil, fmt.Errorf("supervisor: %w", err)
	}
	if err := endOrphans(options); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Supervisor{
		options: options, starter: newStarter(), watch: newLagWatch(options),
		ended: make(chan struct{}), cancel: cancel, processes: map[string]*process{},
	}
	if options.Every > 0 {
		s.watcher.Go(func() { s.watchHeights(ctx) })
	}
	return s, nil
}

// Done is closed when the supervisor has been stopped.
func (s *Supervisor) Done() <-chan struct{} { return s.ended }

// Apply implements [Control].
func (s *Supervisor) Apply(ctx context.Context, specs []Spec) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return ErrStopped
	}
	wanted := map[string]Spec{}
	for _, spec := range specs {
		if _, twice := wanted[spec.Name]; twice {
			return fmt.Errorf("supervisor: two processes named %s", spec.Name)
		}
		wanted[spec.Name] = spec
	}
	var leaving []*process
	for name, p := range s.processes {
		if spec, stays := wanted[name]; !stays || !reflect.DeepEqual(spec, p.spec) {
			leaving = append(leaving, p)
			delete(s.processes, name)
		}
	}
	endAll(leaving, "no longer wanted in this form")
	for _, spec := range specs {
		if _, running := s.processes[spec.Name]; !running {
			s.processes[spec.Name] = launch(s.options, s.starter, spec)
		}
	}
	return ctx.Err()
}

// endAll ends processes, tier by tier from the highest, the members of a tier together.
func endAll(processes []*process, why string) {
	tiers := map[int][]*process{}
	for _, p := range processes {
		tiers[p.spec.Tier] = append(tiers[p.spec.Tier], p)
	}
	order := []int{}
	for tier := range tiers {
		order = append(order, tier)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(b, a) })
	for _, tier := range order {
		var ending sync.WaitGroup
		for _, p := range tiers[tier] {
			ending.Go(func() { p.end(why) })
		}
		ending.Wait()
	}
}

// Status implements [Control]. Processes come in the order of tier and name.
func (s *Supervisor) Status(context.Context) ([]Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, ErrStopped
	}
	all := []*process{}
	for _, p := range s.processes {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *process) int {
		return cmp.Or(cmp.Compare(a.spec.Tier, b.spec.Tier), cmp.Compare(a.spec.Name, b.spec.Name))
	})
	statuses := []Status{}
	for _, p := range all {
		status := p.status()
		reading := s.watch.last(p.spec.Name)
		if status.State == Running {
			status.Height, status.Leader = reading.Height, reading.Leader
		}
		statuses = append(statuses, status)
	}
	return statuses, nil
}

func (s *Supervisor) find(name string) (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, ErrStopped
	}
	p, ok := s.processes[name]
	if !ok {
		return nil, fmt.Errorf("supervisor: no process named %q", name)
	}
	return p, nil
}

// Restart implements [Control].
func (s *Supervisor) Restart(_ context.Context, name string) error {
	p, err := s.find(name)
	if err != nil {
		return err
	}
	p.restart("restart asked for")
	return nil
}

// Hold implements [Control].
func (s *Supervisor) Hold(_ context.Context, name string) error {
	p, err := s.find(name)
	if err != nil {
		return err
	}
	p.hold()
	return nil
}

// Signal implements [Control].
func (s *Supervisor) Signal(_ context.Context, name string, signal syscall.Signal) error {
	p, err := s.find(name)
	if err != nil {
		return err
	}
	return p.signal(signal)
}

// Stop implements [Control].
func (s *Supervisor) Stop(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	s.cancel()
	all := []*process{}
	for _, p := range s.processes {
		all = append(all, p)
	}
	endAll(all, "the network was stopped")
	s.starter.close()
	close(s.ended)
	return nil
}

func (s *Supervisor) watchHeights(ctx context.Context) {
	ticker := time.NewTicker(s.options.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.compareHeights(ctx)
		}
	}
}

// compareHeights reads every height once and replaces the processes the watch has lost patience with.
func (s *Supervisor) compareHeights(ctx context.Context) {
	watched := s.watched()
	var (
		mu       sync.Mutex
		readings = map[string]Reading{}
		reading  sync.WaitGroup
	)
	for _, p := range watched {
		reading.Go(func() {
			r := p.read(ctx, s.options.Probe)
			mu.Lock()
			defer mu.Unlock()
			readings[p.spec.Name] = r
		})
	}
	reading.Wait()
	for name, why := range s.watch.observe(time.Now(), readings) {
		if p, err := s.find(name); err == nil {
			s.options.Log.Warn("restart", "process", name, "why", why)
			go p.restart(why)
		}
	}
}

func (s *Supervisor) watched() []*process {
	s.mu.Lock()
	defer s.mu.Unlock()
	var watched []*process
	for _, p := range s.processes {
		if p.spec.Metrics != "" && p.status().State == Running {
			watched = append(watched, p)
		}
	}
	return watched
}
