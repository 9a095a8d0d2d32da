package webhook

import (
	"context"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"carec.example/cats/client/database"
	"carec.example/cats/client/links/queue"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Ledger is what the sender follows; a client of the ledger is one.
type Ledger = queue.Ledger

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
	cfg   Config
	db    *database.DB
	log   *slog.Logger
	post  *poster
	queue *queue.Queue
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
	h := &Hooks{cfg: cfg, db: cfg.Database, log: cfg.Log, post: newPoster(cfg.Timeout, cfg.Roots)}
	h.queue = queue.New(queue.Config{
		Database: cfg.Database, Ledger: cfg.Ledger, Log: cfg.Log, Prefix: "webhook", Timeout: cfg.Timeout, FirstPause: cfg.FirstPause,
		LongestPause: cfg.LongestPause, GiveUp: cfg.GiveUp, PerReceiver: cfg.PerSubscriber, Poll: cfg.Poll,
	}, worker{h})
	return h, nil
}

func setDefaults(c *Config) {
	queue.Defaults([]queue.Bound{
		{Of: &c.Timeout, Default: 15 * time.Second}, {Of: &c.FirstPause, Default: 5 * time.Second},
		{Of: &c.LongestPause, Default: time.Hour}, {Of: &c.GiveUp, Default: 24 * time.Hour},
		{Of: &c.DisableAfter, Default: 5 * 24 * time.Hour}, {Of: &c.Keep, Default: 14 * 24 * time.Hour}, {Of: &c.Poll, Default: time.Second},
	}...)
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
	defer h.post.close()
	return wrap("deliver to the subscribers", h.queue.Run(ctx))
}

func now() int64 { return time.Now().UnixMilli() }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("couldn't %s: %w", what, err)
}
