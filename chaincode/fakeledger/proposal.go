package fakeledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// proposal is what a client asks the peers to simulate, in the encoding of Fabric.
type proposal struct {
	channel   string
	chaincode string
	txID      string
	nonce     []byte
	creator   *Identity
	timestamp time.Time
	args      [][]byte
	transient map[string][]byte

	header          *common.Header
	publicPayload   []byte // without the transient map: this is what reaches the ledger
	full            []byte // the proposal with the transient map: this is what the creator signs
	proposalHash    []byte
	signatureHeader []byte
}

// newProposal encodes a proposal; its id follows from nonce and creator. Names in the transient map must be UTF-8.
func newProposal(channel, chaincode string, nonce []byte, creator *Identity, c call) (*proposal, error) {
	for name := range c.transient {
		if !utf8.ValidString(name) {
			return nil, fmt.Errorf("name %q in the transient map is no UTF-8", name)
		}
	}
	p := &proposal{
		channel: channel, chaincode: chaincode, nonce: nonce, creator: creator,
		timestamp: c.timestamp.UTC(), args: c.args, transient: c.transient,
	}
	sum := sha256.Sum256(append(append([]byte(nil), nonce...), creator.serialized...))
	p.txID = hex.EncodeToString(sum[:])
	p.encodeHeader()
	input := &peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{
		Type:        peer.ChaincodeSpec_GOLANG,
		ChaincodeId: &peer.ChaincodeID{Name: chaincode},
		Input:       &peer.ChaincodeInput{Args: c.args},
	}}
	p.publicPayload = encode(&peer.ChaincodeProposalPayload{Input: encode(input)})
	p.proposalHash = p.hash()
	full := &peer.ChaincodeProposalPayload{Input: encode(input), TransientMap: c.transient}
	p.full = encode(&peer.Proposal{Header: encode(p.header), Payload: encode(full)})
	return p, nil
}

// signed is the proposal with its creator's signature, made only when a chaincode asks for it.
func (p *proposal) signed() *peer.SignedProposal {
	return &peer.SignedProposal{ProposalBytes: clone(p.full), Signature: p.creator.Sign(p.full)}
}

func (p *proposal) encodeHeader() {
	extension := &peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: p.chaincode}}
	p.signatureHeader = encode(&common.SignatureHeader{Creator: p.creator.serialized, Nonce: p.nonce})
	p.header = &common.Header{
		ChannelHeader: encode(&common.ChannelHeader{
			Type:      int32(common.HeaderType_ENDORSER_TRANSACTION),
			TxId:      p.txID,
			Timestamp: timestamppb.New(p.timestamp),
			ChannelId: p.channel,
			Extension: encode(extension),
		}),
		SignatureHeader: p.signatureHeader,
	}
}

// hash binds endorsements to the proposal as it will appear on the ledger.
func (p *proposal) hash() []byte {
	h := sha256.New()
	h.Write(p.header.GetChannelHeader())
	h.Write(p.header.GetSignatureHeader())
	h.Write(p.publicPayload)
	return h.Sum(nil)
}

func (p *proposal) binding() []byte {
	epoch := make([]byte, 8)
	binary.LittleEndian.PutUint64(epoch, 0)
	digest := sha256.Sum256(append(append(append([]byte(nil), p.nonce...), p.creator.serialized...), epoch...))
	return digest[:]
}
