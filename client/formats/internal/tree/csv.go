package tree

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Row is the name of the nodes that stand for the rows of a CSV file.
const Row = "row"

// CSV reads a file whose first row names the columns, and returns a node of the given name with one [Row] for every further row
// and in it a node for every cell that is not empty. It refuses texts that are not UTF-8, columns without a name or of the same
// name, rows of another length, and what lies beyond the bounds.
func CSV(data []byte, name string, delimiter rune) (*Node, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("has more than %d bytes", MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, errors.New("is not in UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = delimiter
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("has no row that names the columns: %w", err)
	}
	columns, err := columnNames(head)
	if err != nil {
		return nil, err
	}
	root := &Node{Name: name, Line: 1}
	for nodes := 0; ; {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		if nodes += 1 + len(record); nodes > MaxNodes {
			return nil, fmt.Errorf("has more than %d cells", MaxNodes)
		}
		line, _ := r.FieldPos(0)
		row := root.Add(&Node{Name: Row, Line: line})
		for i, cell := range record {
			if cell != "" {
				row.Add(&Node{Name: columns[i], Text: cell, Line: line})
			}
		}
	}
}

func columnNames(head []string) ([]string, error) {
	seen := map[string]bool{}
	columns := make([]string, len(head))
	for i, column := range head {
		switch {
		case column == "":
			return nil, fmt.Errorf("column %d has no name", i+1)
		case seen[column]:
			return nil, fmt.Errorf("two columns are named %q", column)
		}
		seen[column] = true
		columns[i] = column
	}
	return columns, nil
}
