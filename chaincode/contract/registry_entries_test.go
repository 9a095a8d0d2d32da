package contract_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/fakeledger"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// put writes entries of a country as somebody.
func (w *world) put(who, country string, e transit.Entries) (*transit.PutEntriesResult, error) {
	w.t.Helper()
	receipt, err := w.people[who].Submit(string(transit.FnPutEntries), toJSON(transit.PutEntriesRequest{Country: country, Entries: e}))
	if err != nil {
		return nil, err
	}
	return fromJSON[transit.PutEntriesResult](w.t, receipt.Payload()), nil
}

func (w *world) page(country string, b transit.Book, page string) *transit.Page {
	w.t.Helper()
	out, err := w.people["analyst"].Evaluate(string(transit.FnGetPage), toJSON(transit.PageQuery{Country: country, Book: b, Page: page}))
	require.NoError(w.t, err)
	return fromJSON[transit.Page](w.t, out)
}

func from(day transit.Date) transit.Validity { return transit.Validity{From: day} }

func line(hs string, duty int) transit.TariffLine {
	return transit.TariffLine{Validity: from("2026-01-01"), HS: hs, Duty: duty, Tax: 1200, Currency: "EUR", ReferencePerKg: 100_00}
}

func tariff(lines ...transit.TariffLine) transit.Entries { return transit.Entries{Tariff: lines} }

// anchor is the certificate of an authority of the name, made anew.
func anchor(t testing.TB, name string, ca bool) transit.TrustAnchor {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: ca, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return transit.TrustAnchor{Validity: from("2026-01-01"), Name: name, Certificate: base64.StdEncoding.EncodeToString(der)}
}

func TestEveryPageOfACountryStandsFromTheFoundingOnUnderItsOwnPolicy(t *testing.T) {
	w := founded(t)
	for _, country := range []string{"CN", "KZ", "KG"} {
		for _, b := range transit.Books() {
			for _, name := range b.Pages() {
				key := ledger.PageKey(country, b, name)
				p := fromJSON[transit.Page](t, w.ledger.State(key))
				require.Equal(t, 1, p.Seq)
				require.Zero(t, p.Len())
				e, err := ledger.ParsePolicy(w.ledger.PolicyBytes(key))
				require.NoError(t, err)
				require.Equal(t, []string{country + "MSP"}, e.All, key)
				require.Len(t, e.Any, 3, "the other two authorities and the regulator")
			}
		}
	}
}

func TestACountryWritesItsOwnEntriesInOneTransaction(t *testing.T) {
	w := founded(t)
	var lines []transit.TariffLine
	for i := range 300 {
		lines = append(lines, line(fmt.Sprintf("85%02d%02d", i/100, i%100), i))
	}
	lines = append(lines, line("010121", 500))
	res, err := w.put("admin-KZMSP", "KZ", tariff(lines...))
	require.NoError(t, err)
	require.Equal(t, &transit.PutEntriesResult{Entries: 301, Pages: []transit.WrittenPage{
		{Book: transit.BookTariff, Page: "01", Seq: 2}, {Book: transit.BookTariff, Page: "85", Seq: 2},
	}}, res)
	p := w.page("KZ", transit.BookTariff, "85")
	require.Len(t, p.Tariff, 300)
	require.Equal(t, 217, p.TariffOn("850217", "2026-06-01").Duty)
	require.Nil(t, p.TariffOn("850217", "2025-12-31"))
	require.Equal(t, "KZMSP", p.By)
	require.Zero(t, w.page("CN", transit.BookTariff, "85").Len())
}

