package ledger

import (
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/transit"
)

// Policy builds the key-level endorsement policy: the peer of every organisation
// of All, and the peer of any one organisation of Any unless that is empty.
//
// It is the only place that makes such bytes. Bytes of another kind are stored by
// the peer without complaint and then lock the key for ever, so the result is
// parsed back and compared before it is returned. The role is always peer: with
// the role member a client's certificate could sign an endorsement.
func Policy(e transit.Endorsement) ([]byte, error) {
	orgs, err := policyOrganisations(e)
	if err != nil {
		return nil, err
	}
	env := &common.SignaturePolicyEnvelope{Rule: policyRule(len(e.All), len(e.Any))}
	for _, org := range orgs {
		role, err := deterministic(&msp.MSPRole{MspIdentifier: org, Role: msp.MSPRole_PEER})
		if err != nil {
			return nil, err
		}
		env.Identities = append(env.Identities, &msp.MSPPrincipal{
			PrincipalClassification: msp.MSPPrincipal_ROLE, Principal: role,
		})
	}
	raw, err := deterministic(env)
	if err != nil {
		return nil, err
	}
	back, err := ParsePolicy(raw)
	if err != nil {
		return nil, fmt.Errorf("the policy just built does not parse: %w", err)
	}
	if !slices.Equal(back.All, e.All) || !slices.Equal(back.Any, sorted(e.Any)) {
		return nil, fmt.Errorf("the policy just built reads back as %v, want %v", back, e)
	}
	return raw, nil
}

// policyOrganisations lists All, then Any sorted, and refuses what would make a
// policy nobody can satisfy.
func policyOrganisations(e transit.Endorsement) ([]string, error) {
	orgs := append(slices.Clone(e.All), sorted(e.Any)...)
	if len(e.All) == 0 {
		return nil, fmt.Errorf("a policy needs an organisation that must endorse")
	}
	seen := map[string]bool{}
	for _, org := range orgs {
		if org == "" || seen[org] {
			return nil, fmt.Errorf("organisation %q is empty or named twice in a policy", org)
		}
		seen[org] = true
	}
	return orgs, nil
}

func sorted(s []string) []string {
	out := slices.Clone(s)
	slices.Sort(out)
	return out
}

func policyRule(all, anyOf int) *common.SignaturePolicy {
	var must []*common.SignaturePolicy
	for i := range all {
		must = append(must, signedBy(i))
	}
	if anyOf > 0 {
		var one []*common.SignaturePolicy
		for i := range anyOf {
			one = append(one, signedBy(all+i))
		}
		must = append(must, outOf(1, one))
	}
	return outOf(len(must), must)
}

func signedBy(i int) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(i)}}
}

func outOf(n int, rules []*common.SignaturePolicy) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32(n), Rules: rules},
	}}
}

func deterministic(m proto.Message) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}

// ParsePolicy reads a policy of the kind that [Policy] builds back into who must
// endorse. Any other shape is an error.
func ParsePolicy(raw []byte) (transit.Endorsement, error) {
	var env common.SignaturePolicyEnvelope
	if err := proto.Unmarshal(raw, &env); err != nil {
		return transit.Endorsement{}, fmt.Errorf("no signature policy: %w", err)
	}
	orgs, err := peersOf(env.GetIdentities())
	if err != nil {
		return transit.Endorsement{}, err
	}
	top := env.GetRule().GetNOutOf()
	if top == nil || int(top.GetN()) != len(top.GetRules()) {
		return transit.Endorsement{}, fmt.Errorf("policy is not one that all must sign")
	}
	p := policyReader{orgs: orgs}
	for _, r := range top.GetRules() {
		if err := p.rule(r); err != nil {
			return transit.Endorsement{}, err
		}
	}
	if p.next != len(orgs) {
		return transit.Endorsement{}, fmt.Errorf("policy names organisations that it does not ask")
	}
	return p.read, nil
}

// policyReader takes the organisations of a policy in their order.
type policyReader struct {
	orgs []string
	next int
	read transit.Endorsement
}

// rule reads one member of the top rule: an organisation, or the group of which any one signs.
func (p *policyReader) rule(r *common.SignaturePolicy) error {
	group := r.GetNOutOf()
	if group == nil {
		return p.take(r, &p.read.All)
	}
	if group.GetN() != 1 || p.read.Any != nil {
		return fmt.Errorf("policy has a group that is not any one of its members")
	}
	for _, member := range group.GetRules() {
		if err := p.take(member, &p.read.Any); err != nil {
			return err
		}
	}
	return nil
}

func (p *policyReader) take(r *common.SignaturePolicy, into *[]string) error {
	by, ok := r.GetType().(*common.SignaturePolicy_SignedBy)
	if !ok || int(by.SignedBy) != p.next || p.next >= len(p.orgs) {
		return fmt.Errorf("policy does not name each organisation once, in order")
	}
	*into = append(*into, p.orgs[p.next])
	p.next++
	return nil
}

func peersOf(principals []*msp.MSPPrincipal) ([]string, error) {
	var orgs []string
	for _, p := range principals {
		var role msp.MSPRole
		if p.GetPrincipalClassification() != msp.MSPPrincipal_ROLE {
			return nil, fmt.Errorf("policy names a principal that is no role")
		}
		if err := proto.Unmarshal(p.GetPrincipal(), &role); err != nil {
			return nil, fmt.Errorf("policy has a principal that does not parse: %w", err)
		}
		if role.GetRole() != msp.MSPRole_PEER {
			return nil, fmt.Errorf("policy asks for a %s of %s, not for its peer", role.GetRole(), role.GetMspIdentifier())
		}
		orgs = append(orgs, role.GetMspIdentifier())
	}
	return orgs, nil
}
