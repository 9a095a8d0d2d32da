package transit

import "time"

// Further states of a usage.
const (
	// UsageArrived: the goods have arrived at the office of destination (IE209's date); the amount stays locked until discharge.
	UsageArrived UsageState = "arrived"
	// UsageCancelled: the movement ended without being carried out (IE204).
	UsageCancelled UsageState = "cancelled"
	// UsageClaimed: a claim was paid, see [Usage.Claimed]; the rest was freed.
	UsageClaimed UsageState = "claimed"
)

// Open reports whether the usage binds the guarantee: its amount is locked.
func (s UsageState) Open() bool { return s == UsageLocked || s == UsageArrived }

// Ended reports whether the usage is over.
func (s UsageState) Ended() bool { return s == UsageFreed || s == UsageCancelled || s == UsageClaimed }

// EndOfUsage is the state of a usage that ends with the movement's state and without a claim: cancelled when the movement was
// not carried out, else freed.
func EndOfUsage(s State) UsageState {
	switch s {
	case Rejected, NotReleased, Cancelled:
		return UsageCancelled
	}
	return UsageFreed
}

// MarkArrived records on the movement's usages that the goods have arrived. What is locked stays locked.
func MarkArrived(m *Movement) {
	for i := range m.Guarantees {
		if m.Guarantees[i].State == UsageLocked {
			m.Guarantees[i].State = UsageArrived
		}
	}
}

// UsageOf is the usage of the guarantee by a movement as an inquiry tells it, and the index of the first balance record that
// carries it; -1 when the movement has no open usage of it.
func (g *Guarantee) UsageOf(m *Movement) (UsageOfGRN, int) {
	for _, u := range m.Guarantees {
		if u.GRN != g.Terms.GRN || !u.State.Open() || len(u.Parts) == 0 {
			continue
		}
		out := UsageOfGRN{Movement: m.ID, MRN: m.MRN, State: u.State}
		if g.Terms.Monitoring != MonitorUsage {
			out.Covered = &u.Amount
		}
		if at, err := time.Parse(time.RFC3339, m.ReleasedAt); err == nil {
			out.LockedOn = Day(at)
		}
		if u.State == UsageArrived && (g.Terms.Type == GuaranteeWaiver || g.Terms.Type == GuaranteeComprehensive) {
			out.ArrivedAt = m.ArrivedAt
		}
		return out, u.Parts[0].Balance
	}
	return UsageOfGRN{}, -1
}
