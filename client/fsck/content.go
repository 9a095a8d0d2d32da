package fsck

import (
	"slices"
	"time"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// declaration looks at what lodging, amendment and a transfer write beside the course, and the owner of the content
// without a step.
func (r *replay) declaration(id string, w cats.Write) {
	var next transit.Declared
	if !decode(r, id, w.Value, &next) {
		return
	}
	was := r.declared[id]
	r.declared[id] = next
	r.endorsedUnder(id, w.Key)
	switch r.tx.Function {
	case transit.FnLodge, transit.FnAmend:
		if next.Version != was.Version+1 {
			r.find(id, "contiguous", "version %d of the content follows version %d", next.Version, was.Version)
		}
		r.stays(id, "the files", was.Attachments, next.Attachments)
		r.stays(id, "the grants", was.Grants, next.Grants)
	case transit.StepAcceptTransfer.Function():
		rest := next
		rest.Declarant, rest.Guarantors, rest.Grants, rest.Required = was.Declarant, was.Guarantors, was.Grants, was.Required
		r.stays(id, "the declaration", was, rest)
	case transit.FnGrant, transit.FnRevoke, transit.FnPublishAttachment:
		r.ownersChange(id, was, next)
		return
	default:
		r.find(id, "procedure", "%s changed what was declared", r.tx.Function)
	}
	if !r.writes(ledger.MovementKey(id)) {
		r.find(id, "procedure", "what was declared changed without a step of the movement")
	}
}

// checkSigned checks that a new content carries the declarant's signature where the declarant's country asks for it: where it
// names trust anchors on that day. That the signature holds only those can see who read the content.
func (r *replay) checkSigned(m *transit.Movement) {
	if r.tx.Function != transit.FnLodge && r.tx.Function != transit.FnAmend || transit.IsSigned(m.Sections) {
		return
	}
	org := r.Organisation(m.Declarant.MSP)
	if org == nil {
		r.find(m.ID, "signed", "the declarant's organisation %q is not in the registry", m.Declarant.MSP)
		return
	}
	page := r.pages[ledger.PageKey(org.Country, transit.BookAnchors, transit.BookAnchors.Page(""))]
	if page != nil && len(page.AnchorsOn(transit.DateOf(r.tx.At))) > 0 {
		r.find(m.ID, "signed", "version %d of the content is not signed, and %s asked for the declarant's signature", m.Version, org.Country)
	}
}

func (r *replay) stays(id, what string, was, next any) {
	if !same(&was, &next) {
		r.find(id, "procedure", "%s changed %s", r.tx.Function, what)
	}
}

// ownersChange looks at a grant, its end or a new file: the declarant's organisation signed, and nothing else changed.
func (r *replay) ownersChange(id string, was, next transit.Declared) {
	if r.tx.Creator.MSP != was.Declarant.MSP {
		r.find(id, "owner", "%s was signed by %s of %s; the content is the declarant's, of %s",
			r.tx.Function, r.tx.Creator.Name, r.tx.Creator.MSP, was.Declarant.MSP)
	}
	m := r.movements[id]
	if m == nil {
		r.find(id, "procedure", "%s without a movement", r.tx.Function)
		return
	}
	r.movements[id] = &transit.Movement{Course: m.Course, Declared: next}
	rest := next
	if r.tx.Function == transit.FnPublishAttachment {
		rest.Attachments = was.Attachments
		r.newFile(m, next.Attachments)
	} else {
		rest.Grants = was.Grants
	}
	r.stays(id, "the declaration", was, rest)
}

// newFile checks that one file was added, which the country of departure holds.
func (r *replay) newFile(m *transit.Movement, files []transit.Attachment) {
	n := len(m.Attachments)
	if len(files) != n+1 || !slices.Equal(files[:n], m.Attachments) || files[n].Name != transit.AttachmentName(n+1) {
		r.find(m.ID, "content", "the files %v do not follow from %v", files, m.Attachments)
		return
	}
	owner := m.Legs[0].MSP
	if held := r.privateDigest(owner, ledger.AttachmentKey(m.ID, files[n].Name)); held != files[n].Digest {
		r.find(m.ID, "content", "%s: the record has digest %s, %s holds %q", files[n].Name, files[n].Digest, owner, held)
	}
}

// checkOwner checks that the document passes by a transfer alone, and that the new owner's organisation signed it.
func (r *replay) checkOwner(was, next *transit.Movement) {
	if was.Declarant == next.Declarant && was.Holder == next.Holder {
		return
	}
	switch {
	case r.tx.Function != transit.StepAcceptTransfer.Function():
		r.find(next.ID, "identity", "%s changed holder or declarant", r.tx.Function)
	case was.Transfer == nil || next.Holder != was.Transfer.To || next.Declarant.Operator != next.Holder:
		r.find(next.ID, "owner", "the document passed to %s, to whom it was not offered", next.Holder)
	case r.tx.Creator.MSP != next.Declarant.MSP:
		r.find(next.ID, "owner", "the transfer to %s of %s was signed by one of %s", next.Holder, next.Declarant.MSP, r.tx.Creator.MSP)
	}
}

// checkPurge checks that private values go by a purge alone, and none that the organisation has to keep.
func (r *replay) checkPurge() {
	purged := slices.IndexFunc(r.tx.Private, func(w cats.PrivateWrite) bool { return w.Delete })
	if purged < 0 {
		return
	}
	if r.tx.Function != transit.FnPurge {
		r.find(string(r.tx.Function), "content", "private values were deleted")
		return
	}
	var request transit.PurgeRequest
	if !decode(r, "purge", r.tx.Argument, &request) {
		return
	}
	m := r.movements[request.Movement]
	if m == nil || m.EndedAt != "" {
		return
	}
	for _, o := range r.consortium.Organisations {
		due, _ := transit.DuePurge(m, o.MSP, request.Holding, time.Time{}, r.tx.At, 0)
		if ledger.Collection(o.MSP) == r.tx.Private[purged].Collection && due == "" {
			r.find(m.ID, "content", "%s purged %s before its time", o.MSP, request.Holding)
		}
	}
}
