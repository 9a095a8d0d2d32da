package main

import (
	"bufio"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/token"
)

// readPrepared returns nil when there is no file yet.
func readPrepared(path string) (*cats.Prepared, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("couldn't read the prepared change: %w", err)
	}
	var p cats.Prepared
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, &usageError{err: fmt.Errorf("%s holds no prepared change: %w", path, err)}
	}
	if p.Change == nil {
		return nil, &usageError{err: fmt.Errorf("%s holds no prepared change", path)}
	}
	return &p, nil
}

// writePrepared replaces the file; a crash leaves the old or the new one. A proposal may carry confidential content: the file is its owner's.
func writePrepared(path string, p *cats.Prepared) error {
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("couldn't encode the prepared change: %w", err)
	}
	next := path + ".next"
	if err := os.WriteFile(next, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("couldn't write the prepared change: %w", err)
	}
	return os.Rename(next, path)
}

// commandOf is what the command asks for, apart from where and as whom it runs.
func commandOf(cmd *cobra.Command) string {
	words := append(strings.Fields(cmd.CommandPath())[1:], cmd.Flags().Args()...)
	everywhere := cmd.InheritedFlags()
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if everywhere.Lookup(f.Name) == nil {
			words = append(words, "--"+f.Name, f.Value.String())
		}
	})
	return strings.Join(words, " ")
}

// reader is who reads the ledger while a change is prepared: the one named, or the organisation's own system.
func (a *app) reader(cmd *cobra.Command, profile *cats.Profile) (string, error) {
	if a.readAs != "" {
		return a.readAs, nil
	}
	organisation := profile.Identities[a.As].Organisation
	name, err := profile.Find(organisation, servantOf(profile.Organisations[organisation].Kind))
	if err != nil {
		return "", usage(cmd, "choose who reads the ledger with --reader: %v", err)
	}
	return name, nil
}

// withPrepared prepares what the work changes, forwards what has been signed meanwhile, and ends with the work's own result once
// everything is committed. The file always holds what is true: it is written before anything is told.
func (a *app) withPrepared(
	cmd *cobra.Command, profile *cats.Profile, work func(ctx context.Context, b *backend) error,
) (err error) {
	reader, err := a.reader(cmd, profile)
	if err != nil {
		return err
	}
	kept, err := a.keptFor(cmd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), a.Timeout)
	defer cancel()
	b, err := a.openFor(ctx, profile, reader, a.As)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if kept.Change.Stage != cats.StageDone {
		if err := a.forward(ctx, b, kept); err != nil {
			return err
		}
		if kept.Change.Stage != cats.StageDone {
			return a.waiting(kept)
		}
	}
	err = work(cats.Resuming(ctx, kept.Change.Done), b)
	if errors.As(err, &kept.Change) {
		return errors.Join(writePrepared(a.prepare, kept), a.waiting(kept))
	}
	if err == nil {
		return os.Remove(a.prepare)
	}
	return err
}

// keptFor is what the file holds for this command; of a file that is not there yet, that nothing is done.
func (a *app) keptFor(cmd *cobra.Command) (*cats.Prepared, error) {
	kept, err := readPrepared(a.prepare)
	switch {
	case err != nil:
		return nil, err
	case kept == nil:
		return &cats.Prepared{Command: commandOf(cmd), As: a.As, Change: &cats.Unsigned{Stage: cats.StageDone}}, nil
	case kept.Command != commandOf(cmd) || kept.As != a.As:
		return nil, usage(cmd, "%s belongs to %q as %s", a.prepare, kept.Command, kept.As)
	}
	return kept, nil
}

// forward takes the change one stage on if it has been signed.
func (a *app) forward(ctx context.Context, b *backend, kept *cats.Prepared) error {
	if len(kept.Change.Signature) == 0 {
		return nil
	}
	next, err := b.forward(ctx, kept.Change)
	if err != nil {
		return err
	}
	kept.Change = next
	return writePrepared(a.prepare, kept)
}

// waiting tells what waits for a signature, and how it goes on.
func (a *app) waiting(p *cats.Prepared) error {
	statement, err := p.Change.Statement()
	if err != nil {
		return err
	}
	return a.print(map[string]any{"prepared": a.prepare, "stage": p.Change.Stage, "as": p.As}, func(s style) {
		fmt.Fprintf(a.out, "%s  the %s waits in %s for the signature of %s, until %s\n", s.warn("Not done yet"),
			p.Change.Stage, a.prepare, p.As, p.Change.Expires.Format("2006-01-02 15:04 UTC"))
		printStatement(a, s, statement)
		fmt.Fprintf(a.out, "\nWhere the key is:  cats prepared sign %s\nThen the same command again.\n", filepath.Base(a.prepare))
	})
}

func printStatement(a *app, s style, statement *cats.Statement) {
	var pairs []string
	for _, l := range statement.Lines() {
		pairs = append(pairs, l.Name, l.Text)
	}
	facts(a.out, s, pairs...)
}

func (a *app) preparedCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "prepared", Short: "Show and sign changes where the key is",
		Long: `An officer's or trader's key need not be on the machine that reaches the ledger. With
--prepare FILE every command that changes the ledger writes what is to be signed into the
file instead. Take the file to where the key is, look at it, sign it, bring it back, and
give the same command again. Fabric asks for two signatures: for the proposal, which other
organisations' peers then endorse, and for the endorsed transaction. The documents with which a gateway
answers (202) are such files as well; they go on at its /v1/signatures.

What is shown is read from the very bytes that are signed. Nothing here asks the ledger.`,
		Example: `  cats movement release 26CN4TB0Q9V7HWKXJ5 --as cn-officer-urumqi --prepare release.json
  cats prepared show release.json
  cats prepared sign release.json --key 'pkcs11:token=CATS;object=officer?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin'
  cats movement release 26CN4TB0Q9V7HWKXJ5 --as cn-officer-urumqi --prepare release.json`,
	}
	c.AddCommand(a.preparedShowCommand(), a.preparedSignCommand())
	return c
}

