package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/national"
	"carec.example/cats/client/formats/ubl"
)

func (a *app) nationalConvertCommand() *cobra.Command {
	var mapping, output string
	c := &cobra.Command{
		Use: "convert FILE --mapping MAPPING", Short: "Turn a national document into a single transit document",
		Long: `Turns a country's internal document (XML, JSON or CSV) into a single transit document as JSON,
by a mapping file. Values of FILE that no rule of the mapping reads are listed on the side, and
so is everything that is wrong with the document, with the place in FILE that it comes from.
The document is written even then; the exit code is 4.

FILE "-" reads the input.`,
		Example: `  cats document convert declaration.xml --mapping eaeu-transit.yaml -o declaration.json
  cats document convert declaration.xml --mapping eaeu-transit.yaml | cats movement lodge - --as kz-trader-zhetysu`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, _, err := nationalMapping(cmd, mapping)
			if err != nil {
				return err
			}
			data, err := a.read(args[0])
			if err != nil {
				return err
			}
			std, report, err := m.Apply(data)
			if err != nil {
				return err
			}
			if err := a.writeDocument(std, "json", output); err != nil {
				return err
			}
			a.tellReport(report)
			if report.Err() != nil {
				return errBroken
			}
			return nil
		},
	}
	c.Flags().StringVar(&mapping, "mapping", "", "mapping `FILE` of the national document")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

func (a *app) nationalStatusCommand() *cobra.Command {
	var mapping, output string
	var inUBL bool
	c := &cobra.Command{
		Use: "status RECORD", Short: "Turn a movement's record into a status document",
		Long: `Turns the record of a movement, as "cats movement show --json" prints it, into the status
document that the mapping file describes (XML, JSON or CSV), or with --ubl into the
TransportationStatus of UBL 2.4. RECORD may be a TransportationStatus itself, which without
--mapping becomes the record as JSON; one of another gives what it says, and what has no place
in ours is listed on the side. RECORD "-" reads the input.`,
		Example: `  cats movement show 26KZ4TB0Q9V7HWKXJ5 --json --as kz-officer-almaty |
    cats document status - --mapping eaeu-transit.yaml`,
		Args: exactly("RECORD"),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := a.read(args[0])
			if err != nil {
				return err
			}
			if inUBL && mapping != "" || !inUBL && mapping == "" && !isXML(data) {
				return usage(cmd, "choose either --mapping or --ubl")
			}
			record, err := a.readStatus(data, args[0])
			if err != nil {
				return err
			}
			text, err := statusDocument(cmd, record, mapping, inUBL)
			if err != nil {
				return err
			}
			return a.writeText(text, output)
		},
	}
	c.Flags().BoolVar(&inUBL, "ubl", false, "write the TransportationStatus of UBL 2.4")
	c.Flags().StringVar(&mapping, "mapping", "", "mapping `FILE` of the national document")
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`")
	return c
}

// statusDocument writes a status by a mapping, in UBL, or as JSON.
func statusDocument(cmd *cobra.Command, record *transit.Movement, mapping string, inUBL bool) ([]byte, error) {
	switch {
	case inUBL:
		var out bytes.Buffer
		err := ubl.WriteStatus(&out, record)
		return out.Bytes(), err
	case mapping == "":
		text, err := json.MarshalIndent(record, "", "  ")
		return append(text, '\n'), err
	}
	m, _, err := nationalMapping(cmd, mapping)
	if err != nil {
		return nil, err
	}
	return m.Status(record)
}

// readStatus reads the record of a movement, as JSON or as a TransportationStatus of UBL.
func (a *app) readStatus(data []byte, name string) (*transit.Movement, error) {
	if isXML(data) {
		record, report, err := ubl.ReadStatus(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		a.tellUnmapped(report)
		return record, report.Err()
	}
	record, err := readRecord(data)
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("%s is not the record of a movement: %w", name, err)}
	}
	return record, nil
}

// readRecord reads the record of a movement, alone or within what "movement show" prints.
func readRecord(data []byte) (*transit.Movement, error) {
	var view struct {
		Movement json.RawMessage `json:"movement"`
	}
	if err := json.Unmarshal(data, &view); err == nil && view.Movement != nil {
		data = view.Movement
	}
	record := &transit.Movement{}
	return record, transit.DecodeStrict(data, record)
}

// writeText writes a text whole to a file or the output.
func (a *app) writeText(text []byte, path string) error {
	if path == "" {
		_, err := a.out.Write(text)
		return err
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return fmt.Errorf("couldn't write the file: %w", err)
	}
	return nil
}

// nationalMapping loads a mapping with what lies beside it, and tells its folder.
func nationalMapping(cmd *cobra.Command, file string) (m *national.Map, dir string, err error) {
	if file == "" {
		return nil, "", usage(cmd, "name the mapping with --mapping")
	}
	dir = filepath.Dir(file)
	if m, err = national.LoadFile(os.DirFS(dir), filepath.Base(file)); err != nil {
		return nil, "", &usageError{err: fmt.Errorf("%s: %w", file, err)}
	}
	return m, dir, nil
}

// tellReport says on the side what became of the source.
func (a *app) tellReport(r *national.Report) {
	s := style{on: a.styled}
	if len(r.Violations) > 0 {
		fmt.Fprintf(a.err, "%s\n\n", s.bad(fmt.Sprintf("%d violations", len(r.Violations))))
		t := newTable("rule", "where", "in the source", "found", "what to correct")
		for _, v := range r.Violations {
			t.row(strings.TrimSpace(v.Rule+" "+bracket(v.Code)), v.Pointer, sourcePlace(v.Place, v.Line), quoted(v.Value), v.Text)
		}
		t.print(a.err, s)
		fmt.Fprintln(a.err)
	}
	for _, u := range r.Unmapped {
		fmt.Fprintf(a.err, "%s\n", s.warn(strings.TrimSpace("not mapped: "+sourcePlace(u.Place, u.Line)+" "+quoted(u.Value))))
	}
	if r.UnmappedMore > 0 {
		fmt.Fprintf(a.err, "%s\n", s.warn(fmt.Sprintf("not mapped: %d more", r.UnmappedMore)))
	}
	for _, i := range r.Ignored {
		fmt.Fprintf(a.err, "%s\n", s.dim("ignored: "+sourcePlace(i.Place, i.Line)+": "+i.Reason))
	}
}

func sourcePlace(place string, line int) string {
	if place == "" {
		return ""
	}
	return fmt.Sprintf("%s (line %d)", place, line)
}

func (a *app) nationalMappingCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "mapping", Short: "Check and test mapping files",
		Long: `A mapping file says how a country's internal document becomes a single transit document, and
