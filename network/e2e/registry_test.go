package e2e

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/network/journey"
)

// registry shows that a country's own entries are the country's own, what they do to a declaration, and what the majority
// decides for all.
func (w *world) registry(t *testing.T) {
	w.insured(t)
	t.Run("a country writes its tariff in one transaction, and nobody else does", w.tariff)
	t.Run("what is required of a guarantee stands on the record", w.required)
	t.Run("a suspended country starts nothing new", w.suspension)
}

// insured makes sure that the example's guarantee stands, when this part of the test runs alone.
func (w *world) insured(t *testing.T) {
	t.Helper()
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	if _, err := w.as(t, "cgm-clerk").Guarantees().Get(t.Context(), std.Guarantees[0].GuaranteeReferences[0].GRN); err == nil {
		return
	}
	_, err := journey.Run(within(t, 3*time.Minute), std, journey.Options{Profile: w.profile, FreshLRN: true})
	require.NoError(t, err)
}

// dearGoods is a chapter that no other part of the test declares: objects of art.
const dearGoods = "970121"

func tariffOf(from, until transit.Date, duty int) transit.Entries {
	return transit.Entries{Tariff: []transit.TariffLine{{
		Validity: transit.Validity{From: from, Until: until}, HS: dearGoods, Duty: duty, Tax: 1200, Currency: "KZT", ReferencePerKg: 5_000_000_00,
	}}}
}

func daysFromNow(n int) transit.Date { return transit.DateOf(time.Now().AddDate(0, 0, n)) }

func (w *world) tariff(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	pages, receipts, err := w.as(t, "kz-admin").Registry().Put(ctx, "KZ", tariffOf(daysFromNow(-1), "", 1000))
	require.NoError(t, err)
	require.Equal(t, []transit.WrittenPage{{Book: transit.BookTariff, Page: "97", Seq: 2}}, pages)
	require.Len(t, receipts, 1)
	require.Contains(t, receipts[0].Endorsers, "KZMSP")
	require.GreaterOrEqual(t, len(receipts[0].Endorsers), 2, "its own peer and a second look")

	_, _, err = w.as(t, "cn-admin").Registry().Put(ctx, "KZ", tariffOf(daysFromNow(0), "", 0))
	require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code)
	_, _, err = w.as(t, "kz-officer-khorgos").Registry().Put(ctx, "KZ", tariffOf(daysFromNow(0), "", 0))
	require.Equal(t, transit.NotAuthorised, faultOf(t, err).Code, "Khorgos does not keep the registry")

	// The chaincode's own rules are satisfied here: only endorsement forbids it.
	admin := w.attacker(t, "kz-admin")
	put := transit.PutEntriesRequest{Country: "KZ", Entries: tariffOf(daysFromNow(0), "", 0)}
	require.Equal(t, refused, admin.order(admin.endorseCall(transit.FnPutEntries, put, "CNMSP", "KGMSP", "CGMMSP", "CARECMSP")))
	require.Equal(t, refused, admin.order(admin.endorseCall(transit.FnPutEntries, put, "KZMSP")))

	page, err := w.as(t, "kg-officer-bishkek").Registry().Page(ctx, "KZ", transit.BookTariff, "97")
	require.NoError(t, err)
	require.Equal(t, 1000, page.TariffOn(dearGoods, daysFromNow(0)).Duty)
	hours, err := w.as(t, "cn-trader-tianshan").Registry().Page(ctx, "KZ", transit.BookHours, "all")
	require.NoError(t, err)
	require.NotNil(t, hours.HoursOn("KZHOR001", daysFromNow(0)), "founded with the topology")
}

