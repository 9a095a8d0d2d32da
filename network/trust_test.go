package network

import (
	"encoding/pem"
	"os"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/network/genesis"
	"carec.example/cats/network/material"
	"carec.example/cats/network/topology"
)

func TestACountryWhoseOperatorsSignTrustsItsOwnEnrolmentAuthority(t *testing.T) {
	loaded, err := topology.Load("topology.yaml")
	require.NoError(t, err)
	n := &Network{topology: loaded, net: material.Net(t.TempDir())}
	cn, kz := testca.New(t, "cn"), testca.New(t, "kz")
	require.NoError(t, material.WriteFile(n.net.File(genesis.File), firstBlock(t, map[string]*testca.Authority{"CNMSP": cn, "KZMSP": kz})))
	for i := range loaded.Organisations {
		loaded.Organisations[i].Signatures = loaded.Organisations[i].Name == "CN"
	}
	books := func() []transit.CountryEntries {
		t.Helper()
		require.NoError(t, n.writeFounding())
		text, err := os.ReadFile(n.net.File("founding.json"))
		require.NoError(t, err)
		var request transit.FoundingRequest
		require.NoError(t, transit.DecodeStrict(text, &request))
		require.Len(t, request.Organisations, len(loaded.Organisations))
		return slices.DeleteFunc(request.Books, func(b transit.CountryEntries) bool { return len(b.Anchors) == 0 })
	}
	found := books()
	require.Equal(t, found, books(), "derived again, it is the same")
	require.Len(t, found, 1)
	require.Equal(t, "CN", found[0].Country)
	require.Len(t, found[0].Anchors, 1)
	require.Equal(t, cn.DER(), found[0].Anchors[0].Certificate)
	require.False(t, found[0].Anchors[0].OperatorInSubject)
	require.Empty(t, transit.CheckEntries(&found[0].Entries, "CN"), "the registry takes it")

	loaded.Organisations[2].Signatures = true
	require.ErrorContains(t, n.writeFounding(), "no enrolment authority of KGMSP")
	loaded.Organisations[2].Signatures, loaded.Organisations[0].Signatures = false, false
	require.Empty(t, books())
	n.net = material.Net(t.TempDir())
	require.NoError(t, n.writeFounding(), "nobody needs the block")
	loaded.Organisations[0].Signatures = true
	require.Error(t, n.writeFounding())
}

// firstBlock is a configuration block that names one authority for each MSP.
func firstBlock(t *testing.T, authorities map[string]*testca.Authority) []byte {
	t.Helper()
	encode := func(m proto.Message) []byte {
		raw, err := proto.Marshal(m)
		require.NoError(t, err)
		return raw
	}
	members := map[string]*common.ConfigGroup{}
	for name, a := range authorities {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})
		definition := encode(&msp.MSPConfig{Config: encode(&msp.FabricMSPConfig{Name: name, RootCerts: [][]byte{text}})})
		members[name] = &common.ConfigGroup{Values: map[string]*common.ConfigValue{"MSP": {Value: definition}}}
	}
	config := &common.ConfigEnvelope{Config: &common.Config{ChannelGroup: &common.ConfigGroup{
		Groups: map[string]*common.ConfigGroup{"Application": {Groups: members}},
	}}}
	payload := encode(&common.Payload{Data: encode(config)})
	return encode(&common.Block{Data: &common.BlockData{Data: [][]byte{encode(&common.Envelope{Payload: payload})}}})
}
