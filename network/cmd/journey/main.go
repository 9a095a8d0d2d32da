// Command journey takes declarations (CC015C files) over the whole route on a running
// network and narrates each step; scripts/demo calls it. With -scenario it tells stories of
// what can happen on the way instead. Exit codes: 0 when every file travelled and every
// story ended as told, 3 when a document breaks rules, 1 when something else failed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/network/journey"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Flags of its own: a library of Fabric puts some into the common set.
	flags := flag.NewFlagSet("journey", flag.ExitOnError)
	profile := flags.String("profile", ".cats/net/profile.json", "client profile of the network")
	mapping := flags.String("mapping", "", "YAML file that maps offices, operators and guarantees to those of this network")
	refusals := flags.Bool("refusals", true, "also show two refusals")
	fresh := flags.Bool("fresh-lrn", false, "lodge under a new LRN, whether the declared one is free or not")
	var over journey.Over
	flags.Var(&over, "over", "`way` to the ledger: sdk, at the peers, or rest, at the organisations' gateways alone (default sdk)")
	scenario := flags.String("scenario", "", "tell this story with the first file instead: "+strings.Join(journey.Names(), ", ")+", or all")
	flags.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: journey [flags] CC015C.xml...")
		flags.PrintDefaults()
		fmt.Fprintln(os.Stderr, "scenarios:")
		for _, s := range journey.Scenarios() {
			fmt.Fprintf(os.Stderr, "  %-25s %s\n", s.Name, s.About)
		}
	}
	_ = flags.Parse(os.Args[1:]) // It ends the process where that fails.
	if flags.NArg() == 0 {
		flags.Usage()
		os.Exit(2)
	}
	r := runner{refusals: *refusals, fresh: *fresh, over: over}
	if err := r.open(*profile, *mapping); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *scenario != "" {
		os.Exit(r.scenarios(ctx, *scenario, flags.Arg(0)))
	}
	os.Exit(r.all(ctx, flags.Args()))
}

type runner struct {
	profile         *cats.Profile
	mapping         *formats.Mapping
	refusals, fresh bool
	over            journey.Over
}

func (r *runner) open(profile, mapping string) error {
	var err error
	if r.profile, err = cats.LoadProfile(profile); err != nil || mapping == "" {
		return err
	}
	f, err := os.Open(mapping)
	if err != nil {
		return fmt.Errorf("couldn't read the mapping: %w", err)
	}
	defer f.Close()
	if r.mapping, err = formats.LoadMapping(f); err != nil {
		return fmt.Errorf("%s: %w", mapping, err)
	}
	return nil
}

// all takes the files one after another, and for several tells at the end what became of each; the exit code is the worst.
func (r *runner) all(ctx context.Context, files []string) int {
	code := 0
	var verdicts []string
	for i, file := range files {
		if i > 0 {
			fmt.Println()
		}
		fmt.Println("File       ", file)
		verdict, c := r.one(ctx, file, len(files) == 1)
		code = max(code, c)
		verdicts = append(verdicts, fmt.Sprintf("%-40s %s", verdict, filepath.Base(file)))
	}
	if len(files) > 1 {
		fmt.Printf("\n%d files\n%s\n", len(files), strings.Join(verdicts, "\n"))
	}
	return code
}

func (r *runner) one(ctx context.Context, file string, alone bool) (verdict string, code int) {
	std, made, err := journey.Load(file, r.mapping)
	var report *journey.Report
	if err == nil {
		tellMapped(made, alone)
		report, err = journey.Run(ctx, std, journey.Options{
			Profile: r.profile, Out: os.Stdout, Refusals: r.refusals, FreshLRN: r.fresh, Over: r.over,
		})
	}
	if err == nil {
		return report.Movement.MRN + " " + string(report.Movement.State), 0
	}
	return r.explain(err)
}

// scenarios tells one story, or all; the exit code is the worst.
func (r *runner) scenarios(ctx context.Context, name, file string) int {
	names := []string{name}
	if name == "all" {
		names = journey.Names()
	}
	std, _, err := journey.Load(file, r.mapping)
	if err != nil {
		_, code := r.explain(err)
		return code
	}
	code := 0
	var verdicts []string
	for i, n := range names {
		if i > 0 {
			fmt.Printf("\n%s\n\n", strings.Repeat("=", 112))
		}
		verdict := "ended as told"
		if _, err := journey.Play(ctx, n, std, journey.Options{Profile: r.profile, Out: os.Stdout, Over: r.over}); err != nil {
			var worst int
			verdict, worst = r.explain(err)
			code = max(code, worst)
		}
		verdicts = append(verdicts, fmt.Sprintf("%-25s %s", n, verdict))
	}
	if len(names) > 1 {
		fmt.Printf("\n%d scenarios\n%s\n", len(names), strings.Join(verdicts, "\n"))
	}
	return code
}

// tellMapped shows what the mapping replaced: each value for one file, their number for many.
func tellMapped(made []formats.Substitution, each bool) {
	if !each && len(made) > 0 {
		fmt.Printf("Mapped      %d values (take this file alone to see them)\n", len(made))
		return
	}
	for _, s := range made {
		fmt.Println("Mapped     ", s)
	}
}

// explain says what went wrong and what to do about it.
func (r *runner) explain(err error) (verdict string, code int) {
	var unfit *journey.Unfit
	var fault *transit.Fault
	switch {
	case errors.As(err, &unfit):
		fmt.Println("This document cannot become a movement:", unfit)
		if r.mapping == nil {
			fmt.Println("If its offices are those of another network, map them: --mapping client/formats/examples/mapping.yaml")
		}
		return "breaks " + rules(unfit.Violations), 3
	case errors.As(err, &fault):
		fmt.Println("Refused:", err)
		return "refused " + rules(fault.Violations), 3
	default:
		fmt.Fprintln(os.Stderr, "Failed:", err)
		return "failed", 1
	}
}

// rules names the rules of some violations, each once.
func rules(violations []transit.Violation) string {
	var names []string
	for _, v := range violations {
		names = append(names, v.Rule)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}
