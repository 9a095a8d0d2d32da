package transit_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
)

// drawSTD fills a document at random through the schema; leaves hold any text, for what counts here is the structure.
func drawSTD(t *rapid.T) *transit.STD {
	s := &transit.STD{}
	fill(t, reflect.ValueOf(s).Elem())
	return s
}

func fill(t *rapid.T, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		switch field.Kind() {
		case reflect.Struct:
			fill(t, field)
		case reflect.Slice:
			n := rapid.IntRange(-2, 2).Draw(t, "n")
			for range n {
				element := reflect.New(field.Type().Elem()).Elem()
				fill(t, element)
				field.Set(reflect.Append(field, element))
			}
		case reflect.Pointer:
			if !rapid.Bool().Draw(t, "present") {
				continue
			}
			field.Set(reflect.New(field.Type().Elem()))
			if field.Elem().Kind() == reflect.Struct {
				fill(t, field.Elem())
			} else {
				field.Elem().SetInt(rapid.Int64Range(0, 9999).Draw(t, "count"))
			}
		case reflect.Int:
			field.SetInt(rapid.Int64Range(0, 99999).Draw(t, "number"))
		default:
			field.SetString(rapid.SampledFrom([]string{"", "x", "Ürümqi 乌鲁木齐", "Алматы", "a\u2028b", "<&>\"\\", "😀"}).Draw(t, "text"))
		}
	}
}

func TestDocumentsSplitIntoSectionsAndJoinWithoutLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSTD(t)
		sections, err := s.Sections()
		require.NoError(t, err)
		require.Len(t, sections, len(transit.SectionNames()))
		joined, err := transit.JoinSections(sections)
		require.NoError(t, err)
		require.Equal(t, s, joined)
		again, err := joined.Sections()
		require.NoError(t, err)
		require.Equal(t, sections, again)
	})
}

func TestDocumentsDecodeToWhatWasEncoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSTD(t)
		text, err := transit.Canonical(s)
		require.NoError(t, err)
		decoded, err := transit.DecodeSTD(text)
		require.NoError(t, err)
		require.Equal(t, s, decoded)
		again, err := transit.Canonical(decoded)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
	})
}

func TestEveryFieldOfTheDocumentIsInOneSection(t *testing.T) {
	full := &transit.STD{}
	fillAll(reflect.ValueOf(full).Elem())
	sections, err := full.Sections()
	require.NoError(t, err)
	joined, err := transit.JoinSections(sections)
	require.NoError(t, err)
	require.Equal(t, full, joined)
	var bytes int
	for _, s := range sections {
		require.NotEqual(t, "{}", string(s.Content), s.Name)
		bytes += strings.Count(string(s.Content), `"x"`)
	}
	whole, err := transit.Canonical(full)
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(whole), `"x"`), bytes, "a field is in two sections or in none")
}

