package e2e

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// owner goes through what the owner of a content does with it on the running network.
func (w *world) owner(t *testing.T) {
	t.Run("a grant shows one section to an insurer, until it is revoked and purged", w.grants)
	t.Run("a file travels along the route and nowhere else", w.files)
	t.Run("an amended content is purged", w.superseded)
	t.Run("the document passes to a new holder with its own guarantee", w.transfer)
}

// keep has the keeper of an identity look through its organisation's holdings once.
func (w *world) keep(t *testing.T, who string) int {
	t.Helper()
	n, err := cats.NewKeeper(w.as(t, who), time.Hour, slog.New(slog.DiscardHandler)).Once(within(t, time.Minute))
	require.NoError(t, err)
	return n
}

func (w *world) grants(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	goods, general := "MARKER"+fresh(), "UCR"+fresh()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "G" + fresh()[:20]
	std.Consignment.ReferenceNumberUCR = general
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods = goods
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	m := w.accept(t, std)
	trader, clerk := w.as(t, "cn-trader-tianshan").Movements(), w.as(t, "cgm-clerk").Movements()
	require.Equal(t, map[string]bool{"CN": true}, w.holders(t, goods))
	_, err := clerk.Shared(ctx, m.ID)
	require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code)

	request := transit.GrantRequest{Movement: m.ID, MSP: "CGMMSP", Parts: []string{transit.SectionGoods},
		Until: time.Now().UTC().AddDate(0, 0, 30).Format(time.DateOnly)}
	begun := time.Now()
	_, receipt, err := trader.Grant(ctx, request)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(receipt.Endorsers), 2)
	var d *cats.Document
	require.EventuallyWithT(t, func(c *assertCollect) {
		d, err = clerk.Shared(ctx, m.ID)
		require.NoError(c, err)
	}, time.Minute, 200*time.Millisecond, "the courier brings it")
	t.Logf("granted, delivered and read after %s", time.Since(begun).Round(time.Millisecond))
	require.Len(t, d.Sealed, 1)
	require.Equal(t, goods, d.STD.Consignment.HouseConsignments[0].ConsignmentItems[0].Commodity.DescriptionOfGoods)
	require.Empty(t, d.STD.Consignment.ReferenceNumberUCR)
	require.Equal(t, map[string]bool{"CN": true, "CGM": true}, w.holders(t, goods), "the grantee has its section")
	require.Equal(t, map[string]bool{"CN": true}, w.holders(t, general), "and exactly that")
	for _, who := range []string{"carec-analyst", "kz-officer-khorgos", "cn-trader-silkroad"} {
		_, err := w.as(t, who).Movements().Shared(ctx, m.ID)
		require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code, who)
	}

	_, revoked, err := trader.Revoke(ctx, transit.RevokeRequest{Movement: m.ID, MSP: "CGMMSP"})
	require.NoError(t, err)
	_, err = w.as(t, "cgm-clerk").Await(ctx, revoked.TransactionID)
	require.NoError(t, err)
	_, err = clerk.Shared(ctx, m.ID)
	require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code, "refused at once")
	require.Equal(t, 1, w.keep(t, "cgm-clerk"))
	require.Zero(t, w.keep(t, "cgm-clerk"))
	_, _, err = clerk.Purge(ctx, m.ID, "1")
	require.Equal(t, transit.NotFound, faultOf(t, err).Code, "nothing is left to purge")

	view, err := trader.Get(ctx, m.ID)
	require.NoError(t, err)
	passages, err := trader.History(ctx, view.Movement)
	require.NoError(t, err)
	var steps []string
	for _, p := range passages {
		if p.Record != "movement" {
			steps = append(steps, p.Record+" "+p.Step)
		}
	}
	require.Equal(t, []string{"grant Grant", "delivery Deliver", "grant Revoke", "purge Purge"}, steps)
}

