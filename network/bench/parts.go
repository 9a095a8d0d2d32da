package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// part is one thing that can be measured by itself.
type part struct {
	name string
	// what it measures, and about how long that takes on two processors that do nothing else.
	what, takes string
	// long parts are done when they are named.
	long bool
	// near measures on the network that most parts share; nil for a part that sees to its own.
	near func(*bench, context.Context, *Results) error
}

// parts are in the order in which they are done. Those that leave released movements behind come last, for the courier of
// the part delivery would find them.
func parts() []part {
	return []part{
		{name: "rules", what: "logic control, reading, canonical form and sealing by goods items (Go benchmarks, no network)", takes: "1 min"},
		{
			name: "wave", what: "movements' whole lives beside the no-op and a plain contract, closed and open loop",
			takes: "2 min for each number of clients and round, and 2 min", near: (*bench).waves,
		},
		{
			name: "ceiling", what: "the no-op on keys with a policy, with a record and an event: what of a step is Fabric's own",
			takes: "2 min", near: (*bench).ceiling,
		},
		{
			name: "anatomy", what: "what each thing costs that a chaincode function does beyond one write",
			takes: "4 min", long: true, near: (*bench).anatomy,
		},
		{name: "lodge", what: "lodging by goods items: rate, latency, bytes", takes: "2 min", near: (*bench).lodgings},
		{name: "delivery", what: "content along three countries, by hand and by the courier", takes: "2 min", near: (*bench).deliveries},
		{
			name: "legs", what: "each step by the territories of the itinerary, and by what the record has seen",
			takes: "8 min", long: true, near: (*bench).allLegs,
		},
		{
			name: "projection", what: "the read model: blocks to rows against the network's commit rate",
			takes: "1 min", long: true, near: (*bench).projecting,
		},
		{
			name: "gateway", what: "the same operations through the SDK and through the gateway's HTTPS, in turn",
			takes: "6 min for each round", long: true, near: (*bench).overheads,
		},
		{
			name: "memory", what: "memory of an organisation's application (cats serve) at rest and under load",
			takes: "3 min", long: true, near: (*bench).serving,
		},
		{
			name: "messages", what: "a declaration of 100 goods items in and out: NCTS XML, UBL, national XML, JSON (Go benchmarks, no network)",
			takes: "2 min", long: true,
		},
		{
			name: "queries", what: "queries of the read model by movements in it (-models; no network)",
			takes: "2 min for each 100,000 movements", long: true,
		},
		{name: "bursts", what: "many releases at once on one guarantee and on many", takes: "3 min", near: (*bench).allBursts},
		{
			name: "distance", what: "the same operations with the organisations some milliseconds apart",
			takes: "2 min for each delay", long: true,
		},
		{
			name: "growth", what: "each step and query by the movements on the ledger, on a network that stays (-home)",
			takes: "2 min for each size, and 25 s for each 1,000 movements seeded", long: true,
		},
	}
}

// usual are the parts that are done when none is named.
func usual() []string {
	var names []string
	for _, p := range parts() {
		if !p.long {
			names = append(names, p.name)
		}
	}
	return names
}

func partNames() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// describe tells what will be measured, and what could be.
func (s settings) describe() string {
	var doing, others strings.Builder
	for _, p := range parts() {
		to := &others
		if s.has(p.name) {
			to = &doing
		}
		fmt.Fprintf(to, "\n    %-9s %s (%s)", p.name, p.what, p.takes)
	}
	text := "measuring:" + doing.String()
	if others.Len() > 0 {
		text += "\n  not measured unless named by -parts:" + others.String()
	}
	return text
}

// hasNear reports whether a part needs the network that most share.
func (s settings) hasNear() bool {
	return slices.ContainsFunc(parts(), func(p part) bool { return p.near != nil && s.has(p.name) })
}
