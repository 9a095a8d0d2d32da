// Package queue carries what happens on the ledger to receivers elsewhere: it follows the ledger into the tables of an
// organisation's database, and brings each delivery to its receiver until that has taken it, has refused it, or the time for it is
// over. What is brought, and how, is the [Work] of whoever owns the tables.
//
// # Once in, at least once out
//
// The events of a transaction, their deliveries and the place up to which the ledger was read are written in one transaction
// of the database, which only counts when nobody has moved that place meanwhile. So each is enqueued exactly once, with
// however many processes on the database, and wherever one of them dies.
//
// A delivery is claimed for a time that is longer than any request takes, sent, and marked. A process that dies after sending
// and before marking leaves the claim to run out; another one then sends the same again, under the same name, which is how the
// receiver knows it. Nothing can be had that is better than that.
//
// # In order
//
// Deliveries of one lane reach a receiver in the ledger's order: the next one is not sent before the one before it was taken,
// refused or given up. Lanes do not wait for each other, and receivers do not wait for each other at all.
//
// # Tables
//
// The owner's migrations make, with its own prefix in the place of X, X_subscription (id, disabled_at, ...), X_checkpoint (one,
// block, transaction_id, events, reader, reads_until) and X_delivery (subscription, seq, lane, state, attempts, since, due_at, claim,
// claimed_until, done_at, status, problem, ...) with the key (subscription, seq), and X_event (seq, type, at, ...) where deliveries are
// listed, made wait again or tidied. Times are milliseconds since 1970, 0 is never.
package queue

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

// States of a delivery.
const (
	Waiting   = "waiting"
	Delivered = "delivered"
	// Refused is what the receiver has refused for good.
	Refused = "refused"
	// Dead is what was given up.
	Dead = "dead"
)

// Ledger is what is followed; [cats.Client] is one.
type Ledger interface {
	EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error]
	Height(ctx context.Context) (uint64, error)
}

// Work is what the owner of the tables does.
type Work interface {
	// Take tells how many numbers the deliveries of a transaction take, and writes them with [Queue.Put], numbered from first on. It
	// is written in the transaction of the database that moves the checkpoint, and may be written several times.
	Take(e *cats.Event) (count int, write func(ctx context.Context, tx *sql.Tx, first int64) error)
	// Send brings a delivery to its receiver, and never fails otherwise than in its outcome.
	Send(ctx context.Context, d *Delivery) Outcome
	// Mark writes what else is to be kept of an outcome, in the transaction that marks the delivery, and returns what is to be logged
	// once that counts; nil for nothing.
	Mark(ctx context.Context, tx *sql.Tx, d *Delivery, o Outcome, at time.Time) (log func(), err error)
	// Tidy takes away what need not be kept any longer. It is called now and then.
	Tidy(ctx context.Context) error
}

// Delivery is one that this process has taken on.
type Delivery struct {
	Subscription string
	Seq          int64
	Attempts     int
	// Name is what the log calls it; Send sets it.
	Name string

	since int64
	claim string
}

// Result is what came of an attempt.
type Result int

const (
	// Failed is tried again.
	Failed Result = iota
	// Taken is done.
	Taken
	// Rejected is not tried again.
	Rejected
	// Void is nothing to deliver: the delivery goes without a trace.
	Void
	// Broken tells that this side failed: the claim runs out, and it is tried again without counting.
	Broken
)

// Outcome is what came of one attempt.
type Outcome struct {
	Result Result
	// Status of the answer; 0 when there was none.
	Status int
	// Problem in a few words; empty when it was taken. It is logged: nothing that the receiver wrote stands in it.
	Problem string
	// Pause that the receiver asks for before the next attempt.
	Pause time.Duration
	// Kept is for [Work.Mark].
	Kept any
}

// Pace is how fast and for how long it is tried. What is zero takes the default of the owner.
type Pace struct {
	// Timeout of one attempt, from the look-up of the name to the end of the answer.
	Timeout time.Duration
	// FirstPause before a delivery is tried again, doubled with each further failure up to LongestPause.
	FirstPause, LongestPause time.Duration
	// GiveUp is for how long after the event it is tried.
	GiveUp time.Duration
	// Keep is how long events and their deliveries are kept. It must be longer than GiveUp.
	Keep time.Duration
	// PerReceiver bounds the attempts for one receiver at a time, of one process.
	PerReceiver int
	// Poll is how often the database is asked for what other processes and commands left to do.
	Poll time.Duration
}

