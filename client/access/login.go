package access

import (
	"context"
	"errors"
	"fmt"
)

var errWrong = &Error{Code: WrongCredentials, Detail: "the name or the password is wrong, or the account is disabled"}

// login is an attempt to log in to an account of our own.
type login struct {
	name, password string
	// identity wanted; empty for the first.
	identity string
	// address it comes from, and the browser's token if it has one.
	address, device string
}

// admitted is a login that was right.
type admitted struct {
	name, identity string
	// device is the digest of the browser's token, if it was known.
	device string
}

// logIn checks an attempt. It does the same work for an account that does not exist: one hash,
// the same questions to the database, the same answer.
func (g *Guard) logIn(ctx context.Context, in login) (admitted, error) {
	name, named := foldName(in.name)
	if !named {
		name = "" // nobody has it, but it is counted and costs like any other
	}
	device, err := g.sessions.device(ctx, in.device, name)
	if err != nil {
		return admitted{}, err
	}
	subjects := subjectsOf(name, in.address, device)
	if err := g.count(ctx, in.address, device, subjects); err != nil {
		return admitted{}, err
	}
	// From here on the attempt counts as failed, also if this process ends, until it is taken back below.
	one, outdated, err := g.judge(ctx, name, in.password)
	switch {
	case errors.Is(err, errWrong):
		return admitted{}, err
	case err != nil:
		return admitted{}, errors.Join(err, g.lockout.withdraw(ctx, subjects))
	}
	if err := g.lockout.succeed(ctx, subjects); err != nil {
		return admitted{}, err
	}
	if outdated {
		if err := g.rehash(ctx, one, in.password); err != nil {
			return admitted{}, err
		}
	}
	identity, err := g.choose(one.Identities, in.identity)
	return admitted{name: name, identity: identity, device: device}, err
}

// count lets an attempt through if neither its rate nor failures before make it wait. Neither
// rate nor failures of a crowded address keep out a browser that is known for the account.
func (g *Guard) count(ctx context.Context, address, device string, subjects []subject) error {
	from := address
	if device != "" {
		from = "browser " + device
	}
	if err := g.perLogIn.check(from); err != nil {
		return err
	}
	return g.lockout.begin(ctx, subjects)
}

// judge returns the account if the password is the right one, and whether it is kept at an outdated cost.
func (g *Guard) judge(ctx context.Context, name, password string) (one Person, outdated bool, err error) {
	one, found, err := person(ctx, g.db, "", name)
	if err != nil {
		return Person{}, false, fmt.Errorf("couldn't look the account up: %w", err)
	}
	right, outdated, err := g.hasher.verify(ctx, g.storedOr(one), password)
	if err != nil {
		return Person{}, false, err
	}
	if !found || !right || one.Disabled {
		return Person{}, false, errWrong
	}
	return one, outdated, nil
}

// storedOr is the hash to compare with: the account's, or that of nobody.
func (g *Guard) storedOr(one Person) string {
	if one.password == "" {
		return g.hasher.nobody
	}
	return one.password
}

// subjectsOf tells whose failures an attempt counts for: the browser's own if it is known for
// the account, else the account's and the address'.
func subjectsOf(name, address, device string) []subject {
	if device != "" {
		return []subject{{key: subjectKey("device", device), leniency: accountLeniency}}
	}
	return []subject{
		{key: accountSubject(name), leniency: accountLeniency},
		{key: subjectKey("address", address), leniency: addressLeniency, shared: true},
	}
}

// rehash keeps a password at today's cost, unless it has been changed meanwhile.
func (g *Guard) rehash(ctx context.Context, one Person, password string) error {
	hash, err := g.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = g.db.ExecContext(ctx, `UPDATE access_people SET password = $1 WHERE issuer = '' AND name = $2 AND password = $3`,
		hash, one.Name, one.password)
	if err != nil {
		return fmt.Errorf("couldn't keep the password: %w", err)
	}
	return nil
}
