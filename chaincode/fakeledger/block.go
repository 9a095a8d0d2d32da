package fakeledger

import (
	"crypto/sha256"
	"sync"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Block is a committed block. The first one has number 1; block 0 would be the channel's genesis.
type Block struct {
	// Number is the block's number.
	Number uint64
	// Receipts tell the fate of each transaction, in order. Invalid transactions are part of the block, too.
	Receipts []*Receipt

	effects  *updates
	previous *Block
	encoding sync.Once
	encoded  *common.Block
}

// Receipt tells what became of an ordered transaction.
type Receipt struct {
	// Transaction is the transaction as ordered.
	*Transaction
	// Block and Index are its position.
	Block uint64
	Index int
	// Code is the verdict of the validators.
	Code peer.TxValidationCode
}

// Valid tells whether the transaction took effect.
func (r *Receipt) Valid() bool { return r.Code == peer.TxValidationCode_VALID }

// Err is nil for a valid transaction, a [CommitError] otherwise.
func (r *Receipt) Err() error {
	if r.Valid() {
		return nil
	}
	return &CommitError{TxID: r.ID(), Block: r.Block, Code: r.Code}
}

// Codes are the verdicts, in order.
func (b *Block) Codes() []peer.TxValidationCode {
	out := make([]peer.TxValidationCode, len(b.Receipts))
	for i, r := range b.Receipts {
		out[i] = r.Code
	}
	return out
}

// Proto is the block in Fabric's encoding, with hash chain and validation flags, without orderer signatures. It is encoded when
// first asked for. Treat it as read-only.
func (b *Block) Proto() *common.Block {
	b.encoding.Do(func() { b.encoded = b.encode() })
	return b.encoded
}

// encode signs the envelopes of a block and chains it to its predecessor.
func (b *Block) encode() *common.Block {
	block := &common.Block{
		Header:   &common.BlockHeader{Number: b.Number},
		Data:     &common.BlockData{},
		Metadata: &common.BlockMetadata{Metadata: make([][]byte, len(common.BlockMetadataIndex_name))},
	}
	if b.previous != nil {
		block.Header.PreviousHash = headerHash(b.previous.Proto().GetHeader())
	}
	data := sha256.New()
	var flags []byte
	for _, r := range b.Receipts {
		raw := encode(r.Envelope())
		data.Write(raw)
		block.Data.Data = append(block.Data.Data, raw)
		flags = append(flags, byte(r.Code))
	}
	block.Header.DataHash = data.Sum(nil)
	block.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = flags
	return block
}
