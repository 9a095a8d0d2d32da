// Package supervisor keeps the processes of a network running.
//
// What it has learned to expect: a process dies (started again, ever later if it keeps dying, at once again after it
// was well for a while); a process lives but hangs, which an orderer under a starved processor has been seen to do
// (noticed because its ledger stands still while the others' grow, or because it answers no more, and replaced); the
// supervisor itself is killed (its children are told by the kernel to go, and whatever is left is found by the next
// supervisor through its pid files, recognised by start time so that no innocent successor of the number is hit).
//
// A Supervisor runs inside any program: the tests and benchmarks hold one directly, an operator's network has one in a
// detached daemon that is driven through a socket ([Serve], [Dial]).
package supervisor

import (
	"context"
	"syscall"
	"time"
)

// Spec says how a process is started and watched.
type Spec struct {
	Name         string `json:"name"`
	Kind         string `json:"kind"`
	Organisation string `json:"organisation"`
	// Address is where the process serves, for people to read.
	Address     string   `json:"address"`
	Path        string   `json:"path"`
	Arguments   []string `json:"arguments,omitempty"`
	Environment []string `json:"environment,omitempty"`
	// Folder is the working directory, made if missing.
	Folder string `json:"folder"`
	// Log receives both outputs.
	Log string `json:"log"`
	// Health is a URL that answers 200 once the process serves; without one an open port at Address is enough.
	Health string `json:"health,omitempty"`
	// Metrics is the URL of the process' metrics; processes that have one are compared by height.
	Metrics string `json:"metrics,omitempty"`
	// Number is the consenter number of an orderer, to recognise it as the leader.
	Number int `json:"number,omitempty"`
	// Digest stands for everything else the process depends on (configuration, program): when it changes the process
	// is started anew.
	Digest string `json:"digest,omitempty"`
	// Tier orders stopping: the highest goes first.
	Tier int `json:"tier"`
}

// State of a process.
type State string

// The states of a process.
const (
	Running State = "running"
	// Waiting: it died and will be started again after its back-off.
	Waiting State = "waiting"
	Stopped State = "stopped"
)

// Status of a process.
type Status struct {
	Name         string    `json:"name"`
	Kind         string    `json:"kind"`
	Organisation string    `json:"organisation"`
	Address      string    `json:"address"`
	State        State     `json:"state"`
	PID          int       `json:"pid,omitempty"`
	Since        time.Time `json:"since"`
	// Restarts counts starts after the first, wanted ones included.
	Restarts int `json:"restarts"`
	// LastExit says how the process ended last, and why if the supervisor ended it.
	LastExit string `json:"lastExit,omitempty"`
	// Height is the number of blocks on its ledger, 0 if it has none or does not answer.
	Height uint64 `json:"height,omitempty"`
	// Leader is the consenter number of the leader as an orderer sees it.
	Leader int `json:"leader,omitempty"`
	// Number is the process' own consenter number.
	Number int `json:"number,omitempty"`
	// Memory is the resident set in bytes.
	Memory uint64 `json:"memory,omitempty"`
}

// Control drives a supervisor, here or behind its socket.
type Control interface {
	// Apply makes specs the set of processes: new ones are started, changed ones started anew, others stopped.
	Apply(ctx context.Context, specs []Spec) error
	Status(ctx context.Context) ([]Status, error)
	// Restart ends a process and starts it again at once.
	Restart(ctx context.Context, name string) error
	// Signal sends a process a signal and leaves the consequences to the supervisor.
	Signal(ctx context.Context, name string, signal syscall.Signal) error
	// Hold stops a process and keeps it down until it is restarted.
	Hold(ctx context.Context, name string) error
	// Stop ends all processes, the highest tier first.
	Stop(ctx context.Context) error
}
