package formats

import (
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"

	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/formats/internal/strictyaml"
)

// Role is what a customs office does in a declaration.
type Role string

// The places of a declaration that name a customs office.
const (
	RoleDeparture   Role = "departure"
	RoleTransit     Role = "transit"
	RoleExit        Role = "exit"
	RoleDestination Role = "destination"
	RoleBorder      Role = "border"   // office at the border of the active means of transport
	RoleLocation    Role = "location" // office where the goods are
)

func roles() []Role {
	return []Role{RoleDeparture, RoleTransit, RoleExit, RoleDestination, RoleBorder, RoleLocation}
}

// Mapping says how a declaration made for another network becomes one of this
// network. It is read from a YAML file that users edit; see examples/mapping.yaml.
type Mapping struct {
	offices    map[string]map[Role]string // "" for every role without an entry of its own
	defaults   map[Role]string
	countries  map[string]string
	operators  map[string]string
	holder     string
	guarantees map[string]guaranteeTarget
	values     map[int]transit.CustomsValue
	sender     string
	recipient  string
}

type guaranteeTarget struct{ grn, accessCode string }

// Substitution is one replaced value of a document.
type Substitution struct {
	Pointer string // JSON pointer in the document
	From    string // empty when nothing stood there
	To      string
}

func (s Substitution) String() string {
	return fmt.Sprintf("%s: %q -> %q", s.Pointer, s.From, s.To)
}

// LoadMapping reads a mapping. Unknown and repeated keys and values of the wrong
// form are errors that name the line.
func LoadMapping(r io.Reader) (*Mapping, error) {
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	root, err := strictyaml.Document(data)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	m := &Mapping{
		offices: map[string]map[Role]string{}, defaults: map[Role]string{}, countries: map[string]string{},
		operators: map[string]string{}, guarantees: map[string]guaranteeTarget{}, values: map[int]transit.CustomsValue{},
	}
	if err := m.load(root); err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	return m, nil
}

func (m *Mapping) load(root *yaml.Node) error {
	return strictyaml.EachKey(root, map[string]func(key, value *yaml.Node) error{
		"offices":       func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, m.loadOffice) },
		"defaults":      func(_, v *yaml.Node) error { return strictyaml.EachKey(v, roleKeys(m.defaults)) },
		"countries":     func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, m.loadCountry) },
		"operators":     func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, m.loadOperator) },
		"guarantees":    func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, m.loadGuarantee) },
		"customsValues": func(_, v *yaml.Node) error { return strictyaml.EachEntry(v, m.loadValue) },
		"holder":        func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &m.holder, transit.ValidateOperator) },
		"message": func(_, v *yaml.Node) error {
			return strictyaml.EachKey(v, map[string]func(key, value *yaml.Node) error{
				"sender":    func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &m.sender, checkParticipant) },
				"recipient": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &m.recipient, checkParticipant) },
			})
		},
	})
}

func checkParticipant(s string) error {
	if n := len([]rune(s)); n == 0 || n > 35 {
		return fmt.Errorf("%q must have 1 to 35 characters", s)
	}
	return nil
}

// loadOffice reads "GB000246: CNURM001" or "XI000142: {transit: KZHOR001, destination: KZALA001}".
func (m *Mapping) loadOffice(key, value *yaml.Node) error {
	if err := transit.ValidateCustomsOffice(key.Value); err != nil {
		return strictyaml.LineError(key, err)
	}
	targets := map[Role]string{}
	m.offices[key.Value] = targets
	if value.Kind == yaml.MappingNode {
		return strictyaml.EachKey(value, roleKeys(targets))
	}
	var office string
	err := strictyaml.Scalar(value, &office, transit.ValidateCustomsOffice)
	targets[""] = office
	return err
}

func roleKeys(targets map[Role]string) map[string]func(key, value *yaml.Node) error {
	keys := map[string]func(key, value *yaml.Node) error{}
	for _, role := range roles() {
		keys[string(role)] = func(_, value *yaml.Node) error {
			var office string
			err := strictyaml.Scalar(value, &office, transit.ValidateCustomsOffice)
			targets[role] = office
			return err
		}
	}
	return keys
}

func (m *Mapping) loadCountry(key, value *yaml.Node) error {
	if len(key.Value) != 2 {
		return strictyaml.LineError(key, fmt.Errorf("%q is not a country code", key.Value))
	}
	var country string
	err := strictyaml.Scalar(value, &country, transit.ValidateCountry)
	m.countries[key.Value] = country
	return err
}

