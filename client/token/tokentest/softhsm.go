// Package tokentest makes tokens for tests, in the software device SoftHSM (Debian: softhsm2).
package tokentest

import (
	"crypto/elliptic"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ThalesGroup/crypto11"
	"github.com/stretchr/testify/require"

	"carec.example/cats/client/token"
)

// Label and PIN of the tokens.
const (
	Label = "CATS test"
	PIN   = "483921"
)

// Card is a token with key pairs on P-256.
type Card struct {
	Module string
	pin    string
}

// New makes a token with a key pair of each of the names. The test is skipped where SoftHSM is not installed. It sets
// SOFTHSM2_CONF for the test, so that the token is where nobody else looks.
func New(t *testing.T, names ...string) *Card {
	t.Helper()
	util, err := exec.LookPath("softhsm2-util")
	module := ""
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"} {
		if _, missing := os.Stat(path); missing == nil {
			module = path
			break
		}
	}
	if err != nil || module == "" {
		t.Skip("SoftHSM is not installed (Debian: softhsm2)")
	}
	folder := t.TempDir()
	tokens, config := filepath.Join(folder, "tokens"), filepath.Join(folder, "softhsm2.conf")
	require.NoError(t, os.Mkdir(tokens, 0o700))
	require.NoError(t, os.WriteFile(config, []byte("directories.tokendir = "+tokens+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600))
	t.Setenv("SOFTHSM2_CONF", config)
	out, err := exec.CommandContext(t.Context(), util, "--init-token", "--free", "--label", Label, "--pin", PIN, "--so-pin", PIN).CombinedOutput()
	require.NoError(t, err, string(out))
	card := &Card{Module: module, pin: filepath.Join(folder, "pin")}
	require.NoError(t, os.WriteFile(card.pin, []byte(PIN+"\n"), 0o600))
	card.make(t, names)
	return card
}

func (c *Card) make(t *testing.T, names []string) {
	t.Helper()
	device, err := crypto11.Configure(&crypto11.Config{Path: c.Module, TokenLabel: Label, Pin: PIN})
	require.NoError(t, err)
	for i, name := range names {
		_, err := device.GenerateECDSAKeyPairWithLabel([]byte{byte(i + 1)}, []byte(name), elliptic.P256())
		require.NoError(t, err)
	}
	require.NoError(t, device.Close())
}

// Import puts the key in a PEM file (PKCS#8) on the token.
func (c *Card) Import(t *testing.T, name, file string) {
	t.Helper()
	importing := exec.CommandContext(t.Context(), "softhsm2-util", "--import", file, "--token", Label, "--label", name, "--id", "F0", "--pin", PIN)
	out, err := importing.CombinedOutput()
	require.NoError(t, err, string(out))
}

// URI names the key pair.
func (c *Card) URI(name string) string {
	return c.WithoutPIN(name) + "&pin-source=file:" + url.PathEscape(c.pin)
}

// WithoutPIN names the key pair and leaves the PIN to be asked for.
func (c *Card) WithoutPIN(name string) string {
	return token.Scheme + "token=" + url.PathEscape(Label) + ";object=" + url.PathEscape(name) + "?module-path=" + url.PathEscape(c.Module)
}
