package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// Exit codes.
const (
	exitOK          = 0
	exitOther       = 1
	exitUsage       = 2
	exitRefused     = 3
	exitInvalid     = 4
	exitConflict    = 5
	exitUnavailable = 6
	exitUnknown     = 7
)

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit code tells",
		Long: `Exit codes:

  0  done
  1  anything else: a defect, a broken connection before the ledger was asked, findings of "ledger check"
  2  usage: flags, arguments, settings, profile
  3  refused by the ledger: not allowed, out of sequence, not covered, not found
  4  invalid document: the violations tell what to correct
  5  conflict: others changed the record meanwhile; nothing was done, look and try again
  6  unavailable: peers could not be reached; nothing was done, try again later
  7  outcome unknown: do not repeat before looking; the message tells the transaction`,
	}
}

// usageError is a mistake of the caller; cmd is nil when its help would not help.
type usageError struct {
	err error
	cmd *cobra.Command
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), cmd: cmd}
}

// errFindings ends a ledger check that found something; the report is printed already.
var errFindings = errors.New("the ledger has findings")

// errBroken ends a check of documents that break rules; what they break is printed already.
var errBroken = errors.New("documents break rules")

// exitCode maps a failure to the exit code.
func exitCode(err error) int {
	var wrong *usageError
	switch {
	case errors.As(err, &wrong), strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	case errors.Is(err, errBroken):
		return exitInvalid
	}
	var fault *transit.Fault
	isFault := errors.As(err, &fault)
	if isFault && fault.Code == transit.InvalidDocument {
		return exitInvalid
	}
	var failed *cats.Error
	if !errors.As(err, &failed) {
		if isFault {
			return exitInvalid // a document that was not even read
		}
		return exitOther
	}
	switch failed.Class {
	case cats.Refused:
		return exitRefused
	case cats.Conflict:
		return exitConflict
	case cats.Unavailable:
		return exitUnavailable
	case cats.UnknownOutcome:
		return exitUnknown
	default:
		return exitOther
	}
}

// report prints a failure and returns its exit code.
func (a *app) report(err error) int {
	code := exitCode(err)
	if errors.Is(err, errFindings) || errors.Is(err, errBroken) {
		return code
	}
	if a.JSON {
		a.reportJSON(err, code)
		return code
	}
	s := style{on: a.styled}
	fmt.Fprintf(a.err, "%s %s\n", s.bad("cats:"), headline(err))
	printViolations(a, err)
	printTrail(a, err)
	var wrong *usageError
	if errors.As(err, &wrong) && wrong.cmd != nil {
		fmt.Fprintf(a.err, "See \"%s --help\".\n", wrong.cmd.CommandPath())
	}
	return code
}

// headline says in one line what went wrong.
func headline(err error) string {
	var fault *transit.Fault
	if errors.As(err, &fault) {
		line := fault.Message
		if fault.Pointer != "" {
			line += " (at " + fault.Pointer + ")"
		}
		return line
	}
	var failed *cats.Error
	if errors.As(err, &failed) {
		if cause := failed.Cause(); cause != "" {
			return string(failed.Class) + ": " + cause
		}
		return string(failed.Class)
	}
	return err.Error()
}

func printViolations(a *app, err error) {
	var fault *transit.Fault
	if !errors.As(err, &fault) || len(fault.Violations) == 0 {
		return
	}
	t := newTable("", "rule", "where", "found", "what to correct")
	for i, v := range fault.Violations {
		t.row(fmt.Sprintf("%d.", i+1), strings.TrimSpace(v.Rule+" "+bracket(v.Code)), v.Pointer, quoted(v.Value), v.Text)
	}
	fmt.Fprintln(a.err)
	t.print(a.err, style{on: a.styled})
	fmt.Fprintln(a.err)
}

func bracket(code string) string {
	if code == "" {
		return ""
	}
	return "(" + code + ")"
}

func quoted(value string) string {
	if value == "" {
		return ""
	}
	return `"` + value + `"`
}

// printTrail tells code, class, attempts and transaction, and what the peers said.
func printTrail(a *app, err error) {
	var failed *cats.Error
	if !errors.As(err, &failed) {
		return
	}
	s := style{on: a.styled}
	var parts []string
	if failed.Fault != nil {
		parts = append(parts, string(failed.Fault.Code))
	}
	parts = append(parts, string(failed.Class), failed.Op)
	if failed.Attempts > 1 {
		parts = append(parts, fmt.Sprintf("%d attempts", failed.Attempts))
	}
	fmt.Fprintf(a.err, "  %s\n", s.dim(strings.Join(parts, " · ")))
	if failed.Fault == nil {
		for _, d := range failed.Details {
			fmt.Fprintf(a.err, "  %s\n", s.dim(d.MSP+" "+d.Address+": "+d.Message))
		}
	}
	if failed.TransactionID != "" {
		fmt.Fprintf(a.err, "  %s\n", s.dim("transaction "+failed.TransactionID))
	}
	if failed.Class == cats.UnknownOutcome {
		fmt.Fprintf(a.err, "  It may or may not have been done. Look first: the same command with --message-id %s does nothing twice.\n",
			failed.MessageID)
	}
}

// failureJSON is a failure for programs.
type failureJSON struct {
	Error         string              `json:"error"`
	ExitCode      int                 `json:"exitCode"`
	Class         cats.Class          `json:"class,omitempty"`
	Code          transit.Code        `json:"code,omitempty"`
	Pointer       string              `json:"pointer,omitempty"`
	Violations    []transit.Violation `json:"violations,omitempty"`
	Function      string              `json:"function,omitempty"`
	TransactionID string              `json:"transactionId,omitempty"`
	MessageID     string              `json:"messageId,omitempty"`
	Attempts      int                 `json:"attempts,omitempty"`
	Peers         []cats.Detail       `json:"peers,omitempty"`
}

func (a *app) reportJSON(err error, code int) {
	f := failureJSON{Error: headline(err), ExitCode: code}
	var fault *transit.Fault
	if errors.As(err, &fault) {
		f.Code, f.Pointer, f.Violations = fault.Code, fault.Pointer, fault.Violations
	}
	var failed *cats.Error
	if errors.As(err, &failed) {
		f.Class, f.Function, f.TransactionID = failed.Class, failed.Op, failed.TransactionID
		f.MessageID, f.Attempts, f.Peers = failed.MessageID, failed.Attempts, failed.Details
	}
	e := json.NewEncoder(a.err)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	_ = e.Encode(f)
}
