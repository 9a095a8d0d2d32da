package exchange_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats/ubl"
)

// ublLodgement is the example declaration as another system of UBL would send it.
func ublLodgement(t testing.TB, lrn string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, ubl.WriteDeclaration(&out, declaration(t, lrn), ubl.Numbered(ubl.UUIDOf("declaration", lrn))))
	return out.Bytes()
}

// statusOf reads an answer, which must be a valid TransportationStatus under its own number.
func statusOf(t testing.TB, a exchange.Answer) (*transit.Movement, *ubl.Report) {
	t.Helper()
	require.Equal(t, "TransportationStatus", a.Kind)
	m, report, err := ubl.ReadStatus(bytes.NewReader(a.Text))
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Empty(t, report.Unmapped)
	require.Equal(t, a.ID, report.UUID)
	xsd := filepath.Join("..", "..", "..", "shared", "data", "ubl-2.4", "xsd", "maindoc", "UBL-TransportationStatus-2.4.xsd")
	if _, err := os.Stat(xsd); err != nil {
		return m, report
	}
	if _, err := exec.LookPath("xmllint"); err != nil {
		return m, report
	}
	file := filepath.Join(t.TempDir(), "status.xml")
	require.NoError(t, os.WriteFile(file, a.Text, 0o600))
	said, err := exec.CommandContext(context.Background(), "xmllint", "--noout", "--nonet", "--schema", xsd, file).CombinedOutput()
	require.NoError(t, err, "%s\n%s", said, a.Text)
	return m, report
}

// statuses reads everything that happened, as documents of UBL.
func statusesOf(t testing.TB, x *exchange.Exchange) []exchange.Answer {
	t.Helper()
	var all []exchange.Answer
	for at := (exchange.Cursor{}); ; {
		page, err := x.Statuses(context.Background(), at)
		require.NoError(t, err)
		all, at = append(all, page.Answers...), page.Next
		if !page.More {
			return all
		}
	}
}

func TestADeclarationOfUBLIsLodgedAndAnsweredByItsStatus(t *testing.T) {
	w := newWorld(t)
	x := exchange.Over(w.at("trader"))
	answers := posted(t, x, ublLodgement(t, "LRN-1"))
	require.Len(t, answers, 1)
	m, report := statusOf(t, answers[0])
	require.Equal(t, transit.Submitted, m.State)
	require.Equal(t, "LRN-1", m.LRN)
	require.Equal(t, "LRN-1", report.Answers)
	require.Equal(t, w.only().ID, m.ID)
	require.NotContains(t, string(answers[0].Text), declaration(t, "LRN-1").Consignment.Consignor.Name)

	height := len(w.ledger.Blocks())
	require.Empty(t, posted(t, x, ublLodgement(t, "LRN-1")), "the same again is known")
	require.Empty(t, posted(t, x, lodgement(t, "LRN-1")), "in the other form, too")
	require.Len(t, w.ledger.Blocks(), height)

	w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: m.ID})
	all := statusesOf(t, x)
	require.Len(t, all, 2)
	require.Equal(t, answers[0], all[0], "the same step gives the same document")
	accepted, report := statusOf(t, all[1])
	require.Equal(t, transit.Accepted, accepted.State)
	require.Len(t, accepted.MRN, 18)
	require.Empty(t, report.Answers)
	require.Equal(t, all, heardUBL(t, exchange.Over(w.at("trader"), exchange.InUBL())))
	require.Empty(t, statusesOf(t, exchange.Over(w.at("consignee"))), "nobody else's business")
}

// heardUBL reads the answers of an exchange that speaks UBL.
func heardUBL(t testing.TB, x *exchange.Exchange) []exchange.Answer {
	t.Helper()
	page, err := x.Answers(context.Background(), exchange.Cursor{})
	require.NoError(t, err)
	return page.Answers
}

