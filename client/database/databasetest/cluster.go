package databasetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"carec.example/cats/client/database"
)

// cluster is a PostgreSQL server of one test: its files and its socket lie in folder.
type cluster struct {
	programs string
	folder   string
	// owner runs the server when the test runs as root, whom it refuses; nil otherwise.
	owner *syscall.Credential
}

// sharedFolder is the variable in which [Main] tells the package's tests where their cluster lies.
const sharedFolder = "CATS_TEST_POSTGRES_FOLDER"

// Main runs a package's tests with one PostgreSQL cluster among them, which the first that wants it
// starts, and returns the code to exit with.
func Main(m *testing.M) int {
	// A test may start its own program once more, as a process of its own: the cluster is that of the first.
	if os.Getenv(sharedFolder) != "" {
		return m.Run()
	}
	folder, err := newFolder()
	if err == nil {
		err = os.Setenv(sharedFolder, folder)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "couldn't prepare a cluster: %v\n", err)
		return 1
	}
	code := m.Run()
	c := &cluster{programs: findPrograms(), folder: folder}
	if err := c.stop(); err != nil {
		fmt.Fprintf(os.Stderr, "couldn't stop the tests' PostgreSQL: %v\n", err)
		return 1
	}
	return code
}

// newFolder makes the folder of a cluster. A socket's path may have about a hundred characters, more than a
// test's own folder leaves.
func newFolder() (string, error) { return os.MkdirTemp("", "cats-pg-") }

// findPrograms finds the newest installed server's programs; empty when there is none.
func findPrograms() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		if path, err := exec.LookPath("initdb"); err == nil {
			return filepath.Dir(path)
		}
		return ""
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
}

func (c *cluster) data() string { return filepath.Join(c.folder, "data") }

// address connects over the socket as the cluster's own administrator; the socket's folder lets in nobody else.
func (c *cluster) address(name string) string {
	query := url.Values{"host": {c.folder}, "sslmode": {"disable"}}
	return "postgres://cats@/" + name + "?" + query.Encode()
}

func (c *cluster) running() bool {
	_, err := os.Stat(filepath.Join(c.data(), "postmaster.pid"))
	return err == nil
}

// ensure starts the cluster unless another test has: the lock on the folder lets one of them do it.
func (c *cluster) ensure() error {
	lock, err := os.Open(c.folder)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if c.running() {
		return nil
	}
	return c.start()
}

func (c *cluster) start() error {
	if err := c.own(); err != nil {
		return err
	}
	// C is a locale that every system has; the encoding is what the product's tables hold.
	if err := c.run("initdb", "-D", c.data(), "-U", "cats", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	if err := c.guard(); err != nil {
		return err
	}
	settings := fmt.Sprintf("-k %s -c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=16MB", c.folder)
	log := filepath.Join(c.folder, "log")
	if err := c.run("pg_ctl", "-D", c.data(), "-l", log, "-w", "-t", "60", "-o", settings, "start"); err != nil {
		told, _ := os.ReadFile(log)
		return fmt.Errorf("%w\n%s", err, told)
	}
	return nil
}

// guard leaves a shell behind that ends the server and removes its files when this program is gone, however it ends: it waits
// for the end of its input, a pipe that only this program holds. After [cluster.stop] nothing is left for it to do.
func (c *cluster) guard() error {
	// A descriptor and no os.File, which would be closed when nobody refers to it any more.
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		return err
	}
	input := os.NewFile(uintptr(ends[0]), "guard")
	const script = `read -r _; "$1/pg_ctl" -D "$2/data" -m immediate -w -t 60 stop; rm -rf "$2"`
	shell := exec.Command("/bin/sh", "-c", script, "guard", c.programs, c.folder) //nolint:noctx // it outlives this program
	shell.Stdin, shell.SysProcAttr = input, &syscall.SysProcAttr{Credential: c.owner, Setsid: true}
	return errors.Join(shell.Start(), input.Close())
}

// database makes an empty database; drop takes it away, whoever is still connected.
func (c *cluster) database(ctx context.Context) (address string, drop func() error, err error) {
	name := fmt.Sprintf("test_%016x", rand.Uint64())
	if err := c.statement(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return "", nil, err
	}
	return c.address(name), func() error { return c.statement(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") }, nil
}

func (c *cluster) statement(ctx context.Context, text string) error {
	db, err := database.Open(ctx, c.address("postgres"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, text)
	return errors.Join(err, db.Close())
}

// own hands the folder to the user postgres, which the package of the server makes, when the test runs as root.
func (c *cluster) own() error {
	if os.Geteuid() != 0 {
		return nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return err
	}
	c.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(c.folder, int(uid), int(gid))
}

func (c *cluster) run(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.programs, program), args...) //nolint:noctx // starting and stopping outlive the test's context
	cmd.Dir = c.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	// Output goes to a file: the server inherits it, and would keep a pipe open for ever.
	out, err := os.OpenFile(filepath.Join(c.folder, program+".out"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		told, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w\n%s", program, err, told)
	}
	return nil
}

// stop ends the server, whatever is connected to it, and removes its files.
func (c *cluster) stop() error {
	var err error
	if c.running() {
		if err = c.own(); err == nil {
			err = c.run("pg_ctl", "-D", c.data(), "-m", "immediate", "-w", "-t", "60", "stop")
		}
	}
	return errors.Join(err, os.RemoveAll(c.folder))
}
