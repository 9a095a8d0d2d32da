package transit

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Terms are what a guarantor undertakes.
type Terms struct {
	// GRN is the guarantee reference number (an17, R0318).
	GRN string `json:"grn"`
	// Type after code list CL251; see [GuaranteeTypeRule] for those that work here.
	Type string `json:"type"`
	// Guarantor is the MSP of the guarantor.
	Guarantor string `json:"guarantor"`
	// Holder is the identification number of the holder of the procedure.
	Holder string `json:"holder"`
	// Representatives are the operators who may declare for the holder on this guarantee, beside the holder.
	Representatives []string `json:"representatives,omitempty"`
	// ReferenceAmount binds the sum of all open usages (UCC-IA 155).
	ReferenceAmount Money `json:"referenceAmount"`
	// Percentage of the reference amount that is the guarantee amount: 100, 50 or 30. A waiver (0) is granted by customs,
	// not by a guarantor, and is not kept here.
	Percentage int `json:"percentage"`
	// ValidFrom and ValidUntil are dates (YYYY-MM-DD); both days are included.
	ValidFrom  string `json:"validFrom"`
	ValidUntil string `json:"validUntil"`
	// ExcludedCountries are those in which the guarantee is not valid (G08).
	ExcludedCountries []string `json:"excludedCountries,omitempty"`
	// Departure and Destination bind an individual guarantee to two offices (G11).
	Departure   string `json:"departure,omitempty"`
	Destination string `json:"destination,omitempty"`
	// Balances is the number of balance records over which the amount is split, 1..64.
	Balances int `json:"balances"`
}

// AccessCode is a salted hash of one access code (an4, compared without case).
// Four characters can be guessed by anyone who reads the ledger, so the code is a
// formality towards NCTS: what binds a guarantee is its holder's certificate.
type AccessCode struct {
	Salt string `json:"salt"`
	Hash string `json:"hash"`
}

// accessCodeRounds makes a guess cost about a millisecond.
const accessCodeRounds = 10_000

// HashAccessCode derives the salted hash of a code for a guarantee. The salt is 16 bytes.
func HashAccessCode(grn, code string, salt []byte) (AccessCode, error) {
	key, err := pbkdf2.Key(sha256.New, grn+"\x00"+strings.ToUpper(code), salt, accessCodeRounds, sha256.Size)
	if err != nil {
		return AccessCode{}, fmt.Errorf("couldn't derive the access code's hash: %w", err)
	}
	return AccessCode{Salt: hex.EncodeToString(salt), Hash: hex.EncodeToString(key)}, nil
}

// Guarantee is the public record of a guarantee.
type Guarantee struct {
	V     int    `json:"v"`
	Terms Terms  `json:"terms"`
	Seq   int    `json:"seq"`
	At    string `json:"at"`
	// AccessCodes of the holder; at least one.
	AccessCodes []AccessCode `json:"accessCodes"`
	// Messages are the identifications of the last messages, newest last.
	Messages []string `json:"messages,omitempty"`
}

// Opens reports whether the code is one of the guarantee's.
func (g *Guarantee) Opens(code string) (bool, error) {
	for _, c := range g.AccessCodes {
		salt, err := hex.DecodeString(c.Salt)
		if err != nil {
			return false, fmt.Errorf("couldn't decode the salt of an access code of %s: %w", g.Terms.GRN, err)
		}
		got, err := HashAccessCode(g.Terms.GRN, code, salt)
		if err != nil {
			return false, err
		}
		if subtle.ConstantTimeCompare([]byte(got.Hash), []byte(c.Hash)) == 1 {
			return true, nil
		}
	}
	return false, nil
}

// maxOpenUsages bounds one balance record to a few kilobytes.
const maxOpenUsages = 64

// Balance is one of the records over which a guarantee's reference amount is
// split, so that releases drawing on different records do not collide.
type Balance struct {
	V     int    `json:"v"`
	GRN   string `json:"grn"`
	Index int    `json:"index"`
	// Available, in minor units, is what is left for new usages. Never negative.
	Available int64 `json:"available"`
	// Open holds the amount locked by each movement identification, in minor units.
	Open map[string]int64 `json:"open"`
	// Uses counts every usage ever locked here; an individual guarantee has one.
	Uses int `json:"uses"`
}

// GuaranteeView is a guarantee with the sums over its balances.
type GuaranteeView struct {
	Guarantee *Guarantee `json:"guarantee"`
	Available Money      `json:"available"`
	Locked    Money      `json:"locked"`
	Balances  []Balance  `json:"balances"`
}

// GuaranteeTypeRule tells what the ledger knows of a guarantee type (CL251).
type GuaranteeTypeRule struct {
	Type string
	Name string
	// OneUse: a second usage is refused with G10.
	OneUse bool
}

// GuaranteeTypeRules lists the types that can be registered: those that have a
// GRN and an account (C0086).
func GuaranteeTypeRules() []GuaranteeTypeRule {
	return []GuaranteeTypeRule{
		{Type: "1", Name: "comprehensive guarantee"},
		{Type: "2", Name: "individual guarantee by a guarantor", OneUse: true},
		{Type: "9", Name: "individual guarantee with multiple usage"},
	}
}

