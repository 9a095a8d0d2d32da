package aeo_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"carec.example/cats/chaincode/signature"
	"carec.example/cats/chaincode/signature/testca"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/database"
	"carec.example/cats/client/database/databasetest"
	"carec.example/cats/client/links/aeo"
)

func TestMain(m *testing.M) { os.Exit(databasetest.Main(m)) }

const listJSON = `{"v": 1, "country": "KZ", "number": 17, "date": "2026-12-01", "operators": [
  {"number": "KZ990840000123", "name": "Altyn Trans", "aeo": "AEOF"},
  {"number": "KZ990840000456", "name": "Хоргос Логистика, ТОО", "aeo": "AEOC", "until": "2027-06-30"}
]}`

const listCSV = "list,KZ,17,2026-12-01\nnumber,name,aeo,until\nKZ990840000123,Altyn Trans,AEOF,\n" +
	"KZ990840000456,\"Хоргос Логистика, ТОО\",AEOC,2027-06-30\n"

func now() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }

func pool(t *testing.T, ca *testca.Authority) *x509.CertPool {
	t.Helper()
	anchors, err := aeo.Anchors(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Certificate.Raw}))
	require.NoError(t, err)
	return anchors
}

func TestOneSignatureCoversBothForms(t *testing.T) {
	list, canonical, err := aeo.Read("list.json", []byte(listJSON))
	require.NoError(t, err)
	fromCSV, same, err := aeo.Read("list.CSV", []byte(listCSV))
	require.NoError(t, err)
	require.Equal(t, list, fromCSV)
	require.Equal(t, string(canonical), string(same))
	ca := testca.New(t, "AEO registry")
	compact, err := aeo.Sign(ca.Signer(t), jose.ES256, canonical, now())
	require.NoError(t, err)
	proof, err := aeo.Verify(compact, same, pool(t, ca), now())
	require.NoError(t, err)
	require.Equal(t, now(), proof.At)
	require.NotEmpty(t, proof.Signer)
}

