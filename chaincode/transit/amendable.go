package transit

import (
	"bytes"
	"fmt"
)

// Amendable names what an amendment of a declaration changes though it may not (R0520): the holder, the
// representative, the office of departure, the types, and the HS sub-heading of a goods item that stays. LRN
// and security stand on the public record and are compared there as well.
func Amendable(was, is *STD) []Violation {
	var found []Violation
	kept := func(pointer, before, after string) {
		if before != after {
			found = append(found, Violation{
				Code: CodeRuleViolation, Pointer: pointer, Rule: "R0520", Value: clip(after),
				Text: fmt.Sprintf("an amendment must keep %q", before),
			})
		}
	}
	kept("/holderOfTheTransitProcedure/identificationNumber", was.Holder.IdentificationNumber, is.Holder.IdentificationNumber)
	kept("/representative/identificationNumber", representativeOf(was), representativeOf(is))
	kept("/customsOfficeOfDeparture/referenceNumber", was.DepartureOffice.ReferenceNumber, is.DepartureOffice.ReferenceNumber)
	kept("/transitOperation/declarationType", was.TransitOperation.DeclarationType, is.TransitOperation.DeclarationType)
	kept("/transitOperation/additionalDeclarationType",
		was.TransitOperation.AdditionalDeclarationType, is.TransitOperation.AdditionalDeclarationType)
	before := map[int]string{}
	eachItem(was, func(_ string, item *ConsignmentItem) { before[item.DeclarationGoodsItemNumber] = subHeading(item) })
	eachItem(is, func(pointer string, item *ConsignmentItem) {
		if code, stays := before[item.DeclarationGoodsItemNumber]; stays {
			kept(pointer+"/commodity/commodityCode/harmonizedSystemSubHeadingCode", code, subHeading(item))
		}
	})
	return found
}

// AmendableGuarantee names what an amendment changes beside the guarantees, which alone may change as long as the guarantee is
// under amendment (R0520, flag 1).
func AmendableGuarantee(was, is *STD) []Violation {
	before, after := *was, *is
	before.Guarantees, after.Guarantees = nil, nil
	a, errA := Canonical(before)
	b, errB := Canonical(after)
	if errA == nil && errB == nil && bytes.Equal(a, b) {
		return nil
	}
	if found := Amendable(was, is); len(found) > 0 {
		return found
	}
	return []Violation{{
		Code: CodeRuleViolation, Pointer: "", Rule: "R0520",
		Text: "only the guarantees may change as long as the guarantee is under amendment",
	}}
}

func representativeOf(s *STD) string {
	if s.Representative == nil {
		return ""
	}
	return s.Representative.IdentificationNumber
}

func subHeading(item *ConsignmentItem) string {
	if item.Commodity.CommodityCode == nil {
		return ""
	}
	return item.Commodity.CommodityCode.HarmonizedSystemSubHeadingCode
}

func eachItem(s *STD, do func(pointer string, item *ConsignmentItem)) {
	for h := range s.Consignment.HouseConsignments {
		items := s.Consignment.HouseConsignments[h].ConsignmentItems
		for i := range items {
			do(fmt.Sprintf("/consignment/houseConsignments/%d/consignmentItems/%d", h, i), &items[i])
		}
	}
}
