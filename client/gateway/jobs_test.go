package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/fsck"
)

// ordered orders a job and waits for its end.
func (s *server) ordered(caller, kind string) (Job, string) {
	s.t.Helper()
	a := s.do(caller, "POST", "/v1/jobs", `{"kind":"`+kind+`"}`)
	require.Equal(s.t, 202, a.status, "%s", a.body)
	where := a.header.Get("Location")
	var job Job
	require.Eventually(s.t, func() bool {
		require.NoError(s.t, json.Unmarshal(s.do(caller, "GET", where, "").body, &job))
		return job.State != JobRunning
	}, 5*time.Second, time.Millisecond)
	return job, where
}

func TestAJobTellsItsProgressAndItsResult(t *testing.T) {
	f := newFake()
	f.page = []*transit.Movement{{Course: transit.Course{ID: "a"}}, {Course: transit.Course{ID: "b"}}}
	s := newServer(t, f)
	job, where := s.ordered("officer", "movements")
	require.Equal(t, JobDone, job.State)
	require.EqualValues(t, 2, job.Done)
	for range 2 {
		a := s.do("officer", "GET", where+"/result", "")
		require.Equal(t, "application/x-ndjson", a.header.Get("Content-Type"))
		require.Equal(t, 2, strings.Count(string(a.body), "\n"), "a result is read as often as one likes")
	}
}

func TestAJobThatFailsSaysWhy(t *testing.T) {
	f := newFake()
	f.fail = []error{&cats.Error{Class: cats.Unavailable}}
	s := newServer(t, f)
	job, where := s.ordered("officer", "ledger-check")
	require.Equal(t, JobFailed, job.State)
	require.Equal(t, codeUnavailable, job.Problem.Code)
	require.Equal(t, 409, s.do("officer", "GET", where+"/result", "").status)
}

func TestAJobIsItsOwners(t *testing.T) {
	f := newFake()
	f.report = &fsck.Report{}
	s := newServer(t, f)
	_, where := s.ordered("officer", "ledger-check")
	for _, path := range []string{where, where + "/result"} {
		require.Equal(t, 404, s.do("other", "GET", path, "").status)
		require.Equal(t, 200, s.do("officer", "GET", path, "").status)
	}
	s.clock.add(jobLife + time.Second)
	s.ordered("officer", "ledger-check") // makes room
	require.Equal(t, 404, s.do("officer", "GET", where, "").status)
}

// slow is a ledger whose check lasts until it is told to end.
type slow struct{ fakeNode }

func (s slow) Check(ctx context.Context) (*fsck.Report, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestJobsAreBoundedAndCanBeEnded(t *testing.T) {
	f := newFake()
	s := newServer(t, f)
	s.gateway.pool.open = func(context.Context, string) (*Ledger, error) {
		l := f.ledger()
		l.Node = slow{fakeNode{f}}
		return l, nil
	}
	var where string
	for range jobsRunning {
		a := s.do("officer", "POST", "/v1/jobs", `{"kind":"ledger-check"}`)
		require.Equal(t, 202, a.status)
		where = a.header.Get("Location")
	}
	full := s.do("officer", "POST", "/v1/jobs", `{"kind":"ledger-check"}`)
	require.Equal(t, 429, full.status)
	require.NotEmpty(t, full.header.Get("Retry-After"))
	require.Equal(t, 200, s.do("officer", "DELETE", where, "").status)
	require.Eventually(t, func() bool {
		var job Job
		require.NoError(t, json.Unmarshal(s.do("officer", "GET", where, "").body, &job))
		return job.State == JobCanceled
	}, 5*time.Second, time.Millisecond)
	// The other one ends with the gateway.
}

func TestAResultIsBounded(t *testing.T) {
	l := &limited{w: &strings.Builder{}, left: 3}
	_, err := l.Write([]byte("abc"))
	require.NoError(t, err)
	_, err = l.Write([]byte("d"))
	require.ErrorIs(t, err, transit.Faultf(transit.TooLarge, ""))
}

func TestThePoolKeepsFewClients(t *testing.T) {
	opened := map[string]int{}
	f := newFake()
	var fail error
	p := newPool(func(_ context.Context, name string) (*Ledger, error) { opened[name]++; return f.ledger(), fail }, 2)
	use := func(name string) func() {
		_, give, err := p.get(t.Context(), name)
		require.NoError(t, err)
		return give
	}
	use("a")()
	use("a")()
	require.Equal(t, 1, opened["a"], "one client for all requests of an identity")
	giveB := use("b")
	giveC := use("c")
	require.Equal(t, 1, f.closed, "a made room")
	_, _, err := p.get(t.Context(), "d")
	require.ErrorIs(t, err, errPoolFull, "clients in use are not closed")
	giveB()
	giveC()
	fail = errors.New("no key")
	_, _, err = p.get(t.Context(), "d")
	require.ErrorIs(t, err, fail)
	fail = nil
	use("d")()
	require.Equal(t, 2, opened["d"], "what could not be opened is tried again")
	require.NoError(t, p.close())
	_, _, err = p.get(t.Context(), "a")
	require.ErrorIs(t, err, errPoolClosed)
}
