package formats_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

// sharedDir finds the collection of public messages and schemas next to the repository, or skips the test.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("CATS_SHARED")
	if dir == "" {
		root, err := os.Getwd()
		require.NoError(t, err)
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			require.NotEqual(t, root, filepath.Dir(root), "no go.mod above the package")
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared")
	}
	ncts := filepath.Join(dir, "data", "ncts")
	if _, err := os.Stat(ncts); err != nil {
		t.Skipf("the public NCTS messages are not at %s (set CATS_SHARED)", ncts)
	}
	return ncts
}

// schemaVerdict asks xmllint whether the message is valid by the P5 schema; without xmllint the test is skipped.
func schemaVerdict(t testing.TB, message []byte) (valid bool, reason string) {
	t.Helper()
	xsd := filepath.Join(sharedDir(t), "xsd-p5-v2_1", "cc015c.xsd")
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed (package libxml2-utils)")
	}
	file := filepath.Join(t.TempDir(), "message.xml")
	require.NoError(t, os.WriteFile(file, message, 0o600))
	output, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--schema", xsd, file).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return err == nil, string(output)
}

func requireSchemaValid(t testing.TB, message []byte) {
	t.Helper()
	valid, reason := schemaVerdict(t, message)
	require.True(t, valid, reason)
}

func violationsOf(err error) []transit.Violation {
	var fault *transit.Fault
	if errors.As(err, &fault) {
		return fault.Violations
	}
	return nil
}
