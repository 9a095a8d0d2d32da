package leader

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrLost means that another process leads now.
var ErrLost = errors.New("another process leads")

// Pace is how fast an election goes.
type Pace struct {
	// Beat is the time between two signs of life, Look between two looks of who stands by.
	Beat, Look time.Duration
	// Patience is how long a leader may be silent before another takes its place.
	Patience time.Duration
}

// pace of the product: an organisation is without a courier for eight seconds when its leader is killed.
func pace() Pace { return Pace{Beat: 2 * time.Second, Look: time.Second, Patience: 8 * time.Second} }

// Elections are those of one process. It is safe for concurrent use.
type Elections struct {
	db   *database.DB
	log  *slog.Logger
	self string
	pace Pace
	// leads is 1 for the parts that this process leads.
	leads *prometheus.GaugeVec
}

// Option changes what [Open] presets.
type Option func(*Elections)

// WithPace sets another pace; all processes of a database have the same.
func WithPace(p Pace) Option { return func(e *Elections) { e.pace = p } }

// Open brings the tables up to date.
func Open(ctx context.Context, db *database.DB, log *slog.Logger, options ...Option) (*Elections, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, files, "leader_version"); err != nil {
		return nil, err
	}
	e := &Elections{
		db: db, log: log, self: rand.Text(), pace: pace(),
		leads: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "cats_leads", Help: "1 where this process leads a part of the application, 0 where it stands by.",
		}, []string{"part"}),
	}
	for _, o := range options {
		o(e)
	}
	return e, nil
}

// Metrics tell which parts this process leads: cats_leads{part}.
func (e *Elections) Metrics() prometheus.Collector { return e.leads }

// Term is the time for which a process leads a part.
type Term struct {
	db           *database.DB
	part, holder string
	number       int64
}

// Number of the term; each one's is higher than that of the one before.
func (t Term) Number() int64 { return t.number }

// Lead stands by until this process leads the part, does the work while it does, and stands by again when another one leads. The
// work's context ends when the term does, and the next term begins only after the work has returned. Lead returns nil when its
// context ends, and the error of a work that failed for another reason than [ErrLost] and [ErrMemory]; a work that returns
// nil has come to its end, and so has Lead.
func (e *Elections) Lead(ctx context.Context, part string, work func(ctx context.Context, term Term) error) error {
	gauge := e.leads.WithLabelValues(part)
	w := &watch{}
	for {
		term, err := e.stand(ctx, part, w)
		if err != nil {
			return nil //nolint:nilerr // the context has ended
		}
		gauge.Set(1)
		e.log.InfoContext(ctx, "leading", "part", part, "term", term.number)
		err = e.serve(ctx, term, work)
		gauge.Set(0)
		e.resign(ctx, term)
		switch {
		case ctx.Err() != nil:
			return err
		case errors.Is(err, ErrLost), errors.Is(err, ErrMemory):
			e.log.WarnContext(ctx, "no longer leading", "part", part, "term", term.number, "error", err.Error())
			sleep(ctx, e.pace.Look)
		default:
			return err
		}
	}
}

// stand waits for a term. Its error is that of the context.
func (e *Elections) stand(ctx context.Context, part string, w *watch) (Term, error) {
	for warned := false; ; {
		term, taken, err := e.try(ctx, part, w)
		if taken {
			return term, nil
		}
		if err != nil && ctx.Err() == nil && !warned {
			e.log.WarnContext(ctx, "couldn't stand for election, going on", "part", part, "error", err.Error())
			warned = true
		}
		if !sleep(ctx, e.pace.Look) {
			return Term{}, ctx.Err()
		}
	}
}

// row is a part's as it stands.
type row struct {
	holder     string
	term, beat int64
}

// watch is what was last seen of a leader, and since when that has not changed on this process's clock.
type watch struct {
	seen  row
	since time.Time
}

// silent tells for how long the row has not changed.
func (w *watch) silent(r row) time.Duration {
	if w.since.IsZero() || w.seen != r {
		w.seen, w.since = r, time.Now()
	}
	return time.Since(w.since)
}

// try takes the part if it is free, or its leader silent.
func (e *Elections) try(ctx context.Context, part string, w *watch) (Term, bool, error) {
	var r row
	err := e.db.QueryRowContext(ctx, "SELECT holder, term, beat FROM leader WHERE part = $1", part).Scan(&r.holder, &r.term, &r.beat)
	if errors.Is(err, sql.ErrNoRows) {
		taken, err := e.changed(ctx, `INSERT INTO leader (part, holder, term, beat) VALUES ($1, $2, 1, 0) ON CONFLICT (part) DO NOTHING`,
			part, e.self)
		return e.term(part, 1), taken, err
	}
	if err != nil {
		return Term{}, false, err
	}
	if r.holder != "" && w.silent(r) < e.pace.Patience {
		return Term{}, false, nil
	}
	taken, err := e.changed(ctx, `UPDATE leader SET holder = $1, term = term + 1, beat = 0
		WHERE part = $2 AND holder = $3 AND term = $4 AND beat = $5`, e.self, part, r.holder, r.term, r.beat)
	return e.term(part, r.term+1), taken, err
}

func (e *Elections) term(part string, number int64) Term {
	return Term{db: e.db, part: part, holder: e.self, number: number}
}

// changed reports whether a statement has changed a row.
func (e *Elections) changed(ctx context.Context, statement string, arguments ...any) (bool, error) {
	done, err := e.db.ExecContext(ctx, statement, arguments...)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// serve does the work and gives signs of life beside it. When another one leads, or no sign has got through for too long, the work
// is ended, and the error is [ErrLost].
func (e *Elections) serve(ctx context.Context, t Term, work func(ctx context.Context, term Term) error) error {
	working, stop := context.WithCancelCause(ctx)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		if err := e.beat(working, t); err != nil {
			stop(err)
		}
	}()
	err := work(working, t)
	lost := context.Cause(working)
	stop(nil)
	<-beating
	if ctx.Err() == nil && errors.Is(lost, ErrLost) {
		return lost
	}
	return err
}

// beat gives signs of life until the context ends; its error then is nil. A sign counts from when it was begun: who watches cannot
// have seen it earlier.
func (e *Elections) beat(ctx context.Context, t Term) error {
	most := e.pace.Patience * 3 / 4
	for last := time.Now(); sleep(ctx, e.pace.Beat); {
		begun := time.Now()
		trying, cancel := context.WithDeadline(ctx, last.Add(most))
		alive, err := e.changed(trying, `UPDATE leader SET beat = beat + 1 WHERE part = $1 AND holder = $2 AND term = $3`,
			t.part, t.holder, t.number)
		cancel()
		switch {
		case err == nil && alive:
			last = begun
		case err == nil:
			return ErrLost
		case ctx.Err() == nil && time.Since(last)+e.pace.Beat >= most:
			return fmt.Errorf("%w, or may: %w", ErrLost, err)
		}
	}
	return nil
}

// resign gives the part back, so that nobody needs to wait. What cannot be given back runs out.
func (e *Elections) resign(ctx context.Context, t Term) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_, _ = e.changed(ctx, `UPDATE leader SET holder = '' WHERE part = $1 AND holder = $2 AND term = $3`, t.part, t.holder, t.number)
}

// sleep waits, and reports false when the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
