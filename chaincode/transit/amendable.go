package transit

import "fmt"

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
