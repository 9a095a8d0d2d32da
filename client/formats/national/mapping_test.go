package national_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/stdtree"
	"carec.example/cats/client/formats/internal/strictyaml"
	"carec.example/cats/client/formats/internal/tree"
	"carec.example/cats/client/formats/national"
)

// head is the beginning of a mapping for a JSON source.
const head = `mapping: 1
name: test
version: "1"
source: {format: json, root: d}
`

func loaded(t testing.TB, text string) *national.Map {
	t.Helper()
	m, err := national.Load(strings.NewReader(text))
	require.NoError(t, err)
	return m
}

func applied(t testing.TB, rules, source string) (*transit.STD, *national.Report) {
	t.Helper()
	std, report, err := loaded(t, head+rules).Apply([]byte(source))
	require.NoError(t, err)
	return std, report
}

func TestMistakesInAMappingNameTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an unknown key":                  {head + "documents: {}\n", `line 5: unknown key "documents"`},
		"a key given twice":               {head + "document:\n  message: {}\n  message: {}\n", `line 7: key "message" stands at line 6`},
		"another version of the language": {strings.Replace(head, "mapping: 1", "mapping: 2", 1) + "document: {}\n", "version of the language"},
		"no name":                         {strings.Replace(head, "name: test\n", "", 1) + "document: {}\n", "needs a name"},
		"no document":                     {head, "needs the key document"},
		"an unknown element":              {head + "document:\n  transitOperation:\n    lnr: a\n", `line 7: unknown element "lnr"; known are in`},
		"a path that does not end":        {head + "document: {transitOperation: {lrn: \"a[b='c\"}}\n", "a quote is not closed"},
		"a path with a blank":             {head + "document: {transitOperation: {lrn: a b}}\n", "does not belong there"},
		"an unknown operation":            {head + "document: {transitOperation: {lrn: {from: a, do: [shout]}}}\n", `line 5: unknown operation "shout"`},
		"an unknown table":                {head + "document: {transitOperation: {lrn: {from: a, do: [{table: t}]}}}\n", `there is no table "t"`},
		"two sources of a value":          {head + "document: {transitOperation: {lrn: {from: a, constant: b}}}\n", "one of the keys from, concat"},
		"a default of a constant":         {head + "document: {transitOperation: {lrn: {constant: a, default: b}}}\n", "can have a default"},
		"a join without a list":           {head + "document: {guarantees: {join: {a: b}}}\n", "need the key each"},
		"a pattern of no date":            {head + "document: {transitOperation: {limitDate: {from: a, do: [{date: dd.QQ}]}}}\n", "is no pattern"},
		"a zone of no place":              {head + "document: {transitOperation: {lrn: {from: a, do: [{time: {zone: Mars}}]}}}\n", "no zone such as"},
		"an unknown unit":                 {head + "document: {consignment: {grossMass: {from: a, do: [{unit: {from: lb, to: kg}}]}}}\n", "is none of"},
		"a condition without a test":      {head + "document: {transitOperation: {lrn: {from: a, when: {path: b}}}}\n", "one of is, not and present"},
		"something ignored for no reason": {head + "document: {}\nignored: [{path: /d/a}]\n", "needs a path and a reason"},
		"a table in a file of a stream":   {head + "tables: {t: {file: x.csv, from: a, to: b}}\ndocument: {}\n", "a mapping that is a file itself"},
		"a table without values":          {head + "tables: {t: {keep: true}}\ndocument: {}\n", "needs values"},
		"an alias":                        {head + "document: &a {message: *a}\n", "line"},
		"two documents":                   {head + "document: {}\n---\n{}\n", "one document"},
		"nothing":                         {"", "empty"},
		"a status without elements":       {head + "document: {}\nstatus: {format: csv}\n", "needs the keys format and elements"},
		"an element of a status for nothing": {
			head + "document: {}\nstatus: {format: json, elements: [{to: a}]}\n", "has the key to, and either a rule",
		},
		"groups in a CSV status": {
			head + "document: {}\nstatus: {format: csv, elements: [{to: a/b, from: lrn}]}\n", "are columns",
		},
		"a test that expects nothing": {head + "document: {}\ntests: [{name: a, input: b}]\n", "needs a document or violations"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := national.Load(strings.NewReader(c.text))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestKeysOfTheLanguageAreNoElementsOfTheDocument(t *testing.T) {
	var walk func(group *transit.Element)
	walk = func(group *transit.Element) {
		for _, e := range group.Children {
			require.NotContains(t, []string{"in", "when", "each", "distinct", "join"}, e.JSON)
			walk(e)
		}
	}
	walk(transit.Schema())
}

func TestOperationsChangeValuesExactly(t *testing.T) {
	for rule, cases := range map[string]map[string]string{
		`{from: v, do: [trim]}`:                                               {"  a b ": "a b"},
		`{from: v, do: [collapse]}`:                                           {"a   b\tc": "a b c"},
		`{from: v, do: [upper]}`:                                              {"aж": "AЖ"},
		`{from: v, do: [no-blanks, lower]}`:                                   {"A B C": "abc"},
		`{from: v, do: [decimal-comma]}`:                                      {"1 234,50": "1234.5", "0,0": "0", "7": "7"},
		`{from: v, do: [{unit: {from: t, to: kg}}]}`:                          {"1.2345": "1234.5", "0.0001": "0.1", "12": "12000", "0": "0"},
		`{from: v, do: [{unit: {from: g, to: kg}}]}`:                          {"1": "0.001", "12500": "12.5", "10000000000000001": "10000000000000.001"},
		`{from: v, do: [{date: dd.MM.yyyy}]}`:                                 {"29.02.2028": "2028-02-29"},
		`{from: v, do: [{time: {from: "dd/MM/yyyy HH:mm", zone: "+06:00"}}]}`: {"01/03/2026 03:30": "2026-02-28T21:30:00"},
		`{from: v, do: [{split: {by: "-", part: 2}}]}`:                        {"a-b-c": "b"},
		`{from: v, do: [{part: {from: 2, length: 2}}]}`:                       {"жабв": "аб", "ж": ""},
	} {
		for source, want := range cases {
			// The text of an additional information takes any text; operations are not bound to an element.
			std, _ := applied(t, "document: {consignment: {additionalInformation: {code: {constant: AAAAA}, text: "+rule+"}}}\n",
				fmt.Sprintf(`{"v": %q}`, source))
			got := ""
			if list := std.Consignment.AdditionalInformation; len(list) > 0 {
				got = list[0].Text
			}
			require.Equal(t, want, got, "%s of %q", rule, source)
		}
	}
}

func TestOperationsThatCannotBeDoneAreViolationsWithTheirPlace(t *testing.T) {
	for rule, c := range map[string]struct{ source, code, text string }{
		`{from: v, do: [decimal-comma]}`:             {"1.234,50", "14", "both a point and a comma"},
		`{from: v, do: [decimal]}`:                   {"-1", "14", "not a decimal number"},
		`{from: v, do: [{date: dd.MM.yyyy}]}`:        {"30.02.2026", "14", "no date or time"},
		`{from: v, do: [{table: t}]}`:                {"z", "12", "not in the table"},
		`{from: v, do: [{unit: {from: t, to: kg}}]}`: {"1,5", "14", "not a decimal number"},
	} {
		_, report := applied(t, "tables: {t: {values: {a: b}}}\ndocument: {transitOperation: {lrn: "+rule+"}}\n",
			fmt.Sprintf("{\n\"v\": %q}", c.source))
		var found *national.Finding
		for i := range report.Violations {
			if report.Violations[i].Pointer == "/transitOperation/lrn" {
				require.Nil(t, found, "told once")
				found = &report.Violations[i]
			}
		}
		require.NotNil(t, found, rule)
		require.Equal(t, c.code, found.Code)
		require.Equal(t, national.RuleMapping, found.Rule)
		require.Contains(t, found.Text, c.text)
		require.Equal(t, "/d/v", found.Place)
		require.Equal(t, 2, found.Line)
		require.Equal(t, c.source, found.Value)
	}
}

func TestTablesMayKeepOrReplaceWhatTheyDoNotHave(t *testing.T) {
	const rules = "tables:\n  k: {values: {a: A}, keep: true}\n  o: {values: {a: A}, otherwise: X}\n" +
		"document: {transitOperation: {lrn: {from: v, do: [{table: k}]}}, message: {messageSender: {from: v, do: [{table: o}]}}}\n"
	std, _ := applied(t, rules, `{"v": "z"}`)
	require.Equal(t, "z", std.TransitOperation.LRN)
	require.Equal(t, "X", std.Message.Sender)
}

func TestTheFirstRuleThatGivesAValueCounts(t *testing.T) {
	const rules = `document:
  transitOperation:
    lrn:
      - {from: a, when: {path: kind, is: [x, y]}}
      - {from: b, when: {path: kind, not: z}}
      - {from: c, default: none}
`
	for source, want := range map[string]string{
		`{"kind": "x", "a": "1", "b": "2"}`: "1",
		`{"kind": "x", "b": "2"}`:           "2",
		`{"kind": "z", "a": "1", "c": "3"}`: "3",
		`{"a": "1", "b": "2"}`:              "2",
		`{"kind": "z"}`:                     "none",
	} {
		std, _ := applied(t, rules, source)
		require.Equal(t, want, std.TransitOperation.LRN, source)
	}
}

func TestListsAreJoinedByKeysOfEveryPart(t *testing.T) {
	const rules = `document:
  consignment:
    houseConsignments:
      each: house
      consignmentItems:
        each: /d/line
        join: {house: no}
        declarationGoodsItemNumber: position
        commodity: {descriptionOfGoods: name}
        packaging:
          each: /d/pack
          join: {house: house, line: no}
          typeOfPackages: kind
`
	std, report := applied(t, strings.Replace(rules, "position", "{position: true}", 1), `{
		"house": [{"no": 1}, {"no": 2}],
		"line": [{"house": 1, "no": 1, "name": "a"}, {"house": 2, "no": 1, "name": "b"}, {"house": 2, "no": 2, "name": "c"}],
		"pack": [{"house": 2, "line": 2, "kind": "CT"}, {"house": 2, "line": 1, "kind": "PX"}, {"house": 2, "line": 2, "kind": "DR"},
			{"house": 9, "line": 1, "kind": "ZZ"}, {"line": 1, "kind": "YY"}]}`)
	houses := std.Consignment.HouseConsignments
	require.Len(t, houses, 2)
	require.Empty(t, houses[0].ConsignmentItems[0].Packaging)
	require.Equal(t, "c", houses[1].ConsignmentItems[1].Commodity.DescriptionOfGoods)
	require.Equal(t, 2, houses[1].ConsignmentItems[1].DeclarationGoodsItemNumber)
	require.Equal(t, []transit.Packaging{{SequenceNumber: 1, TypeOfPackages: "CT"}, {SequenceNumber: 2, TypeOfPackages: "DR"}},
		houses[1].ConsignmentItems[1].Packaging)
	require.Equal(t, "PX", houses[1].ConsignmentItems[0].Packaging[0].TypeOfPackages)
	var unmapped []string
	for _, u := range report.Unmapped {
		unmapped = append(unmapped, u.Place)
	}
	require.Equal(t, []string{"/d/pack[4]/kind", "/d/pack[5]/line", "/d/pack[5]/kind"}, unmapped, "what joins nothing is told")
}

func TestAnOptionalGroupWithoutSourceIsLeftOut(t *testing.T) {
	const rules = `document:
  representative: {identificationNumber: agent/id, status: {constant: "2"}}
  consignment:
    transportCharges: {methodOfPayment: {constant: A}}
    consignor: {in: sender, name: name}
    consignee: {when: {path: receiver, present: true}, name: {constant: known}}
`
	std, _ := applied(t, rules, `{"receiver": {"x": 1}}`)
	require.Nil(t, std.Representative, "the constant alone makes no representative")
	require.NotNil(t, std.Consignment.TransportCharges, "a group of constants stands by itself")
	require.Nil(t, std.Consignment.Consignor)
	require.Equal(t, &transit.Consignee{Name: "known"}, std.Consignment.Consignee, "its condition holds")
	std, _ = applied(t, rules, `{"agent": {"id": "KZ1"}, "sender": {"name": "s"}}`)
	require.Equal(t, &transit.Representative{IdentificationNumber: "KZ1", Status: "2"}, std.Representative)
	require.Equal(t, "s", std.Consignment.Consignor.Name)
	require.Nil(t, std.Consignment.Consignee, "its condition does not hold")
}

func TestEveryValueIsMappedIgnoredOrReported(t *testing.T) {
	m := loaded(t, strings.Replace(head, "json", "xml", 1)+`document:
  transitOperation: {lrn: a/b, security: "c/@code"}
ignored:
  - {path: /d/stamp, reason: not ours}
`)
	rapid.Check(t, func(r *rapid.T) {
		names := []string{"a", "b", "c", "stamp", "x"}
		values := 0
		var text strings.Builder
		var draw func(depth int)
		draw = func(depth int) {
			for range rapid.IntRange(0, 3).Draw(r, "children") {
				name := rapid.SampledFrom(names).Draw(r, "name")
				text.WriteString("<" + name)
				if rapid.Bool().Draw(r, "attribute") {
					values++
					fmt.Fprintf(&text, ` code="%d"`, values)
				}
				text.WriteString(">")
				if depth > 0 && rapid.Bool().Draw(r, "deeper") {
					values++
					fmt.Fprintf(&text, "<v>%d</v>", values)
					draw(depth - 1)
				} else {
					values++
					fmt.Fprint(&text, values)
				}
				text.WriteString("</" + name + ">")
			}
		}
		text.WriteString("<d>")
		draw(2)
		text.WriteString("</d>")
		std, report, err := m.Apply([]byte(text.String()))
		require.NoError(r, err)
		told := map[string]bool{std.TransitOperation.LRN: true, std.TransitOperation.Security: true}
		for _, v := range report.Violations {
			told[v.Value] = true
		}
		for _, u := range report.Unmapped {
			told[u.Value] = true
		}
		ignored := strings.Count(text.String(), "<stamp")
		missing := 0
		for v := 1; v <= values; v++ {
			if !told[fmt.Sprint(v)] {
				missing++
			}
		}
		if ignored == 0 {
			require.Zero(r, missing, text.String())
		}
		for _, i := range report.Ignored {
			require.True(r, strings.HasPrefix(i.Place, "/d/stamp"))
			require.Equal(r, "not ours", i.Reason)
		}
	})
}

func TestSourcesThatCannotBeReadAreFaults(t *testing.T) {
	xml := loaded(t, strings.Replace(head, "{format: json, root: d}", "{format: xml, root: d, namespace: urn:d}", 1)+"document: {}\n")
	csv := loaded(t, strings.Replace(head, "json", "csv", 1)+"document: {}\n")
	json := loaded(t, head+"document: {}\n")
	for name, c := range map[string]struct {
		m      *national.Map
		source string
		code   transit.Code
	}{
		"a document type":     {xml, `<!DOCTYPE d><d xmlns="urn:d"/>`, transit.MalformedRequest},
		"another root":        {xml, `<e xmlns="urn:d"/>`, transit.InvalidDocument},
		"another namespace":   {xml, `<d xmlns="urn:e"/>`, transit.InvalidDocument},
		"deep XML":            {xml, strings.Repeat("<d>", 70) + strings.Repeat("</d>", 70), transit.MalformedRequest},
		"deep JSON":           {json, strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70), transit.MalformedRequest},
		"a key given twice":   {json, `{"a": 1, "a": 2}`, transit.MalformedRequest},
		"an array":            {json, `[]`, transit.MalformedRequest},
		"arrays in arrays":    {json, `{"a": [[1]]}`, transit.MalformedRequest},
		"data behind":         {json, `{} {}`, transit.MalformedRequest},
		"half a character":    {json, `{"a": "\ud800"}`, transit.MalformedRequest},
		"columns of one name": {csv, "a,a\n", transit.MalformedRequest},
		"a ragged row":        {csv, "a,b\n1\n", transit.MalformedRequest},
		"an empty file":       {csv, "", transit.MalformedRequest},
		"not UTF-8":           {csv, "a\n\xff\n", transit.MalformedRequest},
		"too large":           {json, strings.Repeat(" ", tree.MaxBytes+1), transit.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := c.m.Apply([]byte(c.source))
			require.ErrorIs(t, err, &transit.Fault{Code: c.code})
		})
	}
}

