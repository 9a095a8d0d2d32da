package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// reader goes through the rows of a table in the order of their key.
type reader struct {
	rows    *sql.Rows
	columns []string
	keys    map[string]bool
	// row is the present row as text, key what orders it. taken: it has been dealt with.
	row, key     string
	there, taken bool
	err          error
}

func rowsOf(ctx context.Context, q asker, table, order string) (*reader, error) {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY "+order) //nolint:rowserrcheck // next asks for it
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	r := &reader{rows: rows, columns: columns, keys: map[string]bool{}, taken: true}
	for _, k := range strings.Split(order, ", ") {
		r.keys[k] = true
	}
	return r, nil
}

// next goes to the next row once the present one has been taken, and reports whether there is one.
func (r *reader) next() bool {
	if !r.taken {
		return r.there
	}
	r.row, r.key, r.there, r.taken = "", "", false, false
	if r.err != nil || !r.rows.Next() {
		r.err = errors.Join(r.err, r.rows.Err())
		return false
	}
	values := make([]any, len(r.columns))
	for i := range values {
		values[i] = new(any)
	}
	if r.err = r.rows.Scan(values...); r.err != nil {
		return false
	}
	var row, key strings.Builder
	for i, name := range r.columns {
		text, sorted := valueOf(*values[i].(*any))
		fmt.Fprintf(&row, "%s=%q ", name, text)
		if r.keys[name] {
			key.WriteString(sorted + "\x00")
		}
	}
	r.row, r.key, r.there = strings.TrimSpace(row.String()), key.String(), true
	return true
}

// valueOf is a value as text, and as text that sorts as the value does.
func valueOf(v any) (text, sorted string) {
	switch v := v.(type) {
	case int64:
		return fmt.Sprint(v), fmt.Sprintf("%020d", v)
	case []byte:
		return string(v), string(v)
	}
	return fmt.Sprint(v), fmt.Sprint(v)
}

func (r *reader) close() { _ = r.rows.Close() }
