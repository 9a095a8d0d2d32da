package contract

import (
	"slices"

	"carec.example/cats/chaincode/transit"
)

// A grant stands in what was declared of the movement, a key that exists from lodging on and asks for the custodian's
// peer and one other: nobody makes a grant as a new key. The custodian could, with one accomplice, write a grant that the
// declarant did not make; it holds the content anyway, and the ledger check finds that the declarant's organisation did
// not sign.

// grant lets an organisation read parts of the content.
func grant(c *call, req *transit.GrantRequest) (*transit.Grant, error) {
	m, err := c.owned(req.Movement)
	if err != nil {
		return nil, err
	}
	g := transit.Grant{MSP: req.MSP, Operator: req.Operator, Parts: req.Parts, Until: req.Until}
	if fault := c.checkGrantee(&g); fault != nil {
		return nil, fault
	}
	declared, fault := m.WithGrant(g, c.At())
	if fault != nil {
		return nil, fault
	}
	c.emitGrant(m, "Grant", req.MSP)
	return &declared.Grants[len(declared.Grants)-1], c.PutDeclared(m.ID, &declared)
}

// owned finds a movement whose content is the actor's to dispose of.
func (c *call) owned(reference string) (*transit.Movement, error) {
	m, err := c.movement(reference)
	if err != nil {
		return nil, err
	}
	if !transit.ByDeclarant.Admits(m, c.actor) {
		return nil, transit.Faultf(transit.NotAuthorised, "the content of movement %s is the declarant's, not for %s to dispose of", m.Reference(), c.actor)
	}
	days := c.retentionDays()
	if m.Expired(c.At(), days) {
		return nil, transit.Faultf(transit.OutOfSequence, "movement %s ended %d days ago; its content is purged", m.Reference(), days)
	}
	return m, nil
}

// checkGrantee: the grantee is a member, and an operator is a trader of its country.
func (c *call) checkGrantee(g *transit.Grant) *transit.Fault {
	o := c.Organisation(g.MSP)
	switch {
	case o == nil:
		return transit.Faultf(transit.MalformedRequest, "%q is no organisation of the registry", g.MSP).At("/msp")
	case g.Operator == "":
		return nil
	case o.Kind != transit.Customs || transit.ValidateOperator(g.Operator) != nil || g.Operator[:2] != o.Country:
		return transit.Faultf(transit.MalformedRequest, "%q is no operator of %s", g.Operator, g.MSP).At("/operator")
	}
	return nil
}

// revoke ends a grant: from this transaction on nothing more is read under it, and the grantee's peer purges its copy.
func revoke(c *call, req *transit.RevokeRequest) (*transit.Grant, error) {
	m, err := c.owned(req.Movement)
	if err != nil {
		return nil, err
	}
	declared, ended, fault := m.WithoutGrant(req.MSP, req.Operator)
	if fault != nil {
		return nil, fault
	}
	c.emitGrant(m, "Revoke", req.MSP)
	return ended, c.PutDeclared(m.ID, &declared)
}

func (c *call) emitGrant(m *transit.Movement, step, grantee string) {
	c.Emit(transit.EventStep{Record: "grant", ID: m.ID, MRN: m.MRN, Seq: m.Seq, Step: step, By: c.actor.MSP, Custodian: grantee})
}

// granted lists the parts that live grants show to the caller.
func (c *call) granted(m *transit.Movement) []transit.SectionDigest {
	return m.Granted(c.At(), func(g *transit.Grant) bool { return g.Admits(c.actor) })
}

// getShared reads the sections that a grant shows to the caller, from the collection of its own organisation.
func getShared(c *call, req *transit.MovementQuery) (*transit.EncryptedContent, error) {
	return c.show(req.Movement, func(m *transit.Movement) []transit.SectionDigest {
		return slices.DeleteFunc(c.granted(m), func(p transit.SectionDigest) bool { return !slices.Contains(m.Sections, p) })
	})
}

// invited reports whether a trader is shown something of the movement, or offered the document.
func (c *call) invited(m *transit.Movement) bool {
	return transit.ByNewHolder.Admits(m, c.actor) || len(c.granted(m)) > 0
}

// shares tells of each grant how far its parts have come at the grantee.
func (c *call) shares(m *transit.Movement) ([]transit.Share, error) {
	var out []transit.Share
	for _, g := range m.Grants {
		s := transit.Share{Grant: g, Live: g.Live(c.At())}
		parts := slices.DeleteFunc(m.Parts(), func(p transit.SectionDigest) bool { return !slices.Contains(g.Parts, p.Name) })
		var err error
		if s.State, s.Missing, err = c.delivered(m, g.MSP, parts); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
