package transit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
)

// The examples of RFC 8785, as far as they have no numbers but integers: others are refused.
func TestCanonicalFormIsThatOfRFC8785(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"section 3.2.2": {
			`{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
			`{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		},
		"section 3.2.3": {
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",` +
				`"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			`{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis",` +
				`"€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`,
		},
		"appendix B, integers": {`[0, 9007199254740991, -9007199254740991]`, `[0,9007199254740991,-9007199254740991]`},
		"nested objects, each sorted": {
			`{"b":{"z":1,"a":{"y":2,"x":[{"d":3,"c":4}]}},"a":""}`, `{"a":"","b":{"a":{"x":[{"c":4,"d":3}],"y":2},"z":1}}`,
		},
	} {
		got, err := transit.Canonical(json.RawMessage(c.text))
		require.NoError(t, err, name)
		require.Equal(t, c.want, string(got), name)
	}
	for _, number := range []string{
		"-0", "5e-324", "1.7976931348623157e308", "9007199254740992", "-9007199254740992", "295147905179352830000", "9.999999999999997e22",
		"333333333.33333329", "1E30", "4.50", "2e-3", "0.000000000000000000000000001",
	} {
		_, err := transit.Canonical(json.RawMessage(`[` + number + `]`))
		require.Error(t, err, number)
	}
}

func TestWhatIsSignedIsWhatIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSTD(t)
		before, err := transit.Canonical(s)
		require.NoError(t, err)
		signed, err := transit.SignedContent(s)
		require.NoError(t, err)
		after, err := transit.Canonical(s)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after), "the document keeps its access codes")

		sections, err := s.WithoutAccessCodes().Sections()
		require.NoError(t, err)
		signature, err := transit.NewSignatureSection([]byte("header..value"))
		require.NoError(t, err)
		joined, err := transit.JoinSections(append(sections, signature))
		require.NoError(t, err)
		read, err := transit.SignedContent(joined)
		require.NoError(t, err)
		require.Equal(t, string(signed), string(read))
		require.NotContains(t, string(read), "accessCode")
	})
}

func TestTheSignatureIsASectionBesideThoseOfTheDocument(t *testing.T) {
	sections, err := minimalSTD().Sections()
	require.NoError(t, err)
	jws, err := transit.SignatureOf(sections)
	require.NoError(t, err)
	require.Nil(t, jws)

	section, err := transit.NewSignatureSection([]byte("header..value"))
	require.NoError(t, err)
	jws, err = transit.SignatureOf(append(sections, section))
	require.NoError(t, err)
	require.Equal(t, "header..value", string(jws))
	_, err = transit.JoinSections(append(sections[1:], section))
	require.Error(t, err, "it stands for no section of the document")
	part, err := transit.MergeSections([]transit.Section{sections[0], section})
	require.NoError(t, err)
	require.Equal(t, minimalSTD().TransitOperation, part.TransitOperation)

	for _, content := range []string{`{}`, `{"jws":""}`, `[]`, `{`} {
		_, err := transit.SignatureOf([]transit.Section{{Name: transit.SectionSignature, Content: json.RawMessage(content)}})
		require.Error(t, err, content)
	}
	_, err = transit.NewSignatureSection([]byte{0xff})
	require.Error(t, err)
	require.True(t, transit.IsSigned([]transit.SectionDigest{{Name: transit.SectionGeneral}, {Name: transit.SectionSignature}}))
	require.False(t, transit.IsSigned([]transit.SectionDigest{{Name: transit.SectionGeneral}}))
}
