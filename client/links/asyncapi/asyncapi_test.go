package asyncapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/links/asyncapi"
	"carec.example/cats/client/links/event"
)

// update rewrites the document: go test ./client/links/asyncapi -update.
var update = flag.Bool("update", false, "rewrite the document in the tree")

const file = "asyncapi.json"

func TestTheDocumentInTheTreeIsThatOfTheTypes(t *testing.T) {
	made, err := asyncapi.Document()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(file, made, 0o600))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), string(made))
}

// Every reference leads somewhere.
func TestReferencesResolve(t *testing.T) {
	made, err := asyncapi.Document()
	require.NoError(t, err)
	var root any
	require.NoError(t, json.Unmarshal(made, &root))
	seen := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if to, ok := v["$ref"].(string); ok {
				seen++
				at := root
				for _, part := range strings.Split(strings.TrimPrefix(to, "#/"), "/") {
					at = at.(map[string]any)[part]
				}
				require.NotNil(t, at, to)
			}
			for _, c := range v {
				walk(c)
			}
		case []any:
			for _, c := range v {
				walk(c)
			}
		}
	}
	walk(root)
	require.Greater(t, seen, 100)
}

// What is sent is what is described: each event is valid as its own message, and none as another's.
func TestEventsAreValidAfterTheDocument(t *testing.T) {
	made, err := asyncapi.Document()
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(made))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	require.NoError(t, compiler.AddResource("mem:events.json", document))
	schema := func(at string) *jsonschema.Schema {
		s, err := compiler.Compile("mem:events.json#/components/" + at)
		require.NoError(t, err)
		return s
	}
	valid := func(s *jsonschema.Schema, v any) error {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		require.NoError(t, err)
		return s.Validate(instance)
	}
	released := schema("messages/movement.released/payload")
	for _, k := range event.Types() {
		step := transit.EventStep{
			Record: k.Record, ID: "I", MRN: "M", Seq: 1, Step: k.Step, From: transit.Accepted, To: transit.Released, Custodian: "CNMSP", By: "CNMSP",
			Office: "CNURM001", Change: &transit.Money{Minor: -5, Currency: "EUR"},
		}
		tx := &cats.Event{BlockNumber: 3, TransactionID: "5f", Payload: transit.EventPayload{V: 1, Steps: []transit.EventStep{step}}}
		e := event.Of("transit", tx)[0]
		require.NoError(t, valid(schema("messages/"+k.Name+"/payload"), e), k.Name)
		require.Equal(t, k.Name == "movement.released", valid(released, e) == nil, k.Name)
		require.NoError(t, valid(schema("schemas/Stream"), event.Stream{Block: 3, Transaction: "5f", Steps: tx.Payload.Steps}))
	}
	require.Error(t, valid(released, map[string]any{"specversion": "1.0"}))
}
