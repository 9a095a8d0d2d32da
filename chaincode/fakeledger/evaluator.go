package fakeledger

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
)

// rule decides whether identities satisfy a policy. used marks the identities that earlier parts of the policy consumed:
// every signature counts once, and it is taken by the first principal it fits, without going back (greedy, as on a peer).
type rule func(ids []*verified, used []bool) bool

// compile turns a policy into a rule. A policy without a rule, or with an index outside its identities, is an error: keys
// under it can never be written again.
func compile(env *common.SignaturePolicyEnvelope) (rule, error) {
	return compileRule(env.GetRule(), env.GetIdentities())
}

func compileRule(policy *common.SignaturePolicy, principals []*msp.MSPPrincipal) (rule, error) {
	if policy == nil {
		return nil, errors.New("empty policy element")
	}
	switch t := policy.GetType().(type) {
	case *common.SignaturePolicy_NOutOf_:
		return compileGate(t.NOutOf, principals)
	case *common.SignaturePolicy_SignedBy:
		if t.SignedBy < 0 || int(t.SignedBy) >= len(principals) {
			return nil, fmt.Errorf("identity index out of range, requested %d of %d", t.SignedBy, len(principals))
		}
		return signatureRule(principals[t.SignedBy]), nil
	default:
		return nil, fmt.Errorf("unknown policy type %T", t)
	}
}

func compileGate(gate *common.SignaturePolicy_NOutOf, principals []*msp.MSPPrincipal) (rule, error) {
	rules := make([]rule, len(gate.GetRules()))
	for i, sub := range gate.GetRules() {
		r, err := compileRule(sub, principals)
		if err != nil {
			return nil, err
		}
		rules[i] = r
	}
	need := gate.GetN()
	return func(ids []*verified, used []bool) bool {
		satisfied := int32(0)
		trial := make([]bool, len(used))
		for _, r := range rules {
			copy(trial, used)
			if r(ids, trial) {
				satisfied++
				copy(used, trial)
			}
		}
		return satisfied >= need
	}, nil
}

func signatureRule(principal *msp.MSPPrincipal) rule {
	return func(ids []*verified, used []bool) bool {
		for i, id := range ids {
			if !used[i] && id.satisfies(principal) {
				used[i] = true
				return true
			}
		}
		return false
	}
}

// satisfied evaluates a policy over identities whose signatures were verified.
func satisfied(env *common.SignaturePolicyEnvelope, ids []*verified) bool {
	r, err := compile(env)
	return err == nil && r(ids, make([]bool, len(ids)))
}
