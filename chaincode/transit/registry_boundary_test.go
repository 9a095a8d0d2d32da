package transit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireEntry holds that an entry is one of Kazakhstan's after each change that is allowed, and none after each that is not.
func requireEntry[T any](t *testing.T, valid func() T, check func(*T) error, taken, refused map[string]func(*T)) {
	t.Helper()
	e := valid()
	require.NoError(t, check(&e))
	for name, change := range taken {
		e := valid()
		change(&e)
		require.NoError(t, check(&e), name)
	}
	for name, change := range refused {
		e := valid()
		change(&e)
		require.Error(t, check(&e), name)
	}
}

func TestHoursAreOnesOfAnOfficeOfTheCountry(t *testing.T) {
	requireEntry(t,
		func() OfficeHours {
			return OfficeHours{Office: "KZHOR001", Zone: "+05:00", Week: []Opening{{1, "09:00", "13:00"}}, Closed: []Date{"2026-12-16"}}
		},
		func(e *OfficeHours) error { return e.check("KZ") },
		map[string]func(*OfficeHours){
			"Sunday":            func(e *OfficeHours) { e.Week[0].Day = 7 },
			"a minute":          func(e *OfficeHours) { e.Week[0].Closes = "09:01" },
			"the most openings": func(e *OfficeHours) { e.Week = slices.Repeat(e.Week, maxOpenings) },
			"the most holidays": func(e *OfficeHours) { e.Closed = slices.Repeat(e.Closed, maxHolidays) },
		},
		map[string]func(*OfficeHours){
			"an office of another country": func(e *OfficeHours) { e.Office = "KGHOR001" },
			"an office that is none":       func(e *OfficeHours) { e.Office = "KZ" },
			"no zone":                      func(e *OfficeHours) { e.Zone = "" },
			"a day before Monday":          func(e *OfficeHours) { e.Week[0].Day = 0 },
			"a day after Sunday":           func(e *OfficeHours) { e.Week[0].Day = 8 },
			"no time at all":               func(e *OfficeHours) { e.Week[0].Closes = "09:00" },
			"backwards":                    func(e *OfficeHours) { e.Week[0].Closes = "08:00" },
			"a beginning that is no time":  func(e *OfficeHours) { e.Week[0].Opens = "9" },
			"an end that is no time":       func(e *OfficeHours) { e.Week[0].Closes = "25:00" },
			"a holiday that is no day":     func(e *OfficeHours) { e.Closed[0] = "tomorrow" },
			"an opening too many":          func(e *OfficeHours) { e.Week = slices.Repeat(e.Week, maxOpenings+1) },
			"a holiday too many":           func(e *OfficeHours) { e.Closed = slices.Repeat(e.Closed, maxHolidays+1) },
		})
}

func TestOperatorsAreOnesOfTheCountryWithItsAuthorisations(t *testing.T) {
	requireEntry(t,
		func() Operator {
			return Operator{Number: "KZ1", Country: "KZ", Name: "Carrier", Authorisations: []OperatorAuthorisation{
				{Type: "C521", Reference: "A1", From: "2026-01-01", Offices: []string{"KZHOR001"}},
			}}
		},
		func(e *Operator) error { return e.check("KZ") },
		map[string]func(*Operator){
			"an authorised economic operator":   func(e *Operator) { e.AEO = "AEOF" },
			"an authorisation for destinations": func(e *Operator) { e.Authorisations[0].Type = "C522" },
			"valid for one day":                 func(e *Operator) { e.Authorisations[0].Until = "2026-01-01" },
			"the most authorisations":           func(e *Operator) { e.Authorisations = slices.Repeat(e.Authorisations, maxAuthorisations) },
		},
		map[string]func(*Operator){
			"no number":                        func(e *Operator) { e.Number = "KZ" },
			"a number of another country":      func(e *Operator) { e.Number = "KG1" },
			"an operator of another country":   func(e *Operator) { e.Country = "KG" },
			"no name":                          func(e *Operator) { e.Name = "" },
			"a status that is none":            func(e *Operator) { e.AEO = "AEO" },
			"a type that is none":              func(e *Operator) { e.Authorisations[0].Type = "C999" },
			"no reference":                     func(e *Operator) { e.Authorisations[0].Reference = "" },
			"an office of another country":     func(e *Operator) { e.Authorisations[0].Offices[0] = "KGHOR001" },
			"an office that is none":           func(e *Operator) { e.Authorisations[0].Offices[0] = "KZ" },
			"an authorisation without a begin": func(e *Operator) { e.Authorisations[0].From = "" },
			"one that ends before it begins":   func(e *Operator) { e.Authorisations[0].Until = "2025-12-31" },
			"one that ends on no day":          func(e *Operator) { e.Authorisations[0].Until = "2026-13-01" },
			"an authorisation too many":        func(e *Operator) { e.Authorisations = slices.Repeat(e.Authorisations, maxAuthorisations+1) },
		})
}