// fillAll sets every field, one element in each list.
func fillAll(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillAll(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillAll(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAll(v.Elem())
	case reflect.Int:
		v.SetInt(1)
	default:
		v.SetString("x")
	}
}

func TestSectionsThatDoNotMakeOneDocumentAreRefused(t *testing.T) {
	s := &transit.STD{}
	fillAll(reflect.ValueOf(s).Elem())
	tests := []struct {
		name   string
		spoil  func([]transit.Section) []transit.Section
		reason string
	}{
		{"one is missing", func(in []transit.Section) []transit.Section { return in[1:] }, "has 6 sections, 5 are given"},
		{"one is given twice", func(in []transit.Section) []transit.Section { in[1] = in[0]; return in }, "given twice"},
		{"one is unknown", func(in []transit.Section) []transit.Section { in[1].Name = "Parties"; return in }, "unknown"},
		{"one holds fields of another", func(in []transit.Section) []transit.Section {
			in[1].Content = in[3].Content
			return in
		}, "fields of another section"},
		{"one is no document", func(in []transit.Section) []transit.Section {
			in[1].Content = json.RawMessage(`{"holder":{}}`)
			return in
		}, `/holder: unknown field "holder"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sections, err := s.Sections()
			require.NoError(t, err)
			_, err = transit.JoinSections(test.spoil(sections))
			require.ErrorContains(t, err, test.reason)
		})
	}
}

func TestPartsThatStandForNothingMustBeLeftOut(t *testing.T) {
	tests := []struct{ name, document, pointer string }{
		{"an empty text", `{"transitOperation":{"lrn":""}}`, "/transitOperation"},
		{"an empty text beside others", `{"transitOperation":{"lrn":"","security":"0"}}`, "/transitOperation/lrn"},
		{"an empty list", `{"guarantees":[]}`, "/guarantees"},
		{"an empty required group", `{"consignment":{}}`, "/consignment"},
		{"number zero", `{"authorisations":[{"sequenceNumber":0}]}`, "/authorisations/0/sequenceNumber"},
		{"null", `{"representative":null}`, "/representative"},
		{"a number for a text", `{"transitOperation":{"lrn":5}}`, "/transitOperation/lrn"},
		{"a fraction", `{"authorisations":[{"sequenceNumber":1.5}]}`, "/authorisations/0/sequenceNumber"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := transit.DecodeSTD([]byte(test.document))
			var refused *transit.DecodeError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, test.pointer, refused.Pointer)
		})
	}
	s, err := transit.DecodeSTD([]byte(`{"consignment":{"placeOfLoading":{},"transportEquipment":[{"numberOfSeals":0}]}}`))
	require.NoError(t, err, "an optional group without content and the number of seals 0 say something")
	require.Equal(t, 0, *s.Consignment.TransportEquipment[0].NumberOfSeals)
	_, err = transit.DecodeSTD(make([]byte, transit.MaxSTDBytes+1))
	require.ErrorContains(t, err, "larger than")
}

func TestAnEmptyDocumentMissesEveryMandatoryElement(t *testing.T) {
	var missing []string
	for _, v := range (&transit.STD{}).CheckFormat() {
		require.Equal(t, transit.CodeMissing, v.Code)
		require.Equal(t, transit.RuleXSD, v.Rule)
		missing = append(missing, v.Pointer)
	}
	require.Equal(t, []string{
		"/message/messageSender", "/message/messageRecipient", "/message/preparationDateAndTime",
		"/message/messageIdentification", "/message/messageType", "/transitOperation/lrn",
		"/transitOperation/declarationType", "/transitOperation/additionalDeclarationType", "/transitOperation/security",
		"/transitOperation/reducedDatasetIndicator", "/transitOperation/bindingItinerary",
		"/customsOfficeOfDeparture/referenceNumber", "/customsOfficeOfDestinationDeclared/referenceNumber",
		"/guarantees", "/consignment/grossMass", "/consignment/houseConsignments",
	}, missing)
}

func TestFormatOfValues(t *testing.T) {
	tests := []struct {
		name  string
		set   func(*transit.STD)
		code  string
		where string
	}{
		{"an LRN of 23 characters", func(s *transit.STD) { s.TransitOperation.LRN = strings.Repeat("Ж", 23) }, "14", "/transitOperation/lrn"},
		{"an LRN of 22 characters, more bytes", func(s *transit.STD) { s.TransitOperation.LRN = strings.Repeat("Ж", 22) }, "", ""},
		{"a no-break space at the end", func(s *transit.STD) { s.TransitOperation.LRN = "LRN\u00a0" }, "14", "/transitOperation/lrn"},
		{"a tab inside", func(s *transit.STD) { s.TransitOperation.LRN = "L\tRN" }, "14", "/transitOperation/lrn"},
		{"a line break inside", func(s *transit.STD) { s.TransitOperation.LRN = "L\nRN" }, "14", "/transitOperation/lrn"},
		{"a carriage return inside", func(s *transit.STD) { s.TransitOperation.LRN = "L\rRN" }, "14", "/transitOperation/lrn"},
		{"a control character", func(s *transit.STD) { s.TransitOperation.LRN = "L\x01RN" }, "14", "/transitOperation/lrn"},
		{"an indicator that is neither 0 nor 1", func(s *transit.STD) { s.TransitOperation.BindingItinerary = "2" }, "12",
			"/transitOperation/bindingItinerary"},
		{"another message type", func(s *transit.STD) { s.Message.Type = "CC013C" }, "12", "/message/messageType"},
		{"the 30th of February", func(s *transit.STD) { s.TransitOperation.LimitDate = "2026-02-30" }, "14", "/transitOperation/limitDate"},
		{"a moment with a zone", func(s *transit.STD) { s.Message.PreparationDateAndTime = "2026-02-20T10:00:00Z" }, "14",
			"/message/preparationDateAndTime"},
		{"a mass of zero", func(s *transit.STD) { s.Consignment.GrossMass = "0.000" }, "14", "/consignment/grossMass"},
		{"a mass with seven decimals", func(s *transit.STD) { s.Consignment.GrossMass = "1.0000001" }, "14", "/consignment/grossMass"},
		{"a mass with trailing zeros", func(s *transit.STD) { s.Consignment.GrossMass = "1.5000000" }, "", ""},
		{"a mass of 17 digits", func(s *transit.STD) { s.Consignment.GrossMass = "12345678901234567" }, "14", "/consignment/grossMass"},
		{"a mass of 16 digits", func(s *transit.STD) { s.Consignment.GrossMass = "1234567890.123456" }, "", ""},
		{"a mass of 16 digits before the point", func(s *transit.STD) { s.Consignment.GrossMass = "1234567890123456" }, "", ""},
		{"a mass with an exponent", func(s *transit.STD) { s.Consignment.GrossMass = "1e3" }, "14", "/consignment/grossMass"},
		{"an office in lower case", func(s *transit.STD) { s.DepartureOffice.ReferenceNumber = "cn650100" }, "14",
			"/customsOfficeOfDeparture/referenceNumber"},
		{"a sequence number out of range", func(s *transit.STD) { s.Guarantees[0].SequenceNumber = 100000 }, "14",
			"/guarantees/0/sequenceNumber"},
		{"a negative number", func(s *transit.STD) { s.Guarantees[0].SequenceNumber = -1 }, "14", "/guarantees/0/sequenceNumber"},
		{"ten guarantees", func(s *transit.STD) {
			for len(s.Guarantees) < 10 {
				s.Guarantees = append(s.Guarantees, s.Guarantees[0])
			}
		}, "15", "/guarantees"},
		{"a party without city", func(s *transit.STD) {
			s.Consignment.Consignee = &transit.Consignee{Address: &transit.Address{StreetAndNumber: "1", Country: "KG"}}
		}, "13", "/consignment/consignee/address/city"},
		{"latitude with four decimals", func(s *transit.STD) {
			s.Consignment.LocationOfGoods.GNSS = &transit.GNSS{Latitude: "42.8746", Longitude: "74.56980"}
		}, "14", "/consignment/locationOfGoods/gnss/latitude"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := minimalSTD()
			require.Empty(t, s.CheckFormat())
			test.set(s)
			violations := s.CheckFormat()
			if test.code == "" {
				require.Empty(t, violations)
				return
			}
			require.Len(t, violations, 1)
			require.Equal(t, test.code, violations[0].Code)
			require.Equal(t, test.where, violations[0].Pointer)
			require.NotEmpty(t, violations[0].Text)
		})
	}
}

func minimalSTD() *transit.STD {
	return &transit.STD{
		Message: transit.Message{
			Sender: "CN.TRADER", Recipient: "CN.CUSTOMS", PreparationDateAndTime: "2026-03-01T08:00:00",
			Identification: "M1", Type: "CC015C",
		},
		TransitOperation: transit.TransitOperation{
			LRN: "LRN1", DeclarationType: "T1", AdditionalDeclarationType: "A", Security: "0",
			ReducedDatasetIndicator: transit.FlagNo, BindingItinerary: transit.FlagNo,
		},
		DepartureOffice:   transit.CustomsOffice{ReferenceNumber: "CN650100"},
		DestinationOffice: transit.CustomsOffice{ReferenceNumber: "KG330100"},
		Guarantees:        []transit.DeclaredGuarantee{{SequenceNumber: 1, GuaranteeType: "1"}},
		Consignment: transit.Consignment{
			GrossMass:       "1000",
			LocationOfGoods: &transit.LocationOfGoods{TypeOfLocation: "A", QualifierOfIdentification: "V"},
			HouseConsignments: []transit.HouseConsignment{{
				SequenceNumber: 1, GrossMass: "1000",
				ConsignmentItems: []transit.ConsignmentItem{{
					GoodsItemNumber: 1, DeclarationGoodsItemNumber: 1,
					Commodity: transit.Commodity{DescriptionOfGoods: "电子产品"},
					Packaging: []transit.Packaging{{SequenceNumber: 1, TypeOfPackages: "CT"}},
				}},
			}},
		},
	}
}

func TestDecimalsAreExact(t *testing.T) {
	sum, err := transit.SumDecimals("0.1", "0.2", "", "12.300000")
	require.NoError(t, err)
	require.Equal(t, transit.Decimal("12.6"), sum)
	sum, err = transit.SumDecimals()
	require.NoError(t, err)
	require.Equal(t, transit.Decimal("0"), sum)

	c, err := transit.Decimal("1.50").Cmp("1.5")
	require.NoError(t, err)
	require.Zero(t, c)
	c, err = transit.Decimal("9").Cmp("10.0")
	require.NoError(t, err)
	require.Negative(t, c)

	minor, err := transit.Decimal("12.5").Minor(2)
	require.NoError(t, err)
	require.EqualValues(t, 1250, minor)
	minor, err = transit.Decimal("12.500").Minor(1)
	require.NoError(t, err)
	require.EqualValues(t, 125, minor)
	require.Equal(t, transit.Decimal("0.05"), transit.DecimalOf(5, 2))

	for _, bad := range []transit.Decimal{"", ".5", "5.", "05", "-1", "1e2", "1,5", "+1", "0x1", "٣", "1.005", "99999999999999999999"} {
		_, err := bad.Minor(2)
		require.Error(t, err, bad)
	}
	require.False(t, transit.Decimal("0.00").Positive())
	require.True(t, transit.Decimal("0.01").Positive())
}

func TestMinorUnitsAndDecimalsConvertBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Min(0).Draw(t, "n")
		digits := rapid.IntRange(0, 6).Draw(t, "digits")
		back, err := transit.DecimalOf(n, digits).Minor(digits)
		require.NoError(t, err)
		require.Equal(t, n, back)
	})
}

func TestDatesKeepTheirLexicalForm(t *testing.T) {
	moment := time.Date(2026, 3, 31, 23, 59, 59, 999, time.UTC)
	require.Equal(t, transit.DateTime("2026-03-31T23:59:59"), transit.DateTimeOf(moment))
	require.Equal(t, transit.Date("2026-03-31"), transit.DateOf(moment))
	parsed, err := transit.DateTimeOf(moment).Parse()
	require.NoError(t, err)
	require.Equal(t, moment.Truncate(time.Second), parsed)
	for _, bad := range []transit.DateTime{"", "2026-03-31", "2026-03-31T24:00:00", "2026-03-31T10:00:00.5",
		"0000-01-01T00:00:00", "2026-3-31T10:00:00"} {
		_, err := bad.Parse()
		require.Error(t, err, bad)
	}
}
