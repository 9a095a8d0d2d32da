package cats

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// told is a transaction of a block with the event it emitted.
type told struct {
	at    time.Time
	steps []transit.EventStep
	code  peer.TxValidationCode
}

// rawBlock makes a block as a peer sends it.
func rawBlock(t *testing.T, number uint64, transactions ...told) *common.Block {
	t.Helper()
	b := &common.Block{Header: &common.BlockHeader{Number: number}, Data: &common.BlockData{}, Metadata: &common.BlockMetadata{
		Metadata: [][]byte{nil, nil, {}},
	}}
	for i, tx := range transactions {
		b.Data.Data = append(b.Data.Data, must(rawTransaction(t, fmt.Sprintf("tx-%d-%d", number, i), tx)))
		b.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = append(
			b.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER], byte(tx.code))
	}
	return b
}

func rawTransaction(t *testing.T, id string, tx told) *common.Envelope {
	t.Helper()
	action := &peer.ChaincodeActionPayload{
		ChaincodeProposalPayload: must(&peer.ChaincodeProposalPayload{Input: must(&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{
			ChaincodeId: &peer.ChaincodeID{Name: "cats"}, Input: &peer.ChaincodeInput{Args: [][]byte{[]byte("movement:Accept"), []byte("{}")}},
		}})}),
		Action: &peer.ChaincodeEndorsedAction{
			Endorsements: []*peer.Endorsement{{Endorser: must(&msp.SerializedIdentity{Mspid: "CNMSP"})}},
			ProposalResponsePayload: must(&peer.ProposalResponsePayload{Extension: must(&peer.ChaincodeAction{
				Events: must(&peer.ChaincodeEvent{EventName: transit.EventName, Payload: asJSON(t, transit.EventPayload{V: 1, Steps: tx.steps})}),
				Results: must(&rwset.TxReadWriteSet{NsRwset: []*rwset.NsReadWriteSet{
					{Namespace: "another", Rwset: must(&kvrwset.KVRWSet{Writes: []*kvrwset.KVWrite{{Key: "x", Value: []byte("y")}}})},
					{Namespace: "cats", Rwset: must(&kvrwset.KVRWSet{
						Writes: []*kvrwset.KVWrite{{Key: "k", Value: []byte("v")}},
						MetadataWrites: []*kvrwset.KVMetadataWrite{{Key: "k", Entries: []*kvrwset.KVMetadataEntry{
							{Name: validationParameter, Value: []byte("policy")},
						}}},
					}), CollectionHashedRwset: []*rwset.CollectionHashedReadWriteSet{{CollectionName: "c", HashedRwset: must(&kvrwset.HashedRWSet{
						HashedWrites: []*kvrwset.KVWriteHash{{KeyHash: []byte("kh"), ValueHash: []byte("vh")}},
					})}}},
				}}),
			})}),
		},
	}
	return &common.Envelope{Payload: must(&common.Payload{
		Header: &common.Header{
			ChannelHeader: must(&common.ChannelHeader{
				Type: int32(common.HeaderType_ENDORSER_TRANSACTION), TxId: id, Timestamp: timestamppb.New(tx.at),
			}),
			SignatureHeader: must(&common.SignatureHeader{Creator: must(&msp.SerializedIdentity{Mspid: "CNMSP"})}),
		},
		Data: must(&peer.Transaction{Actions: []*peer.TransactionAction{{Payload: must(action)}}}),
	})}
}

func noon(day int) time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }

