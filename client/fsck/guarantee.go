package fsck

import (
	"maps"
	"slices"
	"strconv"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
	"carec.example/cats/client/cats"
)

// guarantee looks at one version of a guarantee's record.
func (r *replay) guarantee(grn string, w cats.Write) {
	next := new(transit.Guarantee)
	if !decode(r, grn, w.Value, next) {
		return
	}
	was := r.guarantees[grn]
	r.guarantees[grn] = next
	r.touched[grn] = true
	if next.Terms.GRN != grn {
		r.find(grn, "named", "the record under this key names itself %s", next.Terms.GRN)
	}
	r.checkKeeper(next)
	switch {
	case was == nil && (next.Seq != 1 || next.Pending != 0 || next.Invalidity != nil || r.tx.Function != transit.FnRegister):
		r.find(grn, "procedure", "the record begins by %s at step %d", r.tx.Function, next.Seq)
	case was != nil:
		r.checkChange(was, next)
	}
	r.keeperEndorses(grn, w.Key, next.Keeper)
}

// checkKeeper checks that the guarantor keeps the guarantee, or a waiver the customs authority of its office.
func (r *replay) checkKeeper(g *transit.Guarantee) {
	due := g.Terms.Guarantor
	if g.Terms.Waiver() {
		due = r.authorityOf(transit.OfficeCountry(g.Terms.Office))
	}
	if due == "" || g.Keeper != due {
		r.find(g.Terms.GRN, "keeper", "%q keeps the guarantee, %q should", g.Keeper, due)
	}
}

// authorityOf is the customs authority of a country, or "".
func (r *replay) authorityOf(country string) string {
	for _, o := range r.consortium.Organisations {
		if o.Kind == transit.Customs && o.Country == country {
			return o.MSP
		}
	}
	return ""
}

// checkChange derives the change from the request once more, with the same rules, and compares. A release may move what is
// pending, towards nothing, and is no step of the guarantee's own record.
func (r *replay) checkChange(was, next *transit.Guarantee) {
	grn := was.Terms.GRN
	want, fault := r.changed(was, next)
	if fault != nil {
		r.find(grn, "procedure", "%s was let through: %s", r.tx.Function, fault.Message)
		return
	}
	if want == nil { // a step of a movement
		want = was
		if next.Pending != was.Pending && (next.Pending < min(0, was.Pending) || next.Pending > max(0, was.Pending)) {
			r.find(grn, "pending", "%s moved the pending amount from %d to %d", r.tx.Function, was.Pending, next.Pending)
		}
		if next.Seq != was.Seq {
			r.find(grn, "contiguous", "%s counted step %d after step %d", r.tx.Function, next.Seq, was.Seq)
		}
	} else {
		if next.Seq != was.Seq+1 {
			r.find(grn, "contiguous", "step %d follows step %d", next.Seq, was.Seq)
		}
		if next.Pending != want.Pending {
			r.find(grn, "pending", "%s left %d pending, not %d", r.tx.Function, next.Pending, want.Pending)
		}
	}
	if !same(&want.Terms, &next.Terms) {
		r.find(grn, "terms", "%s changed the terms otherwise than it was asked", r.tx.Function)
	}
	if !same(want.Invalidity, next.Invalidity) || want.SoldAt != next.SoldAt {
		r.find(grn, "validity", "%s changed the validity or the sale otherwise than it was asked", r.tx.Function)
	}
}

// changed is the guarantee as the request changes it; nil when the function is none of a guarantee's.
func (r *replay) changed(was, next *transit.Guarantee) (*transit.Guarantee, *transit.Fault) {
	switch r.tx.Function {
	case transit.FnReplaceAccessCodes:
		same := *was
		return &same, nil
	case transit.FnUpdateGuarantee:
		return r.updated(was)
	case transit.FnSellVoucher:
		var req transit.VoucherSaleRequest
		decode(r, was.Terms.GRN, r.tx.Argument, &req)
		return was.Sell(req.Holder, r.tx.At)
	case transit.FnCancelGuarantee, transit.FnRevokeVoucher, transit.FnInvalidateGuarantee:
		return r.ended(was, next)
	}
	return nil, nil
}

func (r *replay) updated(was *transit.Guarantee) (*transit.Guarantee, *transit.Fault) {
	var req transit.GuaranteeUpdateRequest
	decode(r, was.Terms.GRN, r.tx.Argument, &req)
	want, wider, fault := was.Update(req.GuaranteeUpdate, r.tx.At)
	if wider && r.tx.Creator.MSP != was.Keeper {
		r.find(was.Terms.GRN, "right", "%s let it cover more, not its keeper %s", r.tx.Creator.MSP, was.Keeper)
	}
	return want, fault
}

func (r *replay) ended(was, next *transit.Guarantee) (*transit.Guarantee, *transit.Fault) {
	var req transit.GuaranteeEndRequest
	decode(r, was.Terms.GRN, r.tx.Argument, &req)
	office := r.authorityOf(transit.GRN(was.Terms.GRN).Country())
	if r.tx.Function == transit.FnInvalidateGuarantee && r.tx.Creator.MSP != office {
		r.find(was.Terms.GRN, "right", "%s ended the liability, not an office of guarantee of %s", r.tx.Creator.MSP, office)
	}
	by := ""
	if next.Invalidity != nil {
		by = next.Invalidity.By // its office or operator stands in the certificate
	}
	return was.End(req.InvalidityDate, req.LiabilityLiberationDate, by, req.Reason, r.tx.At)
}

