package topology

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// withPeers is the pilot with a line put after Kazakhstan's peer.
func withPeers(t *testing.T, line string) (*Topology, error) {
	t.Helper()
	text, err := os.ReadFile(pilotFile)
	require.NoError(t, err)
	before, after, ok := strings.Cut(string(text), "msp: KZMSP")
	require.True(t, ok)
	return Parse("test.yaml", []byte(before+"msp: KZMSP\n    "+line+after))
}

func TestAnOrganisationMayHaveASecondPeer(t *testing.T) {
	parsed, err := withPeers(t, "further-peers: [{}]")
	require.NoError(t, err)
	kz, _ := parsed.Organisation("KZ")
	peers := kz.Peers()
	require.Len(t, peers, 2)
	require.Equal(t, Node{Host: "127.0.0.1", Listen: "127.0.0.1"}, *peers[1].Node, "the defaults of every node")
	require.Equal(t, []string{"kz-peer", "kz-peer-2"}, []string{peers[0].Process("KZ"), peers[1].Process("KZ")})
	addresses := map[string]bool{}
	for _, use := range parsed.Plan(0).Uses() {
		require.False(t, addresses[use.Address], "%s is planned twice", use.Address)
		addresses[use.Address] = true
	}
	require.True(t, slices.Contains(parsed.Plan(0).Uses("KZ"), Use{Address: "127.0.0.1:17038", Owner: "KZ peer-2"}))
}

func TestMorePeersThanPortsAreRefused(t *testing.T) {
	_, err := withPeers(t, "further-peers: [{}, {}]")
	require.ErrorContains(t, err, "further-peers: the ports of an organisation have room for 2 peers")
	_, err = withPeers(t, `further-peers: [{host: "peer kz"}]`)
	require.ErrorContains(t, err, "further-peers[0].host")
}
