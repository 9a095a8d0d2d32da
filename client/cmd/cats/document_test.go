package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
)

const (
	tianshan    = "CN916501007TSL1"
	electronics = "../../formats/examples/cn-kz-kg-electronics.xml"
)

// signerFiles writes a signer's certificate and key and names them in the session's profile.
func (s *session) signerFiles(signer signature.Signer) (certificate, key string) {
	s.t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(signer.Key)
	require.NoError(s.t, err)
	encode := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	certificate, key = s.file("cert.pem", encode("CERTIFICATE", signer.Chain[0].Raw)), s.file("key.pem", encode("PRIVATE KEY", raw))
	path := s.env["CATS_PROFILE"]
	text, err := os.ReadFile(path)
	require.NoError(s.t, err)
	named := strings.Replace(string(text), `"operator":"`+tianshan+`"`, `"operator":"`+tianshan+`","certificate":"cert.pem","key":"key.pem"`, 1)
	require.NotEqual(s.t, string(text), named)
	require.NoError(s.t, os.WriteFile(path, []byte(named), 0o600))
	return certificate, key
}

// proofOf verifies a signature over the example under another LRN.
func proofOf(t *testing.T, ca *testca.Authority, jws, lrn string) (*signature.Proof, error) {
	t.Helper()
	f, err := os.Open(electronics)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	std, err := formats.ReadCC015C(f)
	require.NoError(t, err)
	std.TransitOperation.LRN = lrn
	content, err := transit.SignedContent(std)
	require.NoError(t, err)
	return signature.Verify([]byte(jws), signature.Terms{
		Content: content, Operator: tianshan, Anchors: []signature.Anchor{{Certificate: ca.Certificate}}, At: time.Now(),
	})
}

func TestDocumentSign(t *testing.T) {
	ca := testca.New(t, "authority")

	t.Run("Signs with the key of the identity, and asks no ledger", func(t *testing.T) {
		s := newSession(t)
		s.signerFiles(ca.Signer(t, testca.Attribute(tianshan)))
		r := s.run("document", "sign", electronics, "--lrn", "OTHER-1", "--as", "cn-trader-tianshan")
		require.Zero(t, r.code, r.err)
		require.Empty(t, s.who)
		_, err := proofOf(t, ca, strings.TrimSuffix(r.out, "\n"), "OTHER-1")
		require.NoError(t, err)
		_, err = proofOf(t, ca, strings.TrimSuffix(r.out, "\n"), "OTHER-2")
		require.Error(t, err)
	})

	t.Run("Or with another key, into a file, which is lodged and verified", func(t *testing.T) {
		s := newSession(t)
		certificate, key := s.signerFiles(ca.Signer(t, testca.Attribute(tianshan)))
		delete(s.env, "CATS_AS")
		path := filepath.Join(s.dir, "d.jws")
		r := s.run("document", "sign", electronics, "--key", key, "--certificate", certificate, "-o", path)
		require.Zero(t, r.code, r.err)
		require.Empty(t, r.out)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		jws := strings.TrimSuffix(string(raw), "\n")
		proof, err := proofOf(t, ca, jws, "TSL-2026-000117")
		require.NoError(t, err)

		s.env["CATS_AS"] = "cn-trader-tianshan"
		for _, line := range []string{"movement lodge " + electronics, "movement amend M " + electronics} {
			require.Zero(t, s.run(append(strings.Fields(line), "--signature", path, "--message-id", "X")...).code, line)
			require.Equal(t, 2, s.fake.options)
			require.Zero(t, s.run(strings.Fields(line)...).code, line)
			require.Zero(t, s.fake.options)
		}

		s.fake.proof = proof
		r = s.run("document", "verify", electronics, path)
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.out, "Valid  signed by operator "+tianshan)
		require.Contains(t, r.out, proof.Chain[0].SerialNumber.Text(16))
		require.Regexp(t, `names +`+tianshan, r.out)
		require.Equal(t, []string{"TSL-2026-000117", jws, tianshan, transit.Stamp(proof.At)}, s.fake.verified)
		r = s.run("document", "verify", electronics, path, "--operator", "CN000", "--at", "2027-01-31T10:00:00Z", "--json")
		require.Zero(t, r.code, r.err)
		require.Equal(t, []string{"TSL-2026-000117", jws, "CN000", "2027-01-31T10:00:00Z"}, s.fake.verified)
		var told map[string]any
		require.NoError(t, json.Unmarshal([]byte(r.out), &told))
		require.Equal(t, "ES256", told["algorithm"])
		require.Equal(t, []any{tianshan}, told["certificate"].(map[string]any)["operators"])
	})

	t.Run("Tells why it cannot", func(t *testing.T) {
		s := newSession(t)
		certificate, key := s.signerFiles(ca.Signer(t, testca.Attribute(tianshan)))
		for line, want := range map[string]string{
			"sign " + electronics + " --key " + key:                                   "go together",
			"sign " + electronics + " --as cgm-clerk":                                 "the key of cgm-clerk is elsewhere",
			"sign " + electronics + " --key " + certificate + " --certificate " + key: "couldn't read the key",
			"sign /nowhere.xml": "no such file",
			"sign":              "FILE is missing",
			"verify " + electronics + " " + key + " --at yesterday": "is not a time",
		} {
			r := s.run(append([]string{"document"}, strings.Fields(line)...)...)
			require.Equal(t, exitUsage, r.code, line)
			require.Contains(t, r.err, want, line)
		}
		delete(s.env, "CATS_AS")
		r := s.run("document", "sign", electronics)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "--as")
	})
}

