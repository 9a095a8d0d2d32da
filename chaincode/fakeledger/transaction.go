package fakeledger

import (
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Transaction is an endorsed transaction. It carries no expiry: hold it as long as you like and order it later. Its methods
// never change it; those that give a Transaction give a new one.
type Transaction struct {
	proposal     *proposal
	payload      []byte // marshalled ProposalResponsePayload: what the endorsers signed
	endorsements []*peer.Endorsement
	endorsers    []string // MSP id per endorsement
	action       *peer.ChaincodeAction
	event        *peer.ChaincodeEvent
	public       *kvrwset.KVRWSet
	hashed       []hashedSet
	private      map[string]map[string]privateWrite
}

type hashedSet struct {
	collection string
	set        *kvrwset.HashedRWSet
}

func newTransaction(p *proposal, from *response) (*Transaction, error) {
	tx := &Transaction{proposal: p, payload: from.payload, private: from.private}
	outer := &peer.ProposalResponsePayload{}
	if err := proto.Unmarshal(from.payload, outer); err != nil {
		return nil, err
	}
	tx.action = &peer.ChaincodeAction{}
	if err := proto.Unmarshal(outer.GetExtension(), tx.action); err != nil {
		return nil, err
	}
	if len(tx.action.GetEvents()) > 0 {
		tx.event = &peer.ChaincodeEvent{}
		if err := proto.Unmarshal(tx.action.GetEvents(), tx.event); err != nil {
			return nil, err
		}
	}
	return tx, tx.decodeResults()
}

func (tx *Transaction) decodeResults() error {
	set := &rwset.TxReadWriteSet{}
	if err := proto.Unmarshal(tx.action.GetResults(), set); err != nil {
		return err
	}
	tx.public = &kvrwset.KVRWSet{}
	for _, ns := range set.GetNsRwset() {
		if err := proto.Unmarshal(ns.GetRwset(), tx.public); err != nil {
			return err
		}
		for _, c := range ns.GetCollectionHashedRwset() {
			hashed := &kvrwset.HashedRWSet{}
			if err := proto.Unmarshal(c.GetHashedRwset(), hashed); err != nil {
				return err
			}
			tx.hashed = append(tx.hashed, hashedSet{collection: c.GetCollectionName(), set: hashed})
		}
	}
	return nil
}

// ID is the transaction id, 64 hexadecimal digits.
func (tx *Transaction) ID() string { return tx.proposal.txID }

// Payload is the payload of the chaincode's response; it is part of the block.
func (tx *Transaction) Payload() []byte { return clone(tx.action.GetResponse().GetPayload()) }

// Event is the chaincode event, nil when none was set.
func (tx *Transaction) Event() *peer.ChaincodeEvent {
	if tx.event == nil {
		return nil
	}
	return proto.Clone(tx.event).(*peer.ChaincodeEvent)
}

// Endorsers are the organisations of the endorsements, in order.
func (tx *Transaction) Endorsers() []string { return slices.Clone(tx.endorsers) }

// Creator is the identity that proposed and submits the transaction.
func (tx *Transaction) Creator() *Identity { return tx.proposal.creator }

// ReadKeys are the public keys whose version is checked at commit; range queries are not listed.
func (tx *Transaction) ReadKeys() []string { return keysOf(tx.public.GetReads()) }

// WrittenKeys are the public keys whose value the transaction writes or deletes.
func (tx *Transaction) WrittenKeys() []string { return keysOf(tx.public.GetWrites()) }

// PolicyKeys are the public keys whose policy the transaction sets.
func (tx *Transaction) PolicyKeys() []string { return keysOf(tx.public.GetMetadataWrites()) }

func keysOf[T interface{ GetKey() string }](list []T) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = item.GetKey()
	}
	return out
}

// Action is the chaincode action that the endorsers signed: results, event, response.
func (tx *Transaction) Action() *peer.ChaincodeAction {
	return proto.Clone(tx.action).(*peer.ChaincodeAction)
}

// EndorsedBy adds an endorsement signed by any identity, whatever its role. With a client's identity it is the forged
// endorsement of a trader who signs for its own organisation.
func (tx *Transaction) EndorsedBy(id *Identity) *Transaction {
	next := *tx
	next.endorsements = append(slices.Clone(tx.endorsements), endorse(id, tx.payload))
	next.endorsers = append(slices.Clone(tx.endorsers), id.mspID)
	return &next
}

// WithoutEndorsementsOf drops the endorsements of an organisation.
func (tx *Transaction) WithoutEndorsementsOf(mspID string) *Transaction {
	next := *tx
	next.endorsements, next.endorsers = nil, nil
	for i, id := range tx.endorsers {
		if id != mspID {
			next.endorsements = append(next.endorsements, tx.endorsements[i])
			next.endorsers = append(next.endorsers, id)
		}
	}
	return &next
}

// WithoutPrivateData forgets the plain values before they reached the peers of the collections' members: the hashes commit,
// the values are missing everywhere.
func (tx *Transaction) WithoutPrivateData() *Transaction {
	next := *tx
	next.private = nil
	return &next
}

// endorse signs a response payload followed by the endorser's identity.
func endorse(id *Identity, payload []byte) *peer.Endorsement {
	signature := id.Sign(append(append([]byte(nil), payload...), id.serialized...))
	return &peer.Endorsement{Endorser: id.serialized, Signature: signature}
}

// Envelope is the transaction as the creator signs it for the orderers.
func (tx *Transaction) Envelope() *common.Envelope {
	action := &peer.ChaincodeActionPayload{
		ChaincodeProposalPayload: tx.proposal.publicPayload,
		Action: &peer.ChaincodeEndorsedAction{
			ProposalResponsePayload: tx.payload,
			Endorsements:            tx.endorsements,
		},
	}
	data := &peer.Transaction{Actions: []*peer.TransactionAction{{
		Header:  tx.proposal.signatureHeader,
		Payload: encode(action),
	}}}
	payload := encode(&common.Payload{Header: tx.proposal.header, Data: encode(data)})
	return &common.Envelope{Payload: payload, Signature: tx.proposal.creator.Sign(payload)}
}
