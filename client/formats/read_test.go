package formats_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

func exampleMessage(t testing.TB, name string) string {
	t.Helper()
	message, err := os.ReadFile(filepath.Join("examples", name))
	require.NoError(t, err)
	return string(message)
}

func electronics(t testing.TB) string {
	t.Helper()
	return exampleMessage(t, "cn-kz-kg-electronics.xml")
}

// codesAt lists violations as "code pointer".
func codesAt(violations []transit.Violation) []string {
	var found []string
	for _, v := range violations {
		found = append(found, v.Code+" "+v.Pointer)
	}
	return found
}

func TestExampleMessagesAreConsistentAndValid(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("examples", "*.xml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			message := exampleMessage(t, filepath.Base(file))
			s, err := formats.ReadCC015C(strings.NewReader(message))
			require.NoError(t, err)
			requireConsistent(t, s)
			require.Empty(t, transit.Check(s, transit.RuleContext{
				Now:    time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
				Member: func(country string) bool { return slices.Contains([]string{"CN", "KZ", "KG"}, country) },
			}))
			requireRoundTrip(t, []byte(message))
			requireSchemaValid(t, []byte(message))
		})
	}
}

// requireConsistent adds up masses, counts seals and follows the numbering.
func requireConsistent(t testing.TB, s *transit.STD) {
	t.Helper()
	var houses []transit.Decimal
	number := 0
	for i, h := range s.Consignment.HouseConsignments {
		require.Equal(t, i+1, h.SequenceNumber)
		houses = append(houses, h.GrossMass)
		var items []transit.Decimal
		for j, item := range h.ConsignmentItems {
			number++
			require.Equal(t, j+1, item.GoodsItemNumber)
			require.Equal(t, number, item.DeclarationGoodsItemNumber)
			items = append(items, item.Commodity.GoodsMeasure.GrossMass)
			require.NoError(t, transit.ValidateHS6(item.Commodity.CommodityCode.HarmonizedSystemSubHeadingCode))
		}
		requireSum(t, h.GrossMass, items)
	}
	requireSum(t, s.Consignment.GrossMass, houses)
	for i, e := range s.Consignment.TransportEquipment {
		require.Equal(t, i+1, e.SequenceNumber)
		require.Len(t, e.Seals, *e.NumberOfSeals)
		for _, g := range e.GoodsReferences {
			require.LessOrEqual(t, g.DeclarationGoodsItemNumber, number)
		}
		if e.ContainerIdentificationNumber != "" {
			require.NoError(t, transit.ValidateContainer(e.ContainerIdentificationNumber))
		}
	}
	for _, g := range s.Guarantees {
		for _, r := range g.GuaranteeReferences {
			grn, err := transit.ParseGRN(r.GRN)
			require.NoError(t, err)
			require.NoError(t, transit.CheckGRNType(grn, g.GuaranteeType))
		}
	}
}

func requireSum(t testing.TB, total transit.Decimal, parts []transit.Decimal) {
	t.Helper()
	sum, err := transit.SumDecimals(parts...)
	require.NoError(t, err)
	c, err := sum.Cmp(total)
	require.NoError(t, err)
	require.Zero(t, c, "%s is not the sum %s", total, sum)
}

func TestElectronicsExampleIsReadElementByElement(t *testing.T) {
	s, err := formats.ReadCC015C(strings.NewReader(electronics(t)))
	require.NoError(t, err)
	require.Equal(t, "NCTS5.1", s.Message.PhaseID)
	require.Equal(t, "TSL-2026-000117", s.TransitOperation.LRN)
	require.True(t, s.TransitOperation.BindingItinerary.Set())
	require.Equal(t, "CNURM001", s.DepartureOffice.ReferenceNumber)
	require.Equal(t, "KGAKZ001", s.TransitOffices[1].ReferenceNumber)
	require.Equal(t, transit.DateTime("2026-03-02T09:30:00"), s.Message.PreparationDateAndTime)
	require.Equal(t, "Аскар Нурланов", s.Consignment.Carrier.ContactPerson.Name)
	require.Equal(t, transit.Decimal("18500.00"), s.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered)
	require.Equal(t, 2, *s.Consignment.TransportEquipment[0].NumberOfSeals)
	require.Equal(t, 240, *s.Consignment.HouseConsignments[0].ConsignmentItems[0].Packaging[0].NumberOfPackages)
	require.Equal(t, transit.Decimal("2310.25"), s.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.GoodsMeasure.NetMass)
}

