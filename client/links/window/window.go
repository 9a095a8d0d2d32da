package window

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

// Config of the depositor. What is zero takes the default that stands beside it.
type Config struct {
	Database *database.DB
	// Ledger may be nil where nothing is followed, such as for commands.
	Ledger  Ledger
	Channel string
	Log     *slog.Logger
	// Timeout of one deposit, from the making of the document to the end of the answer: 30 s.
	Timeout time.Duration
	// FirstPause before a deposit is tried again, doubled with each further failure up to LongestPause: 5 s and 1 h.
	FirstPause, LongestPause time.Duration
	// GiveUp is for how long after the event it is tried: 7 days.
	GiveUp time.Duration
	// Keep is how long deposits are kept in the list: 30 days. It must be longer than GiveUp.
	Keep time.Duration
	// PerWindow bounds the deposits with one window at a time, of one process: 4.
	PerWindow int
	// Poll is how often the database is asked for what other processes and commands left to do: 1 s.
	Poll time.Duration
	// Roots of trust for windows that name no file of their own; nil for the system's.
	Roots *x509.CertPool
}

// Windows keeps the single windows of an organisation and deposits with them. It is safe for concurrent use.
type Windows struct {
	cfg   Config
	db    *database.DB
	queue *queue.Queue
}

// New brings the tables up to date and checks the configuration.
func New(ctx context.Context, cfg Config) (*Windows, error) {
	setDefaults(&cfg)
	if cfg.Database == nil || cfg.Channel == "" {
		return nil, errors.New("deposits need a database and the name of the channel")
	}
	if cfg.Keep <= cfg.GiveUp {
		return nil, errors.New("deposits must be kept for longer than they are tried")
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := cfg.Database.Migrate(ctx, files, "window_version"); err != nil {
		return nil, err
	}
	w := &Windows{cfg: cfg, db: cfg.Database}
	follow := queue.Config{
		Database: cfg.Database, Log: cfg.Log, Prefix: "window", Timeout: cfg.Timeout, FirstPause: cfg.FirstPause,
		LongestPause: cfg.LongestPause, GiveUp: cfg.GiveUp, PerReceiver: cfg.PerWindow, Poll: cfg.Poll,
	}
	if cfg.Ledger != nil {
		follow.Ledger = cfg.Ledger
	}
	w.queue = queue.New(follow, worker{w})
	return w, nil
}

func setDefaults(c *Config) {
	queue.Defaults([]queue.Bound{
		{Of: &c.Timeout, Default: 30 * time.Second}, {Of: &c.FirstPause, Default: 5 * time.Second},
		{Of: &c.LongestPause, Default: time.Hour}, {Of: &c.GiveUp, Default: 7 * 24 * time.Hour},
		{Of: &c.Keep, Default: 30 * 24 * time.Hour}, {Of: &c.Poll, Default: time.Second},
	}...)
	if c.PerWindow == 0 {
		c.PerWindow = 4
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Run follows the ledger and deposits until the context ends, which is no error.
func (w *Windows) Run(ctx context.Context) error {
	return wrap("deposit with the single windows", w.queue.Run(ctx))
}

// Began tells whether the ledger is followed: from then on nothing that happens is missed, whether anybody runs or not.
func (w *Windows) Began(ctx context.Context) (bool, error) {
	var n int
	err := w.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM window_checkpoint").Scan(&n)
	return n > 0, wrap("read the checkpoint", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("couldn't %s: %w", what, err)
}