func TestReadBlock(t *testing.T) {
	step := transit.EventStep{Record: "movement", ID: someID, Step: "Accept"}
	b, err := ReadBlock(rawBlock(t, 9, told{at: noon(1), steps: []transit.EventStep{step}},
		told{at: noon(1), code: peer.TxValidationCode_MVCC_READ_CONFLICT}), "cats")
	require.NoError(t, err)
	require.Equal(t, uint64(9), b.Number)
	tx := b.Transactions[0]
	require.True(t, tx.Valid())
	require.False(t, b.Transactions[1].Valid())
	require.Equal(t, "tx-9-0", tx.ID)
	require.Equal(t, transit.FnAccept, tx.Function)
	require.Equal(t, []string{"CNMSP"}, tx.Endorsers)
	require.Equal(t, Signer{MSP: "CNMSP"}, tx.Creator)
	require.Equal(t, []transit.EventStep{step}, tx.Event.Steps)
	require.Equal(t, []Write{{Key: "k", Value: []byte("v")}}, tx.Writes)
	require.Equal(t, []PolicyWrite{{Key: "k", Policy: []byte("policy")}}, tx.Policies)
	require.Equal(t, []PrivateWrite{{Collection: "c", KeyHash: []byte("kh"), ValueHash: []byte("vh")}}, tx.Private)

	t.Run("Passes over what it cannot read in an invalid transaction, not in a valid one", func(t *testing.T) {
		broken := rawBlock(t, 1, told{code: peer.TxValidationCode_BAD_PAYLOAD})
		broken.Data.Data[0] = []byte("\xff\xff")
		_, err := ReadBlock(broken, "cats")
		require.NoError(t, err)
		broken.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER][0] = 0
		_, err = ReadBlock(broken, "cats")
		require.ErrorContains(t, err, "transaction 0 of block 1")
	})
}

func FuzzReadBlock(f *testing.F) {
	f.Add([]byte("\x0a\x00"), byte(0))
	f.Fuzz(func(_ *testing.T, data []byte, code byte) {
		b := &common.Block{Header: &common.BlockHeader{}, Data: &common.BlockData{Data: [][]byte{data}}, Metadata: &common.BlockMetadata{
			Metadata: [][]byte{nil, nil, {code}},
		}}
		_, _ = ReadBlock(b, "cats") // whatever a peer sends, reading it must not panic
	})
}

func TestBlocks(t *testing.T) {
	p := &mockPeer{cutOff: 2}
	for i := range uint64(6) {
		p.blocks = append(p.blocks, rawBlock(t, i, told{at: noon(1)}))
	}
	var numbers []uint64
	for b, err := range connectTo(t, p).Blocks(context.Background(), 1, 4) {
		require.NoError(t, err)
		numbers = append(numbers, b.Number)
	}
	require.Equal(t, []uint64{1, 2, 3, 4}, numbers, "the stream broke after two and was opened again")
}

func TestHistory(t *testing.T) {
	steps := func(record, id, step string, seq int) []transit.EventStep {
		return []transit.EventStep{{Record: record, ID: id, Step: step, Seq: seq, Custodian: "KZMSP"}}
	}
	p := &mockPeer{}
	for day := range 9 {
		p.blocks = append(p.blocks, rawBlock(t, uint64(day), told{at: noon(day + 1), steps: steps("movement", "CN0000000000AB", "Accept", 2)}))
	}
	p.blocks[4] = rawBlock(t, 4, told{at: noon(5), steps: steps("movement", someID, "Lodge", 1)},
		told{at: noon(5), steps: steps("movement", someID, "Accept", 2), code: peer.TxValidationCode_MVCC_READ_CONFLICT})
	p.blocks[6] = rawBlock(t, 6, told{at: noon(7), steps: append(steps("guarantee", someGRN, "locked", 0), steps("movement", someID, "Release", 2)...)})
	p.blocks[7] = rawBlock(t, 7, told{at: noon(8), steps: steps("delivery", someID, "Deliver", 2)})
	looked := 0
	p.onEvaluate = func(i *invocation) ([]byte, error) {
		if i.fn == "GetChainInfo" {
			return must(&common.BlockchainInfo{Height: 9}), nil
		}
		looked++
		number, err := strconv.Atoi(string(i.args[2]))
		if err != nil {
			return nil, err
		}
		return must(p.blocks[number]), nil
	}
	m := &transit.Movement{
		Course:   transit.Course{ID: someID, Seq: 2, Legs: []transit.Leg{{MSP: "CNMSP"}, {MSP: "KZMSP"}}},
		Declared: transit.Declared{LodgedAt: transit.Stamp(noon(5))},
	}
	passages, err := connectTo(t, p).Movements().History(context.Background(), m)
	require.NoError(t, err)
	var told []string
	for _, passage := range passages {
		told = append(told, fmt.Sprintf("%s %s in %s", passage.Record, passage.Step, passage.Transaction))
	}
	require.Equal(t, []string{
		"movement Lodge in tx-4-0", "guarantee locked in tx-6-0", "movement Release in tx-6-0", "delivery Deliver in tx-7-0",
	}, told)
	require.LessOrEqual(t, looked, 4, "the first block is found by bisection")
}
