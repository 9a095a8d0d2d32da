package remote

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/gateway"
)

func TestARefusalComesBackAsTheLedgerToldIt(t *testing.T) {
	w := newWorld(t, 1)
	fault := transit.Faultf(transit.InvalidDocument, "the declaration breaks rules").At("/consignment").With(
		transit.Violation{Code: "12", Pointer: "/consignment/grossMass", Rule: "R0221", Value: "0", Text: "must be above zero"},
		transit.Violation{Code: "13", Pointer: "/a", Text: "груз <b>"})
	w.ledger.fail = []error{&cats.Error{Op: "movement:Deposit", Class: cats.Refused, Fault: fault, TransactionID: "ab12", MessageID: "M-1"}}
	_, _, err := w.as("cn-trader").Movements().Lodge(t.Context(), some[*transit.STD](w.ledger))
	var found *transit.Fault
	require.ErrorAs(t, err, &found)
	require.Equal(t, fault, found)
	var failure *cats.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cats.Refused, failure.Class)
	require.Equal(t, "ab12", failure.TransactionID)
	require.Empty(t, failure.MessageID, "it is lodged again by its content, and not by a key")
	require.Equal(t, 1, failure.Attempts)
	var p *gateway.Problem
	require.ErrorAs(t, err, &p)
	require.True(t, strings.HasPrefix(p.Instance, "urn:request:"))
	require.Len(t, w.ledger.calls(""), 1)
}

func TestAFailureKeepsItsClass(t *testing.T) {
	refused := func(class cats.Class, code transit.Code) *cats.Error {
		return &cats.Error{Class: class, Fault: &transit.Fault{Code: code}}
	}
	for name, c := range map[string]struct {
		fail  *cats.Error
		class cats.Class
		code  transit.Code
	}{
		"a step out of sequence":         {refused(cats.Refused, transit.OutOfSequence), cats.Refused, transit.OutOfSequence},
		"a record that has moved":        {refused(cats.Conflict, transit.Stale), cats.Conflict, transit.Stale},
		"content that is not here":       {refused(cats.Unavailable, transit.NotHere), cats.Unavailable, transit.NotHere},
		"a lost race":                    {&cats.Error{Class: cats.Conflict}, cats.Conflict, ""},
		"a defect":                       {&cats.Error{Class: cats.Internal}, cats.Internal, transit.Internal},
		"an organisation that is barred": {refused(cats.Refused, transit.Suspended), cats.Refused, transit.Suspended},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.ledger.fail = []error{c.fail}
			_, _, err := w.as("cn-officer").Movements().Accept(t.Context(), mrn, cats.ExpectedSeq(3))
			require.Equal(t, c.class, classIn(t, err))
			var fault *transit.Fault
			if errors.As(err, &fault); c.code == "" {
				require.Nil(t, fault)
			} else {
				require.Equal(t, c.code, fault.Code)
			}
			require.Len(t, w.ledger.calls("Movements.Accept"), 1, "nothing of it is repeated")
		})
	}
}

func classIn(t *testing.T, err error) cats.Class {
	t.Helper()
	var failure *cats.Error
	require.ErrorAs(t, err, &failure)
	return failure.Class
}

