package main

// Tables of single parts.

func (p printer) rules(all []GoBenchmark) {
	if len(all) == 0 {
		return
	}
	p.line("\n### Rules, reading, canonical form, sealing: one call on one processor\n")
	p.line("| function | goods items | ms | bytes | allocations | ms an item | allocations an item |")
	p.line("|---|--:|--:|--:|--:|--:|--:|")
	for _, g := range all {
		if g.Items == 0 {
			p.line("| %s | | %.3f | %d | %d | | |", g.Name, g.Milliseconds, g.Bytes, g.Allocations)
			continue
		}
		p.line("| %s | %d | %.3f | %d | %d | %.4f | %.1f |", g.Name, g.Items, g.Milliseconds, g.Bytes, g.Allocations,
			g.Milliseconds/float64(g.Items), float64(g.Allocations)/float64(g.Items))
	}
}

func (p printer) ceilings(rows []Row, all []Share) {
	if len(rows) == 0 {
		return
	}
	p.line("\n### The no-op on keys with a policy of their own: processor time of one transaction, ms\n")
	p.line("| function | load | done | failed | per second | of the no-op's rate beside it | total | of the no-op's beside it | p50 ms | block bytes |")
	p.line("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, r := range rows {
		p.line("| %s | %s | %d | %d | %.1f | %s | %.2f | %s | %.0f | %.0f |", r.Operation, r.Load, r.Done, r.Failed, r.PerSecond,
			ratio(r.ToNoop), r.Total, ratio(r.OfNoop), r.P50, r.BlockBytes)
	}
	if len(all) == 0 {
		return
	}
	p.line("\n### What of a step's difference to the no-op is the price of keys with a policy, of bytes and of an event\n")
	p.line("| step | of the no-op's processor time | no-op with as many such records | part of the difference |")
	p.line("|---|--:|--:|--:|")
	for _, s := range all {
		p.line("| %s | %.2f | %.2f | %s |", s.Operation, s.Step, s.Ceiling, ratio(s.Share))
	}
}

func (p printer) lodgings(all []*Lodging) {
	if len(all) == 0 {
		return
	}
	p.line("\n### Lodging by goods items\n")
	p.line("| goods items | document bytes | sealed bytes | private store, country of departure | private store, other country | block bytes " +
		"| load | done | failed | per second | p50 ms | p95 | ms of processor |")
	p.line("|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|")
	for _, l := range all {
		for _, r := range []Row{l.Closed, l.Light} {
			p.line("| %d | %d | %d | %.0f | %.0f | %.0f | %s | %d | %d | %.1f | %.0f | %.0f | %.1f |", l.Items, l.DocumentBytes, l.SealedBytes,
				l.PrivateStoreBytes, l.OtherStoreBytes, r.BlockBytes, r.Load, r.Done, r.Failed, r.PerSecond, r.P50, r.P95, r.Total)
		}
	}
}

func (p printer) couriers(all []Courier) {
	if len(all) == 0 {
		return
	}
	p.line("\n### The courier: from the event of the release to that of the delivery\n")
	p.line("| releases | to | delivered | missing | p50 ms | p95 | p99 | deliveries per second |")
	p.line("|---|---|--:|--:|--:|--:|--:|--:|")
	for _, c := range all {
		p.line("| %s | %s | %d | %d | %.0f | %.0f | %.0f | %.1f |", c.Load, c.To, c.Done, c.Missing, c.P50, c.P95, c.P99, c.PerSecond)
	}
}

// cases prints operation by operation, so that what is to be compared stands together.
func (p printer) cases(title string, all []*Case) {
	if len(all) == 0 {
		return
	}
	p.line("\n### %s\n", title)
	p.line("| operation | case | load | done | failed | per second | to no-op | of the first case | p50 ms | p95 " +
		"| ms of processor | of the first case | block bytes | of the first case |")
	p.line("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, o := range caseOperations(all) {
		for _, c := range all {
			for _, r := range c.Rows {
				if r.Operation != o {
					continue
				}
				p.line("| %s | %s | %s | %d | %d | %.1f | %s | %s | %.0f | %.0f | %.2f | %s | %.0f | %s |", o, c.Name, r.Load, r.Done, r.Failed,
					r.PerSecond, ratio(r.ToNoop), ratio(r.RateToFirst), r.P50, r.P95, r.Total, ratio(r.CPUToFirst), r.BlockBytes, ratio(r.BytesToFirst))
			}
		}
	}
	for _, c := range all {
		switch {
		case c.Skipped != "":
			p.line("\n%s: not measured, %s", c.Name, c.Skipped)
		case c.RecordBytes > 0:
			p.line("\n%s: a course of %d bytes in the end.", c.Name, c.RecordBytes)
		}
	}
}

// caseOperations are the operations of all cases, in the order in which they come.
func caseOperations(all []*Case) []operation {
	var those []operation
	seen := map[operation]bool{}
	for _, c := range all {
		for _, r := range c.Rows {
			if !seen[r.Operation] {
				seen[r.Operation] = true
				those = append(those, r.Operation)
			}
		}
	}
	return those
}
