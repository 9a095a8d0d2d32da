package supervisor

import (
	"os/exec"
	"runtime"
)

// starter starts processes from one operating system thread. The kernel sends a child its parent-death signal when the
// thread that started it ends, not when the program does, and the Go runtime ends threads as it likes; a goroutine
// locked to its thread keeps that one alive for as long as the supervisor.
type starter struct {
	requests chan request
	closed   chan struct{}
}

type request struct {
	command *exec.Cmd
	result  chan error
}

func newStarter() *starter {
	s := &starter{requests: make(chan request), closed: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		for {
			select {
			case r := <-s.requests:
				r.result <- r.command.Start()
			case <-s.closed:
				return
			}
		}
	}()
	return s
}

func (s *starter) start(command *exec.Cmd) error {
	r := request{command: command, result: make(chan error, 1)}
	select {
	case s.requests <- r:
		return <-r.result
	case <-s.closed:
		return ErrStopped
	}
}

func (s *starter) close() { close(s.closed) }
