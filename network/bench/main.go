// Command bench measures CATS on a network of its own, side by side with a chaincode that does nothing and with the
// plain contract a user of Fabric would write, and reads back everything it has written.
//
// What it can measure are its parts (flag -parts), listed in parts.go and by every run; see PERFORMANCE.md for what the
// figures mean. The long ones are done only when they are named.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"carec.example/cats/network/bench/measure"
)

// settings say how much to measure.
type settings struct {
	parts   []string
	clients []int
	rounds  int
	// count is the number of movements of a wave in the closed loop, openFor the length of an open loop.
	count   int
	rate    float64
	openFor time.Duration
	// burst is the number of releases at once, bursts the number of rounds.
	burst, bursts int
	delays        []time.Duration
	farCount      int
	// items are numbers of goods items, territories lengths of itineraries.
	items, territories []int
	// seed are numbers of movements on the ledger; home is the folder of the network they stay on.
	seed []int
	home string
	// models are numbers of movements in a read model.
	models []int
	// loadedFor is how long an application is under load in the part memory.
	loadedFor time.Duration
	// benchTime is the time for each Go benchmark.
	benchTime time.Duration
	// serial is where the numbering of declarations and guarantees begins.
	serial       int
	out          string
	profileNodes bool
	// profile names one operation whose stages are profiled by themselves, for profileFor each.
	profile    operation
	profileFor time.Duration
}

func (s settings) has(part string) bool { return slices.Contains(s.parts, part) }

func main() {
	syscall.Umask(0o077)
	s, err := parse(os.Args[1:])
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, s)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	short := flags.Bool("short", false, "a run of under three minutes: fewer movements, one round, no distance")
	parts := flags.String("parts", strings.Join(usual(), ","), "what to measure, of "+strings.Join(partNames(), ", "))
	clients := flags.String("clients", "100", "numbers of clients of the closed loop; parts with one load take the most, legs and growth the first")
	items := flags.String("items", "1,100", "numbers of goods items of the part lodge, at most 999")
	territories := flags.String("legs", "2,4,6,8", "lengths of itineraries of the part legs, the shortest first")
	seed := flags.String("seed", "1000,10000,100000", "numbers of movements on the ledger of the part growth, the smallest first")
	models := flags.String("models", "1000000", "numbers of movements in the read model of the part queries")
	flags.StringVar(&s.home, "home", "", "folder in which the network of the part growth stays, to be gone on with (default: growth in -out)")
	flags.DurationVar(&s.benchTime, "benchtime", time.Second, "time for each Go benchmark of the parts rules and messages")
	flags.DurationVar(&s.loadedFor, "loaded", time.Minute, "time under load of the part memory")
	delays := flags.String("delays", "0,20,50,100", "one-way delays in milliseconds between organisations")
	flags.IntVar(&s.rounds, "rounds", 1, "rounds of each number of clients")
	flags.IntVar(&s.count, "count", 400, "movements of one wave of the closed loop")
	flags.Float64Var(&s.rate, "rate", 20, "operations a second of the open loop")
	flags.DurationVar(&s.openFor, "open", 12*time.Second, "length of each stage of the open loop")
	flags.IntVar(&s.burst, "burst", 50, "releases at once")
	flags.IntVar(&s.bursts, "bursts", 4, "rounds of releases at once")
	flags.IntVar(&s.farCount, "far", 240, "operations of each kind under each delay")
	flags.StringVar(&s.out, "out", filepath.Join(".cats", "bench"), "folder for the results")
	flags.BoolVar(&s.profileNodes, "profile-nodes", false, "take profiles of peers and orderers too")
	profile := flags.String("profile", "", "operation of which every process is profiled by itself, such as \"release\"")
	flags.DurationVar(&s.profileFor, "profile-for", 4*time.Second, "length of each such profile")
	if err := flags.Parse(arguments); err != nil {
		return s, err
	}
	if *short {
		s.rounds, s.count, s.openFor, s.bursts = 1, 200, 5*time.Second, 1
		*clients = "50"
		if !given(flags, "parts") {
			*parts = "wave,bursts"
		}
	}
	s.parts, s.profile = strings.Split(*parts, ","), operation(*profile)
	var apart []int
	for _, list := range []struct {
		flag, text string
		into       *[]int
	}{
		{"clients", *clients, &s.clients}, {"delays", *delays, &apart}, {"items", *items, &s.items},
		{"legs", *territories, &s.territories}, {"seed", *seed, &s.seed}, {"models", *models, &s.models},
	} {
		var err error
		if *list.into, err = numbers(list.text); err != nil {
			return s, fmt.Errorf("-%s: %w", list.flag, err)
		}
	}
	for _, ms := range apart {
		s.delays = append(s.delays, time.Duration(ms)*time.Millisecond)
	}
	return s, s.check()
}

