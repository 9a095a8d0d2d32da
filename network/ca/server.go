package ca

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed" // the server's configuration
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"
)

// Server describes an organisation's CA server.
type Server struct {
	// Binary is the path of fabric-ca-server.
	Binary string
	// Home is the folder that keeps keys, registry and configuration of both authorities.
	Home         string
	Organisation string
	Country      string
	// Address and Operations are loopback addresses with port.
	Port, OperationsPort int

	command *exec.Cmd
	// exited is closed when the process has ended, with exit saying how.
	exited chan struct{}
	exit   error
}

// Registrar is the name of the identity that registers all others.
const Registrar = "registrar"

//go:embed server.yaml.tmpl
var serverYAML string

// Prepare writes the configuration of both authorities unless it stands already.
func (s *Server) Prepare() error {
	for _, authority := range []string{Enrolment, TLS} {
		file := filepath.Join(s.folder(authority), "fabric-ca-server-config.yaml")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if err := s.write(authority, file); err != nil {
			return fmt.Errorf("ca of %s: %w", s.Organisation, err)
		}
	}
	return nil
}

func (s *Server) folder(authority string) string { return filepath.Join(s.Home, authority) }

func (s *Server) secretFile() string { return filepath.Join(s.Home, "registrar.secret") }

// Secret is the registrar's password, made on first use.
func (s *Server) Secret() (string, error) {
	text, err := os.ReadFile(s.secretFile())
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(s.Home, 0o700); err != nil {
		return "", err
	}
	secret := rand.Text()
	return secret, os.WriteFile(s.secretFile(), []byte(secret+"\n"), 0o600)
}

func (s *Server) write(authority, file string) error {
	secret, err := s.Secret()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	t, err := template.New("server").Parse(serverYAML)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	values := map[string]string{
		"Authority": authority, "Organisation": s.Organisation, "Country": s.Country, "Registrar": Registrar, "Secret": secret,
		"Other": filepath.Join(s.folder(TLS), "fabric-ca-server-config.yaml"),
	}
	if err := t.Execute(&text, values); err != nil {
		return err
	}
	return os.WriteFile(file, text.Bytes(), 0o600)
}

// Start starts the server and waits until it answers. Its log goes to server.log in its home.
func (s *Server) Start(ctx context.Context) error {
	if err := s.Prepare(); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(s.Home, "server.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("ca of %s: %w", s.Organisation, err)
	}
	defer log.Close()
	s.command = exec.CommandContext(context.WithoutCancel(ctx), s.Binary, "start", "--home", s.folder(Enrolment),
		"--address", "127.0.0.1", "--port", fmt.Sprint(s.Port), "--tls.enabled", "--csr.hosts", "localhost,127.0.0.1")
	s.command.Env = append(os.Environ(), fmt.Sprintf("FABRIC_CA_SERVER_OPERATIONS_LISTENADDRESS=127.0.0.1:%d", s.OperationsPort))
	s.command.Stdout, s.command.Stderr = log, log
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := s.command.Start(); err != nil {
		return fmt.Errorf("ca of %s: %w", s.Organisation, err)
	}
	s.exited = make(chan struct{})
	go func(command *exec.Cmd) {
		s.exit = command.Wait()
		close(s.exited)
	}(s.command)
	return s.ready(ctx)
}

func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		if err := s.ping(ctx); err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("ca of %s stopped while starting (%w), see %s", s.Organisation, s.exit, filepath.Join(s.Home, "server.log"))
		case <-ctx.Done():
			s.Stop()
			return fmt.Errorf("ca of %s does not answer, see %s", s.Organisation, filepath.Join(s.Home, "server.log"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	client, err := s.Client(TLS)
	if err != nil {
		return err
	}
	defer client.Close()
	none := func(*http.Request, []byte) error { return nil }
	return client.do(ctx, "POST", "/api/v1/cainfo", map[string]string{"caname": TLS}, nil, none)
}

// Client makes a client of one of the running server's authorities.
func (s *Server) Client(authority string) (*Client, error) {
	roots, err := os.ReadFile(filepath.Join(s.folder(Enrolment), "ca-cert.pem"))
	if err != nil {
		return nil, fmt.Errorf("ca of %s: %w", s.Organisation, err)
	}
	return NewClient(fmt.Sprintf("127.0.0.1:%d", s.Port), authority, roots)
}

// Stop ends the server; issued certificates stay valid without it.
func (s *Server) Stop() {
	if s.command == nil {
		return
	}
	_ = s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(5 * time.Second):
		_ = s.command.Process.Kill()
		<-s.exited
	}
	s.command = nil
}
