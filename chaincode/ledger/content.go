package ledger

import (
	"fmt"
	"strings"

	"carec.example/cats/chaincode/transit"
)

// AttachmentKey is the private key of an attachment. It has no version: an amendment replaces the sections only.
func AttachmentKey(id, name string) string {
	return strings.Join([]string{"attachment", id, name}, "~")
}

// heldPrefix begins the private keys by which an organisation finds what it holds.
const heldPrefix = "held~"

// HeldKey is the private key that stands beside each holding, so that an organisation finds its holdings again when
// their time is over.
func HeldKey(id, holding string) string { return heldPrefix + id + "~" + holding }

// PurgedKey is the private key that stays when a holding was purged at the end of its retention. All peers hold its
// hash, so that what was purged is told from what never came.
func PurgedKey(id, holding string) string { return strings.Join([]string{"purged", id, holding}, "~") }

// PurgedMark is the value under [PurgedKey].
func PurgedMark() []byte { return []byte(`"purged"`) }

// Held is the value under [HeldKey].
type Held struct {
	Movement string `json:"movement"`
	// Holding is the version of the content in decimal, or the name of an attachment.
	Holding string `json:"holding"`
	At      string `json:"at"`
}

// PutHeld marks a holding of an organisation.
func (t *Tx) PutHeld(msp, id, holding string) error {
	value, err := transit.Canonical(Held{Movement: id, Holding: holding, At: transit.Stamp(t.at)})
	if err != nil {
		return fmt.Errorf("couldn't encode the mark of a holding: %w", err)
	}
	t.PutPrivate(msp, HeldKey(id, holding), value)
	return nil
}

// Held reads the mark of a holding; nil when there is none. Only the organisation's own peer can.
func (t *Tx) Held(msp, id, holding string) (*Held, error) {
	b, err := t.Private(msp, HeldKey(id, holding))
	if err != nil || b == nil {
		return nil, err
	}
	h := new(Held)
	return h, decode(b, h)
}

// Holdings lists one page of an organisation's holdings, in the order of their keys, at its own peer. The listing binds the
// transaction to nothing. A bookmark is what a former page answered.
func (t *Tx) Holdings(msp string, size int, bookmark string) (held []*Held, next string, err error) {
	start := heldPrefix + bookmark
	it, err := t.stub.GetPrivateDataByRange(Collection(msp), start, heldPrefix[:len(heldPrefix)-1]+"\x7f")
	if err != nil {
		return nil, "", fmt.Errorf("couldn't list the holdings: %w", err)
	}
	defer closeIterator(it, &err)
	for it.HasNext() {
		kv, err := it.Next()
		if err != nil {
			return nil, "", fmt.Errorf("couldn't list the holdings: %w", err)
		}
		if len(held) == size {
			return held, strings.TrimPrefix(kv.GetKey(), heldPrefix), nil
		}
		h := new(Held)
		if err := decode(kv.GetValue(), h); err != nil {
			return nil, "", err
		}
		held = append(held, h)
	}
	return held, "", nil
}

// PurgePrivate buffers the purge of a value from an organisation's private collection, with all its former values.
func (t *Tx) PurgePrivate(msp, key string) {
	t.writes = append(t.writes, write{collection: Collection(msp), key: key, purge: true})
}

// PutDeclared writes what was declared of a movement, between its steps. The key keeps its policy.
func (t *Tx) PutDeclared(id string, d *transit.Declared) error { return t.put(DeclaredKey(id), d, nil) }

// Glimpse reads a movement as the peer has last seen it, and does not bind the transaction to that version: a step of the
// movement in the same moment does not spoil the transaction. It is for facts that stay true once they are, in
// transactions that one peer endorses; two peers may see different versions. It reads the peer's history index.
func (t *Tx) Glimpse(id string) (*transit.Movement, error) {
	m := new(transit.Movement)
	found, err := t.last(MovementKey(id), &m.Course)
	if err != nil || !found {
		return nil, err
	}
	found, err = t.last(DeclaredKey(id), &m.Declared)
	if err == nil && !found {
		err = fmt.Errorf("movement %s has no declaration", id)
	}
	return m, err
}

// last decodes the newest value in a key's history and reports whether there is one.
func (t *Tx) last(key string, v any) (found bool, err error) {
	it, err := t.stub.GetHistoryForKey(key)
	if err != nil {
		return false, fmt.Errorf("couldn't read the history: %w", err)
	}
	defer func() {
		if e := it.Close(); e != nil && err == nil {
			err = fmt.Errorf("couldn't close the history: %w", e)
		}
	}()
	if !it.HasNext() {
		return false, nil
	}
	change, err := it.Next()
	if err != nil {
		return false, fmt.Errorf("couldn't read the history: %w", err)
	}
	if change.GetIsDelete() {
		return false, nil
	}
	return true, decode(change.GetValue(), v)
}