func TestTheCheckerFindsWhatShowsWithoutASource(t *testing.T) {
	m := loaded(t, head+`tables:
  wrong: {values: {a: TOO-LONG-FOR-IT}}
ignored:
  - {path: /d/header, reason: none}
  - {path: /d/header, reason: again}
document:
  transitOperation:
    lrn: [{constant: a}, b]
    declarationType: {from: header/type, do: [{table: wrong}]}
status:
  format: json
  elements:
    - {to: s, from: state, do: [{table: wrong}]}
`)
	kinds := map[string]int{}
	var texts []string
	for _, r := range m.Check() {
		kinds[r.Kind]++
		texts = append(texts, fmt.Sprintf("%d %s %s", r.Line, r.Pointer, r.Text))
	}
	all := strings.Join(texts, "\n")
	require.Contains(t, all, "this one is never reached")
	require.Contains(t, all, "/d/header is ignored at line 8 already")
	require.Contains(t, all, "/d/header/type is ignored at line 8, and read here")
	require.Contains(t, all, `"TOO-LONG-FOR-IT" is not`)
	require.Contains(t, all, `no entry for the state "released"`)
	require.Contains(t, all, "/guarantees guarantees is required")
	require.Equal(t, len(transit.States()), strings.Count(all, "no entry for the state"))
	require.Positive(t, kinds[national.Overlap])
}

