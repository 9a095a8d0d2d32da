package exchange_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats/national"
)

const nationalExamples = "../formats/national/examples"

func mappings(t testing.TB) *national.Set {
	t.Helper()
	set, err := national.LoadSet(os.DirFS(nationalExamples))
	require.NoError(t, err)
	return set
}

func goodsList(t testing.TB) []byte {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(nationalExamples, "goods-list.csv"))
	require.NoError(t, err)
	return document
}

// documents is an exchange that takes national documents.
func documents(t testing.TB, s *seat) *exchange.Exchange {
	t.Helper()
	return exchange.Over(s, exchange.WithMappings(mappings(t)))
}

// statuses are the rows of the status documents, each the state of the country asked for.
func statuses(t testing.TB, answers []exchange.Answer, country string) []string {
	t.Helper()
	states := []string{}
	for _, a := range answers {
		require.Equal(t, "goods-list", a.Kind, "%s", a.Text)
		require.Equal(t, "text/csv; charset=utf-8", a.MediaType)
		r := csv.NewReader(bytes.NewReader(a.Text))
		r.Comma = ';'
		rows, err := r.ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"Reference", "MRN", "Country", "State", "Since"}, rows[0])
		for _, row := range rows[1:] {
			require.Equal(t, "TSL-2026-000301", row[0])
			if row[2] == country {
				states = append(states, row[3])
			}
		}
	}
	return states
}

// allAnswers reads every answer after a cursor.
func allAnswers(t testing.TB, x *exchange.Exchange, at exchange.Cursor) []exchange.Answer {
	t.Helper()
	var all []exchange.Answer
	for {
		page, err := x.Answers(context.Background(), at)
		require.NoError(t, err)
		all, at = append(all, page.Answers...), page.Next
		if !page.More {
			return all
		}
	}
}

func TestANationalDocumentTravelsAndItsStatusComesBack(t *testing.T) {
	w := newWorld(t)
	f := newFolders(t)
	x := documents(t, w.at("trader"))
	folder := f.open(t, x)
	f.drop(t, "march.csv", goodsList(t))
	settle(t, folder)
	require.Len(t, names(t, f.in, "done"), 1)
	set := mappings(t)
	m, err := set.For(goodsList(t), "")
	require.NoError(t, err)
	std, _, err := m.Apply(goodsList(t))
	require.NoError(t, err)
	require.Equal(t, std.WithoutAccessCodes(), w.contents[w.only().ID], "what was lodged is what the mapping makes")

	var want []string
	took := func(record *transit.Movement) *transit.Movement {
		status, err := m.Status(record)
		require.NoError(t, err)
		want = append(want, string(status))
		return record
	}
	took(w.only())
	record := took(w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: w.only().ID}))
	of := func(r transit.StepRequest) transit.StepRequest { r.Movement = record.MRN; return r }
	took(w.step("urumqi", transit.StepRelease, of(transit.StepRequest{TimeLimit: "2026-12-20"})))
	took(w.step("urumqi", transit.StepProposeHandOff, of(transit.StepRequest{})))
	took(w.step("khorgos", transit.StepAcceptHandOff, of(transit.StepRequest{})))
	halfway := uint64(len(w.ledger.Blocks()))
	took(w.step("almaty", transit.StepArrive, of(transit.StepRequest{})))
	took(w.step("almaty", transit.StepRecordResults, of(transit.StepRequest{Result: "A1"})))
	took(w.step("almaty", transit.StepDischarge, of(transit.StepRequest{})))

	said := allAnswers(t, documents(t, w.at("trader")), exchange.Cursor{})
	var got []string
	for _, a := range said {
		got = append(got, string(a.Text))
	}
	require.Equal(t, want, got, "after every step what the mapping says")
	require.Equal(t, []string{"expected", "expected", "started", "started", "terminated", "terminated", "terminated", "discharged"},
		statuses(t, said, "CN"))
	settle(t, folder)
	require.Len(t, names(t, f.out), len(said))
	for _, a := range said {
		text, err := os.ReadFile(filepath.Join(f.out, a.Kind+"-"+a.ID+".csv"))
		require.NoError(t, err)
		require.Equal(t, string(a.Text), string(text), "folder and calls say the same")
	}

	// Who comes later, when the record has forgotten the first message, finds out from the ledger by what mapping it was lodged.
	require.Less(t, len(w.only().Messages), w.only().Seq)
	late := allAnswers(t, documents(t, w.at("trader")), exchange.Cursor{Block: halfway + 1})
	require.Equal(t, said[len(said)-3:], late)
	require.Equal(t, []string{"CC928C", "CC028C", "CC029C", "CC045C"}, kindsOf(heard(t, exchange.Over(w.at("trader")))),
		"without the mapping the same is told by messages of NCTS")
	require.Empty(t, allAnswers(t, documents(t, w.at("consignee")), exchange.Cursor{}), "it is nobody else's business")
}

