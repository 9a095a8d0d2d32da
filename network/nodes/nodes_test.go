package nodes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

func site(t *testing.T) (Site, *topology.Organisation) {
	t.Helper()
	loaded, err := topology.Load("../topology.yaml")
	require.NoError(t, err)
	kz, ok := loaded.Organisation("KZ")
	require.True(t, ok)
	return Site{
		Topology: loaded, Plan: loaded.Plan(0), Net: material.Net(t.TempDir()), Root: "/checkout", Bin: "/bin", Builder: "/builder",
		Binary: func(name string) string { return "/bin/" + name },
	}, kz
}

func parsed(t *testing.T, file string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var config map[string]any
	require.NoError(t, yaml.Unmarshal(text, &config))
	return config
}

func at(t *testing.T, config map[string]any, path string) any {
	t.Helper()
	var value any = config
	for _, key := range strings.Split(path, ".") {
		keys, ok := value.(map[string]any)
		require.True(t, ok, path)
		value = keys[key]
	}
	return value
}

// The settings whose defaults cost an outage on the measured network.
func TestThePeersConfigurationKeepsWhatOutagesTaught(t *testing.T) {
	s, kz := site(t)
	spec, err := s.PeerSpec(kz, kz.Peers()[0])
	require.NoError(t, err)
	config := parsed(t, filepath.Join(spec.Folder, "core.yaml"))
	for path, want := range map[string]any{
		"peer.listenAddress": "127.0.0.1:17020", "peer.localMspId": "KZMSP", "vm.endpoint": "",
		"peer.keepalive.minInterval": "5s", "peer.deliveryclient.blockCensorshipTimeoutKey": "5s",
		"peer.deliveryclient.reConnectBackoffThreshold": "5s", "peer.gossip.reconnectInterval": "1s",
		"peer.gossip.pvtData.skipPullingInvalidTransactionsDuringCommit": true, "peer.gossip.pvtData.pullRetryThreshold": "2s",
		"peer.gateway.endorsementTimeout": "3s", "peer.limits.concurrency.gatewayService": 20000,
		"peer.tls.enabled": true, "peer.tls.clientAuthRequired": true, "metrics.provider": "prometheus",
	} {
		require.Equal(t, want, at(t, config, path), path)
	}
	require.Len(t, at(t, config, "peer.handlers.authFilters"), 3)
	require.NotEmpty(t, at(t, config, "ledger.snapshots.rootDir"))
}

func TestTheOrderersConfigurationDemandsClientCertificatesEverywhere(t *testing.T) {
	s, kz := site(t)
	spec, err := s.OrdererSpec(kz)
	require.NoError(t, err)
	require.Equal(t, 2, spec.Number)
	config := parsed(t, filepath.Join(spec.Folder, "orderer.yaml"))
	for path, want := range map[string]any{
		"General.TLS.ClientAuthRequired": true, "Admin.TLS.ClientAuthRequired": true, "General.ListenPort": 17023,
		"General.Keepalive.ServerMinInterval": "5s", "General.BootstrapMethod": "none", "General.Cluster.ReplicationPolicy": "simple",
		"Admin.ListenAddress": "127.0.0.1:17025", "ChannelParticipation.Enabled": true,
	} {
		require.Equal(t, want, at(t, config, path), path)
	}
}

func TestNothingListensBeyondLoopbackUnlessTheTopologySaysSo(t *testing.T) {
	s, kz := site(t)
	kz.Peer = &topology.Node{Host: "peer.kz.example", Listen: "10.0.0.7"}
	peer, err := s.PeerSpec(kz, kz.Peers()[0])
	require.NoError(t, err)
	orderer, err := s.OrdererSpec(kz)
	require.NoError(t, err)
	listens := regexp.MustCompile(`(?i)listenaddress: *"?([^ :"\n]+)`)
	found := map[string]int{}
	for _, file := range []string{filepath.Join(peer.Folder, "core.yaml"), filepath.Join(orderer.Folder, "orderer.yaml")} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range listens.FindAllStringSubmatch(string(text), -1) {
			found[match[1]]++
		}
	}
	require.Equal(t, map[string]int{"10.0.0.7": 1, "127.0.0.1": 5}, found)
	require.Equal(t, "peer.kz.example:17020", peer.Address)
}

