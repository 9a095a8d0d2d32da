package fakeledger

import (
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// policyMetadataName is the metadata entry under which a key keeps its policy.
var policyMetadataName = peer.MetaDataKeys_VALIDATION_PARAMETER.String()

// rangeID tells range queries apart; equal ones are recorded once.
type rangeID struct {
	start, end string
	exhausted  bool
}

// rwBuilder collects what a simulation reads and writes. Later writes to a key replace earlier ones, and everything is
// emitted sorted by key, so the order of a chaincode's calls leaves no trace.
type rwBuilder struct {
	reads       map[string]*kvrwset.KVRead
	writes      map[string]*kvrwset.KVWrite
	policies    map[string]*kvrwset.KVMetadataWrite
	ranges      []*kvrwset.RangeQueryInfo
	seenRanges  map[rangeID]bool
	collections map[string]*collectionBuilder
}

// collectionBuilder is the part of one collection: hashes for the public set, plain values for the owners.
type collectionBuilder struct {
	reads    map[string]*kvrwset.KVReadHash
	writes   map[string]*kvrwset.KVWriteHash
	policies map[string]*kvrwset.KVMetadataWriteHash
	plain    map[string]privateWrite
}

// privateWrite is the plain side of a private write, kept off the ledger.
type privateWrite struct {
	value []byte
	// policyOnly marks a key whose policy changed while its value did not.
	policyOnly bool
}

func newRWBuilder() *rwBuilder {
	return &rwBuilder{
		reads:       map[string]*kvrwset.KVRead{},
		writes:      map[string]*kvrwset.KVWrite{},
		policies:    map[string]*kvrwset.KVMetadataWrite{},
		seenRanges:  map[rangeID]bool{},
		collections: map[string]*collectionBuilder{},
	}
}

func (b *rwBuilder) collection(name string) *collectionBuilder {
	c, ok := b.collections[name]
	if !ok {
		c = &collectionBuilder{
			reads:    map[string]*kvrwset.KVReadHash{},
			writes:   map[string]*kvrwset.KVWriteHash{},
			policies: map[string]*kvrwset.KVMetadataWriteHash{},
			plain:    map[string]privateWrite{},
		}
		b.collections[name] = c
	}
	return c
}

func (b *rwBuilder) read(key string, version *height) {
	b.reads[key] = &kvrwset.KVRead{Key: key, Version: protoVersion(version)}
}

// write records a value; an empty value is a deletion.
func (b *rwBuilder) write(key string, value []byte) {
	b.writes[key] = &kvrwset.KVWrite{Key: key, IsDelete: len(value) == 0, Value: value}
}

func (b *rwBuilder) setPolicy(key string, policy []byte) {
	b.policies[key] = &kvrwset.KVMetadataWrite{Key: key, Entries: policyEntries(policy)}
}

func (b *rwBuilder) addRange(info *kvrwset.RangeQueryInfo) {
	id := rangeID{info.GetStartKey(), info.GetEndKey(), info.GetItrExhausted()}
	if !b.seenRanges[id] {
		b.seenRanges[id] = true
		b.ranges = append(b.ranges, info)
	}
}

func (b *rwBuilder) readHash(collection, key string, version *height) {
	b.collection(collection).reads[key] = &kvrwset.KVReadHash{KeyHash: hash([]byte(key)), Version: protoVersion(version)}
}

func (b *rwBuilder) writePrivate(collection, key string, value []byte, purge bool) {
	w := &kvrwset.KVWriteHash{KeyHash: hash([]byte(key)), IsDelete: len(value) == 0, IsPurge: purge}
	if len(value) > 0 {
		w.ValueHash = hash(value)
	}
	c := b.collection(collection)
	c.writes[key] = w
	c.plain[key] = privateWrite{value: value}
}

func (b *rwBuilder) setPrivatePolicy(collection, key string, policy []byte) {
	c := b.collection(collection)
	c.policies[key] = &kvrwset.KVMetadataWriteHash{KeyHash: hash([]byte(key)), Entries: policyEntries(policy)}
	if _, written := c.plain[key]; !written {
		c.plain[key] = privateWrite{policyOnly: true}
	}
}

// results encodes the public read/write set of a namespace, private data as hashes only.
func (b *rwBuilder) results(namespace string) []byte {
	public := &kvrwset.KVRWSet{
		Reads:            sorted(b.reads),
		Writes:           sorted(b.writes),
		MetadataWrites:   sorted(b.policies),
		RangeQueriesInfo: b.ranges,
	}
	ns := &rwset.NsReadWriteSet{Namespace: namespace, Rwset: encode(public)}
	for _, name := range slices.Sorted(maps.Keys(b.collections)) {
		ns.CollectionHashedRwset = append(ns.CollectionHashedRwset, b.collections[name].hashed(name))
	}
	all := &rwset.TxReadWriteSet{DataModel: rwset.TxReadWriteSet_KV}
	// What left no trace, such as a query on private data alone, does not name the namespace either.
	if len(ns.GetRwset()) > 0 || len(ns.GetCollectionHashedRwset()) > 0 {
		all.NsRwset = []*rwset.NsReadWriteSet{ns}
	}
	return encode(all)
}

func (c *collectionBuilder) hashed(name string) *rwset.CollectionHashedReadWriteSet {
	hashed := &kvrwset.HashedRWSet{
		HashedReads:    sorted(c.reads),
		HashedWrites:   sorted(c.writes),
		MetadataWrites: sorted(c.policies),
	}
	out := &rwset.CollectionHashedReadWriteSet{CollectionName: name, HashedRwset: encode(hashed)}
	if len(c.plain) > 0 {
		out.PvtRwsetHash = hash(c.plainBytes())
	}
	return out
}

func (c *collectionBuilder) plainBytes() []byte {
	set := &kvrwset.KVRWSet{}
	for _, key := range slices.Sorted(maps.Keys(c.plain)) {
		w := c.plain[key]
		if _, written := c.writes[key]; written {
			set.Writes = append(set.Writes, &kvrwset.KVWrite{Key: key, IsDelete: len(w.value) == 0, Value: w.value})
		}
		if _, guarded := c.policies[key]; guarded {
			set.MetadataWrites = append(set.MetadataWrites, &kvrwset.KVMetadataWrite{Key: key})
		}
	}
	return encode(set)
}

// private gives the plain writes per collection.
func (b *rwBuilder) private() map[string]map[string]privateWrite {
	out := map[string]map[string]privateWrite{}
	for name, c := range b.collections {
		if len(c.plain) > 0 {
			out[name] = maps.Clone(c.plain)
		}
	}
	return out
}

func policyEntries(policy []byte) []*kvrwset.KVMetadataEntry {
	return []*kvrwset.KVMetadataEntry{{Name: policyMetadataName, Value: policy}}
}

func protoVersion(h *height) *kvrwset.Version {
	if h == nil {
		return nil
	}
	return &kvrwset.Version{BlockNum: h.block, TxNum: h.tx}
}

func versionOf(v *kvrwset.Version) *height {
	if v == nil {
		return nil
	}
	return &height{block: v.GetBlockNum(), tx: v.GetTxNum()}
}

func hash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func sorted[T any](m map[string]T) []T {
	out := make([]T, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[key])
	}
	return out
}
