package fakeledger

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// errPolicy is any reason for ENDORSEMENT_POLICY_FAILURE.
var errPolicy = errors.New("endorsement policy failure")

// policyCheck decides whether the endorsements of one transaction satisfy every policy that governs its writes. Policies come
// from the state before the block: a policy set by the transaction itself, or by an earlier one of the block, counts for nothing,
// and the latter makes the write fail.
type policyCheck struct {
	chaincodePolicy *common.SignaturePolicyEnvelope
	collections     *collections
	committed       *worldState
	changed         map[keyRef]bool // keys whose policy an earlier transaction of the block sets
	ids             []*verified

	checked    map[string]bool // chaincode policy under "", collection policies under their names
	anyChecked bool
}

func (c *policyCheck) run(tx *Transaction) error {
	c.checked = map[string]bool{}
	for _, ref := range governed(tx) {
		if err := c.key(ref); err != nil {
			return err
		}
	}
	if c.anyChecked {
		return nil
	}
	return c.chaincode()
}

// governed lists the keys whose policies must hold, in the order in which validators look at them.
func governed(tx *Transaction) []keyRef {
	var refs []keyRef
	for _, w := range tx.public.GetWrites() {
		refs = append(refs, keyRef{"", w.GetKey()})
	}
	for _, m := range tx.public.GetMetadataWrites() {
		refs = append(refs, keyRef{"", m.GetKey()})
	}
	for _, h := range tx.hashed {
		for _, w := range h.set.GetHashedWrites() {
			refs = append(refs, keyRef{h.collection, string(w.GetKeyHash())})
		}
	}
	for _, h := range tx.hashed {
		for _, m := range h.set.GetMetadataWrites() {
			refs = append(refs, keyRef{h.collection, string(m.GetKeyHash())})
		}
	}
	return refs
}

func (c *policyCheck) key(ref keyRef) error {
	if c.changed[ref] {
		return fmt.Errorf("%w: policy of the key changed earlier in the block", errPolicy)
	}
	e := c.committed.lookup(ref)
	if e == nil || len(e.policy) == 0 {
		return c.wide(ref.collection)
	}
	env := &common.SignaturePolicyEnvelope{}
	if err := proto.Unmarshal(e.policy, env); err != nil {
		return fmt.Errorf("%w: policy of key %q cannot be decoded: %w", ErrHalted, ref.key, err)
	}
	if !satisfied(env, c.ids) {
		return fmt.Errorf("%w: validation of key %q (collection %q) failed", errPolicy, ref.key, ref.collection)
	}
	c.anyChecked = true
	return nil
}

// wide checks the policy of a collection, or of the chaincode where the collection has none.
func (c *policyCheck) wide(collection string) error {
	if collection == "" {
		return c.chaincode()
	}
	if c.checked[collection] {
		return nil
	}
	found, err := c.collections.defined(collection)
	if err != nil {
		return fmt.Errorf("%w: %w", errPolicy, err)
	}
	policy := found.Policy
	if policy == nil {
		policy = c.chaincodePolicy
	}
	return c.evaluate(collection, policy)
}

func (c *policyCheck) chaincode() error {
	if c.checked[""] {
		return nil
	}
	return c.evaluate("", c.chaincodePolicy)
}

func (c *policyCheck) evaluate(name string, policy *common.SignaturePolicyEnvelope) error {
	if !satisfied(policy, c.ids) {
		return fmt.Errorf("%w: signature set did not satisfy policy of %q", errPolicy, name)
	}
	c.checked[name] = true
	c.anyChecked = true
	return nil
}
