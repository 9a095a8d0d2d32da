package transit_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

// Two \u escapes make one character only when a high surrogate, D800 to DBFF, stands before a low one, DC00 to DFFF (RFC 8259 section 7).
func TestSurrogatesStandInPairsOnly(t *testing.T) {
	for text, want := range map[string]string{
		`"\ud7ff"`:                   "\ud7ff",
		`"\ue000"`:                   "\ue000",
		`"\ud800\udc00"`:             "\U00010000",
		`"\ud800\udfff"`:             "\U000103ff",
		`"\udbff\udc00"`:             "\U0010fc00",
		`"\udbff\udfff"`:             "\U0010ffff",
		`"\ud83d\ude00\ud83d\ude00"`: "\U0001F600\U0001F600",
		`"\u0041\\u\u0042"`:          `A\uB`,
	} {
		var s string
		require.NoError(t, transit.DecodeStrict([]byte(text), &s), text)
		require.Equal(t, want, s, text)
	}
	for text, at := range map[string]string{
		`"\ud800"`:          "at byte 1",
		`"\udbff"`:          "at byte 1",
		`"\udc00"`:          "at byte 1",
		`"\udfff"`:          "at byte 1",
		`"ab\ud800 \udc00"`: "at byte 3",
		`"\ud800\udbff"`:    "at byte 1",
		`"\ud800\ue000"`:    "at byte 1",
		`"\udc00\udc00"`:    "at byte 1",
		`"\udc00\ud800"`:    "at byte 1",
		`"\ud800\n"`:        "at byte 1",
		`"\ud800xudc00"`:    "at byte 1",
		`"\ud800`:           "at byte 1",
	} {
		var s string
		var refused *transit.DecodeError
		require.ErrorAs(t, transit.DecodeStrict([]byte(text), &s), &refused, text)
		require.Contains(t, refused.Msg, "lone surrogate", text)
		require.Contains(t, refused.Msg, at, text)
	}
}

// Wherever a text is cut off, it is refused and never read beyond its end.
func TestATextCutOffAnywhereIsRefused(t *testing.T) {
	const text = `"a\"\ud83d\ude00\u0041\\"`
	var s string
	require.NoError(t, transit.DecodeStrict([]byte(text), &s))
	require.Equal(t, "a\"\U0001F600A\\", s)
	for n := range len(text) {
		var refused *transit.DecodeError
		require.ErrorAs(t, transit.DecodeStrict([]byte(text[:n]), &s), &refused, text[:n])
	}
}

// evenNumber decodes itself and takes even numbers only.
type evenNumber int64

func (e *evenNumber) UnmarshalJSON(data []byte) error {
	var n int64
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	if n%2 != 0 {
		return errors.New("odd")
	}
	*e = evenNumber(n)
	return nil
}

func TestARefusalOfAValuesOwnDecoderCarriesThePointer(t *testing.T) {
	var v struct {
		Pairs []evenNumber `json:"pairs"`
	}
	require.NoError(t, transit.DecodeStrict([]byte(`{"pairs":[2,4]}`), &v))
	require.Equal(t, []evenNumber{2, 4}, v.Pairs)
	var refused *transit.DecodeError
	require.ErrorAs(t, transit.DecodeStrict([]byte(`{"pairs":[2,3]}`), &v), &refused)
	require.Equal(t, transit.DecodeError{Pointer: "/pairs/1", Msg: "odd"}, *refused)
}
