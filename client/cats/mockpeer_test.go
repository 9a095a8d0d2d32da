package cats

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
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
)

// invocation is one proposal as a mock peer sees it.
type invocation struct {
	txID      string
	fn        transit.Function
	argument  []byte
	args      [][]byte
	transient map[string][]byte
	orgs      []string
}

func (i *invocation) decode(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(i.argument, v))
}

// mockPeer speaks the gateway service as its functions say; those that are nil succeed.
type mockPeer struct {
	gateway.UnimplementedGatewayServer
	peer.UnimplementedDeliverServer
	onEvaluate func(*invocation) ([]byte, error)
	onEndorse  func(*invocation) ([]byte, error)
	onSubmit   func(txID string, envelope *common.Envelope) error
	onStatus   func(txID string) (*gateway.CommitStatusResponse, error)
	onEvents   func(*gateway.ChaincodeEventsRequest, gateway.Gateway_ChaincodeEventsServer) error
	// blocks are those of the ledger; with cutOff the stream breaks after that many.
	blocks []*common.Block
	cutOff int

	mu        sync.Mutex
	endorsed  []*invocation
	submitted []*gateway.SubmitRequest
	asked     []string
}

// proposals are those endorsed so far, handovers those submitted, questions those for a status.
func (p *mockPeer) proposals() []*invocation {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.endorsed)
}

func (p *mockPeer) handovers() []*gateway.SubmitRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.submitted)
}

func (p *mockPeer) questions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *mockPeer) Evaluate(_ context.Context, r *gateway.EvaluateRequest) (*gateway.EvaluateResponse, error) {
	i, err := read(r.GetTransactionId(), r.GetProposedTransaction(), r.GetTargetOrganizations())
	if err != nil {
		return nil, err
	}
	if p.onEvaluate == nil {
		return nil, status.Error(codes.Unimplemented, "no evaluation expected")
	}
	payload, err := p.onEvaluate(i)
	if err != nil {
		return nil, err
	}
	return &gateway.EvaluateResponse{Result: &peer.Response{Status: 200, Payload: payload}}, nil
}

func (p *mockPeer) Endorse(_ context.Context, r *gateway.EndorseRequest) (*gateway.EndorseResponse, error) {
	i, err := read(r.GetTransactionId(), r.GetProposedTransaction(), r.GetEndorsingOrganizations())
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.endorsed = append(p.endorsed, i)
	p.mu.Unlock()
	payload, err := p.onEndorse(i)
	if err != nil {
		return nil, err
	}
	prepared, err := endorsed(r.GetProposedTransaction(), chaincodeAction(i.fn, payload), "CNMSP", "KZMSP")
	if err != nil {
		return nil, err
	}
	return &gateway.EndorseResponse{PreparedTransaction: prepared}, nil
}

// endorsed makes the transaction of a proposal as a gateway does, not yet signed by its client.
func endorsed(signed *peer.SignedProposal, result *peer.ChaincodeAction, msps ...string) (*common.Envelope, error) {
	var proposal peer.Proposal
	var header common.Header
	var payload peer.ChaincodeProposalPayload
	err := unmarshalAll(pair{signed.GetProposalBytes(), &proposal})
	if err == nil {
		err = unmarshalAll(pair{proposal.GetHeader(), &header}, pair{proposal.GetPayload(), &payload})
	}
	if err != nil {
		return nil, err
	}
	payload.TransientMap = nil
	called := must(&payload)
	hash := sha256.Sum256(slices.Concat(header.GetChannelHeader(), header.GetSignatureHeader(), called))
	action := &peer.ChaincodeEndorsedAction{
		ProposalResponsePayload: must(&peer.ProposalResponsePayload{ProposalHash: hash[:], Extension: must(result)}),
	}
	for _, m := range msps {
		action.Endorsements = append(action.Endorsements, &peer.Endorsement{Endorser: must(&msp.SerializedIdentity{Mspid: m})})
	}
	return &common.Envelope{Payload: must(&common.Payload{Header: &header, Data: must(&peer.Transaction{Actions: []*peer.TransactionAction{{
		Header:  header.GetSignatureHeader(),
		Payload: must(&peer.ChaincodeActionPayload{ChaincodeProposalPayload: called, Action: action}),
	}}})})}, nil
}

