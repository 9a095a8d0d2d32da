package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/client/access"
)

// userFlags are shared by the commands on people.
type userFlags struct {
	organisation, database, issuer string
	identities                     []string
}

func (a *app) userCommand() *cobra.Command {
	f := &userFlags{}
	c := &cobra.Command{
		Use: "user", Short: "People who may log in to an organisation's gateway",
		Long: `People log in to the gateway of "cats serve" with an account made here, or at the
organisation's identity provider, whose people are let in here, too. Each is given one or
more identities of the profile and acts on the ledger as one of them at a time; only
identities of the organisation itself can be given. Systems need no account: they show a
client certificate of their identity.

A password has 12 to 128 characters and is asked for, or read from the standard input when
that is no terminal; it is never an argument. Gateways see every change at once.`,
		Example: `  cats user add aigul --identity kz-officer-khorgos --organisation KZ
  cats user link 00u1a2b3 --issuer https://login.customs.example --identity kz-officer-korday --organisation KZ
  cats user list --organisation KZ
  cats user disable aigul --organisation KZ`,
	}
	c.PersistentFlags().StringVar(&f.organisation, "organisation", "",
		"short `NAME` of the organisation in the profile (default: that of --identity or --as)")
	databaseFlag(c, &f.database)
	c.AddCommand(a.userAddCommand(f), a.userLinkCommand(f), a.userListCommand(f), a.userPasswdCommand(f), a.userAssignCommand(f),
		a.userDisableCommand(f), a.userEnableCommand(f), a.userRemoveCommand(f))
	return c
}

func (f *userFlags) identityFlag(c *cobra.Command, a *app) {
	c.Flags().StringSliceVar(&f.identities, "identity", nil, "an `IDENTITY` to act as; may be repeated, the first is the one to begin with")
	_ = c.RegisterFlagCompletionFunc("identity", a.completeIdentities)
	mustSet(c, "identity")
}

func (f *userFlags) issuerFlag(c *cobra.Command) {
	c.Flags().StringVar(&f.issuer, "issuer", "", "NAME is of the identity provider at this `URL`, not of an account")
}

func (a *app) userAddCommand(f *userFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "add NAME", Short: "Make an account with a password",
		Example: `  cats user add aigul --identity kz-officer-khorgos --organisation KZ
  cats user add aigul --identity kz-officer-khorgos --identity kz-officer-korday --organisation KZ < password.txt`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPeople(cmd, f, func(ctx context.Context, people *access.People) error {
				password, err := a.newPassword(ctx, args[0])
				if err != nil {
					return err
				}
				return a.did(args[0], "may log in as "+strings.Join(f.identities, ", "), people.Add(ctx, args[0], password, f.identities))
			})
		},
	}
	f.identityFlag(c, a)
	return c
}

func (a *app) userLinkCommand(f *userFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "link SUBJECT", Short: "Let in somebody whom the identity provider knows",
		Long: `Lets in whom the organisation's identity provider calls SUBJECT: the value of the claim that
the gateway goes by, "sub" unless it is set up otherwise. The issuer must be written as in the
provider's tokens.`,
		Example: `  cats user link 00u1a2b3 --issuer https://login.customs.example --identity kz-officer-korday --organisation KZ`,
		Args:    exactly("SUBJECT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPeople(cmd, f, func(ctx context.Context, people *access.People) error {
				return a.did(args[0], "may log in as "+strings.Join(f.identities, ", "), people.Link(ctx, f.issuer, args[0], f.identities))
			})
		},
	}
	c.Flags().StringVar(&f.issuer, "issuer", "", "`URL` of the identity provider")
	f.identityFlag(c, a)
	mustSet(c, "issuer")
	return c
}

func (a *app) userListCommand(f *userFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List who may log in",
		Example: `  cats user list --organisation KZ
  cats user list --organisation KZ --json | jq '.[] | select(.disabled) | .name'`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withPeople(cmd, f, func(ctx context.Context, people *access.People) error {
				all, err := people.List(ctx)
				if err != nil {
					return err
				}
				if all == nil {
					all = []access.Person{}
				}
				return a.print(all, func(s style) { a.printPeople(s, all) })
			})
		},
	}
}

func (a *app) printPeople(s style, all []access.Person) {
	if len(all) == 0 {
		fmt.Fprintln(a.out, "nobody may log in yet; make an account with \"cats user add\"")
		return
	}
	t := newTable("name", "identities", "by", "since", "")
	for _, one := range all {
		by, mark := "password", ""
		if one.Issuer != "" {
			by = one.Issuer
		}
		if one.Disabled {
			mark = "disabled"
		}
		t.row(one.Name, strings.Join(one.Identities, ", "), by, one.Created.Format("2006-01-02"), mark)
	}
	t.print(a.out, s)
}

