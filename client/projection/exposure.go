package projection

import (
	"context"
	"fmt"

	"carec.example/cats/chaincode/transit"
)

// Exposure is what one guarantor or holder stands for in one currency.
type Exposure struct {
	// Name is the guarantor's MSP (empty: waivers, for which nobody stands but the holder) or the holder's number.
	Name       string `json:"name"`
	Currency   string `json:"currency"`
	Guarantees int    `json:"guarantees"`
	// Movements is the number of open usages.
	Movements int `json:"movements"`
	// Reference is the sum of the reference amounts, Available what is left of them for new usages, Locked what open usages take,
	// Claimed what was paid on claims, ClaimsOpen what is claimed and not settled.
	Reference  transit.Money `json:"reference"`
	Available  transit.Money `json:"available"`
	Locked     transit.Money `json:"locked"`
	Claimed    transit.Money `json:"claimed"`
	ClaimsOpen transit.Money `json:"claimsOpen"`
}

// Side is by whom exposure is added up.
type Side string

// Sides.
const (
	OfGuarantor Side = "guarantor"
	OfHolder    Side = "holder"
)

// Exposed asks for exposure by guarantor or by holder.
type Exposed struct {
	By Side
	// Guarantor and Holder keep the guarantees of one.
	Guarantor string
	Holder    string
	Paging
}

// Exposure adds up guarantees by guarantor or holder and currency.
func (m *Model) Exposure(ctx context.Context, e Exposed) (*Page[Exposure], error) {
	if e.By != OfGuarantor && e.By != OfHolder {
		return nil, fmt.Errorf("exposure is that of guarantors or of holders")
	}
	name := string(e.By)
	var c conditions
	if e.Guarantor != "" {
		c.add("g.guarantor = ?", e.Guarantor)
	}
	if e.Holder != "" {
		c.add("g.holder = ?", e.Holder)
	}
	key, err := e.cursor(2)
	if err != nil {
		return nil, err
	}
	if key != nil {
		c.add("(g."+name+", g.currency) > (?, ?)", key[0], key[1])
	}
	c.args = append(c.args, e.limit()+1)
	// Balances and claims are added up by guarantee first, so that neither multiplies the other, and only for those asked for.
	balance := func(column string) string {
		return "(SELECT COALESCE(SUM(b." + column + "), 0) FROM ledger_balance b WHERE b.grn = g.grn) AS " + column + ", "
	}
	query := "SELECT " + name + ", currency, COUNT(*), SUM(reference), SUM(pending), SUM(movements), SUM(available), SUM(locked), " +
		"SUM(claimed), SUM(open) FROM (SELECT g." + name + ", g.currency, g.reference, g.pending, " +
		balance("movements") + balance("available") + balance("locked") + balance("claimed") +
		"(SELECT COALESCE(SUM(c.amount), 0) FROM ledger_claim c WHERE c.grn = g.grn AND c.state IN ('claimed', 'contested')) AS open " +
		"FROM ledger_guarantee g" + c.where() + ") s " +
		fmt.Sprintf("GROUP BY %s, currency ORDER BY %s, currency LIMIT $%d", name, name, len(c.args))
	rows, err := list(ctx, m.db, query, c.args, func(scan func(...any) error, x *Exposure) error {
		var pending int64
		if err := scan(&x.Name, &x.Currency, &x.Guarantees, &x.Reference.Minor, &pending, &x.Movements, &x.Available.Minor,
			&x.Locked.Minor, &x.Claimed.Minor, &x.ClaimsOpen.Minor); err != nil {
			return err
		}
		// What a raise has not yet brought to the balance records, or a reduction not yet taken from them.
		x.Available.Minor += pending
		for _, sum := range []*transit.Money{&x.Reference, &x.Available, &x.Locked, &x.Claimed, &x.ClaimsOpen} {
			sum.Currency = x.Currency
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("couldn't add up exposure: %w", err)
	}
	return cut(rows, e.limit(), func(x *Exposure) []string { return []string{x.Name, x.Currency} }), nil
}
