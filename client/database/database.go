package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver
)

// Dialect is which SQL a database speaks.
type Dialect string

// Dialects.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgres"
)

// connections is how many each process opens at most: enough for readers beside the writers,
// few enough for several processes on one PostgreSQL server with its usual hundred.
const connections = 16

// DB is an open database. It is safe for concurrent use.
type DB struct {
	*sql.DB
	// Dialect it speaks.
	Dialect Dialect
	name    string
	// turn is held by whoever writes to a SQLite file from this process, which has room for one writer: waiting for each other here
	// costs nothing, while SQLite would have them ask again and again. Nil for PostgreSQL.
	turn chan struct{}
	// relaxed is the connection of [DB.InRelaxedTx] to a SQLite file. Nil for PostgreSQL.
	relaxed *sql.DB
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.relaxed == nil {
		return db.DB.Close()
	}
	return errors.Join(db.relaxed.Close(), db.DB.Close())
}

// Open opens the database that a URL names, "sqlite:PATH" or "postgres://...", and makes sure
// that it answers. A SQLite file is made when it is missing, with its folder, for the user
// alone: the organisation's private content may come to lie there. An error never shows the
// password of a URL.
func Open(ctx context.Context, address string) (*DB, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	var db *DB
	var err error
	switch scheme {
	case "sqlite":
		db, err = openSQLite(rest)
	case "postgres", "postgresql":
		db, err = openPostgreSQL(address)
	default:
		// The text may hold a password, so that it is not repeated.
		return nil, errors.New("couldn't open the database: want sqlite:PATH or postgres://USER@HOST/NAME")
	}
	if err != nil {
		return nil, fmt.Errorf("couldn't open the database: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections / 2)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("couldn't open the database %s: %w", db.name, err), db.Close())
	}
	return db, nil
}

// String names the database for people, without what is secret.
func (db *DB) String() string { return db.name }

// openSQLite opens a file. Readers see the last commit while a writer works (WAL); a commit is
// forced to the disk (synchronous=FULL), for a row may record that something was done which must
// not be done again. What is deleted is overwritten (secure_delete), for it may be what had to go. Writers take
// their turn when they begin, so that none fails half-way.
func openSQLite(path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("sqlite: wants the path of a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// SQLite gives the files beside it the rights of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", sqliteFile(path, "synchronous(FULL)"))
	if err != nil {
		return nil, err
	}
	// The one connection of those who follow the ledger keeps more pages, 16 MB, for it touches many.
	relaxed, err := sql.Open("sqlite", sqliteFile(path, "synchronous(NORMAL)", "cache_size(-16384)", "wal_autocheckpoint(4000)"))
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	relaxed.SetMaxOpenConns(1)
	return &DB{DB: pool, Dialect: SQLite, name: "sqlite:" + path, turn: make(chan struct{}, 1), relaxed: relaxed}, nil
}

func sqliteFile(path string, more ...string) string {
	parameters := url.Values{
		"_txlock": {"immediate"},
		"_pragma": append([]string{"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)", "secure_delete(1)"}, more...),
	}
	file := url.URL{Scheme: "file", Path: path, RawQuery: parameters.Encode()}
	return file.String()
}

func openPostgreSQL(address string) (*DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err // pgx leaves the password out
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "cats"
	}
	name := fmt.Sprintf("postgres:%s on %s", config.Database, config.Host)
	return &DB{DB: stdlib.OpenDB(*config), Dialect: PostgreSQL, name: name}, nil
}