func TestEveryWayToWriteTheSameMessageIsRead(t *testing.T) {
	message := electronics(t)
	want, err := formats.ReadCC015C(strings.NewReader(message))
	require.NoError(t, err)
	prefix := strings.NewReplacer("ncts:CC015C", "n1:CC015C", "xmlns:ncts", "xmlns:n1")
	hint := `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://ncts.dgtaxud.ec cc015c.xsd" PhaseID`
	tests := []struct{ name, message string }{
		{"another prefix", prefix.Replace(message)},
		{"a byte order mark", "\ufeff" + message},
		{"line ends of Windows", strings.ReplaceAll(message, "\n", "\r\n")},
		{"no line ends", strings.ReplaceAll(message, "\n", "")},
		{"a schema hint", strings.Replace(message, "PhaseID", hint, 1)},
		{"blanks around codes and numbers", strings.Replace(message, "<grossMass>8420.5<", "<grossMass>\n 8420.5\t<", 1)},
		{"CDATA, references and comments inside values", strings.Replace(message, "<LRN>TSL-2026-000117<",
			"<LRN><![CDATA[TSL]]>&#45;<!-- year -->2&#x30;26-000117<", 1)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := formats.ReadCC015C(strings.NewReader(test.message))
			require.NoError(t, err)
			require.Equal(t, want, got)
			requireSchemaValid(t, []byte(test.message))
		})
	}
}

