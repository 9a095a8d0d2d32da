package supervisor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// quick are options under which everything happens in fractions of a second.
func quick(t *testing.T) Options {
	t.Helper()
	return Options{
		PIDs: t.TempDir(), FirstDelay: 20 * time.Millisecond, LastDelay: 80 * time.Millisecond,
		Healthy: 500 * time.Millisecond, Grace: 500 * time.Millisecond, Every: -1,
	}
}

func start(t *testing.T, options Options) *Supervisor {
	t.Helper()
	s, err := New(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// shell is a process that runs a script.
func shell(t *testing.T, name, script string) Spec {
	t.Helper()
	folder := t.TempDir()
	return Spec{
		Name: name, Path: "/bin/sh", Arguments: []string{"-c", script}, Folder: folder, Log: filepath.Join(folder, "log", "out.log"),
	}
}

const forever = "while :; do sleep 0.05; done"

func statusOf(t *testing.T, c Control, name string) Status {
	t.Helper()
	statuses, err := c.Status(t.Context())
	require.NoError(t, err)
	for _, s := range statuses {
		if s.Name == name {
			return s
		}
	}
	return Status{}
}

func awaitStatus(t *testing.T, c Control, name string, holds func(Status) bool) Status {
	t.Helper()
	var s Status
	require.Eventually(t, func() bool {
		s = statusOf(t, c, name)
		return holds(s)
	}, 20*time.Second, 5*time.Millisecond, "%s: %+v", name, s)
	return s
}

func alive(pid int) bool { return startTime(pid) != "" }

func TestAProcessThatDiesIsStartedAgain(t *testing.T) {
	s := start(t, quick(t))
	require.NoError(t, s.Apply(t.Context(), []Spec{shell(t, "a", forever)}))
	first := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
	require.NotZero(t, first.Memory)
	require.NoError(t, s.Signal(t.Context(), "a", syscall.SIGKILL))
	second := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running && s.PID != first.PID })
	require.Equal(t, 1, second.Restarts)
	require.Equal(t, "signal: killed", second.LastExit)
}

func TestAProcessThatKeepsDyingIsStartedEverLater(t *testing.T) {
	options := quick(t)
	options.FirstDelay, options.LastDelay = 50*time.Millisecond, 10*time.Second
	s := start(t, options)
	spec := shell(t, "a", "date +%s%N; exit 3")
	require.NoError(t, s.Apply(t.Context(), []Spec{spec}))
	awaitStatus(t, s, "a", func(s Status) bool { return s.Restarts >= 4 })
	require.Equal(t, "exit status 3", statusOf(t, s, "a").LastExit)
	var lines []string
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(spec.Log)
		lines = strings.Fields(string(text))
		return err == nil && len(lines) >= 5
	}, 10*time.Second, 10*time.Millisecond)
	var times []int64
	for _, line := range lines {
		var at int64
		_, err := fmt.Sscan(line, &at)
		require.NoError(t, err)
		times = append(times, at)
	}
	// 50, 100, 200, 400 ms between starts; a busy machine only adds to them.
	for i := range 4 {
		least := int64(50*time.Millisecond) << i
		require.GreaterOrEqual(t, times[i+1]-times[i], least, "pause %d", i)
	}
}

func TestTheBackOffStartsOverOnceAProcessWasWell(t *testing.T) {
	options := quick(t)
	options.FirstDelay, options.LastDelay, options.Healthy = 10*time.Millisecond, time.Hour, 100*time.Millisecond
	s := start(t, options)
	// Without starting over, the doubling would make the eighth start wait for more than a second.
	require.NoError(t, s.Apply(t.Context(), []Spec{shell(t, "a", "sleep 0.2")}))
	began := time.Now()
	awaitStatus(t, s, "a", func(s Status) bool { return s.Restarts >= 8 })
	require.Less(t, time.Since(began), 15*time.Second)
}

func TestAProgramThatIsNotThereIsReportedAndTriedAgain(t *testing.T) {
	s := start(t, quick(t))
	spec := shell(t, "a", "")
	spec.Path = filepath.Join(t.TempDir(), "absent")
	require.NoError(t, s.Apply(t.Context(), []Spec{spec}))
	status := awaitStatus(t, s, "a", func(s Status) bool { return s.LastExit != "" })
	require.Equal(t, Waiting, status.State)
	require.Contains(t, status.LastExit, "no such file")
}

func TestAWantedRestartDoesNotWait(t *testing.T) {
	options := quick(t)
	options.FirstDelay = time.Hour
	s := start(t, options)
	require.NoError(t, s.Apply(t.Context(), []Spec{shell(t, "a", forever)}))
	first := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
	require.NoError(t, s.Restart(t.Context(), "a"))
	second := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running && s.PID != first.PID })
	require.Contains(t, second.LastExit, "restart asked for")
	require.NoError(t, s.Signal(t.Context(), "a", syscall.SIGKILL))
	awaitStatus(t, s, "a", func(s Status) bool { return s.State == Waiting })
	require.NoError(t, s.Restart(t.Context(), "a"), "a restart cuts a back-off short")
	awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
}

