package supervisor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// socketPath makes a path short enough for a socket's address, which has room for 107 bytes only, whatever the depth of
// the folder: the open folder is addressed through its descriptor. The returned function closes the descriptor.
func socketPath(path string) (string, func(), error) {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	short := fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), filepath.Base(path))
	return short, func() { folder.Close() }, nil
}

// Serve answers on a socket until the supervisor is stopped. Only the owner of the folder can reach it.
func Serve(s *Supervisor, path string) error {
	short, release, err := socketPath(path)
	if err != nil {
		return fmt.Errorf("supervisor: socket: %w", err)
	}
	defer release()
	_ = os.Remove(path)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "unix", short)
	if err != nil {
		return fmt.Errorf("supervisor: socket: %w", err)
	}
	defer os.Remove(path)
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("supervisor: socket: %w", err)
	}
	server := &http.Server{Handler: handler(s), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-s.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(ctx)
}

func handler(s *Supervisor) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, r *http.Request) {
		statuses, err := s.Status(r.Context())
		answer(w, statuses, err)
	})
	mux.HandleFunc("POST /apply", func(w http.ResponseWriter, r *http.Request) {
		var specs []Spec
		err := json.NewDecoder(r.Body).Decode(&specs)
		if err == nil {
			err = s.Apply(r.Context(), specs)
		}
		answer(w, nil, err)
	})
	mux.HandleFunc("POST /restart/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, nil, s.Restart(r.Context(), r.PathValue("name")))
	})
	mux.HandleFunc("POST /hold/{name}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, nil, s.Hold(r.Context(), r.PathValue("name")))
	})
	mux.HandleFunc("POST /signal/{name}/{signal}", func(w http.ResponseWriter, r *http.Request) {
		var number int
		_, err := fmt.Sscan(r.PathValue("signal"), &number)
		if err == nil {
			err = s.Signal(r.Context(), r.PathValue("name"), syscall.Signal(number))
		}
		answer(w, nil, err)
	})
	mux.HandleFunc("POST /stop", func(w http.ResponseWriter, r *http.Request) {
		answer(w, nil, s.Stop(context.WithoutCancel(r.Context())))
	})
	return mux
}

func answer(w http.ResponseWriter, value any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// Remote drives the supervisor behind a socket.
type Remote struct {
	http *http.Client
}

// ErrNotRunning is returned by [Dial] when no supervisor answers.
var ErrNotRunning = errors.New("the network is not running")

// Dial reaches the supervisor behind a socket.
func Dial(ctx context.Context, path string) (*Remote, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		short, release, err := socketPath(path)
		if err != nil {
			return nil, err
		}
		defer release()
		return new(net.Dialer).DialContext(ctx, "unix", short)
	}
	r := &Remote{http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
	if _, err := r.Status(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotRunning, err)
	}
	return r, nil
}

func (r *Remote) do(ctx context.Context, method, path string, body, result any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://supervisor"+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	response, err := r.http.Do(request)
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(answer)))
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

// Apply implements [Control].
func (r *Remote) Apply(ctx context.Context, specs []Spec) error {
	return r.do(ctx, http.MethodPost, "/apply", specs, nil)
}

// Status implements [Control].
func (r *Remote) Status(ctx context.Context) ([]Status, error) {
	var statuses []Status
	err := r.do(ctx, http.MethodGet, "/status", nil, &statuses)
	return statuses, err
}

// Restart implements [Control].
func (r *Remote) Restart(ctx context.Context, name string) error {
	return r.do(ctx, http.MethodPost, "/restart/"+name, nil, nil)
}

// Hold implements [Control].
func (r *Remote) Hold(ctx context.Context, name string) error {
	return r.do(ctx, http.MethodPost, "/hold/"+name, nil, nil)
}

// Signal implements [Control].
func (r *Remote) Signal(ctx context.Context, name string, signal syscall.Signal) error {
	return r.do(ctx, http.MethodPost, fmt.Sprintf("/signal/%s/%d", name, int(signal)), nil, nil)
}

// Stop implements [Control].
func (r *Remote) Stop(ctx context.Context) error {
	return r.do(ctx, http.MethodPost, "/stop", nil, nil)
}
