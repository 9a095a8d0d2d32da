package window

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

// Config of the depositor. What is zero takes the default that stands beside it.
type Config struct {
	Database *database.DB
	// Ledger may be nil where nothing is followed, such as for commands.
	Ledger  Ledger
	Channel string
	Log     *slog.Logger
	// Pace of the deposits; by default one has 30 s, with the making of its document, pauses grow from 5 s to 1 h, it is tried for
	// 7 days and kept in the list for 30, and one window gets 4 at a time.
	queue.Pace
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
	if cfg.Database == nil || cfg.Channel == "" {
		return nil, errors.New("deposits need a database and the name of the channel")
	}
	cfg.Pace = cfg.WithDefaults(queue.Pace{
		Timeout: 30 * time.Second, FirstPause: 5 * time.Second, LongestPause: time.Hour, GiveUp: 7 * 24 * time.Hour, Keep: 30 * 24 * time.Hour,
		PerReceiver: 4, Poll: time.Second,
	})
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	w := &Windows{cfg: cfg, db: cfg.Database}
	of := queue.Config{Pace: cfg.Pace, Database: cfg.Database, Log: cfg.Log, Prefix: "window"}
	if cfg.Ledger != nil {
		of.Ledger = cfg.Ledger
	}
	if err := of.Migrate(ctx, migrations); err != nil {
		return nil, err
	}
	w.queue = queue.New(of, worker{w})
	return w, nil
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