func given(flags *flag.FlagSet, name string) bool {
	found := false
	flags.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

func (s settings) check() error {
	for _, part := range s.parts {
		if !slices.Contains(partNames(), part) {
			return fmt.Errorf("-parts: %q is none of %s", part, strings.Join(partNames(), ", "))
		}
	}
	if known := append(operations(), opRead); s.profile != "" && !slices.Contains(known, s.profile) {
		return fmt.Errorf("-profile: %q is none of %q", s.profile, known)
	}
	return s.checkSizes()
}

func (s settings) checkSizes() error {
	if slices.Min([]int{s.rounds, s.count, s.burst, s.bursts, s.farCount}) < 1 || s.rate <= 0 || s.openFor <= 0 || s.loadedFor <= 0 {
		return errors.New("counts, rates and times must be positive")
	}
	if s.burst > ownGuarantees || slices.Max(s.clients) > ownGuarantees {
		return fmt.Errorf("more than %d clients would share guarantees that are to be their own", ownGuarantees)
	}
	return s.checkLists()
}

func (s settings) checkLists() error {
	for _, list := range []struct {
		flag        string
		all         []int
		least, most int
	}{
		{"items", s.items, 1, mostItems}, {"legs", s.territories, 2, len(route())}, {"seed", s.seed, 1, serialsOfARun},
		{"models", s.models, 1, serialsOfARun},
	} {
		if slices.Min(list.all) < list.least || slices.Max(list.all) > list.most {
			return fmt.Errorf("-%s: the numbers lie between %d and %d", list.flag, list.least, list.most)
		}
		if !slices.IsSorted(list.all) {
			return fmt.Errorf("-%s: the smallest comes first", list.flag)
		}
	}
	return nil
}

func numbers(list string) ([]int, error) {
	var all []int
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no list of numbers", list)
		}
		all = append(all, n)
	}
	return all, nil
}

func run(ctx context.Context, s settings) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	if !filepath.IsAbs(s.out) {
		s.out = filepath.Join(root, s.out)
	}
	if err := os.MkdirAll(s.out, 0o700); err != nil {
		return err
	}
	began := time.Now()
	log := func(format string, arguments ...any) {
		fmt.Fprintf(os.Stderr, "%6.1f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, arguments...))
	}
	log("%s", s.describe())
	results := &Results{Machine: machine(), Began: began.UTC().Truncate(time.Second)}
	for _, do := range []func(context.Context, string, settings, *Results, func(string, ...any)) error{
		ruleCosts, messageCosts, modelQueries, near, distant, growth,
	} {
		err = errors.Join(err, do(ctx, root, s, results, log))
	}
	results.Took = time.Since(began).Round(time.Second).String()
	if writeErr := results.write(s.out); writeErr != nil {
		return errors.Join(err, writeErr)
	}
	results.markdown(os.Stdout)
	log("results are in %s", s.out)
	return errors.Join(err, results.judge())
}

func machine() Machine {
	return Machine{
		Processors: runtime.NumCPU(), Model: measure.ProcessorModel(), MemoryBytes: measure.MachineMemory(),
		Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// findRoot goes up from the working directory to the repository's root.
func findRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("not inside the repository: no go.mod here or above")
		}
		folder = parent
	}
}

