package ubl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/internal/stdgen"
	"carec.example/cats/client/formats/ubl"
)

// sharedDir finds the schemas of UBL 2.4 next to the repository, or skips the test.
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
	dir = filepath.Join(dir, "data", "ubl-2.4")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the schemas of UBL 2.4 are not at %s (set CATS_SHARED)", dir)
	}
	return dir
}

// requireValid lets xmllint judge documents of one kind in one run.
func requireValid(t testing.TB, kind string, documents [][]byte) {
	t.Helper()
	xsd := filepath.Join(sharedDir(t), "xsd", "maindoc", "UBL-"+kind+"-2.4.xsd")
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed (package libxml2-utils)")
	}
	dir := t.TempDir()
	arguments := []string{"--noout", "--nonet", "--schema", xsd}
	for i, d := range documents {
		file := filepath.Join(dir, fmt.Sprintf("%05d.xml", i))
		require.NoError(t, os.WriteFile(file, d, 0o600))
		arguments = append(arguments, file)
	}
	said, err := exec.CommandContext(context.Background(), "xmllint", arguments...).CombinedOutput()
	require.NoError(t, err, "%s", said)
}

func exampleDocument(t testing.TB, name string) *transit.STD {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "examples", name))
	require.NoError(t, err)
	std, err := formats.ReadCC015C(bytes.NewReader(data))
	require.NoError(t, err)
	return std
}

func written(t require.TestingT, std *transit.STD) []byte {
	var out bytes.Buffer
	require.NoError(t, ubl.WriteDeclaration(&out, std))
	return out.Bytes()
}

func TestDocumentsAreWrittenValidAndReadBackEqual(t *testing.T) {
	var all [][]byte
	rapid.Check(t, func(r *rapid.T) {
		std := stdgen.Extended(r)
		text := written(r, std)
		again, report, err := ubl.ReadDeclaration(bytes.NewReader(text))
		require.NoError(r, err)
		require.NoError(r, report.Err(), "%s", text)
		require.Empty(r, report.Unmapped, "%s", text)
		require.Equal(r, std, again)
		all = append(all, text)
	})
	requireValid(t, "TransitCustomsDeclaration", all)
}

func TestShippedExamplesTravelMostlyInElementsOfUBL(t *testing.T) {
	var all [][]byte
	for _, name := range []string{"cn-kz-kg-electronics.xml", "cn-kz-kg-groupage.xml"} {
		std := exampleDocument(t, name)
		text := written(t, std)
		again, report, err := ubl.ReadDeclaration(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, report.Err())
		require.Equal(t, std, again)
		inExtension := strings.Count(string(text), "<cats:Element ")
		canonical, err := transit.Canonical(std)
		require.NoError(t, err)
		require.Less(t, inExtension*4, strings.Count(string(canonical), `":"`), "most elements have a place of their own")
		all = append(all, text)
	}
	requireValid(t, "TransitCustomsDeclaration", all)
}

func TestADocumentThatBreaksTheSchemaIsNotWritten(t *testing.T) {
	std := exampleDocument(t, "cn-kz-kg-electronics.xml")
	std.TransitOperation.LRN = ""
	var out bytes.Buffer
	err := ubl.WriteDeclaration(&out, std)
	require.ErrorIs(t, err, &transit.Fault{Code: transit.InvalidDocument})
	require.Zero(t, out.Len())
}

func TestADeclarationOfAnotherIsReadAsFarAsItGoes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedDir(t), "xml", "UBL-TransitCustomsDeclaration-2.3-Example.xml"))
	require.NoError(t, err)
	std, report, err := ubl.ReadDeclaration(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, "2345678-910", std.TransitOperation.LRN)
	require.Equal(t, "T1", std.TransitOperation.DeclarationType)
	require.EqualValues(t, "2013-09-15T15:31:00", std.Message.PreparationDateAndTime)
	require.Equal(t, "FI001800", std.DepartureOffice.ReferenceNumber)
	require.Equal(t, "CH002621", std.DestinationOffice.ReferenceNumber)
	require.Equal(t, "AOO Tehnika", std.Consignment.Consignor.Name)
	require.Len(t, std.Consignment.HouseConsignments, 1)
	require.Equal(t, "kattovalaisimia lasia", std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods)
	require.EqualValues(t, "30", std.Consignment.GrossMass)

	require.Error(t, report.Err())
	var unmapped []string
	for _, u := range report.Unmapped {
		unmapped = append(unmapped, u.Path)
	}
	require.Contains(t, unmapped, "/TransitCustomsDeclaration/PreviousCustomsDeclaration/ID")
	require.Contains(t, unmapped, "/TransitCustomsDeclaration/FreightForwarderParty/PartyName/Name")
	everythingIsAccountedFor(t, data, report, std)
}