func TestAChangeWhoseAnswerIsLostIsDoneOnce(t *testing.T) {
	w := newWorld(t, 1)
	var cut atomic.Bool
	cut.Store(true)
	w.stand(func(next http.Handler, rw http.ResponseWriter, r *http.Request) {
		if !cut.Swap(false) {
			next.ServeHTTP(rw, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
	course, receipt, err := w.as("cn-officer").Movements().Accept(t.Context(), mrn)
	require.NoError(t, err)
	require.Len(t, w.ledger.calls("Movements.Accept"), 1)
	same(t, w.last(t, "Movements.Accept").result, course)
	require.Equal(t, someReceipt().TransactionID, receipt.TransactionID, "the answer is that of the first request")
	require.EqualValues(t, 2, w.requests.Load())
}

func TestAChangeThatIsNeverAnsweredHasAnUnknownOutcome(t *testing.T) {
	w := newWorld(t, 1)
	w.stand(func(next http.Handler, _ http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
	c := w.as("cn-officer")
	_, _, err := c.Movements().Accept(t.Context(), mrn)
	var failure *cats.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cats.UnknownOutcome, failure.Class)
	require.Equal(t, c.pace.attempts, failure.Attempts)
	require.Len(t, w.ledger.calls("Movements.Accept"), 1)

	w.front.Store(nil)
	_, _, err = c.Movements().Accept(t.Context(), mrn, cats.MessageID(failure.MessageID))
	require.NoError(t, err)
	require.Len(t, w.ledger.calls("Movements.Accept"), 1, "the answer was there")
}

func TestAReadThatIsNeverAnsweredIsUnavailable(t *testing.T) {
	w := newWorld(t, 1)
	w.stand(func(http.Handler, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := w.as("cn-officer").Movements().Get(t.Context(), mrn)
	require.Equal(t, cats.Unavailable, classIn(t, err))
}

func TestAnUnknownOutcomeIsRepeatedWhereTheLedgerKnowsTheChange(t *testing.T) {
	w := newWorld(t, 1)
	unknown := &cats.Error{Class: cats.UnknownOutcome, TransactionID: digest}
	w.ledger.fail = []error{unknown, nil}
	_, _, err := w.as("cn-officer").Movements().Accept(t.Context(), mrn)
	require.NoError(t, err)
	came := w.ledger.calls("Movements.Accept")
	require.Len(t, came, 2)
	require.NotEmpty(t, came[0].asked.MessageID)
	require.Equal(t, came[0].asked, came[1].asked)

	w.ledger.fail = []error{unknown}
	_, _, err = w.as("cn-trader").Movements().Grant(t.Context(), transit.GrantRequest{Movement: mrn, MSP: "KZMSP", Parts: []string{"goods"}, Until: day})
	var failure *cats.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cats.UnknownOutcome, failure.Class)
	require.Equal(t, digest, failure.TransactionID)
	require.NotEmpty(t, failure.MessageID)
	require.Len(t, w.ledger.calls("Movements.Grant"), 1)
}

func TestIfMatchGoesWithTheStep(t *testing.T) {
	w := newWorld(t, 1)
	w.ledger.fail = []error{&cats.Error{Class: cats.Conflict, Fault: transit.Faultf(transit.Stale, "at step 4, not 3").At("/expectedSeq")}}
	_, _, err := w.as("cn-officer").Movements().Release(t.Context(), mrn, day, cats.ExpectedSeq(3))
	require.Equal(t, 3, w.last(t, "Movements.Release").asked.ExpectedSeq)
	var p *gateway.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, http.StatusPreconditionFailed, p.Status)
	require.Equal(t, cats.Conflict, classIn(t, err))
}

// saying answers the first requests with problems, in turn, and passes the others on.
func (w *world) saying(said ...gateway.Problem) {
	var at atomic.Int64
	w.stand(func(next http.Handler, rw http.ResponseWriter, r *http.Request) {
		n := at.Add(1) - 1
		if n >= int64(len(said)) {
			next.ServeHTTP(rw, r)
			return
		}
		if after := said[n].Detail; after != "" {
			rw.Header().Set("Retry-After", after)
		}
		if said[n].Code != "" {
			rw.Header().Set("Content-Type", "application/problem+json")
		}
		rw.WriteHeader(said[n].Status)
		_ = json.NewEncoder(rw).Encode(said[n])
	})
}

func TestWhatAsksForPatienceIsRepeated(t *testing.T) {
	for name, p := range map[string]gateway.Problem{
		"too many requests":          {Status: 429, Code: "TOO_MANY_REQUESTS"},
		"peers out of reach":         {Status: 503, Code: gateway.CodeUnavailable},
		"a key that is being used":   {Status: 409, Code: gateway.CodeKeyBusy},
		"a balancer without servers": {Status: 503},
		"a balancer that lost one":   {Status: 502},
		"a balancer without time":    {Status: 504},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.saying(p, p)
			_, receipt, err := w.as("cn-officer").Movements().Accept(t.Context(), mrn)
			require.NoError(t, err)
			require.Equal(t, 3, receipt.Attempts)
			require.Len(t, w.ledger.calls("Movements.Accept"), 1)
		})
	}
}

func TestWhatGoesOnAskingForPatienceFailsAtLast(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		code   transit.Code
		class  cats.Class
	}{
		"nothing was done":        {503, gateway.CodeUnavailable, cats.Unavailable},
		"too many requests":       {429, "TOO_MANY_REQUESTS", cats.Unavailable},
		"it is still at it":       {409, gateway.CodeKeyBusy, cats.UnknownOutcome},
		"a balancer cut it short": {504, "", cats.UnknownOutcome},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			said := make([]gateway.Problem, 100)
			for i := range said {
				said[i] = gateway.Problem{Status: c.status, Code: c.code}
			}
			w.saying(said...)
			client := w.as("cn-officer")
			_, _, err := client.Movements().Accept(t.Context(), mrn)
			require.Equal(t, c.class, classIn(t, err))
			require.EqualValues(t, client.pace.attempts, w.requests.Load())
		})
	}
}

