package projection

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Words are made here and not by the databases, whose own ideas of a word differ from each other and end at Chinese, which
// separates none. A word is a run of letters and digits of any script, in the compatibility form of Unicode (so that ＡＢ１２
// is AB12), in lower case, with ё written е as most Russian texts have it. Each Chinese character is a word by itself: a query of
// several finds them side by side, in that order.

// Bounds of what is indexed of one movement: PostgreSQL numbers the words of a text up to 16383.
const (
	maxWords      = 16000
	maxWordLength = 64
)

// words splits a text into its words, at most max of them.
func words(text string, limit int) []string {
	var out []string
	var word []rune
	end := func() {
		if len(word) > 0 && len(out) < limit {
			out = append(out, string(word[:min(len(word), maxWordLength)]))
		}
		word = word[:0]
	}
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(text, " ")) {
		switch {
		case ideograph(r):
			end()
			word = append(word, r)
			end()
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r) && len(word) > 0:
			word = append(word, folded(r))
		default:
			end()
		}
		if len(out) >= limit {
			return out
		}
	}
	end()
	return out
}

func ideograph(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

func folded(r rune) rune {
	r = unicode.ToLower(r)
	if r == 'ё' {
		return 'е'
	}
	return r
}

// phrase is a part of a query: words that stand side by side. The last may be the beginning of a word.
type phrase struct {
	words  []string
	prefix bool
}

// maxPhrases bounds a query.
const maxPhrases = 16

// phrases reads a query as people write it: each word must be found; "words in quotes" side by side; a word with * at
// its end stands for all that begin with it.
func phrases(query string) []phrase {
	var out []phrase
	for i, part := range strings.Split(query, `"`) {
		inQuotes := i%2 == 1
		list := []string{part}
		if !inQuotes {
			list = strings.Fields(part)
		}
		for _, text := range list {
			found := words(text, maxPhrases)
			if len(found) > 0 && len(out) < maxPhrases {
				out = append(out, phrase{words: found, prefix: strings.HasSuffix(text, "*")})
			}
		}
	}
	return out
}

// identifier is how identifiers are kept and asked for: letters and digits alone, in upper case, so that neither
// spaces nor dashes of a container, plate or seal matter.
func identifier(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(text, "")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}
