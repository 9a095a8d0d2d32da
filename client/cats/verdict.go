package cats

import (
	"context"
	"errors"
	"slices"
	"strings"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// reason says why an attempt failed and thereby whether another may be made.
type reason int

const (
	// final: nothing changes by asking again.
	final reason = iota
	// lostRace: another transaction changed a record that was read.
	lostRace
	// disagreement: the endorsing peers gave different answers, being at different heights.
	disagreement
	// policyMoved: the record's endorsement policy changed between endorsement and commit.
	policyMoved
	// notHere: the peer does not hold private content that stands on the ledger. Nothing was submitted.
	notHere
	// unreachable: the gateway peer, or peers it needs, did not answer. Nothing was submitted.
	unreachable
)

// verdict is the meaning of one failed attempt.
type verdict struct {
	class   Class
	reason  reason
	fault   *transit.Fault
	details []Detail
	// peerFailed: the gateway peer itself is at fault, so another one should be asked.
	peerFailed bool
}

// outcomeUnknown is an attempt that was submitted and whose fate was not learnt.
type outcomeUnknown struct{ cause error }

func (e *outcomeUnknown) Error() string {
	return "the transaction was submitted, but its outcome could not be learnt: " + e.cause.Error()
}

func (e *outcomeUnknown) Unwrap() error { return e.cause }

// judge decides what an attempt's error means. The own MSP tells refusals of the
// own peer from those of peers that may lag behind it.
func judge(ctx context.Context, err error, ownMSP string) verdict {
	var unknown *outcomeUnknown
	if errors.As(err, &unknown) {
		return verdict{class: UnknownOutcome}
	}
	var commit *client.CommitError
	if errors.As(err, &commit) {
		return judgeCommit(commit.Code)
	}
	var v verdict
	if errors.Is(err, errBehind) && ctx.Err() == nil {
		return verdict{class: Unavailable, reason: unreachable}
	}
	st, isStatus := status.FromError(rootStatus(err))
	if isStatus {
		v = judgeStatus(st, ownMSP)
	}
	switch {
	case v.fault != nil:
		return v
	case ctx.Err() != nil:
		return verdict{class: classOfContext(ctx), details: v.details}
	case isStatus:
		return v
	default:
		return verdict{class: Internal}
	}
}

// classOfContext tells a caller who gave up from a deadline that passed while nothing answered.
func classOfContext(ctx context.Context) Class {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Unavailable
	}
	return Canceled
}

func judgeCommit(code peer.TxValidationCode) verdict {
	switch code {
	case peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_PHANTOM_READ_CONFLICT:
		return verdict{class: Conflict, reason: lostRace}
	case peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE:
		return verdict{class: Conflict, reason: policyMoved}
	default:
		return verdict{class: Internal}
	}
}

// rootStatus digs out the error that carries the gRPC status with its details.
func rootStatus(err error) error {
	var carrier interface{ GRPCStatus() *status.Status }
	if errors.As(err, &carrier) {
		return carrier.GRPCStatus().Err()
	}
	return err
}

func judgeStatus(st *status.Status, ownMSP string) verdict {
	v := verdict{details: detailsOf(st)}
	if fault, from := faultOf(st, v.details); fault != nil {
		return judgeFault(v, fault, from, ownMSP)
	}
	texts := textsOf(st, v.details)
	switch st.Code() {
	case codes.PermissionDenied, codes.Unauthenticated:
		v.class = Refused
	case codes.Canceled, codes.Unavailable, codes.DeadlineExceeded:
		v.class, v.reason, v.peerFailed = Unavailable, unreachable, true
	case codes.ResourceExhausted, codes.FailedPrecondition:
		v.class, v.reason = Unavailable, unreachable
	case codes.Unknown:
		v.class = Internal
		if contains(texts, "too many requests") {
			v.class, v.reason = Unavailable, unreachable
		}
	case codes.Aborted:
		v.class, v.reason = judgeAborted(texts)
	default:
		v.class = Internal
	}
	return v
}

// judgeAborted reads what the gateway reports when it could not collect the endorsements.
func judgeAborted(texts []string) (Class, reason) {
	switch {
	case contains(texts, "ProposalResponsePayloads do not match"):
		return Conflict, disagreement
	case contains(texts, "chaincode response"):
		return Internal, final
	default:
		return Unavailable, unreachable
	}
}

// judgeFault sorts a refusal. A peer of another organisation that lags behind the
// own one refuses what the own peer has just endorsed: that is no refusal but a
// disagreement between peers, and passes when it has caught up.
func judgeFault(v verdict, fault *transit.Fault, from []string, ownMSP string) verdict {
	v.fault, v.class = fault, Refused
	if dependsOnHeight(fault.Code) && len(from) > 0 && !slices.Contains(from, ownMSP) {
		v.reason = disagreement
	}
	switch fault.Code {
	case transit.Stale:
		v.class = Conflict
	case transit.Internal:
		v.class = Internal
	case transit.NotHere:
		v.class, v.reason, v.peerFailed = Unavailable, notHere, true
	}
	return v
}

// dependsOnHeight lists the refusals that a peer gives only because it has not seen the last blocks.
func dependsOnHeight(code transit.Code) bool {
	switch code {
	case transit.OutOfSequence, transit.NotFound, transit.ContentMismatch, transit.Stale, transit.NotFounded:
		return true
	}
	return false
}

func detailsOf(st *status.Status) []Detail {
	var details []Detail
	for _, d := range st.Details() {
		if e, ok := d.(*gateway.ErrorDetail); ok {
			details = append(details, Detail{Address: e.GetAddress(), MSP: e.GetMspId(), Message: e.GetMessage()})
		}
	}
	return details
}

// faultOf finds the ledger's refusal and the MSPs of the peers that gave it.
func faultOf(st *status.Status, details []Detail) (*transit.Fault, []string) {
	var found *transit.Fault
	var from []string
	for _, d := range details {
		if f, ok := transit.ParseFault(d.Message); ok {
			from = append(from, d.MSP)
			if found == nil {
				found = f
			}
		}
	}
	if found == nil {
		if f, ok := transit.ParseFault(st.Message()); ok {
			found = f
		}
	}
	return found, from
}

func textsOf(st *status.Status, details []Detail) []string {
	texts := []string{st.Message()}
	for _, d := range details {
		texts = append(texts, d.Message)
	}
	return texts
}

func contains(texts []string, part string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, part) })
}
