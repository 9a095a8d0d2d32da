package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTermsInUBL(t *testing.T) {
	s := newSession(t)
	const terms = `{"grn":"26KZCGM0000000015","type":"1","guarantor":"CGMMSP","holder":"CN916501007TSL1","percentage":50,
		"referenceAmount":{"minor":25000000,"currency":"USD"},"validFrom":"2026-11-01","validUntil":"2027-10-31","balances":32,
		"excludedCountries":["TJ"]}`
	file := s.file("terms.json", terms)
	r := s.run("guarantee", "convert", file)
	require.Zero(t, r.code, r.err)
	golden(t, "guarantee-convert", r.out)
	certificate := s.file("certificate.xml", r.out)
	requireOASIS(t, "GuaranteeCertificate", certificate)
	back := s.run("guarantee", "convert", certificate)
	require.Zero(t, back.code, back.err)
	require.Empty(t, back.err)
	require.JSONEq(t, terms, back.out)
	require.Equal(t, r.out, s.run("guarantee", "convert", certificate, "--to", "ubl").out)

	r = s.run("guarantee", "register", certificate, "--code", "TS17", "--holder", "CN91650100MA77XYZ", "--as", "cgm-clerk")
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "CN91650100MA77XYZ", "a flag replaces a term of the certificate")

	shown := s.run("guarantee", "show", "26KZCGM0000000015", "--ubl")
	require.Zero(t, shown.code, shown.err)
	requireOASIS(t, "GuaranteeCertificate", s.file("shown.xml", shown.out))

	require.Equal(t, exitUsage, s.run("guarantee", "convert", certificate, "--to", "xml").code)
	bad := s.file("bad.json", `{"holder": 7}`)
	r = s.run("guarantee", "convert", bad)
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, bad)
	r = s.run("guarantee", "register", certificate, "--as", "cgm-clerk")
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "access code")
	require.Equal(t, exitInvalid, s.run("guarantee", "convert", s.file("half.json", `{"grn": "26KZCGM0000000015"}`)).code)
	require.Equal(t, exitInvalid, s.run("guarantee", "convert", s.file("other.xml", `<Invoice/>`)).code)
}

// requireOASIS lets the schema of OASIS judge a file, where it and the program are there.
func requireOASIS(t *testing.T, kind, file string) {
	t.Helper()
	xsd := filepath.Join("..", "..", "..", "..", "shared", "data", "ubl-2.4", "xsd", "maindoc", "UBL-"+kind+"-2.4.xsd")
	if _, err := os.Stat(xsd); err != nil {
		t.Log("not judged by the schema: it is not beside the repository")
		return
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Log("not judged by the schema: xmllint is not installed (package libxml2-utils)")
		return
	}
	out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema", xsd, file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
