package material

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/network/topology"
)

// caServer finds a built fabric-ca-server: on PATH or in the checkout's own folder.
func caServer(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("fabric-ca-server"); err == nil {
		return path
	}
	home := os.Getenv("CATS_HOME")
	if home == "" {
		home = filepath.Join("..", "..", ".cats")
	}
	path, err := filepath.Abs(filepath.Join(home, "bin", "fabric-ca-server"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no fabric-ca-server has been built: scripts/up builds it")
	}
	return path
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func issuer(t *testing.T, binary string) *Issuer {
	t.Helper()
	loaded, err := topology.Load("../topology.yaml")
	require.NoError(t, err)
	kz, ok := loaded.Organisation("KZ")
	require.True(t, ok)
	kz.Peer.Host = "peer.kz.example"
	return &Issuer{
		Binary: binary, Folder: Net(t.TempDir()).Organisation("KZ"), Member: kz,
		Ports: topology.OrganisationPorts{CA: freePort(t), CAOperations: freePort(t)},
	}
}

func certificate(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	require.NotNil(t, block)
	parsed, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return parsed
}

// attributes reads the extension Fabric CA writes attributes into.
func attributes(t *testing.T, c *x509.Certificate) map[string]string {
	t.Helper()
	for _, extension := range c.Extensions {
		if extension.Id.String() == "1.2.3.4.5.6.7.8.1" {
			var value struct{ Attrs map[string]string }
			require.NoError(t, json.Unmarshal(extension.Value, &value))
			return value.Attrs
		}
	}
	return nil
}

func TestTheRealAuthorityIssuesEverythingAnOrganisationNeeds(t *testing.T) {
	i := issuer(t, caServer(t))
	require.Equal(t, 3+len(i.Member.Identities), i.Missing())
	require.NoError(t, i.Issue(t.Context()))
	require.Zero(t, i.Missing())

	officer := certificate(t, i.Folder.Identity("kz-officer-korday").Certificate())
	require.Equal(t, []string{"client"}, officer.Subject.OrganizationalUnit)
	require.Equal(t, "officer", attributes(t, officer)["role"])
	require.Equal(t, "KZKOR001", attributes(t, officer)["office"])
	trader := attributes(t, certificate(t, i.Folder.Identity("kz-trader-zhetysu").Certificate()))
	require.Equal(t, "trader", trader["role"])
	require.Equal(t, "KZ190840012345", trader["operator"])
	require.Equal(t, "courier", attributes(t, certificate(t, i.Folder.Identity("kz-courier").Certificate()))["role"])

	admin := certificate(t, i.Folder.Identity("kz-admin").Certificate())
	require.Equal(t, []string{"admin"}, admin.Subject.OrganizationalUnit)
	require.Empty(t, attributes(t, admin)["role"])
	peer := certificate(t, i.Folder.Path("peer", "msp", "signcerts", "certificate.pem"))
	require.Equal(t, []string{"peer"}, peer.Subject.OrganizationalUnit)
	require.Equal(t, []string{"orderer"}, certificate(t, i.Folder.Path("public", "orderer", "identity.pem")).Subject.OrganizationalUnit)

	tls := certificate(t, Pair(i.Folder.Path("peer")).TLSCertificate())
	require.NoError(t, tls.VerifyHostname("peer.kz.example"))
	require.NoError(t, tls.VerifyHostname("127.0.0.1"))
	tlsCA := certificate(t, i.Folder.TLSCA())
	enrolmentCA := certificate(t, filepath.Join(i.Folder.PublicMSP(), "cacerts", "ca.pem"))
	require.NoError(t, tls.CheckSignatureFrom(tlsCA))
	require.Error(t, tls.CheckSignatureFrom(enrolmentCA), "the two authorities are separate")
	require.NoError(t, officer.CheckSignatureFrom(enrolmentCA))
	require.Error(t, officer.CheckSignatureFrom(tlsCA))

	t.Run("only the owner can read keys", func(t *testing.T) {
		require.NoError(t, filepath.WalkDir(string(i.Folder), func(path string, entry fs.DirEntry, err error) error {
			require.NoError(t, err)
			info, err := entry.Info()
			require.NoError(t, err)
			if path == i.Folder.Path("ca") {
				require.Zero(t, info.Mode().Perm()&0o077, "what the CA itself writes is shut away in its folder")
				return fs.SkipDir
			}
			require.Zero(t, info.Mode().Perm()&0o077, path)
			return nil
		}))
	})
	t.Run("nothing is issued twice", func(t *testing.T) {
		i.Binary = "/no/such/program"
		require.NoError(t, i.Issue(t.Context()))
	})
	t.Run("a further identity is issued later, and again with another office", func(t *testing.T) {
		i.Binary = caServer(t)
		further := topology.Identity{Name: "kz-officer-dostyk", Role: topology.Officer, Office: "KZDOS001"}
		require.NoError(t, i.IssueIdentity(t.Context(), further))
		further.Office = "KZALA001"
		require.NoError(t, i.IssueIdentity(t.Context(), further))
		moved := attributes(t, certificate(t, i.Folder.Identity("kz-officer-dostyk").Certificate()))
		require.Equal(t, "KZALA001", moved["office"])
	})
	t.Run("an identity whose particulars changed in the topology is issued anew", func(t *testing.T) {
		i.Member.Identities[4].Operator = "KZ999"
		require.Equal(t, 1, i.Missing())
		require.NoError(t, i.Issue(t.Context()))
		require.Equal(t, "KZ999", attributes(t, certificate(t, i.Folder.Identity("kz-trader-zhetysu").Certificate()))["operator"])
	})
}

func TestAnAuthorityThatDoesNotStartIsReported(t *testing.T) {
	program, err := exec.LookPath("false")
	require.NoError(t, err)
	i := issuer(t, program)
	require.ErrorContains(t, i.Issue(t.Context()), "ca of KZ stopped while starting")
}

func TestWriteFileLeavesNoHalfWrittenFile(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "new", "file")
	require.NoError(t, WriteFile(file, []byte("first")))
	require.NoError(t, WriteFile(file, []byte("second")))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "second", string(text))
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}