func TestARevocationNamesIssuerAndSerialAsTheyAreCompared(t *testing.T) {
	requireEntry(t,
		func() Revocation { return Revocation{Issuer: digestOf("ab"), Serial: "1f"} },
		func(e *Revocation) error { return e.check("") },
		map[string]func(*Revocation){
			"serial number nought": func(e *Revocation) { e.Serial = "0" },
			"a reason":             func(e *Revocation) { e.Reason = "key lost" },
		},
		map[string]func(*Revocation){
			"an issuer in capitals":          func(e *Revocation) { e.Issuer = strings.ToUpper(e.Issuer) },
			"a serial number with a nought":  func(e *Revocation) { e.Serial = "01" },
			"no serial number":               func(e *Revocation) { e.Serial = "" },
			"a reason with a line break":     func(e *Revocation) { e.Reason = "a\nb" },
			"a reason longer than it may be": func(e *Revocation) { e.Reason = strings.Repeat("x", maxEntryReason+1) },
		})
}

func TestALineOfTheTariffIsWithinBounds(t *testing.T) {
	requireEntry(t,
		func() TariffLine { return TariffLine{HS: "851712", Currency: "KZT"} },
		func(e *TariffLine) error { return e.check("") },
		map[string]func(*TariffLine){
			"the most": func(e *TariffLine) {
				e.Duty, e.Tax, e.PerKg, e.ReferencePerKg = maxBasisPoints, maxBasisPoints, maxPerKg, maxPerKg
			},
		},
		map[string]func(*TariffLine){
			"no sub-heading":                    func(e *TariffLine) { e.HS = "8517" },
			"a chapter beyond the last":         func(e *TariffLine) { e.HS = "980000" },
			"no currency":                       func(e *TariffLine) { e.Currency = "" },
			"a duty below zero":                 func(e *TariffLine) { e.Duty = -1 },
			"a duty too high":                   func(e *TariffLine) { e.Duty = maxBasisPoints + 1 },
			"a tax below zero":                  func(e *TariffLine) { e.Tax = -1 },
			"a tax too high":                    func(e *TariffLine) { e.Tax = maxBasisPoints + 1 },
			"an amount per kilogram below zero": func(e *TariffLine) { e.PerKg = -1 },
			"an amount per kilogram too high":   func(e *TariffLine) { e.PerKg = maxPerKg + 1 },
			"a value per kilogram below zero":   func(e *TariffLine) { e.ReferencePerKg = -1 },
			"a value per kilogram too high":     func(e *TariffLine) { e.ReferencePerKg = maxPerKg + 1 },
		})
}

func TestARateIsAFractionBetweenTwoCurrencies(t *testing.T) {
	requireEntry(t,
		func() Rate { return Rate{Base: "EUR", Quote: "KZT", Numerator: 1, Denominator: 1} },
		func(e *Rate) error { return e.check("") },
		map[string]func(*Rate){
			"the most": func(e *Rate) { e.Numerator, e.Denominator = maxRatePart, maxRatePart },
		},
		map[string]func(*Rate){
			"one currency":           func(e *Rate) { e.Quote = "EUR" },
			"no base":                func(e *Rate) { e.Base = "" },
			"no quote":               func(e *Rate) { e.Quote = "KZ" },
			"nothing for something":  func(e *Rate) { e.Numerator = 0 },
			"something for nothing":  func(e *Rate) { e.Denominator = 0 },
			"a numerator too high":   func(e *Rate) { e.Numerator = maxRatePart + 1 },
			"a denominator too high": func(e *Rate) { e.Denominator = maxRatePart + 1 },
		})
}

