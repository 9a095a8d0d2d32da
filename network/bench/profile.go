package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"carec.example/cats/network/topology"
)

// Profile is where processor time has gone.
type Profile struct {
	Process string   `json:"process"`
	File    string   `json:"file"`
	Top     []string `json:"top"`
}

// profiler takes the processes' profiles while something runs.
type profiler struct {
	folder   string
	running  sync.WaitGroup
	mu       sync.Mutex
	profiles []Profile
}

// start begins to profile every process that serves profiles, for a time or until the context ends.
func (p *profiler) start(ctx context.Context, ports map[string]int, duration time.Duration, log func(string, ...any)) {
	for name, port := range ports {
		p.running.Go(func() {
			if err := p.take(ctx, name, port, duration); err != nil && ctx.Err() == nil {
				log("profile of %s: %v", name, err)
			}
		})
	}
}

func (p *profiler) take(ctx context.Context, name string, port int, duration time.Duration) error {
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", topology.Address(topology.Loopback, port), int(duration.Seconds()))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		// Nodes serve profiles only when asked to.
		return nil
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return err
	}
	file := filepath.Join(p.folder, name+".pprof")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return err
	}
	top, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-cum", "-nodecount=60", file).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profiles = append(p.profiles, Profile{
		Process: name, File: filepath.Base(file), Top: strings.Split(strings.TrimSpace(string(top)), "\n"),
	})
	return nil
}

// wait returns the profiles, sorted by process.
func (p *profiler) wait() []Profile {
	p.running.Wait()
	slices.SortFunc(p.profiles, func(a, b Profile) int { return strings.Compare(a.Process, b.Process) })
	return p.profiles
}
