package main

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

func (f fakeGuarantees) Update(
	_ context.Context, grn string, changes transit.GuaranteeUpdate, _ ...cats.CallOption,
) (*transit.Guarantee, cats.Receipt, error) {
	raw, err := json.Marshal(changes)
	if err != nil {
		return nil, cats.Receipt{}, err
	}
	f.called("update", grn, string(raw))
	return f.guarantee.Guarantee, receipt(), f.fail
}

func (f fakeGuarantees) end(name, grn string, e cats.End) (*transit.Guarantee, cats.Receipt, error) {
	f.called(name, grn, strings.TrimSpace(strings.Join([]string{e.Invalidity, e.Liberation, e.Reason}, " ")))
	return f.guarantee.Guarantee, receipt(), f.fail
}

func (f fakeGuarantees) Cancel(_ context.Context, grn string, e cats.End, _ ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error) {
	return f.end("cancel", grn, e)
}

func (f fakeGuarantees) Revoke(_ context.Context, grn string, e cats.End, _ ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error) {
	return f.end("revoke", grn, e)
}

func (f fakeGuarantees) Invalidate(_ context.Context, grn string, e cats.End, _ ...cats.CallOption) (*transit.Guarantee, cats.Receipt, error) {
	return f.end("invalidate", grn, e)
}

func (f fakeGuarantees) Sell(
	_ context.Context, grn, holder string, codes []string, _ ...cats.CallOption,
) (*transit.Guarantee, cats.Receipt, error) {
	f.called("sell", grn, holder)
	f.codes = codes
	return f.guarantee.Guarantee, receipt(), f.fail
}

func (f fakeGuarantees) Query(_ context.Context, q transit.GuaranteeInquiry, code string) (*transit.GuaranteeAnswer, error) {
	f.called("query", q.GRN, q.Query, q.Owner, q.From, q.To, code)
	usd := func(minor int64) *transit.Money { return &transit.Money{Minor: minor, Currency: "USD"} }
	return &transit.GuaranteeAnswer{
		GRN: q.GRN, Query: q.Query, Condition: transit.Invalid, Terms: f.guarantee.Guarantee.Terms,
		Reasons:         []transit.Violation{{Code: "G02", Text: "guarantee 26KZCGM0000000015 covers nothing new from 2026-11-20 on"}},
		Invalidity:      &transit.Invalidity{From: "2026-11-20", LiberatedFrom: "2027-01-31", By: "KZALA001", Reason: "licence withdrawn"},
		GuaranteeAmount: *usd(5000000), Usages: []transit.UsageOfGRN{{MRN: mrn, Covered: usd(1850000), LockedOn: "2026-11-19", State: transit.UsageLocked}},
		Exposure: &transit.Exposure{Exposure: usd(1850000), Counter: 1, Balance: usd(-150000), Claimed: *usd(0)}, Bookmark: "1",
	}, f.fail
}

func (f fakeGuarantees) Usages(context.Context, transit.GuaranteeInquiry, string) iter.Seq2[transit.UsageOfGRN, error] {
	return func(yield func(transit.UsageOfGRN, error) bool) {
		for _, state := range []transit.UsageState{transit.UsageLocked, transit.UsageArrived} {
			u := transit.UsageOfGRN{MRN: mrn, Covered: &transit.Money{Minor: 1850000, Currency: "USD"}, LockedOn: "2026-11-19", State: state}
			if !yield(u, f.fail) {
				return
			}
		}
	}
}

func (f fakeGuarantees) Check(_ context.Context, movement string) (*transit.GuaranteeCheck, error) {
	f.called("check", movement)
	return &transit.GuaranteeCheck{
		Movement: movement, Covered: movement == "M", Reasons: []transit.Violation{{Code: "G09", Text: "guarantee X has 5.00 USD free"}},
	}, f.fail
}

