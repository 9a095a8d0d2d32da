package transit

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// withFiles is a movement of two versions with one attachment and one annex.
func withFiles(released bool) *Movement {
	m := testMovement()
	m.Version = 2
	m.Sections = []SectionDigest{{Name: SectionParties, Digest: "01"}, {Name: SectionGoods, Digest: "02"}}
	m.Attachments = []Attachment{{Name: AttachmentName(1), Digest: "03"}}
	m.Annexes = []Annex{{AnnexRef: AnnexRef{Kind: AnnexNote, Digest: digestOf("a")}}}
	if released {
		m.State, m.ReleasedAt = Released, Stamp(noon())
	}
	return m
}

func names(parts []SectionDigest) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.Name)
	}
	return out
}

func TestPartsStandOnlyWhereTheyMay(t *testing.T) {
	all := []string{SectionParties, SectionGoods, "attachment-1"}
	m := withFiles(false)
	m.Grants = []Grant{
		{MSP: "CGMMSP", Parts: []string{SectionGoods}, Until: "2026-11-24"},
		{MSP: "KZMSP", Operator: "KZ1", Parts: []string{"attachment-1"}, Until: "2026-12-31"},
		{MSP: "KZMSP", Parts: []string{SectionParties}, Until: "2026-12-31"},
	}
	require.Equal(t, all, names(m.MayStand("CNMSP", noon())))
	require.Equal(t, []string{SectionParties, "attachment-1"}, names(m.MayStand("KZMSP", noon())), "by its grants, before release")
	require.Equal(t, []string{SectionGoods}, names(m.MayStand("CGMMSP", noon())))
	require.Empty(t, m.MayStand("CGMMSP", EndOfDay(noon())), "the last day is over")
	require.Empty(t, m.MayStand("KGMSP", noon()))
	m.ReleasedAt = Stamp(noon())
	require.Equal(t, all, names(m.MayStand("KGMSP", noon())))
	require.Empty(t, m.MayStand("CARECMSP", noon()))
}

func TestWhatIsDueForPurging(t *testing.T) {
	day := 24 * time.Hour
	ended := withFiles(true)
	ended.State, ended.EndedAt = Discharged, Stamp(noon())
	granted := withFiles(true)
	granted.Grants = []Grant{{MSP: "CGMMSP", Parts: []string{SectionGoods}, Until: "2026-11-30"}}
	for name, c := range map[string]struct {
		m       *Movement
		msp     string
		holding string
		at      time.Time
		want    PurgeReason
	}{
		"a deposit of today is not":                         {nil, "CNMSP", "1", noon().Add(day), ""},
		"a deposit that was never lodged is":                {nil, "CNMSP", "1", noon().Add(day + time.Second), PurgeUnpublished},
		"an amendment of today is not":                      {withFiles(false), "CNMSP", "3", noon(), ""},
		"an amendment that was never published is":          {withFiles(false), "CNMSP", "3", noon().Add(2 * day), PurgeUnpublished},
		"an amendment of what has ended is at once":         {ended, "CNMSP", "3", noon(), PurgeUnpublished},
		"a former version is at once":                       {withFiles(false), "CNMSP", "1", noon(), PurgeSuperseded},
		"the version of the record is not":                  {withFiles(true), "KGMSP", "2", noon().Add(900 * day), ""},
		"a file that was never published is":                {withFiles(true), "CNMSP", "attachment-2", noon().Add(2 * day), PurgeUnpublished},
		"a file of the record is not":                       {withFiles(true), "KGMSP", "attachment-1", noon().Add(900 * day), ""},
		"an annex of the record is not":                     {withFiles(true), "KZMSP", digestOf("a"), noon().Add(900 * day), ""},
		"an annex that no step named is":                    {withFiles(true), "KZMSP", digestOf("b"), noon().Add(2 * day), PurgeUnpublished},
		"what ended less than the retention ago is not":     {ended, "KGMSP", "2", noon().Add(30*day - time.Second), ""},
		"what ended as long ago as the retention is":        {ended, "KGMSP", "2", noon().Add(30 * day), PurgeRetention},
		"with its files":                                    {ended, "CNMSP", "attachment-1", noon().Add(30 * day), PurgeRetention},
		"and annexes":                                       {ended, "CNMSP", digestOf("a"), noon().Add(30 * day), PurgeRetention},
		"what a grant shows in part is in part":             {granted, "CGMMSP", "2", noon(), PurgeRevoked},
		"what came by a grant that is over is":              {granted, "CGMMSP", "2", noon().Add(7 * day), PurgeRevoked},
		"what came before release to a country is not kept": {withFiles(false), "KZMSP", "2", noon(), PurgeRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := DuePurge(c.m, c.msp, c.holding, noon(), c.at, 30)
			require.Equal(t, c.want, got)
		})
	}
	_, keep := DuePurge(granted, "CGMMSP", "2", noon(), noon(), 30)
	require.Equal(t, []string{SectionGoods}, keep, "only the other parts go")
	got, _ := DuePurge(ended, "KGMSP", "2", noon(), noon().Add(40000*day), 0)
	require.Empty(t, got, "no retention in the registry is for ever")
}