func TestALaterEntryEndsTheOneBefore(t *testing.T) {
	w := founded(t)
	put := func(l transit.TariffLine) error { _, err := w.put("admin-KZMSP", "KZ", tariff(l)); return err }
	require.NoError(t, put(line("850110", 100)))
	next := line("850110", 200)
	next.From = "2027-01-01"
	require.NoError(t, put(next))
	p := w.page("KZ", transit.BookTariff, "85")
	require.Len(t, p.Tariff, 2)
	require.Equal(t, transit.Validity{From: "2026-01-01", Until: "2026-12-31", Seq: 2}, p.Tariff[0].Validity)
	require.Equal(t, 100, p.TariffOn("850110", "2026-12-31").Duty)
	require.Equal(t, 200, p.TariffOn("850110", "2027-01-01").Duty)

	same := line("850110", 300)
	same.From = "2027-01-01"
	require.NoError(t, put(same), "an entry of the same day takes the place of the one before")
	require.Len(t, w.page("KZ", transit.BookTariff, "85").Tariff, 2)

	between := line("850110", 400)
	between.From = "2026-06-01"
	require.Equal(t, transit.MalformedRequest, code(put(between)), "it would still count when the later one begins")
	between.Until = "2026-06-30"
	require.NoError(t, put(between))
	p = w.page("KZ", transit.BookTariff, "85")
	require.Nil(t, p.TariffOn("850110", "2026-07-01"), "what was ended stays ended")

	for i := range 20 {
		l := line("850120", i)
		l.From = transit.Date(fmt.Sprintf("20%02d-01-01", 30+i))
		require.NoError(t, put(l))
	}
	p = w.page("KZ", transit.BookTariff, "85")
	require.Nil(t, p.TariffOn("850120", "2035-01-01"), "a page keeps the newest")
	require.Equal(t, 19, p.TariffOn("850120", "2049-01-01").Duty)
}

func TestEntriesAreForTheirOwnCountry(t *testing.T) {
	w := founded(t)
	w.people["registrar"] = w.ledger.Client("KZMSP", "registrar", fakeledger.Attributes(map[string]string{"role": "officer", "office": border}))
	e := tariff(line("850110", 100))
	for _, who := range []string{"admin-CNMSP", "admin-CGMMSP", "khorgos", "trader", "clerk", "analyst", "courier", "registrar"} {
		_, err := w.put(who, "KZ", e)
		require.Equal(t, transit.NotAuthorised, code(err), who)
	}
	office := transit.Office{Reference: border, Name: "Khorgos", MSP: "KZMSP", Roles: []string{"transit", transit.OfficeRegistry}}
	require.NoError(t, w.change("p1", transit.Change{Office: &office}, "admin-KZMSP", "admin-CNMSP"))
	_, err := w.put("registrar", "KZ", e)
	require.NoError(t, err)
	require.Equal(t, "KZMSP "+border, w.page("KZ", transit.BookTariff, "85").By)
	_, err = w.put("registrar", "KZ", transit.Entries{Anchors: []transit.TrustAnchor{anchor(t, "root", true)}})
	require.Equal(t, transit.NotAuthorised, code(err), "whom to believe is the administrator's")
	_, err = w.put("admin-KZMSP", "KZ", transit.Entries{Anchors: []transit.TrustAnchor{anchor(t, "root", true)}})
	require.NoError(t, err)
	require.Len(t, w.page("KZ", transit.BookAnchors, "all").AnchorsOn("2026-11-24"), 1)
}

