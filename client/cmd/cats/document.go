package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/token"
)

func (a *app) documentCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "document", Aliases: []string{"doc"}, Short: "Sign documents, and turn national ones into single transit documents",
		Long: `A declarant signs the single transit document that it lodges, wherever its country asks for
that: a JWS with detached content (RFC 7515) over the document's canonical JSON (RFC 8785),
without access codes. "movement lodge" signs by itself with the key of the identity; with
these commands the signature is made elsewhere, off-line if need be, and verified anywhere.

A country's internal document becomes a single transit document by a mapping file, and the
movement's record the status of that document.`,
		Example: `  cats document sign declaration.xml -o declaration.jws --as cn-trader-tianshan
  cats document verify declaration.xml declaration.jws --as kz-officer-khorgos
  cats movement lodge declaration.xml --signature declaration.jws --as cn-trader-tianshan
  cats document convert national.xml --mapping eaeu-transit.yaml -o declaration.json`,
	}
	c.AddCommand(a.signCommand(), a.verifyCommand(), a.nationalConvertCommand(), a.nationalStatusCommand(), a.nationalMappingCommand())
	return c
}

func (a *app) signCommand() *cobra.Command {
	var d document
	var certificate, key, output string
	c := &cobra.Command{
		Use: "sign FILE", Short: "Sign a document, off-line",
		Long: `Signs a document with the key of the identity, or with the one in --key and the certificates
in --certificate (PEM; the signer's first, then those between it and the trust anchor). No
ledger is asked. Sign the document that you will lodge: --mapping and --lrn change it.
` + documentHelp,
		Example: `  cats document sign declaration.xml -o declaration.jws --as cn-trader-tianshan
  cats document sign declaration.json --key director.key --certificate director.pem -o declaration.jws`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if (certificate == "") != (key == "") {
				return usage(cmd, "--key and --certificate go together")
			}
			std, err := a.readDocument(args[0], d)
			if err != nil {
				return err
			}
			keys := &token.Keys{}
			defer func() { err = errors.Join(err, keys.Close()) }()
			signer, err := a.documentSigner(cmd, keys, certificate, key)
			if err != nil {
				return err
			}
			jws, err := cats.SignDocument(signer, std, time.Now())
			if err != nil {
				return err
			}
			return a.writeSignature(jws, output)
		},
	}
	d.bind(c)
	c.Flags().StringVar(&key, "key", "", "sign with the private key in this PEM `FILE`, or on a token (pkcs11: URI)")
	c.Flags().StringVar(&certificate, "certificate", "", "`FILE` with the certificate for --key and those above it")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

// documentSigner opens the key that signs a document; it stays open as long as keys.
func (a *app) documentSigner(cmd *cobra.Command, keys *token.Keys, certificate, key string) (signature.Signer, error) {
	var signer signature.Signer
	if key != "" {
		opened, err := openKey(keys, key)
		if err == nil {
			signer, err = cats.DeviceSigner(certificate, opened)
		}
		if err != nil {
			return signer, &usageError{err: err}
		}
		return signer, nil
	}
	if a.As == "" {
		return signer, usage(cmd, "choose whose key signs with --as or CATS_AS, or name one with --key and --certificate")
	}
	profile, _, err := a.loadProfile()
	if err == nil {
		signer, err = profile.Signer(a.As, keys.Key)
	}
	if err != nil {
		return signer, &usageError{err: err}
	}
	return signer, nil
}

func (a *app) writeSignature(jws []byte, path string) error {
	line := append(bytes.Clone(jws), '\n')
	if path == "" {
		_, err := a.out.Write(line)
		return err
	}
	if err := os.WriteFile(path, line, 0o600); err != nil {
		return fmt.Errorf("couldn't write the signature: %w", err)
	}
	return nil
}

// readSignature reads a compact JWS; blanks around it are of no meaning.
func (a *app) readSignature(path string) ([]byte, error) {
	raw, err := a.read(path)
	return bytes.TrimSpace(raw), err
}

func (a *app) verifyCommand() *cobra.Command {
	var d document
	var operator, at string
	c := &cobra.Command{
		Use: "verify FILE SIGNATURE", Short: "Verify a signature",
		Long: `Verifies the signature in the file SIGNATURE over a document with the trust anchors and the
revocations that the signer's country has in the registry. Certificates are looked at as of
the time of signing, unless --at names another. The exit code is 4 when it does not hold.
` + documentHelp,
		Example: `  cats document verify declaration.xml declaration.jws --as kz-officer-khorgos
  cats document verify declaration.json declaration.jws --operator KZ040302000123 --at 2027-01-31T10:00:00Z --as carec-analyst`,
		Args: exactly("FILE", "SIGNATURE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			std, err := a.readDocument(args[0], d)
			if err != nil {
				return err
			}
			jws, err := a.readSignature(args[1])
			if err != nil {
				return err
			}
			when, err := verifiedAt(jws, at)
			if err != nil {
				return err
			}
			if operator == "" {
				operator = std.Holder.IdentificationNumber
			}
			return a.withLedger(cmd, func(ctx context.Context, b *backend) error {
				proof, err := b.registry.VerifyDocument(ctx, std, jws, operator, when)
				if err != nil {
					return broken(namesOthers(jws, err))
				}
				return a.print(proofJSON(proof), func(s style) { a.printProof(s, proof) })
			})
		},
	}
	d.bind(c)
	c.Flags().StringVar(&operator, "operator", "", "`NUMBER` of the operator that must have signed (default: the holder of the procedure)")
	c.Flags().StringVar(&at, "at", "", "verify as of this `TIME`, such as 2027-01-31T10:00:00Z (default: the time of signing)")
	return c
}

