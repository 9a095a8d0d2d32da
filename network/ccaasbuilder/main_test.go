package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// peerFolders are the folders a peer hands to its builder.
type peerFolders struct{ source, metadata, built, released string }

func folders(t *testing.T, metadata string) peerFolders {
	t.Helper()
	f := peerFolders{t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()}
	write(t, filepath.Join(f.source, "connection.json"), `{"dial_timeout":"7s"}`)
	write(t, filepath.Join(f.metadata, "metadata.json"), metadata)
	return f
}

func write(t *testing.T, file, text string) string {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// peerConfig writes what the peer's organisation knows of its chaincode processes and returns the builder's variable.
func peerConfig(t *testing.T, change func(map[string]map[string]string)) string {
	t.Helper()
	folder := t.TempDir()
	places := map[string]map[string]string{"cats_1": {
		"address":          "127.0.0.1:17010",
		"root_cert_file":   write(t, filepath.Join(folder, "ca"), "ROOT"),
		"client_cert_file": write(t, filepath.Join(folder, "cert"), "CERT"),
		"client_key_file":  write(t, filepath.Join(folder, "key"), "KEY"),
	}}
	if change != nil {
		change(places)
	}
	text, err := json.Marshal(places)
	require.NoError(t, err)
	config, err := json.Marshal(map[string]string{"connections": write(t, filepath.Join(folder, "connections.json"), string(text))})
	require.NoError(t, err)
	return string(config)
}

func TestThreeStepsMakeAMutualTLSConnection(t *testing.T) {
	f, config := folders(t, `{"type":"ccaas","label":"cats_1"}`), peerConfig(t, nil)
	require.NoError(t, run("detect", []string{f.source, f.metadata}, config))
	require.NoError(t, run("build", []string{f.source, f.metadata, f.built}, config))
	require.NoError(t, run("release", []string{f.built, f.released}, config))
	file := filepath.Join(f.released, "chaincode", "server", "connection.json")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.JSONEq(t, `{
		"address": "127.0.0.1:17010", "dial_timeout": "7s", "tls_required": true, "client_auth_required": true,
		"root_cert": "ROOT", "client_cert": "CERT", "client_key": "KEY"
	}`, string(text))
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "the file holds a key")
}

func TestOtherPackagesAreLeftToOtherBuilders(t *testing.T) {
	for name, metadata := range map[string]string{
		"another type": `{"type":"golang","label":"x"}`, "no metadata": `{}`, "garbled": `{`,
	} {
		t.Run(name, func(t *testing.T) {
			f := folders(t, metadata)
			require.Error(t, run("detect", []string{f.source, f.metadata}, ""))
		})
	}
}

func TestReleaseRefusesWhatWouldNotBeMutualTLS(t *testing.T) {
	for _, c := range []struct {
		name   string
		config func(t *testing.T) string
		want   string
	}{
		{"no configuration", func(*testing.T) string { return "" }, "is not set"},
		{"an unknown setting", func(*testing.T) string { return `{"places":"x"}` }, "unknown field"},
		{"a label nobody knows", func(t *testing.T) string {
			t.Helper()
			return peerConfig(t, func(p map[string]map[string]string) { delete(p, "cats_1") })
		}, `no connection for the label "cats_1"`},
		{"no address", func(t *testing.T) string {
			t.Helper()
			return peerConfig(t, func(p map[string]map[string]string) { p["cats_1"]["address"] = "" })
		}, "no address"},
		{"no client key", func(t *testing.T) string {
			t.Helper()
			return peerConfig(t, func(p map[string]map[string]string) { p["cats_1"]["client_key_file"] = "/nowhere" })
		}, "mutual TLS"},
		{"a switch for TLS", func(t *testing.T) string {
			t.Helper()
			return peerConfig(t, func(p map[string]map[string]string) { p["cats_1"]["tls_required"] = "false" })
		}, "unknown field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := folders(t, `{"type":"ccaas","label":"cats_1"}`)
			require.NoError(t, build(f.source, f.metadata, f.built))
			err := run("release", []string{f.built, f.released}, c.config(t))
			require.ErrorContains(t, err, c.want)
			require.NoFileExists(t, filepath.Join(f.released, "chaincode", "server", "connection.json"))
		})
	}
}

func TestTheProgramGoesByItsNameAndCountsItsArguments(t *testing.T) {
	require.ErrorContains(t, run("run", nil, ""), "want detect, build or release")
	require.ErrorContains(t, run("detect", []string{"one"}, ""), "want 2")
}
