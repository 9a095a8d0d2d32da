package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"carec.example/cats/network/nodes"
)

// Machine is where the figures were taken.
type Machine struct {
	Processors  int    `json:"processors"`
	Model       string `json:"model"`
	MemoryBytes uint64 `json:"memoryBytes"`
	Go          string `json:"go"`
	System      string `json:"system"`
}

// Results are everything one run has found.
type Results struct {
	Began   time.Time `json:"began"`
	Took    string    `json:"took"`
	Machine Machine   `json:"machine"`
	Rows    []Row     `json:"rows,omitempty"`
	Anatomy []Row     `json:"anatomy,omitempty"`
	// Rules are Go benchmarks; Ceilings the no-op on governed keys, and Shares what of the steps they explain.
	Rules    []GoBenchmark `json:"rules,omitempty"`
	Ceilings []Row         `json:"ceilings,omitempty"`
	Shares   []Share       `json:"shares,omitempty"`
	// Lodgings are by goods items, Deliveries and Couriers by receiving country.
	Lodgings   []*Lodging `json:"lodgings,omitempty"`
	Deliveries []Row      `json:"deliveries,omitempty"`
	Couriers   []Courier  `json:"couriers,omitempty"`
	// Legs are by length of the itinerary, Ages by what the record has seen, Growth by movements on the ledger.
	Legs      []*Case    `json:"legs,omitempty"`
	Ages      []*Case    `json:"ages,omitempty"`
	Growth    []*Case    `json:"growth,omitempty"`
	Bursts    []*Burst   `json:"bursts,omitempty"`
	Lasting   []*Burst   `json:"lasting,omitempty"`
	Distances []Distance `json:"distances,omitempty"`
	// Projected is the read model against the network, Queried its queries by size.
	Projected *Projected `json:"projected,omitempty"`
	Queried   []*Queried `json:"queried,omitempty"`
	// Overheads are what the gateway adds to the SDK, Served the memory of an application, Messages Go benchmarks of formats.
	Overheads []*Overhead   `json:"overheads,omitempty"`
	Served    []*Served     `json:"served,omitempty"`
	Messages  []GoBenchmark `json:"messages,omitempty"`
	// Disk is the growth of each peer's stores per movement that went through its whole life, in bytes.
	Disk map[string]map[string]float64 `json:"diskBytesPerMovement,omitempty"`
	// Lives is the number of movements Disk is taken from.
	Lives int `json:"lives,omitempty"`
	// Memory is the largest resident set of a process of each kind, before and after the load, in bytes.
	MemoryFresh memory     `json:"memoryFreshBytes,omitempty"`
	Memory      memory     `json:"memoryBytes,omitempty"`
	Profiles    []Profile  `json:"profiles,omitempty"`
	Verdicts    []*Verdict `json:"verdicts"`
	// Restarts are processes that the supervisor had to start again: a figure that includes one is not worth much.
	Restarts []string `json:"restarts,omitempty"`
}

// fresh notes the memory before the load.
func (r *Results) fresh(ctx context.Context, b *bench) {
	r.MemoryFresh = memory{}
	r.MemoryFresh.look(ctx, b.net)
}

// stores notes what a movement has left on disk, and the memory after the load.
func (r *Results) stores(b *bench) {
	r.Memory = b.seen
	r.Lives = b.finished
	if b.finished == 0 {
		return
	}
	r.Disk = map[string]map[string]float64{}
	for organisation, stores := range b.growth {
		r.Disk[organisation] = map[string]float64{}
		for store, bytes := range stores {
			r.Disk[organisation][store] = float64(bytes) / float64(b.finished)
		}
	}
}

// readBack verifies what a run has written, and notes whether all processes lived through it.
func (r *Results) readBack(ctx context.Context, b *bench) error {
	b.log("reading back %d movements, %d guarantees, %d keys and %d assets",
		len(b.movements), len(b.guarantees), len(b.noopKeys), len(b.assets))
	r.Restarts = append(r.Restarts, restarts(ctx, b.net)...)
	verdict, err := b.verify(ctx)
	r.Verdicts = append(r.Verdicts, verdict)
	return err
}

func (r *Results) write(folder string) error {
	r.Shares = shares(r.Rows, r.Ceilings)
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(folder, "results.md"))
	if err != nil {
		return err
	}
	r.markdown(file)
	return errors.Join(file.Close(), os.WriteFile(filepath.Join(folder, "results.json"), append(text, '\n'), 0o600))
}

// The targets that a run is judged by.
const (
	targetToNoop = 0.8
	targetToOwn  = 0.7
	targetTimes  = 5
)

// judge fails a run that has lost something: a record that does not show what it should, a release that did not succeed.
// Missed targets fail nothing, since a machine that does other work misses them.
func (r *Results) judge() error {
	var wrong []error
	for _, v := range r.Verdicts {
		if v != nil && v.WrongCount > 0 {
			wrong = append(wrong, fmt.Errorf("%d records do not show what they should: %s", v.WrongCount, v.Wrong[0]))
		}
	}
	for _, u := range slices.Concat(r.Bursts, r.Lasting) {
		wrong = append(wrong, u.failures())
	}
	for _, c := range r.Couriers {
		if c.Missing > 0 {
			wrong = append(wrong, fmt.Errorf("the courier left %d of %d deliveries to %s undone", c.Missing, c.Missing+c.Done, c.To))
		}
	}
	for _, c := range slices.Concat(r.Legs, r.Ages, r.Growth) {
		wrong = append(wrong, c.failures())
	}
	return errors.Join(wrong...)
}

