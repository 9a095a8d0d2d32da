package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
)

func TestBooksOfTheRegistry(t *testing.T) {
	show := func(t *testing.T, s *session, args ...string) string {
		t.Helper()
		r := s.run(append([]string{"registry", "book"}, args...)...)
		require.Zero(t, r.code, r.err)
		return r.out
	}
	t.Run("Only the page that can hold the key is read", func(t *testing.T) {
		s := newSession(t)
		v := transit.Validity{From: "2026-01-01"}
		s.fake.pages = map[string]fakePage{"tariff85": {Tariff: []transit.TariffLine{
			{Validity: v, HS: "851712", Duty: 500, Tax: 1200, Currency: "KZT", ReferencePerKg: 2500000},
			{Validity: v, HS: "850110", Currency: "KZT"},
			{Validity: transit.Validity{From: "2099-01-01"}, HS: "851713", Currency: "KZT"},
		}}}
		out := show(t, s, "tariff", "--country", "KZ", "--key", "8517")
		require.Equal(t, []string{"page KZ tariff 85"}, s.fake.calls)
		require.Equal(t, "  HS        duty      tax  reference per kg  from\n"+
			"  851712  5.00 %  12.00 %     25 000.00 KZT  2026-01-01\n", out)
		require.Contains(t, show(t, s, "tariff", "--country", "KZ", "--key", "8517", "--all"), "851713")
		require.Contains(t, show(t, s, "tariff", "--country", "KZ", "--key", "8517", "--day", "2100-01-01"), "851713")
		require.Equal(t, "Nothing is entered.\n", show(t, s, "tariff", "--country", "KZ", "--key", "01"))
	})

	t.Run("Weeks and rates are told as people do", func(t *testing.T) {
		s := newSession(t)
		week := []transit.Opening{{Day: 6, Opens: "09:00", Closes: "13:00"}}
		for d := 1; d <= 5; d++ {
			week = append(week, transit.Opening{Day: d, Opens: "08:00", Closes: "20:00"})
		}
		s.fake.pages = map[string]fakePage{
			"hoursall": {Hours: []transit.OfficeHours{{Validity: transit.Validity{From: "2026-01-01"}, Office: "KZDOS001", Zone: "+05:00", Week: week}}},
			"ratesall": {Rates: []transit.Rate{
				{Validity: transit.Validity{From: "2026-01-01"}, Base: "EUR", Quote: "KZT", Numerator: 49731, Denominator: 100},
				{Validity: transit.Validity{From: "2026-01-01"}, Base: "KGS", Quote: "KZT", Numerator: 1, Denominator: 3},
			}},
		}
		require.Contains(t, show(t, s, "hours", "--country", "KZ"), "Mon-Fri 08:00-20:00, Sat 09:00-13:00")
		out := show(t, s, "rates")
		require.Contains(t, out, "EUR  497.31 KZT")
		require.Contains(t, out, "KGS  1/3 KZT")
	})

	t.Run("A book that is none", func(t *testing.T) {
		require.Equal(t, exitUsage, newSession(t).run("registry", "book", "magic").code)
		require.Equal(t, exitUsage, newSession(t).run("registry", "book", "rates", "--day", "tomorrow").code)
	})
}

