package cats

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// endless follows a stream for as long as the context lives. It opens the stream
// again at another peer, after a back-off, whenever it breaks. One goes through the
// next part and returns nil when it was broken off at no fault of the stream.
func (c *Client) endless(ctx context.Context, op string, one func(ctx context.Context, p *gatewayPeer) (progress bool, err error)) error {
	b := newBudget(c.cfg.retries)
	for attempt := 1; ; attempt++ {
		p := c.peers.pick()
		progress, err := one(ctx, p)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return &Error{Op: op, Class: classOfContext(ctx), Attempts: attempt, cause: ctx.Err()}
		}
		v := judgeStream(ctx, err, c.org.MSP)
		if v.reason != unreachable {
			return &Error{Op: op, Class: v.class, Fault: v.fault, Details: v.details, Attempts: attempt, cause: err}
		}
		if progress {
			b = newBudget(c.cfg.retries)
		} else {
			p.fail()
		}
		wait, _ := b.next(v)
		if sleep(ctx, wait) != nil {
			return &Error{Op: op, Class: classOfContext(ctx), Attempts: attempt, cause: ctx.Err()}
		}
	}
}

// judgeStream decides whether a broken stream is worth opening again. Only a peer
// that refuses the identity, or a defect of this side, is not.
func judgeStream(ctx context.Context, err error, ownMSP string) verdict {
	var defect *streamDefect
	if errors.As(err, &defect) {
		return verdict{class: Internal}
	}
	var refusal *streamRefusal
	if errors.As(err, &refusal) {
		if refusal.status == common.Status_FORBIDDEN || refusal.status == common.Status_BAD_REQUEST {
			return verdict{class: Refused}
		}
		return verdict{class: Unavailable, reason: unreachable}
	}
	if errors.Is(err, io.EOF) {
		return verdict{class: Unavailable, reason: unreachable}
	}
	if st, ok := status.FromError(err); ok && st.Code() == codes.Unknown {
		return verdict{class: Unavailable, reason: unreachable}
	}
	return judge(ctx, err, ownMSP)
}

// streamRefusal is a peer's answer that ends a stream of blocks.
type streamRefusal struct{ status common.Status }

func (e *streamRefusal) Error() string {
	return fmt.Sprintf("the peer ended the stream of blocks: %s", e.status)
}

// streamDefect is something on a stream that this client cannot read.
type streamDefect struct{ cause error }

func (e *streamDefect) Error() string { return e.cause.Error() }
func (e *streamDefect) Unwrap() error { return e.cause }