func TestDeparturesFromTheSchemaAreNamed(t *testing.T) {
	message := electronics(t)
	// replace changes the first place of the text; it must be there.
	replace := func(pairs ...string) string {
		changed := message
		for i := 0; i < len(pairs); i += 2 {
			require.Contains(t, changed, pairs[i])
			changed = strings.Replace(changed, pairs[i], pairs[i+1], 1)
		}
		return changed
	}
	seal := "<Seal>\n        <sequenceNumber>1</sequenceNumber>\n        <identifier>CN65-0048213</identifier>\n      </Seal>\n"
	tests := []struct {
		name, message string
		want          []string
	}{
		{"an unknown element", replace("<security>", "<colour>red</colour><security>"), []string{"15 /transitOperation/colour"}},
		{"an unknown group with content", replace("<Guarantee>", "<Foo><Bar>1</Bar><Bar/></Foo><Guarantee>"), []string{"15 /Foo"}},
		{"an element in another case", replace("<LRN>TSL-2026-000117</LRN>", "<lrn>TSL-2026-000117</lrn>"),
			[]string{"15 /transitOperation/lrn", "13 /transitOperation/lrn"}},
		{"an unknown attribute", replace(`PhaseID="NCTS5.1"`, `PhaseID="NCTS5.1" version="1"`), []string{"15 /@version"}},
		{"an attribute on a value", replace("<LRN>", `<LRN lang="zh">`), []string{"15 /transitOperation/lrn/@lang"}},
		{"a phase that is not in the enumeration", replace("NCTS5.1", "NCTS7"), []string{"12 /message/phaseID"}},
		{"a value given twice", replace("<security>0</security>", "<security>0</security><security>0</security>"),
			[]string{"15 /transitOperation/security"}},
		{"a group given twice, the second with an error of its own",
			replace("<PlaceOfLoading>", "<PlaceOfLoading><UNLocode/></PlaceOfLoading><PlaceOfLoading>"),
			[]string{"14 /consignment/placeOfLoading/unLocode", "15 /consignment/placeOfLoading"}},
		{"values in the wrong order", replace("<security>0</security>", "", "</bindingItinerary>", "</bindingItinerary><security>0</security>"),
			[]string{"15 /transitOperation/security"}},
		{"a list that is interrupted", replace(seal, "", "</TransportEquipment>", seal+"</TransportEquipment>"),
			[]string{"15 /consignment/transportEquipment/0/seals"}},
		{"a missing value", replace("<LRN>TSL-2026-000117</LRN>", ""), []string{"13 /transitOperation/lrn"}},
		{"a missing group", replace("<CustomsOfficeOfDeparture>\n    <referenceNumber>CNURM001</referenceNumber>\n  </CustomsOfficeOfDeparture>", ""),
			[]string{"13 /customsOfficeOfDeparture"}},
		{"an empty value", replace("<security>0</security>", "<security/>"), []string{"14 /transitOperation/security"}},
		{"an empty optional value", replace("<UNLocode>CNURM</UNLocode>", "<UNLocode> </UNLocode>"),
			[]string{"14 /consignment/placeOfLoading/unLocode"}},
		{"an empty group", replace("<UNLocode>CNURM</UNLocode>", "",
			"<CustomsOffice>\n        <referenceNumber>CNURM001</referenceNumber>\n      </CustomsOffice>", "<CustomsOffice/>"),
			[]string{"13 /consignment/locationOfGoods/customsOffice/referenceNumber"}},
		{"text between elements", replace("<TransitOperation>", "<TransitOperation>hello"), []string{"15 /transitOperation"}},
		{"an element inside a value", replace("<LRN>", "<LRN><b/>"), []string{"15 /transitOperation/lrn/b"}},
		{"a wrong namespace of the root", replace("http://ncts.dgtaxud.ec", "http://ncts.dgtaxud.eu"), []string{"15 /CC015C"}},
		{"a namespace for all elements, told once", replace("ncts:CC015C xmlns:ncts=", "CC015C xmlns=", "/ncts:", "/"),
			[]string{"15 /message/messageSender"}},
		{"another message", `<ncts:CC007C xmlns:ncts="http://ncts.dgtaxud.ec"><a/></ncts:CC007C>`, []string{"15 /CC007C"}},
		{"several at once", replace("<LRN>TSL-2026-000117<", "<LRN>TSL-2026-000117-AND-MORE<", "CNURM001", "cnurm001", "8420.5", "-1",
			"<reducedDatasetIndicator>0", "<reducedDatasetIndicator>2", "<declarationGoodsItemNumber>3", "<declarationGoodsItemNumber>2000"),
			[]string{"14 /transitOperation/lrn", "12 /transitOperation/reducedDatasetIndicator", "14 /customsOfficeOfDeparture/referenceNumber",
				"14 /consignment/grossMass", "14 /consignment/transportEquipment/0/goodsReferences/2/declarationGoodsItemNumber"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := formats.ReadCC015C(strings.NewReader(test.message))
			require.Nil(t, s)
			require.ErrorIs(t, err, &transit.Fault{Code: transit.InvalidDocument})
			require.Equal(t, test.want, codesAt(violationsOf(err)))
			for _, v := range violationsOf(err) {
				require.Equal(t, transit.RuleXSD, v.Rule)
				require.NotEmpty(t, v.Text)
			}
			valid, _ := schemaVerdict(t, []byte(test.message))
			require.False(t, valid, "the schema accepts it")
		})
	}
}

func TestTextsThatAreNoMessageAreRefused(t *testing.T) {
	root := `<ncts:CC015C xmlns:ncts="http://ncts.dgtaxud.ec">`
	tests := []struct{ name, message, reason string }{
		{"nothing", "", "there is no element"},
		{"text", "hello", "text outside the root"},
		{"a document type with entities", `<!DOCTYPE a [<!ENTITY b "c">]>` + root + `</ncts:CC015C>`, "document type"},
		{"an unknown entity", root + "<messageSender>&b;</messageSender>", "entity"},
		{"an element that does not end", root, "unexpected EOF"},
		{"a wrong end tag", root + "<messageSender></messageSend>", "closed by"},
		{"a second root", root + "</ncts:CC015C><a/>", "second root"},
		{"text after the root", root + "</ncts:CC015C>x", "text outside"},
		{"an XML declaration inside", root + `<?xml version="1.0"?></ncts:CC015C>`, "very beginning"},
		{"attributes that no blank divides", strings.Replace(root, ">", `a="b">`, 1), "divided by blanks"},
		{"a prefix that is no name", strings.Replace(root, ">", ` xmlns:9="b">`, 1), "cannot be a prefix"},
		{"an XML declaration without version", `<?xml?>` + root, "give version"},
		{"another encoding", `<?xml version="1.0" encoding="windows-1251"?>` + root + "</ncts:CC015C>", "encoding"},
		{"bytes that are not UTF-8", root + "<messageSender>\xcf\xf0</messageSender>", "UTF-8"},
		{"a reference to a surrogate", root + "<messageSender>&#xD83D;</messageSender>", "does not exist"},
		{"a decimal reference to a surrogate", root + "<messageSender>&#0055357;</messageSender>", "does not exist"},
		{"a control character", root + "<messageSender>&#1;</messageSender>", "illegal character"},
		{"elements nested without end", strings.Repeat("<a>", 40), "no element"},
		{"unknown elements nested without end", root + strings.Repeat("<a>", 40), "nested deeper than 32"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := formats.ReadCC015C(strings.NewReader(test.message))
			require.Nil(t, s)
			require.ErrorIs(t, err, &transit.Fault{Code: transit.MalformedRequest})
			if test.name != "elements nested without end" {
				require.ErrorContains(t, err, test.reason)
			}
		})
	}
}

