package projection

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// statements is the part of a transaction that writing needs; tests put themselves between.
type statements interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// writer writes the rows of blocks within one transaction. It prepares each statement once.
type writer struct {
	tx       statements
	prepared map[string]*sql.Stmt
	// before is called before each statement; tests fail there.
	before func() error
	own    string
	text   textIndex
	// sums are written at the end, see [writer.addUp]; sureties are known guarantees.
	sums     sums
	sureties map[string]surety
	// upserts are the texts of statements.
	upserts map[upsertKey]string
}

// upsertKey is what a statement of [writer.put] depends on: no table is written with two lists of columns that agree in this.
type upsertKey struct {
	table, second   string
	columns, placed int
}

// column is a column and its value.
type column struct {
	name  string
	value any
}

func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if w.before != nil {
		if err := w.before(); err != nil {
			return nil, err
		}
	}
	if s := w.prepared[query]; s != nil {
		return s, nil
	}
	s, err := w.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	w.prepared[query] = s
	return s, nil
}

// exec runs a statement and tells how many rows it changed.
func (w *writer) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// run runs statements without looking at how many rows they change.
func (w *writer) run(ctx context.Context, query string, args ...any) error {
	_, err := w.exec(ctx, query, args...)
	return err
}

// get reads one row.
func (w *writer) get(ctx context.Context, query string, args []any, to ...any) error {
	s, err := w.statement(ctx, query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(ctx, args...).Scan(to...)
}

// put writes a row whose first columns are its key, in place of the one that has it. Columns that are not named stay as
// they are; columns in fixed are written only when the row is new.
func (w *writer) put(ctx context.Context, table string, keys int, columns []column, fixed ...column) error {
	all := append(columns[:len(columns):len(columns)], fixed...)
	args := make([]any, len(all))
	for i, c := range all {
		args[i] = c.value
	}
	key := upsertKey{table, columns[1].name, len(all), len(columns)}
	text, known := w.upserts[key]
	if !known {
		text = upsert(table, keys, len(columns), all)
		w.upserts[key] = text
	}
	return w.run(ctx, text, args...)
}

func upsert(table string, keys, changing int, all []column) string {
	var b strings.Builder
	b.WriteString(insert(table, all) + " ON CONFLICT (" + names(all[:keys]) + ") DO UPDATE SET ")
	for i, c := range all[keys:changing] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.name + " = excluded." + c.name)
	}
	// A row that stays as it is costs no page: most of a movement's rows do in most steps.
	changed := all[keys:changing]
	b.WriteString(" WHERE (" + namesOf(table, changed) + ") IS DISTINCT FROM (" + namesOf("excluded", changed) + ")")
	return b.String()
}

func namesOf(table string, columns []column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = table + "." + c.name
	}
	return strings.Join(list, ", ")
}

// insert is a statement that writes a row.
func insert(table string, all []column) string {
	values := make([]string, len(all))
	for i := range all {
		values[i] = "$" + strconv.Itoa(i+1)
	}
	return "INSERT INTO " + table + " (" + names(all) + ") VALUES (" + strings.Join(values, ", ") + ")"
}

func names(columns []column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.name
	}
	return strings.Join(list, ", ")
}

// close lets go of the statements; the transaction's end does too, but a pool may keep what is not closed.
func (w *writer) close() {
	for _, s := range w.prepared {
		_ = s.Close()
	}
}
