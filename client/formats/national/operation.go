package national

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/client/formats/internal/quantity"
	"carec.example/cats/client/formats/internal/strictyaml"
)

// operation changes a value, or says why it cannot.
type operation struct {
	name  string
	apply func(string) (string, error)
	table *table
}

// errNotListed tells a code that a table does not have from other mistakes.
var errNotListed = errors.New("is not in the table")

// simple operations have no arguments.
func simpleOperations() map[string]func(string) (string, error) {
	return map[string]func(string) (string, error){
		"trim":          func(s string) (string, error) { return strings.TrimSpace(s), nil },
		"collapse":      func(s string) (string, error) { return strings.Join(strings.Fields(s), " "), nil },
		"upper":         func(s string) (string, error) { return strings.ToUpper(s), nil },
		"lower":         func(s string) (string, error) { return strings.ToLower(s), nil },
		"decimal-comma": decimalComma,
		"decimal":       quantity.Canonical,
		"no-blanks":     func(s string) (string, error) { return strings.Join(strings.Fields(s), ""), nil },
	}
}

func (l *loader) operation(v *yaml.Node) (operation, error) {
	if v.Kind == yaml.ScalarNode {
		apply := simpleOperations()[v.Value]
		if apply == nil {
			return operation{}, strictyaml.LineError(v, fmt.Errorf("unknown operation %q", v.Value))
		}
		return operation{name: v.Value, apply: apply}, nil
	}
	var op operation
	err := strictyaml.EachKey(v, keys{
		"table": func(_, v *yaml.Node) (err error) {
			if op.table, err = l.tableNamed(v); err == nil {
				op.apply = op.table.translate
			}
			return err
		},
		"date":  func(_, v *yaml.Node) error { return dateOperation(v, &op) },
		"time":  func(_, v *yaml.Node) error { return timeOperation(v, &op) },
		"split": func(_, v *yaml.Node) error { return splitOperation(v, &op) },
		"part":  func(_, v *yaml.Node) error { return partOperation(v, &op) },
		"unit":  func(_, v *yaml.Node) error { return unitOperation(v, &op) },
	})
	if err == nil && len(v.Content) != 2 {
		err = strictyaml.LineError(v, errors.New("an operation is one word or has one key"))
	}
	if err == nil {
		op.name = v.Content[0].Value
	}
	return op, err
}

func (t *table) translate(s string) (string, error) {
	to, known := t.values[strings.TrimSpace(s)]
	switch {
	case known:
		return to, nil
	case t.keep:
		return s, nil
	case t.otherwise != nil:
		return *t.otherwise, nil
	}
	return "", errNotListed
}

