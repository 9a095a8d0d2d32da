package transit_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

type strictHeader struct {
	ID string `json:"id,omitempty"`
}

type strictSample struct {
	strictHeader
	Name   string            `json:"name,omitempty"`
	Count  int8              `json:"count,omitempty"`
	Size   uint16            `json:"size,omitempty"`
	Flag   bool              `json:"flag,omitempty"`
	List   []strictSample    `json:"list,omitempty"`
	Map    map[string]string `json:"map,omitempty"`
	Raw    json.RawMessage   `json:"raw,omitempty"`
	Next   *strictSample     `json:"next,omitempty"`
	Bytes  []byte            `json:"bytes,omitempty"`
	Hidden string            `json:"-"`
}

func TestStrictDecodingRefuses(t *testing.T) {
	tests := []struct{ name, text, pointer, reason string }{
		{"nothing", ``, "", "ends too early"},
		{"an unknown field", `{"list":[{},{"nome":"x"}]}`, "/list/1/nome", "unknown field"},
		{"a field in another case", `{"Name":"x"}`, "/Name", "unknown field"},
		{"a field without a name in JSON", `{"Hidden":"x"}`, "/Hidden", "unknown field"},
		{"a duplicate field", `{"name":"x","name":"y"}`, "/name", "given twice"},
		{"a duplicate field behind an escape", `{"name":"x","n\u0061me":"y"}`, "/name", "given twice"},
		{"a duplicate key of a map", `{"map":{"a/b~":"x","a/b~":"y"}}`, "/map/a~1b~0", "given twice"},
		{"a case-variant key of a map", `{"map":{"k":"x","\u212a":"y"}}`, "/map/\u212a", "given twice"},
		{"a duplicate inside raw content", `{"raw":{"a":1,"a":2}}`, "/raw/a", "given twice"},
		{"trailing data", `{"name":"x"} {}`, "", "after the end"},
		{"trailing text", `{"name":"x"}x`, "", "after the end"},
		{"invalid UTF-8", "{\"name\":\"\xff\"}", "", "UTF-8"},
		{"a lone high surrogate", `{"name":"\ud83dx"}`, "/name", "surrogate"},
		{"a lone low surrogate", `{"name":"\ude00"}`, "/name", "surrogate"},
		{"two high surrogates", `{"name":"\ud83d\ud83d"}`, "/name", "surrogate"},
		{"a fraction", `{"count":1.0}`, "/count", "not an integer"},
		{"an exponent", `{"count":1e1}`, "/count", "not an integer"},
		{"negative zero", `{"count":-0}`, "/count", "not an integer"},
		{"a leading zero", `{"count":01}`, "/count", "not an integer"},
		{"a number out of the range of its field", `{"count":128}`, "/count", "out of range"},
		{"a negative size", `{"size":-1}`, "/size", "out of range"},
		{"an integer beyond 2^53-1", `{"raw":9007199254740992}`, "/raw", "not an integer"},
		{"null", `{"next":null}`, "/next", "null"},
		{"a number for a text", `{"name":1}`, "/name", "expected a text, found a number"},
		{"a text for a number", `{"count":"1"}`, "/count", "expected a number, found a text"},
		{"a list for an object", `{"next":[]}`, "/next", "expected an object, found a list"},
		{"an object for a list", `{"list":{}}`, "/list", "expected a list, found an object"},
		{"a truth value for a text", `{"name":true}`, "/name", "expected a text"},
		{"a text that does not end", `{"name":"x`, "/name", "does not end"},
		{"a text that ends in a backslash", `{"name":"x\`, "/name", "does not end"},
		{"a line break in a text", "{\"name\":\"a\nb\"}", "/name", "control character"},
		{"an unknown escape", `{"name":"\x"}`, "/name", "not a JSON string"},
		{"a trailing comma", `{"name":"x",}`, "", "name of a field"},
		{"a trailing comma in a list", `{"list":[{},]}`, "/list/1", "no JSON value"},
		{"an object that does not end", `{"name":"x"`, "", "expected ','"},
		{"bytes that are not base64", `{"bytes":"%"}`, "", "base64"},
		{"33 levels", strings.Repeat(`{"next":`, 32) + `{}` + strings.Repeat(`}`, 32), strings.Repeat("/next", 32), "deeper than 32"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var v strictSample
			err := transit.DecodeStrict([]byte(test.text), &v)
			var refused *transit.DecodeError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, test.pointer, refused.Pointer)
			require.Contains(t, refused.Msg, test.reason)
			require.Contains(t, refused.Error(), refused.Msg)
		})
	}
	require.Error(t, transit.DecodeStrict([]byte(`{}`), strictSample{}), "not a pointer")
	require.Error(t, transit.DecodeStrict([]byte(`{}`), nil))
}

func TestStrictDecodingAccepts(t *testing.T) {
	var v strictSample
	text := ` {"id":"7","name":"\ud83d\ude00 \\u","count":-128,"size":65535,"flag":true,"list":[{"name":"/"}],"map":{"a":"b"},` +
		`"raw":[{"any":[true,{}]},-5,"x"],"next":{"count":5},"bytes":"AAE="}` + "\n"
	require.NoError(t, transit.DecodeStrict([]byte(text), &v))
	require.Equal(t, "7", v.ID)
	require.Equal(t, `😀 \u`, v.Name)
	require.EqualValues(t, -128, v.Count)
	require.Equal(t, []byte{0, 1}, v.Bytes)
	require.NoError(t, transit.DecodeStrict([]byte(strings.Repeat(`{"next":`, 31)+`{}`+strings.Repeat(`}`, 31)), &v), "32 levels")
}

func TestCanonicalForm(t *testing.T) {
	tests := []struct {
		name string
		v    any
		want string
	}{
		{"keys in the order of UTF-16 units", map[string]any{"\u20ac": 1, "\r": 2, "1": 3, "\U0001f600": 4, "\ufb33": 5, "ö": 6},
			"{\"\\r\":2,\"1\":3,\"ö\":6,\"€\":1,\"😀\":4,\"\ufb33\":5}"},
		{"only the escapes that are needed", "\u2028<>&\u007f\x1f\b\f\n\r\t\"\\/", "\"\u2028<>&\u007f\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\""},
		{"no blanks", json.RawMessage(`{ "b" : [ 1 , true, null ] , "a" : { } }`), `{"a":{},"b":[1,true,null]}`},
		{"the largest integer", int64(1<<53 - 1), `9007199254740991`},
		{"a replacement character that was written", "\ufffd", "\"\ufffd\""},
		{"a text that looks like the escape of one", `\ufffd`, `"\\ufffd"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := transit.Canonical(test.v)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
		})
	}
	for name, v := range map[string]any{
		"a fraction": 1.5, "an exponent": json.RawMessage(`1e2`), "beyond 2^53-1": int64(1 << 53), "invalid UTF-8": "a\xff",
		"duplicates": json.RawMessage(`{"a":1,"a":2}`), "a function": func() {}, "infinity": math.Inf(1),
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := transit.Canonical(v)
			require.Error(t, err)
		})
	}
}

