package transit

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SimpleType is a simple type of the schema with its facets.
type SimpleType struct {
	// Name is our name for the type, as in the struct tags.
	Name string
	// Collapse tells that white space is collapsed on reading (xs:token and the numbers and dates); otherwise each
	// white space character only becomes a blank (xs:normalizedString).
	Collapse bool

	minLen, maxLen int // in characters; 0 is no limit
	patterns       []*regexp.Regexp
	hint           string // says the pattern in words
	values         []string
	totalDigits    int
	fractionDigits int
	moment         func(string) error
	most           int
	number         bool
}

// Normalise treats the white space of a text as the schema does before any facet applies.
func (t *SimpleType) Normalise(s string) string {
	if !strings.ContainsAny(s, " \t\n\r") {
		return s
	}
	if t.Collapse {
		return strings.Join(strings.FieldsFunc(s, isXMLSpace), " ")
	}
	return strings.Map(func(r rune) rune {
		if isXMLSpace(r) {
			return ' '
		}
		return r
	}, s)
}

func isXMLSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

// Check says what is wrong with a value: the functional error code and the
// problem in words, or two empty texts. A value must stand in its normalised form.
func (t *SimpleType) Check(s string) (code, problem string) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, notXML) {
		return CodeRuleViolation, "holds characters that no message can carry"
	}
	if t.Normalise(s) != s {
		return CodeRuleViolation, "holds line breaks, tabs or needless blanks"
	}
	if problem := t.checkLength(s); problem != "" {
		return CodeRuleViolation, problem
	}
	if t.values != nil {
		if !slices.Contains(t.values, s) {
			return CodeListViolation, "must be " + listing(t.values)
		}
		return "", ""
	}
	for _, pattern := range t.patterns {
		if !pattern.MatchString(s) {
			return CodeRuleViolation, "must be " + t.hint
		}
	}
	if problem := t.checkValue(s); problem != "" {
		return CodeRuleViolation, problem
	}
	return "", ""
}

// notXML reports characters outside the Char production of XML 1.0.
func notXML(r rune) bool {
	return r < ' ' && !isXMLSpace(r) || r == 0xFFFE || r == 0xFFFF
}

func listing(values []string) string {
	if len(values) > 8 {
		return "one of the " + strconv.Itoa(len(values)) + " known values, such as " + values[0]
	}
	return strings.Join(values, ", ")
}

func (t *SimpleType) checkLength(s string) string {
	n := utf8.RuneCountInString(s)
	switch {
	case t.minLen == t.maxLen && t.maxLen > 0 && n != t.maxLen:
		return fmt.Sprintf("must have %d characters, has %d", t.maxLen, n)
	case t.maxLen > 0 && n > t.maxLen:
		return fmt.Sprintf("must have at most %d characters, has %d", t.maxLen, n)
	case n < t.minLen:
		return fmt.Sprintf("must have at least %d characters, has %d", t.minLen, n)
	}
	return ""
}

func (t *SimpleType) checkValue(s string) string {
	switch {
	case t.totalDigits > 0:
		d := Decimal(s)
		if len(s) > maxDecimalLen || d.totalDigits() > t.totalDigits || d.fractionDigits() > t.fractionDigits {
			return fmt.Sprintf("must have at most %d digits, %d of them after the point", t.totalDigits, t.fractionDigits)
		}
	case t.moment != nil:
		if err := t.moment(s); err != nil {
			return "must be " + t.hint + " of the calendar"
		}
	case t.number:
		if n, err := strconv.Atoi(s); err != nil || n > t.most {
			return fmt.Sprintf("must be at most %d", t.most)
		}
	}
	return ""
}

// simpleTypes is the one table of simple types, by the names the struct tags
// use. Patterns of one type must all match, as restrictions of restrictions do.
func simpleTypes() map[string]*SimpleType {
	types := map[string]*SimpleType{}
	add := func(name string, t SimpleType, patterns ...string) {
		for _, p := range patterns {
			t.patterns = append(t.patterns, regexp.MustCompile(`^(?:`+p+`)$`))
		}
		t.Name = name
		types[name] = &t
	}
	// Free text: neither end may be a blank of any kind. U+180E counts as one, for it was in category Z before Unicode 6.3 and
	// validators of that age refuse it.
	const text = `[^\pZ\x{180E}](.*[^\pZ\x{180E}])?`
	for _, most := range []int{4, 17, 20, 22, 35, 70, 512} {
		add("text"+strconv.Itoa(most), SimpleType{maxLen: most, hint: "a text without blanks at its ends"}, text)
	}
	for _, exact := range []int{2, 4} {
		add("text="+strconv.Itoa(exact), SimpleType{minLen: exact, maxLen: exact, hint: "a text without blanks at its ends"}, text)
	}
	// Codes and other tokens: any characters, lengths only.
	for _, exact := range []int{2, 3, 4, 5, 6, 8, 9} {
		add("token"+strconv.Itoa(exact), SimpleType{Collapse: true, minLen: exact, maxLen: exact})
	}
	for _, most := range []int{4, 5, 17, 35} {
		add("token1-"+strconv.Itoa(most), SimpleType{Collapse: true, minLen: 1, maxLen: most})
	}
	addCodeTypes(add)
	addNumberTypes(add)
	addAnswerTypes(add)
	return types
}

