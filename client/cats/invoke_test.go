package cats

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const someID = "CN4TB0Q9V7HWKX"

func accepted(t *testing.T) func(*invocation) ([]byte, error) {
	t.Helper()
	return func(i *invocation) ([]byte, error) {
		var r transit.StepRequest
		i.decode(t, &r)
		return asJSON(t, transit.Course{ID: someID, State: transit.Accepted, Messages: []string{r.MessageID}}), nil
	}
}

func accept(ctx context.Context, c *Client, opts ...CallOption) (*transit.Course, Receipt, error) {
	return c.Movements().Accept(ctx, someID, opts...)
}

func failureOf(t *testing.T, err error) *Error {
	t.Helper()
	var failed *Error
	require.ErrorAs(t, err, &failed)
	return failed
}

func TestSubmit(t *testing.T) {
	t.Run("Returns the record and a receipt with the endorsers of the transaction", func(t *testing.T) {
		p := &mockPeer{onEndorse: accepted(t)}
		m, receipt, err := accept(context.Background(), connectTo(t, p))
		require.NoError(t, err)
		require.Equal(t, transit.Accepted, m.State)
		require.Equal(t, []string{"CNMSP", "KZMSP"}, receipt.Endorsers)
		require.Equal(t, uint64(7), receipt.BlockNumber)
		require.Equal(t, p.handovers()[0].GetTransactionId(), receipt.TransactionID)
		require.Equal(t, 1, receipt.Attempts)
		require.Positive(t, receipt.Latency)
	})

	t.Run("Never repeats a refusal and carries its fault and details", func(t *testing.T) {
		fault := transit.Faultf(transit.OutOfSequence, "movement is released").With(transit.Violation{Code: "92", Pointer: "/movement"})
		p := &mockPeer{onEndorse: func(*invocation) ([]byte, error) { return nil, refusal(fault, "CNMSP") }}
		_, _, err := accept(context.Background(), connectTo(t, p))
		failed := failureOf(t, err)
		require.Equal(t, Refused, failed.Class)
		require.Equal(t, 1, failed.Attempts)
		require.Equal(t, p.proposals()[0].txID, failed.TransactionID)
		require.Equal(t, "CNMSP", failed.Details[0].MSP)
		var got *transit.Fault
		require.ErrorAs(t, err, &got)
		require.Equal(t, fault, got)
		require.ErrorIs(t, err, transit.Faultf(transit.OutOfSequence, ""))
		require.Empty(t, p.handovers())
	})

	t.Run("Takes a refusal by a lagging foreign peer for a disagreement and asks again", func(t *testing.T) {
		var n atomic.Int32
		p := &mockPeer{onEndorse: func(i *invocation) ([]byte, error) {
			if n.Add(1) <= 2 {
				return nil, refusal(transit.Faultf(transit.OutOfSequence, "not yet"), "KGMSP")
			}
			return accepted(t)(i)
		}}
		_, receipt, err := accept(context.Background(), connectTo(t, p))
		require.NoError(t, err)
		require.Equal(t, 3, receipt.Attempts)
	})

	t.Run("Gives up on disagreeing payloads after three more attempts", func(t *testing.T) {
		p := &mockPeer{onEndorse: func(*invocation) ([]byte, error) {
			return nil, status.Error(codes.Aborted, "failed to assemble transaction: ProposalResponsePayloads do not match")
		}}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.Equal(t, Conflict, failureOf(t, err).Class)
		require.Len(t, p.proposals(), 4)
	})

	t.Run("Turns to another peer while one is unavailable", func(t *testing.T) {
		down := &mockPeer{onEndorse: func(*invocation) ([]byte, error) { return nil, status.Error(codes.Unavailable, "down") }}
		up := &mockPeer{onEndorse: accepted(t)}
		_, receipt, err := accept(context.Background(), connectTo(t, down, up))
		require.NoError(t, err)
		require.Equal(t, 2, receipt.Attempts)
		require.Len(t, down.proposals(), 1)
	})

	for name, fail := range map[string]error{
		"no combination of peers":   status.Error(codes.FailedPrecondition, "no combination of peers can be derived which satisfy the endorsement policy"),
		"too many requests":         status.Error(codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"),
		"not enough endorsements":   status.Error(codes.Aborted, "failed to collect enough transaction endorsements, see attached details for more info"),
		"endorsement deadline":      status.Error(codes.DeadlineExceeded, "endorsement timeout"),
		"unreachable gateway peers": status.Error(codes.Unavailable, "connection refused"),
	} {
		t.Run("Tries until the deadline and reports unavailability for "+name, func(t *testing.T) {
			p := &mockPeer{onEndorse: func(*invocation) ([]byte, error) { return nil, fail }}
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			_, _, err := accept(ctx, connectTo(t, p))
			require.Equal(t, Unavailable, failureOf(t, err).Class)
			require.Greater(t, len(p.proposals()), 1)
			require.Empty(t, p.handovers())
		})
	}

	t.Run("Proposes anew after a lost race, under the same message identification", func(t *testing.T) {
		var n atomic.Int32
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			if n.Add(1) <= 5 {
				return committed(peer.TxValidationCode_MVCC_READ_CONFLICT), nil
			}
			return committed(peer.TxValidationCode_VALID), nil
		}}
		_, receipt, err := accept(context.Background(), connectTo(t, p))
		require.NoError(t, err)
		require.Equal(t, 6, receipt.Attempts)
		messages, transactions := map[string]bool{}, map[string]bool{}
		for _, i := range p.proposals() {
			var r transit.StepRequest
			i.decode(t, &r)
			messages[r.MessageID], transactions[i.txID] = true, true
		}
		require.Len(t, messages, 1)
		require.Len(t, transactions, 6)
	})

	t.Run("Reports a conflict after eight lost races more", func(t *testing.T) {
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return committed(peer.TxValidationCode_PHANTOM_READ_CONFLICT), nil
		}}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.Equal(t, Conflict, failureOf(t, err).Class)
		require.Len(t, p.proposals(), 9)
	})

	t.Run("Proposes once more after an endorsement policy failure", func(t *testing.T) {
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return committed(peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE), nil
		}}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.Equal(t, Conflict, failureOf(t, err).Class)
		require.Len(t, p.proposals(), 2)
	})

	t.Run("Reports other invalid transactions as internal, once", func(t *testing.T) {
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			return committed(peer.TxValidationCode_BAD_PAYLOAD), nil
		}}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.Equal(t, Internal, failureOf(t, err).Class)
		require.Len(t, p.proposals(), 1)
	})

	t.Run("Stops waiting when the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		p := &mockPeer{onEndorse: func(*invocation) ([]byte, error) {
			cancel()
			return nil, status.Error(codes.Unavailable, "down")
		}}
		_, _, err := accept(ctx, connectTo(t, p))
		require.Equal(t, Canceled, failureOf(t, err).Class)
	})
}

