package gateway

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"carec.example/cats/client/database"
)

// JobStore keeps jobs and their results in the organisation's database, so that all its gateways know them. Every write of a process
// that does a job names its token, and has no effect once another one has taken the job on.
type JobStore struct{ db *database.DB }

// OpenJobs keeps jobs in a database, and brings the tables up to date.
func OpenJobs(ctx context.Context, db *database.DB) (*JobStore, error) {
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	return &JobStore{db: db}, nil
}

func migrate(ctx context.Context, db *database.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return db.Migrate(ctx, files, "gateway_version")
}

var (
	// errNoJob: there is no job of that name, or it is another's.
	errNoJob = errors.New("there is no such job")
	// errJobsFull: as many jobs run, or are remembered, as may.
	errJobsFull = errors.New("there are too many jobs")
	// errJobLost: another process does the job, or it is no longer wanted.
	errJobLost = errors.New("the job is no longer this process's")
)

// jobRow is a job as it is kept.
type jobRow struct {
	Job

	owner, identity string
	canceled        bool
	size            int64
	token           string
	beat            int64
	attempt         int
}

const jobColumns = "id, owner, identity, kind, state, canceled, done, size, started, ended, problem, token, beat, attempt"

func scanJob(scan func(...any) error) (*jobRow, error) {
	var r jobRow
	var canceled int
	var started, ended int64
	var problem string
	err := scan(&r.ID, &r.owner, &r.identity, &r.Kind, &r.State, &canceled, &r.Done, &r.size, &started, &ended, &problem, &r.token, &r.beat, &r.attempt)
	if err != nil {
		return nil, err
	}
	r.canceled, r.StartedAt = canceled != 0, time.UnixMilli(started).UTC()
	if ended != 0 {
		r.EndedAt = time.UnixMilli(ended).UTC()
	}
	if problem == "" {
		return &r, nil
	}
	if err := json.Unmarshal([]byte(problem), &r.Problem); err != nil {
		return nil, fmt.Errorf("couldn't read why a job has failed: %w", err)
	}
	return &r, nil
}

// enter adds a job that begins now, and makes room for it by forgetting what has expired. A job of that name that is there already is
// returned in its place.
func (s *JobStore) enter(ctx context.Context, r jobRow) (was *jobRow, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		was = nil
		if err := expireJobs(ctx, tx, r.StartedAt); err != nil {
			return err
		}
		old, err := scanJob(tx.QueryRowContext(ctx, "SELECT "+jobColumns+" FROM gateway_jobs WHERE id = $1 AND owner = $2", r.ID, r.owner).Scan)
		if err == nil {
			was = old
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var running, kept int
		err = tx.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = $1 THEN 1 ELSE 0 END), 0) FROM gateway_jobs", JobRunning).
			Scan(&kept, &running)
		if err != nil {
			return err
		}
		if running >= jobsRunning || kept >= jobsKept {
			return errJobsFull
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO gateway_jobs ("+jobColumns+") VALUES ($1, $2, $3, $4, $5, 0, 0, 0, $6, 0, '', $7, 0, 1)",
			r.ID, r.owner, r.identity, r.Kind, JobRunning, r.StartedAt.UnixMilli(), r.token)
		return err
	})
	return was, err
}

func expireJobs(ctx context.Context, tx *sql.Tx, now time.Time) error {
	over := now.Add(-jobLife).UnixMilli()
	if _, err := tx.ExecContext(ctx, `DELETE FROM gateway_job_parts WHERE job IN
		(SELECT id FROM gateway_jobs WHERE state <> $1 AND ended <= $2)`, JobRunning, over); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM gateway_jobs WHERE state <> $1 AND ended <= $2", JobRunning, over)
	return err
}

// expire forgets jobs whose time is over.
func (s *JobStore) expire(ctx context.Context, now time.Time) error {
	return s.db.InTx(ctx, func(tx *sql.Tx) error { return expireJobs(ctx, tx, now) })
}

// find reads a job of an owner.
func (s *JobStore) find(ctx context.Context, owner, id string) (*jobRow, error) {
	r, err := scanJob(s.db.QueryRowContext(ctx, "SELECT "+jobColumns+" FROM gateway_jobs WHERE id = $1 AND owner = $2", id, owner).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoJob
	}
	return r, err
}

// of lists the jobs of an owner, the latest first.
func (s *JobStore) of(ctx context.Context, owner string) ([]*jobRow, error) {
	return s.list(ctx, "owner = $1 ORDER BY started DESC, id", owner)
}

// running lists the jobs that have not ended.
func (s *JobStore) running(ctx context.Context) ([]*jobRow, error) {
	return s.list(ctx, "state = $1 ORDER BY started, id", JobRunning)
}

