package access

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"carec.example/cats/client/database"
)

// How long sessions and known browsers last.
const (
	// SessionIdle ends a session that is not used for so long.
	SessionIdle = 30 * time.Minute
	// SessionLongest ends a session so long after the log-in, used or not: one shift.
	SessionLongest = 12 * time.Hour
	// deviceLongest is how long a browser counts as known after its last log-in.
	deviceLongest = 90 * 24 * time.Hour
	// touchEvery is how exactly the last use is kept; each use costs a write otherwise.
	touchEvery = time.Minute
)

// A person has at most so many sessions and known browsers; a further one ends the oldest.
const (
	mostSessions = 20
	mostDevices  = 10
)

// tokenLength in bytes: 256 bits, beyond guessing.
const tokenLength = 32

// newToken returns a token for a cookie.
func newToken() string { return base64.RawURLEncoding.EncodeToString(random(tokenLength)) }

// digest is what is kept of a token. A token is random, so that it needs no slow hash. False
// when the text cannot be a token.
func digest(token string) (string, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenLength {
		return "", false
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), true
}

// session is a person who has logged in.
type session struct {
	digest         string
	issuer, name   string
	identity       string
	held           []string
	created, seen  time.Time
	personDisabled bool
}

// ends is when the session is over if it is not used again, and at the latest.
func (s session) ends() (idle, latest time.Time) {
	latest = s.created.Add(SessionLongest)
	idle = s.seen.Add(SessionIdle)
	if idle.After(latest) {
		idle = latest
	}
	return idle, latest
}

// sessions keeps sessions and known browsers in the database. There is no copy in the process:
// what one gateway ends is over for the other one, too.
type sessions struct {
	db  *database.DB
	now func() time.Time
}

// open begins a session and returns its token.
func (s *sessions) open(ctx context.Context, issuer, name, identity string) (token string, err error) {
	token = newToken()
	d, _ := digest(token)
	now := s.now().UnixMilli()
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO access_sessions (digest, issuer, name, identity, created_at, seen_at)
			VALUES ($1, $2, $3, $4, $5, $5)`, d, issuer, name, identity, now)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM access_sessions WHERE digest IN (SELECT digest FROM access_sessions
			WHERE issuer = $1 AND name = $2 AND digest <> $3 ORDER BY created_at DESC, digest LIMIT 1000 OFFSET $4)`,
			issuer, name, d, mostSessions-1)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("couldn't keep the session: %w", err)
	}
	return token, nil
}

var errNoSession = &Error{Code: Unauthenticated, Detail: "the session is over; log in"}

// find returns the session of a token, if it still lasts, and notes its use.
func (s *sessions) find(ctx context.Context, token string) (session, error) {
	d, ok := digest(token)
	if !ok {
		return session{}, errNoSession
	}
	one := session{digest: d}
	err := s.db.InSnapshot(ctx, func(tx *sql.Tx) error { return one.read(ctx, tx) })
	if errors.Is(err, sql.ErrNoRows) {
		return session{}, errNoSession
	}
	if err != nil {
		return session{}, fmt.Errorf("couldn't look the session up: %w", err)
	}
	now := s.now()
	if idle, _ := one.ends(); one.personDisabled || !now.Before(idle) {
		return session{}, errNoSession
	}
	if now.Sub(one.seen) < touchEvery {
		return one, nil
	}
	_, err = s.db.ExecContext(ctx, `UPDATE access_sessions SET seen_at = $1 WHERE digest = $2 AND seen_at < $1`, now.UnixMilli(), d)
	if err != nil {
		return session{}, fmt.Errorf("couldn't note the use of the session: %w", err)
	}
	one.seen = now
	return one, nil
}

