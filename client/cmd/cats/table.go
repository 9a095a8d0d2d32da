package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// style colours words when the output is a terminal.
type style struct{ on bool }

func (s style) wrap(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) head(text string) string { return s.wrap("1", text) }
func (s style) dim(text string) string  { return s.wrap("2", text) }
func (s style) good(text string) string { return s.wrap("32", text) }
func (s style) warn(text string) string { return s.wrap("33", text) }
func (s style) bad(text string) string  { return s.wrap("1;31", text) }

// table lines columns up. Columns that are empty in every row are left out.
type table struct {
	heads []string
	rows  [][]string
	// right marks columns of numbers.
	right map[int]bool
}

func newTable(heads ...string) *table { return &table{heads: heads, right: map[int]bool{}} }

func (t *table) numbers(columns ...int) *table {
	for _, c := range columns {
		t.right[c] = true
	}
	return t
}

// row adds a row; cells left out at its end are empty.
func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// heading adds a row that is one text over all columns.
func (t *table) heading(text string) { t.rows = append(t.rows, []string{overAll, text}) }

// overAll in the first cell marks a row of one text.
const overAll = "\x00"

func (t *table) print(w io.Writer, s style) {
	widths := t.widths()
	t.line(w, t.heads, widths, s.dim)
	for _, r := range t.rows {
		if r[0] == overAll {
			fmt.Fprintf(w, "  %s\n", s.dim(r[1]))
			continue
		}
		t.line(w, r, widths, func(text string) string { return text })
	}
}

func (t *table) widths() []int {
	widths := make([]int, len(t.heads))
	for _, r := range t.rows {
		if r[0] == overAll {
			continue
		}
		for i, cell := range r {
			widths[i] = max(widths[i], width(cell))
		}
	}
	for i, h := range t.heads {
		if widths[i] > 0 {
			widths[i] = max(widths[i], width(h))
		}
	}
	return widths
}

func (t *table) line(w io.Writer, cells []string, widths []int, paint func(string) string) {
	var b strings.Builder
	for i, cell := range cells {
		if widths[i] == 0 {
			continue
		}
		gap := strings.Repeat(" ", widths[i]-width(cell))
		b.WriteString("  ")
		if t.right[i] {
			b.WriteString(gap + cell)
		} else {
			b.WriteString(cell + gap)
		}
	}
	line := strings.TrimRight(b.String(), " ")
	if strings.TrimSpace(line) != "" {
		fmt.Fprintln(w, "  "+paint(strings.TrimPrefix(line, "  ")))
	}
}

// width counts columns on the screen: the wide characters of East Asia take two.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		for _, block := range wideBlocks() {
			if r >= block[0] && r <= block[1] {
				n++
			}
		}
	}
	return n
}

func wideBlocks() [][2]rune {
	return [][2]rune{{0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}}
}

// facts prints names and values, which alternate, in two columns; empty values are left out.
func facts(w io.Writer, s style, pairs ...string) {
	widest := 0
	for pair := range slices.Chunk(pairs, 2) {
		if name, value := pair[0], pair[1]; value != "" {
			widest = max(widest, width(name))
		}
	}
	for pair := range slices.Chunk(pairs, 2) {
		if name, value := pair[0], pair[1]; value != "" {
			fmt.Fprintf(w, "  %s%s  %s\n", s.dim(name), strings.Repeat(" ", widest-width(name)), value)
		}
	}
}
