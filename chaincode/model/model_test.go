package model_test

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/model"
)

// update rewrites the generated parts of the model: go test ./chaincode/model -update.
var update = flag.Bool("update", false, "rewrite the generated parts of the model")

const file = "transit.pml"

func TestTheModelIsCurrent(t *testing.T) {
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	text, err := model.Update(string(b))
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return
	}
	require.Equal(t, text, string(b), "the procedure has changed: run with -update, then scripts/model")
}
