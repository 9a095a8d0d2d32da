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
		return c.endAll(m, c.free)
	case transit.SettleGuarantees:
		return c.endAll(m, c.settle)
	case transit.ExchangeGuarantees:
		return c.exchange(m, r)
	}
	return nil
}

// lockAll locks every usage of the movement or refuses with everything that stands
// against it: all references or none. Guarantees that are not kept by reference lock nothing.
func (c *call) lockAll(m *transit.Movement, r *transit.Request) error {
	if fault := checkChoices(r.Step.Balances, m); fault != nil {
		return fault
	}
	if err := c.Prefetch(lockKeys(m, r.Step.Balances)...); err != nil {
		return err
	}
	d := newDrawing(c, m, r.Step.Balances)
	refused, err := d.all()
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return transit.Faultf(transit.GuaranteeRefused, "movement %s is not covered", m.Reference()).With(refused...)
	}
	return d.write()
}

// lockKeys are the guarantees of the movement and the balance record that will be looked at first.
func lockKeys(m *transit.Movement, choices []transit.BalanceChoice) []string {
	var keys []string
	for _, u := range m.Guarantees {
		if u.GRN != "" {
			keys = append(keys, ledger.GuaranteeKey(u.GRN))
		}
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
		known := b.GRN != "" && slices.ContainsFunc(m.Guarantees, func(u transit.Usage) bool { return u.GRN == b.GRN })
		if !known || len(b.Order) > transit.MaxBalances {
			return transit.Faultf(transit.MalformedRequest, "no guarantee %s of this movement, or too many balances", b.GRN).
				At(fmt.Sprintf("/balances/%d", i))
		}
	}
	return nil
}

// drawing is the attempt to lock a movement's usages. It changes what it has read in memory only; write makes it part of the
// transaction.
type drawing struct {
	c       *call
	m       *transit.Movement
	face    transit.Face
	choices []transit.BalanceChoice
	// guarantees and balances that have changed, in the order of the usages.
	guarantees []*transit.Guarantee
	balances   []*transit.Balance
	events     []func()
}

func newDrawing(c *call, m *transit.Movement, choices []transit.BalanceChoice) *drawing {
	return &drawing{c: c, m: m, face: m.Face(), choices: choices}
}

// all tries every usage that is kept by reference and returns everything that stands against it.
func (d *drawing) all() ([]transit.Violation, error) {
	var refused []transit.Violation
	for i := range d.m.Guarantees {
		u := &d.m.Guarantees[i]
		if u.GRN == "" {
			continue
		}
		v, err := d.lock(u, fmt.Sprintf("/guarantees/%d", i))
		if err != nil {
			return nil, err
		}
		refused = append(refused, v...)
	}
	return refused, nil
}

// lock locks one usage. Balance records are read only as far as they are needed,
// since every one read can collide with another transaction: first those the
// request prefers, then the others, so that a refusal is never for want of looking.
func (d *drawing) lock(u *transit.Usage, pointer string) ([]transit.Violation, error) {
	claim := transit.GuaranteeClaim{GRN: u.GRN, Type: u.Type, Amount: u.Amount}
	g, refused, err := d.c.admission(claim, d.face, pointer)
	if err != nil || len(refused) > 0 {
		return refused, err
	}
	var read []*transit.Balance
	var was []int64
	var free int64
	pending := g.Pending
	for _, index := range balanceOrder(&g.Terms, d.face.ID, d.choices) {
		b, err := d.c.balance(u.GRN, index)
		if err != nil {
			return nil, err
		}
		read, was = append(read, b), append(was, b.Available)
		parts, left, ok := g.Lock(read, d.face.ID, u.Amount.Minor)
		if free = left; !ok {
			continue
		}
		u.Parts, u.State = parts, transit.UsageLocked
		if g.Pending != pending {
			d.guarantees = append(d.guarantees, g)
		}
		for k, b := range read {
			if _, carries := b.Open[d.face.ID]; carries || b.Available != was[k] {
				d.balances = append(d.balances, b)
			}
		}
		d.events = append(d.events, func() { d.c.emitChange(u, accountChange(&g.Terms, -u.Amount.Minor)) })
		return nil, nil
	}
	if !g.Terms.HasAccount() {
		return []transit.Violation{{
			Code: "G09", Pointer: pointer, Rule: "IE055", Value: u.GRN, Text: "the guarantee has as many open usages as its records hold",
		}}, nil
	}
	return []transit.Violation{{
		Code: "G09", Pointer: pointer, Rule: "IE055", Value: u.Amount.String(),
		Text: fmt.Sprintf("guarantee %s has %s free", u.GRN, transit.Money{Minor: free, Currency: u.Amount.Currency}),
	}}, nil
}

// accountChange is the effect on what is available: none without an account.
func accountChange(t *transit.Terms, minor int64) int64 {
	if t.HasAccount() {
		return minor
	}
	return 0
}

