package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/exchange"
)

const arrivalXML = "../../formats/examples/messages/cc007c-arrival.xml"

func TestMessagesAreCheckedAndShown(t *testing.T) {
	s := newSession(t)
	r := s.run("message", "show", arrivalXML)
	require.Zero(t, r.code, r.err)
	golden(t, "message-show", r.out)

	r = s.run("message", "check", arrivalXML)
	require.Zero(t, r.code, r.err)
	require.Equal(t, "valid  CC007C  arrival notification of phase 5\n", r.out)

	raw, err := os.ReadFile(arrivalXML)
	require.NoError(t, err)
	bad := s.file("bad.xml", strings.NewReplacer("<MRN>26", "<MRN>XX", "KGFRU001", "kgfru").Replace(string(raw)))
	r = s.run("message", "check", bad)
	require.Equal(t, exitInvalid, r.code)
	golden(t, "message-refused", r.err)

	r = s.run("message", "show", arrivalXML, "--json")
	require.Zero(t, r.code, r.err)
	var content struct {
		TransitOperation struct {
			MRN string `json:"mrn"`
		} `json:"transitOperation"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.out), &content))
	require.Equal(t, "26CNRZZ6S4CA8HDPJ5", content.TransitOperation.MRN)
	require.Empty(t, s.who, "no ledger is asked")
}

func TestNamesOfElementsAreToldInWords(t *testing.T) {
	for name, want := range map[string]string{
		"customsOfficeOfDeparture": "customs office of departure", "MRN": "MRN", "TIRCarnetNumber": "TIR carnet number", "UNLocode": "UN locode",
		"referenceNumberUCR": "reference number UCR", "GNSS": "GNSS", "Seal": "seal",
	} {
		require.Equal(t, want, inWords(name))
	}
}

func TestAFolderIsExchangedOnce(t *testing.T) {
	s := newSession(t)
	in, out := filepath.Join(s.dir, "in"), filepath.Join(s.dir, "out")
	require.NoError(t, os.MkdirAll(in, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(in, "a.xml"), []byte("<no"), 0o600))
	r := s.run("exchange", "folder", "--in", in, "--out", out, "--once", "--as", "cn-trader-tianshan")
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.err, "rejected")
	answers, err := filepath.Glob(filepath.Join(out, "CC906C-*.xml"))
	require.NoError(t, err)
	require.Len(t, answers, 1)
	r = s.run("message", "show", answers[0])
	require.Zero(t, r.code, r.err)
	require.Contains(t, r.out, "functional refusal")

	for _, c := range [][]string{
		{"messages of NCTS are exchanged as a trader", "--as", "cn-officer-urumqi"},
		{"--phase is 5 or 6", "--as", "cn-trader-tianshan", "--phase", "4"},
		{"--from is a block or now", "--as", "cn-trader-tianshan", "--from", "yesterday"},
		{"the folder has no mapping files", "--as", "cn-trader-tianshan", "--mappings", in},
		{"--every must be above zero", "--as", "cn-trader-tianshan", "--every", "0s"},
	} {
		r = s.run(append([]string{"exchange", "folder", "--in", in, "--out", out, "--once"}, c[1:]...)...)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, c[0])
	}
}

// A national document is taken by the mapping in the application's folder, and what is wrong with it told in words of the country.
func TestANationalDocumentIsTakenByTheMappingOfTheOrganisation(t *testing.T) {
	s := newSession(t)
	in, out := filepath.Join(s.dir, "in"), filepath.Join(s.dir, "out")
	examples := filepath.Join("..", "..", "formats", "national", "examples")
	own := filepath.Join(s.dir, "application", "CN", "mappings")
	require.NoError(t, os.MkdirAll(in, 0o700))
	require.NoError(t, os.MkdirAll(own, 0o700))
	for _, copied := range [][2]string{{"goods-list.yaml", own}, {"goods-list-wrong.csv", in}} {
		text, err := os.ReadFile(filepath.Join(examples, copied[0]))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(copied[1], copied[0]), text, 0o600))
	}
	r := s.run("exchange", "folder", "--in", in, "--out", out, "--once", "--from", "now", "--as", "cn-trader-tianshan")
	require.Zero(t, r.code, r.err)
	answers, err := filepath.Glob(filepath.Join(out, "goods-list-refusal-*.json"))
	require.NoError(t, err)
	require.Len(t, answers, 1)
	text, err := os.ReadFile(answers[0])
	require.NoError(t, err)
	require.Contains(t, string(text), `"place": "/list/row[3]/Plate"`)
	beside, err := filepath.Glob(filepath.Join(in, "rejected", "*-goods-list-wrong.csv.answer.json"))
	require.NoError(t, err)
	require.Len(t, beside, 1)
}

// Exchange is one over a ledger on which nothing has happened.
func (f fakeNode) Exchange(options ...exchange.Option) *exchange.Exchange {
	return exchange.Over(emptyLedger{}, options...)
}
