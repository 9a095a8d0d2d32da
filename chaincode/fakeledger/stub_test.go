package fakeledger_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/fakeledger"
)

// inside runs a function in a simulation and fails with its error.
func inside(t *testing.T, f func(s stub) error) {
	t.Helper()
	l := network(t, functions{"f": func(s stub, _ []string) (string, error) { return "", f(s) }})
	_, err := l.Client("KZ", "officer").With(
		fakeledger.BytesArgs([]byte("raw")), fakeledger.Transient(map[string][]byte{"t": []byte("x")}),
	).Evaluate("f", "one", "two")
	require.NoError(t, err)
}

func TestArgumentsOfAProposal(t *testing.T) {
	inside(t, func(s stub) error {
		function, params := s.GetFunctionAndParameters()
		require.Equal(t, "f", function)
		require.Equal(t, []string{"one", "two", "raw"}, params)
		require.Equal(t, []string{"f", "one", "two", "raw"}, s.GetStringArgs())
		require.Equal(t, [][]byte{[]byte("f"), []byte("one"), []byte("two"), []byte("raw")}, s.GetArgs())
		slice, err := s.GetArgsSlice()
		require.Equal(t, "fonetworaw", string(slice))
		require.Empty(t, s.GetDecorations())
		require.Equal(t, "channel", s.GetChannelID())
		require.Equal(t, int32(500), s.InvokeChaincode("other", nil, "").GetStatus())
		return err
	})
}

func TestTheSignedProposalIsWellFormed(t *testing.T) {
	inside(t, func(s stub) error {
		signed, err := s.GetSignedProposal()
		require.NoError(t, err)
		proposal, header, channel, signature := decodeProposal(t, signed)
		creator, err := s.GetCreator()
		require.NoError(t, err)
		require.Equal(t, creator, signature.GetCreator())
		require.NotEmpty(t, header.GetChannelHeader())

		sum := sha256.Sum256(append(append([]byte{}, signature.GetNonce()...), creator...))
		require.Equal(t, hex.EncodeToString(sum[:]), s.GetTxID())
		require.Equal(t, s.GetTxID(), channel.GetTxId())
		ts, err := s.GetTxTimestamp()
		require.NoError(t, err)
		require.True(t, proto.Equal(ts, channel.GetTimestamp()))

		payload := &peer.ChaincodeProposalPayload{}
		require.NoError(t, proto.Unmarshal(proposal.GetPayload(), payload))
		transient, err := s.GetTransient()
		require.NoError(t, err)
		require.Equal(t, map[string][]byte{"t": []byte("x")}, transient)
		require.Equal(t, transient, payload.GetTransientMap())
		requireSignature(t, creator, signed.GetProposalBytes(), signed.GetSignature())

		binding := sha256.Sum256(append(append(append([]byte{}, signature.GetNonce()...), creator...), make([]byte, 8)...))
		got, err := s.GetBinding()
		require.Equal(t, binding[:], got)
		return err
	})
}

func decodeProposal(
	t *testing.T, signed *peer.SignedProposal,
) (*peer.Proposal, *common.Header, *common.ChannelHeader, *common.SignatureHeader) {
	t.Helper()
	proposal, header := &peer.Proposal{}, &common.Header{}
	channel, signature := &common.ChannelHeader{}, &common.SignatureHeader{}
	require.NoError(t, proto.Unmarshal(signed.GetProposalBytes(), proposal))
	require.NoError(t, proto.Unmarshal(proposal.GetHeader(), header))
	require.NoError(t, proto.Unmarshal(header.GetChannelHeader(), channel))
	require.NoError(t, proto.Unmarshal(header.GetSignatureHeader(), signature))
	return proposal, header, channel, signature
}

func requireSignature(t *testing.T, serialized, message, signature []byte) {
	t.Helper()
	id := &msp.SerializedIdentity{}
	require.NoError(t, proto.Unmarshal(serialized, id))
	block, _ := pem.Decode(id.GetIdBytes())
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	digest := sha256.Sum256(message)
	require.True(t, ecdsa.VerifyASN1(cert.PublicKey.(*ecdsa.PublicKey), digest[:], signature))
}

func TestStateFunctionsOutsideWrites(t *testing.T) {
	inside(t, func(s stub) error {
		require.ErrorContains(t, s.PutState("", []byte("x")), "key must not be an empty string")
		require.ErrorContains(t, s.PutPrivateData("_implicit_org_KZ", "", []byte("x")), "key must not be an empty string")
		require.ErrorContains(t, s.SetEvent("", nil), "event name can not be empty string")
		vs, err := s.GetMultipleStates()
		require.NoError(t, err)
		require.Nil(t, vs)
		vs, err = s.GetMultipleStates("a", "b")
		require.NoError(t, err)
		require.Equal(t, [][]byte{nil, nil}, vs)
		ep, err := s.GetStateValidationParameter("a")
		require.NoError(t, err)
		require.Nil(t, ep)
		key, err := s.CreateCompositeKey("t", []string{"a", "b"})
		require.NoError(t, err)
		kind, attrs, err := s.SplitCompositeKey(key)
		require.Equal(t, "t", kind)
		require.Equal(t, []string{"a", "b"}, attrs)
		require.Panics(t, func() { _, _, _ = s.SplitCompositeKey("simple") }, "as with the shim")
		return err
	})
}

