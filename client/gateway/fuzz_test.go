package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/access"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
	"carec.example/cats/client/gateway/gatewaytest"
)

// fed is a gateway on a ledger that takes anything, to be fed with what nobody should send.
type fed struct {
	*server
	anything *anything
	document *gatewaytest.Document
	client   *http.Client
	// admitted is somebody whom the door lets in, by operation.
	admitted map[string]string
}

func newFed(t testing.TB) *fed {
	t.Helper()
	document, err := gatewaytest.Read(Document(false))
	require.NoError(t, err)
	f := &fed{document: document, admitted: map[string]string{eventsID: "officer", jobResultID: "officer"}, client: &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	f.anything = newAnything(document)
	document.Example("movement", ownID)
	db := newDatabase(t)
	f.server = &server{
		t: t, ledger: f.anything.ledger, answers: kept(t, db), jobs: jobsIn(t, db), clock: &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)},
		out: io.Discard, parts: partsIn(t, db), logIn: logInOn(t, db),
	}
	// What the follower writes has these times; the other tests do without.
	_, err = db.ExecContext(t.Context(), "UPDATE ledger_movement SET lodged_at = '2026-11-01T07:00:00Z', at = '2026-11-01T08:00:00Z'")
	require.NoError(t, err)
	f.begin()
	t.Cleanup(f.end)
	t.Cleanup(f.client.CloseIdleConnections)
	for _, o := range operations(nil) {
		for name, c := range everybody() {
			if name != "foreign" && admits(o.roles, c.Role) {
				f.admitted[o.id] = max(f.admitted[o.id], name)
			}
		}
	}
	return f
}

// logInOn is the log-in of an organisation without accounts.
func logInOn(t testing.TB, db *database.DB) http.Handler {
	t.Helper()
	profile, _ := profileWith(t, map[string]cats.IdentityProfile{})
	guard, err := access.New(t.Context(), access.Config{
		Profile: profile, Organisation: "CN", Database: db, Log: slog.New(slog.DiscardHandler),
		Limits: access.Limits{LogIn: access.Rate{PerSecond: 1e6, Burst: 1e6}},
	})
	require.NoError(t, err)
	return guard.Handler()
}

// feed sends the request that a source of chance makes for an operation, and judges the answer.
func (f *fed) feed(t testing.TB, o *gatewaytest.Operation, r *rand.Rand) *gatewaytest.Answer {
	t.Helper()
	who := []string{"officer", "trader", "clerk", "admin", "foreign", "nobody"}[r.IntN(6)]
	if r.IntN(3) > 0 {
		who = f.admitted[o.ID]
	}
	q := f.document.Request(r, o)
	a, err := q.Send(t.Context(), f.client, f.http.URL, "X-Test-Caller", who)
	require.NoError(t, err, "as %s: %s", who, q)
	require.NoError(t, f.document.Judge(q, a), "as %s: %s", who, q)
	require.NoError(t, f.anything.defect())
	return a
}

// fedTimes is how many requests each operation is fed with in an ordinary run.
const fedTimes = 40

// TestEveryOperationBearsWhatNobodyShouldSend feeds every operation of the document. Whatever comes, the answer is one that the
// document promises, and nothing stays behind: no goroutine, no client that is lent, no reader of events.
func TestEveryOperationBearsWhatNobodyShouldSend(t *testing.T) {
	f := newFed(t)
	before := runtime.NumGoroutine()
	for i, o := range f.document.Operations {
		t.Run(o.ID, func(t *testing.T) {
			done, needsMore := false, needsMore(o)
			for n := 0; n < fedTimes || !done && n < 10*fedTimes && !needsMore; n++ {
				done = f.feed(t, o, gatewaytest.Seeded(i, n)).Status < 300 || done
			}
			// A test that never gets past the door would show little.
			require.True(t, done || needsMore, "some of what is sent is done")
		})
	}
	f.client.CloseIdleConnections()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines stay behind")
	require.Zero(t, f.lent(), "clients stay lent")
	require.Empty(t, f.gateway.streams)
}

// needsMore reports whether an operation needs what no document tells: a job or a subscription of one's own, a signature, an
// account, an identity provider, a service.
func needsMore(o *gatewaytest.Operation) bool {
	for _, part := range []string{"{job}", "{subscription}", "/v1/session", "/v1/oidc", "/v1/signatures", "/v1/statements", "risk-assessments"} {
		if strings.Contains(o.Path, part) {
			return true
		}
	}
	return false
}

// lent counts the users of the clients of the pool.
func (f *fed) lent() int {
	p := f.gateway.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, e := range p.lent {
		n += e.users
	}
	return n
}

