package transit

import "fmt"

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