// newBench prepares a run on a network.
func newBench(ctx context.Context, r *rig, root string, s settings) (*bench, error) {
	std, err := readDeclaration(root)
	if err != nil {
		return nil, err
	}
	b := &bench{
		rig: r, settings: s, std: std, serial: s.serial, opened: map[string]*actor{},
		guarantees: map[string]*guarantee{}, seen: memory{}, growth: map[string]map[string]int64{},
	}
	for _, o := range r.members() {
		b.growth[o] = map[string]int64{}
	}
	if err := r.deployComparisons(ctx, root); err != nil {
		return nil, err
	}
	if err := b.settle(ctx); err != nil {
		return nil, err
	}
	return b, b.registerOwn(ctx)
}

// pprofPort is the first of the ports for profiles.
const pprofPort = 16200

// near measures what happens on one machine without delays.
func near(ctx context.Context, root string, s settings, results *Results, log func(string, ...any)) (err error) {
	if !s.hasNear() || ctx.Err() != nil {
		return nil
	}
	r, err := bringUp(ctx, site{root: root, profiles: pprofPort, nodes: s.profileNodes || s.profile != ""}, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	b, err := newBench(ctx, r, root, s)
	if err != nil {
		return err
	}
	results.fresh(ctx, b)
	for _, part := range parts() {
		if part.near == nil || !s.has(part.name) {
			continue
		}
		// Whatever becomes of the parts after it, what a part has found is kept.
		if err := errors.Join(part.near(b, ctx, results), results.write(s.out)); err != nil {
			return err
		}
	}
	results.stores(b)
	return results.readBack(ctx, b)
}

// waves are the closed loops, smallest and largest in turn, and the open loop. The last closed round is profiled.
func (b *bench) waves(ctx context.Context, results *Results) error {
	for round := 1; round <= b.settings.rounds; round++ {
		for _, clients := range b.settings.clients {
			var p *profiler
			profiled, stop := context.WithCancel(ctx)
			if b.settings.profile == "" && round == b.settings.rounds && clients == b.settings.clients[len(b.settings.clients)-1] {
				p = &profiler{folder: b.settings.out}
				p.start(profiled, profilePorts(b.profiles), b.waveLasts(), b.log)
			}
			err := b.wave(ctx, load{clients: clients}, round, b.settings.count)
			if err == nil && p != nil {
				results.Profiles = p.wait()
			}
			stop()
			if err != nil {
				return err
			}
		}
	}
	count := int(b.settings.rate * b.settings.openFor.Seconds())
	results.Rows = rows(b.figures)
	results.stores(b)
	err := b.openWave(ctx, load{rate: b.settings.rate}, count)
	results.Rows = rows(b.figures)
	return err
}

// waveLasts estimates how long a wave takes at least, from what the no-op managed last: 24 transactions for each
// movement, its own and those of the comparisons, at the no-op's rate. A profile that outlasted the wave would hold it up.
func (b *bench) waveLasts() time.Duration {
	rate := 100.0
	for _, f := range b.figures {
		if f.operation == opNoop {
			rate = f.measured.Rate()
		}
	}
	return time.Duration(float64(b.settings.count) * 24 / rate * float64(time.Second))
}

func (b *bench) allBursts(ctx context.Context, results *Results) error {
	var err error
	if results.Bursts, err = b.bursts(ctx, b.settings.burst, b.settings.burst, b.settings.bursts, contenders()); err != nil || b.settings.bursts == 1 {
		return err
	}
	// The same for as long as six releases of each client take.
	lasting, err := b.bursts(ctx, b.settings.burst, 6*b.settings.burst, 1, contenders()[:2])
	results.Lasting = lasting
	return err
}

// distant measures with the organisations apart.
func distant(ctx context.Context, root string, s settings, results *Results, log func(string, ...any)) (err error) {
	if !s.has("distance") || ctx.Err() != nil {
		return nil
	}
	folder, err := os.MkdirTemp("", "cats-bench-far-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	f, err := bringUpFar(ctx, root, folder, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	b, err := newBench(ctx, f.rig, root, s)
	if err != nil {
		return err
	}
	if results.Distances, err = b.distances(ctx, f, s.delays); err != nil {
		return err
	}
	return results.readBack(ctx, b)
}
