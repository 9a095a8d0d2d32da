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
	name, given := string(e.By), e.Guarantor
	other, otherGiven := "holder", e.Holder
	if e.By == OfHolder {
		other, given, otherGiven = "guarantor", e.Holder, e.Guarantor
	}
	var c conditions
	// With one of the other side there are sums of both together, else those of this side over all of the other.
	side := name
	if otherGiven != "" {
		side = "both"
	}
	c.add("side = ?", side)
	c.add(other+" = ?", otherGiven)
	if given != "" {
		c.add(name+" = ?", given)
	}
	key, err := e.cursor(2)
	if err != nil {
		return nil, err
	}
	if key != nil {
		c.add("("+name+", currency) > (?, ?)", key[0], key[1])
	}
	c.args = append(c.args, e.limit()+1)
	query := "SELECT " + name + ", currency, guarantees, movements, reference, available, locked, claimed, claims_open FROM ledger_exposure" +
		c.where() + fmt.Sprintf(" ORDER BY %s, currency LIMIT $%d", name, len(c.args))
	rows, err := list(ctx, m.db, query, c.args, func(scan func(...any) error, x *Exposure) error {
		if err := scan(&x.Name, &x.Currency, &x.Guarantees, &x.Movements, &x.Reference.Minor, &x.Available.Minor, &x.Locked.Minor,
			&x.Claimed.Minor, &x.ClaimsOpen.Minor); err != nil {
			return err
		}
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
