package gateway

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
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

// Jobs are those of one caller.
type Jobs struct {
	// The jobs, the latest first.
	Jobs []Job `json:"jobs"`
}

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
	// Done counts what is done so far: movements written. It begins anew when another process takes the job on.
	Done      int64     `json:"done"`
	StartedAt time.Time `json:"startedAt"`
	EndedAt   time.Time `json:"endedAt,omitzero"`
	// Problem is why it failed.
	Problem *Problem `json:"problem,omitempty"`
}

const (
	// jobsRunning bounds the jobs of an organisation that run at once, jobsKept those that are remembered.
	jobsRunning = 2
	jobsKept    = 64
	// jobLife is how long a job and its result are kept after its end.
	jobLife = time.Hour
	// jobTime bounds an attempt at a job, jobBytes its result.
	jobTime  = 30 * time.Minute
	jobBytes = 256 << 20
	// jobAttempts is how many processes may end over a job before it is given up.
	jobAttempts = 3
)

// jobPace is how often a process gives a sign of life of its jobs and looks after those of others, and how long one may be silent.
type jobPace struct{ beat, look, patience time.Duration }

func theJobPace() jobPace {
	return jobPace{beat: time.Second, look: 2 * time.Second, patience: 10 * time.Second}
}

// jobs does long work beside the requests. What they are and how far they have come stands in the organisation's database, so that
// any of its gateways tells of them and ends them. A job whose process has ended is done by another one, from its beginning: it only
// reads the ledger. A process that was cut off and goes on later writes nothing any more; see [JobStore].
type jobs struct {
	store   *JobStore
	pool    *pool
	now     func() time.Time
	metrics *metrics
	log     *slog.Logger
	pace    jobPace
	ctx     context.Context
	stop    context.CancelFunc
	working sync.WaitGroup

	mu sync.Mutex
	// mine are the attempts under way here, by token.
	mine map[string]*attempt
	// seen is what was last seen of jobs that others do, and since when it has not changed.
	seen map[string]sighting
}

// attempt is a job under way in this process.
type attempt struct {
	jobRow

	done   atomic.Int64
	cancel context.CancelCauseFunc
}

type sighting struct {
	token string
	beat  int64
	since time.Time
}

// errUnwanted means that somebody has ended the job.
var errUnwanted = errors.New("the job was canceled")

// work does a job: it writes the result, and counts in done.
type work func(ctx context.Context, l *Ledger, done *atomic.Int64, out io.Writer) error

func workOf(kind JobKind) work {
	return map[JobKind]work{JobLedgerCheck: checkLedger, JobMovements: exportMovements}[kind]
}

func newJobs(store *JobStore, p *pool, now func() time.Time, m *metrics, log *slog.Logger) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{
		store: store, pool: p, now: now, metrics: m, log: log, pace: theJobPace(), ctx: ctx, stop: stop,
		mine: map[string]*attempt{}, seen: map[string]sighting{},
	}
}

// close ends the jobs under way here and gives them back: another process of the organisation goes on with them, or this one's next.
func (j *jobs) close() {
	j.stop()
	j.working.Wait()
}

// ownerOf names who has ordered a job, without telling who that is.
func ownerOf(c access.Caller) string {
	sum := sha256.Sum256([]byte("cats job\x00" + c.Identity + "\x00" + c.Name))
	return text32(sum[:])
}

// start begins a job for a caller. Under the same name, which is that of the request where it has one, it is begun once.
func (j *jobs) start(ctx context.Context, c access.Caller, name string, kind JobKind) (*Job, error) {
	if workOf(kind) == nil {
		return nil, transit.Faultf(transit.MalformedRequest, "there is no job of the kind %q", kind).At("/kind")
	}
	if name == "" {
		name = rand.Text()
	}
	r := jobRow{
		Job:   Job{ID: name, Kind: kind, State: JobRunning, StartedAt: time.UnixMilli(j.now().UnixMilli()).UTC()},
		owner: ownerOf(c), identity: c.Identity, token: rand.Text(), attempt: 1,
	}
	if j.ctx.Err() != nil {
		return nil, tooManyJobs()
	}
	was, err := j.store.enter(ctx, r)
	switch {
	case errors.Is(err, errJobsFull):
		return nil, tooManyJobs()
	case err != nil:
		return nil, j.unreachable(ctx, err)
	case was != nil:
		return &was.Job, nil
	}
	j.begin(r)
	return &r.Job, nil
}

func tooManyJobs() *Problem {
	p := problem(codeTooMany, "The gateway does as many jobs as it can; order it again later.")
	p.retryAfter = 30 * time.Second
	return p
}

// unreachable tells the caller that the database does not answer, and the log why.
func (j *jobs) unreachable(ctx context.Context, err error) error {
	j.log.ErrorContext(ctx, "the jobs cannot be reached", "error", err.Error())
	return unavailable("The gateway cannot reach its jobs now; nothing was done.")
}

// begin does a job that stands under a token of this process.
func (j *jobs) begin(r jobRow) {
	ctx, cancel := context.WithCancelCause(j.ctx)
	a := &attempt{jobRow: r, cancel: cancel}
	j.mu.Lock()
	j.mine[r.token] = a
	j.mu.Unlock()
	j.working.Go(func() {
		defer cancel(nil)
		beating := make(chan struct{})
		go func() {
			defer close(beating)
			j.beat(ctx, a)
		}()
		err := j.attempt(ctx, a)
		why := context.Cause(ctx)
		cancel(nil)
		<-beating
		j.end(a, why, err)
		j.mu.Lock()
		delete(j.mine, r.token)
		j.mu.Unlock()
	})
}

