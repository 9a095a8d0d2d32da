package cats

import (
	"context"
	"errors"
	"testing"

	"carec.example/cats/chaincode/transit"
	"github.com/stretchr/testify/require"
)

func TestChangesOfAGuaranteeAreAskedForAsTheyAreMeant(t *testing.T) {
	p := &mockPeer{onEndorse: func(*invocation) ([]byte, error) {
		return asJSON(t, transit.Guarantee{Terms: transit.Terms{GRN: someGRN}, Seq: 2}), nil
	}}
	c, ctx := connectTo(t, p), context.Background()
	g := c.Guarantees()
	amount := &transit.Money{Minor: 5, Currency: "USD"}
	for _, ask := range []struct {
		fn       transit.Function
		argument string
		do       func(CallOption) error
	}{
		{transit.FnUpdateGuarantee, `{"messageId":"m","grn":"` + someGRN + `","referenceAmount":{"minor":5,"currency":"USD"}}`, func(o CallOption) error {
			_, _, err := g.Update(ctx, someGRN, transit.GuaranteeUpdate{ReferenceAmount: amount}, o)
			return err
		}},
		{transit.FnCancelGuarantee, `{"messageId":"m","grn":"` + someGRN + `","invalidityDate":"2026-12-01","reason":"why"}`, func(o CallOption) error {
			_, _, err := g.Cancel(ctx, someGRN, End{Invalidity: "2026-12-01", Reason: "why"}, o)
			return err
		}},
		{transit.FnRevokeVoucher, `{"messageId":"m","grn":"` + someGRN + `","invalidityDate":"2026-12-01"}`, func(o CallOption) error {
			_, _, err := g.Revoke(ctx, someGRN, End{Invalidity: "2026-12-01"}, o)
			return err
		}},
		{
			transit.FnInvalidateGuarantee,
			`{"messageId":"m","grn":"` + someGRN + `","invalidityDate":"2026-12-01","liabilityLiberationDate":"2027-01-01"}`,
			func(o CallOption) error {
				_, _, err := g.Invalidate(ctx, someGRN, End{Invalidity: "2026-12-01", Liberation: "2027-01-01"}, o)
				return err
			},
		},
		{transit.FnSellVoucher, `{"messageId":"m","grn":"` + someGRN + `","holder":"CN1"}`, func(o CallOption) error {
			_, _, err := g.Sell(ctx, someGRN, "CN1", []string{"TS17"}, o)
			return err
		}},
	} {
		require.NoError(t, ask.do(MessageID("m")), ask.fn)
		last := p.endorsed[len(p.endorsed)-1]
		require.Equal(t, ask.fn, last.fn)
		require.JSONEq(t, ask.argument, string(last.argument))
		require.NotContains(t, string(last.argument), "TS17")
		require.Equal(t, ask.fn == transit.FnSellVoucher, last.transient[transit.TransientAccessCodes] != nil)
	}
}

func TestAChangeOfAGuaranteeIsNotMadeTwice(t *testing.T) {
	var recorded transit.Guarantee
	p := &mockPeer{
		onEndorse: func(*invocation) ([]byte, error) {
			return nil, refusal(transit.Faultf(transit.Duplicate, "recorded before"), "CNMSP")
		},
		onEvaluate: func(*invocation) ([]byte, error) { return asJSON(t, transit.GuaranteeView{Guarantee: &recorded}), nil },
	}
	c := connectTo(t, p)
	recorded = transit.Guarantee{Terms: transit.Terms{GRN: someGRN}, Seq: 5, Messages: []string{transit.MessageOf(c.actor(), "m")}}
	got, receipt, err := c.Guarantees().Cancel(context.Background(), someGRN, End{Invalidity: "2026-12-01"}, MessageID("m"))
	require.NoError(t, err)
	require.Equal(t, 5, got.Seq)
	require.Empty(t, receipt.TransactionID)
}

func TestAnInquiryKeepsTheAccessCodeInTheTransientMapOfTheOwnPeer(t *testing.T) {
	var asked []*invocation
	p := &mockPeer{onEvaluate: func(i *invocation) ([]byte, error) {
		asked = append(asked, i)
		var q transit.GuaranteeInquiry
		i.decode(t, &q)
		answer := transit.GuaranteeAnswer{GRN: q.GRN, Usages: []transit.UsageOfGRN{{Movement: "A" + q.Bookmark}}}
		if q.Bookmark == "" {
			answer.Bookmark = "3"
		}
		return asJSON(t, answer), nil
	}}
	c := connectTo(t, p)
	q := transit.GuaranteeInquiry{GRN: someGRN, Query: transit.QueryUsage}
	var got []string
	for u, err := range c.Guarantees().Usages(context.Background(), q, "TS17") {
		require.NoError(t, err)
		got = append(got, u.Movement)
	}
	require.Equal(t, []string{"A", "A3"}, got)
	for _, i := range asked {
		require.Equal(t, []string{"CNMSP"}, i.orgs)
		require.Equal(t, `["TS17"]`, string(i.transient[transit.TransientAccessCodes]))
		require.NotContains(t, string(i.argument), "TS17")
	}
	q.Owner = "CN1"
	_, err := c.Guarantees().Query(context.Background(), q, "")
	require.NoError(t, err)
	require.Empty(t, asked[2].transient)
	p.onEvaluate = func(*invocation) ([]byte, error) { return nil, errors.New("down") }
	for _, err := range c.Guarantees().Usages(context.Background(), q, "") {
		require.Error(t, err)
	}
}

func TestAWaiverIsUndertakenAtTheOwnOrganisation(t *testing.T) {
	p := &mockPeer{onEndorse: func(*invocation) ([]byte, error) { return asJSON(t, transit.Guarantee{}), nil }}
	_, _, err := connectTo(t, p).Guarantees().Register(context.Background(), transit.Terms{GRN: someGRN, Type: "0"}, []string{"TS17"})
	require.NoError(t, err)
	require.Equal(t, []string{"CNMSP"}, p.endorsed[0].orgs)
}

func TestGuaranteesWithoutAnAccountNeedNoRecord(t *testing.T) {
	usages := []transit.Usage{
		{Type: "3", State: transit.UsageDeclared}, {GRN: "B", Type: "1", State: transit.UsageDeclared},
		{GRN: "A", Type: "1", State: transit.UsageLocked, Parts: []transit.UsagePart{{Balance: 1, Minor: 0}}},
		{GRN: "C", Type: "1", State: transit.UsageArrived, Parts: []transit.UsagePart{{Balance: 1, Minor: 5}}},
	}
	names := func(us []transit.Usage) (out []string) {
		for _, u := range us {
			out = append(out, u.GRN)
		}
		return out
	}
	require.Equal(t, []string{"B"}, names(usagesIn(usages, transit.UsageDeclared)))
	require.Equal(t, []string{"A", "C"}, names(usagesIn(usages, transit.UsageLocked)), "what has arrived is credited like what is under way")
}

func TestARecordWithoutAnAccountCoversAnyAmount(t *testing.T) {
	a := &account{grn: someGRN}
	read := func(context.Context, string) (*transit.GuaranteeView, error) {
		return &transit.GuaranteeView{Balances: []transit.Balance{{Index: 0, Monitoring: "2", Open: map[string]int64{}}, {Index: 1, Monitoring: "2"}}}, nil
	}
	first, err := a.lock(context.Background(), read, place{}, 1<<50)
	require.NoError(t, err)
	second, err := a.lock(context.Background(), read, place{}, 1<<50)
	require.NoError(t, err)
	require.ElementsMatch(t, []int{0, 1}, append(first.indices, second.indices...))
}
