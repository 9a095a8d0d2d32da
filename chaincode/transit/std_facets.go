package transit

import "slices"

// Facets are what a [SimpleType] asks of a value beside its white space and the characters of XML, for those who publish the
// schema in another language. A facet that is zero does not apply.
type Facets struct {
	// MinLength and MaxLength are in characters.
	MinLength, MaxLength int
	// Patterns must all match the whole value; they are in the syntax of package regexp.
	Patterns []string
	// Values is an enumeration, which takes the place of all facets but the lengths.
	Values []string
	// TotalDigits and FractionDigits bound the significant digits of a decimal number.
	TotalDigits, FractionDigits int
	// Number marks a whole number up to Most.
	Number bool
	Most   int
	// Moment marks a day or a moment that must be one of the calendar.
	Moment bool
	// Hint says the pattern in words.
	Hint string
}

// Facets returns the facets of the type.
func (t *SimpleType) Facets() Facets {
	f := Facets{
		MinLength: t.minLen, MaxLength: t.maxLen, Values: slices.Clone(t.values), TotalDigits: t.totalDigits,
		FractionDigits: t.fractionDigits, Number: t.number, Most: t.most, Moment: t.moment != nil, Hint: t.hint,
	}
	for _, p := range t.patterns {
		f.Patterns = append(f.Patterns, p.String())
	}
	return f
}