// attempt does the work. The size of the result is the attempt's when it returns nil.
func (j *jobs) attempt(ctx context.Context, a *attempt) error {
	ctx, cancel := context.WithTimeout(ctx, jobTime)
	defer cancel()
	l, give, err := j.pool.get(ctx, a.identity)
	if err != nil {
		return err
	}
	defer give()
	parts := &partWriter{ctx: ctx, store: j.store, id: a.ID, token: a.token}
	if err := workOf(a.Kind)(ctx, l, &a.done, &limited{w: parts, left: jobBytes}); err != nil {
		return err
	}
	if err := parts.Flush(); err != nil {
		return err
	}
	a.size = parts.size
	return nil
}

// beat gives signs of life until the context ends, and ends the attempt when the job is no longer wanted or another process may have
// taken it on.
func (j *jobs) beat(ctx context.Context, a *attempt) {
	every := time.NewTicker(j.pace.beat)
	defer every.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		begun := time.Now()
		trying, cancel := context.WithTimeout(ctx, j.pace.patience/2)
		canceled, err := j.store.beat(trying, a.ID, a.token, a.done.Load())
		cancel()
		switch {
		case canceled:
			a.cancel(errUnwanted)
		case err == nil:
			last = begun
		case errors.Is(err, errJobLost), time.Since(last) > j.pace.patience*3/4:
			a.cancel(errJobLost)
		}
	}
}

// end writes down what came of an attempt: why is what has ended it from outside, if anything has.
func (j *jobs) end(a *attempt, why, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), 10*time.Second)
	defer cancel()
	r := a.jobRow
	r.EndedAt, r.Done, r.State = j.now().UTC(), a.done.Load(), JobDone
	var writing error
	switch {
	case errors.Is(why, errUnwanted):
		r.State = JobCanceled
		writing = j.finish(ctx, &r)
	case err == nil:
		writing = j.finish(ctx, &r)
	case errors.Is(why, errJobLost):
		writing = why
	case why != nil: // the process ends
		writing = j.store.giveBack(ctx, a.ID, a.token)
	default:
		r.State, r.Problem = JobFailed, failed(err)
		writing = j.finish(ctx, &r)
	}
	if writing != nil {
		j.log.WarnContext(ctx, "what came of a job was not written down", "job", a.ID, "error", writing.Error())
	}
}

// finish ends a job, whoever did it, and counts it.
func (j *jobs) finish(ctx context.Context, r *jobRow) error {
	err := j.store.end(ctx, r)
	if err == nil {
		j.metrics.jobs.WithLabelValues(string(r.Kind), string(r.State)).Inc()
	}
	return err
}

// find returns a job of the caller; others have none of that name.
func (j *jobs) find(ctx context.Context, c access.Caller, id string) (*jobRow, error) {
	r, err := j.store.find(ctx, ownerOf(c), id)
	switch {
	case errors.Is(err, errNoJob):
		return nil, transit.Faultf(transit.NotFound, "there is no such job; it may have expired").At("/job")
	case err != nil:
		return nil, j.unreachable(ctx, err)
	case r.State != JobRunning && j.now().Sub(r.EndedAt) > jobLife:
		return nil, transit.Faultf(transit.NotFound, "the job has expired").At("/job")
	}
	return r, nil
}

// view returns a job of the caller as it stands.
func (j *jobs) view(ctx context.Context, c access.Caller, id string) (*Job, error) {
	r, err := j.find(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return &r.Job, nil
}

// list returns the jobs of the caller, the latest first.
func (j *jobs) list(ctx context.Context, c access.Caller) (*Jobs, error) {
	rows, err := j.store.of(ctx, ownerOf(c))
	if err != nil {
		return nil, j.unreachable(ctx, err)
	}
	all := &Jobs{Jobs: []Job{}}
	for _, r := range rows {
		if r.State == JobRunning || j.now().Sub(r.EndedAt) <= jobLife {
			all.Jobs = append(all.Jobs, r.Job)
		}
	}
	return all, nil
}

// cancel ends a job that runs, whichever process does it: at once here, at its next sign of life elsewhere.
func (j *jobs) cancel(ctx context.Context, c access.Caller, id string) (*Job, error) {
	r, err := j.find(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if err := j.store.unwant(ctx, id); err != nil {
		return nil, j.unreachable(ctx, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if a := j.mine[r.token]; a != nil {
		a.cancel(errUnwanted)
	}
	return &r.Job, nil
}

// open reads the result of a job that is done. Readings do not disturb each other.
func (j *jobs) open(ctx context.Context, c access.Caller, id string) (io.Reader, int64, JobKind, error) {
	r, err := j.find(ctx, c, id)
	if err != nil {
		return nil, 0, "", err
	}
	if r.State != JobDone {
		return nil, 0, "", transit.Faultf(transit.OutOfSequence, "the job is %s and has no result", r.State)
	}
	return &partReader{ctx: ctx, store: j.store, id: id}, r.size, r.Kind, nil
}