func TestSeveralStatesAreReadAtOnceAndChecked(t *testing.T) {
	f := basics()
	f["many"] = func(s stub, a []string) (string, error) {
		vs, err := s.GetMultipleStates(a...)
		out := ""
		for _, v := range vs {
			out += string(v) + ";"
		}
		return out, err
	}
	l := network(t, f)
	c := l.Client("KZ", "o")
	submit(t, c, "put", "a", "1", "c", "3")
	tx := endorse(t, c, "many", "c", "missing", "a")
	require.Equal(t, "3;;1;", string(tx.Payload()))
	require.Equal(t, []string{"a", "c", "missing"}, tx.ReadKeys())
	require.Equal(t, codes{valid, conflict}, order(t, l, endorse(t, c, "put", "missing", "2"), tx))
}

func TestWriteBatches(t *testing.T) {
	policyBytes := fakeledger.PolicyBytes(fakeledger.OutOf(1, "KZ"))
	f := basics()
	f["batch"] = func(s stub, a []string) (string, error) {
		s.StartWriteBatch()
		s.StartWriteBatch()
		if err := s.SetStateValidationParameter(a[0], policyBytes); err != nil {
			return "", err
		}
		err := errors.Join(s.PutState(a[0], []byte("1")), s.PutState(a[0], []byte("2")), s.DelState("gone"),
			s.PutPrivateData("_implicit_org_KZ", "p", []byte("x")), s.PutState("", nil))
		if err == nil || err.Error() != "key must not be an empty string" {
			return "", errors.New("an empty key must be refused at once")
		}
		ep, err := s.GetStateValidationParameter(a[0])
		if err != nil || ep != nil {
			return "", errors.New("a held policy must not show")
		}
		if len(a) == 1 {
			return "", nil
		}
		return "", errors.Join(s.FinishWriteBatch(), s.FinishWriteBatch())
	}
	f["late"] = func(s stub, _ []string) (string, error) {
		s.StartWriteBatch()
		if err := s.PutPrivateData("nowhere", "k", []byte("x")); err != nil {
			return "", errors.New("a batch tells its errors at the end")
		}
		return "", s.FinishWriteBatch()
	}
	f["unfinished"] = func(s stub, _ []string) (string, error) {
		s.StartWriteBatch()
		return "", s.PutPrivateData("nowhere", "k", []byte("x"))
	}
	l := network(t, f)
	c := l.Client("KZ", "o").With(fakeledger.Endorsers("KZ", "KG"))
	for key, args := range map[string][]string{"finished": {"finished", "yes"}, "left open": {"left open"}} {
		t.Run(key, func(t *testing.T) {
			tx := submit(t, c, "batch", args...)
			require.ElementsMatch(t, []string{"gone", key}, tx.WrittenKeys())
			require.Equal(t, []string{key}, tx.PolicyKeys())
			require.Equal(t, "2", string(l.State(key)), "the last write of a key counts")
			require.Equal(t, policyBytes, l.PolicyBytes(key))
		})
	}
	_, err := c.Submit("late")
	require.ErrorContains(t, err, "failed send batch")
	_, err = c.Submit("unfinished")
	require.ErrorContains(t, err, "collection channel/chaincode/nowhere could not be found")
}

func TestPolicyOfAKeyIsReadAndCheckedLikeItsValue(t *testing.T) {
	f := basics()
	f["policy"] = func(s stub, a []string) (string, error) {
		ep, err := s.GetStateValidationParameter(a[0])
		return string(ep), err
	}
	l := network(t, f)
	c := l.Client("KZ", "o")
	submit(t, c, "create", "m", "0", "KZ", "KG")
	tx := endorse(t, c, "policy", "m")
	require.Equal(t, l.PolicyBytes("m"), tx.Payload())
	require.Equal(t, codes{valid, conflict}, order(t, l, endorse(t, c, "put", "m", "1"), tx))
}

func TestResponsesOutsideTheSuccessRange(t *testing.T) {
	for name, r := range map[string]*peer.Response{
		"nil": nil, "status 0": {}, "status 199": {Status: 199}, "status 400": {Status: 400}, "status 500": {Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			l := network(t, answer{r})
			_, err := l.Client("KZ", "o").Submit("f")
			var failure *fakeledger.ChaincodeError
			require.ErrorAs(t, err, &failure)
			require.Equal(t, r.GetStatus(), failure.Status)
		})
	}
	l := network(t, answer{&peer.Response{Status: 399, Message: "odd", Payload: []byte("p")}})
	require.Equal(t, "p", string(submit(t, l.Client("KZ", "o"), "f").Payload()), "anything below 400 is a success")
	l = network(t, answer{&peer.Response{Status: 200, Message: "\xff"}})
	_, err := l.Client("KZ", "o").Submit("f")
	require.ErrorContains(t, err, "failed to marshal response")
}

type answer struct{ response *peer.Response }

func (a answer) Init(stub) *peer.Response   { return a.response }
func (a answer) Invoke(stub) *peer.Response { return a.response }