func TestATrustAnchorMaySignCertificatesWithAStrongKey(t *testing.T) {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	strong, err := rsa.GenerateKey(rand.Reader, minRSABits)
	require.NoError(t, err)
	authority := x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	for name, c := range map[string]struct {
		change func(*x509.Certificate)
		rsa    bool
		ok     bool
	}{
		"an authority":                          {ok: true},
		"an authority with RSA":                 {rsa: true, ok: true},
		"of no stated usage":                    {change: func(c *x509.Certificate) { c.KeyUsage = 0 }, ok: true},
		"for other usages":                      {change: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }},
		"of somebody who is no authority":       {change: func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, 0 }},
		"that does not say what it is":          {change: func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = false, false }},
		"of somebody who signs as an authority": {change: func(c *x509.Certificate) { c.IsCA = false }},
	} {
		template := authority
		template.SerialNumber, template.Subject = big.NewInt(1), pkix.Name{CommonName: "x"}
		template.NotBefore, template.NotAfter = noon(), noon().Add(time.Hour)
		if c.change != nil {
			c.change(&template)
		}
		var der []byte
		if c.rsa {
			der, err = x509.CreateCertificate(rand.Reader, &template, &template, strong.Public(), strong)
		} else {
			der, err = x509.CreateCertificate(rand.Reader, &template, &template, p256.Public(), p256)
		}
		require.NoError(t, err)
		anchor := TrustAnchor{Name: "root", Certificate: base64.StdEncoding.EncodeToString(der)}
		require.Equal(t, c.ok, anchor.check("") == nil, name)
		anchor.Name = ""
		require.Error(t, anchor.check(""), "without a name")
	}
	for _, text := range []string{"", "?", base64.StdEncoding.EncodeToString([]byte("no certificate"))} {
		require.Error(t, (&TrustAnchor{Name: "root", Certificate: text}).check(""))
	}
}

func TestEntriesOfAllBooksAreCountedChosenAndStripped(t *testing.T) {
	v := func(from, until Date, seq int) Validity { return Validity{From: from, Until: until, Seq: seq} }
	e := Entries{
		Hours:       []OfficeHours{{Validity: v("2026-01-01", "", 1), Office: "KZHOR001"}},
		Operators:   []Operator{{Validity: v("2026-01-01", "", 2), Number: "KZ1"}},
		Anchors:     []TrustAnchor{{Validity: v("2026-01-01", "", 3), Name: "root"}},
		Revocations: []Revocation{{Validity: v("2026-01-01", "", 4), Issuer: "a", Serial: "1"}},
		Tariff: []TariffLine{
			{Validity: v("2026-01-01", "2026-06-30", 9), HS: "851712"}, {Validity: v("2026-07-01", "", 5), HS: "851712"},
			{Validity: v("2026-01-01", "", 6), HS: "240210"},
		},
		Rates: []Rate{{Validity: v("2026-01-01", "", 7), Base: "EUR", Quote: "KZT"}}, Packs: []PackChoice{{Validity: v("2026-01-01", "", 8), Pack: "P6"}},
	}
	require.Equal(t, 9, e.Len())
	bare, newest := e.Bare()
	require.Equal(t, 9, newest)
	require.Equal(t, 9, bare.Len())
	require.Zero(t, bare.Tariff[0].Seq)
	require.Equal(t, 9, e.Tariff[0].Seq, "the entries themselves stay")
	for name, c := range map[string]struct {
		filter EntryFilter
		tariff int
		all    int
	}{
		"all":                      {EntryFilter{}, 3, 9},
		"a day":                    {EntryFilter{Day: "2026-06-30"}, 2, 8},
		"the day after":            {EntryFilter{Day: "2026-07-01"}, 2, 8},
		"a chapter":                {EntryFilter{Key: "85"}, 2, 2},
		"a sub-heading on a day":   {EntryFilter{Key: "851712", Day: "2026-07-01"}, 1, 1},
		"before anything is valid": {EntryFilter{Day: "2025-12-31"}, 0, 0},
	} {
		chosen := e.Select(c.filter)
		require.Len(t, chosen.Tariff, c.tariff, name)
		require.Equal(t, c.all, chosen.Len(), name)
	}
	require.Equal(t, []string{"85"}, EntryFilter{Key: "8517"}.Pages(BookTariff))
	require.Equal(t, []string{"85"}, EntryFilter{Key: "85"}.Pages(BookTariff))
	require.Len(t, EntryFilter{Key: "8"}.Pages(BookTariff), tariffChapters)
	require.Len(t, EntryFilter{Key: "KZ1"}.Pages(BookOperators), operatorPages)
}

