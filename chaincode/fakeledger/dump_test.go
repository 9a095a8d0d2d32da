package fakeledger_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/fakeledger"
)

func TestExposuresAreFoundWhereverTheyAre(t *testing.T) {
	const marker = "CONFIDENTIAL-42"
	write := func(f func(s stub) error) func(stub, []string) (string, error) {
		return func(s stub, _ []string) (string, error) { return "", f(s) }
	}
	l := network(t, functions{
		"value": write(func(s stub) error { return s.PutState("k", []byte("xx"+marker)) }),
		"key":   write(func(s stub) error { return s.PutState(marker, []byte("1")) }),
		"read":  write(func(s stub) error { _, err := s.GetState(marker); return err }),
		"event": write(func(s stub) error { return s.SetEvent("e", []byte(marker)) }),
		"hex":   write(func(s stub) error { return s.PutState("k", []byte(hex.EncodeToString([]byte(marker)))) }),
		"base64": write(func(s stub) error {
			return s.PutState("k", []byte(base64.StdEncoding.EncodeToString([]byte("ab"+marker+"c"))))
		}),
		"range": write(func(s stub) error {
			it, err := s.GetStateByRange(marker, "")
			return errors.Join(err, it.Close())
		}),
		"result":  func(stub, []string) (string, error) { return marker, nil },
		"error":   write(func(stub) error { return errors.New(marker) }),
		"arg":     write(func(stub) error { return nil }),
		"private": write(func(s stub) error { return s.PutPrivateData("_implicit_org_KZ", "k", []byte(marker)) }),
	})
	c := l.Client("KZ", "o")
	submit(t, c.With(fakeledger.Transient(map[string][]byte{"t": []byte(marker)}), fakeledger.Endorsers("KZ")), "private")
	require.Empty(t, l.Exposures(marker))
	for function, where := range map[string]string{
		"value": `value of "k"`, "key": "written key", "read": "read key", "event": "event payload", "hex": "value of",
		"base64": "value of", "result": "response payload", "range": "proposal response",
	} {
		before := len(l.Exposures(marker))
		submit(t, c, function)
		got := l.Exposures(marker)
		require.Greater(t, len(got), before, function)
		require.Contains(t, got[before], where)
	}
	_, err := c.With(fakeledger.Endorsers("KZ")).Submit("arg", marker)
	require.Error(t, err)
	require.Contains(t, l.Exposures(marker)[len(l.Exposures(marker))-1], "argument 1", "invalid transactions are public, too")
	_, err = c.Submit("error")
	require.Error(t, err)
	require.Contains(t, l.Exposures(marker)[len(l.Exposures(marker))-1], "log of KZ")
	require.Contains(t, string(l.Dump()), marker)
}

// scenario runs some of everything.
func scenario(t *testing.T) *fakeledger.Ledger {
	t.Helper()
	l := network(t, privacy())
	c := l.Client("KZ", "officer", fakeledger.Attribute("role", "officer"))
	submit(t, c, "create", "m", "0", "KZ", "KG")
	l.Advance(time.Hour)
	submit(t, c.With(secret("v")), "pput", ofKZ, "k")
	order(t, l, endorse(t, c, "change", "m", "1"), endorse(t, c, "change", "m", "2"))
	submit(t, c, "event", "e")
	return l
}

func TestTheSameTestGivesTheSameBytes(t *testing.T) {
	one, two := scenario(t), scenario(t)
	require.Equal(t, one.Dump(), two.Dump())
	for i, b := range one.Blocks() {
		require.True(t, proto.Equal(b.Proto(), two.Blocks()[i].Proto()))
	}
}

func TestBlocksAreWellFormed(t *testing.T) {
	l := scenario(t)
	blocks := l.Blocks()
	require.Len(t, blocks, 4)
	for i, b := range blocks {
		raw := b.Proto()
		require.Equal(t, uint64(i+1), raw.GetHeader().GetNumber())
		flags := raw.GetMetadata().GetMetadata()[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
		require.Len(t, flags, len(b.Receipts))
		for j, r := range b.Receipts {
			require.Equal(t, byte(r.Code), flags[j])
			checkEnvelope(t, raw.GetData().GetData()[j], r)
		}
	}
	require.NotEqual(t, blocks[2].Proto().GetHeader().GetPreviousHash(), blocks[3].Proto().GetHeader().GetPreviousHash())
}

func checkEnvelope(t *testing.T, raw []byte, r *fakeledger.Receipt) {
	t.Helper()
	env, payload, tx := &common.Envelope{}, &common.Payload{}, &peer.Transaction{}
	require.NoError(t, proto.Unmarshal(raw, env))
	requireSignature(t, r.Creator().Serialized(), env.GetPayload(), env.GetSignature())
	require.NoError(t, proto.Unmarshal(env.GetPayload(), payload))
	require.NoError(t, proto.Unmarshal(payload.GetData(), tx))
	require.Len(t, tx.GetActions(), 1)
	action := &peer.ChaincodeActionPayload{}
	require.NoError(t, proto.Unmarshal(tx.GetActions()[0].GetPayload(), action))
	endorsed := action.GetAction()
	require.Len(t, endorsed.GetEndorsements(), len(r.Endorsers()))
	for _, e := range endorsed.GetEndorsements() {
		message := append(append([]byte{}, endorsed.GetProposalResponsePayload()...), e.GetEndorser()...)
		requireSignature(t, e.GetEndorser(), message, e.GetSignature())
	}
	visible := &peer.ChaincodeProposalPayload{}
	require.NoError(t, proto.Unmarshal(action.GetChaincodeProposalPayload(), visible))
	require.Empty(t, visible.GetTransientMap(), "transient data never reaches the ledger")
	outer, inner := &peer.ProposalResponsePayload{}, &peer.ChaincodeAction{}
	require.NoError(t, proto.Unmarshal(endorsed.GetProposalResponsePayload(), outer))
	require.NoError(t, proto.Unmarshal(outer.GetExtension(), inner))
	require.True(t, proto.Equal(r.Action(), inner))
}

// Peers that stopped, lagged, or ran all the time end in the same state.
func TestAllPeersEndInTheSameState(t *testing.T) {
	l := network(t, basics())
	c := l.Client("KZ", "o")
	require.NoError(t, l.Stop("REG"))
	require.NoError(t, l.Lag("GUA"))
	submit(t, c, "create", "m", "0", "KZ", "KG")
	submit(t, c, "put", "x", "1")
	submit(t, c, "del", "x")
	require.NoError(t, l.Start("REG"))
	require.NoError(t, l.CatchUp("GUA"))
	for _, org := range l.Orgs() {
		require.Equal(t, "m=0;", evaluate(t, c.With(fakeledger.AtPeer(org)), "list", "", ""))
	}
}
