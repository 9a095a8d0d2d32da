package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/schema"
	"carec.example/cats/client/formats/ubl"
)

func (a *app) stdCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "std", Short: "Single transit documents as files",
		Example: `  cats std convert declaration.xml > declaration.json
  cats std convert declaration.json > declaration.xml
  cats std convert declaration.xml --to ubl
  cats std schema > std.schema.json`,
	}
	c.AddCommand(a.convertCommand(), a.schemaCommand())
	return c
}

func (a *app) convertCommand() *cobra.Command {
	var d document
	var to, output string
	c := &cobra.Command{
		Use: "convert FILE", Short: "Convert between CC015C (XML), UBL and JSON",
		Long: `Converts a declaration between the message CC015C, the TransitCustomsDeclaration of UBL 2.4 and
the single transit document as JSON, without loss in any direction: what UBL has no place for
stands in an extension. Without --to, XML becomes JSON, and JSON becomes CC015C. Values of another's
UBL document that have no place in ours are listed on the side.
` + documentHelp,
		Example: `  cats std convert declaration.xml
  cats std convert declaration.json --to xml -o declaration.xml
  cats std convert declaration.xml --to ubl -o declaration.ubl.xml`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := a.read(args[0])
			if err != nil {
				return err
			}
			if to == "" {
				to = "json"
				if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
					to = "xml"
				}
			}
			if to != "json" && to != "xml" && to != "ubl" {
				return usage(cmd, "--to is xml, ubl or json")
			}
			a.in = bytes.NewReader(raw)
			std, err := a.readDocument("-", d)
			if err != nil {
				return err
			}
			return a.writeDocument(std, to, output)
		},
	}
	d.bind(c)
	c.Flags().StringVar(&to, "to", "", "`FORMAT` to write: xml, ubl or json")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

// writeDocument writes a document whole or not at all.
func (a *app) writeDocument(std *transit.STD, format, path string) error {
	var b bytes.Buffer
	if err := encodeDocument(&b, std, format); err != nil {
		return err
	}
	if path == "" {
		_, err := a.out.Write(b.Bytes())
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("couldn't write the document: %w", err)
	}
	return nil
}

func encodeDocument(w io.Writer, std *transit.STD, format string) error {
	switch format {
	case "xml":
		return formats.WriteCC015C(w, std)
	case "ubl":
		return ubl.WriteDeclaration(w, std)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(std)
}

// ublDeclaration is the root element of a declaration in UBL.
const ublDeclaration = "TransitCustomsDeclaration"

// readUBL reads a declaration in UBL and tells what of it has no place in ours.
func (a *app) readUBL(raw []byte) (*transit.STD, error) {
	std, report, err := ubl.ReadDeclaration(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	a.tellUnmapped(report)
	return std, report.Err()
}

// tellUnmapped says on the side what of another's document has no place in ours.
func (a *app) tellUnmapped(report *ubl.Report) {
	s := style{on: a.styled}
	for _, u := range report.Unmapped {
		fmt.Fprintf(a.err, "%s\n", s.warn(strings.TrimSpace("not mapped: "+sourcePlace(u.Path, u.Line)+" "+quoted(u.Value))))
	}
	if report.UnmappedMore > 0 {
		fmt.Fprintf(a.err, "%s\n", s.warn(fmt.Sprintf("not mapped: %d more", report.UnmappedMore)))
	}
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the single transit document",
		Long: `Prints the JSON Schema (draft 2020-12) of the single transit document. It says all that format
control says of structure and values; logic control is "cats rules check".`,
		Example: `  cats std schema > std.schema.json`,
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			text, err := schema.Document()
			if err != nil {
				return err
			}
			return a.writeText(text, "")
		},
	}
}