func (w *world) files(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	m := w.accepted(t)
	trader := w.as(t, "cn-trader-tianshan").Movements()
	// Base64 shows a marker as it is when both its place and its length are multiples of three.
	inside, name := "INSIDE"+fresh()[:24], "NAME"+fresh()+".pdf"
	data := bytes.Repeat([]byte(inside), transit.MaxAttachmentBytes/len(inside))
	begun := time.Now()
	a, _, err := trader.Attach(ctx, m.ID, transit.File{Name: name, MediaType: "application/pdf", Data: data})
	require.NoError(t, err)
	t.Logf("a file of %d bytes attached after %s", len(data), time.Since(begun).Round(time.Millisecond))
	again, _, err := trader.Attach(ctx, m.ID, transit.File{Name: name, MediaType: "application/pdf", Data: data})
	require.NoError(t, err)
	require.Equal(t, a.Digest, again.Digest, "attached once")
	require.Equal(t, map[string]bool{"CN": true}, w.holders(t, name))
	coded := base64.StdEncoding.EncodeToString([]byte(inside))
	require.Subset(t, keys(map[string]bool{"CN": true}), keys(w.holders(t, coded)))
	require.Empty(t, w.holders(t, inside+inside), "nowhere in plain")

	_, _, err = w.as(t, "cn-officer-urumqi").Movements().Release(ctx, m.MRN, time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly))
	require.NoError(t, err)
	begun = time.Now()
	require.EventuallyWithT(t, func(c *assertCollect) {
		view, err := trader.Get(ctx, m.ID)
		require.NoError(c, err)
		for _, d := range view.Deliveries {
			require.Equal(c, transit.Delivered, d.State, d.Country)
		}
	}, time.Minute, 200*time.Millisecond)
	t.Logf("content and file delivered to two countries %s after the release", time.Since(begun).Round(time.Millisecond))
	for _, who := range []string{"kz-officer-khorgos", "kg-officer-bishkek"} {
		f, err := w.as(t, who).Movements().Attachment(ctx, m.MRN, a.Name)
		require.NoError(t, err)
		require.Equal(t, name, f.Name)
		require.True(t, bytes.Equal(data, f.Data))
	}
	require.Equal(t, map[string]bool{"CN": true, "KZ": true, "KG": true}, w.holders(t, name))
	for _, who := range []string{"carec-analyst", "cgm-clerk", "cn-trader-silkroad"} {
		_, err := w.as(t, who).Movements().Attachment(ctx, m.MRN, a.Name)
		require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code, who)
	}
	view, err := trader.Get(ctx, m.ID)
	require.NoError(t, err)
	passages, err := trader.History(ctx, view.Movement)
	require.NoError(t, err)
	for _, d := range cats.Deliveries(view, passages) {
		require.False(t, d.At.IsZero(), "it is known when %s got the content", d.Country)
	}
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func (w *world) superseded(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "S" + fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	trader := w.as(t, "cn-trader-tianshan").Movements()
	m, _, err := trader.Lodge(ctx, std)
	require.NoError(t, err)
	std.Consignment.ReferenceNumberUCR = "UCR" + fresh()
	_, _, err = trader.Amend(ctx, m.ID, std)
	require.NoError(t, err)
	require.GreaterOrEqual(t, w.keep(t, "cn-courier"), 1, "the former version")
	d, err := trader.Content(ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, std.Consignment.ReferenceNumberUCR, d.STD.Consignment.ReferenceNumberUCR)
	_, _, err = trader.Cancel(ctx, m.ID, "test of retention")
	require.NoError(t, err)
}

func (w *world) transfer(t *testing.T) {
	const buyer = "KZ190840012345"
	ctx := within(t, 3*time.Minute)
	now := time.Now().UTC()
	grn, err := transit.NewGRN(now.Year(), "KZ", fresh()[:12])
	require.NoError(t, err)
	clerk := w.as(t, "cgm-clerk")
	_, receipt, err := clerk.Guarantees().Register(ctx, transit.Terms{
		GRN: grn.String(), Type: "1", Guarantor: clerk.MSP(), Holder: buyer, Percentage: 100, Balances: 2,
		ReferenceAmount: transit.Money{Minor: 50_000, Currency: "USD"},
		ValidFrom:       now.Format(time.DateOnly), ValidUntil: now.AddDate(1, 0, 0).Format(time.DateOnly),
	}, []string{"BUY1"})
	require.NoError(t, err)
	m := w.released(t)
	seller, zhetysu := w.as(t, "cn-trader-tianshan").Movements(), w.as(t, "kz-trader-zhetysu")
	_, err = zhetysu.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	_, _, err = seller.Grant(ctx, transit.GrantRequest{
		Movement: m.ID, MSP: "KZMSP", Operator: buyer, Parts: transit.SectionNames(), Until: now.AddDate(0, 0, 2).Format(time.DateOnly),
	})
	require.NoError(t, err)
	_, offered, err := seller.ProposeTransfer(ctx, m.MRN, buyer)
	require.NoError(t, err)
	_, err = zhetysu.Await(ctx, offered.TransactionID)
	require.NoError(t, err)
	require.EventuallyWithT(t, func(c *assertCollect) {
		d, err := zhetysu.Movements().Shared(ctx, m.MRN)
		require.NoError(c, err)
		require.Len(c, d.Sealed, len(transit.SectionNames()))
	}, time.Minute, 200*time.Millisecond, "the buyer reads what it buys")

	_, _, err = zhetysu.Movements().AcceptTransfer(ctx, m.MRN, []transit.GuaranteeClaim{{
		GRN: grn.String(), Type: "1", Amount: transit.Money{Minor: 9_999, Currency: "USD"},
	}})
	require.Equal(t, transit.GuaranteeRefused, faultOf(t, err).Code, "a cent too little")
	course, receipt, err := zhetysu.Movements().AcceptTransfer(ctx, m.MRN, []transit.GuaranteeClaim{{
		GRN: grn.String(), Type: "1", Amount: transit.Money{Minor: 10_000, Currency: "USD"},
	}})
	require.NoError(t, err)
	require.Contains(t, receipt.Endorsers, "CGMMSP", "the guarantor's peer endorses the exchange")
	require.Contains(t, receipt.Endorsers, "CNMSP", "and the custodian's")
	require.Equal(t, buyer, course.Holder)
	require.Equal(t, transit.UsageLocked, course.Guarantees[0].State)
	_, err = clerk.Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	view, err := clerk.Guarantees().Get(ctx, grn.String())
	require.NoError(t, err)
	require.Equal(t, int64(10_000), view.Locked.Minor)
	_, err = w.as(t, "cn-officer-urumqi").Await(ctx, receipt.TransactionID)
	require.NoError(t, err)
	_, err = seller.Content(ctx, m.MRN)
	require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code, "the seller owns nothing any more")
	_, err = zhetysu.Movements().Content(ctx, m.MRN)
	require.NoError(t, err)
}
