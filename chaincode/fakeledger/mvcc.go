package fakeledger

import (
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// checkReads compares what a transaction read with the state before the block and the valid transactions before it.
func (u *updates) checkReads(tx *Transaction, committed *worldState) peer.TxValidationCode {
	for _, r := range tx.public.GetReads() {
		if !u.current(keyRef{"", r.GetKey()}, r.GetVersion(), committed) {
			return peer.TxValidationCode_MVCC_READ_CONFLICT
		}
	}
	for _, q := range tx.public.GetRangeQueriesInfo() {
		if !u.sameRange(q, committed.public) {
			return peer.TxValidationCode_PHANTOM_READ_CONFLICT
		}
	}
	for _, h := range tx.hashed {
		for _, r := range h.set.GetHashedReads() {
			if !u.current(keyRef{h.collection, string(r.GetKeyHash())}, r.GetVersion(), committed) {
				return peer.TxValidationCode_MVCC_READ_CONFLICT
			}
		}
	}
	return peer.TxValidationCode_VALID
}

// current tells whether a key still has the version that was read. Any earlier write in the block, even a deletion, spoils it.
func (u *updates) current(ref keyRef, read *kvrwset.Version, committed *worldState) bool {
	if _, touched := u.entries[ref]; touched {
		return false
	}
	var version *height
	if e := committed.lookup(ref); e != nil {
		version = e.version
	}
	return sameHeight(version, versionOf(read))
}

// sameRange runs a range query again, over the committed keys and the block's updates so far. A query that was not read to its
// end is repeated up to and including the last key it saw.
func (u *updates) sameRange(q *kvrwset.RangeQueryInfo, public *store) bool {
	now := u.merged(q, public)
	before := q.GetRawReads().GetKvReads()
	if len(now) != len(before) {
		return false
	}
	for i, r := range before {
		if now[i].key != r.GetKey() || !sameHeight(now[i].version, versionOf(r.GetVersion())) {
			return false
		}
	}
	return true
}

type keyVersion struct {
	key     string
	version *height
}

func (u *updates) merged(q *kvrwset.RangeQueryInfo, public *store) []keyVersion {
	includeEnd := !q.GetItrExhausted()
	found := map[string]*height{}
	for _, key := range public.scan(q.GetStartKey(), q.GetEndKey(), includeEnd) {
		found[key] = public.get(key).version
	}
	for ref, e := range u.entries {
		if ref.collection != "" || !inRange(ref.key, q, includeEnd) {
			continue
		}
		if e == nil {
			delete(found, ref.key)
			continue
		}
		found[ref.key] = e.version
	}
	out := make([]keyVersion, 0, len(found))
	for _, key := range slices.Sorted(maps.Keys(found)) {
		out = append(out, keyVersion{key, found[key]})
	}
	return out
}

func inRange(key string, q *kvrwset.RangeQueryInfo, includeEnd bool) bool {
	end := q.GetEndKey()
	return key >= q.GetStartKey() && (end == "" || key < end || includeEnd && key == end)
}
