package fsck

import (
	"context"
	"iter"
	"time"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Source is a peer's copy of the ledger.
type Source interface {
	Height(ctx context.Context) (uint64, error)
	Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error]
	Movements(ctx context.Context) iter.Seq2[*transit.Movement, error]
	Movement(ctx context.Context, id string) (*transit.Movement, error)
	Guarantee(ctx context.Context, grn string) (*transit.GuaranteeView, error)
}

// Check checks the ledger as the client's own peer holds it. An officer or analyst
// sees all records; the comparison with the peer leaves out what the identity may
// not see, and the report counts it.
func Check(ctx context.Context, client *cats.Client) (*Report, error) {
	return CheckSource(ctx, clientSource{client: client})
}

type clientSource struct{ client *cats.Client }

func (s clientSource) Height(ctx context.Context) (uint64, error) { return s.client.Height(ctx) }

func (s clientSource) Blocks(ctx context.Context, from, to uint64) iter.Seq2[*cats.Block, error] {
	return s.client.Blocks(ctx, from, to)
}

func (s clientSource) Movements(ctx context.Context) iter.Seq2[*transit.Movement, error] {
	return s.client.Movements().List(ctx)
}

func (s clientSource) Movement(ctx context.Context, id string) (*transit.Movement, error) {
	view, err := s.client.Movements().Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return view.Movement, nil
}

func (s clientSource) Guarantee(ctx context.Context, grn string) (*transit.GuaranteeView, error) {
	return s.client.Guarantees().Get(ctx, grn)
}

// CheckSource checks a ledger. An error means that it could not be read; what is
// wrong with it stands in the report.
func CheckSource(ctx context.Context, source Source) (*Report, error) {
	start := time.Now()
	r := newReplay()
	if err := r.catchUp(ctx, source); err != nil {
		return nil, err
	}
	if err := r.compare(ctx, source); err != nil {
		return nil, err
	}
	report := r.report
	r.count()
	r.openUsages()
	r.claims()
	report.Took = time.Since(start)
	return report, nil
}

// catchUp replays the blocks that have come since the last one replayed.
func (r *replay) catchUp(ctx context.Context, source Source) error {
	height, err := source.Height(ctx)
	if err != nil {
		return err
	}
	if height <= r.report.Height {
		return nil
	}
	for block, err := range source.Blocks(ctx, r.report.Height, height-1) {
		if err != nil {
			return err
		}
		r.block(block)
	}
	return nil
}
