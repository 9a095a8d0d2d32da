package contract

import (
	"errors"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/guard"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// contentFunctions are the functions on content. Those that write it are each endorsed by the one organisation whose
// collection they write.
func contentFunctions() []guard.Function {
	return []guard.Function{
		with(transit.FnDeliver, deliver, append(transit.AllSections(), transit.TransientAttachment)...),
		with(transit.FnGetContent, getContent, transit.TransientReaderKey),
		with(transit.FnAttach, attach, transit.TransientFile, transit.TransientFileName, transit.TransientMediaType, transit.TransientSalt),
		with(transit.FnPublishAttachment, publishAttachment),
		with(transit.FnGetAttachment, getAttachment, transit.TransientReaderKey),
		with(transit.FnGrant, grant),
		with(transit.FnRevoke, revoke),
		with(transit.FnGetShared, getShared, transit.TransientReaderKey),
		with(transit.FnPurge, purge),
		with(transit.FnListPurgeable, listPurgeable),
	}
}

// deliver keeps the content at a further country of the itinerary, or what a grant shows at the grantee. Only the
// receiving organisation's peer endorses; it compares every part with the digest on the public record, so it does not
// matter who carries the content there.
//
// For a country of the itinerary the record is looked at without binding the transaction to it, so that a hand-off in the
// same second does not spoil the delivery: a movement stays released, and the country was on the way. A grant can be
// revoked, so it is bound. What the collection holds is bound, too: a delivery that was held back does not bring content
// back after its purge.
func deliver(c *call, req *transit.DeliverRequest) (*transit.Delivery, error) {
	m, err := c.glimpse(req.Movement)
	if err != nil {
		return nil, err
	}
	if m.ReleasedAt == "" || !m.Concerns(req.To) {
		if m, err = c.movement(req.Movement); err != nil {
			return nil, err
		}
	}
	parts, err := c.deliverable(m, req)
	if err != nil {
		return nil, err
	}
	if !c.mayHold(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "content of movement %s is not for %s", m.Reference(), c.actor)
	}
	holding := transit.Holding(m.Version)
	if req.Attachment != "" {
		holding = req.Attachment
	}
	if err := c.notPurged(m, req.To, holding); err != nil {
		return nil, err
	}
	if err := c.bring(m, req, parts); err != nil {
		return nil, err
	}
	c.Emit(transit.EventStep{Record: "delivery", ID: m.ID, MRN: m.MRN, Seq: m.Seq, Step: "Deliver", By: c.actor.MSP, Custodian: req.To})
	return &transit.Delivery{MSP: req.To, Country: countryOf(m, req.To), Delivered: true, State: transit.Delivered}, c.PutHeld(req.To, m.ID, holding)
}

// deliverable lists the parts that the request brings, and refuses when the receiver may hold none of them.
func (c *call) deliverable(m *transit.Movement, req *transit.DeliverRequest) ([]transit.SectionDigest, error) {
	may := m.MayStand(req.To, c.At())
	switch {
	case len(may) == 0 && m.Concerns(req.To):
		return nil, transit.Faultf(transit.OutOfSequence, "movement %s is %s; content is delivered from release on", m.Reference(), m.State)
	case len(may) == 0:
		return nil, transit.Faultf(transit.NotAuthorised, "%s is not on the itinerary of movement %s and has no grant", req.To, m.Reference()).At("/to")
	}
	attachments := len(m.Sections)
	var parts []transit.SectionDigest
	for _, p := range may {
		i := slices.Index(m.Parts(), p)
		if (req.Attachment == "" && i < attachments) || (i >= attachments && p.Name == req.Attachment) {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return nil, transit.Faultf(transit.NotAuthorised, "there is no such part of movement %s for %s", m.Reference(), req.To).At("/attachment")
	}
	return parts, nil
}

// bring writes exactly the parts from the transient map.
func (c *call) bring(m *transit.Movement, req *transit.DeliverRequest, parts []transit.SectionDigest) error {
	transient, err := c.Stub().GetTransient()
	if err != nil {
		return fmt.Errorf("couldn't read the transient map: %w", err)
	}
	if len(transient) > len(parts) {
		return transit.Faultf(transit.MalformedRequest, "the transient map holds more than %s may read", req.To)
	}
	for _, p := range parts {
		entry := p.Name
		if req.Attachment != "" {
			entry = transit.TransientAttachment
		}
		value, ok := transient[entry]
		if !ok {
			return transit.Faultf(transit.MalformedRequest, "section %s is missing from the transient map", p.Name)
		}
		if ledger.Digest(value) != p.Digest {
			return transit.Faultf(transit.ContentMismatch, "section %s does not have the digest on the record", p.Name)
		}
		key := partKey(m, p.Name)
		if _, err := c.PrivateDigest(req.To, key); err != nil {
			return err
		}
		c.PutPrivate(req.To, key, value)
	}
	return nil
}

// glimpse finds a movement as [ledger.Tx.Glimpse] sees it.
func (c *call) glimpse(reference string) (*transit.Movement, error) {
	id, fault := ledger.MovementOf(reference)
	if fault != nil {
		return nil, fault
	}
	m, err := c.Glimpse(id)
	if err != nil {
		return nil, err
	}
	return known(m, id, reference)
}

// partKey is the private key of a part: of the record's version, or of an attachment.
func partKey(m *transit.Movement, part string) string {
	if holdingOf(m, part) == part {
		return ledger.AttachmentKey(m.ID, part)
	}
	return ledger.SectionKey(m.ID, m.Version, part)
}

func countryOf(m *transit.Movement, msp string) string {
	for i := range m.Legs {
		if m.Legs[i].MSP == msp {
			return m.Legs[i].Country
		}
	}
	return ""
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
		state, missing, err := c.delivered(m, leg.MSP, m.Parts())
		if err != nil {
			return nil, err
		}
		out = append(out, transit.Delivery{
			MSP: leg.MSP, Country: leg.Country, Delivered: state == transit.Delivered, State: state, Missing: missing,
		})
	}
	return out, nil
}