func TestRetryAfterCountsWithinTheContext(t *testing.T) {
	w := newWorld(t, 1)
	w.saying(gateway.Problem{Status: 429, Code: "TOO_MANY_REQUESTS", Detail: "1"})
	began := time.Now()
	_, err := w.as("cn-officer").Movements().Get(t.Context(), mrn)
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(began), time.Second)

	w.saying(gateway.Problem{Status: 429, Code: "TOO_MANY_REQUESTS", Detail: "3600"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	began = time.Now()
	_, err = w.as("cn-officer").Movements().Get(ctx, mrn)
	require.Equal(t, cats.Unavailable, classIn(t, err))
	require.Less(t, time.Since(began), 30*time.Second, "it is not waited for what does not come in time")
}

func TestACallerWhoGivesUp(t *testing.T) {
	w := newWorld(t, 1)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := w.as("cn-officer").Movements().Accept(over, mrn)
	require.Equal(t, cats.Canceled, classIn(t, err))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, w.requests.Load())

	for name, c := range map[string]struct {
		ask   func(context.Context, *Client) error
		class cats.Class
	}{
		"on a change": {func(ctx context.Context, c *Client) error {
			_, _, err := c.Movements().Accept(ctx, mrn)
			return err
		}, cats.UnknownOutcome},
		"on a question": {func(ctx context.Context, c *Client) error {
			_, err := c.Movements().Get(ctx, mrn)
			return err
		}, cats.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			w.stand(func(_ http.Handler, _ http.ResponseWriter, r *http.Request) {
				cancel()
				<-r.Context().Done()
			})
			require.Equal(t, c.class, classIn(t, c.ask(ctx, w.as("cn-officer"))))
		})
	}
}

func TestAGatewayThatIsNotThereIsUnavailable(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-officer")
	c.base = "https://127.0.0.1:1"
	_, _, err := c.Movements().Accept(t.Context(), mrn)
	var failure *cats.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cats.Unavailable, failure.Class, "nothing was sent")
	require.Equal(t, c.pace.attempts, failure.Attempts)
}

func TestAGatewayOfAnotherAuthorityIsAskedOnce(t *testing.T) {
	w, other := newWorld(t, 1), newWorld(t, 1)
	c := other.as("cn-officer")
	c.base = w.server.URL
	_, _, err := c.Movements().Accept(t.Context(), mrn)
	var failure *cats.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, cats.Unavailable, failure.Class)
	require.Equal(t, 1, failure.Attempts)
	require.Zero(t, w.requests.Load())
}

