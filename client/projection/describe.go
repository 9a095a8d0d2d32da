package projection

import (
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Kind is what a search looks at.
type Kind string

// Kinds of search.
const (
	ByMRN       Kind = "mrn"
	ByLRN       Kind = "lrn"
	ByContainer Kind = "container"
	BySeal      Kind = "seal"
	ByPlate     Kind = "plate"
	ByOperator  Kind = "operator"
	ByText      Kind = "text"
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{ByMRN, ByLRN, ByContainer, BySeal, ByPlate, ByOperator, ByText}
}

// described is what the search finds a movement by.
type described struct {
	identifiers []found
	texts       []string
}

type found struct {
	kind  Kind
	value string
}

// maxIdentifiers bounds what is kept of one movement: a declaration may list thousands of containers and seals.
const maxIdentifiers = 20000

func (d *described) identify(kind Kind, value string) {
	if value = identifier(value); value != "" && len(d.identifiers) < maxIdentifiers {
		d.identifiers = append(d.identifiers, found{kind, value})
	}
}

func (d *described) tell(texts ...string) {
	for _, t := range texts {
		// Thousands of items often share a description; one is enough to find them.
		if t != "" && !slices.Contains(d.texts[max(0, len(d.texts)-8):], t) {
			d.texts = append(d.texts, t)
		}
	}
}

// describe collects from a document what people search by: containers, seals, means of transport, operators with their
// names, goods and what is said about them. Contact persons are left out: nobody is searched for.
func describe(s *transit.STD) *described {
	d := new(described)
	d.identify(ByOperator, s.Holder.IdentificationNumber)
	d.tell(s.Holder.Name)
	if s.Representative != nil {
		d.identify(ByOperator, s.Representative.IdentificationNumber)
	}
	c := &s.Consignment
	if c.Carrier != nil {
		d.identify(ByOperator, c.Carrier.IdentificationNumber)
	}
	d.parties(c.Consignor, c.Consignee)
	for _, e := range c.TransportEquipment {
		d.identify(ByContainer, e.ContainerIdentificationNumber)
		for _, seal := range e.Seals {
			d.identify(BySeal, seal.Identifier)
		}
	}
	for _, m := range c.DepartureTransportMeans {
		d.identify(ByPlate, m.IdentificationNumber)
	}
	for _, m := range c.ActiveBorderTransportMeans {
		d.identify(ByPlate, m.IdentificationNumber)
	}
	for i := range c.HouseConsignments {
		d.house(&c.HouseConsignments[i])
	}
	return d
}

func (d *described) parties(consignor *transit.Party, consignee *transit.Consignee) {
	if consignor != nil {
		d.identify(ByOperator, consignor.IdentificationNumber)
		d.tell(consignor.Name)
	}
	if consignee != nil {
		d.identify(ByOperator, consignee.IdentificationNumber)
		d.tell(consignee.Name)
	}
}

func (d *described) house(h *transit.HouseConsignment) {
	d.parties(h.Consignor, h.Consignee)
	for _, m := range h.DepartureTransportMeans {
		d.identify(ByPlate, m.IdentificationNumber)
	}
	for i := range h.ConsignmentItems {
		item := &h.ConsignmentItems[i]
		d.parties(nil, item.Consignee)
		d.tell(item.Commodity.DescriptionOfGoods)
		for _, p := range item.Packaging {
			d.tell(p.ShippingMarks)
		}
		for _, a := range item.AdditionalInformation {
			d.tell(a.Text)
		}
	}
}
