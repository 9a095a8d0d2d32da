package cats

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/transit"
)

// device holds the key of an identity that the client has not.
func device(t *testing.T, c *Client) crypto.Signer {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(c.profile.dir, "elsewhere-key.pem"))
	require.NoError(t, err)
	key, err := identity.PrivateKeyFromPEM(raw)
	require.NoError(t, err)
	signer, ok := key.(crypto.Signer)
	require.True(t, ok)
	return signer
}

// travelled is the change after its way to the device or back, as JSON.
func travelled(t *testing.T, u *Unsigned) *Unsigned {
	t.Helper()
	var back Unsigned
	require.NoError(t, json.Unmarshal(asJSON(t, u), &back))
	return &back
}

func prepared(t *testing.T, err error) *Unsigned {
	t.Helper()
	var u *Unsigned
	require.ErrorAs(t, err, &u)
	return travelled(t, u)
}

func elsewhere(t *testing.T, c *Client) *Client {
	t.Helper()
	other, err := c.For("cn-elsewhere")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	return other
}

func texts(t *testing.T, u *Unsigned) map[string]string {
	t.Helper()
	s, err := u.Statement()
	require.NoError(t, err)
	all := map[string]string{}
	for _, l := range s.Lines() {
		all[l.Name] = l.Text
	}
	return all
}

func TestAKeyThatIsElsewhere(t *testing.T) {
	ctx := context.Background()

	t.Run("Signs the proposal and the transaction, and the repeated call returns what was committed", func(t *testing.T) {
		p := &mockPeer{onEndorse: accepted(t)}
		reader := connectTo(t, p)
		c, key := elsewhere(t, reader), device(t, reader)
		_, _, err := accept(ctx, c)
		u := prepared(t, err)
		require.Equal(t, StageProposal, u.Stage)
		require.Empty(t, p.proposals(), "nothing is sent before it is signed")
		said := texts(t, u)
		require.Equal(t, "accept (IE028)", said["action"])
		require.Equal(t, "cn-elsewhere, client, CNMSP", said["as"])
		require.Equal(t, someID, said["movement"])

		require.NoError(t, u.Sign(key))
		u, err = c.Forward(ctx, travelled(t, u))
		require.NoError(t, err)
		require.Equal(t, StageTransaction, u.Stage)
		require.Empty(t, p.handovers())
		said = texts(t, u)
		require.Equal(t, "accept (IE028)", said["action"])
		require.Equal(t, "CNMSP, KZMSP", said["endorsed by"])
		require.Contains(t, said["movement"], "becomes accepted")

		require.NoError(t, u.Sign(key))
		// Any client of the organisation forwards.
		u, err = reader.Forward(ctx, travelled(t, u))
		require.NoError(t, err)
		require.Equal(t, StageDone, u.Stage)
		require.Len(t, p.handovers(), 1)
		require.NotEmpty(t, p.handovers()[0].GetPreparedTransaction().GetSignature())

		m, receipt, err := accept(Resuming(ctx, travelled(t, u).Done), c)
		require.NoError(t, err)
		require.Equal(t, transit.Accepted, m.State)
		require.Equal(t, []string{"CNMSP", "KZMSP"}, receipt.Endorsers)
		require.Equal(t, uint64(7), receipt.BlockNumber)
		require.Len(t, p.proposals(), 1, "the repetition proposes nothing")
	})

	t.Run("Lodges in two transactions, four signatures", func(t *testing.T) {
		o := &office{t: t, salts: map[string]bool{}}
		p := o.peer()
		reader := connectTo(t, p)
		c, key := elsewhere(t, reader), device(t, reader)
		lodge := func(ctx context.Context) (*transit.Movement, error) {
			m, _, err := c.Movements().Lodge(ctx, declaration("apples"))
			return m, err
		}
		through := func(u *Unsigned) *Unsigned {
			for u.Stage != StageDone {
				require.NoError(t, u.Sign(key))
				next, err := c.Forward(ctx, travelled(t, u))
				require.NoError(t, err)
				u = travelled(t, next)
			}
			return u
		}
		_, err := lodge(ctx)
		u := prepared(t, err)
		require.Equal(t, transit.FnDeposit, u.Function)
		require.Contains(t, texts(t, u)["document"], "LRN LRN1")
		u = through(u)
		_, err = lodge(Resuming(ctx, u.Done))
		u = prepared(t, err)
		require.Equal(t, transit.FnLodge, u.Function)
		require.Len(t, u.Done, 1)
		u = through(u)
		m, err := lodge(Resuming(ctx, u.Done))
		require.NoError(t, err)
		require.Equal(t, "LRN1", m.LRN)
		require.Len(t, p.proposals(), 2)
	})

	t.Run("Refuses the results of another action", func(t *testing.T) {
		c := elsewhere(t, connectTo(t, &mockPeer{onEndorse: accepted(t)}))
		_, _, err := accept(Resuming(ctx, []Done{{Function: transit.FnArrive}}), c)
		require.Equal(t, Refused, failureOf(t, err).Class)
	})

	t.Run("Prepares only for people of the own organisation", func(t *testing.T) {
		reader := connectTo(t, &mockPeer{})
		reader.profile.Organisations["KZ"] = OrganisationProfile{MSP: "KZMSP"}
		reader.profile.Identities["kz"] = IdentityProfile{Organisation: "KZ", Certificate: "elsewhere.pem"}
		_, err := reader.For("kz")
		require.ErrorContains(t, err, "cannot prepare for it")
		_, err = reader.For("nobody")
		require.ErrorContains(t, err, "no identity")
	})
}

