package main

import (
	"context"
	"iter"

	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
)

// emptyLedger is a ledger on which nothing has happened, as the trader of the tests sees it.
type emptyLedger struct{ calls exchange.Movements }

func (emptyLedger) Party() exchange.Party                  { return exchange.Party{MSP: "CNMSP", Operator: tianshan} }
func (e emptyLedger) Movements() exchange.Movements        { return e.calls }
func (emptyLedger) Height(context.Context) (uint64, error) { return 0, nil }

func (emptyLedger) Blocks(context.Context, uint64, uint64) iter.Seq2[*cats.Block, error] {
	return func(func(*cats.Block, error) bool) {}
}
