// Package quantity converts masses between units, exactly.
package quantity

import (
	"errors"
	"fmt"
	"strings"
)

// powers are the units of mass as powers of ten of a gram: by their symbols and by the codes of UN/ECE Recommendation 20.
func powers() map[string]int {
	return map[string]int{"g": 0, "kg": 3, "dt": 5, "t": 6, "GRM": 0, "KGM": 3, "DTN": 5, "TNE": 6}
}

// Units lists the units that are known.
func Units() []string { return []string{"g", "kg", "dt", "t", "GRM", "KGM", "DTN", "TNE"} }

// Convert moves the point of a decimal number. Nothing is ever rounded.
func Convert(number, from, to string) (string, error) {
	known := powers()
	f, ok := known[from]
	if !ok {
		return "", fmt.Errorf("is in a unit %q that is not known", from)
	}
	t, ok := known[to]
	if !ok {
		return "", fmt.Errorf("cannot be converted to the unit %q", to)
	}
	whole, fraction, err := split(number)
	if err != nil {
		return "", err
	}
	switch shift := f - t; {
	case shift >= 0:
		fraction += strings.Repeat("0", max(0, shift-len(fraction)))
		whole, fraction = whole+fraction[:shift], fraction[shift:]
	default:
		whole = strings.Repeat("0", max(0, -shift-len(whole))) + whole
		whole, fraction = whole[:len(whole)+shift], whole[len(whole)+shift:]+fraction
	}
	return join(whole, fraction), nil
}

// Canonical writes a decimal number without needless zeros: "012.50" is "12.5".
func Canonical(number string) (string, error) {
	whole, fraction, err := split(number)
	if err != nil {
		return "", err
	}
	return join(whole, fraction), nil
}

// Sum adds decimal numbers.
func Sum(numbers []string) (string, error) {
	total := "0"
	for _, n := range numbers {
		var err error
		if total, err = add(total, n); err != nil {
			return "", err
		}
	}
	return total, nil
}

func add(a, b string) (string, error) {
	aw, af, err := split(a)
	if err != nil {
		return "", err
	}
	bw, bf, err := split(b)
	if err != nil {
		return "", err
	}
	places := max(len(af), len(bf))
	x, y := aw+af+strings.Repeat("0", places-len(af)), bw+bf+strings.Repeat("0", places-len(bf))
	n := max(len(x), len(y)) + 1
	x, y = strings.Repeat("0", n-len(x))+x, strings.Repeat("0", n-len(y))+y
	sum, carry := make([]byte, n), byte(0)
	for i := n - 1; i >= 0; i-- {
		digit := x[i] - '0' + y[i] - '0' + carry
		sum[i], carry = '0'+digit%10, digit/10
	}
	return join(string(sum[:n-places]), string(sum[n-places:])), nil
}

const maxDigits = 60

func split(number string) (whole, fraction string, err error) {
	number = strings.TrimSpace(number)
	whole, fraction, point := strings.Cut(number, ".")
	if len(number) > maxDigits || !digits(whole) || point && !digits(fraction) {
		return "", "", errors.New("is not a decimal number such as 1250.5")
	}
	return whole, fraction, nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func join(whole, fraction string) string {
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
