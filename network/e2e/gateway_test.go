package e2e

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/hash"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// attacker is a client that leaves the SDK aside and drives the gateway by hand: it
// chooses endorsers, and alters what they have signed.
type attacker struct {
	t       *testing.T
	msp     string
	cert    []byte
	key     *ecdsa.PrivateKey
	sign    identity.Sign
	gateway *client.Gateway
	ledger  *client.Contract
}

func (w *world) attacker(t *testing.T, name string) *attacker {
	t.Helper()
	id, err := w.profile.Identity(name)
	require.NoError(t, err)
	org := w.profile.Organisations[id.Organisation]
	a := &attacker{t: t, msp: org.MSP, cert: w.read(t, id.Certificate)}
	cert, err := identity.CertificateFromPEM(a.cert)
	require.NoError(t, err)
	x509ID, err := identity.NewX509Identity(org.MSP, cert)
	require.NoError(t, err)
	key, err := identity.PrivateKeyFromPEM(w.read(t, id.Key))
	require.NoError(t, err)
	a.key = key.(*ecdsa.PrivateKey)
	a.sign, err = identity.NewPrivateKeySign(key)
	require.NoError(t, err)
	pair, err := tls.X509KeyPair(w.read(t, id.TLSCertificate), w.read(t, id.TLSKey))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(w.read(t, org.TLSCA)))
	conn, err := grpc.NewClient(org.Peers[0].Address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: org.Peers[0].ServerName, MinVersion: tls.VersionTLS12,
	})))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	a.gateway, err = client.Connect(x509ID, client.WithSign(a.sign), client.WithHash(hash.SHA256), client.WithClientConnection(conn))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.gateway.Close()) })
	a.ledger = a.gateway.GetNetwork(w.profile.Channel).GetContract(w.profile.Chaincode)
	return a
}

// read reads a file that the profile names; its paths are relative to it.
func (w *world) read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(w.net.ProfilePath()), path))
	require.NoError(t, err)
	return b
}

// endorse has exactly these organisations' peers endorse a step. A peer may be a block behind the last step: it is asked
// again for a while.
func (a *attacker) endorse(step transit.Step, r transit.StepRequest, orgs ...string) *client.Transaction {
	a.t.Helper()
	return a.endorseCall(step.Function(), r, orgs...)
}

// endorseCall does the same for any function.
func (a *attacker) endorseCall(fn transit.Function, request any, orgs ...string) *client.Transaction {
	a.t.Helper()
	arg, err := json.Marshal(request)
	require.NoError(a.t, err)
	var tx *client.Transaction
	require.EventuallyWithT(a.t, func(c *assertCollect) {
		p, err := a.ledger.NewProposal(string(fn), client.WithArguments(string(arg)), client.WithEndorsingOrganizations(orgs...))
		require.NoError(c, err)
		tx, err = p.Endorse()
		require.NoError(c, err)
	}, 20*time.Second, 300*time.Millisecond, "%s endorsed by %v", fn, orgs)
	require.Empty(a.t, cmp.Diff(sortedCopy(orgs), sortedCopy(endorsers(a.t, tx))), "endorsed by exactly those asked")
	return tx
}

// order submits and waits for the validators' verdict.
func (a *attacker) order(tx *client.Transaction) peer.TxValidationCode {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), time.Minute)
	defer cancel()
	commit, err := tx.SubmitWithContext(ctx)
	require.NoError(a.t, err)
	status, err := commit.StatusWithContext(ctx)
	require.NoError(a.t, err)
	return status.Code
}

// resign takes an endorsed transaction, lets alter change its endorsements, and signs it again as its creator.
func (a *attacker) resign(tx *client.Transaction, alter func(*peer.ChaincodeEndorsedAction)) *client.Transaction {
	a.t.Helper()
	raw, err := tx.Bytes()
	require.NoError(a.t, err)
	var prepared gateway.PreparedTransaction
	require.NoError(a.t, proto.Unmarshal(raw, &prepared))
	var payload common.Payload
	require.NoError(a.t, proto.Unmarshal(prepared.GetEnvelope().GetPayload(), &payload))
	var body peer.Transaction
	require.NoError(a.t, proto.Unmarshal(payload.GetData(), &body))
	var action peer.ChaincodeActionPayload
	require.NoError(a.t, proto.Unmarshal(body.GetActions()[0].GetPayload(), &action))
	alter(action.GetAction())
	body.Actions[0].Payload = marshal(a.t, &action)
	payload.Data = marshal(a.t, &body)
	prepared.Envelope.Payload = marshal(a.t, &payload)
	digest := sha256.Sum256(prepared.GetEnvelope().GetPayload())
	signature, err := a.sign(digest[:])
	require.NoError(a.t, err)
	out, err := a.gateway.NewSignedTransaction(marshal(a.t, &prepared), signature)
	require.NoError(a.t, err)
	return out
}

// forge replaces the endorsement of an organisation's peer by one signed with a client's key.
func forge(t *testing.T, of string, by *attacker) func(*peer.ChaincodeEndorsedAction) {
	t.Helper()
	return func(action *peer.ChaincodeEndorsedAction) {
		replaced := false
		for i, e := range action.GetEndorsements() {
			if mspOf(t, e) != of {
				continue
			}
			replaced = true
			endorser := marshal(t, &msp.SerializedIdentity{Mspid: by.msp, IdBytes: by.cert})
			digest := sha256.Sum256(append(append([]byte{}, action.GetProposalResponsePayload()...), endorser...))
			action.Endorsements[i] = &peer.Endorsement{Endorser: endorser, Signature: signAs(t, by.key, digest[:])}
		}
		require.True(t, replaced, "no endorsement of %s to replace", of)
	}
}

// signAs signs a digest as Fabric wants it, with the smaller of the two possible values of s.
func signAs(t *testing.T, key *ecdsa.PrivateKey, digest []byte) []byte {
	t.Helper()
	sign, err := identity.NewPrivateKeySign(crypto.PrivateKey(key))
	require.NoError(t, err)
	signature, err := sign(digest)
	require.NoError(t, err)
	require.True(t, ecdsa.VerifyASN1(&key.PublicKey, digest, signature))
	return signature
}

func endorsers(t *testing.T, tx *client.Transaction) []string {
	t.Helper()
	raw, err := tx.Bytes()
	require.NoError(t, err)
	var prepared gateway.PreparedTransaction
	require.NoError(t, proto.Unmarshal(raw, &prepared))
	var payload common.Payload
	require.NoError(t, proto.Unmarshal(prepared.GetEnvelope().GetPayload(), &payload))
	var body peer.Transaction
	require.NoError(t, proto.Unmarshal(payload.GetData(), &body))
	var action peer.ChaincodeActionPayload
	require.NoError(t, proto.Unmarshal(body.GetActions()[0].GetPayload(), &action))
	var out []string
	for _, e := range action.GetAction().GetEndorsements() {
		out = append(out, mspOf(t, e))
	}
	return out
}

func mspOf(t *testing.T, e *peer.Endorsement) string {
	t.Helper()
	var id msp.SerializedIdentity
	require.NoError(t, proto.Unmarshal(e.GetEndorser(), &id))
	return id.GetMspid()
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	require.NoError(t, err)
	return b
}

// faultOf is the fault inside an error of the SDK.
func faultOf(t *testing.T, err error) *transit.Fault {
	t.Helper()
	var e *cats.Error
	require.ErrorAs(t, err, &e)
	require.NotNil(t, e.Fault, "%v", err)
	return e.Fault
}
