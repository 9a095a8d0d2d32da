package contract

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// retentionDays is how long content stays after the end of its movement, in days; 0 is for ever.
func (c *call) retentionDays() int { return c.consortium.RetentionDays }

// purge takes out of the caller's own organisation's collection what it may no longer keep: content that was never
// lodged or was amended, content of movements whose retention is over, and what came under a grant that has ended. The
// public record and the digests stay. The organisation's peer alone endorses, since nobody else has the values; whether
// something is due follows from the public record, so anyone of the organisation may ask. The record is read, so that a
// deposit that is lodged in the same moment stays.
func purge(c *call, req *transit.PurgeRequest) (*transit.Purged, error) {
	if c.actor.Role == transit.RoleTrader {
		return nil, transit.Faultf(transit.NotAuthorised, "an organisation's holdings are not for %s to purge", c.actor)
	}
	id, fault := ledger.MovementOf(req.Movement)
	if fault != nil {
		return nil, fault
	}
	if id != req.Movement {
		return nil, transit.Faultf(transit.MalformedRequest, "a holding is named by the movement identification").At("/movement")
	}
	held, err := c.held(id, req.Holding)
	if err != nil {
		return nil, err
	}
	m, err := c.Movement(id)
	if err != nil {
		return nil, err
	}
	reason, keep, err := c.due(m, held)
	if err != nil {
		return nil, err
	}
	parts, err := c.heldParts(m, held, reason, keep)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, transit.Faultf(transit.OutOfSequence, "nothing of that holding is due")
	}
	stays := slices.ContainsFunc(partsOf(m, held, reason), func(p part) bool { return slices.Contains(keep, p.name) })
	return c.drop(held, reason, stays, parts), nil
}

// maxHolding is the length of the longest name of a holding, the digest of an annex.
const maxHolding = 64

func (c *call) held(id, holding string) (*ledger.Held, error) {
	if len(holding) == 0 || len(holding) > maxHolding {
		return nil, transit.Faultf(transit.MalformedRequest, "no name of a holding").At("/holding")
	}
	held, err := c.Held(c.actor.MSP, id, holding)
	if err != nil {
		return nil, transit.Faultf(transit.NotAuthorised, "%s purges at a peer of its own", c.actor.MSP)
	}
	if held == nil {
		return nil, transit.Faultf(transit.NotFound, "%s holds nothing of that name", c.actor.MSP)
	}
	return held, nil
}

// due asks whether a holding, or a part of it, must go.
func (c *call) due(m *transit.Movement, h *ledger.Held) (transit.PurgeReason, []string, error) {
	at, err := time.Parse(time.RFC3339, h.At)
	if err != nil {
		return "", nil, fmt.Errorf("couldn't read since when a holding stands: %w", err)
	}
	days := c.retentionDays()
	reason, keep := transit.DuePurge(m, c.actor.MSP, h.Holding, at, c.At(), days)
	return reason, keep, nil
}

// part is a part of a holding and the private key under which it stands.
type part struct{ name, key string }

// heldParts lists the parts of a holding that stand in the collection and must go.
func (c *call) heldParts(m *transit.Movement, h *ledger.Held, reason transit.PurgeReason, keep []string) ([]part, error) {
	if reason == "" {
		return nil, nil
	}
	var out []part
	for _, p := range partsOf(m, h, reason) {
		if slices.Contains(keep, p.name) {
			continue
		}
		digest, err := c.PrivateDigest(c.actor.MSP, p.key)
		if err != nil {
			return nil, err
		}
		if digest != "" {
			out = append(out, p)
		}
	}
	return out, nil
}

// partsOf lists the private keys that a holding can have. The face goes with a content that was never lodged; else it is
// public and vouches for the record.
func partsOf(m *transit.Movement, h *ledger.Held, reason transit.PurgeReason) []part {
	version, err := strconv.Atoi(h.Holding)
	switch {
	case len(h.Holding) == maxHolding:
		return []part{{h.Holding, ledger.AnnexKey(h.Movement, h.Holding)}}
	case err != nil:
		return []part{{h.Holding, ledger.AttachmentKey(h.Movement, h.Holding)}}
	}
	names := transit.AllSections()
	if m != nil && version == m.Version {
		names = nil
		for _, s := range m.Sections {
			names = append(names, s.Name)
		}
	}
	var out []part
	for _, name := range names {
		out = append(out, part{name, ledger.SectionKey(h.Movement, version, name)})
	}
	if reason == transit.PurgeUnpublished {
		out = append(out, part{"face", ledger.FaceKey(h.Movement, version)})
	}
	return out
}

// drop purges the parts and, unless something stays, the mark of the holding. What is purged for its age leaves a mark of
// its own, so that nobody takes it for not delivered yet.
func (c *call) drop(h *ledger.Held, reason transit.PurgeReason, stays bool, parts []part) *transit.Purged {
	out := &transit.Purged{Movement: h.Movement, Holding: h.Holding, Reason: reason}
	for _, p := range parts {
		c.PurgePrivate(c.actor.MSP, p.key)
		out.Parts = append(out.Parts, p.name)
	}
	if !stays {
		c.PurgePrivate(c.actor.MSP, ledger.HeldKey(h.Movement, h.Holding))
	}
	if reason == transit.PurgeRetention {
		c.PutPrivate(c.actor.MSP, ledger.PurgedKey(h.Movement, h.Holding), ledger.PurgedMark())
	}
	c.Emit(transit.EventStep{Record: "purge", ID: h.Movement, Step: "Purge", By: c.actor.MSP})
	return out
}

// listPurgeable looks through one page of the organisation's holdings.
func listPurgeable(c *call, req *transit.ListQuery) (*transit.PurgeablePage, error) {
	if fault := checkPage(*req); fault != nil {
		return nil, fault
	}
	if c.actor.Role == transit.RoleTrader {
		return nil, transit.Faultf(transit.NotAuthorised, "an organisation's holdings are not for %s", c.actor)
	}
	size := req.Size
	if size == 0 {
		size = ledger.DefaultPage
	}
	holdings, bookmark, err := c.Holdings(c.actor.MSP, size, req.Bookmark)
	if err != nil {
		return nil, err
	}
	page := &transit.PurgeablePage{Due: []transit.Purgeable{}, Bookmark: bookmark}
	for _, h := range holdings {
		m, err := c.Movement(h.Movement)
		if err != nil {
			return nil, err
		}
		reason, keep, err := c.due(m, h)
		if err != nil {
			return nil, err
		}
		parts, err := c.heldParts(m, h, reason, keep)
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 {
			page.Due = append(page.Due, transit.Purgeable{Movement: h.Movement, Holding: h.Holding, Reason: reason})
		}
	}
	return page, nil
}