func TestAChangeThatWaitsForASignatureElsewhereIsTold(t *testing.T) {
	w := newWorld(t, 1)
	w.stand(func(_ http.Handler, rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusAccepted)
		_ = json.NewEncoder(rw).Encode(cats.Prepared{As: "cn-officer", Change: &cats.Unsigned{Stage: cats.StageProposal}})
	})
	_, _, err := w.as("cn-officer").Movements().Accept(t.Context(), mrn)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Equal(t, cats.Refused, classIn(t, err))
}

func TestAnAnswerThatIsNone(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"a redirection": func(rw http.ResponseWriter) {
			rw.Header().Set("Location", "/v1/movements")
			rw.WriteHeader(http.StatusTemporaryRedirect)
		},
		"no JSON":        func(rw http.ResponseWriter) { _, _ = rw.Write([]byte("<html>")) },
		"a failure":      func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusInternalServerError) },
		"one too large":  func(rw http.ResponseWriter) { large(rw) },
		"a page of 404s": func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusNotFound) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.stand(func(_ http.Handler, rw http.ResponseWriter, _ *http.Request) { answer(rw) })
			_, err := w.as("cn-officer").Movements().Get(t.Context(), mrn)
			require.Error(t, err)
			require.EqualValues(t, 1, w.requests.Load())
		})
	}
}

// large writes more than a client takes in.
func large(rw http.ResponseWriter) {
	part := []byte(strings.Repeat("x", 1<<20))
	for range answerLimit>>20 + 1 {
		if _, err := rw.Write(part); err != nil {
			return
		}
	}
}

func TestKeys(t *testing.T) {
	w := newWorld(t, 1)
	var key atomic.Value
	w.stand(func(next http.Handler, rw http.ResponseWriter, r *http.Request) {
		key.Store(r.Header.Get("Idempotency-Key"))
		next.ServeHTTP(rw, r)
	})
	officer, trader := w.as("cn-officer"), w.as("cn-trader")
	for range 2 {
		_, _, err := officer.Movements().Accept(t.Context(), mrn, cats.MessageID("one of mine"))
		require.NoError(t, err)
		require.Equal(t, "one of mine", key.Load())
	}
	require.Len(t, w.ledger.calls("Movements.Accept"), 1)
	_, _, err := officer.Movements().Reject(t.Context(), mrn, why, cats.MessageID("one of mine"))
	require.Equal(t, cats.Refused, classIn(t, err), "the key came with another request")
	for range 2 {
		_, _, err = officer.Movements().Accept(t.Context(), mrn)
		require.NoError(t, err)
		require.Len(t, key.Load(), 26)
	}
	require.Len(t, w.ledger.calls("Movements.Accept"), 3)
	_, _, err = trader.Movements().Lodge(t.Context(), some[*transit.STD](w.ledger))
	require.NoError(t, err)
	require.Empty(t, key.Load())
	require.Empty(t, w.last(t, "Movements.Lodge").asked.MessageID)
	_, err = trader.Movements().Get(t.Context(), mrn)
	require.NoError(t, err)
	require.Empty(t, key.Load())
}

func TestPathsAreNotMadeOfReferences(t *testing.T) {
	w := newWorld(t, 1)
	c := w.as("cn-officer")
	for _, reference := range []string{"a/b", "a b?c=%2F#d", "вагон", "{movement}"} {
		_, _, err := c.Movements().Accept(t.Context(), reference)
		require.NoError(t, err)
		require.Equal(t, []any{reference}, w.last(t, "Movements.Accept").args)
	}
	before := w.requests.Load()
	for _, reference := range []string{"", ".", ".."} {
		_, _, err := c.Movements().Accept(t.Context(), reference)
		var fault *transit.Fault
		require.ErrorAs(t, err, &fault)
		require.Equal(t, transit.MalformedRequest, fault.Code)
	}
	require.Equal(t, before, w.requests.Load())
}

func TestPausesGrowToALimit(t *testing.T) {
	p := thePace()
	for attempt := range 100 {
		require.LessOrEqual(t, p.jitter(attempt+1), min(p.base<<min(attempt, 20), p.limit), strconv.Itoa(attempt))
	}
}