func TestAChangeSaysWhatItIsAbout(t *testing.T) {
	for subject, c := range map[string]Change{
		"organisation": {Organisation: &Organisation{}}, "office": {Office: &Office{}}, "closeOffice": {CloseOffice: "KZHOR001"},
		"suspend": {Suspend: &SuspendChange{MSP: "KZMSP"}}, "reinstate": {Reinstate: "KZMSP"}, "guarantor": {Guarantor: &GuarantorLimits{}},
		"rates": {Rates: []Rate{{}}}, "retentionDays": {RetentionDays: 1},
	} {
		require.Equal(t, []string{subject}, c.Subjects())
		about := map[bool]string{true: "KZMSP"}[subject == "suspend" || subject == "reinstate"]
		require.Equal(t, about, c.About(), "who does not vote")
	}
	require.Empty(t, (&Change{}).Subjects())
}

func TestAPageKeepsTheNewestVersionsAndHasABound(t *testing.T) {
	p := &Page{V: 1, Country: "KZ", Book: BookTariff, Name: "85"}
	day := func(n int) Date { return DateOf(noon().AddDate(0, 0, n)) }
	line := func(hs string, n int) TariffLine {
		return TariffLine{Validity: Validity{From: day(n)}, HS: hs, Currency: "EUR"}
	}
	other, err := p.With(Entries{Tariff: []TariffLine{line("850100", 0), line("859900", 0)}}, "KZMSP", noon())
	require.NoError(t, err)
	p = other
	for i := range keptVersions + 3 {
		p, err = p.With(Entries{Tariff: []TariffLine{line("850110", i)}}, "KZMSP", noon())
		require.NoError(t, err)
	}
	require.Len(t, p.Tariff, keptVersions+2, "the oldest of one key go, those of others stay")
	require.Nil(t, p.TariffOn("850110", day(2)))
	require.NotNil(t, p.TariffOn("850110", day(3)))
	require.NotNil(t, p.TariffOn("850100", day(0)))
	require.NotNil(t, p.TariffOn("859900", day(0)))
	require.Equal(t, day(3), p.TariffOn("850110", day(3)).Until, "each ends when the next begins")

	full := &Page{Book: BookRates}
	full.Rates = make([]Rate, 0, MaxPageEntries)
	for i := range MaxPageEntries - 1 {
		full.Rates = append(full.Rates, Rate{Validity: Validity{From: day(0)}, Base: "AAA", Quote: fmt.Sprintf("%04d", i)})
	}
	last, err := full.With(Entries{Rates: []Rate{{Validity: Validity{From: day(0)}, Base: "EUR", Quote: "KZT"}}}, "KZMSP", noon())
	require.NoError(t, err)
	require.Len(t, last.Rates, MaxPageEntries)
	_, err = last.With(Entries{Rates: []Rate{{Validity: Validity{From: day(0)}, Base: "EUR", Quote: "USD"}}}, "KZMSP", noon())
	require.Error(t, err)
}
