package transit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADigestHasSixtyFourSmallHexadecimalDigits(t *testing.T) {
	for name, c := range map[string]struct {
		digest string
		ok     bool
	}{
		"as it is written": {digestOf("a"), true}, "in capitals": {strings.Repeat("AB", 32), false}, "too short": {strings.Repeat("ab", 31), false},
		"too long": {strings.Repeat("ab", 33), false}, "half a byte": {strings.Repeat("a", 63), false}, "no digits": {strings.Repeat("g", 64), false},
		"nothing": {"", false},
	} {
		require.Equal(t, c.ok, isDigest(c.digest), name)
	}
}

func TestARefusalTellsWhoAsked(t *testing.T) {
	for who, want := range map[string]string{
		"urumqi": "officer at CN650100 of CNMSP", "buyer": "trader for KZ1 of KZMSP", "clerk": "guarantor of CGMMSP",
	} {
		require.Equal(t, want, cast()[who].String())
	}
}

func TestEndorsementsAreEqualWhenBothPartsAre(t *testing.T) {
	e := Endorsement{All: []string{"CNMSP"}, Any: []string{"KZMSP"}}
	require.True(t, e.Equal(Endorsement{All: []string{"CNMSP"}, Any: []string{"KZMSP"}}))
	require.False(t, e.Equal(Endorsement{All: []string{"CNMSP"}}), "any one more is asked")
	require.False(t, e.Equal(Endorsement{All: []string{"KGMSP"}, Any: []string{"KZMSP"}}))
}

func TestWhatCanTakeOverAMovement(t *testing.T) {
	usd := func(minor int64) Money { return Money{Minor: minor, Currency: "USD"} }
	usages := []Usage{{GRN: "A", Amount: usd(9)}}
	claims := func(n int, minor int64) []GuaranteeClaim {
		out := make([]GuaranteeClaim, n)
		for i := range out {
			grn, err := NewGRN(2026, "KZ", fmt.Sprintf("%012d", i))
			require.NoError(t, err)
			out[i] = GuaranteeClaim{GRN: grn.String(), Type: "1", Amount: usd(minor)}
		}
		return out
	}
	require.Nil(t, covers(usages, claims(maxTakenOver, 1)), "as many as a declaration gives, each in part")
	require.NotNil(t, covers(usages, claims(maxTakenOver-1, 1)))
	require.Nil(t, covers(usages, claims(1, MaxMinor)), "the largest amount of all")
	require.NotNil(t, covers(usages, claims(1, MaxMinor+1)))
	euro := claims(2, 5)
	euro[1].Amount.Currency = "EUR"
	require.NotNil(t, covers(usages, euro), "five of each currency are not nine of one")
}

func TestCoverMayBeOverriddenOncePerVersionAndOnlyWhereItIsShort(t *testing.T) {
	eur := func(minor int64) Money { return Money{Minor: minor, Currency: "EUR"} }
	short, enough := &Required{Amount: eur(10), Cover: eur(9)}, &Required{Amount: eur(10), Cover: eur(10)}
	for name, c := range map[string]struct {
		required *Required
		decided  *Override
		reason   string
		want     Code
	}{
		"covered":                              {required: enough},
		"nothing is required":                  {},
		"short":                                {required: short, want: GuaranteeRefused},
		"short, with a reason":                 {required: short, reason: "known holder"},
		"decided for this version":             {required: short, decided: &Override{Version: 2}},
		"decided for a former version":         {required: short, decided: &Override{Version: 1}, want: GuaranteeRefused},
		"decided anew after an amendment":      {required: short, decided: &Override{Version: 1}, reason: "known holder"},
		"a reason where nothing is short":      {required: enough, reason: "known holder", want: MalformedRequest},
		"a reason for what has been decided":   {required: short, decided: &Override{Version: 2}, reason: "again", want: MalformedRequest},
		"a reason where nothing is required":   {reason: "known holder", want: MalformedRequest},
		"covered, decided for another version": {required: enough, decided: &Override{Version: 1}},
	} {
		m := testMovement()
		m.Version, m.Required, m.Override = 2, c.required, c.decided
		fault := covered(m, &Request{Step: StepRequest{OverrideReason: c.reason}})
		if c.want == "" {
			require.Nil(t, fault, name)
			continue
		}
		require.NotNil(t, fault, name)
		require.Equal(t, c.want, fault.Code, name)
	}
}