func (p *mockPeer) Submit(_ context.Context, r *gateway.SubmitRequest) (*gateway.SubmitResponse, error) {
	p.mu.Lock()
	p.submitted = append(p.submitted, r)
	p.mu.Unlock()
	if p.onSubmit != nil {
		if err := p.onSubmit(r.GetTransactionId(), r.GetPreparedTransaction()); err != nil {
			return nil, err
		}
	}
	return &gateway.SubmitResponse{}, nil
}

func (p *mockPeer) CommitStatus(_ context.Context, r *gateway.SignedCommitStatusRequest) (*gateway.CommitStatusResponse, error) {
	var request gateway.CommitStatusRequest
	if err := proto.Unmarshal(r.GetRequest(), &request); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.asked = append(p.asked, request.GetTransactionId())
	p.mu.Unlock()
	if p.onStatus == nil {
		return committed(peer.TxValidationCode_VALID), nil
	}
	return p.onStatus(request.GetTransactionId())
}

func (p *mockPeer) ChaincodeEvents(r *gateway.SignedChaincodeEventsRequest, s gateway.Gateway_ChaincodeEventsServer) error {
	var request gateway.ChaincodeEventsRequest
	if err := proto.Unmarshal(r.GetRequest(), &request); err != nil {
		return err
	}
	return p.onEvents(&request, s)
}

// Deliver sends the blocks from the number asked for.
func (p *mockPeer) Deliver(s peer.Deliver_DeliverServer) error {
	request, err := s.Recv()
	if err != nil {
		return err
	}
	var payload common.Payload
	var seek orderer.SeekInfo
	if err := errors.Join(proto.Unmarshal(request.GetPayload(), &payload), proto.Unmarshal(payload.GetData(), &seek)); err != nil {
		return err
	}
	if len(request.GetSignature()) == 0 {
		return s.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Status{Status: common.Status_FORBIDDEN}})
	}
	p.mu.Lock()
	cutOff := p.cutOff
	p.cutOff = 0
	p.mu.Unlock()
	for i, b := range p.blocks[seek.GetStart().GetSpecified().GetNumber():] {
		if cutOff > 0 && i == cutOff {
			return status.Error(codes.Unavailable, "cut off")
		}
		if err := s.Send(&peer.DeliverResponse{Type: &peer.DeliverResponse_Block{Block: b}}); err != nil {
			return err
		}
	}
	<-s.Context().Done()
	return nil
}

func committed(code peer.TxValidationCode) *gateway.CommitStatusResponse {
	return &gateway.CommitStatusResponse{Result: code, BlockNumber: 7}
}

func read(txID string, signed *peer.SignedProposal, orgs []string) (*invocation, error) {
	var proposal peer.Proposal
	var payload peer.ChaincodeProposalPayload
	var spec peer.ChaincodeInvocationSpec
	if err := proto.Unmarshal(signed.GetProposalBytes(), &proposal); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(proposal.GetPayload(), &payload); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(payload.GetInput(), &spec); err != nil {
		return nil, err
	}
	args := spec.GetChaincodeSpec().GetInput().GetArgs()
	return &invocation{txID: txID, fn: transit.Function(args[0]), argument: args[1], args: args, transient: payload.GetTransientMap(), orgs: orgs}, nil
}

