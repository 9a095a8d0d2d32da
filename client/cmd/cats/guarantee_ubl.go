package main

import (
	"bytes"
	"encoding/json"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/ubl"
)

// isXML tells XML from JSON by its beginning.
func isXML(raw []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff"))), []byte("<"))
}

// readTerms reads the terms of a guarantee, as JSON or as a GuaranteeCertificate of UBL.
func (a *app) readTerms(cmd *cobra.Command, path string) (*transit.Terms, error) {
	raw, err := a.read(path)
	if err != nil {
		return nil, err
	}
	return a.parseTerms(cmd, path, raw)
}

func (a *app) parseTerms(cmd *cobra.Command, path string, raw []byte) (*transit.Terms, error) {
	if isXML(raw) {
		t, report, err := ubl.ReadGuarantee(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		a.tellUnmapped(report)
		return t, report.Err()
	}
	t := new(transit.Terms)
	if err := transit.DecodeStrict(raw, t); err != nil {
		return nil, usage(cmd, "the terms in %s cannot be read: %v", path, err)
	}
	return t, nil
}

func (a *app) convertTermsCommand() *cobra.Command {
	var to, output string
	c := &cobra.Command{
		Use: "convert FILE", Short: "Convert terms between JSON and UBL",
		Long: `Converts the terms of a guarantee between JSON and the GuaranteeCertificate of UBL 2.4, without
loss in either direction: what UBL has no place for stands in an extension. Without --to, JSON
becomes UBL, and UBL becomes JSON. Values of another's certificate that have no place in ours
are listed on the side. No ledger is asked. FILE "-" reads the input.`,
		Example: `  cats guarantee convert terms.json -o certificate.xml
  cats guarantee convert certificate.xml`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := a.read(args[0])
			if err != nil {
				return err
			}
			switch {
			case to == "" && isXML(raw):
				to = "json"
			case to == "":
				to = "ubl"
			}
			if to != "json" && to != "ubl" {
				return usage(cmd, "--to is ubl or json")
			}
			t, err := a.parseTerms(cmd, args[0], raw)
			if err != nil {
				return err
			}
			text, err := encodeTerms(t, to)
			if err != nil {
				return err
			}
			return a.writeText(text, output)
		},
	}
	c.Flags().StringVar(&to, "to", "", "`FORMAT` to write: ubl or json")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

func encodeTerms(t *transit.Terms, format string) ([]byte, error) {
	if format == "json" {
		text, err := json.MarshalIndent(t, "", "  ")
		return append(text, '\n'), err
	}
	var out bytes.Buffer
	err := ubl.WriteGuarantee(&out, t)
	return out.Bytes(), err
}
