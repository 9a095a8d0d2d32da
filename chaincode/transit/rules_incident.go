package transit

import (
	"errors"
	"reflect"
	"strconv"
)

// Incident is something that happened to the goods on their way, after the messages IE180 and IE182 of NCTS phase 6: what,
// where, who endorsed it, and what changed with it. Its place in the movement's list and the office that registers it belong to the step.
type Incident struct {
	// Code says what happened: 1 to 6 of CL019.
	Code string `json:"code,omitempty" ncts:"1 digit"`
	// Text tells it in words.
	Text        string               `json:"text,omitempty" ncts:"1 text512"`
	Endorsement *IncidentEndorsement `json:"endorsement,omitempty" ncts:"Endorsement 0..1"`
	Location    IncidentLocation     `json:"location,omitzero" ncts:"Location 1"`
	Equipment   []ChangedEquipment   `json:"transportEquipments,omitempty" ncts:"TransportEquipment 0..9999"`
	// Transhipment is given when the goods went on by another means of transport.
	Transhipment *Transhipment `json:"transhipment,omitempty" ncts:"Transhipment 0..1"`
}

// IncidentEndorsement is the note of an authority that met the goods after the incident.
type IncidentEndorsement struct {
	Date      Date   `json:"date,omitempty" ncts:"1 date"`
	Authority string `json:"authority,omitempty" ncts:"1 text35"`
	Place     string `json:"place,omitempty" ncts:"1 text35"`
	Country   string `json:"country,omitempty" ncts:"1 country"`
}

// IncidentLocation is where it happened, told in one of three ways (C0460).
type IncidentLocation struct {
	QualifierOfIdentification string           `json:"qualifierOfIdentification,omitempty" ncts:"1 letter"`
	UNLocode                  string           `json:"unLocode,omitempty" ncts:"UNLocode 0..1 token1-17"`
	Country                   string           `json:"country,omitempty" ncts:"1 country"`
	GNSS                      *GNSS            `json:"gnss,omitempty" ncts:"GNSS 0..1"`
	Address                   *IncidentAddress `json:"address,omitempty" ncts:"Address 0..1"`
}

// IncidentAddress is an address in the country of the location.
type IncidentAddress struct {
	StreetAndNumber string `json:"streetAndNumber,omitempty" ncts:"1 text70"`
	Postcode        string `json:"postcode,omitempty" ncts:"0..1 text17"`
	City            string `json:"city,omitempty" ncts:"1 text35"`
}

// ChangedEquipment is equipment as it is after the incident: a new container, new seals, other goods in it.
type ChangedEquipment struct {
	SequenceNumber                int              `json:"sequenceNumber,omitempty" ncts:"1 number99999"`
	ContainerIdentificationNumber string           `json:"containerIdentificationNumber,omitempty" ncts:"0..1 ascii17"`
	NumberOfSeals                 *int             `json:"numberOfSeals,omitempty" ncts:"0..1 count9999"`
	Seals                         []Seal           `json:"seals,omitempty" ncts:"Seal 0..99"`
	GoodsReferences               []GoodsReference `json:"goodsReferences,omitempty" ncts:"GoodsReference 0..9999"`
}

func (e *ChangedEquipment) seals() int {
	if e.NumberOfSeals == nil {
		return 0
	}
	return *e.NumberOfSeals
}

// Transhipment is the means of transport by which the goods went on.
type Transhipment struct {
	ContainerIndicator Flag              `json:"containerIndicator,omitempty" ncts:"1 flag"`
	TransportMeans     NewTransportMeans `json:"transportMeans,omitzero" ncts:"TransportMeans 1"`
}

// NewTransportMeans is a means of transport that takes over.
type NewTransportMeans struct {
	TypeOfIdentification string `json:"typeOfIdentification,omitempty" ncts:"1 digits2"`
	IdentificationNumber string `json:"identificationNumber,omitempty" ncts:"1 text35"`
	Nationality          string `json:"nationality,omitempty" ncts:"1 country"`
}

