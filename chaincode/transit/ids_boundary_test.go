package transit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheFirstAndLastCharacterOfEachClass puts the characters at the ends of a class, and their neighbours outside it, into an
// identifier that takes them in one place.
func TestTheFirstAndLastCharacterOfEachClass(t *testing.T) {
	for _, c := range []struct {
		name  string
		check func(character string) error
		in    string
		out   string
	}{
		{"digits of an HS sub-heading", func(s string) error { return ValidateHS6("84713" + s) }, "09", "/:AÐ"},
		{"letters of a country", func(s string) error { return ValidateContainer("CSQ" + s + "3054383") }, "U", "@[u`"},
		{"places of a UN/LOCODE", func(s string) error { return ValidateUNLocode("CNA" + s + "A") }, "AZ29", "@[01:a"},
		{"the national part of an office", func(s string) error { return ValidateCustomsOffice("KZ00000" + s) }, "09AZ", "/:@[az"},
		{"an access code", func(s string) error { return ValidateAccessCode("AB1" + s) }, "09AZaz", "/:@[`{"},
		{"the national part of an operator number", func(s string) error { return ValidateOperator("KZ" + s) }, "!~", " \x7fé"},
		{"the serial of a movement id", func(s string) error {
			_, err := ParseMovementID("CN0123456789A" + s)
			return err
		}, "09AZHJKMNPTV", "/:@[ILOUaz"},
		{"a UCR", func(s string) error { return ValidateUCR("A" + s + "A") }, " !~", "\x1f\x7f\u0080é"},
		{"what a check digit is computed over", func(s string) error {
			_, err := CheckDigit(s)
			return err
		}, "09AZKLUV", "/:@[az"},
		{"the serial of an MRN", func(s string) error {
			_, err := NewMRN(2026, "CN", "0123456789A"+s, LetterTransit)
			return err
		}, "09AZ", "/:@[az"},
		{"the serial of a GRN", func(s string) error {
			_, err := NewGRN(2026, "CN", "0123456789A"+s)
			return err
		}, "09AZ", "/:@[az"},
		{"the letter of a voucher", func(s string) error {
			_, err := ParseGRN("23XI0000010000199" + s + "509498")
			return err
		}, "AZ", "@[0a"},
		{"the number of a voucher", func(s string) error {
			_, err := ParseGRN("23XI0000010000199V50949" + s)
			return err
		}, "09", "/:A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range c.in {
				require.NoError(t, c.check(string(r)), "%q", r)
			}
			for _, r := range c.out {
				require.Error(t, c.check(string(r)), "%q", r)
			}
		})
	}
}

func TestTheShortestAndTheLongestIdentifier(t *testing.T) {
	text := func(n int) func(string) error { return func(s string) error { return ValidateText(s, n) } }
	grn := func(s string) error {
		_, err := ParseGRN(s)
		return err
	}
	id := func(s string) error {
		_, err := ParseMovementID(s)
		return err
	}
	for _, c := range []struct {
		name  string
		check func(string) error
		value string
		// least and most characters of the value, from its beginning.
		least, most int
	}{
		{"an LRN", ValidateLRN, strings.Repeat("я", 23), 1, 22},
		{"a seal", ValidateSeal, strings.Repeat("я", 21), 1, 20},
		{"a UCR", ValidateUCR, strings.Repeat("x", 36), 1, 35},
		{"a means of transport", ValidateTransportMeans, strings.Repeat("Я", 36), 1, 35},
		{"an operator number", ValidateOperator, "KZ" + strings.Repeat("1", 16), 3, 17},
		{"a customs office", ValidateCustomsOffice, "KZ0000000", 8, 8},
		{"a UN/LOCODE", ValidateUNLocode, "CNKHGA", 5, 5},
		{"an access code", ValidateAccessCode, "AB12C", 4, 4},
		{"a container", ValidateContainer, "CSQU30543830", 11, 11},
		{"a country", ValidateCountry, "KZT", 2, 2},
		{"a currency", ValidateCurrency, "KZTT", 3, 3},
		{"an HS sub-heading", ValidateHS6, "8471300", 6, 6},
		{"a movement id", id, "CN0123456789ABC", 14, 14},
		{"a text", text(5), strings.Repeat("中", 6), 1, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			runes := []rune(c.value)
			for n := range len(runes) + 1 {
				err := c.check(string(runes[:n]))
				require.Equal(t, n >= c.least && n <= c.most, err == nil, "%d characters: %v", n, err)
			}
		})
	}
	t.Run("a GRN has 17 or 24", func(t *testing.T) {
		const voucher = "23XI0000010000199V509498"
		for n := range len(voucher) + 2 {
			require.Equal(t, n == 17 || n == 24, grn((voucher + "0")[:n]) == nil, n)
		}
	})
}