func guaranteeTypeRule(typ string) (GuaranteeTypeRule, bool) {
	for _, r := range GuaranteeTypeRules() {
		if r.Type == typ {
			return r, true
		}
	}
	return GuaranteeTypeRule{}, false
}

// dateLayout is the NCTS date, YYYY-MM-DD.
const dateLayout = "2006-01-02"

// Check returns every violation of the terms; pointers lie under /terms.
func (t *Terms) Check() []Violation {
	var c termsCheck
	c.t = t
	c.identity()
	c.amount()
	c.validity()
	c.binding()
	return c.found
}

// maxRepresentatives bounds [Terms.Representatives].
const maxRepresentatives = 20

type termsCheck struct {
	t     *Terms
	found []Violation
}

func (c *termsCheck) add(code, field, rule, value, text string) {
	c.found = append(c.found, Violation{Code: code, Pointer: "/terms/" + field, Rule: rule, Value: value, Text: text})
}

func (c *termsCheck) identity() {
	if _, ok := guaranteeTypeRule(c.t.Type); !ok {
		c.add("12", "type", "C0086", c.t.Type, "guarantee type must be one that is kept by reference: 1, 2 or 9")
	}
	if err := validGRN(c.t.GRN); err != nil {
		c.add("14", "grn", "R0318", c.t.GRN, err.Error())
	} else if len(c.t.GRN) != 17 {
		c.add("14", "grn", "R0318", c.t.GRN, "a guarantee of this type has a GRN of 17 characters")
	}
	if c.t.Guarantor == "" {
		c.add("13", "guarantor", "", "", "the guarantor's MSP is missing")
	}
	if err := ValidateOperator(c.t.Holder); err != nil {
		c.add("14", "holder", "", c.t.Holder, err.Error())
	}
	if len(c.t.Representatives) > maxRepresentatives {
		c.add("14", "representatives", "", "", fmt.Sprintf("at most %d representatives", maxRepresentatives))
	}
	for i, r := range c.t.Representatives {
		if err := ValidateOperator(r); err != nil {
			c.add("14", fmt.Sprintf("representatives/%d", i), "", r, err.Error())
		}
	}
}

func (c *termsCheck) amount() {
	if err := c.t.ReferenceAmount.Check(); err != nil {
		c.add("14", "referenceAmount", "", "", err.Error())
	} else if c.t.ReferenceAmount.Minor <= 0 {
		c.add("14", "referenceAmount", "", c.t.ReferenceAmount.String(), "the reference amount must be above zero")
	}
	switch c.t.Percentage {
	case 100, 50, 30:
	default:
		c.add("14", "percentage", "UCC-DA 84", fmt.Sprint(c.t.Percentage), "percentage of the reference amount is 100, 50 or 30")
	}
	if c.t.Balances < 1 || c.t.Balances > MaxBalances {
		c.add("14", "balances", "", fmt.Sprint(c.t.Balances), fmt.Sprintf("number of balance records is 1 to %d", MaxBalances))
	} else if r, _ := guaranteeTypeRule(c.t.Type); r.OneUse && c.t.Balances != 1 {
		c.add("14", "balances", "", fmt.Sprint(c.t.Balances), "an individual guarantee has one balance record")
	}
}

// MaxBalances bounds the balance records of one guarantee.
const MaxBalances = 64

func (c *termsCheck) validity() {
	from, err1 := time.Parse(dateLayout, c.t.ValidFrom)
	until, err2 := time.Parse(dateLayout, c.t.ValidUntil)
	if err1 != nil {
		c.add("14", "validFrom", "", c.t.ValidFrom, "must be a date YYYY-MM-DD")
	}
	if err2 != nil {
		c.add("14", "validUntil", "", c.t.ValidUntil, "must be a date YYYY-MM-DD")
	}
	if err1 == nil && err2 == nil && until.Before(from) {
		c.add("14", "validUntil", "", c.t.ValidUntil, "ends before it begins")
	}
	for i, country := range c.t.ExcludedCountries {
		if ValidateCountry(country) != nil {
			c.add("12", fmt.Sprintf("excludedCountries/%d", i), "", country, "not an ISO 3166-1 country code")
		}
	}
}

func (c *termsCheck) binding() {
	for _, o := range []struct{ field, ref string }{{"departure", c.t.Departure}, {"destination", c.t.Destination}} {
		if o.ref == "" {
			continue
		}
		if err := ValidateCustomsOffice(o.ref); err != nil {
			c.add("14", o.field, "", o.ref, err.Error())
		}
	}
	if (c.t.Departure != "" || c.t.Destination != "") && c.t.Type != "2" {
		c.add("15", "departure", "G11", c.t.Departure, "only an individual guarantee (type 2) is bound to offices")
	}
}