// TestResultsOfJobsAreAsTheDocumentSays orders each kind of job and judges what it comes to.
func TestResultsOfJobsAreAsTheDocumentSays(t *testing.T) {
	f := newFed(t)
	ask := func(operation, method, path, body string) *gatewaytest.Answer {
		q := &gatewaytest.Request{
			Operation: f.document.Operation(operation), Method: method, Path: path, Body: []byte(body),
			Header: http.Header{"Content-Type": {"application/json"}},
		}
		a, err := q.Send(t.Context(), f.client, f.http.URL, "X-Test-Caller", "officer")
		require.NoError(t, err)
		require.NoError(t, f.document.Judge(q, a))
		return a
	}
	for _, kind := range []JobKind{JobLedgerCheck, JobMovements} {
		ended, results := map[string]bool{}, 0
		for n := 0; n < 100 && (results == 0 || !ended["failed"]); n++ {
			at := ask("orderJob", "POST", "/v1/jobs", `{"kind":"`+string(kind)+`"}`).Header.Get("Location")
			var job Job
			require.Eventually(t, func() bool {
				require.NoError(t, json.Unmarshal(ask("getJob", "GET", at, "").Body, &job))
				return job.State != JobRunning
			}, 10*time.Second, time.Millisecond)
			ended[string(job.State)] = true
			if ask(jobResultID, "GET", at+"/result", "").Status == http.StatusOK {
				results++
			}
			f.clock.add(2 * jobLife)
		}
		require.Equal(t, map[string]bool{"done": true, "failed": true}, ended, "%s", kind)
	}
}

// TestTheDocumentIsJudgedStrictly makes sure that the judge of the tests above would see what is wrong.
func TestTheDocumentIsJudgedStrictly(t *testing.T) {
	document, err := gatewaytest.Read(Document(false))
	require.NoError(t, err)
	require.Len(t, document.Operations, len(operations(nil))+len(specials())+len(logInOperations()))
	get := document.Operation("getCaller")
	header := func(media string) http.Header {
		return http.Header{"Content-Type": {media}, "X-Request-Id": {"A"}}
	}
	good := `{"identity":"a","organisation":"CN","role":"officer","scheme":"bearer"}`
	king := strings.Replace(good, "officer", "king", 1)
	unknown := `{"type":"urn:carec:cats:problem:NOVEL","title":"a","status":404,"detail":"b","code":"NOVEL"}`
	known := `{"type":"urn:carec:cats:problem:NOT_FOUND","title":"a","status":404,"detail":"b","code":"NOT_FOUND"}`
	for name, c := range map[string]struct {
		method, path string
		status       int
		header       http.Header
		body         string
		wrong        string
	}{
		"a good answer":               {"GET", "/v1/caller", 200, header("application/json"), good, ""},
		"another media type":          {"GET", "/v1/caller", 200, header("text/html"), good, "does not have text/html"},
		"a field that is missing":     {"GET", "/v1/caller", 200, header("application/json"), `{"identity":"a"}`, "missing propert"},
		"a field nobody documented":   {"GET", "/v1/caller", 200, header("application/json"), good[:len(good)-1] + `,"x":1}`, "additional propert"},
		"a value not on its list":     {"GET", "/v1/caller", 200, header("application/json"), king, "value must be one of"},
		"a status nobody documented":  {"GET", "/v1/caller", 418, header("application/json"), good, "does not document 418"},
		"a failure of the server":     {"GET", "/v1/caller", 500, header(problemMedia), "", "failure of the server"},
		"a code not on the list":      {"GET", "/v1/caller", 404, header(problemMedia), unknown, "value must be one of"},
		"a problem of another status": {"GET", "/v1/caller", 403, header(problemMedia), known, "says 404"},
		"a request without its name":  {"GET", "/v1/caller", 200, http.Header{"Content-Type": {"application/json"}}, good, "names no request"},
		"a redirection":               {"GET", "/v1//caller", 307, header("text/html"), "", "no operation takes it"},
		"another method":              {"PUT", "/v1/caller", 404, header(problemMedia), known, "lacks GET"},
	} {
		t.Run(name, func(t *testing.T) {
			q := &gatewaytest.Request{Operation: get, Method: c.method, Path: c.path}
			err := document.Judge(q, &gatewaytest.Answer{Status: c.status, Header: c.header, Body: []byte(c.body)})
			if c.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.wrong)
		})
	}
}

// FuzzOperations feeds the operations with what a fuzzer finds: the first two bytes choose the operation, the rest what is sent.
func FuzzOperations(f *testing.F) {
	gateway := newFed(f)
	for i := range gateway.document.Operations {
		f.Add(fmt.Appendf([]byte{byte(i >> 8), byte(i)}, "seed %d", i))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) < 2 || len(input) > 4096 {
			t.Skip("too short to choose an operation, or longer than any request needs")
		}
		operations := gateway.document.Operations
		gateway.feed(t, operations[(int(input[0])<<8|int(input[1]))%len(operations)], gatewaytest.NewChance(input[2:]))
	})
}

// TestTheHeadOfAStreamIsNoStream asks for the head of the events: no place is taken, and the connection is free for the next.
func TestTheHeadOfAStreamIsNoStream(t *testing.T) {
	f := newFed(t)
	q := &gatewaytest.Request{Operation: f.document.Operation(eventsID), Method: http.MethodHead, Path: "/v1/events", Header: http.Header{}}
	for range 3 {
		a, err := q.Send(t.Context(), f.client, f.http.URL, "X-Test-Caller", "officer")
		require.NoError(t, err)
		require.NoError(t, f.document.Judge(q, a))
		require.Equal(t, eventStream, a.Header.Get("Content-Type"))
		require.Zero(t, f.lent())
	}
}
