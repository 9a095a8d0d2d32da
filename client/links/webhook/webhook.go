package webhook

import (
	"cmp"
	"context"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
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
	// Pace of the deliveries; by default an attempt has 15 s, pauses grow from 5 s to 1 h, it is tried for 24 h and kept for 14 days,
	// and one subscriber gets 4 at a time.
	queue.Pace
	// DisableAfter is how long a subscriber may take nothing at all: 5 days.
	DisableAfter time.Duration
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
	if cfg.Database == nil || cfg.Channel == "" {
		return nil, errors.New("webhooks need a database and the name of the channel")
	}
	cfg.Pace = cfg.WithDefaults(queue.Pace{
		Timeout: 15 * time.Second, FirstPause: 5 * time.Second, LongestPause: time.Hour, GiveUp: 24 * time.Hour, Keep: 14 * 24 * time.Hour,
		PerReceiver: 4, Poll: time.Second,
	})
	cfg.DisableAfter = cmp.Or(cfg.DisableAfter, 5*24*time.Hour)
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	h := &Hooks{cfg: cfg, db: cfg.Database, log: cfg.Log, post: newPoster(cfg.Timeout, cfg.Roots)}
	of := queue.Config{Pace: cfg.Pace, Database: cfg.Database, Ledger: cfg.Ledger, Log: cfg.Log, Prefix: "webhook"}
	if err := of.Migrate(ctx, migrations); err != nil {
		return nil, err
	}
	h.queue = queue.New(of, worker{h})
	return h, nil
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