func TestADeclarationOfUBLIsRefusedWithEverythingThatIsWrong(t *testing.T) {
	w := newWorld(t)
	x := exchange.Over(w.at("trader"))
	good := string(ublLodgement(t, "LRN-1"))
	for name, c := range map[string]struct {
		document string
		remarks  []string
	}{
		"no content at all": {
			`<TransitCustomsDeclaration xmlns="urn:oasis:names:specification:ubl:schema:xsd:TransitCustomsDeclaration-2"/>`,
			[]string{"/transitOperation/lrn", "/guarantees"},
		},
		"no UBL":           {`<TransitCustomsDeclaration/>`, []string{"/TransitCustomsDeclaration"}},
		"a mass of nobody": {strings.ReplaceAll(good, `unitCode="KGM"`, `unitCode="XXX"`), []string{"/consignment/grossMass"}},
		"what the ledger's rules forbid": {
			strings.ReplaceAll(good, "CNURM001", "CNXXX999"), []string{"/customsOfficeOfDeparture/referenceNumber"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			height := len(w.ledger.Blocks())
			answers := posted(t, x, []byte(c.document))
			require.Len(t, answers, 1)
			require.True(t, answers[0].Refusal)
			m, report := statusOf(t, answers[0])
			require.Equal(t, exchange.StateRefused, m.State)
			require.NotEmpty(t, m.Reason)
			for _, r := range c.remarks {
				require.Contains(t, m.Reason+report.Remarks, r)
			}
			require.Len(t, w.ledger.Blocks(), height)
			require.Equal(t, answers[0].ID, posted(t, x, []byte(c.document))[0].ID)
		})
	}
}

func TestWhatHasNoPlaceInOursIsToldAsLeftOut(t *testing.T) {
	w := newWorld(t)
	document := string(ublLodgement(t, "LRN-1"))
	at := strings.Index(document, "  <cac:TransitExporterParty>")
	document = document[:at] + "  <cbc:Note>handle with care</cbc:Note>\n" + document[at:]
	for range 2 { // the same again is told the same
		outcome, err := exchange.Over(w.at("trader")).Post(context.Background(), []byte(document))
		require.NoError(t, err)
		require.Len(t, outcome.LeftOut, 1)
		require.Equal(t, "/TransitCustomsDeclaration/Note", outcome.LeftOut[0].Place)
		require.Equal(t, "handle with care", outcome.LeftOut[0].Value)
	}
}

func TestFoldersAndCallsGiveTheSameInUBL(t *testing.T) {
	w := newWorld(t)
	f := newFolders(t)
	folder := f.open(t, exchange.Over(w.at("trader"), exchange.InUBL()))
	f.drop(t, "declaration.xml", ublLodgement(t, "LRN-1"))
	f.drop(t, "remarked.xml", []byte(strings.Replace(string(ublLodgement(t, "LRN-2")), "  <cac:TransitExporterParty>",
		"  <cbc:Note>x</cbc:Note>\n  <cac:TransitExporterParty>", 1)))
	f.drop(t, "bad.xml", []byte(`<TransitCustomsDeclaration/>`))
	settle(t, folder)
	require.Len(t, names(t, f.in, "done"), 2)
	require.Len(t, names(t, f.in, "rejected"), 2)
	w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: movementOf(t, "LRN-1")})
	settle(t, folder)
	require.Len(t, names(t, f.out), 5, "two lodgings, an acceptance, a refusal, and what was left out")
	for _, a := range statusesOf(t, exchange.Over(w.at("trader"))) {
		text, err := os.ReadFile(filepath.Join(f.out, "TransportationStatus-"+a.ID+".xml"))
		require.NoError(t, err)
		require.Equal(t, string(a.Text), string(text), "the same as by calls")
	}
}

func movementOf(t testing.TB, lrn string) string {
	t.Helper()
	id, err := transit.NewMovementID("CN", "CNMSP", operator, lrn)
	require.NoError(t, err)
	return id.String()
}