func TestTheYearsAndLettersOfReferenceNumbers(t *testing.T) {
	for year, ok := range map[int]bool{1999: false, 2000: true, 2023: true, 2024: true, 2099: true, 2100: false} {
		grn, err := NewGRN(year, "KZ", "000001000008")
		require.Equal(t, ok, err == nil, year)
		mrn, err := NewMRN(year, "KZ", "000001000008", LetterTransit)
		require.Equal(t, ok && year >= 2024, err == nil, year)
		if err == nil {
			require.Equal(t, year, mrn.Year())
			require.Equal(t, mrn[:4], MRN(grn[:4]))
			require.Equal(t, "KZ", grn.Country())
			require.False(t, grn.IsVoucher())
		}
	}
	for letter, ok := range map[byte]bool{'I': false, 'J': true, 'K': true, 'L': true, 'M': true, 'N': false} {
		body := "26KZ000001000008" + string(rune(letter))
		digit, err := CheckDigit(body)
		require.NoError(t, err)
		_, err = ParseMRN(body + string(rune('0'+digit)))
		require.Equal(t, ok, err == nil, "%c", letter)
	}
	for year, ok := range map[string]bool{"00": false, "23": false, "24": true, "99": true} {
		body := year + "KZ000001000008J"
		digit, err := CheckDigit(body)
		require.NoError(t, err)
		mrn := body + string(rune('0'+digit))
		_, err = ParseMRN(mrn)
		require.Equal(t, ok, err == nil, year)
		_, err = ParseReferencedMRN(mrn)
		require.NoError(t, err)
	}
}

// TestEachDigitButOneIsWrong holds every check digit against all ten.
func TestEachDigitButOneIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, body, digit, rest string
		check                   func(string) error
	}{
		{"an MRN", "24XI0000817GFMLUJ", "5", "", func(s string) error {
			_, err := ParseMRN(s)
			return err
		}},
		{"a GRN", "23GB000001000085", "4", "", func(s string) error {
			_, err := ParseGRN(s)
			return err
		}},
		{"the GRN of a voucher", "23XI000001000019", "9", "V509498", func(s string) error {
			_, err := ParseGRN(s)
			return err
		}},
		{"a container", "CSQU305438", "3", "", ValidateContainer},
		{"an MRN with remainder 10", "08IT02110010000FF", "0", "", func(s string) error {
			_, err := ParseReferencedMRN(s)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, d := range strings.Split("0123456789", "") {
				err := c.check(c.body + d + c.rest)
				require.Equal(t, d == c.digit, err == nil, d)
				if err != nil {
					require.ErrorContains(t, err, "should be "+c.digit)
					var e *IDError
					require.ErrorAs(t, err, &e)
					require.Equal(t, c.body+d+c.rest, e.Value, "the whole value is told")
				}
			}
		})
	}
}

