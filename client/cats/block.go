package cats

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Block is one block of the ledger, as far as the chaincode's transactions go.
type Block struct {
	Number uint64
	// Transactions are all of the block's, also the invalid ones and those of other chaincodes.
	Transactions []*Transaction
}

// Transaction is one transaction of a block.
type Transaction struct {
	ID    string
	Block uint64
	// Index in the block.
	Index int
	// Code is the peers' verdict; only a valid transaction has changed anything.
	Code peer.TxValidationCode
	// Type tells transactions of the chaincode from changes of the channel's configuration.
	Type common.HeaderType
	// At is the time that the client declared.
	At      time.Time
	Creator Signer
	// Certificate is the creator's; nil when there is none that can be read.
	Certificate *x509.Certificate
	// Chaincode and Function called. The argument is that of the function.
	Chaincode string
	Function  transit.Function
	Argument  []byte
	// Endorsers are the MSPs whose peers endorsed.
	Endorsers []string
	// Event is nil when the transaction emitted none.
	Event *transit.EventPayload
	// Writes to the public state, Policies set on its keys, and hashes of private writes.
	Writes   []Write
	Policies []PolicyWrite
	Private  []PrivateWrite
}

// Valid reports whether the transaction took effect.
func (t *Transaction) Valid() bool { return t.Code == peer.TxValidationCode_VALID }

// Signer is who signed: an MSP and the common name in its certificate.
type Signer struct {
	MSP  string `json:"msp"`
	Name string `json:"name"`
}

// Write is a change of one public key.
type Write struct {
	Key    string
	Value  []byte
	Delete bool
}

// PolicyWrite sets the key-level endorsement policy of a key.
type PolicyWrite struct {
	Key string
	// Policy is a marshalled SignaturePolicyEnvelope; nil removes the key's policy.
	Policy []byte
}

// PrivateWrite is what every peer sees of a write to a private collection.
type PrivateWrite struct {
	Collection string
	KeyHash    []byte
	ValueHash  []byte
	Delete     bool
}

// validationParameter is the name under which peers keep a key's endorsement policy.
const validationParameter = "VALIDATION_PARAMETER"

// ReadBlock decodes a block; writes are those of the named chaincode.
func ReadBlock(raw *common.Block, chaincode string) (*Block, error) {
	block := &Block{Number: raw.GetHeader().GetNumber()}
	var flags []byte
	if metadata := raw.GetMetadata().GetMetadata(); len(metadata) > int(common.BlockMetadataIndex_TRANSACTIONS_FILTER) {
		flags = metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
	}
	for i, data := range raw.GetData().GetData() {
		tx := &Transaction{Block: block.Number, Index: i, Code: peer.TxValidationCode_NOT_VALIDATED}
		if i < len(flags) {
			tx.Code = peer.TxValidationCode(flags[i])
		}
		if err := tx.read(data, chaincode); err != nil && tx.Valid() {
			return nil, fmt.Errorf("couldn't read transaction %d of block %d: %w", i, block.Number, err)
		}
		block.Transactions = append(block.Transactions, tx)
	}
	return block, nil
}

func (t *Transaction) read(data []byte, chaincode string) error {
	var envelope common.Envelope
	var payload common.Payload
	if err := unmarshalAll(pair{data, &envelope}); err != nil {
		return err
	}
	if err := unmarshalAll(pair{envelope.GetPayload(), &payload}); err != nil {
		return err
	}
	var header common.ChannelHeader
	var signature common.SignatureHeader
	err := unmarshalAll(pair{payload.GetHeader().GetChannelHeader(), &header}, pair{payload.GetHeader().GetSignatureHeader(), &signature})
	if err != nil {
		return err
	}
	t.ID, t.Type, t.At = header.GetTxId(), common.HeaderType(header.GetType()), header.GetTimestamp().AsTime()
	if t.Creator, t.Certificate, err = signerOf(signature.GetCreator()); err != nil {
		return err
	}
	if t.Type != common.HeaderType_ENDORSER_TRANSACTION {
		return nil
	}
	var tx peer.Transaction
	if err := unmarshalAll(pair{payload.GetData(), &tx}); err != nil {
		return err
	}
	for _, action := range tx.GetActions() {
		if err := t.readAction(action.GetPayload(), chaincode); err != nil {
			return err
		}
	}
	return nil
}

// writesOf reads the public writes of a chaincode out of an endorsed transaction that is not in a block yet.
func writesOf(envelope *common.Envelope, chaincode string) ([]Write, error) {
	var payload common.Payload
	var tx peer.Transaction
	if err := unmarshalAll(pair{envelope.GetPayload(), &payload}); err != nil {
		return nil, err
	}
	if err := unmarshalAll(pair{payload.GetData(), &tx}); err != nil {
		return nil, err
	}
	var t Transaction
	for _, a := range tx.GetActions() {
		var action peer.ChaincodeActionPayload
		var response peer.ProposalResponsePayload
		var result peer.ChaincodeAction
		if err := unmarshalAll(pair{a.GetPayload(), &action}); err != nil {
			return nil, err
		}
		if err := unmarshalAll(pair{action.GetAction().GetProposalResponsePayload(), &response}); err != nil {
			return nil, err
		}
		if err := unmarshalAll(pair{response.GetExtension(), &result}); err != nil {
			return nil, err
		}
		if err := t.readWrites(result.GetResults(), chaincode); err != nil {
			return nil, err
		}
	}
	return t.Writes, nil
}

