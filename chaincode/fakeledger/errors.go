package fakeledger

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

var (
	// ErrPeerDown marks a proposal that reached a stopped peer.
	ErrPeerDown = errors.New("peer is down")
	// ErrChaincodeCrashed marks a proposal whose simulation panicked: on a real peer the chaincode process is gone.
	ErrChaincodeCrashed = errors.New("chaincode stream terminated")
	// ErrMismatch marks endorsements whose payloads differ between endorsers.
	ErrMismatch = errors.New("ProposalResponsePayloads do not match")
	// ErrNoPlan marks a transaction whose policies no set of running peers can satisfy.
	ErrNoPlan = errors.New("no combination of peers can be derived which satisfy the endorsement policy")
	// ErrKeyPolicyUnsatisfiable marks a written key whose own policy holds no rule.
	ErrKeyPolicyUnsatisfiable = errors.New("state based endorsement policy cannot be satisfied")
	// ErrDistribution marks a transaction with transient data that needs endorsers outside its collections.
	ErrDistribution = errors.New("requires endorsement from organisation(s) that are not in the distribution policy " +
		"of the private data collection(s); retry specifying trusted endorsing organizations to protect transient data")
	// ErrHalted marks a ledger that stopped for good at a block no peer can commit.
	ErrHalted = errors.New("channel halted: no peer can commit the block")
	// ErrUnknownOrg marks an organisation that has no peer on the ledger.
	ErrUnknownOrg = errors.New("organisation has no peer on the ledger")
)

// ChaincodeError reports a response of status 400 or more (or below 200) by a chaincode. Such a proposal is never endorsed.
type ChaincodeError struct {
	// MSP is the organisation whose peer answered.
	MSP string
	// Status is the status of the response, e.g. 409.
	Status int32
	// Message is the message of the response, untouched.
	Message string
}

func (e *ChaincodeError) Error() string {
	return fmt.Sprintf("chaincode response %d, %s", e.Status, e.Message)
}

// PeerError reports a failure of a peer itself: stopped, chaincode crashed, proposal refused, simulation failed.
type PeerError struct {
	// MSP is the organisation of the peer.
	MSP string
	// Err is the reason.
	Err error
}

func (e *PeerError) Error() string { return e.MSP + ": " + e.Err.Error() }

// Unwrap gives the reason.
func (e *PeerError) Unwrap() error { return e.Err }

// EndorseError reports that a transaction did not collect its endorsements. Details holds a [ChaincodeError], a [PeerError]
// or [ErrMismatch] per failed endorser, in the order of the attempts.
type EndorseError struct {
	// TxID is the id of the transaction that never came to be.
	TxID string
	// Details are the failures of the endorsers.
	Details []error
}

func (e *EndorseError) Error() string {
	return "failed to collect enough transaction endorsements: " + errors.Join(e.Details...).Error()
}

// Unwrap gives the failures of the endorsers.
func (e *EndorseError) Unwrap() []error { return e.Details }

// CommitError reports an ordered transaction that the validators flagged as invalid.
type CommitError struct {
	// TxID is the id of the transaction.
	TxID string
	// Block is the number of the block that holds it.
	Block uint64
	// Code is the validation code, never VALID.
	Code peer.TxValidationCode
}

func (e *CommitError) Error() string {
	return fmt.Sprintf("transaction %s failed to commit in block %d with status code %d (%s)", e.TxID, e.Block, e.Code, e.Code)
}