func TestEntriesComeFromFiles(t *testing.T) {
	put := func(t *testing.T, name, text string, more ...string) (transit.Entries, result) {
		t.Helper()
		s := newSession(t)
		r := s.run(append([]string{"registry", "put", s.file(name, text), "--country", "KZ"}, more...)...)
		return s.fake.entries, r
	}
	v := transit.Validity{From: "2026-01-01"}

	t.Run("A tariff as CSV, in percent and whole units", func(t *testing.T) {
		e, r := put(t, "t.csv", "\ufeffhs,duty,tax,currency,perKg,referencePerKg,from,until\n"+
			"851712,12.5,12,EUR,0.03,100,2026-01-01,2026-12-31\n010121,0,0,JPY,5,,2026-01-01,\n")
		require.Zero(t, r.code, r.err)
		require.Contains(t, r.out, "Written  2 entries of KZ on 1 pages in 1 transactions")
		require.Equal(t, []transit.TariffLine{
			{
				Validity: transit.Validity{From: "2026-01-01", Until: "2026-12-31"}, HS: "851712", Duty: 1250, Tax: 1200,
				Currency: "EUR", PerKg: 3, ReferencePerKg: 10000,
			},
			{Validity: v, HS: "010121", Currency: "JPY", PerKg: 5},
		}, e.Tariff)
	})

	t.Run("Rates as CSV", func(t *testing.T) {
		e, r := put(t, "r.csv", "base,quote,rate\nEUR,KZT,497.310\nUSD,KZT,500\n", "--from", "2026-01-01")
		require.Zero(t, r.code, r.err)
		require.Equal(t, []transit.Rate{
			{Validity: v, Base: "EUR", Quote: "KZT", Numerator: 497310, Denominator: 1000},
			{Validity: v, Base: "USD", Quote: "KZT", Numerator: 500, Denominator: 1},
		}, e.Rates)
	})

	t.Run("Anything as YAML", func(t *testing.T) {
		e, r := put(t, "e.yaml", `
operators:
  - from: 2026-01-01
    number: KZ190840012345
    name: Zhetysu
    country: KZ
    authorisations:
      - {type: C521, reference: "7", from: 2026-01-01, offices: [KZHOR001]}
tariff:
  - {from: 2026-01-01, hs: 010121, duty: 500, tax: 1200, currency: KZT}
hours:
  - {from: 2026-01-01, office: KZHOR001, zone: "+05:00", week: [{day: 1, opens: 08:00, closes: "24:00"}]}
`)
		require.Zero(t, r.code, r.err)
		require.Equal(t, transit.Date("2026-01-01"), e.Operators[0].Authorisations[0].From)
		require.Equal(t, "010121", e.Tariff[0].HS)
		require.Equal(t, "08:00", e.Hours[0].Week[0].Opens)
	})

	t.Run("Certificates as PEM, to be believed or no longer", func(t *testing.T) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(0x1f), Subject: pkix.Name{CommonName: "Signing CA"}, IsCA: true, BasicConstraintsValid: true,
			NotBefore: time.Unix(0, 0), NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		e, r := put(t, "ca.pem", text, "--from", "2026-01-01")
		require.Zero(t, r.code, r.err)
		require.Equal(t, []transit.TrustAnchor{{Validity: v, Name: "Signing CA", Certificate: base64.StdEncoding.EncodeToString(der)}}, e.Anchors)
		e, r = put(t, "ca.pem", text, "--from", "2026-01-01", "--revoke", "--reason", "key lost")
		require.Zero(t, r.code, r.err)
		require.Equal(t, "1f", e.Revocations[0].Serial)
		require.Equal(t, "key lost", e.Revocations[0].Reason)
	})

	t.Run("What is wrong is told before anything is sent", func(t *testing.T) {
		for name, text := range map[string]string{
			"a.csv":  "hs,duty,colour\n851712,1,red\n",
			"b.csv":  "hs,duty,currency\n851712,12.505,EUR\n",
			"c.csv":  "hs,duty,currency\n851712,1,XYZ\n",
			"d.csv":  "hs\n",
			"e.yaml": "tariff: [{hs: 851712}]\n",
			"f.yaml": "colour: red\n",
			"g.yaml": "",
			"h.pem":  "no certificate",
			"i.csv":  "base,quote,rate\nEUR,KZT,-1\n",
		} {
			e, r := put(t, name, text)
			require.Equal(t, exitUsage, r.code, "%s: %s", name, r.err)
			require.Zero(t, e.Len())
		}
		e, r := put(t, "j.csv", "hs,duty,currency,from\n990000,1,EUR,2026-01-01\n851712,1,EUR,never\n")
		require.Equal(t, exitInvalid, r.code)
		require.Contains(t, r.err, "/tariff/1")
		require.Zero(t, e.Len())
	})
}

func TestMattersOfAllAreProposed(t *testing.T) {
	for line, want := range map[string]transit.Change{
		"--suspend KGMSP --reason fraud": {Suspend: &transit.SuspendChange{MSP: "KGMSP", Reason: "fraud"}},
		"--reinstate KGMSP":              {Reinstate: "KGMSP"},
		"--retention-days 365":           {RetentionDays: 365},
		"--guarantor CGMMSP --types 1,2": {Guarantor: &transit.GuarantorLimits{MSP: "CGMMSP", Types: []string{"1", "2"}}},
	} {
		s := newSession(t)
		r := s.run(append([]string{"registry", "propose"}, strings.Fields(line)...)...)
		require.Zero(t, r.code, r.err)
		require.Equal(t, want, s.fake.change)
		require.NotEmpty(t, changeText(want))
	}
	s := newSession(t)
	require.Zero(t, s.run("registry", "propose", "--guarantor", "CGMMSP", "--limit", "500000.00 EUR").code)
	require.Equal(t, &transit.Money{Minor: 500_000_00, Currency: "EUR"}, s.fake.change.Guarantor.Limit)
	require.Equal(t, exitUsage, s.run("registry", "propose", "--guarantor", "CGMMSP", "--limit", "many EUR").code)
	require.Zero(t, s.run("registry", "propose", s.file("rates.csv", "base,quote,rate,from\nEUR,KZT,500,2026-01-01\n")).code)
	require.Len(t, s.fake.change.Rates, 1)
	require.Equal(t, "rates of exchange: 1 EUR = 500 KZT from 2026-01-01", changeText(s.fake.change))
}

func TestOfficesShowWhenTheyAreOpen(t *testing.T) {
	s := newSession(t)
	always := make([]transit.Opening, 7)
	for i := range always {
		always[i] = transit.Opening{Day: i + 1, Opens: "00:00", Closes: "24:00"}
	}
	since := transit.Validity{From: "2020-01-01"}
	s.fake.pages = map[string]fakePage{"hours" + transit.BookHours.Page("CNURM001"): {Hours: []transit.OfficeHours{
		{Validity: since, Office: "CNURM001", Zone: "+08:00", Week: always},
		{Validity: since, Office: "KZDOS001", Zone: "+05:00", Week: always, Closed: days(t, 3)},
	}}}
	out := s.run("registry", "offices").out
	require.Regexp(t, `CNURM001 .*Mon-Sun 00:00-24:00 UTC\+08:00 +open`, out)
	require.Regexp(t, `KZDOS001 .*Mon-Sun 00:00-24:00 UTC\+05:00 +closed`, out)
	s.fake.calls = nil
	require.True(t, json.Valid([]byte(s.run("registry", "offices", "--json").out)))
	require.Empty(t, s.fake.calls, "programs read the book itself")
}

// days are yesterday and so many days from then on.
func days(t *testing.T, n int) []transit.Date {
	t.Helper()
	var out []transit.Date
	for i := range n {
		out = append(out, transit.DateOf(time.Now().AddDate(0, 0, i-1)))
	}
	return out
}
