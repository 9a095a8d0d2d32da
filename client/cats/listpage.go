package cats

import (
	"context"

	"carec.example/cats/chaincode/transit"
	"github.com/hyperledger/fabric-gateway/pkg/client"
)

// A page of a list, for those who pass pages on. The size is 1 to 100, the bookmark that of the page before, empty for the
// first. A bookmark names the next key, so that it stays good whatever is written meanwhile.

// ListPage reads one page of the movements.
func (m *Movements) ListPage(ctx context.Context, q transit.ListQuery) (*transit.MovementPage, error) {
	return query[transit.MovementPage](ctx, m.c, transit.FnListMovements, q)
}

// PurgeablePage reads one page of what [Movements.Purgeable] goes through.
func (m *Movements) PurgeablePage(ctx context.Context, q transit.ListQuery) (*transit.PurgeablePage, error) {
	return query[transit.PurgeablePage](ctx, m.c, transit.FnListPurgeable, q, client.WithEndorsingOrganizations(m.c.MSP()))
}

// ListPage reads one page of the guarantees.
func (g *Guarantees) ListPage(ctx context.Context, q transit.ListQuery) (*transit.GuaranteePage, error) {
	return query[transit.GuaranteePage](ctx, g.c, transit.FnListGuarantees, q)
}

// OfficePage reads one page of the customs offices.
func (r *Registry) OfficePage(ctx context.Context, q transit.ListQuery) (*transit.OfficePage, error) {
	return query[transit.OfficePage](ctx, r.c, transit.FnListOffices, transit.OfficeQuery{ListQuery: q})
}
