package network

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/formats/national"
	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

func TestAnApplicationBeginsWithTheExampleMappingsAndKeepsItsOwn(t *testing.T) {
	n := &Network{net: material.Net(t.TempDir()), applying: true, topology: &topology.Topology{
		Organisations: []topology.Organisation{{Name: "KZ"}, {Name: "KG"}},
	}}
	kz, kg := n.net.Organisation("KZ").Path("application", "mappings"), n.net.Organisation("KG").Path("application", "mappings")
	require.NoError(t, n.giveMappings(t.Context()))
	require.NoDirExists(t, kz, "a topology that does not ask for them")

	n.topology.Application.ExampleMappings = true
	require.NoError(t, os.MkdirAll(kg, 0o700))
	// An earlier run has broken off here.
	require.NoError(t, os.MkdirAll(kz+".new", 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(kz+".new", "half.yaml"), []byte("name:"), 0o600))
	require.NoError(t, n.giveMappings(t.Context()))
	set, err := national.LoadSet(os.DirFS(kz))
	require.NoError(t, err)
	require.Len(t, set.All(), 3)
	require.NoDirExists(t, kz+".new")
	own, err := os.ReadDir(kg)
	require.NoError(t, err)
	require.Empty(t, own, "what an organisation has is its own")
}