func (m *Mapping) loadOperator(key, value *yaml.Node) error {
	var operator string
	err := strictyaml.Scalar(value, &operator, transit.ValidateOperator)
	m.operators[key.Value] = operator
	return err
}

func (m *Mapping) loadGuarantee(key, value *yaml.Node) error {
	var target guaranteeTarget
	err := strictyaml.EachKey(value, map[string]func(key, value *yaml.Node) error{
		"grn": func(_, v *yaml.Node) error {
			return strictyaml.Scalar(v, &target.grn, func(s string) error { _, err := transit.ParseGRN(s); return err })
		},
		"accessCode": func(_, v *yaml.Node) error {
			return strictyaml.Scalar(v, &target.accessCode, transit.ValidateAccessCode)
		},
	})
	if err == nil && target.grn == "" {
		err = strictyaml.LineError(key, fmt.Errorf("guarantee %s needs the key grn", key.Value))
	}
	m.guarantees[key.Value] = target
	return err
}

// loadValue reads "1: {amount: 12500.00, currency: USD}" for the goods item declared under number 1.
func (m *Mapping) loadValue(key, value *yaml.Node) error {
	number, err := strconv.Atoi(key.Value)
	if err != nil || number < 1 {
		return strictyaml.LineError(key, fmt.Errorf("%q is no number of a goods item", key.Value))
	}
	var amount, currency string
	err = strictyaml.EachKey(value, map[string]func(key, value *yaml.Node) error{
		"amount":   func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &amount, checkAmount) },
		"currency": func(_, v *yaml.Node) error { return strictyaml.Scalar(v, &currency, transit.ValidateCurrency) },
	})
	if err == nil && (amount == "" || currency == "") {
		err = strictyaml.LineError(key, fmt.Errorf("the value of item %d needs the keys amount and currency", number))
	}
	m.values[number] = transit.CustomsValue{Amount: transit.Decimal(amount), Currency: currency}
	return err
}

func checkAmount(s string) error {
	_, err := transit.ParseDecimal(s)
	return err
}

// Apply changes the document in place and returns every substitution made. An LRN
// that is not empty replaces the declared one, for a declarant may use each only
// once. Offices that the mapping does not know take the default of their role;
// without one, and when they are the target of another office, they stay.
func (m *Mapping) Apply(s *transit.STD, lrn string) []Substitution {
	a := &application{Mapping: m}
	a.replace("/message/messageSender", &s.Message.Sender, m.sender)
	a.replace("/message/messageRecipient", &s.Message.Recipient, m.recipient)
	a.replace("/transitOperation/lrn", &s.TransitOperation.LRN, lrn)
	a.office("/customsOfficeOfDeparture/referenceNumber", &s.DepartureOffice.ReferenceNumber, RoleDeparture)
	a.office("/customsOfficeOfDestinationDeclared/referenceNumber", &s.DestinationOffice.ReferenceNumber, RoleDestination)
	for i := range s.TransitOffices {
		a.office(fmt.Sprintf("/customsOfficesOfTransitDeclared/%d/referenceNumber", i), &s.TransitOffices[i].ReferenceNumber, RoleTransit)
	}
	for i := range s.ExitOffices {
		a.office(fmt.Sprintf("/customsOfficesOfExitForTransit/%d/referenceNumber", i), &s.ExitOffices[i].ReferenceNumber, RoleExit)
	}
	a.holder(&s.Holder)
	if s.Representative != nil {
		a.operator("/representative/identificationNumber", &s.Representative.IdentificationNumber)
	}
	for i := range s.Guarantees {
		for j := range s.Guarantees[i].GuaranteeReferences {
			a.guarantee(fmt.Sprintf("/guarantees/%d/guaranteeReferences/%d", i, j), &s.Guarantees[i].GuaranteeReferences[j])
		}
	}
	a.consignment(&s.Consignment)
	return a.made
}

type application struct {
	*Mapping
	made []Substitution
}

func (a *application) replace(pointer string, value *string, to string) {
	if to == "" || *value == to {
		return
	}
	a.made = append(a.made, Substitution{Pointer: pointer, From: *value, To: to})
	*value = to
}