func TestGoodsAreReleasedInFullOnceAndNotBeforeAnyArrived(t *testing.T) {
	m := testMovement()
	r := &Request{Step: StepRequest{GoodsReleased: ReleasedPartly}}
	require.Nil(t, releasable(m, r))
	releaseGoods(m, r)
	require.Equal(t, ReleasedPartly, m.Arrival.GoodsReleased)
	m.Arrival.Trader = Declarant{MSP: "KGMSP", Operator: "KG1"}
	r.Step.GoodsReleased = ReleasedFully
	require.Nil(t, releasable(m, r), "the rest")
	releaseGoods(m, r)
	require.Equal(t, "KG1", m.Arrival.Trader.Operator, "what is known of the arrival stays")
	require.Equal(t, OutOfSequence, releasable(m, r).Code)
}

func TestAnotherOfficeOfTheRouteMayBeAskedToRecoverOnce(t *testing.T) {
	m := testMovement()
	m.Recovery = &Recovery{Office: "CN650900", MSP: "CNMSP"}
	ask := func(office string) *Fault { return recoveryAskable(m, &Request{Step: StepRequest{Office: office}}) }
	require.Nil(t, ask("KZ750900"))
	require.Nil(t, ask("CN650901"), "another office of the same country")
	require.Equal(t, MalformedRequest, ask("CN650900").Code, "the office in charge")
	require.Equal(t, MalformedRequest, ask("UZ000009").Code, "a country that the goods have not crossed")
	m.Recovery.Asked = "KZ750900"
	require.Equal(t, OutOfSequence, ask("KG000900").Code)
}

func TestAGrantIsForOneReader(t *testing.T) {
	all := cast()
	forAll := func(msp string) Grant { return Grant{MSP: msp} }
	for name, c := range map[string]struct {
		grant  Grant
		admits string
	}{
		"a customs authority": {forAll("KZMSP"), "khorgos aktau almaty kz-collector"},
		"a guarantor":         {forAll("CGMMSP"), "clerk"},
		"one trader":          {Grant{MSP: "KZMSP", Operator: "KZ1"}, "buyer"},
		"nobody there is":     {Grant{MSP: "KZMSP", Operator: "KZ2"}, ""},
	} {
		for who, a := range all {
			require.Equal(t, strings.Contains(" "+c.admits+" ", " "+who+" "), c.grant.Admits(a), "%s: %s", name, who)
		}
	}
}

func TestGrantsAreReplacedEndedAndBounded(t *testing.T) {
	d := withFiles(true).Declared
	grant := func(operator, until string) Grant {
		return Grant{MSP: "KZMSP", Operator: operator, Parts: []string{SectionGoods}, Until: until}
	}
	var fault *Fault
	for i := range maxGrants {
		d, fault = d.WithGrant(grant(fmt.Sprintf("KZ%d", i), "2026-12-31"), noon())
		require.Nil(t, fault)
	}
	_, fault = d.WithGrant(grant("KZ999", "2026-12-31"), noon())
	require.Equal(t, OutOfSequence, fault.Code, "as many as the record takes")
	again, fault := d.WithGrant(grant("KZ0", "2027-01-31"), noon())
	require.Nil(t, fault, "another one to the same reader takes its place")
	require.Len(t, again.Grants, maxGrants)
	_, _, fault = d.WithoutGrant("KZMSP", "KZ999")
	require.Equal(t, NotFound, fault.Code)
	_, _, fault = d.WithoutGrant("CNMSP", "KZ0")
	require.Equal(t, NotFound, fault.Code, "a namesake elsewhere")
	less, ended, fault := d.WithoutGrant("KZMSP", "KZ3")
	require.Nil(t, fault)
	require.Equal(t, "KZ3", ended.Operator)
	require.Len(t, less.Grants, maxGrants-1)
	require.Len(t, d.Grants, maxGrants, "the record itself stays")

	last := noon().Add(longestGrant)
	_, fault = withFiles(true).WithGrant(grant("", Day(last)), noon())
	require.Nil(t, fault)
	_, fault = withFiles(true).WithGrant(grant("", Day(last.AddDate(0, 0, 1))), noon())
	require.NotNil(t, fault)
	_, fault = withFiles(true).WithGrant(grant("", Day(noon())), noon())
	require.Nil(t, fault, "today is the shortest")
	_, fault = withFiles(true).WithGrant(grant("", Day(noon().AddDate(0, 0, -1))), noon())
	require.NotNil(t, fault)
}

