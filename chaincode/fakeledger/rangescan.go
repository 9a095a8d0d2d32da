package fakeledger

import (
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
)

const (
	// queryBatch is how many results travel from peer to chaincode at once (peer default). A peer reads one batch ahead, so a
	// chaincode that stops after its first result has still read up to this many keys, and conflicts on them.
	queryBatch = 100
	// totalQueryLimit is the peer's ledger.state.totalQueryLimit.
	totalQueryLimit = 100000
)

// rangeScan is the peer's side of a range query over committed keys; what it saw is recorded for the phantom check.
type rangeScan struct {
	namespace string
	space     *store
	keys      []string
	end       string
	limit     int // results after which it reports exhaustion, 0: none
	returned  int
	info      *kvrwset.RangeQueryInfo
}

func newRangeScan(namespace string, space *store, start, end string, limit int) *rangeScan {
	return &rangeScan{
		namespace: namespace,
		space:     space,
		keys:      space.scan(start, end, false),
		end:       end,
		limit:     limit,
		info:      &kvrwset.RangeQueryInfo{StartKey: start},
	}
}

// next gives the next key and value, nil at the end.
func (r *rangeScan) next() *queryresult.KV {
	if len(r.keys) == 0 || r.limit > 0 && r.returned >= r.limit {
		r.info.ItrExhausted = true
		r.info.EndKey = r.end
		return nil
	}
	key := r.keys[0]
	r.keys = r.keys[1:]
	r.returned++
	e := r.space.get(key)
	r.info.EndKey = key
	r.record(&kvrwset.KVRead{Key: key, Version: protoVersion(e.version)})
	return &queryresult.KV{Namespace: r.namespace, Key: key, Value: clone(e.value)}
}

func (r *rangeScan) record(read *kvrwset.KVRead) {
	raw := r.info.GetRawReads()
	if raw == nil {
		raw = &kvrwset.QueryReads{}
		r.info.ReadsInfo = &kvrwset.RangeQueryInfo_RawReads{RawReads: raw}
	}
	raw.KvReads = append(raw.KvReads, read)
}

// bookmark is the key at which the next page starts, empty after the last one.
func (r *rangeScan) bookmark() string {
	if len(r.keys) == 0 {
		return ""
	}
	return r.keys[0]
}

func clone(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return append([]byte(nil), b...)
}
