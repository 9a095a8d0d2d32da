package fakeledger

import (
	"errors"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
)

// stateIterator is the chaincode's side of a query: it hands out a batch and fetches the next one when the batch is used up.
type stateIterator struct {
	source  func() *queryresult.KV
	batch   []*queryresult.KV
	pending []*queryresult.KV
	total   int
	limit   int
	more    bool
	closed  bool
}

// newBatchedIterator reads the first batch at once, as a peer does.
func newBatchedIterator(source func() *queryresult.KV) *stateIterator {
	it := &stateIterator{source: source, limit: totalQueryLimit}
	it.fetch()
	return it
}

// newPage reads a whole page at once.
func newPage(source func() *queryresult.KV, pageSize int) *stateIterator {
	it := &stateIterator{source: source, limit: totalQueryLimit}
	if pageSize > 0 && pageSize < it.limit {
		it.limit = pageSize
	}
	for it.total < it.limit {
		kv := source()
		if kv == nil {
			break
		}
		it.batch = append(it.batch, kv)
		it.total++
	}
	return it
}

func (it *stateIterator) fetch() {
	it.more = false
	for it.total < it.limit {
		kv := it.source()
		if kv == nil {
			break
		}
		it.total++
		if len(it.pending) == queryBatch {
			it.batch, it.pending, it.more = it.pending, []*queryresult.KV{kv}, true
			return
		}
		it.pending = append(it.pending, kv)
	}
	it.batch, it.pending = it.pending, nil
}

// HasNext tells whether Next will give a result.
func (it *stateIterator) HasNext() bool { return len(it.batch) > 0 || it.more }

// Next gives the next key and value.
func (it *stateIterator) Next() (*queryresult.KV, error) {
	if len(it.batch) == 0 {
		return nil, errors.New("no such key")
	}
	if it.closed && len(it.batch) == 1 && it.more {
		return nil, errors.New("query iterator not found")
	}
	kv := it.batch[0]
	it.batch = it.batch[1:]
	if len(it.batch) == 0 && it.more {
		it.fetch()
	}
	return kv, nil
}

// Close gives the query back to the peer; results already fetched stay readable, as with a real stub.
func (it *stateIterator) Close() error {
	it.closed = true
	return nil
}
