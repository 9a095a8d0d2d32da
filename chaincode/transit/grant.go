package transit

import (
	"fmt"
	"slices"
	"time"
)

// Grant lets an organisation that is not on the route read parts of the content, such as an insurer, a regulator or a
// carrier's country. The declarant owns the content and makes it. It stands on the public record and says nothing of why.
type Grant struct {
	MSP string `json:"msp"`
	// Operator, when set, is the one trader of the organisation who may read.
	Operator string `json:"operator,omitempty"`
	// Parts are names of sections and attachments, in the order of the record.
	Parts []string `json:"parts"`
	// Until is the last day, in UTC.
	Until     string `json:"until"`
	GrantedAt string `json:"grantedAt"`
}

const (
	// maxGrants bounds the grants on a record; a grantee has one.
	maxGrants = 16
	// longestGrant bounds a grant, against slips of the pen.
	longestGrant = 731 * 24 * time.Hour
)

// Live reports whether the grant holds at a time.
func (g *Grant) Live(at time.Time) bool { return at.UTC().Format(dateLayout) <= g.Until }

// Parts lists all parts of the content with their digests: the sections, then the attachments.
func (d *Declared) Parts() []SectionDigest {
	out := slices.Clone(d.Sections)
	for _, a := range d.Attachments {
		out = append(out, SectionDigest{Name: a.Name, Digest: a.Digest})
	}
	return out
}

// Granted lists the parts that live grants show to an organisation; with who, only those for that one reader.
func (d *Declared) Granted(at time.Time, fits func(*Grant) bool) []SectionDigest {
	var out []SectionDigest
	for _, p := range d.Parts() {
		if slices.ContainsFunc(d.Grants, func(g Grant) bool { return g.Live(at) && fits(&g) && slices.Contains(g.Parts, p.Name) }) {
			out = append(out, p)
		}
	}
	return out
}

// MayStand lists the parts that may stand in an organisation's collection: all of them in the country of departure and,
// from release on, in every country of the itinerary; elsewhere what live grants show.
func (m *Movement) MayStand(msp string, at time.Time) []SectionDigest {
	if len(m.Legs) > 0 && m.Legs[0].MSP == msp || m.ReleasedAt != "" && m.Concerns(msp) {
		return m.Parts()
	}
	return m.Granted(at, func(g *Grant) bool { return g.MSP == msp })
}

// Admits reports whether the grant is for this reader: the named trader, or whoever works for the organisation.
func (g *Grant) Admits(a Actor) bool {
	if g.MSP != a.MSP {
		return false
	}
	if g.Operator != "" {
		return a.Role == RoleTrader && a.Operator == g.Operator
	}
	return a.Role == RoleOfficer || a.Role == RoleGuarantor || a.Role == RoleAnalyst
}

// WithGrant is the declaration with one more grant, which replaces the grantee's former one. Grants that are over go.
func (d Declared) WithGrant(g Grant, at time.Time) (Declared, *Fault) {
	if fault := d.checkGrant(&g, at); fault != nil {
		return d, fault
	}
	d.Grants = slices.DeleteFunc(slices.Clone(d.Grants), func(o Grant) bool { return !o.Live(at) || o.sameGrantee(&g) })
	if len(d.Grants) >= maxGrants {
		return d, Faultf(OutOfSequence, "the record has %d grants, the most it takes; revoke one", maxGrants)
	}
	g.GrantedAt = Stamp(at)
	d.Grants = append(d.Grants, g)
	return d, nil
}

// WithoutGrant is the declaration without the grantee's grant, and that grant.
func (d Declared) WithoutGrant(msp, operator string) (Declared, *Grant, *Fault) {
	i := slices.IndexFunc(d.Grants, func(o Grant) bool { return o.MSP == msp && o.Operator == operator })
	if i < 0 {
		return d, nil, Faultf(NotFound, "there is no grant to %s%s", msp, operatorText(operator))
	}
	ended := d.Grants[i]
	d.Grants = slices.Delete(slices.Clone(d.Grants), i, i+1)
	if len(d.Grants) == 0 {
		d.Grants = nil
	}
	return d, &ended, nil
}

func operatorText(operator string) string {
	if operator == "" {
		return ""
	}
	return " for " + operator
}

func (g *Grant) sameGrantee(o *Grant) bool { return g.MSP == o.MSP && g.Operator == o.Operator }

func (d *Declared) checkGrant(g *Grant, at time.Time) *Fault {
	names := d.Parts()
	next := 0
	for i, part := range g.Parts {
		k := slices.IndexFunc(names[next:], func(p SectionDigest) bool { return p.Name == part })
		if k < 0 {
			return Faultf(MalformedRequest, "%q is no part of the content, or not in the order of the record", part).At(fmt.Sprintf("/parts/%d", i))
		}
		next += k + 1
	}
	if len(g.Parts) == 0 {
		return Faultf(MalformedRequest, "a grant names at least one part").At("/parts")
	}
	until, err := time.Parse(dateLayout, g.Until)
	if err != nil {
		return Faultf(MalformedRequest, "a grant ends on a date YYYY-MM-DD").At("/until")
	}
	if !g.Live(at) || until.Sub(at) > longestGrant {
		return Faultf(MalformedRequest, "the last day %s must lie between today and two years ahead", g.Until).At("/until")
	}
	return nil
}
