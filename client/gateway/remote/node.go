package remote

import (
	"context"
	"errors"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/fsck"
	"carec.example/cats/client/gateway"
)

// Info tells what the organisation's peer runs.
func (c *Client) Info(ctx context.Context) (*transit.Info, error) {
	s, err := c.standing(ctx)
	if err != nil {
		return nil, err
	}
	return &s.Chaincode, nil
}

// Height is the number of blocks at the organisation's peer.
func (c *Client) Height(ctx context.Context) (uint64, error) {
	s, err := c.standing(ctx)
	return s.Height, err
}

func (c *Client) standing(ctx context.Context) (gateway.Standing, error) {
	return query[gateway.Standing](ctx, c, &call{operation: "getLedger"})
}

// Await waits until the organisation's peer has committed a transaction, and returns its block. It resolves an UnknownOutcome, and
// lets one organisation build on what another has just done. A transaction that was not valid is an error of class Conflict or
// Internal; one of which the gateway learns nothing in its time is an UnknownOutcome.
func (c *Client) Await(ctx context.Context, transactionID string) (uint64, error) {
	done, err := query[gateway.Committed](ctx, c, &call{operation: "awaitTransaction", path: []string{transactionID}})
	return done.BlockNumber, err
}

// Check has the gateway derive the whole ledger once more from its blocks and compare. It is long work: the context bounds it, and
// when that ends, so does the work at the gateway.
func (c *Client) Check(ctx context.Context) (*fsck.Report, error) {
	job, err := query[gateway.Job](ctx, c, &call{operation: "orderJob", body: gateway.JobOrder{Kind: gateway.JobLedgerCheck}, remembered: true})
	if err != nil {
		return nil, err
	}
	if job, err = c.finished(ctx, job); err != nil {
		return nil, err
	}
	if job.State != gateway.JobDone {
		e := &cats.Error{Op: "getJob", Class: cats.Internal}
		if job.Problem != nil {
			return nil, e.Because(job.Problem)
		}
		return nil, e.Because(errors.New("the check ended as " + string(job.State)))
	}
	return query[*fsck.Report](ctx, c, &call{operation: gateway.JobResultOperation, path: []string{job.ID}})
}

// finished looks after a job until it has ended, and ends it when the context does.
func (c *Client) finished(ctx context.Context, job gateway.Job) (gateway.Job, error) {
	id, err := []string{job.ID}, error(nil)
	for err == nil && job.State == gateway.JobRunning {
		if !sleep(ctx, c.pace.poll) {
			err = (&cats.Error{Op: "getJob", Class: cats.Canceled}).Because(errors.Join(ctx.Err(), errors.New("the check has not ended")))
			break
		}
		job, err = query[gateway.Job](ctx, c, &call{operation: "getJob", path: id})
	}
	if err != nil {
		unbound, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, ended := query[gateway.Job](unbound, c, &call{operation: "cancelJob", path: id})
		err = errors.Join(err, ended)
	}
	return job, err
}