func TestViolationsOfTheLedgerAreLocatedInTheSource(t *testing.T) {
	m := example(t, "asycuda-sad.yaml")
	source, err := os.ReadFile("examples/asycuda-sad.xml")
	require.NoError(t, err)
	_, report, err := m.Apply(source)
	require.NoError(t, err)
	require.True(t, report.Complete())
	require.NoError(t, report.Err())
	found := report.Locate([]transit.Violation{
		{Pointer: "/consignment/houseConsignments/0/consignmentItems/1/commodity/goodsMeasure/netMass"},
		{Pointer: "/consignment/houseConsignments/0/consignmentItems/1/commodity/cusCode"},
		{Pointer: "/message/messageType"},
	})
	require.Equal(t, "/ASYCUDA/Item[2]/Valuation_item/Weight_itm/Net_weight_itm", found[0].Place)
	require.Equal(t, "/ASYCUDA/Item[2]", found[1].Place)
	require.Empty(t, found[2].Place)
}

func TestATestThatFailsTellsEveryDifference(t *testing.T) {
	files := os.DirFS("examples")
	m := example(t, "eaeu-transit.yaml")
	text, err := os.ReadFile("examples/eaeu-transit.yaml")
	require.NoError(t, err)
	changed := bytes.Replace(text, []byte("security: {constant: \"0\"}"), []byte("security: {constant: \"1\"}"), 1)
	changed = bytes.Replace(changed, []byte("released: \"30\""), []byte("released: \"31\""), 1)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/m.yaml", changed, 0o600))
	offices, err := os.ReadFile("examples/eaeu-offices.csv")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(dir+"/eaeu-offices.csv", offices, 0o600))
	other, err := national.LoadFile(os.DirFS(dir), "m.yaml")
	require.NoError(t, err)
	results := other.Test(files, ".")
	require.Equal(t, []string{`/transitOperation/security: expected "0", found "1"`}, results[0].Differences)
	require.Empty(t, results[1].Differences)
	require.Equal(t, []string{`line 5 of the status: expected "  <State>30</State>", found "  <State>31</State>"`}, results[2].Differences)
	require.Contains(t, other.Test(os.DirFS(dir), ".")[0].Differences[0], "eaeu-transit.xml")
	require.True(t, m.HasStatus())
}

