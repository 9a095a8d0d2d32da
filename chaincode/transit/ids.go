package transit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IDKind names a kind of identifier in customs terms; it opens the text of every IDError.
type IDKind string

// Kinds of identifier checked by this package.
const (
	KindMRN            IDKind = "MRN"
	KindMovementID     IDKind = "movement id"
	KindGRN            IDKind = "GRN"
	KindAccessCode     IDKind = "access code"
	KindLRN            IDKind = "LRN"
	KindContainer      IDKind = "container number"
	KindSeal           IDKind = "seal identifier"
	KindCustomsOffice  IDKind = "customs office reference"
	KindUNLocode       IDKind = "UN/LOCODE"
	KindOperator       IDKind = "operator number"
	KindHS6            IDKind = "HS sub-heading"
	KindUCR            IDKind = "UCR"
	KindCurrency       IDKind = "currency"
	KindCountry        IDKind = "country"
	KindTransportMeans IDKind = "transport means identification"
)

// IDError says why a value is not an identifier of its kind. Reason is a clause a trader can act on
// ("the check digit is 6 but should be 4"); Value is what was given, unchanged.
type IDError struct {
	Kind   IDKind
	Value  string
	Reason string
}

// maxEchoedRunes bounds how much of a refused value is repeated in a text, so that a megabyte of rubbish is not echoed.
const maxEchoedRunes = 64

// Error gives one line: kind, value and reason.
func (e *IDError) Error() string {
	return fmt.Sprintf("%s %q: %s", e.Kind, clip(e.Value), e.Reason)
}

