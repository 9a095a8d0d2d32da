package guard_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/transit"
)

func door(t *testing.T) *fakeledger.Client {
	t.Helper()
	g, err := guard.New([]guard.Function{
		{Name: "echo:Say", Handle: func(_ shim.ChaincodeStubInterface, arg []byte) ([]byte, error) { return arg, nil }},
		{
			Name: "echo:Whisper", Transient: []string{"secret"},
			Handle: func(shim.ChaincodeStubInterface, []byte) ([]byte, error) { return nil, nil },
		},
		{Name: "echo:Panic", Handle: func(shim.ChaincodeStubInterface, []byte) ([]byte, error) { panic("secret content") }},
		{
			Name: "echo:Fail", Handle: func(shim.ChaincodeStubInterface, []byte) ([]byte, error) { return nil, errors.New("secret content") },
		},
		{Name: "echo:Refuse", Handle: func(shim.ChaincodeStubInterface, []byte) ([]byte, error) {
			return nil, transit.Faultf(transit.Stale, "too late").At("/x")
		}},
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	l, err := fakeledger.New(g, fakeledger.Config{Orgs: []string{"AMSP"}})
	require.NoError(t, err)
	return l.Client("AMSP", "somebody")
}

func refusal(t *testing.T, err error) *transit.Fault {
	t.Helper()
	var e *fakeledger.ChaincodeError
	require.ErrorAs(t, err, &e)
	f, ok := transit.ParseFault(e.Error())
	require.True(t, ok, e.Message)
	require.Equal(t, f.Code.Status(), e.Status)
	return f
}

func TestDoorLetsThrough(t *testing.T) {
	out, err := door(t).Evaluate("echo:Say", `{"a":"b"}`)
	require.NoError(t, err)
	require.JSONEq(t, `{"a":"b"}`, string(out))
	_, err = door(t).With(fakeledger.Transient(map[string][]byte{"secret": []byte("x")})).Evaluate("echo:Whisper", "{}")
	require.NoError(t, err)
}

func TestDoorRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		function string
		args     []string
		options  []fakeledger.CallOption
		want     transit.Code
	}{
		"another spelling of the case": {"echo:say", []string{"{}"}, nil, transit.UnknownFunction},
		"an unknown function":          {"echo:Shout", []string{"{}"}, nil, transit.UnknownFunction},
		"the metadata contract":        {"org.hyperledger.fabric:GetMetadata", nil, nil, transit.UnknownFunction},
		"an empty name":                {"", []string{"{}"}, nil, transit.UnknownFunction},
		"no argument":                  {"echo:Say", nil, nil, transit.MalformedRequest},
		"a surplus argument":           {"echo:Say", []string{"{}", "{}"}, nil, transit.MalformedRequest},
		"a huge argument":              {"echo:Say", []string{strings.Repeat("x", guard.MaxArgument+1)}, nil, transit.TooLarge},
		"bytes that are not UTF-8":     {"echo:Say", []string{"\xff\xfe"}, nil, transit.MalformedRequest},
		"a transient map where none belongs": {
			"echo:Say", []string{"{}"},
			[]fakeledger.CallOption{fakeledger.Transient(map[string][]byte{"secret": nil})}, transit.MalformedRequest,
		},
		"an unknown transient entry": {
			"echo:Whisper", []string{"{}"},
			[]fakeledger.CallOption{fakeledger.Transient(map[string][]byte{"Secret": nil})}, transit.MalformedRequest,
		},
		"a huge transient map": {
			"echo:Whisper", []string{"{}"},
			[]fakeledger.CallOption{fakeledger.Transient(map[string][]byte{"secret": make([]byte, guard.MaxTransient+1)})}, transit.TooLarge,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := door(t).With(c.options...).Evaluate(c.function, c.args...)
			require.Equal(t, c.want, refusal(t, err).Code)
		})
	}
}

func TestDoorKeepsWhatFailsInside(t *testing.T) {
	for _, function := range []string{"echo:Panic", "echo:Fail"} {
		_, err := door(t).Evaluate(function, "{}")
		f := refusal(t, err)
		require.Equal(t, transit.Internal, f.Code)
		require.NotContains(t, f.Wire(), "secret", "what happened inside is not told")
	}
	_, err := door(t).Evaluate("echo:Refuse", "{}")
	f := refusal(t, err)
	require.Equal(t, transit.Stale, f.Code)
	require.Equal(t, "/x", f.Pointer)
}

func TestListOfFunctionsHasNoDoubles(t *testing.T) {
	f := guard.Function{Name: "a:B", Handle: func(shim.ChaincodeStubInterface, []byte) ([]byte, error) { return nil, nil }}
	_, err := guard.New([]guard.Function{f, f}, slog.New(slog.DiscardHandler))
	require.Error(t, err)
	_, err = guard.New([]guard.Function{{Name: "a:B"}}, slog.New(slog.DiscardHandler))
	require.Error(t, err)
}
