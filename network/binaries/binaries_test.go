package binaries

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// script writes a program that prints a text.
func script(t *testing.T, folder, name, prints string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho '"+prints+"'\n"), 0o700))
	return path
}

func peerProgram() program {
	return program{"peer", "unused", []string{"version"}, "Version: " + FabricVersion}
}

func TestAProgramOfTheRightVersionOnPathIsUsed(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(FolderVariable, "")
	t.Setenv("PATH", folder+":/usr/bin:/bin")
	want := script(t, folder, "peer", "peer:\n Version: v3.1.1")
	path, err := ready(t.Context(), peerProgram())
	require.NoError(t, err)
	require.Equal(t, want, path)
}

func TestAProgramOfAnotherVersionOnPathIsPassedOver(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(FolderVariable, "")
	t.Setenv("PATH", folder+":/usr/bin:/bin")
	script(t, folder, "peer", " Version: v2.5.0")
	path, err := ready(t.Context(), peerProgram())
	require.NoError(t, err)
	require.Empty(t, path)
}

func TestAFolderNamedOnPurposeMustHoldTheRightVersion(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(FolderVariable, folder)
	script(t, folder, "peer", " Version: v2.5.0")
	_, err := ready(t.Context(), peerProgram())
	require.ErrorContains(t, err, "v2.5.0")
	want := script(t, folder, "peer", " Version: v3.1.1")
	path, err := ready(t.Context(), peerProgram())
	require.NoError(t, err)
	require.Equal(t, want, path)
}

func TestWhatTheStampCoversIsNotBuiltAgain(t *testing.T) {
	t.Setenv(FolderVariable, "")
	root, folder := t.TempDir(), t.TempDir()
	mod := module{folder: "tools", flags: "", programs: []program{{"cats-test-tool", "example.test/tools/cats-test-tool", []string{"version"}, "never"}}}
	require.NoError(t, os.MkdirAll(filepath.Join(root, "tools", "cats-test-tool"), 0o700))
	for file, text := range map[string]string{
		"tools/go.mod": "module example.test/tools\n\ngo 1.26.0\n", "tools/go.sum": "",
		"tools/cats-test-tool/main.go": "package main\n\nfunc main() {}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(text), 0o600))
	}
	builds := 0
	m := Maker{Root: root, Folder: folder, Step: func(string) { builds++ }}
	paths := map[string]string{}
	require.NoError(t, m.module(t.Context(), mod, paths))
	require.FileExists(t, paths["cats-test-tool"])
	require.NoError(t, m.module(t.Context(), mod, paths))
	require.Equal(t, 1, builds)
	mod.flags = "-X main.version=2"
	require.NoError(t, m.module(t.Context(), mod, paths), "other flags are another program")
	require.Equal(t, 2, builds)
	require.NoError(t, os.Remove(paths["cats-test-tool"]))
	require.NoError(t, m.module(t.Context(), mod, paths))
	require.Equal(t, 3, builds)
}

func TestTheVersionsAreThoseOfThePinnedModules(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"../fabric/go.mod", "github.com/hyperledger/fabric v1.4.0-rc1.0.20250510200036-435a7f1a780a"},
		{"../fabricca/go.mod", "github.com/hyperledger/fabric-ca v" + CAVersion},
	} {
		text, err := os.ReadFile(c.file)
		require.NoError(t, err)
		require.Contains(t, string(text), c.want)
	}
}
