// Package aeo takes the list of a country's authorised economic operators, as its AEO registry signs it, into the country's book
// of operators on the ledger.
//
// A list is whole: who is not on it has the status no longer. It is numbered, each list one higher at least than the one before,
// and counts from its day on. It comes as JSON, or as CSV for registries that export tables; both have the same canonical form
// (RFC 8785), and over that goes the signature, a JWS with detached content that leads to a trust anchor of the operator's choice.
package aeo

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"carec.example/cats/chaincode/transit"
)

const (
	// MaxBytes bounds the file of a list.
	MaxBytes = 16 << 20
	// MaxOperators bounds its operators.
	MaxOperators = 50_000
)

// List is a list of authorised economic operators.
type List struct {
	V       int    `json:"v"`
	Country string `json:"country"`
	// Number grows from list to list.
	Number int `json:"number"`
	// Date is the day from which the list counts.
	Date      transit.Date `json:"date"`
	Operators []Operator   `json:"operators"`
}

// Operator is one authorised economic operator.
type Operator struct {
	// Number is the identification number, which begins with the country.
	Number string `json:"number"`
	Name   string `json:"name"`
	// AEO is AEOC, AEOS or AEOF.
	AEO string `json:"aeo"`
	// Until is the last day of the status; empty without end.
	Until transit.Date `json:"until,omitempty"`
}

// Read reads a list, CSV when the name of the file ends so, else JSON, and returns it with its canonical form, which is what is
// signed. Errors say where the list is wrong.
func Read(name string, raw []byte) (*List, []byte, error) {
	if len(raw) > MaxBytes {
		return nil, nil, fmt.Errorf("the list has more than %d bytes", MaxBytes)
	}
	var l List
	var canonical []byte
	var err error
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		if l, err = readCSV(raw); err == nil {
			canonical, err = transit.Canonical(&l)
		}
	} else {
		if err = transit.DecodeStrict(raw, &l); err == nil {
			canonical, err = transit.Canonical(json.RawMessage(raw))
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("couldn't read the list: %w", err)
	}
	return &l, canonical, l.check()
}

// readCSV reads a line "list,COUNTRY,NUMBER,DATE", a header, and a line for each operator.
func readCSV(raw []byte) (List, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	first, err := r.Read()
	if err != nil || len(first) < 4 || first[0] != "list" || strings.Join(first[4:], "") != "" {
		return List{}, errors.New("line 1: want list,COUNTRY,NUMBER,DATE")
	}
	l := List{V: 1, Country: first[1], Date: transit.Date(first[3]), Operators: []Operator{}}
	if l.Number, err = strconv.Atoi(first[2]); err != nil {
		return l, fmt.Errorf("line 1: %q is no number", first[2])
	}
	head, err := r.Read()
	if err != nil || strings.Join(head, ",") != "number,name,aeo,until" {
		return l, errors.New("line 2: want number,name,aeo,until")
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		if len(fields) != 4 {
			line, _ := r.FieldPos(0)
			return l, fmt.Errorf("line %d: want 4 fields, not %d", line, len(fields))
		}
		l.Operators = append(l.Operators, Operator{Number: fields[0], Name: fields[1], AEO: fields[2], Until: transit.Date(fields[3])})
	}
}

// check is about the list alone. What the book of operators wants, [transit.CheckEntries] says.
func (l *List) check() error {
	if l.V != 1 {
		return fmt.Errorf("the list has the version %d, not 1", l.V)
	}
	if l.Number < 1 {
		return errors.New("the list has no number above zero")
	}
	if _, err := l.Date.Parse(); err != nil {
		return fmt.Errorf("the day of the list: %w", err)
	}
	if len(l.Operators) > MaxOperators {
		return fmt.Errorf("the list has more than %d operators", MaxOperators)
	}
	entries := transit.Entries{}
	seen := make(map[string]bool, len(l.Operators))
	for _, o := range l.Operators {
		if o.AEO == "" {
			return fmt.Errorf("operator %s has no status", o.Number)
		}
		if seen[o.Number] {
			return fmt.Errorf("operator %s is on the list twice", o.Number)
		}
		seen[o.Number] = true
		entries.Operators = append(entries.Operators, l.entry(o, nil))
	}
	if found := transit.CheckEntries(&entries, l.Country); len(found) > 0 {
		return transit.Faultf(transit.InvalidDocument, "the list breaks rules in %d places", len(found)).With(found...)
	}
	return nil
}

// entry is what the book of operators gets, with what it holds of the operator already and the list says nothing about.
func (l *List) entry(o Operator, held *transit.Operator) transit.Operator {
	e := transit.Operator{
		Validity: transit.Validity{From: l.Date, Until: o.Until}, Number: o.Number, Name: o.Name, Country: l.Country, AEO: o.AEO,
	}
	if held != nil {
		e.Authorisations = held.Authorisations
	}
	return e
}
