package transit

import (
	"strings"
	"unicode"
)

// Normalisation is for clients, before anything is signed: people type spaces and small letters. The chaincode never
// normalises, because a record must hold exactly what the declarant signed. No helper here guesses: a Cyrillic letter stays
// what it is, and the strict check names it.

// NormaliseText trims white space at both ends and folds every run of white space and line breaks inside into one space.
func NormaliseText(s string) string { return strings.Join(strings.Fields(s), " ") }

// NormaliseCode removes all white space and turns ASCII letters into capitals: for MRN, GRN, offices, UN/LOCODE, country,
// currency, HS codes and operator numbers.
func NormaliseCode(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u200b', r == '\ufeff':
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// NormaliseDigits is NormaliseCode without the dots and hyphens that people write inside numbers: container numbers
// ("CSQU 305438-3"), HS codes ("8471.30"), MRNs and GRNs in groups.
func NormaliseDigits(s string) string {
	return strings.NewReplacer(".", "", "-", "", "–", "", "/", "").Replace(NormaliseCode(s))
}

// NormaliseAccessCode trims and capitalises an access code: offices compare codes without regard to case.
func NormaliseAccessCode(s string) string { return NormaliseCode(s) }

// NormaliseTransportMeans folds white space and turns letters of every alphabet into capitals (R0076, R0473).
func NormaliseTransportMeans(s string) string { return strings.ToUpper(NormaliseText(s)) }
