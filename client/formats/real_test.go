package formats_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/client/formats"
)

// scenario is one line of the index of the real messages.
type scenario struct {
	file, title string
	valid       bool
	reason      string
}

func scenarios(t testing.TB) []scenario {
	t.Helper()
	dir := filepath.Join(sharedDir(t), "scenarios")
	index, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	require.NoError(t, err)
	defer index.Close()
	lines := csv.NewReader(index)
	lines.Comma, lines.LazyQuotes = '\t', true
	records, err := lines.ReadAll()
	require.NoError(t, err)
	var found []scenario
	for _, r := range records[1:] {
		if r[1] == "CC015C" {
			found = append(found, scenario{filepath.Join(dir, r[0]), r[3], r[6] == "valid", r[7]})
		}
	}
	return found
}

func templateValues() map[string]string {
	return map[string]string{
		"LRN": "PILOT26000001", "messageIdentification": "MSG26000001", "IntConRefMES11": "MSG26000002",
		"preparationDateAndTime": "2026-03-02T09:30:00", "arrivalTime": "2026-03-04T18:00:00", "limitDate": "2026-03-09",
	}
}

func TestRealMessagesGetTheVerdictOfTheSchema(t *testing.T) {
	counts := map[bool]int{}
	for _, s := range scenarios(t) {
		t.Run(filepath.Base(s.file), func(t *testing.T) {
			template, err := os.ReadFile(s.file)
			require.NoError(t, err)
			message, err := formats.FillTemplate(template, templateValues())
			require.NoError(t, err)
			counts[s.valid]++

			std, err := formats.ReadCC015C(bytes.NewReader(message))
			if !s.valid {
				require.Nil(t, std)
				require.NotEmpty(t, violationsOf(err), "%v", err)
				t.Logf("schema: %s\nours: %v", s.reason, err)
				return
			}
			require.NoError(t, err)
			requireRoundTrip(t, message)
		})
	}
	require.Equal(t, map[bool]int{true: 62, false: 6}, counts)
}

// requireRoundTrip reads a message, writes it, has the schema judge what was written and reads that again.
func requireRoundTrip(t testing.TB, message []byte) {
	t.Helper()
	std, err := formats.ReadCC015C(bytes.NewReader(message))
	require.NoError(t, err)
	var written bytes.Buffer
	require.NoError(t, formats.WriteCC015C(&written, std))
	again, err := formats.ReadCC015C(bytes.NewReader(written.Bytes()))
	require.NoError(t, err)
	require.Equal(t, std, again)
	require.Equal(t, elements(message), elements(written.Bytes()), "an element of the message is lost")
	requireSchemaValid(t, written.Bytes())
}

// elements counts the end tags of a message without its comments.
func elements(message []byte) int {
	text := string(message)
	for {
		before, rest, found := strings.Cut(text, "<!--")
		if !found {
			return strings.Count(text, "</") + strings.Count(text, "/>")
		}
		_, after, _ := strings.Cut(rest, "-->")
		text = before + after
	}
}

func TestMessagesOfTheValidatorGetTheVerdictOfTheSchema(t *testing.T) {
	// Two messages called invalid break rules beyond the schema only: the schema and we accept them.
	tests := []struct {
		file     string
		valid    bool
		pointers []string
	}{
		{"cc015c-valid.xml", true, nil},
		{"cc015c-valid-2.xml", true, nil},
		{"cc015c-invalid-lrn.xml", true, nil},
		{"cc015c-invalid-reference-departure.xml", true, nil},
		{"cc015c-invalid-message-sender.xml", false, []string{"/message/messageSender"}},
		{"cc015c-invalid.xml", false, []string{"/message/messageSender"}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			message, err := os.ReadFile(filepath.Join(sharedDir(t), "hmrc-validator-data", test.file))
			require.NoError(t, err)
			valid, reason := schemaVerdict(t, message)
			require.Equal(t, test.valid, valid, reason)
			_, err = formats.ReadCC015C(bytes.NewReader(message))
			if test.valid {
				require.NoError(t, err)
				requireRoundTrip(t, message)
				return
			}
			var pointers []string
			for _, v := range violationsOf(err) {
				pointers = append(pointers, v.Pointer)
			}
			require.Equal(t, test.pointers, pointers)
		})
	}
}
