package fabriccheck

import (
	"crypto/sha256"
	"hash"
	"os"
	"path/filepath"
	"testing"

	"github.com/hyperledger/fabric-lib-go/bccsp"
	"github.com/hyperledger/fabric-lib-go/common/flogging"
	"github.com/hyperledger/fabric-lib-go/common/metrics/disabled"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/hyperledger/fabric/core/ledger"
	"github.com/hyperledger/fabric/core/ledger/kvledger"
	"github.com/hyperledger/fabric/core/ledger/mock"
	"github.com/hyperledger/fabric/protoutil"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
)

const (
	channel    = "channel"
	namespace  = "chaincode"
	org        = "KZMSP"
	collection = "_implicit_org_" + org
)

func TestMain(m *testing.M) {
	flogging.ActivateSpec("fatal") // a peer reports every conflict it finds
	os.Exit(m.Run())
}

// sha is the one hash function of a channel.
type sha struct{}

func (sha) GetHash(bccsp.HashOpts) (hash.Hash, error) { return sha256.New(), nil }

// newFabricLedger opens a peer's ledger in a temporary directory and joins it to a channel.
func newFabricLedger(t *testing.T) ledger.PeerLedger {
	t.Helper()
	root := t.TempDir()
	provider, err := kvledger.NewProvider(&ledger.Initializer{
		DeployedChaincodeInfoProvider:   deployed(),
		MembershipInfoProvider:          &mock.MembershipInfoProvider{},
		ChaincodeLifecycleEventProvider: &mock.ChaincodeLifecycleEventProvider{},
		MetricsProvider:                 &disabled.Provider{},
		HealthCheckRegistry:             &mock.HealthCheckRegistry{},
		HashProvider:                    sha{},
		Config: &ledger.Config{
			RootFSPath:        root,
			StateDBConfig:     &ledger.StateDBConfig{StateDatabase: ledger.GoLevelDB},
			HistoryDBConfig:   &ledger.HistoryDBConfig{},
			PrivateDataConfig: &ledger.PrivateDataConfig{MaxBatchSize: 1000, BatchesInterval: 1000, PurgeInterval: 100},
			SnapshotsConfig:   &ledger.SnapshotsConfig{RootDir: filepath.Join(root, "snapshots")},
		},
	})
	require.NoError(t, err)
	t.Cleanup(provider.Close)
	opened, err := provider.CreateFromGenesisBlock(genesis())
	require.NoError(t, err)
	t.Cleanup(opened.Close)
	return opened
}

// deployed tells the ledger of one chaincode whose only collection is the organisation's own.
func deployed() *mock.DeployedChaincodeInfoProvider {
	own := &peer.StaticCollectionConfig{Name: collection, MemberOrgsPolicy: &peer.CollectionPolicyConfig{
		Payload: &peer.CollectionPolicyConfig_SignaturePolicy{SignaturePolicy: fakeledger.OutOf(1, org)},
	}}
	info := &mock.DeployedChaincodeInfoProvider{}
	info.CollectionInfoReturns(own, nil)
	info.AllCollectionsConfigPkgReturns(&peer.CollectionConfigPackage{Config: []*peer.CollectionConfig{{
		Payload: &peer.CollectionConfig_StaticCollectionConfig{StaticCollectionConfig: own},
	}}}, nil)
	return info
}

// genesis names the channel and configures nothing: the ledger itself reads no configuration.
func genesis() *common.Block {
	header := &common.ChannelHeader{Type: int32(common.HeaderType_CONFIG), ChannelId: channel}
	payload := &common.Payload{Header: &common.Header{ChannelHeader: protoutil.MarshalOrPanic(header)}}
	envelope := &common.Envelope{Payload: protoutil.MarshalOrPanic(payload)}
	return sealed(protoutil.NewBlock(0, nil), [][]byte{protoutil.MarshalOrPanic(envelope)}, nil)
}

// sealed completes a block with its transactions and the validation flags set so far; missing flags are VALID.
func sealed(block *common.Block, envelopes [][]byte, verdicts []peer.TxValidationCode) *common.Block {
	block.Data.Data = envelopes
	block.Header.DataHash = protoutil.ComputeBlockDataHash(block.Data)
	protoutil.InitBlockMetadata(block)
	flags := make([]byte, len(envelopes))
	for i, code := range verdicts {
		flags[i] = byte(code)
	}
	block.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = flags
	return block
}

// flagsOf are the verdicts in a block.
func flagsOf(block *common.Block) []peer.TxValidationCode {
	raw := block.GetMetadata().GetMetadata()[common.BlockMetadataIndex_TRANSACTIONS_FILTER]
	codes := make([]peer.TxValidationCode, len(raw))
	for i, flag := range raw {
		codes[i] = peer.TxValidationCode(flag)
	}
	return codes
}