func TestAmbiguousSubmission(t *testing.T) {
	lost := status.Error(codes.Unavailable, "insufficient number of orderers could successfully process transaction")

	t.Run("Finds a transaction that was ordered although the submission failed", func(t *testing.T) {
		p := &mockPeer{onEndorse: accepted(t), onSubmit: func(string, *common.Envelope) error { return lost }}
		_, receipt, err := accept(context.Background(), connectTo(t, p))
		require.NoError(t, err)
		require.Equal(t, 1, receipt.Attempts)
		require.Len(t, p.proposals(), 1)
	})

	t.Run("Submits the very same signed transaction again, through the other peer", func(t *testing.T) {
		unknown := func(string) (*gateway.CommitStatusResponse, error) {
			return nil, status.Error(codes.Unavailable, "down")
		}
		first := &mockPeer{onEndorse: accepted(t), onSubmit: func(string, *common.Envelope) error { return lost }, onStatus: unknown}
		second := &mockPeer{}
		_, receipt, err := accept(context.Background(), connectTo(t, first, second))
		require.NoError(t, err)
		require.Equal(t, 1, receipt.Attempts)
		require.Len(t, second.handovers(), 1)
		a, b := first.handovers()[0], second.handovers()[0]
		require.Equal(t, a.GetTransactionId(), b.GetTransactionId())
		require.NotEmpty(t, a.GetPreparedTransaction().GetSignature())
		require.Equal(t, a.GetPreparedTransaction().GetSignature(), b.GetPreparedTransaction().GetSignature())
		require.Equal(t, a.GetPreparedTransaction().GetPayload(), b.GetPreparedTransaction().GetPayload())
	})

	t.Run("Asks again for the status under the same transaction id when the answer is lost", func(t *testing.T) {
		var n atomic.Int32
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			if n.Add(1) < 3 {
				return nil, status.Error(codes.Unavailable, "cut off")
			}
			return committed(peer.TxValidationCode_VALID), nil
		}}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.NoError(t, err)
		require.Len(t, p.proposals(), 1)
		for _, asked := range p.questions() {
			require.Equal(t, p.proposals()[0].txID, asked)
		}
	})

	t.Run("Takes the repetition's DUPLICATE_TXID for no answer and learns the first one's", func(t *testing.T) {
		var n atomic.Int32
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			if n.Add(1) == 1 {
				return committed(peer.TxValidationCode_DUPLICATE_TXID), nil
			}
			return committed(peer.TxValidationCode_VALID), nil
		}}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.NoError(t, err)
		require.Len(t, p.proposals(), 1)
	})

	t.Run("Never proposes anew while the outcome is unknown", func(t *testing.T) {
		p := &mockPeer{
			onEndorse: accepted(t), onSubmit: func(string, *common.Envelope) error { return lost },
			onStatus: func(string) (*gateway.CommitStatusResponse, error) {
				return nil, status.Error(codes.DeadlineExceeded, "not committed")
			},
		}
		_, _, err := accept(context.Background(), connectTo(t, p))
		failed := failureOf(t, err)
		require.Equal(t, UnknownOutcome, failed.Class)
		require.NotEmpty(t, failed.MessageID)
		require.Equal(t, p.proposals()[0].txID, failed.TransactionID)
		require.Len(t, p.proposals(), 1)
		require.Greater(t, len(p.handovers()), 1)
	})

	t.Run("Is unknown, not canceled, when the caller gives up after the submission", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		p := &mockPeer{onEndorse: accepted(t), onStatus: func(string) (*gateway.CommitStatusResponse, error) {
			cancel()
			return nil, status.Error(codes.DeadlineExceeded, "not committed")
		}}
		_, _, err := accept(ctx, connectTo(t, p))
		require.Equal(t, UnknownOutcome, failureOf(t, err).Class)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestRepeatedMessage(t *testing.T) {
	refuse := func(code transit.Code) func(*invocation) ([]byte, error) {
		return func(*invocation) ([]byte, error) { return nil, refusal(transit.Faultf(code, "seen before"), "CNMSP") }
	}
	shows := func(messages ...string) func(*invocation) ([]byte, error) {
		return func(*invocation) ([]byte, error) {
			course := transit.Course{ID: someID, State: transit.Accepted, Messages: messages}
			return asJSON(t, transit.MovementView{Movement: &transit.Movement{Course: course}}), nil
		}
	}
	for _, code := range []transit.Code{transit.Duplicate, transit.OutOfSequence} {
		t.Run("Succeeds with the record when the first one got through, refused now as "+string(code), func(t *testing.T) {
			p := &mockPeer{onEndorse: refuse(code), onEvaluate: shows("CN001100/M-1")}
			m, receipt, err := accept(context.Background(), connectTo(t, p), MessageID("M-1"))
			require.NoError(t, err)
			require.Equal(t, transit.Accepted, m.State)
			require.Empty(t, receipt.TransactionID)
		})
	}

	t.Run("Stays refused when the record does not know the message", func(t *testing.T) {
		p := &mockPeer{onEndorse: refuse(transit.OutOfSequence), onEvaluate: shows("KZHOR001/M-1")}
		_, _, err := accept(context.Background(), connectTo(t, p), MessageID("M-1"))
		require.Equal(t, Refused, failureOf(t, err).Class)
	})

	t.Run("Is not assumed of a message sent for the first time", func(t *testing.T) {
		p := &mockPeer{onEndorse: refuse(transit.Duplicate)}
		_, _, err := accept(context.Background(), connectTo(t, p))
		require.Equal(t, Refused, failureOf(t, err).Class)
	})
}

func TestEvaluate(t *testing.T) {
	t.Run("Turns to another peer and needs no transaction", func(t *testing.T) {
		down := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return nil, status.Error(codes.Unavailable, "down") }}
		up := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return asJSON(t, transit.Info{Version: "1"}), nil }}
		info, err := connectTo(t, down, up).Info(context.Background())
		require.NoError(t, err)
		require.Equal(t, "1", info.Version)
	})

	t.Run("Reports an answer it cannot read as internal", func(t *testing.T) {
		p := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return []byte("{"), nil }}
		_, err := connectTo(t, p).Info(context.Background())
		require.Equal(t, Internal, failureOf(t, err).Class)
	})

	t.Run("Finds the fault in a peer's plain message", func(t *testing.T) {
		p := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) {
			return nil, status.Error(codes.Unknown, "evaluate call to endorser returned error: chaincode response 404, "+
				transit.Faultf(transit.NotFound, "there is no movement").Wire())
		}}
		_, err := connectTo(t, p).Movements().Get(context.Background(), someID)
		require.ErrorIs(t, err, transit.Faultf(transit.NotFound, ""))
		require.Equal(t, Refused, failureOf(t, err).Class)
	})

	t.Run("Reports an expired certificate as refused", func(t *testing.T) {
		p := &mockPeer{onEvaluate: func(*invocation) ([]byte, error) { return nil, status.Error(codes.PermissionDenied, "access denied") }}
		_, err := connectTo(t, p).Info(context.Background())
		require.Equal(t, Refused, failureOf(t, err).Class)
	})
}

func TestClassOfContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.Equal(t, Canceled, classOfContext(ctx))
	ctx, cancel = context.WithTimeout(context.Background(), 0)
	defer cancel()
	<-ctx.Done()
	require.Equal(t, Unavailable, classOfContext(ctx))
	require.Equal(t, Internal, judge(context.Background(), errors.New("what"), "CNMSP").class)
}