func TestAttachedFilesAreHeldToTheirBounds(t *testing.T) {
	file := func(name, media string, size int) *File {
		return &File{Name: name, MediaType: media, Data: make([]byte, size)}
	}
	long := func(n int) string { return strings.Repeat("я", n) }
	for name, c := range map[string]struct {
		file *File
		ok   bool
	}{
		"the largest file":          {file("a.pdf", "application/pdf", MaxAttachmentBytes), true},
		"a byte more":               {file("a.pdf", "application/pdf", MaxAttachmentBytes+1), false},
		"an empty file":             {file("a.pdf", "application/pdf", 0), false},
		"the longest name":          {file(long(maxFileName), "application/pdf", 1), true},
		"a character more":          {file(long(maxFileName+1), "application/pdf", 1), false},
		"no name":                   {file("", "application/pdf", 1), false},
		"dots":                      {file("..", "application/pdf", 1), false},
		"a hidden file":             {file(".profile", "application/pdf", 1), false},
		"blanks":                    {file("  ", "application/pdf", 1), false},
		"a path":                    {file("a/b", "application/pdf", 1), false},
		"a name turned round":       {file("a\u202efdp.exe", "application/pdf", 1), false},
		"no UTF-8":                  {file("a\xff", "application/pdf", 1), false},
		"the longest media type":    {file("a", "a/"+strings.Repeat("b", maxMediaType-2), 1), true},
		"a media type too long":     {file("a", "a/"+strings.Repeat("b", maxMediaType-1), 1), false},
		"no media type":             {file("a", "pdf", 1), false},
		"a media type with a blank": {file("a", "text/plain; charset=x", 1), false},
	} {
		require.Equal(t, c.ok, c.file.Check() == nil, name)
	}
}

func TestAFaultTakesAHundredViolationsAndTellsThem(t *testing.T) {
	v := Violation{Code: "14", Pointer: "/a", Rule: "R1", Value: "x", Text: "wrong"}
	require.Equal(t, `/a: wrong (found "x") [R1 code 14]`, v.String())
	v.Value, v.Rule = "", ""
	require.Equal(t, "/a: wrong [code 14]", v.String())
	f := Faultf(InvalidDocument, "bad")
	require.Equal(t, string(InvalidDocument)+": bad", f.Error())
	require.Equal(t, string(InvalidDocument)+": bad (at /x)\n  /a: wrong [code 14]", Faultf(InvalidDocument, "bad").At("/x").With(v).Error())
	for range 3 {
		f = f.With(make([]Violation, 45)...)
	}
	require.Len(t, f.Violations, MaxViolations)
	require.Len(t, f.With(v).Violations, MaxViolations)
}

func TestContentIsReadWithItsKeyAndTransactionOnly(t *testing.T) {
	key := []byte(strings.Repeat("k", SeedLength))
	content := &Content{}
	e, err := EncryptContent(key, "tx1", content)
	require.NoError(t, err)
	got, err := DecryptContent(key, e)
	require.NoError(t, err)
	require.Equal(t, content, got)
	_, err = DecryptContent([]byte(strings.Repeat("j", SeedLength)), e)
	require.Error(t, err, "another reader's key")
	_, err = DecryptContent(key, &EncryptedContent{TransactionID: "tx2", Cipher: e.Cipher})
	require.Error(t, err, "another transaction's answer")
	_, err = DecryptContent(key[1:], e)
	require.Error(t, err)
	_, err = EncryptContent(key[1:], "tx1", content)
	require.Error(t, err)
	e.Cipher[0] ^= 1
	_, err = DecryptContent(key, e)
	require.Error(t, err, "altered on the way")
}