// highS is the other valid form of a signature, which peers refuse.
func highS(t *testing.T, key *ecdsa.PublicKey, der []byte) []byte {
	t.Helper()
	var s ecdsaSignature
	_, err := asn1.Unmarshal(der, &s)
	require.NoError(t, err)
	s.S.Sub(key.Params().N, s.S)
	other, err := asn1.Marshal(s)
	require.NoError(t, err)
	return other
}

func TestWhatIsForwarded(t *testing.T) {
	ctx := context.Background()
	setUp := func(t *testing.T) (*mockPeer, *Client, crypto.Signer, *Unsigned) {
		t.Helper()
		p := &mockPeer{onEndorse: accepted(t)}
		reader := connectTo(t, p)
		c, key := elsewhere(t, reader), device(t, reader)
		_, _, err := accept(ctx, c)
		u := prepared(t, err)
		require.NoError(t, u.Sign(key))
		return p, c, key, u
	}
	refused := func(t *testing.T, c *Client, p *mockPeer, u *Unsigned, because string) {
		t.Helper()
		sent := len(p.proposals()) + len(p.handovers())
		_, err := c.Forward(ctx, u)
		require.Equal(t, Refused, failureOf(t, err).Class)
		require.ErrorContains(t, err, because)
		require.Equal(t, sent, len(p.proposals())+len(p.handovers()), "nothing is sent")
	}

	t.Run("A signature with the higher S is brought into the form that peers accept", func(t *testing.T) {
		p, c, key, u := setUp(t)
		public, ok := key.Public().(*ecdsa.PublicKey)
		require.True(t, ok)
		low := u.Signature
		u.Signature = highS(t, public, low)
		require.NotEqual(t, low, u.Signature)
		next, err := c.Forward(ctx, u)
		require.NoError(t, err)
		require.NoError(t, next.Sign(key))
		next.Signature = highS(t, public, next.Signature)
		_, err = c.Forward(ctx, next)
		require.NoError(t, err)
		var s ecdsaSignature
		_, err = asn1.Unmarshal(p.handovers()[0].GetPreparedTransaction().GetSignature(), &s)
		require.NoError(t, err)
		require.LessOrEqual(t, s.S.Cmp(new(big.Int).Rsh(public.Params().N, 1)), 0)
		digest := sha256.Sum256(p.handovers()[0].GetPreparedTransaction().GetPayload())
		require.True(t, ecdsa.VerifyASN1(public, digest[:], p.handovers()[0].GetPreparedTransaction().GetSignature()))
	})

	t.Run("Not after it has expired", func(t *testing.T) {
		p, c, _, u := setUp(t)
		u.Expires = time.Now().Add(-time.Second)
		refused(t, c, p, u, "prepare it again")
	})

	t.Run("Not without a signature, with a broken one, or with another key's", func(t *testing.T) {
		p, c, _, u := setUp(t)
		good := u.Signature
		u.Signature = nil
		refused(t, c, p, u, "not signed")
		u.Signature = good[:len(good)-1]
		refused(t, c, p, u, "ASN.1")
		other := device(t, connectTo(t, &mockPeer{}))
		require.ErrorContains(t, u.Sign(other), "not that of cn-elsewhere")
		message, err := u.message()
		require.NoError(t, err)
		u.Signature, err = signMessage(other, message)
		require.NoError(t, err)
		refused(t, c, p, u, "is not that of cn-elsewhere")
	})

	t.Run("Not when a byte was changed after the signature", func(t *testing.T) {
		p, c, _, u := setUp(t)
		var proposed gateway.ProposedTransaction
		require.NoError(t, proto.Unmarshal(u.Bytes, &proposed))
		raw := proposed.GetProposal().GetProposalBytes()
		at := len(raw) - 20
		raw[at] ^= 1
		u.Bytes = must(&proposed)
		_, err := c.Forward(ctx, u)
		require.Equal(t, Refused, failureOf(t, err).Class)
		require.Empty(t, p.proposals())
	})

	t.Run("A transaction sent twice is committed once and told the same", func(t *testing.T) {
		p, c, key, u := setUp(t)
		next, err := c.Forward(ctx, u)
		require.NoError(t, err)
		require.NoError(t, next.Sign(key))
		first, err := c.Forward(ctx, travelled(t, next))
		require.NoError(t, err)
		again, err := c.Forward(ctx, travelled(t, next))
		require.NoError(t, err)
		require.Equal(t, first.Done[0].Receipt.TransactionID, again.Done[0].Receipt.TransactionID)
		require.JSONEq(t, string(first.Done[0].Result), string(again.Done[0].Result))
		require.Equal(t, p.handovers()[0].GetTransactionId(), p.handovers()[1].GetTransactionId())
	})

	t.Run("A lost race is told and not proposed anew", func(t *testing.T) {
		p, c, key, u := setUp(t)
		p.onStatus = func(string) (*gateway.CommitStatusResponse, error) {
			return committed(peer.TxValidationCode_MVCC_READ_CONFLICT), nil
		}
		next, err := c.Forward(ctx, u)
		require.NoError(t, err)
		require.NoError(t, next.Sign(key))
		_, err = c.Forward(ctx, next)
		require.Equal(t, Conflict, failureOf(t, err).Class)
		require.Len(t, p.proposals(), 1)
	})
}