func TestEntriesThatAreRefused(t *testing.T) {
	w := founded(t)
	operator := func(set func(*transit.Operator)) transit.Entries {
		o := transit.Operator{Validity: from("2026-01-01"), Number: "KZ190840012345", Name: "Zhetysu", Country: "KZ"}
		set(&o)
		return transit.Entries{Operators: []transit.Operator{o}}
	}
	authorised := func(a transit.OperatorAuthorisation) transit.Entries {
		return operator(func(o *transit.Operator) { o.Authorisations = []transit.OperatorAuthorisation{a} })
	}
	hours := func(set func(*transit.OfficeHours)) transit.Entries {
		h := transit.OfficeHours{
			Validity: from("2026-01-01"), Office: border, Zone: "+05:00", Week: []transit.Opening{{Day: 1, Opens: "08:00", Closes: "20:00"}},
		}
		set(&h)
		return transit.Entries{Hours: []transit.OfficeHours{h}}
	}
	changed := func(set func(*transit.TariffLine)) transit.Entries {
		l := line("850110", 1)
		set(&l)
		return tariff(l)
	}
	rate := func(base, quote string, n, d int64) transit.Entries {
		return transit.Entries{Rates: []transit.Rate{{Validity: from("2026-01-01"), Base: base, Quote: quote, Numerator: n, Denominator: d}}}
	}
	revoked := func(issuer, serial string) transit.Entries {
		return transit.Entries{Revocations: []transit.Revocation{{Validity: from("2026-01-01"), Issuer: issuer, Serial: serial}}}
	}
	for name, c := range map[string]struct {
		e    transit.Entries
		code transit.Code
	}{
		"nothing":                        {transit.Entries{}, transit.MalformedRequest},
		"no first day":                   {changed(func(l *transit.TariffLine) { l.From = "" }), transit.InvalidDocument},
		"a day that is none":             {changed(func(l *transit.TariffLine) { l.From = "2026-02-30" }), transit.InvalidDocument},
		"an end before the beginning":    {changed(func(l *transit.TariffLine) { l.Until = "2025-01-01" }), transit.InvalidDocument},
		"a sequence number of its own":   {changed(func(l *transit.TariffLine) { l.Seq = 9 }), transit.InvalidDocument},
		"a chapter that is none":         {changed(func(l *transit.TariffLine) { l.HS = "990110" }), transit.InvalidDocument},
		"a negative duty":                {changed(func(l *transit.TariffLine) { l.Duty = -1 }), transit.InvalidDocument},
		"a tax beyond all bounds":        {changed(func(l *transit.TariffLine) { l.Tax = 100_001 }), transit.InvalidDocument},
		"a negative amount":              {changed(func(l *transit.TariffLine) { l.PerKg = -1 }), transit.InvalidDocument},
		"a currency that is none":        {changed(func(l *transit.TariffLine) { l.Currency = "XYZ" }), transit.InvalidDocument},
		"an operator of another country": {operator(func(o *transit.Operator) { o.Number = "CN1" }), transit.InvalidDocument},
		"an operator that says so":       {operator(func(o *transit.Operator) { o.Country = "CN" }), transit.InvalidDocument},
		"an operator without a name":     {operator(func(o *transit.Operator) { o.Name = "" }), transit.InvalidDocument},
		"an AEO status that is none":     {operator(func(o *transit.Operator) { o.AEO = "AEOX" }), transit.InvalidDocument},
		"an unknown authorisation": {
			authorised(transit.OperatorAuthorisation{Type: "C999", Reference: "1", From: "2026-01-01"}), transit.InvalidDocument,
		},
		"one without a number": {authorised(transit.OperatorAuthorisation{Type: "C521", From: "2026-01-01"}), transit.InvalidDocument},
		"one at another country's office": {authorised(transit.OperatorAuthorisation{
			Type: "C521", Reference: "1", From: "2026-01-01", Offices: []string{departure},
		}), transit.InvalidDocument},
		"hours of another's office":      {hours(func(h *transit.OfficeHours) { h.Office = departure }), transit.InvalidDocument},
		"hours of no office":             {hours(func(h *transit.OfficeHours) { h.Office = "KZ000000" }), transit.NotFound},
		"a zone that is none":            {hours(func(h *transit.OfficeHours) { h.Zone = "Almaty" }), transit.InvalidDocument},
		"a day of the week that is none": {hours(func(h *transit.OfficeHours) { h.Week[0].Day = 8 }), transit.InvalidDocument},
		"closing before opening":         {hours(func(h *transit.OfficeHours) { h.Week[0].Closes = "07:00" }), transit.InvalidDocument},
		"a holiday that is none":         {hours(func(h *transit.OfficeHours) { h.Closed = []transit.Date{"never"} }), transit.InvalidDocument},
		"a rate of a currency to itself": {rate("EUR", "EUR", 1, 1), transit.InvalidDocument},
		"a rate of nothing":              {rate("EUR", "KZT", 0, 1), transit.InvalidDocument},
		"a rate over nothing":            {rate("EUR", "KZT", 1, 0), transit.InvalidDocument},
		"an issuer that is no digest":    {revoked("KZ root", "1f"), transit.InvalidDocument},
		"a serial in capitals":           {revoked(toHex('a'), "1F"), transit.InvalidDocument},
		"an anchor that is no authority": {transit.Entries{Anchors: []transit.TrustAnchor{anchor(t, "a person", false)}}, transit.InvalidDocument},
		"an anchor that is no certificate": {transit.Entries{Anchors: []transit.TrustAnchor{{
			Validity: from("2026-01-01"), Name: "x", Certificate: "AAAA",
		}}}, transit.InvalidDocument},
		"a rule pack that is none": {transit.Entries{Packs: []transit.PackChoice{{Validity: from("2026-01-01"), Pack: "mine"}}}, transit.InvalidDocument},
	} {
		_, err := w.put("admin-KZMSP", "KZ", c.e)
		require.Equal(t, c.code, code(err), name)
	}
	_, err := w.put("admin-KZMSP", "KZ", tariff(line("850110", -1), line("850120", 1), line("850130", -1)))
	require.Len(t, fault(t, err).Violations, 2, "all at once")
	require.Equal(t, "/tariff/2", fault(t, err).Violations[1].Pointer)
}

