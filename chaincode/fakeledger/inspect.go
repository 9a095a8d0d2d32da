package fakeledger

import (
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// KeyValue is a public key and its committed value.
type KeyValue struct {
	Key   string
	Value []byte
}

// State is the committed value of a public key, nil when there is none. It is the state after the last block, whatever single
// peers lack.
func (l *Ledger) State(key string) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.head.public.get(key); e != nil {
		return clone(e.value)
	}
	return nil
}

// States lists the committed public keys and values from start up to end, end excluded; empty: to the last key.
func (l *Ledger) States(start, end string) []KeyValue {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []KeyValue
	for _, key := range l.head.public.scan(start, end, false) {
		out = append(out, KeyValue{Key: key, Value: clone(l.head.public.get(key).value)})
	}
	return out
}

// StateByPartialCompositeKey lists the committed composite keys under a prefix.
func (l *Ledger) StateByPartialCompositeKey(objectType string, attributes ...string) ([]KeyValue, error) {
	start, end, err := compositeRange(objectType, attributes)
	if err != nil {
		return nil, err
	}
	return l.States(start, end), nil
}

// CompositeKey builds a composite key; it panics at parts that no composite key may hold.
func CompositeKey(objectType string, attributes ...string) string {
	key, err := shim.CreateCompositeKey(objectType, attributes)
	if err != nil {
		panic(err)
	}
	return key
}

// PrivateState is the plain value of a private key at the peer of an organisation, nil when that peer has none.
func (l *Ledger) PrivateState(org, collection, key string) []byte {
	n, err := l.node(org)
	if err != nil {
		return nil
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	if e := n.state.plain(collection).get(key); e != nil {
		return clone(e.value)
	}
	return nil
}

// PrivateKeys lists the private keys of a collection at the peer of an organisation.
func (l *Ledger) PrivateKeys(org, collection string) []string {
	n, err := l.node(org)
	if err != nil {
		return nil
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Clone(n.state.plain(collection).scan("", "", false))
}

// PrivateHash is the SHA-256 of a committed private value, nil when there is none; it is public.
func (l *Ledger) PrivateHash(collection, key string) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.head.hashes(collection).get(string(hash([]byte(key)))); e != nil {
		return clone(e.value)
	}
	return nil
}

// Policy is the committed policy of a public key; nil without one, or when its bytes are no policy.
func (l *Ledger) Policy(key string) *common.SignaturePolicyEnvelope {
	raw := l.PolicyBytes(key)
	env := &common.SignaturePolicyEnvelope{}
	if raw == nil || proto.Unmarshal(raw, env) != nil {
		return nil
	}
	return env
}

// PolicyBytes are the bytes of a public key's committed policy, nil without one.
func (l *Ledger) PolicyBytes(key string) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.head.public.get(key); e != nil {
		return clone(e.policy)
	}
	return nil
}

// PolicySatisfiedBy tells whether the peers of the organisations satisfy a policy.
func (l *Ledger) PolicySatisfiedBy(policy *common.SignaturePolicyEnvelope, orgs ...string) bool {
	var ids []*verified
	for _, org := range orgs {
		if n, err := l.node(org); err == nil {
			ids = append(ids, &verified{mspID: org, cert: n.identity.cert, serialized: n.identity.serialized})
		}
	}
	return satisfied(policy, ids)
}

// Height is the number of blocks, block 0 included.
func (l *Ledger) Height() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.blocks) + 1)
}

// Blocks lists the blocks from number 1 on.
func (l *Ledger) Blocks() []*Block {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.blocks)
}

// Events lists the events of the valid transactions, in order: what a chaincode event stream delivers.
func (l *Ledger) Events() []*peer.ChaincodeEvent {
	var out []*peer.ChaincodeEvent
	for _, b := range l.Blocks() {
		for _, r := range b.Receipts {
			if e := r.Event(); e != nil && r.Valid() {
				out = append(out, e)
			}
		}
	}
	return out
}

// Knows tells whether a text ever reached the peer of an organisation in plain, as transient data or as a private value. A purge
// does not make it forget: on a real peer the bytes linger in database files.
func (l *Ledger) Knows(org, marker string) bool {
	n, err := l.node(org)
	return err == nil && n.knows([]byte(marker))
}