// everythingIsAccountedFor holds that each text of a document is in what was made of it or in the report.
func everythingIsAccountedFor(t *testing.T, data []byte, report *ubl.Report, record any) {
	t.Helper()
	kept, err := json.Marshal(record)
	require.NoError(t, err)
	said, err := json.Marshal(report)
	require.NoError(t, err)
	both := string(kept) + string(said)
	for line := range strings.Lines(string(data)) {
		_, rest, found := strings.Cut(line, ">")
		text, _, closed := strings.Cut(rest, "</")
		if text = strings.TrimSpace(text); !found || !closed || text == "" || text == "true" {
			continue
		}
		if day, is := strings.CutSuffix(text, "Z"); is {
			text = day
		}
		require.Contains(t, both, text)
	}
}

func TestMassesOfOthersAreConvertedExactly(t *testing.T) {
	text := string(written(t, exampleDocument(t, "cn-kz-kg-electronics.xml")))
	text = strings.ReplaceAll(text, `unitCode="KGM">8420.5<`, `unitCode="TNE">8.4205<`)
	std, report, err := ubl.ReadDeclaration(strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.EqualValues(t, "8420.5", std.Consignment.GrossMass)

	_, report, err = ubl.ReadDeclaration(strings.NewReader(strings.Replace(text, `unitCode="TNE"`, `unitCode="LBR"`, 1)))
	require.NoError(t, err)
	require.ErrorContains(t, report.Err(), `/Shipment/Consignment/GrossWeightMeasure`)
}

func TestWhatIsNoUBLIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		code transit.Code
	}{
		"a document type": {`<!DOCTYPE x [<!ENTITY e "x">]><TransitCustomsDeclaration/>`, transit.MalformedRequest},
		"no XML":          {`{"lrn": "x"}`, transit.MalformedRequest},
		"another message": {`<CC015C xmlns="http://ncts.dgtaxud.ec"/>`, transit.InvalidDocument},
		"no namespace":    {`<TransitCustomsDeclaration/>`, transit.InvalidDocument},
		"too deep":        {strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), transit.MalformedRequest},
		"not UTF-8":       {"<a>\xff</a>", transit.MalformedRequest},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ubl.ReadDeclaration(strings.NewReader(c.text))
			require.ErrorIs(t, err, &transit.Fault{Code: c.code})
		})
	}
}

func TestAnExtensionCannotSayWhatTheDocumentHasNoPlaceFor(t *testing.T) {
	text := string(written(t, exampleDocument(t, "cn-kz-kg-electronics.xml")))
	at := strings.Index(text, "<cats:Element")
	text = text[:at] + `<cats:Element pointer="/nothing/7">x</cats:Element>` +
		`<cats:Element pointer="/guarantees/5/guaranteeType">1</cats:Element>` + text[at:]
	_, report, err := ubl.ReadDeclaration(strings.NewReader(text))
	require.NoError(t, err)
	require.Len(t, report.Violations, 2)
	require.Equal(t, "/nothing/7", report.Violations[0].Pointer)
	require.Contains(t, report.Violations[0].Path, "/ExtensionContent/Rest/Element")
}

func drawTerms(r *rapid.T) *transit.Terms {
	terms := &transit.Terms{
		GRN: "26KZCGM0000000015", Type: "1", Guarantor: "CGMMSP", Holder: "CN916501007TSL1", Percentage: rapid.SampledFrom([]int{100, 50, 30}).Draw(r, "p"),
		ReferenceAmount: transit.Money{
			Minor: rapid.Int64Range(1, transit.MaxMinor).Draw(r, "minor"), Currency: rapid.SampledFrom([]string{"USD", "JPY", "KWD"}).Draw(r, "currency"),
		},
		ValidFrom: "2026-01-01", ValidUntil: "2027-12-31", Balances: rapid.IntRange(1, 64).Draw(r, "balances"),
		NoSuspendedGoods: rapid.Bool().Draw(r, "excise"), Monitoring: rapid.SampledFrom([]string{"", "1", "3"}).Draw(r, "monitoring"),
	}
	if rapid.Bool().Draw(r, "office") {
		terms.Office = "KZALA001"
	}
	for range rapid.IntRange(0, 3).Draw(r, "representatives") {
		terms.Representatives = append(terms.Representatives, "KZ190840012345")
	}
	for range rapid.IntRange(0, 3).Draw(r, "excluded") {
		terms.ExcludedCountries = append(terms.ExcludedCountries, rapid.SampledFrom([]string{"MN", "TJ", "UZ"}).Draw(r, "country"))
	}
	return terms
}