// Target is what was wanted and what came out.
type Target struct {
	Text   string  `json:"text"`
	Wanted float64 `json:"wanted"`
	Got    float64 `json:"got"`
	Met    bool    `json:"met"`
}

// underFullLoad are the rows of the closed loop with the most clients, by operation.
func (r *Results) underFullLoad() map[operation]Row {
	at := map[operation]Row{}
	for _, row := range r.Rows {
		if row.Operation == opTransfer && strings.HasSuffix(row.Load, "clients") {
			for _, other := range r.Rows {
				if other.Load == row.Load {
					at[other.Operation] = other
				}
			}
		}
	}
	return at
}

// targets holds the closed loop with the most clients, and the releases at once, against what was wanted of them.
func (r *Results) targets() []Target {
	var all []Target
	add := func(text string, wanted, got float64) {
		all = append(all, Target{text, wanted, got, got >= wanted})
	}
	at := r.underFullLoad()
	for _, o := range []operation{opRelease, opPropose, opReceive, opDischarge} {
		if row, ok := at[o]; ok {
			add(fmt.Sprintf("%s to the no-op, %s", o, row.Load), targetToNoop, row.ToNoop)
			add(fmt.Sprintf("%s to the no-op by processor time, %s", o, row.Load), targetToNoop, row.CPUToNoop)
			add(fmt.Sprintf("%s to the plain asset's transfer, %s", o, row.Load), 1, row.PerSecond/at[opTransfer].PerSecond)
		}
	}
	for _, o := range r.Overheads {
		all = append(all, o.target())
	}
	if r.Projected != nil {
		add("the read model to the network's commit rate", targetTimes, r.Projected.Times)
	}
	for _, u := range slices.Concat(r.Bursts, r.Lasting) {
		if u.Name != contenders()[0].name {
			add(fmt.Sprintf("%d releases, %s, to own guarantees", u.Count, u.Name), targetToOwn, u.ToOwn)
		}
	}
	return all
}

// markdown writes the tables.
func (r *Results) markdown(w io.Writer) {
	p := printer{w}
	p.line("Taken %s, %s, on %d x %s, %.0f GB, %s, %s.", r.Began.Format(time.RFC3339), r.Took, r.Machine.Processors,
		r.Machine.Model, float64(r.Machine.MemoryBytes)/1e9, r.Machine.System, r.Machine.Go)
	p.targets(r.targets())
	p.rules(r.Rules)
	p.rows("Operations", r.Rows)
	p.cpu(r.Rows)
	p.ceilings(r.Ceilings, r.Shares)
	p.anatomy(r.Anatomy)
	p.lodgings(r.Lodgings)
	p.rows("Delivery of content, by hand", r.Deliveries)
	p.couriers(r.Couriers)
	p.cases("Steps by the length of the itinerary", r.Legs)
	p.cases("Steps by what the record has seen", r.Ages)
	p.cases("Steps and queries by the movements on the ledger", r.Growth)
	p.bursts("Releases at once", r.Bursts)
	p.bursts("Releases going on", r.Lasting)
	p.overheads(r.Overheads)
	p.served(r.Served)
	p.messages(r.Messages)
	p.projected(r.Projected)
	p.modelQueries(r.Queried)
	p.disk(r)
	p.memory(r)
	for _, d := range r.Distances {
		p.rows(fmt.Sprintf("Organisations %.0f ms apart (one way)", d.OneWay), d.Rows)
		p.line("")
		for _, row := range d.Rows {
			p.line("* %s, %s: %.0f bytes between organisations for one operation", row.Operation, row.Load, row.LinkBytes)
		}
	}
	p.profiles(r.Profiles)
	p.verdicts(r)
}

type printer struct{ w io.Writer }

func (p printer) line(format string, arguments ...any) { fmt.Fprintf(p.w, format+"\n", arguments...) }

func (p printer) targets(targets []Target) {
	if len(targets) == 0 {
		return
	}
	p.line("\n### Targets\n")
	p.line("| target | wanted | got | |")
	p.line("|---|--:|--:|---|")
	for _, t := range targets {
		verdict := "missed"
		if t.Met {
			verdict = "met"
		}
		p.line("| %s | %.2f | %.2f | %s |", t.Text, t.Wanted, t.Got, verdict)
	}
}

