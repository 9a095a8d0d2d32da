package fakeledger

import (
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
)

// keyRef names a key of the public state (empty collection) or the hash of a private key.
type keyRef struct {
	collection, key string
}

// updates are the effects of the valid transactions of one block so far. A nil entry is a deletion.
type updates struct {
	entries map[keyRef]*entry
}

func newUpdates() *updates { return &updates{entries: map[keyRef]*entry{}} }

func (w *worldState) lookup(ref keyRef) *entry {
	if ref.collection == "" {
		return w.public.get(ref.key)
	}
	return w.hashes(ref.collection).get(ref.key)
}

// keyOps gathers what one transaction does to one key.
type keyOps struct {
	value     []byte
	deleted   bool
	upserted  bool
	policy    []byte
	policySet bool
}

// operations gathers what a transaction does, per key.
func operations(tx *Transaction) map[keyRef]*keyOps {
	ops := map[keyRef]*keyOps{}
	at := func(collection, key string) *keyOps {
		ref := keyRef{collection, key}
		if ops[ref] == nil {
			ops[ref] = &keyOps{}
		}
		return ops[ref]
	}
	for _, w := range tx.public.GetWrites() {
		at("", w.GetKey()).set(w.GetValue(), w.GetIsDelete())
	}
	for _, m := range tx.public.GetMetadataWrites() {
		at("", m.GetKey()).guard(m.GetEntries())
	}
	for _, h := range tx.hashed {
		for _, w := range h.set.GetHashedWrites() {
			at(h.collection, string(w.GetKeyHash())).set(w.GetValueHash(), w.GetIsDelete())
		}
		for _, m := range h.set.GetMetadataWrites() {
			at(h.collection, string(m.GetKeyHash())).guard(m.GetEntries())
		}
	}
	return ops
}

func (o *keyOps) set(value []byte, deleted bool) {
	if deleted || len(value) == 0 {
		o.deleted = true
		return
	}
	o.upserted, o.value = true, value
}

func (o *keyOps) guard(entries []*kvrwset.KVMetadataEntry) {
	o.policySet = true
	for _, e := range entries {
		if e.GetName() == policyMetadataName {
			o.policy = e.GetValue()
		}
	}
}

// apply adds the effects of a valid transaction: a value alone keeps the key's policy, a policy alone keeps its value and moves
// its version, a policy for a key that does not exist has no effect, a deletion drops the policy.
func (u *updates) apply(tx *Transaction, at *height, committed *worldState) error {
	for ref, o := range operations(tx) {
		latest, pending := u.entries[ref]
		if !pending {
			latest = committed.lookup(ref)
		}
		switch {
		case o.deleted:
			u.entries[ref] = nil
		case o.upserted && o.policySet:
			u.entries[ref] = &entry{value: o.value, policy: o.policy, guarded: true, version: at}
		case o.upserted:
			u.entries[ref] = keepPolicy(o.value, latest, at)
		case latest != nil:
			u.entries[ref] = &entry{value: latest.value, policy: o.policy, guarded: true, version: at}
		case pending:
			return fmt.Errorf("%w: policy of a key set after its deletion in the same block", ErrHalted)
		}
	}
	return nil
}

func keepPolicy(value []byte, latest *entry, at *height) *entry {
	e := &entry{value: value, version: at}
	if latest != nil {
		e.policy, e.guarded = latest.policy, latest.guarded
	}
	return e
}

// commit writes the updates into a state.
func (u *updates) commit(state *worldState) {
	for ref, e := range u.entries {
		space := state.public
		if ref.collection != "" {
			space = ensure(state.hashed, ref.collection)
		}
		if e == nil {
			space.remove(ref.key)
			continue
		}
		space.put(ref.key, e)
	}
}