func TestTermsAreWrittenValidAndReadBackEqual(t *testing.T) {
	var all [][]byte
	rapid.Check(t, func(r *rapid.T) {
		terms := drawTerms(r)
		require.Empty(r, terms.Check())
		var out bytes.Buffer
		require.NoError(r, ubl.WriteGuarantee(&out, terms))
		again, report, err := ubl.ReadGuarantee(bytes.NewReader(out.Bytes()))
		require.NoError(r, err)
		require.NoError(r, report.Err(), "%s", out.Bytes())
		require.Empty(r, report.Unmapped)
		require.Equal(r, terms, again)
		all = append(all, out.Bytes())
	})
	requireValid(t, "GuaranteeCertificate", all)
}

func TestAWaiverHasNoGuarantorAndIsStillValid(t *testing.T) {
	terms := &transit.Terms{
		GRN: "26KZCGM0000000015", Type: "0", Office: "KZALA001", Holder: "KZ190840012345", Percentage: 0, Balances: 1,
		ReferenceAmount: transit.Money{Minor: 100, Currency: "USD"}, ValidFrom: "2026-01-01", ValidUntil: "2026-12-31",
	}
	require.Empty(t, terms.Check())
	var out bytes.Buffer
	require.NoError(t, ubl.WriteGuarantee(&out, terms))
	again, report, err := ubl.ReadGuarantee(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.Empty(t, report.Unmapped)
	require.Equal(t, terms, again)
	requireValid(t, "GuaranteeCertificate", [][]byte{out.Bytes()})
}

func TestAnAmountThatTheCurrencyDoesNotHaveIsAViolation(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, ubl.WriteGuarantee(&out, rapid.Custom(drawTerms).Example(3)))
	text := regexpReplace(out.String())
	_, report, err := ubl.ReadGuarantee(strings.NewReader(text))
	require.NoError(t, err)
	require.ErrorContains(t, report.Err(), "/referenceAmount")
}

// regexpReplace gives the liability more decimals than any currency has.
func regexpReplace(text string) string {
	open := strings.Index(text, "<cbc:LiabilityAmount")
	begin := open + strings.Index(text[open:], ">") + 1
	end := begin + strings.Index(text[begin:], "<")
	return text[:begin] + "1.23456" + text[end:]
}

// fill draws a record through its fields.
func fill(r *rapid.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(r, name) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), name)
		}
	case reflect.Slice:
		for range rapid.IntRange(0, 2).Draw(r, name) {
			e := reflect.New(v.Type().Elem()).Elem()
			fill(r, e, name)
			v.Set(reflect.Append(v, e))
		}
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(r, name))
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{
			"", "x", "2026-03-05T11:42:10Z", "2026-03-05", "released", " Алматы 乌鲁木齐 ", "a<b>&\"c\"", "two\nlines", "26KZ4TB0Q9V7HWKXJ5", "€",
		}).Draw(r, name))
	default:
		v.SetInt(rapid.Int64Range(-5, 1<<40).Draw(r, name))
	}
}

func TestRecordsAreWrittenValidAndReadBackEqual(t *testing.T) {
	var all [][]byte
	rapid.Check(t, func(r *rapid.T) {
		m := &transit.Movement{}
		fill(r, reflect.ValueOf(m).Elem(), "movement")
		m.ID = "KZ4TB0Q9V7HWKX"
		m.V = 1
		var out bytes.Buffer
		require.NoError(r, ubl.WriteStatus(&out, m))
		again, report, err := ubl.ReadStatus(bytes.NewReader(out.Bytes()))
		require.NoError(r, err)
		require.NoError(r, report.Err(), "%s", out.Bytes())
		require.Empty(r, report.Unmapped, "%s", out.Bytes())
		require.Equal(r, m, again)
		all = append(all, out.Bytes())
	})
	requireValid(t, "TransportationStatus", all)
}