// delivered tells how far the parts have come at an organisation, and which are missing there.
func (c *call) delivered(m *transit.Movement, msp string, parts []transit.SectionDigest) (transit.DeliveryState, []string, error) {
	var missing []string
	for _, p := range parts {
		held, err := c.PrivateDigest(msp, partKey(m, p.Name))
		if err != nil {
			return "", nil, err
		}
		if held != p.Digest {
			missing = append(missing, p.Name)
		}
	}
	if len(missing) == 0 {
		return transit.Delivered, nil, nil
	}
	purged, err := c.purged(m.ID, msp, holdingOf(m, missing[0]))
	if err != nil || purged {
		return transit.DeliveryPurged, nil, err
	}
	return transit.DeliveryPending, missing, nil
}

// holdingOf is the holding to which a part belongs.
func holdingOf(m *transit.Movement, part string) string {
	if slices.ContainsFunc(m.Attachments, func(a transit.Attachment) bool { return a.Name == part }) {
		return part
	}
	return transit.Holding(m.Version)
}

// purged reports whether an organisation has purged a holding at the end of its retention.
func (c *call) purged(id, msp, holding string) (bool, error) {
	digest, err := c.PrivateDigest(msp, ledger.PurgedKey(id, holding))
	return digest == ledger.Digest(ledger.PurgedMark()), err
}

// notPurged refuses to bring what an organisation has purged at the end of its retention, or would have to at once.
func (c *call) notPurged(m *transit.Movement, msp, holding string) error {
	days := c.retentionDays()
	purged, err := c.purged(m.ID, msp, holding)
	if err == nil && (purged || m.Expired(c.At(), days)) {
		err = transit.Faultf(transit.OutOfSequence, "the content of movement %s is not for %s to hold any more; its time is over", m.Reference(), msp)
	}
	return err
}

// getContent reads the content from the collection of the caller's own organisation.
// Implicit collections do not ask who reads, so this function does: at a peer of
// another organisation than the caller's there is nothing for the caller.
func getContent(c *call, req *transit.MovementQuery) (*transit.EncryptedContent, error) {
	return c.show(req.Movement, func(m *transit.Movement) []transit.SectionDigest {
		if !c.mayHold(m) || !m.Concerns(c.actor.MSP) {
			return nil
		}
		return m.Sections
	})
}

// show encrypts those parts of a movement for the caller that may be shown to it, as they stand in the collection of its
// own organisation.
func (c *call) show(movement string, parts func(*transit.Movement) []transit.SectionDigest) (*transit.EncryptedContent, error) {
	key, err := c.readerKey()
	if err != nil {
		return nil, err
	}
	m, err := c.movement(movement)
	if err != nil {
		return nil, err
	}
	may := parts(m)
	if len(may) == 0 {
		return nil, transit.Faultf(transit.NotAuthorised, "content of movement %s is not for %s", m.Reference(), c.actor)
	}
	content, err := c.content(m, may)
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

func (c *call) content(m *transit.Movement, parts []transit.SectionDigest) (*transit.Content, error) {
	out := &transit.Content{ID: m.ID, Version: m.Version, Sections: []transit.SealedSection{}}
	for _, s := range parts {
		key := partKey(m, s.Name)
		held, err := c.PrivateDigest(c.actor.MSP, key)
		if err != nil {
			return nil, err
		}
		if held != s.Digest {
			return nil, c.notHeld(m, s.Name)
		}
		value, err := c.own(key, "content")
		if err != nil {
			return nil, err
		}
		out.Sections = append(out.Sections, transit.SealedSection{Name: s.Name, Value: value})
	}
	return out, nil
}

// own reads a private value of the caller's organisation whose hash stands on the ledger. A peer that does not have it refuses with
// [transit.NotHere]: one of the organisation's own that has been away, or one of another organisation, which a peer cannot tell apart.
func (c *call) own(key, what string) ([]byte, error) {
	value, err := c.Private(c.actor.MSP, key)
	if err != nil && !errors.Is(err, transit.Faultf(transit.NotHere, "")) {
		return nil, transit.Faultf(transit.NotAuthorised, "%s for %s is read at a peer of its own", what, c.actor.MSP)
	}
	return value, err
}

func (c *call) notHeld(m *transit.Movement, part string) error {
	purged, err := c.purged(m.ID, c.actor.MSP, holdingOf(m, part))
	switch {
	case err != nil:
		return err
	case purged:
		return transit.Faultf(transit.NotFound, "%s has purged the content of movement %s; its time is over", c.actor.MSP, m.Reference())
	}
	return transit.Faultf(transit.NotFound, "the content of movement %s has not been delivered to %s yet", m.Reference(), c.actor.MSP)
}
