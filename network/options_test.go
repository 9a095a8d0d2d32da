package network

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/cats"
	"carec.example/cats/network/supervisor"
	"carec.example/cats/network/topology"
)

func offset(n int) *int { return &n }

func opened(t *testing.T, options Options) *Network {
	t.Helper()
	n, err := Open(options)
	require.NoError(t, err)
	return n
}

func TestANetworkRemembersItsPortOffset(t *testing.T) {
	home := t.TempDir()
	n := opened(t, Options{Home: home, Offset: offset(1000)})
	require.Equal(t, 18000, n.Ports("CN").Peer)
	require.NoError(t, n.state.write(n.net))
	require.Equal(t, 18000, opened(t, Options{Home: home}).Ports("CN").Peer, "asked for nothing")
	require.Equal(t, 18000, opened(t, Options{Home: home, Offset: offset(1000)}).Ports("CN").Peer, "asked for the same")
	_, err := Open(Options{Home: home, Offset: offset(2000)})
	require.ErrorContains(t, err, "stands at port offset 1000 and cannot move to 2000")
}

func TestAnOffsetBeyondTheLastPortIsRefused(t *testing.T) {
	_, err := Open(Options{Home: t.TempDir(), Offset: offset(48600)})
	require.ErrorContains(t, err, "too large")
}

func TestAChannelDoesNotOutliveAChangeOfItsMembers(t *testing.T) {
	home := t.TempDir()
	n := opened(t, Options{Home: home})
	require.NoError(t, n.state.write(n.net))
	text, err := os.ReadFile("topology.yaml")
	require.NoError(t, err)
	file := filepath.Join(home, "topology.yaml")
	rewrite := func(old, changed string) {
		require.Contains(t, string(text), old)
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), old, changed, 1)), 0o600))
	}
	rewrite("name: Dostyk", "name: Dostyk station")
	opened(t, Options{Home: home, Topology: file})
	rewrite("msp: KGMSP", "msp: KyrgyzMSP")
	_, err = Open(Options{Home: home, Topology: file})
	require.ErrorContains(t, err, "have changed since the channel was made")
	rewrite("interval: 100ms", "interval: 200ms")
	_, err = Open(Options{Home: home, Topology: file})
	require.ErrorContains(t, err, "have changed since the channel was made")
}

func TestUpRefusesATakenPortAndNamesWhatWantsIt(t *testing.T) {
	n := opened(t, Options{Home: t.TempDir(), FreePorts: true})
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", topology.Address(topology.Loopback, n.Ports("KG").Orderer))
	require.NoError(t, err)
	defer listener.Close()
	err = n.checkPorts(t.Context())
	require.ErrorContains(t, err, listener.Addr().String()+", wanted by KG orderer: already in use")
	require.ErrorContains(t, err, "nothing was started")
}

func TestTwoProgramsDoNotBringUpOneFolderAtOnce(t *testing.T) {
	n := opened(t, Options{Home: t.TempDir()})
	release, err := n.lock()
	require.NoError(t, err)
	_, err = n.lock()
	require.ErrorContains(t, err, "another program is bringing up the network")
	release()
	release, err = n.lock()
	require.NoError(t, err)
	release()
}

func TestOnlyKnownOrganisationsCanBeBroughtUpAlone(t *testing.T) {
	_, err := Open(Options{Home: t.TempDir(), Only: []string{"UZ"}})
	require.ErrorContains(t, err, `no organisation "UZ"`)
	n := opened(t, Options{Home: t.TempDir(), Only: []string{"KZ", "CGM"}})
	require.Equal(t, "KZ, CGM", names(n.here()))
}

func TestTheStateOfALaterProgramIsNotTouched(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "net"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, "net", "network.json"), []byte(`{"version":2}`), 0o600))
	_, err := Open(Options{Home: home})
	require.ErrorContains(t, err, "version 2, this program reads 1")
}