// write puts what has changed into the transaction, and tells the events.
func (d *drawing) write() error {
	for _, g := range d.guarantees {
		if err := d.c.PutGuarantee(g, nil); err != nil {
			return err
		}
	}
	for _, b := range d.balances {
		if err := d.c.PutBalance(b, nil); err != nil {
			return err
		}
	}
	for _, tell := range d.events {
		tell()
	}
	return nil
}

// admission reads a guarantee and holds a claim against it: whether it exists, admits the movement, and was not used before if
// it covers one only. Balances that many movements share are not looked at.
func (c *call) admission(claim transit.GuaranteeClaim, face transit.Face, pointer string) (*transit.Guarantee, []transit.Violation, error) {
	g, err := c.Guarantee(claim.GRN)
	if err != nil {
		return nil, nil, err
	}
	if g == nil {
		return nil, []transit.Violation{unknownGuarantee(claim.GRN, pointer)}, nil
	}
	if v := append(c.guarantorStands(g, pointer), g.Admits(claim, face, c.At(), pointer)...); len(v) > 0 {
		return g, v, nil
	}
	v, err := c.used(g, pointer)
	return g, v, err
}

// used refuses a guarantee that covers one movement and has had it (G05, G10).
func (c *call) used(g *transit.Guarantee, pointer string) ([]transit.Violation, error) {
	if !g.Terms.OneUse() {
		return nil, nil
	}
	b, err := c.balance(g.Terms.GRN, 0)
	if err != nil {
		return nil, err
	}
	return g.Terms.UsedBefore(b, pointer), nil
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

// endAll ends every usage of the movement: open ones by the function given, with the records that carry them. One that locked
// nothing is over with the movement.
func (c *call) endAll(m *transit.Movement, end func(*transit.Movement, *transit.Usage, []*transit.Balance) error) error {
	if err := c.Prefetch(heldKeys(m)...); err != nil {
		return err
	}
	for i := range m.Guarantees {
		u := &m.Guarantees[i]
		if u.State.Ended() {
			continue
		}
		var held []*transit.Balance
		for _, p := range u.Parts {
			b, err := c.balance(u.GRN, p.Balance)
			if err != nil {
				return err
			}
			held = append(held, b)
		}
		if err := end(m, u, held); err != nil {
			return err
		}
		for _, b := range held {
			if err := c.PutBalance(b, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldKeys are the balance records that carry the movement's open usages.
func heldKeys(m *transit.Movement) []string {
	var keys []string
	for _, u := range m.Guarantees {
		for _, p := range u.Parts {
			if u.State.Open() {
				keys = append(keys, ledger.BalanceKey(u.GRN, p.Balance))
			}
		}
	}
	return keys
}

// free credits a usage; one of a movement that was not carried out is cancelled, and an individual guarantee unused again.
func (c *call) free(m *transit.Movement, u *transit.Usage, held []*transit.Balance) error {
	ended := transit.EndOfUsage(m.State)
	if !u.State.Open() {
		u.State = ended
		return nil
	}
	credit := transit.Free
	if ended == transit.UsageCancelled {
		credit = transit.CancelUse
	}
	if err := credit(held, m.ID, u.Parts); err != nil {
		return err
	}
	u.State = ended
	c.emitChange(u, credited(held, u.Amount.Minor))
	return nil
}

// settle ends a usage with what was claimed and paid of it: that is never credited, the rest is.
func (c *call) settle(m *transit.Movement, u *transit.Usage, held []*transit.Balance) error {
	if u.Claimed.Minor == 0 || !u.State.Open() {
		return c.free(m, u, held)
	}
	if err := transit.Settle(held, m.ID, u.Parts, u.Claimed.Minor); err != nil {
		return err
	}
	u.State = transit.UsageClaimed
	c.emitChange(u, credited(held, u.Amount.Minor-u.Claimed.Minor))
	return nil
}

// credited is what a usage that has ended gives back to what is available.
func credited(held []*transit.Balance, minor int64) int64 {
	if len(held) == 0 || held[0].Monitoring != "" {
		return 0
	}
	return minor
}

// checkLiable refuses claims on guarantees whose liability has ended (IE228). A claim that was made in time may be paid later.
func (c *call) checkLiable(r *transit.Request) error {
	var refused []transit.Violation
	for i, claim := range r.Step.Claims {
		pointer := fmt.Sprintf("/claims/%d", i)
		g, err := c.guarantee(claim.GRN)
		if err != nil {
			return err
		}
		if !g.Liable(c.At()) {
			refused = append(refused, transit.Violation{
				Code: "G02", Pointer: pointer, Rule: "IE228", Value: claim.GRN, Text: "liability ended on " + g.Invalidity.LiberatedFrom,
			})
		}
	}
	if len(refused) > 0 {
		return transit.Faultf(transit.GuaranteeRefused, "nobody is liable for the guarantee any more").With(refused...)
	}
	return nil
}

func unknownGuarantee(grn, pointer string) transit.Violation {
	return transit.Violation{Code: "G01", Pointer: pointer, Rule: "IE055", Value: grn, Text: "there is no such guarantee"}
}
