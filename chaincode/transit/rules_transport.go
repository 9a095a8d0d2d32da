package transit

import (
	"strconv"
	"strings"
	"unicode"
)

func transportRules() []Rule {
	return []Rule{
		{"C0599", "mode of transport at the border",
			"Required for a standard declaration with exit security data (security 2).", checkC0599},
		{"C0806", "means of transport at the border",
			"None for post (mode 5); required for a standard declaration with exit security data.", checkC0806},
		{"C0531", "flight at the border",
			"With security data and air transport at the border each means there names its conveyance reference.", checkC0531},
		{"R0789", "number of means at the border",
			"Without offices of transit at most one active means crosses a border.", checkR0789},
		{"C0826", "means at departure at one level",
			"Means of transport at departure are given for the consignment or for its houses, not both; none for post.", checkC0826},
		{"R0855", "number of means at departure",
			"Road transport has at most three means at departure, rail any number, any other mode, or none stated, one.", checkR0855},
		{"R0472", "means and mode at departure",
			"The first digit of the type of identification is the inland mode of transport (1, 2, 3, 4, 8).", checkR0472},
		{"R0474", "road vehicle first",
			"In road transport the first means at departure is the road vehicle (type 30).", checkR0474},
		{"R0476", "trailers next",
			"In road transport the second and third means at departure are trailers (type 31).", checkR0476},
		{"R0473", "capitals for means at departure",
			"Identifications of means at departure (types 10, 20, 21, 30, 31, 40, 41, 80) have no lower-case letters.", checkR0473},
		{"R0076", "capitals for means at the border",
			"Identifications of active means (types 10, 21, 30, 40, 41, 80) have no lower-case letters.", checkR0076},
	}
}

func borderMeansAt(i int) string {
	return consignmentAt + "/activeBorderTransportMeans/" + strconv.Itoa(i)
}

func (c *ruling) exitDataNow() bool {
	op := c.std.TransitOperation
	return op.Security == "2" && op.AdditionalDeclarationType == AdditionalStandard
}

func checkC0599(c *ruling) {
	if c.exitDataNow() && c.std.Consignment.ModeOfTransportAtTheBorder == "" {
		c.missing(consignmentAt+"/modeOfTransportAtTheBorder", "give the mode of transport at the border, as security is 2")
	}
}

func checkC0806(c *ruling) {
	means := len(c.std.Consignment.ActiveBorderTransportMeans)
	const at = consignmentAt + "/activeBorderTransportMeans"
	switch {
	case c.std.Consignment.ModeOfTransportAtTheBorder == "5":
		if means > 0 {
			c.notAllowed(at, "", "leave out the means of transport at the border: goods sent by post (mode 5) have none")
		}
	case means == 0 && c.exitDataNow():
		c.missing(at, "give the means of transport at the border, as security is 2")
	}
}

func checkC0531(c *ruling) {
	if !oneOf(c.std.TransitOperation.Security, "1", "2", "3") || c.std.Consignment.ModeOfTransportAtTheBorder != "4" {
		return
	}
	for i, m := range c.std.Consignment.ActiveBorderTransportMeans {
		if m.ConveyanceReferenceNumber == "" {
			c.missing(borderMeansAt(i)+"/conveyanceReferenceNumber", "give the flight number, as the goods cross the border by air")
		}
	}
}

func checkR0789(c *ruling) {
	if n := len(c.std.Consignment.ActiveBorderTransportMeans); n > 1 && len(c.std.TransitOffices) == 0 {
		c.broken(consignmentAt+"/activeBorderTransportMeans", strconv.Itoa(n),
			"give one means of transport at the border, or declare the offices of transit where others follow")
	}
}

// means is a means of transport at departure with its place.
type means struct {
	pointer, kind, id string
}

// departureMeans lists the means at departure, those of the consignment as one group and those of each house as another.
func (c *ruling) departureMeans() [][]means {
	var groups [][]means
	add := func(at string, n int, get func(int) (kind, id string)) {
		if n == 0 {
			return
		}
		group := make([]means, n)
		for i := range n {
			kind, id := get(i)
			group[i] = means{at + "/departureTransportMeans/" + strconv.Itoa(i), kind, id}
		}
		groups = append(groups, group)
	}
	top := c.std.Consignment.DepartureTransportMeans
	add(consignmentAt, len(top), func(i int) (string, string) { return top[i].TypeOfIdentification, top[i].IdentificationNumber })
	for h := range c.std.Consignment.HouseConsignments {
		list := c.std.Consignment.HouseConsignments[h].DepartureTransportMeans
		add(houseAt(h), len(list), func(i int) (string, string) { return list[i].TypeOfIdentification, list[i].IdentificationNumber })
	}
	return groups
}

func checkC0826(c *ruling) {
	post := c.std.Consignment.InlandModeOfTransport == "5"
	top := len(c.std.Consignment.DepartureTransportMeans) > 0
	if post && top {
		c.notAllowed(consignmentAt+"/departureTransportMeans", "", "leave out the means of transport: goods sent by post (mode 5) have none")
	}
	for i, h := range c.std.Consignment.HouseConsignments {
		switch at := houseAt(i) + "/departureTransportMeans"; {
		case len(h.DepartureTransportMeans) == 0:
		case post:
			c.notAllowed(at, "", "leave out the means of transport: goods sent by post (mode 5) have none")
		case top:
			c.notAllowed(at, "", "give the means of transport for the consignment or for each house, not for both")
		}
	}
}

const tooManyOnRoad = "give at most three means of transport at departure: a road vehicle and two trailers"

