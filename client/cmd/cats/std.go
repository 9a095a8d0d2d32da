package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

func (a *app) stdCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "std", Short: "Single transit documents as files",
		Example: `  cats std convert declaration.xml > declaration.json
  cats std convert declaration.json > declaration.xml`,
	}
	c.AddCommand(a.convertCommand())
	return c
}

func (a *app) convertCommand() *cobra.Command {
	var d document
	var to, output string
	c := &cobra.Command{
		Use: "convert FILE", Short: "Convert between CC015C (XML) and JSON",
		Long: `Converts a declaration between the message CC015C and the single transit document as
JSON, without loss in either direction. Without --to the other format is chosen.
` + documentHelp,
		Example: `  cats std convert declaration.xml
  cats std convert declaration.json --to xml -o declaration.xml`,
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
			if to != "json" && to != "xml" {
				return usage(cmd, "--to is xml or json")
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
	c.Flags().StringVar(&to, "to", "", "`FORMAT` to write: xml or json")
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
	if format == "xml" {
		return formats.WriteCC015C(w, std)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(std)
}