func TestAStatementBelievesNobody(t *testing.T) {
	ctx := context.Background()
	p := &mockPeer{onEndorse: accepted(t)}
	reader := connectTo(t, p)
	c, key := elsewhere(t, reader), device(t, reader)
	_, _, err := accept(ctx, c)
	u := prepared(t, err)
	require.NoError(t, u.Sign(key))
	tx, err := c.Forward(ctx, u)
	require.NoError(t, err)

	t.Run("Names in the file do not count", func(t *testing.T) {
		lying := *u
		lying.Function, lying.TransactionID = transit.FnDischarge, "another"
		require.Equal(t, "accept (IE028)", texts(t, &lying)["action"])
	})

	envelopeWith := func(t *testing.T, change func(*common.Payload)) *Unsigned {
		t.Helper()
		var prepared gateway.PreparedTransaction
		require.NoError(t, proto.Unmarshal(tx.Bytes, &prepared))
		var payload common.Payload
		require.NoError(t, proto.Unmarshal(prepared.GetEnvelope().GetPayload(), &payload))
		change(&payload)
		prepared.Envelope.Payload = must(&payload)
		return &Unsigned{Stage: StageTransaction, Bytes: must(&prepared)}
	}

	t.Run("Endorsements of another call are found out", func(t *testing.T) {
		forged := envelopeWith(t, func(payload *common.Payload) {
			var body peer.Transaction
			var action peer.ChaincodeActionPayload
			require.NoError(t, proto.Unmarshal(payload.GetData(), &body))
			require.NoError(t, proto.Unmarshal(body.GetActions()[0].GetPayload(), &action))
			action.ChaincodeProposalPayload = must(&peer.ChaincodeProposalPayload{Input: must(&peer.ChaincodeInvocationSpec{
				ChaincodeSpec: &peer.ChaincodeSpec{
					ChaincodeId: &peer.ChaincodeID{Name: "cats"},
					Input:       &peer.ChaincodeInput{Args: [][]byte{[]byte("movement:Discharge"), []byte("{}")}},
				},
			})})
			body.Actions[0].Payload = must(&action)
			payload.Data = must(&body)
		})
		_, err := forged.Statement()
		require.ErrorContains(t, err, "those of another call")
		require.Error(t, forged.Sign(key))
	})

	t.Run("A second action does not hide behind the first", func(t *testing.T) {
		forged := envelopeWith(t, func(payload *common.Payload) {
			var body peer.Transaction
			require.NoError(t, proto.Unmarshal(payload.GetData(), &body))
			body.Actions = append(body.Actions, body.GetActions()[0])
			payload.Data = must(&body)
		})
		_, err := forged.Statement()
		require.ErrorContains(t, err, "2 actions")
	})

	t.Run("The transaction identification is that of signer and nonce", func(t *testing.T) {
		forged := envelopeWith(t, func(payload *common.Payload) {
			var channel common.ChannelHeader
			require.NoError(t, proto.Unmarshal(payload.GetHeader().GetChannelHeader(), &channel))
			channel.TxId = "0011"
			payload.Header.ChannelHeader = must(&channel)
		})
		_, err := forged.Statement()
		require.ErrorContains(t, err, "signer and the nonce")
	})
}