// TestNothingStandsThatIsDueAndNothingGoesThatMayStand: whatever grants there are, a part is purged as revoked exactly
// when it may not stand.
func TestNothingStandsThatIsDueAndNothingGoesThatMayStand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := withFiles(rapid.Bool().Draw(t, "released"))
		at := noon().AddDate(0, 0, rapid.IntRange(0, 10).Draw(t, "days"))
		orgs := []string{"CNMSP", "KZMSP", "KGMSP", "CGMMSP", "CARECMSP"}
		all := names(m.Parts())
		d := m.Declared
		for range rapid.IntRange(0, 20).Draw(t, "grants") {
			var parts []string
			for _, p := range all {
				if rapid.Bool().Draw(t, p) {
					parts = append(parts, p)
				}
			}
			until := noon().AddDate(0, 0, rapid.IntRange(0, 9).Draw(t, "until")).Format(dateLayout)
			g := Grant{MSP: rapid.SampledFrom(orgs).Draw(t, "to"), Parts: parts, Until: until}
			next, fault := d.WithGrant(g, noon())
			require.Equal(t, len(parts) == 0, fault != nil)
			d = next
		}
		m.Declared = d
		require.LessOrEqual(t, len(m.Grants), maxGrants)
		msp := rapid.SampledFrom(orgs).Draw(t, "msp")
		may := names(m.MayStand(msp, at))
		for _, holding := range []string{Holding(2), "attachment-1"} {
			reason, keep := DuePurge(m, msp, holding, noon(), at, 30)
			due := slices.ContainsFunc(m.partsOf(holding), func(p string) bool { return !slices.Contains(may, p) })
			require.Equal(t, due, reason == PurgeRevoked)
			require.Equal(t, may, keep)
		}
	})
}

func TestFilesAreSealedAndOpened(t *testing.T) {
	seed := make([]byte, SeedLength)
	f := &File{Name: "发票 счёт.pdf", MediaType: "application/pdf", Data: []byte{0, 255, 10}}
	value, digest, err := SealFile("attachment-1", f, seed)
	require.NoError(t, err)
	got, err := UnsealFile(value, digest)
	require.NoError(t, err)
	require.Equal(t, f, got)
	_, err = UnsealFile(append(value, ' '), digest)
	require.Error(t, err)
	section, other, err := SealSection(Section{Name: "attachment-1", Content: []byte(`{"data":"","mediaType":"a/b","name":"x"}`)}, seed)
	require.NoError(t, err)
	_, err = UnsealFile(section, other)
	require.Error(t, err, "an empty file")
	largest := &File{Name: "x", MediaType: "a/b", Data: make([]byte, MaxAttachmentBytes)}
	value, _, err = SealFile("attachment-4", largest, seed)
	require.NoError(t, err)
	require.LessOrEqual(t, len(value), MaxSealedAttachment)
}

