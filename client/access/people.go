package access

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables of this package up to date.
func migrate(ctx context.Context, db *database.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return db.Migrate(ctx, files, "access_version")
}

// Person is somebody who may log in.
type Person struct {
	// Issuer is the identity provider's, as in its tokens; empty for an account of our own.
	Issuer string `json:"issuer,omitempty"`
	// Name of the account, or what the provider's claim calls the person.
	Name string `json:"name"`
	// Identities of the profile as which the person may act; the first is the one to begin with.
	Identities []string  `json:"identities"`
	Disabled   bool      `json:"disabled"`
	Created    time.Time `json:"created"`

	password string
}

// Mistakes of the administrator.
var (
	// ErrExists: there is such a person already.
	ErrExists = errors.New("exists already")
	// ErrNoPerson: there is no such person.
	ErrNoPerson = errors.New("does not exist")
	// ErrName: the name is not one that an account can have.
	ErrName = errors.New("a name has letters, digits and . _ - @, 64 at most")
)

// People is the administrator's book of who may log in to one organisation's gateways, in its
// database. Gateways see a change at their next request. It is safe for concurrent use.
type People struct {
	db *database.DB
	identities
	hasher *hasher
	now    func() time.Time
}

// OpenPeople opens the book and brings its tables up to date.
func OpenPeople(ctx context.Context, db *database.DB, profile *cats.Profile, organisation string) (*People, error) {
	if _, known := profile.Organisations[organisation]; !known {
		return nil, fmt.Errorf("the profile has no organisation %q", organisation)
	}
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	return &People{db: db, identities: identities{profile, organisation}, hasher: newHasher(), now: time.Now}, nil
}

// Add makes an account with a password, which [CheckPassword] must find good.
func (p *People) Add(ctx context.Context, name, password string, identities []string) error {
	name, ok := foldName(name)
	if !ok {
		return ErrName
	}
	if err := CheckPassword(name, password); err != nil {
		return err
	}
	if err := p.checkAll(identities); err != nil {
		return err
	}
	hash, err := p.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return p.insert(ctx, Person{Name: name, Identities: identities, password: hash})
}

// longestClaim is the longest name that a provider can give a person (OpenID Connect Core, section 2).
const longestClaim = 255

// Link lets somebody in whom an identity provider knows under a name.
func (p *People) Link(ctx context.Context, issuer, name string, identities []string) error {
	if issuer == "" || !claimable(name) {
		return fmt.Errorf("issuer and name must be given, the name with %d bytes at most", longestClaim)
	}
	if err := p.checkAll(identities); err != nil {
		return err
	}
	return p.insert(ctx, Person{Issuer: issuer, Name: name, Identities: identities})
}

func claimable(name string) bool {
	return name != "" && len(name) <= longestClaim && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

func (p *People) checkAll(names []string) error {
	if len(names) == 0 {
		return errors.New("give at least one identity")
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return fmt.Errorf("identity %q is given twice", name)
		}
		seen[name] = true
		if err := p.check(name); err != nil {
			return err
		}
	}
	return nil
}

func (p *People) insert(ctx context.Context, person Person) error {
	err := p.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO access_people (issuer, name, password, disabled, created_at) VALUES ($1, $2, $3, 0, $4)`,
			person.Issuer, person.Name, person.password, p.now().UnixMilli())
		if err != nil {
			return err
		}
		return insertIdentities(ctx, tx, person)
	})
	if database.Duplicate(err) {
		return ErrExists
	}
	return err
}

func insertIdentities(ctx context.Context, tx *sql.Tx, person Person) error {
	for place, identity := range person.Identities {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO access_identities (issuer, name, identity, place) VALUES ($1, $2, $3, $4)`,
			person.Issuer, person.Name, identity, place)
		if err != nil {
			return err
		}
	}
	return nil
}

// Assign replaces the identities of a person. Sessions that act as one no longer held end.
func (p *People) Assign(ctx context.Context, issuer, name string, identities []string) error {
	if err := p.checkAll(identities); err != nil {
		return err
	}
	return p.change(ctx, issuer, name, func(tx *sql.Tx, name string) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM access_identities WHERE issuer = $1 AND name = $2`, issuer, name)
		if err != nil {
			return err
		}
		if err := insertIdentities(ctx, tx, Person{Issuer: issuer, Name: name, Identities: identities}); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM access_sessions WHERE issuer = $1 AND name = $2 AND NOT EXISTS (
			SELECT 1 FROM access_identities i WHERE i.issuer = access_sessions.issuer AND i.name = access_sessions.name
			AND i.identity = access_sessions.identity)`, issuer, name)
		return err
	})
}

