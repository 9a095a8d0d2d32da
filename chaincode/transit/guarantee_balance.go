package transit

import "fmt"

// maxOpenUsages bounds one balance record to a few kilobytes.
const maxOpenUsages = 64

// Balance is one of the records over which a guarantee's reference amount is
// split, so that releases drawing on different records do not collide.
type Balance struct {
	V     int    `json:"v"`
	GRN   string `json:"grn"`
	Index int    `json:"index"`
	// Monitoring is the guarantee's monitoring code; empty means 3, the account. Under 1 and 2 nothing is available and
	// nothing is credited: the record only keeps the open usages.
	Monitoring string `json:"monitoring,omitempty"`
	// Available, in minor units, is what is left for new usages. Never negative.
	Available int64 `json:"available"`
	// Open holds the amount locked by each movement identification, in minor units; 0 under monitoring code 1.
	Open map[string]int64 `json:"open"`
	// Claimed, in minor units, is what was paid on claims; it never comes back.
	Claimed int64 `json:"claimed,omitempty"`
	// Uses counts every usage ever locked here that was not cancelled; an individual guarantee has one.
	Uses int `json:"uses"`
}

func (b *Balance) hasAccount() bool { return b.Monitoring == "" }

// Open splits the reference amount over the balance records; the first ones
// carry the remainder. Without an account the records carry nothing.
func (t *Terms) Open() []Balance {
	out := make([]Balance, t.Balances)
	share, rest := t.ReferenceAmount.Minor/int64(t.Balances), t.ReferenceAmount.Minor%int64(t.Balances)
	for i := range out {
		out[i] = Balance{V: 1, GRN: t.GRN, Index: i, Open: map[string]int64{}}
		if !t.HasAccount() {
			out[i].Monitoring = t.Monitoring
			continue
		}
		out[i].Available = share
		if int64(i) < rest {
			out[i].Available++
		}
	}
	return out
}

// Lock draws an amount for a movement on balance records in the order given and
// returns the parts. It changes the balances only when the whole amount is covered;
// else it returns what is free in them, in minor units, and false.
// An amount that is not above zero is never covered.
func Lock(balances []*Balance, movement string, minor int64) (parts []UsagePart, free int64, ok bool) {
	left := minor
	var drawn []*Balance
	for _, b := range balances {
		if len(b.Open) >= maxOpenUsages || b.Available <= 0 {
			continue
		}
		free += b.Available
		if left == 0 {
			continue
		}
		take := min(left, b.Available)
		parts = append(parts, UsagePart{Balance: b.Index, Minor: take})
		drawn = append(drawn, b)
		left -= take
	}
	if left > 0 || minor <= 0 {
		return nil, free, false
	}
	for i, b := range drawn {
		b.Available -= parts[i].Minor
		b.Open[movement] += parts[i].Minor
		b.Uses++
	}
	return parts, free, true
}

// Lock draws an amount for a movement on the guarantee, as far as its balance records have been read, in the order given. It
// changes records and the guarantee's pending amount only when the whole amount is covered; else it returns what is free in
// what was read, and false: with more records it may be covered.
//
// A change of the reference amount touches no balance record, for on a busy guarantee it would collide with every release. It
// stands on the guarantee's own record as pending, and every release reads that one:
//   - An amount owed (below zero) is taken from the records by the first release that finds enough for both. Until there is
//     enough, nothing new is covered.
//   - An amount to spend (above zero) goes to the record that a release draws on when the records are short, as much as is
//     needed and at least an even share, so that it spreads over the records again.
//
// Without an account (monitoring codes 1 and 2) the usage is written down in the first record that has room.
func (g *Guarantee) Lock(read []*Balance, movement string, minor int64) (parts []UsagePart, free int64, ok bool) {
	if !g.Terms.HasAccount() {
		return g.note(read, movement, minor)
	}
	owed := max(0, -g.Pending)
	var usable, all int64
	var first *Balance
	for _, b := range read {
		all += b.Available
		if len(b.Open) >= maxOpenUsages {
			continue
		}
		usable += b.Available
		if first == nil {
			first = b
		}
	}
	free = min(usable, all-owed)
	if g.Pending > 0 && first != nil {
		free += g.Pending
	}
	if minor <= 0 || free < minor {
		return nil, free, false
	}
	if usable < minor {
		share := (g.Terms.ReferenceAmount.Minor + int64(g.Terms.Balances) - 1) / int64(g.Terms.Balances)
		more := min(g.Pending, max(minor-usable, share))
		first.Available += more
		g.Pending -= more
	}
	parts, _, ok = Lock(read, movement, minor)
	g.collect(read, owed)
	return parts, free, ok
}