// Midnight as 24:00:00 would not come back as it was written.
func TestTheEndOfTheDayIsTheBeginningOfTheNext(t *testing.T) {
	message := strings.Replace(electronics(t), "T09:30:00<", "T24:00:00<", 1)
	_, err := formats.ReadCC015C(strings.NewReader(message))
	require.Equal(t, []string{"14 /message/preparationDateAndTime"}, codesAt(violationsOf(err)))
	requireSchemaValid(t, []byte(message))
}

func TestOversizeMessagesAndFailingSourcesAreRefused(t *testing.T) {
	_, err := formats.ReadCC015C(io.LimitReader(endless{}, 1<<40))
	require.ErrorIs(t, err, &transit.Fault{Code: transit.TooLarge})
	_, err = formats.ReadCC015C(io.MultiReader(strings.NewReader("<a"), failing{}))
	require.ErrorContains(t, err, "read message: broken")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, errors.New("broken") }
func (failing) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestListsOfViolationsEnd(t *testing.T) {
	root := `<ncts:CC015C xmlns:ncts="http://ncts.dgtaxud.ec">`
	_, err := formats.ReadCC015C(strings.NewReader(root + strings.Repeat("<x/>", 5000) + "</ncts:CC015C>"))
	violations := violationsOf(err)
	require.Len(t, violations, transit.MaxViolations)
	require.Equal(t, "further violations are not listed", violations[transit.MaxViolations-1].Text)
}

func TestListsHaveTheirLimits(t *testing.T) {
	var seals strings.Builder
	for i := range 100 {
		fmt.Fprintf(&seals, "<Seal><sequenceNumber>%d</sequenceNumber><identifier>S</identifier></Seal>", i+1)
	}
	message := electronics(t)
	start, end := strings.Index(message, "<Seal>"), strings.LastIndex(message, "</Seal>")+len("</Seal>")
	message = message[:start] + seals.String() + message[end:]
	_, err := formats.ReadCC015C(strings.NewReader(message))
	require.Equal(t, []string{"15 /consignment/transportEquipment/0/seals"}, codesAt(violationsOf(err)))
}

func TestWhatTheSchemaForbidsIsNotWritten(t *testing.T) {
	s, err := formats.ReadCC015C(strings.NewReader(electronics(t)))
	require.NoError(t, err)
	require.ErrorContains(t, formats.WriteCC015C(failing{}, s), "write message: broken")
	s.TransitOperation.LRN = "line\nbreak"
	s.Consignment.GrossMass = ""
	var out bytes.Buffer
	err = formats.WriteCC015C(&out, s)
	require.ErrorIs(t, err, &transit.Fault{Code: transit.InvalidDocument})
	require.Equal(t, []string{"14 /transitOperation/lrn", "13 /consignment/grossMass"}, codesAt(violationsOf(err)))
	require.Zero(t, out.Len())
}

func FuzzReadCC015C(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("examples", "*.xml"))
	require.NoError(f, err)
	for _, file := range files {
		message, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(message)
	}
	f.Add([]byte(`<a:CC015C xmlns:a="http://ncts.dgtaxud.ec" PhaseID="x"><messageSender>&#55357;<!-- --></messageSender></a:CC015C>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := formats.ReadCC015C(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, s)
			return
		}
		require.Empty(t, s.CheckFormat(), "what is read has the form of the schema")
		var written bytes.Buffer
		require.NoError(t, formats.WriteCC015C(&written, s))
		again, err := formats.ReadCC015C(&written)
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}
