package measure

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Operation is one operation of a load, known by its number.
type Operation func(ctx context.Context, number int) error

// Load is what a loop has measured.
type Load struct {
	// Latency of the operations that succeeded.
	Latency Sample
	// Done counts those that succeeded, Failed the others.
	Done, Failed int
	// Counted of Done finished within Window, from which the rate is taken.
	Counted int
	Window  time.Duration
	// Whole is the time from the first start to the last end.
	Whole time.Duration
	// Errors are the first few failures.
	Errors []error
	// Late is the longest time that an operation of the open loop was started after it was due.
	Late time.Duration
}

// keptErrors bounds [Load.Errors].
const keptErrors = 5

// Rate is the number of operations a second within the window.
func (l *Load) Rate() float64 {
	if l.Window <= 0 {
		return 0
	}
	return float64(l.Counted) / l.Window.Seconds()
}

// outcome is one operation that has ended.
type outcome struct {
	latency time.Duration
	end     time.Time
	err     error
}

// Closed does count operations with the given number of workers, each of which starts the next one when its last one
// has ended. With less than four times as many operations as workers the window is the whole time.
func Closed(ctx context.Context, workers, count int, do Operation) *Load {
	outcomes := make([]outcome, count)
	var next atomic.Int64
	var exhausted atomic.Int64
	began := time.Now()
	var running sync.WaitGroup
	for range min(workers, count) {
		running.Go(func() {
			for {
				number := int(next.Add(1)) - 1
				if number >= count {
					exhausted.CompareAndSwap(0, int64(time.Since(began)))
					return
				}
				start := time.Now()
				err := do(ctx, number)
				end := time.Now()
				outcomes[number] = outcome{latency: end.Sub(start), end: end, err: err}
			}
		})
	}
	running.Wait()
	return closedLoad(outcomes, began, workers, began.Add(time.Duration(exhausted.Load())))
}

// fewest is the number of operations per worker from which on the window leaves out the first and the last.
const fewest = 4

func closedLoad(outcomes []outcome, began time.Time, workers int, exhausted time.Time) *Load {
	l := gather(outcomes, began)
	ends := endsOf(outcomes)
	from, until := began, began.Add(l.Whole)
	if len(outcomes) >= fewest*workers && len(ends) > workers {
		from, until = ends[workers-1], exhausted
	}
	for _, end := range ends {
		if end.After(from) && !end.After(until) {
			l.Counted++
		}
	}
	l.Window = until.Sub(from)
	return l
}

func gather(outcomes []outcome, began time.Time) *Load {
	l := &Load{}
	for _, o := range outcomes {
		l.Whole = max(l.Whole, o.end.Sub(began))
		if o.err == nil {
			l.Done++
			l.Latency.Add(o.latency)
			continue
		}
		l.Failed++
		if len(l.Errors) < keptErrors {
			l.Errors = append(l.Errors, o.err)
		}
	}
	return l
}

// endsOf lists when the successful operations ended, in order.
func endsOf(outcomes []outcome) []time.Time {
	var ends []time.Time
	for _, o := range outcomes {
		if o.err == nil {
			ends = append(ends, o.end)
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	return ends
}

// Arrivals are the times, from the start of a run, at which count operations are due: independent arrivals at the
// given mean rate (a second), as of officers who know nothing of each other. Evenly spaced ones would lock in with the
// interval of the blocks and measure one phase of it. Equal seeds give equal arrivals; the last one is due at count/rate.
func Arrivals(rate float64, count int, seed uint64) []time.Duration {
	source := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	due := make([]time.Duration, count)
	sum := 0.0
	sums := make([]float64, count)
	for i := range sums {
		sum += source.ExpFloat64()
		sums[i] = sum
	}
	// Scaled to the exact length, so that every run offers exactly the rate it says.
	for i := range due {
		due[i] = time.Duration(sums[i] / sum * float64(count) / rate * float64(time.Second))
	}
	return due
}

// Open starts each operation when it is due, whatever has become of those before, and measures it from then.
func Open(ctx context.Context, due []time.Duration, do Operation) *Load {
	outcomes := make([]outcome, len(due))
	late := make([]time.Duration, len(due))
	began := time.Now()
	var running sync.WaitGroup
	for number, at := range due {
		intended := began.Add(at)
		time.Sleep(time.Until(intended))
		running.Go(func() {
			late[number] = time.Since(intended)
			err := do(ctx, number)
			end := time.Now()
			outcomes[number] = outcome{latency: end.Sub(intended), end: end, err: err}
		})
	}
	running.Wait()
	l := gather(outcomes, began)
	if len(due) > 0 {
		l.Window, l.Counted, l.Late = l.Whole, l.Done, slices.Max(late)
	}
	return l
}