func verifiedAt(jws []byte, at string) (time.Time, error) {
	if at != "" {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return when, &usageError{err: fmt.Errorf("--at %s is not a time such as 2027-01-31T10:00:00Z", at)}
		}
		return when, nil
	}
	s, err := signature.Parse(jws)
	if err != nil {
		return time.Time{}, broken(err)
	}
	return s.At, nil
}

// namesOthers adds to a refusal for want of the operator whom the certificate names instead.
func namesOthers(jws []byte, err error) error {
	var refused *signature.Error
	if !errors.As(err, &refused) || refused.Reason != signature.Operator {
		return err
	}
	s, parsed := signature.Parse(jws)
	if parsed != nil {
		return err
	}
	named := "no operator"
	if others := signature.OperatorsOf(s.Chain[0]); len(others) > 0 {
		named = strings.Join(others, ", ")
	}
	return &signature.Error{Reason: refused.Reason, Text: refused.Text + "; it names " + named +
		", which counts where the trust anchor vouches for it"}
}

// broken makes of a signature that does not hold the fault that a ledger would give.
func broken(err error) error {
	var refused *signature.Error
	if !errors.As(err, &refused) {
		return err
	}
	return transit.Faultf(transit.InvalidDocument, "the signature does not hold (%s)", refused.Reason).
		With(transit.Violation{Code: "14", Pointer: "/signature", Rule: "RFC7515", Text: refused.Text})
}

func proofJSON(p *signature.Proof) map[string]any {
	leaf, anchor := p.Chain[0], p.Chain[len(p.Chain)-1]
	return map[string]any{
		"operator": p.Operator, "signedAt": transit.Stamp(p.At), "algorithm": p.Algorithm,
		"certificate": map[string]any{
			"operators": signature.OperatorsOf(leaf),
			"subject":   leaf.Subject.String(), "issuer": leaf.Issuer.String(), "serial": leaf.SerialNumber.Text(16),
			"notAfter": transit.Stamp(leaf.NotAfter),
		},
		"anchor": anchor.Subject.String(),
	}
}

func (a *app) printProof(s style, p *signature.Proof) {
	leaf, anchor := p.Chain[0], p.Chain[len(p.Chain)-1]
	fmt.Fprintf(a.out, "%s  signed by operator %s\n", s.good("Valid"), s.head(p.Operator))
	facts(a.out, s, "signed at", moment(transit.Stamp(p.At)), "algorithm", p.Algorithm,
		"certificate", leaf.SerialNumber.Text(16)+", "+leaf.Subject.String(), "names", strings.Join(signature.OperatorsOf(leaf), ", "),
		"valid until", moment(transit.Stamp(leaf.NotAfter)),
		"trust anchor", anchor.Subject.String())
}

// tellSignature says on the side whose signature a content carries, and whether it holds.
func (a *app) tellSignature(s style, d *cats.DocumentSignature) {
	switch {
	case d == nil:
		fmt.Fprintf(a.err, "%s\n", s.dim("not signed by the declarant"))
	case d.Problem != nil:
		fmt.Fprintf(a.err, "%s\n", s.bad("the declarant's signature does not hold: "+d.Problem.Error()))
	default:
		leaf := d.Proof.Chain[0]
		fmt.Fprintf(a.err, "%s\n", s.dim(fmt.Sprintf("signed by operator %s at %s, certificate %s of %s: valid",
			d.Proof.Operator, moment(transit.Stamp(d.Proof.At)), leaf.SerialNumber.Text(16), leaf.Issuer)))
	}
}

// signatureFlag hands on a signature that was made elsewhere.
type signatureFlag struct{ file string }

func (f *signatureFlag) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "signature", "", "lodge the signature in this `FILE` instead of signing here")
}

func (a *app) signatureOption(f signatureFlag) ([]cats.CallOption, error) {
	if f.file == "" {
		return nil, nil
	}
	jws, err := a.readSignature(f.file)
	if err != nil {
		return nil, err
	}
	return []cats.CallOption{cats.Signed(jws)}, nil
}

// signedText is the signature for [facts].
func signedText(m *transit.Movement) string {
	if transit.IsSigned(m.Sections) {
		return "of the declarant, with the content"
	}
	return ""
}
