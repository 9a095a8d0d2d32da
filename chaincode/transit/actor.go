package transit

// Kind is the kind of an organisation of the consortium.
type Kind string

// Kinds of organisation.
const (
	Customs   Kind = "customs"
	Guarantor Kind = "guarantor"
	Regulator Kind = "regulator"
)

// Role is what a person or system may act as. Its certificate says so in the
// attribute "role", which is believed only for the country of its own MSP.
type Role string

// Roles.
const (
	RoleOfficer       Role = "officer"
	RoleTrader        Role = "trader"
	RoleGuarantor     Role = "guarantor"
	RoleAnalyst       Role = "analyst"
	RoleCourier       Role = "courier"
	RoleAdministrator Role = "administrator"
)

// Organisation is an entry of the registry.
type Organisation struct {
	MSP  string `json:"msp"`
	Name string `json:"name"`
	// Country is the ISO 3166-1 code of a customs authority's territory; empty for others.
	Country string `json:"country,omitempty"`
	Kind    Kind   `json:"kind"`
	// Suspended is set while the organisation is suspended.
	Suspended *Suspension `json:"suspended,omitempty"`
	// Guarantees are what a guarantor may undertake; absent for everything.
	Guarantees *GuarantorLimits `json:"guarantees,omitempty"`
}

// Office is a customs office of the registry.
type Office struct {
	// Reference: two letters of the country and six characters.
	Reference string `json:"reference"`
	Name      string `json:"name"`
	MSP       string `json:"msp"`
	// Roles: departure, transit, destination, guarantee, ...
	Roles []string `json:"roles"`
}

// Has reports whether the office has the role.
func (o *Office) Has(role string) bool {
	for _, r := range o.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Actor is who asks for a step, as its certificate and the registry tell.
type Actor struct {
	MSP     string `json:"msp"`
	Kind    Kind   `json:"kind"`
	Country string `json:"country,omitempty"`
	Role    Role   `json:"role"`
	// Office of an officer; it lies in the actor's country and stands in the registry under its MSP.
	Office string `json:"office,omitempty"`
	// OfficeRoles are those of the officer's office in the registry.
	OfficeRoles []string `json:"officeRoles,omitempty"`
	// Operator number of a trader; it begins with the actor's country.
	Operator string `json:"operator,omitempty"`
	// Suspended is since when the organisation is suspended, if it is.
	Suspended string `json:"suspended,omitempty"`
}
