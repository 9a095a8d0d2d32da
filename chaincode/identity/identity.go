// Package identity tells who asks for a transaction. The certificate says which MSP
// issued it, which kind of node or person it is for, and what role, office or operator
// it claims; the registry says what that MSP may speak for. Any country's certificate
// authority can write any attribute, so a claim counts only inside the country of the
// MSP that made it.
package identity

import (
	"crypto/x509"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/attrmgr"
	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/cid"

	"carec.example/cats/chaincode/transit"
)

// Attributes of the certificate (Fabric CA, written into the enrolment certificate).
const (
	AttributeRole     = "role"
	AttributeOffice   = "office"
	AttributeOperator = "operator"
)

// Registry is what identity needs to know of the consortium.
type Registry interface {
	// Organisation returns the organisation of an MSP, nil when it is none of the consortium's.
	Organisation(msp string) *transit.Organisation
	// Office returns a customs office, nil when there is none.
	Office(reference string) (*transit.Office, error)
}

// Certificate is what the creator's certificate claims.
type Certificate struct {
	MSP string
	// Unit is the NodeOU: client, admin, peer or orderer.
	Unit                   string
	Role, Office, Operator string
}

// Read takes the claims from the creator of the transaction. Faults: NotAuthorised
// for a creator that is no X.509 identity with exactly one NodeOU.
func Read(stub cid.ChaincodeStubInterface) (Certificate, *transit.Fault) {
	id, err := cid.New(stub)
	if err != nil {
		return Certificate{}, transit.Faultf(transit.NotAuthorised, "the creator of the transaction has no readable certificate")
	}
	msp, err := id.GetMSPID()
	if err != nil {
		return Certificate{}, transit.Faultf(transit.NotAuthorised, "the creator of the transaction has no MSP")
	}
	cert, err := id.GetX509Certificate()
	if err != nil || cert == nil {
		return Certificate{}, transit.Faultf(transit.NotAuthorised, "the creator of the transaction has no X.509 certificate")
	}
	return Claims(msp, cert)
}

// Claims takes them from a certificate that an MSP has issued. Faults: NotAuthorised when it does not have exactly one NodeOU.
func Claims(msp string, cert *x509.Certificate) (Certificate, *transit.Fault) {
	c := Certificate{MSP: msp}
	var err error
	if c.Unit, err = nodeUnit(cert); err != nil {
		return Certificate{}, transit.Faultf(transit.NotAuthorised, "%v", err)
	}
	attributes, err := attrmgr.New().GetAttributesFromCert(cert)
	if err != nil {
		return Certificate{}, transit.Faultf(transit.NotAuthorised, "the certificate's attributes cannot be read")
	}
	for name, value := range map[string]*string{
		AttributeRole: &c.Role, AttributeOffice: &c.Office, AttributeOperator: &c.Operator,
	} {
		if *value, _, err = attributes.Value(name); err != nil {
			return Certificate{}, transit.Faultf(transit.NotAuthorised, "the certificate's attributes cannot be read")
		}
	}
	return c, nil
}

// nodeUnit finds the one NodeOU among the organisational units.
func nodeUnit(cert *x509.Certificate) (string, error) {
	unit := ""
	for _, ou := range cert.Subject.OrganizationalUnit {
		if !slices.Contains([]string{"client", "admin", "peer", "orderer"}, ou) {
			continue
		}
		if unit != "" {
			return "", fmt.Errorf("the certificate names more than one node unit")
		}
		unit = ou
	}
	if unit == "" {
		return "", fmt.Errorf("the certificate names no node unit")
	}
	return unit, nil
}

// Actor checks the claims against the registry. Faults: NotAuthorised, saying what
// does not fit.
func (c Certificate) Actor(r Registry) (transit.Actor, error) {
	org := r.Organisation(c.MSP)
	if org == nil {
		return transit.Actor{}, transit.Faultf(transit.NotAuthorised, "%s is no organisation of the registry", c.MSP)
	}
	a := transit.Actor{MSP: c.MSP, Kind: org.Kind, Country: org.Country}
	if org.Suspended != nil {
		a.Suspended = org.Suspended.Since
	}
	switch c.Unit {
	case "admin":
		a.Role = transit.RoleAdministrator
		return a, nil
	case "client":
		a.Role = transit.Role(c.Role)
	default:
		return transit.Actor{}, transit.Faultf(transit.NotAuthorised, "a %s of %s is no person or client system", c.Unit, c.MSP)
	}
	if want, ok := kindOf(a.Role); !ok || want != org.Kind {
		return transit.Actor{}, transit.Faultf(transit.NotAuthorised, "%s, a %s, has nobody in the role %q", c.MSP, org.Kind, c.Role)
	}
	switch a.Role {
	case transit.RoleOfficer:
		return c.officer(a, r)
	case transit.RoleTrader:
		return c.trader(a)
	}
	return a, nil
}

// kindOf tells which kind of organisation has people in the role.
func kindOf(role transit.Role) (transit.Kind, bool) {
	switch role {
	case transit.RoleOfficer, transit.RoleTrader, transit.RoleCourier:
		return transit.Customs, true
	case transit.RoleGuarantor:
		return transit.Guarantor, true
	case transit.RoleAnalyst:
		return transit.Regulator, true
	}
	return "", false
}

func (c Certificate) officer(a transit.Actor, r Registry) (transit.Actor, error) {
	if err := transit.ValidateCustomsOffice(c.Office); err != nil {
		return a, transit.Faultf(transit.NotAuthorised, "the officer's certificate names no office: %v", err)
	}
	if transit.OfficeCountry(c.Office) != a.Country {
		return a, transit.Faultf(transit.NotAuthorised, "office %s does not lie in %s, the country of %s", c.Office, a.Country, a.MSP)
	}
	office, err := r.Office(c.Office)
	if err != nil {
		return a, err
	}
	if office == nil || office.MSP != a.MSP {
		return a, transit.Faultf(transit.NotAuthorised, "office %s is not registered for %s", c.Office, a.MSP)
	}
	a.Office, a.OfficeRoles = c.Office, office.Roles
	return a, nil
}

func (c Certificate) trader(a transit.Actor) (transit.Actor, error) {
	if err := transit.ValidateOperator(c.Operator); err != nil {
		return a, transit.Faultf(transit.NotAuthorised, "the trader's certificate names no operator: %v", err)
	}
	if c.Operator[:2] != a.Country {
		return a, transit.Faultf(transit.NotAuthorised, "operator %s is not registered in %s, the country of %s", c.Operator, a.Country, a.MSP)
	}
	a.Operator = c.Operator
	return a, nil
}
