package genesis

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

func pilot(t *testing.T) *topology.Topology {
	t.Helper()
	loaded, err := topology.Load("../topology.yaml")
	require.NoError(t, err)
	return loaded
}

func TestTheConfigurationIsTheOneTheChannelWasMeasuredWith(t *testing.T) {
	got, err := Config(pilot(t), material.Net("/net"), pilot(t).Plan(0))
	require.NoError(t, err)
	file := filepath.Join("testdata", "configtx.yaml")
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestPoliciesAskForPeersAndNeverForMembersToEndorse(t *testing.T) {
	text, err := Config(pilot(t), material.Net("/net"), pilot(t).Plan(0))
	require.NoError(t, err)
	var config map[string]any
	require.NoError(t, yaml.Unmarshal(text, &config))
	endorsements := 0
	walk(config, func(key string, value any) {
		if key == "Endorsement" || key == "LifecycleEndorsement" {
			endorsements++
			require.NotContains(t, value.(map[string]any)["Rule"], "member")
		}
	})
	require.Equal(t, 2+len(pilot(t).Organisations), endorsements)
}

func walk(node any, visit func(key string, value any)) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			visit(key, value)
			walk(value, visit)
		}
	case []any:
		for _, value := range node {
			walk(value, visit)
		}
	}
}

func TestTheMajorityIsOfCustomsPeersOnly(t *testing.T) {
	require.Equal(t, "OutOf(2, 'CNMSP.peer', 'KZMSP.peer', 'KGMSP.peer')", Majority(pilot(t)))
	four := pilot(t)
	four.Organisations = append(four.Organisations, topology.Organisation{Name: "UZ", MSP: "UZMSP", Kind: topology.Customs})
	require.True(t, strings.HasPrefix(Majority(four), "OutOf(3, "), "two of four is not more than half")
}

func TestWithoutTheOthersMaterialTheMissingMembersAreNamed(t *testing.T) {
	net := material.Net(t.TempDir())
	require.Equal(t, []string{"CN", "KZ", "KG", "CGM", "CAREC"}, Missing(pilot(t), net))
	require.NoError(t, material.WriteFile(filepath.Join(net.Organisation("CGM").PublicMSP(), "config.yaml"), nil))
	require.Equal(t, []string{"CN", "KZ", "KG", "CAREC"}, Missing(pilot(t), net))
}

func TestABlockThatStandsIsNeverMadeAnew(t *testing.T) {
	net := material.Net(t.TempDir())
	require.NoError(t, material.WriteFile(net.File(File), []byte("the channel's identity")))
	require.NoError(t, Write(t.Context(), "/no/such/program", pilot(t), net, pilot(t).Plan(0)))
	text, err := os.ReadFile(net.File(File))
	require.NoError(t, err)
	require.Equal(t, "the channel's identity", string(text))
}

func TestWhatConfigtxgenSaysIsInTheError(t *testing.T) {
	program, err := exec.LookPath("false")
	require.NoError(t, err)
	net := material.Net(t.TempDir())
	require.ErrorContains(t, Write(t.Context(), program, pilot(t), net, pilot(t).Plan(0)), "configtxgen")
	require.NoFileExists(t, net.File(File))
}
