package exchange

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
	"carec.example/cats/client/formats"
	"carec.example/cats/client/formats/ncts"
)

// amend replaces the declaration by what the message says. The customs values, which the message has no place for, stay what they are.
func amend(ctx context.Context, r *request) (cats.Receipt, error) {
	a, err := formats.AmendmentOf(r.Content.(*ncts.CC013C))
	if err != nil {
		return cats.Receipt{}, err
	}
	record, err := r.find(ctx, a.MRN, a.LRN)
	if err != nil || record == nil {
		return cats.Receipt{}, err
	}
	a.Document.TransitOperation.LRN = cmp.Or(a.LRN, record.LRN)
	if amendable(record.State) { // Otherwise the ledger refuses, and the content may be gone.
		document, err := r.declared(ctx, record)
		if err != nil {
			return cats.Receipt{}, err
		}
		keepValues(a.Document, document.STD)
	}
	return r.to.Amend(ctx, record.Reference(), a.Document, r.id)
}

func amendable(s transit.State) bool {
	return slices.ContainsFunc(transit.Procedure(), func(t transit.Transition) bool {
		return t.Step == transit.StepAmend && slices.Contains(t.From, s)
	})
}

// declared is the content of a movement as it stands on the ledger.
func (r *request) declared(ctx context.Context, record *transit.Movement) (*cats.Document, error) {
	document, err := r.to.Content(ctx, record.ID)
	if errors.Is(err, &transit.Fault{Code: transit.NotFound}) {
		return nil, errNotYet // The record is there, so its content will be.
	}
	return document, err
}

// keepValues gives the goods items of a declaration the customs values that they had, by their number in the declaration. An item that
// says its own keeps that, and one that has become other goods, by the commodity code, gets none.
func keepValues(to, was *transit.STD) {
	before := map[int]*transit.ConsignmentItem{}
	for item := range items(was) {
		before[item.DeclarationGoodsItemNumber] = item
	}
	for item := range items(to) {
		old := before[item.DeclarationGoodsItemNumber]
		if old == nil || item.CustomsValue != nil || !sameGoods(item.Commodity.CommodityCode, old.Commodity.CommodityCode) {
			continue
		}
		item.CustomsValue = old.CustomsValue
	}
}

func sameGoods(a, b *transit.CommodityCode) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// items are the goods items of all house consignments.
func items(std *transit.STD) iter.Seq[*transit.ConsignmentItem] {
	return func(yield func(*transit.ConsignmentItem) bool) {
		for h := range std.Consignment.HouseConsignments {
			house := &std.Consignment.HouseConsignments[h]
			for i := range house.ConsignmentItems {
				if !yield(&house.ConsignmentItems[i]) {
					return
				}
			}
		}
	}
}