func checkR0855(c *ruling) {
	most, text := 1, "give one means of transport at departure, as the inland mode of transport is neither road (3) nor rail (2)"
	switch c.std.Consignment.InlandModeOfTransport {
	case "2", "5": // rail has any number, post none at all (C0826)
		return
	case "3":
		most, text = 3, tooManyOnRoad
	}
	for _, group := range c.departureMeans() {
		if len(group) > most {
			c.broken(strings.TrimSuffix(group[0].pointer, "/0"), strconv.Itoa(len(group)), text)
		}
	}
}

func checkR0472(c *ruling) {
	mode := c.std.Consignment.InlandModeOfTransport
	if !oneOf(mode, "1", "2", "3", "4", "8") {
		return
	}
	for _, group := range c.departureMeans() {
		for _, m := range group {
			if m.kind != "" && !strings.HasPrefix(m.kind, mode) {
				c.broken(m.pointer+"/typeOfIdentification", m.kind,
					"give a type of identification that begins with "+mode+", the inland mode of transport, or correct the mode")
			}
		}
	}
}

func checkR0474(c *ruling) {
	if c.std.Consignment.InlandModeOfTransport != "3" {
		return
	}
	for _, group := range c.departureMeans() {
		if first := group[0]; first.kind != "" && first.kind != "30" {
			c.broken(first.pointer+"/typeOfIdentification", first.kind, "give the road vehicle (type 30) first, trailers after it")
		}
	}
}

func checkR0476(c *ruling) {
	if c.std.Consignment.InlandModeOfTransport != "3" {
		return
	}
	for _, group := range c.departureMeans() {
		for _, m := range group[1:] {
			if m.kind != "" && m.kind != "31" {
				c.broken(m.pointer+"/typeOfIdentification", m.kind, "after the road vehicle give trailers only (type 31)")
			}
		}
	}
}

func checkR0473(c *ruling) {
	for _, group := range c.departureMeans() {
		for _, m := range group {
			if oneOf(m.kind, "10", "20", "21", "30", "31", "40", "41", "80") {
				c.capitals(m.pointer, m.id)
			}
		}
	}
}

func checkR0076(c *ruling) {
	for i, m := range c.std.Consignment.ActiveBorderTransportMeans {
		if oneOf(m.TypeOfIdentification, "10", "21", "30", "40", "41", "80") {
			c.capitals(borderMeansAt(i), m.IdentificationNumber)
		}
	}
}

func (c *ruling) capitals(pointer, id string) {
	if strings.ContainsFunc(id, unicode.IsLower) {
		c.broken(pointer+"/identificationNumber", id, "write the identification in capitals: "+clip(strings.ToUpper(id)))
	}
}

func placeRules() []Rule {
	return []Rule{
		{"C0387", "place of loading or unloading", "A place is told by UN/LOCODE, or by country and location.", checkC0387},
		{"C0394", "location of goods",
			"The qualifier decides which one element identifies the location: T postcode address, U UN/LOCODE, V customs office," +
				" W coordinates, X operator, Y authorisation, Z address. A contact person is left out for V.", checkC0394},
		{"C0671", "additional identifier of the location",
			"An additional identifier belongs to an operator or an authorisation.", checkC0671},
	}
}

func checkC0387(c *ruling) {
	for _, p := range []struct {
		field string
		place *Place
	}{{"placeOfLoading", c.std.Consignment.PlaceOfLoading}, {"placeOfUnloading", c.std.Consignment.PlaceOfUnloading}} {
		if p.place == nil || p.place.UNLocode != "" {
			continue
		}
		at := consignmentAt + "/" + p.field
		if p.place.Country == "" {
			c.missing(at+"/country", "give the country and the location, or the UN/LOCODE")
		}
		if p.place.Location == "" {
			c.missing(at+"/location", "give the country and the location, or the UN/LOCODE")
		}
	}
}

func checkC0394(c *ruling) {
	l := c.std.Consignment.LocationOfGoods
	if l == nil || !LocationQualifiers().Has(l.QualifierOfIdentification) {
		return
	}
	const at = consignmentAt + "/locationOfGoods/"
	for _, e := range []struct {
		qualifier, field, value string
		present                 bool
	}{
		{"T", "postcodeAddress", "", l.PostcodeAddress != nil},
		{"U", "unLocode", l.UNLocode, l.UNLocode != ""},
		{"V", "customsOffice", "", l.CustomsOffice != nil},
		{"W", "gnss", "", l.GNSS != nil},
		{"X", "economicOperator", "", l.EconomicOperator != nil},
		{"Y", "authorisationNumber", l.AuthorisationNumber, l.AuthorisationNumber != ""},
		{"Z", "address", "", l.Address != nil},
	} {
		c.require(e.qualifier == l.QualifierOfIdentification, e.present, at+e.field, e.value,
			"give "+e.field+", as the qualifier of identification is "+l.QualifierOfIdentification,
			"leave out "+e.field+", or change the qualifier of identification to "+e.qualifier)
	}
	if l.QualifierOfIdentification == "V" && l.ContactPerson != nil {
		c.notAllowed(at+"contactPerson", "", "leave out the contact person: the location is a customs office")
	}
}

func checkC0671(c *ruling) {
	l := c.std.Consignment.LocationOfGoods
	if l != nil && l.AdditionalIdentifier != "" && l.EconomicOperator == nil && l.AuthorisationNumber == "" {
		c.notAllowed(consignmentAt+"/locationOfGoods/additionalIdentifier", l.AdditionalIdentifier,
			"leave out the additional identifier: it belongs to an operator or an authorisation number")
	}
}
