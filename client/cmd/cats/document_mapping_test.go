package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

const mappings = "../../formats/national/examples/"

func TestNationalDocuments(t *testing.T) {
	t.Run("A mapping is checked and tested", func(t *testing.T) {
		r := newSession(t).run("document", "mapping", "check", mappings+"eaeu-transit.yaml")
		require.Zero(t, r.code, r.err)
		golden(t, "mapping-check", r.out)
		r = newSession(t).run("document", "mapping", "test", mappings+"eaeu-transit.yaml")
		require.Zero(t, r.code, r.err)
		golden(t, "mapping-test", r.out)
	})
	t.Run("What is missing in a mapping is told by line, with exit code 4", func(t *testing.T) {
		s := newSession(t)
		file := s.file("poor.yaml", `mapping: 1
name: poor
version: "1"
source: {format: json, root: d}
tables:
  unused: {values: {a: b}}
document:
  transitOperation:
    lrn: number
    security: {constant: X1}
  customsOfficeOfDeparture: {referenceNumber: {constant: KZALA001}}
  customsOfficeOfDestinationDeclared: {referenceNumber: office}
`)
		r := s.run("document", "mapping", "check", file)
		require.Equal(t, exitInvalid, r.code)
		golden(t, "mapping-remarks", r.out)
		require.Equal(t, exitUsage, s.run("document", "mapping", "test", file).code, "it has no tests")
	})
	t.Run("A mapping that cannot be read names the line", func(t *testing.T) {
		s := newSession(t)
		file := s.file("wrong.yaml", "mapping: 1\nname: x\nversion: 1\nsource: {format: xml, root: r}\ndocument:\n  consignement: {}\n")
		r := s.run("document", "mapping", "check", file)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, `line 6: unknown element "consignement"`)
	})
	t.Run("A national document becomes a single transit document", func(t *testing.T) {
		r := newSession(t).run("document", "convert", mappings+"asycuda-sad.xml", "--mapping", mappings+"asycuda-sad.yaml")
		require.Zero(t, r.code, r.err)
		_, err := transit.DecodeSTD([]byte(r.out))
		require.NoError(t, err)
		require.Contains(t, r.err, "ignored: /ASYCUDA/Identification/Manifest_reference_number (line 12): the manifest stays")
	})
	t.Run("What is wrong with it is told with its place in the source", func(t *testing.T) {
		r := newSession(t).run("document", "convert", mappings+"eaeu-transit-wrong.xml", "--mapping", mappings+"eaeu-transit.yaml")
		require.Equal(t, exitInvalid, r.code)
		golden(t, "document-convert-wrong", r.err)
	})
	t.Run("A record becomes the national status, or one in UBL", func(t *testing.T) {
		r := newSession(t).run("document", "status", mappings+"movement-released.json", "--mapping", mappings+"eaeu-transit.yaml")
		require.Zero(t, r.code, r.err)
		want, err := os.ReadFile(mappings + "eaeu-status.xml")
		require.NoError(t, err)
		require.Equal(t, string(want), r.out)

		s := newSession(t)
		record, err := os.ReadFile(mappings + "movement-released.json")
		require.NoError(t, err)
		s.in = `{"movement": ` + string(record) + `, "history": []}`
		r = s.run("document", "status", "-", "--ubl")
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.out, "<cbc:TransportExecutionStatusCode>released</cbc:TransportExecutionStatusCode>")
		require.Equal(t, exitUsage, s.run("document", "status", "-").code)

		// And back: the record as JSON, or at once by the mapping.
		status := s.file("status.xml", r.out)
		r = s.run("document", "status", status)
		require.Zero(t, r.code, r.err)
		require.Empty(t, r.err)
		require.JSONEq(t, string(record), strings.Replace(r.out, `"sections": null`, `"sections": []`, 1))
		r = s.run("document", "status", status, "--mapping", mappings+"eaeu-transit.yaml")
		require.Zero(t, r.code, r.err)
		require.Equal(t, string(want), r.out)
		require.Equal(t, exitUsage, s.run("document", "status", status, "--ubl", "--mapping", mappings+"eaeu-transit.yaml").code)
		require.Equal(t, exitInvalid, s.run("document", "status", s.file("other.xml", "<Invoice/>")).code)
	})
}

func TestDocumentsInUBL(t *testing.T) {
	s := newSession(t)
	r := s.run("std", "convert", electronics, "--to", "ubl")
	require.Zero(t, r.code, r.err)
	inUBL := s.file("declaration.xml", r.out)
	back := s.run("std", "convert", inUBL)
	require.Zero(t, back.code, back.err)
	require.Empty(t, back.err)
	require.Equal(t, s.run("std", "convert", electronics).out, back.out)
}

func TestTheSchemaIsPrinted(t *testing.T) {
	r := newSession(t).run("std", "schema")
	require.Zero(t, r.code, r.err)
	want, err := os.ReadFile(filepath.FromSlash("../../formats/schema/std.schema.json"))
	require.NoError(t, err)
	require.Equal(t, string(want), r.out)
}
