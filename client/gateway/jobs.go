package gateway

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/access"
)

// JobKind is a kind of long work.
type JobKind string

// Kinds of jobs.
const (
	// JobLedgerCheck derives the whole ledger once more from its blocks and compares.
	JobLedgerCheck JobKind = "ledger-check"
	// JobMovements exports all movements, one JSON object a line.
	JobMovements JobKind = "movements"
)

// JobState is how far a job has come.
type JobState string

// States of a job.
const (
	JobRunning  JobState = "running"
	JobDone     JobState = "done"
	JobFailed   JobState = "failed"
	JobCanceled JobState = "canceled"
)

// JobOrder asks for long work.
type JobOrder struct {
	// What is to be done.
	Kind JobKind `json:"kind"`
}

// Job is long work and how far it has come.
type Job struct {
	ID    string   `json:"id"`
	Kind  JobKind  `json:"kind"`
	State JobState `json:"state"`
	// Done counts what is done so far: movements written.
	Done      int64     `json:"done"`
	StartedAt time.Time `json:"startedAt"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
	// Problem is why it failed.
	Problem *Problem `json:"problem,omitempty"`
}

const (
	// jobsRunning bounds the jobs that run at once, jobsKept those that are remembered.
	jobsRunning = 2
	jobsKept    = 64
	// jobLife is how long a job and its result are kept after its end.
	jobLife = time.Hour
	// jobTime bounds a job, jobBytes its result.
	jobTime  = 30 * time.Minute
	jobBytes = 256 << 20
)

// jobs does long work beside the requests. They belong to this process: a job ends with it and has to be ordered anew.
type jobs struct {
	pool    *pool
	now     func() time.Time
	metrics *metrics
	ctx     context.Context
	stop    context.CancelFunc
	working sync.WaitGroup

	mu   sync.Mutex
	kept map[string]*job
}

// job is guarded by the lock of jobs but for done and result's content, which only its own goroutine writes while it runs.
type job struct {
	Job

	owner  string
	done   atomic.Int64
	cancel context.CancelFunc
	result *os.File
}

func newJobs(p *pool, now func() time.Time, m *metrics) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{pool: p, now: now, metrics: m, ctx: ctx, stop: stop, kept: map[string]*job{}}
}

// close ends all jobs and forgets their results.
func (j *jobs) close() error {
	j.stop()
	j.working.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	for id := range j.kept {
		j.forget(id)
	}
	return nil
}

// start begins a job for a caller.
func (j *jobs) start(c access.Caller, kind JobKind) (*Job, error) {
	work := map[JobKind]func(context.Context, *Ledger, *job, io.Writer) error{JobLedgerCheck: checkLedger, JobMovements: exportMovements}[kind]
	if work == nil {
		return nil, transit.Faultf(transit.MalformedRequest, "there is no job of the kind %q", kind).At("/kind")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.room(); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "cats-job-")
	if err != nil {
		return nil, fmt.Errorf("couldn't make a file for the result: %w", err)
	}
	// The name goes at once: whatever ends this process, no result stays behind.
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	ctx, cancel := context.WithTimeout(j.ctx, jobTime)
	w := &job{
		Job:   Job{ID: rand.Text(), Kind: kind, State: JobRunning, StartedAt: j.now().UTC()},
		owner: c.Identity + "/" + c.Name, cancel: cancel, result: file,
	}
	j.kept[w.ID] = w
	j.working.Go(func() {
		defer cancel()
		j.end(ctx, w, j.run(ctx, c.Identity, w, work))
	})
	copied := w.Job
	return &copied, nil
}

// room forgets what has expired and refuses a job too many. The lock is held.
func (j *jobs) room() error {
	running := 0
	for id, w := range j.kept {
		switch {
		case w.State == JobRunning:
			running++
		case j.now().Sub(w.EndedAt) > jobLife:
			j.forget(id)
		}
	}
	if j.ctx.Err() != nil || running >= jobsRunning || len(j.kept) >= jobsKept {
		p := problem(codeTooMany, "The gateway does as many jobs as it can; order it again later.")
		p.retryAfter = 30 * time.Second
		return p
	}
	return nil
}

// forget lets go of a job that does not run. The lock is held.
func (j *jobs) forget(id string) {
	_ = j.kept[id].result.Close() // The file has no name any more, and goes with this.
	delete(j.kept, id)
}

func (j *jobs) run(
	ctx context.Context, identity string, w *job, work func(context.Context, *Ledger, *job, io.Writer) error,
) error {
	l, give, err := j.pool.get(ctx, identity)
	if err != nil {
		return err
	}
	defer give()
	out := bufio.NewWriter(&limited{w: w.result, left: jobBytes})
	if err := work(ctx, l, w, out); err != nil {
		return err
	}
	return out.Flush()
}

func (j *jobs) end(ctx context.Context, w *job, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	w.EndedAt, w.Done = j.now().UTC(), w.done.Load()
	switch {
	case err == nil:
		w.State = JobDone
	case errors.Is(ctx.Err(), context.Canceled):
		w.State = JobCanceled
	default:
		w.State, w.Problem = JobFailed, failed(err)
	}
	j.metrics.jobs.WithLabelValues(string(w.Kind), string(w.State)).Inc()
}

// find returns a job of the caller; others have none of that name.
func (j *jobs) find(c access.Caller, id string) (*job, *Job, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := j.kept[id]
	if w == nil || w.owner != c.Identity+"/"+c.Name {
		return nil, nil, transit.Faultf(transit.NotFound, "there is no such job; it may have expired").At("/job")
	}
	view := w.Job
	if view.State == JobRunning {
		view.Done = w.done.Load()
	}
	return w, &view, nil
}

// cancel ends a job, or forgets one that has ended.
func (j *jobs) cancel(c access.Caller, id string) (*Job, error) {
	w, view, err := j.find(c, id)
	if err != nil {
		return nil, err
	}
	w.cancel()
	return view, nil
}

// open reads the result of a job that is done. Readings do not disturb each other.
func (j *jobs) open(c access.Caller, id string) (io.Reader, int64, JobKind, error) {
	w, view, err := j.find(c, id)
	if err != nil {
		return nil, 0, "", err
	}
	if view.State != JobDone {
		return nil, 0, "", transit.Faultf(transit.OutOfSequence, "the job is %s and has no result", view.State)
	}
	info, err := w.result.Stat()
	if err != nil {
		return nil, 0, "", transit.Faultf(transit.NotFound, "the job's result has expired").At("/job")
	}
	return io.NewSectionReader(w.result, 0, info.Size()), info.Size(), view.Kind, nil
}

func checkLedger(ctx context.Context, l *Ledger, _ *job, out io.Writer) error {
	report, err := l.Node.Check(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(report)
}

func exportMovements(ctx context.Context, l *Ledger, w *job, out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	for m, err := range l.Movements.List(ctx) {
		if err != nil {
			return err
		}
		if err := e.Encode(m); err != nil {
			return err
		}
		w.done.Add(1)
	}
	return nil
}

// limited refuses to write beyond a bound.
type limited struct {
	w    io.Writer
	left int64
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= int64(len(b)); l.left < 0 {
		return 0, transit.Faultf(transit.TooLarge, "the result is larger than %s", bytesOf(jobBytes))
	}
	return l.w.Write(b)
}

// jobRows are the operations on jobs.
func jobRows(j *jobs) []operation {
	order := change(operation{
		id: "orderJob", method: http.MethodPost, path: "/v1/jobs", summary: "Order long work",
		description: "It goes on beside; the answer tells where its progress and its result are read. " +
			"A job belongs to the process that does it and ends with it; its result is kept for an hour.",
		status: http.StatusAccepted,
	}, func(_ context.Context, _ *Ledger, r *request, b JobOrder) (*Job, receipt, error) {
		done, err := j.start(r.caller, b.Kind)
		return done, receipt{}, err
	})
	inner := order.perform
	order.perform = func(ctx context.Context, l *Ledger, r *request) (*reply, error) {
		result, err := inner(ctx, l, r)
		if err != nil {
			return nil, err
		}
		made, _ := result.body.(Changed[*Job])
		return &reply{body: made.Record, location: "/v1/jobs/" + made.Record.ID}, nil
	}
	order.result = jobType()
	return tagged(tagJobs, order,
		read(operation{id: "getJob", method: http.MethodGet, path: "/v1/jobs/{job}", summary: "Read how far a job has come"},
			func(_ context.Context, _ *Ledger, r *request) (*Job, error) {
				_, view, err := j.find(r.caller, r.path("job"))
				return view, err
			}),
		read(operation{id: "cancelJob", method: http.MethodDelete, path: "/v1/jobs/{job}", summary: "End a job"},
			func(_ context.Context, _ *Ledger, r *request) (*Job, error) { return j.cancel(r.caller, r.path("job")) }),
	)
}

// jobResult answers with the result of a job.
func (g *Gateway) jobResult(w http.ResponseWriter, r *http.Request) {
	caller, _ := access.From(r.Context())
	result, size, kind, err := g.jobs.open(caller, r.PathValue("job"))
	if err != nil {
		failed(err).write(w, requestID(r.Context()))
		return
	}
	media := "application/json"
	if kind == JobMovements {
		media = "application/x-ndjson"
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", fmt.Sprint(size))
	_, _ = io.Copy(w, result) // A reader that has gone asks again.
}