func toHex(c byte) string {
	b := make([]byte, 64)
	for i := range b {
		b[i] = c
	}
	return string(b)
}

func TestQueriesForPagesThatAreNone(t *testing.T) {
	w := founded(t)
	for q, want := range map[string]transit.Code{
		`{"country":"KZ","book":"tariff","page":"98"}`:     transit.MalformedRequest,
		`{"country":"KZ","book":"magic","page":"all"}`:     transit.MalformedRequest,
		`{"country":"UZ","book":"rates","page":"all"}`:     transit.NotFound,
		`{"country":"\u0000","book":"rates","page":"all"}`: transit.NotFound,
	} {
		_, err := w.people["analyst"].Evaluate(string(transit.FnGetPage), q)
		require.Equal(t, want, code(err), q)
	}
	require.Zero(t, w.page("", transit.BookRates, "all").Len(), "the consortium has no rates yet")
}

func TestTheFoundingDocumentBringsEntries(t *testing.T) {
	doc := fromJSON[transit.FoundingRequest](t, founding())
	doc.RetentionDays = 365
	doc.Rates = []transit.Rate{{Validity: from("2026-01-01"), Base: "EUR", Quote: "KZT", Numerator: 500, Denominator: 1}}
	doc.Books = []transit.CountryEntries{{Country: "KZ", Entries: tariff(line("850110", 100))}}
	w := foundedBy(t, doc)
	require.Equal(t, 100, w.page("KZ", transit.BookTariff, "85").TariffOn("850110", "2026-11-24").Duty)
	require.Equal(t, 1, w.page("KZ", transit.BookTariff, "85").Seq)
	require.NotNil(t, w.page("", transit.BookRates, "all").RateOn("EUR", "KZT", "2026-11-24"))
	out, err := w.people["analyst"].Evaluate(string(transit.FnGetRegistry), "{}")
	require.NoError(t, err)
	require.Equal(t, 365, fromJSON[transit.Consortium](t, out).RetentionDays)
}

// ---- Attacks

