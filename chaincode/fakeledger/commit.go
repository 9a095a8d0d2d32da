package fakeledger

import "google.golang.org/protobuf/types/known/timestamppb"

// catchUp commits all blocks the peer has not seen, unless it is down or lags.
func (n *node) catchUp(blocks []*Block) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down || n.lagging {
		return
	}
	for ; n.next < len(blocks); n.next++ {
		n.commit(blocks[n.next])
	}
}

func (n *node) commit(b *Block) {
	b.effects.commit(n.state)
	for _, r := range b.Receipts {
		n.txIDs[r.ID()] = true
		if r.Valid() {
			n.recordHistory(r)
			n.commitPrivate(r)
		}
	}
}

func (n *node) recordHistory(r *Receipt) {
	timestamp := timestamppb.New(r.proposal.timestamp)
	for _, w := range r.public.GetWrites() {
		n.changes[w.GetKey()] = append(n.changes[w.GetKey()], keyChange{
			txID: r.ID(), value: w.GetValue(), timestamp: timestamp, deleted: w.GetIsDelete(),
		})
	}
}

// commitPrivate keeps the plain values of the collections this organisation is a member of.
func (n *node) commitPrivate(r *Receipt) {
	at := &height{r.Block, uint64(r.Index)}
	for collection, writes := range r.private {
		if !n.collections.holds(collection, n.mspID()) {
			continue
		}
		space := ensure(n.state.private, collection)
		for key, w := range writes {
			commitPlain(space, key, w, at)
		}
	}
}

func commitPlain(space *store, key string, w privateWrite, at *height) {
	switch old := space.get(key); {
	case w.policyOnly && old != nil:
		space.put(key, &entry{value: old.value, version: at})
	case w.policyOnly:
	case len(w.value) == 0:
		space.remove(key)
	default:
		space.put(key, &entry{value: w.value, version: at})
	}
}