func FuzzStatement(f *testing.F) {
	f.Add("proposal", []byte{})
	f.Add("transaction", must(&gateway.PreparedTransaction{TransactionId: "1", Envelope: &common.Envelope{Payload: []byte{1}}}))
	f.Add("proposal", must(&gateway.ProposedTransaction{Proposal: &peer.SignedProposal{ProposalBytes: must(&peer.Proposal{Header: []byte{1}})}}))
	f.Fuzz(func(t *testing.T, stage string, raw []byte) {
		u := &Unsigned{Stage: Stage(stage), Bytes: raw}
		if s, err := u.Statement(); err == nil {
			require.NotEmpty(t, s.Lines())
			for _, l := range s.Lines() {
				require.NotContains(t, l.Name+l.Text, "\x1b")
			}
		}
	})
}

func TestAStatementShowsWhatIsInLists(t *testing.T) {
	require.Equal(t, []Line{
		{"claims[1].amount.minor", "1233333"}, {"claims[1].grn", "26KZCGM0000000015"},
		{"face.sections", "2 digests"}, {"types", "10, 40"},
	}, argumentLines([]byte(`{"claims":[{"grn":"26KZCGM0000000015","amount":{"minor":1233333}}],"types":["10","40"],
		"face":{"sections":[{"digest":"aa"},{"digest":"bb"}]}}`)))
}

func TestAStatementShowsConfidentialParts(t *testing.T) {
	ctx := context.Background()
	file := transit.File{Name: "invoice.pdf", MediaType: "application/pdf", Data: []byte("%PDF-1.7")}
	p := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) {
		return asJSON(t, transit.MovementView{Movement: &transit.Movement{Course: transit.Course{
			ID: someID, Legs: []transit.Leg{{Country: "CN", MSP: "CNMSP"}},
		}}}), nil
	}}
	c := elsewhere(t, connectTo(t, p))

	t.Run("A file by its name, type and digest", func(t *testing.T) {
		_, _, err := c.Movements().Attach(ctx, someID, file)
		u := prepared(t, err)
		s, err := u.Statement()
		require.NoError(t, err)
		require.Equal(t, []Line{
			{"confidential", "file, 8 bytes, off the ledger, SHA-256 " + hex.EncodeToString(digestOf(file.Data))},
			{"fileName", "invoice.pdf"}, {"mediaType", "application/pdf"}, {"confidential", "salt, 32 bytes, off the ledger"},
		}, s.Lines()[len(s.Lines())-4:])
		require.Equal(t, transit.TransientFile, s.Carries(file.Data))
		require.Empty(t, s.Carries([]byte("%PDF-1.8")))
	})

	t.Run("A note in its own words, without what moves the cursor", func(t *testing.T) {
		_, _, err := c.Movements().StartEnquiry(ctx, someID, &transit.Note{Text: "not\x1b[2Jpresented \u202eyadot"})
		require.Equal(t, `not\u{1b}[2Jpresented \u{202e}yadot`, texts(t, prepared(t, err))["annex.text"])
	})

	t.Run("A document as the signer holds it", func(t *testing.T) {
		o := &office{t: t, salts: map[string]bool{}}
		c := elsewhere(t, connectTo(t, o.peer()))
		_, _, err := c.Movements().Lodge(ctx, declaration("apples"))
		s, err := prepared(t, err).Statement()
		require.NoError(t, err)
		mine, err := transit.Canonical(declaration("apples"))
		require.NoError(t, err)
		require.Equal(t, transit.TransientSTD, s.Carries(mine))
		other, err := transit.Canonical(declaration("pears"))
		require.NoError(t, err)
		require.Empty(t, s.Carries(other))
	})
}

func digestOf(b []byte) []byte {
	d := sha256.Sum256(b)
	return d[:]
}
