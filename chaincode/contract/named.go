package contract

import (
	"fmt"

	"carec.example/cats/chaincode/transit"
)

// checkNamed looks up in the registry what a step names, for the procedure to decide on.
func (c *call) checkNamed(s transit.Step, m *transit.Movement, r *transit.Request) error {
	switch s {
	case transit.StepGrantDiversion:
		return c.checkDiversion(m, r)
	case transit.StepAskRecovery:
		return c.officeFor(r.Step.Office, transit.OfficeRecovery, "/office")
	case transit.StepClaim:
		return c.checkLiable(r)
	case transit.StepAnnounceControl:
		return c.checkTrusted(m)
	case transit.StepNotifyArrival:
		return c.checkConsignee(m, r)
	case transit.StepAskDiversion:
		if c.customsOf(c.actor.Country) == nil {
			return transit.Faultf(transit.NotAuthorised, "%s is no customs authority", c.actor.MSP)
		}
	}
	return nil
}

// checkTrusted: the intention to control is told in advance to an authorised economic operator alone.
func (c *call) checkTrusted(m *transit.Movement) error {
	o, err := c.Operator(m.Declarant.Operator)
	if err != nil {
		return err
	}
	if o == nil || o.AEO == "" {
		return transit.Faultf(transit.NotAuthorised,
			"the intention to control is told in advance to authorised economic operators only, and %s is not registered as one", m.Declarant.Operator)
	}
	return nil
}

// checkConsignee: goods arrive at a trader's own place when the register has it as an authorised consignee for the office of
// destination (C522).
func (c *call) checkConsignee(m *transit.Movement, r *transit.Request) error {
	if !r.Step.Simplified {
		return nil
	}
	o, err := c.Operator(c.actor.Operator)
	if err != nil {
		return err
	}
	if o.Authorised("C522", "", c.today(), m.Destination) == nil {
		return transit.Faultf(transit.NotAuthorised, "%s is not registered as an authorised consignee (C522) at %s",
			c.actor.Operator, m.Destination).At("/simplified")
	}
	return nil
}

// checkDiversion resolves the territories ahead and makes sure that the guarantees are valid on the new way.
func (c *call) checkDiversion(m *transit.Movement, r *transit.Request) error {
	if len(r.Step.Route) > maxLegs {
		return transit.Faultf(transit.TooLarge, "an itinerary has at most %d territories", maxLegs).At("/route")
	}
	for i, o := range r.Step.Route {
		pointer := fmt.Sprintf("/route/%d", i)
		if err := c.officeFor(o, transit.OfficeTransit, pointer); err != nil {
			return err
		}
		org := c.customsOf(transit.OfficeCountry(o))
		if org == nil {
			return transit.Faultf(transit.MalformedRequest, "%s lies in no member's territory", o).At(pointer)
		}
		r.Route = append(r.Route, transit.Leg{Country: org.Country, MSP: org.MSP, EntryOffice: o, State: transit.LegExpected})
	}
	if r.Step.Destination != "" {
		if err := c.officeFor(r.Step.Destination, transit.OfficeDestination, "/destination"); err != nil {
			return err
		}
	}
	return c.coversRoute(m, r.Route)
}

// officeFor wants an office of the registry with a role.
func (c *call) officeFor(reference, role, pointer string) error {
	if transit.ValidateCustomsOffice(reference) != nil {
		return transit.Faultf(transit.MalformedRequest, "%q is no customs office", reference).At(pointer)
	}
	o, err := c.Office(reference)
	if err != nil {
		return err
	}
	if o == nil || !o.Has(role) {
		return transit.Faultf(transit.MalformedRequest, "%s is no office of %s in the registry", reference, role).At(pointer)
	}
	return nil
}

// coversRoute refuses a way through a country in which a guarantee of the movement is not valid (G08).
func (c *call) coversRoute(m *transit.Movement, route []transit.Leg) error {
	var refused []transit.Violation
	for i, u := range m.Guarantees {
		if !u.State.Open() {
			continue
		}
		g, err := c.Guarantee(u.GRN)
		if err != nil {
			return err
		}
		if g == nil {
			return fmt.Errorf("guarantee %s of movement %s is missing", u.GRN, m.ID)
		}
		refused = append(refused, g.Terms.ValidIn(route, fmt.Sprintf("/guarantees/%d", i))...)
	}
	if len(refused) > 0 {
		return transit.Faultf(transit.GuaranteeRefused, "movement %s is not covered on this way", m.Reference()).With(refused...)
	}
	return nil
}