// targets lists what a table can give, in order.
func (t *table) targets() []string {
	var values []string
	for _, v := range t.values {
		values = append(values, v)
	}
	if t.otherwise != nil {
		values = append(values, *t.otherwise)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// decimalComma reads "1 234,50": a comma before the fraction, blanks between the thousands.
func decimalComma(s string) (string, error) {
	s = strings.Join(strings.Fields(s), "")
	if strings.Contains(s, ".") && strings.Contains(s, ",") {
		return "", errors.New("has both a point and a comma")
	}
	return quantity.Canonical(strings.Replace(s, ",", ".", 1))
}

// dateOperation reads a day in a pattern such as dd.MM.yyyy.
func dateOperation(v *yaml.Node, op *operation) error {
	var layout string
	err := strictyaml.Scalar(v, &layout, func(s string) (err error) { layout, err = layoutOf(s); return err })
	from, _ := layoutOf(v.Value)
	op.apply = func(s string) (string, error) { return retime(s, from, time.DateOnly, time.UTC, time.UTC) }
	return err
}

// timeOperation reads a moment in one pattern and zone and writes it in another.
func timeOperation(v *yaml.Node, op *operation) error {
	from, to := time.RFC3339, "2006-01-02T15:04:05"
	zone, toZone := time.UTC, time.UTC
	layout := func(into *string) func(_, v *yaml.Node) error {
		return func(_, v *yaml.Node) error {
			var s string
			return strictyaml.Scalar(v, &s, func(s string) (err error) { *into, err = layoutOf(s); return err })
		}
	}
	offset := func(into **time.Location) func(_, v *yaml.Node) error {
		return func(_, v *yaml.Node) error {
			var s string
			return strictyaml.Scalar(v, &s, func(s string) (err error) { *into, err = zoneOf(s); return err })
		}
	}
	err := strictyaml.EachKey(v, keys{"from": layout(&from), "to": layout(&to), "zone": offset(&zone), "to-zone": offset(&toZone)})
	op.apply = func(s string) (string, error) { return retime(s, from, to, zone, toZone) }
	return err
}

// layoutOf translates a pattern of yyyy, MM, dd, HH, mm and ss into a layout of package time.
func layoutOf(pattern string) (string, error) {
	layout := strings.NewReplacer("yyyy", "2006", "MM", "01", "dd", "02", "HH", "15", "mm", "04", "ss", "05").Replace(pattern)
	if layout == pattern || strings.ContainsFunc(strings.ReplaceAll(layout, "T", ""), unicode.IsLetter) {
		return "", fmt.Errorf("%q is no pattern of yyyy, MM, dd, HH, mm and ss", pattern)
	}
	return layout, nil
}

func zoneOf(s string) (*time.Location, error) {
	t, err := time.Parse("-07:00", s)
	if err != nil {
		return nil, fmt.Errorf("%q is no zone such as +06:00", s)
	}
	_, seconds := t.Zone()
	return time.FixedZone(s, seconds), nil
}

func retime(s, from, to string, zone, toZone *time.Location) (string, error) {
	t, err := time.ParseInLocation(from, strings.TrimSpace(s), zone)
	if err != nil {
		return "", errors.New("is no date or time of the expected form")
	}
	return t.In(toZone).Format(to), nil
}

func splitOperation(v *yaml.Node, op *operation) error {
	var by, part string
	err := strictyaml.EachKey(v, keys{
		"by":   func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &by, notEmpty) },
		"part": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &part, positive) },
	})
	if err == nil && (by == "" || part == "") {
		err = strictyaml.LineError(v, errors.New("split needs the keys by and part"))
	}
	n, _ := strconv.Atoi(part)
	op.apply = func(s string) (string, error) {
		parts := strings.Split(s, by)
		if n > len(parts) {
			return "", nil
		}
		return strings.TrimSpace(parts[n-1]), nil
	}
	return err
}

// partOperation takes characters from a place on, counted from 1.
func partOperation(v *yaml.Node, op *operation) error {
	var from, length string
	err := strictyaml.EachKey(v, keys{
		"from":   func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &from, positive) },
		"length": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &length, positive) },
	})
	if err == nil && from == "" {
		err = strictyaml.LineError(v, errors.New("part needs the key from"))
	}
	begin, _ := strconv.Atoi(from)
	n, _ := strconv.Atoi(length)
	op.apply = func(s string) (string, error) {
		runes := []rune(s)
		if begin > len(runes) {
			return "", nil
		}
		runes = runes[begin-1:]
		if n > 0 && n < len(runes) {
			runes = runes[:n]
		}
		return string(runes), nil
	}
	return err
}

func unitOperation(v *yaml.Node, op *operation) error {
	var from, to string
	units := oneOf(quantity.Units()...)
	err := strictyaml.EachKey(v, keys{
		"from": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &from, units) },
		"to":   func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &to, units) },
	})
	if err == nil && (from == "" || to == "") {
		err = strictyaml.LineError(v, errors.New("unit needs the keys from and to"))
	}
	op.apply = func(s string) (string, error) { return quantity.Convert(s, from, to) }
	return err
}

func notEmpty(s string) error {
	if s == "" {
		return errors.New("expected a text")
	}
	return nil
}

func positive(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 1000 {
		return fmt.Errorf("%q is no number from 1 to 1000", s)
	}
	return nil
}

func contains(list []string, s string) bool { return slices.Contains(list, strings.TrimSpace(s)) }
