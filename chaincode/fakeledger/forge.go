package fakeledger

import (
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Forged puts another value for a public key into the write set after the endorsement, as a client can who assembles its own
// transactions. Endorsements it already has no longer match; [Transaction.EndorsedBy] signs the forgery.
func (tx *Transaction) Forged(key string, value []byte) (*Transaction, error) {
	action := tx.Action()
	results, err := forgeWrite(action.GetResults(), key, value)
	if err != nil {
		return nil, err
	}
	action.Results = results
	forged, err := newTransaction(tx.proposal, &response{
		payload: encode(&peer.ProposalResponsePayload{ProposalHash: tx.proposal.proposalHash, Extension: encode(action)}),
		private: tx.private,
	})
	if err != nil {
		return nil, err
	}
	forged.endorsements, forged.endorsers = tx.endorsements, tx.endorsers
	return forged, nil
}

func forgeWrite(results []byte, key string, value []byte) ([]byte, error) {
	set, public := &rwset.TxReadWriteSet{}, &kvrwset.KVRWSet{}
	if err := proto.Unmarshal(results, set); err != nil {
		return nil, err
	}
	ns := set.GetNsRwset()[0]
	if err := proto.Unmarshal(ns.GetRwset(), public); err != nil {
		return nil, err
	}
	public.Writes = slices.DeleteFunc(public.Writes, func(w *kvrwset.KVWrite) bool { return w.GetKey() == key })
	public.Writes = append(public.Writes, &kvrwset.KVWrite{Key: key, Value: value, IsDelete: len(value) == 0})
	slices.SortFunc(public.Writes, func(a, b *kvrwset.KVWrite) int { return strings.Compare(a.GetKey(), b.GetKey()) })
	ns.Rwset = encode(public)
	return encode(set), nil
}
