package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pidFile recognises a process beyond its number: numbers are reused, a number with its start time since boot is not.
type pidFile struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
	Boot  string `json:"boot"`
}

func pidPath(folder, name string) string { return filepath.Join(folder, name+".pid") }

func writePID(folder, name string, pid int) error {
	text, err := json.Marshal(pidFile{PID: pid, Start: startTime(pid), Boot: bootID()})
	if err != nil {
		return err
	}
	return os.WriteFile(pidPath(folder, name), text, 0o600)
}

func removePID(folder, name string) { _ = os.Remove(pidPath(folder, name)) }

func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// startTime is the start of a process in clock ticks since boot, empty if there is no such process or it is only
// waiting to be reaped.
func startTime(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The second field, the program's name in parentheses, may itself hold blanks and parentheses.
	_, rest, ok := strings.Cut(string(text), ") ")
	if last := strings.LastIndex(string(text), ") "); last >= 0 {
		rest, ok = string(text)[last+2:], true
	}
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return fields[19]
}

func (f pidFile) alive() bool {
	return f.Boot == bootID() && f.Start != "" && startTime(f.PID) == f.Start
}

// residentMemory is the resident set of a process in bytes.
func residentMemory(pid int) uint64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// endOrphans ends the processes a supervisor left behind, and only those.
func endOrphans(options Options) error {
	files, err := filepath.Glob(filepath.Join(options.PIDs, "*.pid"))
	if err != nil {
		return fmt.Errorf("supervisor: %w", err)
	}
	var left []pidFile
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("supervisor: %w", err)
		}
		var f pidFile
		if json.Unmarshal(text, &f) == nil && f.alive() {
			options.Log.Warn("orphan", "file", filepath.Base(file), "pid", f.PID)
			left = append(left, f)
		}
	}
	if err := endOutsiders(left, options.Grace); err != nil {
		return err
	}
	for _, file := range files {
		_ = os.Remove(file)
	}
	return nil
}

// endOutsiders ends processes that are not children: they cannot be waited for, only looked at.
func endOutsiders(left []pidFile, grace time.Duration) error {
	for _, round := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, 5 * time.Second}} {
		for _, f := range left {
			if f.alive() {
				_ = syscall.Kill(f.PID, round.signal)
			}
		}
		left = awaitEnd(left, round.wait)
	}
	if len(left) > 0 {
		return errors.New("supervisor: processes of an earlier run do not end")
	}
	return nil
}

func awaitEnd(left []pidFile, wait time.Duration) []pidFile {
	for deadline := time.Now().Add(wait); ; time.Sleep(20 * time.Millisecond) {
		var still []pidFile
		for _, f := range left {
			if f.alive() {
				still = append(still, f)
			}
		}
		if len(still) == 0 || time.Now().After(deadline) {
			return still
		}
		left = still
	}
}
