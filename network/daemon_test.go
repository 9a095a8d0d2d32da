package network

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/network/supervisor"
)

func TestADaemonOutlivesItsCommandAndIsReplacedWhenItIsKilled(t *testing.T) {
	if os.Getenv(realNetwork) == "" {
		t.Skip("starts a network of real processes: set " + realNetwork + "=1")
	}
	program := filepath.Join(t.TempDir(), "catsnet")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/catsnet").CombinedOutput()
	require.NoError(t, err, string(output))
	options := Options{
		Home: os.Getenv("CATS_HOME"), Folder: filepath.Join(t.TempDir(), "net"), FreePorts: true,
		WithoutChaincode: true, WithoutApplication: true, Control: Daemon(program),
	}
	n, err := Up(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := Down(context.Background(), options)
		require.NoError(t, err)
	})
	options.FreePorts = false

	attached, err := Attach(t.Context(), options)
	require.NoError(t, err)
	before, err := attached.Status(t.Context())
	require.NoError(t, err)
	require.Len(t, before, 9)

	t.Run("a second daemon over the same folder refuses to start", func(t *testing.T) {
		second := exec.CommandContext(t.Context(), program, "supervise", "--folder", n.Folder(), "--channel", "transit")
		output, err := second.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(output), "a supervisor is running already")
	})
	t.Run("up on the running network leaves its processes alone", func(t *testing.T) {
		again, err := Up(t.Context(), options)
		require.NoError(t, err)
		after, err := again.Status(t.Context())
		require.NoError(t, err)
		require.Equal(t, pids(before), pids(after))
	})
	t.Run("a killed daemon takes its processes along, and the next up goes on with the ledger", func(t *testing.T) {
		text, err := os.ReadFile(n.net.File("supervisor.lock"))
		require.NoError(t, err)
		daemon, err := strconv.Atoi(strings.TrimSpace(string(text)))
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(daemon, syscall.SIGKILL))
		require.Eventually(t, func() bool { return len(leftovers(t, n.Folder())) == 0 }, 20*time.Second, 50*time.Millisecond)
		_, err = Attach(t.Context(), options)
		require.ErrorIs(t, err, supervisor.ErrNotRunning)
		_, err = Up(t.Context(), options)
		require.NoError(t, err)
	})
	t.Run("down leaves nothing running", func(t *testing.T) {
		ran, err := Down(t.Context(), options)
		require.NoError(t, err)
		require.True(t, ran)
		require.Empty(t, leftovers(t, n.Folder()))
	})
}
