package fsck

import (
	"maps"
	"reflect"
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
	switch {
	case was == nil && (next.Seq != 1 || r.tx.Function != transit.FnRegister):
		r.find(grn, "procedure", "the record begins by %s at step %d", r.tx.Function, next.Seq)
	case was != nil && next.Seq != was.Seq+1:
		r.find(grn, "contiguous", "step %d follows step %d", next.Seq, was.Seq)
	case was != nil && !reflect.DeepEqual(was.Terms, next.Terms):
		r.find(grn, "terms", "%s changed the terms", r.tx.Function)
	}
	r.guarantorEndorses(grn, w.Key, next.Terms.Guarantor)
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
	for id, minor := range next.Open {
		if minor <= 0 {
			r.find(grn, "usage", "balance %d holds %d for %s", next.Index, minor, id)
		}
	}
	if r.balances[grn] == nil {
		r.balances[grn] = map[int]*transit.Balance{}
	}
	r.balances[grn][next.Index] = next
	r.touched[grn] = true
	if g := r.guarantees[grn]; g != nil {
		r.guarantorEndorses(grn, w.Key, g.Terms.Guarantor)
	}
}

// guarantorEndorses checks that the guarantor's own peer must endorse, and has endorsed, every change of its exposure.
func (r *replay) guarantorEndorses(grn, key, guarantor string) {
	policy, err := ledger.ParsePolicy(r.policies[key])
	if err != nil || !slices.Contains(policy.All, guarantor) {
		r.find(grn, "policy", "the key %s does not ask for the peer of %s", nameOf(key), guarantor)
	}
	r.endorsedUnder(grn, key)
}

// checkSum checks that balances and open usages add up to the reference amount.
func (r *replay) checkSum(grn string) {
	g := r.guarantees[grn]
	if g == nil {
		r.find(grn, "guarantee", "balances without a guarantee")
		return
	}
	all := make([]transit.Balance, 0, len(r.balances[grn]))
	for _, b := range r.balances[grn] {
		all = append(all, *b)
	}
	available, locked := transit.Totals(all)
	if available+locked != g.Terms.ReferenceAmount.Minor || len(all) != g.Terms.Balances {
		r.find(grn, "sum", "%d balances with %d available and %d locked do not make %d balances with %d",
			len(all), available, locked, g.Terms.Balances, g.Terms.ReferenceAmount.Minor)
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
		return u.GRN == grn && u.State == transit.UsageLocked && slices.Contains(u.Parts, transit.UsagePart{Balance: index, Minor: minor})
	})
}