// Every shipped document travels with its own declarant, from declaration to discharge.
func TestTheShippedDocumentsTravel(t *testing.T) {
	for _, c := range []struct {
		file, who, grn, code   string
		departure, destination string
		border                 string
	}{
		{"eaeu-transit.xml", "zhetysu", "26KGCGM0000000040", "ZH40", "almaty", "urumqi", "horgos"},
		{"asycuda-sad.xml", "alatoo", "26KZCGM0000000051", "AL51", "bishkek", "almaty", "korday"},
		{"goods-list.csv", "trader", "", "", "urumqi", "almaty", "khorgos"},
	} {
		t.Run(c.file, func(t *testing.T) {
			w := newWorld(t)
			s := w.at(c.who)
			if c.grn != "" {
				w.guarantee(c.grn, s.party.Operator, c.code)
			}
			x := documents(t, s)
			document, err := os.ReadFile(filepath.Join(nationalExamples, c.file))
			require.NoError(t, err)
			m, err := mappings(t).For(document, "")
			require.NoError(t, err)
			outcome, err := x.Post(context.Background(), document)
			require.NoError(t, err)
			require.Nil(t, outcome.Refusal(), "%s", outcome.Answers)
			for _, l := range outcome.LeftOut {
				require.NotContains(t, l.Reason, "no rule", "%s", l.Place)
			}
			want := []string{}
			took := func(record *transit.Movement) {
				status, err := m.Status(record)
				require.NoError(t, err)
				want = append(want, string(status))
			}
			took(w.only())
			for _, step := range []struct {
				who  string
				step transit.Step
				with transit.StepRequest
			}{
				{c.departure, transit.StepAccept, transit.StepRequest{}},
				{c.departure, transit.StepRelease, transit.StepRequest{TimeLimit: "2026-12-20"}},
				{c.departure, transit.StepProposeHandOff, transit.StepRequest{}},
				{c.border, transit.StepAcceptHandOff, transit.StepRequest{}},
				{c.destination, transit.StepArrive, transit.StepRequest{}},
				{c.destination, transit.StepRecordResults, transit.StepRequest{Result: "A1"}},
				{c.destination, transit.StepDischarge, transit.StepRequest{}},
			} {
				step.with.Movement = w.only().Reference()
				took(w.step(step.who, step.step, step.with))
			}
			require.Equal(t, transit.Discharged, w.only().State)
			var got []string
			for _, a := range allAnswers(t, x, exchange.Cursor{}) {
				require.Equal(t, m.Name, a.Kind)
				got = append(got, string(a.Text))
			}
			require.Equal(t, want, got)
		})
	}
}

func TestADocumentSentAgainIsTakenOnce(t *testing.T) {
	w := newWorld(t)
	x := documents(t, w.at("trader"))
	first := posted(t, x, goodsList(t))
	require.Equal(t, []string{"goods-list"}, kindsOf(first))
	height := len(w.ledger.Blocks())
	require.Empty(t, posted(t, x, goodsList(t)))
	require.Len(t, w.ledger.Blocks(), height)
	other := bytes.Replace(goodsList(t), []byte(";Printing ink;"), []byte(";Ink;"), 1)
	require.Equal(t, transit.Duplicate, refusalOf(t, posted(t, x, other)).Code)

	// A message of NCTS and a document of the same identification are two things.
	std := declaration(t, "LRN-1")
	std.Message.Identification = "TSL-2026-000301/2026-03-04"
	require.Equal(t, []string{"CC928C"}, kindsOf(posted(t, x, lodgement(t, "LRN-1"))))
}

func refusalOf(t testing.TB, answers []exchange.Answer) exchange.DocumentRefusal {
	t.Helper()
	require.Len(t, answers, 1)
	require.True(t, answers[0].Refusal, "%s", answers[0].Text)
	require.Equal(t, "application/json", answers[0].MediaType)
	var refusal exchange.DocumentRefusal
	require.NoError(t, json.Unmarshal(answers[0].Text, &refusal))
	return refusal
}

func TestARefusedDocumentIsToldThePlacesOfItsOwn(t *testing.T) {
	w := newWorld(t)
	x := documents(t, w.at("trader"))
	read := func(name string) []byte {
		document, err := os.ReadFile(filepath.Join(nationalExamples, name))
		require.NoError(t, err)
		return document
	}
	list := string(goodsList(t))
	for _, c := range []struct {
		name, mapping, document string
		kind                    string
		// places are where the findings are, with the pointers into the single transit document.
		places []string
	}{
		{"what the mapping finds", "", string(read("goods-list-wrong.csv")), "goods-list-refusal", []string{"/list/row[3]/Plate "}},
		{"what the ledger finds", "", strings.Replace(list, ";5 000,00;", ";900 000,00;", 3), "goods-list-refusal", nil},
		{"a code that no table has", "", string(read("eaeu-transit-wrong.xml")), "eaeu-transit-refusal",
			[]string{"/TransitDeclaration/Route/DestinationCustoms /customsOfficeOfDestinationDeclared/referenceNumber"}},
		{"what cannot be read", "", "a;a\n1", "goods-list-refusal", nil},
		{"another mapping's", "asycuda-sad", list, "document-refusal", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			outcome, err := x.PostAs(context.Background(), c.mapping, []byte(c.document))
			require.NoError(t, err)
			refusal := refusalOf(t, outcome.Answers)
			require.Equal(t, c.kind, outcome.Answers[0].Kind)
			require.NotEmpty(t, refusal.Reason)
			var got []string
			for _, f := range refusal.Findings {
				got = append(got, f.Place+" "+f.Pointer)
			}
			for _, want := range c.places {
				require.Contains(t, got, want)
			}
			again, err := x.PostAs(context.Background(), c.mapping, []byte(c.document))
			require.NoError(t, err)
			require.Equal(t, outcome, again)
		})
	}
	require.Empty(t, w.contents, "nothing has come to the ledger")
	require.Equal(t, []string{"CC906C"}, kindsOf(posted(t, exchange.Over(w.at("trader")), goodsList(t))), "without mappings")
}

