package transit

import "fmt"

// Amendable names what an amendment before release changes though it may not; see [CheckAmendment].
func Amendable(was, is *STD) []Violation { return CheckAmendment(was, is, false) }

// AmendableGuarantee names what an amendment changes beside the guarantees, which alone may change as long as the guarantee is
// under amendment; see [CheckAmendment].
func AmendableGuarantee(was, is *STD) []Violation { return CheckAmendment(was, is, true) }

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
