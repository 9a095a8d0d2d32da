package access

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Passwords are judged by length, not by what kinds of characters they have.
const (
	// ShortestPassword in characters.
	ShortestPassword = 12
	// LongestPassword in characters.
	LongestPassword = 128
	// fewestDifferent characters in a password.
	fewestDifferent = 5
)

//go:embed denied.txt
var denied string

// ErrPassword is in every error of [CheckPassword].
var ErrPassword = errors.New("the password is not good enough")

// CheckPassword tells why a password is not good enough for an account: too short or long, too
// few different characters, the account's name, or one of those that everybody tries first.
// The error wraps [ErrPassword] and does not repeat the password.
func CheckPassword(account, password string) error {
	if why := weakness(account, password); why != "" {
		return fmt.Errorf("%w: it %s", ErrPassword, why)
	}
	return nil
}

func weakness(account, password string) string {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return "has characters that cannot be typed"
	}
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < ShortestPassword:
		return fmt.Sprintf("is too short; %d characters are needed, a few words for example", ShortestPassword)
	case n > LongestPassword:
		return fmt.Sprintf("is too long; %d characters are allowed", LongestPassword)
	}
	lower := strings.ToLower(password)
	different := map[rune]bool{}
	for _, c := range lower {
		different[c] = true
	}
	switch {
	case len(different) < fewestDifferent:
		return fmt.Sprintf("has fewer than %d different characters", fewestDifferent)
	case len(account) > 2 && strings.Contains(lower, strings.ToLower(account)):
		return "contains the account's name"
	case guessed(lower):
		return "is one of those that are tried first"
	}
	return ""
}

// guessed compares with the list, with and without what people put behind a word to satisfy a rule.
func guessed(lower string) bool {
	bare := strings.TrimRightFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })
	for line := range strings.Lines(denied) {
		line = strings.TrimSpace(line)
		if line != "" && (line == lower || line == bare) {
			return true
		}
	}
	return false
}

// longestName of an account, in characters.
const longestName = 64

// foldName is the form under which an account is known: composed, in lower case. False when
// it is no name: empty, too long, or with other than letters, digits and . _ - @.
func foldName(name string) (string, bool) {
	if len(name) > 4*longestName {
		return "", false
	}
	name = strings.ToLower(norm.NFKC.String(name))
	ok := name != "" && utf8.RuneCountInString(name) <= longestName && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
	})
	return name, ok
}
