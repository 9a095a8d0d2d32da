package formats_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

func exampleMapping(t testing.TB) *formats.Mapping {
	t.Helper()
	file, err := os.Open(filepath.Join("examples", "mapping.yaml"))
	require.NoError(t, err)
	defer file.Close()
	m, err := formats.LoadMapping(file)
	require.NoError(t, err)
	return m
}

func TestMappingMovesADeclarationToThisNetwork(t *testing.T) {
	m, err := formats.LoadMapping(strings.NewReader(`
offices:
  GB000246: CNURM001
  XI000142: {transit: KZHOR001, destination: KZALA001}
defaults: {transit: KGAKZ001, departure: CNHRS001}
countries: {GB: CN}
operators: {GB954131533000: CN916501007TSL1}
guarantees:
  09GB0000010000084: {grn: 26KZCGM0000000015, accessCode: TS17}
message: {recipient: NTA.CN}
`))
	require.NoError(t, err)
	s := &transit.STD{
		Message:           transit.Message{Sender: "S", Recipient: "NTA.GB"},
		TransitOperation:  transit.TransitOperation{LRN: "OLD"},
		DepartureOffice:   transit.CustomsOffice{ReferenceNumber: "GB000246"},
		DestinationOffice: transit.CustomsOffice{ReferenceNumber: "XI000142"},
		TransitOffices: []transit.TransitOffice{
			{ReferenceNumber: "XI000142"}, {ReferenceNumber: "FR000001"}, {ReferenceNumber: "KGAKZ001"},
		},
		ExitOffices: []transit.ExitOffice{{ReferenceNumber: "GB000001"}},
		Holder:      transit.Holder{IdentificationNumber: "GB954131533000"},
		Guarantees: []transit.DeclaredGuarantee{{GuaranteeReferences: []transit.DeclaredReference{
			{GRN: "09GB0000010000084", AccessCode: "AC01"}, {GRN: "20XI0000010000052", AccessCode: "AC01"},
		}}},
		Consignment: transit.Consignment{
			CountryOfDispatch: "GB", CountryOfDestination: "XI",
			HouseConsignments: []transit.HouseConsignment{{
				Consignee: &transit.Consignee{IdentificationNumber: "GB954131533000"},
				ConsignmentItems: []transit.ConsignmentItem{{
					CountryOfDispatch: "GB",
				}},
			}},
		},
	}
	made := m.Apply(s, "NEW-1")
	require.Equal(t, []formats.Substitution{
		{Pointer: "/message/messageRecipient", From: "NTA.GB", To: "NTA.CN"},
		{Pointer: "/transitOperation/lrn", From: "OLD", To: "NEW-1"},
		{Pointer: "/customsOfficeOfDeparture/referenceNumber", From: "GB000246", To: "CNURM001"},
		{Pointer: "/customsOfficeOfDestinationDeclared/referenceNumber", From: "XI000142", To: "KZALA001"},
		{Pointer: "/customsOfficesOfTransitDeclared/0/referenceNumber", From: "XI000142", To: "KZHOR001"},
		{Pointer: "/customsOfficesOfTransitDeclared/1/referenceNumber", From: "FR000001", To: "KGAKZ001"},
		{Pointer: "/holderOfTheTransitProcedure/identificationNumber", From: "GB954131533000", To: "CN916501007TSL1"},
		{Pointer: "/guarantees/0/guaranteeReferences/0/grn", From: "09GB0000010000084", To: "26KZCGM0000000015"},
		{Pointer: "/guarantees/0/guaranteeReferences/0/accessCode", From: "AC01", To: "TS17"},
		{Pointer: "/consignment/countryOfDispatch", From: "GB", To: "CN"},
		{Pointer: "/consignment/houseConsignments/0/consignee/identificationNumber", From: "GB954131533000", To: "CN916501007TSL1"},
		{Pointer: "/consignment/houseConsignments/0/consignmentItems/0/countryOfDispatch", From: "GB", To: "CN"},
	}, made)
	require.Equal(t, "NEW-1", s.TransitOperation.LRN)
	require.Equal(t, "GB000001", s.ExitOffices[0].ReferenceNumber, "no default for the role")
	require.Equal(t, `/message/messageRecipient: "NTA.GB" -> "NTA.CN"`, made[0].String())
	require.Empty(t, m.Apply(s, ""), "a mapped document is left alone")
}