func TestACharacterOfAnotherAlphabetIsNamed(t *testing.T) {
	for _, c := range []struct {
		name, value, reason string
		check               func(string) error
	}{
		{"in a GRN", "23GВ0000010000854", "character 4 is 'В' (Cyrillic, U+0412) but must be a capital letter A-Z", func(s string) error {
			_, err := ParseGRN(s)
			return err
		}},
		{"in a voucher's GRN", "23XI0000010000199М509498", "character 18 is 'М' (Cyrillic, U+041C) but must be a capital letter A-Z",
			func(s string) error {
				_, err := ParseGRN(s)
				return err
			}},
		{"a Chinese one", "中Z000001", "character 1 is '中' (Chinese, U+4E2D) but must be a capital letter A-Z", ValidateCustomsOffice},
		{"a Greek one", "ΚZ000001", "character 1 is 'Κ' (U+039A) but must be a capital letter A-Z", ValidateCustomsOffice},
		{"one that is not shown", "\u200bZ000001", "character 1 is U+200B but must be a capital letter A-Z", ValidateCustomsOffice},
		{"a control character", "KZ00000\x7f", "character 8 is U+007F but must be a digit or a capital letter A-Z", ValidateCustomsOffice},
		{"in what a check digit is computed over", "1Я", "character 2 'Я' (Cyrillic, U+042F) has no check digit value", func(s string) error {
			_, err := CheckDigit(s)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorContains(t, c.check(c.value), c.reason)
		})
	}
}

func TestTextsWithoutBlanksAtTheirEnds(t *testing.T) {
	for _, c := range []struct{ name, value, reason string }{
		{"a space before", " a", "begin or end with a space"},
		{"a space behind", "a ", "begin or end with a space"},
		{"a wide space before", "\u3000a", "begin or end with a space"},
		{"a line separator behind", "a\u2028", "begin or end with a space"},
		{"a tab before", "\ta", "the control character U+0009"},
		{"a line break within", "a\nb", "the control character U+000A"},
		{"a mark that turns the direction", "a\u202eb", "the invisible character U+202E"},
		{"an invisible one at the beginning", "\ufeffa", "the invisible character U+FEFF"},
		{"nothing", "", "it is empty"},
		{"a broken byte", "a\xff", "not valid UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorContains(t, ValidateText(c.value, 10), c.reason)
		})
	}
	require.NoError(t, ValidateText("a b", 3))
}

func TestARefusedValueIsRepeatedUpToSixtyFourCharacters(t *testing.T) {
	whole := strings.Repeat("Я", 64)
	require.ErrorContains(t, ValidateLRN(whole), `"`+whole+`"`)
	require.ErrorContains(t, ValidateLRN(whole+"b"), `"`+whole+`…"`)
}

func TestWhatIsReadOffAnIdentifier(t *testing.T) {
	for value, want := range map[MovementID]string{"CN0123456789A": "", "CN0123456789AB": "CN", "CN0123456789ABC": ""} {
		require.Equal(t, want, value.Country(), value)
	}
	for value, want := range map[GRN]string{
		"23GB000001000085": "", "23GB0000010000854": "GB", "23GB00000100008540": "", "23XI0000010000199V50949": "",
		"23XI0000010000199V509498": "XI", "23XI0000010000199V5094980": "",
	} {
		require.Equal(t, want, value.Country(), value)
		require.Equal(t, want == "XI", value.IsVoucher(), value)
	}
	for value, want := range map[string]string{"": "", "K": "", "KZ": "KZ", "KZ000001": "KZ"} {
		require.Equal(t, want, OfficeCountry(value), value)
	}
	for chapter, ok := range map[string]bool{"00": false, "01": true, "76": true, "77": false, "78": true, "99": true} {
		require.Equal(t, ok, ValidateHS6(chapter+"0000") == nil, chapter)
	}
	for category, ok := range map[string]bool{"I": false, "J": true, "K": false, "T": false, "U": true, "V": false, "Y": false, "Z": true} {
		body := "CSQ" + category + "305438"
		digit, err := CheckDigit(body)
		require.NoError(t, err)
		number := body + string(rune('0'+digit))
		require.Equal(t, ok, ValidateContainer(number) == nil, number)
		require.Equal(t, ok, LooksLikeContainer(number), number)
	}
}

func TestNormalisationTurnsOnlySmallLettersOfASCII(t *testing.T) {
	require.Equal(t, "`AZ{@[", NormaliseCode("`az{@["))
	require.Equal(t, "AB", NormaliseCode("a\u200b\ufeffb"))
	require.Equal(t, "1234", NormaliseDigits("1.2-3–/4"))
}
