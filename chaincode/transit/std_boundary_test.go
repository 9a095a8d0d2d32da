package transit

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// XML 1.0 has four white space characters; a no-break space is none of them.
func TestWhiteSpaceBecomesBlanks(t *testing.T) {
	whole, each := &SimpleType{Collapse: true}, &SimpleType{}
	for _, space := range []string{" ", "\t", "\n", "\r"} {
		require.Equal(t, "a b", each.Normalise("a"+space+"b"), "%q", space)
		require.Equal(t, "a b ", each.Normalise("a"+space+"b"+space), "%q", space)
		require.Equal(t, "a b", whole.Normalise(space+"a"+space+" b"+space), "%q", space)
		if space != " " {
			code, problem := each.Check("a" + space + "b")
			require.Equal(t, CodeRuleViolation, code)
			require.Equal(t, "holds line breaks, tabs or needless blanks", problem, "%q", space)
		}
	}
	for _, s := range []string{"ab", "a\u00a0b", "a\u2003\u0085b"} {
		require.Equal(t, s+" x", whole.Normalise(s+"  x"))
		require.Equal(t, s+" x", each.Normalise(s+"\tx"))
	}
	_, problem := each.Check("a\x0bb")
	require.Equal(t, "holds characters that no message can carry", problem, "a vertical tab is no white space of XML")
}

func TestUpToEightKnownValuesAreAllNamed(t *testing.T) {
	values := strings.Fields("1 2 3 4 5 6 7 8 9")
	require.Equal(t, "1, 2, 3, 4, 5, 6, 7, 8", listing(values[:8]))
	require.Equal(t, "one of the 9 known values, such as 1", listing(values))
}

func TestDecimalsAreHeldToTheirDigits(t *testing.T) {
	types := simpleTypes()
	for name, c := range map[string]struct {
		kind, text string
		good       bool
	}{
		"sixteen digits, ten of them before the point": {"mass", "1234567890.123456", true},
		"seventeen digits, eleven before the point":    {"mass", "12345678901.123456", false},
		"zeros at the end up to forty characters":      {"mass", "1." + strings.Repeat("0", 38), true},
		"a text of forty-one characters":               {"mass", "1." + strings.Repeat("0", 39), false},
		"two digits of an amount after the point":      {"amount", "1.25", true},
		"three digits of an amount after the point":    {"amount", "1.255", false},
		"a fraction without whole":                     {"mass", "0.000001", true},
	} {
		t.Run(name, func(t *testing.T) {
			code, problem := types[c.kind].Check(c.text)
			require.Equal(t, c.good, code == "", problem)
		})
	}
	_, err := ParseDecimal("1." + strings.Repeat("0", 38))
	require.NoError(t, err, "forty characters")
	_, err = ParseDecimal("1." + strings.Repeat("0", 39))
	require.Error(t, err, "forty-one")
}

func TestADecimalHasOneDigitBeforeThePointAtLeast(t *testing.T) {
	for digits, want := range map[int]Decimal{0: "123", 1: "12.3", 2: "1.23", 3: "0.123", 4: "0.0123"} {
		require.Equal(t, want, DecimalOf(123, digits))
	}
}

// A mistaken tag of a message is found when the schema is read, not when a message is.
func TestAMistakenTagIsNotRead(t *testing.T) {
	type group struct {
		Text string `json:"text" ncts:"1 text35"`
	}
	read := func(v any) func() {
		return func() { MessageSchema("CC000C", reflect.TypeOf(v), Phase5) }
	}
	require.NotPanics(t, read(struct {
		Group group  `json:"group" ncts:"Group 1"`
		Leaf  string `json:"leaf" ncts:"Leaf 0..1 text35"`
	}{}))
	require.PanicsWithValue(t, "tag of .Leaf cannot be read", read(struct {
		Leaf string `json:"leaf" ncts:"Leaf 1 text36"`
	}{}), "a simple type that there is not")
	require.PanicsWithValue(t, "tag of .Leaf cannot be read", read(struct {
		Leaf string `json:"leaf" ncts:"Leaf 1 1 text35"`
	}{}), "a word too many")
	require.PanicsWithValue(t, "tag of .Leaf cannot be read", read(struct {
		Leaf string `json:"leaf" ncts:"text35"`
	}{}), "no occurrences")
	require.PanicsWithValue(t, "tag of .Group cannot be read", read(struct {
		Group group `json:"group" ncts:"Group 1 text35"`
	}{}), "a simple type of a group")
}

func TestTheLargestDocumentIsRead(t *testing.T) {
	document := []byte(`{"transitOperation":{"lrn":"LRN1"}}`)
	padded := append(document, strings.Repeat(" ", MaxSTDBytes-len(document))...)
	s, err := DecodeSTD(padded)
	require.NoError(t, err)
	require.Equal(t, "LRN1", s.TransitOperation.LRN)
	_, err = DecodeSTD(append(padded, ' '))
	require.ErrorContains(t, err, "larger than")
}

func TestWhatAnotherWritingLeavesOutIsFound(t *testing.T) {
	object := func(v any) map[string]any { return map[string]any{"a/b": v} }
	for name, c := range map[string]struct {
		before, after any
		pointer       string
	}{
		"nothing":                  {object([]any{"x", 1.0}), object([]any{"x", 1.0}), ""},
		"a field":                  {object(1.0), map[string]any{}, "/a~1b"},
		"a whole object":           {object(1.0), nil, "/a~1b"},
		"the end of a list":        {object([]any{"x", "y"}), object([]any{"x"}), "/a~1b/1"},
		"a whole list":             {[]any{"x"}, []any{}, "/0"},
		"a field inside of a list": {[]any{"x", object(1.0)}, []any{"x", map[string]any{}}, "/1/a~1b"},
	} {
		pointer, lost := lostPart(c.before, c.after)
		require.Equal(t, c.pointer, pointer, name)
		require.Equal(t, c.pointer != "", lost, name)
	}
}

func TestASignatureAmongTheSectionsIsPassedOver(t *testing.T) {
	s := &STD{TransitOperation: TransitOperation{LRN: "LRN1"}, Consignment: Consignment{GrossMass: "5"}}
	sections, err := s.Sections()
	require.NoError(t, err)
	signed := append([]Section{{Name: SectionSignature, Content: []byte(`"x"`)}}, sections...)
	merged, err := MergeSections(signed)
	require.NoError(t, err)
	require.Equal(t, s, merged)
	joined, err := JoinSections(signed)
	require.NoError(t, err)
	require.Equal(t, s, joined)
}