how the movement's record becomes the status of that document.`,
		Example: `  cats document mapping check eaeu-transit.yaml
  cats document mapping test eaeu-transit.yaml`,
	}
	c.AddCommand(a.mappingCheckCommand(), a.mappingTestCommand())
	return c
}

func (a *app) mappingCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Look for mistakes in a mapping",
		Long: `Looks for mistakes in a mapping that show without a document: unknown keys and elements, required
elements of the single transit document that no rule fills, rules that are never reached, sources
that are read and ignored at once, tables that nothing uses, states of the ledger without a
translation, and constants and tables with values that an element cannot take.

The exit code is 4 when there are any.`,
		Example: `  cats document mapping check eaeu-transit.yaml`,
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, _, err := nationalMapping(cmd, args[0])
			if err != nil {
				return err
			}
			remarks := m.Check()
			if err := a.print(append([]national.Remark{}, remarks...), func(s style) { a.printRemarks(s, m, remarks) }); err != nil {
				return err
			}
			if len(remarks) > 0 {
				return errBroken
			}
			return nil
		},
	}
}

func (a *app) printRemarks(s style, m *national.Map, remarks []national.Remark) {
	if len(remarks) == 0 {
		fmt.Fprintf(a.out, "%s  %s %s\n", s.good("No remarks"), s.head(m.Name), m.Version)
		return
	}
	fmt.Fprintf(a.out, "%s  %s %s\n\n", s.bad(fmt.Sprintf("%d remarks", len(remarks))), s.head(m.Name), m.Version)
	t := newTable("line", "kind", "element", "what to correct").numbers(0)
	for _, r := range remarks {
		t.row(fmt.Sprint(r.Line), r.Kind, r.Pointer, r.Text)
	}
	t.print(a.out, s)
}

func (a *app) mappingTestCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test FILE", Short: "Run the test cases of a mapping",
		Long: `Runs the test cases that a mapping names: inputs become the expected documents, violations and
unmapped elements, and records of movements the expected status documents. The exit code is 4
when one fails.`,
		Example: `  cats document mapping test eaeu-transit.yaml`,
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, dir, err := nationalMapping(cmd, args[0])
			if err != nil {
				return err
			}
			results := m.Test(os.DirFS(dir), ".")
			if len(results) == 0 {
				return &usageError{err: errors.New("the mapping has no test cases")}
			}
			failed := 0
			for _, r := range results {
				if len(r.Differences) > 0 {
					failed++
				}
			}
			if err := a.print(results, func(s style) { a.printResults(s, results, failed) }); err != nil {
				return err
			}
			if failed > 0 {
				return errBroken
			}
			return nil
		},
	}
}

func (a *app) printResults(s style, results []national.Result, failed int) {
	for _, r := range results {
		if len(r.Differences) == 0 {
			fmt.Fprintf(a.out, "%s  %s\n", s.good("passed"), r.Name)
			continue
		}
		fmt.Fprintf(a.out, "%s  %s %s\n", s.bad("failed"), r.Name, s.dim(fmt.Sprintf("(line %d)", r.Line)))
		for _, d := range r.Differences {
			fmt.Fprintf(a.out, "        %s\n", d)
		}
	}
	fmt.Fprintf(a.out, "\n%d of %d tests passed\n", len(results)-failed, len(results))
}
