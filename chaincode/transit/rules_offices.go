package transit

import (
	"slices"
	"strconv"
	"strings"
)

// Territory is one customs territory that the goods cross, in the order of the journey.
type Territory struct {
	// Country is the ISO 3166-1 code of the territory.
	Country string `json:"country"`
	// EntryOffice is the office at which the territory takes over: the office of departure for the first, else the first office of
	// transit declared in it (the office of destination where, against R0006, none is).
	EntryOffice string `json:"entryOffice"`
	// TransitOffices are the offices of transit declared in the territory, in order, the entry office included.
	TransitOffices []string `json:"transitOffices,omitempty"`
	// DestinationOffice is the office of destination; set for the last territory alone.
	DestinationOffice string `json:"destinationOffice,omitempty"`
}

// Itinerary derives the customs territories from the offices of a declaration: departure, the offices of transit in order of
// their sequence numbers, destination. Consecutive offices of one country make one territory; a country that is
// re-entered (KZ, KG, KZ) makes a territory each time.
//
// NCTS asks for offices of transit where the contracting party changes (C0030, G0142), and for one in the country of destination
// where that is a common transit country (R0006). Here every member country is a party of its own, so the two together read:
// each border to another country is crossed at a declared office of transit of the country entered. No office of transit is
// needed where departure and destination lie in one country. The territories are returned even when the itinerary breaks
// these rules, with the office of destination as the last entry office.
func Itinerary(std *STD) ([]Territory, []Violation) {
	departure, destination := std.DepartureOffice.ReferenceNumber, std.DestinationOffice.ReferenceNumber
	route := []Territory{{Country: OfficeCountry(departure), EntryOffice: departure}}
	for _, o := range inSequence(std.TransitOffices) {
		if OfficeCountry(o) != route[len(route)-1].Country {
			route = append(route, Territory{Country: OfficeCountry(o), EntryOffice: o})
		}
		last := &route[len(route)-1]
		last.TransitOffices = append(last.TransitOffices, o)
	}
	var found []Violation
	if OfficeCountry(destination) != route[len(route)-1].Country {
		found = append(found, noEntryOffice(std, route[len(route)-1].Country))
		route = append(route, Territory{Country: OfficeCountry(destination), EntryOffice: destination})
	}
	route[len(route)-1].DestinationOffice = destination
	return route, found
}

func inSequence(offices []TransitOffice) []string {
	sorted := slices.Clone(offices)
	slices.SortStableFunc(sorted, func(a, b TransitOffice) int { return a.SequenceNumber - b.SequenceNumber })
	references := make([]string, len(sorted))
	for i, o := range sorted {
		references[i] = o.ReferenceNumber
	}
	return references
}

func noEntryOffice(std *STD, from string) Violation {
	destination := std.DestinationOffice.ReferenceNumber
	to := OfficeCountry(destination)
	if len(std.TransitOffices) == 0 {
		return Violation{
			Code: CodeMissing, Pointer: "/customsOfficesOfTransitDeclared", Rule: "C0030",
			Text: "declare an office of transit for every country that the goods enter, the last in " + to + ", where the destination lies",
		}
	}
	return Violation{
		Code: CodeRuleViolation, Pointer: "/customsOfficesOfTransitDeclared", Rule: "R0006", Value: destination,
		Text: "declare as last office of transit the one in " + to + " at which the goods arrive from " + from,
	}
}

func officeRules() []Rule {
	return []Rule{
		{"C0030", "offices of transit",
			"Offices of transit are required when the country changes or an office of exit is declared; a TIR or" +
				" T2SM declaration has none.", checkC0030},
		{"R0006", "office of transit in the country of destination",
			"The last office of transit lies in the country of destination, as" +
				" every member country is a transit party of its own. See Itinerary.", checkR0006},
		{"G0142", "countries of routing entered at an office",
			"A member country among the countries of routing is entered at an office of the itinerary: the contracting party" +
				" changes there, so its office of transit is declared. Under TIR and T2SM, which have no offices of transit, nothing is asked.",
			checkG0142},
		{"R0901", "TIR within one territory",
			"A TIR declaration runs within one customs territory (in the source, the Union): it has no offices of" +
				" transit at which another country could take over.", checkR0901},
		{"R0003", "offices of transit unique",
			"No office of transit is declared twice. A country that is re-entered is entered at another office.", checkR0003},
		{"R0103", "office of exit",
			"An office of exit is neither an office of transit nor the office of destination.", checkR0103},
		{"R0005", "estimated arrivals",
			"The estimated arrival at an office of transit is later than the preparation of the message.", checkR0005},
		{"CL171", "office of departure",
			"The office of departure is in the registry, with that role.", checkDepartureOffice},
		{"CL172", "office of destination",
			"The office of destination is in the registry, with that role.", checkDestinationOffice},
		{"CL173", "offices of transit", "Each office of transit is in the registry, with that role.", checkTransitOffices},
		{"CL174", "offices of exit", "Each office of exit is in the registry, with that role.", checkExitOffices},
		{"STD01", "route through member countries",
			"Every territory of the itinerary is a member of the consortium: only a member can take custody." +
				" Countries of routing are not held to this: of those that are no members no office acts (members: G0142).", checkMembers},
	}
}

func checkC0030(c *ruling) {
	declared := len(c.std.TransitOffices)
	if oneOf(c.std.TransitOperation.DeclarationType, DeclarationTIR, DeclarationT2SM) {
		if declared > 0 {
			c.notAllowed("/customsOfficesOfTransitDeclared", "",
				"leave out the offices of transit: a declaration of type "+c.std.TransitOperation.DeclarationType+" has none")
		}
		return
	}
	if declared > 0 {
		return
	}
	_, found := Itinerary(c.std)
	c.found = append(c.found, found...)
	if len(found) == 0 && len(c.std.ExitOffices) > 0 {
		c.missing("/customsOfficesOfTransitDeclared", "declare the office of transit that follows the office of exit")
	}
}