// CheckIncident applies format control, code lists and logic control to an incident and returns every violation; pointers lead
// from the incident. That the goods items named are those of the movement is for the step, which knows it.
func CheckIncident(incident Incident) []Violation {
	found := tree{reflect.ValueOf(&incident).Elem(), incidentSchema()}.form(incident.day())
	return append(found, applyTo(&incident, incidentRules())...)
}

// day is the day whose code lists count: that of the endorsement, else any.
func (i *Incident) day() Date {
	if i.Endorsement == nil {
		return ""
	}
	if _, err := i.Endorsement.Date.Parse(); err != nil {
		return ""
	}
	return i.Endorsement.Date
}

// incidentRules are in the order of S1023: what the code asks for before what the transhipment asks for.
func incidentRules() []stepRule[*Incident] {
	return []stepRule[*Incident]{
		rule("C0240", "what an incident changes",
			"Codes 2, 4 and 7 need transport equipment and no transhipment; 3, 6 and 8 a transhipment, equipment besides if it changed;"+
				" any other code neither.", checkC0240),
		rule("C0040", "equipment of a transhipment into containers",
			"A transhipment into containers (indicator 1) needs transport equipment.", checkC0040),
		rule("C0820", "container number after a transhipment",
			"After a transhipment into containers at least one equipment has a container number.", checkC0820),
		rule("C0396", "number of seals after an incident",
			"For codes 2 and 7, about seals, each equipment states its number of seals.", checkC0396),
		rule("C0569", "seals after an incident",
			"Equipment with seals lists them, equipment without lists none.", checkC0569Incident),
		rule("R0106", "number of seals after an incident",
			"The number of seals is the number of those listed.", checkR0106Incident),
		rule("R0107", "seals unique in an incident", "No seal is listed twice.", checkR0107Incident),
		rule("C0460", "place of an incident",
			"The qualifier decides which one element identifies the place: U UN/LOCODE, W coordinates, Z address.", checkC0460),
		rule("C0505", "postcode of an incident",
			"An address has a postcode unless its country is known to do without (CL505).", checkC0505Incident),
		rule("R0987", "sequence numbers in an incident",
			"Sequence numbers of each list run 1, 2, 3, ... in the order of the document.", checkR0987Incident),
		rule("ISO6346", "check digit of a new container",
			"A container number of the form of ISO 6346 has the right check digit. Other markings are taken as they are.", checkContainersIncident),
	}
}

func checkC0240(c *stepRuling[*Incident]) {
	i := c.subject
	code := "the incident code is " + i.Code
	switch equipment := len(i.Equipment) > 0; {
	case i.Code == "": // format control says so
		return
	case oneOf(i.Code, "2", "4", "7"):
		if !equipment {
			c.missing("/transportEquipments", "give the equipment concerned, as "+code)
		}
	case oneOf(i.Code, "3", "6", "8"):
		if i.Transhipment == nil {
			c.missing("/transhipment", "give the means of transport by which the goods go on, as "+code)
		}
		return
	case equipment:
		c.notAllowed("/transportEquipments", strconv.Itoa(len(i.Equipment)), "leave out the equipment: "+code)
	}
	if i.Transhipment != nil {
		c.notAllowed("/transhipment", "", "leave out the transhipment: "+code)
	}
}

// intoContainers tells whether the goods went on in containers.
func (i *Incident) intoContainers() bool {
	return i.Transhipment != nil && i.Transhipment.ContainerIndicator.Set()
}

func checkC0040(c *stepRuling[*Incident]) {
	if c.subject.intoContainers() && len(c.subject.Equipment) == 0 {
		c.missing("/transportEquipments", "give the containers into which the goods were transhipped, or set containerIndicator to 0")
	}
}

func checkC0820(c *stepRuling[*Incident]) {
	if !c.subject.intoContainers() || len(c.subject.Equipment) == 0 {
		return
	}
	for _, e := range c.subject.Equipment {
		if e.ContainerIdentificationNumber != "" {
			return
		}
	}
	c.missing(changedAt(0)+"/containerIdentificationNumber", "give at least one container number, or set containerIndicator to 0")
}

func changedAt(i int) string { return "/transportEquipments/" + strconv.Itoa(i) }

