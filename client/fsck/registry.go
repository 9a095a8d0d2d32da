package fsck

import (
	"slices"
	"strings"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// page looks at one version of a page of the registry.
func (r *replay) page(parts []string, w cats.Write) {
	next, name := new(transit.Page), nameOf(w.Key)
	if !decode(r, name, w.Value, next) {
		return
	}
	was := r.pages[w.Key]
	r.pages[w.Key] = next
	if w.Key != ledger.PageKey(next.Country, next.Book, next.Name) || !slices.Contains(next.Book.Pages(), next.Name) {
		r.find(name, "named", "the page under this key names itself %s of %s of %q", next.Name, next.Book, next.Country)
	}
	r.checkPageSeq(name, was, next)
	r.checkEntries(name, next)
	if len(parts) > 0 && next.Country != "" {
		r.checkPageOwner(name, w.Key, next)
	}
}

// checkPageSeq checks that the page was opened with its country and that each version follows the one before.
func (r *replay) checkPageSeq(name string, was, next *transit.Page) {
	due, by := 1, []transit.Function{transit.FnFound, transit.FnApprove, transit.FnPropose}
	switch {
	case was != nil && next.Country != "":
		due, by = was.Seq+1, []transit.Function{transit.FnPutEntries}
	case was != nil:
		due = was.Seq + 1
	}
	if next.Seq != due {
		r.find(name, "contiguous", "version %d came when version %d was due", next.Seq, due)
	}
	if !slices.Contains(by, r.tx.Function) {
		r.find(name, "procedure", "%s wrote version %d of the page", r.tx.Function, next.Seq)
	}
	if was != nil && next.At < was.At {
		r.find(name, "time", "the version of %s follows the one of %s", next.At, was.At)
	}
}

// checkEntries checks what the chaincode has checked: each entry by itself, that it stands on its page, and that no entry is newer than the page.
func (r *replay) checkEntries(name string, p *transit.Page) {
	bare, newest := p.Bare()
	for _, v := range transit.CheckEntries(&bare, p.Country) {
		r.find(name, "entry", "%s", v)
	}
	if newest > p.Seq {
		r.find(name, "entry", "an entry is of version %d, the page of version %d", newest, p.Seq)
	}
	places, _ := bare.Split()
	for _, at := range places {
		if at != (transit.PageRef{Book: p.Book, Page: p.Name}) {
			r.find(name, "entry", "an entry belongs on page %s of %s", at.Page, at.Book)
		}
	}
}

// checkPageOwner checks that nobody but the country itself can change the page, or has.
func (r *replay) checkPageOwner(name, key string, p *transit.Page) {
	owner := ""
	want := transit.Endorsement{}
	for _, o := range r.consortium.Organisations {
		switch {
		case o.Kind == transit.Customs && o.Country == p.Country:
			owner, want.All = o.MSP, []string{o.MSP}
		case o.Kind != transit.Guarantor:
			want.Any = append(want.Any, o.MSP)
		}
	}
	if owner == "" {
		r.find(name, "owner", "%s is no customs territory of the registry", p.Country)
		return
	}
	r.checkPolicy(name, key, want)
	r.endorsedUnder(name, key)
	if r.tx.Function == transit.FnPutEntries && (r.tx.Creator.MSP != owner || p.By != owner && !strings.HasPrefix(p.By, owner+" ")) {
		r.find(name, "owner", "%s wrote the page, in the name of %s", r.tx.Creator.MSP, p.By)
	}
}

// mayChange checks that nobody of a suspended organisation changes a record.
func (r *replay) mayChange() {
	for _, o := range r.consortium.Organisations {
		if o.MSP == r.tx.Creator.MSP && o.Suspended != nil && len(r.tx.Writes) > 0 {
			r.find(o.MSP, "suspended", "%s by %s, which is suspended since %s", r.tx.Function, r.tx.Creator.Name, o.Suspended.Since)
		}
	}
}

// checkCover checks at acceptance and release that the guarantees cover what is required, or that an office has taken them all the same.
func (r *replay) checkCover(was, next *transit.Movement) {
	taken := was != nil && (was.AcceptedAt != next.AcceptedAt || was.ReleasedAt != next.ReleasedAt && next.Fallback == nil)
	if !taken || next.Required.Covered() || next.Override != nil && next.Override.Version == next.Version {
		return
	}
	r.find(next.ID, "cover", "the guarantees cover %s of %s, and no office has said why it takes them", next.Required.Cover, next.Required.Amount)
}
