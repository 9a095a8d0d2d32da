package cats

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// Purgeable goes through what the own organisation holds and may no longer keep. It ends after the first error.
func (m *Movements) Purgeable(ctx context.Context) iter.Seq2[*transit.Purgeable, error] {
	return pages(func(bookmark string) ([]*transit.Purgeable, string, error) {
		page, err := query[transit.PurgeablePage](ctx, m.c, transit.FnListPurgeable,
			transit.ListQuery{Size: pageSize, Bookmark: bookmark}, client.WithEndorsingOrganizations(m.c.MSP()))
		if err != nil {
			return nil, "", err
		}
		due := make([]*transit.Purgeable, len(page.Due))
		for i := range page.Due {
			due[i] = &page.Due[i]
		}
		return due, page.Bookmark, nil
	})
}

// Purge takes a holding of the own organisation out of its private collection, with every former value; hashes and the
// public record stay. The ledger refuses what is not due.
func (m *Movements) Purge(ctx context.Context, movement, holding string) (*transit.Purged, Receipt, error) {
	return change[transit.Purged](ctx, m.c, &call{
		fn: transit.FnPurge, prepare: fixed(transit.PurgeRequest{Movement: movement, Holding: holding}), endorsers: []string{m.c.MSP()},
	})
}

// Keeper purges from time to time what its organisation may no longer keep: content whose retention is over, what an
// amendment replaced, deposits that were never lodged, and copies whose grant has ended. It keeps no state: what is due
// follows from the ledger. Any identity of the organisation will do that is no trader.
type Keeper struct {
	ledger keeperLedger
	log    *slog.Logger
	every  time.Duration
}

// keeperLedger is what a keeper needs of a client.
type keeperLedger interface {
	MSP() string
	purgeable(ctx context.Context) iter.Seq2[*transit.Purgeable, error]
	purge(ctx context.Context, p *transit.Purgeable) (Receipt, error)
}

func (c *Client) purgeable(ctx context.Context) iter.Seq2[*transit.Purgeable, error] {
	return c.Movements().Purgeable(ctx)
}

func (c *Client) purge(ctx context.Context, p *transit.Purgeable) (Receipt, error) {
	_, receipt, err := c.Movements().Purge(ctx, p.Movement, p.Holding)
	return receipt, err
}

// NewKeeper makes the keeper of the client's organisation, which looks after its holdings at every interval.
func NewKeeper(client *Client, every time.Duration, log *slog.Logger) *Keeper {
	return &Keeper{ledger: client, log: log, every: every}
}

// Run works until the context ends, and then returns nil. A look that fails is logged and made up for by the next.
func (k *Keeper) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		k.look(ctx)
		_ = sleep(ctx, k.every) // It returns early when the context ends, and so does the loop.
	}
	return nil
}

func (k *Keeper) look(ctx context.Context) {
	purged, err := k.Once(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.log.Warn("holdings not looked through", "organisation", k.ledger.MSP(), "purged", purged, "error", text(err))
	case purged > 0:
		k.log.Info("holdings looked through", "organisation", k.ledger.MSP(), "purged", purged)
	}
}

// Once looks through all holdings once and tells how many were purged. A holding that cannot be purged now does not
// keep the others: it comes up again.
func (k *Keeper) Once(ctx context.Context) (purged int, err error) {
	var failed error
	for p, err := range k.ledger.purgeable(ctx) {
		if err != nil {
			return purged, err
		}
		receipt, err := k.ledger.purge(ctx, p)
		if err != nil {
			failed = err
			continue
		}
		purged++
		k.log.Info("purged", "movement", p.Movement, "holding", p.Holding, "reason", p.Reason, "transaction", receipt.TransactionID)
	}
	return purged, failed
}
