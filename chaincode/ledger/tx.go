package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"carec.example/cats/chaincode/transit"
)

// Tx is the unit of work of one transaction. Fabric does not let a transaction
// read what it wrote, so reads go through a cache that writes go through too, and
// nothing reaches the write set before [Tx.Commit]: a transaction that fails on its
// way leaves nothing behind.
type Tx struct {
	stub   shim.ChaincodeStubInterface
	at     time.Time
	reads  map[string][]byte
	writes []write
	steps  []transit.EventStep
}

type write struct {
	collection string
	key        string
	value      []byte
	policy     []byte
	purge      bool
}

// Begin starts the unit of work. The time is the transaction's, which the client
// sets and each endorsing peer accepts only within its time window.
func Begin(stub shim.ChaincodeStubInterface) (*Tx, error) {
	ts, err := stub.GetTxTimestamp()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transaction's time: %w", err)
	}
	if err := ts.CheckValid(); err != nil {
		return nil, fmt.Errorf("transaction's time is invalid: %w", err)
	}
	return &Tx{stub: stub, at: ts.AsTime().UTC().Truncate(time.Second), reads: map[string][]byte{}}, nil
}

// At is the transaction's time in UTC, to the second.
func (t *Tx) At() time.Time { return t.at }

// Stub gives the contracts access to identity and transient map.
func (t *Tx) Stub() shim.ChaincodeStubInterface { return t.stub }

// Prefetch reads several keys in one message to the peer, since each message costs as much as a read. It changes nothing
// but speed: what is not prefetched is read when it is needed.
func (t *Tx) Prefetch(keys ...string) error {
	var missing []string
	for _, key := range keys {
		if _, read := t.reads[key]; !read && !slices.Contains(missing, key) {
			missing = append(missing, key)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	values, err := t.stub.GetMultipleStates(missing...)
	if err != nil {
		return fmt.Errorf("couldn't read the state: %w", err)
	}
	// A 3.1.1 peer whose state database fails answers with nothing instead of an error, and has recorded no reads.
	if len(values) != len(missing) {
		return fmt.Errorf("asked for %d keys, the peer answered with %d", len(missing), len(values))
	}
	for i, key := range missing {
		t.reads[key] = values[i]
	}
	return nil
}

func (t *Tx) raw(key string) ([]byte, error) {
	if b, ok := t.reads[key]; ok {
		return b, nil
	}
	b, err := t.stub.GetState(key)
	if err != nil {
		return nil, fmt.Errorf("couldn't read the state: %w", err)
	}
	t.reads[key] = b
	return b, nil
}

// read decodes a record into v and reports whether it exists.
func (t *Tx) read(key string, v any) (bool, error) {
	b, err := t.raw(key)
	if err != nil || b == nil {
		return false, err
	}
	return true, decode(b, v)
}

// decode reads a record's JSON. Records are written by this chaincode alone, so
// an unknown field means a newer version of it wrote them: better refused than lost
// on the next write.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("couldn't decode a record: %w", err)
	}
	return nil
}

// put buffers a record. A nil endorsement leaves the key's policy as it is.
func (t *Tx) put(key string, v any, e *transit.Endorsement) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("couldn't encode a record: %w", err)
	}
	w := write{key: key, value: b}
	if e != nil {
		if w.policy, err = Policy(*e); err != nil {
			return fmt.Errorf("couldn't build the endorsement policy: %w", err)
		}
	}
	t.reads[key] = b
	t.writes = append(t.writes, w)
	return nil
}

// repoint buffers a change of a record's policy alone.
func (t *Tx) repoint(key string, e transit.Endorsement) error {
	policy, err := Policy(e)
	if err != nil {
		return fmt.Errorf("couldn't build the endorsement policy: %w", err)
	}
	t.writes = append(t.writes, write{key: key, policy: policy})
	return nil
}

// PutPrivate buffers a value for an organisation's private collection.
func (t *Tx) PutPrivate(msp, key string, value []byte) {
	t.writes = append(t.writes, write{collection: Collection(msp), key: key, value: value})
}

// notHeld is how a peer says that it knows of a private value and does not hold it: it was away when the content was passed round
// among the organisation's peers, and has not made up for that yet.
const notHeld = "private data matching public hash version is not available"

// Private reads a value of an organisation's private collection, which only that organisation's peers have. A peer that does not
// have it yet refuses with [transit.NotHere].
func (t *Tx) Private(msp, key string) ([]byte, error) {
	b, err := t.stub.GetPrivateData(Collection(msp), key)
	if err != nil && strings.Contains(err.Error(), notHeld) {
		return nil, transit.Faultf(transit.NotHere, "this peer of %s does not hold the content yet", msp)
	}
	if err != nil {
		return nil, fmt.Errorf("couldn't read private data: %w", err)
	}
	return b, nil
}

// PrivateDigest is the SHA-256, in hexadecimal, which every peer holds of a private value; "" when there is none.
func (t *Tx) PrivateDigest(msp, key string) (string, error) {
	b, err := t.stub.GetPrivateDataHash(Collection(msp), key)
	if err != nil {
		return "", fmt.Errorf("couldn't read the hash of private data: %w", err)
	}
	return hex.EncodeToString(b), nil
}

// Digest is the SHA-256 of a value in hexadecimal, as [Tx.PrivateDigest] gives it.
func Digest(value []byte) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

// Emit adds a step to the transaction's one event.
func (t *Tx) Emit(s transit.EventStep) { t.steps = append(t.steps, s) }

// Changes reports whether anything has been written.
func (t *Tx) Changes() bool { return len(t.writes) > 0 }

// Commit moves the buffered writes, in one message to the peer, and the event into the
// transaction. After it the unit of work must not be used.
func (t *Tx) Commit() error {
	t.stub.StartWriteBatch()
	for _, w := range t.writes {
		if err := t.flush(w); err != nil {
			return fmt.Errorf("couldn't write: %w", err)
		}
	}
	if err := t.stub.FinishWriteBatch(); err != nil {
		return fmt.Errorf("couldn't write: %w", err)
	}
	if len(t.steps) == 0 {
		return nil
	}
	payload, err := json.Marshal(transit.EventPayload{V: 1, Steps: t.steps})
	if err != nil {
		return fmt.Errorf("couldn't encode the event: %w", err)
	}
	return t.stub.SetEvent(transit.EventName, payload)
}

func (t *Tx) flush(w write) error {
	if w.purge {
		return t.stub.PurgePrivateData(w.collection, w.key)
	}
	if w.collection != "" {
		return t.stub.PutPrivateData(w.collection, w.key, w.value)
	}
	if w.value != nil {
		if err := t.stub.PutState(w.key, w.value); err != nil {
			return err
		}
	}
	if w.policy == nil {
		return nil
	}
	return t.stub.SetStateValidationParameter(w.key, w.policy)
}