func TestSignaturesThatDoNotHold(t *testing.T) {
	s := newSession(t)
	r := s.run("document", "verify", electronics, s.file("d.jws", "not a signature\n"))
	require.Equal(t, exitInvalid, r.code)
	require.Contains(t, r.err, "malformed")
	ca := testca.New(t, "authority")
	s.signerFiles(ca.Signer(t, testca.Attribute(tianshan)))
	jws := s.file("d.jws", s.run("document", "sign", electronics, "--as", "cn-trader-tianshan").out)
	s.fake.fail = &signature.Error{Reason: signature.Revoked, Text: "the certificate is revoked"}
	r = s.run("document", "verify", electronics, jws)
	require.Equal(t, exitInvalid, r.code)
	require.Contains(t, r.err, "the certificate is revoked")
	require.Empty(t, r.out)
	s.fake.fail = &signature.Error{Reason: signature.Operator, Text: "the certificate is not one of operator CN1"}
	r = s.run("document", "verify", electronics, jws, "--operator", "CN1")
	require.Equal(t, exitInvalid, r.code)
	require.Contains(t, r.err, "not one of operator CN1; it names "+tianshan+", which counts where")
	s.signerFiles(ca.Signer(t))
	jws = s.file("d.jws", s.run("document", "sign", electronics, "--as", "cn-trader-tianshan").out)
	require.Contains(t, s.run("document", "verify", electronics, jws).err, "it names no operator")
}

func TestContentTellsWhoSigned(t *testing.T) {
	ca := testca.New(t, "authority")
	s := newSession(t)
	s.signerFiles(ca.Signer(t, testca.Attribute(tianshan)))
	jws := strings.TrimSpace(s.run("document", "sign", electronics, "--as", "cn-trader-tianshan").out)
	proof, err := proofOf(t, ca, jws, "TSL-2026-000117")
	require.NoError(t, err)
	require.Zero(t, s.run("movement", "lodge", electronics).code)
	for want, d := range map[string]*cats.DocumentSignature{
		"not signed by the declarant":    nil,
		"signed by operator " + tianshan: {JWS: []byte(jws), Proof: proof},
		"does not hold: the certificate is revoked": {
			JWS: []byte(jws), Problem: &signature.Error{Reason: signature.Revoked, Text: "the certificate is revoked"},
		},
	} {
		s.fake.signature = d
		r := s.run("movement", "content", mrn)
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.err, want)
		require.True(t, json.Valid([]byte(r.out)), "the document alone goes to the output")
	}
	s.fake.record.Sections = []transit.SectionDigest{{Name: transit.SectionSignature}}
	require.Contains(t, s.run("movement", "show", mrn).out, "of the declarant, with the content")
	require.Contains(t, s.run("movement", "lodge", electronics).out, "LRN")
}