func TestASignatureThatDoesNotHoldIsRefused(t *testing.T) {
	_, canonical, err := aeo.Read("list.json", []byte(listJSON))
	require.NoError(t, err)
	ca, other := testca.New(t, "AEO registry"), testca.New(t, "Another")
	sign := func(s signature.Signer, at time.Time) []byte {
		compact, err := aeo.Sign(s, jose.ES256, canonical, at)
		require.NoError(t, err)
		return compact
	}
	header := func(change func(map[string]any)) []byte {
		s := ca.Signer(t)
		h := testca.Header(s, now())
		h["typ"] = aeo.Type
		change(h)
		return testca.Raw(t, s.Key, marshal(t, h), canonical)
	}
	another := bytes.Replace(canonical, []byte("AEOC"), []byte("AEOF"), 1)
	expired := ca.Signer(t, testca.Valid(testca.From(), now().Add(-time.Hour)))
	early := ca.Signer(t, testca.Valid(now().Add(-time.Hour), testca.Until()))
	for name, c := range map[string]struct {
		compact, content []byte
		want             string
	}{
		"another list":           {sign(ca.Signer(t), now()), another, "not the signature of this list"},
		"another authority":      {sign(other.Signer(t), now()), canonical, "no trust anchor"},
		"signed in the future":   {sign(ca.Signer(t), now().Add(time.Hour)), canonical, "in the future"},
		"certificate expired":    {sign(expired, now().Add(-2*time.Hour)), canonical, "no trust anchor"},
		"not yet valid":          {sign(early, now().Add(-2*time.Hour)), canonical, "no trust anchor"},
		"not one for signatures": {sign(ca.Signer(t, testca.Usage(x509.KeyUsageKeyEncipherment)), now()), canonical, "not one for signatures"},
		"of a declaration":       {header(func(h map[string]any) { h["typ"] = signature.Type }), canonical, "not one of a list"},
		"no time":                {header(func(h map[string]any) { delete(h, "iat") }), canonical, "when it was made"},
		"no certificate":         {header(func(h map[string]any) { delete(h, "x5c") }), canonical, "no trust anchor"},
		"no signature":           {[]byte("nonsense"), canonical, "cannot be read"},
		"too long":               {bytes.Repeat([]byte("a"), 30<<10), canonical, "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := aeo.Verify(c.compact, c.content, pool(t, ca), now())
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err = aeo.Verify(header(func(map[string]any) {}), canonical, pool(t, ca), now())
	require.NoError(t, err, "the header alone is what was wrong")
	_, err = aeo.Anchors([]byte("none"))
	require.Error(t, err)
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := transit.Canonical(v)
	require.NoError(t, err)
	return raw
}

func TestAListThatIsWrongIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"no list":            {"l.json", "[]", "couldn't read"},
		"an unknown field":   {"l.json", strings.Replace(listJSON, `"v": 1`, `"v": 1, "more": 2`, 1), "more"},
		"a field twice":      {"l.json", strings.Replace(listJSON, `"v": 1`, `"v": 1, "v": 1`, 1), "v"},
		"another version":    {"l.json", strings.Replace(listJSON, `"v": 1`, `"v": 2`, 1), "version 2"},
		"no number":          {"l.json", strings.Replace(listJSON, "17", "0", 1), "no number above zero"},
		"no day":             {"l.json", strings.Replace(listJSON, "2026-12-01", "2026-12-41", 1), "the day of the list"},
		"no status":          {"l.json", strings.Replace(listJSON, "AEOF", "", 1), "has no status"},
		"an unknown status":  {"l.json", strings.Replace(listJSON, "AEOF", "AEOX", 1), "breaks rules in 1 places"},
		"another country":    {"l.json", strings.Replace(listJSON, `"KZ"`, `"KG"`, 1), "breaks rules in 2 places"},
		"an operator twice":  {"l.json", strings.Replace(listJSON, "KZ990840000456", "KZ990840000123", 1), "twice"},
		"csv, no first line": {"l.csv", "number,name,aeo,until\n", "line 1"},
		"csv, no number":     {"l.csv", strings.Replace(listCSV, "17", "x", 1), "is no number"},
		"csv, other columns": {"l.csv", strings.Replace(listCSV, "aeo", "status", 1), "line 2"},
		"csv, a short line":  {"l.csv", listCSV + "KZ1,x\n", "line 5"},
		"csv, bad quotes":    {"l.csv", listCSV + "\"", "couldn't read"},
		"too long":           {"l.csv", strings.Repeat("x", aeo.MaxBytes+1), "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := aeo.Read(c.file, []byte(c.text))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func operator(number, status string, from, until transit.Date) transit.Operator {
	return transit.Operator{
		Validity: transit.Validity{From: from, Until: until}, Number: number, Name: "N " + number, Country: "KZ", AEO: status,
	}
}

func TestTheDifferenceIsWhatTheListChanges(t *testing.T) {
	held := operator("KZ1", "AEOC", "2026-01-01", "")
	held.Authorisations = []transit.OperatorAuthorisation{{Type: "C521", Reference: "R1", From: "2026-01-01"}}
	book := []transit.Operator{
		held, operator("KZ2", "AEOS", "2026-01-01", ""), operator("KZ3", "AEOF", "2026-01-01", ""), operator("KZ4", "", "2026-01-01", ""),
		operator("KZ5", "AEOF", "2025-01-01", "2025-12-31"),
	}
	l := &aeo.List{V: 1, Country: "KZ", Number: 2, Date: "2026-12-01", Operators: []aeo.Operator{
		{Number: "KZ1", Name: "N KZ1", AEO: "AEOF"}, {Number: "KZ2", Name: "N KZ2", AEO: "AEOS"},
		{Number: "KZ9", Name: "N KZ9", AEO: "AEOC", Until: "2027-12-31"},
	}}
	d, err := aeo.Compare(l, book)
	require.NoError(t, err)
	require.Equal(t, []transit.Operator{operator("KZ9", "AEOC", "2026-12-01", "2027-12-31")}, d.Added)
	require.Len(t, d.Changed, 1)
	require.Equal(t, "AEOF", d.Changed[0].After.AEO)
	require.Equal(t, held.Authorisations, d.Changed[0].After.Authorisations, "the list says nothing about them")
	require.Len(t, d.Ended, 1)
	require.Equal(t, operator("KZ3", "", "2026-12-01", ""), d.Ended[0].After)
	require.Equal(t, 1, d.Same)
	entries := d.Entries()
	require.Empty(t, transit.CheckEntries(&entries, "KZ"))
	_, err = aeo.Compare(l, append(book, operator("KZ7", "AEOC", "2026-12-02", "")))
	require.ErrorContains(t, err, "after the list's day")
}

// Whatever the book and the list are: after the import the list changes nothing more, and the book says of AEOs what the list says.
func TestAnImportIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SampledFrom([]string{"KZ1", "KZ2", "KZ3", "KZ4", "KZ5", "KZ6"})
		status := rapid.SampledFrom([]string{"AEOC", "AEOS", "AEOF"})
		day := rapid.SampledFrom([]transit.Date{"2026-01-01", "2026-06-01", "2026-12-01"})
		page := &transit.Page{V: 1, Country: "KZ", Book: transit.BookOperators, Seq: 1}
		for range rapid.IntRange(0, 6).Draw(t, "before") {
			o := operator(numbers.Draw(t, "n"), rapid.SampledFrom([]string{"", "AEOC", "AEOF"}).Draw(t, "s"), day.Draw(t, "d"), "")
			if next, err := page.With(transit.Entries{Operators: []transit.Operator{o}}, "KZMSP", now()); err == nil {
				page = next
			}
		}
		l := &aeo.List{V: 1, Country: "KZ", Number: 1, Date: "2026-12-01"}
		want := map[string]string{}
		for _, n := range rapid.SliceOfNDistinct(numbers, 0, 6, rapid.ID).Draw(t, "listed") {
			want[n] = status.Draw(t, "status")
			l.Operators = append(l.Operators, aeo.Operator{Number: n, Name: "N " + n, AEO: want[n]})
		}
		d, err := aeo.Compare(l, page.Operators)
		require.NoError(t, err)
		if e := d.Entries(); e.Len() > 0 {
			page, err = page.With(e, "KZMSP", now())
			require.NoError(t, err)
		}
		again, err := aeo.Compare(l, page.Operators)
		require.NoError(t, err)
		e := again.Entries()
		require.Zero(t, e.Len())
		for _, n := range []string{"KZ1", "KZ2", "KZ3", "KZ4", "KZ5", "KZ6"} {
			got := ""
			if o := page.OperatorOn(n, "2026-12-01"); o != nil {
				got = o.AEO
			}
			require.Equal(t, want[n], got, n)
		}
	})
}

