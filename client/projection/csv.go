package projection

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// WriteCSV writes a table for spreadsheets: UTF-8, commas, CRLF as RFC 4180 has it. Cells are texts and whole numbers. A text that a
// spreadsheet would take for a formula gets an apostrophe before it, so that nobody's reference number runs on an analyst's
// machine; a number stays one.
func WriteCSV(out io.Writer, heads []string, rows [][]any) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if err := w.Write(heads); err != nil {
		return fmt.Errorf("couldn't write CSV: %w", err)
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if text, is := v.(string); is {
				cells[i] = plain(text)
			} else {
				cells[i] = fmt.Sprint(v)
			}
		}
		if err := w.Write(cells); err != nil {
			return fmt.Errorf("couldn't write CSV: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

// plain keeps a text from being taken for a formula. Spreadsheets skip spaces before they look, and some take the wide forms
// of the signs for the signs.
func plain(text string) string {
	first := strings.TrimLeft(text, " \u00a0\u3000")
	if first != "" && strings.ContainsRune("=+-@\t\r\n|＝＋－＠", []rune(first)[0]) {
		return "'" + text
	}
	return text
}