// SetPassword gives an account another password, ends all its sessions, and forgets failed attempts and known browsers.
func (p *People) SetPassword(ctx context.Context, name, password string) error {
	if folded, ok := foldName(name); ok {
		name = folded
	}
	if err := CheckPassword(name, password); err != nil {
		return err
	}
	hash, err := p.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return p.change(ctx, "", name, func(tx *sql.Tx, name string) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_people SET password = $1 WHERE issuer = '' AND name = $2`, hash, name)
		return errors.Join(err, endSessions(ctx, tx, "", name), forgetDevices(ctx, tx, name), forgive(ctx, tx, accountSubject(name)))
	})
}

// Disable keeps a person out and ends all sessions. What the person did stays, and so does the entry.
func (p *People) Disable(ctx context.Context, issuer, name string) error {
	return p.change(ctx, issuer, name, func(tx *sql.Tx, name string) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_people SET disabled = 1 WHERE issuer = $1 AND name = $2`, issuer, name)
		return errors.Join(err, endSessions(ctx, tx, issuer, name))
	})
}

// Enable lets a person in again, also one who was locked out by failed attempts.
func (p *People) Enable(ctx context.Context, issuer, name string) error {
	return p.change(ctx, issuer, name, func(tx *sql.Tx, name string) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_people SET disabled = 0 WHERE issuer = $1 AND name = $2`, issuer, name)
		if issuer == "" {
			err = errors.Join(err, forgive(ctx, tx, accountSubject(name)))
		}
		return err
	})
}

// Remove deletes a person with all sessions.
func (p *People) Remove(ctx context.Context, issuer, name string) error {
	return p.change(ctx, issuer, name, func(tx *sql.Tx, name string) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM access_people WHERE issuer = $1 AND name = $2`, issuer, name)
		return err
	})
}

// change does something to a person that exists.
func (p *People) change(ctx context.Context, issuer, name string, do func(tx *sql.Tx, name string) error) error {
	if issuer == "" {
		folded, ok := foldName(name)
		if !ok {
			return ErrNoPerson
		}
		name = folded
	}
	return p.db.InTx(ctx, func(tx *sql.Tx) error {
		var one int
		err := tx.QueryRowContext(ctx, `SELECT 1 FROM access_people WHERE issuer = $1 AND name = $2`, issuer, name).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoPerson
		}
		if err != nil {
			return err
		}
		return do(tx, name)
	})
}

// List returns everybody who may log in, accounts of our own first, by name.
func (p *People) List(ctx context.Context) (people []Person, err error) {
	rows, err := p.db.QueryContext(ctx, `SELECT p.issuer, p.name, p.disabled, p.created_at, COALESCE(i.identity, '')
		FROM access_people p LEFT JOIN access_identities i ON i.issuer = p.issuer AND i.name = p.name
		ORDER BY p.issuer, p.name, i.place`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one Person
		var disabled, created int64
		var identity string
		if err := rows.Scan(&one.Issuer, &one.Name, &disabled, &created, &identity); err != nil {
			return nil, err
		}
		if n := len(people); n == 0 || people[n-1].Issuer != one.Issuer || people[n-1].Name != one.Name {
			one.Disabled, one.Created = disabled != 0, time.UnixMilli(created).UTC()
			people = append(people, one)
		}
		last := &people[len(people)-1]
		last.Identities = append(last.Identities, identity)
	}
	return people, rows.Err()
}

// person reads one person; false when there is none.
func person(ctx context.Context, db *database.DB, issuer, name string) (Person, bool, error) {
	one := Person{Issuer: issuer, Name: name}
	found := false
	err := db.InSnapshot(ctx, func(tx *sql.Tx) error {
		var disabled int
		err := tx.QueryRowContext(ctx, `SELECT password, disabled FROM access_people WHERE issuer = $1 AND name = $2`,
			issuer, name).Scan(&one.password, &disabled)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		found, one.Disabled = true, disabled != 0
		one.Identities, err = identitiesOf(ctx, tx, issuer, name)
		return err
	})
	return one, found, err
}

func identitiesOf(ctx context.Context, tx *sql.Tx, issuer, name string) (names []string, err error) {
	rows, err := tx.QueryContext(ctx,
		`SELECT identity FROM access_identities WHERE issuer = $1 AND name = $2 ORDER BY place`, issuer, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var identity string
		if err := rows.Scan(&identity); err != nil {
			return nil, err
		}
		names = append(names, identity)
	}
	return names, rows.Err()
}
