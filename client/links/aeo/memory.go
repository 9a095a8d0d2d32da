package aeo

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrOlder means that a later list was imported, or another one of the same number.
var ErrOlder = errors.New("the list is not later than the last one that was imported")

// Memory keeps which lists an organisation has imported.
type Memory struct{ db *database.DB }

// Open brings the table up to date.
func Open(ctx context.Context, db *database.DB) (*Memory, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return &Memory{db: db}, db.Migrate(ctx, files, "aeo_version")
}

func digestOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// Admit refuses with ErrOlder a list that must not follow those imported. The last one itself may come again.
func (m *Memory) Admit(ctx context.Context, l *List, canonical []byte) error {
	var number int
	var day, digest string
	err := m.db.QueryRowContext(ctx, "SELECT number, day, digest FROM aeo_list WHERE country = $1 ORDER BY number DESC LIMIT 1", l.Country).
		Scan(&number, &day, &digest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("couldn't read which lists were imported: %w", err)
	case l.Number < number, l.Number == number && digest != digestOf(canonical), string(l.Date) < day:
		return fmt.Errorf("%w: that was list %d of %s, from %s", ErrOlder, number, l.Country, day)
	}
	return nil
}

// Record keeps that a list was imported. It is called when everything has been written: an import that breaks off before is
// repeated, and writes what is missing then.
func (m *Memory) Record(ctx context.Context, l *List, canonical []byte, signer string, at time.Time) error {
	_, err := m.db.ExecContext(ctx, `INSERT INTO aeo_list (country, number, day, digest, signer, imported_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (country, number) DO NOTHING`,
		l.Country, l.Number, string(l.Date), digestOf(canonical), signer, at.UTC().Format(time.RFC3339))
	if err != nil {
		return fmt.Errorf("couldn't keep that the list was imported: %w", err)
	}
	return nil
}
