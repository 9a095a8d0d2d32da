package fakeledger

import (
	"errors"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

var errNoCollection = errors.New("collection must not be an empty string")

// GetPrivateData reads a committed plain value. Only peers of the collection's members keep it; elsewhere the read fails when
// the hash exists, and finds nothing when it does not.
func (s *stub) GetPrivateData(collection, key string) ([]byte, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	mustUTF8(collection, key)
	value, err := s.sim.getPrivate(collection, key)
	return clone(value), s.fail("GET_STATE", err)
}

// GetMultiplePrivateData reads several plain values. Unlike GetPrivateData it gives nil at peers without the plain value.
func (s *stub) GetMultiplePrivateData(collection string, keys ...string) ([][]byte, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	mustUTF8(append([]string{collection}, keys...)...)
	return readAll(keys, func(key string) ([]byte, error) {
		value, err := s.sim.getPrivateUnmatched(collection, key)
		return clone(value), s.fail("GET_STATE_MULTIPLE", err)
	})
}

// GetPrivateDataHash reads the SHA-256 of a committed private value; every peer has it.
func (s *stub) GetPrivateDataHash(collection, key string) ([]byte, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	mustUTF8(collection, key)
	e, err := s.sim.getPrivateHash(collection, key)
	if e == nil {
		return nil, s.fail("GET_PRIVATE_DATA_HASH", err)
	}
	return clone(e.value), nil
}

// PutPrivateData writes a private value; an empty value deletes the key. Any peer may simulate it.
func (s *stub) PutPrivateData(collection, key string, value []byte) error {
	if collection == "" {
		return errNoCollection
	}
	if key == "" {
		return errors.New("key must not be an empty string")
	}
	value = clone(value)
	return s.write("PUT_STATE", writeID{collection: collection, key: key}, func() error {
		return s.sim.setPrivate(collection, key, value, false)
	})
}

// DelPrivateData deletes a private key with its hash.
func (s *stub) DelPrivateData(collection, key string) error {
	if collection == "" {
		return errNoCollection
	}
	return s.write("DEL_STATE", writeID{collection: collection, key: key}, func() error {
		return s.sim.setPrivate(collection, key, nil, false)
	})
}

// PurgePrivateData deletes a private key and every earlier value of it; only hashes in blocks remain.
func (s *stub) PurgePrivateData(collection, key string) error {
	if collection == "" {
		return errNoCollection
	}
	return s.write("PURGE_PRIVATE_DATA", writeID{collection: collection, key: key}, func() error {
		return s.sim.setPrivate(collection, key, nil, true)
	})
}

// SetPrivateDataValidationParameter sets the policy of a private key.
func (s *stub) SetPrivateDataValidationParameter(collection, key string, ep []byte) error {
	if collection == "" {
		return s.SetStateValidationParameter(key, ep)
	}
	ep = clone(ep)
	return s.write("PUT_STATE_METADATA", writeID{collection: collection, key: key, policy: true}, func() error {
		return s.sim.setPrivatePolicy(collection, key, ep)
	})
}

// GetPrivateDataValidationParameter reads the committed policy of a private key; every peer has it.
func (s *stub) GetPrivateDataValidationParameter(collection, key string) ([]byte, error) {
	if collection == "" {
		return s.GetStateValidationParameter(key)
	}
	mustUTF8(collection, key)
	policy, err := s.sim.getPrivatePolicy(collection, key)
	return clone(policy), s.fail("GET_STATE_METADATA", err)
}

// GetPrivateDataByRange lists plain values in key order; in read-only transactions only, without a phantom check.
func (s *stub) GetPrivateDataByRange(collection, startKey, endKey string) (shim.StateQueryIteratorInterface, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	startKey, err := simpleRange(startKey, endKey)
	if err != nil {
		return nil, err
	}
	return s.scanPrivate(collection, startKey, endKey)
}

// GetPrivateDataByPartialCompositeKey lists plain values under a composite key prefix.
func (s *stub) GetPrivateDataByPartialCompositeKey(
	collection, objectType string, keys []string,
) (shim.StateQueryIteratorInterface, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	startKey, endKey, err := compositeRange(objectType, keys)
	if err != nil {
		return nil, err
	}
	return s.scanPrivate(collection, startKey, endKey)
}

// GetPrivateDataQueryResult fails as on LevelDB.
func (s *stub) GetPrivateDataQueryResult(collection, _ string) (shim.StateQueryIteratorInterface, error) {
	if collection == "" {
		return nil, errNoCollection
	}
	if err := s.privateQueryable(collection); err != nil {
		return nil, s.fail("GET_QUERY_RESULT", err)
	}
	return nil, s.fail("GET_QUERY_RESULT", errNoRichQuery)
}

func (s *stub) scanPrivate(collection, startKey, endKey string) (shim.StateQueryIteratorInterface, error) {
	mustUTF8(collection, startKey, endKey)
	if err := s.privateQueryable(collection); err != nil {
		return nil, s.fail("GET_STATE_BY_RANGE", err)
	}
	scan := newRangeScan("", s.sim.state.plain(collection), startKey, endKey, 0)
	return newBatchedIterator(scan.next), nil
}

func (s *stub) privateQueryable(collection string) error {
	if err := s.sim.collections.mayRead(collection, s.sim.creatorMSP); err != nil {
		return err
	}
	if err := s.sim.beforePrivateQuery(); err != nil {
		return err
	}
	return s.sim.stored(collection)
}
