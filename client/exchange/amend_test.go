package exchange_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/exchange"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// TestAnAmendmentByMessageKeepsTheCustomsValues: CC013C has no place for them, and the duty that is at risk counts by them.
func TestAnAmendmentByMessageKeepsTheCustomsValues(t *testing.T) {
	value := func(amount string) *transit.CustomsValue {
		return &transit.CustomsValue{Amount: transit.Decimal(amount), Currency: "USD"}
	}
	for name, c := range map[string]struct {
		change func(items []transit.ConsignmentItem) []transit.ConsignmentItem
		want   map[int]*transit.CustomsValue
	}{
		"nothing about the goods changes": {
			func(items []transit.ConsignmentItem) []transit.ConsignmentItem { return items },
			map[int]*transit.CustomsValue{1: value("1000.50"), 2: value("2000"), 3: nil},
		},
		"one item becomes other goods, one is described anew": {
			func(items []transit.ConsignmentItem) []transit.ConsignmentItem {
				items[0].Commodity.CommodityCode.CombinedNomenclatureCode = "10"
				items[1].Commodity.DescriptionOfGoods = "laptops, refurbished"
				return items
			},
			map[int]*transit.CustomsValue{1: nil, 2: value("2000"), 3: nil},
		},
		"a part of an item becomes one of its own, and says no value": {
			func(items []transit.ConsignmentItem) []transit.ConsignmentItem {
				part, measure := items[1], *items[1].Commodity.GoodsMeasure
				part.GoodsItemNumber, part.DeclarationGoodsItemNumber = 4, 4
				measure.GrossMass, measure.NetMass = "0.5", "0.4"
				part.Commodity.GoodsMeasure = &measure
				items[1].Commodity.GoodsMeasure.GrossMass = "3119.5"
				return append(items, part)
			},
			map[int]*transit.CustomsValue{1: value("1000.50"), 2: value("2000"), 3: nil, 4: nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			trader := w.at("trader")
			std := declaration(t, "LRN-1")
			goods := std.Consignment.HouseConsignments[0].ConsignmentItems
			goods[0].CustomsValue, goods[1].CustomsValue = value("1000.50"), value("2000")
			m, _, err := trader.Lodge(t.Context(), std, "m1")
			require.NoError(t, err)
			trader.away = true
			_, err = exchange.Over(trader).Post(context.Background(), amendment(t, c.change))
			require.Error(t, err, "it comes again when the content is there")
			trader.away = false
			answers := posted(t, exchange.Over(trader), amendment(t, c.change))
			require.Equal(t, []string{"CC004C"}, kindsOf(answers), "%s", answers[0].Text)
			got := map[int]*transit.CustomsValue{}
			for _, item := range w.contents[m.ID].Consignment.HouseConsignments[0].ConsignmentItems {
				got[item.DeclarationGoodsItemNumber] = item.CustomsValue
			}
			require.Equal(t, c.want, got)
			require.Equal(t, 2, w.only().Version)
		})
	}
}

// While the guarantee is under amendment nothing else may change (R0520), customs values included.
func TestTheGuaranteeIsAmendedByMessageThoughItemsHaveCustomsValues(t *testing.T) {
	w := newWorld(t)
	trader := w.at("trader")
	std := declaration(t, "LRN-1")
	std.Consignment.HouseConsignments[0].ConsignmentItems[0].CustomsValue = &transit.CustomsValue{Amount: "1000", Currency: "USD"}
	m, _, err := trader.Lodge(t.Context(), std, "m1")
	require.NoError(t, err)
	m = w.step("urumqi", transit.StepAccept, transit.StepRequest{Movement: m.ID})
	w.step("urumqi", transit.StepRefuseGuarantee, transit.StepRequest{Movement: m.MRN, Reason: "too small", TimeLimit: "2026-12-01"})
	same := func(items []transit.ConsignmentItem) []transit.ConsignmentItem { return items }
	answers := posted(t, exchange.Over(trader), amendment(t, same))
	require.Equal(t, []string{"CC004C"}, kindsOf(answers), "%s", answers[0].Text)
}

// TestAnAmendmentThatComesTooLateIsRefusedWhateverHasBecomeOfTheContent, which may be purged by then.
func TestAnAmendmentThatComesTooLateIsRefusedWhateverHasBecomeOfTheContent(t *testing.T) {
	w := newWorld(t)
	trader := w.at("trader")
	m, _, err := trader.Lodge(t.Context(), declaration(t, "LRN-1"), "m1")
	require.NoError(t, err)
	w.step("urumqi", transit.StepReject, transit.StepRequest{Movement: m.ID, Reason: "not presented"})
	trader.away = true
	same := func(items []transit.ConsignmentItem) []transit.ConsignmentItem { return items }
	require.Equal(t, []string{"CC056C"}, kindsOf(posted(t, exchange.Over(trader), amendment(t, same))))
}

// amendment is the example declaration with other goods as CC013C.
func amendment(t *testing.T, change func([]transit.ConsignmentItem) []transit.ConsignmentItem) []byte {
	t.Helper()
	std := declaration(t, "LRN-1")
	house := &std.Consignment.HouseConsignments[0]
	house.ConsignmentItems = change(house.ConsignmentItems)
	c := &ncts.CC013C{}
	ncts.Carry(c, std)
	c.TransitOperation.AmendmentTypeFlag, c.Message.Type, c.Message.Identification = "0", "CC013C", "AM-1"
	return text(t, &formats.Message{Kind: ncts.Find("CC013C"), Content: c})
}
