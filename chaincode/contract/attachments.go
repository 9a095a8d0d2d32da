package contract

import (
	"fmt"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// A file comes on the ledger like a declaration, in two transactions: the peer of the country of departure alone takes
// and seals it; then its digest, which others endorse too, is compared with the hash of that. So the record shows no
// attachment that nobody holds. Files are added as long as the movement lives, since offices ask for documents
// under way; none is replaced or taken away.

// attach keeps a file at the country of departure.
func attach(c *call, req *transit.AttachRequest) (*transit.Attachment, error) {
	m, err := c.attachable(req.Movement, req.Name)
	if err != nil {
		return nil, err
	}
	t, err := c.Stub().GetTransient()
	if err != nil {
		return nil, fmt.Errorf("couldn't read the transient map: %w", err)
	}
	f := &transit.File{
		Name: string(t[transit.TransientFileName]), MediaType: string(t[transit.TransientMediaType]), Data: t[transit.TransientFile],
	}
	if fault := f.Check(); fault != nil {
		return nil, fault
	}
	value, digest, err := transit.SealFile(req.Name, f, t[transit.TransientSalt])
	if err != nil {
		return nil, transit.Faultf(transit.MalformedRequest, "%v", err)
	}
	owner := m.Legs[0].MSP
	c.PutPrivate(owner, ledger.AttachmentKey(m.ID, req.Name), value)
	return &transit.Attachment{Name: req.Name, Digest: digest.Digest, AddedAt: transit.Stamp(c.At())}, c.PutHeld(owner, m.ID, req.Name)
}

// attachable finds a movement of the actor's that takes one more file, of this name. The movement is read, so that a file
// held back does not replace one that was published meanwhile.
func (c *call) attachable(reference, name string) (*transit.Movement, error) {
	m, err := c.owned(reference)
	if err != nil {
		return nil, err
	}
	switch next := len(m.Attachments) + 1; {
	case m.State.Terminal():
		return nil, transit.Faultf(transit.OutOfSequence, "movement %s is %s and takes no more files", m.Reference(), m.State)
	case next > transit.MaxAttachments:
		return nil, transit.Faultf(transit.OutOfSequence, "movement %s has %d files, the most it takes", m.Reference(), transit.MaxAttachments)
	case name != transit.AttachmentName(next):
		return nil, transit.Faultf(transit.Stale, "the next file of movement %s is %s", m.Reference(), transit.AttachmentName(next)).At("/name")
	}
	return m, nil
}

// publishAttachment puts the digest of a file on the record.
func publishAttachment(c *call, req *transit.PublishAttachmentRequest) (*transit.Attachment, error) {
	m, err := c.attachable(req.Movement, req.Name)
	if err != nil {
		return nil, err
	}
	held, err := c.PrivateDigest(m.Legs[0].MSP, ledger.AttachmentKey(m.ID, req.Name))
	if err != nil {
		return nil, err
	}
	if held == "" || held != req.Digest {
		return nil, transit.Faultf(transit.ContentMismatch, "the file is not the one deposited with %s", m.Legs[0].MSP).At("/digest")
	}
	a := transit.Attachment{Name: req.Name, Digest: held, AddedAt: transit.Stamp(c.At())}
	declared := m.Declared
	declared.Attachments = append(slices.Clone(declared.Attachments), a)
	c.Emit(transit.EventStep{Record: "attachment", ID: m.ID, MRN: m.MRN, Seq: m.Seq, Step: "Attach", By: c.actor.MSP})
	return &a, c.PutDeclared(m.ID, &declared)
}

// getAttachment reads one file from the collection of the caller's own organisation.
func getAttachment(c *call, req *transit.AttachmentQuery) (*transit.EncryptedContent, error) {
	return c.show(req.Movement, func(m *transit.Movement) []transit.SectionDigest {
		may := c.granted(m)
		if c.mayHold(m) && m.Concerns(c.actor.MSP) {
			may = m.Parts()
		}
		return slices.DeleteFunc(may, func(p transit.SectionDigest) bool { return p.Name != req.Name || slices.Contains(m.Sections, p) })
	})
}
