package cats

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// Attach adds a file to a movement in two transactions: the country of departure takes and seals it, then its digest
// goes on the public record, and the courier brings it to the others. Name, type and content stay confidential. A
// movement takes [transit.MaxAttachments] files of at most [transit.MaxAttachmentBytes].
//
// Attaching the same file again under the same identity, after a crash or an unknown outcome, finds it attached: the salt
// derives from the file and a secret of the client.
func (m *Movements) Attach(ctx context.Context, movement string, f transit.File) (*transit.Attachment, Receipt, error) {
	if fault := f.Check(); fault != nil {
		return nil, Receipt{}, &Error{Op: string(transit.FnAttach), Class: Refused, Fault: fault, cause: fault}
	}
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, Receipt{}, err
	}
	record := view.Movement
	salt := m.c.derive("attachment", []byte(record.ID), []byte(f.Name), []byte(f.MediaType), f.Data)
	for i := range record.Attachments {
		a := &record.Attachments[i]
		_, digest, err := transit.SealFile(a.Name, &f, salt)
		if err == nil && digest.Digest == a.Digest {
			return a, journalOf(ctx).receiptOf(transit.FnPublishAttachment), nil
		}
	}
	name := transit.AttachmentName(len(record.Attachments) + 1)
	deposited, first, err := change[transit.Attachment](ctx, m.c, &call{
		fn: transit.FnAttach, prepare: fixed(transit.AttachRequest{Movement: record.ID, Name: name}), endorsers: []string{record.Legs[0].MSP},
		transient: map[string][]byte{
			transit.TransientFile: f.Data, transit.TransientFileName: []byte(f.Name),
			transit.TransientMediaType: []byte(f.MediaType), transit.TransientSalt: salt,
		},
	})
	if err != nil {
		return nil, Receipt{}, err
	}
	// The declarant signs for what it has sent, not for what a peer made of it.
	if _, own, err := transit.SealFile(name, &f, salt); err != nil || own.Digest != deposited.Digest {
		err = errors.Join(err, fmt.Errorf("the peer of %s has sealed another file", record.Legs[0].MSP))
		return nil, Receipt{}, mismatch(transit.FnAttach, movement, err)
	}
	a, receipt, err := change[transit.Attachment](ctx, m.c, &call{
		fn: transit.FnPublishAttachment,
		prepare: fixed(transit.PublishAttachmentRequest{
			Movement: record.ID, Name: name, Digest: deposited.Digest,
		}),
	})
	receipt.Latency += first.Latency
	return a, receipt, err
}

// Attachment reads a file at a peer of the own organisation and checks it against the digest on the public record.
func (m *Movements) Attachment(ctx context.Context, movement, name string) (*transit.File, error) {
	view, err := m.Get(ctx, movement)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(view.Movement.Attachments, func(a transit.Attachment) bool { return a.Name == name })
	if i < 0 {
		return nil, &Error{Op: string(transit.FnGetAttachment), Class: Refused,
			Fault: transit.Faultf(transit.NotFound, "movement %s has no %s", view.Movement.Reference(), name).At("/name")}
	}
	sealed, err := m.sealedFile(ctx, movement, name)
	if err != nil {
		return nil, err
	}
	f, err := transit.UnsealFile(sealed, transit.SectionDigest{Name: name, Digest: view.Movement.Attachments[i].Digest})
	if err != nil {
		return nil, mismatch(transit.FnGetAttachment, movement, err)
	}
	return f, nil
}

func (m *Movements) sealedFile(ctx context.Context, movement, name string) ([]byte, error) {
	content, err := m.encrypted(ctx, transit.FnGetAttachment, transit.AttachmentQuery{Movement: movement, Name: name})
	if err != nil {
		return nil, err
	}
	value := valueOf(content, name)
	if value == nil {
		return nil, mismatch(transit.FnGetAttachment, movement, fmt.Errorf("%s is missing", name))
	}
	return value, nil
}
