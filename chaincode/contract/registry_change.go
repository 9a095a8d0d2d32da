package contract

import (
	"fmt"
	"slices"

	"carec.example/cats/chaincode/transit"
)

// What concerns all is changed by the votes of the customs authorities' administrators, see propose and approve.

// maxRetention is a century, against slips of the pen.
const maxRetention = 36_525

func (c *call) checkChange(ch *transit.Change) *transit.Fault {
	if subjects := ch.Subjects(); len(subjects) != 1 {
		return transit.Faultf(transit.MalformedRequest, "a change has exactly one subject, this one has %d: %v", len(subjects), subjects).At("/change")
	}
	switch {
	case ch.Organisation != nil:
		return at(checkOrganisation(c.consortium, ch.Organisation), "/change/organisation")
	case ch.Office != nil:
		return at(c.checkOffice(ch.Office), "/change/office")
	case ch.CloseOffice != "":
		if transit.ValidateCustomsOffice(ch.CloseOffice) != nil {
			return transit.Faultf(transit.MalformedRequest, "no customs office").At("/change/closeOffice")
		}
		return nil
	}
	return c.checkMatterOfAll(ch)
}

func (c *call) checkMatterOfAll(ch *transit.Change) *transit.Fault {
	switch {
	case ch.Suspend != nil:
		return at(c.checkSuspend(ch.Suspend), "/change/suspend")
	case ch.Reinstate != "":
		if o := c.Organisation(ch.Reinstate); o == nil || o.Suspended == nil {
			return transit.Faultf(transit.MalformedRequest, "%q is not suspended", ch.Reinstate).At("/change/reinstate")
		}
	case ch.Guarantor != nil:
		return at(c.checkLimits(ch.Guarantor), "/change/guarantor")
	case len(ch.Rates) > 0:
		if found := transit.CheckEntries(&transit.Entries{Rates: ch.Rates}, ""); len(found) > 0 {
			return transit.Faultf(transit.MalformedRequest, "the rates break rules in %d places", len(found)).At("/change").With(found...)
		}
	case ch.RetentionDays < 1 || ch.RetentionDays > maxRetention:
		return transit.Faultf(transit.MalformedRequest, "content is kept for 1 to %d days", maxRetention).At("/change/retentionDays")
	}
	return nil
}

func (c *call) checkSuspend(s *transit.SuspendChange) *transit.Fault {
	o := c.Organisation(s.MSP)
	switch {
	case o == nil:
		return transit.Faultf(transit.MalformedRequest, "%q is no organisation of the registry", s.MSP)
	case o.Suspended != nil:
		return transit.Faultf(transit.MalformedRequest, "%s is suspended since %s", s.MSP, o.Suspended.Since)
	}
	if err := transit.ValidateText(s.Reason, maxReason); err != nil {
		return transit.Faultf(transit.MalformedRequest, "the reason: %v", err)
	}
	return nil
}

func (c *call) checkLimits(l *transit.GuarantorLimits) *transit.Fault {
	o := c.Organisation(l.MSP)
	if o == nil || o.Kind != transit.Guarantor {
		return transit.Faultf(transit.MalformedRequest, "%q is no guarantor of the registry", l.MSP)
	}
	for i, typ := range l.Types {
		if !transit.GuaranteeTypes().Has(typ) || slices.Contains(l.Types[:i], typ) {
			return transit.Faultf(transit.MalformedRequest, "%q is no type of guarantee, or named twice", typ)
		}
	}
	if l.Limit != nil && (l.Limit.Check() != nil || l.Limit.IsNegative()) {
		return transit.Faultf(transit.MalformedRequest, "the limit is no amount")
	}
	return nil
}

func at(f *transit.Fault, pointer string) *transit.Fault {
	if f == nil {
		return nil
	}
	return f.At(pointer)
}

// voters are the customs authorities whose administrators vote on a change: those that are not suspended, and not the one
// that a suspension is about.
func (c *call) voters(ch *transit.Change) []string {
	var out []string
	for _, o := range c.consortium.Organisations {
		if o.Kind == transit.Customs && o.Suspended == nil && o.MSP != ch.About() {
			out = append(out, o.MSP)
		}
	}
	return out
}

// carried reports whether enough have approved: more than half of the voters, and at least two to suspend a customs authority or
// to take it back, lest of two authorities each could shut the other out.
func (c *call) carried(p *transit.Proposal) bool {
	voters := c.voters(&p.Change)
	in := 0
	for _, msp := range p.Approvals {
		if slices.Contains(voters, msp) {
			in++
		}
	}
	least := 1
	if o := c.Organisation(p.Change.About()); o != nil && o.Kind == transit.Customs {
		least = 2
	}
	return 2*in > len(voters) && in >= least
}

// mayVote lets administrators of customs authorities vote, on others.
func (c *call) mayVote(ch *transit.Change) error {
	if !slices.Contains(c.voters(ch), c.actor.MSP) {
		return transit.Faultf(transit.NotAuthorised, "%s does not vote on its own suspension", c.actor.MSP)
	}
	return nil
}

func (c *call) apply(p *transit.Proposal) error {
	ch := &p.Change
	c.consortium.Seq++
	if ch.Organisation != nil {
		c.consortium.Organisations = append(c.consortium.Organisations, *ch.Organisation)
	}
	c.applyToMembers(p)
	if err := c.PutConsortium(c.consortium); err != nil {
		return err
	}
	switch {
	case ch.Organisation != nil:
		return c.takeIn(ch.Organisation)
	case ch.Office != nil:
		return c.PutOffice(ch.Office)
	case ch.CloseOffice != "":
		return c.closeOffice(ch.CloseOffice)
	case len(ch.Rates) > 0:
		return c.putRates(p)
	}
	return nil
}

