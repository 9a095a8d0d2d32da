package fakeledger

import (
	"fmt"
	"slices"
	"sort"
)

// height is the version of a key: the position of the transaction that wrote it last.
type height struct {
	block uint64
	tx    uint64
}

func (h *height) String() string {
	if h == nil {
		return "<nil>"
	}
	return fmt.Sprintf("{BlockNum: %d, TxNum: %d}", h.block, h.tx)
}

func sameHeight(a, b *height) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// entry is a committed value. Entries are never changed after creation, so that peers may share them.
type entry struct {
	value   []byte
	policy  []byte
	guarded bool // a policy was set, even an empty one
	version *height
}

// store is an ordered key-value space: one for the public keys, one per collection for hashes and for plain values.
type store struct {
	entries map[string]*entry
	keys    []string // sorted by bytes
}

func newStore() *store { return &store{entries: map[string]*entry{}} }

func (s *store) get(key string) *entry {
	if s == nil {
		return nil
	}
	return s.entries[key]
}

func (s *store) put(key string, e *entry) {
	if _, ok := s.entries[key]; !ok {
		at := sort.SearchStrings(s.keys, key)
		s.keys = slices.Insert(s.keys, at, key)
	}
	s.entries[key] = e
}

func (s *store) remove(key string) {
	if _, ok := s.entries[key]; !ok {
		return
	}
	delete(s.entries, key)
	at := sort.SearchStrings(s.keys, key)
	s.keys = slices.Delete(s.keys, at, at+1)
}

// scan lists the keys from start up to end; an empty end means up to the last key.
func (s *store) scan(start, end string, includeEnd bool) []string {
	if s == nil {
		return nil
	}
	from := sort.SearchStrings(s.keys, start)
	to := len(s.keys)
	if end != "" {
		to = sort.SearchStrings(s.keys, end)
		if includeEnd && to < len(s.keys) && s.keys[to] == end {
			to++
		}
	}
	if from >= to {
		return nil
	}
	return s.keys[from:to]
}

// worldState is what one peer knows: the public keys, the hashes of all collections, the plain values of its own collections.
type worldState struct {
	public  *store
	hashed  map[string]*store
	private map[string]*store
}

func newWorldState() *worldState {
	return &worldState{public: newStore(), hashed: map[string]*store{}, private: map[string]*store{}}
}

// hashes gives the hashed keys of a collection, nil when none was ever written. Simulations read through it, so it never writes.
func (w *worldState) hashes(collection string) *store { return w.hashed[collection] }

// plain gives the plain values of a collection, nil when none was ever written.
func (w *worldState) plain(collection string) *store { return w.private[collection] }

// ensure gives the store of a collection for writing.
func ensure(stores map[string]*store, collection string) *store {
	s, ok := stores[collection]
	if !ok {
		s = newStore()
		stores[collection] = s
	}
	return s
}
