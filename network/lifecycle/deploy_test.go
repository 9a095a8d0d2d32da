package lifecycle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-admin-sdk/pkg/chaincode"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestEqualProgramsGiveEqualPackages(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	first, id, err := Package("cats_1.0+abababababab", digest)
	require.NoError(t, err)
	again, sameID, err := Package("cats_1.0+abababababab", digest)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, id, sameID)
	require.True(t, strings.HasPrefix(id, "cats_1.0+abababababab:"))
	require.NoError(t, chaincode.ValidateLabel("cats_1.0+abababababab"))
	_, other, err := Package("cats_1.0+abababababab", strings.Repeat("cd", 32))
	require.NoError(t, err)
	require.NotEqual(t, id, other)
}

func TestAPackageNamesItsTypeAndHoldsNoAddressAndNoKey(t *testing.T) {
	content, _, err := Package("cats_1", "d1e5")
	require.NoError(t, err)
	outer := untar(t, content)
	require.JSONEq(t, `{"type":"ccaas","label":"cats_1"}`, outer["metadata.json"])
	inner := untar(t, []byte(outer["code.tar.gz"]))
	require.JSONEq(t, `{"dial_timeout":"10s"}`, inner["connection.json"])
	require.JSONEq(t, `{"sha256":"d1e5"}`, inner["program.json"])
}

func untar(t *testing.T, content []byte) map[string]string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(content))
	require.NoError(t, err)
	files := map[string]string{}
	for tape := tar.NewReader(zip); ; {
		header, err := tape.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		text, err := io.ReadAll(tape)
		require.NoError(t, err)
		files[header.Name] = string(text)
	}
}

func TestOnlyPassingErrorsAreInsistedOn(t *testing.T) {
	require.True(t, passing(status.Error(codes.Unavailable, "connection refused")))
	require.True(t, passing(status.Error(codes.FailedPrecondition, "no combination of peers can be derived")))
	require.True(t, passing(status.Error(codes.Aborted, "ProposalResponsePayloads do not match")))
	require.False(t, passing(status.Error(codes.Aborted, "chaincode response 500, no such approval")))
	require.False(t, passing(status.Error(codes.PermissionDenied, "not an administrator")))
}
