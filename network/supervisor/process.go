package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// process is one supervised process: a loop in its own goroutine starts it, waits for its end and decides what next.
type process struct {
	spec    Spec
	options Options
	starter *starter
	// wake interrupts a back-off or a hold; done is closed when the loop has ended for good.
	wake chan struct{}
	done chan struct{}

	mu       sync.Mutex
	command  *exec.Cmd
	exited   chan struct{}
	state    State
	since    time.Time
	starts   int
	lastExit string
	// why is the supervisor's reason for ending the current run, empty if it did not.
	why string
	// final: the loop ends with the current run. held: it waits to be woken.
	final, held bool
}

func launch(options Options, starter *starter, spec Spec) *process {
	p := &process{
		spec: spec, options: options, starter: starter,
		wake: make(chan struct{}, 1), done: make(chan struct{}), state: Waiting, since: time.Now(),
	}
	go p.loop()
	return p
}

func (p *process) loop() {
	defer close(p.done)
	delay := p.options.FirstDelay
	for {
		began := time.Now()
		p.run()
		switch next := p.next(); {
		case next == final:
			return
		case next == held:
			<-p.wake
			delay = p.options.FirstDelay
			continue
		case next == wanted || time.Since(began) >= p.options.Healthy:
			delay = p.options.FirstDelay
		}
		if !p.pause(delay) {
			delay = min(2*delay, p.options.LastDelay)
		}
	}
}

type step int

const (
	died step = iota
	wanted
	held
	final
)

// next says what the end of a run means.
func (p *process) next() step {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.final:
		p.state = Stopped
		return final
	case p.held:
		p.state = Stopped
		return held
	case p.why != "":
		p.why = ""
		p.notify()
		return wanted
	default:
		p.state = Waiting
		return died
	}
}

// pause waits out a back-off; it reports whether it was cut short.
func (p *process) pause(delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-p.wake:
		return true
	}
}

func (p *process) notify() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run starts the process and returns when it has ended.
func (p *process) run() {
	command, err := p.start()
	if err != nil {
		p.options.Log.Error("start", "process", p.spec.Name, "error", err)
		p.mu.Lock()
		p.lastExit, p.since = err.Error(), time.Now()
		p.mu.Unlock()
		return
	}
	if command == nil {
		return
	}
	exit := command.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.exited)
	removePID(p.options.PIDs, p.spec.Name)
	p.command, p.since = nil, time.Now()
	p.lastExit = describe(exit, p.why)
	p.options.Log.Info("ended", "process", p.spec.Name, "how", p.lastExit)
}

func describe(exit error, why string) string {
	how := "ended by itself without error"
	if exit != nil {
		how = exit.Error()
	}
	if why != "" {
		return how + " (" + why + ")"
	}
	return how
}

// start starts the process unless its end was decided meanwhile, in which case there is no command and no error.
func (p *process) start() (*exec.Cmd, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.final || p.held {
		return nil, nil
	}
	if err := errors.Join(os.MkdirAll(p.spec.Folder, 0o700), os.MkdirAll(filepath.Dir(p.spec.Log), 0o700)); err != nil {
		return nil, err
	}
	log, err := openLog(p.spec.Log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.CommandContext(context.Background(), p.spec.Path, p.spec.Arguments...)
	command.Dir, command.Env = p.spec.Folder, append(os.Environ(), p.spec.Environment...)
	command.Stdout, command.Stderr = log, log
	// The child leaves the terminal's process group, so that an interrupt on the keyboard reaches only the program in
	// front, and is told to go if the supervisor is killed.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := p.starter.start(command); err != nil {
		return nil, err
	}
	if err := writePID(p.options.PIDs, p.spec.Name, command.Process.Pid); err != nil {
		p.options.Log.Error("pid file", "process", p.spec.Name, "error", err)
	}
	p.command, p.exited = command, make(chan struct{})
	p.state, p.since, p.why = Running, time.Now(), ""
	p.starts++
	p.options.Log.Info("started", "process", p.spec.Name, "pid", command.Process.Pid)
	return command, nil
}

// maxLog is the size beyond which a log is set aside at the next start; one older log is kept.
const maxLog = 32 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// terminate asks the current run to end, kills it after the grace, and returns when it is gone.
func (p *process) terminate(why string) {
	p.mu.Lock()
	command, exited := p.command, p.exited
	if command != nil {
		p.why = why
		_ = command.Process.Signal(syscall.SIGTERM)
	}
	p.mu.Unlock()
	if command == nil {
		return
	}
	select {
	case <-exited:
	case <-time.After(p.options.Grace):
		_ = command.Process.Kill()
		<-exited
	}
}

func (p *process) restart(why string) {
	p.mu.Lock()
	p.held = false
	running := p.command != nil
	p.mu.Unlock()
	if running {
		p.terminate(why)
	} else {
		p.notify()
	}
}

func (p *process) hold() {
	p.mu.Lock()
	p.held = true
	p.mu.Unlock()
	p.terminate("held")
}

// end ends the process for good.
func (p *process) end(why string) {
	p.mu.Lock()
	p.final, p.held = true, false
	p.mu.Unlock()
	p.terminate(why)
	p.notify()
	<-p.done
}

func (p *process) signal(signal syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return fmt.Errorf("supervisor: %s is not running", p.spec.Name)
	}
	return p.command.Process.Signal(signal)
}

func (p *process) status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	status := Status{
		Name: p.spec.Name, Kind: p.spec.Kind, Organisation: p.spec.Organisation, Address: p.spec.Address,
		State: p.state, Since: p.since, Restarts: max(0, p.starts-1), LastExit: p.lastExit, Number: p.spec.Number,
	}
	if p.command != nil {
		status.PID = p.command.Process.Pid
		status.Memory = residentMemory(status.PID)
	}
	return status
}

// read takes a reading of the current run.
func (p *process) read(ctx context.Context, probe Probe) Reading {
	p.mu.Lock()
	began := p.since
	p.mu.Unlock()
	r, err := probe(ctx, p.spec)
	if err != nil {
		r = Reading{Silent: true}
	}
	r.began = began
	return r
}