func TestStatusIsRefusedWithoutWhatIsRequired(t *testing.T) {
	m := loaded(t, head+`tables: {s: {values: {released: R}}}
document: {}
status:
  format: json
  elements:
    - {to: mrn, from: mrn, required: true}
    - {to: seq, from: seq, as: number}
    - {to: state, from: state, do: [{table: s}]}
    - {to: legs, each: legs, elements: [{to: c, from: country}]}
`)
	_, err := m.Status(&transit.Movement{})
	require.ErrorContains(t, err, "line 10: mrn is required")
	record := &transit.Movement{Course: transit.Course{MRN: "M", Seq: 4, State: transit.Accepted, Legs: []transit.Leg{{Country: "KZ"}}}}
	_, err = m.Status(record)
	require.ErrorContains(t, err, `state: "accepted" is not in the table`)
	record.State = transit.Released
	text, err := m.Status(record)
	require.NoError(t, err)
	require.JSONEq(t, `{"mrn": "M", "seq": 4, "state": "R", "legs": [{"c": "KZ"}]}`, string(text))
	_, err = loaded(t, head+"document: {}\n").Status(record)
	require.ErrorContains(t, err, "no part for the status")
}

// identity is a mapping that takes a document as it is: every element of the schema from the same place.
func identity(group *transit.Element, indent string, out *strings.Builder) {
	for _, e := range group.Children {
		switch {
		case e.Type != nil:
			fmt.Fprintf(out, "%s%s: '%s'\n", indent, e.JSON, e.JSON)
		case e.List:
			fmt.Fprintf(out, "%s%s:\n%s  each: %s\n", indent, e.JSON, indent, e.JSON)
			identity(e, indent+"  ", out)
		default:
			fmt.Fprintf(out, "%s%s:\n%s  in: %s\n", indent, e.JSON, indent, e.JSON)
			identity(e, indent+"  ", out)
		}
	}
}

