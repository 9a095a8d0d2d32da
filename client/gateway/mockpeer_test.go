package gateway

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	fabric "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// mockPeer speaks Fabric's gateway service, verifies that what it is given is signed by its creator, and answers with what the
// chaincode would, as answer says.
type mockPeer struct {
	fabric.UnimplementedGatewayServer
	answer func(fn transit.Function, argument []byte) ([]byte, error)

	mu        sync.Mutex
	endorsed  []transit.Function
	committed []string
	// deaf peers commit and do not answer.
	deaf bool
}

func (p *mockPeer) counts() (endorsed, committed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.endorsed), len(p.committed)
}

func parse(raw []byte, into proto.Message) {
	if err := proto.Unmarshal(raw, into); err != nil {
		panic(err)
	}
}

func bytesOfProto(m proto.Message) []byte {
	raw, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return raw
}

// proposed is a proposal taken apart.
type proposed struct {
	header  common.Header
	payload peer.ChaincodeProposalPayload
	fn      transit.Function
	args    [][]byte
}

func openProposal(signed *peer.SignedProposal) (*proposed, error) {
	var proposal peer.Proposal
	var spec peer.ChaincodeInvocationSpec
	var p proposed
	parse(signed.GetProposalBytes(), &proposal)
	parse(proposal.GetHeader(), &p.header)
	parse(proposal.GetPayload(), &p.payload)
	parse(p.payload.GetInput(), &spec)
	p.args = spec.GetChaincodeSpec().GetInput().GetArgs()
	p.fn = transit.Function(p.args[0])
	return &p, verify(&p.header, signed.GetProposalBytes(), signed.GetSignature())
}

// verify refuses what the creator has not signed, or with the higher S, as peers do.
func verify(h *common.Header, message, signature []byte) error {
	var creator common.SignatureHeader
	var who msp.SerializedIdentity
	parse(h.GetSignatureHeader(), &creator)
	parse(creator.GetCreator(), &who)
	block, _ := pem.Decode(who.GetIdBytes())
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(message)
	key := certificate.PublicKey.(*ecdsa.PublicKey)
	if !ecdsa.VerifyASN1(key, digest[:], signature) || !isLow(key, signature) {
		return status.Error(codes.PermissionDenied, "access denied")
	}
	return nil
}

func (p *mockPeer) Evaluate(_ context.Context, r *fabric.EvaluateRequest) (*fabric.EvaluateResponse, error) {
	asked, err := openProposal(r.GetProposedTransaction())
	if err != nil {
		return nil, err
	}
	payload, err := p.answer(asked.fn, asked.args[1])
	if err != nil {
		return nil, err
	}
	return &fabric.EvaluateResponse{Result: &peer.Response{Status: 200, Payload: payload}}, nil
}

func (p *mockPeer) Endorse(_ context.Context, r *fabric.EndorseRequest) (*fabric.EndorseResponse, error) {
	asked, err := openProposal(r.GetProposedTransaction())
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.endorsed = append(p.endorsed, asked.fn)
	p.mu.Unlock()
	payload, err := p.answer(asked.fn, asked.args[1])
	if err != nil {
		return nil, err
	}
	asked.payload.TransientMap = nil
	called := bytesOfProto(&asked.payload)
	hash := sha256.Sum256(slices.Concat(asked.header.GetChannelHeader(), asked.header.GetSignatureHeader(), called))
	action := &peer.ChaincodeEndorsedAction{
		ProposalResponsePayload: bytesOfProto(&peer.ProposalResponsePayload{
			ProposalHash: hash[:], Extension: bytesOfProto(written(asked.fn, payload)),
		}),
		Endorsements: []*peer.Endorsement{{Endorser: bytesOfProto(&msp.SerializedIdentity{Mspid: "CNMSP"})}},
	}
	return &fabric.EndorseResponse{PreparedTransaction: &common.Envelope{Payload: bytesOfProto(&common.Payload{
		Header: &asked.header, Data: bytesOfProto(&peer.Transaction{Actions: []*peer.TransactionAction{{
			Header:  asked.header.GetSignatureHeader(),
			Payload: bytesOfProto(&peer.ChaincodeActionPayload{ChaincodeProposalPayload: called, Action: action}),
		}}}),
	})}}, nil
}

