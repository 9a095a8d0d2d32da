package fakeledger

import (
	"errors"
	"fmt"
)

// simulator runs one proposal on one peer: it serves reads from the peer's committed state only, and collects the read/write
// set. It is not safe for concurrent use; a chaincode that starts goroutines must not share its stub between them.
type simulator struct {
	txID        string
	creatorMSP  string
	state       *worldState
	collections *collections
	history     func(key string) []keyChange
	rw          *rwBuilder
	interest    *interest
	iterators   []*rangeScan
	done        bool

	written        bool
	paginated      bool
	privateQueried bool
}

var errSimulationOver = errors.New("this instance should not be used after calling Done()")

func (s *simulator) getState(key string) ([]byte, *entry, error) {
	if s.done {
		return nil, nil, errSimulationOver
	}
	e := s.state.public.get(key)
	if e == nil {
		s.rw.read(key, nil)
		return nil, nil, nil
	}
	s.rw.read(key, e.version)
	return e.value, e, nil
}

func (s *simulator) getPolicy(key string) ([]byte, error) {
	_, e, err := s.getState(key)
	if e == nil {
		return nil, err
	}
	return e.policy, nil
}

func (s *simulator) setState(key string, value []byte) error {
	if err := s.beforeWrite(); err != nil {
		return err
	}
	s.rw.write(key, value)
	s.interest.write("", s.state.public.get(key))
	return nil
}

func (s *simulator) setPolicy(key string, policy []byte) error {
	if err := s.beforeWrite(); err != nil {
		return err
	}
	s.rw.setPolicy(key, policy)
	s.interest.write("", s.state.public.get(key))
	return nil
}

// getPrivate reads a plain value. At a peer that keeps no plain value for a known hash it fails; without a hash it finds nothing.
func (s *simulator) getPrivate(collection, key string) ([]byte, error) {
	if err := s.readable(collection); err != nil {
		return nil, err
	}
	var value []byte
	var plainVersion, hashVersion *height
	if e := s.state.plain(collection).get(key); e != nil {
		value, plainVersion = e.value, e.version
	}
	if e := s.state.hashes(collection).get(string(hash([]byte(key)))); e != nil {
		hashVersion = e.version
	}
	if !sameHeight(plainVersion, hashVersion) {
		return nil, fmt.Errorf("private data matching public hash version is not available. "+
			"Public hash version = %s, Private data version = %s", hashVersion, plainVersion)
	}
	s.rw.readHash(collection, key, plainVersion)
	s.interest.readPrivate(collection)
	return value, nil
}

// getPrivateUnmatched is the read of several keys: it lacks the comparison with the hash, so that at a peer without the plain
// value it finds nothing and the transaction dies at commit.
func (s *simulator) getPrivateUnmatched(collection, key string) ([]byte, error) {
	if err := s.readable(collection); err != nil {
		return nil, err
	}
	s.interest.readPrivate(collection)
	e := s.state.plain(collection).get(key)
	if e == nil {
		s.rw.readHash(collection, key, nil)
		return nil, nil
	}
	s.rw.readHash(collection, key, e.version)
	return e.value, nil
}

func (s *simulator) getPrivateHash(collection, key string) (*entry, error) {
	if err := s.stored(collection); err != nil {
		return nil, err
	}
	e := s.state.hashes(collection).get(string(hash([]byte(key))))
	if e == nil {
		s.rw.readHash(collection, key, nil)
		return nil, nil
	}
	s.rw.readHash(collection, key, e.version)
	return e, nil
}

func (s *simulator) getPrivatePolicy(collection, key string) ([]byte, error) {
	if err := s.collections.mayRead(collection, s.creatorMSP); err != nil {
		return nil, err
	}
	e, err := s.getPrivateHash(collection, key)
	if e == nil {
		return nil, err
	}
	return e.policy, nil
}

func (s *simulator) setPrivate(collection, key string, value []byte, purge bool) error {
	if err := s.writable(collection); err != nil {
		return err
	}
	s.rw.writePrivate(collection, key, value, purge)
	s.interest.write(collection, s.state.hashes(collection).get(string(hash([]byte(key)))))
	return nil
}

func (s *simulator) setPrivatePolicy(collection, key string, policy []byte) error {
	if err := s.writable(collection); err != nil {
		return err
	}
	s.rw.setPrivatePolicy(collection, key, policy)
	s.interest.write(collection, s.state.hashes(collection).get(string(hash([]byte(key)))))
	return nil
}

func (s *simulator) readable(collection string) error {
	if err := s.collections.mayRead(collection, s.creatorMSP); err != nil {
		return err
	}
	return s.stored(collection)
}

func (s *simulator) stored(collection string) error {
	if _, err := s.collections.defined(collection); err != nil {
		return err
	}
	if s.done {
		return errSimulationOver
	}
	return nil
}

func (s *simulator) writable(collection string) error {
	if err := s.collections.mayWrite(collection, s.creatorMSP); err != nil {
		return err
	}
	if _, err := s.collections.defined(collection); err != nil {
		return err
	}
	return s.beforeWrite()
}

func (s *simulator) beforeWrite() error {
	switch {
	case s.done:
		return errSimulationOver
	case s.privateQueried:
		return s.unsupported("Transaction has already performed queries on pvt data. Writes are not allowed")
	case s.paginated:
		return s.unsupported("Transaction has already performed a paginated query. Writes are not allowed")
	}
	s.written = true
	return nil
}

func (s *simulator) beforePaginatedQuery() error {
	if s.written {
		return s.unsupported("Paginated queries are supported only in a read-only transaction")
	}
	s.paginated = true
	return nil
}

func (s *simulator) beforePrivateQuery() error {
	if s.written {
		return s.unsupported("Queries on pvt data is supported only in a read-only transaction")
	}
	s.privateQueried = true
	return nil
}

// unsupported spells the word as the peer does, for chaincode that looks at the text.
func (s *simulator) unsupported(reason string) error {
	return fmt.Errorf("txid [%s]: unsuppored transaction. %s", s.txID, reason)
}

// finish closes the simulation: what the range queries saw goes into the read set.
func (s *simulator) finish() {
	s.done = true
	for _, it := range s.iterators {
		s.rw.addRange(it.info)
	}
}
