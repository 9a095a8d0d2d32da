package fakeledger

import (
	"crypto/sha256"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Block is a committed block. The first one has number 1; block 0 would be the channel's genesis.
type Block struct {
	// Number is the block's number.
	Number uint64
	// Receipts tell the fate of each transaction, in order. Invalid transactions are part of the block, too.
	Receipts []*Receipt

	block   *common.Block
	effects *updates
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

// Proto is the block in Fabric's encoding, with hash chain and validation flags, without orderer signatures. Treat it as
// read-only.
func (b *Block) Proto() *common.Block { return b.block }

// assemble encodes the envelopes of a block and chains it to its predecessor.
func assemble(number uint64, previous *common.BlockHeader, envelopes [][]byte, codes []peer.TxValidationCode) *common.Block {
	data := sha256.New()
	for _, e := range envelopes {
		data.Write(e)
	}
	flags := make([]byte, len(codes))
	for i, c := range codes {
		flags[i] = byte(c)
	}
	metadata := make([][]byte, len(common.BlockMetadataIndex_name))
	metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = flags
	return &common.Block{
		Header:   &common.BlockHeader{Number: number, PreviousHash: headerHash(previous), DataHash: data.Sum(nil)},
		Data:     &common.BlockData{Data: envelopes},
		Metadata: &common.BlockMetadata{Metadata: metadata},
	}
}
