package cats

import (
	"fmt"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Receipt proves a change: which transaction in which block, and whose peers endorsed it.
type Receipt struct {
	// TransactionID is empty when the record already stood as asked and nothing was written.
	TransactionID string `json:"transactionId"`
	BlockNumber   uint64 `json:"blockNumber"`
	// Endorsers are the MSPs read out of the endorsed transaction, in its order.
	Endorsers []string `json:"endorsers"`
	// Latency from the call to the commit at the own peer, retries included.
	Latency time.Duration `json:"latency"`
	// Attempts counts the proposals made for this change.
	Attempts int `json:"attempts"`
	// MessageID under which the record remembers the change; empty when the function takes none.
	MessageID string `json:"messageId,omitempty"`
}

// endorsersOf reads the MSPs of the endorsers out of a transaction's envelope.
func endorsersOf(envelope *common.Envelope) ([]string, error) {
	var payload common.Payload
	if err := proto.Unmarshal(envelope.GetPayload(), &payload); err != nil {
		return nil, fmt.Errorf("couldn't read the transaction's payload: %w", err)
	}
	var tx peer.Transaction
	if err := proto.Unmarshal(payload.GetData(), &tx); err != nil {
		return nil, fmt.Errorf("couldn't read the transaction: %w", err)
	}
	var msps []string
	for _, action := range tx.GetActions() {
		var ap peer.ChaincodeActionPayload
		if err := proto.Unmarshal(action.GetPayload(), &ap); err != nil {
			return nil, fmt.Errorf("couldn't read the transaction's action: %w", err)
		}
		for _, e := range ap.GetAction().GetEndorsements() {
			id, err := identityOf(e.GetEndorser())
			if err != nil {
				return nil, err
			}
			msps = append(msps, id.GetMspid())
		}
	}
	return msps, nil
}

func identityOf(raw []byte) (*msp.SerializedIdentity, error) {
	var id msp.SerializedIdentity
	if err := proto.Unmarshal(raw, &id); err != nil {
		return nil, fmt.Errorf("couldn't read a signer's identity: %w", err)
	}
	return &id, nil
}
