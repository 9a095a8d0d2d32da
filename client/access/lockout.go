package access

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/database"
)

// leniency is how failed attempts make further ones wait.
type leniency struct {
	// free attempts that may fail without a wait.
	free int
	// The wait after the next one, which doubles with each further failure up to longest.
	first, longest time.Duration
	// forget: a failure counts no longer when nothing failed for so long.
	forget time.Duration
}

// An account allows about a hundred wrong passwords a day once it is under attack; an address
// more, since many people may share it.
var (
	accountLeniency = leniency{free: 5, first: time.Second, longest: 15 * time.Minute, forget: 24 * time.Hour}
	addressLeniency = leniency{free: 50, first: time.Second, longest: 15 * time.Minute, forget: time.Hour}
)

// wait is how long after the last of so many failures the next attempt is allowed.
func (l leniency) wait(failures int) time.Duration {
	over := failures - l.free
	if over <= 0 {
		return 0
	}
	if over > 30 {
		return l.longest
	}
	return min(l.first<<(over-1), l.longest)
}

// subject is whose failures are counted.
type subject struct {
	key string
	leniency
	// shared subjects are not cleared by one success, which only takes its own attempt back.
	shared bool
}

// Subjects are kept as digests: a wrong name may be somebody's password.
func subjectKey(kind, of string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + of))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

func accountSubject(name string) string { return subjectKey("account", name) }

// lockout counts attempts in the database, so that gateways side by side count together.
//
// Each attempt is counted as failed before the password is looked at, and taken back when it
// was right: a hundred guesses at the same moment are a hundred failures. While one has to
// wait, attempts are refused without being counted, so that hammering does not prolong the
// wait, which never exceeds leniency.longest. Who has logged in from a browser before is
// counted by that browser alone: an attacker who keeps an account waiting from elsewhere does
// not keep its owner out. An administrator clears an account with a new password or "enable".
type lockout struct {
	db  *database.DB
	now func() time.Time
}

// begin counts an attempt, or refuses it when one of the subjects has to wait.
func (l *lockout) begin(ctx context.Context, subjects []subject) error {
	var wait time.Duration
	err := l.db.InTx(ctx, func(tx *sql.Tx) error {
		wait = 0
		now := l.now()
		counts := make([]int, len(subjects))
		for i, s := range subjects {
			count, last, err := failures(ctx, tx, s.key)
			if err != nil {
				return err
			}
			if now.Sub(last) >= s.forget {
				count = 0
			}
			counts[i] = count
			wait = max(wait, s.wait(count)-now.Sub(last))
		}
		if wait > 0 {
			return nil
		}
		for i, s := range subjects {
			if err := setFailures(ctx, tx, s.key, counts[i]+1, now); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case database.Contended(err):
		return &Error{Code: TooManyRequests, Detail: "too many people are logging in", RetryAfter: time.Second}
	case err != nil:
		return fmt.Errorf("couldn't count the attempt: %w", err)
	}
	if wait > 0 {
		return &Error{Code: LockedOut, Detail: "too many wrong passwords; wait before the next attempt", RetryAfter: wait}
	}
	return nil
}

// succeed takes an attempt back that turned out right, and clears whoever is not shared.
func (l *lockout) succeed(ctx context.Context, subjects []subject) error {
	return l.each(ctx, subjects, func(tx *sql.Tx, s subject) error {
		if s.shared {
			return takeBack(ctx, tx, s.key)
		}
		return forgive(ctx, tx, s.key)
	})
}

// withdraw takes an attempt back that was not judged, because we could not. It does so even
// when the caller has gone meanwhile.
func (l *lockout) withdraw(ctx context.Context, subjects []subject) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return l.each(ctx, subjects, func(tx *sql.Tx, s subject) error { return takeBack(ctx, tx, s.key) })
}

func (l *lockout) each(ctx context.Context, subjects []subject, do func(*sql.Tx, subject) error) error {
	err := l.db.InTx(ctx, func(tx *sql.Tx) error {
		for _, s := range subjects {
			if err := do(tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("couldn't take the attempt back: %w", err)
	}
	return nil
}

func takeBack(ctx context.Context, tx *sql.Tx, key string) error {
	_, err := tx.ExecContext(ctx, `UPDATE access_failures SET failures = failures - 1 WHERE subject = $1 AND failures > 0`, key)
	return err
}

func failures(ctx context.Context, tx *sql.Tx, key string) (count int, last time.Time, err error) {
	var at int64
	err = tx.QueryRowContext(ctx, `SELECT failures, last_at FROM access_failures WHERE subject = $1`, key).Scan(&count, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return count, time.UnixMilli(at), err
}

func setFailures(ctx context.Context, tx *sql.Tx, key string, count int, at time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO access_failures (subject, failures, last_at) VALUES ($1, $2, $3)
		ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at`,
		key, count, at.UnixMilli())
	return err
}

func forgive(ctx context.Context, tx *sql.Tx, key string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM access_failures WHERE subject = $1`, key)
	return err
}
