package supervisor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// story feeds a watch one round of heights per second; 0 is a process not on the channel, -1 one that does not answer.
func story(w *lagWatch, from time.Time, seconds int, heights func(second int) map[string]int) (restarted map[string]int) {
	restarted = map[string]int{}
	for second := range seconds {
		readings := map[string]Reading{}
		for name, height := range heights(second) {
			readings[name] = Reading{Height: uint64(max(0, height)), Silent: height < 0, began: from}
		}
		for name := range w.observe(from.Add(time.Duration(second)*time.Second), readings) {
			restarted[name]++
		}
	}
	return restarted
}

func TestTheWatchRestartsOnlyWhatHangs(t *testing.T) {
	for _, c := range []struct {
		name    string
		seconds int
		heights func(second int) map[string]int
		want    map[string]int
	}{
		{"all grow together", 100, func(s int) map[string]int { return map[string]int{"a": s + 1, "b": s + 1} }, map[string]int{}},
		{"one is always a block behind but moves", 100, func(s int) map[string]int { return map[string]int{"a": s + 2, "b": s + 1} }, map[string]int{}},
		{"nobody moves", 100, func(int) map[string]int { return map[string]int{"a": 7, "b": 7} }, map[string]int{}},
		{"one stands still while others grow", 20, func(s int) map[string]int { return map[string]int{"a": s + 10, "b": 10} }, map[string]int{"b": 1}},
		{"one stands still behind others that stand still", 20, func(int) map[string]int {
			return map[string]int{"a": 10, "b": 9}
		}, map[string]int{"b": 1}},
		{"one is far behind and catching up", 100, func(s int) map[string]int { return map[string]int{"a": 100000, "b": 50*s + 1} }, map[string]int{}},
		{"one stands still for less than the patience", 100, func(s int) map[string]int {
			b := s + 1
			if s > 20 && s < 33 {
				b = 20
			}
			return map[string]int{"a": s + 1, "b": b}
		}, map[string]int{}},
		{"one has not joined the channel", 100, func(s int) map[string]int { return map[string]int{"a": s + 1, "b": 0} }, map[string]int{}},
		{"one stops answering", 22, func(s int) map[string]int {
			if s == 0 {
				return map[string]int{"a": 5, "b": 5}
			}
			return map[string]int{"a": 5, "b": -1}
		}, map[string]int{"b": 1}},
		{"one does not answer now and then", 100, func(s int) map[string]int {
			if s%10 < 8 {
				return map[string]int{"a": 5, "b": -1}
			}
			return map[string]int{"a": 5, "b": 5}
		}, map[string]int{}},
		{"restarting does not help: ever more patience", 15 + 30 + 60 + 10, func(int) map[string]int {
			return map[string]int{"a": 10, "b": 9}
		}, map[string]int{"b": 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newLagWatch(Options{Patience: 15 * time.Second, Silence: 20 * time.Second})
			require.Equal(t, c.want, story(w, time.Unix(1e9, 0), c.seconds, c.heights))
		})
	}
}

func TestARestartedProcessIsGivenItsFullPatience(t *testing.T) {
	w := newLagWatch(Options{Patience: 15 * time.Second, Silence: 20 * time.Second})
	begin := time.Unix(1e9, 0)
	behind := func(int) map[string]int { return map[string]int{"a": 10, "b": 9} }
	require.Empty(t, story(w, begin, 14, behind))
	require.Empty(t, story(w, begin.Add(14*time.Second), 14, behind), "the second run began later")
}
