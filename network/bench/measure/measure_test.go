package measure

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestQuantileIsTheNearestRank(t *testing.T) {
	hundred := &Sample{}
	for i := 100; i >= 1; i-- {
		hundred.Add(time.Duration(i))
	}
	for _, one := range []struct {
		name   string
		sample *Sample
		q      float64
		want   time.Duration
	}{
		{"the median of a hundred is the fiftieth", hundred, 0.50, 50},
		{"the 95th percentile of a hundred is the ninety-fifth", hundred, 0.95, 95},
		{"the 99th percentile of a hundred is the ninety-ninth", hundred, 0.99, 99},
		{"the whole is the largest", hundred, 1, 100},
		{"nothing is the smallest", hundred, 0, 1},
		{"an empty sample has none", &Sample{}, 0.5, 0},
	} {
		t.Run(one.name, func(t *testing.T) { require.Equal(t, one.want, one.sample.Quantile(one.q)) })
	}
}

func TestQuantileKeepsItsPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 200).Draw(t, "values")
		q := rapid.Float64Range(0.01, 1).Draw(t, "q")
		s := &Sample{}
		for _, v := range values {
			s.Add(time.Duration(v))
		}
		got := s.Quantile(q)
		below, upTo := 0, 0
		for _, v := range values {
			if time.Duration(v) < got {
				below++
			}
			if time.Duration(v) <= got {
				upTo++
			}
		}
		require.GreaterOrEqual(t, float64(upTo), q*float64(len(values))-1e-6, "at least the fraction does not exceed it")
		require.Less(t, float64(below), q*float64(len(values))+1e-6, "and no smaller one would do")
	})
}

func TestSamplesAddUp(t *testing.T) {
	a, b := &Sample{}, &Sample{}
	a.Add(1, 2)
	require.EqualValues(t, 2, a.Quantile(1))
	b.Add(9)
	a.Merge(b)
	require.Equal(t, 3, a.Len())
	require.EqualValues(t, 9, a.Quantile(1), "what is merged after a look counts too")
	require.EqualValues(t, 4, a.Mean())
	require.Zero(t, (&Sample{}).Mean())
}

func TestMedian(t *testing.T) {
	require.Zero(t, Median(nil))
	require.InDelta(t, 3, Median([]float64{9, 3, 1}), 0)
	require.InDelta(t, 2.5, Median([]float64{4, 1, 2, 3}), 0)
}

func TestArrivals(t *testing.T) {
	due := Arrivals(20, 400, 7)
	require.Equal(t, due, Arrivals(20, 400, 7), "equal seeds give equal arrivals")
	require.NotEqual(t, due, Arrivals(20, 400, 8))
	require.InDelta(t, 20, due[399].Seconds(), 1e-6, "the rate is offered exactly")
	long, last := 0, time.Duration(0)
	for _, at := range due {
		require.GreaterOrEqual(t, at, last, "arrivals come in order")
		if at-last > 100*time.Millisecond {
			long++
		}
		last = at
	}
	// Of independent arrivals exp(-2) of the gaps are longer than twice the mean: 54 of 400.
	require.InDelta(t, 54, long, 25, "the gaps vary as those of independent arrivals do")
}

func TestOpenLoopMeasuresFromTheIntendedStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A system that stalls for one second from the start: whatever is due meanwhile waits until then.
		began := time.Now()
		due := []time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second}
		load := Open(t.Context(), due, func(context.Context, int) error {
			time.Sleep(time.Until(began.Add(time.Second)))
			return nil
		})
		require.Equal(t, 4, load.Done)
		require.Equal(t, time.Second, load.Latency.Quantile(1))
		require.Equal(t, 750*time.Millisecond, load.Latency.Quantile(0.75))
		require.Equal(t, 500*time.Millisecond, load.Latency.Quantile(0.5), "the stall counts for all that were due in it")
		require.Equal(t, time.Duration(0), load.Latency.Quantile(0.25))
		require.Equal(t, 2*time.Second, load.Whole)
		require.Zero(t, load.Late)
	})
}

func TestOpenLoopStartsEachWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inFlight, most atomic.Int64
		load := Open(t.Context(), Arrivals(10, 50, 1), func(context.Context, int) error {
			most.Store(max(most.Load(), inFlight.Add(1)))
			time.Sleep(3 * time.Second)
			inFlight.Add(-1)
			return nil
		})
		require.Greater(t, most.Load(), int64(20), "slow answers do not hold back what is due")
		require.Equal(t, 3*time.Second, load.Latency.Quantile(1))
	})
}

func TestClosedLoopCountsTheFullPipelineOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inFlight, most atomic.Int64
		load := Closed(t.Context(), 10, 100, func(context.Context, int) error {
			most.Store(max(most.Load(), inFlight.Add(1)))
			time.Sleep(time.Second)
			inFlight.Add(-1)
			return nil
		})
		require.EqualValues(t, 10, most.Load())
		require.Equal(t, 100, load.Done)
		require.InDelta(t, 10, load.Rate(), 1e-9, "ten workers of one second each")
		require.Equal(t, 9*time.Second, load.Window, "without the first second, in which the pipeline fills")
		require.Equal(t, 10*time.Second, load.Whole)
	})
}

func TestClosedLoopOfOneBurstCountsTheWholeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		load := Closed(t.Context(), 50, 50, func(_ context.Context, number int) error {
			time.Sleep(time.Duration(1+number%2) * time.Second)
			return nil
		})
		require.Equal(t, 2*time.Second, load.Window)
		require.InDelta(t, 25, load.Rate(), 1e-9)
	})
}

func TestFailuresAreCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		load := Closed(t.Context(), 5, 40, func(_ context.Context, number int) error {
			time.Sleep(time.Second)
			if number%2 == 0 {
				return broken
			}
			return nil
		})
		require.Equal(t, 20, load.Done)
		require.Equal(t, 20, load.Failed)
		require.Equal(t, 20, load.Latency.Len())
		require.Len(t, load.Errors, keptErrors)
		require.ErrorIs(t, load.Errors[0], broken)
	})
}

func TestEmptyLoads(t *testing.T) {
	require.Zero(t, Closed(t.Context(), 3, 0, nil).Rate())
	require.Zero(t, Open(t.Context(), nil, nil).Rate())
}

func TestResidentSets(t *testing.T) {
	own, err := ResidentSet(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, own, uint64(1<<20))
	parsed, err := parseResidentSet("Name:\tcats\nVmHWM:\t  99999 kB\nVmRSS:\t   54321 kB\n")
	require.NoError(t, err)
	require.EqualValues(t, 54321<<10, parsed)
	for _, broken := range []string{"", "VmRSS:\t  many kB\n"} {
		_, err = parseResidentSet(broken)
		require.Error(t, err)
	}
}

func TestProcessorTimes(t *testing.T) {
	own, err := ProcessTime(os.Getpid())
	require.NoError(t, err)
	require.GreaterOrEqual(t, own, time.Duration(0))
	machine, err := MachineTime()
	require.NoError(t, err)
	require.Greater(t, machine, own)

	parsed, err := parseProcessTime("7 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0")
	require.NoError(t, err)
	require.Equal(t, 1750*time.Millisecond, parsed)
	parsed, err = parseMachineTime("cpu  100 10 20 5000 60 1 2 3 0 0\ncpu0 1")
	require.NoError(t, err)
	require.Equal(t, 1360*time.Millisecond, parsed, "without idling and waiting for disks")
	for _, broken := range []string{"", "7 (x) S 1", "7 (x) S 1 2 3 4 5 6 7 8 9 10 x 25 0"} {
		_, err = parseProcessTime(broken)
		require.Error(t, err)
		_, err = parseMachineTime(broken)
		require.Error(t, err)
	}
}
