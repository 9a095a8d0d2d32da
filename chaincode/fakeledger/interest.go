package fakeledger

import (
	"maps"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// interest is what a simulation tells the gateway about the endorsements its transaction needs. It follows the committed
// policies of the written keys, never the policies the transaction itself sets.
type interest struct {
	wrote        bool
	keyPolicies  [][]byte
	chaincode    bool            // some public key without its own policy was written
	collections  map[string]bool // written without a policy of the key, or read
	privateReads map[string]bool
}

func newInterest() *interest {
	return &interest{collections: map[string]bool{}, privateReads: map[string]bool{}}
}

// write notes a write to a key whose committed state is e (nil: a new key). An empty collection means the public state.
func (i *interest) write(collection string, e *entry) {
	i.wrote = true
	switch {
	case e != nil && e.guarded:
		i.keyPolicies = append(i.keyPolicies, e.policy)
	case collection == "":
		i.chaincode = true
	default:
		i.collections[collection] = true
	}
}

func (i *interest) readPrivate(collection string) {
	i.collections[collection] = true
	i.privateReads[collection] = true
}

// needsChaincodePolicy tells whether the chaincode-wide policy must hold; a transaction without writes needs it.
func (i *interest) needsChaincodePolicy() bool { return i.chaincode || !i.wrote }

func (i *interest) collectionNames() []string { return slices.Sorted(maps.Keys(i.collections)) }

// decodedKeyPolicies fails at bytes that are no policy at all: a peer then refuses to endorse.
func (i *interest) decodedKeyPolicies() ([]*common.SignaturePolicyEnvelope, error) {
	var out []*common.SignaturePolicyEnvelope
	for _, raw := range i.keyPolicies {
		env := &common.SignaturePolicyEnvelope{}
		if err := proto.Unmarshal(raw, env); err != nil {
			return nil, err
		}
		out = append(out, env)
	}
	return out, nil
}
