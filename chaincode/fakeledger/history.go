package fakeledger

import (
	"errors"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// keyChange is one committed write to a public key; changes of its policy alone leave no history.
type keyChange struct {
	txID      string
	value     []byte
	timestamp *timestamppb.Timestamp
	deleted   bool
}

// historyIterator lists the changes of a key, newest first.
type historyIterator struct {
	changes []keyChange
}

// HasNext tells whether Next will give a result.
func (it *historyIterator) HasNext() bool { return len(it.changes) > 0 }

// Next gives the next older change.
func (it *historyIterator) Next() (*queryresult.KeyModification, error) {
	if len(it.changes) == 0 {
		return nil, errors.New("no such key")
	}
	c := it.changes[len(it.changes)-1]
	it.changes = it.changes[:len(it.changes)-1]
	return &queryresult.KeyModification{TxId: c.txID, Value: clone(c.value), Timestamp: c.timestamp, IsDelete: c.deleted}, nil
}

// Close ends the query.
func (it *historyIterator) Close() error { return nil }
