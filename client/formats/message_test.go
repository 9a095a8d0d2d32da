package formats_test

import (
	"bytes"
	"encoding/csv"
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
	"carec.example/cats/client/formats/ncts"
)

// phases are the phases with the folders of their schema files.
func phases() map[transit.Phase]string {
	return map[transit.Phase]string{transit.Phase5: "xsd-p5-v2_1", transit.Phase6: "xsd-p6-v60.4.16"}
}

// schemaFile is the schema file of a message; CC054C, which has none, gets one that is made of the types that exist for it.
func schemaFile(t testing.TB, kind *ncts.Kind, phase transit.Phase) string {
	t.Helper()
	folder := filepath.Join(sharedDir(t), phases()[phase])
	file := filepath.Join(folder, strings.ToLower(kind.Name)+".xsd")
	if kind.Name != "CC054C" {
		return file
	}
	text := fmt.Sprintf(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="%[1]s" targetNamespace="%[1]s">
<xs:include schemaLocation="%[2]s/ctypes.xsd"/><xs:include schemaLocation="%[2]s/htypes.xsd"/>
<xs:element name="CC054C" type="CC054CType"/><xs:complexType name="CC054CType"><xs:sequence><xs:group ref="MESSAGE"/>
<xs:element name="TransitOperation" type="TransitOperationType19"/>
<xs:element name="CustomsOfficeOfDeparture" type="CustomsOfficeOfDepartureType03"/>
<xs:element name="HolderOfTheTransitProcedure" type="HolderOfTheTransitProcedureType19"/>
</xs:sequence><xs:attribute name="PhaseID" type="phaseIDtype"/></xs:complexType></xs:schema>`, formats.Namespace, filepath.ToSlash(folder))
	file = filepath.Join(t.TempDir(), "cc054c.xsd")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// lint has the schema judge messages in one run; it returns those that are not valid, with what xmllint said.
func lint(t testing.TB, kind *ncts.Kind, phase transit.Phase, messages [][]byte) map[int]string {
	t.Helper()
	xsd := schemaFile(t, kind, phase)
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed (package libxml2-utils)")
	}
	folder := t.TempDir()
	arguments := []string{"--noout", "--schema", xsd}
	for i, message := range messages {
		file := filepath.Join(folder, fmt.Sprintf("%04d.xml", i))
		require.NoError(t, os.WriteFile(file, message, 0o600))
		arguments = append(arguments, file)
	}
	said, err := exec.CommandContext(t.Context(), "xmllint", arguments...).CombinedOutput()
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	refused := map[int]string{}
	for i := range messages {
		if name := fmt.Sprintf("%04d.xml", i); !bytes.Contains(said, []byte(name+" validates")) {
			refused[i] = string(said)
		}
	}
	return refused
}

func everyMessage(t *testing.T, check func(*testing.T, *ncts.Kind, transit.Phase)) {
	t.Helper()
	for _, kind := range ncts.Kinds() {
		for phase := transit.Phase5; phase <= transit.Phase6; phase++ {
			if kind.Schema(phase) == nil {
				continue
			}
			t.Run(fmt.Sprintf("%s of phase %d", kind.Name, phase), func(t *testing.T) { check(t, kind, phase) })
		}
	}
}

func TestEveryMessageHasTheTreeOfItsSchema(t *testing.T) {
	files := map[transit.Phase]*xsdTypes{}
	for phase := range phases() {
		files[phase] = readTypes(t, phase)
	}
	everyMessage(t, func(t *testing.T, kind *ncts.Kind, phase transit.Phase) {
		t.Helper()
		types := files[phase].with(t, schemaFile(t, kind, phase))
		var want, got []string
		root := append(types.elements["MESSAGE"], types.content(kind.Name+"Type")...)
		types.list(&want, root, "")
		listTags(&got, kind.Schema(phase), "")
		require.Equal(t, want, got)
		require.Equal(t, "Message", reflect.TypeOf(kind.New()).Elem().Field(0).Name)
	})
}

// drawMessage draws a message that its schema allows; full, one that has every element.
func drawMessage(r *rapid.T, kind *ncts.Kind, phase transit.Phase, full bool) *formats.Message {
	m := &formats.Message{Kind: kind, Content: kind.New()}
	stdgen.Fill(r, reflect.ValueOf(m.Content).Elem(), kind.Schema(phase), full)
	m.Header().Type, m.Header().PhaseID = kind.Name, ncts.IDOf(phase)
	return m
}

func TestEveryMessageIsWrittenValidAndReadBackEqual(t *testing.T) {
	everyMessage(t, func(t *testing.T, kind *ncts.Kind, phase transit.Phase) {
		t.Helper()
		var messages [][]byte
		for i := range 12 {
			m := rapid.Custom(func(r *rapid.T) *formats.Message { return drawMessage(r, kind, phase, i < 3) }).Example(i)
			require.Empty(t, m.Check())
			var written bytes.Buffer
			require.NoError(t, m.Write(&written))
			messages = append(messages, bytes.Clone(written.Bytes()))
			again, err := formats.ReadMessage(&written)
			require.NoError(t, err)
			require.Equal(t, m, again)
			require.Equal(t, phase, again.Phase())
		}
		for i, said := range lint(t, kind, phase, messages) {
			t.Errorf("%s\n%s", messages[i], said)
		}
	})
}

func TestVerdictsOnSpoiltMessagesOfEveryKindAreThoseOfTheSchema(t *testing.T) {
	everyMessage(t, func(t *testing.T, kind *ncts.Kind, phase transit.Phase) {
		t.Helper()
		var messages [][]byte
		var ours []error
		for i := range 40 {
			var written bytes.Buffer
			m := rapid.Custom(func(r *rapid.T) *formats.Message { return drawMessage(r, kind, phase, i%2 == 0) }).Example(i)
			require.NoError(t, m.Write(&written))
			spoilt := rapid.Custom(func(r *rapid.T) string { return mutate(r, written.String()) }).Example(i)
			_, err := formats.ReadMessage(strings.NewReader(spoilt))
			messages, ours = append(messages, []byte(spoilt)), append(ours, err)
		}
		refused := lint(t, kind, phase, messages)
		for i, err := range ours {
			if said, invalid := refused[i]; invalid != (err != nil) && !knownStricter(err) {
				t.Errorf("the schema refuses: %v; we say %v\n%s\n%s", invalid, err, messages[i], said)
			}
		}
	})
}

func TestRealMessagesOfEveryKindAreReadAndWrittenBack(t *testing.T) {
	folder := filepath.Join(sharedDir(t), "scenarios")
	index, err := os.ReadFile(filepath.Join(folder, "INDEX.tsv"))
	require.NoError(t, err)
	lines := csv.NewReader(bytes.NewReader(index))
	lines.Comma, lines.LazyQuotes = '\t', true
	records, err := lines.ReadAll()
	require.NoError(t, err)
	written := map[string][][]byte{}
	for _, record := range records[1:] {
		text, err := os.ReadFile(filepath.Join(folder, record[0]))
		require.NoError(t, err)
		values := templateValues()
		values["MRN"], values["unloadingDate"], values["requestDateAndTime"] = mrn, "2026-03-05", "2026-03-03T10:00:00"
		values["decisionDateAndTime"], values["arrivalNotificationDateAndTime"] = "2026-03-03T11:00:00", "2026-03-04T18:00:00"
		text, err = formats.FillTemplate(text, values)
		require.NoError(t, err)
		m, err := formats.ReadMessage(bytes.NewReader(text))
		if record[6] != "valid" {
			require.Error(t, err, record[0])
			continue
		}
		require.NoError(t, err, record[0])
		require.Equal(t, record[1], m.Kind.Name)
		written[m.Kind.Name] = append(written[m.Kind.Name], requireReadBack(t, m, text))
	}
	counts := map[string]int{}
	for name, messages := range written {
		counts[name] = len(messages)
		require.Empty(t, lint(t, ncts.Find(name), transit.Phase5, messages))
	}
	require.Equal(t, map[string]int{"CC007C": 10, "CC013C": 4, "CC014C": 13, "CC015C": 62, "CC044C": 8, "CC170C": 9}, counts)
}

// requireReadBack writes a message that was read from the text, reads it again, and returns what was written.
func requireReadBack(t *testing.T, m *formats.Message, text []byte) []byte {
	t.Helper()
	var written bytes.Buffer
	require.NoError(t, m.Write(&written))
	again, err := formats.ReadMessage(bytes.NewReader(written.Bytes()))
	require.NoError(t, err)
	require.Equal(t, m, again)
	require.Equal(t, elements(text), elements(written.Bytes()), "an element of the message is lost")
	return written.Bytes()
}

func TestMessagesOfTheValidatorOfEveryKindGetTheVerdictOfTheSchema(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedDir(t), "hmrc-validator-data", "*.xml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			kind := ncts.Find(formats.KindOf(text))
			require.NotNil(t, kind)
			m, err := formats.ReadMessage(bytes.NewReader(text))
			if len(lint(t, kind, transit.Phase5, [][]byte{text})) > 0 {
				require.ErrorIs(t, err, &transit.Fault{Code: transit.InvalidDocument})
				return
			}
			if knownStricter(err) {
				return
			}
			require.NoError(t, err)
			require.Empty(t, lint(t, kind, transit.Phase5, [][]byte{requireReadBack(t, m, text)}))
		})
	}
}

func TestPhaseSixIsChosenByItsAttribute(t *testing.T) {
	five := strings.Replace(electronics(t), "NCTS5.1", "NCTS6", 1)
	m, err := formats.ReadMessage(strings.NewReader(five))
	require.NoError(t, err)
	require.Equal(t, transit.Phase6, m.Phase())

	item := "<Commodity>"
	_, err = formats.ReadMessage(strings.NewReader(strings.Replace(five, item, "<Consignee><name>K</name></Consignee>"+item, 1)))
	require.Equal(t, []string{"15 /consignment/houseConsignments/0/consignmentItems/0/consignee"}, codesAt(violationsOf(err)))

	std := m.Content.(*transit.STD)
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Consignee = &transit.Consignee{Name: "K"}
	std.Guarantees[0].GuaranteeReferences[0].Currency = ""
	require.Equal(t, []string{
		"13 /guarantees/0/guaranteeReferences/0/currency", "15 /consignment/houseConsignments/0/consignmentItems/0/consignee",
	}, codesAt(m.Check()))

	_, err = formats.ReadMessage(strings.NewReader(`<n:CC140C xmlns:n="` + formats.Namespace + `" PhaseID="NCTS6"/>`))
	require.Contains(t, codesAt(violationsOf(err)), "15 /message/phaseID")
	_, err = formats.ReadMessage(strings.NewReader(`<n:CC999C xmlns:n="` + formats.Namespace + `"/>`))
	require.Equal(t, []string{"15 /CC999C"}, codesAt(violationsOf(err)))
	var fault *transit.Fault
	require.ErrorAs(t, err, &fault)
	require.Contains(t, fault.Violations[0].Text, "a message of NCTS")
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(electronics(f)))
	for _, kind := range ncts.Kinds() {
		m := rapid.Custom(func(r *rapid.T) *formats.Message { return drawMessage(r, kind, transit.Phase5, false) }).Example(1)
		var written bytes.Buffer
		require.NoError(f, m.Write(&written))
		f.Add(written.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := formats.ReadMessage(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, m)
			return
		}
		require.Empty(t, m.Check(), "what is read has the form of the schema")
		var written bytes.Buffer
		require.NoError(t, m.Write(&written))
		again, err := formats.ReadMessage(&written)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}
