package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrNewer means that a newer program has changed the tables already.
var ErrNewer = errors.New("the database was changed by a newer version of this program")

// Migrate brings the tables of one component up to date: it applies the migrations in the root of files
// (goose's format, NUMBER_NAME.sql) that table does not list yet, each in a transaction with its entry in
// table. A file NAME.sqlite.sql or NAME.postgres.sql is for that dialect only. It may be called at every
// start and by several processes at once: one migrates, the others wait. When it fails, what stands in
// table has been applied in full, the rest not at all. [ErrNewer] means that table lists migrations that
// files do not have; nothing was changed then.
func (db *DB) Migrate(ctx context.Context, files fs.FS, table string) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return fmt.Errorf("couldn't list the migrations of %s: %w", table, err)
	}
	var others []string
	for _, name := range names {
		if db.foreign(name) {
			others = append(others, name)
		}
	}
	options := []goose.ProviderOption{
		goose.WithTableName(table), goose.WithExcludeNames(others),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
	}
	dialect := goose.DialectSQLite3
	if db.Dialect == PostgreSQL {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.DB, files, options...)
	if err != nil {
		return fmt.Errorf("couldn't read the migrations of %s: %w", table, err)
	}
	return db.up(ctx, provider, table)
}

// migrating is how often a SQLite file is tried that another process may be migrating: that process ends
// with the file up to date or fails itself, so that one more look than there are migrations is plenty.
const migrating = 10

func (db *DB) up(ctx context.Context, provider *goose.Provider, table string) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := upOnce(ctx, provider)
		if err == nil {
			return nil
		}
		// PostgreSQL has a lock for this. On SQLite two processes may find the same migration missing; the
		// slower one fails as a whole, and finds it applied when it looks again.
		if db.Dialect != SQLite || errors.Is(err, ErrNewer) || attempt == migrating || wait(ctx, pause) != nil {
			return fmt.Errorf("couldn't migrate %s: %w", table, err)
		}
		pause = min(2*pause, longestPause)
	}
}

func upOnce(ctx context.Context, provider *goose.Provider) error {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return fmt.Errorf("%w: it is at %d, this one knows %d", ErrNewer, current, target)
	}
	_, err = provider.Up(ctx)
	return err
}

// foreign reports whether a migration is for another dialect.
func (db *DB) foreign(name string) bool {
	for _, d := range []Dialect{SQLite, PostgreSQL} {
		if strings.HasSuffix(name, "."+string(d)+".sql") {
			return d != db.Dialect
		}
	}
	return false
}