func TestEveryChangeOfAGuaranteeReachesTheLedger(t *testing.T) {
	for line, want := range map[string]string{
		"guarantee update G --amount 5.00 --until 2028-01-01": "update G " +
			`{"referenceAmount":{"minor":500,"currency":"USD"},"validUntil":"2028-01-01"}`,
		"guarantee update G --exclude KG,TM --percentage 50":                `update G {"percentage":50,"excludedCountries":["KG","TM"]}`,
		"guarantee update G --exclude= --exclude-goods=24":                  `update G {"excludedCountries":[],"excludedGoods":["24"]}`,
		"guarantee update G --no-suspended-goods=false --representative CN": `update G {"representatives":["CN"],"noSuspendedGoods":false}`,
		"guarantee cancel G --on 2026-12-01 --reason sold":                  "cancel G 2026-12-01  sold",
		"guarantee revoke G --on 2026-12-01":                                "revoke G 2026-12-01",
		"guarantee invalidate G --on 2026-12-01 --liberation 2027-01-01":    "invalidate G 2026-12-01 2027-01-01",
		"guarantee sell G --holder CN1 --code TS17":                         "sell G CN1",
		"guarantee query G --what both --code TS17":                         "query G 3    TS17",
		"guarantee query G --what usage --owner CN1 --from 2026-01-01":      "query G 1 CN1 2026-01-01  ",
		"guarantee check M": "check M",
	} {
		s := newSession(t)
		r := s.run(strings.Fields(line)...)
		require.Zero(t, r.code, "%s: %s", line, r.err)
		require.Contains(t, s.fake.calls, want, line)
	}
}

func TestWhatAChangeOfAGuaranteeNeeds(t *testing.T) {
	for line, want := range map[string]string{
		"guarantee cancel G":                         "--on",
		"guarantee update G --amount x":              "--amount",
		"guarantee sell G --holder CN1":              "access code",
		"guarantee query G --what else":              "--what",
		"guarantee revoke --on 2026-01-01":           "GRN",
		"guarantee cancel G --liberation 2027-01-01": "liberation",
	} {
		r := newSession(t).run(strings.Fields(line)...)
		require.NotZero(t, r.code, line)
		require.Contains(t, r.err, want, line)
	}
}

func TestWhatPeopleSeeOfGuarantees(t *testing.T) {
	for name, line := range map[string]string{
		"guarantee-query":      "guarantee query 26KZCGM0000000015 --what both --owner CN916501007TSL1",
		"guarantee-check":      "guarantee check 26CNRZZ6S4CA8HDPJ5",
		"help-guarantee":       "guarantee --help",
		"help-guarantee-query": "guarantee query --help",
	} {
		t.Run(name, func(t *testing.T) {
			r := newSession(t).run(strings.Fields(line)...)
			require.Zero(t, r.code, r.err)
			golden(t, name, r.out)
		})
	}
}

func TestAGuaranteeShowsWhatHasBecomeOfIt(t *testing.T) {
	s := newSession(t)
	g := s.fake.guarantee
	g.Guarantee.Invalidity = &transit.Invalidity{From: "2026-12-01", By: "CGMMSP"}
	g.Guarantee.Terms.Percentage, g.Guarantee.Terms.Goods = 30, []string{"85"}
	g.Available.Minor, g.Claimed = -5, transit.Money{Minor: 700, Currency: "USD"}
	out := s.run("guarantee", "show", "26KZCGM0000000015").out
	for _, want := range []string{"nothing new from 2026-12-01 (by CGMMSP)", "30 % of it", "-0.05 USD", "7.00 USD", "only goods"} {
		require.Contains(t, out, want)
	}
	g.Guarantee.Terms.Monitoring = "1"
	require.Contains(t, s.run("guarantee", "show", "26KZCGM0000000015").out, "not kept (monitoring code 1)")
	s.fake.record.Guarantees = append(s.fake.record.Guarantees, transit.Usage{Type: "8", State: transit.UsageDeclared})
	require.Contains(t, s.run("movement", "show", mrn).out, "public body, no guarantee required")
}

func TestAWaiverAndAVoucherNeedFewerFlags(t *testing.T) {
	s := newSession(t)
	require.Zero(t, s.run("guarantee", "register", "--type", "0", "--office", "KZALA001", "--code", "AAAA").code)
	require.Zero(t, s.fake.terms.Percentage)
	require.Empty(t, s.fake.terms.Guarantor, "nobody guarantees a waiver")
	require.Zero(t, s.run("guarantee", "register", "--type", "4", "--code", "AAAA").code)
	require.Equal(t, 1, s.fake.terms.Balances)
	require.Equal(t, "CGMMSP", s.fake.terms.Guarantor)
	s.fake.guarantee.Guarantee.Terms.Holder = ""
	require.Contains(t, s.run("guarantee", "list").out, "(not sold)")
}
