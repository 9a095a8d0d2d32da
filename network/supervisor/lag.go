package supervisor

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Reading is what a probe found.
type Reading struct {
	// Height is the number of blocks on the ledger, 0 if the process has not joined the channel.
	Height uint64
	// Leader is the number of the consenter an orderer takes for the leader.
	Leader int
	// Silent: the process did not answer.
	Silent bool

	began time.Time
}

// Probe reads a process.
type Probe func(ctx context.Context, spec Spec) (Reading, error)

// MetricsProbe reads the height of a channel, and an orderer's view of the leader, from a node's metrics.
func MetricsProbe(channel string) Probe {
	client := &http.Client{Timeout: 5 * time.Second}
	height := fmt.Sprintf("ledger_blockchain_height{channel=%q}", channel)
	leader := fmt.Sprintf("consensus_smartbft_view_leader_id{channel=%q}", channel)
	return func(ctx context.Context, spec Spec) (Reading, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, spec.Metrics, nil)
		if err != nil {
			return Reading{}, err
		}
		response, err := client.Do(request)
		if err != nil {
			return Reading{}, err
		}
		defer response.Body.Close()
		var r Reading
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			if value, ok := strings.CutPrefix(lines.Text(), height); ok {
				r.Height = uint64(number(value))
			} else if value, ok := strings.CutPrefix(lines.Text(), leader); ok {
				r.Leader = int(number(value))
			}
		}
		return r, lines.Err()
	}
}

// number reads a sample's value; metrics are floating point, large heights come as 1.2e+06.
func number(text string) float64 {
	value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0
	}
	return value
}

// lagWatch decides from heights alone which processes hang.
//
// Being behind is not enough: a node that comes back after a day is far behind and busy catching up, and must not be
// disturbed. A process is given up on when it stays behind the highest ledger without a single new block for the whole
// of the patience, or does not answer for the whole of the silence.
type lagWatch struct {
	patience, silence time.Duration

	mu   sync.Mutex
	seen map[string]*history
	// strikes counts the restarts of a process that did not help: each doubles the patience with it.
	strikes map[string]int
}

type history struct {
	Reading
	// well is when the process last advanced or was level, spoke when it last answered.
	well, spoke time.Time
}

// maxStrikes bounds the doubling: a process that restarts do not help is restarted every 8 minutes or so.
const maxStrikes = 5

func newLagWatch(options Options) *lagWatch {
	return &lagWatch{patience: options.Patience, silence: options.Silence, seen: map[string]*history{}, strikes: map[string]int{}}
}

// last is the latest reading of a process.
func (w *lagWatch) last(name string) Reading {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h, ok := w.seen[name]; ok {
		return h.Reading
	}
	return Reading{}
}

// observe takes one round of readings and returns the processes to restart with the reason.
func (w *lagWatch) observe(now time.Time, readings map[string]Reading) map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var head uint64
	for _, r := range readings {
		head = max(head, r.Height)
	}
	hanging := map[string]string{}
	for name, r := range readings {
		h := w.note(now, name, r, head)
		strikes := min(w.strikes[name], maxStrikes)
		switch {
		case r.Silent && now.Sub(h.spoke) >= w.silence<<strikes:
			hanging[name] = fmt.Sprintf("no answer for %s", now.Sub(h.spoke).Round(time.Second))
		case !r.Silent && now.Sub(h.well) >= w.patience<<strikes:
			hanging[name] = fmt.Sprintf("stood at height %d for %s while others are at %d",
				r.Height, now.Sub(h.well).Round(time.Second), head)
		}
		if hanging[name] != "" {
			delete(w.seen, name)
			w.strikes[name]++
		}
	}
	return hanging
}

func (w *lagWatch) note(now time.Time, name string, r Reading, head uint64) *history {
	h, known := w.seen[name]
	if !known || !h.began.Equal(r.began) {
		h = &history{well: now, spoke: now}
		w.seen[name] = h
	}
	if r.Silent {
		h.began, h.Silent = r.began, true
		return h
	}
	h.spoke = now
	// A node that has not joined the channel has no height to be behind with.
	if r.Height == 0 || r.Height >= head || r.Height > h.Height {
		h.well = now
	}
	if r.Height > 0 && r.Height >= head {
		delete(w.strikes, name)
	}
	h.Reading = r
	return h
}
