package fsck

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"carec.example/cats/chaincode/identity"
	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// Organisation implements [identity.Registry] with the registry as the blocks have made it so far.
func (r *replay) Organisation(msp string) *transit.Organisation {
	for i := range r.consortium.Organisations {
		if r.consortium.Organisations[i].MSP == msp {
			return &r.consortium.Organisations[i]
		}
	}
	return nil
}

// Office implements [identity.Registry].
func (r *replay) Office(reference string) (*transit.Office, error) { return r.offices[reference], nil }

// rederive takes the step once more, with the same rules, from what was asked, by whom and when, and compares. So whatever the
// procedure says holds for the record: who may, in which state, within which limits, and that nothing else changes, neither of
// the course nor of what was declared.
func (r *replay) rederive(was, next *transit.Movement) {
	if was == nil {
		r.relodge(next)
		return
	}
	step, isStep := stepOf(r.tx.Function)
	if !isStep {
		return
	}
	request, ok := r.request(next.ID, step)
	if !ok {
		return
	}
	want, row, fault := was.Next(step, request)
	if fault != nil {
		r.find(next.ID, "procedure", "%s was let through: %s", step, fault.Message)
		return
	}
	if row.Effect == transit.ExchangeGuarantees {
		claims := request.Step.Guarantees
		if fault := want.Exchange(claims, r.guarantorsOf(claims), r.rates()); fault != nil {
			r.find(next.ID, "cover", "%s was let through: %s", step, fault.Message)
			return
		}
	}
	settle(want, next, row)
	r.leadsTo(string(step), want, next)
}

// relodge makes the record of a lodged declaration once more, from the face that was published.
func (r *replay) relodge(next *transit.Movement) {
	if r.tx.Function != transit.FnLodge {
		return // found as no beginning of a record
	}
	request, ok := r.request(next.ID, transit.StepLodge)
	if !ok || len(request.Face.Legs) == 0 {
		return // a record without a leg is found by that
	}
	r.leadsTo(string(transit.StepLodge), transit.NewMovement(*request.Face, request, r.regulators()), next)
}

// leadsTo compares the whole record with the one that the step leads to.
func (r *replay) leadsTo(step string, want, next *transit.Movement) {
	if field := differs(want.Course, next.Course); field != "" {
		r.find(next.ID, "procedure", "%s leads to another %s than the record has", step, field)
	}
	if field := differs(want.Declared, next.Declared); field != "" {
		r.find(next.ID, "procedure", "%s leads to another %s than what was declared has", step, field)
	}
}

// stepOf finds the step that a function takes.
func stepOf(fn transit.Function) (transit.Step, bool) {
	for _, t := range transit.Procedure() {
		if t.Step.Function() == fn {
			return t.Step, true
		}
	}
	return "", false
}

// request is what was asked, as the endorsers' chaincode saw it. Lodging and amendments come with a face.
func (r *replay) request(id string, step transit.Step) (*transit.Request, bool) {
	request := &transit.Request{At: r.tx.At}
	switch step {
	case transit.StepLodge, transit.StepAmend:
		var published transit.LodgeRequest
		if !decode(r, id, r.tx.Argument, &published) {
			return nil, false
		}
		request.Step.Header, request.Face = published.Header, &published.Face
	default:
		if !decode(r, id, r.tx.Argument, &request.Step) {
			return nil, false
		}
	}
	actor, ok := r.actor(id)
	if !ok {
		return nil, false
	}
	request.Actor = actor
	if step == transit.StepGrantDiversion {
		request.Route = r.route(request.Step.Route)
	}
	return request, true
}

// regulators are the witnesses of every movement, in the order of the registry.
func (r *replay) regulators() []string {
	var out []string
	for _, o := range r.consortium.Organisations {
		if o.Kind == transit.Regulator {
			out = append(out, o.MSP)
		}
	}
	return out
}

// actor is who signed, by certificate and registry.
func (r *replay) actor(id string) (transit.Actor, bool) {
	if r.tx.Certificate == nil {
		r.find(id, "signer", "the step is signed by no certificate")
		return transit.Actor{}, false
	}
	claims, fault := identity.Claims(r.tx.Creator.MSP, r.tx.Certificate)
	if fault != nil {
		r.find(id, "signer", "%s", fault.Message)
		return transit.Actor{}, false
	}
	actor, err := claims.Actor(r)
	if err != nil {
		r.find(id, "signer", "%v", err)
		return transit.Actor{}, false
	}
	return actor, true
}

// route are the territories that are entered at the offices.
func (r *replay) route(offices []string) []transit.Leg {
	var legs []transit.Leg
	for _, o := range offices {
		for _, org := range r.consortium.Organisations {
			if org.Kind == transit.Customs && org.Country == transit.OfficeCountry(o) {
				legs = append(legs, transit.Leg{Country: org.Country, MSP: org.MSP, EntryOffice: o, State: transit.LegExpected})
			}
		}
	}
	return legs
}

