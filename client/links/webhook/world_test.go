package webhook_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/event"
	"carec.example/cats/client/links/queue"
	"carec.example/cats/client/links/queue/queuetest"
	"carec.example/cats/client/links/webhook"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

// ledger has two transactions in a block.
type ledger struct{ *queuetest.Chain }

func newLedger() *ledger { return &ledger{queuetest.NewChain(2)} }

// release appends the release of a movement.
func (l *ledger) release(movement string, seq int) {
	l.append(transit.EventStep{Record: "movement", ID: movement, MRN: "26" + movement, Seq: seq, Step: "Release", To: transit.Released, By: "CNMSP"})
}

func (l *ledger) append(steps ...transit.EventStep) { l.Append(nil, steps...) }

// received is one request that a subscriber has got.
type received struct {
	header http.Header
	body   []byte
	event  event.CloudEvent
}

func (r received) id() string { return r.header.Get("webhook-id") }

// subscriber is a real server; answer decides on each request.
type subscriber struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(n int, r received) int
}

func newSubscriber(t *testing.T, secure bool, answer func(n int, r received) int) *subscriber {
	t.Helper()
	s := &subscriber{answer: answer}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		in := received{header: r.Header.Clone(), body: body}
		if json.Unmarshal(body, &in.event) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		s.got = append(s.got, in)
		n := len(s.got)
		s.mu.Unlock()
		status := http.StatusNoContent
		if s.answer != nil {
			status = s.answer(n, in)
		}
		if status == http.StatusFound {
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
		}
		w.WriteHeader(status)
	})
	if secure {
		s.Server = httptest.NewTLSServer(handler)
	} else {
		s.Server = httptest.NewServer(handler)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *subscriber) all() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

func (s *subscriber) ids() []string {
	var out []string
	for _, r := range s.all() {
		out = append(out, r.id())
	}
	return out
}

// await waits until the subscriber has n requests.
func (s *subscriber) await(t *testing.T, n int) []received {
	t.Helper()
	require.Eventually(t, func() bool { return len(s.all()) >= n }, 20*time.Second, 5*time.Millisecond, "requests")
	return s.all()
}

// open makes hooks with pauses short enough for a test.
func open(t *testing.T, db *database.DB, l webhook.Ledger, adjust func(*webhook.Config)) *webhook.Hooks {
	t.Helper()
	cfg := webhook.Config{
		Database: db, Ledger: l, Channel: "transit", Pace: queue.Pace{
			FirstPause: 10 * time.Millisecond, LongestPause: 50 * time.Millisecond, Poll: 20 * time.Millisecond, Timeout: 5 * time.Second,
		},
	}
	if adjust != nil {
		adjust(&cfg)
	}
	h, err := webhook.New(t.Context(), cfg)
	require.NoError(t, err)
	return h
}

func run(t *testing.T, h *webhook.Hooks) (stop func()) {
	t.Helper()
	return queuetest.Run(t, h)
}

func subscribe(t *testing.T, h *webhook.Hooks, s *subscriber, types ...string) (id, secret string) {
	t.Helper()
	sub, secret, err := h.Add(t.Context(), s.URL+"/hook", types, true)
	require.NoError(t, err)
	return sub.ID, secret
}

func verify(t *testing.T, secret string, r received) error {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	return w.Verify(r.body, r.header)
}

func states(t *testing.T, h *webhook.Hooks, f webhook.Filter) map[string]int {
	t.Helper()
	log, err := h.Log(t.Context(), f)
	require.NoError(t, err)
	out := map[string]int{}
	for _, d := range log.Items {
		out[d.State]++
	}
	return out
}

// settled waits until as many deliveries are in a state.
func settled(t *testing.T, h *webhook.Hooks, state string, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return states(t, h, webhook.Filter{})[state] == n }, 20*time.Second, 10*time.Millisecond, state)
}