func FuzzDecodeStrict(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x","list":[{"count":1}],"map":{"a":"b"},"raw":[1,"\ud83d\ude00"],"bytes":"AAE=","next":{"id":"q"}}`,
		`{"name":"\u0000","flag":true,"size":7}`, `[]`, `{"name":"a","NAME":"b"}`, `{"raw":{"x":-0}}`, ``, `"`, `{"name":"\`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v, again strictSample
		if transit.DecodeStrict(data, &v) != nil {
			return
		}
		text, err := transit.Canonical(v)
		require.NoError(t, err, "what is accepted has a canonical form")
		require.NoError(t, transit.DecodeStrict(text, &again), "and is accepted in it")
		second, err := transit.Canonical(again)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, second), "%s\n%s", text, second)
	})
}

func FuzzDecodeSTD(f *testing.F) {
	seed, err := transit.Canonical(minimalSTD())
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte(`{"consignment":{"placeOfLoading":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := transit.DecodeSTD(data)
		if err != nil {
			return
		}
		s.CheckFormat()
		given, err := transit.Canonical(json.RawMessage(data))
		require.NoError(t, err)
		written, err := transit.Canonical(s)
		require.NoError(t, err)
		require.Equal(t, string(given), string(written), "an accepted document is written as it was given")
	})
}