// collect takes what is owed from records that hold enough.
func (g *Guarantee) collect(read []*Balance, owed int64) {
	for _, b := range read {
		take := min(owed, b.Available)
		b.Available -= take
		g.Pending += take
		owed -= take
	}
}

// note writes a usage down without an account.
func (g *Guarantee) note(read []*Balance, movement string, minor int64) ([]UsagePart, int64, bool) {
	if minor <= 0 {
		return nil, 0, false
	}
	if g.Terms.Monitoring == MonitorUsage {
		minor = 0
	}
	for _, b := range read {
		if len(b.Open) >= maxOpenUsages {
			continue
		}
		b.Open[movement] = minor
		b.Uses++
		return []UsagePart{{Balance: b.Index, Minor: minor}}, 0, true
	}
	return nil, 0, false
}

// Free credits the parts of a usage back to the balances, which must be exactly
// those of the parts. A part that the balance does not hold means a damaged record.
func Free(balances []*Balance, movement string, parts []UsagePart) error {
	return Settle(balances, movement, parts, 0)
}

// CancelUse frees a usage that came to nothing (IE204): an individual guarantee may be used again.
func CancelUse(balances []*Balance, movement string, parts []UsagePart) error {
	if err := Free(balances, movement, parts); err != nil {
		return err
	}
	for _, b := range balances {
		b.Uses--
	}
	return nil
}

// Settle ends a usage of which a part was claimed and paid: that part never returns to what is available, the rest is credited.
// The balances must be exactly those of the parts, in their order. The claimed amount is in minor units, from nothing up to the
// usage's amount; under monitoring code 1 the records do not know that amount, and whoever calls has compared. Nothing is
// changed when an error is returned.
func Settle(balances []*Balance, movement string, parts []UsagePart, claimedMinor int64) error {
	sum, err := carried(balances, movement, parts)
	if err != nil {
		return err
	}
	if claimedMinor < 0 || claimedMinor > sum && balances[0].Monitoring != MonitorUsage {
		return fmt.Errorf("a claim of %d lies outside the %d locked for %s", claimedMinor, sum, movement)
	}
	left := claimedMinor
	for i, b := range balances {
		delete(b.Open, movement)
		paid := min(left, parts[i].Minor)
		if b.Monitoring == MonitorUsage {
			paid = left
		}
		b.Claimed += paid
		left -= paid
		if b.hasAccount() {
			b.Available += parts[i].Minor - paid
		}
	}
	return nil
}

// carried adds up the parts of a usage, which the balances must hold one by one.
func carried(balances []*Balance, movement string, parts []UsagePart) (sum int64, err error) {
	if len(parts) == 0 || len(balances) != len(parts) {
		return 0, fmt.Errorf("%d balances do not fit %d parts of %s", len(balances), len(parts), movement)
	}
	for i, b := range balances {
		p := parts[i]
		held, open := b.Open[movement]
		if b.Index != p.Balance || !open || held != p.Minor {
			return 0, fmt.Errorf("balance %d of %s does not hold %d for %s", p.Balance, b.GRN, p.Minor, movement)
		}
		sum += p.Minor
	}
	return sum, nil
}

// Sums are the sums over a guarantee's balance records, in minor units.
type Sums struct {
	// Available is what is left for new usages, the pending amount included; negative after a reduction below use.
	Available int64
	// Open is the sum of the open usages, Usages their number.
	Open   int64
	Usages int
	// Claimed is the sum of what was paid on claims.
	Claimed int64
}

// Sums adds up the balance records. With an account, available + open = reference amount - claimed at all times.
func (g *Guarantee) Sums(balances []Balance) Sums {
	s := Sums{Available: g.Pending}
	movements := map[string]bool{} // a usage may lie in several records
	for i := range balances {
		b := &balances[i]
		s.Available += b.Available
		s.Claimed += b.Claimed
		for id, minor := range b.Open {
			s.Open += minor
			movements[id] = true
		}
	}
	s.Usages = len(movements)
	return s
}

// Exact reports whether the balances add up: available + open = reference amount - claimed, and no record below zero.
// Without an account there is nothing available and nothing to add up.
func (g *Guarantee) Exact(balances []Balance) bool {
	for i := range balances {
		if balances[i].Available < 0 || balances[i].Claimed < 0 {
			return false
		}
	}
	s := g.Sums(balances)
	if !g.Terms.HasAccount() {
		return s.Available == 0
	}
	return s.Available+s.Open == g.Terms.ReferenceAmount.Minor-s.Claimed
}