func TestADocumentHasANumberAndNamesWhatItAnswers(t *testing.T) {
	const uuid = "0f0d0bb8-5b3f-8a41-9a6f-9c2b7d1e4a55"
	std := exampleDocument(t, "cn-kz-kg-electronics.xml")
	terms := rapid.Custom(drawTerms).Example(7)
	record := &transit.Movement{Course: transit.Course{V: 1, ID: "KZ4TB0Q9V7HWKX", State: transit.Released, At: "2026-03-05T11:42:10Z"}}
	var declaration, certificate, status bytes.Buffer
	require.NoError(t, ubl.WriteDeclaration(&declaration, std, ubl.Numbered(uuid)))
	require.NoError(t, ubl.WriteGuarantee(&certificate, terms, ubl.Numbered(uuid)))
	require.NoError(t, ubl.WriteStatus(&status, record, ubl.Numbered(uuid), ubl.Answering("DECLARATION-7"), ubl.Remarking("one", "two <3>")))
	againSTD, first, err := ubl.ReadDeclaration(bytes.NewReader(declaration.Bytes()))
	require.NoError(t, err)
	require.Equal(t, std, againSTD)
	againTerms, second, err := ubl.ReadGuarantee(bytes.NewReader(certificate.Bytes()))
	require.NoError(t, err)
	require.Equal(t, terms, againTerms)
	again, third, err := ubl.ReadStatus(bytes.NewReader(status.Bytes()))
	require.NoError(t, err)
	require.Equal(t, record, again)
	for _, r := range []*ubl.Report{first, second, third} {
		require.NoError(t, r.Err())
		require.Empty(t, r.Unmapped)
		require.Equal(t, uuid, r.UUID)
	}
	require.Equal(t, "DECLARATION-7", third.Answers)
	require.Equal(t, "one\ntwo <3>", third.Remarks)
	require.NotEqual(t, ubl.UUIDOf("ab", "c"), ubl.UUIDOf("a", "bc"))
	requireValid(t, "TransitCustomsDeclaration", [][]byte{declaration.Bytes()})
	requireValid(t, "GuaranteeCertificate", [][]byte{certificate.Bytes()})
	requireValid(t, "TransportationStatus", [][]byte{status.Bytes()})
	require.Error(t, ubl.WriteStatus(&status, record, ubl.Numbered("\x01")))
}

func TestAStatusOfAnotherIsReadAsFarAsItGoes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedDir(t), "xml", "UBL-TransportationStatus-2.1-Example.xml"))
	require.NoError(t, err)
	m, report, err := ubl.ReadStatus(bytes.NewReader(data))
	require.NoError(t, err)
	require.EqualValues(t, "35", m.State)
	require.Equal(t, "2011-10-06T08:29:30Z", m.At)
	require.NotEmpty(t, report.Unmapped)
}

func TestCorrespondencesNameElementsThatExist(t *testing.T) {
	for _, document := range []string{"TransitCustomsDeclaration", "GuaranteeCertificate", "TransportationStatus"} {
		require.NotEmpty(t, ubl.Correspondences(document))
	}
	require.Empty(t, ubl.Correspondences("Invoice"))
}

func FuzzReadDeclaration(f *testing.F) {
	f.Add(written(f, exampleDocument(f, "cn-kz-kg-electronics.xml")))
	f.Add(written(f, rapid.Custom(stdgen.Extended).Example(2)))
	f.Add([]byte(`<TransitCustomsDeclaration xmlns="urn:oasis:names:specification:ubl:schema:xsd:TransitCustomsDeclaration-2"/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		std, report, err := ubl.ReadDeclaration(bytes.NewReader(data))
		if err != nil || report.Err() != nil {
			return
		}
		again, second, err := ubl.ReadDeclaration(bytes.NewReader(written(t, std)))
		require.NoError(t, err)
		require.NoError(t, second.Err())
		require.Equal(t, std, again)
	})
}

func FuzzReadGuarantee(f *testing.F) {
	var out bytes.Buffer
	require.NoError(f, ubl.WriteGuarantee(&out, rapid.Custom(drawTerms).Example(1)))
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		terms, report, err := ubl.ReadGuarantee(bytes.NewReader(data))
		if err == nil && report.Err() == nil {
			require.NoError(t, ubl.WriteGuarantee(&bytes.Buffer{}, terms))
		}
	})
}

func FuzzReadStatus(f *testing.F) {
	var out bytes.Buffer
	course := transit.Course{ID: "KZ4TB0Q9V7HWKX", State: transit.Released, At: "2026-03-05T11:42:10Z"}
	require.NoError(f, ubl.WriteStatus(&out, &transit.Movement{Course: course}))
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, report, err := ubl.ReadStatus(bytes.NewReader(data))
		if err == nil && report.Err() == nil {
			require.NoError(t, ubl.WriteStatus(&bytes.Buffer{}, m))
		}
	})
}