// rates are the rates of exchange of the registry on the transaction's day.
func (r *replay) rates() transit.DutySource {
	return transit.DutySource{Rate: func(country, base, quote string) *transit.Rate {
		page := r.pages[ledger.PageKey(country, transit.BookRates, transit.BookRates.Page(""))]
		if page == nil {
			return nil
		}
		return page.RateOn(base, quote, transit.DateOf(r.tx.At))
	}}
}

// guarantorsOf are those who stand behind the guarantees.
func (r *replay) guarantorsOf(claims []transit.GuaranteeClaim) []string {
	var out []string
	for _, c := range claims {
		if g := r.guarantees[c.GRN]; g != nil && g.Terms.Guarantor != "" {
			out = append(out, g.Terms.Guarantor)
		}
	}
	return out
}

// settle gives the derived record what its guarantees' balances and the allocation of the MRN decide, which are checked by rules
// of their own.
func settle(want, next *transit.Movement, row *transit.Transition) {
	if row.Effect != transit.NoEffect {
		want.Guarantees = next.Guarantees
	}
	if want.MRN == "" && want.AcceptedAt != "" {
		want.MRN = next.MRN
	}
}

// differs names the first field in which two parts of a record differ, as JSON has it.
func differs[T any](want, is T) string {
	a, b := reflect.ValueOf(want), reflect.ValueOf(is)
	for i := range a.NumField() {
		x, errX := json.Marshal(a.Field(i).Interface())
		y, errY := json.Marshal(b.Field(i).Interface())
		if errX == nil && errY == nil && string(x) != string(y) && !bothEmpty(x, y) {
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

// bothEmpty: lists that are left out when empty come back as none.
func bothEmpty(x, y []byte) bool {
	empty := []string{"null", "[]"}
	return slices.Contains(empty, string(x)) && slices.Contains(empty, string(y))
}

// checkAnnexes checks that annexes only come, each with its step, and that the author's organisation holds what its digest says.
func (r *replay) checkAnnexes(was, next *transit.Movement) {
	var before []transit.Annex
	if was != nil {
		before = was.Annexes
	}
	if len(next.Annexes) < len(before) || !slices.Equal(before, next.Annexes[:len(before)]) {
		r.find(next.ID, "annex", "annexes of the record changed")
		return
	}
	if len(next.Annexes) > len(before)+1 {
		r.find(next.ID, "annex", "%d annexes came with one step", len(next.Annexes)-len(before))
	}
	for _, a := range next.Annexes[len(before):] {
		if a.MSP != r.tx.Creator.MSP || a.Seq != next.Seq {
			r.find(next.ID, "annex", "annex %s names %s at step %d", a.Digest, a.MSP, a.Seq)
		}
		if held := r.privateDigest(a.MSP, ledger.AnnexKey(next.ID, a.Digest)); held != a.Digest {
			r.find(next.ID, "annex", "%s holds %q under annex %s", a.MSP, held, a.Digest)
		}
	}
}

// Bounds of what one record holds, as the procedure keeps them.
const (
	mostAnnexes    = 30
	mostIncidents  = 9
	mostDiversions = 9
	mostExits      = 9
	mostLegs       = 20
)

// checkCourse checks what must hold of a record by itself: its bounds, that incidents have their annexes, and that claims fit
// the usages.
func (r *replay) checkCourse(m *transit.Movement) {
	for _, b := range []struct {
		what    string
		n, most int
	}{
		{"annexes", len(m.Annexes), mostAnnexes}, {"incidents", len(m.Incidents), mostIncidents},
		{"diversions", len(m.Diversions), mostDiversions}, {"exits", len(m.Exits), mostExits}, {"territories", len(m.Legs), mostLegs},
	} {
		if b.n > b.most {
			r.find(m.ID, "bounded", "the record has %d %s, at most %d are allowed", b.n, b.what, b.most)
		}
	}
	for _, i := range m.Incidents {
		if !slices.ContainsFunc(m.Annexes, func(a transit.Annex) bool { return a.Digest == i.Annex && a.Kind == transit.AnnexIncident }) {
			r.find(m.ID, "incident", "the incident of %s at %s has no annex on the record", i.At, i.Office)
		}
	}
	for _, u := range m.Guarantees {
		r.checkClaims(m, u)
	}
}

// checkClaims checks that what a usage has paid is the amount of the one claim on it that was paid, and no more than it covers.
func (r *replay) checkClaims(m *transit.Movement, u transit.Usage) {
	var paid transit.Money
	open := 0
	if m.Recovery != nil {
		for _, c := range m.Recovery.Claims {
			if c.GRN != u.GRN || c.State == transit.ClaimWithdrawn {
				continue
			}
			open++
			if c.State == transit.ClaimPaid {
				paid = c.Amount
			}
		}
	}
	switch {
	case open > 1:
		r.find(m.ID, "claim", "%d claims stand on guarantee %s", open, u.GRN)
	case u.Claimed != paid:
		r.find(m.ID, "claim", "guarantee %s has paid %s, the claims say %s", u.GRN, u.Claimed, paid)
	case paid.Minor > u.Amount.Minor:
		r.find(m.ID, "claim", "guarantee %s has paid %s of %s", u.GRN, paid, u.Amount)
	}
}