func (s *JobStore) list(ctx context.Context, where string, argument any) ([]*jobRow, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+jobColumns+" FROM gateway_jobs WHERE "+where, argument)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*jobRow
	for rows.Next() {
		r, err := scanJob(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// want notes that a job is to end. Who does it sees that at its next sign of life.
func (s *JobStore) unwant(ctx context.Context, id string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE gateway_jobs SET canceled = 1 WHERE id = $1 AND state = $2", id, JobRunning)
	return err
}

// beat is a sign of life with the progress. It tells whether the job is to end.
func (s *JobStore) beat(ctx context.Context, id, token string, done int64) (canceled bool, err error) {
	var flag int
	err = s.db.QueryRowContext(ctx, `UPDATE gateway_jobs SET beat = beat + 1, done = $1 WHERE id = $2 AND token = $3 AND state = $4
		RETURNING canceled`, done, id, token, JobRunning).Scan(&flag)
	if errors.Is(err, sql.ErrNoRows) {
		return false, errJobLost
	}
	return flag != 0, err
}

// take takes a job on whose process has given no sign of life since the row was read; what that had written goes.
func (s *JobStore) take(ctx context.Context, r *jobRow, token string) (taken bool, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE gateway_jobs SET token = $1, beat = 0, done = 0, attempt = attempt + 1
			WHERE id = $2 AND token = $3 AND beat = $4 AND state = $5`, token, r.ID, r.token, r.beat, JobRunning)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if taken = n == 1; err != nil || !taken {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM gateway_job_parts WHERE job = $1", r.ID)
		return err
	})
	return taken, err
}

// giveBack lets another process take a job on at once. It does not count as an attempt.
func (s *JobStore) giveBack(ctx context.Context, id, token string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE gateway_jobs SET token = '', attempt = attempt - 1 WHERE id = $1 AND token = $2 AND state = $3",
		id, token, JobRunning)
	return err
}

// end writes down what came of a job; without a result when it has not been done.
func (s *JobStore) end(ctx context.Context, r *jobRow) error {
	var problem []byte
	if r.Problem != nil {
		var err error
		if problem, err = json.Marshal(r.Problem); err != nil {
			return err
		}
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE gateway_jobs SET state = $1, done = $2, size = $3, ended = $4, problem = $5, token = ''
			WHERE id = $6 AND token = $7 AND state = $8`,
			r.State, r.Done, r.size, r.EndedAt.UnixMilli(), string(problem), r.ID, r.token, JobRunning)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(errJobLost, err)
		}
		if r.State == JobDone {
			return nil
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM gateway_job_parts WHERE job = $1", r.ID)
		return err
	})
}

// partBytes is the size of a part of a result.
const partBytes = 256 << 10

// partWriter writes a result in parts, for as long as the job is under the token. Flush comes last.
type partWriter struct {
	ctx       context.Context //nolint:containedctx // the writer belongs to one attempt
	store     *JobStore
	id, token string
	next      int64
	size      int64
	waiting   []byte
}

func (w *partWriter) Write(b []byte) (int, error) {
	w.waiting = append(w.waiting, b...)
	for len(w.waiting) >= partBytes {
		if err := w.put(w.waiting[:partBytes]); err != nil {
			return 0, err
		}
		w.waiting = append(w.waiting[:0], w.waiting[partBytes:]...)
	}
	return len(b), nil
}

// Flush writes what is left.
func (w *partWriter) Flush() error {
	if len(w.waiting) == 0 {
		return nil
	}
	return w.put(w.waiting)
}

func (w *partWriter) put(part []byte) error {
	err := w.store.db.InTx(w.ctx, func(tx *sql.Tx) error {
		var mine int
		err := tx.QueryRowContext(w.ctx, "SELECT COUNT(*) FROM gateway_jobs WHERE id = $1 AND token = $2 AND state = $3", w.id, w.token, JobRunning).
			Scan(&mine)
		if err != nil {
			return err
		}
		if mine == 0 {
			return errJobLost
		}
		_, err = tx.ExecContext(w.ctx, "INSERT INTO gateway_job_parts (job, part, body) VALUES ($1, $2, $3)", w.id, w.next, part)
		return err
	})
	if err == nil {
		w.next, w.size = w.next+1, w.size+int64(len(part))
	}
	return err
}

// partReader reads a result, part by part.
type partReader struct {
	ctx   context.Context //nolint:containedctx // the reader belongs to one request
	store *JobStore
	id    string
	next  int64
	left  []byte
}

func (r *partReader) Read(b []byte) (int, error) {
	if len(r.left) == 0 {
		err := r.store.db.QueryRowContext(r.ctx, "SELECT body FROM gateway_job_parts WHERE job = $1 AND part = $2", r.id, r.next).Scan(&r.left)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		r.next++
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}
