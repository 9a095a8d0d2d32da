// Package measure takes the figures of a benchmark: it drives operations in a closed or an open loop, keeps every
// latency, and reads from the operating system what the processes under test have used.
//
// Two rules are behind its form. In the open loop an operation's latency counts from the moment it was due, not from
// the moment it was started, so that a system that stalls cannot make its figures better by keeping the load generator
// waiting. In the closed loop the rate is taken between the moment every worker has finished once and the moment the
// work runs out, so that neither the filling nor the emptying of the pipeline is counted.
package measure

import (
	"math"
	"slices"
	"time"
)

// Sample holds durations exactly; a run of a benchmark has thousands, not millions. The zero value is empty.
type Sample struct {
	values []time.Duration
	sorted bool
}

// Add adds durations.
func (s *Sample) Add(values ...time.Duration) {
	s.values = append(s.values, values...)
	s.sorted = false
}

// Merge adds another sample's durations.
func (s *Sample) Merge(other *Sample) { s.Add(other.values...) }

// Len is the number of durations.
func (s *Sample) Len() int { return len(s.values) }

// Quantile is the smallest duration that at least the fraction q of all do not exceed (nearest rank); 0 of an empty
// sample. Nothing is interpolated: every figure reported was really measured.
func (s *Sample) Quantile(q float64) time.Duration {
	if len(s.values) == 0 {
		return 0
	}
	if !s.sorted {
		slices.Sort(s.values)
		s.sorted = true
	}
	// The small subtraction keeps 0.95 x 100 at the 95th although the product is a little above 95.
	rank := int(math.Ceil(q*float64(len(s.values)) - 1e-9))
	return s.values[min(max(rank, 1), len(s.values))-1]
}

// Mean is the average; 0 of an empty sample.
func (s *Sample) Mean() time.Duration {
	if len(s.values) == 0 {
		return 0
	}
	var sum time.Duration
	for _, v := range s.values {
		sum += v
	}
	return sum / time.Duration(len(s.values))
}

// Median of numbers; 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	ordered := slices.Sorted(slices.Values(values))
	middle := len(ordered) / 2
	if len(ordered)%2 == 1 {
		return ordered[middle]
	}
	return (ordered[middle-1] + ordered[middle]) / 2
}