func (a *app) userPasswdCommand(f *userFlags) *cobra.Command {
	return &cobra.Command{
		Use: "passwd NAME", Short: "Give an account another password",
		Long: `Gives an account another password. All its sessions end, and wrong passwords counted so far
are forgotten.`,
		Example: `  cats user passwd aigul --organisation KZ
  cats user passwd aigul --organisation KZ < password.txt`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPeople(cmd, f, func(ctx context.Context, people *access.People) error {
				password, err := a.newPassword(ctx, args[0])
				if err != nil {
					return err
				}
				return a.did(args[0], "has another password, and no session", people.SetPassword(ctx, args[0], password))
			})
		},
	}
}

func (a *app) userAssignCommand(f *userFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "assign NAME", Short: "Replace the identities of a person",
		Long: `Replaces all identities of a person with those given. Sessions that act as one that is no
longer held end.`,
		Example: `  cats user assign aigul --identity kz-officer-korday --organisation KZ`,
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPeople(cmd, f, func(ctx context.Context, people *access.People) error {
				return a.did(args[0], "may log in as "+strings.Join(f.identities, ", "), people.Assign(ctx, f.issuer, args[0], f.identities))
			})
		},
	}
	f.identityFlag(c, a)
	f.issuerFlag(c)
	return c
}

func (a *app) userDisableCommand(f *userFlags) *cobra.Command {
	return a.userChange(f, "disable", "Keep a person out, with all sessions", "is kept out",
		func(ctx context.Context, p *access.People, name string) error { return p.Disable(ctx, f.issuer, name) })
}

func (a *app) userEnableCommand(f *userFlags) *cobra.Command {
	return a.userChange(f, "enable", "Let in who was disabled, or who was locked out by wrong passwords", "may log in again",
		func(ctx context.Context, p *access.People, name string) error { return p.Enable(ctx, f.issuer, name) })
}

func (a *app) userRemoveCommand(f *userFlags) *cobra.Command {
	return a.userChange(f, "remove", "Delete a person, with all sessions", "is removed",
		func(ctx context.Context, p *access.People, name string) error { return p.Remove(ctx, f.issuer, name) })
}

func (a *app) userChange(
	f *userFlags, verb, short, done string, do func(ctx context.Context, p *access.People, name string) error,
) *cobra.Command {
	c := &cobra.Command{
		Use: verb + " NAME", Short: short,
		Example: fmt.Sprintf(`  cats user %s aigul --organisation KZ
  cats user %s 00u1a2b3 --issuer https://login.customs.example --organisation KZ`, verb, verb),
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPeople(cmd, f, func(ctx context.Context, people *access.People) error {
				return a.did(args[0], done, do(ctx, people, args[0]))
			})
		},
	}
	f.issuerFlag(c)
	return c
}

// did tells what was done to a person, or why not.
func (a *app) did(name, what string, err error) error {
	var refused *access.Error
	switch {
	case errors.Is(err, access.ErrExists), errors.Is(err, access.ErrNoPerson):
		return &usageError{err: fmt.Errorf("%s %w", name, err)}
	case errors.Is(err, access.ErrName), errors.Is(err, access.ErrPassword), errors.As(err, &refused):
		return &usageError{err: err}
	case err != nil:
		return err
	}
	return a.print(map[string]string{"name": name, "result": what}, func(style) { fmt.Fprintln(a.out, name, what) })
}

// withPeople opens the book of people of the organisation.
func (a *app) withPeople(cmd *cobra.Command, f *userFlags, work func(context.Context, *access.People) error) (err error) {
	profile, path, err := a.loadProfile()
	if err != nil {
		return err
	}
	organisation := f.organisation
	for _, name := range slices.Concat(f.identities, []string{a.As}) {
		if id, known := profile.Identities[name]; known && organisation == "" {
			organisation = id.Organisation
		}
	}
	if organisation == "" {
		return usage(cmd, "--organisation is missing")
	}
	if _, known := profile.Organisations[organisation]; !known {
		return usage(cmd, "the profile has no organisation %q", organisation)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), a.Timeout)
	defer cancel()
	db, err := a.openDatabase(ctx, f.database, a.stateFolder(profile, path, organisation))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	people, err := access.OpenPeople(ctx, db, profile, organisation)
	if err != nil {
		return err
	}
	return work(ctx, people)
}
