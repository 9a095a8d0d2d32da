package fakeledger

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// stub is the chaincode's view of one simulation. Its checks and error texts are those of the real shim and peer.
type stub struct {
	proposal *proposal
	sim      *simulator
	batch    *writeBatch
	event    *peer.ChaincodeEvent
}

var _ shim.ChaincodeStubInterface = (*stub)(nil)

func (s *stub) fail(message string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s failed: transaction ID: %s: %w", message, s.proposal.txID, err)
}

// mustUTF8 panics at text that the shim cannot put into a message: there, too, it takes the whole chaincode process down.
func mustUTF8(texts ...string) {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			panic(fmt.Sprintf("string field contains invalid UTF-8: %x", text))
		}
	}
}

// GetArgs gives the function name and the arguments.
func (s *stub) GetArgs() [][]byte { return s.proposal.args }

// GetStringArgs gives the function name and the arguments as strings.
func (s *stub) GetStringArgs() []string {
	out := make([]string, 0, len(s.proposal.args))
	for _, a := range s.proposal.args {
		out = append(out, string(a))
	}
	return out
}

// GetFunctionAndParameters splits the function name from its arguments.
func (s *stub) GetFunctionAndParameters() (string, []string) {
	all := s.GetStringArgs()
	if len(all) == 0 {
		return "", []string{}
	}
	return all[0], all[1:]
}

// GetArgsSlice joins all arguments.
func (s *stub) GetArgsSlice() ([]byte, error) {
	out := []byte{}
	for _, a := range s.proposal.args {
		out = append(out, a...)
	}
	return out, nil
}

// GetTxID gives the transaction id: SHA-256 over nonce and creator, in hex.
func (s *stub) GetTxID() string { return s.proposal.txID }

// GetChannelID gives the channel's name.
func (s *stub) GetChannelID() string { return s.proposal.channel }

// InvokeChaincode always fails: a ledger runs one chaincode.
func (s *stub) InvokeChaincode(name string, _ [][]byte, _ string) *peer.Response {
	return shim.Error(fmt.Sprintf("INVOKE_CHAINCODE failed: transaction ID: %s: chaincode %s not found", s.proposal.txID, name))
}

// GetState reads a committed value, nil when there is none; writes of the same transaction do not show.
func (s *stub) GetState(key string) ([]byte, error) {
	mustUTF8(key)
	value, _, err := s.sim.getState(key)
	return clone(value), s.fail("GET_STATE", err)
}

// GetMultipleStates reads several committed values, each nil when there is none.
func (s *stub) GetMultipleStates(keys ...string) ([][]byte, error) {
	mustUTF8(keys...)
	return readAll(keys, s.GetState)
}

func readAll(keys []string, read func(string) ([]byte, error)) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	out := make([][]byte, 0, len(keys))
	for _, key := range keys {
		value, err := read(key)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// PutState writes a value; an empty value deletes the key.
func (s *stub) PutState(key string, value []byte) error {
	if key == "" {
		return errors.New("key must not be an empty string")
	}
	value = clone(value)
	return s.write("PUT_STATE", writeID{key: key}, func() error { return s.sim.setState(key, value) })
}

// DelState deletes a key, its policy included.
func (s *stub) DelState(key string) error {
	return s.write("DEL_STATE", writeID{key: key}, func() error { return s.sim.setState(key, nil) })
}

// SetStateValidationParameter sets the policy of a key: the bytes of a bare SignaturePolicyEnvelope, not checked here.
func (s *stub) SetStateValidationParameter(key string, ep []byte) error {
	ep = clone(ep)
	return s.write("PUT_STATE_METADATA", writeID{key: key, policy: true}, func() error { return s.sim.setPolicy(key, ep) })
}

// GetStateValidationParameter reads the committed policy of a key, nil when there is none.
func (s *stub) GetStateValidationParameter(key string) ([]byte, error) {
	mustUTF8(key)
	policy, err := s.sim.getPolicy(key)
	return clone(policy), s.fail("GET_STATE_METADATA", err)
}

// GetCreator gives the serialized identity of the proposal's creator.
func (s *stub) GetCreator() ([]byte, error) { return s.proposal.creator.Serialized(), nil }

// GetTransient gives the transient map, which never reaches the ledger.
func (s *stub) GetTransient() (map[string][]byte, error) { return s.proposal.transient, nil }

// GetBinding gives the proposal's binding: SHA-256 over nonce, creator and epoch.
func (s *stub) GetBinding() ([]byte, error) { return s.proposal.binding(), nil }

// GetDecorations gives the decorations of the proposal: none.
func (s *stub) GetDecorations() map[string][]byte { return map[string][]byte{} }

// GetSignedProposal gives the proposal as the client signed it.
func (s *stub) GetSignedProposal() (*peer.SignedProposal, error) { return s.proposal.signed(), nil }

// GetTxTimestamp gives the time the client claims.
func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.proposal.timestamp), nil
}

// SetEvent sets the transaction's only event; the last call wins.
func (s *stub) SetEvent(name string, payload []byte) error {
	if name == "" {
		return errors.New("event name can not be empty string")
	}
	s.event = &peer.ChaincodeEvent{EventName: name, Payload: clone(payload)}
	return nil
}
