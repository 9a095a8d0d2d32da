package lifecycle

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

func encoded(t *testing.T, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.Marshal(m)
	require.NoError(t, err)
	return raw
}

func decoded[T proto.Message](t *testing.T, raw []byte, m T) T {
	t.Helper()
	require.NoError(t, proto.Unmarshal(raw, m))
	return m
}

// memberGroup is an organisation's group at some version.
func memberGroup(t *testing.T, mspID string, version uint64) *common.ConfigGroup {
	t.Helper()
	unit := func() *msp.FabricOUIdentifier {
		return &msp.FabricOUIdentifier{Certificate: []byte("old ca"), OrganizationalUnitIdentifier: "peer"}
	}
	trust := &msp.FabricMSPConfig{
		Name: mspID, RootCerts: [][]byte{[]byte("old ca")}, TlsRootCerts: [][]byte{[]byte("old tls")}, RevocationList: [][]byte{[]byte("crl")},
		FabricNodeOus: &msp.FabricNodeOUs{Enable: true, PeerOuIdentifier: unit(), ClientOuIdentifier: unit(), AdminOuIdentifier: unit()},
	}
	return &common.ConfigGroup{
		Version: version, ModPolicy: "Admins",
		Values: map[string]*common.ConfigValue{
			mspValue:      {Version: version, ModPolicy: "Admins", Value: encoded(t, &msp.MSPConfig{Config: encoded(t, trust)})},
			"AnchorPeers": {Version: version, ModPolicy: "Admins", Value: []byte("peer:7051")},
		},
		Policies: map[string]*common.ConfigPolicy{"Endorsement": {Version: version, ModPolicy: "Admins"}},
	}
}

func pilotConfig(t *testing.T) *common.Config {
	t.Helper()
	consenters := &common.Orderers{}
	application := &common.ConfigGroup{Version: 3, ModPolicy: "Admins", Groups: map[string]*common.ConfigGroup{},
		Policies: map[string]*common.ConfigPolicy{"Admins": {Version: 1}}, Values: map[string]*common.ConfigValue{"Capabilities": {Version: 2}}}
	ordering := &common.ConfigGroup{Version: 5, ModPolicy: "Admins", Groups: map[string]*common.ConfigGroup{},
		Policies: map[string]*common.ConfigPolicy{blockValidationPolicy: {Version: 4, ModPolicy: "Admins"}}}
	for i, id := range []string{"CNMSP", "KZMSP", "KGMSP", "CARECMSP"} {
		application.Groups[id], ordering.Groups[id] = memberGroup(t, id, 1), memberGroup(t, id, 1)
		consenters.ConsenterMapping = append(consenters.ConsenterMapping, &common.Consenter{Id: uint32(i + 1), MspId: id, Identity: []byte(id)})
	}
	application.Groups["CGMMSP"] = memberGroup(t, "CGMMSP", 0)
	ordering.Values = map[string]*common.ConfigValue{consentersValue: {Version: 7, ModPolicy: "Admins", Value: encoded(t, consenters)}}
	return &common.Config{Sequence: 9, ChannelGroup: &common.ConfigGroup{Version: 2, Groups: map[string]*common.ConfigGroup{
		applicationGroup: application, ordererGroup: ordering,
	}}}
}

func TestACaretakerTakesTheNameAndNothingElse(t *testing.T) {
	config := pilotConfig(t)
	before := proto.Clone(config)
	update, err := ReplaceByCaretaker("transit", config, "KGMSP", "KGMSP.caretaker", Roots{Enrolment: []byte("new ca"), TLS: []byte("new tls")})
	require.NoError(t, err)
	require.True(t, proto.Equal(before, config), "the configuration itself stays")

	write := update.GetWriteSet()
	require.EqualValues(t, 2, write.GetVersion(), "the channel's own group does not change")
	application := write.GetGroups()[applicationGroup]
	require.EqualValues(t, 4, application.GetVersion())
	require.EqualValues(t, 3, update.GetReadSet().GetGroups()[applicationGroup].GetVersion())
	require.NotContains(t, application.GetGroups(), "KGMSP")
	require.Len(t, application.GetGroups(), 5)
	for _, other := range []string{"CNMSP", "KZMSP", "CARECMSP", "CGMMSP"} {
		require.Equal(t, config.GetChannelGroup().GetGroups()[applicationGroup].GetGroups()[other].GetVersion(),
			application.GetGroups()[other].GetVersion(), "%s stays as it is", other)
	}
	caretaker := application.GetGroups()["KGMSP.caretaker"]
	require.Zero(t, caretaker.GetVersion())
	require.Zero(t, caretaker.GetValues()[mspValue].GetVersion())
	require.Contains(t, caretaker.GetPolicies(), "Endorsement")
	require.Contains(t, caretaker.GetValues(), "AnchorPeers")
	trust, err := trustOf(caretaker)
	require.NoError(t, err)
	require.Equal(t, "KGMSP", trust.GetName())
	require.Equal(t, [][]byte{[]byte("new ca")}, trust.GetRootCerts())
	require.Equal(t, [][]byte{[]byte("new tls")}, trust.GetTlsRootCerts())
	require.Empty(t, trust.GetRevocationList())
	require.Equal(t, "new ca", string(trust.GetFabricNodeOus().GetPeerOuIdentifier().GetCertificate()))
	require.NotContains(t, string(encoded(t, trust)), "old")

	ordering := write.GetGroups()[ordererGroup]
	require.EqualValues(t, 6, ordering.GetVersion())
	require.NotContains(t, ordering.GetGroups(), "KGMSP")
	value := ordering.GetValues()[consentersValue]
	require.EqualValues(t, 8, value.GetVersion())
	left := decoded(t, value.GetValue(), &common.Orderers{}).GetConsenterMapping()
	require.Len(t, left, 3)
	require.Equal(t, "CARECMSP", left[2].GetMspId())
	policy := ordering.GetPolicies()[blockValidationPolicy]
	require.EqualValues(t, 5, policy.GetVersion())
	rule := decoded(t, policy.GetPolicy().GetValue(), &common.SignaturePolicyEnvelope{})
	require.EqualValues(t, 2, rule.GetRule().GetNOutOf().GetN(), "two of three orderers sign a block")
	require.Len(t, rule.GetIdentities(), 3)
}

func TestAMemberWithoutAnOrdererLeavesTheOrderingAlone(t *testing.T) {
	update, err := ReplaceByCaretaker("transit", pilotConfig(t), "CGMMSP", "CGMMSP.caretaker", Roots{Enrolment: []byte("a"), TLS: []byte("b")})
	require.NoError(t, err)
	require.NotContains(t, update.GetWriteSet().GetGroups(), ordererGroup)
	_, err = ReplaceByCaretaker("transit", pilotConfig(t), "UZMSP", "UZMSP.caretaker", Roots{})
	require.ErrorContains(t, err, "no member UZMSP")
	_, err = ReplaceByCaretaker("transit", pilotConfig(t), "CNMSP", "KZMSP", Roots{})
	require.Error(t, err, "a name that is taken")
}

func TestTheQuorumOfTheOrderers(t *testing.T) {
	for n, quorum := range map[int]int32{1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 10: 7} {
		policy, err := blockValidation(make([]*common.Consenter, n))
		require.NoError(t, err)
		require.Equal(t, quorum, decoded(t, policy.GetValue(), &common.SignaturePolicyEnvelope{}).GetRule().GetNOutOf().GetN(), "%d orderers", n)
	}
}
