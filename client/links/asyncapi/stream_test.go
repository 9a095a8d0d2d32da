package asyncapi_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/gateway"
	"carec.example/cats/client/links/event"
)

// What the document says of the gateway's stream is what the gateway sends.
func TestTheStreamIsWhatTheGatewaySends(t *testing.T) {
	type field struct {
		json string
		kind reflect.Type
	}
	fields := func(of reflect.Type) []field {
		out := make([]field, of.NumField())
		for i := range out {
			f := of.Field(i)
			require.True(t, f.IsExported() && !f.Anonymous, f.Name)
			out[i] = field{f.Tag.Get("json"), f.Type}
		}
		return out
	}
	sent := fields(reflect.TypeFor[gateway.Happening]())
	require.NotEmpty(t, sent)
	require.Equal(t, sent, fields(reflect.TypeFor[event.Stream]()))
}