func addCodeTypes(add func(string, SimpleType, ...string)) {
	add("digit", SimpleType{Collapse: true, hint: "one digit"}, `[0-9]`)
	add("digits2", SimpleType{Collapse: true, hint: "two digits"}, `[0-9]{2}`)
	add("letter", SimpleType{Collapse: true, hint: "one letter"}, `[A-Za-z]`)
	add("role", SimpleType{Collapse: true, hint: "one to three letters"}, `[A-Za-z]{1,3}`)
	add("currency", SimpleType{Collapse: true, hint: "three letters"}, `[A-Za-z]{3}`)
	add("flag", SimpleType{Collapse: true, values: []string{string(FlagNo), string(FlagYes)}})
	add("language", SimpleType{hint: "two letters"}, `[A-Za-z]{2}`)
	add("country", SimpleType{hint: "two capital letters"}, `[A-Z]{2}`)
	add("capital", SimpleType{hint: "one capital letter"}, `[A-Z]`)
	add("guaranteeType", SimpleType{hint: "one capital letter or digit"}, `[A-Z0-9]`)
	add("office", SimpleType{hint: "a country code and six capital letters or digits"}, `[A-Z]{2}[A-Z0-9]{6}`)
	add("operator", SimpleType{hint: "a country code and up to 15 visible ASCII characters"}, `[A-Z]{2}[!-~]{1,15}`)
	add("grn", SimpleType{hint: "a guarantee reference number of 17 or 24 characters"}, `[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?`)
	add("tirCarnet", SimpleType{maxLen: 12, hint: "the number of a TIR carnet"}, `[1-9][0-9]{0,6}|(1[0-9]|2[0-4])[0-9]{0,6}|25000000|`+
		`(X[A-Z]|[A-Z]X)(2[5-9]|[3-9][0-9]|[1-9][0-9][0-9])[0-9]{6}`)
	add("ascii17", SimpleType{maxLen: 17, hint: "ASCII characters without blanks at the ends"}, `[!-~][ -~]{1,15}[!-~]|[!-~]{1,2}`)
	add("ucr", SimpleType{maxLen: 35, hint: "ASCII characters without blanks at the ends"}, `[!-~][ -~]{1,33}[!-~]|[!-~]{1,2}`)
	add("eMail", SimpleType{maxLen: 256, hint: "an e-mail address in ASCII"}, `[\x00-\x7F]+`, `\P{Z}[^@]*@[^.]+\..*\P{Z}`)
	// The dots of 90.000000 and 180.000000 stand unescaped in the schema; any character there could only be misread.
	add("latitude", SimpleType{hint: "degrees with 5 to 7 decimal places"}, `[+-]?([0-8]?[0-9]\.[0-9]{5,7}|90\.00000(00?)?)`)
	add("longitude", SimpleType{hint: "degrees with 5 to 7 decimal places"}, `[+-]?((0?[0-9]?|1[0-7])[0-9]\.[0-9]{5,7}|180\.00000(00?)?)`)
	// The phase chooses the schema by which a message is read; see [MessageSchema].
	add("phase", SimpleType{Collapse: true, values: []string{"NCTS5.1", "NCTS5.0", "NCTS6"}})
	// The schema enumerates every message type; each message admits its own alone, the document that of the declaration.
	add("messageType", SimpleType{Collapse: true, values: []string{"CC015C"}})
}

func addNumberTypes(add func(string, SimpleType, ...string)) {
	for _, most := range []int{1999, 99999, 99999999} {
		add("number"+strconv.Itoa(most), SimpleType{Collapse: true, number: true, most: most, hint: "a whole number from 1"},
			`[1-9][0-9]*`)
	}
	for _, most := range []int{9999, 99999999} {
		add("count"+strconv.Itoa(most), SimpleType{Collapse: true, number: true, most: most, hint: "a whole number"},
			`0|[1-9][0-9]*`)
	}
	const zeroOrMore = `(0|[1-9][0-9]*)(\.[0-9]+)?`
	add("amount", SimpleType{Collapse: true, totalDigits: 16, fractionDigits: 2, hint: "a decimal number such as 1250.50"}, zeroOrMore)
	add("massOrZero", SimpleType{Collapse: true, totalDigits: 16, fractionDigits: 6, hint: "a decimal number such as 1250.5"}, zeroOrMore)
	add("mass", SimpleType{Collapse: true, totalDigits: 16, fractionDigits: 6, hint: "a decimal number above zero, such as 1250.5"},
		`[1-9][0-9]*(\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*`)
	add("date", SimpleType{Collapse: true, hint: "a day such as 2026-03-31",
		moment: func(s string) error { _, err := Date(s).Parse(); return err }}, `[0-9]{4}-[0-9]{2}-[0-9]{2}`)
	add("dateTime", SimpleType{Collapse: true, hint: "a moment such as 2026-03-31T23:59:59",
		moment: func(s string) error { _, err := DateTime(s).Parse(); return err }}, `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}`)
}
