package fakeledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

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
	signed          *peer.SignedProposal
	proposalHash    []byte
	signatureHeader []byte
}

// newProposal encodes and signs a proposal; its id follows from nonce and creator.
func newProposal(channel, chaincode string, nonce []byte, creator *Identity, c call) (*proposal, error) {
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
	raw := encode(&peer.Proposal{Header: encode(p.header), Payload: encode(full)})
	signature, err := creator.Sign(raw)
	if err != nil {
		return nil, err
	}
	p.signed = &peer.SignedProposal{ProposalBytes: raw, Signature: signature}
	return p, nil
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