// required needs the tariff of before, and ends it.
func (w *world) required(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "R" + fresh()[:20]
	std.Guarantees[0].GuaranteeReferences[0].AmountToBeCovered = "100.00"
	item := &std.Consignment.HouseConsignments[0].ConsignmentItems[0]
	item.Commodity.CommodityCode.HarmonizedSystemSubHeadingCode = dearGoods
	item.Commodity.CommodityCode.CombinedNomenclatureCode = ""
	item.CustomsValue = &transit.CustomsValue{Amount: "50000.00", Currency: "USD"}
	var m *transit.Movement
	require.EventuallyWithT(t, func(c *assertCollect) {
		// The departure country's peer may be a block behind the tariff.
		face, err := w.as(t, "cn-trader-tianshan").Movements().DryRun(ctx, std)
		require.NoError(c, err)
		require.NotNil(c, face.Required)
	}, 30*time.Second, 500*time.Millisecond)
	m, _, err := w.as(t, "cn-trader-tianshan").Movements().Lodge(ctx, std)
	require.NoError(t, err)
	require.NotNil(t, m.Required)
	// 50 000 USD are 25 000 000 KZT: 10 % duty, and 12 % of 27 500 000; 5 800 000 KZT are 11 600 USD.
	require.Equal(t, transit.Money{Minor: 11_600_00, Currency: "USD"}, m.Required.Amount)
	require.Equal(t, "KZ", m.Required.Countries[1].Country)

	office := w.as(t, "cn-officer-urumqi").Movements()
	_, _, err = office.Accept(ctx, m.ID)
	require.Equal(t, transit.GuaranteeRefused, faultOf(t, err).Code)
	course, _, err := office.Accept(ctx, m.ID, cats.OverrideReason("on loan to a museum, escorted"))
	require.NoError(t, err)
	require.Equal(t, "CNURM001", course.Override.By)
	_, _, err = office.Cancel(ctx, course.MRN, "test of the required amount")
	require.NoError(t, err)
	_, _, err = w.as(t, "kz-admin").Registry().Put(ctx, "KZ", tariffOf(daysFromNow(-1), daysFromNow(-1), 1000))
	require.NoError(t, err)
}

// suspension has the majority suspend a country, and take it back.
func (w *world) suspension(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	under := w.released(t)
	std := load(t, examples+"cn-kz-kg-electronics.xml", nil)
	std.TransitOperation.LRN = "S" + fresh()[:20]
	w.decide(t, transit.Change{Suspend: &transit.SuspendChange{MSP: "KGMSP", Reason: "test of a suspension"}}, "cn-admin", "kz-admin")

	_, _, err := w.as(t, "cn-trader-tianshan").Movements().Lodge(ctx, std)
	require.Equal(t, transit.Suspended, faultOf(t, err).Code, "no route leads through it")
	_, _, err = w.as(t, "kg-admin").Registry().Put(ctx, "KG", transit.Entries{Rates: []transit.Rate{{
		Validity: transit.Validity{From: daysFromNow(0)}, Base: "EUR", Quote: "KGS", Numerator: 95, Denominator: 1,
	}}})
	require.Equal(t, transit.Suspended, faultOf(t, err).Code, "its people change nothing")
	_, err = w.as(t, "kg-officer-bishkek").Movements().Get(ctx, under.MRN)
	require.NoError(t, err, "but read")
	_, _, err = w.as(t, "cn-officer-horgos").Movements().ProposeHandOff(ctx, under.MRN)
	require.NoError(t, err, "what is under way goes on with the others")

	w.decide(t, transit.Change{Reinstate: "KGMSP"}, "kz-admin", "cn-admin")
	_, _, err = w.as(t, "kz-officer-khorgos").Movements().AcceptHandOff(ctx, under.MRN)
	require.NoError(t, err)
}

// decide proposes a change and has others approve it, and waits until all customs authorities' peers know.
func (w *world) decide(t *testing.T, change transit.Change, proposer string, approvers ...string) {
	t.Helper()
	ctx := within(t, time.Minute)
	p, receipt, err := w.as(t, proposer).Registry().Propose(ctx, "", change)
	require.NoError(t, err)
	for _, who := range approvers {
		client := w.as(t, who)
		_, err := client.Await(ctx, receipt.TransactionID)
		require.NoError(t, err)
		p, receipt, err = client.Registry().Approve(ctx, p.ID, p.Digest)
		require.NoError(t, err)
	}
	text, err := json.Marshal(change)
	require.NoError(t, err)
	require.NotEmpty(t, p.EffectiveAt, "%s", text)
	for _, who := range []string{"cn-admin", "kz-admin", "kg-admin"} {
		_, err := w.as(t, who).Await(ctx, receipt.TransactionID)
		require.NoError(t, err)
	}
}
