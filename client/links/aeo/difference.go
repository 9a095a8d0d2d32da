package aeo

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// Difference is what a list changes in the book of operators, each in the order of the operators' numbers.
type Difference struct {
	// Added were not in the book; Changed were, otherwise; Ended have the status no longer.
	Added   []transit.Operator `json:"added"`
	Changed []Change           `json:"changed"`
	Ended   []Change           `json:"ended"`
	// Same is how many stay as they are.
	Same int `json:"same"`
}

// Change is an operator's entry before and after.
type Change struct {
	Before transit.Operator `json:"before"`
	After  transit.Operator `json:"after"`
}

// Entries are what is to be written.
func (d *Difference) Entries() transit.Entries {
	e := transit.Entries{Operators: slices.Clone(d.Added)}
	for _, c := range slices.Concat(d.Changed, d.Ended) {
		e.Operators = append(e.Operators, c.After)
	}
	return e
}

// Compare finds what a list changes in a book, which is given with the entries of every day. It is an error when the book holds
// something of an operator that begins after the list's day: then the list is older than the book.
func Compare(l *List, book []transit.Operator) (*Difference, error) {
	held := map[string]*transit.Operator{}
	for i := range book {
		o := &book[i]
		if o.From > l.Date {
			return nil, fmt.Errorf("the book of operators has an entry of %s from %s, after the list's day %s", o.Number, o.From, l.Date)
		}
		if o.On(l.Date) {
			held[o.Number] = o
		}
	}
	d := &Difference{Added: []transit.Operator{}, Changed: []Change{}, Ended: []Change{}}
	listed := map[string]bool{}
	for _, o := range l.Operators {
		listed[o.Number] = true
		before := held[o.Number]
		after := l.entry(o, before)
		switch {
		case before == nil:
			d.Added = append(d.Added, after)
		case same(before, &after):
			d.Same++
		default:
			d.Changed = append(d.Changed, Change{Before: *before, After: after})
		}
	}
	for number, before := range held {
		if listed[number] || before.AEO == "" {
			continue
		}
		after := *before
		after.Validity = transit.Validity{From: l.Date, Until: before.Until}
		after.AEO = ""
		d.Ended = append(d.Ended, Change{Before: *before, After: after})
	}
	slices.SortFunc(d.Added, func(a, b transit.Operator) int { return strings.Compare(a.Number, b.Number) })
	byNumber := func(a, b Change) int { return strings.Compare(a.After.Number, b.After.Number) }
	slices.SortFunc(d.Changed, byNumber)
	slices.SortFunc(d.Ended, byNumber)
	return d, nil
}

// same reports whether both say the same of the operator, whenever they began.
func same(a, b *transit.Operator) bool {
	x, y := *a, *b
	x.Validity, y.Validity = transit.Validity{Until: a.Until}, transit.Validity{Until: b.Until}
	if len(x.Authorisations) == 0 && len(y.Authorisations) == 0 {
		x.Authorisations, y.Authorisations = nil, nil
	}
	return reflect.DeepEqual(x, y)
}
