package contract

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"carec.example/cats/chaincode/ledger"
	"carec.example/cats/chaincode/transit"
)

// affect does to the guarantees what the step says, in the same transaction.
func (c *call) affect(effect transit.Effect, m *transit.Movement, r *transit.Request) error {
	switch effect {
	case transit.LockGuarantees:
		return c.lockAll(m, r)
	case transit.FreeGuarantees:
		return c.freeAll(m)
	}
	return nil
}

// lockAll locks every usage of the movement or refuses with everything that stands
// against it: all references or none.
func (c *call) lockAll(m *transit.Movement, r *transit.Request) error {
	if fault := checkChoices(r.Step.Balances, m); fault != nil {
		return fault
	}
	if err := c.Prefetch(lockKeys(m, r.Step.Balances)...); err != nil {
		return err
	}
	var refused []transit.Violation
	face := m.Face()
	for i := range m.Guarantees {
		u := &m.Guarantees[i]
		pointer := fmt.Sprintf("/guarantees/%d", i)
		v, err := c.lock(u, face, r.Step.Balances, pointer)
		if err != nil {
			return err
		}
		refused = append(refused, v...)
	}
	if len(refused) > 0 {
		return transit.Faultf(transit.GuaranteeRefused, "movement %s is not covered", m.Reference()).With(refused...)
	}
	return nil
}

// lockKeys are the guarantees of the movement and the balance record that will be looked at first.
func lockKeys(m *transit.Movement, choices []transit.BalanceChoice) []string {
	var keys []string
	for _, u := range m.Guarantees {
		keys = append(keys, ledger.GuaranteeKey(u.GRN))
	}
	for _, c := range choices {
		if len(c.Order) > 0 && c.Order[0] >= 0 && c.Order[0] < transit.MaxBalances {
			keys = append(keys, ledger.BalanceKey(c.GRN, c.Order[0]))
		}
	}
	return keys
}

// checkChoices refuses an order of balances for a guarantee that the movement does not use.
func checkChoices(choices []transit.BalanceChoice, m *transit.Movement) *transit.Fault {
	for i, b := range choices {
		known := slices.ContainsFunc(m.Guarantees, func(u transit.Usage) bool { return u.GRN == b.GRN })
		if !known || len(b.Order) > transit.MaxBalances {
			return transit.Faultf(transit.MalformedRequest, "no guarantee %s of this movement, or too many balances", b.GRN).
				At(fmt.Sprintf("/balances/%d", i))
		}
	}
	return nil
}

// lock locks one usage. Balance records are read only as far as they are needed,
// since every one read can collide with another transaction: first those the
// request prefers, then the others, so that a refusal is never for want of looking.
func (c *call) lock(u *transit.Usage, face transit.Face, choices []transit.BalanceChoice, pointer string) ([]transit.Violation, error) {
	g, err := c.Guarantee(u.GRN)
	if err != nil {
		return nil, err
	}
	if g == nil {
		return []transit.Violation{unknownGuarantee(u.GRN, pointer)}, nil
	}
	claim := transit.GuaranteeClaim{GRN: u.GRN, Type: u.Type, Amount: u.Amount}
	if v := g.Terms.Admits(claim, face, c.At(), pointer); len(v) > 0 {
		return v, nil
	}
	var read []*transit.Balance
	for _, index := range balanceOrder(&g.Terms, face.ID, choices) {
		b, err := c.balance(u.GRN, index)
		if err != nil {
			return nil, err
		}
		if g.Terms.OneUse() && b.Uses > 0 {
			return []transit.Violation{{
				Code: "G10", Pointer: pointer, Rule: "IE055", Value: u.GRN, Text: "the individual guarantee has been used",
			}}, nil
		}
		read = append(read, b)
		parts, _, ok := transit.Lock(read, face.ID, u.Amount.Minor)
		if !ok {
			continue
		}
		u.Parts, u.State = parts, transit.UsageLocked
		return nil, c.putLocked(u, read)
	}
	_, free, _ := transit.Lock(read, face.ID, u.Amount.Minor)
	return []transit.Violation{{
		Code: "G09", Pointer: pointer, Rule: "IE055", Value: u.Amount.String(),
		Text: fmt.Sprintf("guarantee %s has %s free", u.GRN, transit.Money{Minor: free, Currency: u.Amount.Currency}),
	}}, nil
}

// putLocked writes the balances that carry a part, and tells the event.
func (c *call) putLocked(u *transit.Usage, read []*transit.Balance) error {
	for _, p := range u.Parts {
		i := slices.IndexFunc(read, func(b *transit.Balance) bool { return b.Index == p.Balance })
		if err := c.PutBalance(read[i], nil); err != nil {
			return err
		}
	}
	c.emitChange(u, -u.Amount.Minor)
	return nil
}

func (c *call) emitChange(u *transit.Usage, minor int64) {
	c.Emit(transit.EventStep{
		Record: "guarantee", ID: u.GRN, Step: string(u.State), By: c.actor.MSP, Office: c.actor.Office,
		Change: &transit.Money{Minor: minor, Currency: u.Amount.Currency},
	})
}

// balanceOrder is the preferred order of balance records followed by all others.
// Without a preference it begins at a record chosen by the movement, so that
// movements spread.
func balanceOrder(t *transit.Terms, id string, choices []transit.BalanceChoice) []int {
	var order []int
	for _, c := range choices {
		if c.GRN == t.GRN {
			order = c.Order
		}
	}
	sum := sha256.Sum256([]byte(id))
	start := int(binary.BigEndian.Uint32(sum[:4]) % uint32(t.Balances))
	seen := make([]bool, t.Balances)
	out := make([]int, 0, t.Balances)
	add := func(i int) {
		if i >= 0 && i < t.Balances && !seen[i] {
			seen[i] = true
			out = append(out, i)
		}
	}
	for _, i := range order {
		add(i)
	}
	for i := range t.Balances {
		add((start + i) % t.Balances)
	}
	return out
}

// balance reads one balance record, which must exist.
func (c *call) balance(grn string, index int) (*transit.Balance, error) {
	b, err := c.Balance(grn, index)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, fmt.Errorf("balance %d of %s is missing", index, grn)
	}
	return b, nil
}

// freeAll credits every locked usage to the records that carry it.
func (c *call) freeAll(m *transit.Movement) error {
	var keys []string
	for _, u := range m.Guarantees {
		for _, p := range u.Parts {
			keys = append(keys, ledger.BalanceKey(u.GRN, p.Balance))
		}
	}
	if err := c.Prefetch(keys...); err != nil {
		return err
	}
	for i := range m.Guarantees {
		u := &m.Guarantees[i]
		if u.State != transit.UsageLocked {
			u.State = transit.UsageFreed
			continue
		}
		if err := c.free(u, m.ID); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) free(u *transit.Usage, id string) error {
	var held []*transit.Balance
	for _, p := range u.Parts {
		b, err := c.balance(u.GRN, p.Balance)
		if err != nil {
			return err
		}
		held = append(held, b)
	}
	if err := transit.Free(held, id, u.Parts); err != nil {
		return err
	}
	for _, b := range held {
		if err := c.PutBalance(b, nil); err != nil {
			return err
		}
	}
	u.State = transit.UsageFreed
	c.emitChange(u, u.Amount.Minor)
	return nil
}

func unknownGuarantee(grn, pointer string) transit.Violation {
	return transit.Violation{Code: "G01", Pointer: pointer, Rule: "IE055", Value: grn, Text: "there is no such guarantee"}
}