func TestNoOlderListFollows(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		t.Helper()
		m, err := aeo.Open(t.Context(), db)
		require.NoError(t, err)
		list, canonical, err := aeo.Read("l.json", []byte(listJSON))
		require.NoError(t, err)
		require.NoError(t, m.Admit(t.Context(), list, canonical))
		require.NoError(t, m.Record(t.Context(), list, canonical, "CN=x", now()))
		require.NoError(t, m.Admit(t.Context(), list, canonical), "the same one")
		require.NoError(t, m.Record(t.Context(), list, canonical, "CN=x", now()))
		change := func(f func(*aeo.List)) *aeo.List {
			other := *list
			f(&other)
			return &other
		}
		require.NoError(t, m.Admit(t.Context(), change(func(l *aeo.List) { l.Number++ }), nil))
		require.NoError(t, m.Admit(t.Context(), change(func(l *aeo.List) { l.Country, l.Number = "KG", 1 }), nil))
		require.ErrorIs(t, m.Admit(t.Context(), change(func(l *aeo.List) { l.Number-- }), canonical), aeo.ErrOlder)
		require.ErrorIs(t, m.Admit(t.Context(), list, []byte("another")), aeo.ErrOlder)
		require.ErrorIs(t, m.Admit(t.Context(), change(func(l *aeo.List) { l.Number, l.Date = 99, "2026-11-30" }), nil), aeo.ErrOlder)
	})
}

func FuzzReadingNeverPanics(f *testing.F) {
	f.Add("l.json", []byte(listJSON))
	f.Add("l.csv", []byte(listCSV))
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		list, canonical, err := aeo.Read(name, raw)
		if err == nil {
			again, same, err := aeo.Read("l.json", canonical)
			require.NoError(t, err)
			require.Equal(t, list, again)
			require.Equal(t, canonical, same)
		}
	})
}
