package gateway

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func newResponse() *httptest.ResponseRecorder { return httptest.NewRecorder() }

func TestAKeyDoesAThingOnce(t *testing.T) {
	t.Run("The same request gets the same answer, byte for byte", func(t *testing.T) {
		s := newServer(t, newFake())
		first := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		again := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 200, again.status)
		require.Equal(t, first.body, again.body)
		require.Equal(t, first.header.Get("ETag"), again.header.Get("ETag"))
		require.Len(t, s.fake.calls(), 1)
	})

	t.Run("A refusal is an answer too", func(t *testing.T) {
		s := newServer(t, newFake())
		s.fake.fail = []error{&cats.Error{Class: cats.Refused, Fault: transit.Faultf(transit.OutOfSequence, "no")}}
		first := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		again := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 409, again.status)
		require.Equal(t, first.body, again.body)
		require.Len(t, s.fake.calls(), 1)
	})

	t.Run("Another request under the key is refused", func(t *testing.T) {
		s := newServer(t, newFake())
		path := reject
		require.Equal(t, 200, s.do("officer", "POST", path, `{"reason":"a"}`, "Idempotency-Key", "k1").status)
		for name, other := range map[string]answered{
			"another body":         s.do("officer", "POST", path, `{"reason":"b"}`, "Idempotency-Key", "k1"),
			"another operation":    s.do("officer", "POST", accept, "", "Idempotency-Key", "k1"),
			"another precondition": s.do("officer", "POST", path, `{"reason":"a"}`, "Idempotency-Key", "k1", "If-Match", `"3"`),
		} {
			require.Equal(t, 422, other.status, name)
			require.Equal(t, codeKeyReused, other.problem(t).Code, name)
		}
	})

	t.Run("Each caller has keys of its own", func(t *testing.T) {
		s := newServer(t, newFake())
		s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 200, s.do("other", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Len(t, s.fake.calls(), 2)
		require.Len(t, s.fake.movement.Messages, 2)
		require.NotEqual(t, s.fake.movement.Messages[0], s.fake.movement.Messages[1])
	})

	t.Run("Two at once: one is told to wait", func(t *testing.T) {
		f := newFake()
		f.block, f.inside = make(chan struct{}), make(chan struct{}, 1)
		s := newServer(t, f)
		first := make(chan answered, 1)
		go func() { first <- s.do("officer", "POST", accept, "", "Idempotency-Key", "k1") }()
		<-f.inside
		busy := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 409, busy.status)
		require.Equal(t, codeKeyBusy, busy.problem(t).Code)
		require.Equal(t, "1", busy.header.Get("Retry-After"))
		close(f.block)
		require.Equal(t, 200, (<-first).status)
	})

	t.Run("What could not be done is done by the repetition", func(t *testing.T) {
		s := newServer(t, newFake())
		s.fake.fail = []error{&cats.Error{Class: cats.Unavailable}}
		require.Equal(t, 503, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 200, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 4, s.fake.movement.Seq)
	})

	t.Run("An unknown outcome is resolved by the repetition, which does nothing twice", func(t *testing.T) {
		s := newServer(t, newFake())
		s.fake.lose = true
		lost := s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 504, lost.status)
		require.Equal(t, strings.Repeat("ab12", 16), lost.problem(t).TransactionID)
		require.Equal(t, 200, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 4, s.fake.movement.Seq, "one step")
	})

	t.Run("A crash between ledger and answer is made up for by the ledger's memory", func(t *testing.T) {
		s := newServer(t, newFake())
		s.answers = &forgetful{Answers: newMemory(t)}
		s.end()
		s.begin()
		require.Equal(t, 200, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 409, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status, "the claim of the dead gateway still stands")
		s.clock.add(claimLife)
		require.Equal(t, 200, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 4, s.fake.movement.Seq, "one step")
		require.Equal(t, []string{"Accept", "Accept"}, s.fake.calls())
	})

	t.Run("After its time a key is free for another thing, and the ledger does not take it for the one before", func(t *testing.T) {
		s := newServer(t, newFake())
		s.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		s.clock.add(KeyLife)
		require.Equal(t, 200, s.do("officer", "POST", "/v1/movements/"+someMRN+"/reject", `{"reason":"a"}`, "Idempotency-Key", "k1").status)
		require.Equal(t, 5, s.fake.movement.Seq)
	})

	t.Run("Without a memory nothing is done under a key", func(t *testing.T) {
		s := newServer(t, newFake())
		s.answers = &forgetful{Answers: newMemory(t), fail: errors.New("no database")}
		s.end()
		s.begin()
		require.Equal(t, 503, s.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Empty(t, s.fake.calls())
	})
}

func TestAMessageIsNamedByCallerKeyAndRequest(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	message := func(caller, key, body string) string {
		r := &request{Request: httptest.NewRequestWithContext(t.Context(), "POST", accept, nil), operation: &operation{}, body: []byte(body)}
		r.caller.Name = caller
		return claimOf(r, key, at).messageID()
	}
	one := message("a", "k", "{}")
	require.LessOrEqual(t, len(one), 36)
	require.Equal(t, one, message("a", "k", "{}"))
	require.NotEqual(t, one, message("b", "k", "{}"))
	require.NotEqual(t, one, message("a", "l", "{}"))
	require.NotEqual(t, one, message("a", "k", `{"a":1}`))
}
