package main

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
)

// readEntries reads entries of the registry from a file: CSV for a tariff or rates (the header tells which), PEM for trust anchors,
// else YAML or JSON in the shape of [transit.Entries]. From is the first day for those that have none of their own.
func readEntries(name string, raw []byte, from transit.Date) (transit.Entries, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return readCSV(raw, from)
	case ".pem", ".crt", ".cer":
		return readAnchors(raw, from)
	}
	var e transit.Entries
	text, err := yamlToJSON(raw)
	if err != nil {
		return e, err
	}
	return e, transit.DecodeStrict(text, &e)
}

// yamlToJSON rewrites YAML, which JSON is a part of, as JSON. A scalar is a number only when it is written as JSON writes integers:
// days, and codes with a leading zero, stay texts; other codes of digits alone need quotes.
func yamlToJSON(raw []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return nil, errors.New("the file is empty")
	}
	tree, err := plain(root.Content[0])
	if err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

func plain(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for pair := range slices.Chunk(n.Content, 2) {
			v, err := plain(pair[1])
			if err != nil {
				return nil, err
			}
			if _, twice := out[pair[0].Value]; twice {
				return nil, fmt.Errorf("line %d: %q is given twice", pair[0].Line, pair[0].Value)
			}
			out[pair[0].Value] = v
		}
		return out, nil
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := plain(c)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case yaml.ScalarNode:
		if n.Tag == "!!int" && regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`).MatchString(n.Value) {
			return json.Number(n.Value), nil
		}
		return n.Value, nil
	}
	return nil, fmt.Errorf("line %d: neither keys, list nor value", n.Line)
}

// row is one line of a CSV file by its header's names.
type row map[string]string

// readCSV reads a tariff (a column hs) or rates of exchange (a column rate).
func readCSV(raw []byte, from transit.Date) (transit.Entries, error) {
	var e transit.Entries
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return e, err
	}
	if len(lines) < 2 {
		return e, errors.New("the file has no line below its header")
	}
	read := tariffRow
	known := []string{"hs", "duty", "tax", "currency", "perKg", "referencePerKg", "from", "until"}
	if slices.Contains(lines[0], "rate") {
		read, known = rateRow, []string{"base", "quote", "rate", "from", "until"}
	}
	for _, name := range lines[0] {
		if !slices.Contains(known, name) {
			return e, fmt.Errorf("unknown column %q; known are %s", name, strings.Join(known, ", "))
		}
	}
	for i, line := range lines[1:] {
		r := row{"from": string(from)}
		for k, name := range lines[0] {
			if line[k] != "" {
				r[name] = strings.TrimSpace(line[k])
			}
		}
		if err := read(r, &e); err != nil {
			return e, fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	return e, nil
}

func (r row) validity() transit.Validity {
	return transit.Validity{From: transit.Date(r["from"]), Until: transit.Date(r["until"])}
}

// tariffRow reads rates in percent and amounts in whole units: 12.5 is 1250 basis points, 3.50 EUR 350 cents.
func tariffRow(r row, e *transit.Entries) error {
	l := transit.TariffLine{Validity: r.validity(), HS: r["hs"], Currency: r["currency"]}
	digits, ok := transit.CurrencyDigits(l.Currency)
	if !ok {
		return fmt.Errorf("%q is no currency", l.Currency)
	}
	var duty, tax int64
	for _, f := range []struct {
		name   string
		digits int
		target *int64
	}{{"duty", 2, &duty}, {"tax", 2, &tax}, {"perKg", digits, &l.PerKg}, {"referencePerKg", digits, &l.ReferencePerKg}} {
		var err error
		if *f.target, err = scaled(r[f.name], f.digits); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	l.Duty, l.Tax = int(duty), int(tax)
	e.Tariff = append(e.Tariff, l)
	return nil
}

// scaled is a decimal in units of its digits-th decimal place; nothing is 0.
func scaled(s string, digits int) (int64, error) {
	if s == "" {
		return 0, nil
	}
	d, err := transit.ParseDecimal(s)
	if err != nil {
		return 0, err
	}
	return d.Minor(digits)
}

// rateRow reads a rate as people quote it: 1 of the base is rate of the quote currency.
func rateRow(r row, e *transit.Entries) error {
	d, err := transit.ParseDecimal(r["rate"])
	if err != nil {
		return err
	}
	_, fraction, _ := strings.Cut(string(d), ".")
	n, err := d.Minor(len(fraction))
	if err != nil {
		return err
	}
	by, err := strconv.ParseInt("1"+strings.Repeat("0", len(fraction)), 10, 64)
	if err != nil {
		return err
	}
	e.Rates = append(e.Rates, transit.Rate{Validity: r.validity(), Base: r["base"], Quote: r["quote"], Numerator: n, Denominator: by})
	return nil
}

// readAnchors reads certificates in PEM, each named by its subject.
func readAnchors(raw []byte, from transit.Date) (transit.Entries, error) {
	var e transit.Entries
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		a := transit.TrustAnchor{Validity: transit.Validity{From: from}, Certificate: base64.StdEncoding.EncodeToString(block.Bytes)}
		c, err := a.Parse()
		if err != nil {
			return e, err
		}
		a.Name = first(c.Subject.CommonName, c.Subject.String())
		e.Anchors = append(e.Anchors, a)
	}
	if len(e.Anchors) == 0 {
		return e, errors.New("there is no certificate in PEM")
	}
	return e, nil
}

// readRevoked reads certificates in PEM that are to be revoked.
func readRevoked(raw []byte, from transit.Date, reason string) (transit.Entries, error) {
	found, err := readAnchors(raw, from)
	var e transit.Entries
	for _, a := range found.Anchors {
		c, err := a.Parse()
		if err != nil {
			return e, err
		}
		issuer, serial := transit.CertificateNumber(c)
		e.Revocations = append(e.Revocations, transit.Revocation{
			Validity: transit.Validity{From: from}, Issuer: issuer, Serial: serial, Reason: reason,
		})
	}
	return e, err
}