func FuzzUnsealFile(f *testing.F) {
	value, _, err := SealFile("attachment-1", &File{Name: "a.pdf", MediaType: "application/pdf", Data: []byte("x")}, make([]byte, SeedLength))
	require.NoError(f, err)
	f.Add(value)
	f.Add([]byte(`{"content":{"data":"!","mediaType":"a/b","name":"x"},"salt":"","section":"attachment-1"}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		file, err := UnsealFile(value, SectionDigest{Name: "attachment-1", Digest: digest(value)})
		if err == nil {
			require.Nil(t, file.Check())
		}
	})
}

func TestATransferExchangesGuaranteesAndKeepsTheWitnesses(t *testing.T) {
	m := withFiles(true)
	m.Grants = []Grant{{MSP: "CGMMSP", Parts: []string{SectionGoods}, Until: "2026-12-31"}}
	m = play(t, m, "declarant ProposeTransfer", "buyer AcceptTransfer")
	require.Equal(t, "KZ1", m.Holder)
	require.Equal(t, Declarant{MSP: "KZMSP", Operator: "KZ1"}, m.Declarant)
	require.Empty(t, m.Grants)
	was := m.Witnesses
	require.Nil(t, m.Exchange([]GuaranteeClaim{{GRN: "26KZCGM0000000015", Type: "1"}}, []string{"XYZMSP", "XYZMSP"}, DutySource{}))
	require.Equal(t, []string{"XYZMSP"}, m.Guarantors)
	for _, w := range was {
		require.Contains(t, m.Witnesses, w)
	}
	require.Contains(t, m.Witnesses, "XYZMSP")
	require.Equal(t, UsageDeclared, m.Guarantees[0].State)
}

func TestClaimsCoverEveryCurrency(t *testing.T) {
	eur := func(minor int64) Money { return Money{Minor: minor, Currency: "EUR"} }
	usages := []Usage{{GRN: "A", Amount: eur(10)}, {GRN: "B", Amount: eur(5)}, {GRN: "C", Amount: Money{Minor: 7, Currency: "USD"}}}
	const one, two, three = "26KZCGM0000000015", "26KZCGM0000000024", "26KZCGM0000000033"
	claim := func(grn string, m Money) GuaranteeClaim { return GuaranteeClaim{GRN: grn, Type: "1", Amount: m} }
	usd := Money{Minor: 7, Currency: "USD"}
	require.Nil(t, covers(usages, []GuaranteeClaim{claim(one, eur(15)), claim(two, usd)}))
	require.NotNil(t, covers(usages, []GuaranteeClaim{claim(one, eur(14)), claim(two, usd)}))
	require.NotNil(t, covers(usages, []GuaranteeClaim{claim(one, eur(15))}))
	require.NotNil(t, covers(usages, []GuaranteeClaim{claim(one, eur(15)), claim(one, usd)}), "one guarantee twice")
	require.NotNil(t, covers(usages, []GuaranteeClaim{claim("A", eur(15)), claim(two, usd)}), "no reference")
	require.NotNil(t, covers(usages, []GuaranteeClaim{claim(one, eur(15)), claim(two, usd), claim(three, eur(0))}), "no amount")
	require.NotNil(t, covers(usages, make([]GuaranteeClaim, maxTakenOver+1)))
}

func TestExchangedGuaranteesCoverWhatIsRequired(t *testing.T) {
	eur := func(minor int64) Money { return Money{Minor: minor, Currency: "EUR"} }
	usd := []GuaranteeClaim{{GRN: "26KZCGM0000000015", Type: "1", Amount: Money{Minor: 100_00, Currency: "USD"}}}
	rate := func(numerator int64) DutySource {
		return DutySource{Rate: func(country, base, quote string) *Rate {
			if country != "" || base != "USD" || quote != "EUR" {
				return nil
			}
			return &Rate{Base: base, Quote: quote, Numerator: numerator, Denominator: 100}
		}}
	}
	none := DutySource{Rate: func(_, _, _ string) *Rate { return nil }}
	for name, c := range map[string]struct {
		rates    DutySource
		required int64
		cover    Money
		override *Override
		refused  bool
	}{
		"what is covered at the rate of the day":                 {rate(90), 90_00, eur(90_00), nil, false},
		"what lacks one cent":                                    {rate(90), 90_01, eur(90_00), nil, true},
		"what has no rate":                                       {none, 1, eur(0), nil, true},
		"what an office has taken for this content":              {rate(90), 95_00, eur(90_00), &Override{Version: 1}, false},
		"what an office has taken for the content before it was": {rate(90), 95_00, eur(90_00), &Override{Version: 0}, true},
	} {
		t.Run(name, func(t *testing.T) {
			before := &Required{Amount: eur(c.required), Cover: eur(99_00)}
			m := &Movement{Course: Course{Override: c.override}, Declared: Declared{Version: 1, Required: before}}
			fault := m.Exchange(usd, nil, c.rates)
			require.Equal(t, c.cover, m.Required.Cover)
			require.Equal(t, eur(99_00), before.Cover, "the record before stays as it is")
			if !c.refused {
				require.Nil(t, fault)
				return
			}
			require.Equal(t, GuaranteeRefused, fault.Code)
			require.Equal(t, []string{"G09", "/guarantees"}, []string{fault.Violations[0].Code, fault.Violations[0].Pointer})
		})
	}
}
