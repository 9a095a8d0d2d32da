package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

// document reads a declaration: CC015C XML or the single transit document as JSON.
type document struct {
	mapping string
	lrn     string
}

func (d *document) bind(c *cobra.Command) {
	c.Flags().StringVar(&d.mapping, "mapping", "", "`FILE` that moves offices, operators and guarantees to this network's")
	c.Flags().StringVar(&d.lrn, "lrn", "", "declare under this `LRN` instead of the document's")
}

// read reads the document from a file, or from the input for "-".
func (a *app) read(path string) ([]byte, error) {
	if path == "-" {
		raw, err := io.ReadAll(io.LimitReader(a.in, formats.MaxXMLBytes+1))
		if err != nil {
			return nil, fmt.Errorf("couldn't read the input: %w", err)
		}
		return raw, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{err: err}
	}
	return raw, nil
}

func (a *app) readDocument(path string, d document) (*transit.STD, error) {
	raw, err := a.read(path)
	if err != nil {
		return nil, err
	}
	read := parseDocument
	if formats.KindOf(raw) == ublDeclaration {
		read = a.readUBL
	}
	std, err := read(raw)
	if err != nil {
		return nil, err
	}
	if d.mapping == "" {
		if d.lrn != "" {
			std.TransitOperation.LRN = d.lrn
		}
		return std, nil
	}
	mapping, err := readMapping(d.mapping)
	if err != nil {
		return nil, err
	}
	lrn := d.lrn
	if lrn == "" {
		lrn = std.TransitOperation.LRN
	}
	for _, s := range mapping.Apply(std, lrn) {
		fmt.Fprintf(a.err, "%s\n", style{on: a.styled}.dim("mapped "+s.String()))
	}
	return std, nil
}

// parseDocument tells XML from JSON by the first character.
func parseDocument(raw []byte) (*transit.STD, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if len(text) > 0 && text[0] == '{' {
		std, err := transit.DecodeSTD(text)
		if err == nil {
			return std, nil
		}
		v := transit.Violation{Code: "15", Text: err.Error()}
		var at *transit.DecodeError
		if errors.As(err, &at) {
			v.Pointer, v.Text = at.Pointer, at.Msg
		}
		return nil, transit.Faultf(transit.InvalidDocument, "the document cannot be read").With(v)
	}
	return formats.ReadCC015C(bytes.NewReader(raw))
}

const documentHelp = `
FILE is a declaration message CC015C (XML), a TransitCustomsDeclaration of UBL 2 (XML) or a
single transit document (JSON); "-" reads it from the input. With --mapping, offices, operators and guarantees are moved to
those of this network first, and every replacement is told.`

func (a *app) lodgeCommand() *cobra.Command {
	var flags stepFlags
	var d document
	var signed signatureFlag
	c := &cobra.Command{
		Use: "lodge FILE", Short: "Lodge a declaration (IE015)",
		Long: `Lodges a declaration. Its content goes to the country of departure alone; the public
record shows digests. Where the country asks for the declarant's signature, it is made with
the key of the identity, unless --signature brings one. Lodging the same document again does
nothing twice.
` + documentHelp,
		Example: `  cats movement lodge declaration.xml --as cn-trader-tianshan
  cats movement lodge real.xml --mapping mapping.yaml --lrn TS-2026-0001 --as cn-trader-tianshan
  cats std convert declaration.xml | cats movement lodge - --as cn-trader-tianshan`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			std, err := a.readDocument(args[0], d)
			if err != nil {
				return err
			}
			signature, err := a.signatureOption(signed)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				m, receipt, err := b.movements.Lodge(ctx, std, append(flags.options(), signature...)...)
				if err != nil {
					return err
				}
				return a.printLodged("Lodged", m, receipt)
			})
		},
	}
	flags.bind(c)
	d.bind(c)
	signed.bind(c)
	return c
}

func (a *app) amendCommand() *cobra.Command {
	var flags stepFlags
	var d document
	var signed signatureFlag
	c := &cobra.Command{
		Use: "amend MOVEMENT FILE", Short: "Replace the content before release (IE013)",
		Long: `Replaces the content of a declaration before the goods are released. LRN, holder, office
of departure, declaration type and security stay.
` + documentHelp,
		Example: `  cats movement amend 26CN4TB0Q9V7HWKXJ5 corrected.xml --as cn-trader-tianshan`,
		Args:    exactly("MOVEMENT", "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			std, err := a.readDocument(args[1], d)
			if err != nil {
				return err
			}
			signature, err := a.signatureOption(signed)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				m, receipt, err := b.movements.Amend(ctx, args[0], std, append(flags.options(), signature...)...)
				if err != nil {
					return err
				}
				return a.printLodged(fmt.Sprintf("Amended to version %d", m.Version), m, receipt)
			})
		},
	}
	flags.bind(c)
	d.bind(c)
	signed.bind(c)
	return c
}

func (a *app) checkCommand() *cobra.Command {
	var d document
	c := &cobra.Command{
		Use: "check FILE", Short: "Check a declaration without lodging it",
		Long: `Checks a declaration against format, rules, offices and guarantees at the country of
departure. Nothing is written. Everything that is wrong is told at once, and the exit
code is 4.
` + documentHelp,
		Example: `  cats movement check declaration.xml --as cn-trader-tianshan`,
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			std, err := a.readDocument(args[0], d)
			if err != nil {
				return err
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				face, err := b.movements.DryRun(ctx, std)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"face": face}, func(s style) { a.printFace(s, face) })
			})
		},
	}
	d.bind(c)
	return c
}

func (a *app) printFace(s style, f *transit.Face) {
	fmt.Fprintf(a.out, "%s  nothing stands against lodging it as %s\n", s.good("Valid"), s.head(f.ID))
	facts(a.out, s, "LRN", f.LRN, "holder", f.Holder, "departure", f.Departure, "destination", f.Destination)
	t := newTable("leg", "country", "office of entry", "custodian")
	for i, l := range f.Legs {
		t.row(fmt.Sprint(i+1), l.Country, l.EntryOffice, l.MSP)
	}
	fmt.Fprintln(a.out)
	t.print(a.out, s)
	g := newTable("guarantee", "type", "amount").numbers(2)
	for _, claim := range f.Guarantees {
		g.row(coverName(claim.GRN, claim.Type), claim.Type, coverAmount(claim.Amount))
	}
	fmt.Fprintln(a.out)
	g.print(a.out, s)
}