// Two peers of one organisation share nothing but the chaincode process, and meet at each other's address.
func TestAFurtherPeerHasFolderPortsAndNameOfItsOwn(t *testing.T) {
	s, kz := site(t)
	alone, err := s.PeerSpec(kz, kz.Peers()[0])
	require.NoError(t, err)
	kz.FurtherPeers = []topology.Node{{Host: "127.0.0.1", Listen: "127.0.0.1"}}
	peers := kz.Peers()
	require.Len(t, peers, 2)
	first, err := s.PeerSpec(kz, peers[0])
	require.NoError(t, err)
	second, err := s.PeerSpec(kz, peers[1])
	require.NoError(t, err)
	require.NotEqual(t, alone.Digest, first.Digest, "it has another one to meet")
	require.Equal(t, []string{"kz-peer", "kz-peer-2"}, []string{first.Name, second.Name})
	require.Equal(t, "127.0.0.1:17038", second.Address)
	require.Contains(t, second.Metrics, ":17039/")
	require.NotEqual(t, first.Folder, second.Folder)
	require.NotEqual(t, first.Log, second.Log)
	config := parsed(t, filepath.Join(second.Folder, "core.yaml"))
	for path, want := range map[string]any{
		"peer.id": "KZ-peer-2", "peer.listenAddress": "127.0.0.1:17038", "peer.gossip.bootstrap": "127.0.0.1:17020 127.0.0.1:17038",
		"peer.gossip.useLeaderElection": false, "peer.gossip.orgLeader": true, "operations.listenAddress": "127.0.0.1:17039",
		"peer.fileSystemPath": filepath.Join(second.Folder, "data"), "peer.mspConfigPath": filepath.Join(second.Folder, "msp"),
	} {
		require.Equal(t, want, at(t, config, path), path)
	}
	require.NoError(t, material.WriteFile(s.Net.Organisation("KZ").Chaincode().TLSCertificate(), []byte("chaincode's")))
	for _, p := range peers {
		certificate := material.Pair(s.Net.Organisation("KZ").Path(p.Name)).TLSCertificate()
		require.NoError(t, material.WriteFile(certificate, []byte(p.Name)))
	}
	require.NoError(t, s.WriteConnections(kz, []Chain{{Label: "cats_1"}}))
	var places map[string]map[string]string
	text, err := os.ReadFile(s.Net.Organisation("KZ").Path("chaincode", "connections-2.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &places))
	require.Equal(t, "127.0.0.1:17030", places["cats_1"]["address"], "one process serves both")
	require.Equal(t, filepath.Join(second.Folder, "tls-key.pem"), places["cats_1"]["client_key_file"])
}

func TestAChangedConfigurationChangesTheDigest(t *testing.T) {
	s, kz := site(t)
	first, err := s.PeerSpec(kz, kz.Peers()[0])
	require.NoError(t, err)
	same, err := s.PeerSpec(kz, kz.Peers()[0])
	require.NoError(t, err)
	require.Equal(t, first, same)
	kz.Peer = &topology.Node{Host: "127.0.0.1", Listen: "0.0.0.0"}
	other, err := s.PeerSpec(kz, kz.Peers()[0])
	require.NoError(t, err)
	require.NotEqual(t, first.Digest, other.Digest)
}

func TestTheChaincodeProcessIsToldWhoItIsAndWhomToTrust(t *testing.T) {
	s, kz := site(t)
	spec := s.ChaincodeSpec(kz, Chain{Name: "cats", Label: "cats_1", PackageID: "cats_1:ab", Binary: "/program", Founding: "/founding.json"})
	require.Equal(t, "kz-chaincode", spec.Name)
	environment := map[string]string{}
	for _, pair := range spec.Environment {
		name, value, _ := strings.Cut(pair, "=")
		environment[name] = value
	}
	require.Equal(t, "cats_1:ab", environment["CHAINCODE_ID"])
	require.Equal(t, "127.0.0.1:17030", environment["CHAINCODE_SERVER_ADDRESS"])
	require.Equal(t, "/founding.json", environment["CATS_FOUNDING"])
	for _, name := range []string{"CHAINCODE_TLS_CERT", "CHAINCODE_TLS_KEY", "CHAINCODE_TLS_CLIENT_CA"} {
		require.True(t, strings.HasPrefix(environment[name], string(s.Net)), name)
	}
	further := s.ChaincodeSpec(kz, Chain{Name: "noop", Slot: 2})
	require.Equal(t, "kz-chaincode-noop", further.Name)
	require.Equal(t, "127.0.0.1:17032", further.Address)
	require.Equal(t, "kz-chaincode-b", s.ChaincodeSpec(kz, Chain{Name: "cats", Slot: 1}).Name)
}

func TestConnectionsAreWrittenPerPackageLabel(t *testing.T) {
	s, kz := site(t)
	certificate := material.Pair(s.Net.Organisation("KZ").Path("peer")).TLSCertificate()
	require.NoError(t, material.WriteFile(certificate, []byte("first certificate")))
	require.NoError(t, material.WriteFile(s.Net.Organisation("KZ").Chaincode().TLSCertificate(), []byte("chaincode's")))
	require.NoError(t, s.WriteConnections(kz, []Chain{{Label: "cats_1"}, {Label: "noop_1", Slot: 1}}))
	text, err := os.ReadFile(s.Net.Organisation("KZ").Path("chaincode", "connections.json"))
	require.NoError(t, err)
	var places map[string]map[string]string
	require.NoError(t, json.Unmarshal(text, &places))
	require.Equal(t, "127.0.0.1:17030", places["cats_1"]["address"])
	require.Equal(t, "127.0.0.1:17031", places["noop_1"]["address"])
	require.NotEmpty(t, places["cats_1"]["client_key_file"])
}

func TestBuildsMadeWithAnEarlierCertificateAreDropped(t *testing.T) {
	s, kz := site(t)
	folder := s.Net.Organisation("KZ")
	certificate := material.Pair(folder.Path("peer")).TLSCertificate()
	build := folder.Path("peer", "data", "externalbuilder", "builds", "cats_1", "build-info.json")
	require.NoError(t, material.WriteFile(certificate, []byte("first certificate")))
	require.NoError(t, material.WriteFile(s.Net.Organisation("KZ").Chaincode().TLSCertificate(), []byte("chaincode's")))
	require.NoError(t, s.WriteConnections(kz, nil))
	require.NoError(t, material.WriteFile(build, nil))
	require.NoError(t, s.WriteConnections(kz, nil))
	require.FileExists(t, build)
	require.NoError(t, material.WriteFile(certificate, []byte("second certificate")))
	require.NoError(t, s.WriteConnections(kz, nil))
	require.NoFileExists(t, build)
}

func TestTheApplicationsCommandIsFilledIn(t *testing.T) {
	s, kz := site(t)
	spec := s.ApplicationSpec(kz)
	require.Equal(t, "/bin/cats", spec.Path)
	require.Equal(t, []string{"serve", "--profile", s.Net.File("profile.json"), "--organisation", "KZ"}, spec.Arguments)
	s.Topology.Application.Command = []string{"tools/app"}
	require.Equal(t, "/checkout/tools/app", s.ApplicationSpec(kz).Path)
	s.Topology.Application.Command = []string{"app"}
	require.Equal(t, "app", s.ApplicationSpec(kz).Path)
}
