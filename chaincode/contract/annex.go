package contract

import (
	"errors"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// A step can bring a confidential paper: what an incident did to the goods, what was found at unloading, what is said in an
// enquiry. It comes in two transactions, like a declaration: the author's own peer alone sees, checks and keeps it; the step
// names its digest, which every endorser compares with the hash that it holds. Who else takes part gets it by a third, at a
// peer of its own.

// annex keeps a paper in the collection of its author's organisation.
func annex(c *call, req *transit.AnnexRequest) (*transit.AnnexRef, error) {
	m, err := c.movement(req.Movement)
	if err != nil {
		return nil, err
	}
	if !c.mayWrite(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "%s has no part in movement %s", c.actor, m.Reference())
	}
	t, err := c.Stub().GetTransient()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	content, err := c.annexContent(m, req.Kind, t[transit.TransientAnnex])
	if err != nil {
		return nil, err
	}
	value, digest, err := transit.SealSection(transit.Section{Name: string(req.Kind), Content: content}, t[transit.TransientSalt])
	if err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err)
	}
	c.PutPrivate(c.actor.MSP, ledger.AnnexKey(m.ID, digest.Digest), value)
	return &transit.AnnexRef{Kind: req.Kind, Digest: digest.Digest}, c.PutHeld(c.actor.MSP, m.ID, digest.Digest)
}

// mayWrite: officers and traders whose steps take annexes.
func (c *call) mayWrite(m *transit.Movement) bool {
	switch c.actor.Role {
	case transit.RoleOfficer:
		return m.Concerns(c.actor.MSP)
	case transit.RoleTrader:
		return transit.ByDeclarant.Admits(m, c.actor) || transit.ByConsignee.Admits(m, c.actor)
	}
	return false
}

// annexContent decodes and checks a paper by its kind, and returns its canonical form.
func (c *call) annexContent(m *transit.Movement, kind transit.AnnexKind, raw []byte) ([]byte, error) {
	switch kind {
	case transit.AnnexNote:
		return paper(raw, transit.CheckNote)
	case transit.AnnexIncident:
		return paper(raw, transit.CheckIncident)
	case transit.AnnexRemarks:
		return c.remarks(m, raw)
	default:
		return nil, transit.Faultf(transit.MalformedRequest, "%q is no kind of annex", kind).At("/kind")
	}
}

// paper decodes a paper strictly and holds its rules against it.
func paper[T any](raw []byte, check func(T) []transit.Violation) ([]byte, error) {
	var v T
	if err := transit.DecodeStrict(raw, &v); err != nil {
		found := transit.Violation{Code: transit.CodeNotAllowed, Text: err.Error()}
		var at *transit.DecodeError
		if errors.As(err, &at) {
			found.Pointer, found.Text = at.Pointer, at.Msg
		}
		return nil, transit.Faultf(transit.InvalidDocument, "the annex cannot be read").With(found)
	}
	if found := check(v); len(found) > 0 {
		return nil, transit.Faultf(transit.InvalidDocument, "the annex breaks rules in %d places", len(found)).With(found...)
	}
	return transit.Canonical(v)
}

// checkAnnex makes sure that the author's organisation keeps the annex that a step names.
func (c *call) checkAnnex(m *transit.Movement, ref *transit.AnnexRef) error {
	if ref == nil {
		return nil
	}
	held, err := c.PrivateDigest(c.actor.MSP, ledger.AnnexKey(m.ID, ref.Digest))
	if err != nil {
		return err
	}
	if held != ref.Digest {
		return transit.Faultf(transit.ContentMismatch, "%s does not keep this annex of movement %s", c.actor.MSP, m.Reference()).At("/annex")
	}
	return nil
}

// deliverAnnex keeps an annex of the record at another organisation that takes part in the movement. Only that one's peer
// endorses; it compares the value with the record, so it does not matter who carries it there.
//
// As for the content, the record is looked at without binding the transaction to it: an annex never leaves the record, and
// the country was on the way. What the collection holds is bound, so that a delivery that was held back does not bring an
// annex back after its purge.
func deliverAnnex(c *call, req *transit.DeliverAnnexRequest) (*transit.AnnexRef, error) {
	m, a, err := annexOf(c.glimpse, req.Movement, req.Digest)
	if err != nil || !m.Concerns(req.To) {
		// The peer's history may lag behind its state for a moment, and a refusal is to be right.
		if m, a, err = annexOf(c.movement, req.Movement, req.Digest); err != nil {
			return nil, err
		}
	}
	if !m.Concerns(req.To) {
		return nil, transit.Faultf(transit.NotAuthorised, "%s is not on the itinerary of movement %s", req.To, m.Reference()).At("/to")
	}
	if !c.mayHold(m) && !c.mayWrite(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "annexes of movement %s are not for %s", m.Reference(), c.actor)
	}
	if err := c.notPurged(m, req.To, a.Digest); err != nil {
		return nil, err
	}
	t, err := c.Stub().GetTransient()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	value := t[transit.TransientAnnex]
	if ledger.Digest(value) != a.Digest {
		return nil, transit.Faultf(transit.ContentMismatch, "the annex does not have the digest on the record")
	}
	key := ledger.AnnexKey(m.ID, a.Digest)
	if _, err := c.PrivateDigest(req.To, key); err != nil {
		return nil, err
	}
	c.PutPrivate(req.To, key, value)
	c.Emit(transit.EventStep{Record: "annex", ID: m.ID, MRN: m.MRN, Seq: m.Seq, Step: "DeliverAnnex", By: c.actor.MSP, Custodian: req.To})
	return &a.AnnexRef, c.PutHeld(req.To, m.ID, a.Digest)
}

// annexOf finds an annex of a record, which the look fetches.
func annexOf(look func(reference string) (*transit.Movement, error), movement, digest string) (*transit.Movement, *transit.Annex, error) {
	m, err := look(movement)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(m.Annexes, func(a transit.Annex) bool { return a.Digest == digest })
	if i < 0 {
		return nil, nil, transit.Faultf(transit.NotFound, "movement %s has no annex of this digest", m.Reference()).At("/digest")
	}
	return m, &m.Annexes[i], nil
}

// readAnnex reads an annex from the collection of the caller's own organisation, for those who read the content.
func readAnnex(c *call, req *transit.AnnexQuery) (*transit.EncryptedContent, error) {
	m, a, err := annexOf(c.movement, req.Movement, req.Digest)
	if err != nil {
		return nil, err
	}
	if !c.mayHold(m) && !c.mayWrite(m) {
		return nil, transit.Faultf(transit.NotAuthorised, "annexes of movement %s are not for %s", m.Reference(), c.actor)
	}
	key, err := c.readerKey()
	if err != nil {
		return nil, err
	}
	value, err := c.heldAnnex(m, a)
	if err != nil {
		return nil, err
	}
	return transit.EncryptContent(key, c.Stub().GetTxID(), &transit.Content{
		ID: m.ID, Version: m.Version, Sections: []transit.SealedSection{{Name: string(a.Kind), Value: value}},
	})
}