// applyToMembers changes what stands beside the organisations in the list of members.
func (c *call) applyToMembers(p *transit.Proposal) {
	ch := &p.Change
	switch {
	case ch.Suspend != nil:
		c.Organisation(ch.Suspend.MSP).Suspended = &transit.Suspension{Since: transit.Stamp(c.At()), Reason: ch.Suspend.Reason, Proposal: p.ID}
	case ch.Reinstate != "":
		c.Organisation(ch.Reinstate).Suspended = nil
	case ch.Guarantor != nil:
		c.Organisation(ch.Guarantor.MSP).Guarantees = ch.Guarantor
	case ch.RetentionDays != 0:
		c.consortium.RetentionDays = ch.RetentionDays
	}
}

// putRates writes the consortium's own rates. Their page has no policy of its own: what concerns all needs the majority's peers,
// as the list of members does.
func (c *call) putRates(p *transit.Proposal) error {
	was, err := c.page("", transit.BookRates, transit.BookRates.Pages()[0])
	if err != nil {
		return err
	}
	next, err := was.With(transit.Entries{Rates: p.Change.Rates}, "proposal "+p.ID, c.At())
	if err != nil {
		return err
	}
	return c.PutPage(next, nil)
}

// ---- Suspension

// The people of a suspended organisation read and change nothing, but for its couriers, who bring content to those who wait for it. Nothing new
// is bound to it. What is bound already goes on in others' hands: whoever has custody takes the next steps, and the suspended organisation's
// peer still endorses where a record asks for it. Where it is the custodian, or its peer is gone, there is the consortium's override, a
// change of the channel's configuration.

// mayChange refuses the changes of a suspended organisation's people.
func (c *call) mayChange() error {
	if c.actor.Suspended == "" || c.actor.Role == transit.RoleCourier || !c.Changes() {
		return nil
	}
	return transit.Faultf(transit.Suspended, "%s is suspended since %s: its people change nothing", c.actor.MSP, c.actor.Suspended)
}

// standing refuses to bind an organisation that is suspended.
func (c *call) standing(msp string) *transit.Fault {
	if o := c.Organisation(msp); o != nil && o.Suspended != nil {
		return transit.Faultf(transit.Suspended, "%s is suspended since %s: nothing new is bound to it", msp, o.Suspended.Since)
	}
	return nil
}

// bindsAnew refuses a step that binds a suspended organisation: a release over its territory, a hand-off to it, a leg added for it.
func (c *call) bindsAnew(s transit.Step, m, next *transit.Movement) *transit.Fault {
	var bound []string
	if next.HandOff != nil && m.HandOff == nil {
		bound = append(bound, next.HandOff.MSP)
	}
	for _, l := range next.Legs {
		if s == transit.StepRelease || !m.Concerns(l.MSP) {
			bound = append(bound, l.MSP)
		}
	}
	for _, msp := range bound {
		if fault := c.standing(msp); fault != nil {
			return fault
		}
	}
	return nil
}

// guarantorStands finds fault with a guarantee whose guarantor is suspended.
func (c *call) guarantorStands(g *transit.Guarantee, pointer string) []transit.Violation {
	fault := c.standing(g.Terms.Guarantor)
	if fault == nil {
		return nil
	}
	return []transit.Violation{{Code: "G02", Pointer: pointer, Rule: "IE055", Value: g.Terms.GRN, Text: fault.Message}}
}

// withinLimits compares terms with what the consortium lets the guarantor undertake.
func (c *call) withinLimits(t *transit.Terms) error {
	o := c.Organisation(t.Guarantor)
	if o == nil || o.Guarantees == nil {
		return nil
	}
	l := o.Guarantees
	if len(l.Types) > 0 && !slices.Contains(l.Types, t.Type) {
		return transit.Faultf(transit.NotAuthorised, "%s may undertake guarantees of the types %v, not %s", t.Guarantor, l.Types, t.Type).At("/terms/type")
	}
	if l.Limit == nil {
		return nil
	}
	amount, err := c.exchanged(t.ReferenceAmount, l.Limit.Currency)
	if err != nil {
		return err
	}
	if amount.Minor > l.Limit.Minor {
		return transit.Faultf(transit.NotAuthorised, "%s may undertake up to %s for one guarantee, not %s", t.Guarantor, l.Limit, t.ReferenceAmount).
			At("/terms/referenceAmount")
	}
	return nil
}

// exchanged gives an amount in another currency at the consortium's rates.
func (c *call) exchanged(m transit.Money, currency string) (transit.Money, error) {
	pages := &dutyPages{call: c, read: map[string]*transit.Page{}}
	out, ok := pages.source().Exchange(m, currency)
	if pages.err != nil {
		return m, pages.err
	}
	if !ok {
		return m, transit.Faultf(transit.NotFound, "the consortium has no rate from %s to %s, in which the limit is set", m.Currency, currency)
	}
	return out, nil
}

// legStands refuses an itinerary over a suspended organisation's territory.
func (c *call) legStands(i int, msp string) error {
	fault := c.standing(msp)
	if fault == nil {
		return nil
	}
	return fault.At(fmt.Sprintf("/face/legs/%d", i))
}