func (s *session) read(ctx context.Context, tx *sql.Tx) error {
	var created, seen int64
	var disabled int
	err := tx.QueryRowContext(ctx, `SELECT s.issuer, s.name, s.identity, s.created_at, s.seen_at, p.disabled
		FROM access_sessions s JOIN access_people p ON p.issuer = s.issuer AND p.name = s.name WHERE s.digest = $1`, s.digest).
		Scan(&s.issuer, &s.name, &s.identity, &created, &seen, &disabled)
	if err != nil {
		return err
	}
	s.created, s.seen, s.personDisabled = time.UnixMilli(created), time.UnixMilli(seen), disabled != 0
	s.held, err = identitiesOf(ctx, tx, s.issuer, s.name)
	return err
}

// become lets a session go on as another identity under a new token; the old token is over at
// once. Of two that try at the same moment one succeeds.
func (s *sessions) become(ctx context.Context, one session, identity string) (token string, err error) {
	token = newToken()
	d, _ := digest(token)
	done, err := s.db.ExecContext(ctx, `UPDATE access_sessions SET digest = $1, identity = $2, seen_at = $3 WHERE digest = $4`,
		d, identity, s.now().UnixMilli(), one.digest)
	if err != nil {
		return "", fmt.Errorf("couldn't change the session: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return "", errors.Join(errNoSession, err)
	}
	return token, nil
}

// end ends the session of a token; one that is over already is no error.
func (s *sessions) end(ctx context.Context, token string) error {
	d, ok := digest(token)
	if !ok {
		return nil
	}
	if _, err := s.db.ExecContext(ctx, `DELETE FROM access_sessions WHERE digest = $1`, d); err != nil {
		return fmt.Errorf("couldn't end the session: %w", err)
	}
	return nil
}

func endSessions(ctx context.Context, tx *sql.Tx, issuer, name string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM access_sessions WHERE issuer = $1 AND name = $2`, issuer, name)
	return err
}

// device returns the digest of a browser's token if it is known for the account, else nothing.
func (s *sessions) device(ctx context.Context, token, name string) (string, error) {
	d, _ := digest(token) // nothing is asked for all the same, so that every attempt asks the database alike
	var used int64
	err := s.db.QueryRowContext(ctx, `SELECT used_at FROM access_devices WHERE digest = $1 AND issuer = '' AND name = $2`, d, name).Scan(&used)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("couldn't look the browser up: %w", err)
	}
	if s.now().Sub(time.UnixMilli(used)) >= deviceLongest {
		return "", nil
	}
	return d, nil
}

// know remembers a browser under a new token, in the place of the one that it had.
func (s *sessions) know(ctx context.Context, old, name string) (token string, err error) {
	token = newToken()
	d, _ := digest(token)
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO access_devices (digest, issuer, name, used_at) VALUES ($1, '', $2, $3)`,
			d, name, s.now().UnixMilli())
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM access_devices WHERE issuer = '' AND name = $1 AND (digest = $2 OR digest IN (
			SELECT digest FROM access_devices WHERE issuer = '' AND name = $1 AND digest <> $3
			ORDER BY used_at DESC, digest LIMIT 1000 OFFSET $4))`, name, old, d, mostDevices-1)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("couldn't remember the browser: %w", err)
	}
	return token, nil
}

func forgetDevices(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM access_devices WHERE issuer = '' AND name = $1`, name)
	return err
}

// sweep deletes what is over. Several gateways may sweep at once.
func (s *sessions) sweep(ctx context.Context) error {
	now := s.now()
	for statement, before := range map[string]time.Time{
		`DELETE FROM access_sessions WHERE created_at < $1`: now.Add(-SessionLongest),
		`DELETE FROM access_sessions WHERE seen_at < $1`:    now.Add(-SessionIdle - touchEvery),
		`DELETE FROM access_devices WHERE used_at < $1`:     now.Add(-deviceLongest),
		`DELETE FROM access_failures WHERE last_at < $1`:    now.Add(-max(accountLeniency.forget, addressLeniency.forget)),
	} {
		if _, err := s.db.ExecContext(ctx, statement, before.UnixMilli()); err != nil {
			return fmt.Errorf("couldn't delete what is over: %w", err)
		}
	}
	return nil
}