func TestAHeldProcessStaysDownUntilItIsRestarted(t *testing.T) {
	s := start(t, quick(t))
	require.NoError(t, s.Apply(t.Context(), []Spec{shell(t, "a", forever)}))
	first := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
	require.NoError(t, s.Hold(t.Context(), "a"))
	require.False(t, alive(first.PID))
	time.Sleep(200 * time.Millisecond)
	require.Equal(t, Stopped, statusOf(t, s, "a").State)
	require.NoError(t, s.Restart(t.Context(), "a"))
	awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
}

func TestAProcessThatIgnoresTheRequestToEndIsKilled(t *testing.T) {
	s := start(t, quick(t))
	require.NoError(t, s.Apply(t.Context(), []Spec{shell(t, "a", "trap '' TERM; echo ready; "+forever)}))
	first := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
	time.Sleep(200 * time.Millisecond)
	require.NoError(t, s.Apply(t.Context(), nil))
	require.False(t, alive(first.PID))
}

func TestAFrozenProcessIsKilledToo(t *testing.T) {
	s := start(t, quick(t))
	require.NoError(t, s.Apply(t.Context(), []Spec{shell(t, "a", forever)}))
	first := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
	require.NoError(t, s.Signal(t.Context(), "a", syscall.SIGSTOP))
	require.NoError(t, s.Restart(t.Context(), "a"))
	require.False(t, alive(first.PID))
}

func TestApplyStartsWhatIsNewEndsWhatIsGoneAndLeavesTheRest(t *testing.T) {
	s := start(t, quick(t))
	a, b, c := shell(t, "a", forever), shell(t, "b", forever), shell(t, "c", forever)
	require.NoError(t, s.Apply(t.Context(), []Spec{a, b}))
	beforeA := awaitStatus(t, s, "a", func(s Status) bool { return s.State == Running })
	beforeB := awaitStatus(t, s, "b", func(s Status) bool { return s.State == Running })
	b.Digest = "another configuration"
	require.NoError(t, s.Apply(t.Context(), []Spec{a, b, c}))
	awaitStatus(t, s, "c", func(s Status) bool { return s.State == Running })
	afterB := awaitStatus(t, s, "b", func(s Status) bool { return s.State == Running })
	require.Equal(t, beforeA.PID, statusOf(t, s, "a").PID)
	require.NotEqual(t, beforeB.PID, afterB.PID)
	require.NoError(t, s.Apply(t.Context(), []Spec{c}))
	require.False(t, alive(beforeA.PID))
	require.False(t, alive(afterB.PID))
	require.Error(t, s.Apply(t.Context(), []Spec{c, c}), "two processes of one name")
	require.Error(t, s.Restart(t.Context(), "nobody"))
}

func TestStopEndsTheHighestTierFirst(t *testing.T) {
	s, err := New(quick(t))
	require.NoError(t, err)
	order := filepath.Join(t.TempDir(), "order")
	low, high := "echo low >> "+order, "sleep 0.2; echo high >> "+order
	a := shell(t, "a", "trap '"+low+"; exit' TERM; echo ready; "+forever)
	b := shell(t, "b", "trap '"+high+"; exit' TERM; echo ready; "+forever)
	b.Tier = 1
	require.NoError(t, s.Apply(t.Context(), []Spec{a, b}))
	for _, spec := range []Spec{a, b} {
		require.Eventually(t, func() bool {
			text, err := os.ReadFile(spec.Log)
			return err == nil && strings.Contains(string(text), "ready")
		}, 10*time.Second, 10*time.Millisecond)
	}
	require.NoError(t, s.Stop(t.Context()))
	text, err := os.ReadFile(order)
	require.NoError(t, err)
	require.Equal(t, "high\nlow\n", string(text))
	require.ErrorIs(t, s.Apply(t.Context(), nil), ErrStopped)
	require.NoError(t, s.Stop(t.Context()), "a second stop finds nothing to do")
	left, err := filepath.Glob(filepath.Join(s.options.PIDs, "*.pid"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestANewSupervisorEndsWhatAKilledOneLeft(t *testing.T) {
	options := quick(t)
	orphan := exec.CommandContext(t.Context(), "/bin/sh", "-c", "trap '' TERM; "+forever)
	require.NoError(t, orphan.Start())
	reaped := make(chan struct{})
	go func() { _ = orphan.Wait(); close(reaped) }()
	require.NoError(t, writePID(options.PIDs, "orphan", orphan.Process.Pid))
	start(t, options)
	select {
	case <-reaped:
	case <-time.After(10 * time.Second):
		require.Fail(t, "the orphan lives on")
	}
}

func TestAStrangerThatGotTheNumberOfADeadProcessIsLeftAlone(t *testing.T) {
	options := quick(t)
	stranger := exec.CommandContext(t.Context(), "sleep", "60")
	require.NoError(t, stranger.Start())
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	for name, f := range map[string]pidFile{
		"other-start": {PID: stranger.Process.Pid, Start: "1", Boot: bootID()},
		"other-boot":  {PID: stranger.Process.Pid, Start: startTime(stranger.Process.Pid), Boot: "before the reboot"},
	} {
		text, err := json.Marshal(f)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(pidPath(options.PIDs, name), text, 0o600))
	}
	require.NoError(t, os.WriteFile(pidPath(options.PIDs, "garbled"), []byte("{"), 0o600))
	start(t, options)
	require.True(t, alive(stranger.Process.Pid))
}

func TestChildrenGoWhenTheirSupervisorIsKilled(t *testing.T) {
	if folder := os.Getenv("SUPERVISOR_TEST_FOLDER"); folder != "" {
		superviseOneAndWait(folder)
		return
	}
	folder := t.TempDir()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	command.Env = append(os.Environ(), "SUPERVISOR_TEST_FOLDER="+folder)
	require.NoError(t, command.Start())
	var f pidFile
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(pidPath(folder, "child"))
		return err == nil && json.Unmarshal(text, &f) == nil && f.alive()
	}, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, command.Process.Kill())
	_ = command.Wait()
	require.Eventually(t, func() bool { return !f.alive() }, 10*time.Second, 10*time.Millisecond)
}

