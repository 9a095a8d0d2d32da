package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/links/aeo"
)

func (a *app) importCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "import", Short: "Import what another system of the own country has signed",
		Example: `  cats registry import aeo list-17.json --anchor aeo-ca.pem --dry-run --as kz-admin`,
	}
	c.AddCommand(a.importAEOCommand())
	return c
}

// aeoImport are the flags of an import.
type aeoImport struct {
	signature, anchor, database string
	dryRun                      bool
}

func (a *app) importAEOCommand() *cobra.Command {
	var f aeoImport
	c := &cobra.Command{
		Use: "aeo FILE", Short: "Import the list of authorised economic operators",
		Long: `Writes the signed list of the country's AEO registry into its book of operators, and shows what
that changes; with --dry-run it shows it only. The list is whole: who is not on it has the
status no longer. Authorisations are left as they are. Importing a list again changes
nothing; one that is older than the last is refused.

  .json   {"v": 1, "country": "KZ", "number": 17, "date": "2026-12-01", "operators":
          [{"number": "KZ990840000123", "name": "...", "aeo": "AEOF", "until": "2027-06-30"}]}
  .csv    list,KZ,17,2026-12-01
          number,name,aeo,until
          KZ990840000123,...,AEOF,2027-06-30

The signature is a compact JWS with detached content over the canonical JSON (RFC 8785) of the
list, for CSV that of the same list; its header has alg (ES256, ES384, PS256 or EdDSA), typ
` + aeo.Type + `, iat and x5c. It must lead to a certificate in the file --anchor.`,
		Example: `  cats registry import aeo list-17.json --anchor aeo-ca.pem --dry-run --as kz-admin
  cats registry import aeo list-17.csv --signature list-17.jws --anchor aeo-ca.pem --as kz-admin`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, canonical, proof, err := a.signedList(args[0], &f)
			if err != nil {
				var fault *transit.Fault
				if errors.As(err, &fault) {
					return err
				}
				return usage(cmd, "%v", err)
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				return a.importList(ctx, b, &f, list, canonical, proof)
			})
		},
	}
	c.Flags().StringVar(&f.signature, "signature", "", "`FILE` with the signature (default: FILE.jws)")
	c.Flags().StringVar(&f.anchor, "anchor", "", "`FILE` in PEM with the certificates that the signature must lead to")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "show what the list changes and write nothing")
	databaseFlag(c, &f.database)
	mustSet(c, "anchor")
	return c
}

// signedList reads the list and verifies its signature.
func (a *app) signedList(name string, f *aeoImport) (*aeo.List, []byte, *aeo.Proof, error) {
	raw, err := a.read(name)
	if err != nil {
		return nil, nil, nil, err
	}
	compact, err := a.read(first(f.signature, name+".jws"))
	if err != nil {
		return nil, nil, nil, err
	}
	trusted, err := a.read(f.anchor)
	if err != nil {
		return nil, nil, nil, err
	}
	anchors, err := aeo.Anchors(trusted)
	if err != nil {
		return nil, nil, nil, err
	}
	list, canonical, err := aeo.Read(name, raw)
	if err != nil {
		return nil, nil, nil, err
	}
	proof, err := aeo.Verify(bytes.TrimSpace(compact), canonical, anchors, time.Now())
	return list, canonical, proof, err
}

// importList shows what the list changes, and writes it unless that is all that was asked for. That the list was imported is kept
// when everything stands on the ledger: after a failure in between the same list writes the rest.
func (a *app) importList(ctx context.Context, b *backend, f *aeoImport, list *aeo.List, canonical []byte, proof *aeo.Proof) (err error) {
	profile, path, err := a.loadProfile()
	if err != nil {
		return err
	}
	db, err := a.openDatabase(ctx, f.database, a.stateFolder(profile, path, profile.Identities[a.As].Organisation))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	memory, err := aeo.Open(ctx, db)
	if err != nil {
		return err
	}
	if err := memory.Admit(ctx, list, canonical); err != nil {
		return older(err)
	}
	book, err := bookEntries(ctx, b, list.Country, transit.BookOperators, transit.EntryFilter{})
	if err != nil {
		return err
	}
	difference, err := aeo.Compare(list, book.Operators)
	if err != nil {
		return &usageError{err: err}
	}
	entries := difference.Entries()
	var receipts []cats.Receipt
	if !f.dryRun && entries.Len() > 0 {
		if _, receipts, err = b.registry.Put(ctx, list.Country, entries); err != nil {
			return fmt.Errorf("%d transactions were committed before this one failed; import the list again: %w", len(receipts), err)
		}
	}
	if !f.dryRun {
		if err := memory.Record(ctx, list, canonical, proof.Signer, time.Now()); err != nil {
			return err
		}
	}
	shown := map[string]any{
		"country": list.Country, "number": list.Number, "date": list.Date, "signer": proof.Signer, "difference": difference,
		"written": !f.dryRun, "receipts": receipts,
	}
	return a.print(shown, func(s style) { a.printDifference(s, list, proof, difference, receipts, f.dryRun) })
}

func older(err error) error {
	if errors.Is(err, aeo.ErrOlder) {
		return &usageError{err: err}
	}
	return err
}

func (a *app) printDifference(s style, l *aeo.List, p *aeo.Proof, d *aeo.Difference, receipts []cats.Receipt, dry bool) {
	t := newTable("operator", "name", "AEO", "until", "was")
	for _, o := range d.Added {
		t.row(o.Number, o.Name, o.AEO, string(o.Until), "not entered")
	}
	for _, c := range d.Changed {
		t.row(c.After.Number, c.After.Name, c.After.AEO, string(c.After.Until), statusText(&c.Before))
	}
	for _, c := range d.Ended {
		t.row(c.After.Number, c.After.Name, "none", string(c.After.Until), statusText(&c.Before))
	}
	done := "Imported"
	if dry {
		done = "Not written"
	}
	fmt.Fprintf(a.out, "%s  list %d of %s, which counts from %s\n", s.good(done), l.Number, l.Country, l.Date)
	if len(t.rows) > 0 {
		t.print(a.out, s)
	}
	facts(a.out, s, "signed by", p.Signer, "signed at", clock(p.At), "added", strconv.Itoa(len(d.Added)),
		"changed", strconv.Itoa(len(d.Changed)), "ended", strconv.Itoa(len(d.Ended)), "unchanged", strconv.Itoa(d.Same))
	if len(receipts) > 0 {
		facts(a.out, s, receiptFacts(s, receipts[len(receipts)-1])...)
	}
}

// statusText is what an operator's entry said before: the status, its end, and the name.
func statusText(o *transit.Operator) string {
	text := first(o.AEO, "no status")
	if o.Until != "" {
		text += " until " + string(o.Until)
	}
	return text + ", " + o.Name
}
