package fakeledger

import (
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// OutOf builds the policy that n of the named organisations' peers endorse.
func OutOf(n int, msps ...string) *common.SignaturePolicyEnvelope {
	return OutOfRole(n, msp.MSPRole_PEER, msps...)
}

// OutOfRole builds the policy that n identities of the role, of different organisations of the list, endorse.
func OutOfRole(n int, role msp.MSPRole_MSPRoleType, msps ...string) *common.SignaturePolicyEnvelope {
	env := &common.SignaturePolicyEnvelope{}
	rules := make([]*common.SignaturePolicy, len(msps))
	for i, id := range msps {
		env.Identities = append(env.Identities, rolePrincipal(id, role))
		rules[i] = signedBy(i)
	}
	env.Rule = nOutOf(n, rules)
	return env
}

// Majority builds the policy that more than half of the named organisations' peers endorse.
func Majority(msps ...string) *common.SignaturePolicyEnvelope { return OutOf(len(msps)/2+1, msps...) }

// WithOneOf builds the policy that the peer of first and any one peer of others endorse.
func WithOneOf(first string, others ...string) *common.SignaturePolicyEnvelope {
	env := OutOf(1, append([]string{first}, others...)...)
	rules := env.GetRule().GetNOutOf().GetRules()
	env.Rule = nOutOf(2, []*common.SignaturePolicy{rules[0], nOutOf(1, rules[1:])})
	return env
}

// PolicyBytes encodes a policy the way a key-level validation parameter is stored: the bare envelope.
func PolicyBytes(env *common.SignaturePolicyEnvelope) []byte { return encode(env) }

func rolePrincipal(mspID string, role msp.MSPRole_MSPRoleType) *msp.MSPPrincipal {
	return &msp.MSPPrincipal{
		PrincipalClassification: msp.MSPPrincipal_ROLE,
		Principal:               encode(&msp.MSPRole{MspIdentifier: mspID, Role: role}),
	}
}

func signedBy(index int) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(index)}}
}

func nOutOf(n int, rules []*common.SignaturePolicy) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32(n), Rules: rules},
	}}
}

// encode marshals a message in one canonical form, because endorsements are compared byte by byte. Messages built by this
// package hold valid strings only; text that comes from a chaincode is checked before (see mustUTF8).
func encode(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}