func TestAMappingCanFillEveryElement(t *testing.T) {
	var text strings.Builder
	text.WriteString(head + "document:\n")
	identity(transit.Schema(), "  ", &text)
	m := loaded(t, text.String())
	require.Empty(t, m.Check())
	for _, name := range []string{"eaeu-transit", "asycuda-sad", "goods-list"} {
		source, err := os.ReadFile("examples/" + name + ".std.json")
		require.NoError(t, err)
		want, err := transit.DecodeSTD(source)
		require.NoError(t, err)
		std, report, err := m.Apply(source)
		require.NoError(t, err)
		require.NoError(t, report.Err())
		require.True(t, report.Complete())
		require.Equal(t, want, std)
		require.NotEmpty(t, stdtree.Leaves(std))
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"eaeu-transit.yaml", "asycuda-sad.yaml", "goods-list.yaml"} {
		text, err := os.ReadFile("examples/" + name)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Add([]byte(head + "document: {transitOperation: {lrn: \"/d/a[@b='c'][2]/..\"}}\n"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		m, err := national.Load(bytes.NewReader(text))
		if err != nil {
			return
		}
		m.Check()
		_, _, _ = m.Apply([]byte(`{"a": {"b": "c"}}`))
		_, _ = m.Status(&transit.Movement{Course: transit.Course{Legs: []transit.Leg{{Country: "KZ"}}}})
	})
}

func FuzzApply(f *testing.F) {
	maps := map[string]*national.Map{}
	for name, source := range map[string]string{"eaeu-transit": "xml", "asycuda-sad": "xml", "goods-list": "csv"} {
		text, err := os.ReadFile("examples/" + name + "." + source)
		require.NoError(f, err)
		f.Add(text)
		maps[name] = example(f, name+".yaml")
	}
	maps["json"] = loaded(f, head+"document: {transitOperation: {lrn: a/b}, guarantees: {each: g, guaranteeType: .}}\n")
	f.Add([]byte(`{"a": {"b": "x"}, "g": [1, "2", null, {"c": []}]}`))
	f.Fuzz(func(t *testing.T, source []byte) {
		for _, m := range maps {
			std, report, err := m.Apply(source)
			if err != nil {
				continue
			}
			if report.Err() == nil {
				require.Empty(t, std.CheckFormat())
			}
		}
	})
}

func TestListsThatMultiplyAreBounded(t *testing.T) {
	m := loaded(t, head+"document: {consignment: {houseConsignments: {each: /d/a, consignmentItems: {each: /d/a, "+
		"packaging: {each: /d/a, typeOfPackages: .}}}}}\n")
	var source strings.Builder
	source.WriteString(`{"a": [1`)
	for range 1500 {
		source.WriteString(",2")
	}
	source.WriteString("]}")
	_, _, err := m.Apply([]byte(source.String()))
	require.ErrorIs(t, err, &transit.Fault{Code: transit.TooLarge})
}

func TestYAMLHelpersNameLines(t *testing.T) {
	_, err := strictyaml.Document([]byte("a: [\n"))
	require.Error(t, err)
}
