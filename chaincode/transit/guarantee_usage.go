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

// ClaimUsage writes a claim on one usage of the movement (IE035): the amount, up to what is locked, and when it was raised.
// Whether the guarantor is liable on that day is the guarantee's to say, see [Guarantee.Liable]. A usage without an account is
// claimed only where there is something to claim: a cash deposit up to its amount, a TIR guarantee in whatever amount. An
// amount of zero withdraws the claim. Faults: OutOfSequence for a usage that binds nobody, MalformedRequest for the amount.
func ClaimUsage(m *Movement, index int, amount Money, at time.Time) *Fault {
	if index < 0 || index >= len(m.Guarantees) {
		return Faultf(MalformedRequest, "movement %s has no guarantee %d", m.Reference(), index).At("/guarantee")
	}
	u := &m.Guarantees[index]
	if !u.claimable() {
		return Faultf(OutOfSequence, "guarantee %d of movement %s, of type %s, is %s: there is nothing to claim on it",
			index, m.Reference(), u.Type, u.State).At("/guarantee")
	}
	switch {
	case amount.Check() != nil || amount.Minor < 0:
		return Faultf(MalformedRequest, "the claimed amount is not an amount").At("/amount")
	case u.Type != GuaranteeTIR && amount.Currency != u.Amount.Currency:
		return Faultf(MalformedRequest, "the claim must be in %s", u.Amount.Currency).At("/amount")
	case u.Type != GuaranteeTIR && amount.Minor > u.Amount.Minor:
		return Faultf(MalformedRequest, "the claim of %s exceeds the %s covered", amount, u.Amount).At("/amount")
	case amount.Minor == 0:
		u.Claimed, u.ClaimedAt = Money{}, ""
		return nil
	}
	u.Claimed, u.ClaimedAt = amount, Stamp(at)
	return nil
}

func (u *Usage) claimable() bool {
	if u.GRN != "" {
		return u.State.Open()
	}
	return !u.State.Ended() && (u.Type == GuaranteeCash || u.Type == GuaranteeTIR)
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
