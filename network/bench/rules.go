package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// GoBenchmark is one line of a Go benchmark.
type GoBenchmark struct {
	// Name without the word Benchmark, Items the goods items of the declaration, 0 where the benchmark names none.
	Name  string `json:"name"`
	Items int    `json:"items,omitempty"`
	// Milliseconds, Bytes and Allocations of one call on one processor. Of several runs the fastest is kept: whatever else the
	// machine does only ever makes a run slower.
	Milliseconds float64 `json:"ms"`
	Bytes        int64   `json:"bytes"`
	Allocations  int64   `json:"allocations"`
	// MBPerSecond of what is read or written, 0 where the benchmark names no size.
	MBPerSecond float64 `json:"mbPerSecond,omitempty"`
}

// rulesPackage holds what has no network in it.
const rulesPackage = "./chaincode/transit"

// ruleRuns is how often each benchmark is run.
const ruleRuns = 3

// ruleCosts runs the Go benchmarks of the rules, and of reading, canonical form and sealing.
func ruleCosts(ctx context.Context, root string, s settings, results *Results, log func(string, ...any)) (err error) {
	if !s.has("rules") {
		return nil
	}
	if results.Rules, err = goBenchmarks(ctx, root, rulesPackage, s.benchTime, log); err != nil {
		return err
	}
	return results.write(s.out)
}

// goBenchmarks runs the Go benchmarks of a package.
func goBenchmarks(ctx context.Context, root, of string, each time.Duration, log func(string, ...any)) ([]GoBenchmark, error) {
	log("  Go benchmarks of %s, %d runs of %s", of, ruleRuns, each)
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchmem", "-cpu", "1",
		"-count", strconv.Itoa(ruleRuns), "-benchtime", each.String(), of)
	command.Dir = root
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go test -bench: %w\n%s", err, output)
	}
	all := parseGoBenchmarks(output)
	if len(all) == 0 {
		return nil, fmt.Errorf("go test -bench %s printed no benchmark:\n%s", of, output)
	}
	return all, nil
}

// parseGoBenchmarks reads what go test -bench -benchmem prints, the fastest of the runs of each benchmark.
func parseGoBenchmarks(output []byte) []GoBenchmark {
	var all []GoBenchmark
	at := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		g, ok := parseGoBenchmark(lines.Text())
		if !ok {
			continue
		}
		key := fmt.Sprint(g.Name, "/", g.Items)
		i, known := at[key]
		switch {
		case !known:
			at[key] = len(all)
			all = append(all, g)
		case g.Milliseconds < all[i].Milliseconds:
			all[i] = g
		}
	}
	return all
}

func parseGoBenchmark(line string) (GoBenchmark, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
		return GoBenchmark{}, false
	}
	// The number of processors is appended to the name only when it is not 1.
	name, size, _ := strings.Cut(strings.TrimPrefix(fields[0], "Benchmark"), "/")
	g := GoBenchmark{Name: name}
	if items := regexp.MustCompile(`^(\d+)_items?$`).FindStringSubmatch(size); items != nil {
		g.Items, _ = strconv.Atoi(items[1])
	} else if size != "" {
		g.Name += "/" + size
	}
	timed := false
	for i := 2; i+1 < len(fields); i += 2 {
		value, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return GoBenchmark{}, false
		}
		switch fields[i+1] {
		case "ns/op":
			g.Milliseconds, timed = value/1e6, true
		case "MB/s":
			g.MBPerSecond = value
		case "B/op":
			g.Bytes = int64(value)
		case "allocs/op":
			g.Allocations = int64(value)
		}
	}
	return g, timed
}
