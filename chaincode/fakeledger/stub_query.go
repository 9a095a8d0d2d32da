package fakeledger

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

const (
	compositePrefix = "\x00"
	emptyKey        = "\x01" // where a range without a start begins: after all composite keys
)

var errNoRichQuery = errors.New("ExecuteQuery not supported for leveldb")

// GetStateByRange lists committed simple keys in byte order, start included, end excluded. It is checked for phantoms at commit.
func (s *stub) GetStateByRange(startKey, endKey string) (shim.StateQueryIteratorInterface, error) {
	startKey, err := simpleRange(startKey, endKey)
	if err != nil {
		return nil, err
	}
	return s.scan(startKey, endKey)
}

// GetStateByRangeWithPagination lists one page of simple keys; in read-only transactions only.
func (s *stub) GetStateByRangeWithPagination(
	startKey, endKey string, pageSize int32, bookmark string,
) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	startKey, err := simpleRange(startKey, endKey)
	if err != nil {
		return nil, nil, err
	}
	return s.page(startKey, endKey, pageSize, bookmark)
}

// GetStateByPartialCompositeKey lists committed composite keys under a prefix.
func (s *stub) GetStateByPartialCompositeKey(objectType string, keys []string) (shim.StateQueryIteratorInterface, error) {
	startKey, endKey, err := compositeRange(objectType, keys)
	if err != nil {
		return nil, err
	}
	return s.scan(startKey, endKey)
}

// GetStateByPartialCompositeKeyWithPagination lists one page of composite keys under a prefix.
func (s *stub) GetStateByPartialCompositeKeyWithPagination(
	objectType string, keys []string, pageSize int32, bookmark string,
) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	startKey, endKey, err := compositeRange(objectType, keys)
	if err != nil {
		return nil, nil, err
	}
	return s.page(startKey, endKey, pageSize, bookmark)
}

// GetAllStatesCompositeKeyWithPagination lists one page of all composite keys.
func (s *stub) GetAllStatesCompositeKeyWithPagination(
	pageSize int32, bookmark string,
) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	return s.page(compositePrefix, compositePrefix+string(utf8.MaxRune), pageSize, bookmark)
}

// CreateCompositeKey joins an object type and attributes to a key.
func (s *stub) CreateCompositeKey(objectType string, attributes []string) (string, error) {
	return shim.CreateCompositeKey(objectType, attributes)
}

// SplitCompositeKey takes a composite key apart. Like the shim it panics at a key that is not composite.
func (s *stub) SplitCompositeKey(compositeKey string) (string, []string, error) {
	parts := splitComposite(compositeKey)
	return parts[0], parts[1:], nil
}

// GetQueryResult fails as on LevelDB.
func (s *stub) GetQueryResult(string) (shim.StateQueryIteratorInterface, error) {
	return nil, s.fail("GET_QUERY_RESULT", errNoRichQuery)
}

// GetQueryResultWithPagination fails as on LevelDB.
func (s *stub) GetQueryResultWithPagination(
	_ string, pageSize int32, bookmark string,
) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	if pageSize == 0 && bookmark == "" {
		return nil, nil, s.fail("GET_QUERY_RESULT", errNoRichQuery)
	}
	if err := s.sim.beforePaginatedQuery(); err != nil {
		return nil, nil, s.fail("GET_QUERY_RESULT", err)
	}
	return nil, nil, s.fail("GET_QUERY_RESULT", errors.New("ExecuteQueryWithMetadata not supported for leveldb"))
}

// GetHistoryForKey lists the committed values of a key, newest first. It is not checked at commit.
func (s *stub) GetHistoryForKey(key string) (shim.HistoryQueryIteratorInterface, error) {
	mustUTF8(key)
	return &historyIterator{changes: s.sim.history(key)}, nil
}

func (s *stub) scan(startKey, endKey string) (shim.StateQueryIteratorInterface, error) {
	mustUTF8(startKey, endKey)
	if s.sim.done {
		return nil, s.fail("GET_STATE_BY_RANGE", errSimulationOver)
	}
	scan := newRangeScan(s.proposal.chaincode, s.sim.state.public, startKey, endKey, 0)
	s.sim.iterators = append(s.sim.iterators, scan)
	return newBatchedIterator(scan.next), nil
}

// page reads one page. Without a page size and a bookmark a peer runs a plain range query and describes nothing.
func (s *stub) page(
	startKey, endKey string, pageSize int32, bookmark string,
) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	if pageSize == 0 && bookmark == "" {
		it, err := s.scan(startKey, endKey)
		return it, &peer.QueryResponseMetadata{}, err
	}
	mustUTF8(startKey, endKey, bookmark)
	if err := s.sim.beforePaginatedQuery(); err != nil {
		return nil, nil, s.fail("GET_STATE_BY_RANGE", err)
	}
	if bookmark != "" {
		startKey = bookmark
	}
	scan := newRangeScan(s.proposal.chaincode, s.sim.state.public, startKey, endKey, int(pageSize))
	s.sim.iterators = append(s.sim.iterators, scan)
	it := newPage(scan.next, int(pageSize))
	return it, &peer.QueryResponseMetadata{FetchedRecordsCount: int32(it.total), Bookmark: scan.bookmark()}, nil
}

func simpleRange(startKey, endKey string) (string, error) {
	if startKey == "" {
		startKey = emptyKey
	}
	for _, key := range []string{startKey, endKey} {
		if len(key) > 0 && key[:1] == compositePrefix {
			return "", fmt.Errorf("first character of the key [%s] contains a null character which is not allowed", key)
		}
	}
	return startKey, nil
}

func compositeRange(objectType string, attributes []string) (start, end string, err error) {
	start, err = shim.CreateCompositeKey(objectType, attributes)
	return start, start + string(utf8.MaxRune), err
}

func splitComposite(key string) []string {
	var parts []string
	from := 1
	for i := 1; i < len(key); i++ {
		if key[i:i+1] == compositePrefix {
			parts = append(parts, key[from:i])
			from = i + 1
		}
	}
	return parts
}