func TestFurtherChaincodesGetTheirOwnPortsUntilThereAreNoneLeft(t *testing.T) {
	s := &state{}
	for i := range topology.Slots / 2 {
		c, err := s.take(chain{Name: fmt.Sprint("chaincode", i), PackageID: "a"})
		require.NoError(t, err)
		require.Equal(t, 2*i, c.Slot)
	}
	_, err := s.take(chain{Name: "more", PackageID: "a"})
	require.ErrorContains(t, err, "no ports left")
}

func TestProgramsOfOneNameTakeTurnsAndTheOldOneStaysUntilTheNewOneIsCommitted(t *testing.T) {
	s := &state{}
	take := func(id string) chain {
		c, err := s.take(chain{Name: "cats", PackageID: id})
		require.NoError(t, err)
		return *c
	}
	first := take("first")
	s.promote(first, 1)
	require.Equal(t, 0, first.Slot)
	require.Equal(t, 1, take("second").Slot)
	third := take("third")
	require.Equal(t, 1, third.Slot, "the second was never committed and makes room")
	require.Len(t, s.Chains, 2)
	require.Equal(t, "first", s.committed("cats").PackageID)
	s.promote(third, 2)
	require.Len(t, s.Chains, 1)
	require.Equal(t, "third", s.committed("cats").PackageID)
	require.EqualValues(t, 2, take("third").Sequence, "what stands is found again")
	require.Equal(t, 0, take("fourth").Slot)
}

func TestAProgramIsKeptUnderItsDigest(t *testing.T) {
	n := opened(t, Options{Home: t.TempDir()})
	binary := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(binary, []byte("one"), 0o700))
	first, content, err := n.prepare(Deployment{Name: "cats", Version: "1.0", Binary: binary})
	require.NoError(t, err)
	require.NotEmpty(t, content)
	require.Equal(t, "OutOf(2, 'CNMSP.peer', 'KZMSP.peer', 'KGMSP.peer')", first.Policy)
	require.True(t, strings.HasPrefix(first.Version, "1.0+"), first.Version)
	require.NoError(t, os.WriteFile(binary, []byte("two"), 0o700))
	second, _, err := n.prepare(Deployment{Name: "cats", Version: "1.0", Binary: binary})
	require.NoError(t, err)
	require.NotEqual(t, first.PackageID, second.PackageID)
	text, err := os.ReadFile(n.program(first.Program))
	require.NoError(t, err)
	require.Equal(t, "one", string(text), "what runs is not what was built since")
	info, err := os.Stat(n.program(first.Program))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestNamesOfNodesAndOthersIdentitiesAreNotIssued(t *testing.T) {
	n := opened(t, Options{Home: t.TempDir()})
	n.remember("CN", topology.Identity{Name: "cn-officer-new", Role: topology.Officer, Office: "CNHRS001"})
	for name, want := range map[string]string{
		"peer": "name of a node", "peer-2": "name of a node", "kz-officer-korday": "other particulars", "cn-officer-new": "was issued by CN",
	} {
		identity := topology.Identity{Name: name, Role: topology.Officer, Office: "KZALA001"}
		require.ErrorContains(t, n.freeName("KZ", identity), want)
	}
	require.NoError(t, n.freeName("KZ", topology.Identity{Name: "kz-officer-new", Role: topology.Officer, Office: "KZALA001"}))
}

func TestDownAndStatusOfANetworkThatDoesNotRun(t *testing.T) {
	home := t.TempDir()
	ran, err := Down(t.Context(), Options{Home: home})
	require.NoError(t, err)
	require.False(t, ran)
	_, err = Attach(t.Context(), Options{Home: home})
	require.ErrorIs(t, err, supervisor.ErrNotRunning)
	require.NoError(t, Purge(t.Context(), Options{Home: home}))
}