// WithDefaults takes what is zero from the defaults.
func (p Pace) WithDefaults(d Pace) Pace {
	return Pace{
		Timeout: cmp.Or(p.Timeout, d.Timeout), FirstPause: cmp.Or(p.FirstPause, d.FirstPause), LongestPause: cmp.Or(p.LongestPause, d.LongestPause),
		GiveUp: cmp.Or(p.GiveUp, d.GiveUp), Keep: cmp.Or(p.Keep, d.Keep), PerReceiver: cmp.Or(p.PerReceiver, d.PerReceiver), Poll: cmp.Or(p.Poll, d.Poll),
	}
}

// Config of a queue. All is needed; the ledger to run it only.
type Config struct {
	Pace
	Database *database.DB
	Ledger   Ledger
	Log      *slog.Logger
	// Prefix of the tables.
	Prefix string
}

// Migrate checks the pace and brings the tables of the queue's owner up to date.
func (c *Config) Migrate(ctx context.Context, migrations fs.FS) error {
	if c.Keep <= c.GiveUp {
		return errors.New("events must be kept for longer than they are tried")
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return c.Database.Migrate(ctx, files, c.Prefix+"_version")
}

// Queue follows the ledger and delivers. It is safe for concurrent use.
type Queue struct {
	cfg    Config
	db     *database.DB
	log    *slog.Logger
	work   Work
	wake   chan struct{}
	client string
	busyMu sync.Mutex
	busy   map[string]int
}

// New makes a queue over tables that are there.
func New(cfg Config, work Work) *Queue {
	return &Queue{
		cfg: cfg, db: cfg.Database, log: cfg.Log, work: work, wake: make(chan struct{}, 1), client: rand.Text(), busy: map[string]int{},
	}
}

// Run follows the ledger and delivers until the context ends, which is no error. Attempts under way have a few seconds then; those
// that are broken off are made again by whoever runs next.
func (q *Queue) Run(ctx context.Context) error {
	if q.cfg.Ledger == nil {
		return errors.New("there is no ledger to follow")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var parts sync.WaitGroup
	failures := make([]error, 2)
	for i, part := range []func(context.Context) error{q.follow, q.deliver} {
		parts.Go(func() {
			defer stop()
			failures[i] = part(ctx)
		})
	}
	parts.Wait()
	q.release(ctx)
	return errors.Join(failures...)
}

// release gives the turn to read away, so that another process need not wait for its end. Failing does no harm.
func (q *Queue) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_, _ = q.db.ExecContext(ctx, q.in("UPDATE X_checkpoint SET reads_until = 0 WHERE one = 1 AND reader = $1"), q.client)
}

// Rouse tells the deliverer of this process that there may be something to do.
func (q *Queue) Rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// in puts the prefix of the tables into a statement.
func (q *Queue) in(statement string) string {
	return strings.ReplaceAll(statement, "X_", q.cfg.Prefix+"_")
}

// Put makes a delivery wait, one that was done or given up included.
func (q *Queue) Put(ctx context.Context, tx *sql.Tx, subscription string, seq int64, lane string) error {
	_, err := tx.ExecContext(ctx, q.in(`INSERT INTO X_delivery
		(subscription, seq, lane, state, attempts, since, due_at, claim, claimed_until, done_at, status, problem)
		VALUES ($1, $2, $3, 'waiting', 0, $4, $4, '', 0, 0, 0, '')
		ON CONFLICT (subscription, seq) DO UPDATE SET state = 'waiting', attempts = 0, since = $4, due_at = $4, claim = '',
			claimed_until = 0, done_at = 0, status = 0, problem = ''`), subscription, seq, lane, now())
	return err
}

// Millis is a time as the tables have it.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the time that [Millis] wrote.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func now() int64 { return time.Now().UnixMilli() }

// sleep waits, or returns false when the context ends.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("couldn't %s: %w", what, err)
}