// chaincodeAction is what the chaincode makes of an answer: a step writes the movement's record and only names it.
func chaincodeAction(fn transit.Function, result []byte) *peer.ChaincodeAction {
	var m transit.Movement
	noStep := []transit.Function{
		transit.FnDeposit, transit.FnDeliver, transit.FnAttach, transit.FnPublishAttachment, transit.FnAnnex, transit.FnDeliverAnnex,
	}
	if !strings.HasPrefix(string(fn), "movement:") || slices.Contains(noStep, fn) || json.Unmarshal(result, &m) != nil {
		return &peer.ChaincodeAction{Response: &peer.Response{Status: 200, Payload: result}}
	}
	answer, err := json.Marshal(transit.Written{ID: m.ID, MRN: m.MRN, Seq: m.Seq, State: m.State})
	if err != nil {
		panic(err)
	}
	course, err := json.Marshal(m.Course)
	if err != nil {
		panic(err)
	}
	writes := &kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{{Key: ledger.MovementKey(m.ID), Value: course}}}
	if fn == transit.FnLodge || fn == transit.FnAmend {
		declared, err := json.Marshal(m.Declared)
		if err != nil {
			panic(err)
		}
		writes.Writes = append(writes.Writes, &kvrwset.KVWrite{Key: ledger.DeclaredKey(m.ID), Value: declared})
	}
	return &peer.ChaincodeAction{
		Response: &peer.Response{Status: 200, Payload: answer},
		Results:  must(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{{Namespace: "cats", Rwset: must(writes)}}}),
	}
}

func must(m proto.Message) []byte {
	raw, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return raw
}

// refusal is the gateway's error when peers refuse with a fault.
func refusal(f *transit.Fault, msps ...string) error {
	st := status.New(codes.Aborted, "failed to endorse transaction, see attached details for more info")
	for _, m := range msps {
		st, _ = st.WithDetails(&gateway.ErrorDetail{Address: m + ":7051", MspId: m, Message: "chaincode response 409, " + f.Wire()})
	}
	return st.Err()
}

// fast keeps tests short; the bounds on attempts are the real ones.
func fast() []Option {
	return []Option{
		WithRetries(Retries{Conflict: 8, Mismatch: 3, Policy: 1, Base: time.Millisecond, Cap: 4 * time.Millisecond}),
		WithTimeouts(Timeouts{
			Evaluate: time.Second, Endorse: time.Second, Submit: 200 * time.Millisecond, CommitStatus: 800 * time.Millisecond, Overall: 3 * time.Second,
		}),
	}
}

// connectTo opens a client of CN's officer to mock peers.
func connectTo(t *testing.T, peers ...*mockPeer) *Client {
	t.Helper()
	return connectWith(t, nil, peers...)
}

func connectWith(t *testing.T, opts []Option, peers ...*mockPeer) *Client {
	t.Helper()
	var conns []grpc.ClientConnInterface
	for _, p := range peers {
		conns = append(conns, serve(t, p))
	}
	c, err := Open(context.Background(), testProfile(t), "cn-officer", append(append(fast(), WithConnections(conns...)), opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func serve(t *testing.T, p *mockPeer) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	gateway.RegisterGatewayServer(server, p)
	peer.RegisterDeliverServer(server, p)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:peer", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// writeIdentity makes a throw-away certificate with its key.
func writeIdentity(t *testing.T, dir, name, certificateFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, OrganizationalUnit: []string{"client"}}, NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	rawKey, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	write := func(file, kind string, raw []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600))
	}
	write(certificateFile, "CERTIFICATE", certificate)
	write(keyFile, "PRIVATE KEY", rawKey)
}

// testProfile writes a throw-away identity and a profile that names it.
func testProfile(t *testing.T) *Profile {
	t.Helper()
	dir := t.TempDir()
	writeIdentity(t, dir, "cn-officer", "cert.pem", "key.pem")
	writeIdentity(t, dir, "cn-elsewhere", "elsewhere.pem", "elsewhere-key.pem")
	profile := map[string]any{
		"channel": "transit", "chaincode": "cats",
		"organisations": map[string]any{"CN": map[string]any{"msp": "CNMSP", "country": "CN", "kind": "customs", "peers": []any{}}},
		"identities": map[string]any{"cn-officer": map[string]any{
			"organisation": "CN", "role": "officer", "office": "CN001100", "operator": "CN1234567", "certificate": "cert.pem", "key": "key.pem",
		}, "cn-elsewhere": map[string]any{
			"organisation": "CN", "role": "trader", "office": "CN001100", "operator": "CN1234567", "certificate": "elsewhere.pem",
		}},
	}
	raw, err := json.Marshal(profile)
	require.NoError(t, err)
	path := filepath.Join(dir, "profile.json")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	p, err := LoadProfile(path)
	require.NoError(t, err)
	return p
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}