func (p printer) rows(title string, rows []Row) {
	if len(rows) == 0 {
		return
	}
	p.line("\n### %s\n", title)
	p.line("| load | operation | tx | endorsements | done | failed | per second | to no-op | by processor time " +
		"| to no-op on as many governed keys | by processor time | p50 ms | p95 | p99 | proposals/tx | mine %% | others %% |")
	p.line("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, r := range rows {
		p.line("| %s | %s | %d | %.1f | %d | %d | %.1f | %s | %s | %s | %s | %.0f | %.0f | %.0f | %s | %.0f | %.0f |", r.Load, r.Operation,
			r.Transactions, r.Endorsements, r.Done, r.Failed, r.PerSecond, ratio(r.ToNoop), ratio(r.CPUToNoop), ratio(r.ToGoverned),
			ratio(r.CPUToGoverned), r.P50, r.P95, r.P99, ratio(r.Attempts), r.Mine, r.Others)
	}
}

func (p printer) anatomy(rows []Row) {
	if len(rows) == 0 {
		return
	}
	p.line("\n### What each ingredient of a function costs beyond the no-op: processor time of one transaction, ms\n")
	p.line("| function | done | failed | per second | orderers | peers | chaincode | client | total | of the no-op beside it | block bytes |")
	p.line("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, r := range rows {
		p.line("| %s | %d | %d | %.1f | %.2f | %.2f | %.2f | %.2f | %.2f | %s | %.0f |", r.Operation, r.Done, r.Failed,
			r.PerSecond, r.CPU[byOrderers], r.CPU[byPeers], r.CPU[byChaincode], r.CPU[byClient], r.Total, ratio(r.OfNoop), r.BlockBytes)
	}
}

func ratio(x float64) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", x)
}

func (p printer) cpu(rows []Row) {
	if len(rows) == 0 {
		return
	}
	p.line("\n### Processor time of one operation, ms, all processes together, and bytes in the block files\n")
	p.line("| load | operation | orderers | peers | chaincode | client | total | block bytes |")
	p.line("|---|---|--:|--:|--:|--:|--:|--:|")
	for _, r := range rows {
		p.line("| %s | %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.0f |", r.Load, r.Operation, r.CPU[byOrderers], r.CPU[byPeers],
			r.CPU[byChaincode], r.CPU[byClient], r.Total, r.BlockBytes)
	}
}

func (p printer) bursts(title string, bursts []*Burst) {
	if len(bursts) == 0 {
		return
	}
	p.line("\n### %s\n", title)
	p.line("| guarantees | releases | clients | rounds | per second (median) | each round | to own guarantees | proposals/tx | p50 ms | p99 | failed |")
	p.line("|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|")
	for _, u := range bursts {
		rounds := ""
		for i, rate := range u.Rates {
			if i > 0 {
				rounds += ", "
			}
			rounds += fmt.Sprintf("%.0f", rate)
		}
		p.line("| %s | %d | %d | %d | %.1f | %s | %.2f | %.2f | %.0f | %.0f | %d |", u.Name, u.Count, u.Clients, len(u.Rates), u.PerSecond,
			rounds, u.ToOwn, u.Attempts, u.P50, u.P99, u.Failed)
	}
}

func (p printer) disk(r *Results) {
	if len(r.Disk) == 0 {
		return
	}
	p.line("\n### Bytes on disk per movement and peer, over %d movements from lodging to discharge\n", r.Lives)
	head, rule := "| peer |", "|---|"
	for _, s := range stores() {
		head += " " + s.name + " |"
		rule += "--:|"
	}
	p.line("%s all |\n%s--:|", head, rule)
	for _, organisation := range sortedKeys(r.Disk) {
		line, sum := "| "+organisation+" |", 0.0
		for _, s := range stores() {
			line += fmt.Sprintf(" %.0f |", r.Disk[organisation][s.name])
			sum += r.Disk[organisation][s.name]
		}
		p.line("%s %.0f |", line, sum)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (p printer) memory(r *Results) {
	if len(r.Memory) == 0 {
		return
	}
	p.line("\n### Resident memory of a process, MB, the largest of each kind\n")
	p.line("| process | before the load | most seen |")
	p.line("|---|--:|--:|")
	for _, name := range r.Memory.names() {
		p.line("| %s | %.0f | %.0f |", name, float64(r.MemoryFresh[name])/1e6, float64(r.Memory[name])/1e6)
	}
}

func (p printer) profiles(profiles []Profile) {
	const shown = 40
	for _, one := range profiles {
		if one.Process != "cn-"+nodes.Chaincode && one.Process != "cn-"+nodes.Peer && one.Process != "cn-"+nodes.Orderer {
			continue
		}
		p.line("\n### Profile of %s\n\n```", one.Process)
		for _, line := range one.Top[:min(shown, len(one.Top))] {
			p.line("%s", line)
		}
		p.line("```")
	}
}

func (p printer) verdicts(r *Results) {
	for _, restart := range r.Restarts {
		p.line("\n%s", restart)
	}
	for _, v := range r.Verdicts {
		if v == nil {
			continue
		}
		p.line("\nRead back: %d movements (%d unsure), %d guarantees with %d.%02d locked, %d no-op keys, %d assets: %d wrong.",
			v.Movements+v.Seeds, v.Unsure, v.Guarantees, v.Locked/100, v.Locked%100, v.NoopKeys, v.Assets, v.WrongCount)
		for _, wrong := range v.Wrong {
			p.line("* %s", wrong)
		}
	}
}