// changed calls f for each equipment of the incident.
func changed(c *stepRuling[*Incident], f func(at string, e *ChangedEquipment)) {
	for i := range c.subject.Equipment {
		f(changedAt(i), &c.subject.Equipment[i])
	}
}

func checkC0396(c *stepRuling[*Incident]) {
	if !oneOf(c.subject.Code, "2", "7") {
		return
	}
	changed(c, func(at string, e *ChangedEquipment) {
		if e.NumberOfSeals == nil {
			c.missing(at+"/numberOfSeals", "give the number of seals that are on this equipment now")
		}
	})
}

func checkC0569Incident(c *stepRuling[*Incident]) {
	changed(c, func(at string, e *ChangedEquipment) { c.sealsListed(at, e.seals(), e.Seals) })
}

func checkR0106Incident(c *stepRuling[*Incident]) {
	changed(c, func(at string, e *ChangedEquipment) { c.sealsCounted(at, e.seals(), e.Seals) })
}

func checkR0107Incident(c *stepRuling[*Incident]) {
	seen := map[string]bool{}
	changed(c, func(at string, e *ChangedEquipment) { c.sealsUnique(at, e.Seals, seen) })
}

func checkC0460(c *stepRuling[*Incident]) {
	l := &c.subject.Location
	if !IncidentLocationQualifiers().Has(l.QualifierOfIdentification) {
		return // the code list says so
	}
	for _, e := range []struct {
		qualifier, field, value string
		present                 bool
	}{
		{"U", "unLocode", l.UNLocode, l.UNLocode != ""},
		{"W", "gnss", "", l.GNSS != nil},
		{"Z", "address", "", l.Address != nil},
	} {
		c.require(e.qualifier == l.QualifierOfIdentification, e.present, "/location/"+e.field, e.value,
			"give "+e.field+", as the qualifier of identification is "+l.QualifierOfIdentification,
			"leave out "+e.field+", or change the qualifier of identification to "+e.qualifier)
	}
}

func checkC0505Incident(c *stepRuling[*Incident]) {
	l := &c.subject.Location
	if l.Address != nil && l.Address.Postcode == "" && !CountriesWithoutPostcode().Has(l.Country) {
		c.missing("/location/address/postcode", "give the postcode of the address in "+l.Country)
	}
}

func checkR0987Incident(c *stepRuling[*Incident]) {
	tree{reflect.ValueOf(c.subject).Elem(), incidentSchema()}.checkNumbers(&c.findings)
}

func checkContainersIncident(c *stepRuling[*Incident]) {
	changed(c, func(at string, e *ChangedEquipment) { c.containerDigit(at, e.ContainerIdentificationNumber) })
}

// sealsListed is C0569 for one equipment, of a declaration or an incident.
func (f *findings) sealsListed(at string, n int, seals []Seal) {
	f.require(n > 0, len(seals) > 0, at+"/seals", strconv.Itoa(len(seals)),
		"list the "+plural(n, "seal", "seals")+" of this equipment", "leave out the seals, or give their number in numberOfSeals")
}

// sealsCounted is R0106 for one equipment. None listed, or none announced, is C0569.
func (f *findings) sealsCounted(at string, n int, seals []Seal) {
	if n > 0 && len(seals) > 0 && n != len(seals) {
		f.broken(at+"/numberOfSeals", strconv.Itoa(n), "numberOfSeals must be "+strconv.Itoa(len(seals))+", the number of seals listed")
	}
}

// sealsUnique is R0107; seen carries the seals of the equipment before.
func (f *findings) sealsUnique(at string, seals []Seal, seen map[string]bool) {
	for j, s := range seals {
		if s.Identifier != "" && seen[s.Identifier] {
			f.broken(at+"/seals/"+strconv.Itoa(j)+"/identifier", s.Identifier, "list each seal once")
		}
		seen[s.Identifier] = true
	}
}

// containerDigit checks a container number of the form of ISO 6346; other markings have no check digit.
func (f *findings) containerDigit(at, number string) {
	var id *IDError
	if LooksLikeContainer(number) && errors.As(ValidateContainer(number), &id) {
		f.broken(at+"/containerIdentificationNumber", number, "correct the container number: "+id.Reason)
	}
}
