package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/fsck"
)

// Two gateways of one organisation, behind a load balancer that sends each request to either.

func TestAKeyCountsAtEveryGateway(t *testing.T) {
	t.Run("The other one gives the same answer, byte for byte", func(t *testing.T) {
		one := newServer(t, newFake())
		other := one.beside()
		first := one.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		again := other.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 200, again.status)
		require.Equal(t, first.body, again.body)
		require.Equal(t, first.header.Get("ETag"), again.header.Get("ETag"))
		require.Len(t, one.fake.calls(), 1)
	})

	t.Run("One that is killed between ledger and answer is made up for by the other, which does nothing twice", func(t *testing.T) {
		one := newServer(t, newFake())
		other := one.beside()
		one.answers = &forgetful{Answers: one.answers}
		one.end()
		one.begin()
		require.Equal(t, 200, one.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 409, other.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status, "it may be answering still")
		other.clock.add(claimLife)
		require.Equal(t, 200, other.do("officer", "POST", accept, "", "Idempotency-Key", "k1").status)
		require.Equal(t, 4, one.fake.movement.Seq, "one step")
	})

	t.Run("One that works for long keeps its claim", func(t *testing.T) {
		f := newFake()
		f.block, f.inside = make(chan struct{}), make(chan struct{}, 1)
		one := newServer(t, f)
		other := one.beside()
		first := make(chan answered, 1)
		go func() { first <- one.do("officer", "POST", accept, "", "Idempotency-Key", "k1") }()
		<-f.inside
		one.clock.add(claimLife - time.Second)
		time.Sleep(claimRenew + time.Second)
		one.clock.add(claimLife - time.Second)
		busy := other.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, codeKeyBusy, busy.problem(t).Code)
		close(f.block)
		require.Equal(t, 200, (<-first).status)
	})

	t.Run("An unknown outcome is resolved at the other one: by its transaction, and by the repetition", func(t *testing.T) {
		one := newServer(t, newFake())
		other := one.beside()
		one.fake.lose = true
		lost := one.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 504, lost.status)
		transaction := lost.problem(t).TransactionID
		require.NotEmpty(t, transaction)
		found := other.do("officer", "GET", "/v1/transactions/"+transaction, "")
		require.Equal(t, 200, found.status, "%s", found.body)
		require.Contains(t, one.fake.calls(), "Await")
		again := other.do("officer", "POST", accept, "", "Idempotency-Key", "k1")
		require.Equal(t, 200, again.status)
		require.Equal(t, 4, one.fake.movement.Seq, "one step")
		require.Equal(t, again.body, one.do("officer", "POST", accept, "", "Idempotency-Key", "k1").body, "from now on that is the answer")
	})
}

// pair are two gateways on a database, each with connections of its own, whose jobs go at a pace for tests.
func pair(t *testing.T, f *fake, address string) (one, other *server) {
	t.Helper()
	begin := func() *server {
		db := databasetest.Open(t, address)
		s := &server{
			t: t, fake: f, answers: kept(t, db), jobs: jobsIn(t, db), clock: &clock{at: time.Now()}, log: &bytes.Buffer{},
		}
		s.begin()
		s.gateway.jobs.pace = jobPace{beat: 50 * time.Millisecond, look: 20 * time.Millisecond, patience: time.Second}
		t.Cleanup(s.end)
		return s
	}
	return begin(), begin()
}

// looking has a gateway take on jobs until the test ends.
func (s *server) looking() {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.gateway.jobs.run(ctx) }()
	s.t.Cleanup(func() { cancel(); <-ended })
}

// hold makes the checks of a gateway last until they are canceled.
func (s *server) hold() {
	s.gateway.pool.open = func(context.Context, string) (*Ledger, error) {
		l := s.fake.ledger()
		l.Node = slow{fakeNode{s.fake}}
		return l, nil
	}
}

// until reads a job until it is in a state.
func (s *server) until(where string, state JobState) Job {
	s.t.Helper()
	var job Job
	require.Eventually(s.t, func() bool {
		a := s.do("officer", "GET", where, "")
		require.Equal(s.t, 200, a.status, "%s", a.body)
		job = Job{}
		require.NoError(s.t, json.Unmarshal(a.body, &job))
		return job.State == state
	}, 10*time.Second, 5*time.Millisecond)
	return job
}

func (s *server) order(kind JobKind, headers ...string) string {
	s.t.Helper()
	a := s.do("officer", "POST", "/v1/jobs", `{"kind":"`+string(kind)+`"}`, headers...)
	require.Equal(s.t, 202, a.status, "%s", a.body)
	return a.header.Get("Location")
}

func TestAJobIsKnownAtEveryGateway(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		f := newFake()
		f.report = &fsck.Report{}
		for i := range 3000 { // several parts
			f.page = append(f.page, &transit.Movement{Course: transit.Course{ID: fmt.Sprintf("m%05d", i)}})
		}
		one, other := pair(t, f, address)
		one.hold()
		where := other.order(JobMovements)
		require.EqualValues(t, 3000, one.until(where, JobDone).Done)
		result := one.do("officer", "GET", where+"/result", "")
		require.Equal(t, fmt.Sprint(len(result.body)), result.header.Get("Content-Length"))
		require.Greater(t, len(result.body), 2*partBytes)
		require.Equal(t, 3000, strings.Count(string(result.body), "\n"))
		require.Equal(t, result.body, other.do("officer", "GET", where+"/result", "").body)
		require.Equal(t, 404, one.do("other", "GET", where, "").status, "others have none of that name")

		running := one.order(JobLedgerCheck)
		var mine Jobs
		listed := other.do("officer", "GET", "/v1/jobs", "")
		require.NoError(t, json.Unmarshal(listed.body, &mine))
		require.Len(t, mine.Jobs, 2)
		require.JSONEq(t, `{"jobs":[]}`, string(other.do("other", "GET", "/v1/jobs", "").body))
		require.Equal(t, 200, other.do("officer", "DELETE", running, "").status)
		one.until(running, JobCanceled)
	})
}

