package contract

import (
	"fmt"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// remarks decodes unloading remarks and holds them against the declaration and the incidents, as the author's organisation
// keeps them: what conforms and what differs is a matter of what was declared.
func (c *call) remarks(m *transit.Movement, raw []byte) ([]byte, error) {
	declared, err := c.declaration(m)
	if err != nil {
		return nil, err
	}
	incidents, err := c.incidents(m)
	if err != nil {
		return nil, err
	}
	return paper(raw, func(r transit.UnloadingRemarks) []transit.Violation {
		return transit.CheckUnloading(r, declared, incidents...)
	})
}

// declaration is the content of the movement, joined from its sections.
func (c *call) declaration(m *transit.Movement) (*transit.STD, error) {
	content, err := c.content(m, m.Sections)
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(content.Sections))
	for i, s := range content.Sections {
		values[i] = s.Value
	}
	return joined(m, values)
}

// joined is the document out of the sealed values of all its sections, each of which must have its digest on the record.
func joined(m *transit.Movement, values [][]byte) (*transit.STD, error) {
	var sections []transit.Section
	for i, value := range values {
		section, err := transit.UnsealSection(value, m.Sections[i])
		if err != nil {
			return nil, fmt.Errorf("couldn't read the content of movement %s: %w", m.ID, err)
		}
		sections = append(sections, section)
	}
	std, err := transit.JoinSections(sections)
	if err != nil {
		return nil, fmt.Errorf("couldn't join the content of movement %s: %w", m.ID, err)
	}
	return std, nil
}

// incidents are those that the movement met on its way.
func (c *call) incidents(m *transit.Movement) ([]transit.Incident, error) {
	var out []transit.Incident
	for _, a := range m.Annexes {
		if a.Kind != transit.AnnexIncident {
			continue
		}
		value, err := c.heldAnnex(m, &a)
		if err != nil {
			return nil, err
		}
		section, err := transit.UnsealSection(value, transit.SectionDigest{Name: string(a.Kind), Digest: a.Digest})
		if err != nil {
			return nil, err
		}
		var incident transit.Incident
		if err := transit.DecodeStrict(section.Content, &incident); err != nil {
			return nil, err
		}
		out = append(out, incident)
	}
	return out, nil
}

// heldAnnex reads the sealed value of an annex at a peer of the caller's organisation.
func (c *call) heldAnnex(m *transit.Movement, a *transit.Annex) ([]byte, error) {
	held, err := c.PrivateDigest(c.actor.MSP, ledger.AnnexKey(m.ID, a.Digest))
	if err != nil {
		return nil, err
	}
	if held != a.Digest {
		return nil, transit.Faultf(transit.NotFound, "the annex has not been delivered to %s yet", c.actor.MSP)
	}
	return c.own(ledger.AnnexKey(m.ID, a.Digest), "an annex")
}
