package main

import (
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/links/aeo"
)

const aeoList = `{"v": 1, "country": "CN", "number": 17, "date": "2026-12-01", "operators": [
  {"number": "CN916501007TSL1", "name": "Tianshan Logistics", "aeo": "AEOF"},
  {"number": "CN916501007TSL2", "name": "Urumqi Freight", "aeo": "AEOC", "until": "2027-06-30"}
]}`

func TestASignedListOfAuthorisedOperatorsIsImported(t *testing.T) {
	s := newSession(t)
	held := func(number, name, status string) transit.Operator {
		return transit.Operator{Validity: transit.Validity{From: "2026-01-01"}, Number: number, Name: name, Country: "CN", AEO: status}
	}
	page := func(operators ...transit.Operator) {
		s.fake.pages = map[string]fakePage{}
		for _, o := range operators {
			at := "operators" + transit.BookOperators.Page(o.Number)
			p := s.fake.pages[at]
			p.Operators = append(p.Operators, o)
			s.fake.pages[at] = p
		}
	}
	page(held("CN916501007TSL1", "Tianshan Logistics", "AEOC"), held("CN916501007TSL9", "Kashgar Silk", "AEOS"))
	ca := testca.New(t, "AEO registry")
	anchor := s.file("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Certificate.Raw})))
	write := func(name, text string) string {
		_, canonical, err := aeo.Read(name, []byte(text))
		require.NoError(t, err)
		compact, err := aeo.Sign(ca.Signer(t, testca.Valid(testca.From(), testca.Until())), jose.ES256, canonical, time.Now().Add(-time.Minute))
		require.NoError(t, err)
		s.file(name+".jws", string(compact)+"\n")
		return s.file(name, text)
	}
	list := write("list-17.json", aeoList)

	r := s.run("registry", "import", "aeo", list, "--anchor", anchor, "--dry-run")
	require.Zero(t, r.code, r.err)
	require.NotContains(t, s.fake.calls, "put CN")
	signedAt := strings.Index(r.out, "signed at")
	lineEnd := signedAt + strings.IndexByte(r.out[signedAt:], '\n')
	golden(t, "registry-import-dry", r.out[:signedAt]+"signed at  2026-11-24 06:07:42"+r.out[lineEnd:])

	r = s.run("registry", "import", "aeo", list, "--anchor", anchor)
	require.Zero(t, r.code, r.err)
	require.Contains(t, s.fake.calls, "put CN")
	require.Len(t, s.fake.entries.Operators, 3)
	page(s.fake.entries.Operators...)
	s.fake.calls = nil
	r = s.run("registry", "import", "aeo", list, "--anchor", anchor)
	require.Zero(t, r.code, r.err)
	require.NotContains(t, s.fake.calls, "put CN", "the same list changes nothing")
	require.Contains(t, r.out, "unchanged  2")

	old := write("list-16.json", strings.Replace(aeoList, "17", "16", 1))
	r = s.run("registry", "import", "aeo", old, "--anchor", anchor)
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "not later than the last one")

	s.file("list-17.json.jws", "nonsense")
	r = s.run("registry", "import", "aeo", list, "--anchor", anchor)
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.err, "signature cannot be read")
	require.NotContains(t, s.fake.calls, "put CN")
}