// coloured is the list with a column that the mapping does not read.
func coloured(t testing.TB) []byte {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(string(goodsList(t))), "\n")
	for i, more := range []string{";Colour", ";red", ";", ";blue"} {
		lines[i] = strings.TrimRight(lines[i], "\r") + more
	}
	return []byte(strings.Join(lines, "\n"))
}

func TestWhatNoRuleReadsIsLeftOutByName(t *testing.T) {
	w := newWorld(t)
	f := newFolders(t)
	folder := f.open(t, documents(t, w.at("trader")))
	f.drop(t, "goods-list.march.csv", coloured(t))
	f.drop(t, "asycuda-sad.csv", goodsList(t))
	settle(t, folder)
	require.Len(t, names(t, f.in, "done"), 1)
	require.Len(t, names(t, f.in, "rejected"), 2, "the file that names another mapping, and its answer")
	var told exchange.FileLeftOut
	for _, name := range names(t, f.out) {
		if strings.HasPrefix(name, "left-out-") {
			raw, err := os.ReadFile(filepath.Join(f.out, name))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(raw, &told))
		}
	}
	require.Equal(t, "goods-list.march.csv", told.File)
	require.Equal(t, []exchange.LeftOut{
		{Place: "/list/row/Colour", Line: 2, Value: "red", Reason: "no rule of the mapping goods-list reads it"},
		{Place: "/list/row[3]/Colour", Line: 4, Value: "blue", Reason: "no rule of the mapping goods-list reads it"},
	}, told.LeftOut)
}

// Killed at any point and started again, the connector has lodged the document once, told its status and what was left out.
func TestAKillAtAnyPointLosesNothingOfADocument(t *testing.T) {
	points := map[string]int{}
	for n := 1; ; n++ {
		w := newWorld(t)
		x := documents(t, w.at("trader"))
		f := newFolders(t)
		f.drop(t, "march.csv", coloured(t))
		at := dies(t, f, x, n)
		points[at]++
		settle(t, f.open(t, x))
		require.Empty(t, names(t, f.in), at)
		require.Empty(t, names(t, f.in, "work"), at)
		require.Len(t, names(t, f.in, "done"), 1, at)
		require.Len(t, w.contents, 1, at)
		written := names(t, f.out)
		require.Len(t, written, 2, at)
		require.True(t, strings.HasPrefix(written[0], "goods-list-") && strings.HasPrefix(written[1], "left-out-"), "%v", written)
		if at == "" {
			break
		}
	}
	require.Len(t, points, 10, "every kind of point, and none: %v", points)
}

func TestADocumentThatCannotBeLodgedNowIsTheCallersToRepeat(t *testing.T) {
	w := newWorld(t)
	s := w.at("trader")
	s.before = func() error { return &cats.Error{Op: "Lodge", Class: cats.Unavailable} }
	x := documents(t, s)
	_, err := x.Post(context.Background(), goodsList(t))
	require.ErrorAs(t, err, new(*cats.Error))
	s.before = nil
	require.Equal(t, []string{"goods-list"}, kindsOf(posted(t, x, goodsList(t))))
}

func TestAFolderBeginsWhereItIsTold(t *testing.T) {
	w := newWorld(t)
	x := exchange.Over(w.at("trader"))
	posted(t, x, lodgement(t, "LRN-1"))
	height := uint64(len(w.ledger.Blocks())) + 1
	f := newFolders(t)
	open := func() *exchange.Folder {
		folder, err := exchange.NewFolder(x, f.in, f.out, 1, discard(), exchange.FromBlock(height))
		require.NoError(t, err)
		return folder
	}
	folder := open()
	require.NoError(t, folder.Close())
	height += 100
	folder = open()
	settle(t, folder)
	require.Empty(t, names(t, f.out), "what was before is not told")
	w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: w.only().ID})
	settle(t, folder)
	require.Len(t, names(t, f.out), 1)
	require.NoError(t, folder.Close())
	folder = open()
	settle(t, folder)
	require.Len(t, names(t, f.out), 1, "the cursor alone counts")
	require.NoError(t, folder.Close())
}