func TestTheProfileNamesOnlyIdentitiesThatExistWithPathsRelativeToIt(t *testing.T) {
	n := opened(t, Options{Home: t.TempDir()})
	require.Empty(t, n.Profile().Identities)
	pair := n.net.Organisation("KZ").Identity("kz-officer-korday")
	require.NoError(t, os.MkdirAll(string(pair), 0o700))
	require.NoError(t, os.WriteFile(pair.Certificate(), nil, 0o600))
	require.NoError(t, n.writeProfile())
	p := n.Profile()
	require.Equal(t, cats.IdentityProfile{
		Organisation: "KZ", Role: "officer", Office: "KZKOR001",
		Certificate:    "organisations/KZ/identities/kz-officer-korday/certificate.pem",
		Key:            "organisations/KZ/identities/kz-officer-korday/key.pem",
		TLSCertificate: "organisations/KZ/identities/kz-officer-korday/tls-certificate.pem",
		TLSKey:         "organisations/KZ/identities/kz-officer-korday/tls-key.pem",
	}, p.Identities["kz-officer-korday"])
	admin := n.net.Organisation("KZ").Identity("kz-admin")
	require.NoError(t, os.MkdirAll(string(admin), 0o700))
	require.NoError(t, os.WriteFile(admin.Certificate(), nil, 0o600))
	require.EqualValues(t, "administrator", n.Profile().Identities["kz-admin"].Role, "as the ledger names it")
	require.Equal(t, []cats.PeerProfile{{Name: "kz-peer", Address: "127.0.0.1:17020", ServerName: "127.0.0.1"}}, p.Organisations["KZ"].Peers)
	require.Empty(t, p.Organisations["CGM"].Country)
}

// A second peer is entered in the file of a network that stands: nothing that the channel was made from has changed.
func TestASecondPeerComesAndGoesWithoutTheChannel(t *testing.T) {
	home := t.TempDir()
	text, err := os.ReadFile("topology.yaml")
	require.NoError(t, err)
	before, after, ok := strings.Cut(string(text), "msp: KZMSP")
	require.True(t, ok)
	file := filepath.Join(home, "topology.yaml")
	require.NoError(t, os.WriteFile(file, []byte(before+"msp: KZMSP\n    further-peers: [{host: peer2.kz.example, listen: 0.0.0.0}]"+after), 0o600))
	alone := opened(t, Options{Home: home})
	require.NoError(t, alone.state.write(alone.net))

	n := opened(t, Options{Home: home, Topology: file})
	require.Equal(t, alone.state.Structure, n.state.Structure)
	require.Equal(t, []cats.PeerProfile{
		{Name: "kz-peer", Address: "127.0.0.1:17020", ServerName: "127.0.0.1"},
		{Name: "kz-peer-2", Address: "peer2.kz.example:17038", ServerName: "peer2.kz.example"},
	}, n.Profile().Organisations["KZ"].Peers)
	path, err := n.LogPath("kz-peer-2")
	require.NoError(t, err)
	require.Equal(t, "peer-2.log", filepath.Base(path))
	_, err = alone.LogPath("kz-peer-2")
	require.Error(t, err)
	require.Contains(t, n.metrics()["kz-peer-2"].Metrics, ":17039/")
}

func TestLogsAreFoundByProcessName(t *testing.T) {
	n := opened(t, Options{Home: t.TempDir()})
	n.state.Chains = []chain{{Name: "cats"}, {Name: "noop", Slot: 2}}
	for name, file := range map[string]string{
		"kz-peer": "peer.log", "kz-orderer": "orderer.log", "kz-chaincode": "kz-chaincode.log", "kz-chaincode-noop": "kz-chaincode-noop.log",
		"supervisor": "supervisor.log",
	} {
		path, err := n.LogPath(name)
		require.NoError(t, err)
		require.Equal(t, file, filepath.Base(path))
	}
	_, err := n.LogPath("kz-nobody")
	require.ErrorContains(t, err, "cgm-chaincode")
}
