package transit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Canonical encodes v as the one JSON text of RFC 8785 (JCS) that signatures and
// digests are made over. It refuses what has no exact form in every reader:
// numbers with a fraction or exponent, integers beyond 2^53-1, texts that are not
// valid UTF-8.
func Canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	return canonicalJSON(plain)
}

// canonicalJSON rewrites a JSON text in canonical form.
func canonicalJSON(plain []byte) ([]byte, error) {
	if err := checkStrict(plain, nil, true); err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	// encoding/json writes U+FFFD itself as it is, but the escape where it met invalid UTF-8.
	if strings.Contains(strings.ReplaceAll(string(plain), `\\`, ""), `\ufffd`) {
		return nil, fmt.Errorf("canonical form: a text is not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("canonical form: %w", err)
	}
	return appendCanonical(make([]byte, 0, len(plain)), tree), nil
}

func appendCanonical(out []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		out = append(out, '{')
		for i, key := range keysByUTF16(v) {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendCanonicalText(out, key), ':')
			out = appendCanonical(out, v[key])
		}
		return append(out, '}')
	case []any:
		out = append(out, '[')
		for i, element := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendCanonical(out, element)
		}
		return append(out, ']')
	case string:
		return appendCanonicalText(out, v)
	case json.Number:
		return append(out, v...)
	default:
		return fmt.Append(out, wordOf(v))
	}
}

func wordOf(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

// keysByUTF16 sorts as RFC 8785 section 3.2.3 says: by UTF-16 code units, which
// differs from the order of bytes above U+FFFF.
func keysByUTF16(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, compareUTF16)
	return keys
}

func compareUTF16(a, b string) int {
	if isASCII(a) && isASCII(b) {
		return strings.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendCanonicalText escapes only what RFC 8785 section 3.2.2.2 escapes.
func appendCanonicalText(out []byte, s string) []byte {
	const short = "\b\t\n\f\r\"\\"
	out = append(out, '"')
	for i := range len(s) {
		c := s[i]
		switch at := strings.IndexByte(short, c); {
		case at >= 0:
			out = append(out, '\\', "btnfr\"\\"[at])
		case c < ' ':
			out = fmt.Appendf(out, `\u%04x`, c)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