func TestMappingFilesThatAreRefused(t *testing.T) {
	tests := []struct{ name, text, reason string }{
		{"an unknown key", "countries: {GB: CN}\nofices:\n  GB000246: CNURM001\n",
			`line 2: unknown key "ofices"; known are countries, customsValues, defaults, guarantees, holder, message, offices, operators`},
		{"an unknown role", "defaults:\n  departure: CNURM001\n  arrival: KZALA001\n", `line 3: unknown key "arrival"`},
		{"an office given twice", "offices:\n  GB000246: CNURM001\n  GB000246: CNHRS001\n", `line 3: key "GB000246" stands at line 2 already`},
		{"an office of the wrong form", "offices:\n  GB000246: CNURM01\n", "line 2: "},
		{"a key that is no office", "offices:\n\n  GB: CNURM001\n", "line 3: "},
		{"a GRN with a wrong check digit", "guarantees:\n  X: {grn: 26KZCGM0000000016}\n", "line 2: "},
		{"a guarantee without GRN", "guarantees:\n  X: {accessCode: AC01}\n", "line 2: guarantee X needs the key grn"},
		{"a country that does not exist", "countries: {GB: ZX}\n", "line 1: "},
		{"a country of three letters", "countries: {GBR: CN}\n", `line 1: "GBR" is not a country code`},
		{"an operator without country", "holder: 4711\n", "line 1: "},
		{"a list instead of keys", "offices: [GB000246]\n", "line 1: expected keys with values"},
		{"keys instead of a value", "holder: {a: b}\n", "line 1: expected one value"},
		{"an empty recipient", "message: {recipient: ''}\n", "line 1: "},
		{"two documents", "holder: CN1\n---\nholder: CN2\n", "one document"},
		{"nothing", "", "the file is empty"},
		{"no YAML", "a: [", "line 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := formats.LoadMapping(strings.NewReader(test.text))
			require.ErrorContains(t, err, test.reason)
		})
	}
}

// TestExampleMappingBringsRealMessagesToThePilot knows the offices of the pilot from nowhere but the countries.
func TestExampleMappingBringsRealMessagesToThePilot(t *testing.T) {
	m := exampleMapping(t)
	pilot := []string{"CN", "KZ", "KG"}
	for _, s := range scenarios(t) {
		if !s.valid {
			continue
		}
		template, err := os.ReadFile(s.file)
		require.NoError(t, err)
		message, err := formats.FillTemplate(template, templateValues())
		require.NoError(t, err)
		std, err := formats.ReadCC015C(bytes.NewReader(message))
		require.NoError(t, err)
		require.NotEmpty(t, m.Apply(std, "PILOT-1"))
		require.Contains(t, pilot, std.DepartureOffice.ReferenceNumber[:2], s.file)
		require.Contains(t, pilot, std.DestinationOffice.ReferenceNumber[:2], s.file)
		require.NotEqual(t, std.DepartureOffice, std.DestinationOffice, s.file)
		for _, office := range std.TransitOffices {
			require.Contains(t, pilot, office.ReferenceNumber[:2], s.file)
		}
		require.Contains(t, pilot, std.Holder.IdentificationNumber[:2], s.file)
		require.Empty(t, std.CheckFormat(), s.file)
	}
}

func FuzzLoadMapping(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("examples", "mapping.yaml"))
	require.NoError(f, err)
	f.Add(example)
	f.Add([]byte("offices: {GB000246: {departure: CNURM001}}"))
	f.Add([]byte("defaults: &a {transit: *a}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := formats.LoadMapping(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, m)
			return
		}
		s, err := formats.ReadCC015C(strings.NewReader(electronics(t)))
		require.NoError(t, err)
		m.Apply(s, "L1")
		require.Equal(t, "L1", s.TransitOperation.LRN)
	})
}

func TestCustomsValuesComeFromTheMappingAndStayOutOfTheMessage(t *testing.T) {
	m, err := formats.LoadMapping(strings.NewReader("customsValues:\n  1: {amount: 12500.00, currency: USD}\n"))
	require.NoError(t, err)
	file, err := os.Open(filepath.Join("examples", "cn-kz-kg-electronics.xml"))
	require.NoError(t, err)
	defer file.Close()
	s, err := formats.ReadCC015C(file)
	require.NoError(t, err)
	var plain bytes.Buffer
	require.NoError(t, formats.WriteCC015C(&plain, s))

	made := m.Apply(s, "")
	require.Len(t, made, 2)
	require.Equal(t, `/consignment/houseConsignments/0/consignmentItems/0/customsValue/amount: "" -> "12500.00"`, made[0].String())
	item := s.Consignment.HouseConsignments[0].ConsignmentItems[0]
	require.Equal(t, &transit.CustomsValue{Amount: "12500.00", Currency: "USD"}, item.CustomsValue)

	text, err := transit.Canonical(s)
	require.NoError(t, err)
	again, err := transit.DecodeSTD(text)
	require.NoError(t, err)
	require.Equal(t, s, again, "the document's JSON carries the extension")
	var message bytes.Buffer
	require.NoError(t, formats.WriteCC015C(&message, s))
	require.Equal(t, plain.String(), message.String(), "the message has no place for it")

	_, err = formats.LoadMapping(strings.NewReader("customsValues:\n  1: {amount: 12500.00}\n"))
	require.ErrorContains(t, err, "needs the keys amount and currency")
	_, err = formats.ReadCC015C(strings.NewReader(strings.Replace(plain.String(), "</Packaging>",
		"</Packaging><CustomsValue><amount>1</amount><currency>USD</currency></CustomsValue>", 1)))
	require.ErrorContains(t, err, "CustomsValue", "nor is it read from one")
}