func TestAJobOrderedTwiceUnderAKeyIsOneJob(t *testing.T) {
	f := newFake()
	f.report = &fsck.Report{}
	one, other := pair(t, f, databasetest.SQLite(t))
	one.answers = &forgetful{Answers: one.answers}
	one.end()
	one.begin()
	where := one.order(JobLedgerCheck, "Idempotency-Key", "k1")
	other.clock.add(claimLife)
	require.Equal(t, where, other.order(JobLedgerCheck, "Idempotency-Key", "k1"))
}

// dead is a job whose process was killed.
func (s *server) dead(id string, attempt int) string {
	s.t.Helper()
	c := someCallers()["officer"]
	r := jobRow{
		Job:   Job{ID: id, Kind: JobLedgerCheck, State: JobRunning, StartedAt: s.clock.now()},
		owner: ownerOf(c), identity: c.Identity, token: "dead" + id, attempt: attempt,
	}
	_, err := s.jobs.enter(s.t.Context(), r)
	require.NoError(s.t, err)
	for range attempt - 1 {
		taken, err := s.jobs.take(s.t.Context(), &r, r.token)
		require.NoError(s.t, err)
		require.True(s.t, taken)
	}
	return "/v1/jobs/" + id
}

func TestAJobWhoseProcessEndedIsTakenOn(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		f := newFake()
		f.report = &fsck.Report{}
		one, other := pair(t, f, address)

		killed, over := one.dead("killed", 1), one.dead("over", jobAttempts)
		begun := time.Now()
		other.looking()
		require.NotContains(t, string(other.do("officer", "GET", killed, "").body), "endedAt", "it may be alive")
		require.Equal(t, JobDone, other.until(killed, JobDone).State)
		require.GreaterOrEqual(t, time.Since(begun), other.gateway.jobs.pace.patience)
		failed := other.until(over, JobFailed)
		require.Equal(t, codeUnavailable, failed.Problem.Code)
		require.Contains(t, failed.Problem.Detail, "3 processes have ended while they did the job")

		unwanted := one.dead("unwanted", 1)
		require.Equal(t, 200, other.do("officer", "DELETE", unwanted, "").status)
		other.until(unwanted, JobCanceled)
	})
}

func TestAGatewayThatEndsGivesItsJobsBack(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		f := newFake()
		f.report = &fsck.Report{}
		one, other := pair(t, f, address)
		one.hold()
		where := one.order(JobLedgerCheck)
		other.looking()
		require.Never(t, func() bool {
			return !strings.Contains(string(other.do("officer", "GET", where, "").body), `"running"`)
		}, 2*other.gateway.jobs.pace.patience, 100*time.Millisecond, "its process gives signs of life")
		begun := time.Now()
		one.gateway.jobs.close()
		other.until(where, JobDone)
		require.Less(t, time.Since(begun), other.gateway.jobs.pace.patience, "nobody needs to wait")
	})
}

func TestAProcessThatWasCutOffWritesNothingAnyMore(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		ctx := t.Context()
		s := jobsIn(t, databasetest.Open(t, address))
		r := jobRow{Job: Job{ID: "j", Kind: JobMovements, State: JobRunning, StartedAt: time.Now()}, owner: "o", token: "a", attempt: 1}
		_, err := s.enter(ctx, r)
		require.NoError(t, err)
		old := &partWriter{ctx: ctx, store: s, id: "j", token: "a"}
		_, err = old.Write(bytes.Repeat([]byte("a"), partBytes+1))
		require.NoError(t, err)
		seen, err := s.find(ctx, "o", "j")
		require.NoError(t, err)
		taken, err := s.take(ctx, seen, "b")
		require.NoError(t, err)
		require.True(t, taken)
		taken, err = s.take(ctx, seen, "c")
		require.NoError(t, err)
		require.False(t, taken, "one takes it on")

		require.ErrorIs(t, old.Flush(), errJobLost)
		_, err = s.beat(ctx, "j", "a", 1)
		require.ErrorIs(t, err, errJobLost)
		r.State, r.EndedAt = JobDone, time.Now()
		require.ErrorIs(t, s.end(ctx, &r), errJobLost)

		next := &partWriter{ctx: ctx, store: s, id: "j", token: "b"}
		_, err = next.Write([]byte("bb"))
		require.NoError(t, err)
		require.NoError(t, next.Flush())
		r.token, r.size = "b", next.size
		require.NoError(t, s.end(ctx, &r))
		body, err := io.ReadAll(&partReader{ctx: ctx, store: s, id: "j"})
		require.NoError(t, err)
		require.Equal(t, "bb", string(body))
		require.NoError(t, s.expire(ctx, time.Now().Add(jobLife+time.Second)))
		_, err = s.find(ctx, "o", "j")
		require.ErrorIs(t, err, errNoJob)
		body, err = io.ReadAll(&partReader{ctx: ctx, store: s, id: "j"})
		require.NoError(t, err)
		require.Empty(t, body, "the result goes with the job")
	})
}

func TestWithoutTheDatabaseJobsSaySo(t *testing.T) {
	s := newServer(t, newFake())
	require.NoError(t, s.jobs.db.Close())
	for _, ask := range [][2]string{{"POST", `{"kind":"movements"}`}, {"GET", ""}} {
		require.Equal(t, 503, s.do("officer", ask[0], "/v1/jobs", ask[1]).status)
	}
	require.Equal(t, 503, s.do("officer", "DELETE", "/v1/jobs/x", "").status)
}
