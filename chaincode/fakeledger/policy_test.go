package fakeledger_test

import (
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/fakeledger"
)

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	require.NoError(t, err)
	return b
}

func TestPolicyBuilders(t *testing.T) {
	l := network(t, basics())
	for name, c := range map[string]struct {
		policy *common.SignaturePolicyEnvelope
		orgs   []string
		want   bool
	}{
		"two of three":                   {fakeledger.OutOf(2, "KZ", "KG", "UZ"), []string{"UZ", "KZ"}, true},
		"one of three":                   {fakeledger.OutOf(2, "KZ", "KG", "UZ"), []string{"UZ", "GUA"}, false},
		"majority of three":              {fakeledger.Majority("KZ", "KG", "UZ"), []string{"UZ", "KG"}, true},
		"half of four is no majority":    {fakeledger.Majority("KZ", "KG", "UZ", "GUA"), []string{"UZ", "KG"}, false},
		"first and one other":            {fakeledger.WithOneOf("KZ", "KG", "UZ"), []string{"UZ", "KZ"}, true},
		"first twice does not count":     {fakeledger.WithOneOf("KZ", "KG", "UZ"), []string{"KZ"}, false},
		"others without the first":       {fakeledger.WithOneOf("KZ", "KG", "UZ"), []string{"UZ", "KG"}, false},
		"zero of none needs nobody":      {fakeledger.OutOf(0), nil, true},
		"a nil policy satisfies no one":  {nil, []string{"KZ"}, false},
		"an empty policy satisfies none": {&common.SignaturePolicyEnvelope{}, []string{"KZ"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, l.PolicySatisfiedBy(c.policy, c.orgs...))
		})
	}
}

func TestPolicyBytesAreABareEnvelope(t *testing.T) {
	got := &common.SignaturePolicyEnvelope{}
	want := fakeledger.WithOneOf("KZ", "KG")
	require.NoError(t, proto.Unmarshal(fakeledger.PolicyBytes(want), got))
	require.True(t, proto.Equal(want, got))
}

// memberThenPeer asks for any member and for a peer of one organisation, in this order.
func memberThenPeer() *common.SignaturePolicyEnvelope {
	env := fakeledger.OutOfRole(2, msp.MSPRole_MEMBER, "KZ", "KZ")
	env.Identities[1].Principal, _ = proto.Marshal(&msp.MSPRole{MspIdentifier: "KZ", Role: msp.MSPRole_PEER})
	return env
}

func TestSignaturesAreTakenGreedilyWithoutGoingBack(t *testing.T) {
	l, err := fakeledger.New(basics(), fakeledger.Config{Orgs: []string{"KZ"}, Policy: memberThenPeer()})
	require.NoError(t, err)
	client := l.Client("KZ", "trader")
	peerFirst := endorse(t, client.With(fakeledger.Endorsers("KZ")), "put", "a", "1").EndorsedBy(client.Identity())
	require.Equal(t, codes{policy}, order(t, l, peerFirst), "the peer's signature was spent on the member")

	tx := endorse(t, client.With(fakeledger.Endorsers("KZ")), "put", "a", "1")
	clientFirst := tx.WithoutEndorsementsOf("KZ").EndorsedBy(client.Identity())
	peer, err := l.Enrol("KZ", "peer0", fakeledger.AsRole(fakeledger.RolePeer))
	require.NoError(t, err)
	clientFirst = clientFirst.EndorsedBy(peer)
	require.Equal(t, codes{valid}, order(t, l, clientFirst))
}

func TestOneSignerCountsOnce(t *testing.T) {
	l, err := fakeledger.New(basics(), fakeledger.Config{
		Orgs: []string{"KZ"}, Policy: fakeledger.OutOfRole(2, msp.MSPRole_PEER, "KZ", "KZ"),
	})
	require.NoError(t, err)
	c := l.Client("KZ", "o").With(fakeledger.Endorsers("KZ"))
	peer0, err := l.Enrol("KZ", "peer0", fakeledger.AsRole(fakeledger.RolePeer))
	require.NoError(t, err)
	peer1, err := l.Enrol("KZ", "peer1", fakeledger.AsRole(fakeledger.RolePeer))
	require.NoError(t, err)
	twice := endorse(t, c, "put", "a", "1").EndorsedBy(peer0)
	both := endorse(t, c, "put", "a", "1").EndorsedBy(peer1)
	require.Equal(t, codes{policy, valid}, order(t, l, twice, both))
}