// balance looks at one version of a balance record.
func (r *replay) balance(parts []string, w cats.Write) {
	grn := parts[0]
	next := new(transit.Balance)
	if !decode(r, grn, w.Value, next) {
		return
	}
	if index, err := strconv.Atoi(parts[len(parts)-1]); err != nil || len(parts) != 2 || next.GRN != grn || next.Index != index {
		r.find(grn, "named", "the record under key %s names itself balance %d of %s", nameOf(w.Key), next.Index, next.GRN)
	}
	if next.Available < 0 {
		r.find(grn, "overdrawn", "balance %d stands at %d", next.Index, next.Available)
	}
	if r.balances[grn] == nil {
		r.balances[grn] = map[int]*transit.Balance{}
	}
	was := r.balances[grn][next.Index]
	r.checkOpen(was, next)
	r.balances[grn][next.Index] = next
	r.touched[grn] = true
	if g := r.guarantees[grn]; g != nil {
		r.keeperEndorses(grn, w.Key, g.Keeper)
	}
}

// checkOpen checks the usages of a balance record, and that what was claimed never comes back.
func (r *replay) checkOpen(was, next *transit.Balance) {
	for id, minor := range next.Open {
		if minor < 0 || minor == 0 && next.Monitoring != transit.MonitorUsage {
			r.find(next.GRN, "usage", "balance %d holds %d for %s", next.Index, minor, id)
		}
		if was == nil || minor > was.Open[id] {
			r.drawn[next.GRN] = true
		}
	}
	if was != nil && (next.Claimed < was.Claimed || next.Monitoring != was.Monitoring) {
		r.find(next.GRN, "claimed", "balance %d had %d claimed under monitoring %q, now %d under %q",
			next.Index, was.Claimed, was.Monitoring, next.Claimed, next.Monitoring)
	}
}

// keeperEndorses checks that the keeper's own peer must endorse, and has endorsed, every change of the exposure.
func (r *replay) keeperEndorses(grn, key, keeper string) {
	policy, err := ledger.ParsePolicy(r.policies[key])
	if err != nil || !slices.Contains(policy.All, keeper) {
		r.find(grn, "policy", "the key %s does not ask for the peer of %s", nameOf(key), keeper)
	}
	r.endorsedUnder(grn, key)
}

// checkSum checks that balances, open usages and claims add up to the reference amount, and that nothing was drawn beyond it.
func (r *replay) checkSum(grn string) {
	g := r.guarantees[grn]
	if g == nil {
		r.find(grn, "guarantee", "balances without a guarantee")
		return
	}
	all := r.balancesOf(grn)
	s := g.Sums(all)
	if !g.Exact(all) || len(all) != g.Terms.Balances {
		r.find(grn, "sum", "%d balances with %d available, %d locked and %d claimed do not make %d balances with %d",
			len(all), s.Available, s.Open, s.Claimed, g.Terms.Balances, g.Terms.ReferenceAmount.Minor)
	}
	if r.drawn[grn] && s.Available < 0 {
		r.find(grn, "overdrawn", "%s drew on the guarantee, which then stands at %d", r.tx.Function, s.Available)
	}
}

func (r *replay) balancesOf(grn string) []transit.Balance {
	all := make([]transit.Balance, 0, len(r.balances[grn]))
	for _, index := range slices.Sorted(maps.Keys(r.balances[grn])) {
		all = append(all, *r.balances[grn][index])
	}
	return all
}

// claims checks in the end that what the balances have lost to claims is what the movements' usages say was paid.
func (r *replay) claims() {
	paid := map[string]int64{}
	for _, m := range r.movements {
		for _, u := range m.Guarantees {
			if u.State == transit.UsageClaimed && u.GRN != "" {
				paid[u.GRN] += u.Claimed.Minor
			}
		}
	}
	for _, grn := range slices.Sorted(maps.Keys(r.guarantees)) {
		if s := r.guarantees[grn].Sums(r.balancesOf(grn)); s.Claimed != paid[grn] {
			r.find(grn, "claimed", "the balances have %d claimed, the movements %d", s.Claimed, paid[grn])
		}
	}
}

// openUsages checks in the end that every open usage is that of a movement which has locked it.
func (r *replay) openUsages() {
	for _, grn := range slices.Sorted(maps.Keys(r.balances)) {
		for _, b := range r.balances[grn] {
			for id, minor := range b.Open {
				if !r.isLocked(id, grn, b.Index, minor) {
					r.find(grn, "usage", "balance %d holds %d for %s, which has not locked it", b.Index, minor, id)
				}
			}
		}
	}
}

func (r *replay) isLocked(id, grn string, index int, minor int64) bool {
	m := r.movements[id]
	if m == nil {
		return false
	}
	return slices.ContainsFunc(m.Guarantees, func(u transit.Usage) bool {
		return u.GRN == grn && u.State.Open() && slices.Contains(u.Parts, transit.UsagePart{Balance: index, Minor: minor})
	})
}
