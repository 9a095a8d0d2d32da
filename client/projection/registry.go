package projection

import (
	"context"
	"strings"

	"carec.example/cats/chaincode/transit"
)

func guaranteeRow(g *transit.Guarantee) []column {
	t, invalid := &g.Terms, or(g.Invalidity)
	return []column{
		{"grn", t.GRN}, {"type", t.Type}, {"guarantor", t.Guarantor}, {"holder", t.Holder}, {"office", t.Office},
		{"reference", t.ReferenceAmount.Minor}, {"currency", t.ReferenceAmount.Currency}, {"percentage", t.Percentage},
		{"monitoring", t.Monitoring}, {"pending", g.Pending}, {"valid_from", t.ValidFrom}, {"valid_until", t.ValidUntil},
		{"invalid_from", invalid.From}, {"liberated_from", invalid.LiberatedFrom}, {"keeper", g.Keeper}, {"seq", g.Seq}, {"at", g.At},
	}
}

func (w *writer) consortium(ctx context.Context, c *transit.Consortium) error {
	for _, o := range c.Organisations {
		if err := w.put(ctx, "ledger_organisation", 1, []column{
			{"msp", o.MSP}, {"name", o.Name}, {"country", o.Country}, {"kind", string(o.Kind)}, {"suspended_since", or(o.Suspended).Since},
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) office(ctx context.Context, o *transit.Office) error {
	return w.put(ctx, "ledger_office", 1, []column{
		{"reference", o.Reference}, {"name", o.Name}, {"msp", o.MSP}, {"roles", strings.Join(o.Roles, " ")},
	})
}

// page writes the operators of a page of the registry, which lists all that it has each time.
func (w *writer) page(ctx context.Context, p *transit.Page) error {
	if p.Book != transit.BookOperators {
		return nil
	}
	if err := w.run(ctx, "DELETE FROM ledger_operator WHERE country = $1 AND page = $2", p.Country, p.Name); err != nil {
		return err
	}
	for _, o := range p.Operators {
		if err := w.put(ctx, "ledger_operator", 2, []column{
			{"number", o.Number}, {"valid_from", string(o.From)}, {"country", p.Country}, {"page", p.Name},
			{"valid_until", string(o.Until)}, {"name", o.Name}, {"aeo", o.AEO},
		}); err != nil {
			return err
		}
	}
	return nil
}
