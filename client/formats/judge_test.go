package formats_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats"
)

// amendmentOf makes an amendment of the example declaration.
func amendmentOf(t testing.TB, reference, flag string) string {
	t.Helper()
	message := strings.ReplaceAll(electronics(t), "CC015C", "CC013C")
	start, end := strings.Index(message, "<LRN>"), strings.Index(message, "</LRN>")+len("</LRN>")
	require.Positive(t, start)
	message = message[:start] + reference + message[end:]
	return strings.Replace(message, "</bindingItinerary>", "</bindingItinerary><amendmentTypeFlag>"+flag+"</amendmentTypeFlag>", 1)
}

const mrn = "26CNRZZ6S4CA8HDPJ5"

func TestAnAmendmentIsReadAsTheDeclarationThatItMakes(t *testing.T) {
	want, err := formats.ReadCC015C(strings.NewReader(electronics(t)))
	require.NoError(t, err)
	lrn := want.TransitOperation.LRN

	a, err := formats.ReadCC013C(strings.NewReader(amendmentOf(t, "<LRN>"+lrn+"</LRN>", "0")))
	require.NoError(t, err)
	require.Equal(t, &formats.Amendment{LRN: lrn, Document: want}, a)

	a, err = formats.ReadCC013C(strings.NewReader("\ufeff" + amendmentOf(t, "<MRN><!-- accepted -->"+mrn+"</MRN>", "1")))
	require.NoError(t, err)
	require.Equal(t, mrn, a.MRN)
	require.True(t, a.GuaranteeOnly)
	require.Empty(t, a.LRN)
	want.TransitOperation.LRN = ""
	require.Equal(t, want, a.Document)
}

func TestAmendmentsThatTheSchemaForbidsAreRefused(t *testing.T) {
	good := amendmentOf(t, "<MRN>"+mrn+"</MRN>", "0")
	for _, c := range []struct {
		name, message string
		want          []string
	}{
		{"no flag", strings.Replace(good, "<amendmentTypeFlag>0</amendmentTypeFlag>", "", 1), []string{"13 /transitOperation/amendmentTypeFlag"}},
		{"another flag", amendmentOf(t, "<MRN>"+mrn+"</MRN>", "2"), []string{"12 /transitOperation/amendmentTypeFlag"}},
		{"an MRN of another form", amendmentOf(t, "<MRN>26cn</MRN>", "0"), []string{"14 /transitOperation/mrn"}},
		{"an empty MRN", amendmentOf(t, "<MRN/>", "0"), []string{"14 /transitOperation/mrn"}},
		{"another message type", strings.Replace(good, "<messageType>CC013C", "<messageType>CC014C", 1), []string{"12 /message/messageType"}},
		{"two mistakes at once", strings.Replace(amendmentOf(t, "<MRN>"+mrn+"</MRN>", "9"), "<security>0", "<security>x", 1),
			[]string{"14 /transitOperation/security", "12 /transitOperation/amendmentTypeFlag"}},
		{"a declaration", electronics(t), []string{"15 /CC015C"}},
		{"a flag with children", amendmentOf(t, "<MRN>"+mrn+"</MRN>", "<b/>"),
			[]string{"15 /transitOperation/amendmentTypeFlag/b", "14 /transitOperation/amendmentTypeFlag"}},
		{"an MRN twice", amendmentOf(t, "<MRN>"+mrn+"</MRN><MRN>"+mrn+"</MRN>", "0"), []string{"15 /transitOperation/mrn"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := formats.ReadCC013C(strings.NewReader(c.message))
			require.Nil(t, a)
			require.ErrorIs(t, err, &transit.Fault{Code: transit.InvalidDocument})
			require.Equal(t, c.want, codesAt(violationsOf(err)))
		})
	}
	for name, message := range map[string]string{
		"not XML": "<a", "not UTF-8": "\xff", "nested without end": strings.Repeat("<a>", 40),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := formats.ReadCC013C(strings.NewReader(message))
			require.ErrorIs(t, err, &transit.Fault{Code: transit.MalformedRequest})
		})
	}
	_, err := formats.ReadCC013C(io.LimitReader(endless{}, 1<<40))
	require.ErrorIs(t, err, &transit.Fault{Code: transit.TooLarge})
	_, err = formats.ReadCC013C(failing{})
	require.ErrorContains(t, err, "broken")
}

func TestTheKindOfAMessageIsItsRoot(t *testing.T) {
	for text, want := range map[string]string{
		`<?xml version="1.0"?><!-- x --><n:CC015C xmlns:n="y">`: "CC015C", "\ufeff<CC007C/>": "CC007C", "": "", "text": "", "<": "", "{}": "",
	} {
		require.Equal(t, want, formats.KindOf([]byte(text)), text)
	}
}

func judge(t testing.TB) *formats.Judge {
	t.Helper()
	at, err := transit.DateTime("2026-03-02T09:30:00").Parse()
	require.NoError(t, err)
	return &formats.Judge{Values: formats.TemplateValues(at), Context: transit.RuleContext{Now: at}}
}