// TestNobodyWritesAnothersEntries plays each peer, and all the others together, that endorses what its code would never make: entries in the
// name of a country whose own peer has not seen them.
func TestNobodyWritesAnothersEntries(t *testing.T) {
	const refused, valid = peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, peer.TxValidationCode_VALID
	w := founded(t)
	forge := func(b transit.Book, name string, e transit.Entries, orgs ...string) peer.TxValidationCode {
		key := ledger.PageKey("KZ", b, name)
		p, err := fromJSON[transit.Page](t, w.ledger.State(key)).With(e, "KZMSP", w.ledger.Now())
		require.NoError(t, err)
		return w.slip(key, []byte(toJSON(p)), orgs...)
	}
	others := []string{"CNMSP", "KGMSP", "CARECMSP", "CGMMSP"}
	anchors := transit.Entries{Anchors: []transit.TrustAnchor{anchor(t, "a false root", true)}}
	operators := transit.Entries{Operators: []transit.Operator{{Validity: from("2026-01-01"), Number: "KZ1", Name: "false", Country: "KZ"}}}
	share := transit.BookOperators.Page("KZ1")
	for _, orgs := range [][]string{{"CNMSP"}, {"KGMSP"}, {"CARECMSP"}, {"CNMSP", "KGMSP"}, others} {
		require.Equal(t, refused, forge(transit.BookTariff, "85", tariff(line("850110", 0)), orgs...), "a tariff by %v", orgs)
		require.Equal(t, refused, forge(transit.BookAnchors, "all", anchors, orgs...), "an anchor by %v", orgs)
		require.Equal(t, refused, forge(transit.BookOperators, share, operators, orgs...), "an operator by %v", orgs)
		require.Equal(t, refused, w.slip(ledger.PageKey("KZ", transit.BookRates, "all"), nil, orgs...), "a deletion by %v", orgs)
	}
	require.Equal(t, refused, forge(transit.BookTariff, "85", tariff(line("850110", 0)), "KZMSP"), "nor its own peer without a second look")
	require.Equal(t, valid, forge(transit.BookTariff, "85", tariff(line("850110", 0)), "KZMSP", "CARECMSP"))
}

// slip makes a transaction that writes a value of the attacker's choice, endorsed by the peers of the organisations.
func (w *world) slip(key string, value []byte, orgs ...string) peer.TxValidationCode {
	w.t.Helper()
	tx, err := w.people["khorgos"].Endorse(string(transit.FnGetRegistry), `{}`)
	require.NoError(w.t, err)
	forged, err := tx.Forged(key, value)
	require.NoError(w.t, err)
	for _, org := range forged.Endorsers() {
		forged = forged.WithoutEndorsementsOf(org)
	}
	for _, org := range orgs {
		peerOf, err := w.ledger.Enrol(org, "peer", fakeledger.AsRole(fakeledger.RolePeer))
		require.NoError(w.t, err)
		forged = forged.EndorsedBy(peerOf)
	}
	b, err := w.ledger.Order(forged)
	require.NoError(w.t, err)
	return b.Codes()[0]
}

// TestAPageThatNobodyOpenedCountsForNothing: what others make under keys that the books do not use is never read.
func TestAPageThatNobodyOpenedCountsForNothing(t *testing.T) {
	w := founded(t)
	fake := transit.Page{V: 1, Country: "KZ", Book: transit.BookTariff, Name: "99", Seq: 1, Entries: tariff(line("850110", 9))}
	require.Equal(t, peer.TxValidationCode_VALID,
		w.slip(ledger.PageKey("KZ", transit.BookTariff, "99"), []byte(toJSON(fake)), "CNMSP", "KGMSP"), "a new key is anybody's")
	_, err := w.people["analyst"].Evaluate(string(transit.FnGetPage), `{"country":"KZ","book":"tariff","page":"99"}`)
	require.Equal(t, transit.MalformedRequest, code(err))
}

func TestTwoPutsOfOnePageInOneBlockLeaveOne(t *testing.T) {
	w := founded(t)
	endorse := func(l transit.TariffLine) *fakeledger.Transaction {
		tx, err := w.people["admin-KZMSP"].Endorse(string(transit.FnPutEntries), toJSON(transit.PutEntriesRequest{Country: "KZ", Entries: tariff(l)}))
		require.NoError(t, err)
		return tx
	}
	b, err := w.ledger.Order(endorse(line("850110", 1)), endorse(line("850120", 2)))
	require.NoError(t, err)
	require.NotEqual(t, peer.TxValidationCode_VALID, b.Codes()[1], "the second would lose what the first wrote")
	require.Len(t, w.page("KZ", transit.BookTariff, "85").Tariff, 1)
}