// superviseOneAndWait is the other process of the test above.
func superviseOneAndWait(folder string) {
	s, err := New(Options{PIDs: folder, Every: -1})
	if err != nil {
		os.Exit(1)
	}
	child := Spec{Name: "child", Path: "/bin/sleep", Arguments: []string{"60"}, Folder: folder, Log: filepath.Join(folder, "log")}
	if s.Apply(context.Background(), []Spec{child}) != nil {
		os.Exit(1)
	}
	time.Sleep(time.Minute)
}

func TestAProcessThatStandsStillBehindTheOthersIsRestarted(t *testing.T) {
	options := quick(t)
	options.Every, options.Patience = 20*time.Millisecond, 200*time.Millisecond
	options.Probe = func(_ context.Context, spec Spec) (Reading, error) {
		if spec.Name == "hangs" {
			return Reading{Height: 5}, nil
		}
		return Reading{Height: 9, Leader: 2}, nil
	}
	s := start(t, options)
	var specs []Spec
	for _, name := range []string{"hangs", "fine"} {
		spec := shell(t, name, forever)
		spec.Metrics = "http://unused"
		specs = append(specs, spec)
	}
	require.NoError(t, s.Apply(t.Context(), specs))
	hung := awaitStatus(t, s, "hangs", func(s Status) bool { return s.Restarts > 0 })
	require.Contains(t, hung.LastExit, "stood at height 5")
	fine := statusOf(t, s, "fine")
	require.Zero(t, fine.Restarts)
	require.EqualValues(t, 9, fine.Height)
	require.Equal(t, 2, fine.Leader)
}

func TestTheSocketCarriesEverythingWhateverTheDepthOfItsFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	require.NoError(t, os.MkdirAll(folder, 0o700))
	path := filepath.Join(folder, "control.sock")
	_, err := Dial(t.Context(), path)
	require.ErrorIs(t, err, ErrNotRunning)
	s, err := New(quick(t))
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- Serve(s, path) }()
	var remote *Remote
	require.Eventually(t, func() bool {
		remote, err = Dial(t.Context(), path)
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)

	require.NoError(t, remote.Apply(t.Context(), []Spec{shell(t, "a", forever)}))
	first := awaitStatus(t, remote, "a", func(s Status) bool { return s.State == Running })
	require.NoError(t, remote.Restart(t.Context(), "a"))
	second := awaitStatus(t, remote, "a", func(s Status) bool { return s.State == Running && s.PID != first.PID })
	require.NoError(t, remote.Signal(t.Context(), "a", syscall.SIGKILL))
	awaitStatus(t, remote, "a", func(s Status) bool { return s.State == Running && s.PID != second.PID })
	require.NoError(t, remote.Hold(t.Context(), "a"))
	require.Equal(t, Stopped, statusOf(t, remote, "a").State)
	require.ErrorContains(t, remote.Restart(t.Context(), "nobody"), `no process named "nobody"`)
	require.NoError(t, remote.Stop(t.Context()))
	require.NoError(t, <-served)
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTheProbeReadsHeightAndLeaderOfItsChannelOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "# HELP ledger_blockchain_height Height of the chain in blocks.\n"+
			`ledger_blockchain_height{channel="other"} 99`+"\n"+
			`ledger_blockchain_height{channel="transit"} 1.234567e+06`+"\n"+
			`consensus_smartbft_view_leader_id{channel="transit"} 3`+"\n")
	}))
	defer server.Close()
	r, err := MetricsProbe("transit")(t.Context(), Spec{Metrics: server.URL})
	require.NoError(t, err)
	require.Equal(t, Reading{Height: 1234567, Leader: 3}, r)
	server.Close()
	_, err = MetricsProbe("transit")(t.Context(), Spec{Metrics: server.URL})
	require.Error(t, err)
	require.NotErrorIs(t, err, context.Canceled)
}