func checkR0006(c *ruling) {
	if len(c.std.TransitOffices) == 0 || oneOf(c.std.TransitOperation.DeclarationType, DeclarationTIR, DeclarationT2SM) {
		return
	}
	_, found := Itinerary(c.std)
	c.found = append(c.found, found...)
}

func checkG0142(c *ruling) {
	if c.ctx.Member == nil || oneOf(c.std.TransitOperation.DeclarationType, DeclarationTIR, DeclarationT2SM) {
		return
	}
	route, _ := Itinerary(c.std)
	for i, r := range c.std.Consignment.CountriesOfRouting {
		entered := slices.ContainsFunc(route, func(t Territory) bool { return t.Country == r.Country })
		if !entered && c.ctx.Member(r.Country) {
			c.broken(consignmentAt+"/countriesOfRouting/"+strconv.Itoa(i)+"/country", r.Country,
				"declare the office of transit at which the goods enter "+r.Country+", or leave the country out")
		}
	}
}

func checkR0901(c *ruling) {
	from, to := c.std.DepartureOffice.ReferenceNumber, c.std.DestinationOffice.ReferenceNumber
	if c.isTIR() && OfficeCountry(from) != OfficeCountry(to) {
		c.broken("/customsOfficeOfDestinationDeclared/referenceNumber", to,
			"declare an office of destination in "+OfficeCountry(from)+", or declare type T1 to cross into another country")
	}
}

func checkR0003(c *ruling) {
	seen := map[string]bool{}
	for i, o := range c.std.TransitOffices {
		if o.ReferenceNumber != "" && seen[o.ReferenceNumber] {
			c.broken(transitOfficeAt(i)+"/referenceNumber", o.ReferenceNumber, "declare each office of transit once")
		}
		seen[o.ReferenceNumber] = true
	}
}

func checkR0103(c *ruling) {
	for i, exit := range c.std.ExitOffices {
		at := exitOfficeAt(i) + "/referenceNumber"
		if exit.ReferenceNumber == c.std.DestinationOffice.ReferenceNumber {
			c.broken(at, exit.ReferenceNumber, "the office of exit must not be the office of destination")
		}
		for _, o := range c.std.TransitOffices {
			if o.ReferenceNumber == exit.ReferenceNumber {
				c.broken(at, exit.ReferenceNumber, "the office of exit must not be an office of transit")
				break
			}
		}
	}
}

func checkR0005(c *ruling) {
	prepared, err := c.std.Message.PreparationDateAndTime.Parse()
	if err != nil {
		return
	}
	for i, o := range c.std.TransitOffices {
		eta, err := o.ArrivalDateAndTimeEstimated.Parse()
		if err == nil && !eta.After(prepared) {
			c.broken(transitOfficeAt(i)+"/arrivalDateAndTimeEstimated", string(o.ArrivalDateAndTimeEstimated),
				"the estimated arrival must be later than the preparation of the message, "+string(DateTimeOf(prepared)))
		}
	}
}

// Roles of offices in the registry, as far as a declaration names offices.
const (
	OfficeDeparture   = "departure"
	OfficeTransit     = "transit"
	OfficeGuarantee   = "guarantee"
	OfficeDestination = "destination"
	OfficeExit        = "exit"
	OfficeRecovery    = "recovery"
)

func (c *ruling) office(pointer, reference, role string) {
	if c.ctx.Office == nil || reference == "" {
		return
	}
	at := pointer + "/referenceNumber"
	switch o := c.ctx.Office(reference); {
	case o == nil:
		c.add(CodeListViolation, at, reference, "there is no customs office "+reference+" in the registry; give another office of "+role)
	case !o.Has(role):
		c.add(CodeListViolation, at, reference,
			"the office "+reference+" is not an office of "+role+" (it is one of "+strings.Join(o.Roles, ", ")+"); give another")
	}
}

func checkDepartureOffice(c *ruling) {
	c.office("/customsOfficeOfDeparture", c.std.DepartureOffice.ReferenceNumber, OfficeDeparture)
}

func checkDestinationOffice(c *ruling) {
	c.office("/customsOfficeOfDestinationDeclared", c.std.DestinationOffice.ReferenceNumber, OfficeDestination)
}

func checkTransitOffices(c *ruling) {
	for i, o := range c.std.TransitOffices {
		c.office(transitOfficeAt(i), o.ReferenceNumber, OfficeTransit)
	}
}

func checkExitOffices(c *ruling) {
	for i, o := range c.std.ExitOffices {
		c.office(exitOfficeAt(i), o.ReferenceNumber, OfficeExit)
	}
}

func checkMembers(c *ruling) {
	if c.ctx.Member == nil {
		return
	}
	check := func(pointer, reference string) {
		if reference != "" && !c.ctx.Member(OfficeCountry(reference)) {
			c.broken(pointer+"/referenceNumber", reference,
				OfficeCountry(reference)+" takes no part in the transit system; route the goods through member countries")
		}
	}
	check("/customsOfficeOfDeparture", c.std.DepartureOffice.ReferenceNumber)
	for i, o := range c.std.TransitOffices {
		check(transitOfficeAt(i), o.ReferenceNumber)
	}
	check("/customsOfficeOfDestinationDeclared", c.std.DestinationOffice.ReferenceNumber)
}
