package database_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

func migrations() fstest.MapFS {
	return fstest.MapFS{
		"00001_counter.sql": {Data: []byte("-- +goose Up\n" +
			"CREATE TABLE counter (name TEXT PRIMARY KEY, n BIGINT NOT NULL);\n" +
			"INSERT INTO counter VALUES ('a', 0), ('b', 0);\n")},
		"00002_kind.sqlite.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE kind AS SELECT 'sqlite' AS name;\n")},
		"00002_kind.postgres.sql": {Data: []byte("-- +goose Up\nCREATE TABLE kind AS SELECT 'postgres'::text AS name;\n")},
	}
}

func prepared(t *testing.T, db *database.DB) {
	t.Helper()
	require.NoError(t, db.Migrate(t.Context(), migrations(), "test_version"))
}

func count(t *testing.T, db *database.DB, name string) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT n FROM counter WHERE name = $1", name).Scan(&n))
	return n
}

func TestMigrationsAreAppliedOnceAndPerDialect(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		prepared(t, db)
		prepared(t, db)
		var kind string
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT name FROM kind").Scan(&kind))
		require.Equal(t, string(db.Dialect), kind)
		require.NoError(t, db.Migrate(t.Context(), fstest.MapFS{
			"00001_other.sql": {Data: []byte("-- +goose Up\nCREATE TABLE other (x BIGINT);\n")},
		}, "other_version"))
		require.Zero(t, count(t, db, "a"), "another component's migrations leave the first alone")
	})
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		const processes = 6
		var all sync.WaitGroup
		failures := make([]error, processes)
		for i := range processes {
			db := databasetest.Open(t, address)
			all.Go(func() { failures[i] = db.Migrate(t.Context(), migrations(), "test_version") })
		}
		all.Wait()
		require.NoError(t, errors.Join(failures...))
	})
}

func TestAFailedMigrationLeavesNothingOfItself(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		files := migrations()
		files["00003_bad.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE half (x BIGINT);\nCREATE TABLE counter (x BIGINT);\n")}
		require.ErrorContains(t, db.Migrate(t.Context(), files, "test_version"), "test_version")
		_, err := db.ExecContext(t.Context(), "SELECT * FROM half")
		require.Error(t, err)
		require.Zero(t, count(t, db, "a"), "those before it stay")
	})
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		prepared(t, db)
		older := migrations()
		delete(older, "00002_kind.sqlite.sql")
		delete(older, "00002_kind.postgres.sql")
		require.ErrorIs(t, db.Migrate(t.Context(), older, "test_version"), database.ErrNewer)
	})
}

func TestATransactionThatFailsOrPanicsHasNoEffect(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		prepared(t, db)
		refused := errors.New("refused")
		write := func(tx *sql.Tx) {
			_, err := tx.ExecContext(t.Context(), "UPDATE counter SET n = n + 1 WHERE name = $1", "a")
			require.NoError(t, err)
		}
		require.ErrorIs(t, db.InTx(t.Context(), func(tx *sql.Tx) error { write(tx); return refused }), refused)
		require.Panics(t, func() {
			_ = db.InTx(t.Context(), func(tx *sql.Tx) error { write(tx); panic("defect") })
		})
		require.Zero(t, count(t, db, "a"))
		require.NoError(t, db.InTx(t.Context(), func(tx *sql.Tx) error { write(tx); return nil }))
		require.Equal(t, 1, count(t, db, "a"))
	})
}

