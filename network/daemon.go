package network

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"carec.example/cats/network/supervisor"
)

// The daemon is a supervisor in a process of its own, so that a network outlives the command that brought it up. There
// is at most one per folder: it holds a lock that the kernel drops with it. Its word is the socket beside the lock.

// Daemon is the Control of [Options] that uses the folder's daemon and starts one, as `program supervise`, if there is
// none.
func Daemon(program string) func(ctx context.Context, n *Network) (supervisor.Control, error) {
	return func(ctx context.Context, n *Network) (supervisor.Control, error) {
		if remote, err := supervisor.Dial(ctx, n.SocketPath()); err == nil {
			return remote, nil
		}
		return startDaemon(ctx, program, n)
	}
}

func startDaemon(ctx context.Context, program string, n *Network) (supervisor.Control, error) {
	path := n.net.File("supervisor.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.CommandContext(context.WithoutCancel(ctx), program, "supervise", "--folder", string(n.net), "--channel", n.topology.Channel)
	command.Dir, command.Stdout, command.Stderr = string(n.net), log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("supervisor: %w", err)
	}
	exited := make(chan error, 1)
	go func() { exited <- command.Wait() }()
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		if remote, err := supervisor.Dial(ctx, n.SocketPath()); err == nil {
			return remote, nil
		}
		select {
		case err := <-exited:
			return nil, fmt.Errorf("the supervisor ended while starting (%w), see %s", err, path)
		case <-ctx.Done():
			return nil, fmt.Errorf("the supervisor does not answer, see %s", path)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Supervise is the daemon: it serves until it is told to stop or signalled to.
func Supervise(folder, channel string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	lock, err := os.OpenFile(filepath.Join(folder, "supervisor.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.New("a supervisor is running already")
	}
	if err := recordOwn(lock); err != nil {
		return err
	}
	s, err := supervisor.New(supervisor.Options{PIDs: filepath.Join(folder, "pids"), Channel: channel, Log: log})
	if err != nil {
		return err
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	go func() {
		<-stop.Done()
		_ = s.Stop(context.Background())
	}()
	log.Info("supervisor started", "pid", os.Getpid())
	err = supervisor.Serve(s, filepath.Join(folder, "control.sock"))
	// Whatever ended the serving, no process outlives its supervisor.
	return errors.Join(err, s.Stop(context.Background()))
}

func recordOwn(lock *os.File) error {
	if err := lock.Truncate(0); err != nil {
		return err
	}
	_, err := lock.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return err
}

// Attach reaches the daemon of a network that is running.
func Attach(ctx context.Context, options Options) (*Network, error) {
	n, err := Open(options)
	if err != nil {
		return nil, err
	}
	remote, err := supervisor.Dial(ctx, n.SocketPath())
	if err != nil {
		return n, fmt.Errorf("%w: bring it up with scripts/up", supervisor.ErrNotRunning)
	}
	n.control = remote
	return n, nil
}

// Down stops the network's daemon with all its processes, and ends what an earlier daemon that was killed may have left
// running. It reports whether anything ran.
func Down(ctx context.Context, options Options) (bool, error) {
	n, err := Attach(ctx, options)
	if n == nil {
		return false, err
	}
	if err == nil {
		if err := n.control.Stop(ctx); err != nil {
			return true, err
		}
		return true, n.awaitDaemonEnd(ctx)
	}
	if !exists(n.net.File("pids")) {
		return false, nil
	}
	// A supervisor's first act is to end what an earlier one left.
	s, err := supervisor.New(supervisor.Options{PIDs: n.net.File("pids"), Every: -1})
	if err != nil {
		return false, err
	}
	return false, s.Stop(ctx)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// awaitDaemonEnd waits until the daemon has dropped its lock.
func (n *Network) awaitDaemonEnd(ctx context.Context) error {
	lock, err := os.OpenFile(n.net.File("supervisor.lock"), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	for syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Purge deletes the data of a network that does not run. Built programs stay.
func Purge(ctx context.Context, options Options) error {
	n, err := Open(options)
	if err != nil {
		// A network whose topology no longer fits can still be purged.
		if options.fillIn() != nil || !strings.HasPrefix(options.Folder, options.Home) {
			return err
		}
		return os.RemoveAll(options.Folder)
	}
	if _, err := supervisor.Dial(ctx, n.SocketPath()); err == nil {
		return errors.New("the network is running")
	}
	return os.RemoveAll(string(n.net))
}
