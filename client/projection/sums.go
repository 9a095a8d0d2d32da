package projection

import (
	"context"
	"slices"
	"strings"
)

// Sums are rows that say what many others add up to. They change in the transaction that changes those, by what the change
// adds and takes away, so that no query ever adds up a table that grows with the ledger. What a transaction adds to one
// sum is collected and written once, at its end.

// sumTable is a table of sums.
type sumTable struct {
	name string
	// keys are columns of texts, then at most one number.
	keys []string
	// values are added up. The first counts what is in the sum; a row that counts nothing is deleted.
	values []string
	// most is the number of values at the end that are greatest ones instead of sums.
	most int
	// signed: a count may be below 0.
	signed bool
}

func stateSums() sumTable {
	return sumTable{name: "ledger_state", keys: []string{"state"}, values: []string{"movements"}}
}

func crossingSums() sumTable {
	return sumTable{
		name: "ledger_crossed", keys: []string{"period", "from_country", "to_country", "bucket"},
		values: []string{"crossings", "seconds", "longest"}, most: 1,
	}
}

func dischargeSums() sumTable {
	return sumTable{
		name: "ledger_discharge", keys: []string{"period", "departure", "destination"},
		values: []string{"released", "in_time", "late", "under_way", "enquiry", "recovery", "written_off"},
	}
}

func claimSums() sumTable {
	return sumTable{
		name: "ledger_claimed", keys: []string{"period", "guarantor", "state", "currency"}, values: []string{"claims", "amount"},
	}
}

func exposureSums() sumTable {
	return sumTable{
		name: "ledger_exposure", keys: []string{"side", "guarantor", "holder", "currency"},
		values: []string{"guarantees", "movements", "reference", "available", "locked", "claimed", "claims_open"},
	}
}

func contentSums() sumTable {
	return sumTable{name: "ledger_content_state", keys: []string{"state", "writer"}, values: []string{"contents"}, signed: true}
}

// addition is what a transaction adds to one row of sums.
type addition struct {
	table  sumTable
	key    []any
	values []int64
}

// sums collects additions by table and key.
type sums map[string]*addition

// add adds values to the sum under a key.
func (s sums) add(t sumTable, key []any, values ...int64) {
	name := t.name + keyText(key)
	a := s[name]
	if a == nil {
		a = &addition{table: t, key: key, values: make([]int64, len(values))}
		s[name] = a
	}
	for i, v := range values {
		if i >= len(values)-t.most {
			a.values[i] = max(a.values[i], v)
			continue
		}
		a.values[i] += v
	}
}

// take takes from a sum what was added to it.
func (s sums) take(t sumTable, key []any, values ...int64) {
	s.add(t, key, negative(values)...)
}

func keyText(key []any) string {
	var b strings.Builder
	for _, part := range key {
		b.WriteByte(0)
		switch v := part.(type) {
		case string:
			b.WriteString(v)
		case int:
			// Numbers of one length sort as they are.
			b.WriteString(string([]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}))
		}
	}
	return b.String()
}

// addUp writes what has been collected, always in the same order, so that two who write the same sums do not block each other.
func (w *writer) addUp(ctx context.Context) error {
	names := make([]string, 0, len(w.sums))
	for name := range w.sums {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := w.addTo(ctx, w.sums[name]); err != nil {
			return err
		}
	}
	clear(w.sums)
	return nil
}

func (w *writer) addTo(ctx context.Context, a *addition) error {
	if !slices.ContainsFunc(a.values, func(v int64) bool { return v != 0 }) {
		return nil
	}
	args := slices.Clone(a.key)
	for _, v := range a.values {
		args = append(args, v)
	}
	if err := w.run(ctx, a.table.statement(), args...); err != nil {
		return err
	}
	if a.values[0] >= 0 && !a.table.signed {
		return nil
	}
	var c conditions
	for i, k := range a.table.keys {
		c.add(k+" = ?", a.key[i])
	}
	c.add(a.table.values[0] + " = 0")
	return w.run(ctx, "DELETE FROM "+a.table.name+c.where(), c.args...)
}

func (t sumTable) statement() string {
	var all []column
	for _, name := range slices.Concat(t.keys, t.values) {
		all = append(all, column{name: name})
	}
	set := make([]string, len(t.values))
	for i, v := range t.values {
		old := t.name + "." + v
		set[i] = v + " = " + old + " + excluded." + v
		if i >= len(t.values)-t.most {
			set[i] = v + " = CASE WHEN excluded." + v + " > " + old + " THEN excluded." + v + " ELSE " + old + " END"
		}
	}
	return insert(t.name, all) + " ON CONFLICT (" + strings.Join(t.keys, ", ") + ") DO UPDATE SET " + strings.Join(set, ", ")
}