// Open splits the reference amount over the balance records; the first ones
// carry the remainder.
func (t *Terms) Open() []Balance {
	out := make([]Balance, t.Balances)
	share, rest := t.ReferenceAmount.Minor/int64(t.Balances), t.ReferenceAmount.Minor%int64(t.Balances)
	for i := range out {
		out[i] = Balance{V: 1, GRN: t.GRN, Index: i, Available: share, Open: map[string]int64{}}
		if int64(i) < rest {
			out[i].Available++
		}
	}
	return out
}

// Admits checks a claim of a movement against the terms at a day, without looking
// at balances. The violations carry the invalid guarantee reason (CL_InvalidGuaranteeReason).
func (t *Terms) Admits(claim GuaranteeClaim, m Face, day time.Time, pointer string) []Violation {
	var found []Violation
	refuse := func(when bool, code, value, format string, args ...any) {
		if when {
			found = append(found, Violation{Code: code, Pointer: pointer, Rule: "IE055", Value: value, Text: fmt.Sprintf(format, args...)})
		}
	}
	refuse(m.Holder != t.Holder, "G04", m.Holder, "the holder of the procedure is not the holder of guarantee %s", t.GRN)
	refuse(m.Declarant.Operator != t.Holder && !slices.Contains(t.Representatives, m.Declarant.Operator),
		"G04", m.Declarant.Operator, "the declarant is neither the holder of guarantee %s nor a representative named in it", t.GRN)
	if len(found) > 0 {
		return found[:1] // To others than those it is for, a guarantee tells nothing else.
	}
	refuse(claim.Type != t.Type, "G13", claim.Type, "guarantee %s is of type %s", t.GRN, t.Type)
	refuse(claim.Amount.Minor <= 0, "G09", claim.Amount.String(), "the amount to be covered must be above zero")
	today := day.UTC().Format(dateLayout)
	refuse(today < t.ValidFrom || today > t.ValidUntil, "G02", today, "guarantee %s is valid from %s to %s", t.GRN, t.ValidFrom, t.ValidUntil)
	found = append(found, t.ValidIn(m.Legs, pointer)...)
	bound := func(to, is string) bool { return to == "" || to == is }
	refuse(!bound(t.Departure, m.Departure) || !bound(t.Destination, m.Destination),
		"G11", m.Departure+"-"+m.Destination, "guarantee %s is bound to %s-%s", t.GRN, t.Departure, t.Destination)
	currency := t.ReferenceAmount.Currency
	refuse(claim.Amount.Currency != currency, "G09", claim.Amount.String(), "the amount must be in the guarantee's currency %s", currency)
	return found
}

// ValidIn names the territories in which the guarantee is not valid.
func (t *Terms) ValidIn(legs []Leg, pointer string) []Violation {
	var found []Violation
	for _, leg := range legs {
		if slices.Contains(t.ExcludedCountries, leg.Country) {
			found = append(found, Violation{
				Code: "G08", Pointer: pointer, Rule: "IE055", Value: leg.Country,
				Text: fmt.Sprintf("guarantee %s is not valid in %s", t.GRN, leg.Country),
			})
		}
	}
	return found
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

// Free credits the parts of a usage back to the balances, which must be exactly
// those of the parts. A part that the balance does not hold means a damaged record.
func Free(balances []*Balance, movement string, parts []UsagePart) error {
	for i, p := range parts {
		b := balances[i]
		if b.Index != p.Balance || b.Open[movement] != p.Minor {
			return fmt.Errorf("balance %d of %s does not hold %d for %s", p.Balance, b.GRN, p.Minor, movement)
		}
		delete(b.Open, movement)
		b.Available += p.Minor
	}
	return nil
}

// Totals sums the balances: available and locked, in minor units.
func Totals(balances []Balance) (available, locked int64) {
	for _, b := range balances {
		available += b.Available
		for _, a := range b.Open {
			locked += a
		}
	}
	return available, locked
}

func validGRN(s string) error {
	_, err := ParseGRN(s)
	return err
}

// OneUse reports whether the guarantee covers one movement only.
func (t *Terms) OneUse() bool {
	r, _ := guaranteeTypeRule(t.Type)
	return r.OneUse
}

// MaxReferences bounds the guarantee references of one movement: all are read and written in one transaction.
const MaxReferences = 9

// MaxAccessCodes bounds the access codes of one guarantee.
const MaxAccessCodes = 9

// Next makes the next version of the record for a change asked for by a message.
// Faults as for a movement: Duplicate, Stale, ClockRefused.
func (g *Guarantee) Next(a Actor, h Header, at time.Time) (*Guarantee, *Fault) {
	ref, message := "guarantee "+g.Terms.GRN, MessageOf(a, h.MessageID)
	if slices.Contains(g.Messages, message) {
		return nil, repeated(h.MessageID, ref, g.Seq)
	}
	at, fault := inOrder(ref, g.Seq, g.At, h, at)
	if fault != nil {
		return nil, fault
	}
	n := *g
	n.Seq++
	n.At = Stamp(at)
	n.Messages = remember(g.Messages, message)
	return &n, nil
}
