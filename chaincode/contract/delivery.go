package contract

import (
	"fmt"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// deliver keeps the content at a further country of the itinerary. Only that country's
// peer endorses; it compares every section with the digest on the public record, so
// it does not matter who carries the content there.
func deliver(c *call, req *transit.DeliverRequest) (*transit.Delivery, error) {
	m, err := c.movement(req.Movement)
	if err != nil {
		return nil, err
	}
	leg := legOf(m, req.To)
	if leg == nil {
		return nil, transit.Faultf(transit.NotAuthorised, "%s is not on the itinerary of movement %s", req.To, m.Reference()).At("/to")
	}
	if m.ReleasedAt == "" {
		return nil, transit.Faultf(transit.OutOfSequence, "movement %s is %s; content is delivered from release on", m.Reference(), m.State)
	}
	if !c.mayHold(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "content of movement %s is not for %s", m.Reference(), c.actor)
	}
	transient, err := c.Stub().GetTransient()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	for _, s := range m.Sections {
		value, ok := transient[s.Name]
		if !ok {
			return nil, transit.Faultf(transit.MalformedRequest, "section %s is missing from the transient map", s.Name)
		}
		if ledger.Digest(value) != s.Digest {
			return nil, transit.Faultf(transit.ContentMismatch, "section %s does not have the digest on the record", s.Name)
		}
		c.PutPrivate(req.To, ledger.SectionKey(m.ID, m.Version, s.Name), value)
	}
	c.Emit(transit.EventStep{Record: "delivery", ID: m.ID, MRN: m.MRN, Seq: m.Seq, Step: "Deliver", By: c.actor.MSP, Custodian: req.To})
	return &transit.Delivery{MSP: req.To, Country: leg.Country, Delivered: true}, nil
}

func legOf(m *transit.Movement, msp string) *transit.Leg {
	for i := range m.Legs {
		if m.Legs[i].MSP == msp {
			return &m.Legs[i]
		}
	}
	return nil
}

// mayHold reports whether the actor is one who holds the content anyway: an officer
// or the courier of a country of the itinerary, or the declarant.
func (c *call) mayHold(m *transit.Movement) bool {
	switch c.actor.Role {
	case transit.RoleOfficer, transit.RoleCourier:
		return m.Concerns(c.actor.MSP)
	case transit.RoleTrader:
		return c.actor.MSP == m.Declarant.MSP && c.actor.Operator == m.Declarant.Operator
	}
	return false
}

// deliveries tells for each country of the itinerary whether it holds the content,
// by the hashes which every peer has.
func (c *call) deliveries(m *transit.Movement) ([]transit.Delivery, error) {
	out := []transit.Delivery{}
	seen := map[string]bool{}
	for _, leg := range m.Legs {
		if seen[leg.MSP] {
			continue
		}
		seen[leg.MSP] = true
		d := transit.Delivery{MSP: leg.MSP, Country: leg.Country, Delivered: true}
		for _, s := range m.Sections {
			held, err := c.PrivateDigest(leg.MSP, ledger.SectionKey(m.ID, m.Version, s.Name))
			if err != nil {
				return nil, err
			}
			d.Delivered = d.Delivered && held == s.Digest
		}
		out = append(out, d)
	}
	return out, nil
}

// getContent reads the content from the collection of the caller's own organisation.
// Implicit collections do not ask who reads, so this function does: at a peer of
// another organisation than the caller's there is nothing for the caller.
func getContent(c *call, req *transit.MovementQuery) (*transit.EncryptedContent, error) {
	key, err := c.readerKey()
	if err != nil {
		return nil, err
	}
	m, err := c.movement(req.Movement)
	if err != nil {
		return nil, err
	}
	if !c.mayHold(m) || !m.Concerns(c.actor.MSP) {
		return nil, transit.Faultf(transit.NotAuthorised, "content of movement %s is not for %s", m.Reference(), c.actor)
	}
	content, err := c.content(m)
	if err != nil {
		return nil, err
	}
	return transit.EncryptContent(key, c.Stub().GetTxID(), content)
}

// readerKey is the key that the reader made for this one request.
func (c *call) readerKey() ([]byte, error) {
	transient, err := c.Stub().GetTransient()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	key := transient[transit.TransientReaderKey]
	if len(key) != transit.SeedLength {
		return nil, transit.Faultf(transit.MalformedRequest, "the transient reader key has %d bytes, not %d", len(key), transit.SeedLength)
	}
	return key, nil
}

func (c *call) content(m *transit.Movement) (*transit.Content, error) {
	out := &transit.Content{ID: m.ID, Version: m.Version, Sections: []transit.SealedSection{}}
	for _, s := range m.Sections {
		key := ledger.SectionKey(m.ID, m.Version, s.Name)
		held, err := c.PrivateDigest(c.actor.MSP, key)
		if err != nil {
			return nil, err
		}
		if held != s.Digest {
			return nil, transit.Faultf(transit.NotFound, "the content of movement %s has not been delivered to %s yet", m.Reference(), c.actor.MSP)
		}
		value, err := c.Private(c.actor.MSP, key)
		if err != nil {
			// A peer of another organisation knows the hash and has no value.
			return nil, transit.Faultf(transit.NotAuthorised, "content for %s is read at a peer of its own", c.actor.MSP)
		}
		out.Sections = append(out.Sections, transit.SealedSection{Name: s.Name, Value: value})
	}
	return out, nil
}
