package webhook

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"sync"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Ledger is what the sender follows; [cats.Client] is one.
type Ledger interface {
	EventsAfter(ctx context.Context, at cats.Position) iter.Seq2[*cats.Event, error]
	Height(ctx context.Context) (uint64, error)
}

// Config of the sender. What is zero takes the default that stands beside it.
type Config struct {
	Database *database.DB
	// Ledger may be nil where nothing is followed, such as for commands.
	Ledger  Ledger
	Channel string
	Log     *slog.Logger
	// Timeout of one request, from the look-up of the name to the end of the answer: 15 s.
	Timeout time.Duration
	// FirstPause before a delivery is tried again, doubled with each further failure up to LongestPause: 5 s and 1 h.
	FirstPause, LongestPause time.Duration
	// GiveUp is for how long after the event it is tried: 24 h.
	GiveUp time.Duration
	// DisableAfter is how long a subscriber may take nothing at all: 5 days.
	DisableAfter time.Duration
	// Keep is how long events and their deliveries are kept: 14 days. It must be longer than GiveUp.
	Keep time.Duration
	// PerSubscriber bounds the requests to one subscriber at a time, of one process: 4.
	PerSubscriber int
	// Poll is how often the database is asked for what other processes and commands left to do: 1 s.
	Poll time.Duration
	// Roots of trust for the subscribers' certificates; nil for the system's.
	Roots *x509.CertPool
}

// Hooks keeps the subscriptions of an organisation and delivers to them. It is safe for concurrent use.
type Hooks struct {
	cfg    Config
	db     *database.DB
	log    *slog.Logger
	post   *poster
	wake   chan struct{}
	client string
	busyMu sync.Mutex
	busy   map[string]int
}

// New brings the tables up to date and checks the configuration.
func New(ctx context.Context, cfg Config) (*Hooks, error) {
	setDefaults(&cfg)
	if cfg.Database == nil || cfg.Channel == "" {
		return nil, errors.New("webhooks need a database and the name of the channel")
	}
	if cfg.Keep <= cfg.GiveUp {
		return nil, errors.New("events must be kept for longer than they are tried")
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := cfg.Database.Migrate(ctx, files, "webhook_version"); err != nil {
		return nil, err
	}
	return &Hooks{
		cfg: cfg, db: cfg.Database, log: cfg.Log, post: newPoster(cfg.Timeout, cfg.Roots), wake: make(chan struct{}, 1),
		client: rand.Text(), busy: map[string]int{},
	}, nil
}

func setDefaults(c *Config) {
	for _, d := range []struct {
		of    *time.Duration
		value time.Duration
	}{
		{&c.Timeout, 15 * time.Second}, {&c.FirstPause, 5 * time.Second}, {&c.LongestPause, time.Hour}, {&c.GiveUp, 24 * time.Hour},
		{&c.DisableAfter, 5 * 24 * time.Hour}, {&c.Keep, 14 * 24 * time.Hour}, {&c.Poll, time.Second},
	} {
		if *d.of == 0 {
			*d.of = d.value
		}
	}
	if c.PerSubscriber == 0 {
		c.PerSubscriber = 4
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Run follows the ledger and delivers until the context ends, which is no error. Requests under way have a few seconds then; those
// that are broken off are made again by whoever runs next.
func (h *Hooks) Run(ctx context.Context) error {
	if h.cfg.Ledger == nil {
		return errors.New("webhooks need a ledger to follow")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer h.post.close()
	var parts sync.WaitGroup
	failures := make([]error, 2)
	for i, part := range []func(context.Context) error{h.follow, h.deliver} {
		parts.Go(func() {
			defer stop()
			failures[i] = part(ctx)
		})
	}
	parts.Wait()
	h.release(ctx)
	return errors.Join(failures...)
}

// release gives the turn to read away, so that another process need not wait for its end. Failing does no harm.
func (h *Hooks) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_, _ = h.db.ExecContext(ctx, "UPDATE webhook_checkpoint SET reads_until = 0 WHERE one = 1 AND reader = $1", h.client)
}

// rouse tells the deliverer of this process that there may be something to do.
func (h *Hooks) rouse() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
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
