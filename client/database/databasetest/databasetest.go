// Package databasetest runs a test on every database that the product supports.
//
// SQLite is always there. For PostgreSQL a cluster is made from the programs that the system
// has installed, without a service, a port or a password: it listens on a socket in a temporary
// folder, runs as an unprivileged user, and is stopped and removed at the end. Where the
// programs are not installed that half of the test is skipped and says so.
//
// Making a cluster takes seconds. A package with several such tests shares one among them:
//
//	func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }
package databasetest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"carec.example/cats/client/database"
)

// Each runs a test on an empty database of each dialect, as subtests named after it.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	Addresses(t, func(t *testing.T, address string) {
		t.Helper()
		test(t, Open(t, address))
	})
}

// Addresses runs a test with the address of an empty database of each dialect, for tests that open it
// themselves, several times perhaps.
func Addresses(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, PostgreSQL(t)) })
}

// Open opens a database until the test ends.
func Open(t testing.TB, address string) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// SQLite is the address of a new file that goes with the test.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// PostgreSQL is the address of an empty database that goes with the test, on the cluster of [Main], or on
// one of the test's own. The test is skipped when the programs are not installed.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	programs := findPrograms()
	if programs == "" {
		t.Skip("PostgreSQL's server programs are not installed (apt-get install postgresql)")
	}
	c := &cluster{programs: programs, folder: os.Getenv(sharedFolder)}
	if c.folder == "" {
		folder, err := newFolder()
		if err != nil {
			t.Fatal(err)
		}
		c.folder = folder
		t.Cleanup(func() {
			if err := c.stop(); err != nil {
				t.Errorf("couldn't stop the test's PostgreSQL: %v", err)
			}
		})
	}
	if err := c.ensure(); err != nil {
		t.Fatal(err)
	}
	address, drop, err := c.database(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Errorf("couldn't drop the test's database: %v", err)
		}
	})
	return address
}