func (a *app) preparedShowCommand() *cobra.Command {
	var held heldContent
	c := &cobra.Command{
		Use: "show FILE", Short: "Show what is to be signed",
		Long: `Says in words what a prepared change does, read from the bytes that the signature covers.
The proposal also carries what goes along confidentially; with --content, what you hold is
compared with it.`,
		Example: `  cats prepared show release.json
  cats prepared show lodge.json --content declaration.xml`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, statement, err := a.preparedStatement(cmd, args[0])
			if err != nil {
				return err
			}
			part, err := a.compare(cmd, statement, held)
			if err != nil {
				return err
			}
			return a.print(statement, func(s style) {
				printStatement(a, s, statement)
				a.printHeld(s, held, part)
			})
		},
	}
	held.bind(c)
	return c
}

func (a *app) printHeld(s style, held heldContent, part string) {
	if part != "" {
		fmt.Fprintf(a.out, "%s  %s is what goes along as %q\n", s.good("Compared"), held.file, part)
	}
}

func (a *app) preparedStatement(cmd *cobra.Command, path string) (*cats.Prepared, *cats.Statement, error) {
	p, err := readPrepared(path)
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		return nil, nil, usage(cmd, "there is no file %s", path)
	}
	statement, err := p.Change.Statement()
	if err != nil {
		return nil, nil, &usageError{err: err}
	}
	return p, statement, nil
}

func (a *app) preparedSignCommand() *cobra.Command {
	var key string
	var yes bool
	var held heldContent
	c := &cobra.Command{
		Use: "sign FILE", Short: "Sign a prepared change, off-line",
		Long: `Shows what a prepared change does, asks, and signs it: with the key of the identity in the
profile, or with --key, a PEM file or a pkcs11: URI (RFC 7512) of a key on a token. The key
must be that of the certificate for which the change was prepared. With --content nothing is
signed unless the proposal carries what you hold.`,
		Example: `  cats prepared sign release.json
  cats prepared sign release.json --yes --key officer.key`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, statement, err := a.preparedStatement(cmd, args[0])
			if err != nil {
				return err
			}
			part, err := a.compare(cmd, statement, held)
			if err != nil {
				return err
			}
			style := style{on: a.styled}
			printStatement(a, style, statement)
			a.printHeld(style, held, part)
			if !yes && !a.agreed() {
				return usage(cmd, "not signed")
			}
			if err := a.signPrepared(p, key); err != nil {
				return &usageError{err: err}
			}
			if err := writePrepared(args[0], p); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s  %s\n", style.good("Signed"), goesOn(p, args[0]))
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "PEM `FILE` or pkcs11: URI of the key")
	c.Flags().BoolVar(&yes, "yes", false, "don't ask")
	held.bind(c)
	return c
}

// goesOn tells what becomes of a signed file: back to the command, or to the gateway that it came from.
func goesOn(p *cats.Prepared, file string) string {
	if p.Request != nil {
		return fmt.Sprintf("post %s to the gateway that it came from, at /v1/signatures", file)
	}
	return fmt.Sprintf("take %s back, and give the same command again: cats %s", file, p.Command)
}

// agreed asks on the terminal. Without an answer nothing is signed.
func (a *app) agreed() bool {
	fmt.Fprint(a.out, "Sign this? [y/N] ")
	answer, _ := bufio.NewReader(a.in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

func (a *app) signPrepared(p *cats.Prepared, name string) (err error) {
	if name == "" {
		profile, path, err := a.loadProfile()
		if err != nil {
			return err
		}
		id, err := profile.Identity(p.As)
		if err != nil {
			return err
		}
		if name = id.Key; name == "" {
			return fmt.Errorf("the key of %s is not in this profile: name it with --key", p.As)
		}
		if !token.Is(name) && !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
	}
	keys := &token.Keys{}
	defer func() { err = errors.Join(err, keys.Close()) }()
	key, err := openKey(keys, name)
	if err != nil {
		return err
	}
	return p.Change.Sign(key)
}

// openKey opens the key in a PEM file or on a device.
func openKey(keys *token.Keys, name string) (crypto.Signer, error) {
	if token.Is(name) {
		return keys.Key(name)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the key: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(raw)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the key %s: %w", name, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("the key %s is none to sign with", name)
	}
	return signer, nil
}

// openPreparing opens the ledger as the reader, for changes that are signed elsewhere by another identity.
func openPreparing(ctx context.Context, profile *cats.Profile, reader, identity string) (*backend, error) {
	b, client, err := openLedger(ctx, profile, reader)
	if err != nil {
		return nil, err
	}
	preparing, err := client.For(identity)
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	inner := backendOf(preparing)
	inner.forward = client.Forward
	inner.close = func() error { return errors.Join(preparing.Close(), b.close()) }
	return inner, nil
}

// preparing are the flags of every command that may change the ledger.
func (a *app) preparingFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVar(&a.prepare, "prepare", "", "don't sign here: write what is to be signed to this `FILE` (see \"cats prepared\")")
	flags.StringVar(&a.readAs, "reader", "", "with --prepare: read the ledger as this `IDENTITY` (default: the organisation's courier)")
}