func (a *application) office(pointer string, value *string, role Role) {
	targets, known := a.offices[*value]
	switch {
	case *value == "":
	case targets[role] != "":
		a.replace(pointer, value, targets[role])
	case targets[""] != "":
		a.replace(pointer, value, targets[""])
	case !known && a.isTarget(*value):
	default:
		a.replace(pointer, value, a.defaults[role])
	}
}

func (a *application) isTarget(office string) bool {
	has := func(targets map[Role]string) bool {
		for _, target := range targets {
			if target == office {
				return true
			}
		}
		return false
	}
	for _, targets := range a.offices {
		if has(targets) {
			return true
		}
	}
	return has(a.defaults)
}

func (a *application) country(pointer string, value *string) {
	a.replace(pointer, value, a.countries[*value])
}

func (a *application) operator(pointer string, value *string) {
	a.replace(pointer, value, a.operators[*value])
}

// holder replaces the holder's number, by the default holder when the mapping does not know it.
func (a *application) holder(h *transit.Holder) {
	to, known := a.operators[h.IdentificationNumber]
	if !known {
		to = a.Mapping.holder
	}
	a.replace("/holderOfTheTransitProcedure/identificationNumber", &h.IdentificationNumber, to)
}

func (a *application) guarantee(pointer string, r *transit.DeclaredReference) {
	target := a.guarantees[r.GRN]
	a.replace(pointer+"/grn", &r.GRN, target.grn)
	a.replace(pointer+"/accessCode", &r.AccessCode, target.accessCode)
}

func (a *application) consignment(c *transit.Consignment) {
	const at = "/consignment"
	a.country(at+"/countryOfDispatch", &c.CountryOfDispatch)
	a.country(at+"/countryOfDestination", &c.CountryOfDestination)
	if c.Carrier != nil {
		a.operator(at+"/carrier/identificationNumber", &c.Carrier.IdentificationNumber)
	}
	a.parties(at, c.Consignor, c.Consignee)
	if c.LocationOfGoods != nil && c.LocationOfGoods.CustomsOffice != nil {
		a.office(at+"/locationOfGoods/customsOffice/referenceNumber", &c.LocationOfGoods.CustomsOffice.ReferenceNumber, RoleLocation)
	}
	for i := range c.CountriesOfRouting {
		a.country(fmt.Sprintf("%s/countriesOfRouting/%d/country", at, i), &c.CountriesOfRouting[i].Country)
	}
	for i := range c.ActiveBorderTransportMeans {
		a.office(fmt.Sprintf("%s/activeBorderTransportMeans/%d/customsOfficeAtBorderReferenceNumber", at, i),
			&c.ActiveBorderTransportMeans[i].CustomsOfficeAtBorder, RoleBorder)
	}
	for i := range c.HouseConsignments {
		a.house(fmt.Sprintf("%s/houseConsignments/%d", at, i), &c.HouseConsignments[i])
	}
}

func (a *application) parties(at string, consignor *transit.Party, consignee *transit.Consignee) {
	if consignor != nil {
		a.operator(at+"/consignor/identificationNumber", &consignor.IdentificationNumber)
	}
	if consignee != nil {
		a.operator(at+"/consignee/identificationNumber", &consignee.IdentificationNumber)
	}
}

func (a *application) house(at string, h *transit.HouseConsignment) {
	a.country(at+"/countryOfDispatch", &h.CountryOfDispatch)
	a.country(at+"/countryOfDestination", &h.CountryOfDestination)
	a.parties(at, h.Consignor, h.Consignee)
	for i := range h.ConsignmentItems {
		item := &h.ConsignmentItems[i]
		below := fmt.Sprintf("%s/consignmentItems/%d", at, i)
		a.country(below+"/countryOfDispatch", &item.CountryOfDispatch)
		a.country(below+"/countryOfDestination", &item.CountryOfDestination)
		a.parties(below, nil, item.Consignee)
		if value, given := a.values[item.DeclarationGoodsItemNumber]; given {
			a.value(below+"/customsValue", item, value)
		}
	}
}

func (a *application) value(pointer string, item *transit.ConsignmentItem, to transit.CustomsValue) {
	if item.CustomsValue == nil {
		item.CustomsValue = &transit.CustomsValue{}
	}
	a.replace(pointer+"/amount", (*string)(&item.CustomsValue.Amount), string(to.Amount))
	a.replace(pointer+"/currency", &item.CustomsValue.Currency, to.Currency)
}