// written is what the chaincode makes of an answer: a step writes the movement's record and only names it.
func written(fn transit.Function, result []byte) *peer.ChaincodeAction {
	var m transit.Movement
	if fn == transit.FnDeposit || !strings.HasPrefix(string(fn), "movement:") || json.Unmarshal(result, &m) != nil {
		return &peer.ChaincodeAction{Response: &peer.Response{Status: 200, Payload: result}}
	}
	writes := &kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{{Key: ledger.MovementKey(m.ID), Value: encode(m.Course)}}}
	if fn == transit.FnLodge {
		writes.Writes = append(writes.Writes, &kvrwset.KVWrite{Key: ledger.DeclaredKey(m.ID), Value: encode(m.Declared)})
	}
	return &peer.ChaincodeAction{
		Response: &peer.Response{Status: 200, Payload: encode(transit.Written{ID: m.ID, MRN: m.MRN, Seq: m.Seq, State: m.State})},
		Results: bytesOfProto(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{
			{Namespace: "cats", Rwset: bytesOfProto(writes)},
		}}),
	}
}

func (p *mockPeer) Submit(_ context.Context, r *fabric.SubmitRequest) (*fabric.SubmitResponse, error) {
	var payload common.Payload
	parse(r.GetPreparedTransaction().GetPayload(), &payload)
	if err := verify(payload.GetHeader(), r.GetPreparedTransaction().GetPayload(), r.GetPreparedTransaction().GetSignature()); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.committed, r.GetTransactionId()) {
		p.committed = append(p.committed, r.GetTransactionId())
	}
	return &fabric.SubmitResponse{}, nil
}

func (p *mockPeer) CommitStatus(context.Context, *fabric.SignedCommitStatusRequest) (*fabric.CommitStatusResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.deaf {
		return nil, status.Error(codes.Unavailable, "no answer")
	}
	return &fabric.CommitStatusResponse{Result: peer.TxValidationCode_VALID, BlockNumber: 7}, nil
}

// connect serves the peer and connects to it.
func (p *mockPeer) connect(t testing.TB) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	fabric.RegisterGatewayServer(server, p)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:peer", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// away are the keys of identities that only the test has.
type away map[string]*ecdsa.PrivateKey

// profileWith writes a profile of CN, whose courier alone has a key in it: those of the others are returned.
func profileWith(t testing.TB, identities map[string]cats.IdentityProfile) (*cats.Profile, away) {
	t.Helper()
	dir, keys := t.TempDir(), away{}
	write := func(file, kind string, der []byte) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return file
	}
	identities["cn-courier"] = cats.IdentityProfile{Role: transit.RoleCourier}
	for name, id := range identities {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{"client"}},
			NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		id.Organisation, id.Certificate = "CN", write(name+".pem", "CERTIFICATE", der)
		if name == "cn-courier" || name == "cn-present" {
			raw, err := x509.MarshalPKCS8PrivateKey(key)
			require.NoError(t, err)
			id.Key = write(name+".key", "PRIVATE KEY", raw)
		}
		identities[name], keys[name] = id, key
	}
	path := filepath.Join(dir, "profile.json")
	require.NoError(t, os.WriteFile(path, encode(map[string]any{
		"channel": "transit", "chaincode": "cats", "identities": identities,
		"organisations": map[string]any{"CN": map[string]any{"msp": "CNMSP", "country": "CN", "kind": "customs", "peers": []any{}}},
	}), 0o600))
	p, err := cats.LoadProfile(path)
	require.NoError(t, err)
	return p, keys
}
