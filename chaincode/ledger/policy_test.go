package ledger

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
)

func TestPolicyReadsBackAsItWasAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		orgs := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z]{2,6}MSP`), 1, 12, rapid.ID).Draw(t, "orgs")
		n := rapid.IntRange(1, len(orgs)).Draw(t, "all")
		e := transit.Endorsement{All: orgs[:n], Any: orgs[n:]}
		raw, err := Policy(e)
		require.NoError(t, err)
		again, err := Policy(transit.Endorsement{All: e.All, Any: sorted(e.Any)})
		require.NoError(t, err)
		require.Equal(t, raw, again, "the same bytes whatever the order of the others")
		back, err := ParsePolicy(raw)
		require.NoError(t, err)
		require.Equal(t, e.All, back.All)
		require.ElementsMatch(t, e.Any, back.Any)
	})
}

func TestPolicyNobodyCouldSatisfyIsNotBuilt(t *testing.T) {
	for name, e := range map[string]transit.Endorsement{
		"nobody must":               {Any: []string{"AMSP"}},
		"an empty name":             {All: []string{""}},
		"the custodian as witness":  {All: []string{"AMSP"}, Any: []string{"AMSP"}},
		"an organisation two times": {All: []string{"AMSP", "AMSP"}},
		"a witness two times":       {All: []string{"AMSP"}, Any: []string{"BMSP", "BMSP"}},
	} {
		_, err := Policy(e)
		require.Error(t, err, name)
	}
}

func TestOtherPoliciesAreNotReadAsOurs(t *testing.T) {
	good, err := Policy(transit.Endorsement{All: []string{"AMSP"}, Any: []string{"BMSP", "CMSP"}})
	require.NoError(t, err)
	change := func(f func(*common.SignaturePolicyEnvelope)) []byte {
		var env common.SignaturePolicyEnvelope
		require.NoError(t, proto.Unmarshal(good, &env))
		f(&env)
		raw, err := proto.Marshal(&env)
		require.NoError(t, err)
		return raw
	}
	wrapped, err := proto.Marshal(&peer.ApplicationPolicy{})
	require.NoError(t, err)
	member, err := proto.Marshal(&msp.MSPRole{MspIdentifier: "AMSP", Role: msp.MSPRole_MEMBER})
	require.NoError(t, err)
	for name, raw := range map[string][]byte{
		"no bytes":                   nil,
		"not a policy":               []byte("policy"),
		"wrapped in another message": wrapped,
		"a member instead of a peer": change(func(e *common.SignaturePolicyEnvelope) { e.Identities[0].Principal = member }),
		"not all must sign":          change(func(e *common.SignaturePolicyEnvelope) { e.Rule.GetNOutOf().N = 1 }),
		"two of the witnesses":       change(func(e *common.SignaturePolicyEnvelope) { e.Rule.GetNOutOf().Rules[1].GetNOutOf().N = 2 }),
		"an organisation not asked": change(func(e *common.SignaturePolicyEnvelope) {
			e.Identities = append(e.Identities, e.Identities[0])
		}),
	} {
		_, err := ParsePolicy(raw)
		require.Error(t, err, name)
	}
}

func FuzzParsePolicy(f *testing.F) {
	good, err := Policy(transit.Endorsement{All: []string{"AMSP"}, Any: []string{"BMSP"}})
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := ParsePolicy(raw)
		if err != nil {
			return
		}
		if again, err := Policy(e); err == nil {
			back, err := ParsePolicy(again)
			require.NoError(t, err)
			require.Equal(t, e.All, back.All)
		}
	})
}

func TestMovementIsFoundByMRNOrIdentification(t *testing.T) {
	id, err := transit.NewMovementID("CN", "CNMSP", "CN1", "LRN")
	require.NoError(t, err)
	mrn, err := id.MRN(2026, 'J')
	require.NoError(t, err)
	for _, ref := range []string{id.String(), mrn.String()} {
		got, fault := MovementOf(ref)
		require.Nil(t, fault)
		require.Equal(t, id.String(), got)
	}
	wrong := mrn.String()[:17] + string('0'+(mrn.String()[17]-'0'+1)%10)
	_, fault := MovementOf(wrong)
	require.Equal(t, "93", fault.Violations[0].Code)
	for _, ref := range []string{"", "x", "CN\x00123", "26CN"} {
		_, fault := MovementOf(ref)
		require.Equal(t, transit.MalformedRequest, fault.Code)
	}
}