func clip(s string) string {
	n := 0
	for i := range s {
		if n == maxEchoedRunes {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

func refuse(kind IDKind, value, format string, args ...any) *IDError {
	return &IDError{Kind: kind, Value: value, Reason: fmt.Sprintf(format, args...)}
}

// CheckDigit computes the ISO 6346 check digit over s, which may hold only 0-9 and A-Z: digits count as themselves,
// letters from A=10 upwards leaving out the multiples of 11, each weighted by 2 to the power of its position (leftmost 0),
// the sum taken modulo 11. R0028 prescribes the same arithmetic for MRN and GRN.
//
// A remainder of 10 becomes digit 0. ISO 6346 advises not to issue such numbers, because 0 then stands for two
// remainders; the serial of an MRN is fixed before the year is known, so CATS issues them and accepts them like NCTS does.
// The result is 0-9; an error names the first character that has no value.
func CheckDigit(s string) (int, error) {
	// 2^i is reduced modulo 11 while it grows, so that no length can overflow.
	sum, weight := 0, 1
	for i := range len(s) {
		v, ok := checkValue(s[i])
		if !ok {
			r, _ := utf8.DecodeRuneInString(s[i:])
			return 0, fmt.Errorf("character %d %s has no check digit value: only 0-9 and A-Z", i+1, quoteRune(r))
		}
		sum = (sum + v*weight) % 11
		weight = weight * 2 % 11
	}
	return sum % 10, nil
}

// checkValue maps a character to its ISO 6346 value: 11, 22 and 33 are skipped because they would add nothing modulo 11.
func checkValue(c byte) (int, bool) {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0'), true
	case c < 'A' || c > 'Z':
		return 0, false
	}
	n := int(c - 'A')
	switch {
	case c == 'A':
		return 10, true
	case c <= 'K':
		return 11 + n, true
	case c <= 'U':
		return 12 + n, true
	default:
		return 13 + n, true
	}
}

// verifyCheckDigit compares the digit at index at (0-based) of s with the check digit over everything before it.
func verifyCheckDigit(kind IDKind, s string, at int) *IDError {
	want, err := CheckDigit(s[:at])
	if err != nil {
		return refuse(kind, s, "%v", err)
	}
	if got := s[at]; got != byte('0'+want) {
		return refuse(kind, s, "the check digit (character %d) is %c but should be %d: one of the characters was mistyped", at+1, got, want)
	}
	return nil
}

// charClass is a set of ASCII characters with its name for error texts.
type charClass struct {
	name string
	has  func(c byte) bool
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// The classes are functions, not variables: the package keeps no state that anything could change.
func classDigit() charClass { return charClass{"a digit", isDigit} }
func classUpper() charClass { return charClass{"a capital letter A-Z", isUpper} }
func classUpperAlnum() charClass {
	return charClass{"a digit or a capital letter A-Z", func(c byte) bool { return isDigit(c) || isUpper(c) }}
}
func classAlnum() charClass {
	return charClass{"a digit or a letter A-Z, a-z", func(c byte) bool { return isDigit(c) || isUpper(c) || isLower(c) }}
}
func classVisible() charClass {
	return charClass{"a visible ASCII character", func(c byte) bool { return c > ' ' && c <= '~' }}
}

// span is a run of characters of one class in a fixed layout.
type span struct {
	n     int
	class charClass
}

// checkLayout holds s against consecutive spans. The length is counted in characters, as a person would.
func checkLayout(kind IDKind, s string, spans ...span) *IDError {
	want := 0
	for _, sp := range spans {
		want += sp.n
	}
	if got := utf8.RuneCountInString(s); got != want {
		return refuse(kind, s, "it has %d characters but must have %d", got, want)
	}
	rest, pos := s, 1
	for _, sp := range spans {
		for range sp.n {
			r, size := utf8.DecodeRuneInString(rest)
			if size != 1 || !sp.class.has(rest[0]) {
				return refuse(kind, s, "character %d is %s but must be %s", pos, quoteRune(r), sp.class.name)
			}
			rest, pos = rest[size:], pos+1
		}
	}
	return nil
}

// quoteRune shows a character so that look-alikes from other alphabets are noticed: a Cyrillic capital A in a number
// typed on a Russian keyboard is the commonest cause of a refusal that looks wrong on the screen.
func quoteRune(r rune) string {
	switch {
	case r == ' ':
		return "a space"
	case r == utf8.RuneError || !unicode.IsPrint(r):
		return fmt.Sprintf("U+%04X", r)
	case r < utf8.RuneSelf:
		return fmt.Sprintf("%q", r)
	case unicode.Is(unicode.Cyrillic, r):
		return fmt.Sprintf("%q (Cyrillic, U+%04X)", r, r)
	case unicode.Is(unicode.Han, r):
		return fmt.Sprintf("%q (Chinese, U+%04X)", r, r)
	default:
		return fmt.Sprintf("%q (U+%04X)", r, r)
	}
}

// checkText is the facet that the schema gives free-text identifiers: 1..maxLen characters, no white space at either end,
// no line break, tab or other control character.
func checkText(kind IDKind, s string, maxLen int) *IDError {
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0:
		return refuse(kind, s, "it is empty")
	case !utf8.ValidString(s):
		return refuse(kind, s, "it is not valid UTF-8 text")
	case n > maxLen:
		return refuse(kind, s, "it has %d characters but may have at most %d", n, maxLen)
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	if unicode.Is(unicode.Z, first) || unicode.Is(unicode.Z, last) {
		return refuse(kind, s, "it must not begin or end with a space")
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return refuse(kind, s, "it contains the control character U+%04X", r)
	}
	return nil
}

// ValidateText checks a free text that stands on the public record: 1 to maxLen characters of any language, without
// blanks at its ends, control characters, or invisible ones that change how it is shown.
func ValidateText(s string, maxLen int) error {
	if e := checkText("text", s, maxLen); e != nil {
		return e
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Cf, r) }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return refuse("text", s, "it contains the invisible character U+%04X", r)
	}
	return nil
}

// asError keeps a nil *IDError from turning into a non-nil error.
func asError(e *IDError) error {
	if e == nil {
		return nil
	}
	return e
}
