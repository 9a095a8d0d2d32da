package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"carec.example/cats/client/cats"
	"carec.example/cats/network/bench/measure"
	"carec.example/cats/network/binaries"
	"carec.example/cats/network/topology"
)

// application is "cats serve" of one organisation: a process of its own with gateway, courier, keeper, read model and webhooks, as
// scripts/up starts it.
type application struct {
	organisation string
	command      *exec.Cmd
	log          *os.File
	ended        chan struct{}
	exit         error
	monitoring   string
	gateway      string
	profile      *cats.Profile
	mu           sync.Mutex
	callers      map[string]*http.Client
	// released forgets the process; set when it is metered.
	released func()
}

// applicationPatience is how long an application may take to answer, and to end.
const applicationPatience = 30 * time.Second

// serve starts an organisation's application in a folder of its own and waits until it answers.
func (b *bench) serve(ctx context.Context, organisation string) (*application, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	maker := binaries.Maker{Root: root, Folder: filepath.Join(root, ".cats", "bin"), Step: func(string) {}}
	program, err := maker.Build(ctx, "cats", "./client/cmd/cats")
	if err != nil {
		return nil, err
	}
	ports := b.net.Ports(organisation)
	folder := filepath.Join(b.folder, "application-"+strings.ToLower(organisation))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	a := &application{
		organisation: organisation, profile: b.profile, callers: map[string]*http.Client{}, ended: make(chan struct{}),
		gateway:    b.profile.Organisations[organisation].Gateway.Address,
		monitoring: topology.Address(topology.Loopback, ports.ApplicationOperations),
	}
	if a.log, err = os.Create(filepath.Join(folder, "application.log")); err != nil {
		return nil, err
	}
	a.command = exec.Command(program, "serve", "--profile", b.net.ProfilePath(), //nolint:noctx // it is told to end, not killed
		"--organisation", organisation, "--state", folder, "--listen", a.gateway, "--operations", a.monitoring,
		"--caller-rate", "100000", "--address-rate", "100000") // a benchmark's callers are many in one
	a.command.Stdout, a.command.Stderr = a.log, a.log
	if port := profilePorts(b.profiles)[strings.ToLower(organisation)+"-application"]; port != 0 {
		a.command.Env = append(os.Environ(), "CATS_PPROF="+topology.Address(topology.Loopback, port))
	}
	if err := a.command.Start(); err != nil {
		return nil, errors.Join(err, a.log.Close())
	}
	go func() {
		a.exit = a.command.Wait()
		close(a.ended)
	}()
	b.meter.beside(byGateway, a.command.Process.Pid)
	a.released = func() { b.meter.without(a.command.Process.Pid) }
	if err := a.ready(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// ready waits until the application's peer answers it.
func (a *application) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, applicationPatience)
	defer cancel()
	for {
		_, err := a.monitor(ctx, "/readyz")
		if err == nil {
			return nil
		}
		select {
		case <-a.ended:
			return fmt.Errorf("the application of %s has ended (%w); its log is %s", a.organisation, a.exit, a.log.Name())
		case <-ctx.Done():
			return fmt.Errorf("the application of %s does not answer: %w", a.organisation, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (a *application) monitor(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.monitoring+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return body, err
}

// close ends the application, which answers what is under way first.
func (a *application) close() error {
	for _, c := range a.callers {
		c.CloseIdleConnections()
	}
	a.released()
	_ = a.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-a.ended:
	case <-time.After(applicationPatience):
		_ = a.command.Process.Kill()
		<-a.ended
	}
	return a.log.Close()
}

// caller is the HTTP client of an identity's system: mutual TLS with its certificate, connections that stay.
func (a *application) caller(identity string) (*http.Client, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, known := a.callers[identity]; known {
		return c, nil
	}
	id, err := a.profile.Identity(identity)
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(a.profile.File(id.TLSCertificate), a.profile.File(id.TLSKey))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(a.profile.File(a.profile.Organisations[id.Organisation].TLSCA))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, errors.New("the authority's file holds no certificate")
	}
	c := &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1000,
		TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12},
	}}
	a.callers[identity] = c
	return c, nil
}

// resident is what a process holds in memory now, and Go's heap in it, in bytes.
type resident struct{ set, heap uint64 }

// memory looks at the application's process.
func (a *application) memory(ctx context.Context) (resident, error) {
	var r resident
	var err error
	if r.set, err = measure.ResidentSet(a.command.Process.Pid); err != nil {
		return r, err
	}
	text, err := a.monitor(ctx, "/metrics")
	if err != nil {
		return r, err
	}
	for lines := bufio.NewScanner(strings.NewReader(string(text))); lines.Scan(); {
		if value, is := strings.CutPrefix(lines.Text(), "go_memstats_heap_alloc_bytes "); is {
			f, err := strconv.ParseFloat(value, 64)
			r.heap = uint64(f)
			return r, err
		}
	}
	return r, errors.New("the application tells no heap")
}

// quiet waits until the application has used next to no processor time for a while: it has come to the end of the ledger.
func (a *application) quiet(ctx context.Context, patience time.Duration) error {
	const look, idle = 2 * time.Second, 100 * time.Millisecond
	deadline := time.Now().Add(patience)
	last, err := measure.ProcessTime(a.command.Process.Pid)
	for err == nil && time.Now().Before(deadline) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
		var now time.Duration
		if now, err = measure.ProcessTime(a.command.Process.Pid); err == nil && now-last < idle {
			return nil
		}
		last = now
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("the application of %s does not come to rest within %s", a.organisation, patience)
}
