package genesis

import (
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/network/material"
)

func encode(t *testing.T, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.Marshal(m)
	require.NoError(t, err)
	return raw
}

// block is a configuration block with the given authorities of one member, as configtxgen nests it.
func block(t *testing.T, roots, between [][]byte) []byte {
	t.Helper()
	definition := encode(t, &msp.MSPConfig{Config: encode(t, &msp.FabricMSPConfig{Name: "CNMSP", RootCerts: roots, IntermediateCerts: between})})
	config := &common.ConfigEnvelope{Config: &common.Config{ChannelGroup: &common.ConfigGroup{Groups: map[string]*common.ConfigGroup{
		"Application": {Groups: map[string]*common.ConfigGroup{
			"CN": {Values: map[string]*common.ConfigValue{"MSP": {Value: definition}}},
		}},
	}}}}
	payload := encode(t, &common.Payload{Data: encode(t, config)})
	return encode(t, &common.Block{Data: &common.BlockData{Data: [][]byte{encode(t, &common.Envelope{Payload: payload})}}})
}

func TestTheAuthoritiesStandInTheFirstBlock(t *testing.T) {
	root := testca.New(t, "root")
	between := root.Below(t, "between")
	text := func(a *testca.Authority) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})
	}
	net := material.Net(t.TempDir())
	require.NoError(t, material.WriteFile(net.File(File), block(t, [][]byte{text(root)}, [][]byte{text(between)})))
	got, err := Authorities(net)
	require.NoError(t, err)
	require.Equal(t, map[string][]*x509.Certificate{"CNMSP": {root.Certificate, between.Certificate}}, got)
}

func TestABlockThatIsNoConfigurationNamesNoAuthority(t *testing.T) {
	_, err := Authorities(material.Net(t.TempDir()))
	require.Error(t, err)
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})
	for name, raw := range map[string][]byte{
		"not a block": {0xff}, "an empty one": nil, "no PEM": block(t, [][]byte{[]byte("x")}, nil), "no certificate": block(t, [][]byte{broken}, nil),
	} {
		_, err := authorities(raw)
		require.Error(t, err, name)
	}
}
