// Command cats is the transit ledger's command line and, as "cats serve", an
// organisation's node application.
//
// Whoever uses it acts as one identity of the profile (--as, or CATS_AS). People get
// tables, programs get JSON (--json). The exit code tells what went wrong; "cats help
// exit-codes" lists them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(mainCode())
}

func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], environment{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, open: openClient, openFor: openPreparing,
		styled: isTerminal(os.Stdout) && os.Getenv("NO_COLOR") == "",
	})
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
