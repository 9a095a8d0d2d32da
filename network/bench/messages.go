package main

import "context"

// messagesPackage holds the benchmarks of formats.
const messagesPackage = "./client/formats"

// messageCosts runs the Go benchmarks of reading and writing declarations in their formats.
func messageCosts(ctx context.Context, root string, s settings, results *Results, log func(string, ...any)) (err error) {
	if !s.has("messages") {
		return nil
	}
	if results.Messages, err = goBenchmarks(ctx, root, messagesPackage, s.benchTime, log); err != nil {
		return err
	}
	return results.write(s.out)
}

func (p printer) messages(all []GoBenchmark) {
	if len(all) == 0 {
		return
	}
	p.line("\n### Declarations in and out: one call on one processor\n")
	p.line("| function | goods items | ms | MB a second | bytes allocated | allocations |")
	p.line("|---|--:|--:|--:|--:|--:|")
	for _, g := range all {
		p.line("| %s | %d | %.2f | %.1f | %d | %d |", g.Name, g.Items, g.Milliseconds, g.MBPerSecond, g.Bytes, g.Allocations)
	}
}