// Each transaction reads one counter and writes the other, which is where anything less than
// serialisable loses the invariant that no two transactions see the same sum.
func TestTransactionsOfManyProcessesAreSerialisable(t *testing.T) {
	databasetest.Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		prepared(t, databasetest.Open(t, address))
		const processes, each = 4, 10
		var all sync.WaitGroup
		failures := make([]error, processes)
		var seen sync.Map
		var twice sync.Map
		for i := range processes {
			db := databasetest.Open(t, address)
			name := string("ab"[i%2])
			all.Go(func() {
				for range each {
					var sum int
					// Those that do not wait for the disk are no exception.
					begin := []func(context.Context, func(*sql.Tx) error) error{db.InTx, db.InRelaxedTx}[i/2]
					err := begin(t.Context(), func(tx *sql.Tx) error {
						if err := tx.QueryRowContext(t.Context(), "SELECT SUM(n) FROM counter").Scan(&sum); err != nil {
							return err
						}
						_, err := tx.ExecContext(t.Context(), "UPDATE counter SET n = n + 1 WHERE name = $1", name)
						return err
					})
					if err != nil {
						failures[i] = err
						return
					}
					if _, loaded := seen.LoadOrStore(sum, true); loaded {
						twice.Store(sum, true)
					}
				}
			})
		}
		all.Wait()
		require.NoError(t, errors.Join(failures...))
		twice.Range(func(sum, _ any) bool { require.Failf(t, "not serialisable", "two saw the sum %v", sum); return false })
		db := databasetest.Open(t, address)
		require.Equal(t, processes*each, count(t, db, "a")+count(t, db, "b"))
	})
}

// Whoever waits for its turn at a file stops waiting when its context ends, and a turn is given back whatever happens in it.
func TestWaitingForATurnEnds(t *testing.T) {
	db := databasetest.Open(t, databasetest.SQLite(t))
	prepared(t, db)
	require.Panics(t, func() { _ = db.InTx(t.Context(), func(*sql.Tx) error { panic("broken") }) })
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.InTx(t.Context(), func(*sql.Tx) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, db.InRelaxedTx(ctx, func(*sql.Tx) error { return nil }), context.Canceled)
	close(leave)
	require.NoError(t, <-done)
	require.NoError(t, db.InTx(t.Context(), func(*sql.Tx) error { return nil }))
}

func TestASnapshotSeesOneStateAndDoesNotWaitForAWriter(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		prepared(t, db)
		ctx := t.Context()
		require.NoError(t, db.InTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), "UPDATE counter SET n = 5 WHERE name = 'a'")
			require.NoError(t, err)
			return db.InSnapshot(ctx, func(tx *sql.Tx) error {
				var n int
				require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT n FROM counter WHERE name = 'a'").Scan(&n))
				require.Zero(t, n)
				return nil
			})
		}))
		require.NoError(t, db.InSnapshot(ctx, func(tx *sql.Tx) error {
			var n, again int
			require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT n FROM counter WHERE name = 'a'").Scan(&n))
			_, err := db.ExecContext(t.Context(), "UPDATE counter SET n = 6 WHERE name = 'a'")
			require.NoError(t, err)
			require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT n FROM counter WHERE name = 'a'").Scan(&again))
			require.Equal(t, n, again)
			return nil
		}))
	})
}

func TestARepeatedKeyIsTold(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		prepared(t, db)
		_, err := db.ExecContext(t.Context(), "INSERT INTO counter (name, n) VALUES ($1, $2)", "a", 1)
		require.True(t, database.Duplicate(err))
		require.False(t, database.Contended(err))
		_, err = db.ExecContext(t.Context(), "SELECT nonsense FROM counter")
		require.Error(t, err)
		require.False(t, database.Duplicate(err))
	})
}

func TestParametersMayBeRepeated(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		prepared(t, db)
		var found string
		require.NoError(t, db.QueryRowContext(t.Context(),
			"SELECT name FROM counter WHERE name = $1 AND n = $2 AND (name = $1 OR n > $2)", "b", 0).Scan(&found))
		require.Equal(t, "b", found)
	})
}

func TestAFileIsForTheUserAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "with space?#%.db")
	db := databasetest.Open(t, "sqlite:"+path)
	prepared(t, db)
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

func TestAnAddressThatNamesNoDatabaseIsRefusedWithoutItsPassword(t *testing.T) {
	for _, address := range []string{
		"", "sqlite:", "mysql://u:secret@h/x", "secret", "postgres://u:secret@127.0.0.1:1/x?connect_timeout=1",
		"postgres://u:secret@h:port/x", "sqlite:" + t.TempDir(),
	} {
		_, err := database.Open(t.Context(), address)
		require.Error(t, err, address)
		require.NotContains(t, err.Error(), "secret")
	}
}
