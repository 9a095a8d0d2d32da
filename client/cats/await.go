package cats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Await waits until the own peer has committed a transaction, and returns its block.
// It resolves an [UnknownOutcome], and lets a client of one organisation build on
// what a client of another one has just done: until then the own peer may not have
// seen it. A transaction that was not valid is an error of class Conflict or Internal.
func (c *Client) Await(ctx context.Context, transactionID string) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeouts.CommitStatus)
	defer cancel()
	for attempt := 1; ; attempt++ {
		p := c.peers.pick()
		status, err := c.status(ctx, p, transactionID, c.cfg.timeouts.CommitStatus)
		failure := &Error{Op: "await", TransactionID: transactionID, Attempts: attempt}
		if err == nil {
			c.noted(p, transactionID, status)
		}
		switch {
		case err == nil && status.Successful:
			return status.BlockNumber, nil
		case err == nil && status.Code != peer.TxValidationCode_DUPLICATE_TXID:
			failure.cause = &client.CommitError{TransactionID: transactionID, Code: status.Code}
			failure.cause = fmt.Errorf("the transaction stands in block %d as %s: %w", status.BlockNumber, status.Code, failure.cause)
			failure.Class = judgeCommit(status.Code).class
			return status.BlockNumber, failure
		case err != nil && !over(ctx) && judge(ctx, err, c.org.MSP).peerFailed:
			p.fail() // One that has waited to the end has not failed: the transaction may not be there yet.
		}
		if sleep(ctx, c.cfg.retries.Base) != nil {
			failure.Class, failure.cause = UnknownOutcome, errors.Join(err, ctx.Err())
			return 0, failure
		}
	}
}

// over reports whether the time of a call is over. The peer, which is told the deadline, may notice a moment before the context does.
func over(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !time.Now().Before(deadline)
}