func TestMessagesAreJudged(t *testing.T) {
	for _, c := range []struct {
		name, message, kind string
		rules               []formats.RuleCount
		unreadable          string
	}{
		{"a declaration", electronics(t), "CC015C", []formats.RuleCount{}, ""},
		{"an amendment after acceptance", amendmentOf(t, "<MRN>"+mrn+"</MRN>", "0"), "CC013C", []formats.RuleCount{}, ""},
		{"an amendment before", amendmentOf(t, "<LRN>L1</LRN>", "0"), "CC013C", []formats.RuleCount{}, ""},
		{"an amendment with both references", amendmentOf(t, "<LRN>L1</LRN><MRN>"+mrn+"</MRN>", "0"), "CC013C",
			[]formats.RuleCount{{"C0467", 1}}, ""},
		{"an amendment without any", amendmentOf(t, "", "0"), "CC013C", []formats.RuleCount{{"C0467", 1}, {"XSD", 1}}, ""},
		{"a template", strings.Replace(electronics(t), "<LRN>", "<LRN>{{LRN}}</LRN><!--", 1), "CC015C", nil, "not well-formed"},
		{"a template that nobody fills", strings.Replace(electronics(t), "<city>", "<city>{{town}}", 1), "", nil, "needs a value for town"},
		{"JSON that is no document", `{"x":1}`, "STD", []formats.RuleCount{{"JSON", 1}}, ""},
		{"broken masses", strings.ReplaceAll(electronics(t), "<netMass>", "<netMass>9"), "CC015C", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			verdict := judge(t).Message("a.xml", []byte(c.message))
			require.Equal(t, "a.xml", verdict.File)
			require.Equal(t, c.kind, verdict.Kind)
			if c.rules != nil {
				require.Equal(t, c.rules, verdict.Rules(), "%v", verdict.Violations)
				require.Equal(t, len(c.rules) == 0, verdict.Accepted())
				return
			}
			require.Contains(t, verdict.Unreadable, c.unreadable)
			require.False(t, verdict.Accepted())
		})
	}
}

func TestAFolderIsJudgedInOrder(t *testing.T) {
	bad := strings.Replace(electronics(t), "<security>0", "<security>9", 1)
	folder := fstest.MapFS{
		"b/two.XML": {Data: []byte(electronics(t))}, "a.xml": {Data: []byte(bad)}, "arrival.xml": {Data: []byte("<CC007C/>")},
		"notes.txt": {Data: []byte(electronics(t))}, "c.xml": {Data: []byte("<CC015C")},
	}
	report, err := judge(t).Folder(folder)
	require.NoError(t, err)
	var files []string
	for _, j := range report.Judgements {
		files = append(files, j.File)
	}
	require.Equal(t, []string{"a.xml", "b/two.XML"}, files)
	require.Equal(t, 1, report.Accepted())
	require.Equal(t, []formats.RuleCount{{"CL217", 1}}, report.Rules())

	_, err = judge(t).Folder(brokenFolder{})
	require.ErrorContains(t, err, "judge the messages of a folder")
}

type brokenFolder struct{ fstest.MapFS }

func (brokenFolder) ReadDir(string) ([]os.DirEntry, error) { return nil, errors.New("broken") }

func TestRealAmendmentsAreRead(t *testing.T) {
	dir := filepath.Join(sharedDir(t), "scenarios")
	report, err := judge(t).Folder(os.DirFS(dir))
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, j := range report.Judgements {
		kinds[j.Kind]++
		require.Empty(t, j.Unreadable, j.File)
		if j.Kind == "CC013C" {
			require.True(t, j.Accepted(), "%s: %v", j.File, j.Violations)
		}
	}
	require.Equal(t, map[string]int{"CC015C": 68, "CC013C": 4}, kinds)

	values := formats.TemplateValues(time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC))
	for name, want := range map[string][]string{
		"cc013c-valid.xml": nil, "cc013c-valid-mrn.xml": {"13 /guarantees/0/guaranteeType"},
	} {
		message, err := os.ReadFile(filepath.Join(sharedDir(t), "hmrc-validator-data", name))
		require.NoError(t, err)
		message, err = formats.FillTemplate(message, values)
		require.NoError(t, err)
		_, err = formats.ReadCC013C(bytes.NewReader(message))
		require.Equal(t, want, codesAt(violationsOf(err)), name)
	}
}

func FuzzReadCC013C(f *testing.F) {
	f.Add([]byte(amendmentOf(f, "<MRN>"+mrn+"</MRN>", "0")))
	f.Add([]byte(amendmentOf(f, "<LRN>L1</LRN>", "1")))
	f.Add([]byte(`<CC013C><TransitOperation/><messageType/></CC013C>`))
	f.Add([]byte(`<CC013C/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := formats.ReadCC013C(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, a)
			return
		}
		if a.LRN == "" {
			a.Document.TransitOperation.LRN = "L"
		}
		require.Empty(t, a.Document.CheckFormat())
	})
}

func FuzzJudge(f *testing.F) {
	f.Add([]byte(electronics(f)))
	f.Add([]byte(amendmentOf(f, "<MRN>"+mrn+"</MRN>", "0")))
	f.Add([]byte(`{"transitOperation":{"lrn":"1"}}`))
	f.Add([]byte(`<a>{{LRN}}</a>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		verdict := judge(t).Message("x", data)
		require.Equal(t, verdict, judge(t).Message("x", data))
		for _, v := range verdict.Violations {
			require.NotEmpty(t, v.Text)
		}
	})
}