func TestPrincipalsOtherThanRoles(t *testing.T) {
	l := network(t, basics())
	peerKZ, err := l.Enrol("KZ", "peer0", fakeledger.AsRole(fakeledger.RolePeer))
	require.NoError(t, err)
	one := func(class msp.MSPPrincipal_Classification, principal []byte) *common.SignaturePolicyEnvelope {
		env := fakeledger.OutOf(1, "KZ")
		env.Identities[0] = &msp.MSPPrincipal{PrincipalClassification: class, Principal: principal}
		return env
	}
	unit := marshal(t, &msp.OrganizationUnit{MspIdentifier: "KZ", OrganizationalUnitIdentifier: "peer"})
	require.True(t, l.PolicySatisfiedBy(one(msp.MSPPrincipal_ORGANIZATION_UNIT, unit), "KZ"))
	require.False(t, l.PolicySatisfiedBy(one(msp.MSPPrincipal_ORGANIZATION_UNIT, unit), "KG"))
	require.True(t, l.PolicySatisfiedBy(one(msp.MSPPrincipal_IDENTITY, peerKZ.Serialized()), "KZ"))
	require.False(t, l.PolicySatisfiedBy(one(msp.MSPPrincipal_IDENTITY, peerKZ.Serialized()), "KG"))
	require.False(t, l.PolicySatisfiedBy(one(msp.MSPPrincipal_ANONYMITY, nil), "KZ"))
}

func TestALedgerRefusesAChaincodePolicyThatNobodyCanSatisfy(t *testing.T) {
	for name, env := range map[string]*common.SignaturePolicyEnvelope{
		"without a rule": {},
		"with an index outside its identities": {Rule: &common.SignaturePolicy{
			Type: &common.SignaturePolicy_SignedBy{SignedBy: 1},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fakeledger.New(basics(), fakeledger.Config{Orgs: []string{"KZ"}, Policy: env})
			require.ErrorContains(t, err, "chaincode policy")
		})
	}
}

// Where every principal is a different organisation, taking signatures greedily is exact: a policy holds when its gates count
// enough satisfied parts.
func TestPoliciesOverDistinctOrganisationsAreBooleanFormulas(t *testing.T) {
	l := network(t, basics())
	rapid.Check(t, func(rt *rapid.T) {
		orgs := rapid.Permutation(l.Orgs()).Draw(rt, "orgs")
		env := fakeledger.OutOf(1, orgs...)
		next := 0
		var present []string
		for _, org := range orgs {
			if rapid.Bool().Draw(rt, org) {
				present = append(present, org)
			}
		}
		var build func(depth int) (*common.SignaturePolicy, bool)
		build = func(depth int) (*common.SignaturePolicy, bool) {
			if next < len(orgs) && (depth == 0 || rapid.Bool().Draw(rt, "leaf")) {
				next++
				return &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(next - 1)}},
					slices.Contains(present, orgs[next-1])
			}
			gate := &common.SignaturePolicy_NOutOf{N: int32(rapid.IntRange(0, 3).Draw(rt, "n"))}
			count := int32(0)
			for range rapid.IntRange(0, 3).Draw(rt, "parts") {
				if depth == 0 {
					break
				}
				part, holds := build(depth - 1)
				gate.Rules = append(gate.Rules, part)
				if holds {
					count++
				}
			}
			return &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{NOutOf: gate}}, count >= gate.GetN()
		}
		var want bool
		env.Rule, want = build(3)
		require.Equal(rt, want, l.PolicySatisfiedBy(env, rapid.Permutation(present).Draw(rt, "signers")...))
	})
}

// Whatever bytes become a key's policy, other keys go on, and honest endorsers never bring the channel to a halt.
func FuzzKeyPolicyBytes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0xff})
	f.Add(fakeledger.PolicyBytes(fakeledger.OutOf(1, "KZ")))
	f.Add(fakeledger.PolicyBytes(fakeledger.OutOf(2, "KZ", "XX"))[:20])
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := alone(t, basics())
		c := l.Client("KZ", "o").With(fakeledger.Endorsers("KZ"))
		submit(t, c, "create", "m", "0", "KZ", "KZ")
		require.Equal(t, policy, order(t, l, endorse(t, c, "rawpolicy", "m", string(raw)))[0], "KZ twice is nobody")
		submit(t, c, "put", "k", "0")
		submit(t, c, "rawpolicy", "k", string(raw))
		if tx, err := c.Endorse("put", "k", "1"); err == nil {
			require.Contains(t, codes{valid, policy}, order(t, l, tx)[0])
		}
		submit(t, c, "put", "other", "1")
		require.NoError(t, l.Err())
	})
}
