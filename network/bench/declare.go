package main

import (
	"fmt"

	"carec.example/cats/chaincode/transit"
)

// mostItems is the most goods items of one house consignment.
const mostItems = 999

// withItems is the example with a number of goods items, at most [mostItems], copies of its own in turn.
func withItems(std *transit.STD, items int) *transit.STD {
	const gross, net = 12, 10 // kilograms of an item
	c := *std
	house := std.Consignment.HouseConsignments[0]
	models := house.ConsignmentItems
	house.ConsignmentItems = make([]transit.ConsignmentItem, items)
	equipment := std.Consignment.TransportEquipment[0]
	equipment.GoodsReferences = make([]transit.GoodsReference, items)
	for i := range items {
		item := models[i%len(models)]
		item.GoodsItemNumber, item.DeclarationGoodsItemNumber = i+1, i+1
		item.Commodity.GoodsMeasure = &transit.GoodsMeasure{
			GrossMass: transit.Decimal(fmt.Sprint(gross)), NetMass: transit.Decimal(fmt.Sprint(net)),
		}
		house.ConsignmentItems[i] = item
		equipment.GoodsReferences[i] = transit.GoodsReference{SequenceNumber: i + 1, DeclarationGoodsItemNumber: i + 1}
	}
	house.GrossMass = transit.Decimal(fmt.Sprint(gross * items))
	c.Consignment.GrossMass = house.GrossMass
	c.Consignment.HouseConsignments = []transit.HouseConsignment{house}
	c.Consignment.TransportEquipment = []transit.TransportEquipment{equipment}
	return &c
}

// route is the way of the longest itinerary: the offices at which its territories are entered, the office of departure first.
// No office may be named twice, and no territory entered from itself.
func route() []string {
	return []string{"CNURM001", "KZHOR001", "KGAKZ001", "KZKOR001", "CNHRS001", "KGTRG001", "CNTRG001", "KZDOS001"}
}

// endOf is the office of destination of an itinerary that ends in the territory entered at the office.
func endOf(entry string) string {
	switch transit.OfficeCountry(entry) {
	case "KZ":
		return "KZALA001"
	case "KG":
		return "KGFRU001"
	}
	return entry
}

// along is the example on an itinerary of the first territories of [route], at least two.
func along(std *transit.STD, territories int) *transit.STD {
	c := *std
	entries := route()[:territories]
	c.DestinationOffice.ReferenceNumber = endOf(entries[territories-1])
	c.Consignment.CountryOfDestination = transit.OfficeCountry(c.DestinationOffice.ReferenceNumber)
	c.TransitOffices, c.Consignment.CountriesOfRouting = nil, nil
	for i, entry := range entries {
		if i > 0 {
			c.TransitOffices = append(c.TransitOffices, transit.TransitOffice{SequenceNumber: i, ReferenceNumber: entry})
		}
		c.Consignment.CountriesOfRouting = append(c.Consignment.CountriesOfRouting,
			transit.CountryOfRouting{SequenceNumber: i + 1, Country: transit.OfficeCountry(entry)})
	}
	return &c
}