func (t *Transaction) readAction(raw []byte, chaincode string) error {
	var action peer.ChaincodeActionPayload
	if err := unmarshalAll(pair{raw, &action}); err != nil {
		return err
	}
	if err := t.readInput(action.GetChaincodeProposalPayload()); err != nil {
		return err
	}
	for _, e := range action.GetAction().GetEndorsements() {
		id, err := identityOf(e.GetEndorser())
		if err != nil {
			return err
		}
		t.Endorsers = append(t.Endorsers, id.GetMspid())
	}
	var response peer.ProposalResponsePayload
	if err := unmarshalAll(pair{action.GetAction().GetProposalResponsePayload(), &response}); err != nil {
		return err
	}
	var result peer.ChaincodeAction
	if err := unmarshalAll(pair{response.GetExtension(), &result}); err != nil {
		return err
	}
	if err := t.readEvent(result.GetEvents()); err != nil {
		return err
	}
	return t.readWrites(result.GetResults(), chaincode)
}

// readInput reads which function was called. The proposal's payload carries no transient data.
func (t *Transaction) readInput(raw []byte) error {
	var payload peer.ChaincodeProposalPayload
	if err := unmarshalAll(pair{raw, &payload}); err != nil {
		return err
	}
	var spec peer.ChaincodeInvocationSpec
	if err := unmarshalAll(pair{payload.GetInput(), &spec}); err != nil {
		return err
	}
	t.Chaincode = spec.GetChaincodeSpec().GetChaincodeId().GetName()
	args := spec.GetChaincodeSpec().GetInput().GetArgs()
	if len(args) > 0 {
		t.Function = transit.Function(args[0])
	}
	if len(args) > 1 {
		t.Argument = args[1]
	}
	return nil
}

func (t *Transaction) readEvent(raw []byte) error {
	var event peer.ChaincodeEvent
	if err := unmarshalAll(pair{raw, &event}); err != nil {
		return err
	}
	if event.GetEventName() != transit.EventName {
		return nil
	}
	t.Event = new(transit.EventPayload)
	if err := json.Unmarshal(event.GetPayload(), t.Event); err != nil {
		return fmt.Errorf("couldn't read the event: %w", err)
	}
	return nil
}

func (t *Transaction) readWrites(raw []byte, chaincode string) error {
	var sets rwset.TxReadWriteSet
	if err := unmarshalAll(pair{raw, &sets}); err != nil {
		return err
	}
	for _, ns := range sets.GetNsRwset() {
		if ns.GetNamespace() != chaincode {
			continue
		}
		if err := t.readNamespace(ns); err != nil {
			return err
		}
	}
	return nil
}

func (t *Transaction) readNamespace(ns *rwset.NsReadWriteSet) error {
	var public kvrwset.KVRWSet
	if err := unmarshalAll(pair{ns.GetRwset(), &public}); err != nil {
		return err
	}
	for _, w := range public.GetWrites() {
		t.Writes = append(t.Writes, Write{Key: w.GetKey(), Value: w.GetValue(), Delete: w.GetIsDelete()})
	}
	for _, m := range public.GetMetadataWrites() {
		p := PolicyWrite{Key: m.GetKey()}
		for _, entry := range m.GetEntries() {
			if entry.GetName() == validationParameter {
				p.Policy = entry.GetValue()
			}
		}
		t.Policies = append(t.Policies, p)
	}
	for _, collection := range ns.GetCollectionHashedRwset() {
		var hashed kvrwset.HashedRWSet
		if err := unmarshalAll(pair{collection.GetHashedRwset(), &hashed}); err != nil {
			return err
		}
		for _, w := range hashed.GetHashedWrites() {
			t.Private = append(t.Private, PrivateWrite{
				Collection: collection.GetCollectionName(), KeyHash: w.GetKeyHash(), ValueHash: w.GetValueHash(),
				Delete: w.GetIsDelete() || w.GetIsPurge(),
			})
		}
	}
	return nil
}

func signerOf(creator []byte) (Signer, *x509.Certificate, error) {
	if len(creator) == 0 {
		return Signer{}, nil, nil
	}
	id, err := identityOf(creator)
	if err != nil {
		return Signer{}, nil, err
	}
	s := Signer{MSP: id.GetMspid()}
	block, _ := pem.Decode(id.GetIdBytes())
	if block == nil {
		return s, nil, nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return s, nil, nil //nolint:nilerr // whoever has no readable certificate has no name either
	}
	s.Name = certificate.Subject.CommonName
	return s, certificate, nil
}

// pair is a message and the bytes it is read from.
type pair struct {
	raw []byte
	to  proto.Message
}

func unmarshalAll(pairs ...pair) error {
	for _, p := range pairs {
		if err := proto.Unmarshal(p.raw, p.to); err != nil {
			return fmt.Errorf("couldn't read a %s: %w", p.to.ProtoReflect().Descriptor().Name(), err)
		}
	}
	return nil
}
