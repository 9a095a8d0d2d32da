package gateway

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// run looks after the jobs of processes that have ended, until the context ends.
func (j *jobs) run(ctx context.Context) {
	every := time.NewTicker(j.pace.look)
	defer every.Stop()
	for {
		if err := j.look(ctx); err != nil && ctx.Err() == nil {
			j.log.WarnContext(ctx, "jobs not looked after", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// look takes on jobs that were given back or whose process is silent, as far as this process has places, and forgets expired ones.
func (j *jobs) look(ctx context.Context) error {
	if err := j.store.expire(ctx, j.now()); err != nil {
		return err
	}
	running, err := j.store.running(ctx)
	if err != nil {
		return err
	}
	for _, r := range j.orphans(running) {
		if err := j.adopt(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// orphans picks the jobs that nobody does. Silence is measured on the own clock, from when the last sign of life was first seen.
func (j *jobs) orphans(running []*jobRow) []*jobRow {
	j.mu.Lock()
	defer j.mu.Unlock()
	var orphans []*jobRow
	seen := map[string]sighting{}
	for _, r := range running {
		if j.mine[r.token] != nil {
			continue
		}
		now := sighting{token: r.token, beat: r.beat, since: time.Now()}
		if was := j.seen[r.ID]; was.token == now.token && was.beat == now.beat && !was.since.IsZero() {
			now.since = was.since
		}
		seen[r.ID] = now
		if r.token == "" || time.Since(now.since) >= j.pace.patience {
			orphans = append(orphans, r)
		}
	}
	j.seen = seen
	return orphans
}

// hasPlace reports whether this process may do one more job.
func (j *jobs) hasPlace() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.mine) < jobsRunning && j.ctx.Err() == nil
}

// adopt goes on with a job that nobody does, or ends it.
func (j *jobs) adopt(ctx context.Context, r *jobRow) error {
	if !j.hasPlace() {
		return nil
	}
	token := rand.Text()
	taken, err := j.store.take(ctx, r, token)
	if err != nil || !taken {
		return err
	}
	r.token, r.attempt, r.Done = token, r.attempt+1, 0
	switch {
	case r.canceled:
		r.State, r.EndedAt = JobCanceled, j.now().UTC()
		return j.finish(ctx, r)
	case r.attempt > jobAttempts:
		r.State, r.EndedAt = JobFailed, j.now().UTC()
		r.Problem = unavailable(fmt.Sprintf("%d processes have ended while they did the job, so that it was given up. Order it again.", jobAttempts))
		return j.finish(ctx, r)
	}
	j.log.InfoContext(ctx, "a job is taken on whose process has ended", "job", r.ID, "kind", r.Kind, "attempt", r.attempt)
	j.begin(*r)
	return nil
}
