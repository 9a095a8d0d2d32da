package cats

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestAwait(t *testing.T) {
	ctx := context.Background()

	t.Run("Returns the block, asking another peer when one does not answer", func(t *testing.T) {
		down := &mockPeer{onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return nil, status.Error(codes.Unavailable, "down")
		}}
		block, err := connectTo(t, down, &mockPeer{}).Await(ctx, "5f1c")
		require.NoError(t, err)
		require.Equal(t, uint64(7), block)
		require.Equal(t, []string{"5f1c"}, down.questions())
	})

	t.Run("Reports a transaction that was not valid", func(t *testing.T) {
		p := &mockPeer{onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return committed(peer.TxValidationCode_MVCC_READ_CONFLICT), nil
		}}
		_, err := connectTo(t, p).Await(ctx, "5f1c")
		require.Equal(t, Conflict, failureOf(t, err).Class)
	})

	t.Run("Knows nothing when nobody answers in time", func(t *testing.T) {
		p := &mockPeer{onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return nil, status.Error(codes.Unavailable, "down")
		}}
		_, err := connectTo(t, p).Await(ctx, "5f1c")
		require.Equal(t, UnknownOutcome, failureOf(t, err).Class)
	})

	t.Run("A caller that gives up, or whose time is over, holds nothing against a peer that waits with it", func(t *testing.T) {
		for name, end := range map[string]func() (context.Context, context.CancelFunc){
			"gives up": func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(50*time.Millisecond, cancel)
				return ctx, cancel
			},
			"has no more time":  func() (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, 50*time.Millisecond) },
			"waits its longest": func() (context.Context, context.CancelFunc) { return context.WithCancel(ctx) },
		} {
			released := make(chan struct{})
			waiting, other := &mockPeer{onStatus: func(string) (*gateway.CommitStatusResponse, error) {
				<-released
				return nil, status.Error(codes.Canceled, "nobody waits")
			}}, &mockPeer{}
			c := connectTo(t, waiting, other)
			caller, done := end()
			_, err := c.Await(caller, "5f1c")
			close(released)
			done()
			require.Equal(t, UnknownOutcome, failureOf(t, err).Class, name)
			require.Same(t, c.peers.all[0], c.peers.pick(), name)
			require.Empty(t, other.questions(), name)
		}
	})

	t.Run("A peer that fails is passed over by the next call", func(t *testing.T) {
		down := &mockPeer{onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return nil, status.Error(codes.Unavailable, "down")
		}}
		c := connectTo(t, down, &mockPeer{})
		_, err := c.Await(ctx, "5f1c")
		require.NoError(t, err)
		require.Same(t, c.peers.all[1], c.peers.pick())
	})
}

func TestRegistry(t *testing.T) {
	var got []*invocation
	p := &mockPeer{onEndorse: func(i *invocation) ([]byte, error) {
		got = append(got, i)
		if i.fn == transit.FnFound {
			return asJSON(t, transit.Consortium{V: 1}), nil
		}
		return asJSON(t, transit.Proposal{ID: "P"}), nil
	}}
	r := connectTo(t, p).Registry()
	document := []byte("{\n \"v\": 1 }")
	_, _, err := r.Found(context.Background(), document)
	require.NoError(t, err)
	require.Equal(t, document, got[0].argument, "the founding document goes byte for byte")
	_, _, err = r.Propose(context.Background(), "", transit.Change{CloseOffice: "KZDOS001"})
	require.NoError(t, err)
	var proposed transit.ProposeRequest
	got[1].decode(t, &proposed)
	require.NotEmpty(t, proposed.ID)
	digest, err := ChangeDigest(proposed.Change)
	require.NoError(t, err)
	_, _, err = r.Approve(context.Background(), proposed.ID, digest)
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"`+proposed.ID+`","digest":"`+digest+`"}`, string(got[2].argument))
}

func TestProfile(t *testing.T) {
	p := testProfile(t)
	require.Equal(t, []string{"cn-elsewhere", "cn-officer"}, p.Names())
	require.Equal(t, []string{"CNMSP"}, p.MSPs(transit.Customs))
	name, err := p.Find("CN", transit.RoleOfficer)
	require.NoError(t, err)
	require.Equal(t, "cn-officer", name)
	_, err = p.Find("CN", transit.RoleCourier)
	require.ErrorContains(t, err, "no courier")
	_, err = Open(context.Background(), p, "officer")
	require.ErrorContains(t, err, "there are: cn-officer")

	for name, text := range map[string]string{
		"channel":            `{}`,
		"has no MSP":         `{"channel":"c","chaincode":"k","organisations":{"CN":{}}}`,
		"unknown organisati": `{"channel":"c","chaincode":"k","identities":{"x":{"organisation":"XX"}}}`,
		"couldn't read":      `{`,
	} {
		path := filepath.Join(t.TempDir(), "profile.json")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := LoadProfile(path)
		require.ErrorContains(t, err, name)
	}
}

func TestAProfileNamesRolesAsTheLedgerDoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "profile.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"channel":"c","chaincode":"k","organisations":{"KZ":{"msp":"KZMSP"}},"identities":{
		"as Fabric":     {"organisation":"KZ","role":"admin","certificate":"a.pem"},
		"as the ledger": {"organisation":"KZ","role":"administrator"},
		"another":       {"organisation":"KZ","role":"officer","office":"KZKOR001"}}}`), 0o600))
	p, err := LoadProfile(path)
	require.NoError(t, err)
	require.Equal(t, map[string]IdentityProfile{
		"as Fabric":     {Organisation: "KZ", Role: transit.RoleAdministrator, Certificate: "a.pem"},
		"as the ledger": {Organisation: "KZ", Role: transit.RoleAdministrator},
		"another":       {Organisation: "KZ", Role: transit.RoleOfficer, Office: "KZKOR001"},
	}, p.Identities)
	name, err := p.Find("KZ", transit.RoleAdministrator)
	require.NoError(t, err)
	require.Equal(t, "as Fabric", name)
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, o := range []Option{
		WithConcurrency(0), WithSecret([]byte("short")), WithRetries(Retries{Conflict: -1}), WithRetries(Retries{Base: 5, Cap: 1}),
	} {
		_, err := Open(context.Background(), testProfile(t), "cn-officer", o)
		require.Error(t, err)
	}
}

func TestLoadingAnIdentityThatIsIncomplete(t *testing.T) {
	p := testProfile(t)
	require.NoError(t, os.Remove(filepath.Join(p.dir, "key.pem")))
	_, err := Open(context.Background(), p, "cn-officer", WithConnections(nil))
	require.ErrorContains(t, err, "couldn't read the key")
	p = testProfile(t)
	_, err = Open(context.Background(), p, "cn-officer")
	require.ErrorContains(t, err, "TLS")
}
